package dev.aloft.service.lambda.invoke;

import dev.aloft.api.JsonWriter;
import dev.aloft.kernel.time.Time;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * An extension that gets telemetry: entries gather until there are enough or the first has waited long enough. An
 * extension that does not take them loses some and is told how many.
 */
final class Subscriber {
    /** What waits for a slow extension, in bytes and in entries, at most. */
    private static final int MOST_WAITING_BYTES = 4 << 20;
    private static final int TRIES = 3;
    private static final long AGAIN_MILLIS = 50;

    private final String extension;
    private final Telemetry.Api api;
    private final String schema;
    private final List<String> types;
    private final Destination destination;
    private final int mostItems;
    private final int mostBytes;
    private final int mostMillis;
    private Time time;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private List<byte[]> waiting = new ArrayList<>();
    private int bytes;
    private long firstNanos;
    private long droppedBytes;
    private long droppedRecords;
    private boolean hurry;
    private boolean sending;
    private boolean stopped;

    Subscriber(String extension, Telemetry.Api api, String schema, List<String> types, Destination destination,
            int mostItems,
            int mostBytes, int mostMillis) {
        this.extension = extension;
        this.api = api;
        this.schema = schema;
        this.types = types;
        this.destination = destination;
        this.mostItems = mostItems;
        this.mostBytes = mostBytes;
        this.mostMillis = mostMillis;
    }

    boolean is(String name, Telemetry.Api which) {
        return extension.equals(name) && api == which;
    }

    boolean isOfAnother(String name, Telemetry.Api which) {
        return extension.equals(name) && api != which;
    }

    /** Whether it is told a line of a log of JSON as an object. */
    boolean takesObjects() {
        return api.tellsObjects(schema);
    }

    List<String> types() {
        return types;
    }

    void start(Time clock) {
        time = clock;
        Thread.ofVirtual().name("telemetry-" + extension).start(this::run);
    }

    void platform(PlatformEvent event, String moment) {
        if (types.contains("platform") && api.tells(event.type(), schema)) {
            add(event.json(moment).getBytes(StandardCharsets.UTF_8));
        }
    }

    void line(String type, byte[] entry) {
        if (types.contains(type)) {
            add(entry);
        }
    }

    private void add(byte[] entry) {
        lock.lock();
        try {
            if (stopped) {
                return;
            }
            if (bytes + entry.length > MOST_WAITING_BYTES) {
                droppedBytes += entry.length;
                droppedRecords++;
                return;
            }
            if (waiting.isEmpty()) {
                firstNanos = System.nanoTime();
                changed.signalAll();
            }
            waiting.add(entry);
            bytes += entry.length;
            if (full()) {
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean full() {
        return waiting.size() >= mostItems || bytes >= mostBytes;
    }

    private void run() {
        try {
            for (List<byte[]> batch = next(); batch != null; batch = next()) {
                deliver(batch);
                lock.lock();
                try {
                    sending = false;
                    changed.signalAll();
                } finally {
                    lock.unlock();
                }
            }
        } catch (InterruptedException ended) {
            // the environment ends
        }
    }

    /** What is due; null at the end. */
    private List<byte[]> next() throws InterruptedException {
        lock.lock();
        try {
            while (!stopped) {
                long left = waiting.isEmpty() ? Long.MAX_VALUE
                        : firstNanos + TimeUnit.MILLISECONDS.toNanos(mostMillis) - System.nanoTime();
                if (!waiting.isEmpty() && (full() || hurry || left <= 0)) {
                    return batch();
                }
                hurry = false;
                if (waiting.isEmpty()) {
                    changed.await();
                } else {
                    changed.awaitNanos(left);
                }
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    private List<byte[]> batch() {
        sending = true;
        int size = 0;
        int count = 0;
        while (count < waiting.size() && count < mostItems && (count == 0 || size + waiting.get(count)
                .length <= mostBytes)) {
            size += waiting.get(count++).length;
        }
        var batch = new ArrayList<>(waiting.subList(0, count));
        waiting = new ArrayList<>(waiting.subList(count, waiting.size()));
        bytes -= size;
        firstNanos = System.nanoTime();
        if (droppedRecords > 0 && types.contains("platform")) {
            batch.add(dropped().getBytes(StandardCharsets.UTF_8));
        }
        droppedBytes = 0;
        droppedRecords = 0;
        return batch;
    }

    private String dropped() {
        long lostBytes = droppedBytes;
        long lostRecords = droppedRecords;
        return new PlatformEvent("platform.logsDropped", PlatformEvent.Level.WARN, List.of(), (JsonWriter record) ->
                record
                .name("droppedBytes").number(lostBytes).name("droppedRecords").number(lostRecords)
                .name("reason").string(api.dropped)).json(Report.moment(time.instant()));
    }

    private void deliver(List<byte[]> batch) throws InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                destination.send(batch);
                return;
            } catch (IOException e) {
                if (attempt == TRIES) {
                    lose(batch);
                    return;
                }
                pause();
            }
        }
    }

    /** Its listener may not be there yet, or is frozen. */
    private void pause() throws InterruptedException {
        lock.lock();
        try {
            long left = TimeUnit.MILLISECONDS.toNanos(AGAIN_MILLIS);
            while (left > 0 && !stopped) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    private void lose(List<byte[]> batch) {
        lock.lock();
        try {
            droppedRecords += batch.size();
            droppedBytes += batch.stream().mapToLong(each -> each.length).sum();
        } finally {
            lock.unlock();
        }
    }

    /** Sends what waits without waiting for more, and returns when that is done. */
    void flush() {
        lock.lock();
        try {
            hurry = true;
            changed.signalAll();
            long left = TimeUnit.MILLISECONDS.toNanos(500);
            while ((!waiting.isEmpty() || sending) && !stopped && left > 0) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    boolean stop() {
        lock.lock();
        try {
            stopped = true;
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }
}
