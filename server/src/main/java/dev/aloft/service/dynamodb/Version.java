package dev.aloft.service.dynamodb;

import dev.aloft.kernel.store.Codec;
import java.util.Comparator;

/**
 * When and where an item of a global table was changed last. Of two changes the later one stays; of two at the same
 * moment, the one of the region that comes last in the alphabet, so that all regions agree.
 */
record Version(long micros, String region) implements Comparable<Version> {
    static final Codec<Version> CODEC = Codec.of(Version.class);
    private static final Comparator<Version> ORDER = Comparator.comparingLong(Version::micros)
        .thenComparing(Version::region);

    @Override
    public int compareTo(Version other) {
        return ORDER.compare(this, other);
    }
}
