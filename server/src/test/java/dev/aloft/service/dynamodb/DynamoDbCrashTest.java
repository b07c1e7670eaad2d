package dev.aloft.service.dynamodb;

import static dev.aloft.service.dynamodb.CrashingBank.TABLE;
import static dev.aloft.service.dynamodb.CrashingBank.caller;
import static dev.aloft.service.dynamodb.CrashingBank.there;
import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.DynamoDb.DescribeTableRequest;
import dev.aloft.api.DynamoDb.ScanRequest;
import dev.aloft.api.DynamoDbStreams;
import dev.aloft.api.DynamoDbStreams.DescribeStreamRequest;
import dev.aloft.api.DynamoDbStreams.GetRecordsRequest;
import dev.aloft.api.DynamoDbStreams.GetShardIteratorRequest;
import dev.aloft.kernel.store.embedded.EmbeddedStore;
import dev.aloft.service.dynamodb.CrashingBank.Bank;
import java.io.DataInputStream;
import java.io.EOFException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a process that moves money between items and looks at what it left: every acknowledged transaction, none by
 * half, indexes that agree with their table, a stream that tells of each change once, and a
 * replica in another region that has it all. More kills with
 * {@code -Daloft.crashes=100}, the same ones again with {@code -Daloft.crash.seed=…}.
 */
class DynamoDbCrashTest {
    private static final int CRASHES = Integer.getInteger("aloft.crashes", 2);
    private static final long SEED = Long.getLong("aloft.crash.seed", System.nanoTime());
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    Path folder;

    private final Random random = new Random(SEED);
    /** How many transactions of each writer were acknowledged. */
    private final Map<Integer, Long> acknowledged = new TreeMap<>();

    @Test
    void nothingIsLostHalfDoneOrInvented() throws Exception {
        for (int crash = 0; crash < CRASHES; crash++) {
            runAndKill();
            try (var store = EmbeddedStore.open(folder)) {
                check(Bank.on(store), crash == CRASHES - 1);
            }
        }
        assertThat(acknowledged.values().stream().mapToLong(count -> count).sum()).as("seed %d", SEED).isPositive();
    }

    private void runAndKill() throws Exception {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var process = new ProcessBuilder(List.of(java, "--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Xmx256m", "-cp", System.getProperty("java.class.path"),
            CrashingBank.class.getName(), folder.toString())).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (var in = new DataInputStream(process.getInputStream())) {
            Thread killer = null;
            while (true) {
                acknowledged.merge(in.readInt(), 1L, Long::sum);
                if (killer == null) {
                    killer = Thread.ofPlatform().start(() -> killAfter(process, 100 + random.nextInt(500)));
                }
            }
        } catch (EOFException _) {
            // It is dead.
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as("killed, and not ended by itself").isEqualTo(128 + 9);
    }

    private static void killAfter(Process process, int millis) {
        try {
            process.waitFor(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.toHandle().destroyForcibly();
    }

    private void check(Bank bank, boolean last) throws Exception {
        while (last && bank.dynamoDb().describeTable(caller(), DescribeTableRequest.of(r -> r.tableName(TABLE))).table()
            .globalSecondaryIndexes().stream().anyMatch(index -> !index.indexStatus().equals("ACTIVE"))) {
            bank.service().workers().getFirst().turn().run();
        }
        var items = scan(bank, caller(), null);
        checkTransactions(items);
        var owned = new HashMap<>(items);
        owned.values().removeIf(item -> !item.containsKey("owner"));
        assertThat(scan(bank, caller(), "by-owner")).as("seed %d", SEED).isEqualTo(owned);
        if (last && CRASHES > 1) {
            assertThat(scan(bank, caller(), "by-balance").keySet()).as("seed %d", SEED).isEqualTo(owned.keySet());
        }
        assertThat(replayed(bank, caller())).as("seed %d", SEED).isEqualTo(items);
        var end = Instant.now().plus(PATIENCE);
        replicate(bank);
        // What a kill cut off is tried again after a while.
        while (!scan(bank, there(), null).equals(items) && Instant.now().isBefore(end)) {
            TimeUnit.MILLISECONDS.sleep(50);
            replicate(bank);
        }
        assertThat(scan(bank, there(), null)).as("the other region, seed %d", SEED).isEqualTo(items);
        assertThat(replayed(bank, there())).as("the other region's stream, seed %d", SEED).isEqualTo(items);
    }

    /** Lets everybody work who looks after what goes elsewhere, until nothing is left to do now. */
    private static void replicate(Bank bank) throws Exception {
        for (var worker : bank.service().workers()) {
            var next = worker.turn().run();
            while (next.isPresent() && !next.get().isAfter(Instant.now())) {
                next = worker.turn().run();
            }
        }
    }

    private void checkTransactions(Map<String, Map<String, AttributeValue>> items) {
        long sum = 0;
        for (var item : items.values()) {
            sum += item.get("balance") instanceof AttributeValue.N(var balance) ? Long.parseLong(balance) : 0;
        }
        assertThat(sum).as("money in the bank, seed %d", SEED).isZero();
        for (int writer = 0; writer < CrashingBank.WRITERS; writer++) {
            var item = items.get("writer-" + writer);
            long done = item == null ? 0 : Long.parseLong(((AttributeValue.N) item.get("done")).value());
            long told = acknowledged.getOrDefault(writer, 0L);
            // Of each life of the process at most one was done and not told.
            assertThat(done).as("writer %d, seed %d", writer, SEED).isBetween(told, told + CRASHES);
        }
    }

    private static Map<String, Map<String, AttributeValue>> scan(Bank bank, Caller caller, String index) {
        var items = new HashMap<String, Map<String, AttributeValue>>();
        Map<String, AttributeValue> start = null;
        do {
            var from = start;
            var page = bank.dynamoDb().scan(caller, ScanRequest.of(r -> r.tableName(TABLE).indexName(index)
                .exclusiveStartKey(from)));
            page.items().forEach(item -> assertThat(items.put(((AttributeValue.S) item.get("id")).value(), item))
                .as("another entry of %s in %s, seed %d", item, index, SEED).isNull());
            start = page.lastEvaluatedKey();
        } while (start != null);
        return items;
    }

    /** What the table is according to its stream; each record fits what the ones before it made. */
    private static Map<String, Map<String, AttributeValue>> replayed(Bank bank, Caller caller) {
        var arn = bank.dynamoDb().describeTable(caller, DescribeTableRequest.of(r -> r.tableName(TABLE))).table()
            .latestStreamArn();
        var items = new HashMap<String, Map<String, AttributeValue>>();
        for (var shard : bank.streams().describeStream(caller, DescribeStreamRequest.of(r -> r.streamArn(arn)))
            .streamDescription().shards()) {
            var iterator = bank.streams().getShardIterator(caller,
                new GetShardIteratorRequest(arn, shard.shardId(), "TRIM_HORIZON", null)).shardIterator();
            while (iterator != null) {
                var page = bank.streams().getRecords(caller, new GetRecordsRequest(iterator, null));
                for (var record : page.records()) {
                    var id = ((DynamoDbStreams.AttributeValue.S) record.dynamodb().keys().get("id")).value();
                    assertThat(items.get(id)).as("before %s", record).isEqualTo(item(record.dynamodb().oldImage()));
                    items.put(id, item(record.dynamodb().newImage()));
                }
                iterator = page.records().isEmpty() ? null : page.nextShardIterator();
            }
        }
        return items;
    }

    private static Map<String, AttributeValue> item(Map<String, DynamoDbStreams.AttributeValue> image) {
        if (image == null) {
            return null;
        }
        var item = new HashMap<String, AttributeValue>();
        image.forEach((name, value) -> item.put(name, switch (value) {
            case DynamoDbStreams.AttributeValue.S(var text) -> new AttributeValue.S(text);
            case DynamoDbStreams.AttributeValue.N(var number) -> new AttributeValue.N(number);
            default -> throw new IllegalStateException("no such value was written");
        }));
        return item;
    }
}
