package dev.aloft.wire;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A pattern of a model, matched against the whole of a text. AWS's services run the same dialect. Backtracking is
 * bounded: a text that would take too many steps does not match.
 */
final class BoundedPattern {
    private static final Map<String, BoundedPattern> KNOWN = new ConcurrentHashMap<>();
    private static final int STEPS = 2_000_000;

    private final Pattern pattern;

    private BoundedPattern(Pattern pattern) {
        this.pattern = pattern;
    }

    static BoundedPattern of(String pattern) {
        return KNOWN.computeIfAbsent(pattern, BoundedPattern::compile);
    }

    private static BoundedPattern compile(String pattern) {
        try {
            return new BoundedPattern(Pattern.compile(pattern));
        } catch (PatternSyntaxException e) {
            return new BoundedPattern(null);
        }
    }

    boolean matches(String text) {
        if (pattern == null) {
            return true;
        }
        try {
            return pattern.matcher(text.length() < 32 ? text : new Counted(text, STEPS)).matches();
        } catch (TooManySteps e) {
            return false;
        } catch (StackOverflowError e) {
            // Java's engine recurses over groups: what it cannot judge is not held against the caller.
            return true;
        }
    }

    /** A text that counts how often it is looked at. */
    private static final class Counted implements CharSequence {
        private final String text;
        private int left;

        Counted(String text, int left) {
            this.text = text;
            this.left = left;
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            if (--left < 0) {
                throw new TooManySteps();
            }
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private static final class TooManySteps extends RuntimeException {
        TooManySteps() {
            super(null, null, false, false);
        }
    }
}
