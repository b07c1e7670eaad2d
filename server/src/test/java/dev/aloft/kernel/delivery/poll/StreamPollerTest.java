package dev.aloft.kernel.delivery.poll;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.kernel.time.TestTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class StreamPollerTest {
    private final TestTime time = new TestTime();
    private final Shards shards = new Shards();
    private final List<String> told = Collections.synchronizedList(new ArrayList<>());
    private final Map<String, StreamPoller.Checkpoint> checkpoints = new ConcurrentHashMap<>();
    private final ArrayDeque<Consumer.Result> results = new ArrayDeque<>();
    /** What goes wrong here though nobody refused anything, one after another. */
    private final ArrayDeque<Error> bugs = new ArrayDeque<>();
    /** How long a batch takes. */
    private Duration takes = Duration.ZERO;
    /** The record whose batches fail. */
    private String poison;
    private final AtomicInteger commits = new AtomicInteger();
    private StreamPoller poller;

    /** Shards in memory: an iterator is {@code shard/index}. */
    private final class Shards implements Stream {
        private final Map<String, String> parents = new LinkedHashMap<>();
        private final Map<String, List<Item>> records = new ConcurrentHashMap<>();
        private final Set<String> closed = ConcurrentHashMap.newKeySet();
        private final ArrayDeque<RuntimeException> unreadable = new ArrayDeque<>();

        void add(String shard, String parent) {
            parents.put(shard, parent == null ? "" : parent);
            records.put(shard, Collections.synchronizedList(new ArrayList<>()));
        }

        void put(String shard, String... ids) {
            for (var id : ids) {
                records.get(shard).add(new Item(id, Map.of("id", id), time.instant(), id.substring(0, 1), null, 100));
            }
        }

        @Override
        public List<Shard> shards() {
            if (!unreadable.isEmpty()) {
                throw unreadable.poll();
            }
            return parents.entrySet().stream()
                .map(e -> new Shard(e.getKey(), e.getValue().isEmpty() ? List.of() : List.of(e.getValue()))).toList();
        }

        @Override
        public String iterator(String shard, Start start) {
            int index = 0;
            if (start instanceof Start.After(var number)) {
                while (!records.get(shard).get(index++).id().equals(number)) {
                    // the next one
                }
            }
            return shard + "/" + index;
        }

        @Override
        public Page read(String shard, String iterator, int most, Duration patience) {
            int from = Integer.parseInt(iterator.substring(iterator.indexOf('/') + 1));
            var all = List.copyOf(records.get(shard));
            var items = all.subList(from, Math.min(all.size(), from + most));
            boolean ended = closed.contains(shard) && from + items.size() == all.size();
            return new Page(items, ended ? Optional.empty() : Optional.of(shard + "/" + (from + items.size())));
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

    private final class Progress implements StreamPoller.Progress {
        @Override
        public StreamPoller.Checkpoint checkpoint(String shard) {
            return checkpoints.getOrDefault(shard, StreamPoller.Checkpoint.NONE);
        }

        @Override
        public void reached(String shard, UnaryOperator<StreamPoller.Checkpoint> change,
                Optional<StreamPoller.Dropped> dropped) {
            commits.incrementAndGet();
            checkpoints.compute(shard, (_, kept) -> change.apply(kept == null ? StreamPoller.Checkpoint.NONE : kept));
            dropped.ifPresent(it -> tell(it.condition() + " " + ids(it.batch()) + " after " + it.invokes()));
        }
    }

    private StreamPoller.Checkpoint checkpoint(String shard) {
        return new Progress().checkpoint(shard);
    }

    private static String ids(Batch batch) {
        return String.join(" ", batch.items().stream().map(Item::id).toList());
    }

    private void tell(String what) {
        told.add(Duration.between(TestTime.START, time.instant()).toSeconds() + ": " + what);
    }

    private Consumer.Result consume(Batch batch) {
        tell(ids(batch) + (batch.window() == null ? ""
            : " in " + batch.window().start().getEpochSecond() % 1000 + " " + batch.window().state()
            + (batch.window().last() ? " last" : "") + (batch.window().terminated() ? " early" : "")));
        try {
            time.sleep(takes);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        synchronized (results) {
            if (!bugs.isEmpty()) {
                throw bugs.poll();
            }
            if (poison != null && batch.items().stream().anyMatch(item -> item.id().equals(poison))) {
                return failed();
            }
            return results.isEmpty() ? new Consumer.Result.Done(null) : results.poll();
        }
    }

    private StreamPoller.Settings settings() {
        return new StreamPoller.Settings(new Stream.Start.Horizon(), Instant.EPOCH, 3, Duration.ZERO, false, -1,
            Duration.ofSeconds(-1), 1, 0);
    }

    private StreamPoller poller(StreamPoller.Settings settings) {
        return new StreamPoller("test", shards, settings, item -> !item.id().endsWith("x"), this::consume,
            new Progress(), time);
    }

    private void poll(StreamPoller.Settings settings) {
        poller = poller(settings);
        poller.start();
        time.settle();
    }

    private static Consumer.Result failed() {
        return new Consumer.Result.Failed("why");
    }

    private static StreamPoller.Settings with(StreamPoller.Settings s, boolean bisects, int retries, int ageSeconds,
            int parallel, long tumbling) {
        return new StreamPoller.Settings(s.start(), s.since(), s.batchSize(), s.window(), bisects, retries,
            Duration.ofSeconds(ageSeconds), parallel,
            tumbling);
    }

    @Test
    void aShardIsReadInOrderAndOnFromItsCheckpoint() {
        shards.add("s", null);
        shards.put("s", "a1", "a2", "ax", "a3", "a4");
        poll(settings());
        // A page is handed on as it comes, less what is not wanted.
        assertThat(told).containsExactly("0: a1 a2", "0: a3 a4");
        poller.close();
        time.advance(Duration.ofMinutes(1));
        shards.put("s", "a5");
        told.clear();
        poll(settings());
        assertThat(told).containsExactly("60: a5");
    }

    @Test
    void whoIsClosedWhileTheLastBatchOfAShardFailsHasNotReadItToItsEnd() {
        shards.add("s", null);
        shards.put("s", "a1", "b1");
        shards.closed.add("s");
        poison = "a1";
        for (int factor : List.of(1, 2)) {
            poll(with(settings(), false, -1, -1, factor, 0));
            assertThat(told).isNotEmpty();
            poller.close();
            time.advance(Duration.ofMinutes(1));
            assertThat(checkpoint("s").ended()).isFalse();
            told.clear();
        }
        poison = null;
        poll(settings());
        assertThat(told).containsExactly("120: a1 b1");
        assertThat(checkpoint("s").ended()).isTrue();
    }

    @Test
    void whoIsClosedWhileTheLastCallOfAWindowFailsEndsItLater() {
        shards.add("s", null);
        shards.put("s", "a1");
        Collections.addAll(results, new Consumer.Result.Done("{\"n\":1}"), failed());
        poll(with(settings(), false, -1, -1, 1, 30));
        time.advance(Duration.ofSeconds(30));
        assertThat(told.getLast()).endsWith("{\"n\":1} last");
        poller.close();
        time.advance(Duration.ofMinutes(1));
        told.clear();
        poll(with(settings(), false, -1, -1, 1, 30));
        time.advance(Duration.ofSeconds(5));
        assertThat(told).singleElement().asString().endsWith("{\"n\":1} last");
    }

    @Test
    void whoTakesAnothersPlaceBeginsOnceWhatThatHasInHandHasEnded() {
        shards.add("s", null);
        shards.put("s", "a1");
        takes = Duration.ofSeconds(20);
        var pollers = new Pollers();
        for (var revision : List.of("first", "second", "third")) {
            pollers.keep(Map.of("mapping", new Pollers.Wanted(revision, () -> poller(settings()))));
            time.advance(Duration.ofSeconds(1));
        }
        shards.put("s", "a2");
        time.advance(Duration.ofSeconds(16));
        assertThat(told).as("while the first has it in hand").containsExactly("0: a1");
        time.advance(Duration.ofMinutes(1));
        assertThat(told).hasSize(2).last().asString().endsWith(": a2");
        assertThat(checkpoint("s").after()).isEqualTo("a2");
    }

    @Test
    void aChildIsReadAfterItsParent() {
        shards.add("parent", null);
        shards.add("child", "parent");
        shards.put("child", "b1");
        shards.put("parent", "a1");
        poll(settings());
        assertThat(told).containsExactly("0: a1");
        shards.closed.add("parent");
        time.advance(Duration.ofSeconds(20));
        assertThat(told.get(1)).endsWith(": b1");
        assertThat(checkpoints.get("parent").ended()).isTrue();
    }

    @Test
    void whatWasThereBeforeTheStartIsPassedOver() {
        shards.add("s", null);
        shards.put("s", "a1");
        time.advance(Duration.ofMinutes(1));
        shards.put("s", "a2");
        poll(new StreamPoller.Settings(new Stream.Start.Horizon(), time.instant(), 3, Duration.ZERO, false, -1,
            Duration.ofSeconds(-1), 1, 0));
        assertThat(told).containsExactly("60: a2");
    }

    @Test
    void aWindowGathers() {
        shards.add("s", null);
        poll(new StreamPoller.Settings(new Stream.Start.Horizon(), Instant.EPOCH, 3, Duration.ofSeconds(5), false, -1,
            Duration.ofSeconds(-1), 1, 0));
        shards.put("s", "a1");
        time.advance(Duration.ofSeconds(3));
        shards.put("s", "a2");
        time.advance(Duration.ofSeconds(10));
        assertThat(told).containsExactly("6: a1 a2");
    }

    @Test
    void aBatchThatFailsHoldsUpTheShardUntilItsRetriesAreUsedUp() {
        shards.add("s", null);
        shards.put("s", "a1", "a2", "a3", "a4");
        Collections.addAll(results, failed(), failed(), failed());
        poll(with(settings(), false, 2, -1, 1, 0));
        time.advance(Duration.ofMinutes(1));
        assertThat(told)
            .containsExactly("0: a1 a2 a3", "0: a1 a2 a3", "1: a1 a2 a3", "1: RetryAttemptsExhausted a1 a2 a3 after 3",
                "1: a4");
    }

    @Test
    void whoGoesOnFromACheckpointTriesNoMoreOftenThanIsLeft() {
        shards.add("s", null);
        shards.put("s", "a1", "a2", "a3", "a4");
        Collections.addAll(results, failed(), failed(), failed(), failed());
        poll(with(settings(), false, 2, -1, 1, 0));
        time.advance(Duration.ofMillis(600));
        assertThat(told).containsExactly("0: a1 a2 a3", "0: a1 a2 a3");
        poller.close();
        time.advance(Duration.ofMinutes(1));
        told.clear();
        results.clear();
        results.add(failed());
        poll(with(settings(), false, 2, -1, 1, 0));
        time.advance(Duration.ofMinutes(1));
        assertThat(told).containsExactly("60: a1 a2 a3", "60: RetryAttemptsExhausted a1 a2 a3 after 3", "60: a4");
    }

    @Test
    void theHalvesOfABatchAreTheSameHalvesFromACheckpoint() {
        shards.add("s", null);
        shards.put("s", "a1", "a2", "a3");
        Collections.addAll(results, failed(), new Consumer.Result.Done(null), failed());
        poll(with(settings(), true, 1, -1, 1, 0));
        assertThat(told).containsExactly("0: a1 a2 a3");
        poller.close();
        time.advance(Duration.ofMinutes(1));
        told.clear();
        poll(with(settings(), true, 1, -1, 1, 0));
        time.advance(Duration.ofMinutes(1));
        assertThat(told.stream().map(line -> line.substring(line.indexOf(' ') + 1)))
            .containsExactly("a1", "a2 a3", "a2", "a3");
    }

    @Test
    void aBatchIsSplitAndSplittingIsNoRetry() {
        shards.add("s", null);
        shards.put("s", "a1", "a2", "a3");
        Collections.addAll(results, failed(), new Consumer.Result.Done(null), failed(), new Consumer.Result.Done(null),
            failed());
        poll(with(settings(), true, 0, -1, 1, 0));
        time.advance(Duration.ofMinutes(1));
        assertThat(told.stream().map(line -> line.substring(line.indexOf(' ') + 1)))
            .containsExactly("a1 a2 a3", "a1", "a2 a3", "a2", "a3",
            "RetryAttemptsExhausted a3 after 1");
    }

    @Test
    void readingGoesOnAtTheFirstRecordThatWasNamed() {
        shards.add("s", null);
        shards.put("s", "a1", "a2", "a3");
        Collections.addAll(results, new Consumer.Result.Some(Set.of("a3", "a2"), null, "why"));
        poll(with(settings(), false, 3, -1, 1, 0));
        assertThat(checkpoints.get("s").after()).isEqualTo("a1");
        time.advance(Duration.ofSeconds(5));
        assertThat(told).containsExactly("0: a1 a2 a3", "0: a2 a3");
    }

    @Test
    void recordsThatAreTooOldAreGivenUp() {
        shards.add("s", null);
        shards.put("s", "a1");
        time.advance(Duration.ofSeconds(90));
        shards.put("s", "a2");
        poll(with(settings(), false, -1, 60, 1, 0));
        assertThat(told).containsExactly("90: RecordAgeExceeded a1 after 0", "90: a2");
    }

    @Test
    void throttlesDoNotCount() {
        shards.add("s", null);
        shards.put("s", "a1");
        Collections.addAll(results, new Consumer.Result.Busy(), new Consumer.Result.Busy());
        poll(with(settings(), false, 0, -1, 1, 0));
        time.advance(Duration.ofSeconds(10));
        assertThat(told).hasSize(3);
    }

    @Test
    void groupsAreInOrderThoughBatchesAreUnderWayAtOnce() {
        shards.add("s", null);
        shards.put("s", "a1", "b1", "a2", "b2", "a3", "b3");
        poll(with(settings(), false, -1, -1, 2, 0));
        assertThat(told).containsExactlyInAnyOrder("0: a1 a2 a3", "0: b1 b2 b3");
        assertThat(checkpoints.get("s").after()).isEqualTo("b3");
    }

    @Test
    void eachLaneGoesOnFromItsOwnTries() {
        shards.add("s", null);
        shards.put("s", "a1", "b1", "a2", "b2");
        poison = "a1";
        poll(with(settings(), false, 2, -1, 2, 0));
        assertThat(told).containsExactlyInAnyOrder("0: a1 a2", "0: b1 b2");
        assertThat(commits).as("of the batch that failed").hasValue(1);
        poller.close();
        time.advance(Duration.ofMinutes(1));
        told.clear();
        shards.put("s", "a3", "b3");
        poll(with(settings(), false, 2, -1, 2, 0));
        time.advance(Duration.ofMinutes(1));
        assertThat(told).filteredOn(line -> line.contains("a"))
            .containsExactly("60: a1 a2", "60: a1 a2", "60: RetryAttemptsExhausted a1 a2 after 3", "61: a3");
    }

    @Test
    void recordsOfSeveralBatchesAreReadAgainWhereOneOfThemBroke() {
        shards.add("s", null);
        shards.put("s", "a1", "b1", "a2", "b2");
        bugs.add(new AssertionError("the first batch to come breaks"));
        poll(with(settings(), false, -1, -1, 2, 0));
        assertThat(checkpoints).as("nothing is passed over").doesNotContainKey("s");
        time.advance(Duration.ofSeconds(2));
        assertThat(told).contains("1: a1 a2", "1: b1 b2");
        assertThat(checkpoints.get("s").after()).isEqualTo("b2");
    }

    @Test
    void aStreamWhoseShardsCouldNotBeReadIsReadLater() {
        shards.add("s", null);
        shards.put("s", "a1");
        shards.unreadable.add(new IllegalStateException("cut off"));
        poll(settings());
        assertThat(told).isEmpty();
        time.advance(Duration.ofSeconds(1));
        assertThat(told).containsExactly("1: a1");
    }

    @Test
    void tumblingWindowsCarryTheirStateToTheirEnd() {
        shards.add("s", null);
        shards.put("s", "a1", "a2");
        Collections.addAll(results, new Consumer.Result.Done("{\"n\":2}"), new Consumer.Result.Done("{\"n\":3}"));
        poll(with(settings(), false, -1, -1, 1, 30));
        time.advance(Duration.ofSeconds(10));
        shards.put("s", "a3");
        time.advance(Duration.ofSeconds(21));
        shards.put("s", "a4");
        time.advance(Duration.ofSeconds(5));
        long start = TestTime.START.getEpochSecond() % 1000;
        assertThat(told.stream().map(line -> line.substring(line.indexOf(' ') + 1)))
            .containsExactly("a1 a2 in " + start + " {}",
            "a3 in " + start + " {\"n\":2}", " in " + start + " {\"n\":3} last", "a4 in " + (start + 30) + " {}");
    }

    @Test
    void aWindowWhoseStateIsTooLargeEndsBeforeItsTime() {
        shards.add("s", null);
        shards.put("s", "a1");
        Collections.addAll(results, new Consumer.Result.Done("\"" + "x".repeat(1 << 20) + "\""));
        poll(with(settings(), false, -1, -1, 1, 30));
        shards.put("s", "a2");
        time.advance(Duration.ofSeconds(5));
        assertThat(told).hasSize(3);
        assertThat(told.get(1)).endsWith(" last early");
        assertThat(told.get(2)).contains("a2 in ").endsWith(" {}");
    }
}
