package dev.aloft.service.kms;

import dev.aloft.api.Kms.InvalidMarkerException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;

/** A page of a list: the marker says which item was the last. */
record Pages<T>(List<T> items, String next) {
    static <T> Pages<T> of(List<T> all, Function<T, String> id, String marker, Integer limit, int usual) {
        int start = marker == null ? 0 : after(all.stream().map(id).toList(), marker);
        int end = Math.min(all.size(), start + (limit == null ? usual : limit));
        var items = all.subList(start, end);
        return new Pages<>(items, end == all.size() ? null : marker(id.apply(items.getLast())));
    }

    boolean isCut() {
        return next != null;
    }

    private static int after(List<String> ids, String marker) {
        try {
            int index = ids.indexOf(new String(Base64.getUrlDecoder().decode(marker), StandardCharsets.UTF_8));
            if (index >= 0) {
                return index + 1;
            }
        } catch (IllegalArgumentException _) {
            // Told below.
        }
        throw new InvalidMarkerException("Could not deserialize marker");
    }

    private static String marker(String id) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(id.getBytes(StandardCharsets.UTF_8));
    }
}
