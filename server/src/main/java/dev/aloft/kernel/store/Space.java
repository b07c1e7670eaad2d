package dev.aloft.kernel.store;

/** A prefix of keys that one structure has for itself. */
public record Space(Key prefix) {
    public static Space of(Object... elements) {
        return new Space(Key.of(elements));
    }

    /** A space inside this one. */
    public Space in(Object... elements) {
        return new Space(prefix.and(elements));
    }

    public Key key(Key key) {
        return prefix.then(key);
    }

    public Range range(Range range) {
        return range.under(prefix);
    }
}
