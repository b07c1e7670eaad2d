package dev.aloft.service.lambda;

import dev.aloft.api.Lambda;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.Row;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One page of a list in the order of the store's keys.
 *
 * @param next the marker with which the next page is asked for: the key of the last row here; or null
 */
record Paged<T>(List<T> items, String next) {
    /** So many items a page has at the most, whatever is wanted. */
    static final int MOST = 50;

    /**
     * @param rows   those behind the marker, as {@link #after} has them
     * @param wanted how many are wanted, or null
     */
    static <T> Paged<T> of(Stream<Row<T>> rows, Integer wanted, int most) {
        int size = wanted == null ? most : Math.min(wanted, most);
        List<Row<T>> found = rows.limit(size + 1L).toList();
        List<Row<T>> page = found.size() > size ? found.subList(0, size) : found;
        return new Paged<>(page.stream().map(Row::value).toList(),
                found.size() > size ? Base64.getEncoder().encodeToString(page.getLast().key().toBytes()) : null);
    }

    static <T> Paged<T> of(Stream<Row<T>> rows, Integer wanted) {
        return of(rows, wanted, MOST);
    }

    /** What a list has behind a marker; all of it behind none. */
    static Range after(Key prefix, String marker) {
        return after(Range.of(prefix), prefix, marker);
    }

    static Range after(Range range, Key prefix, String marker) {
        return marked(prefix, marker).map(range::after).orElse(range);
    }

    /** The key of the row that a page ended with. What AWS says of a marker that is none is not documented. */
    static Optional<Key> marked(Key prefix, String marker) {
        if (marker == null || marker.isEmpty()) {
            return Optional.empty();
        }
        try {
            Key key = Key.decoded(Base64.getDecoder().decode(marker));
            if (key.startsWith(prefix) && key.size() > prefix.size()) {
                return Optional.of(key);
            }
        } catch (RuntimeException _) {
            // Told below.
        }
        throw new Lambda.InvalidParameterValueException("Invalid Marker");
    }
}
