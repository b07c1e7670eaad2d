package dev.aloft.service.dynamodb.value;

import dev.aloft.api.Bytes;
import dev.aloft.api.DynamoDb.AttributeValue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The elements of sets: none stands in it twice, and texts and binaries come in the order of their bytes, whatever the
 * order in which they were given. AWS promises no order; this is the one that it was seen to have.
 */
public final class Sets {
    private static final String COLLECTION = "Input collection ";
    private static final String DUPLICATES = "contains duplicates";

    private Sets() {
    }

    /** The same list where it is in order. */
    static List<String> texts(List<String> set, Wording wording) {
        if (isAscending(set, Values::compare)) {
            return set;
        }
        var repeat = repeat(set);
        if (repeat.isPresent()) {
            throw ValidationException.parameters(COLLECTION + (wording == Wording.FORMER ? set
                : told(sorted(set, repeat.getAsInt(), Values::compare), text -> text, ", ")) + " " + DUPLICATES + ".");
        }
        return sorted(set, set.size(), Values::compare);
    }

    /** Of numbers in their one spelling; which they are is not told. */
    static void refuseRepeatedNumbers(List<String> set, Wording wording) {
        if (repeat(set).isPresent()) {
            throw wording == Wording.FORMER ? new ValidationException(COLLECTION + DUPLICATES)
                : ValidationException.parameters(COLLECTION + DUPLICATES + ".");
        }
    }

    /** The same list where it is in order. */
    static List<Bytes> binaries(List<Bytes> set, Wording wording) {
        if (isAscending(set, Comparator.naturalOrder())) {
            return set;
        }
        var repeat = repeat(set);
        if (repeat.isPresent()) {
            throw ValidationException.parameters(COLLECTION + (wording == Wording.FORMER
                ? set.stream().map(Bytes::base64).toList()
                : told(sorted(set, repeat.getAsInt(), Comparator.naturalOrder()), Bytes::base64, ","))
                + "of type BS " + DUPLICATES + ".");
        }
        return sorted(set, set.size(), Comparator.naturalOrder());
    }

    /** The elements of both. */
    public static AttributeValue union(AttributeValue.SS one, AttributeValue.SS other) {
        var all = union(one.value(), other.value());
        return new AttributeValue.SS(sorted(all, all.size(), Values::compare));
    }

    public static AttributeValue union(AttributeValue.NS one, AttributeValue.NS other) {
        return new AttributeValue.NS(union(one.value(), other.value()));
    }

    public static AttributeValue union(AttributeValue.BS one, AttributeValue.BS other) {
        var all = union(one.value(), other.value());
        return new AttributeValue.BS(sorted(all, all.size(), Comparator.naturalOrder()));
    }

    private static <T> List<T> union(List<T> one, List<T> other) {
        var union = new LinkedHashSet<>(one);
        union.addAll(other);
        return List.copyOf(union);
    }

    private static <T> boolean isAscending(List<T> set, Comparator<T> order) {
        for (int i = 1; i < set.size(); i++) {
            if (order.compare(set.get(i - 1), set.get(i)) >= 0) {
                return false;
            }
        }
        return true;
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
