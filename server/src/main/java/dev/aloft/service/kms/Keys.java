package dev.aloft.service.kms;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Kms.KMSInvalidStateException;
import dev.aloft.api.Kms.KeyMetadata;
import dev.aloft.api.Kms.KeyState;
import dev.aloft.api.Kms.KeyUsageType;
import dev.aloft.api.Kms.OriginType;
import dev.aloft.api.Kms;
import dev.aloft.kernel.call.ListPage;
import dev.aloft.kernel.call.ResourceType.Desired;
import dev.aloft.kernel.delivery.ServiceEvents;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.kms.KmsData.Imported;
import dev.aloft.service.kms.KmsData.Material;
import dev.aloft.service.kms.KmsData.StoredKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;

/** Keys without their material: made, described, changed, and ended after a while in which that can be undone. */
final class Keys {
    private static final int SHORTEST_WINDOW_DAYS = 7;
    private static final int LONGEST_WINDOW_DAYS = 30;
    private static final int USUAL_PAGE = 100;
    private static final int USUAL_TAGS = 50;
    private static final int AT_ONCE = 100;
    private static final Set<String> ORIGINS = Set.of(OriginType.AWS_KMS, OriginType.EXTERNAL);

    private final KmsData data;
    private final KeyIds ids;
    private final Vault vault;
    private final KeyPolicies policies;
    private final MultiRegion multiRegion;
    private final ServiceEvents events;
    private final Store store;
    private final Time time;

    Keys(KmsData data, KeyIds ids, Vault vault, KeyPolicies policies, MultiRegion multiRegion, ServiceEvents events,
        Store store,
            Time time) {
        this.events = events;
        this.data = data;
        this.ids = ids;
        this.vault = vault;
        this.policies = policies;
        this.multiRegion = multiRegion;
        this.store = store;
        this.time = time;
    }

    /** @see <a href="https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html">CreateKey</a> */
    KeyMetadata create(Caller caller, Kms.CreateKeyRequest input) {
        Refusals.unbuilt("A KMS key's CustomKeyStoreId", input.customKeyStoreId());
        Refusals.unbuilt("A KMS key's XksKeyId", input.xksKeyId());
        Refusals.unbuilt("A KMS key of the Origin " + input.origin(),
                input.origin() == null || ORIGINS.contains(input.origin()) ? null : input.origin());
        var spec = spec(input);
        var usage = usage(input.keyUsage(), spec);
        var tags = Tags.with(Map.of(), input.tags() == null ? List.of() : input.tags());
        var policy = input.policy() == null ? KeyPolicies.first(caller.account()) : input.policy();
        boolean isImported = OriginType.EXTERNAL.equals(input.origin());
        var made = isImported ? new KeySpec.Made(null, null) : spec.make();
        var description = Objects.requireNonNullElse(input.description(), "");
        var key = new StoredKey(caller.account(), caller.region(), id(input), description, usage, spec.name(), true,
                KmsData.now(time), null, tags, policy, made.open(), isImported ? Imports.NONE : 0, 0, false,
                isImported ? new Imported(null, true, null) : null, 0);
        if (input.policy() != null) {
            policies.require(caller, key, policy, input.bypassPolicyLockoutSafetyCheck());
        }
        var sealed = isImported ? null : vault.sealed(key, 0, made.secret());
        return store.write(tx -> {
            data.keys.put(tx, key.key(), key);
            if (sealed != null) {
                data.materials.put(tx, key.key().and(0), new Material(sealed, key.created(), null));
            }
            if (key.isMultiRegion()) {
                multiRegion.begin(tx, key);
            }
            return told(tx, key);
        });
    }

    private static String id(Kms.CreateKeyRequest input) {
        var id = UUID.randomUUID().toString();
        return Boolean.TRUE.equals(input.multiRegion()) ? KmsData.MULTI_REGION + id.replace("-", "") : id;
    }

    private static KeySpec spec(Kms.CreateKeyRequest input) {
        if (input.keySpec() != null && input.customerMasterKeySpec() != null) {
            throw Refusals.invalid("You cannot specify KeySpec and CustomerMasterKeySpec in the same request."
                    + " CustomerMasterKeySpec is deprecated.");
        }
        var named = input.keySpec() == null ? input.customerMasterKeySpec() : input.keySpec();
        return named == null ? KeySpec.SYMMETRIC_DEFAULT : KeySpec.of(named);
    }

    private static String usage(String wanted, KeySpec spec) {
        if (wanted == null) {
            if (spec != KeySpec.SYMMETRIC_DEFAULT) {
                throw Refusals.invalid(
                        "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.");
            }
            return KeyUsageType.ENCRYPT_DECRYPT;
        }
        if (!spec.usages().contains(wanted)) {
            throw Refusals.invalid("KeyUsage " + wanted + " is not compatible with KeySpec " + spec);
        }
        return wanted;
    }

    KeyMetadata describe(Caller caller, Kms.DescribeKeyRequest input) {
        Refusals.tokens(input.grantTokens());
        return store.read(tx -> told(tx, ids.existing(tx, caller, input.keyId())));
    }

    /** The ids of the keys that were made for a resource of a stack. */
    List<String> of(Caller caller, Desired desired) {
        return store.read(tx -> data.keysOfStacks.range(tx, Key.of(caller.account(), caller.region(), desired.mark()))
                .map(row -> row.value().id()).toList());
    }

    StoredKey existing(Caller caller, String id) {
        return store.read(tx -> ids.existing(tx, caller, id));
    }

    static String state(StoredKey key) {
        if (key.isEnding()) {
            return key.deletion() == null ? KeyState.PENDING_REPLICA_DELETION : KeyState.PENDING_DELETION;
        }
        if (key.awaitsImport()) {
            return KeyState.PENDING_IMPORT;
        }
        return key.enabled() ? KeyState.ENABLED : KeyState.DISABLED;
    }

    KeyMetadata told(ReadTx tx, StoredKey key) {
        var state = state(key);
        var relatives = key.isMultiRegion() ? multiRegion.told(tx, key) : null;
        return KeyMetadata.of(m -> {
            m.awsAccountId(key.account()).keyId(key.id()).arn(key.arn()).creationDate(key.created())
                    .enabled(state.equals(KeyState.ENABLED)).description(key.description()).keyUsage(key.usage())
                    .keyState(state).deletionDate(key.deletion())
                    .pendingDeletionWindowInDays(state.equals(KeyState.PENDING_REPLICA_DELETION)
                            ? key.windowDays() : null)
                    .origin(key.origin())
                    .keyManager(key.ofAws() ? Kms.KeyManagerType.AWS : Kms.KeyManagerType.CUSTOMER)
                    .customerMasterKeySpec(key.spec()).keySpec(key.spec()).multiRegion(key.isMultiRegion())
                    .multiRegionConfiguration(relatives)
                    .currentKeyMaterialId(key.isSymmetric() ? key.materialId() : null);
            tellAlgorithms(m, key);
            if (key.imported() != null && !key.awaitsImport()) {
                m.validTo(key.imported().validTo()).expirationModel(Imports.expirationModel(key.imported().validTo()));
            }
        });
    }

    private static void tellAlgorithms(KeyMetadata.Builder m, StoredKey key) {
        var algorithms = key.kind().algorithms(key.usage());
        switch (key.usage()) {
            case KeyUsageType.ENCRYPT_DECRYPT -> m.encryptionAlgorithms(algorithms);
            case KeyUsageType.SIGN_VERIFY -> m.signingAlgorithms(algorithms);
            case KeyUsageType.KEY_AGREEMENT -> m.keyAgreementAlgorithms(algorithms);
            default -> m.macAlgorithms(algorithms);
        }
    }

    static StoredKey enabled(StoredKey key) {
        if (key.awaitsImport()) {
            throw Refusals.awaiting(key);
        }
        return key.enabled(true);
    }

    Kms.ListKeysResponse list(Caller caller, Kms.ListKeysRequest input) {
        var prefix = Key.of(caller.account(), caller.region());
        var all = store.read(tx -> data.keys.range(tx, prefix).map(Row::value).toList());
        var page = ListPage.of(all, StoredKey::id, input.marker(), input.limit(), USUAL_PAGE, Refusals::marker);
        return Kms.ListKeysResponse.of(r -> r.nextMarker(page.next()).truncated(page.isCut()).keys(page.items().stream()
                .map(key -> Kms.KeyListEntry.of(e -> e.keyId(key.id()).keyArn(key.arn()))).toList()));
    }

    /** Changes a key that does not wait for its end. */
    StoredKey change(Caller caller, String id, UnaryOperator<StoredKey> change) {
        return store.write(tx -> {
            var changed = change.apply(ids.lasting(tx, caller, id));
            data.keys.put(tx, changed.key(), changed);
            return changed;
        });
    }

    Kms.GetKeyPolicyResponse policy(Caller caller, Kms.GetKeyPolicyRequest input) {
        var key = existing(caller, input.keyId());
        if (input.policyName() != null && !input.policyName().equals(KeyPolicies.NAME)) {
            throw new Kms.NotFoundException("No such policy exists");
        }
        return Kms.GetKeyPolicyResponse.of(r -> r.policy(key.policy()).policyName(KeyPolicies.NAME));
    }

    void put(Caller caller, Kms.PutKeyPolicyRequest input) {
        if (input.policyName() != null && !input.policyName().equals(KeyPolicies.NAME)) {
            throw Refusals.invalid("PolicyName must be " + KeyPolicies.NAME + ".");
        }
        policies.require(caller, existing(caller, input.keyId()), input.policy(),
                input.bypassPolicyLockoutSafetyCheck());
        store.change(tx -> {
            var key = ids.existing(tx, caller, input.keyId()).withPolicy(input.policy());
            data.keys.put(tx, key.key(), key);
        });
    }

    Kms.ListResourceTagsResponse tags(Caller caller, Kms.ListResourceTagsRequest input) {
        var page = ListPage.of(Tags.told(existing(caller, input.keyId()).tags()), Kms.Tag::tagKey, input.marker(),
                input.limit(), USUAL_TAGS, Refusals::marker);
        return Kms.ListResourceTagsResponse.of(
                r -> r.tags(page.items()).nextMarker(page.next()).truncated(page.isCut()));
    }

    Kms.ScheduleKeyDeletionResponse end(Caller caller, Kms.ScheduleKeyDeletionRequest input) {
        int days = input.pendingWindowInDays() == null ? LONGEST_WINDOW_DAYS : input.pendingWindowInDays();
        if (days < SHORTEST_WINDOW_DAYS || days > LONGEST_WINDOW_DAYS) {
            throw Refusals.invalid("PendingWindowInDays must be between 7 and 30 (inclusive).");
        }
        var at = KmsData.now(time).plus(Duration.ofDays(days));
        return store.write(tx -> {
            var lasting = ids.lasting(tx, caller, input.keyId());
            // A primary key outlives its replicas.
            boolean waits = multiRegion.hasReplicas(tx, lasting);
            var key = waits ? lasting.ending(null, days) : lasting.ending(at, 0);
            data.keys.put(tx, key.key(), key);
            if (!waits) {
                data.deletions.add(tx, at, key.key(), key.key());
            }
            return Kms.ScheduleKeyDeletionResponse.of(r -> r.keyId(key.arn()).deletionDate(key.deletion())
                    .keyState(state(key)).pendingWindowInDays(days));
        });
    }

    /** It stays disabled. */
    StoredKey keep(Caller caller, String id) {
        return store.write(tx -> {
            var key = ids.existing(tx, caller, id);
            if (!key.isEnding()) {
                throw new KMSInvalidStateException(key.arn() + " is not pending deletion.");
            }
            var kept = key.ending(null, 0);
            data.keys.put(tx, kept.key(), kept);
            data.deletions.cancel(tx, kept.key());
            return kept;
        });
    }

    /** Ends keys whose waiting is over, with their aliases. */
    Optional<Instant> turn() {
        var now = KmsData.now(time);
        return data.deletions.turn(store, now, AT_ONCE, (tx, due) -> remove(tx, due.value(), now));
    }

    private void remove(Tx tx, Key key, Instant now) {
        data.keys.get(tx, key).ifPresent(it -> events.tell(tx, Arn.parse(it.arn()), "KMS CMK Deletion", true,
                Map.of("key-id", it.id())));
        data.keys.delete(tx, key);
        multiRegion.forget(tx, key, now);
        data.materials.range(tx, key).map(Row::key).toList().forEach(it -> data.expiries.cancel(tx, it));
        data.materials.deleteAll(tx, key);
        data.grants.deleteAll(tx, key);
        data.deletions.cancel(tx, key);
        data.rotations.cancel(tx, key);
        data.aliases.range(tx, Key.of(key.text(0), key.text(1))).map(Row::value)
                .filter(alias -> alias.keyId().equals(key.text(2))).toList()
                .forEach(alias -> data.aliases.delete(tx, alias.key()));
    }
}
