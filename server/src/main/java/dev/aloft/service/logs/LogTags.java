package dev.aloft.service.logs;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Table;
import dev.aloft.kernel.store.Tx;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Tags of whatever has an ARN: log groups, destinations, and the parts of log deliveries. */
final class LogTags {
    private record Kind<T extends Tagged<T>>(Table<T> table, Supplier<ApiError> missing) {
        Map<String, String> of(ReadTx tx, Key key) {
            return table.get(tx, key).orElseThrow(missing).tags();
        }

        void change(Tx tx, Key key, UnaryOperator<Map<String, String>> how) {
            table.update(tx, key, it -> it.withTags(Map.copyOf(how.apply(new HashMap<>(it.tags())))))
                    .orElseThrow(missing);
        }
    }

    private final Map<String, Kind<?>> kinds;
    private final Groups groups;
    private final Store store;

    LogTags(LogsData data, Groups groups, Store store) {
        kinds = Map.of("destination", new Kind<>(data.destinations, Destinations::missing),
                "delivery-source", new Kind<>(data.deliverySources, DeliveryRefusals::noSource),
                "delivery-destination", new Kind<>(data.deliveryDestinations, DeliveryRefusals::noDestination),
                "delivery", new Kind<>(data.logDeliveries, DeliveryRefusals::noDelivery));
        this.groups = groups;
        this.store = store;
    }

    Map<String, String> of(Caller caller, String arn) {
        var kind = kind(arn);
        return kind.isEmpty() ? groups.tags(caller, Groups.ofArn(caller, arn))
                : store.<Map<String, String>>read(tx -> kind.get().of(tx, key(caller, arn)));
    }

    void add(Caller caller, String arn, Map<String, String> more) {
        kind(arn).ifPresentOrElse(kind -> store.change(tx -> kind.change(tx, key(caller, arn), tags -> {
            tags.putAll(more);
            return tags;
        })), () -> groups.tag(caller, Groups.ofArn(caller, arn), more));
    }

    void remove(Caller caller, String arn, Collection<String> keys) {
        kind(arn).ifPresentOrElse(kind -> store.change(tx -> kind.change(tx, key(caller, arn), tags -> {
            tags.keySet().removeAll(keys);
            return tags;
        })), () -> groups.untag(caller, Groups.ofArn(caller, arn), keys));
    }

    /** Empty for a log group's ARN, and for what is none. */
    private Optional<Kind<?>> kind(String arn) {
        return Arn.isArn(arn) ? Optional.ofNullable(kinds.get(Arn.parse(arn).resource().split(":", 2)[0]))
                : Optional.empty();
    }

    private static Key key(Caller caller, String arn) {
        return LogsData.group(caller, Arn.parse(arn).resource().split(":", 2)[1]);
    }
}
