package dev.aloft.service.pipes;

import dev.aloft.api.Pipes;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** One page of a list that is in the order of its names. */
final class Paging {
    private Paging() {}

    /** @param next where the next page begins, or null */
    record Page<T>(List<T> items, String next) {}

    static <T> Page<T> of(Stream<T> all, Function<T, String> name, String prefix, String token, Integer limit, int most) {
        int size = limit == null ? most : Math.min(limit, most);
        var after = token == null ? "" : text(token);
        var found = all.filter(each -> prefix == null || name.apply(each).startsWith(prefix))
                .filter(each -> after.isEmpty() || name.apply(each).compareTo(after) > 0).limit(size + 1L).toList();
        boolean more = found.size() > size;
        var page = more ? found.subList(0, size) : found;
        return new Page<>(page, more ? token(name.apply(page.getLast())) : null);
    }

    private static String token(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(String token) {
        try {
            return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            throw new Pipes.ValidationException("Invalid NextToken.");
        }
    }
}
