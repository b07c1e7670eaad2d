package dev.aloft.kernel.call;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * One page of a list that is in the order of its names.
 *
 * @param next the token with which the next page is asked for, or null
 */
public record NamedPage<T>(List<T> items, String next) {
    /**
     * @param prefix  of the names that are wanted, or null
     * @param token   from the page before, or null
     * @param limit   how many are wanted, or null
     * @param most    how many there are at most
     * @param invalid what is thrown for a token that is none
     */
    public static <T> NamedPage<T> of(Stream<T> all, Function<T, String> name, String prefix, String token, Integer limit,
            int most, Supplier<? extends RuntimeException> invalid) {
        int size = limit == null ? most : Math.min(limit, most);
        var after = token == null ? "" : text(token, invalid);
        var found = all.filter(each -> prefix == null || name.apply(each).startsWith(prefix))
                .filter(each -> after.isEmpty() || name.apply(each).compareTo(after) > 0).limit(size + 1L).toList();
        boolean more = found.size() > size;
        var page = more ? found.subList(0, size) : found;
        return new NamedPage<>(page, more ? token(name.apply(page.getLast())) : null);
    }

    static String token(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    static String text(String token, Supplier<? extends RuntimeException> invalid) {
        try {
            return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            throw invalid.get();
        }
    }
}
