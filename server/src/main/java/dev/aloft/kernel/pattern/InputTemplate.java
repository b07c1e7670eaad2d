package dev.aloft.kernel.pattern;

import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Fills a template, whose placeholders stand between angle brackets. In one that is a JSON object a placeholder stands
 * for the value's JSON, or within quotes for its text; one within quotes that leads to an object or a list makes a
 * document that is no JSON, which AWS does not deliver. In a template that is text everything is written without its
 * quotes.
 *
 * @see <a href="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html">Input
 *     transformation</a>
 */
public final class InputTemplate {
    private static final Pattern PLACEHOLDER =
            Pattern.compile("<([A-Za-z0-9_.-]{1,256}|\\$[A-Za-z0-9_.@/:*\\[\\]-]{0,256})>");
    private static final Pattern DOCUMENT = Pattern.compile("[{\\[\"].*|<[^<>]*>", Pattern.DOTALL);

    private InputTemplate() {}

    /** The filled template is no JSON. */
    public static final class NoJson extends RuntimeException {
        NoJson(String message) {
            super(message, null, false, false);
        }
    }

    /** The names that a template uses. */
    public static Set<String> names(String template) {
        return PLACEHOLDER.matcher(template).results().map(found -> found.group(1)).collect(Collectors.toSet());
    }

    /** @param values what a placeholder stands for: a JSON tree, or null where the event has nothing there */
    public static String fill(String template, Function<String, Object> values) {
        boolean isText = template.stripLeading().startsWith("\"");
        var filled = new StringBuilder();
        var matcher = PLACEHOLDER.matcher(template);
        boolean quoted = false;
        int from = 0;
        while (matcher.find()) {
            quoted = copy(template, from, matcher.start(), quoted, filled);
            filled.append(value(values.apply(matcher.group(1)), isText, quoted));
            from = matcher.end();
        }
        copy(template, from, template.length(), quoted, filled);
        var result = filled.toString();
        if (!isText) {
            requireJson(result);
        }
        return result;
    }

    /**
     * Whether a template is neither a JSON document nor a placeholder alone, but words such as {@code Order
     * <$.body.id>}.
     */
    public static boolean isFreeText(String template) {
        return !template.isBlank() && !DOCUMENT.matcher(template.strip()).matches();
    }

    /** Fills words with the text of values. */
    public static String fillText(String template, Function<String, Object> values) {
        return PLACEHOLDER.matcher(template).replaceAll(found -> Matcher.quoteReplacement(
                switch (values.apply(found.group(1))) {
                    case null -> "";
                    case String text -> text;
                    case Object tree -> JsonWriter.string(tree);
                }));
    }

    private static String value(Object value, boolean isText, boolean quoted) {
        return switch (value) {
            case null -> quoted || isText ? "" : "\"\"";
            case Map<?, ?> map -> isText ? JsonWriter.string(map).replace("\"", "") : JsonWriter.string(map);
            case List<?> list -> isText ? JsonWriter.string(list).replace("\"", "") : JsonWriter.string(list);
            case String text when quoted || isText -> {
                var json = JsonWriter.string((Object) text);
                yield json.substring(1, json.length() - 1);
            }
            default -> JsonWriter.string(value);
        };
    }

    private static void requireJson(String text) {
        try {
            JsonReader.tree(text);
        } catch (JsonReader.Malformed e) {
            throw new NoJson("The filled input template is no JSON: " + e.getMessage());
        }
    }

    /** Copies a piece of the template and says whether it ends within quotes. */
    private static boolean copy(String template, int from, int to, boolean quoted, StringBuilder filled) {
        boolean within = quoted;
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
