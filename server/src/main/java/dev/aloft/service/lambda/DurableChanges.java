package dev.aloft.service.lambda;

import dev.aloft.api.JsonWriter;
import dev.aloft.api.Lambda.ExecutionStatus;
import dev.aloft.kernel.call.Event;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.delivery.Deliveries;
import dev.aloft.kernel.delivery.Dispatch;
import dev.aloft.kernel.delivery.Dispatches;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.kernel.time.Worker;
import dev.aloft.service.lambda.async.AsyncInvocations;
import dev.aloft.service.lambda.async.Destinations;
import dev.aloft.service.lambda.durable.DurableExecutions.Change;
import dev.aloft.service.lambda.invoke.Measures;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Who learns that a durable execution has begun or ended: the default event bus, CloudWatch, and of one that was
 * queued and did not succeed the function's dead-letter queue. Destinations are not told, as on AWS.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/durable-monitoring.html">
 *     Monitoring durable functions</a>
 */
final class DurableChanges {
    private static final DateTimeFormatter MILLIS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private final Destinations destinations;
    private final Measures measures;
    private final Time time;
    private final Deliveries<Dispatch> events;

    DurableChanges(Store store, Time time, Targets targets, Destinations destinations, Measures measures) {
        this.destinations = destinations;
        this.measures = measures;
        this.time = time;
        events = new Deliveries<>("lambda-durable-status", store, time, Codec.of(Dispatch.class),
                new Dispatches(targets, (service, _, _) -> service));
    }

    Worker worker() {
        return events.worker();
    }

    void changed(Tx tx, Change change) {
        var bus = "arn:aws:events:" + change.region() + ":" + change.account() + ":event-bus/default";
        events.promise(tx, UUID.randomUUID().toString(), new Dispatch(change.account(), change.region(),
                "lambda.amazonaws.com",
                functionArn(change), null, bus, Event.of(JsonWriter.bytes(event(change))).withTrace(change.trace())));
        if (change.ended() != null && !change.status().equals(ExecutionStatus.SUCCEEDED) && change.queuedAs() != null) {
            deadLetter(tx, change);
        }
        tx.afterCommit(() -> measure(change));
    }

    private static String functionArn(Change change) {
        return "arn:aws:lambda:" + change.region() + ":" + change.account() + ":function:" + change.function();
    }

    private Map<String, Object> event(Change change) {
        var detail = new LinkedHashMap<String, Object>();
        detail.put("durableExecutionArn", change.arn());
        detail.put("durableExecutionName", change.name());
        detail.put("functionArn", functionArn(change) + ":" + change.version());
        detail.put("status", change.status());
        detail.put("startTimestamp", MILLIS.format(change.started()));
        if (change.ended() != null) {
            detail.put("endTimestamp", MILLIS.format(change.ended()));
        }
        var event = new LinkedHashMap<String, Object>();
        event.put("source", "aws.lambda");
        event.put("detail-type", "Durable Execution Status Change");
        event.put("resources", List.of());
        event.put("time", time.instant().truncatedTo(ChronoUnit.SECONDS).toString());
        event.put("detail", detail);
        return event;
    }

    private void deadLetter(Tx tx, Change change) {
        var name = new FunctionName(change.account(), change.region(), change.function(), change.version());
        LambdaData.FUNCTIONS.get(tx, LambdaData.key(name)).map(function -> function.latest()).ifPresent(latest -> {
            if (latest.deadLetterConfig() != null && latest.deadLetterConfig().targetArn() != null) {
                destinations.deadLetter(tx, new AsyncInvocations.Event(change.account(), change.region(),
                        functionArn(change),
                        change.version(), change.queuedAs(), change.input().getBytes(StandardCharsets.UTF_8), null,
                        change.trace(), null),
                        latest.role(), latest.deadLetterConfig().targetArn(),
                        change.error() == null ? null : change.error().errorMessage());
            }
        });
    }

    private void measure(Change change) {
        var measured = measures.of(change.account(), change.region(), change.function());
        if (change.ended() == null) {
            measured.durableStarted();
        } else {
            measured.durableEnded(switch (change.status()) {
                case ExecutionStatus.SUCCEEDED -> "DurableExecutionSucceeded";
                case ExecutionStatus.TIMED_OUT -> "DurableExecutionTimedOut";
                case ExecutionStatus.STOPPED -> "DurableExecutionStopped";
                default -> "DurableExecutionFailed";
            }, Duration.between(change.started(), change.ended()).toMillis(), change.operations(), change.bytes());
        }
    }
}
