package dev.aloft.service.lambda.invoke;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Lambda;
import dev.aloft.kernel.sandbox.Isolation;
import dev.aloft.kernel.sandbox.Machine;
import dev.aloft.kernel.sandbox.SandboxException;
import dev.aloft.kernel.sandbox.Sandboxes;
import dev.aloft.kernel.time.Signal;
import dev.aloft.kernel.time.Time;
import dev.aloft.kernel.time.Worker;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The one way to run a function. */
public final class Invocations implements AutoCloseable {
    private static final int INIT_SECONDS = 10;
    /** How long a caller who wants the log's end waits for it after the event's. */
    private static final int TAIL_MILLIS = 1_000;
    private static final int UNMARKED_TAIL_MILLIS = 5;
    private static final Duration IDLE = Duration.ofMinutes(10);
    /** Credentials that an environment got at its start outlive it: {@link RoleSessions#LIFETIME}. */
    static final Duration OLDEST = Duration.ofHours(6);
    private static final Duration LOOK = Duration.ofMinutes(1);
    private static final int DRAIN_SECONDS = 3;
    private static final System.Logger LOG = System.getLogger(Invocations.class.getName());

    private final Sandboxes sandboxes;
    private final Time time;
    private final Runtimes runtimes;
    private final Spares spares;
    private final LogShipper shipper;
    private final Overdue overdue = new Overdue();
    private final NewEnvironments environments;
    private final Restores restores;
    private final Concurrency concurrency;
    private final Measures measures;
    private final Starts starts;
    /** Events, and the platform itself. */
    private final Phaser underWay = new Phaser(1);
    private volatile boolean closing;
    private final Map<String, Revision> pools = new ConcurrentHashMap<>();

    /**
     * @param library     where functions' code is, by {@link FunctionVersion#code}
     * @param folder      for the runtimes' own files
     * @param endpointUrl where functions reach the platform
     */
    public Invocations(Sandboxes sandboxes, Path library, Path folder, RuntimeSources sources, Endpoint endpoint,
            ExecutionRoles roles, Concurrency concurrency, Measures measures, Supplier<String> endpointUrl, Time time) {
        this.sandboxes = sandboxes;
        this.concurrency = concurrency;
        this.measures = measures;
        this.starts = new Starts(sandboxes::hasRoom, Machine::isBusy,
                () -> pools.values().stream().flatMap(Revision::allOnDemand), this::evictPrepared);
        this.time = time;
        var trained = new TrainedStarts(folder.resolve("trained").toAbsolutePath().normalize(), library,
                this::isolates);
        this.runtimes = new Runtimes(library, folder, sources, trained, sandboxes::containers);
        this.spares = new Spares(sandboxes, time);
        this.shipper = new LogShipper(endpoint, time);
        this.environments = new NewEnvironments(spares, runtimes, library, roles, shipper, overdue, endpoint,
                endpointUrl, time);
        this.restores = new Restores(sandboxes, runtimes, environments, trained,
                version -> revision(version).onDemand(), pools::containsKey, time);
    }

    private boolean evictPrepared() {
        return restores.evict();
    }

    public void start() {
        shipper.start();
        overdue.start();
    }

    /** How an invocation ended. */
    public record Result(Outcome outcome, String executedVersion, Optional<byte[]> logTail) {}

    /**
     * Runs an event and waits for its end.
     *
     * @throws Lambda.TooManyRequestsException when there is no concurrency left, or too many requests come
     */
    public Result run(FunctionVersion version, Caller caller, Invocation given, boolean wantsTail) {
        return run(version, caller, given, wantsTail, true);
    }

    /** Runs an event of Lambda's own queue: those count as concurrency, but not as requests. */
    public Result runQueued(FunctionVersion version, Caller caller, Invocation given) {
        return run(version, caller, given, false, false);
    }

    private Result run(FunctionVersion version, Caller caller, Invocation given, boolean wantsTail, boolean counted) {
        underWay.register();
        try {
            Result result = ran(version, caller, given, wantsTail, counted);
            if (closing && result.outcome().status() == Outcome.Status.ERROR) {
                // Its environment may have been ended with the platform: no failure of the function's.
                throw new Lambda.ServiceException("The platform is stopping.");
            }
            return result;
        } finally {
            underWay.arriveAndDeregister();
        }
    }

    private Result ran(FunctionVersion version, Caller caller, Invocation given, boolean wantsTail, boolean counted) {
        Invocation invocation = given.traced(Lineage.through(trace(version, given.trace()), version.functionArn()));
        Revision revision = revision(version);
        try {
            Measures.Function measure = measures.of(version, invocation.invokedArn());
            invocation.pending().measure = measure;
            Optional<Environment> provisioned = concurrency
                    .provisionedTakes(version, revision.provisioned().size(), counted)
                    ? revision.provisioned().takeReady() : Optional.empty();
            Optional<Outcome> warm = provisioned.isPresent()
                    ? provisioned(revision.provisioned(), provisioned.get(), version, invocation, measure)
                            : Optional.empty();
            Outcome outcome = warm.isPresent() ? warm.get()
                    : onDemand(revision, version, caller, invocation, counted, measure);
            long begun = invocation.pending().begunNanos;
            measure.ended(begun == 0 ? 1 : (System.nanoTime() - begun) / 1e6, outcome.failed());
            return new Result(outcome, version.version(), wantsTail ? tail(version, invocation) : Optional.empty());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Lambda.ServiceException("The platform is stopping.");
        }
    }

    private Optional<Outcome> provisioned(Pool pool, Environment environment, FunctionVersion version,
            Invocation invocation, Measures.Function measure) throws InterruptedException {
        Concurrency.Seat seat = concurrency.provisioned(version);
        try {
            measure.began(concurrency.running(version), concurrency.runningInAccount(version));
            measure.provisioned(pool.busy(), pool.ready());
            return environment.invoke(invocation);
        } finally {
            leave(seat, invocation);
        }
    }

    private Outcome onDemand(Revision revision, FunctionVersion version, Caller caller, Invocation invocation,
            boolean counted, Measures.Function measure) throws InterruptedException {
        Concurrency.Seat seat = null;
        try {
            seat = concurrency.admit(version, counted);
            measure.began(concurrency.running(version), concurrency.runningInAccount(version));
            measures.claimed(version.account(), version.region(), concurrency.claimed(version));
            if (version.reserved() == null) {
                measures.unreserved(version.account(), version.region(), concurrency.unreserved(version));
            }
            if (revision.provisioned().size() > 0) {
                measure.spilled();
            }
            return outcome(revision.onDemand(invocation.tenant()), version, caller, invocation);
        } catch (Lambda.TooManyRequestsException e) {
            measure.throttled();
            throw e;
        } finally {
            if (seat != null) {
                leave(seat, invocation);
            }
        }
    }

    /** While extensions are at work on an event after its answer, its environment takes no other. */
    private static void leave(Concurrency.Seat seat, Invocation invocation) {
        if (invocation.pending().extended) {
            invocation.pending().ended.thenRun(seat::leave);
        } else {
            seat.leave();
        }
    }

    /**
     * Runs an event whose answer is passed on as it comes. Returns when the answer begins, or when the function ended
     * without one.
     *
     * @throws Lambda.TooManyRequestsException when there is no concurrency left
     */
    public ResponseStream stream(FunctionVersion version, Caller caller, Invocation given, boolean wantsTail) {
        var answer = new ResponseStream();
        Thread.ofVirtual().name("stream-" + version.name()).start(() -> {
            try {
                answer.end(run(version, caller, given.streamed(answer), wantsTail));
            } catch (RuntimeException refused) {
                answer.refuse(refused);
            } catch (Error bug) {
                answer.refuse(new IllegalStateException(bug));
                throw bug;
            }
        });
        try {
            answer.awaitBeginning();
            return answer;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Lambda.ServiceException("The platform is stopping.");
        }
    }

    /** REPORT is in it: who wants the tail waits until extensions have done their part, too. */
    private static Optional<byte[]> tail(FunctionVersion version, Invocation invocation) throws InterruptedException {
        var pending = invocation.pending();
        try {
            pending.ended.get(version.timeoutSeconds() * 1000L + TAIL_MILLIS, TimeUnit.MILLISECONDS);
            return pending.tail.get(pending.log.marked() ? TAIL_MILLIS : UNMARKED_TAIL_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            if (pending.log != null) {
                pending.log.settleUnmarked();
            }
            return pending.tail.getNow(Optional.empty());
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private Outcome outcome(Pool pool, FunctionVersion version, Caller caller, Invocation invocation)
            throws InterruptedException {
        while (true) {
            Optional<Environment> idle = pool.take();
            if (idle.isEmpty()) {
                try (Starts.Start start = starts.granted(pool)) {
                    return coldStart(version, caller, invocation, pool, start);
                }
            }
            // One that ended or is being recycled in this moment is passed over.
            Optional<Outcome> outcome = idle.get().invoke(invocation);
            if (outcome.isPresent()) {
                return outcome.get();
            }
        }
    }

    private Outcome coldStart(FunctionVersion version, Caller caller, Invocation invocation, Pool pool,
            Starts.Start granted)
            throws InterruptedException {
        concurrency.grow(version);
        if (invocation.tenant() != null) {
            concurrency.checkTenants(version, tenantEnvironments(version));
        }
        if (version.snapStart()) {
            return restores.run(version, caller, invocation, pool, granted);
        }
        Runtimes.Runtime runtime = runtimes.of(version);
        long begun = System.nanoTime();
        Environment environment = environments.make(version, caller, runtime, pool);
        pool.add(environment);
        boolean ready;
        try {
            ready = environment.init(version.debugPort().isPresent() ? version.timeoutSeconds() : INIT_SECONDS);
        } finally {
            if (runtime.ordinary()) {
                spares.refill(runtime.spec());
            }
        }
        granted.close();
        if (ready) {
            pool.started(System.nanoTime() - begun);
        }
        // After a failed init the event begins with another, under the function's own timeout.
        return environment.invoke(invocation)
                .orElseThrow(() -> new Lambda.ServiceException("The platform is stopping."));
    }

    /** Why a version cannot start from what its init leaves, in AWS's words. */
    public record InitFailure(String code, String reason) {}

    /**
     * Takes a version with SnapStart through its init and keeps the environment for the next event that needs one, if
     * that is lacking.
     */
    public Optional<InitFailure> prepareRestore(FunctionVersion version) {
        return restores.prepare(version);
    }

    /**
     * Lets environments of a version with SnapStart go through their init faster, where its runtime can: those that
     * start when none waits to be restored.
     */
    public void train(FunctionVersion version) {
        restores.train(version);
    }

    /** The ARNs of versions of which something is kept to start from. */
    public List<String> trained() {
        return restores.trained();
    }

    /** How many environments wait to be restored. */
    public int prepared() {
        return restores.waiting();
    }

    /** The version is gone. */
    public void forgetVersion(String qualifiedArn) {
        forget(qualifiedArn::equals);
    }

    private void forget(Predicate<String> arns) {
        restores.forget(arns);
        pools.values().removeIf(revision -> {
            boolean gone = arns.test(revision.qualifiedArn());
            if (gone) {
                revision.close();
            }
            return gone;
        });
    }

    /** Those of all versions of the function, busy or idle. */
    private int tenantEnvironments(FunctionVersion version) {
        return pools.values().stream().filter(each -> each.qualifiedArn().startsWith(version.functionArn() + ":"))
                .mapToInt(Revision::tenantEnvironments).sum();
    }

    private Revision revision(FunctionVersion version) {
        while (true) {
            Revision known = pools.get(version.qualifiedArn());
            if (known != null && known.is(version)) {
                return known;
            }
            var fresh = new Revision(version, starts);
            if (known == null) {
                if (pools.putIfAbsent(version.qualifiedArn(), fresh) == null) {
                    return fresh;
                }
            } else if (pools.replace(version.qualifiedArn(), known, fresh)) {
                // Not at the cost of the event that comes first.
                Thread.ofVirtual().name("recycle-" + version.name()).start(known::close);
                return fresh;
            }
        }
    }

    // ---- provisioned concurrency

    private boolean isolates() {
        try {
            return sandboxes.isolation() != Isolation.NONE;
        } catch (SandboxException none) {
            // Whoever starts a process is told.
            return false;
        }
    }

    /** Whether the machine holds one environment more. */
    boolean hasRoom() {
        return sandboxes.hasRoom(1);
    }

    /** The provisioned environments of a version. */
    Pool provisioned(FunctionVersion version) {
        return revision(version).provisioned();
    }

    /** Those of all versions. */
    Stream<Pool> provisioned() {
        return pools.values().stream().map(Revision::provisioned);
    }

    /** Starts an environment that no event waits for; says false when its init fails. */
    boolean startProvisioned(FunctionVersion version, Pool pool, int seconds) throws InterruptedException {
        Runtimes.Runtime runtime = runtimes.of(version);
        Environment environment = environments.make(version, environments.itself(version), runtime, pool);
        pool.add(environment);
        try {
            if (environment.init(seconds)) {
                pool.free(environment);
                return true;
            }
        } finally {
            if (runtime.ordinary()) {
                spares.refill(runtime.spec());
            }
        }
        environment.stop();
        return false;
    }

    /** The function is gone: its idle environments end. */
    public void forget(String functionArn) {
        Arn function = Arn.parse(functionArn);
        concurrency.forget(functionArn);
        concurrency.changed(function.account(), function.region());
        forget(arn -> arn.startsWith(functionArn + ":"));
    }

    /** Boots a runtime that will soon be needed; idle environments of an earlier revision end. */
    public void prepare(FunctionVersion version) {
        if (pools.containsKey(version.qualifiedArn())) {
            revision(version);
        }
        if (runtimes.isAtHand(version)) {
            boot(version);
        } else {
            Thread.ofVirtual().name("prepare-" + version.runtime()).start(() -> boot(version));
        }
    }

    private void boot(FunctionVersion version) {
        try {
            Runtimes.Runtime runtime = runtimes.of(version);
            if (runtime.ordinary()) {
                spares.refill(runtime.spec());
            }
        } catch (Lambda.InvalidRuntimeException notHere) {
            // The invocation will say so.
        }
    }

    /** Recycles environments that were idle or alive for long. */
    public Worker worker() {
        return new Worker("lambda-environments", new Signal(), () -> {
            Instant now = time.instant();
            pools.values().forEach(each -> each.recycle(now.minus(IDLE)));
            spares.recycle(now.minus(IDLE));
            restores.recycle(now.minus(IDLE));
            return Optional.of(now.plus(LOOK));
        });
    }

    /** The trace header of an event: the given one, else one that begins here. */
    public String trace(FunctionVersion version, String given) {
        return given == null ? trace(version.traced()) : given;
    }

    /** What the answer says of an event's trace. */
    public static String toldTrace(String trace) {
        return Trace.of(trace).told();
    }

    private String trace(boolean sampled) {
        return "Root=1-" + String.format("%08x", time.instant().getEpochSecond()) + "-" + RandomHex.of(12)
                + ";Parent=" + RandomHex.of(8)
                + ";Sampled=" + (sampled ? 1 : 0);
    }

    /** AWS's form of a runtime version's name, made from what runs here. */
    public static String runtimeArn(String region, String version) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(version.getBytes(StandardCharsets.UTF_8));
            return new Arn("aws", "lambda", region, "", "runtime:" + HexFormat.of().formatHex(digest)).toString();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Brings what functions wrote so far to CloudWatch Logs. */
    public void flushLogs() {
        shipper.flush();
    }

    /** Functions that run may come to their end, for a moment, and what they wrote is kept. */
    @Override
    public void close() {
        closing = true;
        pools.values().forEach(Revision::close);
        restores.close();
        spares.close();
        overdue.close();
        try {
            underWay.awaitAdvanceInterruptibly(underWay.arrive(), DRAIN_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException late) {
            LOG.log(System.Logger.Level.INFO,
                    "Functions that still run are ended; events that nobody waits for are run again.");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        shipper.close();
    }
}
