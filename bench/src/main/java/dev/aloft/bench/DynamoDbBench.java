package dev.aloft.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;

/** PutItem, GetItem and a hot counter of 1 KB items beside DynamoDB Local with a file, in turns. */
final class DynamoDbBench {
    private static final int ROUNDS = 3;
    private static final double SECONDS = 3;
    private static final double WARM_UP_SECONDS = 4;
    private static final int ITEMS = 2_000;
    private static final String PADDING = "x".repeat(900);

    private DynamoDbBench() {}

    static String putItem(String table, long n) {
        return "{\"TableName\":\"" + table + "\",\"Item\":{\"id\":{\"S\":\"item-" + n % ITEMS + "\"},\"count\":{\"N\":\"" + n
                + "\"},\"flag\":{\"BOOL\":true},\"tags\":{\"SS\":[\"a\",\"b\"]},\"padding\":{\"S\":\"" + PADDING + "\"}}}";
    }

    private static byte[] request(String operation, String body) {
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

    static void run(Path launcher, Path peerFolder, Figures figures) throws Exception {
        figures.chapter("DynamoDB, items of 1 KB (goal beside DynamoDB Local with a file: put 5×, get 5×, counter 20×)");
        try (var product = Product.start(launcher); var peer = Peer.start(peerFolder)) {
            prepare(product.port);
            if (peer != null) {
                prepare(peer.port);
            }
            for (int connections : new int[] {1, 16, 64}) {
                compare(figures, "PutItem", connections, product, peer, DynamoDbBench::put);
                compare(figures, "GetItem", connections, product, peer, DynamoDbBench::get);
                compare(figures, "counter (UpdateItem of one key)", connections, product, peer, DynamoDbBench::increment);
            }
        }
    }

    private static void prepare(int port) throws Exception {
        try (var connection = new Connection(port)) {
            connection.exchange(request("CreateTable", "{\"TableName\":\"bench\",\"BillingMode\":\"PAY_PER_REQUEST\","
                    + "\"AttributeDefinitions\":[{\"AttributeName\":\"id\",\"AttributeType\":\"S\"}],"
                    + "\"KeySchema\":[{\"AttributeName\":\"id\",\"KeyType\":\"HASH\"}]}"));
            for (long n = 0; n < ITEMS; n++) {
                while (connection.exchange(put(n)) != 200) {
                    Product.pause(50);
                }
            }
        }
        Load.run(port, 4, WARM_UP_SECONDS, n -> n % 2 == 0 ? put(n) : get(n));
        Load.run(port, 4, WARM_UP_SECONDS / 2, DynamoDbBench::increment);
    }

    private static void compare(
            Figures figures, String name, int connections, Product product, Peer peer, LongFunction<byte[]> request) throws Exception {
        var ours = new double[ROUNDS];
        var theirs = new double[ROUNDS];
        Load last = null;
        for (int round = 0; round < ROUNDS; round++) {
            last = Load.run(product.port, connections, SECONDS, request);
            ours[round] = last.perSecond();
            if (peer != null) {
                theirs[round] = Load.run(peer.port, connections, SECONDS, request).perSecond();
            }
        }
        double median = Load.median(ours);
        var beside = peer == null
                ? "no peer"
                : "%.1f× of DynamoDB Local's %,.0f/s".formatted(median / Load.median(theirs), Load.median(theirs));
        figures.add(name + ", " + connections + " connections", median, "/s", beside + "; " + last.latency());
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
            var process = new ProcessBuilder(java, "--enable-native-access=ALL-UNNAMED", "-Djava.library.path=" + folder,
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
            return Optional.of(Files.readAllLines(log)).filter(lines -> !lines.isEmpty()).map(lines -> lines.getLast()).orElse("");
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
