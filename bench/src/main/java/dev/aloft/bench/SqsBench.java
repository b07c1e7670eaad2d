package dev.aloft.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/**
 * Sending, receiving and deleting messages of 256 bytes beside ElasticMQ, in turns; ElasticMQ keeps its queues in
 * memory, we write them to disk before we answer, but for receives of standard queues. Both are warmed by the same
 * rule: until they get no faster, which takes ElasticMQ longer. Most requests are bytes made before, as the load takes
 * its processor time from both.
 */
final class SqsBench {
    private static final int ROUNDS = 3;
    private static final double SECONDS = 3;
    private static final double WARM_UP_SECONDS = 2;
    private static final int MOST_WARM_UPS = 20;
    private static final int WARM_UP_CONNECTIONS = 16;
    private static final double FASTER = 1.05;
    private static final int GROUPS = 1000;
    private static final int IDLE = Integer.getInteger("bench.idle", 10_000);
    private static final int MANY = Integer.getInteger("bench.messages", 1_000_000);
    private static final double FILL_SECONDS = 0.1;
    private static final Pattern COUNT = Pattern.compile("\"ApproximateNumberOfMessages\":\"([0-9]+)\"");
    private static final String BODY = "x".repeat(256);
    private static final String HANDLE = "\"ReceiptHandle\":\"";
    private static final byte[] SEND = send("standard");
    private static final byte[] BATCH_OF_TEN = batch("batch");

    private SqsBench() {}

    static void run(Path launcher, Path peerFolder, Figures figures) throws Exception {
        figures.chapter("SQS, messages of 256 bytes (goal beside ElasticMQ in memory, ours durable: 2×)");
        try (var product = Product.start(launcher); var peer = Peer.start(peerFolder)) {
            prepare(product.port);
            if (peer != null) {
                prepare(peer.port);
            }
            for (int connections : new int[] {1, 16, 64}) {
                compare(figures, "send", connections, product, peer, _ -> SEND);
                compare(figures, "receive and delete", connections, product, peer, taking("standard"));
            }
            compare(figures, "send in batches of 10 (messages)", 16, product, peer,
                    _ -> BATCH_OF_TEN, 10);
            compare(figures, "send to 1,000 groups (FIFO)", 16, product, peer, SqsBench::fifo);
            compare(figures, "receive and delete from 1,000 groups (FIFO)", 16, product, peer, taking("groups.fifo"));
            idle(figures, product);
        }
    }

    private static byte[] request(String operation, String body) {
        return Connection.post("/", "sqs",
                "Content-Type: application/x-amz-json-1.0\r\nX-Amz-Target: AmazonSQS." + operation + "\r\n",
                body.getBytes(StandardCharsets.UTF_8));
    }

    private static String url(String queue) {
        return "\"QueueUrl\":\"http://127.0.0.1/000000000000/" + queue + "\"";
    }

    private static byte[] send(String queue) {
        return request("SendMessage", "{" + url(queue) + ",\"MessageBody\":\"" + BODY + "\"}");
    }

    private static byte[] fifo(long n) {
        return request("SendMessage",
                "{" + url("groups.fifo") + ",\"MessageBody\":\"" + BODY + "\",\"MessageGroupId\":\"g"
                + n % GROUPS + "\",\"MessageDeduplicationId\":\"" + System.nanoTime() + "-" + n + "\"}");
    }

    private static byte[] batch(String queue) {
        var entries = new ArrayList<String>();
        for (int i = 0; i < 10; i++) {
            entries.add("{\"Id\":\"" + i + "\",\"MessageBody\":\"" + BODY + "\"}");
        }
        return request("SendMessageBatch", "{" + url(queue) + ",\"Entries\":[" + String.join(",", entries) + "]}");
    }

    private static Load.Turn taking(String queue) {
        return new Taking(queue, request("ReceiveMessage", "{" + url(queue) + "}"));
    }

    /** Receives one message and deletes it. */
    private record Taking(String queue, byte[] receive) implements Load.Turn {
        @Override
        public byte[] first(long n) {
            return receive;
        }

        @Override
        public byte[] next(Answer answer, int asked) {
            var content = answer.content();
            int at = asked == 1 ? content.indexOf(HANDLE) : -1;
            if (at < 0) {
                return null;
            }
            var handle = content.substring(at + HANDLE.length(), content.indexOf('"', at + HANDLE.length()));
            return request("DeleteMessage", "{" + url(queue) + ",\"ReceiptHandle\":\"" + handle + "\"}");
        }

        @Override
        public boolean end(Answer last, int asked) {
            return asked == 2 && last.status() < 300;
        }

        @Override
        public boolean readsContent() {
            return true;
        }
    }

    /** A turn of whose messages a ledger is kept. */
    private record Counted(Load.Turn turn, AtomicLong in, int messages) implements Load.Turn {
        @Override
        public byte[] first(long n) {
            return turn.first(n);
        }

        @Override
        public byte[] next(Answer answer, int asked) {
            return turn.next(answer, asked);
        }

        @Override
        public boolean end(Answer last, int asked) {
            boolean well = turn.end(last, asked);
            in.addAndGet(well ? messages : 0);
            return well;
        }

        @Override
        public boolean readsContent() {
            return turn.readsContent();
        }
    }

    private static void prepare(int port) throws Exception {
        try (var connection = new Connection(port)) {
            for (var queue : new String[] {"standard", "batch", "idle"}) {
                connection.exchange(request("CreateQueue", "{\"QueueName\":\"" + queue + "\"}"));
            }
            connection.exchange(request("CreateQueue",
                    "{\"QueueName\":\"groups.fifo\",\"Attributes\":{\"FifoQueue\":\"true\"}}"));
        }
        warmUp(port, _ -> SEND);
        warmUp(port, taking("standard"));
        warmUp(port, _ -> BATCH_OF_TEN);
        warmUp(port, SqsBench::fifo);
        warmUp(port, taking("groups.fifo"));
    }

    /** Goes on until it has twice not become faster. */
    private static void warmUp(int port, Load.Turn turn) throws Exception {
        double best = 0;
        int steady = 0;
        for (int i = 0; i < MOST_WARM_UPS && steady < 2; i++) {
            double rate = Load.turns(port, WARM_UP_CONNECTIONS, WARM_UP_SECONDS, turn).perSecond();
            steady = rate < best * FASTER ? steady + 1 : 0;
            best = Math.max(best, rate);
        }
    }

    private static void compare(Figures figures, String name, int connections, Product product, Peer peer,
            Load.Turn turn)
            throws Exception {
        compare(figures, name, connections, product, peer, turn, 1);
    }

    private static void compare(Figures figures, String name, int connections, Product product, Peer peer,
            Load.Turn turn, int messages) throws Exception {
        var ours = new double[ROUNDS];
        var theirs = new double[ROUNDS];
        Load last = null;
        double processor = 0;
        long theirFailures = 0;
        for (int round = 0; round < ROUNDS; round++) {
            double before = product.processorSeconds();
            last = Load.turns(product.port, connections, SECONDS, turn);
            ours[round] = last.perSecond() * messages;
            processor = (product.processorSeconds() - before) / (ours[round] * SECONDS) * 1e6;
            if (peer != null) {
                var their = Load.turns(peer.port, connections, SECONDS, turn);
                theirs[round] = their.perSecond() * messages;
                theirFailures += their.failed();
            }
        }
        double median = Load.median(ours);
        var beside = peer == null ? "no peer"
                : "%.1f× of ElasticMQ's %,.0f/s%s".formatted(median / Load.median(theirs), Load.median(theirs),
                        theirFailures == 0 ? "" : " of which FAILED " + theirFailures + " in all");
        figures.add(name + ", " + connections + " connections", median, "/s",
                beside + "; " + last.latency() + "; %.0f µs of our processor each".formatted(processor));
    }

    /**
     * What it costs that many wait for a message that does not come, and how soon one of them has the message that
     * does.
     */
    private static void idle(Figures figures, Product product) throws Exception {
        var waiting = new ArrayList<Connection>();
        var poll = request("ReceiveMessage", "{" + url("idle") + ",\"WaitTimeSeconds\":20}");
        double memory = product.residentMegabytes();
        try {
            for (int i = 0; i < IDLE; i++) {
                var connection = new Connection(product.port);
                connection.send(poll);
                waiting.add(connection);
            }
            Product.pause(1000);
            double before = product.processorSeconds();
            Product.pause(5000);
            figures.add("processor for %,d idle long polls".formatted(IDLE),
                    (product.processorSeconds() - before) / 5 * 100, "%",
                    "of one core; %.0f MB more resident".formatted(product.residentMegabytes() - memory));
            var sent = Load.run(product.port, 1, 3, _ -> send("idle"));
            figures.add("send beside them, 1 connection", sent.perSecond(), "/s", sent.latency());
        } finally {
            for (var connection : waiting) {
                connection.close();
            }
        }
    }

    /**
     * What a message costs and how much memory is taken while a queue grows to many messages; a ledger of what is in
     * it.
     */
    static void large(Path launcher, Figures figures) throws Exception {
        figures.chapter("SQS, a queue that grows (goal: flat cost, bounded memory)");
        try (var product = Product.start(launcher)) {
            prepare(product.port);
            try (var connection = new Connection(product.port)) {
                connection.exchange(request("CreateQueue", "{\"QueueName\":\"large\"}"));
            }
            var in = new AtomicLong();
            for (long size : new long[] {MANY / 100, MANY / 10, MANY / 10 * 9, MANY}) {
                grow(figures, product, in, size);
            }
        }
    }

    private static void grow(Figures figures, Product product, AtomicLong in, long size) throws Exception {
        var batch = batch("large");
        var send = send("large");
        long begun = System.nanoTime();
        while (in.get() < size) {
            Load.turns(product.port, 16, FILL_SECONDS, new Counted(_ -> batch, in, 10));
        }
        double filled = (System.nanoTime() - begun) / 1e9;
        double before = product.processorSeconds();
        var sent = Load.turns(product.port, 16, SECONDS, new Counted(_ -> send, in, 1));
        var take = Load.turns(product.port, 16, SECONDS, new Counted(taking("large"), in, -1));
        double each = (product.processorSeconds() - before) / ((sent.perSecond() + take.perSecond()) * SECONDS) * 1e6;
        figures.add("send to %,d messages, 16 connections".formatted(size), sent.perSecond(), "/s",
                sent.latency() + "; filled in %.0f s".formatted(filled));
        figures.add("receive and delete from them", take.perSecond(), "/s", take.latency()
                + "; %.0f µs of our processor each; %.0f MB resident".formatted(each, product.residentMegabytes()));
        try (var connection = new Connection(product.port)) {
            long asked = System.nanoTime();
            connection.ask(request("GetQueueAttributes", "{" + url("large") + ",\"AttributeNames\":[\"All\"]}"));
            double micros = (System.nanoTime() - asked) / 1e3;
            var told = COUNT.matcher(connection.content());
            figures.add("counting them", micros, "µs",
                    "told %s of %,d".formatted(told.find() ? told.group(1) : "none", in.get()));
        }
    }

    /** ElasticMQ, in memory. */
    private record Peer(Process process, int port, Path log) implements AutoCloseable {
        static Peer start(Path folder) throws IOException {
            if (!Files.isDirectory(folder)) {
                System.out.println("  (ElasticMQ is not there: run through ./aloft bench)");
                return null;
            }
            int port = Product.freePort();
            var log = Files.createTempFile("elasticmq", ".log");
            var java = ProcessHandle.current().info().command().orElse("java");
            var process = new ProcessBuilder(java, "-Drest-sqs.bind-port=" + port, "-Drest-sqs.bind-hostname=127.0.0.1",
                            "-Drest-stats.enabled=false", "-Daws.accountId=000000000000", "-cp", folder + "/*",
                            "org.elasticmq.server.Main")
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            for (int i = 0; i < 600; i++) {
                try (var connection = new Connection(port)) {
                    connection.exchange(request("ListQueues", "{}"));
                    return new Peer(process, port, log);
                } catch (IOException e) {
                    if (!process.isAlive()) {
                        System.out.println("  (ElasticMQ did not start; see " + log + ")");
                        return null;
                    }
                    Product.pause(50);
                }
            }
            process.destroyForcibly();
            return null;
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
            Files.deleteIfExists(log);
        }
    }
}
