package dev.aloft.service.scheduler;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Principal;
import dev.aloft.api.Scheduler;
import dev.aloft.kernel.call.Event;
import dev.aloft.kernel.call.Event.Attribute;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.delivery.Attempt;
import dev.aloft.kernel.delivery.Carrier;
import dev.aloft.kernel.delivery.Deliveries;
import dev.aloft.kernel.delivery.Dispatch;
import dev.aloft.kernel.delivery.Ending;
import dev.aloft.kernel.delivery.Lane;
import dev.aloft.kernel.delivery.Outcome;
import dev.aloft.kernel.delivery.RetryPolicy;
import dev.aloft.kernel.envelope.Envelopes;
import dev.aloft.kernel.identity.Roles;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Tx;
import dev.aloft.wire.Trees;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Calls the targets of schedules under their roles. What cannot be called is told to the schedule's dead-letter queue.
 *
 * @see <a href="https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html">Dead-letter
 *     queues</a>
 */
final class InvocationCarrier implements Carrier<Invocation> {
    private static final Logger LOG = System.getLogger(InvocationCarrier.class.getName());

    private static final String EXECUTION_ID = "EXECUTION_ID";
    private static final String RETRY_ATTEMPTS = "RETRY_ATTEMPTS";
    private static final String SCHEDULED_TIME = "SCHEDULED_TIME";
    private static final String SCHEDULE_ARN = "SCHEDULE_ARN";

    private final SchedulerData data;
    private final Endpoint endpoint;
    private final Targets targets;
    private final TargetRules targetRules;
    private final Roles roles;
    private final ScheduleKeys keys;
    private final Supplier<Deliveries<Dispatch>> deadLetters;
    private final Measures measures;

    InvocationCarrier(SchedulerData data, Endpoint endpoint, Targets targets, TargetRules targetRules, Roles roles,
            ScheduleKeys keys, Supplier<Deliveries<Dispatch>> deadLetters, Measures measures) {
        this.keys = keys;
        this.data = data;
        this.endpoint = endpoint;
        this.targets = targets;
        this.targetRules = targetRules;
        this.roles = roles;
        this.deadLetters = deadLetters;
        this.measures = measures;
    }

    @Override
    public Lane lane(Invocation invocation) {
        return Lane.of(invocation.target().arn());
    }

    @Override
    public RetryPolicy policy(Invocation invocation) {
        var policy = invocation.target().retryPolicy();
        return RetryPolicy.eventBridge(policy.maximumRetryAttempts(),
                Duration.ofSeconds(policy.maximumEventAgeInSeconds()));
    }

    @Override
    public Outcome deliver(Invocation invocation, Attempt attempt) {
        measures.attempted(invocation);
        try {
            call(invocation, attempt);
            return Outcome.delivered();
        } catch (ApiError e) {
            measures.failed(invocation, Outcome.Verdict.of(e) == Outcome.Verdict.BUSY);
            throw e;
        }
    }

    private void call(Invocation invocation, Attempt attempt) {
        var target = invocation.target();
        var caller = role(invocation, target.roleArn(), attempt.id());
        var input = opened(invocation, caller).input(attempt.id(), attempt.number());
        if (TargetRules.isUniversal(target.arn())) {
            callUniversal(target.arn(), caller, input);
        } else {
            targets.deliver(caller, Arn.parse(target.arn()), event(invocation, input));
        }
    }

    private Invocation opened(Invocation invocation, Caller role) {
        return invocation.sealed() == null ? invocation : invocation.with(keys.opened(role, invocation.sealed()));
    }

    /** A dead letter with its input, where the role may decrypt it; else it says no more than that it was time. */
    Dispatch opened(Dispatch letter) {
        var content = letter.event().body();
        if (!Envelopes.isSealed(content)) {
            return letter;
        }
        var attributes = letter.event().attributes();
        var schedule = Arn.parse(attributes.get(SCHEDULE_ARN).value()).resource().split("/");
        var invocation = new Invocation(letter.account(), letter.region(), schedule[1], schedule[2],
                Scheduler.Target.of(_ -> { }), Instant.parse(attributes.get(SCHEDULED_TIME).value()), false, null);
        var id = attributes.get(EXECUTION_ID).value();
        String input = null;
        try {
            input = keys.opened(role(invocation, letter.roleArn(), id), content);
        } catch (ApiError refused) {
            LOG.log(Level.WARNING, "The input of " + invocation.arn() + " cannot be decrypted: " + refused);
        }
        var retries = Integer.parseInt(attributes.get(RETRY_ATTEMPTS).value());
        return letter.carrying(letter.event().withBody(invocation.with(input).input(id, retries + 1)
                .getBytes(StandardCharsets.UTF_8)));
    }

    private Caller role(Invocation invocation, String roleArn, String id) {
        var group = SchedulerData.groupArn(invocation.account(), invocation.region(), invocation.group());
        var service = new Caller(invocation.account(), invocation.region(),
                new Principal.Service("scheduler.amazonaws.com", group), id, null, 0, null, null, null);
        return roles.assume(service, roleArn, sessionName(id));
    }

    private static String sessionName(String id) {
        return id.length() > 64 ? id.substring(0, 64) : id;
    }

    private void callUniversal(String arn, Caller caller, String input) {
        var operation = targetRules.operation(arn);
        var tree = TargetRules.tree(input).orElseThrow(() ->
                ApiError.of("ValidationException", 400, "The input is no JSON object."));
        endpoint.call(operation, caller, Trees.written(operation.input(), tree));
    }

    private static Event event(Invocation invocation, String input) {
        var target = invocation.target();
        if (target.eventBridgeParameters() != null) {
            var event = new LinkedHashMap<String, Object>();
            event.put("source", target.eventBridgeParameters().source());
            event.put("detail-type", target.eventBridgeParameters().detailType());
            event.put("detail", JsonReader.tree(input));
            return Event.of(JsonWriter.bytes(event));
        }
        var event = Event.of(input.getBytes(StandardCharsets.UTF_8));
        if (target.sqsParameters() != null && target.sqsParameters().messageGroupId() != null) {
            event = event.inGroup(target.sqsParameters().messageGroupId(), null);
        }
        return target.kinesisParameters() == null ? event : event.withPartitionKey(target.kinesisParameters()
                .partitionKey());
    }

    @Override
    public void settled(Tx tx, Invocation invocation, Attempt last, Ending ending) {
        var config = invocation.target().deadLetterConfig();
        if (ending instanceof Ending.GivenUp givenUp && config != null && config.arn() != null) {
            byte[] body = invocation.sealed() != null ? invocation.sealed()
                    : invocation.input(last.id(), last.number()).getBytes(StandardCharsets.UTF_8);
            var letter = Event.of(body).withAttributes(attributes(invocation, last, givenUp));
            deadLetters.get().promise(tx, last.id(), new Dispatch(invocation.account(), invocation.region(),
                    "scheduler.amazonaws.com",
                    SchedulerData.groupArn(invocation.account(), invocation.region(), invocation.group()),
                    invocation.target().roleArn(), config.arn(), letter));
        }
        var key = Key.of(invocation.account(), invocation.region(), invocation.group(), invocation.schedule());
        if (invocation.isLast() && data.due.get(tx, key).isEmpty()) {
            data.schedules.delete(tx, key);
        }
    }

    private static Map<String, Attribute> attributes(Invocation invocation, Attempt last, Ending.GivenUp ending) {
        var attributes = new LinkedHashMap<String, Attribute>();
        attributes.put("ERROR_CODE", Attribute.text(String.valueOf(ending.last().code())));
        attributes.put("ERROR_MESSAGE", Attribute.text(String.valueOf(ending.last().message())));
        attributes.put(EXECUTION_ID, Attribute.text(last.id()));
        switch (ending.reason()) {
            case RETRIES -> attributes.put("EXHAUSTED_RETRY_CONDITION", Attribute.text("MaximumRetryAttempts"));
            case AGE -> attributes.put("EXHAUSTED_RETRY_CONDITION", Attribute.text("MaximumEventAgeInSeconds"));
            case HOPELESS -> { }
        }
        attributes.put("IS_PAYLOAD_TRUNCATED", Attribute.text("false"));
        attributes.put(RETRY_ATTEMPTS, Attribute.text(String.valueOf(last.number() - 1)));
        attributes.put(SCHEDULED_TIME, Attribute.text(Invocation.time(invocation.scheduled())));
        attributes.put(SCHEDULE_ARN, Attribute.text(invocation.arn()));
        attributes.put("TARGET_ARN", Attribute.text(invocation.target().arn()));
        return attributes;
    }

    @Override
    public void ended(Invocation invocation, Attempt last, Ending ending) {
        if (ending instanceof Ending.GivenUp(var reason, var failure)) {
            measures.dropped(invocation);
            LOG.log(Level.WARNING, "A call of " + invocation.arn() + " was given up after " + last.number()
                    + " attempts to reach "
                    + invocation.target().arn() + " (" + reason + "): " + failure.code() + ": " + failure.message());
        }
    }
}
