package dev.aloft.service.iam;

import dev.aloft.api.ApiError;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** One page of a list that is sorted by a text. */
record Slice<T>(List<T> items, String marker) {
    private static final int USUAL = 100;

    static <T> Slice<T> of(Stream<T> sorted, Function<T, String> name, String marker, Integer maxItems) {
        int limit = maxItems == null ? USUAL : maxItems;
        var after = marker == null ? null : decoded(marker);
        var found = sorted.dropWhile(item -> after != null && name.apply(item).compareTo(after) <= 0)
                .limit(limit + 1L).toList();
        return found.size() <= limit ? new Slice<>(found, null)
                : new Slice<>(found.subList(0, limit), encoded(name.apply(found.get(limit - 1))));
    }

    boolean truncated() {
        return marker != null;
    }

    <R> List<R> map(Function<T, R> each) {
        return items.stream().map(each).toList();
    }

    private static String encoded(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String decoded(String marker) {
        try {
            return new String(Base64.getDecoder().decode(marker), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            throw ApiError.of("ValidationError", 400, "Invalid Marker.");
        }
    }
}
