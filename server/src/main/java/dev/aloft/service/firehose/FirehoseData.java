package dev.aloft.service.firehose;

import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Firehose;
import dev.aloft.kernel.delivery.poll.StreamPoller;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Due;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Space;
import dev.aloft.kernel.store.Table;
import dev.aloft.kernel.time.Signal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What Firehose keeps. What waits in a stream is kept by the stream's id, so that a new one of an old name begins
 * empty; what waits for its backup by that of its {@link Channel}.
 */
final class FirehoseData {
    final Signal signal = new Signal();

    /** By account, region and name. */
    final Table<KeptStream> streams = Table.of("streams", Codec.of(KeptStream.class));
    /** By stream id and index. */
    final Table<KeptRecord> records = Table.of("records", Codec.of(KeptRecord.class));
    /** By stream id, the first index of a batch, and number: what a function made of a batch that waits. */
    final Table<KeptResult> results = Table.of("results", Codec.of(KeptResult.class));
    /** By stream id: what is not in a batch yet. */
    final Table<Buffer> buffers = Table.of("buffers", Codec.of(Buffer.class));
    /** By stream id and shard: how far the stream's source was read. */
    final Table<StreamPoller.Checkpoint> checkpoints = Table.of("checkpoints", Codec.of(StreamPoller.Checkpoint.class));
    /** By stream id, its key: when what is in the buffer is old enough to go. */
    final Due<Key> old = new Due<>(Space.of("old"), Codec.KEY, signal);

    /**
     * @param version     counts the changes of its destination, from 1
     * @param destination as it is told, with all that was left out
     * @param keyType     of its encryption at rest, or null
     * @param source      a Kinesis stream, or null where records are put directly
     * @param http        a web server, whose bucket the destination is then; or null
     * @param keyGrant    the token of Firehose's grant of a customer's key, or null
     * @param hintMBs     what its producers are said to put, in MB a second: told, without effect as on AWS; or null
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
            String keyArn,
            Source source,
            Http http,
            String keyGrant,
            Integer hintMBs) {
        Key key() {
            return Key.of(account, region, name);
        }

        String arn() {
            return "arn:aws:firehose:" + region + ":" + account + ":deliverystream/" + name;
        }

        KeptStream withDestination(Firehose.ExtendedS3DestinationDescription changed, Instant now) {
            return new KeptStream(account, region, name, id, created, now, version + 1, changed, tags, keyType, keyArn,
                    source, http, keyGrant, hintMBs);
        }

        KeptStream withHttp(Http changed, Instant now) {
            return new KeptStream(account, region, name, id, created, now, version + 1,
                    HttpDestination.bucket(changed.settings()),
                    tags, keyType, keyArn, source, changed, keyGrant, hintMBs);
        }

        KeptStream withTags(Map<String, String> changed) {
            return new KeptStream(account, region, name, id, created, updated, version, destination, changed, keyType,
                    keyArn, source, http, keyGrant, hintMBs);
        }

        KeptStream withKey(StreamKeys.Chosen key) {
            return new KeptStream(account, region, name, id, created, updated, version, destination, tags, key.type(),
                    key.arn(), source, http, key.grant(), hintMBs);
        }
    }

    /** @param accessKey encrypted, or null */
    record Http(Firehose.HttpEndpointDestinationDescription settings, byte[] accessKey) {
    }

    /** @param since records that are older are not read */
    record Source(String stream, String role, Instant since) {
    }

    /**
     * @param origin null where it was put directly
     */
    record KeptRecord(Bytes data, Instant arrival, Origin origin) {
        KeptRecord with(Bytes other) {
            return new KeptRecord(other, arrival, origin);
        }
    }

    /**
     * A record to be delivered, or one that failed.
     *
     * @param query    its partition keys by the inline query
     * @param lambda   its partition keys by the function
     * @param failure  the error output type, or null where it is to be delivered
     * @param document what is written of one that failed
     */
    record KeptResult(KeptRecord source, Bytes data, Map<String, String> query, Map<String, String> lambda,
            String failure, String document) {
    }

    /**
     * Where in a Kinesis stream a record was.
     *
     * @param subsequence which it was of those that a producer packed into one, from 0; null where it came alone
     */
    record Origin(String shard, String partitionKey, String sequenceNumber, Integer subsequence) {
    }

    /** One of the ways that a stream's records go: to its destination, or as they came to its backup. */
    record Channel(KeptStream stream, boolean isBackup) {
        private static final String BACKUP = "/backup";

        /** The one with this id, should it be one of the stream's. */
        static Optional<Channel> of(KeptStream stream, String id) {
            return Stream.of(new Channel(stream, false), new Channel(stream, true)).filter(it -> it.id().equals(id))
                    .findFirst();
        }

        static List<Channel> of(KeptStream stream) {
            return "Enabled".equals(stream.destination().s3BackupMode())
                    ? List.of(new Channel(stream, false), new Channel(stream, true))
                            : List.of(new Channel(stream, false));
        }

        String id() {
            return isBackup ? stream.id() + BACKUP : stream.id();
        }

        String bucket() {
            return isBackup ? stream.destination().s3BackupDescription().bucketARN() : stream.destination().bucketARN();
        }

        String role() {
            return isBackup ? stream.destination().s3BackupDescription().roleARN() : stream.destination().roleARN();
        }

        Firehose.BufferingHints hints() {
            return isBackup ? stream.destination().s3BackupDescription().bufferingHints() : stream.destination()
                    .bufferingHints();
        }
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
            return new Buffer(first, next + 1, bytes + record.data().length(), since == null ? record.arrival()
                    : since);
        }

        Buffer emptied() {
            return new Buffer(next, next, 0, null);
        }
    }

    /**
     * Records that go together: those from the first to before the next.
     *
     * @param streamId its channel's
     */
    record Batch(Key stream, String streamId, long first, long next, Instant since) {
    }

    static Key all(Caller caller) {
        return Key.of(caller.account(), caller.region());
    }
}
