package dev.aloft.service.lambda.invoke;

import dev.aloft.kernel.sandbox.Companion;
import dev.aloft.kernel.sandbox.Sandbox;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongUnaryOperator;

/** One start of an environment's processes, the runtime and its extensions: from their init to their end. */
final class Incarnation {
    /** How far the runtime is. It is READY while it waits for an event. */
    enum Runtime {
        STARTED("Started"), READY("Ready"), RUNNING("Running"), ANSWERING("InvocationResponse"),
        ANSWERED("RuntimeResponseSentState"), INIT_ERROR("InitError"), RESTORE_READY("RestoreReady"),
                RESTORING("Restoring");

        private final String word;

        Runtime(String word) {
            this.word = word;
        }
    }

    /** The runtime may not do this now; in AWS's words. */
    static final class NotAllowed extends Exception {
        NotAllowed(Runtime from, String to) {
            super("State transition from " + from.word + " to " + to
                    + " failed for runtime. Error: State transition is not allowed",
                    null, false, false);
        }
    }

    private static final long EXTERNAL_MILLIS = 2_000;
    private static final long INTERNAL_MILLIS = 500;
    /** The runtime's part of the time to end. */
    private static final double RUNTIME_SHARE = 0.3;

    final Sandbox sandbox;
    final Report.Phase phase;
    final Extensions extensions = new Extensions();
    final Telemetry telemetry;
    final long startedNanos = System.nanoTime();
    /** Hands an event to the thread that waits with the runtime for one. */
    final SynchronousQueue<Invocation> handover = new SynchronousQueue<>();
    /** Completed when everybody asked for the first event, or with why that will not be. */
    final CompletableFuture<Optional<Failure>> initialized = new CompletableFuture<>();
    /** Completed when a runtime that waits to be restored may go on. */
    final CompletableFuture<Void> restore = new CompletableFuture<>();
    /** Completed when the runtime asks for an event after that, or with why it does not. */
    final CompletableFuture<Optional<Failure>> restored = new CompletableFuture<>();
    /** Completed when nothing of it runs any more. */
    final CompletableFuture<Void> emptied = new CompletableFuture<>();
    /** Guarded by the environment, like {@link #over}. */
    Runtime runtime = Runtime.STARTED;
    boolean over;
    /** Whether the connection ended on which the runtime answers. */
    boolean broken;

    private final Map<Extensions.Extension, Companion> companions = new ConcurrentHashMap<>();
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private final Set<AutoCloseable> connections = ConcurrentHashMap.newKeySet();
    private Failure first;

    Incarnation(Sandbox sandbox, Report.Phase phase, Telemetry telemetry) {
        this.sandbox = sandbox;
        this.phase = phase;
        this.telemetry = telemetry;
    }

    /** The first of several failures is what is told: a process that said why it fails ends afterwards. */
    synchronized Failure remember(Failure failure) {
        if (first == null) {
            first = failure;
        } else if (failure != first && !failure.isTimeout() && !first.isTimeout() && first.errorType()
                .startsWith("Extension.")) {
            first = new Failure(first.errorType(), failure.message(), Optional.empty());
        }
        return first;
    }

    synchronized boolean hasFailed() {
        return first != null;
    }

    /** What {@link #remember} knows. */
    synchronized Failure failure() {
        return first;
    }

    /** A process beside the runtime's. */
    void runs(Extensions.Extension extension, Companion companion) {
        companions.put(extension, companion);
    }

    /** Threads and connections that end with it. */
    void serves(Thread thread, AutoCloseable connection) {
        threads.add(thread);
        connections.add(connection);
        if (emptied.isDone()) {
            disconnect();
        }
    }

    void served(Thread thread, AutoCloseable connection) {
        threads.remove(thread);
        connections.remove(connection);
    }

    private void disconnect() {
        threads.forEach(Thread::interrupt);
        for (AutoCloseable connection : connections) {
            try {
                connection.close();
            } catch (Exception e) {
                // closed is closed
            }
        }
    }

    /**
     * Ends everything: at once where there is no extension, else in a shutdown phase.
     *
     * @param deadlineMillis tells the time at which so many milliseconds from now are over
     */
    void shutDown(Failure.Reason reason, LongUnaryOperator deadlineMillis) {
        if (extensions.none()) {
            sandbox.kill();
            sandbox.exit().thenRun(this::empty);
            return;
        }
        Thread.ofVirtual().name("shutdown").start(() -> {
            try {
                shutdownPhase(reason, deadlineMillis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                sandbox.kill();
                sandbox.exit().thenRun(this::empty);
            }
        });
    }

    private void shutdownPhase(Failure.Reason reason, LongUnaryOperator deadlineMillis) throws InterruptedException {
        long most = extensions.anyExternal() ? EXTERNAL_MILLIS : INTERNAL_MILLIS;
        long begun = System.nanoTime();
        long deadline = deadlineMillis.applyAsLong(most);
        sandbox.thaw();
        telemetry.flush();
        sandbox.terminate();
        if (!ended(sandbox.exit(), begun, (long) (most * RUNTIME_SHARE))) {
            sandbox.killProcess();
        }
        telemetry.flush();
        extensions.hand(Extensions.Event.SHUTDOWN, Extensions.shutdown(reason, deadline));
        List<Companion> asked = new ArrayList<>();
        companions.forEach((extension, companion) -> {
            if (extensions.wants(extension, Extensions.Event.SHUTDOWN)) {
                asked.add(companion);
            } else {
                companion.kill();
            }
        });
        for (Companion companion : asked) {
            if (!ended(companion.exit(), begun, most)) {
                companion.kill();
            }
        }
    }

    private static boolean ended(CompletableFuture<?> exit, long begunNanos, long millis) throws InterruptedException {
        try {
            exit.get(Math.max(0, begunNanos + TimeUnit.MILLISECONDS.toNanos(millis) - System.nanoTime()),
                    TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException late) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private void empty() {
        companions.values().forEach(Companion::kill);
        extensions.end();
        telemetry.end();
        emptied.complete(null);
        disconnect();
    }

    /** Keeps what the processes see for another incarnation, should this one fail. */
    void keep() {
        try {
            sandbox.keep();
        } catch (IOException e) {
            // Then the next one begins with empty folders.
        }
    }
}
