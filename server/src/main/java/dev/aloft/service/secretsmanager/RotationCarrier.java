package dev.aloft.service.secretsmanager;

import dev.aloft.api.ApiError;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Lambda;
import dev.aloft.api.Principal;
import dev.aloft.kernel.delivery.Attempt;
import dev.aloft.kernel.delivery.Carrier;
import dev.aloft.kernel.delivery.Ending;
import dev.aloft.kernel.delivery.Lane;
import dev.aloft.kernel.delivery.Outcome;
import dev.aloft.kernel.delivery.RetryPolicy;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.secretsmanager.Rotations.Run;
import dev.aloft.service.secretsmanager.SecretsData.Rotation;
import dev.aloft.service.secretsmanager.SecretsData.Secret;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/**
 * Rotates one secret: calls its function once for each step. Where a step fails, all are tried again, as on AWS, which
 * does not say how often: five times in all here.
 *
 * @see <a href="https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html">
 *     Lambda rotation functions</a>
 */
final class RotationCarrier implements Carrier<Run> {
    private static final Logger LOG = System.getLogger(RotationCarrier.class.getName());
    private static final List<String> STEPS = List.of("createSecret", "setSecret", "testSecret", "finishSecret");
    private static final List<String> TEST = List.of("testSecret");
    private static final RetryPolicy POLICY = new RetryPolicy(List.of(new RetryPolicy.Phase(4, Duration.ofSeconds(10),
            Duration.ofMinutes(10), RetryPolicy.Curve.DOUBLING, false)), Duration.ofDays(1), null);

    private final SecretsData data;
    private final Versions versions;
    private final Lambda lambda;
    private final Store store;
    private final Time time;

    RotationCarrier(SecretsData data, Versions versions, Lambda lambda, Store store, Time time) {
        this.data = data;
        this.versions = versions;
        this.lambda = lambda;
        this.store = store;
        this.time = time;
    }

    @Override
    public Lane lane(Run run) {
        return Lane.of(String.join("/", run.account(), run.region(), run.name()));
    }

    @Override
    public RetryPolicy policy(Run run) {
        return POLICY;
    }

    @Override
    public Outcome deliver(Run run, Attempt attempt) {
        for (var step : run.testOnly() ? TEST : STEPS) {
            var secret = store.read(tx -> wanted(tx, run));
            if (secret.isEmpty()) {
                return Outcome.delivered();
            }
            try {
                call(secret.get(), run, step, attempt);
            } catch (ApiError e) {
                return Outcome.Failed.of(e).judged(Outcome.Verdict.RETRY);
            }
        }
        return Outcome.delivered();
    }

    /** The secret, as long as it is to be rotated. */
    private Optional<Secret> wanted(ReadTx tx, Run run) {
        return data.secrets.get(tx, run.key()).filter(it -> it.suffix().equals(run.suffix()) && it.deleted() == null
                && it.rotation() != null && it.rotation().enabled());
    }

    private void call(Secret secret, Run run, String step, Attempt attempt) {
        var event = new LinkedHashMap<String, Object>();
        event.put("Step", step);
        event.put("SecretId", secret.arn());
        event.put("ClientRequestToken", run.token());
        var caller = new Caller(run.account(), run.region(), new Principal.Service(Rotations.PRINCIPAL, secret.arn()),
                attempt.id(), null, 0, null, null, null);
        var answer = lambda.invoke(caller, Lambda.InvokeRequest.of(r -> r.functionName(secret.rotation().functionArn())
                .invocationType(Lambda.InvocationType.REQUEST_RESPONSE).payload(Bytes.of(JsonWriter.bytes(event)))));
        if (answer.functionError() != null) {
            throw ApiError.of("Lambda." + answer.functionError(), 400,
                    step + ": " + new String(answer.payload().array(), StandardCharsets.UTF_8));
        }
    }

    @Override
    public void settled(Tx tx, Run run, Attempt last, Ending ending) {
        data.running.get(tx, run.key()).filter(run.token()::equals).ifPresent(_ -> data.running.delete(tx, run.key()));
        wanted(tx, run).ifPresent(secret -> {
            if (run.testOnly()) {
                versions.forgetPending(tx, secret, run.token());
            } else if (ending instanceof Outcome.Delivered) {
                var rotation = secret.rotation();
                var now = SecretsData.now(time);
                Rotations.schedule(tx, data, secret.withRotation(new Rotation(rotation.functionArn(), true,
                        rotation.rules(), now, rotation.next())).changed(now), now);
            }
        });
    }

    @Override
    public void ended(Run run, Attempt last, Ending ending) {
        if (ending instanceof Ending.GivenUp(var reason, var failure)) {
            LOG.log(Level.WARNING, "The secret " + run.name() + " was not rotated after " + last.number()
                    + " attempts ("
                    + reason + "): " + failure.code() + ": " + failure.message());
        }
    }
}
