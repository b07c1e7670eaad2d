package dev.aloft.service.logs;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Logs;
import dev.aloft.kernel.call.NamedPage;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Delivery sources: logs of a resource that somebody may want.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDeliverySource.html">
 *     PutDeliverySource</a>
 */
final class DeliverySources {
    private static final int PAGE = 50;

    /** @param tags those it was made with, and since */
    record Kept(String account, String region, String name, String resourceArn, String logType,
            Map<String, String> tags) implements Tagged<Kept> {
        String arn() {
            return new Arn("aws", "logs", region, account, "delivery-source:" + name).toString();
        }

        @Override
        public Kept withTags(Map<String, String> changed) {
            return new Kept(account, region, name, resourceArn, logType, changed);
        }
    }

    private final LogsData data;
    private final Store store;

    DeliverySources(LogsData data, Store store) {
        this.data = data;
        this.store = store;
    }

    Logs.PutDeliverySourceResponse put(Caller caller, Logs.PutDeliverySourceRequest input) {
        var log = VendedLog.of(input.resourceArn())
                .orElseThrow(() -> new Logs.ResourceNotFoundException("Cannot access provided service."));
        if (!log.types().contains(input.logType())) {
            throw new Logs.ValidationException(" This service is not allowed for this LogSource.");
        }
        var source = new Kept(caller.account(), caller.region(), input.name(), input.resourceArn(), input.logType(),
                input.tags() == null ? Map.of() : input.tags());
        var kept = store.<Kept>write(tx -> {
            var key = LogsData.group(caller, source.name());
            var put = data.deliverySources.get(tx, key).map(before -> changed(before, source)).orElse(source);
            data.deliverySources.put(tx, key, put);
            return put;
        });
        return Logs.PutDeliverySourceResponse.of(r -> r.deliverySource(told(kept)));
    }

    private static Kept changed(Kept before, Kept wanted) {
        if (!wanted.tags().isEmpty()) {
            throw DeliveryRefusals.tagged();
        }
        if (!before.resourceArn().equals(wanted.resourceArn())) {
            throw new Logs.ConflictException("Update to existing Delivery Source with new ResourceId is not allowed. "
                    + "Please create a new Delivery Source instead.");
        }
        return wanted.withTags(before.tags());
    }

    /** Tags are told where there are some. */
    static Logs.DeliverySource told(Kept it) {
        return Logs.DeliverySource.of(s -> s.name(it.name()).arn(it.arn()).resourceArns(List.of(it.resourceArn()))
                .service(Arn.parse(it.resourceArn()).service()).logType(it.logType())
                .tags(it.tags().isEmpty() ? null : it.tags()));
    }

    Optional<Kept> find(Caller caller, String name) {
        return store.read(tx -> data.deliverySources.get(tx, LogsData.group(caller, name)));
    }

    /** AWS ends its sentence twice here. */
    Logs.GetDeliverySourceResponse get(Caller caller, String name) {
        var found = find(caller, name).orElseThrow(() -> new Logs.ResourceNotFoundException(
                "Requested Delivery Source does not exist in this account.."));
        return Logs.GetDeliverySourceResponse.of(r -> r.deliverySource(told(found)));
    }

    Logs.DescribeDeliverySourcesResponse describe(Caller caller, Logs.DescribeDeliverySourcesRequest input) {
        return store.read(tx -> {
            var all = data.deliverySources.range(tx, Key.of(caller.account(), caller.region())).map(Row::value);
            var page = NamedPage.of(all, Kept::name, null, input.nextToken(), input.limit(), PAGE,
                    DeliveryRefusals::badToken);
            return Logs.DescribeDeliverySourcesResponse.of(r -> r.nextToken(page.next())
                    .deliverySources(page.items().stream().map(DeliverySources::told).toList()));
        });
    }

    void delete(Caller caller, String name) {
        store.change(tx -> {
            var key = LogsData.group(caller, name);
            if (data.deliveriesOfSource.first(tx, key).isPresent()) {
                throw DeliveryRefusals.used("Delivery Source");
            }
            if (!data.deliverySources.delete(tx, key)) {
                throw DeliveryRefusals.noSource();
            }
        });
    }
}
