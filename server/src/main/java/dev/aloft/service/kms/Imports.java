package dev.aloft.service.kms;

import dev.aloft.api.Arn;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Kms.ExpirationModelType;
import dev.aloft.api.Kms.ExpiredImportTokenException;
import dev.aloft.api.Kms.ImportType;
import dev.aloft.api.Kms.IncorrectKeyMaterialException;
import dev.aloft.api.Kms.InvalidImportTokenException;
import dev.aloft.api.Kms.KMSInvalidStateException;
import dev.aloft.api.Kms.RotationType;
import dev.aloft.api.Kms;
import dev.aloft.kernel.delivery.ServiceEvents;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.kms.KmsData.Imported;
import dev.aloft.service.kms.KmsData.Material;
import dev.aloft.service.kms.KmsData.StoredKey;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Material that is its owner's: brought in under a key that the owner wraps it with, taken away, expired, brought back.
 * A key is usable while all of its materials are there. Which it is stays known, so that no other can be brought back.
 *
 * @see <a href="https://docs.aws.amazon.com/kms/latest/developerguide/importing-keys.html">Importing key material</a>
 */
final class Imports {
    /** The number of the material of a key that never had any. */
    static final int NONE = -1;
    private static final String PURPOSE = "kms import";
    private static final Duration TOKEN = Duration.ofHours(24);
    private static final int AT_ONCE = 100;

    private final KmsData data;
    private final KeyIds ids;
    private final Vault vault;
    private final MultiRegion multiRegion;
    private final KeyFile file;
    private final ServiceEvents events;
    private final Store store;
    private final Time time;

    Imports(KmsData data, KeyIds ids, Vault vault, MultiRegion multiRegion, KeyFile file, ServiceEvents events,
            Store store, Time time) {
        this.events = events;
        this.data = data;
        this.ids = ids;
        this.vault = vault;
        this.multiRegion = multiRegion;
        this.file = file;
        this.store = store;
        this.time = time;
    }

    static String expirationModel(Instant validTo) {
        return validTo == null ? ExpirationModelType.KEY_MATERIAL_DOES_NOT_EXPIRE
                : ExpirationModelType.KEY_MATERIAL_EXPIRES;
    }

    private StoredKey importable(ReadTx tx, Caller caller, String id) {
        return external(ids.lasting(tx, caller, id));
    }

    private static StoredKey external(StoredKey key) {
        if (key.imported() == null) {
            throw Refusals.origin(key);
        }
        return key;
    }

    Kms.GetParametersForImportResponse parameters(Caller caller, Kms.GetParametersForImportRequest input) {
        var key = store.<StoredKey>read(tx -> importable(tx, caller, input.keyId()));
        if (!WrappingKey.isSupported(input.wrappingAlgorithm())) {
            throw Refusals.unsupported();
        }
        var pair = KeySpec.of(input.wrappingKeySpec()).make();
        var validTo = KmsData.now(time).plus(TOKEN);
        var wrapping = new WrappingKey(input.wrappingAlgorithm(), validTo, pair.secret());
        return Kms.GetParametersForImportResponse.of(r -> r.keyId(key.arn()).parametersValidTo(validTo)
                .publicKey(Bytes.of(pair.open()))
                .importToken(Bytes.of(file.seal(PURPOSE, key.arn(), wrapping.encoded()))));
    }

    Kms.ImportKeyMaterialResponse take(Caller caller, Kms.ImportKeyMaterialRequest input) {
        var key = store.<StoredKey>read(tx -> importable(tx, caller, input.keyId()));
        var validTo = validTo(input);
        byte[] secret = wrapping(key, input).unwrapped(input.encryptedKeyMaterial().array());
        byte[] open = open(key, secret);
        var id = key.digest("imported " + HexFormat.of().formatHex(secret));
        if (input.keyMaterialId() != null && !input.keyMaterialId().equals(id)) {
            throw incorrect(key);
        }
        store.change(tx -> {
            var current = importable(tx, caller, input.keyId());
            int number = number(tx, current, id, input.importType());
            var before = data.materials.get(tx, key.key().and(number));
            var material = new Material(vault.sealed(key, number, secret),
                    before.map(Material::created).orElse(KmsData.now(time)),
                    before.map(Material::type).orElse(null), id, validTo,
                    Optional.ofNullable(input.keyMaterialDescription())
                            .orElse(before.map(Material::description).orElse(null)));
            put(tx, current, number, material, open);
        });
        return Kms.ImportKeyMaterialResponse.of(
                r -> r.keyId(key.arn()).keyMaterialId(key.isSymmetric() ? id : null));
    }

    private Instant validTo(Kms.ImportKeyMaterialRequest input) {
        boolean expires = !ExpirationModelType.KEY_MATERIAL_DOES_NOT_EXPIRE.equals(input.expirationModel());
        if (expires == (input.validTo() == null)) {
            throw Refusals.invalid(expires ? "A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES"
                    : "ValidTo must not be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE");
        }
        if (expires && !input.validTo().isAfter(time.instant())) {
            throw Refusals.invalid("ValidTo must be in the future");
        }
        return input.validTo();
    }

    private WrappingKey wrapping(StoredKey key, Kms.ImportKeyMaterialRequest input) {
        var wrapping = file.unseal(PURPOSE, key.arn(), input.importToken().array()).map(WrappingKey::decoded)
                .orElseThrow(() -> new InvalidImportTokenException(""));
        if (wrapping.validTo().isBefore(time.instant())) {
            throw new ExpiredImportTokenException("");
        }
        return wrapping;
    }

    /** The public half, or null of a key without. Demands material that fits the key. */
    private static byte[] open(StoredKey key, byte[] secret) {
        var spec = key.kind();
        try {
            return switch (spec.family) {
                case SYMMETRIC, HMAC -> {
                    if (secret.length * 8 != spec.bits) {
                        throw incorrect(key);
                    }
                    yield null;
                }
                case RSA -> Rsa.openOf(secret, spec.bits).getEncoded();
                case CURVE -> Curve.openOf(spec, secret).getEncoded();
                case WHOLE -> WholeSignature.openOf(spec, secret).getEncoded();
            };
        } catch (GeneralSecurityException | IllegalArgumentException _) {
            throw incorrect(key);
        }
    }

    private static IncorrectKeyMaterialException incorrect(StoredKey key) {
        return new IncorrectKeyMaterialException("The key material does not fit the KMS key " + key.arn() + ".");
    }

    /** Which of its materials it is: one that it had before, or, if it is to be, a new one. */
    private int number(ReadTx tx, StoredKey key, String id, String type) {
        var rows = materials(tx, key);
        for (var row : rows) {
            if (row.value().id().equals(id)) {
                return number(row);
            }
        }
        boolean isFirst = rows.isEmpty();
        var wanted = Objects.requireNonNullElse(type,
                isFirst ? ImportType.NEW_KEY_MATERIAL : ImportType.EXISTING_KEY_MATERIAL);
        if (wanted.equals(ImportType.EXISTING_KEY_MATERIAL) || !isFirst && !key.isSymmetric()) {
            throw incorrect(key);
        }
        multiRegion.requirePrimary(tx, key);
        var pending = rows.stream().filter(row -> number(row) > key.material()).findFirst();
        if (pending.isPresent()) {
            throw new KMSInvalidStateException("New key material (id: " + id + ") cannot be imported into KMS key "
                    + key.arn() + ", because another key material (id: " + pending.get().value().id()
                    + ") is pending rotation.");
        }
        return key.material() + 1;
    }

    private List<Row<Material>> materials(ReadTx tx, StoredKey key) {
        return data.materials.range(tx, key.key()).toList();
    }

    private static int number(Row<Material> row) {
        return (int) row.key().number(3);
    }

    private void put(Tx tx, StoredKey key, int number, Material material, byte[] open) {
        var at = key.key().and(number);
        data.materials.put(tx, at, material);
        if (material.validTo() == null) {
            data.expiries.cancel(tx, at);
        } else {
            data.expiries.add(tx, material.validTo(), at, at);
        }
        boolean isFirst = key.material() == NONE;
        // What a replica lacks is to be imported into it too.
        multiRegion.others(tx, key).filter(it -> !data.materials.has(tx, it.key().and(number))).forEach(other -> {
            data.materials.put(tx, other.key().and(number), material.lost());
            if (isFirst) {
                data.keys.put(tx, other.key(), other.with(number, open, new Imported(material.id(), true, null)));
            }
        });
        look(tx, key.with(isFirst ? number : key.material(), isFirst ? open : key.open(), key.imported()));
    }

    /** Keeps what follows for the key from what it has of its materials. */
    private StoredKey look(Tx tx, StoredKey key) {
        var rows = materials(tx, key);
        boolean awaited = rows.isEmpty() || rows.stream()
                .anyMatch(row -> number(row) <= key.material() && row.value().sealed() == null);
        var current = data.materials.get(tx, key.key().and(key.material()));
        var seen = key.with(key.material(), key.open(), new Imported(current.map(Material::id).orElse(null), awaited,
                current.map(Material::validTo).orElse(null)));
        data.keys.put(tx, seen.key(), seen);
        return seen;
    }

    /** To the material that waits for it, in all regions. */
    StoredKey rotate(Tx tx, StoredKey key, Instant now) {
        int number = key.material() + 1;
        var all = multiRegion.all(tx, key);
        for (var related : all) {
            var pending = data.materials.get(tx, related.key().and(number)).filter(it -> it.sealed() != null);
            if (pending.isEmpty()) {
                throw new KMSInvalidStateException(
                        "No available key material pending rotation for the key: " + related.arn() + ".");
            }
            data.materials.put(tx, related.key().and(number), pending.get().rotated(now, RotationType.ON_DEMAND));
            look(tx, related.withMaterial(number));
        }
        return key.withMaterial(number);
    }

    /** What waits for its rotation is forgotten; any other is missing until it is brought back. */
    Kms.DeleteImportedKeyMaterialResponse delete(Caller caller, Kms.DeleteImportedKeyMaterialRequest input) {
        return store.write(tx -> {
            var key = external(ids.existing(tx, caller, input.keyId()));
            var row = materials(tx, key).stream().filter(it -> input.keyMaterialId() == null
                    ? number(it) == key.material() : it.value().id().equals(input.keyMaterialId())).findFirst();
            if (row.isEmpty() && input.keyMaterialId() != null) {
                throw incorrect(key);
            }
            row.ifPresent(it -> lose(tx, key, it));
            return Kms.DeleteImportedKeyMaterialResponse.of(r -> r.keyId(key.arn())
                    .keyMaterialId(key.isSymmetric() ? row.map(it -> it.value().id()).orElse(null) : null));
        });
    }

    private void lose(Tx tx, StoredKey key, Row<Material> row) {
        data.expiries.cancel(tx, row.key());
        if (number(row) <= key.material()) {
            data.materials.put(tx, row.key(), row.value().lost());
        } else {
            multiRegion.all(tx, key).forEach(it -> data.materials.delete(tx, it.key().and(number(row))));
        }
        look(tx, key);
    }

    /** Takes material away that has expired. */
    Optional<Instant> turn() {
        return data.expiries.turn(store, KmsData.now(time), AT_ONCE, (tx, due) -> {
            var at = due.value();
            var key = data.keys.get(tx, KmsData.key(at.text(0), at.text(1), at.text(2))).orElseThrow();
            lose(tx, key, new Row<>(at, data.materials.get(tx, at).orElseThrow()));
            events.tell(tx, Arn.parse(key.arn()), "KMS Imported Key Material Expiration", true, Map.of("key-id",
                key.id()));
        });
    }
}
