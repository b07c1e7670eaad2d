package dev.aloft.service.s3;

import dev.aloft.api.S3;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Due;
import dev.aloft.kernel.store.Index;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Space;
import dev.aloft.kernel.store.Table;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Signal;
import java.util.Arrays;
import java.util.List;

/** All that is kept. A bucket's data stands under its id. */
final class S3Data {
    private static final Key LAST_NUMBER = Key.of("lastNumber");

    /** (name). */
    final Table<Bucket> buckets = Table.of("buckets", Codec.of(Bucket.class));
    /** (account, name). */
    final Index<Bucket> bucketsOfAccount =
        buckets.index("bucketsOfAccount", bucket -> List.of(Key.of(bucket.account(), bucket.name())));
    /** (bucket, key): the newest version of each key, or its delete marker. */
    final Table<ObjectVersion> objects = Table.of("objects", Codec.of(ObjectVersion.class));
    /** (bucket, key, minus sequence): the other versions, the newest first. */
    final Table<ObjectVersion> older = Table.of("older", Codec.of(ObjectVersion.class));
    /** (number). */
    final Table<Content> contents = Table.of("contents", Codec.of(Content.class));
    /** (blob) to the number of segments that name it. */
    final Table<Long> blobs = Table.of("blobs", Codec.NUMBER);
    /** (bucket, key, upload id). */
    final Table<Upload> uploads = Table.of("uploads", Codec.of(Upload.class));
    /** (upload id, part number). */
    final Table<Part> parts = Table.of("parts", Codec.of(Part.class));
    /** (bucket): what it tells of its objects, and whom. */
    final Table<S3.NotificationConfiguration> notifications =
        Table.of("notifications", Codec.of(S3.NotificationConfiguration.class));
    /** (bucket): which pages of other sites may call it. */
    final Table<S3.CORSConfiguration> cors = Table.of("cors", Codec.of(S3.CORSConfiguration.class));
    final Signal sweeping = new Signal();
    /** (blob): a blob that nothing names any more, to be deleted then. */
    final Due<Key> doomed = new Due<>(Space.of("doomed"), Codec.KEY, sweeping);
    /** (bucket, key, upload id): an upload that was completed, until it is forgotten then. */
    final Due<Uploads.Completed> completed = new Due<>(Space.of("completed"), Codec.of(Uploads.Completed.class),
        sweeping);
    final Signal lifecycle = new Signal();
    /** (bucket): a bucket whose lifecycle rules are looked at then; the value is the name. */
    final Due<String> rulesDue = new Due<>(Space.of("rulesDue"), Codec.TEXT, lifecycle);

    static Key object(Bucket bucket, String key) {
        return Key.of(bucket.id(), key);
    }

    static Key older(Bucket bucket, String key, long sequence) {
        return Key.of(bucket.id(), key, -sequence);
    }

    /** Where the keys end whose last element begins with a text: a bound for ranges, no key itself. */
    static Key behindPrefix(Key before, String prefix) {
        byte[] raw = before.and(prefix).raw();
        // A text ends with a zero byte; UTF-8 has no byte 0xFF.
        byte[] bound = Arrays.copyOf(raw, raw.length);
        bound[raw.length - 1] = (byte) 0xFF;
        return Key.decoded(bound);
    }

    /** Behind a key and all keys that begin with it: a bound for ranges, no key itself. */
    static Key behind(Key key) {
        byte[] raw = key.raw();
        byte[] bound = Arrays.copyOf(raw, raw.length + 1);
        bound[raw.length] = (byte) 0xFF;
        return Key.decoded(bound);
    }

    static long nextNumber(Tx tx) {
        long number = tx.get(LAST_NUMBER).map(Codec.NUMBER::decode).orElse(0L) + 1;
        tx.put(LAST_NUMBER, Codec.NUMBER.encode(number));
        return number;
    }
}
