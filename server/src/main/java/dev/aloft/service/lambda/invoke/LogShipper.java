package dev.aloft.service.lambda.invoke;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Logs;
import dev.aloft.kernel.time.Signal;
import dev.aloft.kernel.time.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Brings environments' lines to CloudWatch Logs, some at a time, as the execution role. As on AWS, a role that may not
 * write logs loses them.
 */
final class LogShipper implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(LogShipper.class.getName());
    private static final Duration GATHERING = Duration.ofMillis(100);
    /** PutLogEvents: at most so many, each counted with 26 bytes more. */
    private static final int MOST_EVENTS = 10_000;
    private static final int MOST_BYTES = 1_048_576;

    private final Logs logs;
    private final Time time;
    private final Signal signal = new Signal();
    private final Queue<EnvironmentLog> dirty = new ConcurrentLinkedQueue<>();
    private final Map<EnvironmentLog, Stream> streams = new ConcurrentHashMap<>();
    private final Queue<EnvironmentLog> ended = new ConcurrentLinkedQueue<>();
    private volatile boolean closed;

    /** Where an environment's lines go. */
    record Stream(Caller role, String group, String name) {}

    LogShipper(Endpoint endpoint, Time time) {
        this.logs = Logs.at(endpoint);
        this.time = time;
    }

    void start() {
        time.start("lambda-logs", this::ship);
    }

    void register(EnvironmentLog log, Stream stream) {
        streams.put(log, stream);
    }

    void written(EnvironmentLog log) {
        dirty.add(log);
        signal.raise();
    }

    private void ship() {
        try {
            while (!closed) {
                time.await(signal, time.instant().plusSeconds(60));
                if (!dirty.isEmpty() || !ended.isEmpty()) {
                    time.sleep(GATHERING);
                    flush();
                }
            }
        } catch (InterruptedException stopped) {
            // the platform closes
        }
    }

    /** Brings all that was written so far. */
    synchronized void flush() {
        List<EnvironmentLog> over = new ArrayList<>(ended);
        for (EnvironmentLog log = dirty.poll(); log != null; log = dirty.poll()) {
            Stream stream = streams.get(log);
            List<EnvironmentLog.Line> lines = log.take();
            if (stream == null || lines.isEmpty()) {
                continue;
            }
            try {
                put(stream, lines);
            } catch (ApiError refused) {
                LOG.log(System.Logger.Level.DEBUG, () -> "Logs of " + stream.group() + " are lost: " + refused);
            } catch (RuntimeException | Error bug) {
                LOG.log(System.Logger.Level.WARNING, "Logs of " + stream.group() + " are lost", bug);
            }
        }
        over.forEach(log -> {
            ended.remove(log);
            if (log.isOver()) {
                streams.remove(log);
            } else {
                ended.add(log);
            }
        });
    }

    private void put(Stream stream, List<EnvironmentLog.Line> lines) {
        var batch = new ArrayList<Logs.InputLogEvent>();
        int bytes = 0;
        for (EnvironmentLog.Line line : lines) {
            // An event without a message is refused.
            String message = line.message().isEmpty() ? " " : line.message();
            int size = message.length() * 3 + 26;
            if (batch.size() == MOST_EVENTS || bytes + size > MOST_BYTES && !batch.isEmpty()) {
                send(stream, batch);
                batch.clear();
                bytes = 0;
            }
            batch.add(Logs.InputLogEvent.of(e -> e.timestamp(line.timestamp()).message(message)));
            bytes += size;
        }
        send(stream, batch);
    }

    private void send(Stream stream, List<Logs.InputLogEvent> batch) {
        batch.sort(Comparator.comparing(Logs.InputLogEvent::timestamp));
        var events = List.copyOf(batch);
        var put = Logs.PutLogEventsRequest.of(r -> r.logGroupName(stream.group()).logStreamName(stream.name())
                .logEvents(events));
        try {
            logs.putLogEvents(stream.role(), put);
        } catch (Logs.ResourceNotFoundException missing) {
            create(stream);
            logs.putLogEvents(stream.role(), put);
        }
    }

    private void create(Stream stream) {
        try {
            logs.createLogStream(stream.role(),
                    Logs.CreateLogStreamRequest.of(r -> r.logGroupName(stream.group()).logStreamName(stream.name())));
        } catch (Logs.ResourceAlreadyExistsException _) {
            // made meanwhile
        } catch (Logs.ResourceNotFoundException noGroup) {
            try {
                logs.createLogGroup(stream.role(), Logs.CreateLogGroupRequest.of(r -> r.logGroupName(stream.group())));
            } catch (Logs.ResourceAlreadyExistsException _) {
                // made meanwhile
            }
            logs.createLogStream(stream.role(),
                    Logs.CreateLogStreamRequest.of(r -> r.logGroupName(stream.group()).logStreamName(stream.name())));
        }
    }

    /** The environment has ended; its last lines are still brought. */
    void forgetLater(EnvironmentLog log) {
        ended.add(log);
        signal.raise();
    }

    @Override
    public void close() {
        closed = true;
        signal.raise();
        flush();
    }
}
