package dev.aloft.service.cloudformation.template;

import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/** What somebody who mistyped a name may have meant. */
public final class Spelling {
    private Spelling() {
    }

    /** The name that differs by no more than two characters. */
    public static Optional<String> likeliest(String name, Set<String> known) {
        return known.stream()
                .filter(each -> distance(name, each) <= Math.min(2, name.length() / 3))
                .min(Comparator.<String>comparingInt(each -> distance(name, each))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** How many characters must be added, removed or changed to make one of the other (Levenshtein). */
    private static int distance(String one, String other) {
        var row = IntStream.rangeClosed(0, other.length()).toArray();
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int above = row[j];
                int changed = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(changed, Math.min(above, row[j - 1]) + 1);
                diagonal = above;
            }
        }
        return row[other.length()];
    }
}
