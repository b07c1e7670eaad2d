package dev.aloft.kernel.call;

import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One page of a list that is not in the order of its names: the token says which item was the last.
 *
 * @param next the token with which the next page is asked for, or null
 */
public record ListPage<T>(List<T> items, String next) {
    /**
     * @param id      of an item, which no other has
     * @param token   from the page before, or null
     * @param limit   how many are wanted, at least one, or null
     * @param usual   how many there are where that is not said
     * @param invalid what is thrown for a token that names no item
     */
    public static <T> ListPage<T> of(List<T> all, Function<T, String> id, String token, Integer limit, int usual,
            Supplier<? extends RuntimeException> invalid) {
        int start = token == null ? 0 : after(all, id, NamedPage.text(token, invalid), invalid);
        int end = start + Math.min(all.size() - start, limit == null ? usual : limit);
        var items = all.subList(start, end);
        return new ListPage<>(items, end == all.size() ? null : NamedPage.token(id.apply(items.getLast())));
    }

    private static <T> int after(List<T> all, Function<T, String> id, String last,
            Supplier<? extends RuntimeException> invalid) {
        int index = all.stream().map(id).toList().indexOf(last);
        if (index < 0) {
            throw invalid.get();
        }
        return index + 1;
    }

    /** Whether there are more. */
    public boolean isCut() {
        return next != null;
    }
}
