package dev.aloft.service.secretsmanager;

import static dev.aloft.service.secretsmanager.SecretsManagerResources.text;

import dev.aloft.api.Caller;
import dev.aloft.api.SecretsManager;
import dev.aloft.kernel.call.ResourceType;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** AWS::SecretsManager::ResourcePolicy: the policy of one secret, whose ARN is its id. */
record ResourcePolicyType(SecretsManager secrets) implements ResourceType {
    @Override
    public String type() {
        return "AWS::SecretsManager::ResourcePolicy";
    }

    @Override
    public Set<String> properties() {
        return Set.of("SecretId", "ResourcePolicy", "BlockPublicPolicy");
    }

    @Override
    public Set<String> required() {
        return Set.of("SecretId", "ResourcePolicy");
    }

    @Override
    public Set<String> replacedBy() {
        return Set.of("SecretId");
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        return put(caller, desired);
    }

    private Resource put(Caller caller, Desired desired) {
        var policy = desired.document("ResourcePolicy");
        var put = secrets.putResourcePolicy(caller, SecretsManager.PutResourcePolicyRequest.of(
                r -> r.secretId(text(desired.properties(), "SecretId")).resourcePolicy(policy)
                .blockPublicPolicy(SecretsManagerResources.flag(desired.properties(), "BlockPublicPolicy"))));
        return resource(put.arn());
    }

    private static Resource resource(String arn) {
        return new Resource(arn, Map.of("Id", arn));
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        return put(caller, after);
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        SecretsManagerResources.gone(() -> secrets.deleteResourcePolicy(caller,
                SecretsManager.DeleteResourcePolicyRequest.of(r -> r.secretId(physicalId))));
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        return SecretsManagerResources.describe(secrets, caller, physicalId).map(it -> resource(it.arn()));
    }
}
