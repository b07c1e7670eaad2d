package dev.aloft.kernel.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Entry;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.StoreContract;
import dev.aloft.kernel.store.StoreUnavailable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rocksdb.WriteBatch;

class EmbeddedStoreTest extends StoreContract {
    private static final int FULL_LOGS_MEGABYTES = 36;
    @TempDir
    Path folder;

    @Override
    protected Store open() {
        return EmbeddedStore.open(folder);
    }

    @Test
    void whatIsReadAgainAndAgainIsThatOfOneVersion() throws Exception {
        var left = Key.of("left");
        var right = Key.of("right");
        inParallel(8, thread -> {
            var random = new Random(thread);
            long last = 0;
            for (int i = 0; i < 2000; i++) {
                if (thread < 2 && random.nextInt(5) == 0) {
                    store.change(tx -> {
                        long next = tx.get(left).map(Codec.NUMBER::decode).orElse(0L) + 1;
                        tx.put(left, Codec.NUMBER.encode(next));
                        tx.put(right, Codec.NUMBER.encode(next));
                    });
                } else {
                    long before = last;
                    last = store.<Long>read(tx -> {
                        long seen = tx.get(left).map(Codec.NUMBER::decode).orElse(0L);
                        assertThat(tx.get(right).map(Codec.NUMBER::decode).orElse(0L)).isEqualTo(seen);
                        assertThat(seen).as("what was seen before").isGreaterThanOrEqualTo(before);
                        return seen;
                    });
                }
            }
        });
    }

    @Test
    void whatWasWrittenIsThereAfterAnotherStart() {
        store.change(tx -> IntStream.range(0, 5_000)
            .forEach(i -> tx.put(Key.of("key", i), Codec.NUMBER.encode((long) i))));
        store.close();
        store = open();
        assertThat(store.<Long>read(tx -> tx.range(Range.of(Key.of("key"))).count())).isEqualTo(5_000);
        assertThat(store.<Optional<byte[]>>read(tx -> tx.get(Key.of("key", 17)))).contains(Codec.NUMBER.encode(17L));
    }

    @Test
    void aFolderIsOfOneStoreAtATime() {
        assertThatThrownBy(this::open).isInstanceOf(StoreUnavailable.class)
            .hasMessage("The data folder " + folder
                + " is in use by this process: stop that one, or choose another folder with "
                + "--data.");
        store.change(tx -> tx.put(Key.of("a"), new byte[0]));
    }

    @Test
    void aClosedStoreRefuses() {
        store.close();
        assertThatThrownBy(() -> store.read(tx -> 1)).isInstanceOf(StoreUnavailable.class)
            .hasMessage("The store is closed");
        assertThatThrownBy(() -> store.write(tx -> 1)).isInstanceOf(StoreUnavailable.class)
            .hasMessage("The store is closed");
        store.close();
    }

    @Test
    void aReadUnderWayOutlivesTheStore() throws Exception {
        store.change(tx -> tx.put(Key.of("a"), new byte[] {1}));
        var reading = new CountDownLatch(1);
        var closed = new CountDownLatch(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var read = threads.submit(() -> store.<Optional<byte[]>>read(tx -> {
                reading.countDown();
                try {
                    assertThat(closed.await(30, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                return tx.get(Key.of("a"));
            }));
            assertThat(reading.await(30, TimeUnit.SECONDS)).isTrue();
            store.close();
            closed.countDown();
            assertThat(read.get(30, TimeUnit.SECONDS)).contains(new byte[] {1});
        }
    }

    @Test
    void aNewerFormatIsRefused() throws IOException {
        store.close();
        Files.writeString(folder.resolve("format"), "aloft store 2\n");
        assertThatThrownBy(this::open).isInstanceOf(StoreUnavailable.class)
            .hasMessage("The data in " + folder
                + " was written by a newer version of Aloft (format 2, this one knows 1): start "
                + "that version, or choose another folder with --data.");
        Files.writeString(folder.resolve("format"), "?");
        assertThatThrownBy(this::open).isInstanceOf(StoreUnavailable.class).hasMessageContaining("format is damaged");
        Files.delete(folder.resolve("format"));
        assertThatThrownBy(this::open).isInstanceOf(StoreUnavailable.class)
            .hasMessageContaining("has no file 'format'");
    }

    @Test
    void aFileInPlaceOfTheFolderIsRefused() throws IOException {
        var file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> EmbeddedStore.open(file)).isInstanceOf(StoreUnavailable.class)
            .hasMessageContaining(file + " is a file");
    }

    @Test
    void aFolderWithoutPermissionIsRefused() throws IOException {
        Assumptions.assumeFalse("root".equals(System.getProperty("user.name")), "root may do everything");
        var closed = Files.createDirectory(folder.resolve("closed"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("r-x------")));
        assertThatThrownBy(() -> EmbeddedStore.open(closed)).isInstanceOf(StoreUnavailable.class)
            .hasMessageContaining("No permission to read and write the data folder " + closed);
    }

    @Test
    void damageInTheLogIsToldAndNotPassedOver() throws IOException {
        for (int i = 0; i < 100; i++) {
            var key = Key.of("key", i);
            store.change(tx -> tx.put(key, new byte[1000]));
        }
        store.close();
        damage(file(".log"), 20_000);
        assertThatThrownBy(this::open).isInstanceOf(StoreUnavailable.class)
            .hasMessageStartingWith("The data in " + folder.resolve("store") + " is damaged (");
    }

    @Test
    void aLogThatEndsInTheMiddleOfARecordIsWhatACrashLeaves() throws IOException {
        for (int i = 0; i < 100; i++) {
            var key = Key.of("key", i);
            store.change(tx -> tx.put(key, new byte[1000]));
        }
        store.close();
        var log = file(".log");
        var bytes = Files.readAllBytes(log);
        Files.write(log, Arrays.copyOf(bytes, bytes.length - 500));
        store = open();
        assertThat(store.<Long>read(tx -> tx.range(Range.all()).count())).isEqualTo(99);
    }

    @ParameterizedTest
    @CsvSource({"1000, zeros behind", "1000, noise behind", "1000, half of it zeros", "1000, half of it noise",
        "1000, half of it noise and noise behind", "1000, its length noise", "100000, half of it noise",
        "100000, its middle zeros"})
    void aLogWhoseEndAPowerCutLeftIsRead(int size, String tail) throws IOException {
        fill(100, size);
        var log = file(".log");
        var bytes = Files.readAllBytes(log);
        int whole = bytes.length;
        var after = tail.endsWith("behind") ? Arrays.copyOf(bytes, whole + 5000) : bytes;
        switch (tail) {
            case "noise behind" -> noise(after, whole, whole + 5000);
            case "half of it zeros" -> Arrays.fill(after, whole - 500, whole, (byte) 0);
            case "half of it noise" -> noise(after, whole - 500, whole);
            case "half of it noise and noise behind" -> noise(after, whole - 500, whole + 5000);
            case "its length noise" -> noise(after, whole - 1030, whole - 500);
            case "its middle zeros" -> Arrays.fill(after, whole - 60_000, whole - 50_000, (byte) 0);
            default -> { }
        }
        Files.write(log, after);
        store = open();
        assertThat(store.<Long>read(tx -> tx.range(Range.all()).count()))
            .isEqualTo(tail.matches("(zeros|noise) behind") ? 100 : 99);
        store.change(tx -> tx.put(Key.of("more"), new byte[0]));
        store.close();
        store = open();
        assertThat(store.<Boolean>read(tx -> tx.get(Key.of("more")).isPresent())).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"1000, 3000", "1000, 10000", "1000, 20000", "1000, 60000", "100000, 5000000", "100, 300", "100, 8000"})
    void damageBeforeTheEndOfTheLogIsTold(int size, int behind) throws IOException {
        fill(100, size);
        var log = file(".log");
        var bytes = Files.readAllBytes(log);
        noise(bytes, bytes.length - behind, bytes.length - behind + 50);
        Files.write(log, bytes);
        assertThatThrownBy(this::open).isInstanceOf(StoreUnavailable.class)
            .hasMessageStartingWith("The data in " + folder.resolve("store") + " is damaged (");
        assertThat(Files.readAllBytes(log)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource({"0, zeros", "0, noise", "1, zeros", "1, noise"})
    void relaxedWritesThatAPowerCutUndidAreLostWithWhatCameBehindThem(int synced, String hole) throws IOException {
        long damaged = fillRelaxed(synced);
        var log = file(".log");
        var bytes = Files.readAllBytes(log);
        // Two of the system's pages that were not on the disk yet, though what is behind them was.
        if (hole.equals("zeros")) {
            Arrays.fill(bytes, (int) damaged, (int) damaged + 8192, (byte) 0);
        } else {
            noise(bytes, (int) damaged, (int) damaged + 8192);
        }
        Files.write(log, bytes);
        store = open();
        long kept = store.<Long>read(tx -> tx.range(Range.all()).count());
        assertThat(kept).isBetween(30L, 59L);
        assertThat(store.<Boolean>read(tx -> tx.get(Key.of("key", (int) kept - 1)).isPresent())).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"zeros", "noise"})
    void damageBeforeWhatWasSyncedIsToldAlsoAmongRelaxedWrites(String hole) throws IOException {
        long damaged = fillRelaxed(2);
        var log = file(".log");
        var bytes = Files.readAllBytes(log);
        if (hole.equals("zeros")) {
            Arrays.fill(bytes, (int) damaged, (int) damaged + 8192, (byte) 0);
        } else {
            noise(bytes, (int) damaged, (int) damaged + 8192);
        }
        Files.write(log, bytes);
        assertThatThrownBy(this::open).isInstanceOf(StoreUnavailable.class)
            .hasMessageStartingWith("The data in " + folder.resolve("store") + " is damaged (");
    }

    /**
     * 30 synced writes, 30 relaxed ones, and some more synced; says where the log was when ten of the relaxed were
     * written.
     */
    private long fillRelaxed(int synced) throws IOException {
        long place = 0;
        for (int i = 0; i < 60 + synced; i++) {
            var key = Key.of("key", i);
            var value = new byte[2000];
            new Random(i).nextBytes(value);
            var how = i < 30 || i >= 60 ? store : store.relaxed();
            how.change(tx -> tx.put(key, value));
            place = i < 40 ? place + 2040 : place;
        }
        store.close();
        return place;
    }

    @Test
    void theLogHasItsLengthBeforeItIsWrittenAndWhatIsLeftOfItEndsWithTheStore() throws IOException {
        store.change(tx -> tx.put(Key.of("key"), new byte[1000]));
        long open = Files.size(file(".log"));
        store.close();
        assertThat(open).isGreaterThan(1 << 20);
        assertThat(Files.size(file(".log"))).isBetween(1000L, 2000L);
    }

    @Test
    void aLogThatAKillLeftWithItsRoomIsRead() throws IOException {
        fill(100, 1000);
        var log = file(".log");
        var bytes = Files.readAllBytes(log);
        Files.write(log, Arrays.copyOf(bytes, 16 << 20));
        store = open();
        assertThat(Files.size(log)).isEqualTo(bytes.length);
        assertThat(store.<Long>read(tx -> tx.range(Range.all()).count())).isEqualTo(100);
    }

    private void fill(int count, int size) {
        var random = new Random(1);
        for (int i = 0; i < count; i++) {
            var key = Key.of("key", i);
            var value = new byte[size];
            random.nextBytes(value);
            store.change(tx -> tx.put(key, value));
        }
        store.close();
    }

    private static void noise(byte[] bytes, int from, int to) {
        var noise = new byte[to - from];
        new Random(2).nextBytes(noise);
        System.arraycopy(noise, 0, bytes, from, noise.length);
    }

    /** Of several logs that are still needed one in the middle is gone, or has lost its end. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aHoleBetweenLogsIsTold(boolean gone, @TempDir Path copies) throws Exception {
        var holed = killedWithFullLogs(copies.resolve("holed"));
        var logs = logs(holed);
        assertThat(logs).hasSizeGreaterThanOrEqualTo(3);
        EmbeddedStore.open(copy(holed, copies.resolve("whole"))).close();
        var middle = logs.get(logs.size() - 2);
        if (gone) {
            Files.delete(middle);
        } else {
            Files.write(middle, Arrays.copyOf(Files.readAllBytes(middle), 1 << 20));
        }
        assertThatThrownBy(() -> EmbeddedStore.open(holed)).isInstanceOf(StoreUnavailable.class)
            .hasMessageContaining("is damaged").hasMessageContaining(gone ? "Missing WAL" : "Size mismatch: WAL");
        store = open();
    }

    /** They are read into memory at once, and on the disk later; killed before that, a start finds them again. */
    @Test
    void fullLogsAreReadIntoMemoryFirst(@TempDir Path copies) throws Exception {
        var killed = killedWithFullLogs(copies.resolve("killed"));
        var again = copies.resolve("again");
        try (var files = DataFolder.open(killed)) {
            var database = new Database(files, new Disk(killed));
            assertThat(tables(killed)).isEmpty();
            copy(killed, again);
            assertThat(database.settle()).isLessThan(Long.MAX_VALUE);
            database.settleNow();
            while (tables(killed).isEmpty()) {
                Thread.onSpinWait();
            }
            database.letGo();
        }
        for (var folder : List.of(killed, again)) {
            try (var opened = EmbeddedStore.open(folder)) {
                assertThat(opened.<Long>read(tx -> tx.range(Range.all()).count())).isEqualTo(FULL_LOGS_MEGABYTES);
            }
        }
        store = open();
    }

    /** What is left of a store that was killed while it waited for the disk to take its tables. */
    private Path killedWithFullLogs(Path copy) throws Exception {
        store.close();
        try (var files = DataFolder.open(folder)) {
            var database = new Database(files, new Disk(folder));
            database.rocks.pauseBackgroundWork();
            var value = new byte[1 << 20];
            for (int i = 0; i < FULL_LOGS_MEGABYTES; i++) {
                try (var batch = new WriteBatch()) {
                    batch.put(Key.of("key", i).raw(), value);
                    database.write(batch.data(), true);
                }
            }
            copy(folder, copy);
            database.rocks.continueBackgroundWork();
            database.letGo();
        }
        return copy;
    }

    private static List<Path> tables(Path folder) throws IOException {
        return files(folder, ".sst");
    }

    private static List<Path> logs(Path folder) throws IOException {
        return files(folder, ".log");
    }

    private static List<Path> files(Path folder, String suffix) throws IOException {
        try (var files = Files.list(folder.resolve("store"))) {
            return files.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
        }
    }

    private static Path copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (var file : files.toList()) {
                var copy = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else {
                    Files.copy(file, copy);
                }
            }
        }
        return to;
    }

    @Test
    void damageInATableIsTold() throws IOException {
        for (int i = 0; i < 40; i++) {
            var key = Key.of("key", i);
            var value = new byte[1 << 20];
            new Random(i).nextBytes(value);
            store.change(tx -> tx.put(key, value));
        }
        store.close();
        damage(file(".sst"), 3 << 20);
        assertThatThrownBy(() -> {
            store = open();
            store.read(tx -> tx.range(Range.all()).map(Entry::key).toList());
        }).isInstanceOf(StoreUnavailable.class).hasMessageContaining(" is damaged (");
    }

    @Test
    void aMissingTableIsTold() throws IOException {
        damageInATableIsTold();
        store.close();
        Files.delete(file(".sst"));
        assertThatThrownBy(this::open).isInstanceOf(StoreUnavailable.class).hasMessageContaining(" is damaged (");
    }

    @Test
    void aFullDiskRefusesWritesUntilThereIsSpaceAgain() {
        store.close();
        var left = new AtomicLong(Disk.RESERVE_BYTES * 2);
        store = EmbeddedStore.open(folder, new Disk(folder) {
            @Override
            long usableBytes() {
                return left.get();
            }
        }, new Gaps(Gaps.SLOW_NANOS));
        store.change(tx -> tx.put(Key.of("a"), new byte[10 << 20]));
        left.set(Disk.RESERVE_BYTES - 1);
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> store.change(tx -> tx.put(Key.of("b"), new byte[10 << 20])))
                .isInstanceOf(StoreUnavailable.class)
                .hasMessageStartingWith("The disk of " + folder + " is full (63 MB left, ");
        }
        assertThat(store.<Optional<byte[]>>read(tx -> tx.get(Key.of("b")))).isEmpty();
        left.set(Disk.RESERVE_BYTES * 2);
        store.change(tx -> tx.put(Key.of("b"), new byte[10 << 20]));
        assertThat(store.<Optional<byte[]>>read(tx -> tx.get(Key.of("b")))).isPresent();
    }

    private Path file(String suffix) throws IOException {
        try (var files = Files.list(folder.resolve("store"))) {
            return files.filter(file -> file.toString().endsWith(suffix)).max(Comparator.comparing(Path::toString))
                .orElseThrow();
        }
    }

    private static void damage(Path file, int at) throws IOException {
        var bytes = Files.readAllBytes(file);
        for (int i = at; i < at + 64; i++) {
            bytes[i] ^= 0x55;
        }
        Files.write(file, bytes);
    }
}
