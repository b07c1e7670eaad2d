package dev.aloft.service.kms;

import dev.aloft.api.Kms.OriginType;
import dev.aloft.kernel.call.ResourceType.Desired;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Due;
import dev.aloft.kernel.store.Index;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Space;
import dev.aloft.kernel.store.Table;
import dev.aloft.kernel.time.Signal;
import dev.aloft.kernel.time.Time;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What KMS keeps, by account, region and the key's id or the alias's name. */
final class KmsData {
    /** What ids of keys begin with that can have relatives in other regions. */
    static final String MULTI_REGION = "mrk-";

    final Signal signal = new Signal();
    final Table<StoredKey> keys = Table.of("keys", Codec.of(StoredKey.class));
    /** Those that were made for a resource of a stack, by account, region and its mark. */
    final Index<StoredKey> keysOfStacks = keys.index("keysOfStacks", key -> Desired.markIn(key.tags()).stream()
            .map(mark -> Key.of(key.account(), key.region(), mark)).toList());
    /** By one more element: the number of the rotation that made it, 0 for the first. */
    final Table<Material> materials = Table.of("materials", Codec.of(Material.class));
    /** By one more element: the grant's id. */
    final Table<Grant> grants = Table.of("grants", Codec.of(Grant.class));
    final Table<Alias> aliases = Table.of("aliases", Codec.of(Alias.class));
    /** By account and id. */
    final Table<Relatives> relatives = Table.of("relatives", Codec.of(Relatives.class));
    /** When imported material expires; the id is that of the material. */
    final Due<Key> expiries = new Due<>(Space.of("expiries"), Codec.KEY, signal);
    /** When a key that waits for its deletion ends; the id is the key's. */
    final Due<Key> deletions = new Due<>(Space.of("deletions"), Codec.KEY, signal);
    /** When a key's material is rotated next; the id is the key's. */
    final Due<Key> rotations = new Due<>(Space.of("rotations"), Codec.KEY, signal);

    /** Moments are told with their milliseconds. */
    static Instant now(Time time) {
        return time.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    /** The key of a key's record, by its ARN's parts. */
    static Key key(String account, String region, String id) {
        return Key.of(account, region, id);
    }

    /**
     * @param spec         the name of a {@link KeySpec}
     * @param deletion     when it ends, or null
     * @param open         the public half, or null where it has none
     * @param material     the number of its material in use
     * @param rotationDays how often that is rotated, or 0
     * @param ofAws        whether AWS made it for one of its services
     * @param imported     about its material where that is its owner's, or null where KMS made it
     * @param windowDays   how long it waits for its end once its last replica is gone, or 0 where it does not end so
     */
    record StoredKey(
            String account,
            String region,
            String id,
            String description,
            String usage,
            String spec,
            boolean enabled,
            Instant created,
            Instant deletion,
            Map<String, String> tags,
            String policy,
            byte[] open,
            int material,
            int rotationDays,
            boolean ofAws,
            Imported imported,
            int windowDays) {
        String arn() {
            return "arn:aws:kms:" + region + ":" + account + ":key/" + id;
        }

        Key key() {
            return KmsData.key(account, region, id);
        }

        KeySpec kind() {
            return KeySpec.valueOf(spec);
        }

        boolean isSymmetric() {
            return kind() == KeySpec.SYMMETRIC_DEFAULT;
        }

        StoredKey withDescription(String other) {
            return new StoredKey(account, region, id, other, usage, spec, enabled, created, deletion, tags, policy,
                    open, material, rotationDays, ofAws, imported, windowDays);
        }

        StoredKey enabled(boolean now) {
            return new StoredKey(account, region, id, description, usage, spec, now, created, deletion, tags, policy,
                    open, material, rotationDays, ofAws, imported, windowDays);
        }

        /** Whether it ends or not, it is not usable from here on. */
        StoredKey ending(Instant at, int days) {
            return new StoredKey(account, region, id, description, usage, spec, false, created, at, tags, policy, open,
                    material, rotationDays, ofAws, imported, days);
        }

        StoredKey withTags(Map<String, String> other) {
            return new StoredKey(account, region, id, description, usage, spec, enabled, created, deletion, other,
                    policy, open, material, rotationDays, ofAws, imported, windowDays);
        }

        StoredKey withPolicy(String other) {
            return new StoredKey(account, region, id, description, usage, spec, enabled, created, deletion, tags, other,
                    open, material, rotationDays, ofAws, imported, windowDays);
        }

        StoredKey withMaterial(int number) {
            return new StoredKey(account, region, id, description, usage, spec, enabled, created, deletion, tags,
                    policy, open, number, rotationDays, ofAws, imported, windowDays);
        }

        /** With other imported material. */
        StoredKey with(int number, byte[] half, Imported now) {
            return new StoredKey(account, region, id, description, usage, spec, enabled, created, deletion, tags,
                    policy, half, number, rotationDays, ofAws, now, windowDays);
        }

        StoredKey rotatedEvery(int days) {
            return new StoredKey(account, region, id, description, usage, spec, enabled, created, deletion, tags,
                    policy, open, material, days, ofAws, imported, windowDays);
        }

        /** What a related key of another region starts with. */
        StoredKey in(String other, String text, Map<String, String> named, String by, Instant now) {
            return new StoredKey(account, other, id, text, usage, spec, true, now, null, named, by, open, material,
                    rotationDays, ofAws, imported, 0);
        }

        boolean isMultiRegion() {
            return id.startsWith(MULTI_REGION);
        }

        /** Whether it waits for its end, or for that of its replicas first. */
        boolean isEnding() {
            return deletion != null || windowDays != 0;
        }

        boolean awaitsImport() {
            return imported != null && imported.awaited();
        }

        String origin() {
            return imported == null ? OriginType.AWS_KMS : OriginType.EXTERNAL;
        }

        /** What AWS calls the material in use: 64 hexadecimal digits; null where there never was any. */
        String materialId() {
            return imported == null ? digest(Integer.toString(material)) : imported.materialId();
        }

        String materialId(int number, Material of) {
            return of.id() == null ? digest(Integer.toString(number)) : of.id();
        }

        /** The same for related keys. */
        String digest(String what) {
            try {
                return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256")
                        .digest((account + "/" + id + "#" + what).getBytes(StandardCharsets.ISO_8859_1)));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /**
     * About imported material.
     *
     * @param materialId of the one in use, null before the first
     * @param awaited    whether some is missing: not imported yet, deleted, or expired
     * @param validTo    when the one in use expires, or null
     */
    record Imported(String materialId, boolean awaited, Instant validTo) {}

    /**
     * Related keys: of one id and material, in several regions.
     *
     * @param replicas the other regions
     */
    record Relatives(String primary, List<String> replicas) {
        List<String> all() {
            return Stream.concat(Stream.of(primary), replicas.stream()).toList();
        }
    }

    /**
     * @param sealed      the secret, encrypted; null of imported material that was deleted or has expired
     * @param type        of the rotation that made it, or null for a key's first and for one whose rotation is to come
     * @param id          of imported material, else null
     * @param validTo     when imported material expires, or null
     * @param description of imported material, or null
     */
    record Material(byte[] sealed, Instant created, String type, String id, Instant validTo, String description) {
        Material(byte[] sealed, Instant created, String type) {
            this(sealed, created, type, null, null, null);
        }

        Material lost() {
            return new Material(null, created, type, id, null, description);
        }

        Material rotated(Instant now, String by) {
            return new Material(sealed, now, by, id, validTo, description);
        }

        Material sealed(byte[] secret) {
            return new Material(secret, created, type, id, validTo, description);
        }
    }

    /**
     * @param name     or null
     * @param grantee  the ARN of whoever may, or the name of a service
     * @param retiring the ARN of whoever else may end it, or null
     * @param equal    the encryption context that must be given, or null
     * @param subset   what of it must be given, or null
     * @param issuer   the account that made it
     */
    record Grant(String id, String name, String grantee, String retiring, List<String> operations,
            Map<String, String> equal, Map<String, String> subset, Instant created, String issuer) {
        /** But for what each has of its own. */
        boolean isLike(Grant other) {
            return equals(new Grant(id, other.name, other.grantee, other.retiring, other.operations, other.equal,
                    other.subset, created, other.issuer));
        }
    }

    record Alias(String account, String region, String name, String keyId, Instant created, Instant updated) {
        String arn() {
            return "arn:aws:kms:" + region + ":" + account + ":" + name;
        }

        Key key() {
            return Key.of(account, region, name);
        }
    }
}
