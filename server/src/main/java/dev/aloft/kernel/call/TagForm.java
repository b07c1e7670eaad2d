package dev.aloft.kernel.call;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A service's tags between what is kept, in the order in which it was given, and what is asked and answered.
 *
 * @param most    how many one resource can have, not counting AWS's own ({@code aws:…})
 * @param tooMany what is thrown for more
 */
public record TagForm<T>(Function<T, String> key, Function<T, String> value, BiFunction<String, String, T> of, int most,
        Supplier<? extends RuntimeException> tooMany) {
    /** What there was, with others put in their place or added. */
    public Map<String, String> with(Map<String, String> before, List<T> tags) {
        var all = new LinkedHashMap<>(before);
        tags.forEach(tag -> all.put(key.apply(tag), value.apply(tag) == null ? "" : value.apply(tag)));
        if (all.keySet().stream().filter(it -> !it.startsWith("aws:")).count() > most) {
            throw tooMany.get();
        }
        return all;
    }

    public Map<String, String> without(Map<String, String> before, List<String> keys) {
        var left = new LinkedHashMap<>(before);
        keys.forEach(left::remove);
        return left;
    }

    public List<T> told(Map<String, String> tags) {
        return tags.entrySet().stream().map(tag -> of.apply(tag.getKey(), tag.getValue())).toList();
    }
}
