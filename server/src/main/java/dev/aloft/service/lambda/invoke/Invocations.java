package dev.aloft.service.lambda.invoke;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Lambda;
import dev.aloft.api.Principal;
import dev.aloft.kernel.sandbox.Isolation;
import dev.aloft.kernel.sandbox.Machine;
import dev.aloft.kernel.sandbox.Sandbox;
import dev.aloft.kernel.sandbox.SandboxException;
import dev.aloft.kernel.sandbox.Sandboxes;
import dev.aloft.kernel.time.Signal;
import dev.aloft.kernel.time.Time;
import dev.aloft.kernel.time.Worker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The one way to run a function. */
public final class Invocations implements AutoCloseable {
    private static final int INIT_SECONDS = 10;
    /** AWS lets the init before a snapshot take longer than one that an event waits for. */
    private static final int LEAST_SNAPSHOT_SECONDS = 130;
    /** How long a caller who wants the log's end waits for it after the answer. */
    private static final int TAIL_MILLIS = 1_000;
    private static final int UNMARKED_TAIL_MILLIS = 5;
    private static final Duration IDLE = Duration.ofMinutes(10);
    /** Credentials that an environment got at its start outlive it: {@link RoleSessions#LIFETIME}. */
    static final Duration OLDEST = Duration.ofHours(6);
    private static final Duration LOOK = Duration.ofMinutes(1);
    private static final int DRAIN_SECONDS = 3;
    private static final System.Logger LOG = System.getLogger(Invocations.class.getName());
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("yyyy/MM/dd").withZone(ZoneOffset.UTC);

    private final Sandboxes sandboxes;
    private final Path library;
    private final ExecutionRoles roles;
    private final Supplier<String> endpointUrl;
    private final Time time;
    private final Runtimes runtimes;
    private final TrainedStarts trained;
    private final Training training;
    private final Spares spares;
    private final LogShipper shipper;
    private final Endpoint endpoint;
    private final ParametersPorts parametersPorts = new ParametersPorts();
    private final Overdue overdue = new Overdue();
    private final Prepared prepared = new Prepared();
    private final Concurrency concurrency;
    private final Measures measures;
    private final Starts starts;
    private final SecureRandom random = new SecureRandom();
    /** Events, and the platform itself. */
    private final Phaser underWay = new Phaser(1);
    private volatile boolean closing;
    private final Map<String, Revision> pools = new ConcurrentHashMap<>();

    private record Revision(String revision, Pool onDemand, Pool provisioned) {
        Stream<Pool> pools() {
            return Stream.of(onDemand, provisioned);
        }
    }

    /**
     * @param library     where functions' code is, by {@link FunctionVersion#code}
     * @param folder      for the runtimes' own files
     * @param endpointUrl where functions reach the platform
     */
    public Invocations(Sandboxes sandboxes, Path library, Path folder, RuntimeSources sources, Endpoint endpoint, ExecutionRoles roles,
            Concurrency concurrency, Measures measures, Supplier<String> endpointUrl, Time time) {
        this.sandboxes = sandboxes;
        this.library = library;
        this.roles = roles;
        this.concurrency = concurrency;
        this.measures = measures;
        this.starts = new Starts(sandboxes::hasRoom, Machine::isBusy, () -> pools.values().stream().map(Revision::onDemand),
                prepared::evict);
        this.endpointUrl = endpointUrl;
        this.time = time;
        this.trained = new TrainedStarts(folder.resolve("trained").toAbsolutePath().normalize(), library,
                this::isolates);
        this.runtimes = new Runtimes(library, folder, sources, trained, sandboxes::containers);
        this.training = new Training(runtimes, trained,
                (version, runtime) -> begin(version, itself(version), runtime, revision(version).onDemand(), false));
        this.spares = new Spares(sandboxes, time);
        this.shipper = new LogShipper(endpoint, time);
        this.endpoint = endpoint;
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
            if (closing && result.outcome().failed()) {
                // Its environment was ended with the platform: no failure of the function's.
                throw new Lambda.ServiceException("The platform is stopping.");
            }
            return result;
        } finally {
            underWay.arriveAndDeregister();
        }
    }

    private Result ran(FunctionVersion version, Caller caller, Invocation given, boolean wantsTail, boolean counted) {
        Invocation invocation = given.traced(trace(version, given.trace()));
        Revision revision = revision(version);
        try {
            Measures.Function measure = measures.of(version, invocation.invokedArn());
            Optional<Environment> provisioned = concurrency.provisionedTakes(version, revision.provisioned().size(), counted)
                    ? revision.provisioned().takeReady() : Optional.empty();
            Optional<Outcome> warm = provisioned.isPresent()
                    ? provisioned(revision.provisioned(), provisioned.get(), version, invocation, measure) : Optional.empty();
            Outcome outcome = warm.isPresent() ? warm.get() : onDemand(revision, version, caller, invocation, counted, measure);
            long begun = invocation.pending().begunNanos;
            measure.ended(begun == 0 ? 1 : (System.nanoTime() - begun) / 1e6, outcome.failed());
            return new Result(outcome, version.version(), wantsTail ? tail(invocation) : Optional.empty());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Lambda.ServiceException("The platform is stopping.");
        }
    }

    private Optional<Outcome> provisioned(Pool pool, Environment environment, FunctionVersion version, Invocation invocation,
            Measures.Function measure) throws InterruptedException {
        Concurrency.Seat seat = concurrency.provisioned(version);
        try {
            measure.began(concurrency.running(version), concurrency.runningInAccount(version));
            measure.provisioned(pool.busy(), pool.ready());
            return environment.invoke(invocation);
        } finally {
            seat.leave();
        }
    }

    private Outcome onDemand(Revision revision, FunctionVersion version, Caller caller, Invocation invocation, boolean counted,
            Measures.Function measure) throws InterruptedException {
        Concurrency.Seat seat = null;
        try {
            seat = concurrency.admit(version, counted);
            measure.began(concurrency.running(version), concurrency.runningInAccount(version));
            if (version.reserved() == null) {
                measures.unreserved(version.account(), version.region(), concurrency.unreserved(version));
            }
            if (revision.provisioned().size() > 0) {
                measure.spilled();
            }
            return outcome(revision.onDemand(), version, caller, invocation);
        } catch (Lambda.TooManyRequestsException e) {
            measure.throttled();
            throw e;
        } finally {
            if (seat != null) {
                seat.leave();
            }
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

    private static Optional<byte[]> tail(Invocation invocation) throws InterruptedException {
        var pending = invocation.pending();
        try {
            pending.ended.get(TAIL_MILLIS, TimeUnit.MILLISECONDS);
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

    private Outcome outcome(Pool pool, FunctionVersion version, Caller caller, Invocation invocation) throws InterruptedException {
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

    private Outcome coldStart(FunctionVersion version, Caller caller, Invocation invocation, Pool pool, Starts.Start granted)
            throws InterruptedException {
        concurrency.grow(version);
        if (version.snapStart()) {
            return restored(version, caller, invocation, pool, granted);
        }
        Runtimes.Runtime runtime = runtimes.of(version);
        long begun = System.nanoTime();
        Environment environment = start(version, caller, runtime, pool);
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
        return environment.invoke(invocation).orElseThrow(() -> new Lambda.ServiceException("The platform is stopping."));
    }

    // ---- SnapStart

    private static Initialization initialization(FunctionVersion version) {
        return version.snapStart() ? Initialization.SNAP_START : Initialization.ON_DEMAND;
    }

    /** From an environment that had its init before, else from one that has it now. */
    private Outcome restored(FunctionVersion version, Caller caller, Invocation invocation, Pool pool, Starts.Start granted)
            throws InterruptedException {
        boolean last = false;
        try {
            Environment environment;
            try {
                environment = restored(version, caller, pool);
            } finally {
                last = prepared.started(version);
            }
            granted.close();
            return environment.invoke(invocation)
                    .orElseThrow(() -> new Lambda.ServiceException("The platform is stopping."));
        } finally {
            if (last) {
                // Not beside other starts of a burst, which it would slow down.
                prepareLater(version);
            }
        }
    }

    private Environment restored(FunctionVersion version, Caller caller, Pool pool) throws InterruptedException {
        long begun = System.nanoTime();
        Optional<Environment> waiting = prepared.take(version, time.instant());
        Environment environment = waiting.isPresent() ? waiting.get() : initialized(version, caller);
        Optional<Failure> failure = environment.restore();
        if (failure.isPresent()) {
            environment.abandon();
            throw failure.get().isTimeout()
                    ? new Lambda.SnapStartTimeoutException("Lambda couldn't restore the snapshot within the timeout limit.")
                    : new Lambda.SnapStartException("An error occurred while restoring the snapshot: "
                            + failure.get().words());
        }
        pool.add(environment);
        pool.started(System.nanoTime() - begun);
        return environment;
    }

    /** @throws Lambda.SnapStartNotReadyException if its init fails, which it did not when the version was published */
    private Environment initialized(FunctionVersion version, Caller caller) throws InterruptedException {
        Environment environment = begin(version, caller, runtimes.of(version), revision(version).onDemand());
        if (environment.init(initSeconds(version))) {
            return environment;
        }
        Failure failure = environment.incarnation().failure();
        environment.stop();
        throw new Lambda.SnapStartNotReadyException("The init of version " + version.version() + " failed: " + failure.words());
    }

    private static int initSeconds(FunctionVersion version) {
        return Math.max(LEAST_SNAPSHOT_SECONDS, version.timeoutSeconds());
    }

    private void prepareLater(FunctionVersion version) {
        time.start("lambda-snapshot-" + version.name(), () -> {
            try {
                for (int i = 0; i < Prepared.MOST && prepareRestore(version).isEmpty(); i++) {
                    // As many as are lacking.
                }
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.INFO, () -> "No environment of " + version.qualifiedArn() + " could be prepared: "
                        + e.getMessage());
            }
        });
    }

    /** Why a version cannot start from what its init leaves, in AWS's words. */
    public record InitFailure(String code, String reason) {}

    /**
     * Takes a version through its init and keeps the environment for the next event that needs one, if that is lacking.
     */
    public Optional<InitFailure> prepareRestore(FunctionVersion version) {
        if (closing) {
            throw new Lambda.ServiceException("The platform is stopping.");
        }
        if (!hasRoom() || !prepared.make(version, sandboxes.hasRoom(Prepared.ROOM), time.instant())) {
            return Optional.empty();
        }
        try {
            Environment environment = begin(version, itself(version), runtimes.of(version), revision(version).onDemand());
            if (environment.init(initSeconds(version))) {
                prepared.put(environment);
                if (!pools.containsKey(version.qualifiedArn())) {
                    // Deleted meanwhile.
                    prepared.forget(version.qualifiedArn()::equals);
                }
                return Optional.empty();
            }
            Failure failure = environment.incarnation().failure();
            environment.stop();
            return Optional.of(new InitFailure(failure.isTimeout() ? "FunctionError.InitTimeout" : "FunctionError",
                    failure.words()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Lambda.ServiceException("The platform is stopping.");
        } catch (Lambda.InvalidRuntimeException missing) {
            return Optional.of(new InitFailure("InvalidRuntime", missing.getMessage()));
        } finally {
            prepared.made(version);
        }
    }

    /**
     * Lets environments of a version go through their init faster, where its runtime can: those that start when none
     * waits to be restored.
     */
    public void train(FunctionVersion version) {
        try {
            if (hasRoom()) {
                training.train(version, initSeconds(version));
            }
            if (!pools.containsKey(version.qualifiedArn())) {
                // Deleted meanwhile.
                trained.forget(version.qualifiedArn()::equals);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Lambda.ServiceException("The platform is stopping.");
        }
    }

    /** The ARNs of versions of which something is kept to start from. */
    public List<String> trained() {
        return trained.arns();
    }

    /** How many environments wait to be restored. */
    public int prepared() {
        return prepared.size();
    }

    /** The version is gone. */
    public void forgetVersion(String qualifiedArn) {
        Revision gone = pools.remove(qualifiedArn);
        if (gone != null) {
            gone.pools().forEach(Pool::close);
        }
        prepared.forget(qualifiedArn::equals);
        trained.forget(qualifiedArn::equals);
    }

    /** Lambda itself, with no caller behind it. */
    private Caller itself(FunctionVersion version) {
        return new Caller(version.account(), version.region(), new Principal.Service("lambda.amazonaws.com", version.functionArn()),
                UUID.randomUUID().toString(), null, 0, endpointUrl.get(), null, null);
    }

    private Environment start(FunctionVersion version, Caller caller, Runtimes.Runtime runtime, Pool pool) {
        Environment environment = begin(version, caller, runtime, pool);
        pool.add(environment);
        return environment;
    }

    private Environment begin(FunctionVersion version, Caller caller, Runtimes.Runtime runtime, Pool pool) {
        return begin(version, caller, runtime, pool, true);
    }

    /** @param logged whether what its processes write goes to the function's log */
    private Environment begin(FunctionVersion version, Caller caller, Runtimes.Runtime runtime, Pool pool,
            boolean logged) {
        Sandbox sandbox = sandbox(runtime);
        try {
            Optional<Failure> problem = problem(version);
            if (problem.isEmpty()) {
                Launch.prepare(version, runtime, library, sandbox);
            }
            return environment(version, caller, runtime, pool, logged, sandbox, problem);
        } catch (IOException e) {
            sandbox.kill();
            throw new Lambda.ServiceException("The execution environment could not be made: " + e.getMessage());
        } catch (ApiError refused) {
            sandbox.kill();
            throw refused;
        }
    }

    private Environment environment(FunctionVersion version, Caller caller, Runtimes.Runtime runtime, Pool pool,
            boolean logged, Sandbox sandbox, Optional<Failure> problem) throws IOException {
        var lambda = new Caller(version.account(), version.region(),
                new Principal.Service("lambda.amazonaws.com", version.functionArn()), caller.requestId(), caller.trace(),
                caller.depth() + 1, caller.endpoint(), null, null);
        ExecutionRoles.Session session = session(lambda, version);
        String stream = DAY.format(time.instant()) + "/[" + version.version() + "]" + hex(16);
        Optional<RestoredCredentials> restored = pool.initialization() == Initialization.SNAP_START
                ? Optional.of(new RestoredCredentials(hex(32), () -> session(lambda, version))) : Optional.empty();
        var variables = new Variables(version, pool.initialization(), session, stream, endpointUrl.get(), restored);
        String token = restored.map(RestoredCredentials::token).orElse(session.sessionToken());
        var parameters = version.parameters()
                ? Optional.of(new Parameters(version, session, token, endpoint, parametersPorts, time))
                : Optional.<Parameters>empty();
        var launch = new Launch(version, runtime, problem, library, sandbox, variables, parameters);
        var log = new EnvironmentLog(time, version, runtime.over() == Runtimes.Over.PIPES, shipper::written);
        if (logged) {
            shipper.register(log, new LogShipper.Stream(session.caller(), version.logGroup(), stream));
        }
        return new Environment(version, launch, sandbox, log, new Report(version, pool.initialization(), stream), time, pool,
                overdue, () -> shipper.forgetLater(log));
    }

    /** Why no process of it can be started. */
    private Optional<Failure> problem(FunctionVersion version) {
        if (version.image().isPresent()) {
            return version.image().get().problem(library.resolve(version.code()));
        }
        boolean bootstrap = !version.runtime().startsWith("provided") || runtimes.bootstrap(version).isPresent();
        return bootstrap ? Optional.empty() : Optional.of(Failure.noBootstrap());
    }

    private ExecutionRoles.Session session(Caller lambda, FunctionVersion version) {
        try {
            return roles.assume(lambda, version.role(), version.name());
        } catch (ApiError refused) {
            throw ApiError.of("AccessDeniedException", 403, "The role defined for the function cannot be assumed by Lambda.");
        }
    }

    private Sandbox sandbox(Runtimes.Runtime runtime) {
        try {
            return spares.take(runtime.spec());
        } catch (SandboxException e) {
            throw new Lambda.ServiceException(e.getMessage());
        }
    }

    private Revision revision(FunctionVersion version) {
        while (true) {
            Revision known = pools.get(version.qualifiedArn());
            if (known != null && known.revision().equals(version.revision())) {
                return known;
            }
            var fresh = new Revision(version.revision(), new Pool(initialization(version), starts),
                    new Pool(Initialization.PROVISIONED, starts));
            if (known == null) {
                if (pools.putIfAbsent(version.qualifiedArn(), fresh) == null) {
                    return fresh;
                }
            } else if (pools.replace(version.qualifiedArn(), known, fresh)) {
                // Not at the cost of the event that comes first.
                Thread.ofVirtual().name("recycle-" + version.name()).start(() -> known.pools().forEach(Pool::close));
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
        Environment environment = start(version, itself(version), runtime, pool);
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

    /** The function is gone or has new code: its idle environments end. */
    public void forget(String functionArn) {
        Arn function = Arn.parse(functionArn);
        concurrency.changed(function.account(), function.region());
        prepared.forget(arn -> arn.startsWith(functionArn + ":"));
        trained.forget(arn -> arn.startsWith(functionArn + ":"));
        pools.entrySet().removeIf(entry -> {
            boolean its = entry.getKey().startsWith(functionArn + ":");
            if (its) {
                entry.getValue().pools().forEach(Pool::close);
            }
            return its;
        });
    }

    /** Boots a runtime that will soon be needed. */
    public void prepare(FunctionVersion version) {
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
            pools.values().forEach(each -> {
                each.onDemand().recycle(now.minus(IDLE));
                each.provisioned().recycle(Instant.MIN);
            });
            spares.recycle(now.minus(IDLE));
            prepared.recycle(now.minus(IDLE));
            return Optional.of(now.plus(LOOK));
        });
    }

    private String trace(FunctionVersion version, String given) {
        return Lineage.through(given == null ? trace(version.traced()) : given, version.functionArn());
    }

    private String trace(boolean sampled) {
        return "Root=1-" + String.format("%08x", time.instant().getEpochSecond()) + "-" + hex(12) + ";Parent=" + hex(8)
                + ";Sampled=" + (sampled ? 1 : 0);
    }

    private String hex(int bytes) {
        byte[] some = new byte[bytes];
        random.nextBytes(some);
        return HexFormat.of().formatHex(some);
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
        pools.values().forEach(each -> each.pools().forEach(Pool::close));
        prepared.close();
        spares.close();
        overdue.close();
        try {
            underWay.awaitAdvanceInterruptibly(underWay.arrive(), DRAIN_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException late) {
            LOG.log(System.Logger.Level.INFO, "Functions that still run are ended; events that nobody waits for are run again.");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        shipper.close();
    }
}
