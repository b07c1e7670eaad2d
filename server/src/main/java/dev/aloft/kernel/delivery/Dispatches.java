package dev.aloft.kernel.delivery;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.kernel.call.Targets;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;

/** Brings dispatches to their targets. One that cannot be brought is logged and dropped. */
public class Dispatches implements Carrier<Dispatch> {
    private static final Logger LOG = System.getLogger(Dispatches.class.getName());

    private final Targets targets;
    private final Assume assume;
    private final RetryPolicy policy;
    private final BiConsumer<Dispatch, Ending> counted;
    private final UnaryOperator<Dispatch> opened;

    /** Lets a service work under a role, or throws its ApiError. */
    @FunctionalInterface
    public interface Assume {
        Caller role(Caller service, String roleArn, String sessionName);
    }

    public Dispatches(Targets targets, Assume assume) {
        this(targets, assume, RetryPolicy.DISPATCH);
    }

    public Dispatches(Targets targets, Assume assume, RetryPolicy policy) {
        this(targets, assume, policy, (_, _) -> { }, UnaryOperator.identity());
    }

    private Dispatches(Targets targets, Assume assume, RetryPolicy policy, BiConsumer<Dispatch, Ending> counted,
            UnaryOperator<Dispatch> opened) {
        this.targets = targets;
        this.assume = assume;
        this.policy = policy;
        this.counted = counted;
        this.opened = opened;
    }

    /** @param how is told of each dispatch at its end */
    public Dispatches counting(BiConsumer<Dispatch, Ending> how) {
        return new Dispatches(targets, assume, policy, how, opened);
    }

    /** @param how makes of a dispatch as it is kept what is sent, before each attempt */
    public Dispatches opening(UnaryOperator<Dispatch> how) {
        return new Dispatches(targets, assume, policy, counted, how);
    }

    @Override
    public Lane lane(Dispatch dispatch) {
        return Lane.of(dispatch.target());
    }

    @Override
    public RetryPolicy policy(Dispatch dispatch) {
        return policy;
    }

    @Override
    public Outcome deliver(Dispatch dispatch, Attempt attempt) {
        var service = dispatch.caller(attempt.id());
        var caller = dispatch.roleArn() == null ? service
            : assume.role(service, dispatch.roleArn(), Arn.parse(dispatch.sourceArn()).resourceName());
        targets.deliver(caller, Arn.parse(dispatch.target()), opened.apply(dispatch).event());
        return Outcome.delivered();
    }

    @Override
    public void ended(Dispatch dispatch, Attempt last, Ending ending) {
        counted.accept(dispatch, ending);
        if (ending instanceof Ending.GivenUp(var reason, var failure)) {
            LOG.log(Level.WARNING,
                "What " + dispatch.sourceArn() + " had for " + dispatch.target() + " is dropped after "
                + last.number() + " attempts (" + reason + "): " + failure.code() + ": " + failure.message());
        }
    }
}
