package dev.aloft.service.lambda.invoke;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StartsTest {
    private final AtomicInteger room = new AtomicInteger(1_000);
    private final Starts starts = new Starts(more -> more <= room.get(), () -> false, Stream::empty, () -> false);
    private final BlockingQueue<Pool> granted = new LinkedBlockingQueue<>();
    private final List<Thread> events = new ArrayList<>();

    /** Events that find no environment: each takes leave to start one and does not say that it was done. */
    private void come(Pool pool, int count) {
        for (int i = 0; i < count; i++) {
            events.add(Thread.ofVirtual().start(() -> {
                try {
                    assertThat(pool.take()).isEmpty();
                    granted.add(pool);
                } catch (InterruptedException over) {
                    // the test ended
                }
            }));
        }
        while (events.stream()
                .anyMatch(each -> each.getState() == Thread.State.RUNNABLE || each.getState() == Thread.State.NEW)) {
            Thread.onSpinWait();
        }
    }

    @AfterEach
    void end() {
        events.forEach(Thread::interrupt);
    }

    private Pool next() throws InterruptedException {
        Pool next = granted.poll(5, TimeUnit.SECONDS);
        assertThat(next).as("somebody may start").isNotNull();
        return next;
    }

    @Test
    void onlySomeStartAtOnceAndTheNextWhenOneIsDone() throws InterruptedException {
        var pool = new Pool(Initialization.ON_DEMAND, starts);
        come(pool, 200);
        int atOnce = granted.size();
        assertThat(atOnce).isBetween(4, 64);
        starts.ended(next());
        next();
        while (granted.size() < atOnce - 1) {
            Thread.onSpinWait();
        }
        assertThat(granted).hasSize(atOnce - 1);
    }

    @Test
    void aBurstOfOneFunctionDoesNotKeepAnotherOut() throws InterruptedException {
        var burst = new Pool(Initialization.ON_DEMAND, starts);
        var quiet = new Pool(Initialization.ON_DEMAND, starts);
        come(burst, 200);
        come(quiet, 1);
        assertThat(granted).doesNotContain(quiet);
        starts.ended(next());
        while (!granted.contains(quiet)) {
            Thread.onSpinWait();
        }
    }

    @Test
    void aFullMachineLetsNobodyStartUntilThereIsRoom() throws InterruptedException {
        room.set(0);
        var pool = new Pool(Initialization.ON_DEMAND, starts);
        come(pool, 3);
        assertThat(granted).isEmpty();
        assertThat(starts.full()).isTrue();
        room.set(1);
        starts.look();
        next();
        assertThat(granted).isEmpty();
    }

    @Test
    void onAFullMachineTheFunctionWithMoreEnvironmentsMakesWay() throws InterruptedException {
        var large = new Pool(Initialization.ON_DEMAND, starts);
        come(large, 3);
        next();
        next();
        next();
        room.set(0);
        var small = new Pool(Initialization.ON_DEMAND, starts);
        come(small, 1);
        assertThat(starts.starvedBy(large)).isTrue();
        assertThat(starts.starvedBy(small)).isFalse();
    }
}
