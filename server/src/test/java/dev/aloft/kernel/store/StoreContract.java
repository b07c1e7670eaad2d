package dev.aloft.kernel.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every engine promises. */
public abstract class StoreContract {
    protected Store store;

    /** An empty store. */
    protected abstract Store open() throws Exception;

    @BeforeEach
    void openStore() throws Exception {
        store = open();
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    @Test
    void whatIsWrittenIsRead() {
        store.write(tx -> put(tx, "a", "1"));

        assertThat(value("a")).isEqualTo("1");
        assertThat(value("b")).isNull();
    }

    @Test
    void relaxedWritesAreSeenByWhateverFollows() {
        var relaxed = store.in("space").relaxed();

        assertThat(relaxed.<String>write(tx -> text(put(tx, "a", "1"), "a"))).isEqualTo("1");
        store.in("space").write(tx -> put(tx, "b", text(tx, "a") + "2"));
        relaxed.write(tx -> put(tx, "c", text(tx, "b") + "3"));

        assertThat(store.in("space").<List<String>>read(tx -> texts(tx, Range.all())))
            .containsExactly("a=1", "b=12", "c=123");
        assertThat(relaxed.<List<String>>read(tx -> texts(tx, Range.all()))).containsExactly("a=1", "b=12", "c=123");
    }

    @Test
    void whatARelaxedFunctionThrowsIsThrown() {
        var refused = new IllegalStateException("refused");

        assertThatThrownBy(() -> store.relaxed().write(tx -> {
            put(tx, "a", "1");
            throw refused;
        })).isSameAs(refused);
        assertThat(all()).isEmpty();
    }

    @Test
    void aWriteAnswersWhatItsFunctionReturns() {
        assertThat(store.<String>write(tx -> "answer")).isEqualTo("answer");
        assertThat(store.<String>read(tx -> null)).isNull();
    }

    @Test
    void aTransactionSeesItsOwnWrites() {
        store.write(tx -> put(put(tx, "a", "1"), "b", "1"));

        store.write(tx -> {
            put(tx, "b", "2");
            put(tx, "c", "2");
            tx.delete(key("a"));
            assertThat(text(tx, "a")).isNull();
            assertThat(text(tx, "b")).isEqualTo("2");
            assertThat(texts(tx, Range.all())).containsExactly("b=2", "c=2");
            tx.delete(key("c"));
            assertThat(texts(tx, Range.all())).containsExactly("b=2");
            return null;
        });
        assertThat(all()).containsExactly("b=2");
    }

    @Test
    void whatAFunctionThrowsIsThrownAndNothingOfItIsWritten() {
        var refused = new IllegalStateException("refused");

        assertThatThrownBy(() -> store.write(tx -> {
            put(tx, "a", "1");
            throw refused;
        })).isSameAs(refused);
        assertThat(all()).isEmpty();
    }

    @Test
    void aThrowingFunctionTakesNoOtherWithIt() throws Exception {
        inParallel(16, i -> {
            for (int n = 0; n < 50; n++) {
                var name = "k" + i + "." + n;
                if (n % 2 == 0) {
                    store.write(tx -> put(tx, name, "kept"));
                } else {
                    assertThatThrownBy(() -> store.write(tx -> {
                        put(tx, name, "dropped");
                        throw new IllegalArgumentException(name);
                    })).isInstanceOf(IllegalArgumentException.class).hasMessage(name);
                }
            }
        });
        assertThat(all()).hasSize(16 * 25).allMatch(text -> text.endsWith("=kept"));
    }

    @Test
    void writersNeverLoseAnUpdate() throws Exception {
        inParallel(8, i -> {
            for (int n = 0; n < 250; n++) {
                store.write(tx -> put(tx, "counter", Integer.toString(number(tx, "counter") + 1)));
            }
        });
        assertThat(value("counter")).isEqualTo("2000");
    }

    @Test
    void aReadSeesAllOfAWriteOrNothing() throws Exception {
        store.write(tx -> put(put(tx, "a", "0"), "b", "0"));
        var done = new AtomicBoolean();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var readers = IntStream.range(0, 4).mapToObj(i -> threads.submit(() -> {
                while (!done.get()) {
                    store.read(tx -> {
                        var a = text(tx, "a");
                        assertThat(text(tx, "b")).isEqualTo(a);
                        return texts(tx, Range.all());
                    });
                }
                return null;
            })).toList();
            for (int i = 1; i <= 500; i++) {
                var text = Integer.toString(i);
                store.write(tx -> put(put(tx, "a", text), "b", text));
            }
            done.set(true);
            for (var reader : readers) {
                reader.get(30, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void aReadStaysOnItsSnapshot() {
        store.write(tx -> put(tx, "a", "1"));

        store.read(tx -> {
            assertThat(text(tx, "a")).isEqualTo("1");
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                threads.submit(() -> store.write(other -> put(put(other, "a", "2"), "b", "2")));
            }
            assertThat(text(tx, "a")).isEqualTo("1");
            assertThat(texts(tx, Range.all())).containsExactly("a=1");
            return null;
        });
        assertThat(all()).containsExactly("a=2", "b=2");
    }

    @Test
    void aCallerReadsItsOwnWrite() throws Exception {
        inParallel(8, i -> {
            for (int n = 0; n < 100; n++) {
                var text = Integer.toString(n);
                store.write(tx -> put(tx, "k" + i, text));
                assertThat(value("k" + i)).isEqualTo(text);
            }
        });
    }

    @Test
    void rangesGoFromAndToAndBackwards() {
        store.write(tx -> {
            for (var name : List.of("a", "b", "c", "d", "e")) {
                put(tx, name, name);
            }
            return null;
        });
        store.read(tx -> {
            assertThat(texts(tx, Range.all().from(key("b")).to(key("d")))).containsExactly("b=b", "c=c");
            assertThat(texts(tx, Range.all().reversed())).containsExactly("e=e", "d=d", "c=c", "b=b", "a=a");
            assertThat(texts(tx, Range.all().limit(2))).containsExactly("a=a", "b=b");
            assertThat(texts(tx, Range.all().limit(0))).isEmpty();
            assertThat(texts(tx, Range.all().reversed().limit(2))).containsExactly("e=e", "d=d");
            assertThat(texts(tx, Range.all().after(key("b")).limit(2))).containsExactly("c=c", "d=d");
            assertThat(texts(tx, Range.all().after(key("b")).reversed())).containsExactly("a=a");
            assertThat(texts(tx, Range.all().after(key("bb")))).containsExactly("c=c", "d=d", "e=e");
            assertThat(texts(tx, Range.all().from(key("d")).to(key("b")))).isEmpty();
            assertThat(texts(tx, Range.all().from(key("b")).reversed().limit(9)))
                .containsExactly("e=e", "d=d", "c=c", "b=b");
            return null;
        });
    }

    @Test
    void aPrefixIsOfWholeElements() {
        store.write(tx -> {
            tx.put(Key.of("a"), new byte[0]);
            tx.put(Key.of("a", 1), new byte[0]);
            tx.put(Key.of("a", "x"), new byte[0]);
            tx.put(Key.of("a\0"), new byte[0]);
            tx.put(Key.of("a\0b", 2), new byte[0]);
            tx.put(Key.of("ab"), new byte[0]);
            return null;
        });
        List<Key> keys = store.read(tx -> tx.range(Range.of(Key.of("a"))).map(Entry::key).toList());
        assertThat(keys).containsExactly(Key.of("a"), Key.of("a", "x"), Key.of("a", 1));
    }

    @Test
    void whatIsWrittenDuringARangeDoesNotShowInIt() {
        store.write(tx -> put(put(put(tx, "a", "1"), "b", "1"), "c", "1"));

        store.write(tx -> {
            put(tx, "b", "2");
            var seen = new ArrayList<String>();
            tx.range(Range.all()).forEach(entry -> {
                seen.add(entry.key().text(0) + "=" + new String(entry.value(), StandardCharsets.UTF_8));
                tx.delete(entry.key());
                put(tx, "c", "3");
                put(tx, "d", "3");
            });
            assertThat(seen).containsExactly("a=1", "b=2", "c=1");
            return null;
        });
        assertThat(all()).containsExactly("c=3", "d=3");
    }

    @Test
    void aTransactionIsOfNoUseAfterItsEnd() {
        store.write(tx -> put(tx, "a", "1"));
        var kept = new ArrayList<ReadTx>();
        store.read(kept::add);
        store.write(kept::add);
        Stream<Entry> stream = store.read(tx -> tx.range(Range.all()));

        for (var tx : kept) {
            assertThatThrownBy(() -> tx.get(key("a"))).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> tx.range(Range.all())).isInstanceOf(IllegalStateException.class);
        }
        assertThatThrownBy(stream::toList).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aSpaceSeesNothingElse() {
        var sqs = store.in("sqs");
        var sqsx = store.in("sqsx");
        sqs.write(tx -> put(tx, "a", "sqs"));
        sqsx.write(tx -> put(put(tx, "a", "sqsx"), "b", "sqsx"));

        assertThat(sqs.<List<String>>read(tx -> texts(tx, Range.all()))).containsExactly("a=sqs");
        assertThat(sqs.<List<String>>read(tx -> texts(tx, Range.all().reversed().after(key("b")))))
            .containsExactly("a=sqs");
        assertThat(sqs.in("deeper").<List<String>>read(tx -> texts(tx, Range.all()))).isEmpty();
        sqs.close();
        assertThat(sqsx.<String>read(tx -> text(tx, "a"))).isEqualTo("sqsx");
    }

    @Test
    void whatFollowsACommitSeesItAndRunsOnTheCallersThread() {
        var seen = new ArrayList<Object>();
        store.write(tx -> {
            put(tx, "a", "1");
            tx.afterCommit(() -> {
                seen.add(value("a"));
                seen.add(Thread.currentThread());
            });
            return null;
        });
        assertThat(seen).containsExactly("1", Thread.currentThread());
    }

    @Test
    void nothingFollowsAWriteThatThrew() {
        var followed = new AtomicBoolean();
        assertThatThrownBy(() -> store.write(tx -> {
            tx.afterCommit(() -> followed.set(true));
            throw new IllegalStateException("refused");
        })).hasMessage("refused");
        assertThat(followed).isFalse();
    }

    @Test
    void whatFollowsACommitCannotUndoIt() {
        var followed = new AtomicBoolean();
        store.change(tx -> {
            put(tx, "a", "1");
            tx.afterCommit(() -> {
                throw new IllegalStateException("for the test");
            });
            tx.afterCommit(() -> followed.set(true));
        });
        assertThat(value("a")).isEqualTo("1");
        assertThat(followed).isTrue();
    }

    @Test
    void aThreadKnowsThatItIsInATransaction() {
        assertThat(store.inTransaction()).isFalse();
        assertThat(store.<Boolean>read(tx -> store.inTransaction())).isTrue();
        assertThat(store.<Boolean>write(tx -> store.in("x").inTransaction())).isTrue();
        assertThat(store.inTransaction()).isFalse();
        store.write(tx -> {
            tx.afterCommit(() -> assertThat(store.inTransaction()).isFalse());
            return null;
        });
    }

    @Test
    void aTransactionWithinATransactionIsRefused() {
        assertThatThrownBy(() -> store.write(tx -> store.read(inner -> 1))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> store.read(tx -> store.write(inner -> 1))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void keysAndValuesAreBounded() {
        assertThatThrownBy(() -> store.write(tx -> put(tx, "x".repeat(Key.MAX_BYTES), "")))
            .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.write(tx -> {
            tx.put(key("a"), new byte[Transaction.MAX_VALUE_BYTES + 1]);
            return null;
        })).isInstanceOf(IllegalArgumentException.class);
        assertThat(all()).isEmpty();
    }

    @Test
    void largeAndEmptyValuesAreKept() {
        var large = new byte[3 << 20];
        new Random(1).nextBytes(large);
        store.write(tx -> {
            tx.put(key("large"), large);
            tx.put(key("empty"), new byte[0]);
            return null;
        });
        assertThat(store.<byte[]>read(tx -> tx.get(key("large")).orElseThrow())).isEqualTo(large);
        assertThat(store.<byte[]>read(tx -> tx.get(key("empty")).orElseThrow())).isEmpty();
    }

    @Test
    void itIsAnOrderedMap() {
        var random = new Random(42);
        var expected = new TreeMap<Key, Integer>();
        for (int round = 0; round < 200; round++) {
            var trial = new TreeMap<>(expected);
            boolean fail = random.nextInt(10) == 0;
            long seed = random.nextLong();
            try {
                store.write(tx -> {
                    trial.clear();
                    trial.putAll(expected);
                    var again = new Random(seed);
                    for (int step = again.nextInt(20); step >= 0; step--) {
                        change(tx, trial, again);
                    }
                    if (fail) {
                        throw new IllegalStateException("fail");
                    }
                    return null;
                });
                assertThat(fail).isFalse();
                expected.clear();
                expected.putAll(trial);
            } catch (IllegalStateException e) {
                assertThat(fail).isTrue();
            }
            store.read(tx -> {
                compare(tx, expected, new Random(seed));
                return null;
            });
        }
        assertThat(expected).isNotEmpty();
    }

    private static void change(Tx tx, TreeMap<Key, Integer> expected, Random random) {
        switch (random.nextInt(4)) {
            case 0, 1 -> {
                var key = anyKey(random);
                int value = random.nextInt();
                tx.put(key, Codec.NUMBER.encode((long) value));
                expected.put(key, value);
            }
            case 2 -> {
                var key = anyKey(random);
                tx.delete(key);
                expected.remove(key);
            }
            default -> compare(tx, expected, random);
        }
    }

    private static void compare(ReadTx tx, TreeMap<Key, Integer> expected, Random random) {
        var key = anyKey(random);
        assertThat(tx.get(key).map(Codec.NUMBER::decode).map(Long::intValue).orElse(null)).isEqualTo(expected.get(key));
        var range = Range.all();
        Map<Key, Integer> inside = expected;
        if (random.nextBoolean()) {
            var from = anyKey(random);
            range = range.from(from);
            inside = expected.tailMap(from, true);
        }
        if (random.nextBoolean()) {
            var to = anyKey(random);
            range = range.to(to);
            inside = new TreeMap<>(inside).headMap(to, false);
        }
        var keys = new ArrayList<>(inside.keySet());
        if (random.nextBoolean()) {
            range = range.reversed();
            keys = new ArrayList<>(keys.reversed());
        }
        int limit = random.nextInt(20);
        var some = keys.subList(0, Math.min(limit, keys.size()));
        var found = tx.range(range.limit(limit)).toList();
        assertThat(found).extracting(Entry::key).isEqualTo(some);
        for (var entry : found) {
            assertThat(Codec.NUMBER.decode(entry.value()).intValue()).isEqualTo(expected.get(entry.key()));
        }
    }

    private static Key anyKey(Random random) {
        return switch (random.nextInt(3)) {
            case 0 -> Key.of(random.nextInt(6));
            case 1 -> Key.of(random.nextInt(6), random.nextInt(6));
            default -> Key.of(random.nextInt(6), "text", random.nextInt(3));
        };
    }

    protected interface Task {
        void run(int index) throws Exception;
    }

    protected static void inParallel(int count, Task task) throws Exception {
        var begin = new CountDownLatch(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var running = IntStream.range(0, count).mapToObj(i -> threads.submit(() -> {
                begin.await();
                task.run(i);
                return null;
            })).toList();
            begin.countDown();
            for (var each : running) {
                each.get(60, TimeUnit.SECONDS);
            }
        }
    }

    static Key key(String name) {
        return Key.of(name);
    }

    static Tx put(Tx tx, String name, String value) {
        tx.put(key(name), value.getBytes(StandardCharsets.UTF_8));
        return tx;
    }

    static String text(ReadTx tx, String name) {
        return tx.get(key(name)).map(value -> new String(value, StandardCharsets.UTF_8)).orElse(null);
    }

    static int number(ReadTx tx, String name) {
        var text = text(tx, name);
        return text == null ? 0 : Integer.parseInt(text);
    }

    static List<String> texts(ReadTx tx, Range range) {
        return tx.range(range)
            .map(entry -> entry.key().text(0) + "=" + new String(entry.value(), StandardCharsets.UTF_8))
            .toList();
    }

    final String value(String name) {
        return store.read(tx -> text(tx, name));
    }

    final List<String> all() {
        return store.read(tx -> texts(tx, Range.all()));
    }
}
