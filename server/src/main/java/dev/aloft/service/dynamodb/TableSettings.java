package dev.aloft.service.dynamodb;

import dev.aloft.service.dynamodb.value.ValidationException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/**
 * How a table behaves in ways that AWS does not let one choose: said with tags, which every tool can set, and which do
 * nothing on AWS.
 *
 * <pre>
 *   aloft:lag               eventually consistent reads, reads of global indexes and streams lag so many milliseconds
 *   aloft:throttling        true: capacity is enforced, and what exceeds it is throttled
 *   aloft:collection-limit  how many bytes an item collection may have, in place of 10 GB
 *   aloft:stream-shards     with how many shards a stream begins
 *   aloft:conflict-window   for so many milliseconds after a write to an item of a strongly consistent global table, a
 *                           write to it in another region fails with ReplicatedWriteConflictException
 * </pre>
 *
 * @param lag             of reads that need not be consistent
 * @param throttled       whether capacity is enforced
 * @param collectionLimit bytes
 * @param streamShards    0 where the table's capacity decides
 * @param conflictWindow  how long a write holds up those of other regions
 */
record TableSettings(Duration lag, boolean throttled, long collectionLimit, int streamShards, Duration conflictWindow) {
    private static final String PREFIX = "aloft:";
    private static final String LAG = PREFIX + "lag";
    private static final String THROTTLING = PREFIX + "throttling";
    private static final String COLLECTION_LIMIT = PREFIX + "collection-limit";
    private static final String STREAM_SHARDS = PREFIX + "stream-shards";
    private static final String CONFLICT_WINDOW = PREFIX + "conflict-window";
    private static final Set<String> KNOWN = Set.of(LAG, THROTTLING, COLLECTION_LIMIT, STREAM_SHARDS, CONFLICT_WINDOW);
    /** 10 GB. */
    private static final long COLLECTION_BYTES = 10L << 30;
    private static final long MAX_LAG_MILLIS = Duration.ofMinutes(5).toMillis();
    private static final int MAX_SHARDS = 64;

    static TableSettings of(Map<String, String> tags) {
        return new TableSettings(Duration.ofMillis(number(tags, LAG, 0, MAX_LAG_MILLIS)),
            "true".equals(tags.get(THROTTLING)), number(tags, COLLECTION_LIMIT, COLLECTION_BYTES, Long.MAX_VALUE),
            (int) number(tags, STREAM_SHARDS, 0, MAX_SHARDS),
            Duration.ofMillis(number(tags, CONFLICT_WINDOW, 0, MAX_LAG_MILLIS)));
    }

    boolean lags() {
        return lag.isPositive();
    }

    boolean conflicts() {
        return conflictWindow.isPositive();
    }

    /** What nobody would act on is refused. */
    static void check(Map<String, String> tags) {
        tags.keySet().stream().filter(key -> key.startsWith(PREFIX) && !KNOWN.contains(key)).findFirst()
            .ifPresent(key -> {
            throw ValidationException.parameters("There is no setting " + key + ". Settings: "
                + KNOWN.stream().sorted().toList());
        });
        var throttling = tags.get(THROTTLING);
        if (throttling != null && !Set.of("true", "false").contains(throttling)) {
            throw ValidationException.parameters("The setting " + THROTTLING + " is true or false, not " + throttling);
        }
        of(tags);
    }

    private static long number(Map<String, String> tags, String name, long otherwise, long max) {
        var text = tags.get(name);
        if (text == null) {
            return otherwise;
        }
        try {
            long number = Long.parseLong(text);
            if (number >= 0 && number <= max) {
                return number;
            }
        } catch (NumberFormatException _) {
            // Said below.
        }
        throw ValidationException.parameters("The setting " + name + " is a number from 0 to " + max + ", not " + text);
    }
}
