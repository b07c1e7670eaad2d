package dev.aloft.service.sqs;

import dev.aloft.api.Caller;
import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Sqs;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.sqs.SqsData.Chore;
import dev.aloft.service.sqs.SqsData.MoveTask;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Message move tasks: they bring the messages of a dead-letter queue back to where they came from, or to another queue;
 * see {@link Moving}.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html">
 *     StartMessageMoveTask</a>
 */
final class MoveTasks {
    static final String RUNNING = "RUNNING";
    static final String COMPLETED = "COMPLETED";
    private static final String CANCELLED = "CANCELLED";
    static final String FAILED = "FAILED";
    private static final int MOST_LISTED = 10;
    private static final int FASTEST = 500;

    private final SqsData data;
    private final Lines lines;
    private final Store store;
    private final Time time;

    MoveTasks(SqsData data, Lines lines, Store store, Time time) {
        this.data = data;
        this.lines = lines;
        this.store = store;
        this.time = time;
    }

    String start(Caller caller, Sqs.StartMessageMoveTaskRequest input) {
        var source = source(caller, input.sourceArn());
        var rate = input.maxNumberOfMessagesPerSecond();
        if (rate != null && (rate < 1 || rate > FASTEST)) {
            throw Errors.invalid("MaxNumberOfMessagesPerSecond", rate, "Must be an integer between 1 and 500.");
        }
        var id = UUID.randomUUID().toString();
        var now = time.instant();
        store.change(tx -> {
            var queue = data.queues.get(tx, source.key()).orElseThrow(() -> missing("SourceArn"));
            if (!isDeadLetterQueue(tx, source)) {
                throw Errors.invalid("Source queue must be configured as a Dead Letter Queue.");
            }
            if (input.destinationArn() != null) {
                checkDestination(tx, queue, input.destinationArn());
            }
            if (tasks(tx, queue).stream().anyMatch(row -> row.value().isRunning())) {
                throw Errors.invalid("There is already a task running. Only one active task is allowed "
                    + "for a source queue arn at a given time.");
            }
            var task = new MoveTask(id, source, input.destinationArn(), rate, lines.counts(tx, queue, now).visible(), 0,
                now, RUNNING, null, caller.principal());
            var key = Key.of(queue.id(), now.toEpochMilli(), id);
            data.tasks.put(tx, key, task);
            tasks(tx, queue).stream().skip(MOST_LISTED).forEach(row -> data.tasks.delete(tx, row.key()));
            data.chores.add(tx, first(now, rate), Key.of("move", id), new Chore.Move(key));
        });
        return handle(id, source);
    }

    /** A message has its share of a second behind it before it is moved, the first one too. */
    private static Instant first(Instant now, Integer rate) {
        return rate == null ? now : now.plusMillis(1000 / rate);
    }

    private static QueueName source(Caller caller, String arn) {
        if (arn == null) {
            throw Errors.missing("SourceArn");
        }
        if (!arn.matches("arn:[^:]+:[^:]+:[^:]*:[^:]*:.+")) {
            throw Errors.invalid("You must use this format to specify the SourceArn: "
                + "arn:<partition>:<service>:<region>:<account-id>:<resource-id>");
        }
        var name = QueueName.ofArn(arn);
        if (name == null || !name.account().equals(caller.account())) {
            throw missing("SourceArn");
        }
        return name;
    }

    private static Sqs.ResourceNotFoundException missing(String parameter) {
        return new Sqs.ResourceNotFoundException(
            "The resource that you specified for the " + parameter + " parameter doesn't exist.");
    }

    private boolean isDeadLetterQueue(ReadTx tx, QueueName name) {
        return data.queues.range(tx, Key.of(name.account(), name.region())).map(Row::value)
            .anyMatch(queue -> queue.redrive() != null && queue.redrive().deadLetterArn().equals(name.arn()));
    }

    private void checkDestination(ReadTx tx, Queue source, String arn) {
        var name = QueueName.ofArn(arn);
        if (name == null || data.queues.get(tx, name.key()).isEmpty()) {
            throw missing("DestinationArn");
        }
        if (name.isFifo() != source.fifo()) {
            throw Errors.invalid("DestinationArn", arn,
                "The destination queue must be of the same type as the source queue.");
        }
    }

    /** The latest first. */
    private List<Row<MoveTask>> tasks(ReadTx tx, Queue queue) {
        return data.tasks.range(tx, Range.of(Key.of(queue.id())).reversed()).toList();
    }

    List<Sqs.ListMessageMoveTasksResultEntry> list(Caller caller, Sqs.ListMessageMoveTasksRequest input) {
        var source = source(caller, input.sourceArn());
        int most = input.maxResults() == null ? 1 : input.maxResults();
        if (most < 1 || most > MOST_LISTED) {
            throw Errors.invalid("MaxResults", most, "Must be an integer between 1 and 10.");
        }
        return store.read(tx -> {
            var queue = data.queues.get(tx, source.key()).orElseThrow(() -> missing("SourceArn"));
            return tasks(tx, queue).stream().limit(most).map(row -> told(row.value())).toList();
        });
    }

    private static Sqs.ListMessageMoveTasksResultEntry told(MoveTask task) {
        return Sqs.ListMessageMoveTasksResultEntry.of(e -> e.sourceArn(task.source().arn())
            .destinationArn(task.destinationArn()).maxNumberOfMessagesPerSecond(task.rate()).status(task.status())
            .approximateNumberOfMessagesToMove(task.toMove()).approximateNumberOfMessagesMoved(task.moved())
            .startedTimestamp(task.started().toEpochMilli()).failureReason(task.failure())
            .taskHandle(task.isRunning() ? handle(task.id(), task.source()) : null));
    }

    /** How many messages had been moved. */
    long cancel(Caller caller, String handle) {
        var told = read(handle);
        var source = QueueName.ofArn(String.valueOf(told.get("sourceArn")));
        return store.write(tx -> {
            var queue = Optional.ofNullable(source).filter(name -> name.account().equals(caller.account()))
                .flatMap(name -> data.queues.get(tx, name.key()))
                .orElseThrow(() -> missing("SourceArn"));
            var row = tasks(tx, queue).stream()
                .filter(it -> it.value().id().equals(told.get("taskId")) && it.value().isRunning()).findFirst()
                .orElseThrow(() -> new Sqs.ResourceNotFoundException("Task does not exist."));
            data.tasks.put(tx, row.key(), row.value().ended(CANCELLED, null));
            data.chores.cancel(tx, Key.of("move", row.value().id()));
            return row.value().moved();
        });
    }

    private static String handle(String id, QueueName source) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("taskId", id);
        fields.put("sourceArn", source.arn());
        return Base64.getEncoder().encodeToString(JsonWriter.string(fields).getBytes(StandardCharsets.UTF_8));
    }

    /** The queue that a handle tells, for IAM. */
    static String sourceArn(String handle) {
        if (handle == null) {
            throw Errors.missing("TaskHandle");
        }
        return String.valueOf(read(handle).get("sourceArn"));
    }

    private static Map<?, ?> read(String handle) {
        try {
            if (JsonReader.tree(Base64.getDecoder().decode(handle)) instanceof Map<?, ?> map
                    && map.containsKey("taskId") && map.containsKey("sourceArn")) {
                return map;
            }
        } catch (IllegalArgumentException | JsonReader.Malformed _) {
            // Told below.
        }
        throw Errors.invalid("Value for parameter TaskHandle is invalid.");
    }
}
