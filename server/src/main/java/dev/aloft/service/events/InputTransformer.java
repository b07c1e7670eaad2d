package dev.aloft.service.events;

import dev.aloft.api.JsonWriter;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Fills a target's template: a placeholder in a JSON string becomes the value's text, one outside the value's JSON.
 *
 * @see <a href="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html">Input
 *     transformation</a>
 */
final class InputTransformer {
    private static final Pattern PLACEHOLDER = Pattern.compile("<([A-Za-z0-9_.-]{1,256})>");
    private static final Set<String> RESERVED = Set.of("aws.events.rule-arn", "aws.events.rule-name",
            "aws.events.event.ingestion-time", "aws.events.event", "aws.events.event.json");

    private InputTransformer() {}

    static void check(String targetId, Map<String, String> paths, String template) {
        if (template == null || template.isBlank()) {
            throw Rules.invalid("InputTemplate for target " + targetId + " must not be empty.");
        }
        paths.forEach((name, path) -> {
            if (!EventPath.isValid(path)) {
                throw Rules.invalid("InputPathsMap for target " + targetId + " has an invalid path for " + name + ".");
            }
        });
        var matcher = PLACEHOLDER.matcher(template);
        while (matcher.find()) {
            if (!paths.containsKey(matcher.group(1)) && !RESERVED.contains(matcher.group(1))) {
                throw Rules.invalid("InputTemplate for target " + targetId + " contains invalid placeholder "
                        + matcher.group(1) + ".");
            }
        }
    }

    /** @param values what a placeholder stands for: a JSON tree, or null where the event has nothing there */
    static String fill(String template, Function<String, Object> values) {
        var filled = new StringBuilder();
        var matcher = PLACEHOLDER.matcher(template);
        boolean inString = false;
        int from = 0;
        while (matcher.find()) {
            inString = copy(template, from, matcher.start(), inString, filled);
            var value = values.apply(matcher.group(1));
            if (!inString) {
                filled.append(value == null ? "\"\"" : JsonWriter.string(value));
            } else if (value != null) {
                Object text = value instanceof String ? value : JsonWriter.string(value);
                String json = JsonWriter.string(text);
                filled.append(json, 1, json.length() - 1);
            }
            from = matcher.end();
        }
        copy(template, from, template.length(), inString, filled);
        return filled.toString();
    }

    /** Copies a piece of the template and says whether it ends within a string. */
    private static boolean copy(String template, int from, int to, boolean inString, StringBuilder filled) {
        boolean within = inString;
        for (int i = from; i < to; i++) {
            char c = template.charAt(i);
            filled.append(c);
            if (c == '\\' && within && i + 1 < to) {
                filled.append(template.charAt(++i));
            } else if (c == '"') {
                within = !within;
            }
        }
        return within;
    }
}
