package dev.aloft.kernel.store.embedded;

import dev.aloft.kernel.store.Blobs;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Table;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;

/**
 * The process that {@link CrashTest} kills: writers that do one transaction after another for ever, and say on the
 * standard output which were acknowledged.
 */
final class CrashingWriter {
    static final int WRITERS = 12;
    /** A writer deletes what it wrote so many transactions ago. */
    static final int KEPT = 50;
    static final int BLOB_EVERY = 25;

    /** How many transactions each writer has done. */
    static final Table<Long> DONE = Table.of("done", Codec.NUMBER);
    /** The same content under two keys of one transaction. */
    static final Table<byte[]> LEFT = Table.of("left", Codec.BYTES);
    static final Table<byte[]> RIGHT = Table.of("right", Codec.BYTES);
    /** Who made the counter what it is. */
    static final Table<Key> COUNTED = Table.of("counted", Codec.KEY);
    static final Table<String> BLOBS = Table.of("blobs", Codec.TEXT);
    static final Key COUNTER = Key.of("counter");

    private final Store store;
    private final Blobs blobs;
    private final FileChannel out;

    private CrashingWriter(Store store, Blobs blobs, FileChannel out) {
        this.store = store;
        this.blobs = blobs;
        this.out = out;
    }

    public static void main(String[] args) throws Exception {
        var folder = Path.of(args[0]);
        try (var out = new FileOutputStream(FileDescriptor.out)) {
            var writer = new CrashingWriter(EmbeddedStore.open(folder), new Blobs(folder.resolve("blobs")),
                    out.getChannel());
            for (int i = 0; i < WRITERS; i++) {
                int index = i;
                Thread.ofVirtual().start(() -> {
                    try {
                        writer.writeForEver(index);
                    } catch (Throwable e) {
                        e.printStackTrace();
                        Runtime.getRuntime().halt(2);
                    }
                });
            }
            // The parent kills it; should the parent die, so does this.
            System.in.read();
            Runtime.getRuntime().halt(1);
        }
    }

    static long counter(ReadTx tx) {
        return tx.get(COUNTER).map(Codec.NUMBER::decode).orElse(0L);
    }

    static byte[] content(int writer, long number) {
        var random = new Random(writer * 1_000_003L + number);
        var content = new byte[random.nextInt(3000)];
        random.nextBytes(content);
        return content;
    }

    static byte[] blob(int writer, long number) {
        var random = new Random(writer * 999_983L + number);
        var content = new byte[random.nextInt(300_000)];
        random.nextBytes(content);
        return content;
    }

    private void writeForEver(int writer) {
        long number = store.read(tx -> DONE.get(tx, Key.of(writer)).orElse(0L));
        while (true) {
            number++;
            write(writer, number);
            acknowledge(writer, number);
        }
    }

    private void write(int writer, long number) {
        var content = content(writer, number);
        var blob = number % BLOB_EVERY == 0 ? blobs.put(blob(writer, number)).id() : null;
        // What is relaxed outlives the process as well.
        var how = writer % 3 == 0 ? store.relaxed() : store;
        how.change(tx -> {
            var key = Key.of(writer, number);
            if (DONE.get(tx, Key.of(writer)).orElse(0L) != number - 1) {
                throw new IllegalStateException("The writer " + writer + " lost a transaction before " + number);
            }
            LEFT.put(tx, key, content);
            LEFT.delete(tx, Key.of(writer, number - KEPT));
            long counter = counter(tx) + 1;
            tx.put(COUNTER, Codec.NUMBER.encode(counter));
            COUNTED.put(tx, Key.of(counter), key);
            if (blob != null) {
                BLOBS.put(tx, key, blob);
            }
            RIGHT.put(tx, key, content);
            RIGHT.delete(tx, Key.of(writer, number - KEPT));
            DONE.put(tx, Key.of(writer), number);
        });
        if (!Arrays.equals(content, store.<byte[]>read(tx -> RIGHT.get(tx, Key.of(writer, number)).orElse(null)))) {
            throw new IllegalStateException("The writer " + writer + " does not see its transaction " + number);
        }
    }

    /** One write to a pipe is whole or not there. */
    private void acknowledge(int writer, long number) {
        try {
            out.write(ByteBuffer.allocate(12).putInt(writer).putLong(number).flip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
