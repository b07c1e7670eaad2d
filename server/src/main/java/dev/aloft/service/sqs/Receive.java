package dev.aloft.service.sqs;

import dev.aloft.api.Caller;
import dev.aloft.api.Sqs;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.sqs.Order.Standing;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** ReceiveMessage, by short and by long polling. */
final class Receive {
    private static final int MOST = 10;
    private static final int LONGEST_WAIT = 20;
    private static final int MOST_FLOWING = 10_000;
    static final int LONGEST_VISIBILITY = 43_200;
    private static final Pattern ATTEMPT = Pattern.compile("[\\p{Alnum}\\p{Punct}]{1,128}");

    private final SqsData data;
    private final Queues queues;
    private final Lines lines;
    private final DeadLetters deadLetters;
    private final Measures measures;
    private final Arrivals arrivals;
    private final Encryption encryption;
    private final Store store;
    private final Time time;
    /** Queues in which there was something at the last look. */
    private final Set<QueueName> flowing = ConcurrentHashMap.newKeySet();

    Receive(SqsData data, Queues queues, Lines lines, DeadLetters deadLetters, Measures measures, Arrivals arrivals,
            Encryption encryption, Store store, Time time) {
        this.data = data;
        this.queues = queues;
        this.lines = lines;
        this.deadLetters = deadLetters;
        this.measures = measures;
        this.arrivals = arrivals;
        this.encryption = encryption;
        this.store = store;
        this.time = time;
    }

    /** A message that was received, its content, and the moment that its receipt tells. */
    private record Received(Queue queue, Standing standing, byte[] content, long receiptAt) {}

    Sqs.ReceiveMessageResponse receive(Caller caller, Sqs.ReceiveMessageRequest input) {
        var name = QueueName.of(caller, input.queueUrl());
        check(name, "MaxNumberOfMessages", input.maxNumberOfMessages(), 1, MOST,
            "Must be between 1 and 10, if provided.");
        check(name, "WaitTimeSeconds", input.waitTimeSeconds(), 0, LONGEST_WAIT,
            "Must be >= 0 and <= 20, if provided.");
        check(name, "VisibilityTimeout", input.visibilityTimeout(), 0, LONGEST_VISIBILITY,
            "Must be >= 0 and <= 43200, if provided.");
        if (input.receiveRequestAttemptId() != null) {
            checkAttempt(queues.get(name), input.receiveRequestAttemptId());
        }
        int wait = input.waitTimeSeconds() == null
            ? queues.get(name).number("ReceiveMessageWaitTimeSeconds") : input.waitTimeSeconds();
        var found = wait == 0 ? take(name, input, true)
            : await(queues.get(name), input, time.instant().plusSeconds(wait));
        measures.of(name).received(found.size());
        var messages = found.isEmpty() ? null
            : encryption.opened(found, received -> message(caller, received, input));
        return Sqs.ReceiveMessageResponse.of(r -> r.messages(messages));
    }

    /** Whether the queue exists comes first. */
    private void check(QueueName name, String parameter, Integer value, int least, int most, String reason) {
        if (value != null && (value < least || value > most)) {
            queues.get(name);
            throw Errors.invalid(parameter, value, reason);
        }
    }

    private static void checkAttempt(Queue queue, String id) {
        if (!queue.fifo()) {
            throw Errors.invalid("ReceiveRequestAttemptId", id,
                "The request include parameter that is not valid for this queue type.");
        }
        if (!ATTEMPT.matcher(id).matches()) {
            throw Errors.invalid("ReceiveRequestAttemptId", id,
                "ReceiveRequestAttemptId can only include alphanumeric and punctuation characters. "
                + "1 to 128 in length.");
        }
    }

    /**
     * Looks first without a transaction that writes, which most looks need not; not where the last look found
     * something.
     */
    private List<Received> take(QueueName name, Sqs.ReceiveMessageRequest input, boolean shortPolling) {
        long now = time.instant().toEpochMilli();
        boolean look = input.receiveRequestAttemptId() != null || flowing.contains(name)
            || store.read(tx -> lines.hasVisible(tx, queues.get(tx, name), now));
        if (!look) {
            return List.of();
        }
        var found = takeFresh(name, input, now).orElseGet(
            () -> store.<List<Received>>write(tx -> take(tx, queues.get(tx, name), input, now, shortPolling)));
        if (found.isEmpty()) {
            flowing.remove(name);
        } else if (flowing.size() < MOST_FLOWING) {
            flowing.add(name);
        }
        return found;
    }

    /**
     * Receives what nobody has received before, where that can be done alone. This is not on the disk yet when it is
     * answered, only in the system's hands: it survives the end of this process, and a power cut may undo it. Then the
     * message is received once more, as any message of a standard queue may be, with the count it had; and whoever has
     * its receipt can still delete it, which is on the disk when it is answered. A second receive is on the disk
     * before it is answered: its receipt could not be told from an older one. So is each of a FIFO queue, which
     * promises that nothing is received twice.
     */
    private Optional<List<Received>> takeFresh(QueueName name, Sqs.ReceiveMessageRequest input, long now) {
        if (name.isFifo()) {
            return Optional.empty();
        }
        return store.relaxed().write(tx -> {
            var queue = queues.get(tx, name);
            return lines.takeFresh(tx, queue, asked(input), now, until(queue, input, now)).map(found -> found.stream()
                .map(message -> new Received(queue, message.standing(), message.content(), message.standing().at()))
                .toList());
        });
    }

    private static int asked(Sqs.ReceiveMessageRequest input) {
        return input.maxNumberOfMessages() == null ? 1 : input.maxNumberOfMessages();
    }

    private static long until(Queue queue, Sqs.ReceiveMessageRequest input, long now) {
        int seconds = input.visibilityTimeout() == null ? queue.number("VisibilityTimeout") : input.visibilityTimeout();
        return now + seconds * 1000L;
    }

    private List<Received> take(Tx tx, Queue queue, Sqs.ReceiveMessageRequest input, long now, boolean shortPolling) {
        long until = until(queue, input, now);
        if (input.receiveRequestAttemptId() != null) {
            var before = again(tx, queue, input.receiveRequestAttemptId(), now, until);
            if (!before.isEmpty()) {
                return before;
            }
        }
        int most = lines.room(tx, queue, now, asked(input));
        if (most <= 0) {
            if (shortPolling && !queue.fifo()) {
                throw new Sqs.OverLimit("Too many messages are in flight: a queue can have " + Lines.MOST_IN_FLIGHT
                    + ".");
            }
            return List.of();
        }
        var found = lines.take(tx, queue, most, now, until);
        if (!found.dead().isEmpty()) {
            deadLetters.move(tx, queue, found.dead(), now);
        }
        var received = found.received().stream()
            .flatMap(standing -> received(tx, queue, standing, standing.at())).toList();
        if (input.receiveRequestAttemptId() != null && !received.isEmpty()) {
            remember(tx, queue, input.receiveRequestAttemptId(), received, now);
        }
        return received;
    }

    private Stream<Received> received(Tx tx, Queue queue, Standing standing, long receiptAt) {
        return lines.content(tx, queue, standing)
            .map(content -> new Received(queue, standing, content, receiptAt)).stream();
    }

    /**
     * What the same attempt received before, hidden anew, with the receipts it had; nothing where any of it has been
     * deleted, hidden otherwise or become visible since.
     */
    private List<Received> again(Tx tx, Queue queue, String attempt, long now, long until) {
        var before = data.attempts.get(tx, Key.of(queue.id(), attempt));
        if (before.isEmpty()) {
            return List.of();
        }
        var found = new ArrayList<Order.Move>();
        var again = new ArrayList<Received>();
        for (var taken : before.get().messages()) {
            var standing = lines.order(queue).find(tx, queue.line(), taken.enqueued(), taken.sequence(), taken.group());
            if (standing.isEmpty() || standing.get().at() != taken.at() || taken.at() <= now
                    || standing.get().place().receives() != taken.receives()) {
                return List.of();
            }
            var hidden = standing.get().to(until, standing.get().place());
            found.add(new Order.Move(standing.get(), hidden));
            received(tx, queue, hidden, taken.receiptAt()).forEach(again::add);
        }
        lines.move(tx, queue, found);
        remember(tx, queue, attempt, again, now);
        return again;
    }

    private void remember(Tx tx, Queue queue, String attempt, List<Received> received, long now) {
        var key = Key.of(queue.id(), attempt);
        data.attempts.put(tx, key, new SqsData.Attempt(received.stream().map(it -> new SqsData.Taken(
            it.standing().sequence(), it.standing().group(), it.standing().place().enqueued(),
            it.standing().place().receives(), it.receiptAt(), it.standing().at())).toList()));
        data.chores.add(tx, Instant.ofEpochMilli(now).plus(Deduplication.WINDOW), Key.of("forget", key),
            new SqsData.Chore.Forget(key));
    }

    private List<Received> await(Queue queue, Sqs.ReceiveMessageRequest input, Instant deadline) {
        var waiter = arrivals.waiter(queue.id());
        try {
            while (true) {
                long seen = waiter.signal().count();
                boolean first = waiter.enter();
                var found = take(queue.name(), input, false);
                if (!found.isEmpty()) {
                    // There may be more than this one can take.
                    arrivals.wake(queue.id(), 1);
                    return found;
                }
                var now = time.instant();
                if (!now.isBefore(deadline)) {
                    return List.of();
                }
                var until = first ? next(queue, now).filter(deadline::isAfter).orElse(deadline) : deadline;
                time.await(waiter.signal(), seen, until);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return List.of();
        } finally {
            waiter.leave();
        }
    }

    private Optional<Instant> next(Queue queue, Instant now) {
        var next = store.read(tx -> lines.next(tx, queues.get(tx, queue.name()), now.toEpochMilli()));
        return next.isPresent() ? Optional.of(Instant.ofEpochMilli(next.getAsLong())) : Optional.empty();
    }

    private Sqs.Message message(Caller caller, Received received, Sqs.ReceiveMessageRequest input) {
        var queue = received.queue();
        var content = encryption.opened(caller, queue, Content.CODEC.decode(received.content()));
        var standing = received.standing();
        var place = standing.place();
        var receipt = new Receipt(queue.id(), queue.line(), place.enqueued(), standing.sequence(), received.receiptAt(),
            place.receives(), standing.group());
        var attributes = MessageAttributes.asked(content.attributes(), input.messageAttributeNames());
        var told = new LinkedHashMap<String, Sqs.MessageAttributeValue>();
        attributes.forEach((name, attribute) -> told.put(name, attribute.told()));
        var system = system(queue, standing, content, attributesAsked(input));
        return Sqs.Message.of(m -> m.messageId(content.messageId()).receiptHandle(receipt.handle())
            .md5OfBody(content.bodyDigest()).body(content.body())
            .attributes(system.isEmpty() ? null : system)
            .md5OfMessageAttributes(Digests.md5(attributes))
            .messageAttributes(told.isEmpty() ? null : told));
    }

    private static List<String> attributesAsked(Sqs.ReceiveMessageRequest input) {
        var asked = new ArrayList<String>();
        if (input.attributeNames() != null) {
            asked.addAll(input.attributeNames());
        }
        if (input.messageSystemAttributeNames() != null) {
            asked.addAll(input.messageSystemAttributeNames());
        }
        return asked;
    }

    private static Map<String, String> system(Queue queue, Standing standing, Content content, List<String> asked) {
        if (asked.isEmpty()) {
            return Map.of();
        }
        var place = standing.place();
        var all = new LinkedHashMap<String, String>();
        all.put("SenderId", content.sender());
        all.put("ApproximateFirstReceiveTimestamp", Long.toString(place.first()));
        all.put("ApproximateReceiveCount", Integer.toString(place.receives()));
        all.put("SentTimestamp", Long.toString(place.enqueued()));
        if (queue.fifo()) {
            all.put("SequenceNumber", SequenceNumbers.told(standing.sequence()));
        }
        all.put("MessageDeduplicationId", content.deduplicationId());
        all.put("MessageGroupId", content.group());
        all.put(MessageAttributes.TRACE_HEADER, content.trace());
        all.put("DeadLetterQueueSourceArn", content.source());
        all.values().removeIf(value -> value == null);
        if (!asked.contains("All")) {
            all.keySet().retainAll(asked);
        }
        return all;
    }
}
