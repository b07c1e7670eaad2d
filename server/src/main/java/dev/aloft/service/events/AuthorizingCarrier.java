package dev.aloft.service.events;

import dev.aloft.api.ApiError;
import dev.aloft.api.Events;
import dev.aloft.kernel.delivery.Attempt;
import dev.aloft.kernel.delivery.Carrier;
import dev.aloft.kernel.delivery.Ending;
import dev.aloft.kernel.delivery.Lane;
import dev.aloft.kernel.delivery.Outcome;
import dev.aloft.kernel.delivery.RetryPolicy;
import dev.aloft.kernel.store.Tx;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * Asks authorization endpoints for the first tokens of connections. One that is not had makes the connection
 * deauthorized; AWS does not say after how many tries.
 *
 * @see <a href="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-target-connection-states.html">Connection
 *     states</a>
 */
final class AuthorizingCarrier implements Carrier<Authorizing> {
    private static final RetryPolicy POLICY = new RetryPolicy(List.of(RetryPolicy.Phase.at(3, Duration.ofSeconds(10))),
            Duration.ofHours(1), null);

    private final Connections connections;
    private final Authorizations authorizations;

    AuthorizingCarrier(Connections connections, Authorizations authorizations) {
        this.connections = connections;
        this.authorizations = authorizations;
    }

    @Override
    public Lane lane(Authorizing of) {
        return Lane.of(of.key().text(0) + "/" + of.key().text(2));
    }

    @Override
    public RetryPolicy policy(Authorizing of) {
        return POLICY;
    }

    @Override
    public Outcome deliver(Authorizing of, Attempt attempt) {
        var connection = connections.unchanged(of);
        if (connection.isEmpty()) {
            return Outcome.delivered();
        }
        try {
            authorizations.first(connection.get());
            return Outcome.delivered();
        } catch (IOException refused) {
            return failed(refused.getMessage());
        } catch (ApiError noSecret) {
            return failed(noSecret.getMessage());
        }
    }

    private static Outcome failed(String why) {
        return new Outcome.Failed(Outcome.Verdict.RETRY, 401, "SDK_CLIENT_ERROR", why, null);
    }

    @Override
    public void settled(Tx tx, Authorizing of, Attempt last, Ending ending) {
        if (ending instanceof Ending.GivenUp(_, var failure)) {
            connections.refused(tx, of, "No token could be had: " + failure.message());
        }
    }
}
