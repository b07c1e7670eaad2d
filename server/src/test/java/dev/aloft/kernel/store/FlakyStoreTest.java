package dev.aloft.kernel.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FlakyStoreTest {
    private final Store store = new FlakyStore(new MemoryStore(), 1, 0.3);

    @Test
    void aFunctionRunsTwiceAndIsWrittenOnce() {
        var runs = new AtomicInteger();
        for (int i = 0; i < 3; i++) {
            store.in("space").change(tx -> {
                runs.incrementAndGet();
                long before = tx.get(Key.of("count")).map(Codec.NUMBER::decode).orElse(0L);
                tx.put(Key.of("count"), Codec.NUMBER.encode(before + 1));
            });
        }
        assertThat(runs).hasValue(6);
        assertThat(store.in("space").<Long>read(tx -> Codec.NUMBER.decode(tx.get(Key.of("count")).orElseThrow())))
                .isEqualTo(3);
    }

    @Test
    void whatFollowsACommitIsLostNowAndThen() {
        var followed = new AtomicInteger();
        for (int i = 0; i < 1000; i++) {
            store.change(tx -> tx.afterCommit(followed::incrementAndGet));
        }
        assertThat(followed.get()).isBetween(600, 800);
    }
}
