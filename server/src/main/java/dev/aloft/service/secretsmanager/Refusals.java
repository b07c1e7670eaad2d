package dev.aloft.service.secretsmanager;

import dev.aloft.api.ApiError;
import dev.aloft.api.SecretsManager.InvalidNextTokenException;
import dev.aloft.api.SecretsManager.InvalidParameterException;
import dev.aloft.api.SecretsManager.InvalidRequestException;
import dev.aloft.api.SecretsManager.ResourceExistsException;
import dev.aloft.api.SecretsManager.ResourceNotFoundException;
import dev.aloft.service.secretsmanager.SecretsData.Secret;
import java.util.Collection;
import java.util.Map;

/** What Secrets Manager answers when it does not do what was asked, in AWS's words. */
final class Refusals {
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

    /** AWS's own key is what every secret is encrypted with that names none. */
    static void otherKey(String kmsKeyId) {
        if (kmsKeyId != null && !kmsKeyId.isEmpty() && !kmsKeyId.endsWith("alias/aws/secretsmanager")) {
            throw ApiError.notBuilt("A secret's KmsKeyId");
        }
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
