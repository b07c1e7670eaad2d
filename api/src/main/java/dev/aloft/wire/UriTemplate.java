package dev.aloft.wire;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The path of an operation such as {@code /{Bucket}/{Key+}?uploads}: labels take one segment, greedy ones the rest, and
 * the literals after the question mark must be in the query.
 */
public final class UriTemplate {
    private final List<String> segments = new ArrayList<>();
    private final List<Percent.Parameter> query;
    private int greedy = -1;

    public UriTemplate(String template) {
        int mark = template.indexOf('?');
        var path = mark < 0 ? template : template.substring(0, mark);
        query = mark < 0 ? List.of() : List.copyOf(Percent.parameters(template.substring(mark + 1)));
        for (var segment : path.substring(1).split("/", -1)) {
            if (segment.endsWith("+}")) {
                greedy = segments.size();
                segment = "{" + segment.substring(1, segment.length() - 2) + "}";
            }
            segments.add(segment);
        }
        if (segments.size() > 1 && segments.getLast().isEmpty()) {
            segments.removeLast();
        }
    }

    /** The query literals that a request for this operation must have; a value is null where any will do. */
    public List<Percent.Parameter> query() {
        return query;
    }

    /** How many literal segments the path has: of two templates that match, the one with more is meant. */
    public int literals() {
        int count = 0;
        for (var segment : segments) {
            count += label(segment) == null ? 1 : 0;
        }
        return count;
    }

    /** Whether a label takes all that is left of the path. */
    public boolean greedy() {
        return greedy >= 0;
    }

    /** The labels' decoded values, or null where the path is another. A trailing slash more or less does not matter. */
    public Map<String, String> match(String rawPath) {
        var parts = rawPath.substring(rawPath.startsWith("/") ? 1 : 0).split("/", -1);
        int count = parts.length;
        if (greedy < 0 && count == segments.size() + 1 && parts[count - 1].isEmpty()) {
            count--;
        }
        if (greedy < 0 ? count != segments.size() : count < segments.size()) {
            return null;
        }
        var labels = new HashMap<String, String>();
        int more = count - segments.size();
        for (int i = 0; i < segments.size(); i++) {
            int from = greedy >= 0 && i > greedy ? i + more : i;
            var segment = segments.get(i);
            var label = label(segment);
            if (label == null) {
                if (!segment.equals(parts[from]) && !segment.equals(Percent.decode(parts[from]))) {
                    return null;
                }
            } else if (i == greedy) {
                var rest = new StringBuilder(parts[from]);
                for (int k = 1; k <= more; k++) {
                    rest.append('/').append(parts[from + k]);
                }
                if (rest.isEmpty()) {
                    return null;
                }
                labels.put(label, Percent.decode(rest.toString()));
            } else if (parts[from].isEmpty()) {
                return null;
            } else {
                labels.put(label, Percent.decode(parts[from]));
            }
        }
        return labels;
    }

    /** The path with the labels filled in and encoded. */
    String expand(Function<String, String> value) {
        var path = new StringBuilder();
        for (int i = 0; i < segments.size(); i++) {
            var segment = segments.get(i);
            var label = label(segment);
            path.append('/');
            if (label == null) {
                path.append(segment);
            } else {
                path.append(i == greedy
                        ? Percent.encodePath(value.apply(label))
                        : Percent.encode(value.apply(label)));
            }
        }
        return path.toString();
    }

    private static String label(String segment) {
        return segment.startsWith("{") && segment.endsWith("}")
                ? segment.substring(1, segment.length() - 1)
                : null;
    }
}
