package dev.aloft.service.dynamodb;

import dev.aloft.api.DynamoDb.LimitExceededException;
import dev.aloft.service.dynamodb.StoredTable.Throughput;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;

/**
 * How often provisioned throughput may be made less on one day, by UTC: four times, and then once an hour. Each table
 * and each index has its own count.
 */
final class Decreases {
    private static final int FREE = 4;
    private static final Duration BETWEEN = Duration.ofHours(1);
    private static final DateTimeFormatter MOMENT = DateTimeFormatter.ofPattern(
        "EEEE, MMMM d, yyyy 'at' h:mm:ss a 'Coordinated Universal Time'", Locale.US).withZone(ZoneOffset.UTC);

    private Decreases() {
    }

    /** Of the day that it is now. */
    static long today(Throughput throughput, Instant now) {
        return throughput.decreased().filter(last -> day(last).equals(day(now))).map(_ -> throughput.decreases())
            .orElse(0L);
    }

    /** The table with the counts of the day that it is now. */
    static StoredTable today(StoredTable table, Instant now) {
        return table.with(draft -> {
            draft.throughput = counted(table.throughput(), now);
            draft.indexes = table.indexes().stream()
                .map(index -> index.with(counted(index.throughput(), now))).toList();
        });
    }

    private static Throughput counted(Throughput throughput, Instant now) {
        return new Throughput(throughput.read(), throughput.write(), throughput.increased(), throughput.decreased(),
            today(throughput, now));
    }

    /** Another decrease. */
    static Throughput decreased(Throughput before, long read, long write, Optional<Instant> increased, Instant now) {
        long count = today(before, now);
        if (count >= FREE) {
            var last = before.decreased().orElseThrow();
            var tomorrow = day(now).plus(1, ChronoUnit.DAYS);
            var next = last.plus(BETWEEN).isBefore(tomorrow) ? last.plus(BETWEEN) : tomorrow;
            if (now.isBefore(next)) {
                throw new LimitExceededException("Subscriber limit exceeded: Provisioned throughput decreases are "
                    + "limited within a given UTC day. After the first " + FREE + " decreases, each subsequent "
                    + "decrease in the same UTC day can be performed at most once every "
                    + BETWEEN.toSeconds() + " seconds. "
                    + "Number of decreases today: " + count + ". Last decrease at " + MOMENT.format(last)
                    + ". Next decrease can be made at " + MOMENT.format(next) + ".");
            }
        }
        return new Throughput(read, write, increased, Optional.of(now), count + 1);
    }

    private static Instant day(Instant moment) {
        return moment.truncatedTo(ChronoUnit.DAYS);
    }
}
