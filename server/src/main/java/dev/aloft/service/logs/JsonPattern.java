package dev.aloft.service.logs;

import dev.aloft.api.JsonReader;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A filter for messages that are JSON objects: {@code { $.level = "ERROR" && ($.took > 3 || $.user.id NOT EXISTS) }}.
 * A comparison with a field that is not there does not match, whatever the operator.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html">AWS: filter
 * patterns</a>
 */
final class JsonPattern implements FilterPattern {
    private static final int MAX_DEPTH = 50;

    private final String text;
    private final Predicate<Object> condition;
    private int at;

    JsonPattern(String text) {
        this.text = text;
        condition = either(0);
        if (!atEnd()) {
            throw invalid();
        }
    }

    @Override
    public boolean matches(String message) {
        if (message.isEmpty() || message.stripLeading().isEmpty() || message.stripLeading().charAt(0) != '{') {
            return false;
        }
        try {
            return condition.test(JsonReader.tree(message));
        } catch (RuntimeException _) {
            return false;
        }
    }

    private Predicate<Object> either(int depth) {
        var left = both(depth);
        while (takes("||")) {
            left = left.or(both(depth));
        }
        return left;
    }

    private Predicate<Object> both(int depth) {
        var left = one(depth);
        while (takes("&&")) {
            left = left.and(one(depth));
        }
        return left;
    }

    private Predicate<Object> one(int depth) {
        if (depth > MAX_DEPTH) {
            throw invalid();
        }
        if (takes("(")) {
            var inner = either(depth + 1);
            expect(")");
            return inner;
        }
        var path = path();
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
            expectWord("EXISTS");
            return any(path, _ -> true).negate();
        }
        if (takesWord("EXISTS")) {
            return any(path, _ -> true);
        }
        return comparison(path);
    }

    private Predicate<Object> comparison(List<Object> path) {
        for (var operator : List.of("!=", ">=", "<=", "=", ">", "<")) {
            if (takes(operator)) {
                var test = value();
                return any(path, switch (operator) {
                    case "=" -> test.equal;
                    case "!=" -> test.equal.negate();
                    case ">" -> test.ordered(order -> order > 0);
                    case "<" -> test.ordered(order -> order < 0);
                    case ">=" -> test.ordered(order -> order >= 0);
                    default -> test.ordered(order -> order <= 0);
                });
            }
        }
        throw invalid();
    }

    /** What stands right of an operator. */
    private record Value(Predicate<Object> equal, BigDecimal number) {
        Predicate<Object> ordered(Predicate<Integer> wanted) {
            if (number == null) {
                throw FilterPattern.invalid("Invalid filter pattern: only numbers can be compared by their order");
            }
            return value -> decimal(value) instanceof BigDecimal left && wanted.test(left.compareTo(number));
        }
    }

    private Value value() {
        skipBlanks();
        if (at < text.length() && text.charAt(at) == '"') {
            return new Value(wildcards(quoted()), null);
        }
        if (at < text.length() && text.charAt(at) == '%') {
            int end = text.indexOf('%', at + 1);
            if (end < 0) {
                throw invalid();
            }
            var expression = Expression.of(text.substring(at + 1, end));
            at = end + 1;
            return new Value(value -> value instanceof String string && expression.matches(string), null);
        }
        int from = at;
        while (at < text.length() && !Character.isWhitespace(text.charAt(at)) && ")&|".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        var word = text.substring(from, at);
        if (word.isEmpty()) {
            throw invalid();
        }
        var number = number(word);
        var text = wildcards(word);
        return new Value(value -> number != null && decimal(value) instanceof BigDecimal left
            ? left.compareTo(number) == 0 : text.test(value), number);
    }

    private static Predicate<Object> wildcards(String wanted) {
        if (!wanted.contains("*")) {
            return value -> wanted.equals(scalar(value));
        }
        var pattern = new StringBuilder();
        for (var part : wanted.split("\\*", -1)) {
            pattern.append(pattern.isEmpty() ? "" : ".*").append(part.isEmpty() ? "" : Pattern.quote(part));
            if (part.isEmpty() && pattern.isEmpty()) {
                pattern.append(".*");
            }
        }
        var compiled = Pattern.compile(pattern.toString(), Pattern.DOTALL);
        return value -> scalar(value) instanceof String text && compiled.matcher(text).matches();
    }

    private static String scalar(Object value) {
        return value instanceof String || value instanceof Number || value instanceof Boolean ? value.toString() : null;
    }

    private static BigDecimal decimal(Object value) {
        return value instanceof Number number ? number(number.toString()) : null;
    }

    private static BigDecimal number(String text) {
        try {
            return text.length() > 64 ? null : new BigDecimal(text);
        } catch (NumberFormatException _) {
            return null;
        }
    }

    /** A field that is there and null, in a stream that cannot hold nulls. */
    private static final Object NULL = new Object();
    private static final Object EACH = new Object();

    private static Predicate<Object> any(List<Object> path, Predicate<Object> test) {
        return document -> {
            var found = Stream.of(document);
            for (var step : path) {
                found = found.flatMap(value -> step(value, step));
            }
            return found.anyMatch(test);
        };
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

    private List<Object> path() {
        expect("$");
        var path = new ArrayList<Object>();
        while (at < text.length()) {
            if (text.charAt(at) == '.') {
                int from = ++at;
                while (at < text.length() && (Character.isLetterOrDigit(text.charAt(at))
                        || "_-@#:/".indexOf(text.charAt(at)) >= 0)) {
                    at++;
                }
                if (at == from) {
                    throw invalid();
                }
                path.add(text.substring(from, at));
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

    private String quoted() {
        var value = new StringBuilder();
        for (at++; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '"') {
                at++;
                return value.toString();
            }
            value.append(c == '\\' && at + 1 < text.length() ? text.charAt(++at) : c);
        }
        throw invalid();
    }

    private boolean takes(String symbol) {
        skipBlanks();
        boolean there = text.startsWith(symbol, at);
        at += there ? symbol.length() : 0;
        return there;
    }

    private boolean takesWord(String word) {
        skipBlanks();
        int end = at + word.length();
        boolean there = text.regionMatches(true, at, word, 0, word.length())
            && (end == text.length() || !Character.isLetterOrDigit(text.charAt(end)));
        at = there ? end : at;
        return there;
    }

    private void expect(String symbol) {
        if (!takes(symbol)) {
            throw invalid();
        }
    }

    private void expectWord(String word) {
        if (!takesWord(word)) {
            throw invalid();
        }
    }

    private boolean atEnd() {
        skipBlanks();
        return at == text.length();
    }

    private void skipBlanks() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private RuntimeException invalid() {
        return FilterPattern.invalid("Invalid filter pattern: { " + text.strip() + " } at character " + (at + 1));
    }
}
