package dev.aloft.service.kinesis;

import dev.aloft.api.Kinesis;
import java.util.Optional;
import java.util.regex.Pattern;

/** Names of shards: {@code shardId-000000000012}; of what a client gives only the number behind the hyphen counts. */
final class ShardIds {
    private static final Pattern NUMBER = Pattern.compile("0*[0-9]{1,10}");

    private ShardIds() {
    }

    static String name(long number) {
        return number < 0 ? "shardId--%011d".formatted(-number) : "shardId-%012d".formatted(number);
    }

    static Optional<Integer> number(String shardId) {
        var parts = shardId.split("-");
        var text = parts.length > 1 ? parts[1] : shardId;
        if (!NUMBER.matcher(text).matches()) {
            return Optional.empty();
        }
        long number = Long.parseLong(text);
        return number > Integer.MAX_VALUE ? Optional.empty() : Optional.of((int) number);
    }

    /** The number, or what Kinesis says of a name that is none. */
    static int require(String shardId, String stream, String account) {
        return number(shardId).orElseThrow(() -> notFound(shardId, stream, account));
    }

    static Kinesis.ResourceNotFoundException notFound(String shardId, String stream, String account) {
        return new Kinesis.ResourceNotFoundException(
                "Could not find shard " + shardId + " in stream " + stream + " under account " + account + ".");
    }

    static Kinesis.ResourceNotFoundException absent(int number, String stream, String account) {
        return new Kinesis.ResourceNotFoundException(
                "Shard " + name(number) + " in stream " + stream + " under account " + account + " does not exist");
    }
}
