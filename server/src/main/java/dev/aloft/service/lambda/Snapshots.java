package dev.aloft.service.lambda;

import dev.aloft.api.ApiError;
import dev.aloft.api.Lambda;
import dev.aloft.api.Lambda.FunctionConfiguration;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Signal;
import dev.aloft.kernel.time.Time;
import dev.aloft.kernel.time.Worker;
import dev.aloft.service.lambda.invoke.FunctionVersion;
import dev.aloft.service.lambda.invoke.Invocations;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Takes published versions with SnapStart through their init: what is pending becomes active or fails. After the
 * platform started it does so again for the newest version of each function, since no environment outlives it.
 */
final class Snapshots {
    private static final System.Logger LOG = System.getLogger(Snapshots.class.getName());
    private static final Duration LOOK = Duration.ofMinutes(1);
    private static final Duration IDLE_LOOK = Duration.ofHours(1);
    private static final int AT_ONCE = 2;
    private static final int MOST_AT_START = 8;

    private final Store store;
    private final Functions functions;
    private final Invocations invocations;
    private final Time time;
    private final SnapshotUses uses;
    private final Signal signal;
    /** Raised for each version that is no longer pending. */
    private final Signal settled = new Signal();
    private final Set<Key> underWay = ConcurrentHashMap.newKeySet();
    private boolean begun;
    /** Only the worker's. */
    private Instant lookedForIdle = Instant.EPOCH;

    Snapshots(Store store, Functions functions, SnapshotUses uses, Invocations invocations, Time time) {
        this.uses = uses;
        this.signal = uses.signal();
        this.store = store;
        this.functions = functions;
        this.invocations = invocations;
        this.time = time;
    }

    /** A version was published. */
    void look() {
        signal.raise();
    }

    Worker worker() {
        return new Worker("lambda-snapshots", signal, this::turn);
    }

    private Optional<Instant> turn() {
        List<Key> pending = store.read(tx -> LambdaData.SNAPSHOTS.range(tx, Key.EMPTY).map(Row::key).toList());
        for (Key version : pending) {
            if (underWay.size() < AT_ONCE && underWay.add(version)) {
                time.start("lambda-snapshot", () -> make(version));
            }
        }
        if (!begun) {
            begun = true;
            time.start("lambda-snapshots-again", this::again);
        }
        retireIdle();
        return Optional.of(time.instant().plus(LOOK));
    }

    private void retireIdle() {
        if (time.instant().isBefore(lookedForIdle.plus(IDLE_LOOK))) {
            return;
        }
        lookedForIdle = time.instant();
        uses.retire().forEach(key -> invocations.forgetVersion(name(key).qualifiedArn()));
    }

    private void make(Key key) {
        try {
            Optional<LambdaData.Version> version = store.read(tx -> LambdaData.VERSIONS.get(tx, key));
            Optional<Invocations.InitFailure> failure = version.flatMap(each -> prepare(key, each));
            long made = time.millis();
            store.change(tx -> {
                LambdaData.SNAPSHOT_USES.put(tx, key, made);
                LambdaData.VERSIONS.get(tx, key).map(now -> now.with(settled(now.configuration(), failure)))
                        .ifPresent(now -> LambdaData.VERSIONS.put(tx, key, now));
                LambdaData.SNAPSHOTS.delete(tx, key);
            });
            LOG.log(System.Logger.Level.INFO, () -> "Version " + key.number(3) + " of " + key.text(2)
                    + failure.map(why -> " failed: " + why.reason())
                    .orElse(" starts from environments that had their init and wait frozen."));
            signal.raise();
            settled.raise();
        } catch (Lambda.ServiceException stopping) {
            // The version stays pending until the platform is back.
        } finally {
            underWay.remove(key);
        }
    }

    private Optional<Invocations.InitFailure> prepare(Key key, LambdaData.Version version) {
        try {
            FunctionVersion runnable = functions.runnable(name(key), version);
            Optional<Invocations.InitFailure> failure = invocations.prepareRestore(runnable);
            if (failure.isEmpty()) {
                invocations.train(runnable);
            }
            return failure;
        } catch (Lambda.ServiceException stopping) {
            throw stopping;
        } catch (ApiError refused) {
            return Optional.of(new Invocations.InitFailure(Lambda.StateReasonCode.INTERNAL_ERROR,
                    refused.getMessage()));
        }
    }

    /** Returns once a version is no longer pending. */
    FunctionConfiguration await(FunctionName version) throws InterruptedException {
        while (true) {
            long seen = settled.count();
            FunctionConfiguration now = functions.configuration(version);
            if (!"Pending".equals(now.state())) {
                return now;
            }
            time.await(settled, seen, time.instant().plus(LOOK));
        }
    }

    private static FunctionConfiguration settled(FunctionConfiguration c, Optional<Invocations.InitFailure> failure) {
        return failure.map(why -> SnapStart.failed(c, why.code(), why.reason())).orElseGet(() -> SnapStart.active(c));
    }

    private static FunctionName name(Key key) {
        return new FunctionName(key.text(0), key.text(1), key.text(2), String.valueOf(key.number(3)));
    }

    private void again() {
        forgetGone();
        List<Key> newest = store
                .read(tx -> LambdaData.FUNCTIONS.range(tx, Key.EMPTY).filter(row -> row.value().published() > 0)
                .map(row -> row.key().and(row.value().published()))
                .filter(key -> LambdaData.VERSIONS.get(tx, key).map(LambdaData.Version::configuration)
                        .filter(SnapStart::isReady).isPresent())
                .limit(MOST_AT_START).toList());
        try {
            for (Key key : newest) {
                store.read(tx -> LambdaData.VERSIONS.get(tx, key)).ifPresent(version -> prepare(key, version));
            }
        } catch (Lambda.ServiceException stopping) {
            // The others' turn is after the next start.
        }
    }

    /** What was kept of versions that were deleted just before the platform was killed. */
    private void forgetGone() {
        List<String> kept = invocations.trained();
        if (!kept.isEmpty()) {
            Set<String> there = store.read(tx -> LambdaData.VERSIONS.range(tx, Key.EMPTY)
                    .map(row -> name(row.key()).qualifiedArn())
                    .collect(Collectors.toSet()));
            kept.stream().filter(arn -> !there.contains(arn)).forEach(invocations::forgetVersion);
        }
    }
}
