package dev.aloft.service.dynamodb;

import dev.aloft.api.ApiError;
import dev.aloft.api.DynamoDb.ProvisionedThroughputExceededException;
import dev.aloft.api.DynamoDb.ThrottlingException;
import dev.aloft.api.DynamoDb.ThrottlingReason;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.dynamodb.LiveTable.LiveIndex;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Enforces capacity where a table is set to: what was used is taken from a bucket that fills by the second, and nothing
 * is admitted while one is empty. What stays unused for five minutes is there for bursts. Kept in memory: a restart
 * fills all.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/burst-adaptive-capacity.html">Burst
 * capacity</a>
 */
final class Throttle {
    private static final int BURST_SECONDS = 300;

    /** What a bucket is for. */
    enum Kind {
        READ(0.5), WRITE(1);

        private final double least;

        Kind(double least) {
            this.least = least;
        }
    }

    private record BucketKey(long table, long index, Kind kind) {
    }

    private record Bucket(double units, Instant at) {
        Bucket filled(double rate, Instant now) {
            double seconds = Duration.between(at, now).toNanos() / 1e9;
            return new Bucket(Math.min(units + Math.max(0, seconds) * rate, rate * BURST_SECONDS), now);
        }
    }

    private final Measures measures;
    private final Time time;
    private final Map<BucketKey, Bucket> buckets = new ConcurrentHashMap<>();

    Throttle(Measures measures, Time time) {
        this.measures = measures;
        this.time = time;
    }

    void admitRead(LiveTable table, Optional<LiveIndex> index) {
        if (table.settings.throttled()) {
            admit(table, index.filter(one -> one.stored.global()), Kind.READ);
        }
    }

    /** A global index that cannot take more holds up the table's writes. */
    void admitWrite(LiveTable table) {
        if (table.settings.throttled()) {
            admit(table, Optional.empty(), Kind.WRITE);
            table.indexes.stream().filter(index -> index.stored.global()).forEach(index ->
                admit(table, Optional.of(index), Kind.WRITE));
        }
    }

    boolean admitsWrite(LiveTable table) {
        try {
            admitWrite(table);
            return true;
        } catch (ProvisionedThroughputExceededException | ThrottlingException _) {
            return false;
        }
    }

    boolean admitsRead(LiveTable table) {
        try {
            admitRead(table, Optional.empty());
            return true;
        } catch (ProvisionedThroughputExceededException | ThrottlingException _) {
            return false;
        }
    }

    private void admit(LiveTable table, Optional<LiveIndex> index, Kind kind) {
        var rate = rate(table, index, kind);
        if (rate.isPresent() && filled(table, index, kind, rate.get()).units < kind.least) {
            measures.throttled(table, index, kind);
            throw exceeded(table, index, kind);
        }
    }

    private static Optional<Double> rate(LiveTable table, Optional<LiveIndex> index, Kind kind) {
        if (table.stored.onDemand()) {
            var limit = index.map(one -> one.stored.onDemandLimit()).orElse(table.stored.onDemandLimit());
            return limit.flatMap(units -> kind == Kind.READ ? units.read() : units.write()).map(Long::doubleValue);
        }
        var throughput = index.map(one -> one.stored.throughput()).orElse(table.stored.throughput());
        return Optional.of((double) (kind == Kind.READ ? throughput.read() : throughput.write()));
    }

    private Bucket filled(LiveTable table, Optional<LiveIndex> index, Kind kind, double rate) {
        var now = time.instant();
        return buckets.compute(key(table, index, kind), (_, known) ->
            known == null ? new Bucket(rate, now) : known.filled(rate, now));
    }

    private static BucketKey key(LiveTable table, Optional<LiveIndex> index, Kind kind) {
        return new BucketKey(table.stored.number(), index.map(one -> one.stored.number()).orElse(0L), kind);
    }

    /** What was written in another region is told, though it was admitted there. */
    void replicated(LiveTable table, Capacity capacity) {
        measures.used(table, capacity, Kind.WRITE);
    }

    void used(LiveTable table, Capacity capacity, Kind kind) {
        measures.used(table, capacity, kind);
        if (!table.settings.throttled()) {
            return;
        }
        take(table, Optional.empty(), kind, capacity.ofTable());
        table.indexes.forEach(index -> take(table, Optional.of(index).filter(one -> one.stored.global()), kind,
            capacity.of(index)));
    }

    private void take(LiveTable table, Optional<LiveIndex> index, Kind kind, double units) {
        rate(table, index, kind).ifPresent(rate -> {
            filled(table, index, kind, rate);
            buckets.computeIfPresent(key(table, index, kind),
                (_, bucket) -> new Bucket(bucket.units - units, bucket.at));
        });
    }

    private static ApiError exceeded(LiveTable table, Optional<LiveIndex> index, Kind kind) {
        boolean onDemand = table.stored.onDemand();
        var reason = new ThrottlingReason((index.isPresent() ? "Index" : "Table")
            + (kind == Kind.READ ? "Read" : "Write")
            + (onDemand ? "MaxOnDemandThroughputExceeded" : "ProvisionedThroughputExceeded"),
            table.ref.arn() + index.map(one -> "/index/" + one.stored.name()).orElse(""));
        if (onDemand) {
            return new ThrottlingException(ThrottlingException.Detail.of(d -> d.throttlingReasons(List.of(reason))
                .message("Throughput exceeds the maximum OnDemandThroughput configured on table or index")));
        }
        var message = index.isPresent()
            ? "The level of configured provisioned throughput for one or more global secondary indexes of the table "
                + "was exceeded. "
                + "Consider increasing your provisioning level for the under-provisioned global secondary indexes "
                + "with the " + "UpdateTable API"
            : "The level of configured provisioned throughput for the table was exceeded. Consider increasing your "
                + "provisioning " + "level with the UpdateTable API.";
        return new ProvisionedThroughputExceededException(ProvisionedThroughputExceededException.Detail.of(d ->
            d.throttlingReasons(List.of(reason)).message(message)));
    }
}
