package dev.aloft.service.logs;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Logs;
import dev.aloft.kernel.call.Event;
import dev.aloft.kernel.call.NamedPage;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.delivery.Dispatches;
import dev.aloft.kernel.identity.Policy;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import java.util.Map;
import java.util.Optional;

/**
 * Destinations: streams that take the log events of other accounts.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CrossAccountSubscriptions.html">Between
 *     accounts</a>
 */
final class Destinations {
    private static final String PREFIX = "destination:";
    private static final int PAGE = 50;

    private final LogsData data;
    private final Targets targets;
    private final Dispatches.Assume roles;
    private final Store store;
    private final Time time;

    Destinations(LogsData data, Targets targets, Dispatches.Assume roles, Store store, Time time) {
        this.data = data;
        this.targets = targets;
        this.roles = roles;
        this.store = store;
        this.time = time;
    }

    KeptDestination put(Caller caller, Logs.PutDestinationRequest input) {
        var kind = Arn.isArn(input.targetArn()) ? Arn.parse(input.targetArn()).service() : "";
        var wanted = new KeptDestination(caller.account(), caller.region(), input.destinationName(), input.targetArn(),
            input.roleArn(), null, time.instant(), input.tags() == null ? Map.of() : input.tags());
        try {
            if (!kind.equals("kinesis") && !kind.equals("firehose")) {
                throw invalid();
            }
            var service = caller.asService("logs.amazonaws.com", wanted.arn().toString());
            bring(service, wanted, Subscribed.control(wanted.targetArn(), time.instant().toEpochMilli()));
        } catch (ApiError refused) {
            throw invalid();
        }
        var key = LogsData.group(caller, wanted.name());
        return store.write(tx -> {
            var kept = data.destinations.get(tx, key).map(before -> new KeptDestination(before.account(),
                before.region(),
                before.name(), wanted.targetArn(), wanted.roleArn(), before.policy(), before.created(),
                before.tags())).orElse(wanted);
            data.destinations.put(tx, key, kept);
            return kept;
        });
    }

    static ApiError invalid() {
        return new Logs.InvalidParameterException(
            "Could not deliver test message to specified destination. Check if the destination is valid.");
    }

    void bring(Caller service, KeptDestination destination, Event event) {
        var role = roles.role(service, destination.roleArn(), "CloudWatchLogs");
        targets.deliver(role, Arn.parse(destination.targetArn()), event);
    }

    void putPolicy(Caller caller, Logs.PutDestinationPolicyRequest input) {
        try {
            Policy.of(input.accessPolicy(), Policy.Kind.RESOURCE);
        } catch (Policy.Malformed _) {
            throw new Logs.InvalidParameterException("Policy document is not valid");
        }
        store.change(tx -> data.destinations.update(tx, LogsData.group(caller, input.destinationName()),
            before -> before.withPolicy(input.accessPolicy())).orElseThrow(Destinations::missing));
    }

    static ApiError missing() {
        return new Logs.ResourceNotFoundException("The specified destination does not exist.");
    }

    Logs.DescribeDestinationsResponse describe(Caller caller, Logs.DescribeDestinationsRequest input) {
        var owned = Key.of(caller.account(), caller.region());
        return store.read(tx -> {
            var page = NamedPage.of(data.destinations.range(tx, owned).map(Row::value), KeptDestination::name,
                input.destinationNamePrefix(), input.nextToken(), input.limit(), PAGE, Tokens::invalid);
            return Logs.DescribeDestinationsResponse.of(r -> r.nextToken(page.next())
                .destinations(page.items().stream().map(Destinations::told).toList()));
        });
    }

    static Logs.Destination told(KeptDestination it) {
        return Logs.Destination.of(d -> d.destinationName(it.name()).targetArn(it.targetArn()).roleArn(it.roleArn())
            .accessPolicy(it.policy()).arn(it.arn().toString()).creationTime(it.created().toEpochMilli()));
    }

    void delete(Caller caller, String name) {
        store.change(tx -> {
            if (!data.destinations.delete(tx, LogsData.group(caller, name))) {
                throw missing();
            }
        });
    }

    static boolean isOne(String arn) {
        return Arn.isArn(arn) && Arn.parse(arn).service().equals("logs")
            && Arn.parse(arn).resource().startsWith(PREFIX);
    }

    Optional<KeptDestination> at(String arn) {
        return store.read(tx -> at(tx, Arn.parse(arn)));
    }

    private Optional<KeptDestination> at(ReadTx tx, Arn arn) {
        return data.destinations.get(tx, Key.of(arn.account(), arn.region(), arn.resource()
            .substring(PREFIX.length())));
    }
}
