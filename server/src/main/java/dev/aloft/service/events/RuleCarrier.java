package dev.aloft.service.events;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.kernel.call.Event;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.delivery.Attempt;
import dev.aloft.kernel.delivery.Carrier;
import dev.aloft.kernel.delivery.Deliveries;
import dev.aloft.kernel.delivery.Dispatch;
import dev.aloft.kernel.delivery.Ending;
import dev.aloft.kernel.delivery.Lane;
import dev.aloft.kernel.delivery.Outcome;
import dev.aloft.kernel.delivery.RetryPolicy;
import dev.aloft.kernel.identity.Roles;
import dev.aloft.kernel.pattern.EventPath;
import dev.aloft.kernel.pattern.InputTemplate;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Brings events to the targets of rules: as EventBridge, which the target's policy must let in, or under the target's
 * role. What cannot be brought goes to the target's dead-letter queue.
 *
 * @see <a href="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html">Dead-letter queues</a>
 */
final class RuleCarrier implements Carrier<RuleDelivery> {
    private static final Logger LOG = System.getLogger(RuleCarrier.class.getName());
    private static final int MOST_RETRIES = 185;
    private static final Duration LONGEST_AGE = Duration.ofHours(24);

    private final Targets targets;
    private final Roles roles;
    private final Supplier<Forwarding> forwarding;
    private final HttpTargets http;
    private final BusKeys keys;
    private final Deliveries<Dispatch> deadLetters;
    private final BusLogs logs;
    private final Measures measures;
    private final Time time;

    RuleCarrier(Targets targets, Roles roles, Supplier<Forwarding> forwarding, HttpTargets http,
            BusKeys keys, Deliveries<Dispatch> deadLetters, BusLogs logs, Measures measures,
            Time time) {
        this.logs = logs;
        this.measures = measures;
        this.time = time;
        this.targets = targets;
        this.roles = roles;
        this.forwarding = forwarding;
        this.http = http;
        this.keys = keys;
        this.deadLetters = deadLetters;
    }

    @Override
    public Lane lane(RuleDelivery delivery) {
        return Lane.of(delivery.target().arn());
    }

    @Override
    public RetryPolicy policy(RuleDelivery delivery) {
        var given = delivery.target().retryPolicy();
        int retries = given == null || given.maximumRetryAttempts() == null ? MOST_RETRIES
                : given.maximumRetryAttempts();
        var age = given == null || given.maximumEventAgeInSeconds() == null ? LONGEST_AGE
                : Duration.ofSeconds(given.maximumEventAgeInSeconds());
        return RetryPolicy.eventBridge(retries, age);
    }

    @Override
    public Outcome deliver(RuleDelivery kept, Attempt attempt) {
        var started = time.instant();
        measures.attempted(kept, attempt.number(), started);
        Outcome outcome;
        try {
            outcome = brought(kept, attempt);
        } catch (ApiError refused) {
            outcome = Outcome.Failed.of(refused);
        }
        logs.attempted(kept, attempt, started, outcome);
        return outcome;
    }

    private Outcome brought(RuleDelivery kept, Attempt attempt) {
        var delivery = kept.with(keys.opened(kept.busName(), kept.event()));
        var target = delivery.target();
        var arn = Arn.parse(target.arn());
        byte[] body;
        try {
            body = TargetInput.of(delivery);
        } catch (InputTemplate.NoJson e) {
            return failed(400, "INVALID_JSON", e.getMessage());
        }
        var caller = delivery.asService(attempt.id());
        if (target.roleArn() != null) {
            try {
                caller = roles.assume(caller, target.roleArn(), "Events_" + delivery.rule());
            } catch (ApiError refused) {
                return failed(refused.status(), "FAILED_TO_ASSUME_ROLE", refused.getMessage());
            }
        }
        if (arn.service().equals("events") && arn.resource().startsWith("event-bus/")) {
            return forwarding.get().forward(delivery, target.roleArn() == null ? delivery.asAccount(attempt.id())
                    : caller, arn);
        }
        if (arn.service().equals("events") || arn.service().equals("execute-api")) {
            return http.deliver(delivery, caller, arn, body);
        }
        targets.deliver(caller, arn, event(delivery, body));
        return Outcome.delivered();
    }

    static Outcome.Failed failed(int status, String code, String message) {
        return new Outcome.Failed(Outcome.Verdict.FINAL, status, code, message, null);
    }

    private static Event event(RuleDelivery delivery, byte[] body) {
        var event = Event.of(body).withTrace(delivery.trace());
        var target = delivery.target();
        if (target.sqsParameters() != null && target.sqsParameters().messageGroupId() != null) {
            event = event.inGroup(target.sqsParameters().messageGroupId(), null);
        }
        return Arn.parse(target.arn()).service().equals("kinesis") ? event.withPartitionKey(partitionKey(delivery))
            : event;
    }

    /** The event's id where the target says nothing else. */
    private static String partitionKey(RuleDelivery delivery) {
        var parameters = delivery.target().kinesisParameters();
        return EventPath.find(parameters == null ? "$.id" : parameters.partitionKeyPath(), TargetInput.tree(delivery))
                .map(Object::toString).orElse(null);
    }

    @Override
    public void settled(Tx tx, RuleDelivery delivery, Attempt last, Ending ending) {
        var config = delivery.target().deadLetterConfig();
        if (ending instanceof Ending.GivenUp givenUp && config != null && config.arn() != null) {
            var letter = Event.of(delivery.event()).withAttributes(DeadLetters.attributes(delivery, last, givenUp));
            deadLetters.promise(tx, last.id(), new Dispatch(delivery.account(), delivery.region(),
                    "events.amazonaws.com",
                    delivery.ruleArn(), null, config.arn(), letter));
        }
    }

    @Override
    public void ended(RuleDelivery delivery, Attempt last, Ending ending) {
        measures.ended(delivery, !(ending instanceof Ending.GivenUp), time.instant());
        logs.ended(delivery, last, ending);
        if (ending instanceof Ending.GivenUp(var reason, var failure)) {
            LOG.log(Level.WARNING, "An event of " + delivery.ruleArn() + " was given up after " + last.number()
                    + " attempts to bring it to " + delivery.target().arn() + " (" + reason + "): "
                    + Optional.ofNullable(failure.code()).orElse("") + ": " + failure.message());
        }
    }
}
