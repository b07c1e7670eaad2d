package dev.aloft.service.dynamodb.value;

import dev.aloft.api.Bytes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Collectors;

/** That no element of a set stands in it twice, and how AWS complains where one does. */
final class Sets {
    private static final String COLLECTION = "Input collection ";
    private static final String DUPLICATES = "contains duplicates";

    private Sets() {
    }

    static void refuseRepeatedTexts(List<String> set, Wording wording) {
        var repeat = repeat(set);
        if (repeat.isPresent()) {
            throw ValidationException.parameters(COLLECTION + (wording == Wording.FORMER ? set
                : told(sorted(set, repeat.getAsInt(), Values::compare), text -> text, ", ")) + " " + DUPLICATES + ".");
        }
    }

    /** Of numbers in their one spelling; which they are is not told. */
    static void refuseRepeatedNumbers(List<String> set, Wording wording) {
        if (repeat(set).isPresent()) {
            throw wording == Wording.FORMER ? new ValidationException(COLLECTION + DUPLICATES)
                : ValidationException.parameters(COLLECTION + DUPLICATES + ".");
        }
    }

    static void refuseRepeatedBinaries(List<Bytes> set, Wording wording) {
        var repeat = repeat(set);
        if (repeat.isPresent()) {
            throw ValidationException.parameters(COLLECTION + (wording == Wording.FORMER
                ? set.stream().map(Bytes::base64).toList()
                : told(sorted(set, repeat.getAsInt(), Comparator.naturalOrder()), Bytes::base64, ","))
                + "of type BS " + DUPLICATES + ".");
        }
    }

    /** Where the first element stands that was there before. */
    private static OptionalInt repeat(List<?> set) {
        if (set.size() < 2) {
            return OptionalInt.empty();
        }
        var seen = new HashSet<Object>();
        for (int i = 0; i < set.size(); i++) {
            if (!seen.add(set.get(i))) {
                return OptionalInt.of(i);
            }
        }
        return OptionalInt.empty();
    }

    /** The elements before the repeated one in their order, the others as they were sent. */
    private static <T> List<T> sorted(List<T> set, int repeat, Comparator<T> order) {
        var sorted = new ArrayList<>(set);
        sorted.subList(0, repeat).sort(order);
        return sorted;
    }

    private static <T> String told(List<T> set, Function<T, String> text, String separator) {
        return set.stream().map(element -> '"' + text.apply(element) + '"')
            .collect(Collectors.joining(separator, "[", "]"));
    }
}
