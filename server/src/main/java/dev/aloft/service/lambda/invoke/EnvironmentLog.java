package dev.aloft.service.lambda.invoke;

import dev.aloft.api.JsonReader;
import dev.aloft.kernel.time.Time;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The log stream of one environment: the lines of its processes, and START, END and REPORT in between.
 *
 * <p>Processes write lines, or frames of several lines (kind, length, microseconds, text; big endian) as AWS's runtimes
 * do. Our runtimes end each invocation with a frame that is only a mark, so that END follows the function's last line.
 */
final class EnvironmentLog {
    /** The longest message of CloudWatch Logs, less what it counts for each. */
    private static final int LONGEST_LINE = 256 * 1024 - 26;
    private static final int TAIL_BYTES = 4 * 1024;
    private static final int MOST_WAITING = 10_000;
    private static final int FRAME_HEAD = 16;
    private static final int MOST_FRAME_BYTES = 64 * 1024 * 1024;
    private static final int MARK = 0xA55A8000;
    /** As frames number them. */
    private static final List<String> LEVELS = List.of("", "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL");
    /** Should a mark be lost, END is written without it. */
    private static final int MOST_OPEN = 64;

    /** One event of the stream. */
    record Line(long timestamp, String message) {}

    /**
     * An invocation on its way through the log: the next may begin while the last lines of this one are in the pipe.
     */
    private static final class Open {
        final Invocation invocation;
        final Telemetry server;
        final List<String> beginning;
        List<String> ending;
        boolean markSeen;

        Open(Invocation invocation, Telemetry server, List<String> beginning) {
            this.invocation = invocation;
            this.server = server;
            this.beginning = beginning;
        }
    }

    /** Whose processes write. */
    enum Source {
        FUNCTION, EXTENSION;

        /** The type of its entries in telemetry. */
        String type() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Time time;
    private final FunctionVersion version;
    private boolean marked;
    private final Consumer<EnvironmentLog> written;
    private List<Line> waiting = new ArrayList<>();
    private final StringBuilder tail = new StringBuilder();
    /** Begun and not yet ended in the log, in order. The first is the one whose lines come now. */
    private final Deque<Open> open = new ArrayDeque<>();
    /** How many processes write, by their incarnation: one may begin while what the last wrote is in the pipe. */
    private final Map<Telemetry, Integer> readers = new IdentityHashMap<>();
    /** Of how many that ended in the log already the mark is still to come. */
    private final Map<Telemetry, Integer> owed = new IdentityHashMap<>();
    private boolean closed;
    private int dropped;

    /** @param marked whether the runtime is known to mark the end of each invocation; else its first mark tells */
    EnvironmentLog(Time time, FunctionVersion version, boolean marked, Consumer<EnvironmentLog> written) {
        this.time = time;
        this.version = version;
        this.marked = marked;
        this.written = written;
    }

    // ---- what the platform says

    synchronized void say(List<String> lines) {
        lines.forEach(line -> add(time.millis(), line));
    }

    /** @param server what the incarnation that serves the invocation is known by here */
    synchronized void begin(Invocation invocation, Telemetry server, List<String> lines) {
        settleUnmarked();
        invocation.pending().log = this;
        open.addLast(new Open(invocation, server, lines));
        if (open.size() == 1) {
            start();
        }
    }

    private void start() {
        tail.setLength(0);
        open.getFirst().beginning.forEach(line -> add(time.millis(), line));
    }

    /** The invocation is over; its last lines are written once all before them are. */
    synchronized void end(Invocation invocation, List<String> lines) {
        open.stream().filter(each -> each.invocation == invocation).forEach(each -> each.ending = lines);
        settle(false);
        invocation.pending().ended.complete(null);
    }

    /**
     * Runtimes that mark nothing: their last lines may still be in the pipe when they answer. So END waits for the next
     * event, for the lines to be taken, or for a moment.
     */
    synchronized void settleUnmarked() {
        if (!marked) {
            settle(true);
        }
    }

    synchronized boolean marked() {
        return marked;
    }

    private void settle(boolean anyway) {
        for (Open first = open.peekFirst(); first != null; first = open.peekFirst()) {
            boolean complete = first.markSeen || !readers.containsKey(first.server) || anyway
                    || open.size() > MOST_OPEN;
            if (first.ending == null || !complete) {
                return;
            }
            if (!first.markSeen && readers.containsKey(first.server)) {
                owed.merge(first.server, 1, Integer::sum);
            }
            first.ending.forEach(line -> add(time.millis(), line));
            byte[] bytes = tail.toString().getBytes(StandardCharsets.UTF_8);
            byte[] last = bytes.length <= TAIL_BYTES ? bytes : Arrays.copyOfRange(bytes, bytes.length - TAIL_BYTES,
                    bytes.length);
            first.invocation.pending().tail.complete(Optional.of(last));
            open.removeFirst();
            if (!open.isEmpty()) {
                start();
            }
        }
    }

    private void add(long timestamp, String message) {
        if (!open.isEmpty()) {
            tail.append(message).append('\n');
            if (tail.length() > 8 * TAIL_BYTES) {
                tail.delete(0, tail.length() - 4 * TAIL_BYTES);
            }
        }
        if (waiting.size() >= MOST_WAITING) {
            dropped++;
            return;
        }
        waiting.add(new Line(timestamp, message));
        if (waiting.size() == 1) {
            written.accept(this);
        }
    }

    /** No more processes will write. */
    synchronized void close() {
        closed = true;
        settle(true);
    }

    /** Whether the processes have ended and all they wrote was taken. */
    synchronized boolean isOver() {
        return closed && readers.isEmpty() && waiting.isEmpty();
    }

    /** What was written since the last time. */
    synchronized List<Line> take() {
        settleUnmarked();
        List<Line> lines = waiting;
        waiting = new ArrayList<>();
        if (dropped > 0) {
            lines.add(new Line(time.millis(), "Aloft dropped " + dropped
                    + " lines: the function writes faster than they can be kept."));
            dropped = 0;
        }
        return lines;
    }

    // ---- what the processes say

    /** A process begins to write: {@link #read} follows. */
    synchronized void opened(Telemetry incarnation) {
        readers.merge(incarnation, 1, Integer::sum);
    }

    /** Reads to the end of the stream. */
    void read(InputStream stream, Source source, Telemetry telemetry) {
        try (var in = new BufferedInputStream(stream, 16 * 1024)) {
            var line = new ByteArrayOutputStream();
            int b;
            while ((b = in.read()) >= 0) {
                if (b == 0xA5 && source == Source.FUNCTION && frame(in, line, telemetry)) {
                    continue;
                }
                if (b == '\n') {
                    line(line, source, telemetry);
                } else {
                    line.write(b);
                    if (line.size() >= LONGEST_LINE) {
                        line(line, source, telemetry);
                    }
                }
            }
            if (line.size() > 0) {
                line(line, source, telemetry);
            }
        } catch (IOException gone) {
            // as if it had ended
        }
        synchronized (this) {
            if (readers.computeIfPresent(telemetry, (_, left) -> left == 1 ? null : left - 1) == null) {
                owed.remove(telemetry);
            }
            settle(false);
        }
    }

    private boolean frame(BufferedInputStream in, ByteArrayOutputStream line, Telemetry telemetry) throws IOException {
        in.mark(FRAME_HEAD);
        byte[] head = new byte[FRAME_HEAD];
        head[0] = (byte) 0xA5;
        // The third byte is none of a text's: these two also end "¥Z".
        if (in.read() != 0x5A || in.readNBytes(head, 2, FRAME_HEAD - 2) < FRAME_HEAD - 2 || head[2] != 0
                && head[2] != (byte) 0x80) {
            in.reset();
            return false;
        }
        head[1] = 0x5A;
        ByteBuffer numbers = ByteBuffer.wrap(head);
        int kind = numbers.getInt();
        int length = numbers.getInt();
        if (kind != MARK && (length < 0 || length > MOST_FRAME_BYTES)) {
            in.reset();
            return false;
        }
        if (line.size() > 0) {
            // A line without its end, before something that is no part of it.
            line(line, Source.FUNCTION, telemetry);
        }
        if (kind == MARK) {
            marked(telemetry);
            return true;
        }
        byte[] kept = in.readNBytes(Math.min(length, LONGEST_LINE));
        in.skipNBytes(length - kept.length);
        String text = new String(kept, StandardCharsets.UTF_8);
        boolean json = (kind & 1) == 0;
        String level = LEVELS.get(Math.min((kind >> 2) & 7, LEVELS.size() - 1));
        // The frame's own time is the machine's, which is not the platform's when somebody moved that.
        write(text.endsWith("\n") ? text.substring(0, text.length() - 1) : text, json, level, Source.FUNCTION,
                telemetry);
        return true;
    }

    private synchronized void marked(Telemetry telemetry) {
        marked = true;
        if (owed.containsKey(telemetry)) {
            owed.computeIfPresent(telemetry, (_, left) -> left == 1 ? null : left - 1);
            return;
        }
        open.stream().filter(each -> each.server == telemetry && !each.markSeen).findFirst()
                .ifPresent(each -> each.markSeen = true);
        settle(false);
    }

    private void line(ByteArrayOutputStream line, Source source, Telemetry telemetry) {
        String text = line.toString(StandardCharsets.UTF_8);
        line.reset();
        boolean json = version.jsonLogs() && text.startsWith("{");
        write(text.endsWith("\r") ? text.substring(0, text.length() - 1) : text, json, json ? levelOf(text) : "",
                source, telemetry);
    }

    private void write(String text, boolean json, String level, Source source, Telemetry telemetry) {
        if (version.jsonLogs() && version.applicationLogLevel() != null && LEVELS.contains(level) && !level.isEmpty()
                && LEVELS.indexOf(level) < LEVELS.indexOf(version.applicationLogLevel())) {
            return;
        }
        synchronized (this) {
            add(time.millis(), text);
        }
        if (telemetry.heard()) {
            telemetry.line(source.type(), Report.moment(time.instant()), text, json && version.jsonLogs());
        }
    }

    /** What a line of JSON says of itself; one that says nothing counts as INFO. */
    private static String levelOf(String text) {
        try {
            return JsonReader.tree(text.getBytes(StandardCharsets.UTF_8)) instanceof Map<?, ?> said
                    && said.get("level") instanceof String level
                    && LEVELS.contains(level.toUpperCase(Locale.ROOT)) ? level.toUpperCase(Locale.ROOT) : "INFO";
        } catch (RuntimeException notJson) {
            return "";
        }
    }
}
