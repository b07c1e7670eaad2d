package dev.aloft.kernel.identity;

import java.util.ArrayList;
import java.util.List;

/**
 * An ARN of a policy with wildcards. Each of its six parts is matched by itself, so a wildcard does not reach over a
 * colon but in the last; parts that are missing match anything.
 */
final class ArnPattern {
    private static final int PARTS = 6;

    private final List<Wildcard> parts;
    private final Wildcard whole;

    private ArnPattern(List<Wildcard> parts, Wildcard whole) {
        this.parts = parts;
        this.whole = whole;
    }

    static ArnPattern of(String text, boolean variables) {
        if (!text.startsWith("arn:")) {
            return new ArnPattern(List.of(), Wildcard.of(text, variables));
        }
        var parts = new ArrayList<Wildcard>();
        int from = 0;
        int i = 0;
        while (i < text.length() && parts.size() < PARTS - 1) {
            int end = variables && text.startsWith("${", i) ? text.indexOf('}', i) : -1;
            if (end >= 0) {
                i = end + 1;
            } else if (text.charAt(i) == ':') {
                parts.add(Wildcard.of(text.substring(from, i), variables));
                from = ++i;
            } else {
                i++;
            }
        }
        parts.add(Wildcard.of(text.substring(from), variables));
        return new ArnPattern(List.copyOf(parts), null);
    }

    boolean matches(String arn, Keys keys) {
        if (whole != null) {
            return whole.matches(arn, keys, false);
        }
        int from = 0;
        for (int i = 0; i < PARTS; i++) {
            int end = i < PARTS - 1 ? arn.indexOf(':', from) : arn.length();
            if (end < 0) {
                return false;
            }
            if (i < parts.size() && !parts.get(i).matches(arn.substring(from, end), keys, false)) {
                return false;
            }
            from = end + 1;
        }
        return true;
    }
}
