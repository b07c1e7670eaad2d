package dev.aloft.service.kinesis;

import java.math.BigInteger;
import java.time.Instant;
import java.util.Optional;

/**
 * The number of a record, 56 decimal digits as on AWS: when its shard was made, which record of the shard it is, when
 * it came, and which shard. Within a shard numbers grow; those of a shard are greater than those of its parents.
 *
 * <pre>
 *   hexadecimal: 2 | shard's second (9) | shard (last digit) | index (16) | 00 | record's second (9) | shard (8) | 2
 * </pre>
 */
record SequenceNumber(long shardSecond, long index, long second, long shard) {
    /** The index with which a closed shard ends. */
    static final long LAST = Long.MAX_VALUE;
    private static final int DIGITS = 47;
    /** Later seconds are in no calendar that Kinesis knows. */
    private static final long END_OF_TIME = 16_025_175_000L;
    private static final BigInteger SMALLEST = BigInteger.TWO.pow(124);
    private static final BigInteger OLD_END = BigInteger.TWO.pow(129);
    private static final BigInteger FIRST = BigInteger.TWO.pow(185);
    private static final BigInteger END = FIRST.add(FIRST.shiftRight(1));

    /** The number is none that Kinesis ever gave. */
    static final class Invalid extends RuntimeException {
        Invalid() {
            super(null, null, false, false);
        }
    }

    static SequenceNumber of(Instant shardCreated, int shard, long index, Instant at) {
        return new SequenceNumber(shardCreated.getEpochSecond(), index, at.getEpochSecond(), shard);
    }

    @Override
    public String toString() {
        var hex = "2%09x%x%016x00%09x%08x2".formatted(shardSecond, shard & 15, index, second, shard);
        return new BigInteger(hex, 16).toString();
    }

    /** Reads a number of today's form or of the first one, which had no index. */
    static SequenceNumber parse(String text) {
        var number = new BigInteger(text);
        if (number.compareTo(SMALLEST) < 0) {
            number = number.add(SMALLEST);
        }
        var hex = number.toString(16);
        if (number.compareTo(OLD_END) < 0) {
            return firstForm(hex).orElseThrow(Invalid::new);
        }
        boolean today = number.compareTo(FIRST) > 0 && number.compareTo(END) < 0 && hex.length() == DIGITS
                && hex.endsWith("2");
        if (!today || hex.charAt(11) > '7' || second(hex) >= END_OF_TIME) {
            throw new Invalid();
        }
        return new SequenceNumber(second(hex), Long.parseLong(hex, 11, 27, 16), Long.parseLong(hex, 29, 38, 16),
                shard(hex));
    }

    private static Optional<SequenceNumber> firstForm(String hex) {
        return second(hex) >= END_OF_TIME ? Optional.empty()
                : Optional.of(new SequenceNumber(second(hex), 0, 0, Long.parseLong(hex, 28, 32, 16)));
    }

    private static long second(String hex) {
        return Long.parseLong(hex, 1, 10, 16);
    }

    private static long shard(String hex) {
        long shard = Long.parseLong(hex, 38, 46, 16);
        return hex.charAt(38) > '7' ? -shard : shard;
    }
}
