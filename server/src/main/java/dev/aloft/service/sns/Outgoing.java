package dev.aloft.service.sns;

import dev.aloft.kernel.delivery.Attempt;
import dev.aloft.kernel.delivery.Carrier;
import dev.aloft.kernel.delivery.Deliveries;
import dev.aloft.kernel.delivery.Ending;
import dev.aloft.kernel.delivery.Lane;
import dev.aloft.kernel.delivery.Outcome;
import dev.aloft.kernel.delivery.RetryPolicy;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Backoff;
import dev.aloft.kernel.time.Time;
import dev.aloft.kernel.time.Worker;
import dev.aloft.service.sns.Devices.Found.Unreachable;
import dev.aloft.service.sns.SnsData.KeptSubscription;
import dev.aloft.service.sns.SnsData.KeptTopic;
import dev.aloft.service.sns.SnsData.Message;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Promises messages to subscriptions in the publisher's commit and carries them there. What goes to people (mail,
 * phones, devices) is in their mailbox with that commit.
 *
 * @see <a href="https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html">Message delivery
 *     retries</a>
 */
final class Outgoing implements Carrier<Parcel> {
    private static final Set<String> TO_PEOPLE = Set.of("email", "email-json", "sms", "application");
    /** While a throttle policy holds a message back. */
    private static final Backoff THROTTLED = new Backoff(Duration.ofSeconds(1), 1, Duration.ofSeconds(1));

    private final SnsData data;
    private final Store store;
    private final Time time;
    private final Devices devices;
    private final Mailbox mailbox;
    private final Couriers couriers;
    private final DeliveryLog log;
    private final Measures measures;
    private final Deliveries<Parcel> deliveries;

    Outgoing(SnsData data, Store store, Time time, Devices devices, Mailbox mailbox, Couriers couriers,
            DeliveryLog log, Measures measures) {
        this.data = data;
        this.store = store;
        this.time = time;
        this.devices = devices;
        this.mailbox = mailbox;
        this.couriers = couriers;
        this.log = log;
        this.measures = measures;
        deliveries = new Deliveries<>("sns", store, time, Codec.of(Parcel.class), this);
    }

    Worker worker() {
        return deliveries.worker();
    }

    /** Keeps the message until each of these subscriptions has it. */
    void promise(Tx tx, Message message, KeptTopic topic, List<KeptSubscription> subscriptions) {
        var machines = subscriptions.stream().filter(it -> !isToPeople(it)).toList();
        if (!machines.isEmpty()) {
            var key = topic.key().and(message.id());
            data.messages.put(tx, key, message);
            data.underWay.put(tx, key, (long) machines.size());
            machines.forEach(subscription -> notice(tx, key, message, subscription, false));
        }
        subscriptions.stream().filter(Outgoing::isToPeople)
                .forEach(subscription -> give(tx, subscription, topic, message));
    }

    private void give(Tx tx, KeptSubscription subscription, KeptTopic topic, Message message) {
        if (subscription.protocol().equals("application")
                && devices.find(tx, subscription.endpoint()) instanceof Unreachable(var application, var fault)) {
            application.flatMap(it -> ApplicationEvents.failure(it, subscription.endpoint(), fault, message,
                    message.at())).ifPresent(it -> announce(tx, it));
        } else {
            mailbox.put(tx, subscription, topic, message);
        }
    }

    /** Tells an application's owner of one of its devices. */
    void announce(Tx tx, Parcel.Announcement announcement) {
        deliveries.promise(tx, UUID.randomUUID().toString(), announcement);
    }

    /** The same for an archived message that one subscription gets again. */
    void replay(Tx tx, Message message, KeptSubscription subscription) {
        var key = subscription.topicKey().and(message.id(), "replay", subscription.id());
        data.messages.put(tx, key, message);
        data.underWay.put(tx, key, 1L);
        notice(tx, key, message, subscription, true);
    }

    private void notice(Tx tx, Key message, Message content, KeptSubscription subscription, boolean replayed) {
        boolean ordered = content.sequence() != null;
        var lane = ordered ? subscription.arn() + "/" + content.group() : subscription.arn();
        var id = ordered ? content.sequence() + (replayed ? "/replay" : "") + "/" + subscription.id()
                : content.id() + "/" + subscription.id();
        deliveries.promise(tx, id, new Parcel.Notice(message, subscription.key(), lane, ordered, replayed));
    }

    /** Asks whoever the endpoint belongs to. */
    void confirmation(Tx tx, KeptSubscription subscription, String type, Instant at, String endpoint) {
        var id = UUID.randomUUID().toString();
        if (isToPeople(subscription)) {
            mailbox.ask(tx, subscription, type, id, at, endpoint);
        } else {
            deliveries.promise(tx, id, new Parcel.Question(subscription, type, id, at, endpoint));
        }
    }

    @Override
    public Lane lane(Parcel parcel) {
        return switch (parcel) {
            case Parcel.Notice notice -> new Lane(notice.lane(), notice.ordered());
            case Parcel.Question question -> Lane.of(question.subscription().arn());
            case Parcel.DeadLetter letter -> Lane.of(letter.queueArn());
            case Parcel.Announcement announcement -> Lane.of(announcement.topicArn());
        };
    }

    @Override
    public RetryPolicy policy(Parcel parcel) {
        return switch (parcel) {
            case Parcel.DeadLetter _, Parcel.Announcement _ -> RetryPolicy.DISPATCH;
            case Parcel.Question question -> policy(question.subscription());
            case Parcel.Notice notice -> store.read(tx -> data.subscriptions.get(tx, notice.subscription()))
                    .map(this::policy).orElse(RetryPolicy.SNS_TO_AWS);
        };
    }

    private RetryPolicy policy(KeptSubscription subscription) {
        if (!subscription.protocol().startsWith("http")) {
            return RetryPolicy.SNS_TO_AWS;
        }
        var topic = store.read(tx -> data.topics.get(tx, subscription.topicKey()));
        return topic.map(it -> retries(DeliveryPolicy.of(it, subscription))).orElse(RetryPolicy.SNS_TO_AWS);
    }

    /** The four phases of a delivery policy. */
    static RetryPolicy retries(DeliveryPolicy policy) {
        var shortest = Duration.ofSeconds(policy.number("minDelayTarget"));
        var longest = Duration.ofSeconds(policy.number("maxDelayTarget"));
        int immediate = policy.number("numNoDelayRetries");
        int before = policy.number("numMinDelayRetries");
        int after = policy.number("numMaxDelayRetries");
        int between = policy.number("numRetries") - immediate - before - after;
        var phases = new ArrayList<RetryPolicy.Phase>();
        phases.add(RetryPolicy.Phase.at(immediate, Duration.ZERO));
        phases.add(RetryPolicy.Phase.at(before, shortest));
        phases.add(new RetryPolicy.Phase(between, shortest, longest,
                RetryPolicy.Curve.valueOf(policy.backoffFunction().toUpperCase(Locale.ROOT)), false));
        phases.add(RetryPolicy.Phase.at(after, longest));
        return new RetryPolicy(phases.stream().filter(it -> it.retries() > 0).toList(), Duration.ofHours(1), THROTTLED);
    }

    /** A message with where it goes, as they are now. */
    private record Loaded(Message message, KeptSubscription subscription, KeptTopic topic) {
    }

    private Optional<Loaded> load(Parcel.Notice notice) {
        return store.read(tx -> data.messages.get(tx, notice.message()).flatMap(message ->
                data.subscriptions.get(tx, notice.subscription()).flatMap(subscription ->
                        data.topics.get(tx, subscription.topicKey())
                        .map(topic -> new Loaded(message, subscription, topic)))));
    }

    @Override
    public Outcome deliver(Parcel parcel, Attempt attempt) {
        return switch (parcel) {
            // Where the subscription is gone there is nobody to bring it to.
            case Parcel.Notice notice ->
                    load(notice).map(it -> couriers.bring(it.topic(), it.subscription(), it.message(),
                    notice.replayed(), attempt)).orElse(Outcome.delivered());
            case Parcel.Question question -> couriers.ask(
                    store.read(tx -> data.topics.get(tx, question.subscription().topicKey())).orElse(null), question,
                    attempt);
            case Parcel.DeadLetter letter -> couriers.bury(letter, attempt);
            case Parcel.Announcement announcement -> couriers.announce(announcement, attempt);
        };
    }

    @Override
    public void settled(Tx tx, Parcel parcel, Attempt last, Ending ending) {
        if (!(parcel instanceof Parcel.Notice notice)) {
            return;
        }
        if (ending instanceof Ending.GivenUp) {
            data.subscriptions.get(tx, notice.subscription())
                    .ifPresent(subscription -> deadLetter(tx, notice, subscription, last));
        }
        long left = data.underWay.get(tx, notice.message()).orElse(1L) - 1;
        if (left > 0) {
            data.underWay.put(tx, notice.message(), left);
        } else {
            data.underWay.delete(tx, notice.message());
            data.messages.delete(tx, notice.message());
        }
    }

    private void deadLetter(Tx tx, Parcel.Notice notice, KeptSubscription subscription, Attempt last) {
        var message = data.messages.get(tx, notice.message());
        var topic = data.topics.get(tx, subscription.topicKey());
        var queue = SubscriptionAttributes.deadLetters(subscription);
        if (message.isPresent() && topic.isPresent() && queue.isPresent()) {
            deliveries.promise(tx, "dead/" + last.id(),
                    new Parcel.DeadLetter(queue.get().toString(), message.get(), subscription,
                    couriers.content(topic.get(), subscription, message.get(), notice.replayed()), subscription.raw()));
        }
    }

    @Override
    public void ended(Parcel parcel, Attempt last, Ending ending) {
        boolean delivered = ending instanceof Outcome.Delivered;
        switch (parcel) {
            case Parcel.Notice notice -> store.read(tx -> data.subscriptions.get(tx, notice.subscription()).flatMap(
                    it -> data.topics.get(tx, it.topicKey()).map(topic -> new Loaded(null, it, topic))))
                            .ifPresent(it -> {
                        measures.ended(it.subscription(), delivered);
                        log.note(it.topic(), it.subscription(), ending);
                    });
            case Parcel.DeadLetter letter -> measures.buried(letter.subscription(), delivered);
            case Parcel.Question _, Parcel.Announcement _ -> { }
        }
    }

    /** Whether what goes there is in a mailbox as soon as it is published. */
    static boolean isToPeople(KeptSubscription subscription) {
        return TO_PEOPLE.contains(subscription.protocol());
    }
}
