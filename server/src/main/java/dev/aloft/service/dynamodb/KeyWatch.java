package dev.aloft.service.dynamodb;

import dev.aloft.kernel.store.Due;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Looks at the keys of all tables from time to time. A table whose key is no good is inaccessible; after twenty hours
 * it is no longer part of its global table, and after a week it is archived.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ReplicaDescription.html">The states of
 *     a replica</a>
 */
final class KeyWatch {
    /** AWS takes from a quarter of an hour to more than one until it notices. */
    private static final Duration LOOKS = Duration.ofMinutes(1);
    private static final Duration MEMBERSHIP = Duration.ofHours(20);
    private static final Duration PATIENCE = Duration.ofDays(7);
    private static final int AT_ONCE = 100;

    private final DynamoDbData data;
    private final OpenTables open;
    private final TableKeys keys;
    private final Replicas replicas;
    private final Backups backups;
    private final Store store;
    private final Time time;
    private Instant looked = Instant.MIN;

    KeyWatch(DynamoDbData data, OpenTables open, TableKeys keys, Replicas replicas, Backups backups, Store store,
            Time time) {
        this.data = data;
        this.open = open;
        this.keys = keys;
        this.replicas = replicas;
        this.backups = backups;
        this.store = store;
        this.time = time;
    }

    /** Ends grants that are no longer needed, too. */
    Optional<Instant> turn() {
        var now = time.instant();
        store.<List<Due.Waiting<TableKey>>>read(tx -> data.retiring.due(tx, now, AT_ONCE)).forEach(due -> {
            keys.retire(TableRef.of(due.id()), due.value());
            store.change(tx -> data.retiring.cancel(tx, due.id()));
        });
        if (!now.isBefore(looked.plus(LOOKS))) {
            looked = now;
            store.<List<Row<TableKey>>>read(tx -> data.keys.range(tx, Key.EMPTY).toList())
                .forEach(row -> look(TableRef.of(row.key()), row.value(), now));
        }
        return store.read(tx -> Stream.of(data.retiring.next(tx),
                data.keys.range(tx, Key.EMPTY).findAny().map(_ -> looked.plus(LOOKS)))
            .flatMap(Optional::stream).min(Instant::compareTo));
    }

    private void look(TableRef ref, TableKey key, Instant now) {
        if (key.archival().isPresent()) {
            return;
        }
        if (isOver(key, PATIENCE, now)) {
            archive(ref, now);
            return;
        }
        boolean good = keys.isGood(ref, key);
        if (good == key.inaccessible().isPresent()) {
            store.change(tx -> data.keys.update(tx, ref.key(), it -> !it.grant().equals(key.grant()) ? it
                : it.inaccessible(good ? Optional.empty() : Optional.of(now))));
        } else if (isOver(key, MEMBERSHIP, now)) {
            store.change(tx -> replicas.part(tx, ref));
        }
    }

    private static boolean isOver(TableKey key, Duration patience, Instant now) {
        return key.inaccessible().filter(since -> !now.isBefore(since.plus(patience))).isPresent();
    }

    /** What the table has goes into a backup; that is all there is of it from now on, whatever becomes of the key. */
    private void archive(TableRef ref, Instant now) {
        store.change(tx -> open.find(tx, ref).filter(live -> !live.stored.creating()).ifPresent(live -> {
            var backup = backups.begin(tx, live, ref.name() + "$ArchivalBackup", now);
            data.keys.update(tx, ref.key(), key -> key.archived(now, backup.id()));
        }));
    }
}
