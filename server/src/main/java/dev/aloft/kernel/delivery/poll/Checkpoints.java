package dev.aloft.kernel.delivery.poll;

import dev.aloft.kernel.delivery.poll.StreamPoller.Checkpoint;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Table;
import dev.aloft.kernel.store.Tx;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The checkpoints of one poller.
 *
 * @param table  by the poller and the shard
 * @param poller its key
 */
public record Checkpoints(Store store, Table<Checkpoint> table, Key poller) {
    public Checkpoint of(String shard) {
        return store.<Optional<Checkpoint>>read(tx -> table.get(tx, key(shard))).orElse(Checkpoint.NONE);
    }

    public void change(Tx tx, String shard, UnaryOperator<Checkpoint> change) {
        table.put(tx, key(shard), change.apply(table.get(tx, key(shard)).orElse(Checkpoint.NONE)));
    }

    private Key key(String shard) {
        return poller.and(shard);
    }
}
