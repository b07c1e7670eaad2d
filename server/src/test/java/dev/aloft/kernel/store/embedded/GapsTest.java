package dev.aloft.kernel.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.StoreContract;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole contract again where every look is remembered. */
class GapsTest extends StoreContract {
    @TempDir
    Path folder;

    @Override
    protected Store open() {
        return EmbeddedStore.open(folder, new Disk(folder), new Gaps(-1));
    }

    @Test
    void aQueueIsReadFromItsHeadWhileOthersWriteAnywhere() throws Exception {
        inParallel(8, thread -> {
            var random = new Random(thread);
            for (int i = 0; i < 1500; i++) {
                int at = random.nextInt(300);
                if (thread < 4) {
                    // Puts and takes, and keeps the count in the same transaction.
                    boolean take = random.nextBoolean();
                    store.change(tx -> {
                        long count = tx.get(Key.of("count")).map(Codec.NUMBER::decode).orElse(0L);
                        if (take) {
                            var first = tx.range(Range.of(Key.of("queue")).limit(1)).findFirst();
                            first.ifPresent(entry -> tx.delete(entry.key()));
                            count -= first.isPresent() ? 1 : 0;
                        } else if (tx.get(Key.of("queue", at)).isEmpty()) {
                            tx.put(Key.of("queue", at), new byte[0]);
                            count++;
                        }
                        tx.put(Key.of("count"), Codec.NUMBER.encode(count));
                    });
                } else {
                    store.read(tx -> {
                        long count = tx.get(Key.of("count")).map(Codec.NUMBER::decode).orElse(0L);
                        assertThat(tx.range(Range.of(Key.of("queue")).from(Key.of("queue", at))).count()
                            + tx.range(Range.of(Key.of("queue")).to(Key.of("queue", at))).count()).isEqualTo(count);
                        return null;
                    });
                }
            }
        });
    }

    @Test
    void aGapIsCutShortByAWriteIntoIt() {
        var gaps = new Gaps(0);
        gaps.learn(key(10), key(50), 0);
        assertThat(gaps.skip(key(20), 0)).isEqualTo(key(50));
        assertThat(gaps.skip(key(9), 0)).isEqualTo(key(9));
        assertThat(gaps.skip(key(50), 0)).isEqualTo(key(50));

        var overlay = new Overlay();
        overlay.put(key(30), new byte[] {1});
        overlay.put(key(20), Overlay.DELETED);
        gaps.written(overlay.entries(), 1);
        assertThat(gaps.skip(key(20), 1)).isEqualTo(key(30));
        assertThat(gaps.skip(key(40), 1)).isEqualTo(key(40));

        gaps.learn(key(31), key(60), 0);
        assertThat(gaps.skip(key(40), 1)).as("learnt from a version that is no longer the present one")
            .isEqualTo(key(40));
        gaps.learn(key(20), key(60), 1);
        assertThat(gaps.skip(key(10), 1)).isEqualTo(key(60));
        assertThat(gaps.skip(key(10), 0)).as("not known of an earlier version").isEqualTo(key(10));
    }

    private static byte[] key(int number) {
        return Key.of(number).raw();
    }
}
