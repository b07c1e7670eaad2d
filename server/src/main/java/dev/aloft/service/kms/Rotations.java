package dev.aloft.service.kms;

import dev.aloft.api.Caller;
import dev.aloft.api.Kms;
import dev.aloft.api.Kms.LimitExceededException;
import dev.aloft.api.Kms.RotationType;
import dev.aloft.kernel.call.ListPage;
import dev.aloft.kernel.store.Due;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.kms.KmsData.Material;
import dev.aloft.service.kms.KmsData.StoredKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * New material for symmetric keys, on a schedule or at once. What was encrypted with older material stays readable.
 *
 * @see <a href="https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html">Rotate AWS KMS keys</a>
 */
final class Rotations {
    private static final int USUAL_DAYS = 365;
    private static final int MOST_ON_DEMAND = 25;
    private static final int USUAL_PAGE = 100;
    private static final int AT_ONCE = 100;

    private final KmsData data;
    private final KeyIds ids;
    private final UsableKeys usable;
    private final Vault vault;
    private final Store store;
    private final Time time;

    Rotations(KmsData data, KeyIds ids, UsableKeys usable, Vault vault, Store store, Time time) {
        this.data = data;
        this.ids = ids;
        this.usable = usable;
        this.vault = vault;
        this.store = store;
        this.time = time;
    }

    /** Another period counts from now; the same again changes nothing. */
    void enable(Caller caller, Kms.EnableKeyRotationRequest input) {
        int days = input.rotationPeriodInDays() == null ? USUAL_DAYS : input.rotationPeriodInDays();
        var next = KmsData.now(time).plus(Duration.ofDays(days));
        store.change(tx -> {
            var key = rotatable(tx, caller, input.keyId());
            if (key.rotationDays() != days) {
                data.keys.put(tx, key.key(), key.rotatedEvery(days));
                data.rotations.add(tx, next, key.key(), key.key());
            }
        });
    }

    void disable(Caller caller, String keyId) {
        store.change(tx -> {
            var key = rotatable(tx, caller, keyId);
            data.keys.put(tx, key.key(), key.rotatedEvery(0));
            data.rotations.cancel(tx, key.key());
        });
    }

    private StoredKey rotatable(ReadTx tx, Caller caller, String keyId) {
        return symmetric(usable.enabled(tx, caller, keyId));
    }

    private static StoredKey symmetric(StoredKey key) {
        if (!key.isSymmetric()) {
            throw Refusals.unsupported();
        }
        return key;
    }

    Kms.GetKeyRotationStatusResponse status(Caller caller, String keyId) {
        return store.read(tx -> {
            var key = symmetric(ids.existing(tx, caller, keyId));
            var next = data.rotations.get(tx, key.key()).map(Due.Waiting::at).orElse(null);
            boolean isOn = next != null;
            return Kms.GetKeyRotationStatusResponse.of(r -> r.keyId(key.id()).keyRotationEnabled(isOn)
                    .rotationPeriodInDays(isOn ? key.rotationDays() : null).nextRotationDate(next));
        });
    }

    StoredKey now(Caller caller, String keyId) {
        var now = KmsData.now(time);
        byte[] secret = KeySpec.SYMMETRIC_DEFAULT.make().secret();
        return store.write(tx -> {
            var key = rotatable(tx, caller, keyId);
            long before = rotations(tx, key).filter(it -> RotationType.ON_DEMAND.equals(it.value().type())).count();
            if (before >= MOST_ON_DEMAND) {
                throw new LimitExceededException("The on-demand rotations limit has been reached for the given keyId."
                        + " No more on-demand rotations can be performed for this key: " + key.arn());
            }
            return rotate(tx, key, secret, now, RotationType.ON_DEMAND);
        });
    }

    private Stream<Row<Material>> rotations(ReadTx tx, StoredKey key) {
        return data.materials.range(tx, key.key()).filter(it -> it.value().type() != null);
    }

    private StoredKey rotate(Tx tx, StoredKey key, byte[] secret, Instant now, String type) {
        int number = key.material() + 1;
        data.materials.put(tx, key.key().and(number), new Material(vault.sealed(key, number, secret), now, type));
        var rotated = key.withMaterial(number);
        data.keys.put(tx, key.key(), rotated);
        return rotated;
    }

    Kms.ListKeyRotationsResponse list(Caller caller, Kms.ListKeyRotationsRequest input) {
        var all = store.read(tx -> {
            var key = symmetric(ids.existing(tx, caller, input.keyId()));
            return rotations(tx, key).map(row -> Kms.RotationsListEntry.of(e -> e.keyId(key.id())
                    .keyMaterialId(key.materialId((int) row.key().number(3))).rotationDate(row.value().created())
                    .rotationType(row.value().type()))).toList();
        });
        var page = ListPage.of(all, Kms.RotationsListEntry::keyMaterialId, input.marker(), input.limit(),
                USUAL_PAGE, Refusals::marker);
        return Kms.ListKeyRotationsResponse.of(
                r -> r.rotations(List.copyOf(page.items())).nextMarker(page.next()).truncated(page.isCut()));
    }

    /** Rotates what is due. A key that is disabled or waits for its end is passed over, as AWS does. */
    Optional<Instant> turn() {
        var now = KmsData.now(time);
        for (var due : store.read(tx -> data.rotations.due(tx, now, AT_ONCE))) {
            byte[] secret = KeySpec.SYMMETRIC_DEFAULT.make().secret();
            store.change(tx -> data.rotations.get(tx, due.id()).filter(it -> it.at().equals(due.at()))
                    .flatMap(it -> data.keys.get(tx, it.value())).ifPresent(key -> {
                        if (key.enabled()) {
                            rotate(tx, key, secret, now, RotationType.AUTOMATIC);
                        }
                        var next = due.at().plus(Duration.ofDays(key.rotationDays()));
                        data.rotations.add(tx, next, key.key(), key.key());
                    }));
        }
        return store.read(data.rotations::next);
    }
}
