package dev.aloft.service.lambda.async;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Lambda;
import dev.aloft.api.Principal;
import dev.aloft.kernel.delivery.Attempt;
import dev.aloft.kernel.delivery.Carrier;
import dev.aloft.kernel.delivery.Deliveries;
import dev.aloft.kernel.delivery.Ending;
import dev.aloft.kernel.delivery.Lane;
import dev.aloft.kernel.delivery.Outcome;
import dev.aloft.kernel.delivery.RetryPolicy;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Backoff;
import dev.aloft.kernel.time.Time;
import dev.aloft.kernel.time.Worker;
import dev.aloft.service.lambda.invoke.Invocations;
import dev.aloft.service.lambda.invoke.Measures;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Lambda's durable queue of events, and what follows when an event is done with.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html">Errors and
 *     retries</a>
 */
public final class AsyncInvocations {
    private static final Logger LOG = System.getLogger(AsyncInvocations.class.getName());
    public static final int MOST_RETRIES = 2;
    public static final Duration OLDEST = Duration.ofHours(6);
    /** Before the first and the second retry of a function that failed. */
    private static final List<RetryPolicy.Phase> RETRIES =
            List.of(RetryPolicy.Phase.at(1, Duration.ofMinutes(1)), RetryPolicy.Phase.at(1, Duration.ofMinutes(2)));
    /** Each may start an environment. */
    private static final int FIRST_AT_ONCE = 8;
    /** After a throttle or a fault of the system. */
    private static final Backoff BUSY = new Backoff(Duration.ofSeconds(1), 2, Duration.ofMinutes(5));

    /**
     * An event that waits.
     *
     * @param qualifier as the caller gave it, or null
     * @param trace     the X-Ray trace header, or null
     * @param tenant    whose event it is, or null
     */
    public record Event(String account, String region, String functionArn, String qualifier, String requestId,
            byte[] payload, String clientContext, String trace, String tenant) {

        /** As records and log lines name it. */
        String qualifiedArn() {
            return functionArn + ":" + (qualifier == null ? "$LATEST" : qualifier);
        }

        /** The event was accepted: what is asked now is asked as Lambda itself. */
        Caller caller(String endpoint) {
            return new Caller(account, region, new Principal.Service("lambda.amazonaws.com", functionArn), requestId,
                    trace, 0, endpoint, null, null);
        }
    }

    /**
     * What a function wants of its asynchronous invocations.
     *
     * @param deadLetters ARN of a queue or topic, or null
     * @param onSuccess   ARN of a destination, or null
     * @param onFailure   ARN of a destination, or null
     * @param stopped     whether its reserved concurrency is zero
     */
    public record Settings(String role, String deadLetters, int retries, Duration maximumAge, String onSuccess,
            String onFailure, boolean stopped) {}

    /** The functions as this queue needs them. */
    public interface Functions {
        /**
         * Runs an event once; throws ApiError when it could not be run.
         *
         * @param recorded the runtime is told that its answer was heard once this is completed with true
         */
        Invocations.Result run(Caller caller, Event event, CompletableFuture<Boolean> recorded);

        /** Nothing where the function is gone. */
        Optional<Settings> settings(ReadTx tx, Event event);
    }

    private final Store store;
    private final Time time;
    private final Measures measures;
    private final Functions functions;
    private final Supplier<String> endpointUrl;
    private final Deliveries<Event> events;
    private final Destinations destinations;

    public AsyncInvocations(Store store, Time time, Destinations destinations, Measures measures,
            Supplier<String> endpointUrl, Functions functions) {
        this.time = time;
        this.measures = measures;
        this.store = store;
        this.functions = functions;
        this.endpointUrl = endpointUrl;
        events = new Deliveries<>("lambda-async", store, time, Codec.of(Event.class), new Queue(), FIRST_AT_ONCE);
        this.destinations = destinations;
    }

    public Worker worker() {
        return events.worker();
    }

    /** Keeps the event; from here on it will be run. */
    public void promise(Caller caller, String functionArn, String qualifier, String requestId, byte[] payload,
            String clientContext, String tenant) {
        var arn = Arn.parse(functionArn);
        var event = new Event(arn.account(), arn.region(), functionArn, qualifier, requestId, payload, clientContext,
                caller.trace(), tenant);
        var id = UUID.randomUUID().toString();
        store.change(tx -> events.promise(tx, id, event));
        measured(event).queued();
    }

    private Measures.Function measured(Event event) {
        return measures.of(event.account(), event.region(), Arn.parse(event.functionArn()).resourceName());
    }

    private final class Queue implements Carrier<Event> {
        @Override
        public Lane lane(Event event) {
            return Lane.of(event.functionArn());
        }

        @Override
        public RetryPolicy policy(Event event) {
            var settings = store.<Optional<Settings>>read(tx -> functions.settings(tx, event));
            return new RetryPolicy(RETRIES.subList(0, settings.map(Settings::retries).orElse(MOST_RETRIES)),
                    settings.map(Settings::maximumAge).orElse(OLDEST), BUSY);
        }

        @Override
        public Outcome deliver(Event event, Attempt attempt) {
            var before = attempt.previous() == null ? Response.NONE : Response.decode(attempt.previous().detail());
            try {
                measured(event).queuedFor(Duration.between(attempt.since(), time.instant()).toMillis());
                var result = functions.run(event.caller(endpointUrl.get()), event, attempt.recorded());
                var response = before.ran(result);
                return response.failed()
                        ? new Outcome.Failed(Outcome.Verdict.RETRY, 200, "Unhandled", response.errorMessage(),
                                response.encode())
                        : Outcome.delivered(response.encode());
            } catch (ApiError refused) {
                return refused(event, before, refused);
            } catch (RuntimeException fault) {
                LOG.log(Level.ERROR,
                        "The event " + event.requestId() + " of " + event.functionArn() + " is tried again", fault);
                return refused(event, before, new Lambda.ServiceException("The platform could not run the function."));
            }
        }

        private Outcome refused(Event event, Response before, ApiError error) {
            var settings = store.<Optional<Settings>>read(tx -> functions.settings(tx, event));
            if (settings.isPresent() && settings.get().stopped() && error.status() == 429) {
                return new Outcome.Failed(Outcome.Verdict.FINAL, 429, InvocationRecord.ZERO_CONCURRENCY,
                        InvocationRecord.STOPPED, Response.NONE.encode());
            }
            boolean isFinal = settings.isEmpty() || error.status() == 404
                    || error.code().equals("RecursiveInvocationException");
            return Outcome.Failed.of(error).judged(isFinal ? Outcome.Verdict.FINAL : Outcome.Verdict.BUSY)
                    .with(before.refused(error).encode());
        }

        @Override
        public void ended(Event event, Attempt last, Ending ending) {
            if (ending instanceof Ending.GivenUp) {
                measured(event).dropped();
            }
        }

        @Override
        public void settled(Tx tx, Event event, Attempt last, Ending ending) {
            functions.settings(tx, event)
                    .ifPresent(settings -> destinations.promise(tx, event, settings, last, ending));
        }
    }
}
