package dev.aloft.kernel.delivery.poll;

import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.kernel.pattern.EventPattern;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which records are wanted: those that one of the patterns matches, or all where there is no pattern.
 *
 * <p>A source's content (a message's body, a Kinesis record's data) is matched as JSON where the pattern asks for its
 * fields, and as text where the pattern lists texts; a record whose content is of the other kind is not wanted.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html">Control which events
 *     Lambda sends</a>
 */
public final class ItemFilter {
    private enum Kind { NONE, JSON, TEXT }

    private record Rule(EventPattern pattern, Kind content) {
    }

    private final List<Rule> rules = new ArrayList<>();
    private final String content;

    /**
     * @param content the name of the field with the content, such as {@code body}, or null for a source that has none
     * @throws EventPattern.Malformed where one is no pattern
     */
    public ItemFilter(List<String> patterns, String content) throws EventPattern.Malformed {
        this.content = content;
        for (var pattern : patterns) {
            var read = EventPattern.parse(pattern);
            rules.add(new Rule(read, content == null ? Kind.NONE : kind(pattern)));
        }
    }

    private Kind kind(String pattern) {
        return switch (JsonReader.tree(pattern) instanceof Map<?, ?> map ? map.get(content) : null) {
            case Map<?, ?> _ -> Kind.JSON;
            case List<?> _ -> Kind.TEXT;
            case null, default -> Kind.NONE;
        };
    }

    /** @param record with its content as text */
    public boolean wants(Map<String, Object> record) {
        if (rules.isEmpty()) {
            return true;
        }
        Object json = content == null ? null : json(record.get(content));
        for (var rule : rules) {
            boolean fits = switch (rule.content) {
                case NONE -> true;
                case JSON -> json != null;
                case TEXT -> json == null;
            };
            if (fits && rule.pattern.matches(JsonWriter.string(rule.content == Kind.JSON ? with(record, json)
                    : record))) {
                return true;
            }
        }
        return false;
    }

    private Map<String, Object> with(Map<String, Object> record, Object json) {
        var copy = new LinkedHashMap<>(record);
        copy.put(content, json);
        return copy;
    }

    private static Object json(Object text) {
        try {
            return text instanceof String string && JsonReader.tree(string) instanceof Map<?, ?> map ? map : null;
        } catch (JsonReader.Malformed _) {
            return null;
        }
    }
}
