package dev.aloft.service.logs;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Lambda;
import dev.aloft.api.Logs;
import dev.aloft.kernel.delivery.Deliveries;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.kernel.time.Worker;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Subscription filters: log events that match go on to a function, a Kinesis stream or a delivery stream.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutSubscriptionFilter.html">
 *     PutSubscriptionFilter</a>
 */
final class SubscriptionFilters {
    private static final int MOST_OF_A_GROUP = 2;
    private static final int PAGE = 50;
    /** The bytes of messages that go in one delivery, so that what becomes of them fits into an event. */
    private static final int MOST_BYTES = 512 * 1024;

    private final LogsData data;
    private final Groups groups;
    private final Lambda lambda;
    private final SubscriptionCarrier carrier;
    private final Deliveries<Subscribed> deliveries;
    private final Store store;
    private final Time time;

    /** What a filter wants of some pieces. */
    record Wanted(SubscriptionFilter filter, List<Place> places) {
    }

    /** Where an event stands: which of the pieces, and where in it. */
    record Place(int piece, int index) {
    }

    SubscriptionFilters(LogsData data, Groups groups, Endpoint endpoint, SubscriptionCarrier carrier, Store store,
            Time time) {
        this.data = data;
        this.groups = groups;
        this.store = store;
        this.time = time;
        lambda = Lambda.at(endpoint);
        this.carrier = carrier;
        deliveries = new Deliveries<>("subscriptions", store, time, Codec.of(Subscribed.class), carrier);
    }

    Worker worker() {
        return deliveries.worker();
    }

    Logs.PutSubscriptionFilterResponse put(Caller caller, Logs.PutSubscriptionFilterRequest input) {
        checkDestination(caller, input);
        FilterPattern.parse(input.filterPattern());
        refuseWhatIsNotBuilt(input);
        store.read(tx -> groups.find(tx, caller, input.logGroupName()));
        var filter = new SubscriptionFilter(input.filterName(), input.filterPattern(), input.destinationArn(),
            input.roleArn(), input.distribution() == null ? Logs.Distribution.BY_LOG_STREAM : input.distribution(),
            time.instant());
        test(caller, input.logGroupName(), filter);
        store.change(tx -> {
            var owner = Key.of(groups.find(tx, caller, input.logGroupName()).id());
            data.subscriptionFilters.put(tx, owner.and(filter.name()), filter);
            if (data.subscriptionFilters.range(tx, owner).count() > MOST_OF_A_GROUP) {
                throw new Logs.LimitExceededException("Resource limit exceeded.");
            }
        });
        return Logs.PutSubscriptionFilterResponse.of(_ -> { });
    }

    /** In AWS's order: all of this is said before whether the group is there. */
    private static void checkDestination(Caller caller, Logs.PutSubscriptionFilterRequest input) {
        if (!Arn.isArn(input.destinationArn())) {
            throw new Logs.InvalidParameterException("The ARN '" + input.destinationArn() + "' is not valid.");
        }
        var arn = Arn.parse(input.destinationArn());
        switch (arn.service()) {
            case "lambda" -> {
                if (input.roleArn() != null) {
                    throw new Logs.InvalidParameterException(
                        "destinationArn for vendor lambda cannot be used with roleArn");
                }
                if (!arn.account().equals(caller.account())) {
                    throw ApiError.of("AccessDeniedException", 400, "Cross-account lambda invocation passing is not "
                        + "allowed. You must use DestinationPolicies to create cross account lambda triggers.");
                }
            }
            case "kinesis", "firehose" -> {
                if (input.roleArn() == null) {
                    throw new Logs.InvalidParameterException("destinationArn for vendor " + arn.service()
                        + " cannot be used without roleArn");
                }
            }
            case "logs" -> {
                if (!Destinations.isOne(input.destinationArn())) {
                    throw new Logs.InvalidParameterException("The ARN '" + input.destinationArn() + "' is not valid.");
                }
            }
            default -> throw new Logs.InvalidParameterException(
                "PutSubscriptionFilter operation cannot work with destinationArn for vendor " + arn.service());
        }
    }

    private static void refuseWhatIsNotBuilt(Logs.PutSubscriptionFilterRequest input) {
        if (Boolean.TRUE.equals(input.applyOnTransformedLogs())) {
            throw ApiError.notBuilt("A subscription filter on transformed logs (applyOnTransformedLogs)");
        }
        if (input.fieldSelectionCriteria() != null || input.emitSystemFields() != null) {
            throw ApiError.notBuilt("A subscription filter's fieldSelectionCriteria or emitSystemFields");
        }
    }

    private void test(Caller caller, String group, SubscriptionFilter filter) {
        var service = new Subscribed(caller.account(), caller.region(), group, "", filter, List.of())
            .service(caller.requestId());
        var kind = Arn.parse(filter.destinationArn()).service();
        try {
            if (kind.equals("lambda")) {
                lambda.invoke(service, Lambda.InvokeRequest.of(r -> r.functionName(filter.destinationArn())
                    .invocationType(Lambda.InvocationType.DRY_RUN)));
            } else {
                carrier.test(service, filter, time.instant().toEpochMilli());
            }
        } catch (ApiError refused) {
            if (kind.equals("logs")) {
                throw Destinations.invalid();
            }
            throw new Logs.InvalidParameterException(switch (kind) {
                case "lambda" -> "Could not execute the lambda function. Make sure you have given CloudWatch Logs "
                    + "permission to execute your function.";
                case "kinesis" -> "Could not deliver test message to specified Kinesis stream. Check if the given "
                    + "kinesis stream is in ACTIVE state.";
                default -> "Could not deliver test message to specified Firehose stream. Check if the given "
                    + "Firehose stream is in ACTIVE state.";
            });
        }
    }

    Logs.DescribeSubscriptionFiltersResponse describe(Caller caller, Logs.DescribeSubscriptionFiltersRequest input) {
        var all = store.read(tx -> of(tx, groups.find(tx, caller, input.logGroupName()).id()));
        var page = FilterPage.of(all, SubscriptionFilter::name, input.filterNamePrefix(), input.nextToken(),
            input.limit(), PAGE);
        var told = page.items().stream().map(filter -> Logs.SubscriptionFilter.of(f -> f.filterName(filter.name())
            .logGroupName(input.logGroupName()).filterPattern(filter.pattern()).roleArn(filter.roleArn())
            .destinationArn(filter.destinationArn()).distribution(filter.distribution()).applyOnTransformedLogs(false)
            .creationTime(filter.created().toEpochMilli()))).toList();
        return Logs.DescribeSubscriptionFiltersResponse.of(r -> r.nextToken(page.next()).subscriptionFilters(told));
    }

    Logs.DeleteSubscriptionFilterResponse delete(Caller caller, Logs.DeleteSubscriptionFilterRequest input) {
        store.change(tx -> {
            var group = groups.find(tx, caller, input.logGroupName());
            if (!data.subscriptionFilters.delete(tx, Key.of(group.id(), input.filterName()))) {
                throw new Logs.ResourceNotFoundException("The specified subscription filter does not exist.");
            }
        });
        return Logs.DeleteSubscriptionFilterResponse.of(_ -> { });
    }

    List<SubscriptionFilter> of(ReadTx tx, long group) {
        return data.subscriptionFilters.range(tx, Key.of(group)).map(Row::value).toList();
    }

    /** What the filters want of events that are about to be written. */
    static List<Wanted> wanted(List<SubscriptionFilter> filters, List<Piece> pieces) {
        return filters.stream().map(filter -> new Wanted(filter, places(FilterPattern.parse(filter.pattern()), pieces)))
            .filter(wanted -> !wanted.places().isEmpty()).toList();
    }

    private static List<Place> places(FilterPattern pattern, List<Piece> pieces) {
        var places = new ArrayList<Place>();
        for (int piece = 0; piece < pieces.size(); piece++) {
            for (int index = 0; index < pieces.get(piece).size(); index++) {
                if (pattern.matches(pieces.get(piece).messages().get(index))) {
                    places.add(new Place(piece, index));
                }
            }
        }
        return places;
    }

    /** In the commit that writes the pieces: the events go out if they were written. */
    void promise(Tx tx, Caller caller, Group group, LogStream stream, List<Wanted> all, List<Piece> pieces) {
        for (var wanted : all) {
            var lines = new ArrayList<Subscribed.Line>();
            int bytes = 0;
            for (var place : wanted.places()) {
                var line = line(stream, place, pieces.get(place.piece()));
                if (bytes > 0 && bytes + line.message().length() > MOST_BYTES) {
                    promise(tx, caller, group, stream, wanted.filter(), lines);
                    lines.clear();
                    bytes = 0;
                }
                lines.add(line);
                bytes += line.message().length();
            }
            promise(tx, caller, group, stream, wanted.filter(), lines);
        }
    }

    private static Subscribed.Line line(LogStream stream, Place place, Piece piece) {
        long timestamp = piece.timestamps().get(place.index());
        var id = new EventId(timestamp, stream.id(), stream.pieces() + place.piece(), place.index());
        return new Subscribed.Line(id.text(), timestamp, piece.messages().get(place.index()));
    }

    private void promise(Tx tx, Caller caller, Group group, LogStream stream, SubscriptionFilter filter,
            List<Subscribed.Line> lines) {
        deliveries.promise(tx, UUID.randomUUID().toString(), new Subscribed(caller.account(), caller.region(),
            group.name(),
            stream.name(), filter, List.copyOf(lines)));
    }
}
