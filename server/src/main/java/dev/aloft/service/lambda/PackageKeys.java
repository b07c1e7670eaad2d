package dev.aloft.service.lambda;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Lambda;
import dev.aloft.api.Principal;
import dev.aloft.kernel.envelope.DataKey;
import dev.aloft.kernel.envelope.Envelopes;
import dev.aloft.kernel.envelope.KeyUse;
import dev.aloft.kernel.time.Time;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Packages under keys of KMS that functions name. Lambda itself asks for data keys and has them decrypted, which the
 * key's policy must allow; who wants to read a package must be allowed to decrypt too.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/encrypt-zip-package.html">Encrypting .zip packages</a>
 */
final class PackageKeys {
    private static final String WHAT = "function's code";
    /** How long a function runs on after its key is no good. */
    private static final Duration REUSE = Duration.ofMinutes(5);

    private final Envelopes making;
    private final Envelopes running;
    private final Envelopes seeing;

    PackageKeys(Endpoint endpoint, Time time) {
        making = new Envelopes("lambda", endpoint, time,
                refusal -> KeyErrors.configuring(WHAT, "GenerateDataKey", refusal.code(), refusal.words()));
        running = new Envelopes("lambda", endpoint, time, refusal -> KeyErrors.unusable(WHAT, refusal));
        seeing = new Envelopes("lambda", endpoint, time,
                refusal -> ApiError.of(refusal.code(), 400, KeyErrors.code(refusal)));
    }

    /**
     * What opens a package.
     *
     * @param dataKey encrypted, for this function alone
     */
    record Sealing(String keyArn, Bytes dataKey, String functionArn) {
        private Map<String, String> context() {
            return PackageKeys.context(functionArn);
        }
    }

    /** A new data key for one package. */
    record Seal(Sealing sealing, DataKey key) {}

    private static Map<String, String> context(String functionArn) {
        return Map.of("aws:lambda:FunctionArn", functionArn);
    }

    /** @param keyArn of the key that the function names, or none */
    Optional<Seal> seal(Caller caller, FunctionName name, String keyArn) {
        if (keyArn == null || keyArn.isEmpty()) {
            return Optional.empty();
        }
        var arn = name.unqualified().arn();
        var lambda = caller.asService("lambda.amazonaws.com", arn);
        var made = making.made(lambda, new KeyUse(name.account(), keyArn, context(arn), REUSE));
        var sealing = new Sealing(keyArn, made.encrypted(), arn);
        // It is no use where Lambda cannot open what it seals.
        making.requireOpen(lambda, made.encrypted(), sealing.context(), REUSE);
        return Optional.of(new Seal(sealing, made));
    }

    byte[] opened(Sealing sealing, byte[] content) {
        return running.opened(lambda(sealing), sealing.dataKey(), sealing.context(), REUSE).opened(content);
    }

    /** Refuses to run a function whose package can no longer be opened. */
    void require(Sealing sealing) {
        running.requireOpen(lambda(sealing), sealing.dataKey(), sealing.context(), REUSE);
    }

    /** Why this caller cannot read the package, if so. */
    Optional<Lambda.FunctionCodeLocationError> refusal(Caller caller, Sealing sealing) {
        try {
            seeing.requireOpen(caller, sealing.dataKey(), sealing.context(), Duration.ZERO);
            return Optional.empty();
        } catch (ApiError refused) {
            return Optional.of(Lambda.FunctionCodeLocationError.of(
                    e -> e.errorCode(refused.code()).message(refused.getMessage())));
        }
    }

    private static Caller lambda(Sealing sealing) {
        var arn = Arn.parse(sealing.functionArn());
        return new Caller(arn.account(), arn.region(),
                new Principal.Service("lambda.amazonaws.com", sealing.functionArn()),
                UUID.randomUUID().toString(), null, 0, null, null, null);
    }
}
