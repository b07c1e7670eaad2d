package dev.aloft.service.secretsmanager;

import dev.aloft.api.ApiError;
import dev.aloft.api.SecretsManager.DecryptionFailure;
import dev.aloft.api.SecretsManager.EncryptionFailure;
import dev.aloft.api.SecretsManager.InvalidNextTokenException;
import dev.aloft.api.SecretsManager.InvalidParameterException;
import dev.aloft.api.SecretsManager.InvalidRequestException;
import dev.aloft.api.SecretsManager.ResourceExistsException;
import dev.aloft.api.SecretsManager.ResourceNotFoundException;
import dev.aloft.kernel.envelope.KeyRefusal;
import dev.aloft.service.secretsmanager.SecretsData.Secret;
import java.util.Collection;
import java.util.Map;

/** What Secrets Manager answers when it does not do what was asked, in AWS's words. */
final class Refusals {
    static final String NO_KMS = "Access to KMS is not allowed";

    private Refusals() {}

    static ResourceNotFoundException notFound() {
        return new ResourceNotFoundException("Secrets Manager can't find the specified secret.");
    }

    static ResourceNotFoundException noStage(String stage) {
        return new ResourceNotFoundException(
                "Secrets Manager can't find the specified secret value for staging label: " + stage);
    }

    static ResourceNotFoundException noVersion(String version) {
        return new ResourceNotFoundException(
                "Secrets Manager can't find the specified secret value for VersionId: " + version);
    }

    static InvalidRequestException deleted() {
        return new InvalidRequestException(
                "You can't perform this operation on the secret because it was marked for deletion.");
    }

    static InvalidRequestException noToken() {
        return new InvalidRequestException(
                "You must provide a ClientRequestToken value. We recommend a UUID-type value.");
    }

    static InvalidRequestException noValue() {
        return new InvalidRequestException("You must provide either SecretString or SecretBinary.");
    }

    static ResourceExistsException tokenInUse(String token, Secret secret) {
        return new ResourceExistsException("You can't use ClientRequestToken " + token
                + " because that value is already in use for a version of secret " + secret.arn() + ".");
    }

    /** The wording is that of AWS's documentation of the operations. */
    static InvalidRequestException managed() {
        return new InvalidRequestException(
                "The secret is managed by another service, and you must use that service to update it.");
    }

    static InvalidRequestException otherAccount() {
        return new InvalidRequestException("You can't access a secret from a different AWS account if you encrypt the"
                + " secret with the default KMS service key.");
    }

    static InvalidRequestException noFunction() {
        return new InvalidRequestException("No Lambda rotation function ARN is associated with this secret.");
    }

    static InvalidParameterException invalid(String message) {
        return new InvalidParameterException(message);
    }

    static InvalidNextTokenException badToken() {
        return new InvalidNextTokenException("Invalid NextToken.");
    }

    /** What KMS refused: who may not use a key is told no more. */
    static ApiError ofKey(KeyRefusal refusal) {
        if (refusal.reason() == KeyRefusal.Reason.ACCESS_DENIED) {
            return ApiError.of("AccessDeniedException", 400, NO_KMS);
        }
        return refusal.decrypting()
                ? new DecryptionFailure("Secrets Manager can't decrypt the secret value: " + refusal.told())
                : new EncryptionFailure("Secrets Manager can't encrypt the secret value: " + refusal.told());
    }

    static ApiError otherKey() {
        return ApiError.of("AccessDeniedException", 400,
                NO_KMS + ". This version of secret is not encrypted with the current KMS key.");
    }

    static void unbuilt(String what, Object given) {
        boolean isGiven = switch (given) {
            case null -> false;
            case Collection<?> list -> !list.isEmpty();
            case Map<?, ?> map -> !map.isEmpty();
            case Boolean flag -> flag;
            default -> true;
        };
        if (isGiven) {
            throw ApiError.notBuilt(what);
        }
    }
}
