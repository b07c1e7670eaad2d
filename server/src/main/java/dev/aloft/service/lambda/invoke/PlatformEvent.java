package dev.aloft.service.lambda.invoke;

import dev.aloft.api.JsonWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Something the platform tells of an environment: in its log, in one of two forms, and to whoever subscribed.
 *
 * @param type   such as platform.start
 * @param text   its lines in a log of text
 * @param record what it says in JSON
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html">Telemetry API event
 *     schemas</a>
 */
record PlatformEvent(String type, Level level, List<String> text, Consumer<JsonWriter> record) {
    /** The system log level from which on it is logged, in a log of JSON. */
    enum Level { DEBUG, INFO, WARN }

    /** The event as AWS writes it. */
    String json(String moment) {
        var json = new JsonWriter().beginObject().name("time").string(moment).name("type").string(type).name("record")
                .beginObject();
        record.accept(json);
        return new String(json.endObject().endObject().toBytes(), StandardCharsets.UTF_8);
    }

    /** Its lines in the log of a function. */
    List<String> lines(FunctionVersion version, String moment) {
        if (!version.jsonLogs()) {
            return text;
        }
        Level least = Optional.ofNullable(version.systemLogLevel()).map(Level::valueOf).orElse(Level.INFO);
        return level.compareTo(least) < 0 ? List.of() : List.of(json(moment));
    }
}
