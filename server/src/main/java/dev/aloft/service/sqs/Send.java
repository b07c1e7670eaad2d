package dev.aloft.service.sqs;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Sqs;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.sqs.Deduplication.Kept;
import dev.aloft.service.sqs.SqsData.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.regex.Pattern;

/** SendMessage and SendMessageBatch. */
final class Send {
    private static final int MOST_BYTES = 1_048_576;
    private static final int LONGEST_DELAY = 900;
    private static final Pattern ID = Pattern.compile("[\\p{Alnum}\\p{Punct}]{1,128}");

    private final Queues queues;
    private final Lines lines;
    private final Deduplication deduplication;
    private final Measures measures;
    private final Arrivals arrivals;
    private final Encryption encryption;
    private final Store store;
    private final Time time;

    Send(Queues queues, Lines lines, Deduplication deduplication, Measures measures, Arrivals arrivals,
            Encryption encryption, Store store, Time time) {
        this.queues = queues;
        this.lines = lines;
        this.deduplication = deduplication;
        this.measures = measures;
        this.arrivals = arrivals;
        this.encryption = encryption;
        this.store = store;
        this.time = time;
    }

    /** A message that may be sent, and what is told of it. */
    private record Ready(Content content, int delay, String attributesDigest, String systemDigest, long size) {}

    Sqs.SendMessageResponse send(Caller caller, Sqs.SendMessageRequest input) {
        var name = QueueName.of(caller, input.queueUrl());
        var entry = Sqs.SendMessageBatchRequestEntry.of(e -> e.messageBody(input.messageBody())
            .delaySeconds(input.delaySeconds()).messageAttributes(input.messageAttributes())
            .messageSystemAttributes(input.messageSystemAttributes()).messageGroupId(input.messageGroupId())
            .messageDeduplicationId(input.messageDeduplicationId()));
        return sending(name, queue -> {
            if (isEmpty(input.messageBody())) {
                throw Errors.missing("MessageBody");
            }
            var ready = ready(caller, queue, entry);
            if (queue.fifo() && input.messageGroupId() == null) {
                throw Errors.missing("MessageGroupId");
            }
            checkDeduplication(queue, input.messageDeduplicationId());
            return keep(caller, queue, List.of(ready)).map(kept -> answer(queue, ready, kept.getFirst()));
        });
    }

    private static Sqs.SendMessageResponse answer(Queue queue, Ready ready, Kept kept) {
        return Sqs.SendMessageResponse.of(r -> r.messageId(kept.messageId())
            .md5OfMessageBody(ready.content().bodyDigest())
            .md5OfMessageAttributes(ready.attributesDigest()).md5OfMessageSystemAttributes(ready.systemDigest())
            .sequenceNumber(told(queue, kept.sequence())));
    }

    /** Checks by the queue as it was seen last, and again where the transaction finds another. */
    private <R> R sending(QueueName name, Function<Queue, Optional<R>> attempt) {
        var seen = queues.seen(name);
        // KMS is not to be asked for a key that the queue has no longer.
        var queue = Encryption.isAsked(seen) ? queues.get(name) : seen;
        while (true) {
            var sent = attempt.apply(queue);
            if (sent.isPresent()) {
                return sent.get();
            }
            queue = queues.get(name);
        }
    }

    Sqs.SendMessageBatchResponse batch(Caller caller, Sqs.SendMessageBatchRequest input) {
        var name = QueueName.of(caller, input.queueUrl());
        return sending(name, queue -> batch(caller, queue, input));
    }

    private Optional<Sqs.SendMessageBatchResponse> batch(Caller caller, Queue queue,
            Sqs.SendMessageBatchRequest input) {
        var entries = Batches.checked(input.entries(), Sqs.SendMessageBatchRequestEntry::id,
            "SendMessageBatchRequestEntry");
        if (queue.fifo()) {
            for (var entry : entries) {
                if (entry.messageGroupId() == null) {
                    throw Errors.invalid("The request must contain the parameter MessageGroupId.");
                }
                checkDeduplication(queue, entry.messageDeduplicationId());
            }
        }
        long size = entries.stream().mapToLong(Send::size).sum();
        if (size > MOST_BYTES) {
            throw new Sqs.BatchRequestTooLong(
                "Batch requests cannot be longer than " + MOST_BYTES + " bytes. You have sent " + size + " bytes.");
        }
        var failed = new ArrayList<Sqs.BatchResultErrorEntry>();
        var ids = new ArrayList<String>();
        var ready = new ArrayList<Ready>();
        for (var entry : entries) {
            try {
                ready.add(ready(caller, queue, entry));
                ids.add(entry.id());
            } catch (ApiError e) {
                // What AWS finds wrong with one message for a FIFO queue fails the whole batch.
                if (queue.fifo()) {
                    throw e;
                }
                failed.add(Batches.failed(entry.id(), e));
            }
        }
        return keep(caller, queue, ready).map(kept -> {
            var successful = new ArrayList<Sqs.SendMessageBatchResultEntry>();
            for (int i = 0; i < ready.size(); i++) {
                successful.add(answer(queue, ids.get(i), ready.get(i), kept.get(i)));
            }
            return Sqs.SendMessageBatchResponse.of(r -> r.successful(successful).failed(failed));
        });
    }

    private static Sqs.SendMessageBatchResultEntry answer(Queue queue, String id, Ready ready, Kept kept) {
        return Sqs.SendMessageBatchResultEntry.of(e -> e.id(id).messageId(kept.messageId())
            .md5OfMessageBody(ready.content().bodyDigest()).md5OfMessageAttributes(ready.attributesDigest())
            .md5OfMessageSystemAttributes(ready.systemDigest()).sequenceNumber(told(queue, kept.sequence())));
    }

    private static void checkDeduplication(Queue queue, String id) {
        if (queue.fifo() && id == null && !queue.flag("ContentBasedDeduplication")) {
            throw Errors.invalid("The queue should either have ContentBasedDeduplication enabled or "
                + "MessageDeduplicationId provided explicitly");
        }
    }

    private static String told(Queue queue, long sequence) {
        return queue.fifo() ? SequenceNumbers.told(sequence) : null;
    }

    private static long size(Sqs.SendMessageBatchRequestEntry entry) {
        long size = entry.messageBody() == null ? 0 : MessageAttributes.length(entry.messageBody());
        if (entry.messageAttributes() != null) {
            for (var each : entry.messageAttributes().entrySet()) {
                var value = each.getValue();
                size += MessageAttributes.length(each.getKey())
                    + (value.dataType() == null ? 0 : MessageAttributes.length(value.dataType()))
                    + (value.stringValue() == null ? 0 : MessageAttributes.length(value.stringValue()))
                    + (value.binaryValue() == null ? 0 : value.binaryValue().length());
            }
        }
        return size;
    }

    private static boolean isEmpty(String body) {
        return body == null || body.isEmpty();
    }

    private Ready ready(Caller caller, Queue queue, Sqs.SendMessageBatchRequestEntry entry) {
        var body = entry.messageBody();
        if (isEmpty(body)) {
            throw Errors.emptyBody();
        }
        MessageAttributes.checkCharacters(body);
        var attributes = MessageAttributes.checked(entry.messageAttributes());
        var system = MessageAttributes.system(entry.messageSystemAttributes());
        long size = MessageAttributes.length(body) + MessageAttributes.size(attributes);
        int most = queue.number("MaximumMessageSize");
        if (size > most) {
            throw Errors.invalid(
                "One or more parameters are invalid. Reason: Message must be shorter than " + most + " bytes.");
        }
        int delay = delay(queue, entry.delaySeconds());
        checkId("MessageGroupId", entry.messageGroupId());
        if (!queue.fifo() && entry.messageDeduplicationId() != null) {
            throw Errors.invalid("MessageDeduplicationId", entry.messageDeduplicationId(),
                "The request includes a parameter that is not valid for this queue type.");
        }
        checkId("MessageDeduplicationId", entry.messageDeduplicationId());
        var trace = system.containsKey(MessageAttributes.TRACE_HEADER)
            ? system.get(MessageAttributes.TRACE_HEADER).text() : caller.trace();
        var deduplicationId = !queue.fifo() || entry.messageDeduplicationId() != null
            ? entry.messageDeduplicationId() : Digests.sha256(body);
        var content = new Content(messageId(), body, Digests.md5(body), attributes, caller.principal().id(), trace,
            entry.messageGroupId(), deduplicationId, null, null);
        return new Ready(content, delay, Digests.md5(attributes), Digests.md5(system), size);
    }

    private static int delay(Queue queue, Integer asked) {
        if (queue.fifo() && asked != null && asked != 0) {
            throw Errors.invalid("DelaySeconds", asked,
                "The request include parameter that is not valid for this queue type.");
        }
        if (asked == null || queue.fifo()) {
            return queue.number("DelaySeconds");
        }
        if (asked < 0 || asked > LONGEST_DELAY) {
            throw Errors.invalid("DelaySeconds", asked, "DelaySeconds must be >= 0 and <= 900.");
        }
        return asked;
    }

    private static void checkId(String parameter, String id) {
        if (id != null && !ID.matcher(id).matches()) {
            throw Errors.invalid(parameter, id,
                parameter + " can only include alphanumeric and punctuation characters. 1 to 128 in length.");
        }
    }

    private static String messageId() {
        var random = ThreadLocalRandom.current();
        return new UUID(random.nextLong() & 0xffffffffffff0fffL | 0x4000L,
            random.nextLong() & 0x3fffffffffffffffL | 0x8000000000000000L).toString();
    }

    /** Nothing where the queue is another than the one by which the messages were checked. */
    private Optional<List<Kept>> keep(Caller caller, Queue checked, List<Ready> messages) {
        var bytes = messages.stream()
            .map(message -> Content.CODEC.encode(encryption.sealed(caller, checked, message.content()))).toList();
        long now = time.instant().toEpochMilli();
        var kept = store.<Optional<List<Kept>>>write(tx -> {
            var queue = queues.get(tx, checked.name());
            return queue.attributes().equals(checked.attributes())
                ? Optional.of(keep(tx, queue, messages, bytes, now)) : Optional.empty();
        });
        if (kept.isPresent() && !messages.isEmpty()) {
            var measured = measures.of(checked.name());
            measured.sent(messages.stream().map(Ready::size).toList());
            measured.deduplicated(deduplicated(messages, kept.get()));
        }
        return kept;
    }

    /** Those for which an earlier message stands. */
    private static int deduplicated(List<Ready> messages, List<Kept> kept) {
        int count = 0;
        for (int i = 0; i < messages.size(); i++) {
            if (!kept.get(i).messageId().equals(messages.get(i).content().messageId())) {
                count++;
            }
        }
        return count;
    }

    private List<Kept> keep(Tx tx, Queue queue, List<Ready> messages, List<byte[]> bytes, long now) {
        var kept = new ArrayList<Kept>();
        var coming = new ArrayList<Lines.Arrival>();
        long next = 0;
        if (!queue.fifo()) {
            for (int i = 0; i < messages.size(); i++) {
                coming.add(arrival(messages.get(i), bytes.get(i), now));
                kept.add(new Kept(messages.get(i).content().messageId(), 0));
            }
            lines.add(tx, queue, coming);
            next = coming.size();
        } else {
            deduplication.forget(tx, queue, now, messages.size() * 2);
            for (int i = 0; i < messages.size(); i++) {
                var message = messages.get(i);
                var before = deduplication.find(tx, queue, message.content(), now);
                if (before.isPresent()) {
                    kept.add(before.get());
                } else {
                    long sequence = lines.add(tx, queue, List.of(arrival(message, bytes.get(i), now)));
                    var sent = new Kept(message.content().messageId(), sequence);
                    deduplication.remember(tx, queue, message.content(), sent, now);
                    kept.add(sent);
                    next++;
                }
            }
        }
        int wake = (int) next;
        if (wake > 0) {
            tx.afterCommit(() -> arrivals.wake(queue.id(), wake));
        }
        return kept;
    }

    private static Lines.Arrival arrival(Ready message, byte[] bytes, long now) {
        return new Lines.Arrival(bytes, message.content().group(), now + message.delay() * 1000L,
            new Place(now, 0, 0, 0, false));
    }
}
