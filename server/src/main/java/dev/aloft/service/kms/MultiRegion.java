package dev.aloft.service.kms;

import dev.aloft.api.Caller;
import dev.aloft.api.Kms;
import dev.aloft.api.Kms.AlreadyExistsException;
import dev.aloft.api.Kms.MultiRegionKeyType;
import dev.aloft.api.Kms.NotFoundException;
import dev.aloft.kernel.store.Due;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.kms.KmsData.Imported;
import dev.aloft.service.kms.KmsData.Material;
import dev.aloft.service.kms.KmsData.Relatives;
import dev.aloft.service.kms.KmsData.StoredKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Keys of one id and one material in several regions: what one encrypts any of them decrypts. One is the primary; from
 * it others are made, and with it all are rotated.
 *
 * @see <a href="https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html">
 *     Multi-Region keys</a>
 */
final class MultiRegion {
    private final KmsData data;
    private final UsableKeys usable;
    private final Vault vault;
    private final KeyPolicies policies;
    private final Store store;
    private final Time time;

    MultiRegion(KmsData data, UsableKeys usable, Vault vault, KeyPolicies policies, Store store, Time time) {
        this.data = data;
        this.usable = usable;
        this.vault = vault;
        this.policies = policies;
        this.store = store;
        this.time = time;
    }

    void begin(Tx tx, StoredKey primary) {
        data.relatives.put(tx, family(primary), new Relatives(primary.region(), List.of()));
    }

    private static Key family(StoredKey key) {
        return Key.of(key.account(), key.id());
    }

    private Relatives relatives(ReadTx tx, StoredKey key) {
        return data.relatives.get(tx, family(key)).orElseThrow();
    }

    private boolean isPrimary(ReadTx tx, StoredKey key) {
        return key.isMultiRegion() && relatives(tx, key).primary().equals(key.region());
    }

    boolean hasReplicas(ReadTx tx, StoredKey key) {
        return isPrimary(tx, key) && !relatives(tx, key).replicas().isEmpty();
    }

    /** A key without relatives passes. */
    void requirePrimary(ReadTx tx, StoredKey key) {
        if (key.isMultiRegion() && !isPrimary(tx, key)) {
            throw Refusals.notPrimary(key);
        }
    }

    /** The one whose settings hold for all; a key without relatives itself. */
    StoredKey primary(ReadTx tx, StoredKey key) {
        return key.isMultiRegion() ? in(tx, key, relatives(tx, key).primary()) : key;
    }

    private StoredKey in(ReadTx tx, StoredKey key, String region) {
        return data.keys.get(tx, KmsData.key(key.account(), region, key.id())).orElseThrow();
    }

    /** The key with its relatives. */
    List<StoredKey> all(ReadTx tx, StoredKey key) {
        return Stream.concat(Stream.of(key), others(tx, key)).toList();
    }

    Stream<StoredKey> others(ReadTx tx, StoredKey key) {
        return !key.isMultiRegion() ? Stream.empty() : relatives(tx, key).all().stream()
                .filter(region -> !region.equals(key.region())).map(region -> in(tx, key, region));
    }

    Kms.MultiRegionConfiguration told(ReadTx tx, StoredKey key) {
        var relatives = relatives(tx, key);
        return Kms.MultiRegionConfiguration.of(c -> c
                .multiRegionKeyType(relatives.primary().equals(key.region()) ? MultiRegionKeyType.PRIMARY
                        : MultiRegionKeyType.REPLICA)
                .primaryKey(told(key, relatives.primary()))
                .replicaKeys(relatives.replicas().stream().map(region -> told(key, region)).toList()));
    }

    private static Kms.MultiRegionKey told(StoredKey key, String region) {
        return Kms.MultiRegionKey.of(k -> k.arn(key.arn().replace(":" + key.region() + ":", ":" + region + ":"))
                .region(region));
    }

    /** Policy, description and tags are the replica's own. */
    StoredKey replicate(Caller caller, Kms.ReplicateKeyRequest input) {
        var region = input.replicaRegion();
        var tags = Tags.with(Map.of(), input.tags() == null ? List.of() : input.tags());
        var policy = input.policy() == null ? KeyPolicies.first(caller.account()) : input.policy();
        var description = Objects.requireNonNullElse(input.description(), "");
        var now = KmsData.now(time);
        if (input.policy() != null) {
            var key = store.<StoredKey>read(tx -> usable.enabled(tx, caller, input.keyId()));
            policies.require(caller.in(caller.account(), region), key.in(region, description, tags, policy, now),
                    policy, input.bypassPolicyLockoutSafetyCheck());
        }
        return store.write(tx -> {
            var key = usable.enabled(tx, caller, input.keyId());
            if (!isPrimary(tx, key)) {
                throw Refusals.notPrimary(key);
            }
            var replica = key.in(region, description, tags, policy, now);
            if (relatives(tx, key).all().contains(region)) {
                throw new AlreadyExistsException("A key with the ARN " + replica.arn() + " already exists");
            }
            return put(tx, key, replica);
        });
    }

    private StoredKey put(Tx tx, StoredKey primary, StoredKey replica) {
        boolean isImported = primary.imported() != null;
        var kept = isImported ? replica.with(replica.material(), replica.open(),
                new Imported(primary.imported().materialId(), true, null)) : replica.rotatedEvery(0);
        data.keys.put(tx, kept.key(), kept);
        for (var row : data.materials.range(tx, primary.key()).toList()) {
            int number = (int) row.key().number(3);
            data.materials.put(tx, kept.key().and(number), isImported ? row.value().lost() : row.value().sealed(
                    vault.sealed(kept, number, vault.opened(primary, number, row.value()))));
        }
        var relatives = relatives(tx, primary);
        data.relatives.put(tx, family(primary), new Relatives(relatives.primary(),
                Stream.concat(relatives.replicas().stream(), Stream.of(kept.region())).toList()));
        return kept;
    }

    /** Makes a replica the primary, and the primary a replica. */
    void move(Caller caller, Kms.UpdatePrimaryRegionRequest input) {
        store.change(tx -> {
            var key = usable.enabled(tx, caller, input.keyId());
            if (!isPrimary(tx, key)) {
                throw Refusals.notPrimary(key);
            }
            var relatives = relatives(tx, key);
            if (!relatives.replicas().contains(input.primaryRegion())) {
                throw new NotFoundException("Key '" + told(key, input.primaryRegion()).arn() + "' does not exist");
            }
            var next = in(tx, key, input.primaryRegion());
            UsableKeys.requireEnabled(next);
            data.relatives.put(tx, family(key), new Relatives(next.region(), relatives.all().stream()
                    .filter(region -> !region.equals(next.region())).toList()));
            data.keys.put(tx, key.key(), key.rotatedEvery(0));
            data.keys.put(tx, next.key(), next.rotatedEvery(key.rotationDays()));
            var due = data.rotations.get(tx, key.key()).map(Due.Waiting::at);
            data.rotations.cancel(tx, key.key());
            due.ifPresent(at -> data.rotations.add(tx, at, next.key(), next.key()));
        });
    }

    /** A key that is gone; a primary that waited for its last replica begins to wait for its own end. */
    void forget(Tx tx, Key gone, Instant now) {
        var family = Key.of(gone.text(0), gone.text(2));
        data.relatives.get(tx, family).ifPresent(relatives -> {
            if (relatives.primary().equals(gone.text(1))) {
                data.relatives.delete(tx, family);
                return;
            }
            var left = relatives.replicas().stream().filter(region -> !region.equals(gone.text(1))).toList();
            data.relatives.put(tx, family, new Relatives(relatives.primary(), left));
            data.keys.get(tx, KmsData.key(gone.text(0), relatives.primary(), gone.text(2)))
                    .filter(primary -> left.isEmpty() && primary.windowDays() != 0)
                    .ifPresent(primary -> end(tx, primary, now));
        });
    }

    private void end(Tx tx, StoredKey primary, Instant now) {
        var at = now.plus(Duration.ofDays(primary.windowDays()));
        data.keys.put(tx, primary.key(), primary.ending(at, 0));
        data.deletions.add(tx, at, primary.key(), primary.key());
    }
}
