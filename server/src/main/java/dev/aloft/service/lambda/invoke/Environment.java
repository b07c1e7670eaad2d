package dev.aloft.service.lambda.invoke;

import dev.aloft.kernel.sandbox.Exit;
import dev.aloft.kernel.sandbox.Sandbox;
import dev.aloft.kernel.time.SystemTime;
import dev.aloft.kernel.time.Time;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One execution environment: a sandbox that serves one version of a function, one event at a time.
 *
 * <p>A thread of its own speaks the Runtime API with the process inside; whoever invokes waits for that thread's word.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html">Execution environment</a>
 */
final class Environment {
    /** Frozen when idle for so long: an environment in steady use is not stopped and continued for each event. */
    private static final long FREEZE_AFTER_MILLIS = 50;
    /** Reading the kernel's account of memory costs more than a short function. */
    private static final long MEMORY_READ_NANOS = 100_000_000;

    /** How long after a connection's end the end of its process may be noticed. */
    private static final long ENDING_MILLIS = 200;

    /** Functions compare their deadline with the machine's clock, also when the platform's was moved. */
    private static final Time MACHINE = new SystemTime();

    /** What the Runtime API answers to an answer. */
    enum Reply { ACCEPTED, WRONG_ID, WRONG_STATE }

    private final FunctionVersion version;
    private final Sandbox sandbox;
    private final EnvironmentLog log;
    private final Report report;
    private final Time time;
    private final Pool pool;
    private final SynchronousQueue<Invocation> handover = new SynchronousQueue<>();
    /** Completed with null when the runtime asks for its first event, else with how the init failed. */
    private final CompletableFuture<Outcome> initialized = new CompletableFuture<>();
    private final long startedNanos = System.nanoTime();
    private final Instant startedAt;

    private final Life life = new Life();
    private volatile Invocation current;
    private volatile boolean answered;
    private volatile ServerSocket listener;
    private volatile Instant idleSince;
    private volatile String exitReason = "Runtime exited without providing a reason";
    private volatile String exitType = "Runtime.ExitError";
    private long initNanos = -1;
    private long peakBytes;
    private long peakReadNanos;

    Environment(FunctionVersion version, Sandbox sandbox, EnvironmentLog log, Time time, Pool pool) {
        this.version = version;
        this.sandbox = sandbox;
        this.log = log;
        this.report = new Report(version, pool.initialization());
        this.time = time;
        this.pool = pool;
        this.startedAt = time.instant();
        this.idleSince = startedAt;
        this.peakReadNanos = startedNanos - MEMORY_READ_NANOS;
    }

    FunctionVersion version() {
        return version;
    }

    synchronized Life.State state() {
        return life.state();
    }

    Instant idleSince() {
        return idleSince;
    }

    Instant startedAt() {
        return startedAt;
    }

    EnvironmentLog log() {
        return log;
    }

    private synchronized boolean on(Life.Event event) {
        return life.on(event);
    }

    // ---- the platform's side

    /** Serves a runtime of ours, over the sandbox's pipes; the environment's variables go first. */
    void serve(byte[] assignment) throws IOException {
        begin();
        RuntimeApi api = new RuntimeApi(this, sandbox.output(), sandbox.input());
        api.tell(assignment);
        thread("runtime-api", api);
    }

    /** Serves any runtime that comes to this address. */
    void serve(ServerSocket listener) {
        this.listener = listener;
        begin();
        Thread.ofVirtual().name("runtime-api-" + version.name()).start(() -> {
            try {
                while (true) {
                    var socket = listener.accept();
                    if (!sandbox.holds((InetSocketAddress) socket.getRemoteSocketAddress())) {
                        // Another function looks for what is not its own.
                        socket.close();
                        continue;
                    }
                    socket.setTcpNoDelay(true);
                    thread("runtime-api", new RuntimeApi(this, socket.getInputStream(), socket.getOutputStream()));
                }
            } catch (IOException closed) {
                // the environment is gone
            }
        });
    }

    private void begin() {
        sandbox.exit().thenAccept(this::exited);
        thread("log", () -> log.read(sandbox.log()));
    }

    private void thread(String what, Runnable task) {
        // Not virtual: these block in pipes, which would hold a carrier each.
        Thread.ofPlatform().daemon().name(what + "-" + version.name()).stackSize(256 * 1024).start(task);
    }

    /** Waits for the end of the init; null if all went well. */
    Outcome awaitInit(long seconds) throws InterruptedException, TimeoutException {
        try {
            return initialized.get(seconds, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    void initTookTooLong() {
        log.say(report.initReport(time.instant(), System.nanoTime() - startedNanos, "timeout", ""));
    }

    /** Runs an event to its end, or to the function's timeout. */
    Outcome invoke(Invocation invocation, boolean first) throws InterruptedException {
        boolean frozen;
        synchronized (this) {
            frozen = life.state() == Life.State.FROZEN;
            if (!on(Life.Event.INVOKED)) {
                return exitOutcome(invocation.requestId());
            }
        }
        var pending = invocation.pending();
        pending.initNanos = first ? initNanos : -1;
        pending.begunNanos = System.nanoTime();
        pending.deadlineMillis = MACHINE.millis() + version.timeoutSeconds() * 1000L;
        answered = false;
        current = invocation;
        log.begin(invocation, report.start(time.instant(), invocation.requestId()));
        if (frozen) {
            sandbox.thaw();
        }
        // The process may have died in this very moment; then its end completes the outcome.
        while (!handover.offer(invocation, 1, TimeUnit.SECONDS)) {
            if (pending.outcome.isDone()) {
                break;
            }
        }
        try {
            return pending.outcome.get(version.timeoutSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            return timedOut(invocation);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private Outcome timedOut(Invocation invocation) {
        Outcome outcome = Outcome.timeout(invocation.requestId(), version.timeoutSeconds());
        if (!invocation.pending().outcome.complete(outcome)) {
            return invocation.pending().outcome.join();
        }
        answered = true;
        log.say(Report.moment(time.instant()) + " " + invocation.requestId() + " "
                + Outcome.timedOut(version.timeoutSeconds()) + "\n");
        close(invocation, outcome);
        stop();
        return outcome;
    }

    /** Ends the environment and all its processes. */
    void stop() {
        if (on(Life.Event.STOPPED)) {
            pool.left(this);
            sandbox.kill();
        }
    }

    private void exited(Exit exit) {
        boolean outOfMemory = sandbox.outOfMemory();
        on(Life.Event.EXITED);
        closeListener();
        pool.left(this);
        String reason = switch (exit) {
            case Exit.Status(int status) when status == 0 -> "Runtime exited without providing a reason";
            case Exit.Status(int status) -> "Runtime exited with error: exit status " + status;
            case Exit.Signal(String name) -> "Runtime exited with error: signal: " + name;
        };
        exitReason = reason;
        exitType = outOfMemory ? "Runtime.OutOfMemory" : "Runtime.ExitError";
        Invocation invocation = current;
        if (invocation != null && !invocation.pending().outcome.isDone()) {
            Outcome outcome = exitOutcome(invocation.requestId());
            log.say("RequestId: " + invocation.requestId() + " Error: " + reason + "\n" + exitType);
            close(invocation, outcome);
            invocation.pending().outcome.complete(outcome);
        }
        if (!initialized.isDone()) {
            log.say(report.initReport(time.instant(), System.nanoTime() - startedNanos, "error", exitType));
            initialized.complete(exitOutcome(""));
        }
    }

    private Outcome exitOutcome(String requestId) {
        return Outcome.exit(requestId, exitReason, exitType);
    }

    /** How an init that ended with the process's end is told to the one whose event began it. */
    Outcome initOutcome(String requestId, Outcome failed) {
        return failed.status() == Outcome.Status.ERROR ? exitOutcome(requestId) : failed;
    }

    private void closeListener() {
        try {
            if (listener != null) {
                listener.close();
            }
        } catch (IOException e) {
            // nothing more to close
        }
    }

    private void close(Invocation invocation, Outcome outcome) {
        var pending = invocation.pending();
        long now = System.nanoTime();
        if (now - peakReadNanos >= MEMORY_READ_NANOS || outcome.failed()) {
            peakReadNanos = now;
            peakBytes = Math.max(peakBytes, sandbox.peakMemoryBytes());
        }
        log.end(invocation, report.end(time.instant(), invocation.requestId(), outcome, now - pending.begunNanos, pending.initNanos,
                peakBytes));
    }

    /** Writes what an invocation leaves in the log that ended before it could begin. */
    void logFailedInit(Invocation invocation, Outcome outcome) {
        log.begin(invocation, report.start(time.instant(), invocation.requestId()));
        log.end(invocation, report.end(time.instant(), invocation.requestId(), outcome, 1_000_000, -1, sandbox.peakMemoryBytes()));
    }

    // ---- the runtime's side

    /** The runtime has nothing to do: blocks until there is an event. */
    Invocation next() throws InterruptedException {
        if (on(Life.Event.INITIALIZED)) {
            initNanos = System.nanoTime() - startedNanos;
            initialized.complete(null);
        } else if (on(Life.Event.COMPLETED)) {
            idleSince = time.instant();
            pool.free(this);
        } else if (state() == Life.State.STOPPING || state() == Life.State.GONE) {
            throw new InterruptedException("stopped");
        }
        Invocation invocation = handover.poll(FREEZE_AFTER_MILLIS, TimeUnit.MILLISECONDS);
        if (invocation != null) {
            return invocation;
        }
        synchronized (this) {
            // Under the lock, so that nobody thaws what is just being frozen.
            if (life.state() == Life.State.IDLE) {
                sandbox.freeze();
                on(Life.Event.FROZE);
            }
        }
        return handover.take();
    }

    /** An answer begins: only the first one for the current event is heard. */
    synchronized Reply answering(String requestId) {
        Invocation invocation = current;
        if (invocation == null || !invocation.requestId().equals(requestId)) {
            return Reply.WRONG_ID;
        }
        if (answered) {
            return Reply.WRONG_STATE;
        }
        answered = true;
        return Reply.ACCEPTED;
    }

    /** Where the current event's answer goes as it comes; null when it is gathered. */
    ResponseStream answerStream() {
        return current.pending().answer;
    }

    /** An answer broke off: the process may have ended, which then is what is told. */
    void truncated() {
        try {
            sandbox.exit().get(ENDING_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException alive) {
            answered(Outcome.truncated(current.requestId()));
        } catch (InterruptedException | ExecutionException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The answer that began with {@link #answering} is complete. */
    void answered(Outcome outcome) {
        Invocation invocation = current;
        pool.finishing(this, System.nanoTime() - invocation.pending().begunNanos);
        if (invocation.pending().outcome.complete(outcome)) {
            close(invocation, outcome);
        }
    }

    boolean initFailed(byte[] payload, String errorType) {
        if (state() != Life.State.STARTING) {
            return false;
        }
        log.say(report.initReport(time.instant(), System.nanoTime() - startedNanos, "error", errorType));
        initialized.complete(Outcome.failure(payload, errorType));
        return true;
    }
}
