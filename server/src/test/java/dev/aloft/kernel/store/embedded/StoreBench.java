package dev.aloft.kernel.store.embedded;

import dev.aloft.kernel.store.Blobs;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Table;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/**
 * Measures the embedded store: {@code StoreBench [folder] [keys] [seconds]}. Prints operations a second and CPU for
 * each.
 */
final class StoreBench {
    private static final int VALUE_BYTES = 1024;
    private static final Table<byte[]> ROWS = Table.of("rows", Codec.BYTES);
    private static final byte[] MEGABYTE = new byte[1 << 20];

    private final Path folder;
    private final Blobs blobs;
    private final Store store;
    private final int keys;
    private final double seconds;

    interface Operation {
        void run(Random random) throws Exception;
    }

    private StoreBench(Path folder, Store store, int keys, double seconds) {
        this.folder = folder;
        blobs = new Blobs(folder.resolve("blobs"));
        this.store = store;
        this.keys = keys;
        this.seconds = seconds;
    }

    public static void main(String[] args) throws Exception {
        var folder = args.length > 0 ? Files.createDirectories(Path.of(args[0]))
            : Files.createTempDirectory("store-bench");
        int keys = args.length > 1 ? Integer.parseInt(args[1]) : 200_000;
        double seconds = args.length > 2 ? Double.parseDouble(args[2]) : 3;
        long begun = System.nanoTime();
        var store = EmbeddedStore.open(folder);
        System.out.printf("first open %d ms, memory %d MB%n", millisSince(begun), residentMegabytes());
        try (store) {
            new StoreBench(folder, store.in("bench"), keys, seconds).run();
        }
        System.out.printf("memory %d MB%n", residentMegabytes());
        begun = System.nanoTime();
        EmbeddedStore.open(folder).close();
        System.out.printf("open and close with data %d ms%n", millisSince(begun));
        if (args.length == 0) {
            delete(folder);
        }
    }

    private void run() throws Exception {
        long begun = System.nanoTime();
        var random = new Random(1);
        for (int from = 0; from < keys; from += 1000) {
            int first = from;
            store.change(tx -> IntStream.range(first, Math.min(keys, first + 1000))
                .forEach(i -> ROWS.put(tx, key(i), value(random))));
        }
        System.out.printf("load of %d keys %d ms%n", keys, millisSince(begun));

        measure("durable put, 1 writer", 1, this::put);
        measure("durable put, 8 writers", 8, this::put);
        measure("durable put, 64 writers", 64, this::put);
        measure("hot key conditional update, 64 writers", 64, _ -> hot());
        measure("hot key conditional update, 256 writers", 256, _ -> hot());
        measure("point get, 1 reader", 1, this::get);
        measure("point get, 16 readers", 16, this::get);
        measure("range of 100, 1 reader", 1, this::range);
        measure("range of 100, 16 readers", 16, this::range);
        measure("blob put of 1 MB, 1 writer", 1, _ -> blobs.put(MEGABYTE));
        measure("the same as a bare file", 1, _ -> bareFile());
        measure("blob put of 1 KB, 16 writers", 16, _ -> blobs.put(value(new Random(1))));
        measure("send and receive from a queue, 16 workers", 16, this::queue);
    }

    private void put(Random random) {
        var key = key(random.nextInt(keys));
        var value = value(random);
        store.change(tx -> ROWS.put(tx, key, value));
    }

    private void hot() {
        var key = Key.of("hot");
        store.change(tx -> {
            long count = tx.get(key).map(Codec.NUMBER::decode).orElse(0L);
            if (count < 0) {
                throw new IllegalStateException();
            }
            tx.put(key, Codec.NUMBER.encode(count + 1));
        });
    }

    private void get(Random random) {
        var key = key(random.nextInt(keys));
        if (store.read(tx -> ROWS.get(tx, key)).isEmpty()) {
            throw new IllegalStateException();
        }
    }

    private void range(Random random) {
        var from = key(random.nextInt(keys - 100));
        long found = store
            .read(tx -> ROWS.range(tx, Range.all().from(from).limit(100)).mapToInt(row -> row.value().length).sum());
        if (found != 100L * VALUE_BYTES) {
            throw new IllegalStateException();
        }
    }

    private final AtomicLong sent = new AtomicLong();

    private void bareFile() throws IOException {
        var file = folder.resolve("bare" + Thread.currentThread().threadId());
        try (var out = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            out.write(ByteBuffer.wrap(MEGABYTE));
            out.force(false);
        }
        Files.delete(file);
    }

    private void queue(Random random) {
        var key = Key.of("queue", sent.incrementAndGet());
        var value = value(random);
        store.change(tx -> tx.put(key, value));
        store.change(tx -> tx.range(Range.of(Key.of("queue")).limit(1)).forEach(entry -> tx.delete(entry.key())));
    }

    private void measure(String what, int threads, Operation operation) throws Exception {
        long warm = System.nanoTime() + 500_000_000;
        try (var all = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < threads; i++) {
                all.submit(() -> until(warm, operation, new AtomicLong(), new AtomicLong()));
            }
        }
        var count = new AtomicLong();
        var slowest = new AtomicLong();
        long cpu = cpuNanos();
        long begun = System.nanoTime();
        long end = begun + (long) (seconds * 1e9);
        try (var all = Executors.newVirtualThreadPerTaskExecutor()) {
            var running = IntStream.range(0, threads)
                .mapToObj(i -> all.submit(() -> until(end, operation, count, slowest)))
                .toList();
            for (var each : running) {
                each.get();
            }
        }
        double took = (System.nanoTime() - begun) / 1e9;
        System.out.printf("%-45s %,10.0f /s   %6.1f us CPU   slowest %6.1f ms%n", what, count.get() / took,
            (cpuNanos() - cpu) / 1e3 / count.get(), slowest.get() / 1e6);
    }

    private static Void until(long end, Operation operation, AtomicLong count, AtomicLong slowest) throws Exception {
        var random = new Random();
        long done = 0;
        long longest = 0;
        for (long now = System.nanoTime(); now < end; done++) {
            operation.run(random);
            long then = now;
            now = System.nanoTime();
            longest = Math.max(longest, now - then);
        }
        count.addAndGet(done);
        slowest.accumulateAndGet(longest, Math::max);
        return null;
    }

    private static Key key(int i) {
        return Key.of("account", "table", i);
    }

    private static byte[] value(Random random) {
        var value = new byte[VALUE_BYTES];
        random.nextBytes(value);
        return value;
    }

    private static long cpuNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    private static long residentMegabytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream().filter(line -> line.startsWith("VmRSS:"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024).findFirst().orElse(0);
    }

    private static long millisSince(long begun) {
        return (System.nanoTime() - begun) / 1_000_000;
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
