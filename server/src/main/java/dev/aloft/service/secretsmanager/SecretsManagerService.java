package dev.aloft.service.secretsmanager;

import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Lambda;
import dev.aloft.api.Principal;
import dev.aloft.api.SecretsManager;
import dev.aloft.api.Shape;
import dev.aloft.kernel.call.Access;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.Service;
import dev.aloft.kernel.delivery.Deliveries;
import dev.aloft.kernel.envelope.Envelopes;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.kernel.time.Worker;
import java.util.List;
import java.util.Optional;

/** The operations of Secrets Manager. */
public final class SecretsManagerService implements Service, SecretsManager {
    private final Secrets secrets;
    private final Versions versions;
    private final Rotations rotations;
    private final ResourcePolicies policies;
    private final SecretAccess accesses;
    private final Batch batch;
    private final Passwords passwords = new Passwords();
    private final List<Worker> workers;
    private final List<ResourceType> resourceTypes;

    public SecretsManagerService(Store platform, KeyFile keys, Time time, Endpoint endpoint) {
        var data = new SecretsData();
        var store = platform.in("secretsmanager");
        var ids = new SecretIds(data);
        var lambda = Lambda.at(endpoint);
        var vault = new Vault(keys, new Envelopes("secretsmanager", endpoint, time, Refusals::ofKey));
        versions = new Versions(data, ids, vault, store, time);
        secrets = new Secrets(data, ids, versions, vault, store, time);
        var runs = new Deliveries<>("runs", store, time, Codec.of(Rotations.Run.class),
                new RotationCarrier(data, versions, lambda, store, time));
        rotations = new Rotations(data, ids, versions, runs, lambda, store, time);
        policies = new ResourcePolicies(data, secrets, store);
        accesses = new SecretAccess(ids, store);
        batch = new Batch(SecretsManager.at(endpoint));
        workers = List.of(new Worker("secret deletions", data.signal, secrets::turn),
                new Worker("secret rotations", data.signal, rotations::turn), runs.worker());
        resourceTypes = SecretsManagerResources.all(SecretsManager.at(endpoint));
    }

    @Override
    public List<Worker> workers() {
        return workers;
    }

    @Override
    public List<ResourceType> resourceTypes() {
        return resourceTypes;
    }

    @Override
    public Optional<String> policy(Caller caller, String arn) {
        return policies.of(arn);
    }

    @Override
    public Access access(Caller caller, Shape input) {
        // A service's role of its own lets it do what it likes with the secrets it made for itself.
        if (caller.principal() instanceof Principal.Service) {
            return accesses.ofService(caller, (Request) input);
        }
        return accesses.of(caller, (Request) input);
    }

    @Override
    public CreateSecretResponse createSecret(Caller caller, CreateSecretRequest input) {
        return secrets.create(caller, input);
    }

    @Override
    public GetSecretValueResponse getSecretValue(Caller caller, GetSecretValueRequest input) {
        return versions.get(caller, input);
    }

    @Override
    public BatchGetSecretValueResponse batchGetSecretValue(Caller caller, BatchGetSecretValueRequest input) {
        return batch.get(caller, input);
    }

    @Override
    public PutSecretValueResponse putSecretValue(Caller caller, PutSecretValueRequest input) {
        return versions.put(caller, input);
    }

    @Override
    public UpdateSecretResponse updateSecret(Caller caller, UpdateSecretRequest input) {
        return secrets.update(caller, input);
    }

    @Override
    public DescribeSecretResponse describeSecret(Caller caller, DescribeSecretRequest input) {
        return secrets.describe(caller, input.secretId());
    }

    @Override
    public ListSecretsResponse listSecrets(Caller caller, ListSecretsRequest input) {
        return secrets.list(caller, input);
    }

    @Override
    public ListSecretVersionIdsResponse listSecretVersionIds(Caller caller, ListSecretVersionIdsRequest input) {
        return versions.list(caller, input);
    }

    @Override
    public UpdateSecretVersionStageResponse updateSecretVersionStage(
            Caller caller, UpdateSecretVersionStageRequest input) {
        var secret = versions.updateStage(caller, input);
        return UpdateSecretVersionStageResponse.of(r -> r.arn(secret.arn()).name(secret.name()));
    }

    @Override
    public DeleteSecretResponse deleteSecret(Caller caller, DeleteSecretRequest input) {
        return secrets.delete(caller, input);
    }

    @Override
    public RestoreSecretResponse restoreSecret(Caller caller, RestoreSecretRequest input) {
        var secret = secrets.restore(caller, input.secretId());
        return RestoreSecretResponse.of(r -> r.arn(secret.arn()).name(secret.name()));
    }

    @Override
    public RotateSecretResponse rotateSecret(Caller caller, RotateSecretRequest input) {
        return rotations.rotate(caller, input);
    }

    @Override
    public CancelRotateSecretResponse cancelRotateSecret(Caller caller, CancelRotateSecretRequest input) {
        return rotations.cancel(caller, input.secretId());
    }

    @Override
    public GetRandomPasswordResponse getRandomPassword(Caller caller, GetRandomPasswordRequest input) {
        var password = passwords.random(input);
        return GetRandomPasswordResponse.of(r -> r.randomPassword(password));
    }

    @Override
    public PutResourcePolicyResponse putResourcePolicy(Caller caller, PutResourcePolicyRequest input) {
        var secret = policies.put(caller, input);
        return PutResourcePolicyResponse.of(r -> r.arn(secret.arn()).name(secret.name()));
    }

    @Override
    public GetResourcePolicyResponse getResourcePolicy(Caller caller, GetResourcePolicyRequest input) {
        var secret = secrets.existing(caller, input.secretId());
        return GetResourcePolicyResponse.of(
                r -> r.arn(secret.arn()).name(secret.name()).resourcePolicy(secret.policy()));
    }

    @Override
    public DeleteResourcePolicyResponse deleteResourcePolicy(Caller caller, DeleteResourcePolicyRequest input) {
        var secret = secrets.change(caller, input.secretId(), it -> it.withPolicy(null));
        return DeleteResourcePolicyResponse.of(r -> r.arn(secret.arn()).name(secret.name()));
    }

    @Override
    public ValidateResourcePolicyResponse validateResourcePolicy(Caller caller, ValidateResourcePolicyRequest input) {
        return policies.validate(caller, input);
    }

    @Override
    public TagResourceResponse tagResource(Caller caller, TagResourceRequest input) {
        secrets.change(caller, input.secretId(), it -> it.withTags(Tags.with(it.tags(), input.tags())));
        return TagResourceResponse.of(_ -> {});
    }

    @Override
    public UntagResourceResponse untagResource(Caller caller, UntagResourceRequest input) {
        secrets.change(caller, input.secretId(), it -> it.withTags(Tags.without(it.tags(), input.tagKeys())));
        return UntagResourceResponse.of(_ -> {});
    }
}
