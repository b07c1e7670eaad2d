package dev.aloft.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.aloft.contract.KinesisReader.Begun;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.kinesis.coordinator.CoordinatorConfig.ClientVersionConfig;
import software.amazon.kinesis.coordinator.Scheduler;
import software.amazon.kinesis.retrieval.AggregatorUtil;
import software.amazon.kinesis.retrieval.kpl.Messages.AggregatedRecord;

/** Workers of the Kinesis Client Library, which share a stream's shards by leases in a table; all at the same time. */
@Execution(ExecutionMode.CONCURRENT)
class KinesisClientLibraryTest {
    private static final int SECONDS = 60;
    /** The key in the middle: whatever shard has it is split there. */
    private static final String HALF = "170141183460469231731687303715884105728";

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private static Path folder;

    private static Product product;
    private static KinesisAsyncClient kinesis;
    private static DynamoDbAsyncClient dynamoDb;
    private static CloudWatchAsyncClient cloudWatch;

    @BeforeAll
    static void start() throws Exception {
        product = Product.start(folder.resolve("data"));
        kinesis = product.client(KinesisAsyncClient.builder());
        dynamoDb = product.client(DynamoDbAsyncClient.builder());
        cloudWatch = product.client(CloudWatchAsyncClient.builder());
    }

    @AfterAll
    static void stop() throws Exception {
        kinesis.close();
        dynamoDb.close();
        cloudWatch.close();
        product.close();
    }

    private static Scheduler worker(KinesisReader reader, String name, ClientVersionConfig version) {
        var scheduler = reader.scheduler(name, version, kinesis, dynamoDb, cloudWatch);
        Thread.ofPlatform().daemon().start(scheduler);
        return scheduler;
    }

    private static void stream(String name, int shards) throws Exception {
        kinesis.createStream(b -> b.streamName(name).shardCount(shards)).get();
    }

    private static void put(String stream, String key, SdkBytes data) throws Exception {
        kinesis.putRecord(b -> b.streamName(stream).partitionKey(key).data(data)).get();
    }

    private static void put(String stream, Iterable<String> texts) throws Exception {
        for (var text : texts) {
            put(stream, text, SdkBytes.fromUtf8String(text));
        }
    }

    private static List<String> texts(int count, String begin) {
        return IntStream.range(0, count).mapToObj(i -> begin + i).toList();
    }

    /** Takes from the queue until all of these came. */
    private static <T> void await(BlockingQueue<T> queue, Set<T> wanted) throws InterruptedException {
        var seen = new ArrayList<T>();
        while (!seen.containsAll(wanted)) {
            var next = queue.poll(SECONDS, TimeUnit.SECONDS);
            assertThat(next).as("after " + seen).isNotNull();
            seen.add(next);
        }
    }

    @Test
    void workersOfVersionThreeReadAllShards() throws Exception {
        stream("letters", 2);
        var letters = texts(20, "letter-");
        put("letters", letters);
        var reader = new KinesisReader("letters", "readers");
        // A worker that finds no leases waits for up to 30 seconds whether another makes them: the first of three
        // does.
        var workers = IntStream.range(0, 3)
                .mapToObj(i -> worker(reader, "worker-" + i, ClientVersionConfig.CLIENT_VERSION_CONFIG_3X)).toList();
        await(reader.heard, Set.copyOf(letters));
        assertThat(dynamoDb.scan(b -> b.tableName("readers")).get().items())
                .extracting(lease -> lease.get("leaseKey").s())
                .contains("shardId-000000000000", "shardId-000000000001");
        workers.forEach(Scheduler::startGracefulShutdown);
    }

    /** A second worker is given half of the leases, and all when the first one stops. */
    @Test
    void workersOfVersionTwoTakeEachOthersLeases() throws Exception {
        stream("shared", 4);
        var reader = new KinesisReader("shared", "sharers");
        var shards = texts(4, "shardId-00000000000");
        var first = worker(reader, "first", ClientVersionConfig.CLIENT_VERSION_CONFIG_COMPATIBLE_WITH_2X);
        for (var begun = new TreeSet<String>(); begun.size() < 4;) {
            begun.add(next(reader, "first").shard());
        }
        var second = worker(reader, "second", ClientVersionConfig.CLIENT_VERSION_CONFIG_COMPATIBLE_WITH_2X);
        var taken = new TreeSet<String>();
        while (taken.size() < 2) {
            taken.add(next(reader, "second").shard());
        }
        var before = texts(20, "before-");
        put("shared", before);
        await(reader.heard, Set.copyOf(before));
        first.shutdown();
        while (taken.size() < 4) {
            taken.add(next(reader, "second").shard());
        }
        assertThat(taken).containsExactlyElementsOf(shards);
        var after = texts(20, "after-");
        put("shared", after);
        await(reader.heard, Set.copyOf(after));
        second.shutdown();
    }

    private static Begun next(KinesisReader reader, String worker) throws InterruptedException {
        while (true) {
            var next = reader.begun.poll(SECONDS, TimeUnit.SECONDS);
            assertThat(next).as("a shard of the worker " + worker).isNotNull();
            if (next.worker().equals(worker)) {
                return next;
            }
        }
    }

    /** The children of a shard are read once it is read to its end. */
    @Test
    void aShardThatIsSplitIsFollowedByItsChildren() throws Exception {
        stream("split", 1);
        var reader = new KinesisReader("split", "splitters");
        var worker = worker(reader, "worker", ClientVersionConfig.CLIENT_VERSION_CONFIG_COMPATIBLE_WITH_2X);
        var before = texts(10, "before-");
        put("split", before);
        kinesis.splitShard(b -> b.streamName("split").shardToSplit("shardId-000000000000").newStartingHashKey(HALF))
                .get();
        var after = texts(10, "after-");
        put("split", after);
        await(reader.begun, Set.of(new Begun("worker", "shardId-000000000000"),
                new Begun("worker", "shardId-000000000001"), new Begun("worker", "shardId-000000000002")));
        // A worker that renews its lease too late is given some once more.
        var first = new LinkedHashSet<String>();
        while (first.size() < 20) {
            var next = reader.heard.poll(SECONDS, TimeUnit.SECONDS);
            assertThat(next).as("after " + first).isNotNull();
            first.add(next);
        }
        assertThat(first.stream().limit(10)).containsExactlyInAnyOrderElementsOf(before);
        assertThat(first.stream().skip(10)).containsExactlyInAnyOrderElementsOf(after);
        worker.shutdown();
    }

    /** As the Kinesis Producer Library packs them: the record comes out as it went in, and is taken apart here. */
    @Test
    void recordsThatAProducerPackedIntoOneAreTakenApart() throws Exception {
        stream("packed", 1);
        var texts = texts(5, "part-");
        put("packed", "a", packed(texts));
        var reader = new KinesisReader("packed", "unpackers");
        var worker = worker(reader, "worker", ClientVersionConfig.CLIENT_VERSION_CONFIG_COMPATIBLE_WITH_2X);
        await(reader.heard, Set.copyOf(texts));
        worker.shutdown();
    }

    private static SdkBytes packed(List<String> texts) throws Exception {
        var record = AggregatedRecord.newBuilder().addPartitionKeyTable("a");
        texts.forEach(text -> record.addRecordsBuilder().setPartitionKeyIndex(0)
                .setData(ByteString.copyFromUtf8(text)));
        var message = record.build().toByteArray();
        var all = new ByteArrayOutputStream();
        all.writeBytes(AggregatorUtil.AGGREGATED_RECORD_MAGIC);
        all.writeBytes(message);
        all.writeBytes(MessageDigest.getInstance("MD5").digest(message));
        return SdkBytes.fromByteArray(all.toByteArray());
    }
}
