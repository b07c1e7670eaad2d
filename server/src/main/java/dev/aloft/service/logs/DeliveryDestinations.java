package dev.aloft.service.logs;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Logs;
import dev.aloft.kernel.call.NamedPage;
import dev.aloft.kernel.identity.Policy;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Delivery destinations: log groups, buckets and delivery streams to which logs of AWS's services may be brought, also
 * by other accounts where the destination's policy lets them.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDeliveryDestination.html">
 *     PutDeliveryDestination</a>
 */
final class DeliveryDestinations {
    private static final String PREFIX = "delivery-destination:";
    private static final int PAGE = 50;

    /**
     * @param format of records, or null for the one that is usual
     * @param policy a JSON document, or null
     */
    record Kept(String account, String region, String name, String resourceArn, String format, String policy,
            Map<String, String> tags) implements Tagged<Kept> {
        String arn() {
            return new Arn("aws", "logs", region, account, PREFIX + name).toString();
        }

        Arn resource() {
            return Arn.parse(resourceArn);
        }

        String type() {
            return switch (resource().service()) {
                case "s3" -> Logs.DeliveryDestinationType.S3;
                case "firehose" -> Logs.DeliveryDestinationType.FH;
                default -> Logs.DeliveryDestinationType.CWL;
            };
        }

        Kept withPolicy(String changed) {
            return new Kept(account, region, name, resourceArn, format, changed, tags);
        }

        @Override
        public Kept withTags(Map<String, String> changed) {
            return new Kept(account, region, name, resourceArn, format, policy, changed);
        }
    }

    private final LogsData data;
    private final Store store;

    DeliveryDestinations(LogsData data, Store store) {
        this.data = data;
        this.store = store;
    }

    Logs.PutDeliveryDestinationResponse put(Caller caller, Logs.PutDeliveryDestinationRequest input) {
        var wanted = new Kept(caller.account(), caller.region(), input.name(), resource(input), input.outputFormat(),
                null, input.tags() == null ? Map.of() : input.tags());
        var kept = store.<Kept>write(tx -> {
            var key = LogsData.group(caller, wanted.name());
            var put = data.deliveryDestinations.get(tx, key).map(before -> changed(before, wanted)).orElse(wanted);
            data.deliveryDestinations.put(tx, key, put);
            return put;
        });
        return Logs.PutDeliveryDestinationResponse.of(r -> r.deliveryDestination(told(kept)));
    }

    private static String resource(Logs.PutDeliveryDestinationRequest input) {
        if (Logs.DeliveryDestinationType.XRAY.equals(input.deliveryDestinationType())) {
            throw ApiError.notBuilt("A delivery destination of type XRAY");
        }
        var config = input.deliveryDestinationConfiguration();
        var arn = config == null ? null : config.destinationResourceArn();
        if (arn == null || !Arn.isArn(arn) || !isResource(Arn.parse(arn))) {
            throw new Logs.ValidationException("Invalid destinationResourceArn: it must name a log group, a bucket or "
                    + "a delivery stream.");
        }
        return arn;
    }

    private static boolean isResource(Arn arn) {
        return switch (arn.service()) {
            case "logs" -> arn.resource().startsWith("log-group:");
            case "s3" -> true;
            case "firehose" -> arn.resource().startsWith("deliverystream/");
            default -> false;
        };
    }

    private static Kept changed(Kept before, Kept wanted) {
        if (!wanted.tags().isEmpty()) {
            throw DeliveryRefusals.tagged();
        }
        if (wanted.format() != null && !Objects.equals(wanted.format(), before.format())) {
            throw new Logs.ValidationException("Update to existing Delivery Destination with new Output Format is not "
                    + "allowed. Please create a new Delivery Destination instead.");
        }
        return new Kept(before.account(), before.region(), before.name(), wanted.resourceArn(), before.format(),
                before.policy(), before.tags());
    }

    /** Tags are not told, other than those of sources. */
    static Logs.DeliveryDestination told(Kept it) {
        return Logs.DeliveryDestination.of(d -> d.name(it.name()).arn(it.arn()).deliveryDestinationType(it.type())
                .outputFormat(it.format()).deliveryDestinationConfiguration(Logs.DeliveryDestinationConfiguration.of(
                        c -> c.destinationResourceArn(it.resourceArn()))));
    }

    Kept get(Caller caller, String name) {
        return store.<Optional<Kept>>read(tx -> data.deliveryDestinations.get(tx, LogsData.group(caller, name)))
                .orElseThrow(DeliveryRefusals::noDestination);
    }

    /** The one of this ARN, in whichever account. */
    Optional<Kept> at(String arn) {
        return isOne(arn) ? store.read(tx -> data.deliveryDestinations.get(tx, key(Arn.parse(arn))))
                : Optional.empty();
    }

    static Key key(Arn arn) {
        return Key.of(arn.account(), arn.region(), arn.resource().substring(PREFIX.length()));
    }

    static boolean isOne(String arn) {
        return Arn.isArn(arn) && Arn.parse(arn).service().equals("logs")
                && Arn.parse(arn).resource().startsWith(PREFIX);
    }

    Logs.DescribeDeliveryDestinationsResponse describe(Caller caller, Logs.DescribeDeliveryDestinationsRequest input) {
        return store.read(tx -> {
            var all = data.deliveryDestinations.range(tx, Key.of(caller.account(), caller.region())).map(Row::value);
            var page = NamedPage.of(all, Kept::name, null, input.nextToken(), input.limit(), PAGE,
                    DeliveryRefusals::badToken);
            return Logs.DescribeDeliveryDestinationsResponse.of(r -> r.nextToken(page.next())
                    .deliveryDestinations(page.items().stream().map(DeliveryDestinations::told).toList()));
        });
    }

    void delete(Caller caller, String name) {
        store.change(tx -> {
            var key = LogsData.group(caller, name);
            if (data.deliveriesToDestination.first(tx, key).isPresent()) {
                throw DeliveryRefusals.used("Delivery Destination");
            }
            if (!data.deliveryDestinations.delete(tx, key)) {
                throw DeliveryRefusals.noDestination();
            }
        });
    }

    Logs.Policy putPolicy(Caller caller, Logs.PutDeliveryDestinationPolicyRequest input) {
        try {
            Policy.of(input.deliveryDestinationPolicy(), Policy.Kind.RESOURCE);
        } catch (Policy.Malformed _) {
            throw new Logs.ValidationException("Policy document is not valid");
        }
        return told(change(caller, input.deliveryDestinationName(), input.deliveryDestinationPolicy()).policy());
    }

    void deletePolicy(Caller caller, String name) {
        change(caller, name, null);
    }

    private Kept change(Caller caller, String name, String policy) {
        return store.<Kept>write(tx -> data.deliveryDestinations.update(tx, LogsData.group(caller, name),
                before -> before.withPolicy(policy)).orElseThrow(DeliveryRefusals::noDestination));
    }

    static Logs.Policy told(String policy) {
        return Logs.Policy.of(p -> p.deliveryDestinationPolicy(policy));
    }
}
