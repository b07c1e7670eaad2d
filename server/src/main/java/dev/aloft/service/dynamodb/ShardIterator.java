package dev.aloft.service.dynamodb;

import dev.aloft.kernel.store.Key;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.time.Instant;
import java.util.Base64;

/**
 * A place in a shard, as clients carry it from call to call: the stream's ARN and, encoded, the rest.
 *
 * @param next    the first sequence number that is wanted
 * @param horizon it stands before the oldest record, whichever that is by the time it is used
 */
record ShardIterator(StreamRef stream, String shard, long next, boolean horizon, Instant issued) {
    private static final String SEPARATOR = "|";
    private static final String VERSION = "1";

    String token() {
        var rest = Key.of(shard, next, horizon, issued).raw();
        return String.join(SEPARATOR, stream.arn(), VERSION, Base64.getEncoder().encodeToString(rest));
    }

    static ShardIterator parse(String token) {
        var parts = token.split("\\|", -1);
        if (parts.length != 3 || !parts[1].equals(VERSION)) {
            throw invalid();
        }
        try {
            var rest = Key.decoded(Base64.getDecoder().decode(parts[2]));
            return new ShardIterator(StreamRef.of(parts[0]), rest.text(0), rest.number(1), rest.flag(2),
                rest.instant(3));
        } catch (RuntimeException _) {
            throw invalid();
        }
    }

    /** For IAM, which is asked before the token is checked: of any text. */
    static String streamArn(String token) {
        int end = token.indexOf(SEPARATOR);
        return end > 0 && StreamRef.is(token.substring(0, end)) ? token.substring(0, end) : "*";
    }

    ShardIterator at(long sequence, Instant now) {
        return new ShardIterator(stream, shard, sequence, false, now);
    }

    ShardIterator renewed(Instant now) {
        return new ShardIterator(stream, shard, next, horizon, now);
    }

    private static ValidationException invalid() {
        return new ValidationException("Invalid ShardIterator");
    }
}
