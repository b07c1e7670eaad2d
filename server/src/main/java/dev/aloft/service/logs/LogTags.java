package dev.aloft.service.logs;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Tags of whatever has an ARN: log groups, and the parts of log deliveries. */
final class LogTags {
    private final LogsData data;
    private final Groups groups;
    private final Store store;

    LogTags(LogsData data, Groups groups, Store store) {
        this.data = data;
        this.groups = groups;
        this.store = store;
    }

    Map<String, String> of(Caller caller, String arn) {
        var key = Key.of(caller.account(), caller.region(), name(arn));
        return switch (kind(arn)) {
            case "delivery-source" -> store.<Optional<DeliverySources.Kept>>read(tx ->
                    data.deliverySources.get(tx, key)).orElseThrow(DeliveryRefusals::noSource).tags();
            case "delivery-destination" -> store.<Optional<DeliveryDestinations.Kept>>read(tx ->
                    data.deliveryDestinations.get(tx, key)).orElseThrow(DeliveryRefusals::noDestination).tags();
            case "delivery" -> store.<Optional<LogDeliveries.Kept>>read(tx ->
                    data.logDeliveries.get(tx, key)).orElseThrow(DeliveryRefusals::noDelivery).tags();
            default -> groups.tags(caller, Groups.ofArn(caller, arn));
        };
    }

    void add(Caller caller, String arn, Map<String, String> more) {
        if (isOfDelivery(arn)) {
            change(caller, arn, tags -> {
                tags.putAll(more);
                return tags;
            });
        } else {
            groups.tag(caller, Groups.ofArn(caller, arn), more);
        }
    }

    void remove(Caller caller, String arn, Collection<String> keys) {
        if (isOfDelivery(arn)) {
            change(caller, arn, tags -> {
                tags.keySet().removeAll(keys);
                return tags;
            });
        } else {
            groups.untag(caller, Groups.ofArn(caller, arn), keys);
        }
    }

    private void change(Caller caller, String arn, UnaryOperator<Map<String, String>> how) {
        var key = Key.of(caller.account(), caller.region(), name(arn));
        store.change(tx -> change(tx, kind(arn), key, tags -> Map.copyOf(how.apply(new HashMap<>(tags)))));
    }

    private void change(Tx tx, String kind, Key key, UnaryOperator<Map<String, String>> how) {
        switch (kind) {
            case "delivery-source" -> data.deliverySources.update(tx, key, it -> it.withTags(how.apply(it.tags())))
                    .orElseThrow(DeliveryRefusals::noSource);
            case "delivery-destination" -> data.deliveryDestinations.update(tx, key,
                    it -> it.withTags(how.apply(it.tags()))).orElseThrow(DeliveryRefusals::noDestination);
            default -> data.logDeliveries.update(tx, key, it -> it.withTags(how.apply(it.tags())))
                    .orElseThrow(DeliveryRefusals::noDelivery);
        }
    }

    private static boolean isOfDelivery(String arn) {
        return kind(arn).startsWith("delivery");
    }

    private static String kind(String arn) {
        return Arn.isArn(arn) ? Arn.parse(arn).resource().split(":", 2)[0] : "";
    }

    private static String name(String arn) {
        return Arn.isArn(arn) ? Arn.parse(arn).resource().replaceFirst("^[^:]*:", "") : "";
    }
}
