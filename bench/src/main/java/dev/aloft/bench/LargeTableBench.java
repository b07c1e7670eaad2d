package dev.aloft.bench;

import static dev.aloft.bench.DynamoDbBench.request;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A DynamoDB table that is larger than any cache: loaded by BatchWriteItem, each batch on disk before its answer, then
 * read, scanned, and there again after the product was killed. What counts is that memory and the time to start stay
 * where they are.
 */
final class LargeTableBench {
    private static final int ITEM_BYTES = 1_000;
    private static final int BATCH = 25;
    private static final int CONNECTIONS = 16;
    private static final int SECONDS = 5;
    private static final int STARTS = 5;
    private static final long GIGABYTE = 1_000_000_000;
    private static final Pattern LAST = Pattern.compile("\"LastEvaluatedKey\":(\\{.*?\\}\\})");

    private LargeTableBench() {}

    /** @param gigabytes of items */
    static void run(Path launcher, int gigabytes, Figures figures) throws Exception {
        long items = gigabytes * GIGABYTE / ITEM_BYTES;
        figures.chapter("A DynamoDB table of %d GB, %,d items of 1 KB (goal: bounded memory, ready within 2 s)"
                .formatted(gigabytes, items));
        var product = Product.start(launcher);
        try {
            load(product, items, figures);
            reads(product, items, figures, "");
            var killed = new double[STARTS];
            var stopped = new double[STARTS];
            for (int i = 0; i < STARTS; i++) {
                product = product.restarted(launcher);
                killed[i] = product.readyMillis;
            }
            starts(figures, "kill -9", killed, product);
            for (int i = 0; i < STARTS; i++) {
                product = product.startedAgain(launcher);
                stopped[i] = product.readyMillis;
            }
            starts(figures, "a clean stop", stopped, product);
            reads(product, items, figures, " after the start");
            scan(product, figures);
            figures.add("memory at the end", product.residentMegabytes(), "MB", "resident");
        } finally {
            product.close();
        }
    }

    private static void starts(Figures figures, String after, double[] ready, Product last) {
        double longest = Arrays.stream(ready).max().orElse(0);
        figures.add("start to ready after " + after, Load.median(ready), "ms",
            "median of %d, at the most %.0f ms; %.0f ms of processor"
                .formatted(STARTS, longest, last.processorSeconds() * 1e3));
    }

    private static void load(Product product, long items, Figures figures) throws Exception {
        try (var connection = new Connection(product.port)) {
            connection.exchange(request("CreateTable", "{\"TableName\":\"large\",\"BillingMode\":\"PAY_PER_REQUEST\","
                    + "\"AttributeDefinitions\":[{\"AttributeName\":\"id\",\"AttributeType\":\"S\"}],"
                    + "\"KeySchema\":[{\"AttributeName\":\"id\",\"KeyType\":\"HASH\"}]}"));
        }
        var next = new AtomicLong();
        var threads = new ArrayList<Thread>();
        double processor = product.processorSeconds();
        long begun = System.nanoTime();
        for (int i = 0; i < CONNECTIONS; i++) {
            int seed = i;
            threads.add(Thread.ofPlatform().start(() -> load(product.port, items, next, new Random(seed))));
        }
        double most = 0;
        for (var thread : threads) {
            while (!thread.join(Duration.ofSeconds(1))) {
                most = Math.max(most, product.residentMegabytes());
            }
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        figures.add("items loaded by BatchWriteItem of " + BATCH, items / seconds, "/s",
            "%.0f µs of processor an item, %.0f s"
                .formatted((product.processorSeconds() - processor) / items * 1e6, seconds));
        figures.add("memory while it was loaded", most, "MB", "resident, at the most");
    }

    private static void load(int port, long items, AtomicLong next, Random random) {
        try (var connection = new Connection(port)) {
            for (long first = next.getAndAdd(BATCH); first < items; first = next.getAndAdd(BATCH)) {
                var batch = batch(first, random);
                while (connection.exchange(batch) != 200) {
                    Product.pause(50);
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Half of an item cannot be compressed. */
    private static byte[] batch(long first, Random random) {
        var puts = IntStream.range(0, BATCH).mapToObj(i -> "{\"PutRequest\":{\"Item\":{\"id\":{\"S\":\"" + id(first + i)
                + "\"},\"number\":{\"N\":\"" + (first + i) + "\"},\"text\":{\"S\":\"" + "lorem ipsum ".repeat(36)
                + "\"},\"noise\":{\"S\":\"" + noise(random) + "\"}}}}").collect(Collectors.joining(","));
        return request("BatchWriteItem", "{\"RequestItems\":{\"large\":[" + puts + "]}}");
    }

    private static String id(long n) {
        return "item-%012d".formatted(n);
    }

    private static String noise(Random random) {
        var noise = new char[ITEM_BYTES / 2];
        for (int i = 0; i < noise.length; i++) {
            noise[i] = (char) ('0' + random.nextInt(75));
            if (noise[i] == '\\') {
                noise[i] = '/';
            }
        }
        return new String(noise);
    }

    private static void reads(Product product, long items, Figures figures, String when) throws Exception {
        var random = new Random(items);
        var reads = Load.run(product.port, CONNECTIONS, SECONDS, n -> request("GetItem",
                "{\"TableName\":\"large\",\"Key\":{\"id\":{\"S\":\"" + id(random.nextLong(items)) + "\"}}}"));
        figures.add("GetItem of any item" + when, reads.perSecond(), "/s",
            CONNECTIONS + " connections; " + reads.latency());
        figures.add("memory" + (when.isEmpty() ? " when it is read" : when), product.residentMegabytes(), "MB",
            "resident");
    }

    /** One reader, page by page through a gigabyte. */
    private static void scan(Product product, Figures figures) throws Exception {
        double processor = product.processorSeconds();
        long begun = System.nanoTime();
        long bytes = 0;
        int pages = 0;
        var from = "";
        try (var connection = new Connection(product.port)) {
            while (from != null && bytes < GIGABYTE) {
                if (connection.ask(request("Scan", "{\"TableName\":\"large\"" + from + "}")) != 200) {
                    throw new IOException(connection.content());
                }
                var answer = connection.content();
                bytes += answer.length();
                pages++;
                var last = LAST.matcher(answer);
                last.region(Math.max(0, answer.length() - 400), answer.length());
                from = last.find() ? ",\"ExclusiveStartKey\":" + last.group(1) : null;
            }
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        figures.add("Scan of a gigabyte, page by page", bytes / 1e6 / seconds, "MB/s",
            "%d pages, %.1f ms of processor each"
                .formatted(pages, (product.processorSeconds() - processor) / pages * 1e3));
    }
}
