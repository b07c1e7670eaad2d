package dev.aloft.service.lambda.invoke;

import dev.aloft.kernel.sandbox.Exit;
import dev.aloft.kernel.sandbox.Sandbox;
import dev.aloft.kernel.sandbox.SandboxException;
import dev.aloft.kernel.time.SystemTime;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.lambda.invoke.Incarnation.NotAllowed;
import dev.aloft.service.lambda.invoke.Incarnation.Runtime;
import dev.aloft.service.lambda.invoke.Life.Event;
import dev.aloft.service.lambda.invoke.Life.State;
import dev.aloft.service.lambda.invoke.Report.Phase;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One execution environment: it serves one version of a function, one event at a time, through the processes of its
 * {@link Incarnation}. When those fail it is reset: the next event begins with new ones that see the same files.
 *
 * <p>Threads of its own speak with the processes; whoever invokes waits for their word.
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
    /** AWS's limit. */
    private static final long RESTORE_SECONDS = 10;

    /** Functions compare their deadline with the machine's clock, also when the platform's was moved. */
    private static final Time MACHINE = new SystemTime();

    private final FunctionVersion version;
    private final Launch launch;
    private final EnvironmentLog log;
    private final PlatformEvents events;
    private final Time time;
    private final Pool pool;
    private final Overdue overdue;
    private final Runnable onGone;
    private final Instant startedAt;

    private final Life life = new Life();
    private volatile Incarnation now;
    private volatile InvokePhase current;
    private volatile Instant idleSince;
    /** How long the init took that the next event reports; else -1. */
    private long initNanos = -1;
    /** How long the restore took that the next event reports; else -1. */
    private long restoreNanos = -1;
    private long peakBytes;
    private long peakReadNanos;

    /** @param onGone run when nothing of it is left but its log's last lines */
    Environment(FunctionVersion version, Launch launch, Sandbox sandbox, EnvironmentLog log, Report report, Time time,
            Pool pool,
            Overdue overdue, Runnable onGone) {
        this.version = version;
        this.launch = launch;
        this.log = log;
        this.events = new PlatformEvents(version, launch.runtime().version(), report, log, time);
        this.time = time;
        this.pool = pool;
        this.overdue = overdue;
        this.onGone = onGone;
        this.startedAt = time.instant();
        this.idleSince = startedAt;
        this.now = incarnation(sandbox, Phase.INIT);
        this.peakReadNanos = now.startedNanos - MEMORY_READ_NANOS;
    }

    private Incarnation incarnation(Sandbox sandbox, Phase phase) {
        return new Incarnation(sandbox, phase, new Telemetry(time, sandbox::connect));
    }

    FunctionVersion version() {
        return version;
    }

    Incarnation incarnation() {
        return now;
    }

    synchronized State state() {
        return life.state();
    }

    Instant idleSince() {
        return idleSince;
    }

    /** An old one is given no more events. */
    boolean isOld() {
        return startedAt.plus(Invocations.OLDEST).isBefore(time.instant());
    }

    // ---- init

    /**
     * Starts the processes and waits until all are ready for events. After a failure the environment is reset, and an
     * event begins with another init.
     *
     * @return whether all went well
     */
    boolean init(long seconds) throws InterruptedException {
        Incarnation first = now;
        var reset = begin(first);
        if (awaitInit(first, TimeUnit.SECONDS.toNanos(seconds)).isEmpty()) {
            return true;
        }
        reset.join();
        return false;
    }

    /** Starts the processes; done when their end has been taken note of. */
    private CompletableFuture<Void> begin(Incarnation incarnation) {
        events.initStart(incarnation);
        var ended = incarnation.emptied.thenRun(() -> emptied(incarnation));
        incarnation.sandbox.exit().thenAccept(exit -> exited(incarnation, exit));
        launch.begin(this, incarnation, log);
        return ended;
    }

    private Optional<Failure> awaitInit(Incarnation incarnation, long nanos) throws InterruptedException {
        try {
            return incarnation.initialized.get(nanos, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            fail(incarnation, Failure.timeout());
            return incarnation.initialized.join();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private void runtimeInitialized(Incarnation incarnation) {
        incarnation.extensions.close();
        events.initRuntimeDone(incarnation, null);
        initialized(incarnation);
    }

    /** Somebody is ready: if it was the last of all, the init is over. */
    private void initialized(Incarnation incarnation) {
        boolean over;
        synchronized (this) {
            boolean ready = incarnation.runtime == Runtime.READY || incarnation.runtime == Runtime.RESTORE_READY;
            over = !incarnation.over && ready && incarnation.extensions.allReady()
                    && !incarnation.initialized.isDone() && life.on(Event.INITIALIZED);
            if (over) {
                initNanos = incarnation.phase == Phase.INIT && !version.snapStart()
                        ? System.nanoTime() - incarnation.startedNanos : -1;
                events.initReport(incarnation, null);
                incarnation.telemetry.close();
            }
        }
        if (over) {
            incarnation.initialized.complete(Optional.empty());
            Thread.ofVirtual().start(incarnation::keep);
        }
    }

    // ---- restore

    /** Stops the processes until they are restored. */
    synchronized void freeze() {
        if (life.on(Event.FROZE)) {
            now.sandbox.freeze();
        }
    }

    /** Lets the runtime go on from where its init ended, within ten seconds; says what went wrong. */
    Optional<Failure> restore() throws InterruptedException {
        Incarnation incarnation = now;
        long begun = System.nanoTime();
        events.restoreStart(incarnation);
        incarnation.sandbox.thaw();
        synchronized (this) {
            // A runtime that knows nothing of snapshots asked for its first event already.
            if (incarnation.runtime == Runtime.READY) {
                incarnation.restored.complete(Optional.empty());
            }
        }
        incarnation.restore.complete(null);
        Optional<Failure> failure;
        try {
            failure = incarnation.restored.get(RESTORE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            failure = Optional.of(Failure.timeout());
            fail(incarnation, failure.get());
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
        restoreNanos = System.nanoTime() - begun;
        events.restoreReport(incarnation, restoreNanos, failure);
        return failure;
    }

    /** Ends what failed to be restored, once nothing of it runs. */
    void abandon() {
        now.emptied.thenRunAsync(this::stop);
    }

    // ---- events

    /**
     * Runs an event to its answer, or to the function's timeout; nothing if the environment takes none at this
     * moment.
     */
    Optional<Outcome> invoke(Invocation invocation) throws InterruptedException {
        State before;
        InvokePhase phase;
        synchronized (this) {
            before = life.state();
            if (!life.on(Event.INVOKED)) {
                return Optional.empty();
            }
            current = new InvokePhase(invocation, version.timeoutSeconds());
            var pending = invocation.pending();
            pending.deadlineMillis = MACHINE.millis() + version.timeoutSeconds() * 1000L;
            pending.initNanos = initNanos;
            pending.restoreNanos = restoreNanos;
            initNanos = -1;
            restoreNanos = -1;
            phase = current;
        }
        if (before == State.RESET && !restart(phase)) {
            return Optional.of(invocation.pending().outcome.join());
        }
        hand(invocation, before == State.FROZEN);
        return Optional.of(await(phase));
    }

    /** Begins an event with an init, within the function's timeout. */
    private boolean restart(InvokePhase phase) throws InterruptedException {
        try {
            now = incarnation(now.sandbox.again(), Phase.INVOKE);
        } catch (SandboxException e) {
            now = new Incarnation(now.sandbox, Phase.INVOKE, now.telemetry);
            fail(now, Failure.platform(e.getMessage()));
            now.emptied.complete(null);
            emptied(now);
            return false;
        }
        begin(now);
        return awaitInit(now, phase.leftNanos()).isEmpty();
    }

    private void hand(Invocation invocation, boolean frozen) throws InterruptedException {
        Incarnation incarnation = now;
        synchronized (this) {
            if (incarnation.over) {
                return;
            }
            events.begin(incarnation, invocation);
            incarnation.runtime = Runtime.RUNNING;
        }
        if (frozen) {
            incarnation.sandbox.thaw();
        }
        events.start(incarnation, invocation);
        if (incarnation.extensions.wants(Extensions.Event.INVOKE)) {
            invocation.pending().extended = true;
            incarnation.extensions.hand(Extensions.Event.INVOKE, Extensions.invoke(invocation));
        }
        // The process may have died in this very moment; then its end completes the outcome.
        while (!incarnation.handover.offer(invocation, 1, TimeUnit.SECONDS)) {
            if (invocation.pending().outcome.isDone()) {
                return;
            }
        }
    }

    private Outcome await(InvokePhase phase) throws InterruptedException {
        Incarnation incarnation = now;
        var outcome = phase.invocation.pending().outcome;
        try {
            return outcome.get(phase.leftNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            fail(incarnation, Failure.timeout());
            return outcome.join();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The caller has its answer and nobody asks for more: ends what takes too long. */
    void endIfOverdue() {
        InvokePhase phase = current;
        Incarnation incarnation = now;
        if (phase != null && phase.invocation.pending().outcome.isDone()
                && !phase.invocation.pending().isBeingRecorded() && phase.leftNanos() == 0) {
            fail(incarnation, Failure.timeout());
        }
    }

    /** Somebody has done its part: if it was the last of all, the event is over. */
    private void completed(Incarnation incarnation) {
        InvokePhase phase;
        synchronized (this) {
            if (incarnation.over || incarnation.runtime != Runtime.READY || incarnation.extensions.anyRunning()
                    || current == null
                    || !life.on(Event.COMPLETED)) {
                return;
            }
            phase = current;
            current = null;
            idleSince = time.instant();
        }
        overdue.remove(this);
        end(incarnation, phase, phase.answer(), Optional.empty());
        pool.free(this);
    }

    private void end(Incarnation incarnation, InvokePhase phase, Outcome outcome, Optional<Failure> fault) {
        long ended = System.nanoTime();
        if (ended - peakReadNanos >= MEMORY_READ_NANOS || outcome.failed()) {
            peakReadNanos = ended;
            peakBytes = Math.max(peakBytes, incarnation.sandbox.peakMemoryBytes());
        }
        phase.measure(ended);
        events.end(incarnation, phase, outcome, fault, ended, peakBytes);
    }

    // ---- the end of processes

    /** Something went so wrong that the processes must end: whoever waits is told, and the environment is reset. */
    void fail(Incarnation incarnation, Failure given) {
        Failure failure = incarnation.remember(given);
        State was;
        InvokePhase phase;
        synchronized (this) {
            was = life.state();
            if (incarnation != now || incarnation.over || !life.on(Event.FAILED)) {
                return;
            }
            incarnation.over = true;
            phase = current;
            current = null;
        }
        if (was != State.STARTING) {
            pool.resetting(this);
        }
        overdue.remove(this);
        boolean init = was == State.STARTING || was == State.RESTARTING;
        if (init) {
            events.initRuntimeDone(incarnation, failure);
            events.initReport(incarnation, failure);
        }
        if (phase != null) {
            fail(incarnation, phase, failure);
        }
        incarnation.initialized.complete(Optional.of(failure));
        incarnation.restored.complete(Optional.of(failure));
        synchronized (incarnation.extensions) {
            incarnation.extensions.notifyAll();
        }
        // Kept since the first event, but for an init that failed.
        incarnation.keep();
        incarnation.shutDown(failure.reason(), millis -> MACHINE.millis() + millis);
    }

    private void fail(Incarnation incarnation, InvokePhase phase, Failure failure) {
        var invocation = phase.invocation;
        Outcome outcome = failure.outcome(invocation.requestId(), version.timeoutSeconds());
        if (invocation.pending().log == null) {
            events.begin(incarnation, invocation);
        } else {
            events.runtimeDone(incarnation, phase, outcome);
        }
        invocation.pending().outcome.complete(outcome);
        end(incarnation, phase, outcome, Optional.of(failure));
    }

    private void exited(Incarnation incarnation, Exit exit) {
        fail(incarnation, Failure.runtimeExit(exit, incarnation.sandbox.outOfMemory()));
    }

    /** Nothing runs any more. */
    private void emptied(Incarnation incarnation) {
        State next;
        synchronized (this) {
            if (incarnation != now || !life.on(Event.EMPTIED)) {
                return;
            }
            next = life.state();
            idleSince = time.instant();
        }
        if (next == State.GONE) {
            gone();
        } else if (incarnation.phase == Phase.INVOKE || incarnation.initialized.join().isEmpty()) {
            pool.free(this);
        }
        // Else it is still in the hands of whoever started it.
    }

    /**
     * Ends the environment and all its processes, if it has nothing to do; else it is asked for again when it has
     * not.
     */
    void stop() {
        Incarnation incarnation;
        State was;
        synchronized (this) {
            was = life.state();
            if (!life.on(Event.STOPPED)) {
                return;
            }
            incarnation = now;
            incarnation.over = true;
        }
        pool.left(this);
        if (was == State.RESET) {
            emptied(incarnation);
        } else {
            incarnation.shutDown(Failure.Reason.SPINDOWN, millis -> MACHINE.millis() + millis);
        }
    }

    private void gone() {
        now.sandbox.release();
        launch.close();
        log.close();
        onGone.run();
    }

    // ---- the runtime's side

    /** The runtime has nothing to do: blocks until there is an event. */
    Invocation next(Incarnation incarnation) throws InterruptedException, NotAllowed {
        InvokePhase done = null;
        boolean first = false;
        boolean restored = false;
        if (isBroken(incarnation)) {
            answerBroken(incarnation);
        }
        synchronized (this) {
            if (incarnation.over) {
                throw new InterruptedException("the environment ends");
            }
            switch (incarnation.runtime) {
                case STARTED -> first = true;
                case READY -> { }
                case RUNNING -> {
                    return current.invocation;
                }
                case ANSWERED -> done = current;
                case RESTORING -> restored = true;
                case ANSWERING, INIT_ERROR, RESTORE_READY -> throw new NotAllowed(incarnation.runtime, "Ready");
            }
            incarnation.runtime = Runtime.READY;
        }
        if (first) {
            runtimeInitialized(incarnation);
        } else if (restored) {
            events.restoreRuntimeDone(incarnation, null);
            incarnation.restored.complete(Optional.empty());
        } else if (done != null) {
            if (!incarnation.extensions.none()) {
                done.runtimeReady();
            }
            events.runtimeDone(incarnation, done, done.answer());
            completed(incarnation);
        }
        return handed(incarnation);
    }

    /**
     * The runtime has had its init: blocks until the environment is restored. One that starts again goes on at once.
     */
    void restoreNext(Incarnation incarnation) throws InterruptedException, NotAllowed {
        synchronized (this) {
            if (incarnation.over) {
                throw new InterruptedException("the environment ends");
            }
            if (incarnation.runtime != Runtime.STARTED) {
                throw new NotAllowed(incarnation.runtime, "RestoreReady");
            }
            if (!version.snapStart() || incarnation.phase == Phase.INVOKE) {
                return;
            }
            incarnation.runtime = Runtime.RESTORE_READY;
        }
        runtimeInitialized(incarnation);
        try {
            incarnation.restore.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
        synchronized (this) {
            incarnation.runtime = Runtime.RESTORING;
        }
    }

    /** The runtime tells that what it does when it is restored failed. */
    synchronized void restoreError(Incarnation incarnation) throws NotAllowed {
        if (incarnation.runtime != Runtime.RESTORING) {
            throw new NotAllowed(incarnation.runtime, "RestoreError");
        }
    }

    Optional<byte[]> credentials(String authorization) {
        return launch.credentials(authorization);
    }

    private Invocation handed(Incarnation incarnation) throws InterruptedException {
        while (true) {
            Invocation invocation = incarnation.handover.poll(FREEZE_AFTER_MILLIS, TimeUnit.MILLISECONDS);
            if (invocation != null) {
                return invocation;
            }
            synchronized (this) {
                // Under the lock, so that nobody thaws what is just being frozen.
                if (incarnation.over) {
                    throw new InterruptedException("the environment ends");
                }
                if (life.on(Event.FROZE)) {
                    incarnation.sandbox.freeze();
                }
                if (life.state() != State.FROZEN) {
                    continue;
                }
            }
            return incarnation.handover.take();
        }
    }

    /**
     * An answer begins: only the first one for the current event is heard.
     *
     * @return whether it is for the current event
     */
    synchronized boolean answering(Incarnation incarnation, String requestId, String state) throws NotAllowed {
        InvokePhase phase = current;
        if (incarnation.over || phase == null || !phase.invocation.requestId().equals(requestId)) {
            return false;
        }
        if (incarnation.runtime != Runtime.RUNNING) {
            throw new NotAllowed(incarnation.runtime, state);
        }
        incarnation.runtime = Runtime.ANSWERING;
        phase.answering();
        return true;
    }

    /** Where the current event's answer goes as it comes; null when it is gathered. */
    ResponseStream answerStream() {
        InvokePhase phase = current;
        return phase == null ? null : phase.invocation.pending().answer;
    }

    /** An answer broke off: the process may have ended, which then is what is told. */
    void truncated(Incarnation incarnation) throws InterruptedException {
        synchronized (this) {
            incarnation.broken = true;
            notifyAll();
        }
        try {
            incarnation.sandbox.exit().get(ENDING_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException alive) {
            answerBroken(incarnation);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether the answer that began is cut off; its connection may be ending at this moment. */
    private synchronized boolean isBroken(Incarnation incarnation) throws InterruptedException {
        if (incarnation.runtime == Runtime.ANSWERING && !incarnation.broken) {
            wait(ENDING_MILLIS);
        }
        return incarnation.broken;
    }

    private void answerBroken(Incarnation incarnation) throws InterruptedException {
        InvokePhase phase = current;
        if (phase != null) {
            answered(incarnation, Outcome.truncated(phase.invocation.requestId()));
        }
    }

    /** The answer that began with {@link #answering} is complete. */
    void answered(Incarnation incarnation, Outcome outcome) throws InterruptedException {
        InvokePhase phase;
        long took;
        synchronized (this) {
            if (incarnation.over || current == null || incarnation.runtime != Runtime.ANSWERING) {
                return;
            }
            phase = current;
            incarnation.broken = false;
            took = phase.answered(outcome);
            incarnation.runtime = Runtime.ANSWERED;
        }
        pool.finishing(this, took);
        overdue.add(this);
        phase.invocation.pending().outcome.complete(outcome);
        awaitRecord(phase);
    }

    /**
     * The runtime of a queued event is told that its answer was heard once it is kept what came of it: what was heard
     * is never run again, also when the platform is killed. This is no time of the function's.
     */
    private void awaitRecord(InvokePhase phase) throws InterruptedException {
        var recorded = phase.invocation.pending().recorded;
        if (recorded == null) {
            return;
        }
        long begun = System.nanoTime();
        try {
            if (!recorded.get()) {
                throw new InterruptedException("what came of the event could not be kept");
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
        synchronized (this) {
            if (phase == current) {
                phase.leaveOut(System.nanoTime() - begun);
            }
        }
    }

    /** The runtime tells that it cannot begin. */
    synchronized void initError(Incarnation incarnation) throws NotAllowed {
        if (incarnation.runtime != Runtime.STARTED) {
            throw new NotAllowed(incarnation.runtime, "InitError");
        }
        incarnation.runtime = Runtime.INIT_ERROR;
    }

    // ---- the extensions' side

    Extensions.Extension register(Incarnation incarnation, String name, List<?> events) throws Extensions.Refused {
        Extensions.Extension extension = incarnation.extensions.register(name, events);
        synchronized (incarnation.extensions) {
            incarnation.extensions.notifyAll();
        }
        return extension;
    }

    /** An extension asks for its next event. */
    Extensions.Extension ask(Incarnation incarnation, String id) throws Extensions.Refused {
        Extensions.Extension extension = incarnation.extensions.ask(id);
        if (!incarnation.initialized.isDone()) {
            initialized(incarnation);
        } else {
            completed(incarnation);
        }
        return extension;
    }

    /** It said why; what matters is that its process ends now, or the init with it. */
    void extensionFailed(Incarnation incarnation) {
        if (!incarnation.initialized.isDone()) {
            fail(incarnation, incarnation.failure());
        }
    }

    void subscribed(Incarnation incarnation, Telemetry.Api api, String name, List<String> types) {
        events.subscription(incarnation, api, name, types);
    }
}
