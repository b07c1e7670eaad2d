package dev.aloft.service.logs;

import java.math.BigInteger;
import java.util.Comparator;
import java.util.Optional;

/**
 * Where an event stands among all of a group: by its moment, then its stream, then the order in which it came. Told to
 * callers as a number of 56 digits; also what all tokens of reading hold.
 */
record EventId(long timestamp, long stream, long piece, int index) implements Comparable<EventId> {
    private static final Comparator<EventId> ORDER = Comparator.comparingLong(EventId::timestamp)
        .thenComparingLong(EventId::stream).thenComparingLong(EventId::piece).thenComparingInt(EventId::index);
    private static final int DIGITS = 56;
    private static final int STREAM_BITS = 63;
    private static final int PIECE_BITS = 48;
    private static final int INDEX_BITS = 33;

    /** Before all events of a moment. */
    static EventId startOf(long timestamp) {
        return new EventId(timestamp, 0, 0, 0);
    }

    EventId next() {
        return new EventId(timestamp, stream, piece, index + 1);
    }

    String text() {
        var number = BigInteger.valueOf(timestamp).shiftLeft(STREAM_BITS).or(BigInteger.valueOf(stream))
            .shiftLeft(PIECE_BITS).or(BigInteger.valueOf(piece)).shiftLeft(INDEX_BITS).or(BigInteger.valueOf(index));
        var digits = number.toString();
        return "0".repeat(Math.max(0, DIGITS - digits.length())) + digits;
    }

    static Optional<EventId> parse(String text) {
        if (text.length() != DIGITS || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Optional.empty();
        }
        var number = new BigInteger(text);
        long timestamp = number.shiftRight(STREAM_BITS + PIECE_BITS + INDEX_BITS).longValue();
        return timestamp > (1L << 50) ? Optional.empty() : Optional.of(new EventId(timestamp,
            bits(number, PIECE_BITS + INDEX_BITS, STREAM_BITS), bits(number, INDEX_BITS, PIECE_BITS),
            (int) Math.min(Integer.MAX_VALUE, bits(number, 0, INDEX_BITS))));
    }

    private static long bits(BigInteger number, int from, int count) {
        return number.shiftRight(from).and(BigInteger.ONE.shiftLeft(count).subtract(BigInteger.ONE)).longValue();
    }

    @Override
    public int compareTo(EventId other) {
        return ORDER.compare(this, other);
    }
}
