package dev.aloft.kernel.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * The virtual threads that serve connections, and whose turn it is.
 *
 * <p>A virtual thread keeps its carrier until it waits for something, and a connection whose client is quick never
 * does: its next request is there before it is looked for. So a connection that has had its turn, while others wait for
 * theirs, finds no more bytes and goes to the end of the line.
 *
 * <p>What a connection that has no bytes does next is a matter of what its client will do, as asking the selector costs
 * as much as a quick request: while others wait it goes to the end of the line and looks once more; and alone, with a
 * client whose last request came at once, it waits a moment for the next.
 *
 * <p>A carrier takes threads from one queue until that is empty, and looks at others only then; there is a queue for
 * each thread that starts or wakes any. So a thread serves whatever has waited longest, not what it was started for;
 * and while the line does not end, all its threads stand aside now and then, or who waits in another queue (for a write
 * that is on disk, for a function's answer) would wait for ever.
 */
final class Turns implements Executor {
    private static final long TURN_NANOS = 100_000;
    private static final long ASIDE_NANOS = 2_000_000;
    private static final long AT_ONCE_NANOS = 50_000;

    private final long turnNanos;
    private final long asideNanos;
    private final long atOnceNanos;
    private final Consumer<Runnable> threads;
    private final Queue<Runnable> line = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicInteger served = new AtomicInteger();
    /** When the line was empty or stood aside. */
    private final AtomicLong rested = new AtomicLong();
    private final AtomicInteger asideThreads = new AtomicInteger();
    private volatile boolean aside;

    Turns() {
        // With one processor a client does nothing while it is waited for.
        this(TURN_NANOS, ASIDE_NANOS, Runtime.getRuntime().availableProcessors() == 1 ? 0 : AT_ONCE_NANOS,
                Thread.ofVirtual().name("http-", 0)::start);
    }

    /**
     * @param asideNanos for how long at the most threads serve without standing aside
     * @param atOnceNanos how soon a client sends its next request that is worth waiting for
     * @param threads starts one
     */
    Turns(long turnNanos, long asideNanos, long atOnceNanos, Consumer<Runnable> threads) {
        this.turnNanos = turnNanos;
        this.asideNanos = asideNanos;
        this.atOnceNanos = atOnceNanos;
        this.threads = threads;
    }

    @Override
    public void execute(Runnable task) {
        line.add(task);
        if (waiting.getAndIncrement() == 0) {
            rested.set(System.nanoTime());
        }
        threads.accept(this::serveFirst);
    }

    private void serveFirst() {
        if (aside && staysAside()) {
            return;
        }
        if (waiting.get() > 1) {
            standAsideAfterAWhile();
        }
        waiting.decrementAndGet();
        served.incrementAndGet();
        try {
            line.remove().run();
        } finally {
            served.decrementAndGet();
        }
    }

    /** Says whether another will be started in place of the calling thread. */
    private boolean staysAside() {
        asideThreads.incrementAndGet();
        return aside || asideThreads.getAndUpdate(count -> Math.max(0, count - 1)) == 0;
    }

    private void standAsideAfterAWhile() {
        long since = rested.get();
        long now = System.nanoTime();
        if (now - since < asideNanos || !rested.compareAndSet(since, now)) {
            return;
        }
        aside = true;
        // So that carriers that are free find nothing of the line, and look elsewhere.
        LockSupport.parkNanos(1);
        rested.set(System.nanoTime());
        aside = false;
        for (int left = asideThreads.getAndSet(0); left > 0; left--) {
            threads.accept(this::serveFirst);
        }
    }

    SocketChannelEndPoint endPoint(
            SocketChannel channel, ManagedSelector selector, SelectionKey key, Scheduler scheduler) {
        return new Turn(channel, selector, key, scheduler);
    }

    /** A connection, whose turn begins when it looks for bytes after the selector has found some. */
    private final class Turn extends SocketChannelEndPoint {
        private volatile boolean due = true;
        private volatile boolean again;
        private volatile boolean askedAgain;
        private volatile boolean quickClient;
        private volatile long asked = System.nanoTime();
        private long begun;

        Turn(SocketChannel channel, ManagedSelector selector, SelectionKey key, Scheduler scheduler) {
            super(channel, selector, key, scheduler);
        }

        @Override
        public Runnable onSelected() {
            due = true;
            quickClient = System.nanoTime() - asked < atOnceNanos;
            return super.onSelected();
        }

        @Override
        public int fill(ByteBuffer buffer) throws IOException {
            if (due) {
                due = false;
                begun = System.nanoTime();
            } else if (waiting.get() > 0 && System.nanoTime() - begun > turnNanos) {
                again = true;
                return 0;
            }
            int filled = super.fill(buffer);
            if (filled == 0 && quickClient) {
                filled = fillAtOnce(buffer);
            }
            if (filled != 0) {
                askedAgain = false;
            } else if (!askedAgain && waiting.get() > 0) {
                askedAgain = true;
                again = true;
            }
            return filled;
        }

        /** Waits without leaving the carrier, but not for so long that threads elsewhere wait too. */
        private int fillAtOnce(ByteBuffer buffer) throws IOException {
            long since = System.nanoTime();
            for (long now = since; isAlone() && now - begun < asideNanos; now = System.nanoTime()) {
                if (now - since > atOnceNanos) {
                    quickClient = false;
                    return 0;
                }
                Thread.onSpinWait();
                int filled = super.fill(buffer);
                if (filled != 0) {
                    return filled;
                }
            }
            return 0;
        }

        private boolean isAlone() {
            return waiting.get() == 0 && served.get() == 1;
        }

        @Override
        protected void needsFillInterest() {
            if (again) {
                again = false;
                due = true;
                execute(() -> getFillInterest().fillable());
            } else {
                asked = System.nanoTime();
                super.needsFillInterest();
            }
        }
    }
}
