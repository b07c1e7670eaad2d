package dev.aloft.kernel.store;

/** A key and its value as the store keeps them. */
public record Entry(Key key, byte[] value) {
}
