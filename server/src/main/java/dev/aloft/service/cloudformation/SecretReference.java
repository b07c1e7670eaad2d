package dev.aloft.service.cloudformation;

import dev.aloft.api.Caller;
import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.SecretsManager;
import dev.aloft.service.cloudformation.template.TemplateError;
import java.util.List;
import java.util.Map;

/**
 * {@code secret-id:SecretString:json-key:version-stage:version-id}, of which all but the first may be missing or empty.
 *
 * @param id    a name or an ARN
 * @param parts what follows it
 * @see <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html">
 *     Dynamic references to secrets</a>
 */
record SecretReference(String id, List<String> parts) {
    private static final int PARTS_OF_ARN = 7;

    static SecretReference of(String text) {
        var all = List.of(text.split(":", -1));
        int idParts = text.startsWith("arn:") ? Math.min(PARTS_OF_ARN, all.size()) : 1;
        return new SecretReference(String.join(":", all.subList(0, idParts)), all.subList(idParts, all.size()));
    }

    String value(SecretsManager secrets, Caller caller) {
        var kind = part(0);
        if (kind != null && !kind.equals("SecretString")) {
            throw new TemplateError("Dynamic references to " + kind + " of a secret are not valid");
        }
        var text = secrets.getSecretValue(caller, SecretsManager.GetSecretValueRequest.of(
                r -> r.secretId(id).versionStage(part(2)).versionId(part(3)))).secretString();
        var key = part(1);
        return key == null ? text : member(text, key);
    }

    private String part(int index) {
        return index >= parts.size() || parts.get(index).isEmpty() ? null : parts.get(index);
    }

    private static String member(String text, String key) {
        Object tree;
        try {
            tree = JsonReader.tree(text);
        } catch (JsonReader.Malformed _) {
            throw new TemplateError("Could not parse SecretString JSON");
        }
        var value = tree instanceof Map<?, ?> members ? members.get(key) : null;
        return switch (value) {
            case null -> throw new TemplateError("Could not find a value associated with JSONKey in SecretString");
            case String it -> it;
            default -> JsonWriter.string(value);
        };
    }
}
