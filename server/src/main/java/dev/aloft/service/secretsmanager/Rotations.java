package dev.aloft.service.secretsmanager;

import static dev.aloft.service.secretsmanager.SecretsData.CURRENT;
import static dev.aloft.service.secretsmanager.SecretsData.PENDING;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Lambda;
import dev.aloft.api.SecretsManager;
import dev.aloft.kernel.delivery.Deliveries;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.secretsmanager.SecretsData.Rotation;
import dev.aloft.service.secretsmanager.SecretsData.Secret;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * When secrets are rotated: at once where it is asked for, and when the windows of their schedules open.
 *
 * @see <a href="https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html">RotateSecret</a>
 */
final class Rotations {
    static final String PRINCIPAL = "secretsmanager.amazonaws.com";
    private static final int AT_ONCE = 100;

    private final SecretsData data;
    private final SecretIds ids;
    private final Versions versions;
    private final Deliveries<Run> runs;
    private final Lambda lambda;
    private final Store store;
    private final Time time;

    /**
     * A rotation on its way.
     *
     * @param suffix   of the secret's ARN: it may have been deleted and made anew
     * @param testOnly whether only the configuration is tried
     */
    record Run(String account, String region, String name, String suffix, String token, boolean testOnly) {
        static Run of(Secret secret, String token, boolean testOnly) {
            return new Run(secret.account(), secret.region(), secret.name(), secret.suffix(), token, testOnly);
        }

        Key key() {
            return Key.of(account, region, name);
        }
    }

    Rotations(SecretsData data, SecretIds ids, Versions versions, Deliveries<Run> runs, Lambda lambda, Store store,
            Time time) {
        this.data = data;
        this.ids = ids;
        this.versions = versions;
        this.runs = runs;
        this.lambda = lambda;
        this.store = store;
        this.time = time;
    }

    SecretsManager.RotateSecretResponse rotate(Caller caller, SecretsManager.RotateSecretRequest input) {
        var rules = input.rotationRules() == null ? null : RotationRules.of(input.rotationRules());
        var token = input.clientRequestToken();
        if (token == null) {
            throw Refusals.noToken();
        }
        var before = store.<Secret>read(tx -> ids.usable(tx, caller, input.secretId()));
        Secrets.requireOwner(caller, before);
        var function = function(before, input.rotationLambdaARN());
        requireInvocable(caller, before, function);
        boolean atOnce = !Boolean.FALSE.equals(input.rotateImmediately());
        var run = UUID.randomUUID().toString();
        boolean isBusy = store.<Boolean>write(tx -> {
            var secret = ids.usable(tx, caller, before.arn());
            var pending = pending(tx, secret);
            if (pending.isPresent()) {
                begin(tx, secret, pending.get(), run, false);
                return true;
            }
            var wanted = secret.withRotation(changed(secret.rotation(), function, rules))
                    .changed(SecretsData.now(time));
            var scheduled = schedule(tx, data, wanted, SecretsData.now(time));
            begin(tx, scheduled, token, run, !atOnce);
            return false;
        });
        if (isBusy) {
            throw new SecretsManager.InvalidRequestException(
                    "A previous rotation isn't complete. That rotation will be reattempted.");
        }
        return SecretsManager.RotateSecretResponse.of(r -> r.arn(before.arn()).name(before.name()).versionId(token));
    }

    private static String function(Secret secret, String given) {
        if (given != null && !given.isEmpty()) {
            return given;
        }
        if (secret.rotation() == null) {
            throw Refusals.noFunction();
        }
        return secret.rotation().functionArn();
    }

    private static Rotation changed(Rotation before, String function, RotationRules rules) {
        return before == null ? new Rotation(function, true, rules, null, null)
                : new Rotation(function, true, rules == null ? before.rules() : rules, before.rotated(), before.next());
    }

    /**
     * AWS tells nothing of the reason: a function that is not there, and one whose policy does not let it in, are
     * alike.
     */
    private void requireInvocable(Caller caller, Secret secret, String function) {
        try {
            lambda.invoke(caller.asService(PRINCIPAL, secret.arn()), Lambda.InvokeRequest.of(
                    r -> r.functionName(function).invocationType(Lambda.InvocationType.DRY_RUN)));
        } catch (ApiError _) {
            throw ApiError.of("AccessDeniedException", 400,
                    "Secrets Manager cannot invoke the specified Lambda function."
                    + " Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com.");
        }
    }

    /** The version that a rotation has not finished: one that is pending and not current. */
    private Optional<String> pending(ReadTx tx, Secret secret) {
        return versions.labelled(tx, secret, PENDING).filter(it -> !it.has(CURRENT)).map(SecretsData.Version::id);
    }

    private void begin(Tx tx, Secret secret, String token, String run, boolean testOnly) {
        if (data.running.putIfAbsent(tx, secret.key(), token)) {
            versions.addPending(tx, secret, token);
            runs.promise(tx, run, Run.of(secret, token, testOnly));
        }
    }

    /** Keeps the secret with the end of its next window, and when that opens. */
    static Secret schedule(Tx tx, SecretsData data, Secret secret, Instant now) {
        var rotation = secret.rotation();
        var window = Optional.ofNullable(rotation).filter(Rotation::enabled).map(Rotation::rules)
                .flatMap(rules -> rules.next(now));
        data.rotations.cancel(tx, secret.key());
        window.ifPresent(it -> data.rotations.add(tx, it.start(), secret.key(), secret.key()));
        var scheduled = rotation == null ? secret : secret.withRotation(new Rotation(rotation.functionArn(),
                rotation.enabled(), rotation.rules(), rotation.rotated(), window.map(RotationRules.Window::end)
                        .orElse(null)));
        data.secrets.put(tx, secret.key(), scheduled);
        return scheduled;
    }

    /** What is under way is stopped before its next step; labels stay where they are. */
    SecretsManager.CancelRotateSecretResponse cancel(Caller caller, String id) {
        var now = SecretsData.now(time);
        return store.write(tx -> {
            var secret = ids.usable(tx, caller, id);
            Secrets.requireOwner(caller, secret);
            var rotation = secret.rotation();
            if (rotation == null) {
                throw Refusals.noFunction();
            }
            var version = versions.labelled(tx, secret, PENDING).map(SecretsData.Version::id).orElse(null);
            schedule(tx, data, secret.withRotation(new Rotation(rotation.functionArn(), false, rotation.rules(),
                    rotation.rotated(), null)).changed(now), now);
            return SecretsManager.CancelRotateSecretResponse.of(
                    r -> r.arn(secret.arn()).name(secret.name()).versionId(version));
        });
    }

    /** Begins the rotations whose windows have opened; one that an earlier window did not finish is tried again. */
    Optional<Instant> turn() {
        var now = SecretsData.now(time);
        return data.rotations.turn(store, now, AT_ONCE, (tx, due) -> {
            var token = UUID.randomUUID().toString();
            data.secrets.get(tx, due.value()).filter(it -> it.deleted() == null).ifPresent(secret -> {
                var scheduled = schedule(tx, data, secret, now);
                begin(tx, scheduled, pending(tx, scheduled).orElse(token), token, false);
            });
        });
    }
}
