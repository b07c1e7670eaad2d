package dev.aloft.service.logs;

import java.util.List;

/**
 * Events of one stream that came together, in the order of their moments, as one value of the store.
 *
 * @param ingested   when they came, in milliseconds since 1970
 * @param timestamps when they happened, likewise
 */
record Piece(long ingested, List<Long> timestamps, List<String> messages) {
    /** No piece spans more: what a reader must look back to find everything from a moment on. */
    static final long SPAN_MILLIS = 60_000;

    long first() {
        return timestamps.getFirst();
    }

    long last() {
        return timestamps.getLast();
    }

    int size() {
        return timestamps.size();
    }
}
