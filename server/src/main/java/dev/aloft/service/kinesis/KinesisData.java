package dev.aloft.service.kinesis;

import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Due;
import dev.aloft.kernel.store.Index;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Space;
import dev.aloft.kernel.store.Table;
import dev.aloft.kernel.time.Signal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** What Kinesis keeps. What belongs to a stream is kept by its id, so that a new stream of an old name begins empty. */
final class KinesisData {
    final Signal old = new Signal();
    final Signal busy = new Signal();
    final Signal passing = new Signal();

    /** By account, region and name. */
    final Table<KeptStream> streams = Table.of("streams", Codec.of(KeptStream.class));
    /** By stream id and number. */
    final Table<KeptShard> shards = Table.of("shards", Codec.of(KeptShard.class));
    /** The index of the next record of a shard. */
    final Table<Long> next = Table.of("next", Codec.NUMBER);
    /** By stream id, shard and index. */
    final Table<KeptRecord> records = Table.of("records", Codec.of(KeptRecord.class));
    /** By account, region, stream and name. */
    final Table<KeptConsumer> consumers = Table.of("consumers", Codec.of(KeptConsumer.class));
    final Index<KeptConsumer> byConsumerArn = consumers.index("consumers-by-arn", it -> List.of(Key.of(it.arn())));
    /** By stream id, operation, moment and something random: what may be done only so often in a day. */
    final Table<Long> changes = Table.of("changes", Codec.NUMBER);
    /** By the ARN of a stream or a consumer. */
    final Table<String> policies = Table.of("policies", Codec.TEXT);
    /** When a shard is looked through for records that are too old, or a deleted stream's rest is thrown away. */
    final Due<Sweep> sweeps = new Due<>(Space.of("sweeps"), Codec.of(Sweep.class), old);

    /** By stream id and number, its stream's key: when a shard that takes too much is split. */
    final Due<Key> growths = new Due<>(Space.of("growths"), Codec.KEY, busy);
    /** By stream id, its key: when the state in which it is ends. */
    final Due<Key> transitions = new Due<>(Space.of("transitions"), Codec.KEY, passing);
    /** By account and region. */
    final Table<Commitment> commitments = Table.of("commitments", Codec.of(Commitment.class));

    /**
     * What an account has promised to use at the least on demand, which lets it warm its streams.
     *
     * @param endAsked when it was asked to end, or null; it ends no sooner than a day after it began
     */
    record Commitment(Instant started, Instant endAsked) {
    }

    /**
     * @param onDemand      whether its capacity follows the load
     * @param keyId         of the key of KMS that records are encrypted with, or null
     * @param metrics       the shard-level metrics that are switched on
     * @param maxRecordKiB  the largest record
     * @param shards        how many shards it ever had
     * @param warmMiBps     what it was told to be ready to take, in MiB a second, or null
     * @param state         as AWS tells it
     */
    record KeptStream(
            String account,
            String region,
            String name,
            String id,
            Instant created,
            boolean onDemand,
            int retentionHours,
            String keyId,
            List<String> metrics,
            Map<String, String> tags,
            int maxRecordKiB,
            int shards,
            Integer warmMiBps,
            String state) {
        /** One that was kept before there were states is active. */
        KeptStream {
            state = state == null ? States.ACTIVE : state;
        }

        Key key() {
            return Key.of(account, region, name);
        }

        String arn() {
            return "arn:aws:kinesis:" + region + ":" + account + ":stream/" + name;
        }

        String encryption() {
            return keyId == null ? "NONE" : "KMS";
        }

        Duration retention() {
            return Duration.ofHours(retentionHours);
        }

        KeptStream withMode(boolean demand, Integer warm) {
            return new KeptStream(account, region, name, id, created, demand, retentionHours, keyId, metrics, tags,
                    maxRecordKiB, shards, warm, state);
        }

        KeptStream withWarmth(int changed) {
            return withMode(onDemand, changed);
        }

        KeptStream withRetention(int hours) {
            return new KeptStream(account, region, name, id, created, onDemand, hours, keyId, metrics, tags,
                    maxRecordKiB, shards, warmMiBps, state);
        }

        KeptStream withKey(String key) {
            return new KeptStream(account, region, name, id, created, onDemand, retentionHours, key, metrics, tags,
                    maxRecordKiB, shards, warmMiBps, state);
        }

        KeptStream withMetrics(List<String> changed) {
            return new KeptStream(account, region, name, id, created, onDemand, retentionHours, keyId, changed, tags,
                    maxRecordKiB, shards, warmMiBps, state);
        }

        KeptStream withTags(Map<String, String> changed) {
            return new KeptStream(account, region, name, id, created, onDemand, retentionHours, keyId, metrics, changed,
                    maxRecordKiB, shards, warmMiBps, state);
        }

        KeptStream withMaxRecord(int kiB) {
            return new KeptStream(account, region, name, id, created, onDemand, retentionHours, keyId, metrics, tags,
                    kiB, shards, warmMiBps, state);
        }

        KeptStream in(String changed) {
            return new KeptStream(account, region, name, id, created, onDemand, retentionHours, keyId, metrics, tags,
                    maxRecordKiB, shards, warmMiBps, changed);
        }

        KeptStream withShards(int changed) {
            return new KeptStream(account, region, name, id, created, onDemand, retentionHours, keyId, metrics, tags,
                    maxRecordKiB, changed, warmMiBps, state);
        }
    }

    /**
     * @param from     the first hash key
     * @param to       the last hash key
     * @param parent   of a shard that came of a split or merge, or null
     * @param adjacent the second parent of a merged one, or null
     * @param created  in whole seconds: the numbers of its records begin with it
     * @param closed   since when it takes no records any more, or null
     */
    record KeptShard(String stream, int number, BigInteger from, BigInteger to, Integer parent, Integer adjacent,
            Instant created, Instant closed) {
        Key key() {
            return Key.of(stream, number);
        }

        String shardId() {
            return ShardIds.name(number);
        }

        boolean open() {
            return closed == null;
        }

        boolean has(BigInteger hashKey) {
            return from.compareTo(hashKey) <= 0 && hashKey.compareTo(to) <= 0;
        }

        KeptShard closedAt(Instant moment) {
            return new KeptShard(stream, number, from, to, parent, adjacent, created, moment);
        }
    }

    /** @param length that of the data where they are in an envelope, or null where they are as they came */
    record KeptRecord(String partitionKey, Bytes data, Instant arrival, String encryption, Integer length) {
        boolean isSealed() {
            return length != null;
        }

        int dataLength() {
            return length == null ? data.length() : length;
        }
    }

    record KeptConsumer(String account, String region, String stream, String name, Instant created,
            Map<String, String> tags) {
        Key key() {
            return Key.of(account, region, stream, name);
        }

        String streamArn() {
            return "arn:aws:kinesis:" + region + ":" + account + ":stream/" + stream;
        }

        String arn() {
            return streamArn() + "/consumer/" + name + ":" + created.getEpochSecond();
        }

        KeptConsumer withTags(Map<String, String> changed) {
            return new KeptConsumer(account, region, stream, name, created, changed);
        }
    }

    /** @param stream its key, or null where it is gone and all of its id goes with it */
    record Sweep(Key stream, String id) {
    }

    static Key all(Caller caller) {
        return Key.of(caller.account(), caller.region());
    }
}
