package dev.aloft.service.logs;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Logs;
import dev.aloft.kernel.call.NamedPage;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Deliveries: which source's logs are brought to which destination.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateDelivery.html">
 *     CreateDelivery</a>
 */
final class LogDeliveries {
    private static final int PAGE = 50;
    private static final int ID_LENGTH = 16;
    private static final String ID_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /**
     * A delivery as it is kept.
     *
     * @param fields    of a record, in this order
     * @param delimiter between fields, or null
     * @param s3        for buckets, else null
     */
    record Kept(String account, String region, String id, String source, String destinationArn, String type,
            List<String> fields, String delimiter, Logs.S3DeliveryConfiguration s3, Map<String, String> tags)
            implements Tagged<Kept> {
        String arn() {
            return new Arn("aws", "logs", region, account, "delivery:" + id).toString();
        }

        Key key() {
            return Key.of(account, region, id);
        }

        Kept with(List<String> otherFields, String otherDelimiter, Logs.S3DeliveryConfiguration otherS3) {
            return new Kept(account, region, id, source, destinationArn, type, otherFields, otherDelimiter, otherS3,
                    tags);
        }

        @Override
        public Kept withTags(Map<String, String> changed) {
            return new Kept(account, region, id, source, destinationArn, type, fields, delimiter, s3, changed);
        }
    }

    private final LogsData data;
    private final DeliverySources sources;
    private final DeliveryDestinations destinations;
    private final DeliveryGrants grants;
    private final Store store;
    private final SecureRandom random = new SecureRandom();

    LogDeliveries(LogsData data, DeliverySources sources, DeliveryDestinations destinations, DeliveryGrants grants,
            Store store) {
        this.data = data;
        this.sources = sources;
        this.destinations = destinations;
        this.grants = grants;
        this.store = store;
    }

    /** As AWS does, it lets the log delivery in where the destination does not, in the name of who asks. */
    Logs.CreateDeliveryResponse create(Caller caller, Logs.CreateDeliveryRequest input) {
        var source = sources.find(caller, input.deliverySourceName()).orElseThrow(DeliveryRefusals::noSource);
        var destination = destinations.at(input.deliveryDestinationArn())
                .orElseThrow(DeliveryRefusals::noDestination);
        var log = VendedLog.of(source.resourceArn()).orElseThrow();
        var s3 = destination.type().equals(Logs.DeliveryDestinationType.S3)
                ? s3(log.suffixPath(), input.s3DeliveryConfiguration()) : null;
        var fields = input.recordFields() == null ? log.fields() : input.recordFields();
        check(log, destination, fields, input.fieldDelimiter(), s3);
        var wanted = new Kept(caller.account(), caller.region(), id(), source.name(), destination.arn(),
                destination.type(), fields, input.fieldDelimiter(), s3, input.tags() == null ? Map.of() : input.tags());
        store.read(tx -> {
            refuseDouble(tx, wanted);
            return null;
        });
        grants.letIn(caller, source, destination);
        store.change(tx -> {
            refuseDouble(tx, wanted);
            data.logDeliveries.put(tx, wanted.key(), wanted);
        });
        return Logs.CreateDeliveryResponse.of(r -> r.delivery(told(wanted)));
    }

    private void refuseDouble(ReadTx tx, Kept wanted) {
        for (var other : ofSource(tx, wanted.account(), wanted.region(), wanted.source())) {
            if (other.destinationArn().equals(wanted.destinationArn())) {
                throw new Logs.ConflictException("The specified Delivery already exists");
            }
            if (other.type().equals(wanted.type())) {
                throw new Logs.ConflictException(
                        "Delivery already exists for this Delivery Source with the same Delivery Destination Type.");
            }
        }
    }

    /** What is made of records is told of here, and only what is made of those that are told. */
    private static void check(VendedLog log, DeliveryDestinations.Kept destination, List<String> fields,
            String delimiter, Logs.S3DeliveryConfiguration s3) {
        if (!log.tells()) {
            return;
        }
        if (!Set.of("json", "").contains(Optional.ofNullable(destination.format()).orElse(""))) {
            throw ApiError.notBuilt("A delivery of " + log.name() + " in the format " + destination.format());
        }
        if (delimiter != null) {
            throw new Logs.ValidationException("The fieldDelimiter is not valid for records in JSON.");
        }
        fields.stream().filter(field -> !log.fields().contains(field)).findFirst().ifPresent(field -> {
            throw new Logs.ValidationException("The record field " + field + " is not one of " + log.name() + ".");
        });
        Optional.ofNullable(s3).flatMap(it -> SuffixPath.unknownVariable(it.suffixPath())).ifPresent(variable -> {
            throw new Logs.ValidationException("The suffixPath has an unknown variable: {" + variable + "}.");
        });
    }

    private static Logs.S3DeliveryConfiguration s3(String usualSuffix, Logs.S3DeliveryConfiguration given) {
        var path = given == null || given.suffixPath() == null ? usualSuffix : given.suffixPath();
        boolean hive = given != null && Boolean.TRUE.equals(given.enableHiveCompatiblePath());
        return Logs.S3DeliveryConfiguration.of(c -> c.suffixPath(path).enableHiveCompatiblePath(hive));
    }

    private String id() {
        var id = new StringBuilder();
        random.ints(ID_LENGTH, 0, ID_LETTERS.length()).forEach(index -> id.append(ID_LETTERS.charAt(index)));
        return id.toString();
    }

    private static Logs.Delivery told(Kept it) {
        return Logs.Delivery.of(d -> d.id(it.id()).arn(it.arn()).deliverySourceName(it.source())
                .deliveryDestinationArn(it.destinationArn()).deliveryDestinationType(it.type())
                .recordFields(it.fields()).fieldDelimiter(it.delimiter()).s3DeliveryConfiguration(it.s3())
                .tags(it.tags().isEmpty() ? null : it.tags()));
    }

    Logs.GetDeliveryResponse get(Caller caller, String id) {
        var kept = store.<Optional<Kept>>read(tx -> data.logDeliveries.get(tx, LogsData.group(caller, id)))
                .orElseThrow(DeliveryRefusals::noDelivery);
        return Logs.GetDeliveryResponse.of(r -> r.delivery(told(kept)));
    }

    Logs.DescribeDeliveriesResponse describe(Caller caller, Logs.DescribeDeliveriesRequest input) {
        return store.read(tx -> {
            var all = data.logDeliveries.range(tx, Key.of(caller.account(), caller.region())).map(Row::value);
            var page = NamedPage.of(all, Kept::id, null, input.nextToken(), input.limit(), PAGE,
                    DeliveryRefusals::badToken);
            return Logs.DescribeDeliveriesResponse.of(r -> r.nextToken(page.next())
                    .deliveries(page.items().stream().map(LogDeliveries::told).toList()));
        });
    }

    void update(Caller caller, Logs.UpdateDeliveryConfigurationRequest input) {
        store.change(tx -> {
            var key = LogsData.group(caller, input.id());
            var before = data.logDeliveries.get(tx, key).orElseThrow(DeliveryRefusals::noDelivery);
            var source = data.deliverySources.get(tx, LogsData.group(caller, before.source()))
                    .orElseThrow(DeliveryRefusals::noSource);
            var destination = data.deliveryDestinations.get(tx, DeliveryDestinations.key(
                    Arn.parse(before.destinationArn()))).orElseThrow(DeliveryRefusals::noDestination);
            var after = before.with(input.recordFields() == null ? before.fields() : input.recordFields(),
                    input.fieldDelimiter() == null ? before.delimiter() : input.fieldDelimiter(),
                    before.s3() == null || input.s3DeliveryConfiguration() == null ? before.s3()
                            : s3(before.s3().suffixPath(), input.s3DeliveryConfiguration()));
            check(VendedLog.of(source.resourceArn()).orElseThrow(), destination, after.fields(), after.delimiter(),
                    after.s3());
            data.logDeliveries.put(tx, key, after);
        });
    }

    void delete(Caller caller, String id) {
        store.change(tx -> {
            if (!data.logDeliveries.delete(tx, LogsData.group(caller, id))) {
                throw DeliveryRefusals.noDelivery();
            }
        });
    }

    /** Of the source of this name. */
    List<Kept> ofSource(ReadTx tx, String account, String region, String source) {
        return data.deliveriesOfSource.range(tx, Key.of(account, region, source)).map(Row::value).toList();
    }
}
