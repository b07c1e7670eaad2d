package dev.aloft.service.dynamodb;

import dev.aloft.api.ApiError;
import dev.aloft.api.DynamoDb.SSEDescription;
import dev.aloft.api.DynamoDb.SSESpecification;
import dev.aloft.api.DynamoDb.SSEStatus;
import dev.aloft.api.DynamoDb.SSEType;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;

/**
 * Encryption at rest as AWS tells it: with a key that DynamoDB owns and does not mention, or with the account's key
 * {@code alias/aws/dynamodb}. Items lie on this machine's disk as they are.
 */
final class Encryption {
    private static final String MANAGED = "alias/aws/dynamodb";

    private Encryption() {
    }

    /** The key that is asked for; nothing for DynamoDB's own. */
    static Optional<String> key(TableRef ref, SSESpecification wanted) {
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
        if (wanted.kmsMasterKeyId() != null && !wanted.kmsMasterKeyId().endsWith(MANAGED)) {
            throw ApiError.notBuilt("SSESpecification with a KMS key of one's own in DynamoDB");
        }
        return Optional.of(managedKey(ref));
    }

    /** The account's key in the table's region. */
    static String managedKey(TableRef ref) {
        var id = UUID.nameUUIDFromBytes((ref.account() + ref.region() + MANAGED).getBytes(StandardCharsets.UTF_8));
        return "arn:aws:kms:" + ref.region() + ":" + ref.account() + ":key/" + id;
    }

    static SSEDescription told(Optional<String> key) {
        return key.map(arn -> SSEDescription.of(d -> d.status(SSEStatus.ENABLED).sseType(SSEType.KMS)
            .kmsMasterKeyArn(arn))).orElse(null);
    }
}
