package dev.aloft.kernel.delivery.poll;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.kernel.delivery.poll.StreamPoller.Checkpoint;
import dev.aloft.kernel.delivery.poll.StreamPoller.Dropped;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.time.TestTime;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A ledger of what was tried over pollers that are killed again and again: what is not committed by then is lost, and
 * the next poller begins with what is.
 */
class KilledPollersTest {
    private static final int RETRIES = 2;
    private static final int RECORDS = 40;
    private static final int LIVES = 20;
    private static final Codec<Checkpoint> KEPT = Codec.of(Checkpoint.class);

    private final TestTime time = new TestTime();
    private final List<Item> records = IntStream.range(0, RECORDS).mapToObj(i -> new Item("r" + i, Map.of(),
            time.instant(), "g" + i % 7, null, 100)).toList();
    private final Map<String, Integer> tries = new HashMap<>();
    private final Set<String> processed = ConcurrentHashMap.newKeySet();
    private final List<String> givenUp = new CopyOnWriteArrayList<>();
    private byte[] kept;

    private final class Shards implements Stream {
        @Override
        public List<Shard> shards() {
            return List.of(new Shard("s", List.of()));
        }

        @Override
        public String iterator(String shard, Start start) {
            return start instanceof Start.After(var id) ? String.valueOf(Integer.parseInt(id.substring(1)) + 1) : "0";
        }

        /** Pages are smaller than what lanes are given together, so that it is read in several turns. */
        @Override
        public Page read(String shard, String iterator, int most, Duration patience) {
            int from = Integer.parseInt(iterator);
            var items = records.subList(from, Math.min(RECORDS, from + Math.min(most, 5)));
            return new Page(items, Optional.of(String.valueOf(from + items.size())));
        }

        @Override
        public Duration rest() {
            return Duration.ofSeconds(1);
        }

        @Override
        public boolean isStale(String errorCode) {
            return false;
        }
    }

    /** One poller's life: it ends with one of its commits, which is just made or just lost. */
    private final class Life implements StreamPoller.Progress, Consumer {
        private final Random random;
        private final int last;
        private StreamPoller poller;
        private int commits;
        private int failures;
        private int done;
        private volatile boolean over;

        /** @param last the commit with which it ends */
        Life(long seed, int last) {
            this.random = new Random(seed);
            this.last = last;
        }

        @Override
        public synchronized Checkpoint checkpoint(String shard) {
            return kept == null ? Checkpoint.NONE : KEPT.decode(kept);
        }

        @Override
        public synchronized void reached(String shard, UnaryOperator<Checkpoint> change, Optional<Dropped> dropped) {
            if (over) {
                return;
            }
            over = ++commits == last;
            if (!over || random.nextBoolean()) {
                kept = KEPT.encode(change.apply(checkpoint(shard)));
                dropped.ifPresent(it -> it.batch().items().forEach(item -> givenUp.add(item.id())));
            }
            if (over) {
                poller.close();
            }
        }

        /** Every batch with a record that is divisible by five fails, others now and then. */
        @Override
        public synchronized Result consume(Batch batch) {
            if (over) {
                return new Result.Busy();
            }
            var ids = batch.items().stream().map(Item::id).toList();
            ids.forEach(id -> tries.merge(id, 1, Integer::sum));
            assertThat(givenUp).doesNotContainAnyElementsOf(ids);
            if (ids.stream().anyMatch(id -> id.endsWith("5") || id.endsWith("0")) || random.nextInt(4) == 0) {
                failures++;
                return new Result.Failed("why");
            }
            done++;
            processed.addAll(ids);
            return new Result.Done(null);
        }
    }

    private Life live(long seed, int commits, int factor) {
        var life = new Life(seed, commits);
        life.poller = new StreamPoller("test", new Shards(), new StreamPoller.Settings(new Stream.Start.Horizon(),
                Instant.EPOCH, 3, Duration.ofSeconds(1), false, RETRIES, Duration.ofSeconds(-1), factor, 0),
                _ -> true, life, life, time);
        life.poller.start();
        time.settle();
        for (int i = 0; i < 200 && !life.over && !isDone(); i++) {
            time.advance(Duration.ofSeconds(1));
        }
        life.poller.close();
        time.settle();
        return life;
    }

    private boolean isDone() {
        return records.stream().allMatch(item -> processed.contains(item.id()) || givenUp.contains(item.id()));
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 2", "2, 3", "2, 4", "4, 5", "4, 6", "10, 7", "10, 8"})
    void aBatchIsTriedNoMoreOftenThanItsRetriesAndKillsExplain(int factor, long seed) {
        var lives = new HashMap<String, Integer>();
        var random = new Random(seed);
        for (int i = 0; i < LIVES; i++) {
            var before = Map.copyOf(tries);
            live(random.nextLong(), i == LIVES - 1 ? Integer.MAX_VALUE : 1 + random.nextInt(6), factor);
            tries.forEach((id, count) -> lives.merge(id, count.equals(before.get(id)) ? 0 : 1, Integer::sum));
        }
        assertThat(tries).hasSize(RECORDS).allSatisfy((id, count) -> assertThat(count).as(id)
                .isLessThanOrEqualTo(RETRIES + lives.get(id)));
        assertThat(givenUp).doesNotHaveDuplicates();
        assertThat(isDone()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "4, 2"})
    void aTryThatFailsIsOneCommit(int factor, long seed) {
        var life = live(seed, Integer.MAX_VALUE, factor);
        int turns = 1 + RECORDS / (3 * factor);
        assertThat(life.commits).isLessThanOrEqualTo(life.failures + life.done + turns);
    }
}
