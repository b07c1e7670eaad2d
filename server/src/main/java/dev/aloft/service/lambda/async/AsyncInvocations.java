package dev.aloft.service.lambda.async;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Principal;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Due;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Space;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Signal;
import dev.aloft.kernel.time.Time;
import dev.aloft.kernel.time.Worker;
import dev.aloft.service.lambda.invoke.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Lambda's durable queue of events. */
public final class AsyncInvocations {
    private static final System.Logger LOG = System.getLogger(AsyncInvocations.class.getName());
    private static final List<Duration> RETRIES = List.of(Duration.ofMinutes(1), Duration.ofMinutes(2));
    private static final Duration OLDEST = Duration.ofHours(6);
    private static final Duration FIRST_BACKOFF = Duration.ofSeconds(1);
    private static final Duration LONGEST_BACKOFF = Duration.ofMinutes(5);
    /** Longer than any function runs: a platform that dies in between takes its events up at its next start. */
    private static final Duration HELD = Duration.ofMinutes(20);
    private static final int AT_ONCE = 200;

    /**
     * An event that waits.
     *
     * @param errors    how often the function failed so far
     * @param throttles how often it could not be run
     * @param held      whether it is being run
     */
    public record Event(String account, String region, String functionArn, String qualifier, String requestId, byte[] payload,
            String clientContext, String trace, int depth, String endpoint, Instant since, int errors, int throttles, boolean held) {

        Event with(int errors, int throttles, boolean held) {
            return new Event(account, region, functionArn, qualifier, requestId, payload, clientContext, trace, depth, endpoint,
                    since, errors, throttles, held);
        }
    }

    /** Runs an event once; throws ApiError when it could not be run. */
    public interface Attempt {
        Outcome run(Caller caller, Event event);

        /** The ARN of the function's dead-letter queue. */
        Optional<Arn> deadLetters(Event event);
    }

    private final Store store;
    private final Time time;
    private final Attempt attempt;
    private final Targets targets;
    private final Signal signal = new Signal();
    private final Due<Event> waiting = new Due<>(Space.of("async"), Codec.of(Event.class), signal);
    private final Set<String> running = ConcurrentHashMap.newKeySet();
    private volatile boolean recovered;

    public AsyncInvocations(Store store, Time time, Targets targets, Attempt attempt) {
        this.store = store;
        this.time = time;
        this.targets = targets;
        this.attempt = attempt;
    }

    public Worker worker() {
        return new Worker("lambda-async", signal, this::turn);
    }

    /** Keeps the event; from here on it will be run. */
    public void promise(Caller caller, String functionArn, String qualifier, String requestId, byte[] payload, String clientContext) {
        Instant now = time.instant();
        Arn arn = Arn.parse(functionArn);
        Event event = new Event(arn.account(), arn.region(), functionArn, qualifier, requestId, payload, clientContext,
                caller.trace(), caller.depth(), caller.endpoint(), now, 0, 0, false);
        store.change(tx -> waiting.add(tx, now, Key.of(requestId, functionArn), event));
    }

    /** Starts what is due; each event on a thread of its own, since functions take their time. */
    private Optional<Instant> turn() {
        if (!recovered) {
            recover();
            recovered = true;
        }
        Instant now = time.instant();
        for (var due : store.read(tx -> waiting.due(tx, now, AT_ONCE))) {
            if (running.size() >= AT_ONCE) {
                break;
            }
            store.change(tx -> waiting.get(tx, due.id()).ifPresent(entry ->
                    waiting.add(tx, now.plus(HELD), due.id(), entry.value().with(entry.value().errors(), entry.value().throttles(), true))));
            running.add(due.value().requestId());
            time.start("lambda-async-" + due.value().requestId(), () -> run(due.id(), due.value()));
        }
        return running.size() >= AT_ONCE ? Optional.of(now.plusSeconds(1)) : store.read(waiting::next);
    }

    /** What was being run when the platform ended is due now. */
    private void recover() {
        Instant now = time.instant();
        store.change(tx -> waiting.all(tx).stream().filter(entry -> entry.value().held()).forEach(entry ->
                waiting.add(tx, now, entry.id(), entry.value().with(entry.value().errors(), entry.value().throttles(), false))));
    }

    private void run(Key id, Event event) {
        try {
            // The event was accepted: what is asked now is asked as Lambda itself.
            var caller = new Caller(event.account(), event.region(), new Principal.Service("lambda.amazonaws.com", event.functionArn()),
                    event.requestId(), event.trace(), event.depth() + 1, event.endpoint(), null, null);
            Outcome outcome;
            try {
                outcome = attempt.run(caller, event);
            } catch (ApiError refused) {
                if (refused.status() == 404) {
                    // The function is gone, and with it where its dead letters would go.
                    store.change(tx -> waiting.cancel(tx, id));
                    return;
                }
                later(caller, id, event, refused);
                return;
            }
            if (!outcome.failed()) {
                store.change(tx -> waiting.cancel(tx, id));
            } else if (event.errors() < RETRIES.size()) {
                Instant at = time.instant().plus(RETRIES.get(event.errors()));
                store.change(tx -> waiting.add(tx, at, id, event.with(event.errors() + 1, event.throttles(), false)));
            } else {
                giveUp(caller, id, event);
            }
        } catch (RuntimeException bug) {
            LOG.log(System.Logger.Level.WARNING, "Event " + event.requestId() + " of " + event.functionArn() + " is tried again", bug);
            Instant at = time.instant().plus(LONGEST_BACKOFF);
            store.change(tx -> waiting.add(tx, at, id, event.with(event.errors(), event.throttles() + 1, false)));
        } finally {
            running.remove(event.requestId());
            signal.raise();
        }
    }

    private void later(Caller caller, Key id, Event event, ApiError refused) {
        Duration pause = FIRST_BACKOFF.multipliedBy(1L << Math.min(event.throttles(), 20));
        Instant at = time.instant().plus(pause.compareTo(LONGEST_BACKOFF) < 0 ? pause : LONGEST_BACKOFF);
        if (at.isAfter(event.since().plus(OLDEST))) {
            LOG.log(System.Logger.Level.INFO, () -> "Event " + event.requestId() + " of " + event.functionArn() + " is too old: " + refused);
            giveUp(caller, id, event);
        } else {
            store.change(tx -> waiting.add(tx, at, id, event.with(event.errors(), event.throttles() + 1, false)));
        }
    }

    private void giveUp(Caller caller, Key id, Event event) {
        Optional<Arn> deadLetters = attempt.deadLetters(event);
        if (deadLetters.isPresent()) {
            try {
                targets.deliver(caller, deadLetters.get(), dev.aloft.kernel.call.Event.of(event.payload()));
            } catch (ApiError lost) {
                LOG.log(System.Logger.Level.WARNING, "Event " + event.requestId() + " of " + event.functionArn()
                        + " could not be brought to " + deadLetters.get() + ": " + lost);
            }
        }
        store.change(tx -> waiting.cancel(tx, id));
    }
}
