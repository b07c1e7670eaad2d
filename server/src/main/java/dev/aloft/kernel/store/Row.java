package dev.aloft.kernel.store;

/** A record of a table with its key, which is relative to the table. */
public record Row<V>(Key key, V value) {
}
