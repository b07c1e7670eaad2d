package dev.aloft.service.logs;

import dev.aloft.api.JsonReader;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A filter for messages that are JSON objects: {@code { $.level = "ERROR" && ($.took > 3 || $.user.id NOT EXISTS) }}.
 * A comparison with a field that is not there does not match, whatever the operator.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html">AWS: filter
 * patterns</a>
 */
final class JsonPattern implements FilterPattern {
    /** A field that is there and null, in a stream that cannot hold nulls. */
    private static final Object NULL = new Object();
    private static final Object EACH = new Object();

    private final Predicate<Object> condition;
    /** By what they are called in the pattern. */
    private final Map<String, List<Object>> paths = new LinkedHashMap<>();

    JsonPattern(String text) {
        condition = new Reader(text, paths).condition();
    }

    @Override
    public boolean matches(String message) {
        try {
            return document(message).filter(condition).isPresent();
        } catch (RuntimeException _) {
            return false;
        }
    }

    private static Optional<Object> document(String message) {
        var text = message.stripLeading();
        return text.isEmpty() || text.charAt(0) != '{' ? Optional.empty() : Optional.of(JsonReader.tree(message));
    }

    @Override
    public boolean knows(String selector) {
        return path(selector).isPresent();
    }

    @Override
    public Optional<String> value(String selector, String message) {
        var path = path(selector);
        var document = document(message);
        return path.isEmpty() || document.isEmpty() ? Optional.empty() : text(path.get(), document.get());
    }

    private static Optional<List<Object>> path(String selector) {
        try {
            var reader = new Reader(selector, new LinkedHashMap<>());
            var path = reader.path();
            return reader.atEnd() ? Optional.of(path) : Optional.empty();
        } catch (RuntimeException _) {
            return Optional.empty();
        }
    }

    @Override
    public Map<String, String> extracted(String message) {
        var document = document(message).orElseThrow();
        var values = new LinkedHashMap<String, String>();
        paths.forEach((selector, path) -> text(path, document).ifPresent(text -> values.put(selector, text)));
        return values;
    }

    private static Optional<String> text(List<Object> path, Object document) {
        return found(path, document).map(ConditionReader::scalar).filter(text -> text != null).findFirst();
    }

    private static Stream<Object> found(List<Object> path, Object document) {
        var found = Stream.of(document);
        for (var step : path) {
            found = found.flatMap(value -> step(value, step));
        }
        return found;
    }

    private static Stream<Object> step(Object value, Object step) {
        return switch (step) {
            case String name when value instanceof Map<?, ?> map && map.containsKey(name) ->
                Stream.of(orNull(map.get(name)));
            case Integer index when value instanceof List<?> list && index < list.size() ->
                Stream.of(orNull(list.get(index)));
            case Object each when each == EACH && value instanceof List<?> list -> list.stream()
                .map(JsonPattern::orNull);
            default -> Stream.empty();
        };
    }

    private static Object orNull(Object value) {
        return value == null ? NULL : value;
    }

    private static final class Reader extends ConditionReader {
        private final Map<String, List<Object>> paths;

        Reader(String text, Map<String, List<Object>> paths) {
            super(text);
            this.paths = paths;
        }

        @Override
        Predicate<Object> one() {
            skipBlanks();
            int from = at;
            var path = path();
            paths.put(text.substring(from, at), path);
            if (takesWord("IS")) {
                if (takesWord("NULL")) {
                    return any(path, value -> value == NULL);
                }
                boolean wanted = takesWord("TRUE");
                if (!wanted && !takesWord("FALSE")) {
                    throw invalid();
                }
                return any(path, value -> value.equals(wanted));
            }
            if (takesWord("NOT")) {
                if (!takesWord("EXISTS")) {
                    throw invalid();
                }
                return any(path, _ -> true).negate();
            }
            return takesWord("EXISTS") ? any(path, _ -> true) : comparison(test -> any(path, test));
        }

        private static Predicate<Object> any(List<Object> path, Predicate<Object> test) {
            return document -> found(path, document).anyMatch(test);
        }

        @Override
        BigDecimal decimal(Object value) {
            return value instanceof Number number ? number(number.toString()) : null;
        }

        private List<Object> path() {
            expect("$");
            var path = new ArrayList<Object>();
            while (at < text.length()) {
                if (text.charAt(at) == '.') {
                    path.add(name());
                } else if (text.charAt(at) == '[') {
                    at++;
                    path.add(subscript());
                    expect("]");
                } else {
                    break;
                }
            }
            if (path.isEmpty()) {
                throw invalid();
            }
            return path;
        }

        private String name() {
            int from = ++at;
            while (at < text.length() && (Character.isLetterOrDigit(text.charAt(at))
                    || "_-@#:/".indexOf(text.charAt(at)) >= 0)) {
                at++;
            }
            if (at == from) {
                throw invalid();
            }
            return text.substring(from, at);
        }

        private Object subscript() {
            skipBlanks();
            if (takes("*")) {
                return EACH;
            }
            if (at < text.length() && text.charAt(at) == '"') {
                return quoted();
            }
            int from = at;
            while (at < text.length() && at - from < 9 && Character.isDigit(text.charAt(at))) {
                at++;
            }
            if (at == from) {
                throw invalid();
            }
            return Integer.valueOf(text.substring(from, at));
        }
    }
}
