package dev.aloft.service.lambda;

import dev.aloft.api.Lambda;
import dev.aloft.api.Lambda.FunctionConfiguration;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Signal;
import dev.aloft.kernel.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * When versions with SnapStart were invoked last. One that was not for fourteen days is inactive: what it starts from
 * is given up, and who invokes it then is refused and has it made again.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/snapstart-activate.html#snapstart-function-states">
 *     Function states</a>
 */
final class SnapshotUses {
    private static final Duration IDLE = Duration.ofDays(14);
    /** How exactly it is kept: an event costs a write only so often. */
    private static final Duration EXACT = Duration.ofHours(1);

    private final Store store;
    private final Time time;
    private final Signal signal = new Signal();
    private final Map<Key, Instant> noted = new ConcurrentHashMap<>();

    SnapshotUses(Store store, Time time) {
        this.store = store;
        this.time = time;
    }

    /** Raised when a version is to be taken through its init. */
    Signal signal() {
        return signal;
    }

    /** Only what has been through its init can be invoked. */
    void invoked(FunctionName name, FunctionConfiguration c) {
        if (!SnapStart.isOf(c)) {
            return;
        }
        var version = LambdaData.key(name).and(Long.parseLong(c.version()));
        if (Lambda.State.INACTIVE.equals(c.state())) {
            restore(version);
            throw new Lambda.SnapStartNotReadyException("Lambda is initializing your function. It will be ready to"
                    + " invoke once your function state becomes ACTIVE.");
        }
        SnapStart.checkState(c);
        note(version);
    }

    private void note(Key version) {
        var now = time.instant();
        var last = noted.get(version);
        if (last == null || !now.isBefore(last.plus(EXACT))) {
            noted.put(version, now);
            store.relaxed().change(tx -> LambdaData.SNAPSHOT_USES.put(tx, version, now.toEpochMilli()));
        }
    }

    private void restore(Key version) {
        store.change(tx -> LambdaData.VERSIONS.get(tx, version)
                .filter(now -> Lambda.State.INACTIVE.equals(now.configuration().state())).ifPresent(now -> {
                    LambdaData.VERSIONS.put(tx, version, now.with(SnapStart.restoring(now.configuration())));
                    LambdaData.SNAPSHOTS.put(tx, version, "");
                    tx.afterCommit(signal::raise);
                }));
    }

    /** Makes versions inactive that nobody invoked for long; those that are so now. */
    List<Key> retire() {
        var now = time.instant();
        var idle = store.<List<Key>>read(tx -> LambdaData.VERSIONS.range(tx, Key.EMPTY)
                .filter(row -> SnapStart.isReady(row.value().configuration()))
                .filter(row -> LambdaData.SNAPSHOT_USES.get(tx, row.key())
                        .filter(used -> !now.isBefore(Instant.ofEpochMilli(used).plus(IDLE))).isPresent())
                .map(Row::key).toList());
        if (!idle.isEmpty()) {
            store.change(tx -> idle.forEach(key -> LambdaData.VERSIONS.get(tx, key)
                    .map(version -> version.with(SnapStart.inactive(version.configuration())))
                    .ifPresent(version -> LambdaData.VERSIONS.put(tx, key, version))));
            idle.forEach(noted::remove);
        }
        return idle;
    }
}
