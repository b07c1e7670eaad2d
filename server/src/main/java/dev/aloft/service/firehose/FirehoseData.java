package dev.aloft.service.firehose;

import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Firehose;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Due;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Space;
import dev.aloft.kernel.store.Table;
import dev.aloft.kernel.time.Signal;
import java.time.Instant;
import java.util.Map;

/** What Firehose keeps. What waits in a stream is kept by the stream's id, so that a new one of an old name begins empty. */
final class FirehoseData {
    final Signal signal = new Signal();

    /** By account, region and name. */
    final Table<KeptStream> streams = Table.of("streams", Codec.of(KeptStream.class));
    /** By stream id and index. */
    final Table<KeptRecord> records = Table.of("records", Codec.of(KeptRecord.class));
    /** By stream id: what is not in a batch yet. */
    final Table<Buffer> buffers = Table.of("buffers", Codec.of(Buffer.class));
    /** By stream id, its key: when what is in the buffer is old enough to go. */
    final Due<Key> old = new Due<>(Space.of("old"), Codec.KEY, signal);

    /**
     * @param version     counts the changes of its destination, from 1
     * @param destination as it is told, with all that was left out
     * @param keyType     of its encryption at rest, or null
     */
    record KeptStream(
            String account,
            String region,
            String name,
            String id,
            Instant created,
            Instant updated,
            int version,
            Firehose.ExtendedS3DestinationDescription destination,
            Map<String, String> tags,
            String keyType,
            String keyArn) {
        Key key() {
            return Key.of(account, region, name);
        }

        String arn() {
            return "arn:aws:firehose:" + region + ":" + account + ":deliverystream/" + name;
        }

        KeptStream withDestination(Firehose.ExtendedS3DestinationDescription changed, Instant now) {
            return new KeptStream(account, region, name, id, created, now, version + 1, changed, tags, keyType, keyArn);
        }

        KeptStream withTags(Map<String, String> changed) {
            return new KeptStream(account, region, name, id, created, updated, version, destination, changed, keyType, keyArn);
        }

        KeptStream withKey(String type, String arn) {
            return new KeptStream(account, region, name, id, created, updated, version, destination, tags, type, arn);
        }
    }

    record KeptRecord(Bytes data, Instant arrival) {
    }

    /**
     * @param first of the records that wait
     * @param next  the index that the next record gets
     * @param bytes that wait
     * @param since the oldest of them came, or null where none waits
     */
    record Buffer(long first, long next, long bytes, Instant since) {
        static final Buffer EMPTY = new Buffer(0, 0, 0, null);

        Buffer with(KeptRecord record) {
            return new Buffer(first, next + 1, bytes + record.data().length(), since == null ? record.arrival() : since);
        }

        Buffer emptied() {
            return new Buffer(next, next, 0, null);
        }
    }

    /** Records that go together: those from the first to before the next. */
    record Batch(Key stream, String streamId, long first, long next, Instant since) {
    }

    static Key all(Caller caller) {
        return Key.of(caller.account(), caller.region());
    }
}
