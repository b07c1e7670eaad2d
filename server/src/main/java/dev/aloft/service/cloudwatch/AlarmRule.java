package dev.aloft.service.cloudwatch;

import dev.aloft.api.ApiError;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * When a composite alarm goes off: states of other alarms, joined.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html">PutCompositeAlarm
 *     </a>
 */
sealed interface AlarmRule {
    record InState(String state, String alarm) implements AlarmRule {}

    record Always(boolean value) implements AlarmRule {}

    record Not(AlarmRule rule) implements AlarmRule {}

    record All(List<AlarmRule> rules) implements AlarmRule {}

    record Any(List<AlarmRule> rules) implements AlarmRule {}

    /** @param states the state of an alarm by its name */
    default boolean holds(UnaryOperator<String> states) {
        return switch (this) {
            case InState(var state, var alarm) -> state.equals(states.apply(alarm));
            case Always(var value) -> value;
            case Not(var rule) -> !rule.holds(states);
            case All(var rules) -> rules.stream().allMatch(rule -> rule.holds(states));
            case Any(var rules) -> rules.stream().anyMatch(rule -> rule.holds(states));
        };
    }

    /** The names of the alarms it looks at, in the order in which they are named. */
    default Set<String> alarms() {
        var names = new LinkedHashSet<String>();
        switch (this) {
            case InState(_, var alarm) -> names.add(alarm);
            case Always _ -> { }
            case Not(var rule) -> names.addAll(rule.alarms());
            case All(var rules) -> rules.forEach(rule -> names.addAll(rule.alarms()));
            case Any(var rules) -> rules.forEach(rule -> names.addAll(rule.alarms()));
        }
        return names;
    }

    static AlarmRule read(String text) {
        return new Reader(text).whole();
    }

    /** Reads from left to right; AND binds more than OR, NOT more than both. */
    final class Reader {
        private static final Pattern TOKEN = Pattern.compile("\\s*(\\(|\\)|\"[^\"]*\"|[^\\s()\"]+)");

        private final List<String> tokens = new ArrayList<>();
        private int at;

        private Reader(String text) {
            var token = TOKEN.matcher(text);
            int end = 0;
            while (token.find() && token.start() == end) {
                tokens.add(token.group(1));
                end = token.end();
            }
            if (!text.substring(end).isBlank()) {
                throw malformed();
            }
        }

        private static ApiError malformed() {
            return ApiError.of("ValidationError", 400, "Malformed alarm rule");
        }

        AlarmRule whole() {
            var rule = any();
            if (at < tokens.size()) {
                throw malformed();
            }
            return rule;
        }

        private String next() {
            if (at >= tokens.size()) {
                throw malformed();
            }
            return tokens.get(at++);
        }

        private boolean takes(String word) {
            boolean isThere = at < tokens.size() && tokens.get(at).equals(word);
            at += isThere ? 1 : 0;
            return isThere;
        }

        private void expect(String word) {
            if (!takes(word)) {
                throw malformed();
            }
        }

        private AlarmRule any() {
            var rules = new ArrayList<>(List.of(all()));
            while (takes("OR")) {
                rules.add(all());
            }
            return rules.size() == 1 ? rules.getFirst() : new Any(rules);
        }

        private AlarmRule all() {
            var rules = new ArrayList<>(List.of(one()));
            while (takes("AND")) {
                rules.add(one());
            }
            return rules.size() == 1 ? rules.getFirst() : new All(rules);
        }

        private AlarmRule one() {
            var word = next();
            return switch (word) {
                case "NOT" -> new Not(one());
                case "TRUE", "FALSE" -> new Always(word.equals("TRUE"));
                case "(" -> {
                    var rule = any();
                    expect(")");
                    yield rule;
                }
                case "ALARM", "OK", "INSUFFICIENT_DATA" -> inState(word);
                case "AT_LEAST" -> throw ApiError.notBuilt("AT_LEAST in an alarm rule");
                default -> throw malformed();
            };
        }

        private AlarmRule inState(String state) {
            expect("(");
            var name = next();
            expect(")");
            var plain = name.startsWith("\"") ? name.substring(1, name.length() - 1) : name;
            return new InState(state, plain.startsWith("arn:") ? plain.substring(plain.indexOf(":alarm:") + 7) : plain);
        }
    }
}
