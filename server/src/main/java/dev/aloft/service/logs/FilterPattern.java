package dev.aloft.service.logs;

import dev.aloft.api.Logs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What FilterLogEvents and the filters of a log group look for in a message. Letters' case counts.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html">AWS: filter
 * patterns</a>
 */
sealed interface FilterPattern
        permits FilterPattern.Everything, FilterPattern.Terms, FilterPattern.Expression, JsonPattern, SpacePattern {
    boolean matches(String message);

    /**
     * What a message that matches has where the pattern looks, by selector such as {@code $.took} or {@code $bytes}.
     */
    default Map<String, String> extracted(String message) {
        return Map.of();
    }

    /** Whether a selector leads to a part of messages of this form. */
    default boolean knows(String selector) {
        return false;
    }

    /** What a selector leads to in a message that matches. */
    default Optional<String> value(String selector, String message) {
        return Optional.empty();
    }

    /** Any message. */
    record Everything() implements FilterPattern {
        @Override
        public boolean matches(String message) {
            return true;
        }
    }

    /** Words and quoted phrases: all of some, none of others; or any of several. */
    record Terms(List<String> all, List<String> none, List<String> any) implements FilterPattern {
        @Override
        public boolean matches(String message) {
            // Beside terms that must or must not occur, AWS does not look at those that may.
            boolean alone = all.isEmpty() && none.isEmpty();
            return alone ? any.stream().anyMatch(message::contains)
                : all.stream().allMatch(message::contains) && none.stream().noneMatch(message::contains);
        }
    }

    /** A regular expression between percent signs. */
    record Expression(Pattern pattern) implements FilterPattern {
        /** AWS's expressions have no groups, so looking for one costs little; many stars in a row still might. */
        private static final int MAX_STEPS = 5_000_000;

        static Expression of(String text) {
            if (text.chars().anyMatch(c -> c == '(' || c == ')' || c > 0x7e)) {
                throw invalid("Invalid regular expression '" + text + "'");
            }
            try {
                return new Expression(Pattern.compile(text));
            } catch (PatternSyntaxException _) {
                throw invalid("Invalid regular expression '" + text + "'");
            }
        }

        @Override
        public boolean matches(String message) {
            try {
                return pattern.matcher(new Counted(message, new int[1])).find();
            } catch (TooManySteps _) {
                return false;
            }
        }

        private static final class TooManySteps extends RuntimeException {
            TooManySteps() {
                super(null, null, false, false);
            }
        }

        private record Counted(String text, int[] steps) implements CharSequence {
            @Override
            public int length() {
                return text.length();
            }

            @Override
            public char charAt(int index) {
                if (++steps[0] > MAX_STEPS) {
                    throw new TooManySteps();
                }
                return text.charAt(index);
            }

            @Override
            public CharSequence subSequence(int start, int end) {
                return text.subSequence(start, end);
            }
        }
    }

    static FilterPattern parse(String text) {
        var pattern = text.strip();
        if (pattern.isEmpty()) {
            return new Everything();
        }
        if (pattern.startsWith("{") && pattern.endsWith("}")) {
            return new JsonPattern(pattern.substring(1, pattern.length() - 1));
        }
        if (pattern.startsWith("[") && pattern.endsWith("]")) {
            return new SpacePattern(pattern.substring(1, pattern.length() - 1));
        }
        if (pattern.length() > 2 && pattern.startsWith("%") && pattern.indexOf('%', 1) == pattern.length() - 1) {
            return Expression.of(pattern.substring(1, pattern.length() - 1));
        }
        return terms(pattern);
    }

    private static FilterPattern terms(String text) {
        var all = new ArrayList<String>();
        var none = new ArrayList<String>();
        var any = new ArrayList<String>();
        for (int i = 0; i < text.length(); ) {
            char c = text.charAt(i);
            if (Character.isWhitespace(c)) {
                i++;
                continue;
            }
            var into = c == '-' ? none : c == '?' ? any : all;
            int from = into == all ? i : i + 1;
            int end = from;
            if (end < text.length() && text.charAt(end) == '"') {
                end = closingQuote(text, from);
                into.add(text.substring(from + 1, end).replace("\\\"", "\"").replace("\\\\", "\\"));
                i = end + 1;
            } else {
                while (end < text.length() && !Character.isWhitespace(text.charAt(end))) {
                    end++;
                }
                var term = text.substring(from, end);
                if (term.isEmpty() || !term.codePoints().allMatch(p -> Character.isLetterOrDigit(p) || p == '_')) {
                    throw invalid("Invalid character(s) in term '" + term + "'");
                }
                into.add(term);
                i = end;
            }
        }
        return new Terms(all, none, any);
    }

    private static int closingQuote(String text, int open) {
        for (int i = open + 1; i < text.length(); i++) {
            if (text.charAt(i) == '\\') {
                i++;
            } else if (text.charAt(i) == '"') {
                return i;
            }
        }
        throw invalid("Invalid filter pattern: a quotation mark is not closed");
    }

    static Logs.InvalidParameterException invalid(String message) {
        return new Logs.InvalidParameterException(message);
    }
}
