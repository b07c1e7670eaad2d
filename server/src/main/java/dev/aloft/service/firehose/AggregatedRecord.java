package dev.aloft.service.firehose;

import dev.aloft.api.Bytes;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * What the Kinesis Producer Library packs into one record of a stream: four bytes by which it is known, a message in
 * protocol buffers' form, and its MD5.
 *
 * @see <a href="https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md">The format</a>
 */
record AggregatedRecord(List<Part> parts) {
    private static final byte[] MAGIC = HexFormat.of().parseHex("f3899ac2");
    private static final int DIGEST = 16;
    private static final int KEYS = 1;
    private static final int RECORDS = 3;
    private static final int RECORD_KEY = 1;
    private static final int RECORD_DATA = 3;
    private static final int LENGTH_DELIMITED = 2;

    record Part(String partitionKey, Bytes data) {
    }

    /** Empty where the data are not of this form; they are then a record of their own. */
    static Optional<AggregatedRecord> of(Bytes data) {
        byte[] all = data.array();
        if (all.length <= MAGIC.length + DIGEST || !Arrays.equals(MAGIC, 0, MAGIC.length, all, 0, MAGIC.length)) {
            return Optional.empty();
        }
        byte[] message = Arrays.copyOfRange(all, MAGIC.length, all.length - DIGEST);
        if (!Arrays.equals(md5(message), 0, DIGEST, all, all.length - DIGEST, all.length)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new AggregatedRecord(parts(ByteBuffer.wrap(message))));
        } catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static byte[] md5(byte[] message) {
        try {
            return MessageDigest.getInstance("MD5").digest(message);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<Part> parts(ByteBuffer message) {
        var keys = new ArrayList<String>();
        var records = new ArrayList<ByteBuffer>();
        while (message.hasRemaining()) {
            long tag = number(message);
            if (tag >>> 3 == KEYS) {
                keys.add(StandardCharsets.UTF_8.decode(some(message)).toString());
            } else if (tag >>> 3 == RECORDS) {
                records.add(some(message));
            } else {
                skip(message, tag);
            }
        }
        return records.stream().map(record -> part(record, keys)).toList();
    }

    private static Part part(ByteBuffer record, List<String> keys) {
        String key = null;
        var data = Bytes.EMPTY;
        while (record.hasRemaining()) {
            long tag = number(record);
            if (tag >>> 3 == RECORD_KEY) {
                key = keys.get(Math.toIntExact(number(record)));
            } else if (tag >>> 3 == RECORD_DATA) {
                var given = some(record);
                var copy = new byte[given.remaining()];
                given.get(copy);
                data = Bytes.of(copy);
            } else {
                skip(record, tag);
            }
        }
        return new Part(key, data);
    }

    /** A number in groups of seven bits, the lowest first. */
    private static long number(ByteBuffer from) {
        long number = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = from.get();
            number |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return number;
            }
        }
    }

    private static ByteBuffer some(ByteBuffer from) {
        int length = (int) number(from);
        var some = from.slice(from.position(), length);
        from.position(from.position() + length);
        return some;
    }

    private static void skip(ByteBuffer from, long tag) {
        if ((tag & 7) == LENGTH_DELIMITED) {
            some(from);
        } else {
            number(from);
        }
    }
}
