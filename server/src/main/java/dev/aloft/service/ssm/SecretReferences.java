package dev.aloft.service.ssm;

import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.SecretsManager;
import dev.aloft.api.Ssm;
import dev.aloft.wire.Trees;

/**
 * Secrets of Secrets Manager, asked for as if they were parameters, by whoever may read both.
 *
 * @see <a href="https://docs.aws.amazon.com/systems-manager/latest/userguide/integration-ps-secretsmanager.html">Referencing
 *     secrets from parameters</a>
 */
final class SecretReferences {
    private static final String PREFIX = "/aws/reference/secretsmanager/";

    private final SecretsManager secrets;

    SecretReferences(Endpoint endpoint) {
        secrets = SecretsManager.at(endpoint);
    }

    static boolean is(String name) {
        return name.startsWith(PREFIX);
    }

    Ssm.Parameter get(Caller caller, String name, boolean decrypt) {
        if (!decrypt) {
            throw Names.invalid("WithDecryption flag must be True for retrieving a Secret Manager secret.");
        }
        try {
            var found = secrets.getSecretValue(caller, SecretsManager.GetSecretValueRequest.of(
                    r -> r.secretId(name.substring(PREFIX.length()))));
            return Ssm.Parameter.of(p -> p.name(name).type(Ssm.ParameterType.SECURE_STRING).value(found.secretString())
                    .version(0L).arn(found.arn()).lastModifiedDate(found.createdDate()).dataType("text")
                    .sourceResult(JsonWriter.string(Trees.of(found))));
        } catch (SecretsManager.ResourceNotFoundException _) {
            throw new Ssm.ParameterNotFound("An error occurred (ParameterNotFound) when referencing "
                    + "Secrets Manager: Secret "
                    + name + " not found.");
        }
    }
}
