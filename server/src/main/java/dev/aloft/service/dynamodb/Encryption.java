package dev.aloft.service.dynamodb;

import dev.aloft.api.ApiError;
import dev.aloft.api.DynamoDb.InternalServerError;
import dev.aloft.api.DynamoDb.SSEDescription;
import dev.aloft.api.DynamoDb.SSESpecification;
import dev.aloft.api.DynamoDb.SSEStatus;
import dev.aloft.api.DynamoDb.SSEType;
import dev.aloft.kernel.envelope.KeyRefusal;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.util.Optional;

/**
 * Encryption at rest as it is asked for and told: with a key that DynamoDB owns and does not mention, with the
 * account's key {@code alias/aws/dynamodb}, or with one of one's own. See {@link TableKeys} for what a key does.
 */
final class Encryption {
    static final String MANAGED = "alias/aws/dynamodb";
    private static final String AWS_CLASSES = "com.amazonaws.services.kms.model.";
    private static final String UNKNOWN_CLASS = "AWSKMSException";

    private Encryption() {
    }

    /** The key that is asked for, as KMS names keys; nothing for DynamoDB's own. */
    static Optional<String> wanted(SSESpecification wanted) {
        if (wanted == null) {
            return Optional.empty();
        }
        boolean disabled = Boolean.FALSE.equals(wanted.enabled());
        if (disabled && wanted.sseType() != null) {
            throw ValidationException.parameters("SSEType can not be specified if Enabled is false");
        }
        if (disabled && wanted.kmsMasterKeyId() != null) {
            throw ValidationException.parameters("KMSMasterKeyId can not be specified if Enabled is false");
        }
        if (SSEType.AES256.equals(wanted.sseType())) {
            throw ValidationException.parameters("SSEType AES256 is not supported");
        }
        if (wanted.kmsMasterKeyId() != null && wanted.sseType() == null) {
            throw ValidationException.parameters("SSEType KMS is required if KMSMasterKeyId is specified");
        }
        if (disabled || wanted.enabled() == null && wanted.sseType() == null) {
            return Optional.empty();
        }
        return Optional.of(wanted.kmsMasterKeyId() == null ? MANAGED : wanted.kmsMasterKeyId());
    }

    static SSEDescription told(Optional<String> key) {
        return key.map(arn -> SSEDescription.of(d -> d.status(SSEStatus.ENABLED).sseType(SSEType.KMS)
            .kmsMasterKeyArn(arn))).orElse(null);
    }

    /** While the key is changed the old one is told. */
    static SSEDescription changing(Optional<String> before) {
        return SSEDescription.of(d -> d.status(SSEStatus.UPDATING)
            .sseType(before.map(_ -> SSEType.KMS).orElse(null)).kmsMasterKeyArn(before.orElse(null)));
    }

    static ApiError ofKey(KeyRefusal refusal) {
        return ofKey(refusal, "");
    }

    /** @param where {@code " for region …"} where it is not the table's own, or nothing */
    static ApiError ofKey(KeyRefusal refusal, String where) {
        return switch (refusal.reason()) {
            case DISABLED -> new ValidationException(words("KMS key disabled error", where, refusal.code(), refusal));
            case INVALID_STATE, NOT_FOUND ->
                new ValidationException(words("KMS validation error", where, refusal.code(), refusal));
            case ACCESS_DENIED -> ApiError.of("AccessDeniedException", 400,
                words("KMS key access denied error", where, UNKNOWN_CLASS, refusal));
            case INVALID_KEY_USAGE ->
                new InternalServerError(words("KMS internal error", where, UNKNOWN_CLASS, refusal));
        };
    }

    private static String words(String kind, String where, String type, KeyRefusal refusal) {
        return kind + where + ": " + AWS_CLASSES + type + ": " + refusal.told();
    }
}
