package dev.aloft.service.kinesis;

import dev.aloft.api.Kinesis;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.kernel.store.Key;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;

/** Shard iterators: places in shards, sealed so that nobody makes one up, each good for five minutes. */
final class ShardIterators {
    private static final Duration LIFE = Duration.ofMinutes(5);
    private static final String PURPOSE = "kinesis iterator";
    /** Every iterator of Kinesis begins so. */
    private static final byte[] VERSION = {0, 0, 0, 0, 0, 0, 0, 1};
    private static final int BLOCK = 16;
    /** By which what is sealed is longer. */
    private static final int SEAL = 28;
    private static final DateTimeFormatter MOMENT =
            DateTimeFormatter.ofPattern("EEE MMM dd HH:mm:ss 'UTC' uuuu", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final KeyFile keys;

    ShardIterators(KeyFile keys) {
        this.keys = keys;
    }

    /** Where somebody is in a shard: the next record's index is at least this. */
    record Position(Key stream, String id, int shard, long index, Instant made) {
        Position at(long next, Instant now) {
            return new Position(stream, id, shard, next, now);
        }
    }

    String of(Position position) {
        var text = String.join("/", Long.toString(position.made().toEpochMilli()), position.stream().text(0),
                position.stream().text(1), position.stream().text(2), position.id(), Integer.toString(position.shard()),
                Long.toString(position.index()), "");
        // Kinesis's iterators come in blocks.
        int rest = (text.length() + SEAL) % BLOCK;
        var padded = text + " ".repeat((BLOCK - rest) % BLOCK);
        byte[] sealed = keys.seal(PURPOSE, "", padded.getBytes(StandardCharsets.UTF_8));
        byte[] all = Arrays.copyOf(VERSION, VERSION.length + sealed.length);
        System.arraycopy(sealed, 0, all, VERSION.length, sealed.length);
        return Base64.getEncoder().encodeToString(all);
    }

    /** The position, unless it was told too long ago. */
    Position position(String iterator, Instant now) {
        var position = opened(iterator);
        if (position.made().plus(LIFE).compareTo(now) <= 0) {
            throw new Kinesis.ExpiredIteratorException("Iterator expired. The iterator was created at time "
                    + MOMENT.format(position.made()) + " while right now it is " + MOMENT.format(now)
                    + " which is further in the future than the tolerated delay of 300000 milliseconds.");
        }
        return position;
    }

    /** Some clients put it in quotes, and Kinesis bears it. */
    private Position opened(String iterator) {
        var text = iterator.length() > 1 && iterator.startsWith("\"") && iterator.endsWith("\"")
                ? iterator.substring(1, iterator.length() - 1) : iterator;
        try {
            byte[] all = Base64.getDecoder().decode(text);
            var plain = Arrays.equals(VERSION, 0, VERSION.length, all, 0, Math.min(all.length, VERSION.length))
                    ? keys.unseal(PURPOSE, "", Arrays.copyOfRange(all, VERSION.length, all.length))
                    : Optional.<byte[]>empty();
            var parts = new String(plain.orElseThrow(IllegalArgumentException::new), StandardCharsets.UTF_8).split("/");
            return new Position(Key.of(parts[1], parts[2], parts[3]), parts[4], Integer.parseInt(parts[5]),
                    Long.parseLong(parts[6]), Instant.ofEpochMilli(Long.parseLong(parts[0])));
        } catch (IllegalArgumentException _) {
            throw new Kinesis.InvalidArgumentException("Invalid ShardIterator.");
        }
    }

    /** The stream that an iterator is of, for IAM; empty where it is none. */
    Optional<String> streamArn(String iterator) {
        try {
            var stream = opened(iterator).stream();
            return Optional.of("arn:aws:kinesis:" + stream.text(1) + ":" + stream.text(0) + ":stream/"
                    + stream.text(2));
        } catch (Kinesis.InvalidArgumentException _) {
            return Optional.empty();
        }
    }
}
