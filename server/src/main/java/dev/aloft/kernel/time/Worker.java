package dev.aloft.kernel.time;

/**
 * A task in the background: it takes no input, looks at the store, does what is due, and may be run at any moment.
 * A turn that throws is tried again after a while that grows.
 */
public record Worker(String name, Signal signal, Turn turn) {
}
