package dev.aloft.service.dynamodb;

import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.dynamodb.LiveTable.LiveIndex;
import java.util.Optional;
import java.util.function.Function;

/**
 * What all reads of items have in common: the open table, how far behind it they may be, and what capacity they use.
 */
final class Reads {
    private final OpenTables tables;
    private final Throttle throttle;
    private final Store store;
    private final Time time;

    Reads(OpenTables tables, Throttle throttle, Store store, Time time) {
        this.tables = tables;
        this.throttle = throttle;
        this.store = store;
        this.time = time;
    }

    <R> R read(Function<? super ReadTx, ? extends R> view) {
        return store.read(view);
    }

    Optional<LiveTable> find(ReadTx tx, TableRef ref) {
        return tables.find(tx, ref);
    }

    LiveTable open(ReadTx tx, TableRef ref) {
        return tables.open(tx, ref);
    }

    /** The store as a read sees it: as it is, or as it was a while ago where the table is set to lag. */
    ReadTx view(ReadTx tx, LiveTable table, boolean consistent) {
        return consistent || !table.settings.lags() ? tx
            : History.asOf(tx, table, time.instant().minus(table.settings.lag()));
    }

    void admit(LiveTable table, Optional<LiveIndex> index) {
        throttle.admitRead(table, index);
    }

    boolean admits(LiveTable table) {
        return throttle.admitsRead(table);
    }

    void used(LiveTable table, Capacity capacity) {
        throttle.used(table, capacity, Throttle.Kind.READ);
    }
}
