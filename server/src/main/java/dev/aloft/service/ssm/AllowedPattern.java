package dev.aloft.service.ssm;

import dev.aloft.api.Ssm;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** A regular expression of the user's that a value must match; one that takes too long does not. */
final class AllowedPattern {
    private static final int MOST_STEPS = 1_000_000;

    private AllowedPattern() {}

    static void check(String expression, String value) {
        Pattern pattern;
        try {
            pattern = Pattern.compile(expression);
        } catch (PatternSyntaxException | StackOverflowError e) {
            throw new Ssm.InvalidAllowedPatternException("Invalid allowed pattern: " + expression);
        }
        boolean matches;
        try {
            matches = pattern.matcher(new Counted(value, new int[1])).matches();
        } catch (TooLong | StackOverflowError _) {
            matches = false;
        }
        if (!matches) {
            throw new Ssm.ParameterPatternMismatchException(
                    "Parameter value, cannot be validated against allowedPattern: " + expression);
        }
    }

    private static final class TooLong extends RuntimeException {
        TooLong() {
            super(null, null, false, false);
        }
    }

    /** Counts how often the matcher looks at it. */
    private record Counted(CharSequence text, int[] steps) implements CharSequence {
        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            if (++steps[0] > MOST_STEPS) {
                throw new TooLong();
            }
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return new Counted(text.subSequence(start, end), steps);
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }
}
