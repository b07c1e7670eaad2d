package dev.aloft.service.secretsmanager;

import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Due;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Space;
import dev.aloft.kernel.store.Table;
import dev.aloft.kernel.time.Signal;
import dev.aloft.kernel.time.Time;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** What Secrets Manager keeps, by account, region and name. */
final class SecretsData {
    static final String CURRENT = "AWSCURRENT";
    static final String PREVIOUS = "AWSPREVIOUS";
    static final String PENDING = "AWSPENDING";

    final Signal signal = new Signal();
    final Table<Secret> secrets = Table.of("secrets", Codec.of(Secret.class));
    /** By one more element: the version's id. */
    final Table<Version> versions = Table.of("versions", Codec.of(Version.class));
    /** When a secret that was deleted can be restored no longer; the id is the secret's key. */
    final Due<Key> deletions = new Due<>(Space.of("deletions"), Codec.KEY, signal);
    /** The token of the rotation that is under way. */
    final Table<String> running = Table.of("running", Codec.TEXT);
    /** When a secret is rotated next; the id is the secret's key. */
    final Due<Key> rotations = new Due<>(Space.of("rotations"), Codec.KEY, signal);

    /** Moments are told with their milliseconds. */
    static Instant now(Time time) {
        return time.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    /**
     * @param suffix   the six random characters behind the name in its ARN
     * @param accessed the day when its value was read last, or null
     * @param deleted  when its deletion was asked for, or null
     * @param rotation how it is rotated, or null
     * @param tags     null where it never had any
     * @param policy   a JSON document, or null
     * @param owner    the service that made it for itself, such as {@code events}, or null
     * @param kmsKeyId the key of KMS as it was given, or null for AWS's own
     */
    record Secret(
            String account,
            String region,
            String name,
            String suffix,
            String description,
            Instant created,
            Instant changed,
            Instant accessed,
            Instant deleted,
            Rotation rotation,
            Map<String, String> tags,
            String policy,
            String owner,
            String kmsKeyId) {
        String arn() {
            return "arn:aws:secretsmanager:" + region + ":" + account + ":secret:" + name + "-" + suffix;
        }

        Key key() {
            return Key.of(account, region, name);
        }

        Secret changed(Instant now) {
            return new Secret(account, region, name, suffix, description, created, now, accessed, deleted, rotation,
                    tags, policy, owner, kmsKeyId);
        }

        Secret withDescription(String changed) {
            return new Secret(account, region, name, suffix, changed, created, this.changed, accessed, deleted,
                    rotation, tags, policy, owner, kmsKeyId);
        }

        Secret accessed(Instant day) {
            return new Secret(account, region, name, suffix, description, created, changed, day, deleted, rotation,
                    tags, policy, owner, kmsKeyId);
        }

        Secret deleted(Instant at) {
            return new Secret(account, region, name, suffix, description, created, changed, accessed, at, rotation,
                    tags, policy, owner, kmsKeyId);
        }

        Secret withRotation(Rotation other) {
            return new Secret(account, region, name, suffix, description, created, changed, accessed, deleted, other,
                    tags, policy, owner, kmsKeyId);
        }

        Secret withTags(Map<String, String> other) {
            return new Secret(account, region, name, suffix, description, created, changed, accessed, deleted, rotation,
                    other, policy, owner, kmsKeyId);
        }

        Secret withKey(String other) {
            return new Secret(account, region, name, suffix, description, created, changed, accessed, deleted, rotation,
                    tags, policy, owner, other);
        }

        Secret withPolicy(String other) {
            return new Secret(account, region, name, suffix, description, created, changed, accessed, deleted, rotation,
                    tags, other, owner, kmsKeyId);
        }
    }

    /**
     * @param enabled false once it was cancelled
     * @param rules   as they were given; null where only a function is known
     * @param rotated when a rotation succeeded last, or null
     * @param next    the end of the window of the next rotation, or null
     */
    record Rotation(String functionArn, boolean enabled, RotationRules rules, Instant rotated, Instant next) {}

    /**
     * A value as it is kept.
     *
     * @param kmsKeyId the key of KMS under which the content is, or null where it is under the data folder's alone
     * @param digest   by which the same value is known where nobody may open it, or null
     */
    record Sealed(byte[] content, String kmsKeyId, byte[] digest) {}

    /**
     * @param id       the client's token
     * @param sealed   the value, encrypted; null in a version that a rotation has not filled yet
     * @param kmsKeyId see {@link Sealed}
     * @param digest   see {@link Sealed}
     */
    record Version(String id, Instant created, Instant accessed, List<String> stages, boolean isText, byte[] sealed,
            String kmsKeyId, byte[] digest) {
        /** One without a value. */
        static Version empty(String id, Instant now) {
            return new Version(id, now, null, List.of(), true, null, null, null);
        }

        boolean has(String stage) {
            return stages.contains(stage);
        }

        Version accessed(Instant day) {
            return new Version(id, created, day, stages, isText, sealed, kmsKeyId, digest);
        }

        Version with(String stage) {
            var more = new TreeSet<>(stages);
            more.add(stage);
            return labelled(List.copyOf(more));
        }

        Version without(String stage) {
            return labelled(stages.stream().filter(it -> !it.equals(stage)).toList());
        }

        private Version labelled(List<String> other) {
            return new Version(id, created, accessed, other, isText, sealed, kmsKeyId, digest);
        }

        Version filled(boolean text, Sealed value) {
            return new Version(id, created, accessed, stages, text, value.content(), value.kmsKeyId(), value.digest());
        }
    }
}
