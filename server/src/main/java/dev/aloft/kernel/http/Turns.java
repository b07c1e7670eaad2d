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
 * <p>A carrier takes threads from one queue until that is empty, and looks at others only then; there is a queue for
 * each thread that starts or wakes any. So a thread serves whatever has waited longest, not what it was started for;
 * and while the line does not end, all its threads stand aside now and then, or who waits in another queue (for a write
 * that is on disk, for a function's answer) would wait for ever.
 */
final class Turns implements Executor {
    private static final long TURN_NANOS = 100_000;
    private static final long ASIDE_NANOS = 2_000_000;

    private final long turnNanos;
    private final Consumer<Runnable> threads;
    private final Queue<Runnable> line = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    /** When the line was empty or stood aside. */
    private final AtomicLong rested = new AtomicLong();
    private final AtomicInteger asideThreads = new AtomicInteger();
    private volatile boolean aside;

    Turns() {
        this(TURN_NANOS, Thread.ofVirtual().name("http-", 0)::start);
    }

    /** @param threads starts one */
    Turns(long turnNanos, Consumer<Runnable> threads) {
        this.turnNanos = turnNanos;
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
        line.remove().run();
    }

    /** Says whether another will be started in place of the calling thread. */
    private boolean staysAside() {
        asideThreads.incrementAndGet();
        return aside || asideThreads.getAndUpdate(count -> Math.max(0, count - 1)) == 0;
    }

    private void standAsideAfterAWhile() {
        long since = rested.get();
        long now = System.nanoTime();
        if (now - since < ASIDE_NANOS || !rested.compareAndSet(since, now)) {
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
        private volatile boolean over;
        private long begun;

        Turn(SocketChannel channel, ManagedSelector selector, SelectionKey key, Scheduler scheduler) {
            super(channel, selector, key, scheduler);
        }

        @Override
        public Runnable onSelected() {
            due = true;
            return super.onSelected();
        }

        @Override
        public int fill(ByteBuffer buffer) throws IOException {
            if (due) {
                due = false;
                begun = System.nanoTime();
            } else if (waiting.get() > 0 && System.nanoTime() - begun > turnNanos) {
                over = true;
                return 0;
            }
            return super.fill(buffer);
        }

        /** There may be bytes already: to look for them is cheaper than to ask the selector. */
        @Override
        protected void needsFillInterest() {
            if (over) {
                over = false;
                due = true;
                execute(() -> getFillInterest().fillable());
            } else {
                super.needsFillInterest();
            }
        }
    }
}
