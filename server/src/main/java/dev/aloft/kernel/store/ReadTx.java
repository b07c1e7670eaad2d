package dev.aloft.kernel.store;

import java.util.Optional;
import java.util.stream.Stream;

/** A transaction that reads. It and what it returns lazily end when the function returns. */
public interface ReadTx {
    /** The value of a key. The array is not to be changed. */
    Optional<byte[]> get(Key key);

    /** The entries of a range in order, read as they are asked for; writes made after this call do not show in it. */
    Stream<Entry> range(Range range);
}
