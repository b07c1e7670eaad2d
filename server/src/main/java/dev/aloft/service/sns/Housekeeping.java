package dev.aloft.service.sns;

import dev.aloft.kernel.store.Due;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.sns.SnsData.Expiring;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Forgets what is over, and carries replays on. */
final class Housekeeping {
    private static final int AT_ONCE = 500;

    private final SnsData data;
    private final Topics topics;
    private final Subscriptions subscriptions;
    private final Replays replays;
    private final Store store;
    private final Time time;

    Housekeeping(SnsData data, Topics topics, Subscriptions subscriptions, Replays replays, Store store, Time time) {
        this.data = data;
        this.topics = topics;
        this.subscriptions = subscriptions;
        this.replays = replays;
        this.store = store;
        this.time = time;
    }

    Optional<Instant> turn() {
        var now = time.instant();
        var due = store.<List<Due.Waiting<Expiring>>>read(tx -> data.expiring.due(tx, now, AT_ONCE));
        if (!due.isEmpty()) {
            store.change(tx -> due.forEach(waiting -> {
                if (data.expiring.cancel(tx, waiting.id())) {
                    forget(tx, waiting.value(), now);
                }
            }));
        }
        replays.turn();
        return store.read(tx -> Stream.concat(data.expiring.next(tx).stream(), data.replays.next(tx).stream())
                .min(Instant::compareTo));
    }

    private void forget(Tx tx, Expiring expiring, Instant now) {
        switch (expiring) {
            // Published again after it had expired, the id stands for the new message.
            case Expiring.Deduplication(var key, var at) -> data.deduplications.get(tx, key)
                    .filter(it -> it.at().equals(at)).ifPresent(_ -> data.deduplications.delete(tx, key));
            case Expiring.Archived(var key) -> data.archive.delete(tx, key);
            case Expiring.Letter(var key) -> data.letters.delete(tx, key);
            case Expiring.Deleted(var key) ->
                    data.topics.get(tx, key).ifPresent(topic -> topics.count(tx, topic, 0, 0, -1));
            case Expiring.Unconfirmed(var key) -> subscriptions.forgetUnconfirmed(tx, key, now);
        }
    }
}
