package dev.aloft.kernel.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class TestTimeTest {
    private static final Instant START = TestTime.START;

    private final TestTime time = new TestTime();
    private final List<String> seen = Collections.synchronizedList(new ArrayList<>());

    @Test
    void everyWorkerHasItsTurnAtEachMomentSomethingFallsDue() {
        var tick = every("tick", Duration.ofSeconds(10));
        var tock = every("tock", Duration.ofSeconds(15));
        try (var workers = new Workers(time, List.of(tick, tock))) {
            workers.start();
            time.advance(Duration.ofSeconds(30));
            // Both were started at once; what they wait for afterwards has an order.
            assertThat(seen.subList(0, 2)).containsExactlyInAnyOrder("tick 0", "tock 0");
            assertThat(seen.subList(2, seen.size()))
                .containsExactly("tick 10", "tock 15", "tick 20", "tock 30", "tick 30");
            assertThat(time.instant()).isEqualTo(START.plusSeconds(30));
        }
    }

    @Test
    void aSignalGivesATurnAtTheSameMoment() {
        var inbox = new Signal();
        var first = new Worker("first", new Signal(), () -> {
            seen.add("first " + now());
            inbox.raise();
            return Optional.of(time.instant().plusSeconds(5));
        });
        var second = new Worker("second", inbox, () -> {
            seen.add("second " + now());
            return Optional.empty();
        });
        try (var workers = new Workers(time, List.of(first, second))) {
            workers.start();
            time.settle();
            seen.clear();
            time.advance(Duration.ofSeconds(5));
            assertThat(seen).containsExactly("first 5", "second 5");
            inbox.raise();
            time.settle();
            assertThat(seen).containsExactly("first 5", "second 5", "second 5");
        }
    }

    @Test
    void aLostSignalIsMadeUpForByTheBackstop() {
        var turns = new AtomicInteger();
        var worker = new Worker("worker", new Signal(), () -> {
            turns.incrementAndGet();
            return Optional.empty();
        });
        try (var workers = new Workers(time, List.of(worker))) {
            workers.start();
            time.advance(Duration.ofHours(3));
            assertThat(turns).hasValue(4);
        }
    }

    @Test
    void aTurnThatThrowsComesAgainLaterAndLater() {
        var worker = new Worker("failing", new Signal(), () -> {
            seen.add("" + Duration.between(START, time.instant()).toMillis());
            throw new IllegalStateException("for the test");
        });
        try (var workers = new Workers(time, List.of(worker))) {
            workers.start();
            time.advance(Duration.ofMillis(1600));
            assertThat(seen).containsExactly("0", "100", "300", "700", "1500");
        }
    }

    @Test
    void aThreadOfAnotherOriginTakesTheClockOn() throws InterruptedException {
        var mail = new Signal();
        var worker = new Worker("postman", new Signal(), () -> {
            if (!time.instant().isBefore(START.plusSeconds(7))) {
                mail.raise();
                return Optional.empty();
            }
            return Optional.of(START.plusSeconds(7));
        });
        try (var workers = new Workers(time, List.of(worker))) {
            workers.start();
            assertThat(time.await(mail, START.plusSeconds(20))).isTrue();
            assertThat(time.instant()).isEqualTo(START.plusSeconds(7));
            assertThat(time.await(mail, START.plusSeconds(20))).isFalse();
            assertThat(time.instant()).isEqualTo(START.plusSeconds(20));
        }
    }

    @Test
    void aThreadOfTheClockWaitsUntilItIsAdvanced() throws InterruptedException {
        var answer = new AtomicReference<String>();
        var mail = new Signal();
        var poll = time.start("poll", () -> {
            try {
                answer.set(time.await(mail, START.plusSeconds(20)) + " " + now());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        time.advance(Duration.ofSeconds(5));
        assertThat(answer).hasNullValue();
        mail.raise();
        time.settle();
        assertThat(answer).hasValue("true 5");
        poll.join();
    }

    @Test
    void fourteenDaysPassInNoTime() {
        var begun = System.nanoTime();
        var tick = every("tick", Duration.ofMinutes(10));
        try (var workers = new Workers(time, List.of(tick))) {
            workers.start();
            time.advance(Duration.ofDays(14));
            assertThat(seen).hasSize(14 * 24 * 6 + 1);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(30));
    }

    @Test
    void theMachinesClockWaitsAndIsCalled() throws InterruptedException {
        var system = new SystemTime();
        var signal = new Signal();
        assertThat(system.await(signal, system.instant().plusMillis(5))).isFalse();
        Thread.ofVirtual().start(signal::raise);
        assertThat(system.await(signal, system.instant().plusSeconds(30))).isTrue();
        assertThat(system.await(signal, system.instant().plusMillis(1))).isFalse();
    }

    private Worker every(String name, Duration period) {
        var next = new AtomicReference<>(START);
        return new Worker(name, new Signal(), () -> {
            if (!time.instant().isBefore(next.get())) {
                seen.add(name + " " + now());
                next.set(next.get().plus(period));
            }
            return Optional.of(next.get());
        });
    }

    private long now() {
        return Duration.between(START, time.instant()).toSeconds();
    }
}
