package dev.aloft.kernel.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.ApiError;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.FlakyStore;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.MemoryStore;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Backoff;
import dev.aloft.kernel.time.TestTime;
import dev.aloft.kernel.time.Workers;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DeliveriesTest {
    private static final ApiError FAULT = ApiError.of("InternalFailure", 500, "no");
    private static final ApiError THROTTLE = ApiError.of("TooManyRequestsException", 429, "slower");
    private static final ApiError GONE = ApiError.of("ResourceNotFoundException", 404, "gone");

    private record Parcel(String to, String content, boolean ordered) {
    }

    /** What happened, in the form {@code seconds since the start: what}. */
    private final List<String> told = Collections.synchronizedList(new ArrayList<>());
    /** What the next attempts to a target fail with. */
    private final Map<String, ArrayDeque<ApiError>> failures = new HashMap<>();
    private final Map<String, Duration> slow = new HashMap<>();
    private final TestTime time = new TestTime();
    private final List<Workers> running = new ArrayList<>();
    private RetryPolicy policy =
            new RetryPolicy(List.of(RetryPolicy.Phase.at(2, Duration.ofSeconds(60))), Duration.ofHours(6), null);
    private Disturbance disturbance = Disturbance.NONE;
    private int first = Deliveries.MOST_OF_A_LANE;

    private final class Post implements Carrier<Parcel> {
        @Override
        public Lane lane(Parcel parcel) {
            return new Lane(parcel.to(), parcel.ordered());
        }

        @Override
        public RetryPolicy policy(Parcel parcel) {
            return policy;
        }

        @Override
        public Outcome deliver(Parcel parcel, Attempt attempt) {
            if (slow.containsKey(parcel.to())) {
                try {
                    time.sleep(slow.get(parcel.to()));
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
            var failure = failures.containsKey(parcel.to()) ? failures.get(parcel.to()).poll() : null;
            tell(parcel.content() + "#" + attempt.number() + (failure == null ? "" : " " + failure.code()));
            if (failure != null) {
                throw failure;
            }
            return Outcome.delivered();
        }

        @Override
        public void settled(Tx tx, Parcel parcel, Attempt last, Ending ending) {
            if (ending instanceof Ending.GivenUp(var reason, var _)) {
                tx.put(Key.of("dead", parcel.content()), (reason + " after " + last.number()).getBytes());
            }
        }

        @Override
        public void ended(Parcel parcel, Attempt last, Ending ending) {
            if (ending instanceof Ending.GivenUp(var reason, var failure)) {
                tell(parcel.content() + " " + reason + " " + failure.code());
            }
        }
    }

    private void tell(String what) {
        told.add(Duration.between(TestTime.START, time.instant()).toSeconds() + ": " + what);
    }

    private Deliveries<Parcel> on(Store store) {
        return on(store, Deliveries.MOST_OF_A_LANE);
    }

    private Deliveries<Parcel> on(Store store, int mostOfLane) {
        var deliveries = new Deliveries<>("post", store, time, Codec.of(Parcel.class), new Post(), disturbance,
                Math.min(first, mostOfLane), mostOfLane);
        var workers = new Workers(time, List.of(deliveries.worker()));
        workers.start();
        running.add(workers);
        time.settle();
        return deliveries;
    }

    private static void send(Store store, Deliveries<Parcel> deliveries, String to, String content) {
        store.change(tx -> deliveries.promise(tx, content, new Parcel(to, content, false)));
    }

    private void fail(String target, ApiError... errors) {
        failures.put(target, new ArrayDeque<>(List.of(errors)));
    }

    private static long kept(Store store) {
        return store.read(tx -> tx.range(Range.of(Key.of("post"))).count());
    }

    @AfterEach
    void close() {
        running.forEach(Workers::close);
    }

    @Test
    void whatIsPromisedIsBroughtOnceAndForgotten() {
        var store = new FlakyStore(new MemoryStore());
        var deliveries = on(store);
        send(store, deliveries, "a", "one");
        send(store, deliveries, "b", "two");
        time.settle();
        assertThat(told).containsExactlyInAnyOrder("0: one#1", "0: two#1");
        assertThat(kept(store)).isZero();
    }

    @Test
    void aTransactionThatFailsPromisesNothing() {
        var store = new MemoryStore();
        var deliveries = on(store);
        try {
            store.change(tx -> {
                deliveries.promise(tx, "1", new Parcel("a", "one", false));
                throw FAULT;
            });
        } catch (ApiError _) {
            // as wanted
        }
        time.advance(Duration.ofHours(2));
        assertThat(told).isEmpty();
    }

    @Test
    void failuresAreTriedAgainAsThePolicySaysThenGivenUp() {
        var store = new FlakyStore(new MemoryStore());
        var deliveries = on(store);
        fail("a", FAULT, FAULT, FAULT, FAULT);
        send(store, deliveries, "a", "one");
        time.advance(Duration.ofHours(1));
        assertThat(told)
                .containsExactly("0: one#1 InternalFailure", "60: one#2 InternalFailure", "120: one#3 InternalFailure",
            "120: one RETRIES InternalFailure");
        assertThat(store.<String>read(tx -> new String(tx.get(Key.of("dead", "one")).orElseThrow())))
                .isEqualTo("RETRIES after 3");
        assertThat(kept(store)).isZero();
    }

    @Test
    void whatIsHopelessIsGivenUpAtOnce() {
        var store = new MemoryStore();
        var deliveries = on(store);
        fail("a", GONE);
        send(store, deliveries, "a", "one");
        time.advance(Duration.ofHours(1));
        assertThat(told)
                .containsExactly("0: one#1 ResourceNotFoundException", "0: one HOPELESS ResourceNotFoundException");
    }

    @Test
    void whatIsTooOldIsGivenUpWhenItIsSo() {
        policy = new RetryPolicy(List.of(RetryPolicy.Phase.at(9, Duration.ofSeconds(60))),
                Duration.ofSeconds(90), null);
        var store = new MemoryStore();
        var deliveries = on(store);
        fail("a", FAULT, FAULT, FAULT, FAULT);
        send(store, deliveries, "a", "one");
        time.advance(Duration.ofHours(1));
        assertThat(told)
                .containsExactly("0: one#1 InternalFailure", "60: one#2 InternalFailure",
                        "90: one AGE InternalFailure");
    }

    @Test
    void throttlesDoNotCountWhereThePolicySaysSo() {
        policy = new RetryPolicy(List.of(RetryPolicy.Phase.at(1, Duration.ofSeconds(60))), Duration.ofHours(6),
            new Backoff(Duration.ofSeconds(1), 2, Duration.ofSeconds(3)));
        var store = new MemoryStore();
        var deliveries = on(store);
        fail("a", THROTTLE, THROTTLE, THROTTLE, FAULT, THROTTLE, FAULT);
        send(store, deliveries, "a", "one");
        time.advance(Duration.ofHours(1));
        assertThat(told).containsExactly("0: one#1 TooManyRequestsException", "1: one#2 TooManyRequestsException",
            "3: one#3 TooManyRequestsException", "6: one#4 InternalFailure", "66: one#5 TooManyRequestsException",
            "67: one#6 InternalFailure", "67: one RETRIES InternalFailure");
    }

    @Test
    void aSlowTargetDoesNotHoldUpOthers() {
        var store = new MemoryStore();
        var deliveries = on(store, 2);
        slow.put("snail", Duration.ofMinutes(10));
        for (int i = 0; i < 5_000; i++) {
            send(store, deliveries, "snail", "s" + i);
        }
        send(store, deliveries, "a", "one");
        time.settle();
        assertThat(told).containsExactly("0: one#1");
        time.advance(Duration.ofMinutes(30));
        assertThat(told).hasSize(1 + 6);
        slow.clear();
        time.advance(Duration.ofMinutes(10));
        assertThat(told).hasSize(5_001);
        assertThat(kept(store)).isZero();
    }

    @Test
    void whatWasUnderWayWhenTheProcessEndedIsTakenUpAtTheNextStart() {
        var store = new MemoryStore();
        var before = on(store);
        slow.put("a", Duration.ofDays(1_000));
        send(store, before, "a", "one");
        time.settle();
        running.getFirst().close();
        slow.clear();
        on(store);
        assertThat(told).containsExactly("0: one#1");
    }

    @Test
    void nothingIsLostWhereSignalsAre() {
        var store = new FlakyStore(new MemoryStore(), 7, 0.5);
        var deliveries = on(store);
        fail("a", FAULT, FAULT, FAULT);
        for (int i = 0; i < 50; i++) {
            send(store, deliveries, "a", "p" + i);
        }
        time.advance(Duration.ofHours(5));
        assertThat(told.stream().filter(line -> !line.endsWith("InternalFailure"))).hasSize(50);
        assertThat(kept(store)).isZero();
    }

    @Test
    void anOrderedLaneKeepsTheOrderOfIdsAndWaitsForItsFirst() {
        var store = new FlakyStore(new MemoryStore());
        var deliveries = on(store);
        fail("a", FAULT);
        for (int i = 1; i <= 5; i++) {
            var content = "p" + i;
            store.change(tx -> deliveries.promise(tx, content, new Parcel("a", content, true)));
        }
        time.settle();
        assertThat(told).containsExactly("0: p1#1 InternalFailure");
        time.advance(Duration.ofMinutes(1));
        assertThat(told.subList(1, 6)).containsExactly("60: p1#2", "60: p2#1", "60: p3#1", "60: p4#1", "60: p5#1");
        assertThat(kept(store)).isZero();
    }

    @Test
    void aBusyTargetIsAskedLess() {
        policy = new RetryPolicy(List.of(), Duration.ofHours(6),
                new Backoff(Duration.ofSeconds(1), 1, Duration.ofSeconds(1)));
        var store = new MemoryStore();
        var deliveries = on(store, 8);
        var most = new AtomicInteger();
        slow.put("a", Duration.ofSeconds(1));
        fail("a", Collections.nCopies(100, THROTTLE).toArray(ApiError[]::new));
        for (int i = 0; i < 40; i++) {
            send(store, deliveries, "a", "p" + i);
        }
        time.advance(Duration.ofSeconds(1));
        assertThat(told).hasSize(8);
        time.advance(Duration.ofSeconds(10));
        most.set(told.size());
        assertThat(most.get()).isBetween(8 + 10, 8 + 12);
        time.advance(Duration.ofHours(1));
        assertThat(kept(store)).isZero();
    }

    @Test
    void aLaneMayBeginNarrowAndWidensWhileDeliveriesWait() {
        first = 4;
        var store = new MemoryStore();
        var deliveries = on(store, 20);
        slow.put("a", Duration.ofMinutes(10));
        for (int i = 0; i < 40; i++) {
            send(store, deliveries, "a", "p" + i);
        }
        time.advance(Duration.ofMinutes(10));
        assertThat(told.stream().filter(line -> line.startsWith("600"))).hasSize(4);
        time.advance(Duration.ofSeconds(5));
        assertThat(told).hasSize(20);
        time.advance(Duration.ofMinutes(30));
        assertThat(told).hasSize(40);
    }

    @Test
    void deliveriesCanBeDisturbed() {
        disturbance = (_, lane) ->
                new Disturbance.Plan(lane.name().equals("late") ? Duration.ofSeconds(5) : Duration.ZERO,
            lane.name().equals("twice") ? 1 : 0);
        var store = new FlakyStore(new MemoryStore());
        var deliveries = on(store);
        send(store, deliveries, "late", "one");
        send(store, deliveries, "twice", "two");
        send(store, deliveries, "a", "three");
        time.advance(Duration.ofMinutes(1));
        assertThat(told).containsExactlyInAnyOrder("0: two#1", "0: two#1", "0: three#1", "5: one#1");
    }

    @Test
    void laterMeansLater() {
        var store = new MemoryStore();
        var deliveries = on(store);
        store.change(tx ->
                deliveries.promise(tx, "one", new Parcel("a", "one", false), time.instant().plusSeconds(30)));
        time.advance(Duration.ofMinutes(1));
        assertThat(told).containsExactly("30: one#1");
    }
}
