package dev.aloft.service.logs;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * A log group as it is kept.
 *
 * @param id              its own for ever: a group made again under the same name has another
 * @param retentionInDays 0 when events never expire
 * @param kmsKeyId        what new events are encrypted under, or null
 * @param key             the number of its data key, 0 for none
 * @param kept            whether it refuses to be deleted
 */
record Group(long id, String name, Instant created, int retentionInDays, Map<String, String> tags, String kmsKeyId,
        long key, boolean kept) {
    Group withRetention(int days) {
        return new Group(id, name, created, days, tags, kmsKeyId, key, kept);
    }

    Group withTags(Map<String, String> all) {
        return new Group(id, name, created, retentionInDays, all, kmsKeyId, key, kept);
    }

    Group withKey(String id, long number) {
        return new Group(this.id, name, created, retentionInDays, tags, id, number, kept);
    }

    Group withKept(boolean isKept) {
        return new Group(id, name, created, retentionInDays, tags, kmsKeyId, key, isKept);
    }

    boolean expires() {
        return retentionInDays > 0;
    }

    /** The oldest moment whose events are still kept. */
    long oldestKept(Instant now) {
        return expires() ? now.minus(Duration.ofDays(retentionInDays)).toEpochMilli() : 0;
    }
}
