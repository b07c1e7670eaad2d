package dev.aloft.service.sns;

import static dev.aloft.service.sns.Refusals.arn;
import static dev.aloft.service.sns.Refusals.invalid;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Sns;
import dev.aloft.kernel.envelope.Envelopes;
import dev.aloft.kernel.envelope.KeyUse;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.sns.Devices.Found;
import dev.aloft.service.sns.SnsData.Expiring;
import dev.aloft.service.sns.SnsData.KeptApplication;
import dev.aloft.service.sns.SnsData.KeptSubscription;
import dev.aloft.service.sns.SnsData.KeptTopic;
import dev.aloft.service.sns.SnsData.Letter;
import dev.aloft.service.sns.SnsData.Message;
import dev.aloft.service.sns.SnsData.Published;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Publishing: one message or a batch, to a topic, a phone or a device. */
final class Publishing {
    private static final int LARGEST = 262_144;
    private static final int LARGEST_BATCH = 10;
    private static final int LONGEST_ENTRY_ID = 80;
    private static final Duration DEDUPLICATED = Duration.ofMinutes(5);
    /** For so long a publisher's data key is good for a topic. */
    private static final Duration KEY_REUSED = Duration.ofMinutes(5);

    private final SnsData data;
    private final Topics topics;
    private final Outgoing outgoing;
    private final Replays replays;
    private final Filter filter;
    private final Devices devices;
    private final Mailbox mailbox;
    private final Receipts receipts;
    private final Measures measures;
    private final Envelopes envelopes;
    private final Store store;
    private final Time time;

    Publishing(SnsData data, Topics topics, Outgoing outgoing, Replays replays, Filter filter, Devices devices,
            Mailbox mailbox, Receipts receipts, Measures measures, Envelopes envelopes, Store store, Time time) {
        this.data = data;
        this.topics = topics;
        this.outgoing = outgoing;
        this.replays = replays;
        this.filter = filter;
        this.devices = devices;
        this.mailbox = mailbox;
        this.receipts = receipts;
        this.measures = measures;
        this.envelopes = envelopes;
        this.store = store;
        this.time = time;
    }

    Sns.PublishResponse publish(Caller caller, Sns.PublishRequest input) {
        checkAddress(input);
        Draft.check(input.message(), input.subject());
        var draft = Draft.of(input);
        if (draft.size() > LARGEST) {
            throw invalid("Message too long");
        }
        if (input.phoneNumber() != null) {
            return toPhone(caller, input.phoneNumber(), draft);
        }
        var target = input.topicArn() == null ? input.targetArn() : input.topicArn();
        if (input.targetArn() != null && Platforms.isEndpoint(target)) {
            return toDevice(caller, target, draft);
        }
        arn(caller, target, input.topicArn() == null ? "TargetArn" : "TopicArn");
        var topic = store.read(tx -> topics.existing(tx, caller, target));
        draft.checkFor(topic);
        var published = toTopic(caller, topic, List.of(draft.message(caller, topic, time.instant()))).getFirst();
        measures.published(topic, draft.size());
        return Sns.PublishResponse.of(r -> r.messageId(published.messageId()).sequenceNumber(published.sequence()));
    }

    private static void checkAddress(Sns.PublishRequest input) {
        if (input.topicArn() == null && input.targetArn() == null && input.phoneNumber() == null) {
            throw invalid("TopicArn or TargetArn", "no value for required parameter");
        }
        if (input.phoneNumber() != null && !Endpoints.isPhone(input.phoneNumber())) {
            throw invalid("PhoneNumber", input.phoneNumber() + " is not valid to publish to");
        }
    }

    /** Where each message goes is found out first, so that the commit of the promise is short. */
    private List<Published> toTopic(Caller caller, KeptTopic topic, List<Message> messages) {
        topic.attribute("KmsMasterKeyId").filter(key -> !key.isEmpty()).ifPresent(key -> envelopes.require(caller,
                new KeyUse(topic.account(), key, Map.of("aws:sns:topicArn", topic.arn()), KEY_REUSED)));
        var subscriptions =
                store.<List<KeptSubscription>>read(tx -> data.subscriptions.range(tx, topic.key()).map(Row::value)
                .filter(it -> it.confirmed() && !replays.catchingUp(tx, it)).toList());
        var receivers = messages.stream().map(message -> wanting(subscriptions, message)).toList();
        if (!topic.fifo() && receivers.stream().allMatch(List::isEmpty)) {
            return messages.stream().map(it -> new Published(it.id(), null, it.at())).toList();
        }
        var now = time.instant();
        var published = store.<List<Published>>write(tx -> {
            var all = new ArrayList<Published>();
            for (int i = 0; i < messages.size(); i++) {
                all.add(promise(tx, topic, messages.get(i), receivers.get(i), now));
            }
            return all;
        });
        for (int i = 0; i < messages.size(); i++) {
            note(topic, receivers.get(i), messages.get(i));
        }
        return published;
    }

    private void note(KeptTopic topic, List<KeptSubscription> receivers, Message message) {
        receivers.stream().filter(Outgoing::isToPeople).forEach(subscription ->
                measures.ended(subscription, receipts.ofSubscription(topic, subscription, message)));
    }

    private List<KeptSubscription> wanting(List<KeptSubscription> subscriptions, Message message) {
        var wanting = new ArrayList<KeptSubscription>();
        for (var subscription : subscriptions) {
            if (!filter.accepts(subscription, message)) {
                measures.filteredOut(subscription, message);
            } else {
                wanting.add(subscription);
            }
        }
        return wanting;
    }

    private Published promise(Tx tx, KeptTopic topic, Message message, List<KeptSubscription> receivers, Instant now) {
        if (!topic.fifo()) {
            outgoing.promise(tx, message, topic, receivers);
            return new Published(message.id(), null, now);
        }
        var key = deduplicationKey(topic, message);
        var known = data.deduplications.get(tx, key).filter(it -> it.at().plus(DEDUPLICATED).isAfter(now));
        if (known.isPresent()) {
            return known.get();
        }
        var ordered = sequenced(message, nextSequence(tx, topic));
        var published = new Published(message.id(), ordered.sequence(), now);
        data.deduplications.put(tx, key, published);
        data.expiring.add(tx, now.plus(DEDUPLICATED), Key.of("deduplication", key),
                new Expiring.Deduplication(key, now));
        archive(tx, topic, ordered);
        outgoing.promise(tx, ordered, topic, receivers);
        return published;
    }

    /** Whether an id stands for one message in the whole topic or in its group. */
    private static Key deduplicationKey(KeptTopic topic, Message message) {
        boolean byGroup = "MessageGroup".equals(topic.attributes().get("FifoThroughputScope"));
        return topic.key().and(byGroup ? message.group() : "", message.deduplication());
    }

    private String nextSequence(Tx tx, KeptTopic topic) {
        long next = data.sequences.get(tx, topic.key()).orElse(0L) + 1;
        data.sequences.put(tx, topic.key(), next);
        return "1%019d".formatted(next * 1000);
    }

    private static Message sequenced(Message it, String sequence) {
        return new Message(it.id(), it.topicArn(), it.texts(), it.subject(), it.attributes(), it.group(),
                it.deduplication(), sequence, it.at(), it.endpoint(), it.trace(), it.depth());
    }

    private void archive(Tx tx, KeptTopic topic, Message message) {
        int days = TopicAttributes.retentionDays(topic.attributes().get("ArchivePolicy"));
        if (days > 0) {
            var key = topic.key().and(message.at(), message.sequence());
            data.archive.put(tx, key, message);
            data.expiring.add(tx, message.at().plus(Duration.ofDays(days)), Key.of("archived", key),
                    new Expiring.Archived(key));
        }
    }

    private Sns.PublishResponse toPhone(Caller caller, String number, Draft draft) {
        var message = draft.message(caller, null, time.instant());
        store.change(tx -> {
            if (!data.optedOut.has(tx, SnsData.all(caller).and(number))) {
                mailbox.put(tx, letter(caller, "sms", number, message, message.text("sms")));
            }
        });
        receipts.ofPhone(caller, number, message);
        return Sns.PublishResponse.of(r -> r.messageId(message.id()));
    }

    private Sns.PublishResponse toDevice(Caller caller, String target, Draft draft) {
        // Whether there is a device comes before whether its message can be read.
        var application = store.<KeptApplication>read(tx -> reachable(tx, target));
        var message = draft.message(caller, null, time.instant());
        store.change(tx -> {
            reachable(tx, target);
            mailbox.put(tx, letter(caller, "application", target, message, message.text(Mailbox.platform(target))));
        });
        receipts.ofDevice(application, target, message);
        return Sns.PublishResponse.of(r -> r.messageId(message.id()));
    }

    /** The application of a device that can be reached. */
    private KeptApplication reachable(ReadTx tx, String target) {
        return switch (devices.find(tx, target)) {
            case Found.Reachable(var application) -> application;
            case Found.Unreachable(var _, var fault) -> throw switch (fault) {
                case ENDPOINT_NOT_FOUND ->
                    invalid("TargetArn", "No endpoint found for the target arn specified");
                case ENDPOINT_DISABLED -> new Sns.EndpointDisabledException(fault.text);
                case APPLICATION_DISABLED -> new Sns.PlatformApplicationDisabledException(fault.text);
            };
        };
    }

    private static Letter letter(Caller caller, String protocol, String to, Message message, String text) {
        return new Letter(caller.account(), caller.region(), protocol, to, message.id(), null, null, text,
                message.at());
    }

    Sns.PublishBatchResponse publishBatch(Caller caller, Sns.PublishBatchRequest input) {
        var entries = input.publishBatchRequestEntries() == null ? List.<Sns.PublishBatchRequestEntry>of()
                : input.publishBatchRequestEntries();
        arn(caller, input.topicArn(), "TopicArn");
        checkBatch(entries);
        var topic = store.read(tx -> topics.existing(tx, caller, input.topicArn()));
        var drafts = drafts(entries, topic);
        var taken = new ArrayList<Taken>();
        var failed = new ArrayList<Sns.BatchResultErrorEntry>();
        for (int i = 0; i < entries.size(); i++) {
            var id = entries.get(i).id();
            try {
                taken.add(taken(caller, topic, id, drafts.get(i)));
            } catch (ApiError refused) {
                failed.add(Sns.BatchResultErrorEntry.of(e -> e.id(id).code(refused.code()).message(refused.getMessage())
                        .senderFault(true)));
            }
        }
        var published = taken.isEmpty() ? List.<Published>of()
                : toTopic(caller, topic, taken.stream().map(Taken::message).toList());
        taken.forEach(it -> measures.published(topic, it.size()));
        var successful = new ArrayList<Sns.PublishBatchResultEntry>();
        for (int i = 0; i < taken.size(); i++) {
            var id = taken.get(i).id();
            var it = published.get(i);
            successful.add(Sns.PublishBatchResultEntry.of(
                    e -> e.id(id).messageId(it.messageId()).sequenceNumber(it.sequence())));
        }
        return Sns.PublishBatchResponse.of(r -> r.successful(successful).failed(failed));
    }

    /** An entry of a batch that is published. */
    private record Taken(String id, long size, Message message) {
    }

    private Taken taken(Caller caller, KeptTopic topic, String id, Draft draft) {
        Draft.check(draft.text(), draft.subject());
        return new Taken(id, draft.size(), draft.message(caller, topic, time.instant()));
    }

    /** What is wrong with these fails the whole batch. */
    private static List<Draft> drafts(List<Sns.PublishBatchRequestEntry> entries, KeptTopic topic) {
        var drafts = entries.stream().map(Draft::of).toList();
        if (drafts.stream().mapToLong(Draft::size).sum() > LARGEST) {
            throw new Sns.BatchRequestTooLongException("The length of all the messages put together is "
                    + "more than the limit.");
        }
        drafts.forEach(draft -> draft.checkFor(topic));
        return drafts;
    }

    private static void checkBatch(List<Sns.PublishBatchRequestEntry> entries) {
        if (entries.isEmpty()) {
            throw new Sns.EmptyBatchRequestException("The batch request doesn't contain any entries.");
        }
        if (entries.size() > LARGEST_BATCH) {
            throw new Sns.TooManyEntriesInBatchRequestException("The batch request contains more "
                    + "entries than permissible.");
        }
        var ids = new HashSet<String>();
        for (var entry : entries) {
            var id = entry.id();
            if (id.length() > LONGEST_ENTRY_ID) {
                throw new Sns.InvalidBatchEntryIdException("The Id of a batch entry in the batch request is too long: "
                        + id);
            }
            if (!id.matches("[a-zA-Z0-9_-]+")) {
                throw new Sns.InvalidBatchEntryIdException(
                        "The Id of a batch entry in the batch request contains an impermissible character: " + id);
            }
            if (!ids.add(id)) {
                throw new Sns.BatchEntryIdsNotDistinctException("Two or more batch entries in the "
                        + "request have the same Id.");
            }
        }
    }
}
