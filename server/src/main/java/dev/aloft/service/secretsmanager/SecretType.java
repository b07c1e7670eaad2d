package dev.aloft.service.secretsmanager;

import static dev.aloft.service.secretsmanager.SecretsManagerResources.flag;
import static dev.aloft.service.secretsmanager.SecretsManagerResources.number;
import static dev.aloft.service.secretsmanager.SecretsManagerResources.text;

import dev.aloft.api.Caller;
import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.SecretsManager;
import dev.aloft.kernel.call.ResourceType;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * AWS::SecretsManager::Secret. Its id is the ARN. What is generated is generated again when the template asks for
 * another form of it; a stack deletes it without a recovery window.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secret.html">
 *     AWS::SecretsManager::Secret</a>
 */
record SecretType(SecretsManager secrets) implements ResourceType {
    private static final int MAX_NAME = 512;

    @Override
    public String type() {
        return "AWS::SecretsManager::Secret";
    }

    @Override
    public Set<String> properties() {
        return Set.of("Name", "Description", "KmsKeyId", "SecretString", "GenerateSecretString", "Tags");
    }

    @Override
    public List<String> members() {
        return List.of(
                "GenerateSecretString: ExcludeCharacters ExcludeLowercase ExcludeNumbers "
                        + "ExcludePunctuation ExcludeUppercase GenerateStringKey IncludeSpace PasswordLength "
                        + "RequireEachIncludedType SecretStringTemplate");
    }

    @Override
    public Set<String> replacedBy() {
        return Set.of("Name");
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        var name = desired.properties().get("Name") instanceof String given ? given : generatedName(desired);
        var value = value(caller, desired);
        try {
            secrets.createSecret(caller, SecretsManager.CreateSecretRequest.of(r -> r.name(name).secretString(value)
                    .description(text(desired.properties(), "Description"))
                    .kmsKeyId(text(desired.properties(), "KmsKeyId"))
                    .clientRequestToken(token(desired)).tags(SecretsManagerResources.tags(desired))));
        } catch (SecretsManager.ResourceExistsException e) {
            if (!isOurs(caller, name, desired)) {
                throw e;
            }
        }
        return read(caller, name).orElseThrow();
    }

    /** In this type without the stack's name. */
    private static String generatedName(Desired desired) {
        return desired.generatedName(MAX_NAME).substring(desired.stackName().length() + 1);
    }

    /** Names the version, and stays the same when the step is done again. */
    private static String token(Desired desired) {
        var about = desired.stackId() + "/" + desired.logicalId() + "/" + desired.token() + "/"
                + desired.properties().get("SecretString") + desired.properties().get("GenerateSecretString");
        return UUID.nameUUIDFromBytes(about.getBytes(StandardCharsets.UTF_8)).toString();
    }

    /** Made by an earlier try for the same resource of the same stack. */
    private boolean isOurs(Caller caller, String name, Desired desired) {
        var known = SecretsManagerResources.describe(secrets, caller, name).map(
                SecretsManager.DescribeSecretResponse::tags).orElse(null);
        var tags = (known == null ? List.<SecretsManager.Tag>of() : known).stream()
                .collect(Collectors.toMap(SecretsManager.Tag::key, SecretsManager.Tag::value));
        return desired.isMarkedIn(tags);
    }

    private String value(Caller caller, Desired desired) {
        var given = desired.properties().get("SecretString");
        var generated = desired.properties().get("GenerateSecretString");
        if (given != null && generated != null) {
            throw SecretsManagerResources.invalid("You can't specify both SecretString and GenerateSecretString.");
        }
        return generated instanceof Map<?, ?> form ? generated(caller, form) : Objects.toString(given, null);
    }

    private String generated(Caller caller, Map<?, ?> form) {
        var password = secrets.getRandomPassword(caller, SecretsManager.GetRandomPasswordRequest.of(
                r -> r.passwordLength(number(form, "PasswordLength"))
                .excludeCharacters(text(form, "ExcludeCharacters")).includeSpace(flag(form, "IncludeSpace"))
                .excludeLowercase(flag(form, "ExcludeLowercase")).excludeUppercase(flag(form, "ExcludeUppercase"))
                .excludeNumbers(flag(form, "ExcludeNumbers")).excludePunctuation(flag(form, "ExcludePunctuation"))
                .requireEachIncludedType(flag(form, "RequireEachIncludedType")))).randomPassword();
        var template = text(form, "SecretStringTemplate");
        var key = text(form, "GenerateStringKey");
        if (template == null && key == null) {
            return password;
        }
        if (template == null || key == null) {
            throw SecretsManagerResources.invalid(
                    "GenerateStringKey and SecretStringTemplate must be specified together.");
        }
        return JsonWriter.string(with(template, key, password));
    }

    private static Map<Object, Object> with(String template, String key, String password) {
        try {
            if (JsonReader.tree(template) instanceof Map<?, ?> members) {
                var all = new LinkedHashMap<Object, Object>(members);
                all.put(key, password);
                return all;
            }
        } catch (JsonReader.Malformed _) {
            // Told below.
        }
        throw SecretsManagerResources.invalid("SecretStringTemplate must be a JSON object.");
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        boolean isOther = !Objects.equals(before.properties().get("SecretString"), after.properties()
                .get("SecretString"))
                || !Objects.equals(before.properties().get("GenerateSecretString"),
                        after.properties().get("GenerateSecretString"));
        var value = isOther ? value(caller, after) : null;
        secrets.updateSecret(caller, SecretsManager.UpdateSecretRequest.of(r -> r.secretId(physicalId)
                .secretString(value)
                .description(Objects.toString(after.properties().get("Description"), ""))
                .kmsKeyId(Objects.toString(after.properties().get("KmsKeyId"), ""))
                .clientRequestToken(UUID.randomUUID().toString())));
        changeTags(caller, physicalId, before, after);
        return read(caller, physicalId).orElseThrow();
    }

    private void changeTags(Caller caller, String id, Desired before, Desired after) {
        var gone = before.tagsGoneIn(after);
        if (!gone.isEmpty()) {
            secrets.untagResource(caller, SecretsManager.UntagResourceRequest.of(r -> r.secretId(id).tagKeys(gone)));
        }
        secrets.tagResource(caller, SecretsManager.TagResourceRequest.of(
                r -> r.secretId(id).tags(SecretsManagerResources.tags(after))));
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        SecretsManagerResources.gone(() -> secrets.deleteSecret(caller, SecretsManager.DeleteSecretRequest.of(
                r -> r.secretId(physicalId).forceDeleteWithoutRecovery(true))));
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        return SecretsManagerResources.describe(secrets, caller, physicalId)
                .map(it -> new Resource(it.arn(), Map.of("Id", it.arn())));
    }
}
