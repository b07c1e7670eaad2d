package dev.aloft.kernel.identity;

import java.util.ArrayList;
import java.util.List;

/**
 * A text of a policy in which {@code *} and {@code ?} stand for other characters and <code>${key}</code> for a value of
 * the request. What a variable brings in is always taken literally.
 *
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html">Policy
 *     variables</a>
 */
final class Wildcard {
    /** Noncharacters of Unicode that stand for the wildcards once a text has been read. */
    private static final char MANY = '\uFFFE';
    private static final char ONE = '\uFFFF';

    /** Either literal text with wildcards, or a variable. */
    private record Part(String text, String key, String otherwise) {}

    private final String text;
    private final List<Part> parts;
    private final String whole;

    private Wildcard(String text, List<Part> parts) {
        this.text = text;
        this.parts = parts;
        this.whole = parts.isEmpty() ? "" : parts.size() == 1 && parts.getFirst().key() == null
                ? parts.getFirst().text() : null;
    }

    /** @param variables whether <code>${…}</code> is a variable, which it is since policy version 2012-10-17 */
    static Wildcard of(String text, boolean variables) {
        var parts = new ArrayList<Part>();
        var literal = new StringBuilder();
        int i = 0;
        while (i < text.length()) {
            int end = variables && text.startsWith("${", i) ? text.indexOf('}', i) : -1;
            if (end < 0) {
                char c = text.charAt(i++);
                literal.append(c == '*' ? MANY : c == '?' ? ONE : c);
                continue;
            }
            var inside = text.substring(i + 2, end).strip();
            i = end + 1;
            if (inside.equals("*") || inside.equals("?") || inside.equals("$")) {
                literal.append(inside);
                continue;
            }
            if (!literal.isEmpty()) {
                parts.add(new Part(literal.toString(), null, null));
                literal.setLength(0);
            }
            parts.add(variable(inside));
        }
        if (!literal.isEmpty()) {
            parts.add(new Part(literal.toString(), null, null));
        }
        return new Wildcard(text, List.copyOf(parts));
    }

    /** {@code key} or {@code key, 'what to take where it is absent'}. */
    private static Part variable(String inside) {
        int comma = inside.indexOf(',');
        if (comma < 0) {
            return new Part(null, Keys.name(inside), null);
        }
        var otherwise = inside.substring(comma + 1).strip();
        boolean quoted = otherwise.length() >= 2 && otherwise.startsWith("'") && otherwise.endsWith("'");
        return new Part(null, Keys.name(inside.substring(0, comma).strip()),
                quoted ? otherwise.substring(1, otherwise.length() - 1) : null);
    }

    /** The text with its variables filled in, or null where one has no single value: then nothing matches. */
    String fill(Keys keys) {
        if (whole != null) {
            return whole;
        }
        var filled = new StringBuilder();
        for (var part : parts) {
            if (part.key() == null) {
                filled.append(part.text());
                continue;
            }
            var values = keys.values(part.key());
            var value = values != null && values.size() == 1 ? values.getFirst() : part.otherwise();
            if (value == null || value.indexOf(MANY) >= 0 || value.indexOf(ONE) >= 0) {
                return null;
            }
            filled.append(value);
        }
        return filled.toString();
    }

    /** The text with variables filled in and wildcards as they were written, for operators that know no wildcards. */
    String literally(Keys keys) {
        var filled = fill(keys);
        return filled == null ? null : filled.replace(MANY, '*').replace(ONE, '?');
    }

    boolean matches(String value, Keys keys, boolean ignoreCase) {
        var pattern = fill(keys);
        return pattern != null && matches(pattern, value, ignoreCase);
    }

    /** Goes back to the last {@code *} only: never worse than the product of both lengths. */
    private static boolean matches(String pattern, String value, boolean ignoreCase) {
        int p = 0;
        int v = 0;
        int star = -1;
        int from = 0;
        while (v < value.length()) {
            if (p < pattern.length() && pattern.charAt(p) == MANY) {
                star = p++;
                from = v;
            } else if (p < pattern.length() && same(pattern.charAt(p), value.charAt(v), ignoreCase)) {
                p++;
                v++;
            } else if (star >= 0) {
                p = star + 1;
                v = ++from;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == MANY) {
            p++;
        }
        return p == pattern.length();
    }

    private static boolean same(char pattern, char value, boolean ignoreCase) {
        return pattern == ONE || pattern == value
                || ignoreCase && Character.toLowerCase(pattern) == Character.toLowerCase(value);
    }

    @Override
    public String toString() {
        return text;
    }
}
