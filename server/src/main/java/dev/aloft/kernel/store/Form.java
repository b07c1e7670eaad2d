package dev.aloft.kernel.store;

/**
 * How the values of one Java type are written and read; every written value says its kind, so an unknown one can be
 * passed over.
 */
interface Form {
    void write(FormWriter out, Object value);

    Object read(FormReader in);

    /** What a value reads as that was not there when it was written. */
    default Object absent() {
        return null;
    }
}
