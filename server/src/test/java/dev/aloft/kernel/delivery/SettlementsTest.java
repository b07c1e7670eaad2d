package dev.aloft.kernel.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.MemoryStore;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SettlementsTest {
    private final Store store = new MemoryStore();
    private final Settlements settlements = new Settlements(store);
    private final List<String> told = new ArrayList<>();

    /** @param before what happens each time that it is to be written */
    private record End(SettlementsTest test, String name, Runnable before) implements Settlements.Settlement {
        @Override
        public void write(Tx tx) {
            before.run();
            tx.put(Key.of(name), new byte[0]);
            tx.afterCommit(() -> test.told.add("commit of " + name));
        }

        @Override
        public void written() {
            test.told.add(name);
        }

        @Override
        public void over() {
            test.told.add(name + " over");
        }
    }

    private long kept() {
        return store.read(tx -> tx.range(Range.all()).count());
    }

    @Test
    void whatComesInWhileOneIsWrittenIsWrittenTogether() {
        settlements.add(new End(this, "first", () -> {
            settlements.add(new End(this, "second", () -> {}));
            settlements.add(new End(this, "third", () -> {}));
        }));
        assertThat(told).containsExactly("commit of first", "first", "first over",
            "commit of second", "commit of third", "second", "third", "second over", "third over");
    }

    @Test
    void oneThatCannotBeWrittenHoldsUpNoOther() {
        settlements.add(new End(this, "first", () -> {
            settlements.add(new End(this, "broken", () -> {
                throw new IllegalStateException("no");
            }));
            settlements.add(new End(this, "third", () -> {}));
        }));
        assertThat(told).containsExactly("commit of first", "first", "first over", "broken over", "commit of third",
                "third", "third over");
        assertThat(kept()).isEqualTo(2);
    }
}
