package dev.aloft.service.logs;

import dev.aloft.api.Bytes;
import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.kernel.envelope.DataKey;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Events of one stream that came together, in the order of their moments, as one value of the store.
 *
 * @param ingested   when they came, in milliseconds since 1970
 * @param timestamps when they happened, likewise
 * @param messages   none where they are sealed
 * @param key        the number of the group's data key that they are sealed with, 0 where they are not
 * @param sealed     the messages, or null
 */
record Piece(long ingested, List<Long> timestamps, List<String> messages, long key, Bytes sealed) {
    /** No piece spans more: what a reader must look back to find everything from a moment on. */
    static final long SPAN_MILLIS = 60_000;

    Piece(long ingested, List<Long> timestamps, List<String> messages) {
        this(ingested, timestamps, messages, 0, null);
    }

    Piece sealed(long number, DataKey with) {
        byte[] plain = JsonWriter.string(messages).getBytes(StandardCharsets.UTF_8);
        return new Piece(ingested, timestamps, List.of(), number, Bytes.of(with.sealed(plain)));
    }

    Piece opened(DataKey with) {
        var read = (List<?>) JsonReader.tree(with.opened(sealed.array()));
        return new Piece(ingested, timestamps, read.stream().map(Object::toString).toList());
    }

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
