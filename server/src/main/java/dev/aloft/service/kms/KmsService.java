package dev.aloft.service.kms;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Kms;
import dev.aloft.api.Shape;
import dev.aloft.kernel.call.Access;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.Service;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.delivery.ServiceEvents;
import dev.aloft.kernel.identity.Authorizer;
import dev.aloft.kernel.identity.Decision;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.kernel.time.Worker;
import dev.aloft.service.kms.KmsData.StoredKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The operations of AWS KMS. */
public final class KmsService implements Service, Kms {
    private static final String KEY = "key/";
    private static final String ACTION = "kms:";

    private final KmsData data = new KmsData();
    private final Store store;
    private final Authorizer authorizer;
    private final Keys keys;
    private final Aliases aliases;
    private final Encryption encryption;
    private final DataKeys dataKeys;
    private final Signing signing;
    private final Rotations rotations;
    private final Grants grants;
    private final Imports imports;
    private final MultiRegion multiRegion;
    private final KeyAccess accesses;
    private final List<Worker> workers;
    private final List<ResourceType> resourceTypes;

    public KmsService(Store platform, KeyFile file, Time time, Endpoint endpoint, Authorizer authorizer,
            Targets targets) {
        store = platform.in("kms");
        this.authorizer = authorizer;
        var events = new ServiceEvents("kms", targets, store, time);
        var ids = new KeyIds(data);
        var vault = new Vault(data, file);
        var usable = new UsableKeys(ids, vault, store);
        var policies = new KeyPolicies(this::mayChange);
        multiRegion = new MultiRegion(data, usable, vault, policies, store, time);
        keys = new Keys(data, ids, vault, policies, multiRegion, events, store, time);
        imports = new Imports(data, ids, vault, multiRegion, file, events, store, time);
        aliases = new Aliases(data, ids, store, time);
        encryption = new Encryption(data, ids, usable, vault, store);
        dataKeys = new DataKeys(usable);
        signing = new Signing(usable, store);
        rotations = new Rotations(data, ids, usable, vault, multiRegion, imports, events, store, time);
        grants = new Grants(data, ids, usable, store, time);
        accesses = new KeyAccess(data, ids, new AwsManagedKeys(data, vault, store, time), grants, store);
        workers = List.of(new Worker("key deletions", data.signal, keys::turn),
                new Worker("key rotations", data.signal, rotations::turn),
                new Worker("key material expiries", data.signal, imports::turn), events.worker());
        var kms = Kms.at(endpoint);
        var keyType = new KeyType(kms, keys);
        resourceTypes = List.of(keyType, new ReplicaKeyType(kms, keyType), new AliasType(kms));
    }

    private boolean mayChange(Caller caller, String keyArn, String policy) {
        return authorizer.decide(caller, "kms:PutKeyPolicy", keyArn, Map.of(), this, Optional.of(policy))
                instanceof Decision.Allowed;
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
        return key(arn).flatMap(key -> store.read(tx -> data.keys.get(tx, key))).map(StoredKey::policy);
    }

    private static Optional<Key> key(String arn) {
        if (!Arn.isArn(arn) || !Arn.parse(arn).resource().startsWith(KEY)) {
            return Optional.empty();
        }
        var parsed = Arn.parse(arn);
        return Optional.of(KmsData.key(parsed.account(), parsed.region(), parsed.resource().substring(KEY.length())));
    }

    @Override
    public boolean grants(Caller caller, String action, String resource, Map<String, List<String>> keys) {
        var operation = action.substring(ACTION.length());
        return key(resource).filter(key -> grants.allow(caller, operation, key, keys)).isPresent();
    }

    @Override
    public boolean policyMustAllow() {
        return true;
    }

    @Override
    public Access access(Caller caller, Shape input) {
        return accesses(caller, input).getFirst();
    }

    @Override
    public List<Access> accesses(Caller caller, Shape input) {
        return accesses.of(caller, (Request) input);
    }

    @Override
    public CreateKeyResponse createKey(Caller caller, CreateKeyRequest input) {
        return CreateKeyResponse.of(r -> r.keyMetadata(keys.create(caller, input)));
    }

    @Override
    public DescribeKeyResponse describeKey(Caller caller, DescribeKeyRequest input) {
        return DescribeKeyResponse.of(r -> r.keyMetadata(keys.describe(caller, input)));
    }

    @Override
    public ListKeysResponse listKeys(Caller caller, ListKeysRequest input) {
        return keys.list(caller, input);
    }

    @Override
    public UpdateKeyDescriptionResponse updateKeyDescription(Caller caller, UpdateKeyDescriptionRequest input) {
        keys.change(caller, input.keyId(), key -> key.withDescription(input.description()));
        return UpdateKeyDescriptionResponse.of(_ -> {});
    }

    @Override
    public EnableKeyResponse enableKey(Caller caller, EnableKeyRequest input) {
        keys.change(caller, input.keyId(), Keys::enabled);
        return EnableKeyResponse.of(_ -> {});
    }

    @Override
    public DisableKeyResponse disableKey(Caller caller, DisableKeyRequest input) {
        keys.change(caller, input.keyId(), key -> key.enabled(false));
        return DisableKeyResponse.of(_ -> {});
    }

    @Override
    public ScheduleKeyDeletionResponse scheduleKeyDeletion(Caller caller, ScheduleKeyDeletionRequest input) {
        return keys.end(caller, input);
    }

    @Override
    public CancelKeyDeletionResponse cancelKeyDeletion(Caller caller, CancelKeyDeletionRequest input) {
        var key = keys.keep(caller, input.keyId());
        return CancelKeyDeletionResponse.of(r -> r.keyId(key.arn()));
    }

    @Override
    public GetKeyPolicyResponse getKeyPolicy(Caller caller, GetKeyPolicyRequest input) {
        return keys.policy(caller, input);
    }

    @Override
    public PutKeyPolicyResponse putKeyPolicy(Caller caller, PutKeyPolicyRequest input) {
        keys.put(caller, input);
        return PutKeyPolicyResponse.of(_ -> {});
    }

    @Override
    public ListKeyPoliciesResponse listKeyPolicies(Caller caller, ListKeyPoliciesRequest input) {
        keys.existing(caller, input.keyId());
        return ListKeyPoliciesResponse.of(r -> r.policyNames(List.of(KeyPolicies.NAME)).truncated(false));
    }

    @Override
    public TagResourceResponse tagResource(Caller caller, TagResourceRequest input) {
        keys.change(caller, input.keyId(), key -> key.withTags(Tags.with(key.tags(), input.tags())));
        return TagResourceResponse.of(_ -> {});
    }

    @Override
    public UntagResourceResponse untagResource(Caller caller, UntagResourceRequest input) {
        keys.change(caller, input.keyId(), key -> key.withTags(Tags.without(key.tags(), input.tagKeys())));
        return UntagResourceResponse.of(_ -> {});
    }

    @Override
    public ListResourceTagsResponse listResourceTags(Caller caller, ListResourceTagsRequest input) {
        return keys.tags(caller, input);
    }

    @Override
    public CreateAliasResponse createAlias(Caller caller, CreateAliasRequest input) {
        aliases.create(caller, input);
        return CreateAliasResponse.of(_ -> {});
    }

    @Override
    public UpdateAliasResponse updateAlias(Caller caller, UpdateAliasRequest input) {
        aliases.update(caller, input);
        return UpdateAliasResponse.of(_ -> {});
    }

    @Override
    public DeleteAliasResponse deleteAlias(Caller caller, DeleteAliasRequest input) {
        aliases.delete(caller, input.aliasName());
        return DeleteAliasResponse.of(_ -> {});
    }

    @Override
    public ListAliasesResponse listAliases(Caller caller, ListAliasesRequest input) {
        return aliases.list(caller, input);
    }

    @Override
    public EncryptResponse encrypt(Caller caller, EncryptRequest input) {
        return encryption.encrypt(caller, input);
    }

    @Override
    public DecryptResponse decrypt(Caller caller, DecryptRequest input) {
        return encryption.decrypt(caller, input);
    }

    @Override
    public ReEncryptResponse reEncrypt(Caller caller, ReEncryptRequest input) {
        return encryption.reEncrypt(caller, input);
    }

    @Override
    public GenerateDataKeyResponse generateDataKey(Caller caller, GenerateDataKeyRequest input) {
        return dataKeys.generate(caller, input);
    }

    @Override
    public GenerateDataKeyWithoutPlaintextResponse generateDataKeyWithoutPlaintext(
            Caller caller, GenerateDataKeyWithoutPlaintextRequest input) {
        return dataKeys.generate(caller, input);
    }

    @Override
    public GenerateDataKeyPairResponse generateDataKeyPair(Caller caller, GenerateDataKeyPairRequest input) {
        return dataKeys.generate(caller, input);
    }

    @Override
    public GenerateDataKeyPairWithoutPlaintextResponse generateDataKeyPairWithoutPlaintext(
            Caller caller, GenerateDataKeyPairWithoutPlaintextRequest input) {
        return dataKeys.generate(caller, input);
    }

    @Override
    public GenerateRandomResponse generateRandom(Caller caller, GenerateRandomRequest input) {
        return dataKeys.random(input);
    }

    @Override
    public SignResponse sign(Caller caller, SignRequest input) {
        return signing.sign(caller, input);
    }

    @Override
    public VerifyResponse verify(Caller caller, VerifyRequest input) {
        return signing.verify(caller, input);
    }

    @Override
    public GetPublicKeyResponse getPublicKey(Caller caller, GetPublicKeyRequest input) {
        return signing.open(caller, input);
    }

    @Override
    public GenerateMacResponse generateMac(Caller caller, GenerateMacRequest input) {
        return signing.mac(caller, input);
    }

    @Override
    public VerifyMacResponse verifyMac(Caller caller, VerifyMacRequest input) {
        return signing.verify(caller, input);
    }

    @Override
    public DeriveSharedSecretResponse deriveSharedSecret(Caller caller, DeriveSharedSecretRequest input) {
        return signing.derive(caller, input);
    }

    @Override
    public GetParametersForImportResponse getParametersForImport(Caller caller, GetParametersForImportRequest input) {
        return imports.parameters(caller, input);
    }

    @Override
    public ImportKeyMaterialResponse importKeyMaterial(Caller caller, ImportKeyMaterialRequest input) {
        return imports.take(caller, input);
    }

    @Override
    public DeleteImportedKeyMaterialResponse deleteImportedKeyMaterial(
            Caller caller, DeleteImportedKeyMaterialRequest input) {
        return imports.delete(caller, input);
    }

    @Override
    public ReplicateKeyResponse replicateKey(Caller caller, ReplicateKeyRequest input) {
        var replica = multiRegion.replicate(caller, input);
        return ReplicateKeyResponse.of(r -> r.replicaKeyMetadata(store.read(tx -> keys.told(tx, replica)))
                .replicaPolicy(replica.policy()).replicaTags(Tags.told(replica.tags())));
    }

    @Override
    public UpdatePrimaryRegionResponse updatePrimaryRegion(Caller caller, UpdatePrimaryRegionRequest input) {
        multiRegion.move(caller, input);
        return UpdatePrimaryRegionResponse.of(_ -> {});
    }

    @Override
    public CreateGrantResponse createGrant(Caller caller, CreateGrantRequest input) {
        return grants.create(caller, input);
    }

    @Override
    public ListGrantsResponse listGrants(Caller caller, ListGrantsRequest input) {
        return grants.list(caller, input);
    }

    @Override
    public ListGrantsResponse listRetirableGrants(Caller caller, ListRetirableGrantsRequest input) {
        return grants.list(caller, input);
    }

    @Override
    public RevokeGrantResponse revokeGrant(Caller caller, RevokeGrantRequest input) {
        grants.revoke(caller, input);
        return RevokeGrantResponse.of(_ -> {});
    }

    @Override
    public RetireGrantResponse retireGrant(Caller caller, RetireGrantRequest input) {
        grants.retire(caller, input);
        return RetireGrantResponse.of(_ -> {});
    }

    @Override
    public EnableKeyRotationResponse enableKeyRotation(Caller caller, EnableKeyRotationRequest input) {
        rotations.enable(caller, input);
        return EnableKeyRotationResponse.of(_ -> {});
    }

    @Override
    public DisableKeyRotationResponse disableKeyRotation(Caller caller, DisableKeyRotationRequest input) {
        rotations.disable(caller, input.keyId());
        return DisableKeyRotationResponse.of(_ -> {});
    }

    @Override
    public GetKeyRotationStatusResponse getKeyRotationStatus(Caller caller, GetKeyRotationStatusRequest input) {
        return rotations.status(caller, input.keyId());
    }

    @Override
    public RotateKeyOnDemandResponse rotateKeyOnDemand(Caller caller, RotateKeyOnDemandRequest input) {
        var key = rotations.now(caller, input.keyId());
        return RotateKeyOnDemandResponse.of(r -> r.keyId(key.arn()));
    }

    @Override
    public ListKeyRotationsResponse listKeyRotations(Caller caller, ListKeyRotationsRequest input) {
        return rotations.list(caller, input);
    }
}
