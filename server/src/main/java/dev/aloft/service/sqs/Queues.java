package dev.aloft.service.sqs;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Sqs;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/** Queues: made, found, listed, changed, emptied and deleted; their tags. */
final class Queues {
    private static final Duration PAUSE = Duration.ofSeconds(60);
    private static final int MOST_LISTED = 1000;
    private static final int MOST_TAGS = 50;
    private static final int MOST_SEEN = 10_000;
    private static final String ONLY =
        "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length";

    private final SqsData data;
    private final Lines lines;
    private final Arrivals arrivals;
    private final Store store;
    private final Time time;
    private final Map<QueueName, Queue> seen = new ConcurrentHashMap<>();

    Queues(SqsData data, Lines lines, Arrivals arrivals, Store store, Time time) {
        this.data = data;
        this.lines = lines;
        this.arrivals = arrivals;
        this.store = store;
        this.time = time;
    }

    Queue get(ReadTx tx, QueueName name) {
        var queue = data.queues.get(tx, name.key()).orElseThrow(Errors::noQueue);
        if (seen.get(name) != queue) {
            if (seen.size() >= MOST_SEEN) {
                seen.clear();
            }
            seen.put(name, queue);
        }
        return queue;
    }

    /**
     * A queue as it was when it was read last: good for checking a request by, before a transaction that reads it
     * again.
     */
    Queue seen(QueueName name) {
        var queue = seen.get(name);
        return queue == null ? get(name) : queue;
    }

    Queue get(QueueName name) {
        return store.read(tx -> get(tx, name));
    }

    Optional<Queue> find(QueueName name) {
        return store.read(tx -> data.queues.get(tx, name.key()));
    }

    QueueName create(Caller caller, Sqs.CreateQueueRequest input) {
        if (input.queueName() == null) {
            throw unnamed();
        }
        if (input.queueName().isEmpty()) {
            throw Errors.invalid("Queue name cannot be empty");
        }
        var given = input.attributes() == null ? Map.<String, String>of() : input.attributes();
        var name = QueueName.named(caller, input.queueName());
        boolean fifo = checkName(name, given);
        var attributes = QueueAttributes.checked(given, fifo);
        var tags = input.tags() == null ? Map.<String, String>of() : input.tags();
        checkTags(name, tags);
        var now = time.instant();
        store.change(tx -> create(tx, name, attributes, tags, now));
        return name;
    }

    private static ApiError unnamed() {
        return Errors.invalid("Value for parameter QueueName is invalid. Reason: Must specify a queue name.");
    }

    private static boolean checkName(QueueName name, Map<String, String> given) {
        var asked = given.get("FifoQueue");
        if (asked != null && !asked.equalsIgnoreCase("true")) {
            throw new Sqs.InvalidAttributeName("Unknown Attribute FifoQueue.");
        }
        if (!QueueName.isValid(name.name())) {
            throw Errors.invalid(asked == null ? ONLY : fifoNames());
        }
        if (asked == null && name.isFifo()) {
            throw Errors.invalid(ONLY);
        }
        if (asked != null && !name.isFifo()) {
            throw Errors.invalid(fifoNames());
        }
        return name.isFifo();
    }

    private static String fifoNames() {
        return "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, "
            + "must end with .fifo suffix and be 1 to 80 in length.";
    }

    private void create(Tx tx, QueueName name, Map<String, String> attributes, Map<String, String> tags, Instant now) {
        var existing = data.queues.get(tx, name.key());
        if (existing.isPresent()) {
            checkSame(existing.get(), attributes);
            return;
        }
        if (data.deleted.get(tx, name.key()).filter(at -> at.plus(PAUSE).isAfter(now)).isPresent()) {
            throw new Sqs.QueueDeletedRecently(
                "You must wait 60 seconds after deleting a queue before you can create another with the same name.");
        }
        var empty = new Queue(name, number(tx), number(tx), now, now, Map.of(), null, tags, null, null);
        var queue = empty.with(attributes, now);
        QueueAttributes.checkTogether(queue.attributes());
        checkRedrive(tx, queue);
        data.queues.put(tx, name.key(), new Queue(name, queue.id(), queue.line(), now, now, queue.attributes(),
            queue.redrive(), tags, null, null));
    }

    private long number(Tx tx) {
        long number = data.numbers.get(tx, Key.EMPTY).orElse(0L) + 1;
        data.numbers.put(tx, Key.EMPTY, number);
        return number;
    }

    private static void checkSame(Queue existing, Map<String, String> attributes) {
        var told = QueueAttributes.told(existing, new QueueAttributes.Counts(0, 0, 0));
        attributes.forEach((name, value) -> {
            if (!value.equals(told.getOrDefault(name, ""))) {
                throw new Sqs.QueueNameExists(
                    "A queue already exists with the same name and a different value for attribute " + name);
            }
        });
    }

    /** A dead-letter queue must be there, be of the same account, region and kind, and allow it. */
    private void checkRedrive(ReadTx tx, Queue queue) {
        if (queue.redrive() == null) {
            return;
        }
        var document = queue.attributes().get("RedrivePolicy");
        var target = QueueName.ofArn(queue.redrive().deadLetterArn());
        if (target.isFifo() != queue.fifo()) {
            throw Errors.invalid("RedrivePolicy", document,
                "Dead-letter queue must be same type of queue as the source..");
        }
        var found = data.queues.get(tx, target.key());
        if (found.isEmpty() || !target.account().equals(queue.name().account())
                || !target.region().equals(queue.name().region())) {
            throw Errors.invalid("RedrivePolicy", document, "Dead letter target does not exist.");
        }
        if (!RedrivePolicies.allows(found.get().attributes().get("RedriveAllowPolicy"), queue.arn())) {
            throw Errors.invalid("RedrivePolicy", document,
                "Queue " + queue.arn() + " is not allowed to use the dead letter queue " + target.arn() + ".");
        }
    }

    void delete(QueueName name) {
        var now = time.instant();
        store.change(tx -> {
            var queue = get(tx, name);
            data.queues.delete(tx, name.key());
            data.deleted.put(tx, name.key(), now);
            data.chores.add(tx, now.plus(PAUSE), Key.of("free", name.key()), new SqsData.Chore.Free(name.key()));
            clear(tx, queue.line(), now);
            clear(tx, queue.id(), now);
            tx.afterCommit(() -> arrivals.wakeAll(queue.id()));
        });
    }

    /** Lets the name of a deleted queue be taken again at once. */
    void free(QueueName name) {
        store.change(tx -> {
            data.deleted.delete(tx, name.key());
            data.chores.cancel(tx, Key.of("free", name.key()));
        });
    }

    private void clear(Tx tx, long number, Instant now) {
        data.chores.add(tx, now, Key.of("clear", number), new SqsData.Chore.Clear(number));
    }

    void purge(QueueName name) {
        var now = time.instant();
        store.change(tx -> {
            var queue = get(tx, name);
            if (queue.purged() != null && queue.purged().plus(PAUSE).isAfter(now)) {
                throw new Sqs.PurgeQueueInProgress(
                    "Only one PurgeQueue operation on " + name.name() + " is allowed every 60 seconds.");
            }
            var emptied = queue.emptied(number(tx), now);
            data.queues.put(tx, name.key(), emptied);
            lines.follow(tx, queue, emptied);
            clear(tx, queue.line(), now);
            data.chores.cancel(tx, Key.of("expire", queue.line()));
        });
    }

    QueueName url(Caller caller, Sqs.GetQueueUrlRequest input) {
        if (input.queueName() == null || input.queueName().isEmpty()) {
            throw unnamed();
        }
        var owner = input.queueOwnerAWSAccountId();
        var name = new QueueName(owner == null ? caller.account() : owner, caller.region(), input.queueName());
        return get(name).name();
    }

    Sqs.ListQueuesResponse list(Caller caller, Sqs.ListQueuesRequest input) {
        int limit = limit(input.maxResults());
        var prefix = input.queueNamePrefix() == null ? "" : input.queueNamePrefix();
        var all = Range.of(Key.of(caller.account(), caller.region()));
        var range = input.nextToken() == null ? all.from(Key.of(caller.account(), caller.region(), prefix))
            : all.after(Key.of(caller.account(), caller.region(), name(input.nextToken())));
        var names = store.<List<QueueName>>read(tx -> data.queues.range(tx, range).map(row -> row.value().name())
            .takeWhile(name -> name.name().startsWith(prefix)).limit(limit + 1L).toList());
        boolean more = input.maxResults() != null && names.size() > limit;
        var page = names.size() > limit ? names.subList(0, limit) : names;
        return Sqs.ListQueuesResponse.of(r -> r
            .queueUrls(page.isEmpty() ? null : page.stream().map(name -> name.url(caller)).toList())
            .nextToken(more ? token(page.getLast().name()) : null));
    }

    private static int limit(Integer asked) {
        if (asked == null) {
            return MOST_LISTED;
        }
        if (asked < 1 || asked > MOST_LISTED) {
            throw Errors.invalid("MaxResults", asked, "Must be an integer between 1 and 1000.");
        }
        return asked;
    }

    private static String token(String name) {
        return Base64.getEncoder().encodeToString(name.getBytes(StandardCharsets.UTF_8));
    }

    private static String name(String token) {
        try {
            return new String(Base64.getDecoder().decode(token), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            throw Errors.invalid("NextToken", token, "Invalid or expired next token.");
        }
    }

    /** The queues of the same account and region whose dead letters come to this one. */
    Sqs.ListDeadLetterSourceQueuesResponse sources(Caller caller, QueueName name, String after, Integer asked) {
        int limit = limit(asked);
        var all = Key.of(name.account(), name.region());
        var range = after == null ? Range.of(all)
            : Range.of(all).after(Key.of(name.account(), name.region(), name(after)));
        var found = store.<List<QueueName>>read(tx -> {
            get(tx, name);
            return data.queues.range(tx, range).map(Row::value)
                .filter(queue -> queue.redrive() != null && queue.redrive().deadLetterArn().equals(name.arn()))
                .map(Queue::name).limit(limit + 1L).toList();
        });
        boolean more = asked != null && found.size() > limit;
        var page = found.size() > limit ? found.subList(0, limit) : found;
        return Sqs.ListDeadLetterSourceQueuesResponse.of(r -> r
            .queueUrls(page.stream().map(source -> source.url(caller)).toList())
            .nextToken(more ? token(page.getLast().name()) : null));
    }

    Map<String, String> attributes(QueueName name, List<String> asked) {
        if (asked == null || asked.isEmpty()) {
            get(name);
            return Map.of();
        }
        asked.stream().filter(each -> !QueueAttributes.isKnown(each)).findFirst().ifPresent(unknown -> {
            throw new Sqs.InvalidAttributeName("Unknown Attribute " + unknown + ".");
        });
        var now = time.instant();
        return store.read(tx -> {
            var queue = get(tx, name);
            boolean counted = asked.stream().anyMatch(each -> each.equals("All") || each.startsWith("Approximate"));
            var told = QueueAttributes.told(queue,
                counted ? lines.counts(tx, queue, now) : new QueueAttributes.Counts(0, 0, 0));
            if (!asked.contains("All")) {
                told.keySet().retainAll(Set.copyOf(asked));
            }
            return told;
        });
    }

    void setAttributes(QueueName name, Map<String, String> given) {
        if (given == null || given.isEmpty()) {
            throw Errors.missing("Attribute.Name");
        }
        var now = time.instant();
        store.change(tx -> {
            var queue = get(tx, name);
            if (given.containsKey("FifoQueue")
                && !"true".equalsIgnoreCase(queue.fifo() ? given.get("FifoQueue") : "no")) {
                throw new Sqs.InvalidAttributeValue(
                    "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.");
            }
            var changed = queue.with(QueueAttributes.checked(given, queue.fifo()), now);
            QueueAttributes.checkTogether(changed.attributes());
            checkRedrive(tx, changed);
            data.queues.put(tx, name.key(), changed);
            if (given.containsKey("MessageRetentionPeriod")) {
                lines.look(tx, changed, now);
            }
        });
    }

    /** Changes the policy of a queue. */
    void changePolicy(QueueName name, UnaryOperator<String> change) {
        var now = time.instant();
        store.change(tx -> {
            var queue = get(tx, name);
            var policy = change.apply(queue.attributes().get("Policy"));
            data.queues.put(tx, name.key(), queue.with(Map.of("Policy", policy), now));
        });
    }

    void changeTags(QueueName name, UnaryOperator<Map<String, String>> change) {
        store.change(tx -> {
            var queue = get(tx, name);
            var changed = change.apply(new LinkedHashMap<>(queue.tags()));
            checkTags(name, changed);
            data.queues.put(tx, name.key(), queue.withTags(changed));
        });
    }

    private static void checkTags(QueueName name, Map<String, String> tags) {
        QueueSettings.check(tags, name.isFifo());
        if (tags.keySet().stream().filter(key -> !key.startsWith(Queue.OF_CLOUDFORMATION)).count() > MOST_TAGS) {
            throw Errors.invalid("Too many tags added for queue " + name.name() + ".");
        }
        tags.forEach((key, value) -> {
            if (key.isEmpty() || key.length() > 128) {
                throw Errors.invalid("Tag keys must be between 1 and 128 characters in length.");
            }
            if (key.startsWith("aws:") && !key.startsWith(Queue.OF_CLOUDFORMATION)) {
                throw Errors.invalid("Tag keys must not begin with aws:.");
            }
            if (value == null || value.length() > 256) {
                throw Errors.invalid("Tag values must be between 0 and 256 characters in length.");
            }
        });
    }
}
