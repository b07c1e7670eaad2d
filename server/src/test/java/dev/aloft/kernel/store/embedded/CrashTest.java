package dev.aloft.kernel.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.kernel.store.Blobs;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.StoreUnavailable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a writing process at random moments and looks at what it left: everything acknowledged, nothing half done. More
 * kills with {@code -Daloft.crashes=1000}, the same ones again with {@code -Daloft.crash.seed=…}.
 */
class CrashTest {
    private static final int CRASHES = Integer.getInteger("aloft.crashes", 20);
    private static final long SEED = Long.getLong("aloft.crash.seed", System.nanoTime());

    @TempDir
    Path folder;

    private final Random random = new Random(SEED);
    /** The highest transaction acknowledged to each writer. */
    private final Map<Integer, Long> acknowledged = new TreeMap<>();

    @Test
    void whatWasAcknowledgedSurvivesEveryKill() throws Exception {
        long before = 0;
        for (int crash = 1; crash <= CRASHES; crash++) {
            runAndKill();
            try (var store = EmbeddedStore.open(folder)) {
                long written = store.<Long>read(this::check);
                assertThat(written).as("transactions after crash %d of seed %d", crash, SEED)
                    .isGreaterThanOrEqualTo(before);
                before = written;
            }
        }
        assertThat(before).isGreaterThan(CRASHES * 10L);
        System.out.println(CRASHES + " kills over " + before + " transactions");
    }

    @Test
    void aFolderInUseNamesTheProcess() throws Exception {
        var process = start();
        try (var in = process.getInputStream()) {
            assertThat(in.read()).isNotNegative();
            assertThatThrownBy(() -> EmbeddedStore.open(folder)).isInstanceOf(StoreUnavailable.class)
                .hasMessage("The data folder " + folder + " is in use by process " + process.pid()
                    + ": stop that one, or choose another folder with --data.");
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private Process start() throws IOException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return new ProcessBuilder(List.of(java, "--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Xmx256m", "-cp", System.getProperty("java.class.path"),
            CrashingWriter.class.getName(), folder.toString())).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    private void runAndKill() throws IOException, InterruptedException {
        var process = start();
        // One in eight is killed while it starts, the others while they write.
        boolean early = random.nextInt(8) == 0;
        var killer = Thread.ofPlatform().start(() -> {
            if (early) {
                killAfter(process, random.nextInt(400));
            }
        });
        try (var in = new DataInputStream(process.getInputStream())) {
            var first = true;
            while (true) {
                int writer = in.readInt();
                acknowledged.merge(writer, in.readLong(), Math::max);
                if (first && !early) {
                    first = false;
                    killer = Thread.ofPlatform().start(() -> killAfter(process, random.nextInt(900)));
                }
            }
        } catch (EOFException _) {
            // It is dead.
        } finally {
            killer.join();
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
        // The process itself would close its output, and with it what is still unread.
        process.toHandle().destroyForcibly();
    }

    private long check(ReadTx tx) {
        var done = CrashingWriter.DONE.range(tx, Key.EMPTY)
            .collect(Collectors.toMap(row -> (int) row.key().number(0), Row::value, (a, _) -> a, TreeMap::new));
        acknowledged.forEach((writer, number) -> {
            // Of each writer at most one was done and not yet acknowledged.
            assertThat(done.getOrDefault(writer, 0L)).as("writer %d, seed %d", writer, SEED)
                .isBetween(number, number + 1);
        });
        long all = 0;
        for (var each : done.entrySet()) {
            int writer = each.getKey();
            long last = each.getValue();
            all += last;
            var kept = LongStream.rangeClosed(Math.max(1, last - CrashingWriter.KEPT + 1), last).boxed().toList();
            for (var table : List.of(CrashingWriter.LEFT, CrashingWriter.RIGHT)) {
                var rows = table.range(tx, Key.of(writer)).toList();
                assertThat(rows).extracting(row -> row.key().number(1)).as("writer %d, seed %d", writer, SEED)
                    .isEqualTo(kept);
                rows.forEach(row -> assertThat(row.value())
                    .isEqualTo(CrashingWriter.content(writer, row.key().number(1))));
            }
            var blobs = new Blobs(folder.resolve("blobs"));
            var named = CrashingWriter.BLOBS.range(tx, Key.of(writer)).toList();
            assertThat(named).hasSize((int) (last / CrashingWriter.BLOB_EVERY));
            // All are there; the content of those written last is compared.
            named.forEach(row -> assertThat(blobs.has(row.value())).isTrue());
            named.stream().skip(Math.max(0, named.size() - 3)).forEach(row -> {
                try (var in = blobs.open(row.value())) {
                    assertThat(in.readAllBytes()).isEqualTo(CrashingWriter.blob(writer, row.key().number(1)));
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
        }
        assertThat(CrashingWriter.counter(tx)).as("counter, seed %d", SEED).isEqualTo(all);
        var counted = CrashingWriter.COUNTED.range(tx, Key.EMPTY).toList();
        assertThat(counted).hasSize((int) all);
        assertThat(counted.stream().map(Row::value).distinct().count()).isEqualTo(all);
        done.forEach((writer, last) -> acknowledged.put(writer, last));
        return all;
    }
}
