package dev.aloft.service.logs;

import java.math.BigDecimal;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Reads the conditions of a filter pattern: comparisons, joined by {@code &&} and {@code ||}, grouped by parentheses.
 */
abstract class ConditionReader {
    private static final int MAX_DEPTH = 50;

    final String text;
    int at;

    ConditionReader(String text) {
        this.text = text;
    }

    /** One condition without parentheses around it. */
    abstract Predicate<Object> one();

    /** What a value is as a number, or null where it is none. */
    abstract BigDecimal decimal(Object value);

    /** The whole text as one condition. */
    Predicate<Object> condition() {
        var condition = either(0);
        if (!atEnd()) {
            throw invalid();
        }
        return condition;
    }

    private Predicate<Object> either(int depth) {
        var left = both(depth);
        while (takes("||")) {
            left = left.or(both(depth));
        }
        return left;
    }

    private Predicate<Object> both(int depth) {
        var left = grouped(depth);
        while (takes("&&")) {
            left = left.and(grouped(depth));
        }
        return left;
    }

    private Predicate<Object> grouped(int depth) {
        if (depth > MAX_DEPTH) {
            throw invalid();
        }
        if (takes("(")) {
            var inner = either(depth + 1);
            expect(")");
            return inner;
        }
        return one();
    }

    /** @param of makes a condition on what is compared of one on its value */
    Predicate<Object> comparison(Function<Predicate<Object>, Predicate<Object>> of) {
        for (var operator : List.of("!=", ">=", "<=", "=", ">", "<")) {
            if (takes(operator)) {
                var test = value();
                return of.apply(switch (operator) {
                    case "=" -> test.equal;
                    case "!=" -> test.equal.negate();
                    case ">" -> ordered(test, order -> order > 0);
                    case "<" -> ordered(test, order -> order < 0);
                    case ">=" -> ordered(test, order -> order >= 0);
                    default -> ordered(test, order -> order <= 0);
                });
            }
        }
        throw invalid();
    }

    /** What stands right of an operator. */
    private record Value(Predicate<Object> equal, BigDecimal number) {
    }

    private Predicate<Object> ordered(Value right, Predicate<Integer> wanted) {
        if (right.number == null) {
            throw FilterPattern.invalid("Invalid filter pattern: only numbers can be compared by their order");
        }
        return value -> decimal(value) instanceof BigDecimal left && wanted.test(left.compareTo(right.number));
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
            var expression = FilterPattern.Expression.of(text.substring(at + 1, end));
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
        var pattern = wildcards(word);
        return new Value(value -> number != null && decimal(value) instanceof BigDecimal left
            ? left.compareTo(number) == 0 : pattern.test(value), number);
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

    static String scalar(Object value) {
        return value instanceof String || value instanceof Number || value instanceof Boolean ? value.toString() : null;
    }

    static BigDecimal number(String text) {
        try {
            return text.length() > 64 ? null : new BigDecimal(text);
        } catch (NumberFormatException _) {
            return null;
        }
    }

    String quoted() {
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

    boolean takes(String symbol) {
        skipBlanks();
        boolean there = text.startsWith(symbol, at);
        at += there ? symbol.length() : 0;
        return there;
    }

    boolean takesWord(String word) {
        skipBlanks();
        int end = at + word.length();
        boolean there = text.regionMatches(true, at, word, 0, word.length())
            && (end == text.length() || !Character.isLetterOrDigit(text.charAt(end)));
        at = there ? end : at;
        return there;
    }

    void expect(String symbol) {
        if (!takes(symbol)) {
            throw invalid();
        }
    }

    boolean atEnd() {
        skipBlanks();
        return at == text.length();
    }

    void skipBlanks() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    RuntimeException invalid() {
        return FilterPattern.invalid("Invalid filter pattern: " + text.strip() + " at character " + (at + 1));
    }
}
