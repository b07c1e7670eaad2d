package dev.aloft.service.kms;

import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Due;
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

/** What KMS keeps, by account, region and the key's id or the alias's name. */
final class KmsData {
    final Signal signal = new Signal();
    final Table<StoredKey> keys = Table.of("keys", Codec.of(StoredKey.class));
    /** By one more element: the number of the rotation that made it, 0 for the first. */
    final Table<Material> materials = Table.of("materials", Codec.of(Material.class));
    /** By one more element: the grant's id. */
    final Table<Grant> grants = Table.of("grants", Codec.of(Grant.class));
    final Table<Alias> aliases = Table.of("aliases", Codec.of(Alias.class));
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
            boolean ofAws) {
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
                    open, material, rotationDays, ofAws);
        }

        StoredKey enabled(boolean now) {
            return new StoredKey(account, region, id, description, usage, spec, now, created, deletion, tags, policy,
                    open, material, rotationDays, ofAws);
        }

        /** Whether it ends or not, it is not usable from here on. */
        StoredKey ending(Instant at) {
            return new StoredKey(account, region, id, description, usage, spec, false, created, at, tags, policy, open,
                    material, rotationDays, ofAws);
        }

        StoredKey withTags(Map<String, String> other) {
            return new StoredKey(account, region, id, description, usage, spec, enabled, created, deletion, other,
                    policy, open, material, rotationDays, ofAws);
        }

        StoredKey withPolicy(String other) {
            return new StoredKey(account, region, id, description, usage, spec, enabled, created, deletion, tags, other,
                    open, material, rotationDays, ofAws);
        }

        StoredKey withMaterial(int number) {
            return new StoredKey(account, region, id, description, usage, spec, enabled, created, deletion, tags,
                    policy, open, number, rotationDays, ofAws);
        }

        StoredKey rotatedEvery(int days) {
            return new StoredKey(account, region, id, description, usage, spec, enabled, created, deletion, tags,
                    policy, open, material, days, ofAws);
        }

        /** What AWS calls the material of that number: 64 hexadecimal digits. */
        String materialId(int number) {
            try {
                return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256")
                        .digest((arn() + "#" + number).getBytes(StandardCharsets.US_ASCII)));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /**
     * @param sealed the secret, encrypted
     * @param type   of the rotation that made it, or null for a key's first
     */
    record Material(byte[] sealed, Instant created, String type) {}

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
