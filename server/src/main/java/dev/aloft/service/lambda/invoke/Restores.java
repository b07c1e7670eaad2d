package dev.aloft.service.lambda.invoke;

import dev.aloft.api.Caller;
import dev.aloft.api.Lambda;
import dev.aloft.kernel.sandbox.Sandboxes;
import dev.aloft.kernel.time.Time;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Environments of versions with SnapStart: they have their init ahead, wait in {@link Prepared} and are restored for
 * the event that finds none idle.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html">SnapStart</a>
 */
final class Restores {
    /** AWS lets the init before a snapshot take longer than one that an event waits for. */
    private static final int LEAST_SNAPSHOT_SECONDS = 130;
    private static final System.Logger LOG = System.getLogger(Restores.class.getName());

    private final Sandboxes sandboxes;
    private final Runtimes runtimes;
    private final NewEnvironments environments;
    private final Function<FunctionVersion, Pool> pools;
    private final Predicate<String> known;
    private final TrainedStarts trained;
    private final Training training;
    private final Time time;
    private final Prepared prepared = new Prepared();
    private volatile boolean closing;

    /**
     * @param pools the pool of a version's environments
     * @param known whether a version, by its ARN, is still there
     */
    Restores(Sandboxes sandboxes, Runtimes runtimes, NewEnvironments environments, TrainedStarts trained,
            Function<FunctionVersion, Pool> pools, Predicate<String> known, Time time) {
        this.sandboxes = sandboxes;
        this.runtimes = runtimes;
        this.environments = environments;
        this.pools = pools;
        this.known = known;
        this.trained = trained;
        this.time = time;
        this.training = new Training(runtimes, trained, (version, runtime) ->
                environments.make(version, environments.itself(version), runtime, pools.apply(version), false));
    }

    /** Runs an event in an environment that had its init before, else in one that has it now. */
    Outcome run(FunctionVersion version, Caller caller, Invocation invocation, Pool pool, Starts.Start granted)
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
            return environment.invoke(invocation).orElseThrow(Restores::stopping);
        } finally {
            if (last) {
                // Not beside other starts of a burst, which it would slow down.
                prepareLater(version);
            }
        }
    }

    private static Lambda.ServiceException stopping() {
        return new Lambda.ServiceException("The platform is stopping.");
    }

    private Environment restored(FunctionVersion version, Caller caller, Pool pool) throws InterruptedException {
        long begun = System.nanoTime();
        Optional<Environment> waiting = prepared.take(version, time.instant());
        Environment environment = waiting.isPresent() ? waiting.get() : initialized(version, caller);
        Optional<Failure> failure = environment.restore();
        if (failure.isPresent()) {
            environment.abandon();
            throw failure.get().isTimeout()
                    ? new Lambda.SnapStartTimeoutException(
                            "Lambda couldn't restore the snapshot within the timeout limit.")
                    : new Lambda.SnapStartException("An error occurred while restoring the snapshot: "
                            + failure.get().words());
        }
        pool.add(environment);
        pool.started(System.nanoTime() - begun);
        return environment;
    }

    /** @throws Lambda.SnapStartNotReadyException if its init fails, which it did not when the version was published */
    private Environment initialized(FunctionVersion version, Caller caller) throws InterruptedException {
        Environment environment = environments.make(version, caller, runtimes.of(version), pools.apply(version));
        if (environment.init(initSeconds(version))) {
            return environment;
        }
        Failure failure = environment.incarnation().failure();
        environment.stop();
        throw new Lambda.SnapStartNotReadyException("The init of version " + version.version() + " failed: "
                + failure.words());
    }

    private static int initSeconds(FunctionVersion version) {
        return Math.max(LEAST_SNAPSHOT_SECONDS, version.timeoutSeconds());
    }

    private void prepareLater(FunctionVersion version) {
        time.start("lambda-snapshot-" + version.name(), () -> {
            try {
                for (int i = 0; i < Prepared.MOST && prepare(version).isEmpty(); i++) {
                    // As many as are lacking.
                }
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.INFO, () -> "No environment of " + version.qualifiedArn()
                        + " could be prepared: " + e.getMessage());
            }
        });
    }

    /** Takes a version through its init and keeps the environment, if one is lacking. */
    Optional<Invocations.InitFailure> prepare(FunctionVersion version) {
        if (closing) {
            throw stopping();
        }
        if (!sandboxes.hasRoom(1) || !prepared.make(version, sandboxes.hasRoom(Prepared.ROOM), time.instant())) {
            return Optional.empty();
        }
        try {
            return prepareOne(version);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw stopping();
        } catch (Lambda.InvalidRuntimeException missing) {
            return Optional.of(new Invocations.InitFailure("InvalidRuntime", missing.getMessage()));
        } finally {
            prepared.made(version);
        }
    }

    private Optional<Invocations.InitFailure> prepareOne(FunctionVersion version) throws InterruptedException {
        Environment environment = environments.make(version, environments.itself(version), runtimes.of(version),
                pools.apply(version));
        if (environment.init(initSeconds(version))) {
            prepared.put(environment);
            if (!known.test(version.qualifiedArn())) {
                // Deleted meanwhile.
                prepared.forget(version.qualifiedArn()::equals);
            }
            return Optional.empty();
        }
        Failure failure = environment.incarnation().failure();
        environment.stop();
        return Optional.of(new Invocations.InitFailure(
                failure.isTimeout() ? "FunctionError.InitTimeout" : "FunctionError", failure.words()));
    }

    /** Lets those that start when none waits go through their init faster, where the version's runtime can. */
    void train(FunctionVersion version) {
        try {
            if (sandboxes.hasRoom(1)) {
                training.train(version, initSeconds(version));
            }
            if (!known.test(version.qualifiedArn())) {
                // Deleted meanwhile.
                trained.forget(version.qualifiedArn()::equals);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw stopping();
        }
    }

    /** The ARNs of versions of which something is kept to start from. */
    List<String> trained() {
        return trained.arns();
    }

    int waiting() {
        return prepared.size();
    }

    /** Ends one that waits; says whether there was one. */
    boolean evict() {
        return prepared.evict();
    }

    void recycle(Instant unusedSince) {
        prepared.recycle(unusedSince);
    }

    /** @param arns of the versions that are gone */
    void forget(Predicate<String> arns) {
        prepared.forget(arns);
        trained.forget(arns);
    }

    void close() {
        closing = true;
        prepared.close();
    }
}
