package dev.aloft.service.ssm;

import dev.aloft.api.ApiError;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Ssm;
import dev.aloft.kernel.envelope.Envelopes;
import dev.aloft.kernel.envelope.KeyRefusal;
import dev.aloft.kernel.envelope.KeyUse;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.service.ssm.SsmData.Version;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;

/**
 * The values of SecureString parameters, under keys of KMS: of standard parameters as KMS encrypts them, of advanced
 * ones in an envelope. The caller must be allowed to use the key, which all are with AWS's own for Parameter Store.
 *
 * @see <a href="https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html">
 *     How AWS Systems Manager Parameter Store uses AWS KMS</a>
 */
final class SecureValues {
    static final String AWS_KEY = "alias/aws/ssm";
    private static final String PURPOSE = "ssm parameter";

    private final Envelopes envelopes;
    private final KeyFile keys;

    SecureValues(Envelopes envelopes, KeyFile keys) {
        this.envelopes = envelopes;
        this.keys = keys;
    }

    String sealed(Caller caller, String name, String keyId, String tier, String value) {
        var use = new KeyUse(caller.account(), keyId, context(caller, name), Duration.ZERO);
        byte[] plain = value.getBytes(StandardCharsets.UTF_8);
        byte[] sealed = tier.equals(Ssm.ParameterTier.STANDARD) ? envelopes.encrypted(caller, use, plain).array()
                : envelopes.sealed(caller, use, plain);
        return Base64.getEncoder().encodeToString(sealed);
    }

    private static Map<String, String> context(Caller caller, String name) {
        return Map.of("PARAMETER_ARN", Names.arn(caller, name));
    }

    String opened(Caller caller, String name, Version version) {
        byte[] sealed = Base64.getDecoder().decode(version.value());
        byte[] plain = version.keyId() == null ? ofKeyFile(caller, name, sealed)
                : version.tier().equals(Ssm.ParameterTier.STANDARD)
                        ? envelopes.decrypted(caller, Bytes.of(sealed), context(caller, name))
                        : envelopes.opened(caller, sealed, Duration.ZERO);
        return new String(plain, StandardCharsets.UTF_8);
    }

    /** Of versions from before there were keys of KMS here. */
    private byte[] ofKeyFile(Caller caller, String name, byte[] sealed) {
        return keys.unseal(PURPOSE, Names.arn(caller, name), sealed).orElseThrow(
                () -> new IllegalStateException("The parameter " + name + " was encrypted with another key file"));
    }

    /** What KMS refused, in the words of the client of KMS that Systems Manager has. */
    static ApiError refused(KeyRefusal refusal) {
        return switch (refusal.reason()) {
            case ACCESS_DENIED -> ApiError.of("AccessDeniedException", 400, refusal.toldInFull());
            case DISABLED, INVALID_STATE, NOT_FOUND, INVALID_KEY_USAGE -> new Ssm.InvalidKeyId(refusal.toldInFull());
        };
    }
}
