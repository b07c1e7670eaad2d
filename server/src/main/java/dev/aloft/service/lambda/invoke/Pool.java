package dev.aloft.service.lambda.invoke;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * The environments of one version of a function, and the events that wait for one.
 *
 * <p>An event that finds no idle environment takes the first that becomes free, or starts one. Starting costs far more
 * than a short function takes, so where an environment is expected to be free sooner than a new one could be there, the
 * event waits that long before it asks for a start. A caller is so answered no later than by a start of its own, but
 * for the length of one start when the expectation was wrong.
 */
final class Pool {
    /** How long a new event waits for an environment that has answered but not yet asked for more. */
    private static final long FINISHING_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    /** How often one that waits looks whether it is time to start another environment. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    /** How long an event waits for a place on a full machine before it is refused. */
    private static final long FULL_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Initialization initialization;
    private final Starts starts;
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Environment> idle = new ArrayDeque<>();
    private final Set<Environment> all = new HashSet<>();
    /** Those that have asked for an event at least once. */
    private final Set<Environment> ready = new HashSet<>();
    private final Set<Environment> finishing = new HashSet<>();
    /** In the order in which they came. */
    private final Deque<Waiter> waiting = new ArrayDeque<>();
    private boolean closed;
    /** How many environments there may be. */
    private int most = Integer.MAX_VALUE;
    private final Pace pace = new Pace();
    /** Starts that were granted and are not over. */
    private int granted;
    /** Environments and starts. */
    private volatile int size;

    Pool(Initialization initialization, Starts starts) {
        this.initialization = initialization;
        this.starts = starts;
    }

    Initialization initialization() {
        return initialization;
    }

    /** One that waits; given either an environment or leave to start one. */
    private static final class Waiter {
        final CountDownLatch given = new CountDownLatch(1);
        Environment environment;
        boolean wantsStart;

        boolean await(long nanos) throws InterruptedException {
            return given.await(nanos, TimeUnit.NANOSECONDS);
        }
    }

    /**
     * An environment that is idle or will be so in a moment, and nothing else; for those that are not started on
     * demand.
     */
    Optional<Environment> takeReady() throws InterruptedException {
        if (size == 0) {
            return Optional.empty();
        }
        Waiter waiter = new Waiter();
        lock.lock();
        try {
            Environment first = pollIdle();
            if (first != null || finishing.size() <= waiting.size()) {
                return Optional.ofNullable(first);
            }
            waiting.addLast(waiter);
        } finally {
            lock.unlock();
        }
        try {
            if (!waiter.await(FINISHING_NANOS) && leave(waiter)) {
                return Optional.empty();
            }
            return Optional.of(waiter.environment);
        } catch (InterruptedException e) {
            giveBack(waiter);
            throw e;
        }
    }

    /**
     * The environment that was used last, since it is the least likely to be cold in any cache; null if none is idle.
     */
    private Environment pollIdle() {
        for (Environment first = idle.pollFirst(); first != null; first = idle.pollFirst()) {
            // One that ended or is being recycled in this moment is passed over.
            if (Life.takesEvents(first.state())) {
                return first;
            }
        }
        return null;
    }

    /**
     * An idle environment, or nothing: then the caller starts one, and says {@link Starts#ended} when that is over.
     *
     * @throws dev.aloft.api.Lambda.TooManyRequestsException when the machine has no room for another
     */
    Optional<Environment> take() throws InterruptedException {
        Waiter waiter;
        long patience;
        lock.lock();
        try {
            Environment first = pollIdle();
            if (first != null) {
                return Optional.of(first);
            }
            patience = patience();
            waiter = new Waiter();
            waiting.addLast(waiter);
        } finally {
            lock.unlock();
        }
        try {
            if (patience == 0 || !waiter.await(patience)) {
                want(waiter);
                starts.look(this);
                awaitStart(waiter);
            }
        } catch (InterruptedException e) {
            giveBack(waiter);
            throw e;
        }
        return Optional.ofNullable(waiter.environment);
    }

    private void giveBack(Waiter waiter) {
        if (leave(waiter)) {
            return;
        }
        if (waiter.environment != null) {
            free(waiter.environment);
        } else {
            starts.ended(this);
        }
    }

    private void want(Waiter waiter) {
        lock.lock();
        try {
            waiter.wantsStart = true;
        } finally {
            lock.unlock();
        }
    }

    private void awaitStart(Waiter waiter) throws InterruptedException {
        long fullSince = 0;
        while (!waiter.await(LOOK_NANOS)) {
            starts.look(this);
            long now = System.nanoTime();
            if (!starts.full()) {
                fullSince = 0;
            } else if (fullSince == 0) {
                fullSince = now;
            } else if (now - fullSince > FULL_NANOS && leave(waiter)) {
                throw Concurrency.throttled("ConcurrentInvocationLimitExceeded");
            }
        }
    }

    /** Gives up waiting; says false if the waiter was given something meanwhile, which it has then to use. */
    private boolean leave(Waiter waiter) {
        lock.lock();
        try {
            return waiting.remove(waiter);
        } finally {
            lock.unlock();
        }
    }

    /** How long to wait for an environment to become free before a new one is asked for. */
    private long patience() {
        if (finishing.size() > waiting.size()) {
            return Math.max(FINISHING_NANOS, pace.startNanos());
        }
        return pace.soonFree(waiting.size() + 1, all.size()) ? pace.startNanos() : 0;
    }

    /** Whether an event waits that wants a new environment, and is not served sooner by those that there are. */
    boolean wantsStart() {
        lock.lock();
        try {
            return waiting.stream().anyMatch(each -> each.wantsStart)
                    && !pace.moves(waiting.size(), all.size(), starts::isBusy);
        } finally {
            lock.unlock();
        }
    }

    /** Lets the event that has waited longest start an environment; says false if none wants to any more. */
    boolean grantStart() {
        lock.lock();
        try {
            var first = waiting.stream().filter(each -> each.wantsStart).findFirst();
            first.ifPresent(waiter -> {
                waiting.remove(waiter);
                waiter.given.countDown();
                granted++;
                count();
            });
            return first.isPresent();
        } finally {
            lock.unlock();
        }
    }

    /** An environment is being started that no event waits for. */
    void startBegan() {
        lock.lock();
        try {
            granted++;
            count();
        } finally {
            lock.unlock();
        }
    }

    /** What was granted is over. */
    void startEnded() {
        lock.lock();
        try {
            granted--;
            count();
        } finally {
            lock.unlock();
        }
    }

    /** How long it took until a new environment could take its first event. */
    void started(long nanos) {
        lock.lock();
        try {
            pace.started(nanos);
        } finally {
            lock.unlock();
        }
    }

    /** A new environment, in the hands of whoever started it. */
    void add(Environment environment) {
        lock.lock();
        try {
            all.add(environment);
            count();
        } finally {
            lock.unlock();
        }
    }

    private void count() {
        size = all.size() + granted;
    }

    /** The caller has its answer; the environment will soon be free. */
    void finishing(Environment environment, long tookNanos) {
        lock.lock();
        try {
            pace.answered(tookNanos);
            if (all.contains(environment) && !idle.contains(environment)) {
                finishing.add(environment);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Its processes end; it will be free again with others. */
    void resetting(Environment environment) {
        lock.lock();
        try {
            idle.remove(environment);
            if (all.contains(environment)) {
                finishing.add(environment);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The runtime asks for its next event. */
    void free(Environment environment) {
        boolean stop;
        lock.lock();
        try {
            finishing.remove(environment);
            pace.freed();
            stop = closed || all.size() > most || environment.isOld()
                    || initialization != Initialization.PROVISIONED && starts.starvedBy(this);
            if (!stop && all.contains(environment)) {
                ready.add(environment);
                Waiter first = waiting.pollFirst();
                if (first == null) {
                    idle.addFirst(environment);
                } else {
                    first.environment = environment;
                    first.given.countDown();
                }
            }
        } finally {
            lock.unlock();
        }
        if (stop) {
            environment.stop();
        }
    }

    /** The environment is stopped or has ended. */
    void left(Environment environment) {
        lock.lock();
        try {
            all.remove(environment);
            idle.remove(environment);
            ready.remove(environment);
            finishing.remove(environment);
            count();
        } finally {
            lock.unlock();
        }
        starts.look();
    }

    int size() {
        return size;
    }

    /** Environments that have an event. */
    int busy() {
        lock.lock();
        try {
            return ready.size() - idle.size();
        } finally {
            lock.unlock();
        }
    }

    /** Environments that have been started to their end. */
    int ready() {
        lock.lock();
        try {
            return ready.size();
        } finally {
            lock.unlock();
        }
    }

    /** Keeps no more than so many: idle ones end now, busy ones after their event. */
    void limit(int environments) {
        List<Environment> stopped = new ArrayList<>();
        lock.lock();
        try {
            most = environments;
            while (all.size() - stopped.size() > most && !idle.isEmpty()) {
                stopped.add(idle.pollLast());
            }
        } finally {
            lock.unlock();
        }
        stopped.forEach(Environment::stop);
    }

    /** Since when the environment is idle that is so longest. */
    Optional<Instant> idleSince() {
        lock.lock();
        try {
            return Optional.ofNullable(idle.peekLast()).map(Environment::idleSince);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Stops the environments that have been idle since before a moment, and the old ones: busy ones after their event.
     */
    void recycle(Instant idleBefore) {
        stop(environment -> environment.idleSince().isBefore(idleBefore) || environment.isOld());
    }

    /** Stops the environment that has been idle longest; says whether there was one. */
    boolean evict() {
        Environment oldest;
        lock.lock();
        try {
            oldest = idle.pollLast();
        } finally {
            lock.unlock();
        }
        if (oldest != null) {
            oldest.stop();
        }
        return oldest != null;
    }

    /** The version changed or is gone: idle environments end now, busy ones after their event. */
    void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
        stop(_ -> true);
    }

    /** Closes it if there is nothing in it; an event that comes in this moment is still served. */
    boolean retire() {
        lock.lock();
        try {
            closed |= all.isEmpty() && waiting.isEmpty() && granted == 0;
            return closed;
        } finally {
            lock.unlock();
        }
    }

    private void stop(Predicate<Environment> which) {
        List<Environment> stopped = new ArrayList<>();
        lock.lock();
        try {
            idle.removeIf(environment -> which.test(environment) && stopped.add(environment));
        } finally {
            lock.unlock();
        }
        stopped.forEach(Environment::stop);
    }
}
