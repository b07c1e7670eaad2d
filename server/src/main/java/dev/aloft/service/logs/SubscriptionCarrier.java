package dev.aloft.service.logs;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.kernel.call.Event;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.delivery.Attempt;
import dev.aloft.kernel.delivery.Carrier;
import dev.aloft.kernel.delivery.Dispatches;
import dev.aloft.kernel.delivery.Ending;
import dev.aloft.kernel.delivery.Lane;
import dev.aloft.kernel.delivery.Outcome;
import dev.aloft.kernel.delivery.RetryPolicy;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Brings log events to functions and streams: for 24 hours where they are busy or down, not at all where they refuse.
 */
final class SubscriptionCarrier implements Carrier<Subscribed> {
    private static final Logger LOG = System.getLogger(SubscriptionCarrier.class.getName());
    static final RetryPolicy POLICY = new RetryPolicy(List.of(new RetryPolicy.Phase(RetryPolicy.UNLIMITED,
        Duration.ofSeconds(1), Duration.ofMinutes(5), RetryPolicy.Curve.DOUBLING, true)), Duration.ofHours(24), null);

    private final Targets targets;
    private final Dispatches.Assume roles;
    private final Destinations destinations;

    SubscriptionCarrier(Targets targets, Dispatches.Assume roles, Destinations destinations) {
        this.targets = targets;
        this.roles = roles;
        this.destinations = destinations;
    }

    @Override
    public Lane lane(Subscribed events) {
        return Lane.of(events.filter().destinationArn());
    }

    @Override
    public RetryPolicy policy(Subscribed events) {
        return POLICY;
    }

    @Override
    public Outcome deliver(Subscribed events, Attempt attempt) {
        bring(events.service(attempt.id()), events.filter(), events.event());
        return Outcome.delivered();
    }

    /** Sends the message by which a stream is tried before its filter is taken. */
    void test(Caller service, SubscriptionFilter filter, long now) {
        var target = destination(filter).map(KeptDestination::targetArn).orElse(filter.destinationArn());
        bring(service, filter, Subscribed.control(target, now));
    }

    private Optional<KeptDestination> destination(SubscriptionFilter filter) {
        return Destinations.isOne(filter.destinationArn())
            ? Optional.of(destinations.at(filter.destinationArn()).orElseThrow(Destinations::invalid))
            : Optional.empty();
    }

    private void bring(Caller service, SubscriptionFilter filter, Event event) {
        var destination = destination(filter);
        if (destination.isPresent()) {
            destinations.bring(service, destination.get(), event);
            return;
        }
        var caller = filter.roleArn() == null ? service : roles.role(service, filter.roleArn(), "CloudWatchLogs");
        targets.deliver(caller, Arn.parse(filter.destinationArn()), event);
    }

    @Override
    public void ended(Subscribed events, Attempt last, Ending ending) {
        if (ending instanceof Ending.GivenUp(var reason, var failure)) {
            LOG.log(Level.WARNING, "Events of log group " + events.group() + " are lost to " + events.filter()
                .destinationArn()
                + " after " + last.number() + " attempts (" + reason + "): " + failure.code() + ": "
                + failure.message());
        }
    }
}
