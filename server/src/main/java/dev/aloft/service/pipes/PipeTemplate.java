package dev.aloft.service.pipes;

import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.kernel.pattern.EventPath;
import dev.aloft.kernel.pattern.InputTemplate;
import dev.aloft.service.pipes.PipesData.KeptPipe;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * What an enrichment or a target gets of a record. Paths see the content of messages and stream records, which travels
 * as text, as the JSON that it is.
 *
 * @see <a href="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-input-transformation.html">Input transformation</a>
 */
final class PipeTemplate {
    private final KeptPipe pipe;
    private final String template;

    /** @param template null for the record as it is */
    PipeTemplate(KeptPipe pipe, String template) {
        this.pipe = pipe;
        this.template = template;
    }

    /** A JSON tree. */
    Object of(Object event, Instant now) {
        if (template == null || template.isEmpty()) {
            return event;
        }
        var seen = parsed(event);
        Function<String, Object> values = name -> switch (name) {
            case "aws.pipes.pipe-arn" -> pipe.arn();
            case "aws.pipes.pipe-name" -> pipe.name();
            case "aws.pipes.source-arn" -> pipe.settings().source();
            case "aws.pipes.enrichment-arn" -> pipe.settings().enrichment();
            case "aws.pipes.target-arn" -> pipe.settings().target();
            case "aws.pipes.event.ingestion-time" -> now.toString();
            case "aws.pipes.event" -> event;
            case "aws.pipes.event.json" -> seen;
            default -> name.startsWith("$") ? EventPath.find(name, seen).orElse(null) : null;
        };
        return InputTemplate.isFreeText(template) ? InputTemplate.fillText(template, values)
                : tree(InputTemplate.fill(template, values));
    }

    private static Object tree(String filled) {
        try {
            return JsonReader.tree(filled);
        } catch (JsonReader.Malformed _) {
            return filled;
        }
    }

    /** A parameter that may be a path into the record. */
    static String dynamic(String value, Object event) {
        if (value == null || !value.startsWith("$.") || !EventPath.isValid(value)) {
            return value;
        }
        return EventPath.find(value, parsed(event)).map(it -> it instanceof String text ? text : JsonWriter.string(it))
                .orElse(null);
    }

    private static Object parsed(Object event) {
        if (!(event instanceof Map<?, ?> record)) {
            return event;
        }
        var seen = new LinkedHashMap<Object, Object>(record);
        seen.computeIfPresent("body", (_, body) -> json(body));
        seen.computeIfPresent("data", (_, data) -> data instanceof String text ? json(decoded(text)) : data);
        return seen;
    }

    private static Object json(Object text) {
        try {
            return text instanceof String json && JsonReader.tree(json) instanceof Map<?, ?> map ? map : text;
        } catch (JsonReader.Malformed _) {
            return text;
        }
    }

    private static String decoded(String text) {
        try {
            return new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            return text;
        }
    }
}
