package dev.aloft.service.lambda.invoke;

import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.kernel.time.Time;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/**
 * What the extensions of one start of an environment get to hear: the platform's events, the function's lines and their
 * own, each in batches to the address that the extension gave.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/telemetry-api.html">Telemetry API</a>
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/runtimes-logs-api.html">Logs API</a>
 */
final class Telemetry {
    /** The older API tells the same with fewer events. */
    enum Api {
        TELEMETRY("Telemetry", "platform.telemetrySubscription",
                "Some logs were dropped because the downstream consumer is slower than the logs production rate",
                Set.of("2022-07-01", "2022-12-13", "2025-01-29"), 25),
        LOGS("Logs", "platform.logsSubscription",
                "Consumer seems to have fallen behind as it has not acknowledged receipt of logs.",
                Set.of("2020-08-15", "2021-03-18"), 25);

        /** The first schema in which a line of a log of JSON is an object. */
        private static final String OBJECTS_SINCE = "2022-12-13";

        final String word;
        final String event;
        /** Why records are dropped. */
        final String dropped;
        private final Set<String> schemas;
        private final int leastMillis;

        Api(String word, String event, String dropped, Set<String> schemas, int leastMillis) {
            this.dropped = dropped;
            this.word = word;
            this.event = event;
            this.schemas = schemas;
            this.leastMillis = leastMillis;
        }

        boolean tellsObjects(String schema) {
            return this == TELEMETRY && schema.compareTo(OBJECTS_SINCE) >= 0;
        }

        /** Whether it tells of such an event. */
        boolean tells(String type, String schema) {
            return switch (type) {
                case "platform.initStart", "platform.initRuntimeDone", "platform.initReport",
                        "platform.telemetrySubscription" -> this == TELEMETRY;
                case "platform.logsSubscription", "platform.end", "platform.fault" -> this == LOGS;
                case "platform.runtimeDone" -> this == TELEMETRY || schema.equals("2021-03-18");
                default -> true;
            };
        }
    }

    /** What is wrong with a subscription. */
    static final class Invalid extends Exception {
        Invalid(String message) {
            super(message, null, false, false);
        }
    }

    private final Time time;
    private final Destination.Way way;
    private final List<Subscriber> subscribers = new CopyOnWriteArrayList<>();
    /** What was told before somebody could subscribe, during init. */
    private final List<PlatformEvent> history = new ArrayList<>();
    private final List<String> historyMoments = new ArrayList<>();
    private volatile boolean closed;

    /** @param way to the sandbox's own listeners */
    Telemetry(Time time, Destination.Way way) {
        this.time = time;
        this.way = way;
    }

    /** Subscribes an extension; a second time replaces the first. */
    synchronized List<String> subscribe(String extension, Api api, byte[] body) throws Invalid {
        Subscriber subscriber = read(extension, api, body);
        if (subscribers.stream().anyMatch(each -> each.isOfAnother(extension, api))) {
            throw new Invalid("An extension subscribes with one of the Telemetry API and the Logs API, not with both");
        }
        subscribers.removeIf(each -> each.is(extension, api) && each.stop());
        subscribers.add(subscriber);
        for (int i = 0; i < history.size(); i++) {
            subscriber.platform(history.get(i), historyMoments.get(i));
        }
        subscriber.start(time);
        return subscriber.types();
    }

    /** The init is over: nobody subscribes any more. */
    synchronized void close() {
        closed = true;
        history.clear();
    }

    boolean closed() {
        return closed;
    }

    private Subscriber read(String extension, Api api, byte[] body) throws Invalid {
        Map<?, ?> said;
        try {
            said = JsonReader.tree(body) instanceof Map<?, ?> object ? object : Map.of();
        } catch (RuntimeException e) {
            throw new Invalid("Request body is not valid JSON");
        }
        var wrong = new ArrayList<String>();
        String schema = said.get("schemaVersion") instanceof String text ? text : api == Api.LOGS ? "2020-08-15"
                : "2022-07-01";
        if (!api.schemas.contains(schema)) {
            wrong.add("schemaVersion is not valid");
        }
        var types = new LinkedHashSet<String>();
        if (said.get("types") instanceof List<?> list) {
            list.forEach(each -> types.add(String.valueOf(each)));
        }
        if (types.isEmpty()) {
            wrong.add("types should not be empty");
        }
        if (!Set.of("platform", "function", "extension").containsAll(types)) {
            wrong.add("types should be one or more of platform, function, extension");
        }
        Map<?, ?> buffering = said.get("buffering") instanceof Map<?, ?> given ? given : Map.of();
        int items = within(buffering, "maxItems", 1_000, 10_000, 10_000, wrong);
        int bytes = within(buffering, "maxBytes", 262_144, 1_048_576, 262_144, wrong);
        int millis = within(buffering, "timeoutMs", api.leastMillis, 30_000, 1_000, wrong);
        Destination destination = destination(said.get("destination") instanceof Map<?, ?> given ? given : Map.of(),
                wrong);
        if (!wrong.isEmpty()) {
            throw new Invalid(wrong.stream().sorted((a, b) -> Boolean.compare(b.startsWith("URI"), a.startsWith("URI")))
                    .collect(Collectors.joining("; ")));
        }
        return new Subscriber(extension, api, schema, List.copyOf(types), destination, items, bytes, millis);
    }

    private static int within(Map<?, ?> buffering, String name, int least, int most, int usual, List<String> wrong) {
        if (!buffering.containsKey(name)) {
            return usual;
        }
        if (buffering.get(name) instanceof Number number && number.longValue() >= least && number.longValue() <= most) {
            return number.intValue();
        }
        wrong.add("buffering." + name + " should be between " + least + " and " + most);
        return usual;
    }

    private Destination destination(Map<?, ?> said, List<String> wrong) {
        return switch (String.valueOf(said.get("protocol"))) {
            case "HTTP" -> Destination.http(String.valueOf(said.get("URI")), said.get("method"), way, wrong);
            case "TCP" -> Destination.tcp(said.get("port"), way, wrong);
            default -> {
                wrong.add("destination.protocol should be HTTP or TCP");
                yield null;
            }
        };
    }

    // ---- what is told

    void platform(PlatformEvent event, String moment) {
        if (closed && subscribers.isEmpty()) {
            return;
        }
        synchronized (this) {
            if (!closed) {
                history.add(event);
                historyMoments.add(moment);
            }
        }
        subscribers.forEach(each -> each.platform(event, moment));
    }

    /**
     * A line of a process.
     *
     * @param type function or extension
     * @param json whether the line is an object itself
     */
    void line(String type, String moment, String text, boolean json) {
        if (subscribers.isEmpty()) {
            return;
        }
        byte[] line = entry(type, moment, text);
        byte[] object = json ? entry(type, moment, tree(text)) : line;
        subscribers.forEach(each -> each.line(type, each.takesObjects() ? object : line));
    }

    private static byte[] entry(String type, String moment, Object record) {
        return new JsonWriter().beginObject().name("time").string(moment).name("type").string(type).name("record")
                .value(record).endObject().toBytes();
    }

    private static Object tree(String text) {
        try {
            return JsonReader.tree(text.getBytes(StandardCharsets.UTF_8));
        } catch (RuntimeException notJson) {
            return text;
        }
    }

    boolean heard() {
        return !subscribers.isEmpty();
    }

    /** Sends what there is. */
    void flush() {
        subscribers.forEach(Subscriber::flush);
    }

    /** Nobody listens any longer. */
    void end() {
        subscribers.forEach(Subscriber::stop);
    }
}
