package dev.aloft.kernel.store;

import java.util.Arrays;

/**
 * Which entries to read and in which order: all keys that begin with a prefix, narrowed by bounds.
 *
 * <pre>  Range.of(Key.of(account)).after(lastKey).reversed().limit(100)</pre>
 */
public final class Range {
    private final Key prefix;
    private final Key from;
    private final Key to;
    private final Key after;
    private final boolean reversed;
    private final int limit;
    private final int stripped;

    private Range(Key prefix, Key from, Key to, Key after, boolean reversed, int limit, int stripped) {
        this.prefix = prefix;
        this.from = from;
        this.to = to;
        this.after = after;
        this.reversed = reversed;
        this.limit = limit;
        this.stripped = stripped;
    }

    public static Range all() {
        return of(Key.EMPTY);
    }

    /** The prefix itself and every key that has its elements first. */
    public static Range of(Key prefix) {
        return new Range(prefix, null, null, null, false, Integer.MAX_VALUE, 0);
    }

    /** Nothing before this key, which is given whole, as are all others here. */
    public Range from(Key from) {
        return new Range(prefix, from, to, after, reversed, limit, stripped);
    }

    /** Nothing at or behind this key. */
    public Range to(Key to) {
        return new Range(prefix, from, to, after, reversed, limit, stripped);
    }

    /** Only what comes after this key in the order of reading: how a page goes on. */
    public Range after(Key after) {
        return new Range(prefix, from, to, after, reversed, limit, stripped);
    }

    public Range reversed() {
        return new Range(prefix, from, to, after, !reversed, limit, stripped);
    }

    public Range limit(int limit) {
        return new Range(prefix, from, to, after, reversed, limit, stripped);
    }

    /** The same range where all keys have one more prefix; the entries' keys come back without it. */
    Range under(Key outer) {
        return new Range(outer.then(prefix), under(outer, from), under(outer, to), under(outer, after), reversed, limit,
            stripped + outer.length());
    }

    private static Key under(Key outer, Key key) {
        return key == null ? null : outer.then(key);
    }

    public boolean isReversed() {
        return reversed;
    }

    public int limit() {
        return limit;
    }

    /** An engine's key without the prefixes that the reader knows already. */
    public Key key(byte[] stored) {
        return Key.decoded(stripped == 0 ? stored : Arrays.copyOfRange(stored, stripped, stored.length));
    }

    /** The first byte sequence inside. */
    public byte[] lower() {
        byte[] lower = prefix.raw();
        if (from != null && Arrays.compareUnsigned(from.raw(), lower) > 0) {
            lower = from.raw();
        }
        if (after != null && !reversed && Arrays.compareUnsigned(after.raw(), lower) >= 0) {
            lower = Arrays.copyOf(after.raw(), after.length() + 1);
        }
        return lower;
    }

    /** The first byte sequence outside. */
    public byte[] upper() {
        // No element begins with 0xFF, and within a text or bytes element 0x00 0xFF means a zero byte that goes on: so
        // this is exactly what has the prefix's elements first.
        byte[] upper = Arrays.copyOf(prefix.raw(), prefix.length() + 1);
        upper[prefix.length()] = (byte) 0xFF;
        if (to != null && Arrays.compareUnsigned(to.raw(), upper) < 0) {
            upper = to.raw();
        }
        if (after != null && reversed && Arrays.compareUnsigned(after.raw(), upper) < 0) {
            upper = after.raw();
        }
        return upper;
    }
}
