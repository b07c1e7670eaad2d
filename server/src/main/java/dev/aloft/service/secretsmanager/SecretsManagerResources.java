package dev.aloft.service.secretsmanager;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.SecretsManager;
import dev.aloft.kernel.call.ResourceType;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** What templates can declare of Secrets Manager, and what their types share. */
final class SecretsManagerResources {
    private SecretsManagerResources() {}

    static List<ResourceType> all(SecretsManager secrets) {
        return List.of(new SecretType(secrets), new ResourcePolicyType(secrets), new RotationScheduleType(secrets),
                new TargetAttachmentType(secrets));
    }

    static String text(Map<?, ?> properties, String name) {
        return Objects.toString(properties.get(name), null);
    }

    /** Templates write them as texts too. */
    static Boolean flag(Map<?, ?> properties, String name) {
        var value = properties.get(name);
        return value == null ? null : Boolean.valueOf(value.toString());
    }

    static Long number(Map<?, ?> properties, String name) {
        var value = properties.get(name);
        try {
            return value == null ? null : Long.valueOf(value.toString());
        } catch (NumberFormatException _) {
            throw invalid("Properties validation failed: " + name + " must be a number");
        }
    }

    static ApiError invalid(String message) {
        return ApiError.of("InvalidRequest", 400, message);
    }

    static List<SecretsManager.Tag> tags(ResourceType.Desired desired) {
        return desired.marked().entrySet().stream()
                .map(tag -> SecretsManager.Tag.of(t -> t.key(tag.getKey()).value(tag.getValue()))).toList();
    }

    static Optional<SecretsManager.DescribeSecretResponse> describe(SecretsManager secrets, Caller caller, String id) {
        try {
            return Optional.of(secrets.describeSecret(caller, SecretsManager.DescribeSecretRequest.of(r ->
                    r.secretId(id))))
                    .filter(it -> it.deletedDate() == null);
        } catch (SecretsManager.ResourceNotFoundException _) {
            return Optional.empty();
        }
    }

    /** Runs a deletion; that something is gone already is no failure. */
    static void gone(Runnable deletion) {
        try {
            deletion.run();
        } catch (SecretsManager.ResourceNotFoundException _) {
            // Which is what was wanted.
        }
    }
}
