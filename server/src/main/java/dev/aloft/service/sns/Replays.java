package dev.aloft.service.sns;

import dev.aloft.kernel.store.Due;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.sns.SnsData.KeptSubscription;
import dev.aloft.service.sns.SnsData.KeptTopic;
import dev.aloft.service.sns.SnsData.Replay;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Brings what a FIFO topic archived to a subscription again. A replay without an end goes on until it has caught up;
 * what is published meanwhile comes to that subscription out of the archive too, so that order holds.
 *
 * @see <a href="https://docs.aws.amazon.com/sns/latest/dg/message-archiving-and-replay-subscriber.html">Message
 *     replay</a>
 */
final class Replays {
    private static final int AT_ONCE = 100;

    private final SnsData data;
    private final Outgoing outgoing;
    private final Filter filter;
    private final Store store;
    private final Time time;

    Replays(SnsData data, Outgoing outgoing, Filter filter, Store store, Time time) {
        this.data = data;
        this.outgoing = outgoing;
        this.filter = filter;
        this.store = store;
        this.time = time;
    }

    /** Begins the replay that the subscription asks for, in place of one that is under way; or ends that one. */
    void start(Tx tx, KeptSubscription subscription, KeptTopic topic, Instant now) {
        data.replays.cancel(tx, subscription.key());
        subscription.attribute("ReplayPolicy").filter(_ -> subscription.confirmed()).ifPresent(policy -> {
            var window = SubscriptionAttributes.replay(policy, topic);
            data.replays.add(tx, now, subscription.key(),
                    new Replay(subscription.key(), window.start(), window.end(), null));
        });
    }

    Optional<String> status(ReadTx tx, KeptSubscription subscription) {
        return subscription.attribute("ReplayPolicy")
                .map(_ -> data.replays.get(tx, subscription.key()).isPresent() ? "In progress" : "Completed");
    }

    /** Whether new messages reach this subscription out of the archive. */
    boolean catchingUp(ReadTx tx, KeptSubscription subscription) {
        return subscription.attributes().containsKey("ReplayPolicy")
                && data.replays.get(tx, subscription.key()).filter(it -> it.value().end() == null).isPresent();
    }

    void turn() {
        var now = time.instant();
        var due = store.<List<Due.Waiting<Replay>>>read(tx -> data.replays.due(tx, now, AT_ONCE));
        due.forEach(waiting -> store.change(tx -> step(tx, waiting)));
    }

    private void step(Tx tx, Due.Waiting<Replay> waiting) {
        var current = data.replays.get(tx, waiting.id());
        var subscription = data.subscriptions.get(tx, waiting.value().subscription());
        if (current.isEmpty() || subscription.isEmpty()) {
            data.replays.cancel(tx, waiting.id());
            return;
        }
        var replay = current.get().value();
        var topic = subscription.get().topicKey();
        var range = replay.after() == null ? Range.of(topic).from(topic.and(replay.start()))
                : Range.of(topic).after(replay.after());
        var page = data.archive.page(tx, replay.end() == null ? range : range.to(topic.and(replay.end())), AT_ONCE);
        for (var message : page.values()) {
            if (filter.accepts(subscription.get(), message)) {
                outgoing.replay(tx, message, subscription.get());
            }
        }
        if (page.next().isPresent()) {
            data.replays.add(tx, waiting.at(), waiting.id(),
                    new Replay(replay.subscription(), replay.start(), replay.end(), page.next().get()));
        } else {
            data.replays.cancel(tx, waiting.id());
        }
    }
}
