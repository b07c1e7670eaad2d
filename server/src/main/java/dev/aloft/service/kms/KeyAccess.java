package dev.aloft.service.kms;

import dev.aloft.api.Arn;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Kms;
import dev.aloft.api.Principal;
import dev.aloft.kernel.call.Access;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Store;
import dev.aloft.service.kms.KmsData.Alias;
import dev.aloft.service.kms.KmsData.StoredKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What IAM is asked.
 *
 * @see <a href="https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html">
 *     Actions, resources, and condition keys for AWS Key Management Service</a>
 */
final class KeyAccess {
    private static final String ACTION = "kms:";
    /** Nothing needs to be asked: what the call names does not exist. */
    private static final Access OPEN = new Access("kms:Decrypt", List.of());

    private static final String FOR_AWS = "kms:GrantIsForAWSResource";

    private final KmsData data;
    private final KeyIds ids;
    private final AwsManagedKeys managed;
    private final Grants grants;
    private final Store store;

    KeyAccess(KmsData data, KeyIds ids, AwsManagedKeys managed, Grants grants, Store store) {
        this.data = data;
        this.ids = ids;
        this.managed = managed;
        this.grants = grants;
        this.store = store;
    }

    List<Access> of(Caller caller, Kms.Request input) {
        return input instanceof Kms.ReEncryptRequest r
                ? List.of(
                        decryption("ReEncryptFrom", caller, r.sourceKeyId(), r.ciphertextBlob(),
                                r.sourceEncryptionContext()),
                        with(key("ReEncryptTo", caller, r.destinationKeyId()), r.destinationEncryptionContext()))
                : List.of(one(caller, input));
    }

    private Access one(Caller caller, Kms.Request input) {
        return switch (input) {
            case Kms.CreateKeyRequest r -> creation(r);
            case Kms.DescribeKeyRequest r -> key("DescribeKey", caller, r.keyId());
            case Kms.ListKeysRequest _ -> Access.to("kms:ListKeys");
            case Kms.UpdateKeyDescriptionRequest r -> key("UpdateKeyDescription", caller, r.keyId());
            case Kms.EnableKeyRequest r -> key("EnableKey", caller, r.keyId());
            case Kms.DisableKeyRequest r -> key("DisableKey", caller, r.keyId());
            case Kms.ScheduleKeyDeletionRequest r -> key("ScheduleKeyDeletion", caller, r.keyId())
                .with("kms:ScheduleKeyDeletionPendingWindowInDays", text(r.pendingWindowInDays()));
            case Kms.CancelKeyDeletionRequest r -> key("CancelKeyDeletion", caller, r.keyId());
            case Kms.GetKeyPolicyRequest r -> key("GetKeyPolicy", caller, r.keyId());
            case Kms.PutKeyPolicyRequest r -> KeyPolicies.naming(key("PutKeyPolicy", caller, r.keyId()), r.policy())
                .with("kms:BypassPolicyLockoutSafetyCheck", text(r.bypassPolicyLockoutSafetyCheck()));
            case Kms.ListKeyPoliciesRequest r -> key("ListKeyPolicies", caller, r.keyId());
            case Kms.TagResourceRequest r -> tagged(key("TagResource", caller, r.keyId()), r.tags());
            case Kms.UntagResourceRequest r -> key("UntagResource", caller, r.keyId()).with("aws:TagKeys", r.tagKeys());
            case Kms.ListResourceTagsRequest r -> key("ListResourceTags", caller, r.keyId());
            case Kms.CreateAliasRequest r -> alias("CreateAlias", caller, r.aliasName(), r.targetKeyId());
            case Kms.UpdateAliasRequest r -> alias("UpdateAlias", caller, r.aliasName(), r.targetKeyId());
            case Kms.DeleteAliasRequest r -> alias("DeleteAlias", caller, r.aliasName(), r.aliasName());
            case Kms.ListAliasesRequest _ -> Access.to("kms:ListAliases");
            case Kms.EncryptRequest r -> with(key("Encrypt", caller, r.keyId()), r.encryptionContext())
                .with("kms:EncryptionAlgorithm", r.encryptionAlgorithm());
            case Kms.DecryptRequest r ->
                decryption("Decrypt", caller, r.keyId(), r.ciphertextBlob(), r.encryptionContext())
                .with("kms:EncryptionAlgorithm", r.encryptionAlgorithm());
            case Kms.ReEncryptRequest r -> key("ReEncryptTo", caller, r.destinationKeyId());
            case Kms.GenerateDataKeyRequest r ->
                with(key("GenerateDataKey", caller, r.keyId()), r.encryptionContext());
            case Kms.GenerateDataKeyWithoutPlaintextRequest r ->
                with(key("GenerateDataKeyWithoutPlaintext", caller, r.keyId()), r.encryptionContext());
            case Kms.GenerateDataKeyPairRequest r ->
                with(key("GenerateDataKeyPair", caller, r.keyId()), r.encryptionContext())
                .with("kms:DataKeyPairSpec", r.keyPairSpec());
            case Kms.GenerateDataKeyPairWithoutPlaintextRequest r ->
                with(key("GenerateDataKeyPairWithoutPlaintext", caller, r.keyId()), r.encryptionContext())
                .with("kms:DataKeyPairSpec", r.keyPairSpec());
            case Kms.GenerateRandomRequest _ -> Access.to("kms:GenerateRandom");
            case Kms.SignRequest r -> key("Sign", caller, r.keyId())
                .with("kms:SigningAlgorithm", r.signingAlgorithm()).with("kms:MessageType", r.messageType());
            case Kms.VerifyRequest r -> key("Verify", caller, r.keyId())
                .with("kms:SigningAlgorithm", r.signingAlgorithm()).with("kms:MessageType", r.messageType());
            case Kms.GetPublicKeyRequest r -> key("GetPublicKey", caller, r.keyId());
            case Kms.GenerateMacRequest r ->
                key("GenerateMac", caller, r.keyId()).with("kms:MacAlgorithm", r.macAlgorithm());
            case Kms.VerifyMacRequest r ->
                key("VerifyMac", caller, r.keyId()).with("kms:MacAlgorithm", r.macAlgorithm());
            case Kms.EnableKeyRotationRequest r -> key("EnableKeyRotation", caller, r.keyId())
                .with("kms:RotationPeriodInDays", text(r.rotationPeriodInDays()));
            case Kms.DisableKeyRotationRequest r -> key("DisableKeyRotation", caller, r.keyId());
            case Kms.GetKeyRotationStatusRequest r -> key("GetKeyRotationStatus", caller, r.keyId());
            case Kms.RotateKeyOnDemandRequest r -> key("RotateKeyOnDemand", caller, r.keyId());
            case Kms.GetParametersForImportRequest r -> key("GetParametersForImport", caller, r.keyId())
                .with("kms:WrappingAlgorithm", r.wrappingAlgorithm()).with("kms:WrappingKeySpec", r.wrappingKeySpec());
            case Kms.ImportKeyMaterialRequest r -> key("ImportKeyMaterial", caller, r.keyId())
                .with("kms:ExpirationModel", r.expirationModel()).with("kms:ValidTo", text(r.validTo()));
            case Kms.DeleteImportedKeyMaterialRequest r -> key("DeleteImportedKeyMaterial", caller, r.keyId());
            case Kms.ReplicateKeyRequest r -> replication(caller, r);
            case Kms.UpdatePrimaryRegionRequest r -> move(caller, r);
            case Kms.DeriveSharedSecretRequest r -> key("DeriveSharedSecret", caller, r.keyId())
                .with("kms:KeyAgreementAlgorithm", r.keyAgreementAlgorithm());
            case Kms.CreateGrantRequest r -> grant(caller, r);
            case Kms.ListGrantsRequest r -> key("ListGrants", caller, r.keyId()).with(FOR_AWS, forAws(caller));
            case Kms.ListRetirableGrantsRequest _ -> Access.to("kms:ListRetirableGrants");
            case Kms.RevokeGrantRequest r -> key("RevokeGrant", caller, r.keyId()).with(FOR_AWS, forAws(caller));
            case Kms.RetireGrantRequest r -> retirement(caller, r);
            case Kms.ListKeyRotationsRequest r -> key("ListKeyRotations", caller, r.keyId());
        };
    }

    private static Access creation(Kms.CreateKeyRequest r) {
        var access = KeyPolicies.naming(Access.to("kms:CreateKey"), r.policy())
                .with("kms:KeySpec", r.keySpec()).with("kms:KeyUsage", r.keyUsage())
                .with("kms:KeyOrigin", r.origin()).with("kms:MultiRegion", text(r.multiRegion()))
                .with("kms:BypassPolicyLockoutSafetyCheck", text(r.bypassPolicyLockoutSafetyCheck()));
        return tagged(access, r.tags());
    }

    private static Access tagged(Access access, List<Kms.Tag> tags) {
        if (tags == null || tags.isEmpty()) {
            return access;
        }
        var all = access.with("aws:TagKeys", tags.stream().map(Kms.Tag::tagKey).toList());
        for (var tag : tags) {
            all = all.with("aws:RequestTag/" + tag.tagKey(), tag.tagValue());
        }
        return all;
    }

    private Access key(String operation, Caller caller, String id) {
        var arn = KeyIds.arn(caller, id);
        boolean isOwn = arn.account().equals(caller.account()) && arn.region().equals(caller.region());
        if (isOwn && AwsManagedKeys.has(arn.resource()) && (caller.via() != null || operation.equals("DescribeKey"))) {
            managed.prepare(caller, arn.resource());
        }
        return store.read(tx -> {
            var found = ids.find(tx, caller, id);
            var access = found.map(key -> about(operation, key))
                    .orElseGet(() -> Access.to(ACTION + operation, arn.toString()))
                    .with("kms:CallerAccount", account(caller)).with("kms:ViaService", host(caller));
            return id.contains(KeyIds.ALIAS) ? access.with("kms:RequestAlias", arn.resource()) : access;
        });
    }

    /** A service that calls with a name of its own is nobody of an account. */
    private static String account(Caller caller) {
        return caller.principal() instanceof Principal.Service ? null : caller.account();
    }

    private static String host(Caller caller) {
        return caller.via() == null ? null : caller.via() + "." + caller.region() + ".amazonaws.com";
    }

    private static Access about(String operation, StoredKey key) {
        var access = Access.to(ACTION + operation, key.arn()).with("kms:KeySpec", key.spec())
                .with("kms:KeyUsage", key.usage()).with("kms:KeyOrigin", key.origin())
                .with("kms:MultiRegion", text(key.isMultiRegion()));
        for (var tag : key.tags().entrySet()) {
            access = access.with("aws:ResourceTag/" + tag.getKey(), tag.getValue());
        }
        return access;
    }

    private static Access with(Access access, Map<String, String> context) {
        if (context == null || context.isEmpty()) {
            return access;
        }
        var all = access.with("kms:EncryptionContextKeys", List.copyOf(context.keySet()));
        for (var pair : context.entrySet()) {
            all = all.with(Grants.CONTEXT + pair.getKey(), pair.getValue());
        }
        return all;
    }

    /** A ciphertext tells its key where the request does not. */
    private Access decryption(String operation, Caller caller, String id, Bytes blob, Map<String, String> context) {
        var named = Optional.ofNullable(id).or(() -> Ciphertext.read(blob).map(
                it -> new Arn("aws", "kms", caller.region(), it.account(), "key/" + it.keyId()).toString()));
        return named.map(it -> with(key(operation, caller, it), context)).orElse(OPEN);
    }

    /** A replica is a key that is made. */
    private Access replication(Caller caller, Kms.ReplicateKeyRequest r) {
        var access = key("ReplicateKey", caller, r.keyId()).with("kms:ReplicaRegion", r.replicaRegion());
        return new Access(access.action(), access.resources(), access.keys(), List.of(
                tagged(KeyPolicies.naming(Access.to("kms:CreateKey"), r.policy()).with("kms:MultiRegion", "true"),
                        r.tags())));
    }

    /** Of both keys it must be allowed. */
    private Access move(Caller caller, Kms.UpdatePrimaryRegionRequest r) {
        var id = KeyIds.arn(caller, r.keyId()).resource().replaceFirst("^key/", "");
        var there = key("UpdatePrimaryRegion", caller.in(caller.account(), r.primaryRegion()), id)
                .with("kms:PrimaryRegion", r.primaryRegion());
        var here = key("UpdatePrimaryRegion", caller, r.keyId()).with("kms:PrimaryRegion", r.primaryRegion());
        return new Access(here.action(), here.resources(), here.keys(), List.of(there));
    }

    /** The encryption context of its constraints counts as the request's. */
    private Access grant(Caller caller, Kms.CreateGrantRequest r) {
        var constraints = r.constraints();
        var equal = constraints == null ? null : constraints.encryptionContextEquals();
        var context = constraints == null || equal != null ? equal : constraints.encryptionContextSubset();
        return with(key("CreateGrant", caller, r.keyId()), context).with(Grants.OPERATIONS, r.operations())
                .with(Grants.CONSTRAINT, context == null ? null
                        : equal == null ? "EncryptionContextSubset" : "EncryptionContextEquals")
                .with("kms:GranteePrincipal", r.granteePrincipal())
                .with("kms:RetiringPrincipal", r.retiringPrincipal()).with(FOR_AWS, forAws(caller));
    }

    /** Whether a service asks, because of what its caller asked it. */
    private static String forAws(Caller caller) {
        return Boolean.toString(caller.via() != null);
    }

    /** Whom the grant itself lets retire it needs no policy. */
    private Access retirement(Caller caller, Kms.RetireGrantRequest r) {
        var token = Optional.ofNullable(r.grantToken()).flatMap(GrantToken::read);
        var id = token.map(it -> new Arn("aws", "kms", it.region(), it.account(), "key/" + it.keyId()).toString())
                .orElse(r.keyId());
        var grantId = token.map(GrantToken::grantId).orElse(r.grantId());
        if (id == null || grantId == null) {
            return OPEN;
        }
        var grant = store.read(tx -> ids.find(tx, caller, id)).map(it -> it.key().and(grantId));
        return grant.filter(it -> grants.isRetiredBy(caller, it)).isPresent() ? OPEN
                : key("RetireGrant", caller, id);
    }

    /** An alias changes for whoever may change both it and the key. */
    private Access alias(String operation, Caller caller, String name, String id) {
        var key = key(operation, caller, id);
        var access = new Access(ACTION + operation, List.of(caller.arn("kms", name).toString()), Map.of(),
                List.of(key));
        if (!operation.equals("UpdateAlias")) {
            return access;
        }
        var before = store.read(tx -> data.aliases.get(tx, Key.of(caller.account(), caller.region(), name)))
                .map(Alias::keyId);
        return before.map(it -> new Access(access.action(), access.resources(), Map.of(),
                List.of(key, key(operation, caller, it)))).orElse(access);
    }

    private static String text(Object value) {
        return value == null ? null : value.toString();
    }
}
