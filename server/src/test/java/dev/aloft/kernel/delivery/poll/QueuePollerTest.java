package dev.aloft.kernel.delivery.poll;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.ApiError;
import dev.aloft.kernel.time.Signal;
import dev.aloft.kernel.time.TestTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class QueuePollerTest {
    private static final Duration VISIBILITY = Duration.ofSeconds(30);

    private final TestTime time = new TestTime();
    private final Messages messages = new Messages();
    private final List<String> told = Collections.synchronizedList(new ArrayList<>());
    private Consumer.Result result = new Consumer.Result.Done(null);
    private Duration takes = Duration.ZERO;
    private Predicate<Item> filter = _ -> true;

    /**
     * A queue that hides what it gave until it is deleted or its visibility ends; a group with a hidden message is
     * hidden.
     */
    private final class Messages implements Queue {
        private final Map<Item, Instant> visible = new LinkedHashMap<>();
        private final List<String> deleted = new ArrayList<>();
        private final Signal arrived = new Signal();
        private Optional<RuntimeException> refusal = Optional.empty();

        synchronized void add(String id, String group, int bytes) {
            visible.put(new Item(id, Map.of("body", id), time.instant(), group, "handle-" + id, bytes), time.instant());
            arrived.raise();
        }

        @Override
        public List<Item> receive(int most, int waitSeconds) {
            refusal.ifPresent(error -> {
                throw error;
            });
            var end = time.instant().plusSeconds(waitSeconds);
            while (true) {
                long seen = arrived.count();
                var taken = take(most);
                if (!taken.isEmpty() || !time.instant().isBefore(end)) {
                    return taken;
                }
                try {
                    time.await(arrived, seen, end);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        }

        private synchronized List<Item> take(int most) {
            var taken = new ArrayList<Item>();
            for (Iterator<Map.Entry<Item, Instant>> all = visible.entrySet().iterator();
                all.hasNext() && taken.size() < most; ) {
                var entry = all.next();
                if (!entry.getValue().isAfter(time.instant())) {
                    taken.add(entry.getKey());
                    entry.setValue(time.instant().plus(VISIBILITY));
                }
            }
            return taken;
        }

        @Override
        public synchronized void delete(List<Item> items) {
            items.forEach(item -> {
                visible.remove(item);
                deleted.add(item.id());
            });
        }

        @Override
        public Duration visibility() {
            return VISIBILITY;
        }
    }

    private final class Sink implements Consumer {
        @Override
        public Result consume(Batch batch) {
            told.add(Duration.between(TestTime.START, time.instant()).toSeconds() + ": "
                + String.join(" ", batch.items().stream().map(Item::id).toList()));
            try {
                time.sleep(takes);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return result;
        }

        @Override
        public void problem(String what) {
            told.add("problem " + what);
        }
    }

    private void poll(int batchSize, int windowSeconds, int concurrency, boolean ordered) {
        poll(batchSize, windowSeconds, Scaling.upTo(concurrency), ordered);
    }

    private void poll(int batchSize, int windowSeconds, Scaling scaling, boolean ordered) {
        new QueuePoller("test", messages,
            new QueuePoller.Settings(batchSize, Duration.ofSeconds(windowSeconds), scaling, ordered),
            item -> filter.test(item), new Sink(), time).start();
        time.settle();
    }

    private void send(int from, int to) {
        for (int i = from; i <= to; i++) {
            messages.add("m" + i, null, 100);
        }
        time.settle();
    }

    @Test
    void withoutAWindowABatchIsWhatOnePollGives() {
        send(1, 12);
        poll(10, 0, 0, false);
        assertThat(told).containsExactlyInAnyOrder("0: m1 m2 m3 m4 m5 m6 m7 m8 m9 m10", "0: m11 m12");
        assertThat(messages.deleted).hasSize(12);
    }

    @Test
    void aWindowGathersUntilTheBatchIsFullOrItsTimeIsOver() {
        poll(20, 5, 0, false);
        send(1, 3);
        time.advance(Duration.ofSeconds(2));
        assertThat(told).isEmpty();
        send(4, 5);
        time.advance(Duration.ofSeconds(3));
        assertThat(told).containsExactly("5: m1 m2 m3 m4 m5");
        send(6, 25);
        assertThat(told).hasSize(2);
    }

    @Test
    void aBatchIsNotLargerThanSixMegabytes() {
        for (int i = 1; i <= 9; i++) {
            messages.add("m" + i, null, 1 << 20);
        }
        poll(10, 0, 0, false);
        assertThat(told).containsExactlyInAnyOrder("0: m1 m2 m3 m4 m5", "0: m6 m7 m8 m9");
    }

    @Test
    void whatIsNotWantedIsDeleted() {
        filter = item -> item.id().endsWith("2");
        send(1, 3);
        poll(10, 0, 0, false);
        assertThat(told).containsExactly("0: m2");
        assertThat(messages.deleted).containsExactlyInAnyOrder("m1", "m2", "m3");
    }

    @Test
    void aBatchThatFailsComesBackWhenItsVisibilityEnds() {
        result = new Consumer.Result.Failed(null);
        send(1, 2);
        poll(10, 0, 0, false);
        result = new Consumer.Result.Done(null);
        assertThat(messages.deleted).isEmpty();
        time.advance(Duration.ofSeconds(50));
        assertThat(told).hasSize(2);
        assertThat(messages.deleted).containsExactly("m1", "m2");
    }

    @Test
    void onlyTheMessagesThatWereNamedComeBack() {
        result = new Consumer.Result.Some(Set.of("m2"), null, null);
        send(1, 3);
        poll(10, 0, 0, false);
        assertThat(messages.deleted).containsExactly("m1", "m3");
    }

    @Test
    void aThrottledBatchIsTriedUntilItsMessagesAreVisibleAgain() {
        result = new Consumer.Result.Busy();
        send(1, 1);
        poll(10, 0, 0, false);
        time.advance(Duration.ofSeconds(20));
        assertThat(told).containsExactly("0: m1", "1: m1", "3: m1", "7: m1", "15: m1");
        result = new Consumer.Result.Done(null);
        time.advance(Duration.ofSeconds(60));
        assertThat(messages.deleted).containsExactly("m1");
    }

    @Test
    void fiveBatchesAreUnderWayAtFirstAndMoreWithEachMinute() {
        takes = Duration.ofHours(1);
        send(1, 400);
        poll(1, 0, 0, false);
        assertThat(told).hasSize(5);
        time.advance(Duration.ofSeconds(20));
        assertThat(told.size()).as("100 in 20 seconds").isBetween(95, 106);
        time.advance(Duration.ofSeconds(40));
        assertThat(told.size()).as("300 in a minute").isBetween(295, 306);
    }

    @Test
    void noMoreThanTwelveHundredAndFiftyBatchesAreUnderWay() {
        takes = Duration.ofHours(1);
        send(1, 1_400);
        poll(1, 0, 0, false);
        time.advance(Duration.ofMinutes(4));
        assertThat(told.size()).isBetween(1_180, 1_206);
        time.advance(Duration.ofMinutes(4));
        assertThat(told).hasSize(1_250);
    }

    @Test
    void afterIdlenessItBeginsWithFiveAgain() {
        takes = Duration.ofSeconds(10);
        send(1, 200);
        poll(1, 0, 0, false);
        time.advance(Duration.ofMinutes(5));
        assertThat(messages.deleted).hasSize(200);
        told.clear();
        send(201, 400);
        assertThat(told).hasSize(5);
    }

    @Test
    void orderedGroupsAreAsManyBatchesAtOnceAsThereAreGroups() {
        takes = Duration.ofHours(1);
        for (int i = 0; i < 60; i++) {
            messages.add("m" + i, "g" + i % 3, 100);
        }
        poll(1, 0, 0, true);
        time.advance(Duration.ofMinutes(2));
        assertThat(told).extracting(each -> each.split(" ")[1]).containsExactlyInAnyOrder("m0", "m1", "m2");
    }

    @Test
    void eventPollersHaveTenBatchesEachAndMoreComeFaster() {
        takes = Duration.ofHours(1);
        send(1, 400);
        poll(1, 0, Scaling.provisioned(2, 20), false);
        assertThat(told).hasSize(20);
        time.advance(Duration.ofSeconds(6));
        assertThat(told.size()).isBetween(80, 125);
        time.advance(Duration.ofSeconds(60));
        assertThat(told).hasSize(200);
    }

    @Test
    void failuresTakeNoEventPollerAwayThatIsProvisioned() {
        result = new Consumer.Result.Failed(null);
        send(1, 40);
        poll(1, 0, Scaling.provisioned(2, 20), false);
        takes = Duration.ofHours(1);
        told.clear();
        time.advance(VISIBILITY.plusSeconds(20));
        assertThat(told).hasSizeGreaterThanOrEqualTo(20);
    }

    @Test
    void maximumConcurrencyIsKept() {
        takes = Duration.ofSeconds(10);
        send(1, 20);
        poll(1, 0, 2, false);
        assertThat(told).hasSize(2);
        time.advance(Duration.ofSeconds(10));
        assertThat(told).hasSize(4);
    }

    @Test
    void twoBatchesOfOneGroupAreNotUnderWayAtOnceWhereOrderMatters() {
        takes = Duration.ofSeconds(10);
        for (int i = 1; i <= 8; i++) {
            messages.add("m" + i, "g", 1 << 20);
        }
        poll(10, 0, 0, true);
        assertThat(told).hasSize(1);
        time.advance(Duration.ofSeconds(11));
        assertThat(told).hasSize(2);
    }

    @Test
    void aQueueThatCannotBeReadIsTriedEverMoreSlowly() {
        messages.refusal = Optional.of(ApiError.of("AccessDenied", 403, "no"));
        poll(10, 0, 0, false);
        time.advance(Duration.ofSeconds(10));
        assertThat(told).hasSize(4).containsOnly("problem AccessDenied: no");
        messages.refusal = Optional.empty();
        send(1, 1);
        time.advance(Duration.ofSeconds(10));
        assertThat(told).endsWith("15: m1");
    }

    @Test
    void aQueueThatCouldNotBeReadForWhateverReasonIsReadLater() {
        messages.refusal = Optional.of(new IllegalStateException("cut off"));
        send(1, 1);
        poll(10, 0, 0, false);
        messages.refusal = Optional.empty();
        time.advance(Duration.ofSeconds(1));
        assertThat(told).containsExactly("1: m1");
    }
}
