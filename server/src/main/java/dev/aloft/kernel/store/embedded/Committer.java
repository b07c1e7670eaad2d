package dev.aloft.kernel.store.embedded;

import dev.aloft.kernel.store.StoreUnavailable;
import dev.aloft.kernel.store.Transaction;
import dev.aloft.kernel.store.Tx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/** The one thread that runs write functions and puts what they wrote on disk. */
final class Committer implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Committer.class.getName());
    private static final int GROUP_FUNCTIONS = 1000;
    private static final long GROUP_BYTES = 8L << 20;
    private static final long SLOW_NANOS = 500_000_000;
    private static final long TELL_EVERY_NANOS = 10_000_000_000L;

    private final Queue<Write<?>> queue = new ConcurrentLinkedQueue<>();
    private final Queue<Write<?>> relaxed = new ConcurrentLinkedQueue<>();
    private final Versions versions;
    private final Disk disk;
    private final Overlay overlay = new Overlay();
    private final List<Write<?>> group = new ArrayList<>();
    private final Thread thread;
    private volatile boolean idle;
    private volatile boolean closing;
    /** After a write failed, RocksDB refuses all others until it is opened anew. */
    private boolean failed;
    private long told;

    Committer(Versions versions, Disk disk) {
        this.versions = versions;
        this.disk = disk;
        thread = Thread.ofPlatform().daemon().name("store committer").start(() -> Transaction.run(() -> {
            loop();
            return null;
        }));
    }

    <R> R run(Function<? super Tx, ? extends R> function) {
        return run(queue, function);
    }

    /** Answers when the operating system has it. */
    <R> R runRelaxed(Function<? super Tx, ? extends R> function) {
        return run(relaxed, function);
    }

    private <R> R run(Queue<Write<?>> into, Function<? super Tx, ? extends R> function) {
        if (closing) {
            throw closed();
        }
        var write = new Write<R>(function);
        into.add(write);
        // Closing fails what it finds in the queue at its end; what comes in later is found here.
        if (closing && into.remove(write)) {
            throw closed();
        }
        if (idle) {
            LockSupport.unpark(thread);
        }
        return write.await();
    }

    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(thread);
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        refuse(queue);
        refuse(relaxed);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void refuse(Queue<Write<?>> queue) {
        for (Write<?> late; (late = queue.poll()) != null; ) {
            late.fail(closed());
            late.answer();
        }
    }

    private static StoreUnavailable closed() {
        return new StoreUnavailable("The store is closed");
    }

    private void loop() {
        while (true) {
            long settling = failed ? Long.MAX_VALUE : versions.database().settle();
            // Those that wait for no disk go first, and are answered while the others wait for it.
            boolean any = runGroup(relaxed, false) | runGroup(queue, true);
            if (any) {
                continue;
            }
            if (closing) {
                return;
            }
            idle = true;
            if (queue.isEmpty() && relaxed.isEmpty() && !closing) {
                LockSupport.parkNanos(this, settling);
            }
            idle = false;
        }
    }

    /** Runs what has queued up and writes it; says whether there was anything. */
    private boolean runGroup(Queue<Write<?>> from, boolean toDisk) {
        for (Write<?> write; group.size() < GROUP_FUNCTIONS && overlay.bytes() < GROUP_BYTES
                && (write = from.poll()) != null; ) {
            group.add(write);
            runFunction(write);
        }
        if (group.isEmpty()) {
            return false;
        }
        commit(toDisk);
        return true;
    }

    private void runFunction(Write<?> write) {
        long begun = System.nanoTime();
        try {
            var version = version();
            begun = System.nanoTime();
            try (var tx = new Writing(version, overlay)) {
                write.run(tx);
            }
            overlay.keep();
        } catch (Throwable e) {
            overlay.takeBack();
            write.fail(e);
        }
        if (System.nanoTime() - begun > SLOW_NANOS) {
            LOG.log(Level.WARNING, "A write function held up all others for " + (System.nanoTime() - begun) / 1_000_000
                + " ms: " + write.name());
        }
    }

    private Version version() {
        if (failed) {
            if (!disk.hasSpace()) {
                throw disk.full(null);
            }
            versions.reopen();
            failed = false;
        }
        return versions.current();
    }

    private void commit(boolean toDisk) {
        try {
            // What only read may have read what others of the group wrote: it is answered with them.
            if (!overlay.isEmpty()) {
                disk.reserve(overlay.bytes());
                failed = true;
                versions.database().write(overlay.toBatch(!toDisk), toDisk);
                failed = false;
                versions.publish(overlay.entries());
            }
        } catch (Throwable e) {
            group.forEach(write -> write.fail(e));
            if (told == 0 || System.nanoTime() - told > TELL_EVERY_NANOS) {
                told = System.nanoTime();
                LOG.log(Level.ERROR, "Writes fail: " + e.getMessage(), e);
            }
        }
        overlay.clear();
        group.forEach(Write::answer);
        group.clear();
    }
}
