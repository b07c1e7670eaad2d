package dev.aloft.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** The operations of every day on items of 1 KB beside DynamoDB Local with a file, in turns. */
final class DynamoDbBench {
    private static final int ROUNDS = 3;
    private static final double SECONDS = 3;
    private static final double WARM_UP_SECONDS = 4;
    private static final int ITEMS = 2_000;
    private static final int PAGE = 100;
    private static final int PARTITIONS = 10;
    private static final int BATCH = 25;
    private static final int TRANSACTION = 4;
    private static final String PADDING = "x".repeat(900);

    private DynamoDbBench() {}

    static String putItem(String table, long n) {
        return "{\"TableName\":\"" + table + "\",\"Item\":{\"id\":{\"S\":\"item-" + n % ITEMS
                + "\"},\"count\":{\"N\":\"" + n
                + "\"},\"flag\":{\"BOOL\":true},\"tags\":{\"SS\":[\"a\",\"b\"]},\"padding\":{\"S\":\"" + PADDING
                + "\"}}}";
    }

    static byte[] request(String operation, String body) {
        return Connection.post("/", "dynamodb",
                "Content-Type: application/x-amz-json-1.0\r\nX-Amz-Target: DynamoDB_20120810." + operation + "\r\n",
                body.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] put(long n) {
        return request("PutItem", putItem("bench", n));
    }

    private static byte[] get(long n) {
        return request("GetItem", "{\"TableName\":\"bench\",\"Key\":{\"id\":{\"S\":\"item-" + n % ITEMS + "\"}}}");
    }

    private static byte[] increment(long n) {
        return request("UpdateItem", "{\"TableName\":\"bench\",\"Key\":{\"id\":{\"S\":\"counter\"}},"
                + "\"UpdateExpression\":\"ADD hits :one\",\"ExpressionAttributeValues\":{\":one\":{\"N\":\"1\"}}}");
    }

    private static byte[] update(long n) {
        return request("UpdateItem", "{\"TableName\":\"bench\",\"Key\":{\"id\":{\"S\":\"item-" + n % ITEMS + "\"}},"
                + "\"UpdateExpression\":\"SET #c = :n\",\"ExpressionAttributeNames\":{\"#c\":\"count\"},"
                + "\"ExpressionAttributeValues\":{\":n\":{\"N\":\"" + n + "\"}}}");
    }

    /** A batch of neighbours. */
    private static byte[] putSorted(long first) {
        return request("BatchWriteItem", "{\"RequestItems\":{\"sorted\":[" + LongStream.range(first, first + BATCH)
                .mapToObj(n -> "{\"PutRequest\":{\"Item\":{\"id\":{\"S\":\"part-" + n / PAGE + "\"},\"at\":{\"N\":\""
                        + n % PAGE
                        + "\"},\"padding\":{\"S\":\"" + PADDING + "\"}}}}").collect(Collectors.joining(",")) + "]}}");
    }

    private static byte[] query(long n) {
        return request("Query", "{\"TableName\":\"sorted\",\"KeyConditionExpression\":\"id = :id\","
                + "\"ExpressionAttributeValues\":{\":id\":{\"S\":\"part-" + n % PARTITIONS + "\"}},\"Limit\":" + PAGE
                + "}");
    }

    private static byte[] scan(long n) {
        return request("Scan", "{\"TableName\":\"sorted\"}");
    }

    private static byte[] putIndexed(long n) {
        return request("PutItem",
                "{\"TableName\":\"indexed\",\"Item\":{\"id\":{\"S\":\"item-" + n % ITEMS + "\"},\"a\":{\"S\":\"a"
                + n % 97 + "\"},\"b\":{\"S\":\"b" + n % 89 + "\"},\"c\":{\"S\":\"c" + n % 83
                + "\"},\"padding\":{\"S\":\"" + PADDING
                + "\"}}}");
    }

    private static byte[] writeBatch(long n) {
        return request("BatchWriteItem", "{\"RequestItems\":{\"bench\":[" + LongStream.range(0, BATCH)
                .mapToObj(i -> "{\"PutRequest\":{\"Item\":{\"id\":{\"S\":\"item-" + (n * BATCH + i) % ITEMS
                        + "\"},\"padding\":{\"S\":\""
                        + PADDING + "\"}}}}").collect(Collectors.joining(",")) + "]}}");
    }

    private static byte[] writeTransaction(long n) {
        return request("TransactWriteItems", "{\"TransactItems\":[" + LongStream.range(0, TRANSACTION)
                .mapToObj(i -> "{\"Put\":{\"TableName\":\"bench\",\"Item\":{\"id\":{\"S\":\"item-"
                        + (n * TRANSACTION + i) % ITEMS
                        + "\"},\"padding\":{\"S\":\"" + PADDING + "\"}}}}").collect(Collectors.joining(",")) + "]}");
    }

    static void run(Path launcher, Path peerFolder, Figures figures) throws Exception {
        figures.chapter("DynamoDB, items of 1 KB (goal beside DynamoDB Local with a file: put 5×, "
                + "get 5×, counter 20×)");
        try (var product = Product.start(launcher); var peer = Peer.start(peerFolder)) {
            prepare(product.port);
            if (peer != null) {
                prepare(peer.port);
            }
            for (int connections : new int[] {1, 16, 64}) {
                compare(figures, "PutItem", connections, product, peer, DynamoDbBench::put);
                compare(figures, "GetItem", connections, product, peer, DynamoDbBench::get);
                compare(figures, "UpdateItem", connections, product, peer, DynamoDbBench::update);
                compare(figures, "counter (UpdateItem of one key)", connections, product, peer,
                        DynamoDbBench::increment);
                compare(figures, "Query of " + PAGE + " items", connections, product, peer, DynamoDbBench::query);
                compare(figures, "Scan of a page", connections, product, peer, DynamoDbBench::scan);
                compare(figures, "BatchWriteItem of " + BATCH, connections, product, peer, DynamoDbBench::writeBatch);
                compare(figures, "TransactWriteItems of " + TRANSACTION, connections, product, peer,
                        DynamoDbBench::writeTransaction);
                compare(figures, "PutItem with three indexes", connections, product, peer, DynamoDbBench::putIndexed);
            }
        }
    }

    private static void prepare(int port) throws Exception {
        try (var connection = new Connection(port)) {
            connection.exchange(createTable("bench", "", attribute("id", "S"), key("id", "HASH")));
            connection.exchange(createTable("sorted", "", attribute("id", "S") + "," + attribute("at", "N"),
                    key("id", "HASH") + "," + key("at", "RANGE")));
            var indexes = Stream.of("a", "b", "c").map(DynamoDbBench::index).collect(Collectors.joining(","));
            var attributes = Stream.of("id", "a", "b", "c").map(name -> attribute(name, "S"))
                    .collect(Collectors.joining(","));
            connection.exchange(createTable("indexed", ",\"GlobalSecondaryIndexes\":[" + indexes + "]", attributes,
                    key("id", "HASH")));
            for (long n = 0; n < ITEMS; n++) {
                until200(connection, put(n));
            }
            for (long n = 0; n < PARTITIONS * PAGE; n += BATCH) {
                until200(connection, putSorted(n));
            }
        }
        Load.run(port, 4, WARM_UP_SECONDS, n -> n % 2 == 0 ? put(n) : get(n));
        Load.run(port, 4, WARM_UP_SECONDS / 2, DynamoDbBench::increment);
    }

    private static void until200(Connection connection, byte[] request) throws IOException {
        while (connection.exchange(request) != 200) {
            Product.pause(50);
        }
    }

    private static byte[] createTable(String name, String more, String attributes, String key) {
        return request("CreateTable", "{\"TableName\":\"" + name + "\",\"BillingMode\":\"PAY_PER_REQUEST\","
                + "\"AttributeDefinitions\":[" + attributes + "],\"KeySchema\":[" + key + "]" + more + "}");
    }

    private static String attribute(String name, String type) {
        return "{\"AttributeName\":\"" + name + "\",\"AttributeType\":\"" + type + "\"}";
    }

    private static String key(String name, String kind) {
        return "{\"AttributeName\":\"" + name + "\",\"KeyType\":\"" + kind + "\"}";
    }

    private static String index(String key) {
        return "{\"IndexName\":\"by-" + key + "\",\"KeySchema\":[" + key(key, "HASH")
                + "],\"Projection\":{\"ProjectionType\":\"ALL\"}}";
    }

    private static void compare(
            Figures figures, String name, int connections, Product product, Peer peer, LongFunction<byte[]> request)
            throws Exception {
        var ours = new double[ROUNDS];
        var theirs = new double[ROUNDS];
        Load last = null;
        double processor = 0;
        var requests = LongStream.range(0, ITEMS).mapToObj(request).toList();
        LongFunction<byte[]> made = n -> requests.get((int) (n % ITEMS));
        for (int round = 0; round < ROUNDS; round++) {
            double before = product.processorSeconds();
            last = Load.run(product.port, connections, SECONDS, made);
            processor = (product.processorSeconds() - before) / (last.perSecond() * SECONDS) * 1e6;
            ours[round] = last.perSecond();
            if (peer != null) {
                theirs[round] = Load.run(peer.port, connections, SECONDS, made).perSecond();
            }
        }
        double median = Load.median(ours);
        var beside = peer == null
                ? "no peer"
                : "%.1f× of DynamoDB Local's %,.0f/s".formatted(median / Load.median(theirs), Load.median(theirs));
        figures.add(name + ", " + connections + " connections", median, "/s", beside + "; " + last.latency()
                + "; %.0f µs of our processor each".formatted(processor));
    }

    /** DynamoDB Local, keeping a file. */
    private record Peer(Process process, int port, Path data) implements AutoCloseable {
        static Peer start(Path folder) throws IOException {
            if (!Files.isDirectory(folder)) {
                System.out.println("  (DynamoDB Local is not there: run through ./aloft bench)");
                return null;
            }
            var data = Files.createTempDirectory("dynamodb-local");
            int port = Product.freePort();
            var java = ProcessHandle.current().info().command().orElse("java");
            var process = new ProcessBuilder(java, "--enable-native-access=ALL-UNNAMED",
                    "-Djava.library.path=" + folder,
                            "-cp", folder + "/*", "com.amazonaws.services.dynamodbv2.local.main.ServerRunner",
                            "-port", String.valueOf(port), "-dbPath", data.toString(), "-sharedDb", "-disableTelemetry")
                    .redirectErrorStream(true)
                    .redirectOutput(data.resolve("log").toFile())
                    .start();
            for (int i = 0; i < 600; i++) {
                try (var connection = new Connection(port)) {
                    connection.exchange(request("ListTables", "{}"));
                    return new Peer(process, port, data);
                } catch (IOException e) {
                    if (!process.isAlive()) {
                        System.out.println("  (DynamoDB Local did not start: " + lastLine(data.resolve("log")) + ")");
                        return null;
                    }
                    Product.pause(50);
                }
            }
            process.destroyForcibly();
            return null;
        }

        private static String lastLine(Path log) throws IOException {
            return Optional.of(Files.readAllLines(log)).filter(lines -> !lines.isEmpty()).map(lines -> lines.getLast())
                    .orElse("");
        }

        @Override
        public void close() throws IOException {
            process.destroy();
            try {
                if (!process.waitFor(10, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
            }
            try (var files = Files.walk(data)) {
                for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }
}
