package dev.aloft.service.kinesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApiError;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Kinesis;
import dev.aloft.api.Principal;
import dev.aloft.kernel.call.LocalEndpoint;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.kernel.metric.Metrics;
import dev.aloft.kernel.store.FlakyStore;
import dev.aloft.kernel.store.MemoryStore;
import dev.aloft.kernel.time.TestTime;
import dev.aloft.kernel.time.Workers;
import dev.aloft.service.kms.TestKeys;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.function.Executable;

/** Kinesis on a store in memory whose transactions run twice, and a clock that stands still. */
abstract class KinesisFixture {
    static final Caller ROOT = new Caller("111122223333", "us-east-1", new Principal.Root("111122223333"), "r", null, 0,
        "http://localhost:4566", "127.0.0.1", "test");
    static final String ARN = "arn:aws:kinesis:us-east-1:111122223333:stream/s";

    final TestTime time = new TestTime();
    final FlakyStore store = new FlakyStore(new MemoryStore());
    /** Whether a call may be carried out: everything may. */
    LocalEndpoint.Gate gate = TestKeys::admitAll;
    final LocalEndpoint endpoint = new LocalEndpoint(
        (operation, caller, input, called) -> gate.admit(operation, caller, input, called), store::inTransaction);
    final TestKeys keys = new TestKeys(ROOT, store, time, endpoint);
    final Metrics metrics = new Metrics(endpoint, time);
    final Kinesis kinesis = Kinesis.at(endpoint);
    final KinesisService service;
    private final Workers workers;

    KinesisFixture() {
        service = new KinesisService(store, KeyFile.inMemory(), metrics, time, endpoint);
        endpoint.add(service);
        endpoint.add(keys.service());
        workers = new Workers(time, service.workers());
        workers.start();
    }

    @AfterEach
    void close() {
        workers.close();
    }

    final void stream(int shards) {
        kinesis.createStream(ROOT, Kinesis.CreateStreamRequest.of(r -> r.streamName("s").shardCount(shards)));
    }

    final Kinesis.PutRecordResponse put(String key, String text) {
        return kinesis.putRecord(ROOT, Kinesis.PutRecordRequest.of(r -> r.streamName("s").partitionKey(key)
            .data(bytes(text))));
    }

    static Bytes bytes(String text) {
        return Bytes.of(text.getBytes(StandardCharsets.UTF_8));
    }

    final String iterator(int shard, String type) {
        return iterator(shard, type, null, null);
    }

    final String iterator(int shard, String type, String sequence, Instant at) {
        return kinesis.getShardIterator(ROOT, Kinesis.GetShardIteratorRequest.of(r -> r.streamName("s")
            .shardId("shardId-" + shard)
            .shardIteratorType(type).startingSequenceNumber(sequence).timestamp(at))).shardIterator();
    }

    final Kinesis.GetRecordsResponse get(String iterator) {
        return kinesis.getRecords(ROOT, Kinesis.GetRecordsRequest.of(r -> r.shardIterator(iterator)));
    }

    static List<String> texts(List<Kinesis.Record> records) {
        return records.stream().map(it -> new String(it.data().array(), StandardCharsets.UTF_8)).toList();
    }

    final List<Kinesis.Shard> shards() {
        return kinesis.listShards(ROOT, Kinesis.ListShardsRequest.of(r -> r.streamName("s"))).shards();
    }

    static void refused(String code, String message, Executable call) {
        assertThatThrownBy(call::execute)
            .isInstanceOfSatisfying(ApiError.class, error -> assertThat(error.code()).isEqualTo(code))
                .hasMessage(message);
    }

    final void split(String shard, String at) {
        kinesis.splitShard(ROOT, Kinesis.SplitShardRequest.of(r -> r.streamName("s").shardToSplit(shard)
            .newStartingHashKey(at)));
    }

    final void merge(String one, String other) {
        kinesis.mergeShards(ROOT, Kinesis.MergeShardsRequest.of(r -> r.streamName("s").shardToMerge(one)
            .adjacentShardToMerge(other)));
    }

    final List<String> filtered(String type) {
        return kinesis.listShards(ROOT, Kinesis.ListShardsRequest.of(r -> r.streamName("s").shardFilter(
            Kinesis.ShardFilter.of(f -> f.type(type))))).shards().stream().map(Kinesis.Shard::shardId).toList();
    }

    final void count(int target) {
        kinesis.updateShardCount(ROOT, Kinesis.UpdateShardCountRequest.of(
            r -> r.streamName("s").targetShardCount(target).scalingType("UNIFORM_SCALING")));
    }
}
