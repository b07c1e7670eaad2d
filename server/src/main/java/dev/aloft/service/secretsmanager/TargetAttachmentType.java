package dev.aloft.service.secretsmanager;

import static dev.aloft.service.secretsmanager.SecretsManagerResources.text;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.SecretsManager;
import dev.aloft.kernel.call.ResourceType;
import java.util.Optional;
import java.util.Set;

/**
 * AWS::SecretsManager::SecretTargetAttachment writes a database's address into a secret. All its targets are databases
 * of services that are not built, which is what it answers.
 */
record TargetAttachmentType(SecretsManager secrets) implements ResourceType {
    @Override
    public String type() {
        return "AWS::SecretsManager::SecretTargetAttachment";
    }

    @Override
    public Set<String> properties() {
        return Set.of("SecretId", "TargetId", "TargetType");
    }

    @Override
    public Set<String> required() {
        return properties();
    }

    @Override
    public Set<String> replacedBy() {
        return Set.of("SecretId");
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        throw ApiError.notBuilt("A secret's target of the type " + text(desired.properties(), "TargetType"));
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        return create(caller, after);
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        // There never was one.
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        return Optional.empty();
    }
}
