package dev.aloft.service.cloudwatch;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An expression of metric math.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html">Metric math</a>
 */
sealed interface MathExpression {
    record Number(double value) implements MathExpression {}

    record Text(String value) implements MathExpression {}

    /** A metric or another expression by its id. */
    record Reference(String id) implements MathExpression {}

    /** A word without a meaning of its own, such as {@code REPEAT}. */
    record Word(String name) implements MathExpression {}

    record Negative(MathExpression of) implements MathExpression {}

    record Binary(String operator, MathExpression left, MathExpression right) implements MathExpression {}

    record Call(String function, List<MathExpression> arguments) implements MathExpression {}

    record ListOf(List<MathExpression> elements) implements MathExpression {}

    /** An expression that cannot be read or calculated; the message says why. */
    final class Invalid extends RuntimeException {
        Invalid(String message) {
            super(message, null, false, false);
        }
    }

    static MathExpression parse(String text) {
        var parser = new Parser(text);
        var parsed = parser.either();
        parser.end();
        return parsed;
    }

    /** Reads from the left to the right; each method is a level of precedence, the loosest first. */
    final class Parser {
        private static final Pattern TOKEN = Pattern.compile("\\s*(?:(\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+)?|\\.\\d+)"
                + "|([A-Za-z][A-Za-z0-9_]*)|\"([^\"]*)\"|'([^']*)'|(==|!=|<=|>=|&&|\\|\\||[-+*/^<>(),\\[\\]]))");
        private static final int DEEPEST = 100;

        private final String text;
        private final Matcher matcher;
        private int depth;
        private boolean has;

        Parser(String text) {
            this.text = text;
            matcher = TOKEN.matcher(text);
            advance(0);
        }

        private void advance(int from) {
            matcher.region(from, text.length());
            has = matcher.lookingAt();
            if (!has && !text.substring(from).isBlank()) {
                throw new Invalid("Syntax error at position " + from);
            }
        }

        private boolean isNext(String... operators) {
            var found = has ? matcher.group(5) != null ? matcher.group(5) : matcher.group(2) : null;
            return found != null && List.of(operators).contains(found);
        }

        private String take() {
            var token = matcher.group().strip();
            advance(matcher.end());
            return token;
        }

        private void expect(String operator) {
            if (!isNext(operator)) {
                throw new Invalid("Syntax error: expected '" + operator + "'");
            }
            take();
        }

        void end() {
            if (has) {
                throw new Invalid("Syntax error: unexpected '" + matcher.group().strip() + "'");
            }
        }

        MathExpression either() {
            if (++depth > DEEPEST) {
                throw new Invalid("Syntax error: nested too deeply");
            }
            var left = both();
            while (isNext("OR", "||")) {
                take();
                left = new Binary("OR", left, both());
            }
            depth--;
            return left;
        }

        private MathExpression both() {
            var left = comparison();
            while (isNext("AND", "&&")) {
                take();
                left = new Binary("AND", left, comparison());
            }
            return left;
        }

        private MathExpression comparison() {
            var left = sum();
            while (isNext("==", "!=", "<", ">", "<=", ">=")) {
                left = new Binary(take(), left, sum());
            }
            return left;
        }

        private MathExpression sum() {
            var left = product();
            while (isNext("+", "-")) {
                left = new Binary(take(), left, product());
            }
            return left;
        }

        private MathExpression product() {
            var left = signed();
            while (isNext("*", "/")) {
                left = new Binary(take(), left, signed());
            }
            return left;
        }

        private MathExpression signed() {
            boolean negative = false;
            while (isNext("-")) {
                take();
                negative = !negative;
            }
            var power = power();
            return negative ? new Negative(power) : power;
        }

        private MathExpression power() {
            var base = single();
            if (!isNext("^")) {
                return base;
            }
            take();
            return new Binary("^", base, signed());
        }

        private MathExpression single() {
            if (!has) {
                throw new Invalid("Syntax error: unexpected end of the expression");
            }
            if (matcher.group(1) != null) {
                return new Number(Double.parseDouble(take()));
            }
            if (matcher.group(3) != null || matcher.group(4) != null) {
                var token = take();
                return new Text(token.substring(1, token.length() - 1));
            }
            if (isNext("(")) {
                take();
                var inner = either();
                expect(")");
                return inner;
            }
            if (isNext("[")) {
                take();
                return new ListOf(elements("]"));
            }
            if (matcher.group(2) == null) {
                throw new Invalid("Syntax error: unexpected '" + matcher.group().strip() + "'");
            }
            return named(take());
        }

        private MathExpression named(String name) {
            if (isNext("(")) {
                take();
                return new Call(name, elements(")"));
            }
            return Character.isLowerCase(name.charAt(0)) ? new Reference(name) : new Word(name);
        }

        private List<MathExpression> elements(String end) {
            var elements = new ArrayList<MathExpression>();
            while (!isNext(end)) {
                if (!elements.isEmpty()) {
                    expect(",");
                }
                elements.add(either());
            }
            take();
            return elements;
        }
    }
}
