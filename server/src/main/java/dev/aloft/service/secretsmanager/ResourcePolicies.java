package dev.aloft.service.secretsmanager;

import dev.aloft.api.Caller;
import dev.aloft.api.JsonReader;
import dev.aloft.api.SecretsManager;
import dev.aloft.kernel.identity.Policy;
import dev.aloft.kernel.store.Store;
import dev.aloft.service.secretsmanager.SecretsData.Secret;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The policies that secrets have of their own. */
final class ResourcePolicies {
    private final SecretsData data;
    private final Secrets secrets;
    private final Store store;

    ResourcePolicies(SecretsData data, Secrets secrets, Store store) {
        this.data = data;
        this.secrets = secrets;
        this.store = store;
    }

    Secret put(Caller caller, SecretsManager.PutResourcePolicyRequest input) {
        problem(input.resourcePolicy()).ifPresent(it -> {
            throw new SecretsManager.MalformedPolicyDocumentException("This resource policy contains a syntax error.");
        });
        if (Boolean.TRUE.equals(input.blockPublicPolicy()) && isPublic(input.resourcePolicy())) {
            throw new SecretsManager.PublicPolicyException(
                    "The resource policy did not prevent broad access to the secret.");
        }
        return secrets.change(caller, input.secretId(), secret -> secret.withPolicy(input.resourcePolicy()));
    }

    static SecretsManager.MalformedPolicyDocumentException nobodyThere() {
        return new SecretsManager.MalformedPolicyDocumentException(
                "This resource policy contains an unsupported principal.");
    }

    SecretsManager.ValidateResourcePolicyResponse validate(Caller caller,
            SecretsManager.ValidateResourcePolicyRequest input) {
        if (input.secretId() != null) {
            secrets.existing(caller, input.secretId());
        }
        var errors = new ArrayList<SecretsManager.ValidationErrorsEntry>();
        problem(input.resourcePolicy()).ifPresentOrElse(it -> errors.add(entry("JSON_VALIDATION", it)), () -> {
            if (isPublic(input.resourcePolicy())) {
                errors.add(entry("PUBLIC_ACCESS", "The resource policy grants public access to the secret."));
            }
        });
        return SecretsManager.ValidateResourcePolicyResponse.of(
                r -> r.policyValidationPassed(errors.isEmpty()).validationErrors(errors));
    }

    private static SecretsManager.ValidationErrorsEntry entry(String check, String message) {
        return SecretsManager.ValidationErrorsEntry.of(e -> e.checkName(check).errorMessage(message));
    }

    private static Optional<String> problem(String document) {
        try {
            Policy.of(document, Policy.Kind.RESOURCE);
            return Optional.empty();
        } catch (Policy.Malformed e) {
            return Optional.of(e.getMessage());
        }
    }

    /** Whether a statement allows something to everybody under no condition. */
    private static boolean isPublic(String document) {
        var statements = ((Map<?, ?>) JsonReader.tree(document)).get("Statement");
        return (statements instanceof List<?> list ? list : List.of(statements)).stream()
                .map(it -> (Map<?, ?>) it).anyMatch(it -> "Allow".equals(it.get("Effect"))
                        && !it.containsKey("Condition") && isEverybody(it.get("Principal")));
    }

    private static boolean isEverybody(Object principal) {
        return switch (principal) {
            case Map<?, ?> map -> isEverybody(map.get("AWS"));
            case List<?> list -> list.contains("*");
            case null -> false;
            default -> principal.equals("*");
        };
    }

    Optional<String> of(String arn) {
        return SecretIds.key(arn).flatMap(key -> store.read(tx -> data.secrets.get(tx, key)))
                .filter(secret -> secret.arn().equals(arn)).map(Secret::policy);
    }
}
