package dev.aloft.service.lambda.async;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Body;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Events;
import dev.aloft.api.S3;
import dev.aloft.kernel.call.Event;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.delivery.Attempt;
import dev.aloft.kernel.delivery.Carrier;
import dev.aloft.kernel.delivery.Deliveries;
import dev.aloft.kernel.delivery.Ending;
import dev.aloft.kernel.delivery.Lane;
import dev.aloft.kernel.delivery.Outcome;
import dev.aloft.kernel.delivery.RetryPolicy;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.kernel.time.Worker;
import dev.aloft.service.lambda.invoke.ExecutionRoles;
import dev.aloft.service.lambda.invoke.Measures;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Brings records of events and batches to destinations and dead letters to their queues, under the function's role;
 * what fails is dropped.
 */
public final class Destinations implements Carrier<Destinations.Note> {
    private static final Logger LOG = System.getLogger(Destinations.class.getName());
    private static final DateTimeFormatter OBJECT =
            DateTimeFormatter.ofPattern("uuuu/MM/dd/uuuu-MM-dd'T'HH.mm.ss").withZone(ZoneOffset.UTC);

    /** What kind of note it is. */
    enum Kind { SUCCESS, FAILURE, DEAD_LETTER, BATCH }

    /**
     * One on its way.
     *
     * @param functionArn with qualifier
     * @param session     the role's session
     * @param at          when the event was done with
     * @param object      the key where the target is a bucket
     * @param counted     of a batch whose mapping counts its events
     */
    record Note(Kind kind, String account, String region, String functionArn, String role, String session,
            String requestId, String target, Event event, Instant at, String object, Optional<Counted> counted) {}

    /** Events of a mapping that are counted. */
    public record Counted(String mapping, int events) {}

    private final Time time;
    private final Measures measures;
    private final Targets targets;
    private final ExecutionRoles roles;
    private final Supplier<String> endpointUrl;
    private final S3 s3;
    private final Events events;
    private final Deliveries<Note> notes;

    public Destinations(Store store, Time time, Targets targets, Endpoint endpoint, ExecutionRoles roles,
            Measures measures, Supplier<String> endpointUrl) {
        this.measures = measures;
        this.time = time;
        this.targets = targets;
        this.roles = roles;
        this.endpointUrl = endpointUrl;
        s3 = S3.at(endpoint);
        events = Events.at(endpoint);
        notes = new Deliveries<>("lambda-destinations", store, time, Codec.of(Note.class), this);
    }

    public Worker worker() {
        return notes.worker();
    }

    /** In the commit that ends an event. */
    void promise(Tx tx, AsyncInvocations.Event event, AsyncInvocations.Settings settings, Attempt last, Ending ending) {
        var now = time.instant();
        var condition = InvocationRecord.condition(ending);
        switch (ending) {
            case Outcome.Delivered delivered -> {
                if (settings.onSuccess() != null) {
                    var record = InvocationRecord.json(event, Response.decode(delivered.detail()), condition, now);
                    promise(tx, Kind.SUCCESS, settings.onSuccess(), event, settings.role(), last.id(),
                            Event.of(record), now);
                }
            }
            case Ending.GivenUp(var _, var failure) -> {
                if (settings.onFailure() != null) {
                    var record = InvocationRecord.json(event, Response.decode(failure.detail()), condition, now);
                    promise(tx, Kind.FAILURE, settings.onFailure(), event, settings.role(), last.id(),
                            Event.of(record), now);
                }
                if (settings.deadLetters() != null) {
                    deadLetter(tx, event, settings.role(), settings.deadLetters(), failure, last.id(), now);
                }
            }
        }
    }

    private void promise(Tx tx, Kind kind, String target, AsyncInvocations.Event event, String role, String id,
            Event note, Instant now) {
        var name = Arn.parse(event.functionArn()).resourceName();
        notes.promise(tx, id + "-" + kind, new Note(kind, event.account(), event.region(), event.qualifiedArn(), role,
                name, event.requestId(), target, note.withTrace(event.trace()), now,
                "aws/lambda/async/" + name + "/" + OBJECT.format(now) + "-" + id, Optional.empty()));
    }

    /** The event of a durable execution that did not succeed. */
    public void deadLetter(Tx tx, AsyncInvocations.Event event, String role, String target, String errorMessage) {
        var failure = new Outcome.Failed(Outcome.Verdict.FINAL, 200, "Unhandled", errorMessage, Response.NONE.encode());
        deadLetter(tx, event, role, target, failure, event.requestId(), time.instant());
    }

    private void deadLetter(Tx tx, AsyncInvocations.Event event, String role, String target, Outcome.Failed failure,
            String id, Instant now) {
        var letter = Event.of(event.payload()).withAttributes(InvocationRecord.deadLetterAttributes(event, failure));
        promise(tx, Kind.DEAD_LETTER, target, event, role, id, letter, now);
    }

    /**
     * The record of a batch that an event source mapping gave up.
     *
     * @param id     new for each
     * @param folder of the object where the target is a bucket
     */
    public void promise(Tx tx, String id, String functionArn, String role, String target, byte[] record, String folder,
            Optional<Counted> counted) {
        var function = Arn.parse(functionArn);
        var now = time.instant();
        notes.promise(tx, id, new Note(Kind.BATCH, function.account(), function.region(), functionArn, role,
                function.resource().split(":")[1], id, target, Event.of(record), now,
                "aws/lambda/" + folder + "/" + OBJECT.format(now) + "-" + id, counted));
    }

    @Override
    public Lane lane(Note note) {
        return Lane.of(note.target());
    }

    @Override
    public RetryPolicy policy(Note note) {
        return RetryPolicy.DISPATCH;
    }

    @Override
    public Outcome deliver(Note note, Attempt attempt) {
        var lambda = new AsyncInvocations.Event(note.account(), note.region(), note.functionArn(), null,
                note.requestId(), null, null, note.event().trace(), null).caller(endpointUrl.get());
        var caller = roles.assume(lambda, note.role(), note.session()).caller();
        var target = Arn.parse(note.target());
        switch (target.service()) {
            case "events" -> putEvent(caller, note);
            case "s3" -> putObject(caller, target, note);
            default -> targets.deliver(caller, target, note.event());
        }
        return Outcome.delivered();
    }

    private void putObject(Caller caller, Arn bucket, Note note) {
        s3.putObject(caller, S3.PutObjectRequest.of(r -> r.bucket(bucket.resource()).key(note.object())
                .contentType("application/json")
                .body(Body.of(note.event().body()))));
    }

    private void putEvent(Caller caller, Note note) {
        var entry = Events.PutEventsRequestEntry.of(e -> e.eventBusName(note.target()).source("lambda")
                .detailType("Lambda Function Invocation Result - "
                        + (note.kind() == Kind.SUCCESS ? "Success" : "Failure"))
                .resources(List.of(note.target(), note.functionArn())).time(note.at())
                .detail(new String(note.event().body(), StandardCharsets.UTF_8)));
        var result = events.putEvents(caller, Events.PutEventsRequest.of(r -> r.entries(List.of(entry)))).entries()
                .getFirst();
        if (result.errorCode() != null) {
            throw ApiError.of(result.errorCode(), 400, result.errorMessage());
        }
    }

    private static String functionName(Note note) {
        return Arn.parse(note.functionArn()).resource().split(":")[1];
    }

    /** What a destination does not get to know is dropped. */
    private void count(Note note, Ending ending) {
        note.counted().ifPresent(it -> {
            var measured = measures.ofMapping(note.account(), note.region(), it.mapping());
            if (ending instanceof Outcome.Delivered) {
                measured.toldOnFailure(it.events());
            } else {
                measured.dropped(it.events());
            }
        });
    }

    @Override
    public void ended(Note note, Attempt last, Ending ending) {
        count(note, ending);
        if (ending instanceof Ending.GivenUp(var _, var failure)) {
            var measured = measures.of(note.account(), note.region(), functionName(note));
            if (note.kind() == Kind.DEAD_LETTER) {
                measured.deadLetterFailed();
            } else {
                measured.destinationFailed();
            }
            LOG.log(Level.WARNING, (note.kind() == Kind.DEAD_LETTER ? "DeadLetterErrors"
                    : "DestinationDeliveryFailures") + ": what became of "
                    + note.requestId() + " of " + note.functionArn() + " could not be brought to " + note.target()
                    + ": "
                    + failure.code() + ": " + failure.message());
        }
    }
}
