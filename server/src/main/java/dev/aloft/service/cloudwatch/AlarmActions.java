package dev.aloft.service.cloudwatch;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Events;
import dev.aloft.api.Lambda;
import dev.aloft.api.Principal;
import dev.aloft.api.Sns;
import dev.aloft.kernel.call.Event;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.delivery.Attempt;
import dev.aloft.kernel.delivery.Carrier;
import dev.aloft.kernel.delivery.Ending;
import dev.aloft.kernel.delivery.Lane;
import dev.aloft.kernel.delivery.Outcome;
import dev.aloft.kernel.delivery.RetryPolicy;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * Does what alarms are to do when their state changes, and tells the account's event bus of changes. What could not
 * be done stands in the alarm's history.
 */
final class AlarmActions implements Carrier<AlarmActions.Action> {
    static final String TOPIC = "sns";
    static final String FUNCTION = "lambda";
    static final String BUS = "events";
    static final String SCALING = "autoscaling";
    private static final Logger LOG = System.getLogger(AlarmActions.class.getName());
    private static final String ALARMS = "cloudwatch.amazonaws.com";
    /** Functions let alarms in under this name. */
    private static final String ALARMS_FOR_FUNCTIONS = "lambda.alarms.cloudwatch.amazonaws.com";

    private final Sns sns;
    private final Lambda lambda;
    private final Events events;
    private final Targets targets;
    private final Time time;

    /**
     * One thing to do.
     *
     * @param composite whether the alarm is one
     * @param subject   of a notification, or an event's type; null where the target gets neither
     * @param body      what the target gets; of an event its detail
     * @param changed   when what is told happened
     */
    record Action(String account, String region, String alarm, boolean composite, String target, String subject,
            String body, Instant changed) {
        String alarmArn() {
            return Alarm.arn(account, region, alarm);
        }
    }

    AlarmActions(Endpoint endpoint, Targets targets, Time time) {
        this.targets = targets;
        sns = Sns.at(endpoint);
        lambda = Lambda.at(endpoint);
        events = Events.at(endpoint);
        this.time = time;
    }

    static boolean takes(String target) {
        return Arn.isArn(target) && List.of(TOPIC, FUNCTION, SCALING).contains(Arn.parse(target).service());
    }

    @Override
    public Lane lane(Action action) {
        return Lane.of(action.target());
    }

    @Override
    public RetryPolicy policy(Action action) {
        return RetryPolicy.DISPATCH;
    }

    @Override
    public Outcome deliver(Action action, Attempt attempt) {
        switch (Arn.parse(action.target()).service()) {
            case TOPIC -> sns.publish(caller(action, ALARMS, attempt).in(action.account(), Arn.parse(action.target())
                    .region()),
                    Sns.PublishRequest.of(r -> r.topicArn(action.target()).subject(action.subject())
                            .message(action.body())));
            case FUNCTION -> lambda.invoke(caller(action, ALARMS_FOR_FUNCTIONS, attempt), Lambda.InvokeRequest.of(
                    r -> r.functionName(action.target()).invocationType(Lambda.InvocationType.EVENT)
                    .payload(Bytes.of(action.body().getBytes(StandardCharsets.UTF_8)))));
            case SCALING -> scale(caller(action, ALARMS, attempt), action.target(), action.body());
            default -> tell(action, attempt);
        }
        return Outcome.delivered();
    }

    private void scale(Caller caller, String policyArn, String event) {
        targets.deliver(caller, Arn.parse(policyArn), Event.of(event.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Scaling policies are told again for as long as the alarm stays in its state. What fails is not tried again: the
     * next minute tells them anyway.
     */
    void remind(Alarm alarm, String event) {
        var caller = new Caller(alarm.account(), alarm.region(), new Principal.Service(ALARMS, alarm.arn()),
                UUID.randomUUID().toString(), null, 0, null, null, null);
        for (var policyArn : scaling(alarm)) {
            try {
                scale(caller, policyArn, event);
            } catch (ApiError e) {
                LOG.log(Level.DEBUG, alarm.arn() + " did not reach " + policyArn + ": " + e.getMessage());
            }
        }
    }

    /** The scaling policies on which an alarm acts in its state. */
    static List<String> scaling(Alarm alarm) {
        return alarm.actsOnChanges() ? alarm.actions(alarm.state().value()).stream()
                .filter(target -> Arn.parse(target).service().equals(SCALING)).toList() : List.of();
    }

    private void tell(Action action, Attempt attempt) {
        var entry = Events.PutEventsRequestEntry.of(e -> e.source("aws.cloudwatch").eventBusName(action.target())
                .detailType(action.subject()).resources(List.of(action.alarmArn()))
                .time(action.changed())
                .detail(action.body()));
        var result = events.putEvents(caller(action, ALARMS, attempt),
                Events.PutEventsRequest.of(r -> r.entries(List.of(entry)))).entries().getFirst();
        if (result.errorCode() != null) {
            throw ApiError.of(result.errorCode(), 400, result.errorMessage());
        }
    }

    private static Caller caller(Action action, String service, Attempt attempt) {
        return new Caller(action.account(), action.region(), new Principal.Service(service, action.alarmArn()),
                attempt.id(), null, 0, null, null, null);
    }

    @Override
    public void settled(Tx tx, Action action, Attempt last, Ending ending) {
        if (Arn.parse(action.target()).service().equals(BUS)) {
            return;
        }
        var summary = switch (ending) {
            case Outcome.Delivered _ -> "Successfully executed action " + action.target();
            case Ending.GivenUp(_, var failure) ->
                "Failed to execute action " + action.target() + ". Received error: \"" + failure.message() + "\"";
        };
        AlarmHistory.add(tx, Alarm.arn(action.account(), action.region(), action.alarm()), action.composite(),
                time.instant(), last.id(), "Action", summary, null);
    }

    @Override
    public void ended(Action action, Attempt last, Ending ending) {
        if (ending instanceof Ending.GivenUp(var reason, var failure)) {
            LOG.log(Level.WARNING, "An action of " + action.alarmArn() + " was given up: " + action.target() + " ("
                    + reason
                    + "): " + failure.code() + ": " + failure.message());
        }
    }
}
