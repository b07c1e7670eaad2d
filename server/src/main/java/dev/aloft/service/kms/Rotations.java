package dev.aloft.service.kms;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Kms.ImportState;
import dev.aloft.api.Kms.IncludeKeyMaterial;
import dev.aloft.api.Kms.KeyMaterialState;
import dev.aloft.api.Kms.LimitExceededException;
import dev.aloft.api.Kms.RotationType;
import dev.aloft.api.Kms;
import dev.aloft.kernel.call.ListPage;
import dev.aloft.kernel.delivery.ServiceEvents;
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
import java.util.Map;
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
    private final MultiRegion multiRegion;
    private final Imports imports;
    private final ServiceEvents events;
    private final Store store;
    private final Time time;

    Rotations(KmsData data, KeyIds ids, UsableKeys usable, Vault vault, MultiRegion multiRegion,
            Imports imports, ServiceEvents events, Store store, Time time) {
        this.events = events;
        this.data = data;
        this.ids = ids;
        this.usable = usable;
        this.vault = vault;
        this.multiRegion = multiRegion;
        this.imports = imports;
        this.store = store;
        this.time = time;
    }

    /** Another period counts from now; the same again changes nothing. */
    void enable(Caller caller, Kms.EnableKeyRotationRequest input) {
        int days = input.rotationPeriodInDays() == null ? USUAL_DAYS : input.rotationPeriodInDays();
        var next = KmsData.now(time).plus(Duration.ofDays(days));
        store.change(tx -> {
            var key = scheduled(tx, caller, input.keyId());
            if (key.rotationDays() != days) {
                data.keys.put(tx, key.key(), key.rotatedEvery(days));
                data.rotations.add(tx, next, key.key(), key.key());
            }
        });
    }

    void disable(Caller caller, String keyId) {
        store.change(tx -> {
            var key = scheduled(tx, caller, keyId);
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

    /** One whose material KMS makes; of related keys the primary. */
    private StoredKey scheduled(ReadTx tx, Caller caller, String keyId) {
        var key = rotatable(tx, caller, keyId);
        if (key.imported() != null) {
            throw Refusals.origin(key);
        }
        multiRegion.requirePrimary(tx, key);
        return key;
    }

    Kms.GetKeyRotationStatusResponse status(Caller caller, String keyId) {
        return store.read(tx -> {
            var key = multiRegion.primary(tx, symmetric(ids.existing(tx, caller, keyId)));
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
            multiRegion.requirePrimary(tx, key);
            long before = rotations(tx, key).filter(it -> RotationType.ON_DEMAND.equals(it.value().type())).count();
            if (before >= MOST_ON_DEMAND) {
                throw new LimitExceededException("The on-demand rotations limit has been reached for the given keyId."
                        + " No more on-demand rotations can be performed for this key: " + key.arn());
            }
            return key.imported() == null ? rotate(tx, key, secret, now, RotationType.ON_DEMAND)
                    : imports.rotate(tx, key, now);
        });
    }

    private Stream<Row<Material>> rotations(ReadTx tx, StoredKey key) {
        return data.materials.range(tx, key.key()).filter(it -> it.value().type() != null);
    }

    private StoredKey rotate(Tx tx, StoredKey key, byte[] secret, Instant now, String type) {
        int number = key.material() + 1;
        for (var related : multiRegion.all(tx, key)) {
            var material = new Material(vault.sealed(related, number, secret), now, type);
            data.materials.put(tx, related.key().and(number), material);
            data.keys.put(tx, related.key(), related.withMaterial(number));
        }
        events.tell(tx, Arn.parse(key.arn()), "KMS CMK Rotation", true, Map.of("key-id", key.id()));
        return key.withMaterial(number);
    }

    Kms.ListKeyRotationsResponse list(Caller caller, Kms.ListKeyRotationsRequest input) {
        var all = store.read(tx -> {
            var key = symmetric(ids.existing(tx, caller, input.keyId()));
            boolean every = IncludeKeyMaterial.ALL_KEY_MATERIAL.equals(input.includeKeyMaterial());
            return data.materials.range(tx, key.key()).filter(row -> every || row.value().type() != null)
                    .map(row -> told(key, (int) row.key().number(3), row.value())).toList();
        });
        var page = ListPage.of(all, Kms.RotationsListEntry::keyMaterialId, input.marker(), input.limit(),
                USUAL_PAGE, Refusals::marker);
        return Kms.ListKeyRotationsResponse.of(
                r -> r.rotations(List.copyOf(page.items())).nextMarker(page.next()).truncated(page.isCut()));
    }

    private static Kms.RotationsListEntry told(StoredKey key, int number, Material material) {
        return Kms.RotationsListEntry.of(e -> {
            e.keyId(key.id()).keyMaterialId(key.materialId(number, material)).rotationType(material.type())
                    .rotationDate(material.type() == null ? null : material.created())
                    .keyMaterialState(number == key.material() ? KeyMaterialState.CURRENT
                            : number < key.material() ? KeyMaterialState.NON_CURRENT
                                    : KeyMaterialState.PENDING_ROTATION);
            if (key.imported() != null) {
                boolean isThere = material.sealed() != null;
                e.importState(isThere ? ImportState.IMPORTED : ImportState.PENDING_IMPORT)
                        .keyMaterialDescription(material.description()).validTo(material.validTo())
                        .expirationModel(isThere ? Imports.expirationModel(material.validTo()) : null);
            }
        });
    }

    /** Rotates what is due. A key that is disabled or waits for its end is passed over, as AWS does. */
    Optional<Instant> turn() {
        var now = KmsData.now(time);
        return data.rotations.turn(store, now, AT_ONCE, (tx, due) -> {
            var key = data.keys.get(tx, due.value()).orElseThrow();
            if (key.enabled()) {
                rotate(tx, key, KeySpec.SYMMETRIC_DEFAULT.make().secret(), now, RotationType.AUTOMATIC);
            }
            data.rotations.add(tx, due.at().plus(Duration.ofDays(key.rotationDays())), key.key(), key.key());
        });
    }
}
