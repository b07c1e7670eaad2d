package dev.aloft.service.dynamodb;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb;
import dev.aloft.api.DynamoDb.ConditionalCheckFailedException;
import dev.aloft.api.DynamoDb.ProvisionedThroughputExceededException;
import dev.aloft.api.DynamoDb.ThrottlingException;
import dev.aloft.api.Operation;
import dev.aloft.api.Shape;
import dev.aloft.kernel.metric.Metrics;
import dev.aloft.kernel.metric.Series;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.dynamodb.LiveTable.LiveIndex;
import dev.aloft.service.dynamodb.StoredTable.StoredIndex;
import dev.aloft.service.dynamodb.Throttle.Kind;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * What CloudWatch is told of tables: units as they are used, requests with their latency and their failures, and of
 * provisioned tables once a minute that there is nothing more, every five minutes what is provisioned.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html">DynamoDB
 *     metrics and dimensions</a>
 */
final class Measures {
    private static final String NAMESPACE = "AWS/DynamoDB";
    private static final String COUNT = "Count";
    private static final String TABLE = "TableName";
    private static final String INDEX = "GlobalSecondaryIndexName";
    private static final String OPERATION = "Operation";
    private static final int PROVISIONED_MINUTES = 5;
    private static final double NANOS_OF_A_TENTH = 1e5;

    private final Optional<Metrics> metrics;
    private final Map<TableRef, OfTable> tables = new ConcurrentHashMap<>();

    /** @param metrics nothing where nobody is told */
    Measures(Optional<Metrics> metrics) {
        this.metrics = metrics;
    }

    /** @param value of the dimension beside the table's name; null without one */
    private record Other(String metric, String value) {
    }

    /** A table's metrics, by their names and what else tells them apart. */
    private final class OfTable {
        private final TableRef ref;
        private final Metrics kept;
        private final Series read;
        private final Series write;
        private final Map<Operation, OfOperation> operations = new ConcurrentHashMap<>();
        private final Map<Other, Series> others = new ConcurrentHashMap<>();

        OfTable(TableRef ref, Metrics kept) {
            this.ref = ref;
            this.kept = kept;
            read = series(Map.of(TABLE, ref.name()), Measures.consumed(Kind.READ), COUNT);
            write = series(Map.of(TABLE, ref.name()), Measures.consumed(Kind.WRITE), COUNT);
        }

        private Series series(Map<String, String> dimensions, String metric, String unit) {
            return kept.series(ref.account(), ref.region(), NAMESPACE, metric, unit, dimensions);
        }

        Series other(String metric, String unit, String dimension, String value) {
            return others.computeIfAbsent(new Other(metric, value), _ -> {
                var dimensions = new HashMap<>(Map.of(TABLE, ref.name()));
                if (value != null) {
                    dimensions.put(dimension, value);
                }
                return series(dimensions, metric, unit);
            });
        }

        OfOperation operation(Operation operation) {
            var known = operations.get(operation);
            return known != null ? known : operations.computeIfAbsent(operation, _ -> new OfOperation(
                other("SuccessfulRequestLatency", "Milliseconds", OPERATION, operation.name()),
                other("ReturnedItemCount", COUNT, OPERATION, operation.name())));
        }

        Series consumed(Optional<String> index, Kind kind) {
            return index.map(name -> other(Measures.consumed(kind), COUNT, INDEX, name))
                .orElse(kind == Kind.READ ? read : write);
        }
    }

    private record OfOperation(Series latency, Series returned) {}

    private static String consumed(Kind kind) {
        return "Consumed" + word(kind) + "CapacityUnits";
    }

    private static String word(Kind kind) {
        return kind == Kind.READ ? "Read" : "Write";
    }

    private Optional<OfTable> of(TableRef ref) {
        var known = tables.get(ref);
        return known != null ? Optional.of(known)
            : metrics.map(kept -> tables.computeIfAbsent(ref, _ -> new OfTable(ref, kept)));
    }

    // ---- units

    /** What local indexes take is the table's. */
    void used(LiveTable table, Capacity capacity, Kind kind) {
        of(table.ref).ifPresent(measured -> {
            double units = capacity.ofTable();
            for (var index : table.indexes) {
                double ofIndex = capacity.of(index);
                if (!index.stored.global()) {
                    units += ofIndex;
                } else if (ofIndex > 0) {
                    measured.consumed(Optional.of(index.stored.name()), kind).add(ofIndex);
                }
            }
            if (units > 0) {
                measured.consumed(Optional.empty(), kind).add(units);
            }
        });
    }

    void throttled(LiveTable table, Optional<LiveIndex> index, Kind kind) {
        of(table.ref).ifPresent(measured -> measured.other(word(kind) + "ThrottleEvents", COUNT, INDEX,
            index.map(one -> one.stored.name()).orElse(null)).add(1));
    }

    /** Looks at all provisioned tables, once a minute. */
    Optional<Instant> turn(DynamoDbData data, Store store, Time time) {
        var minute = time.instant().truncatedTo(ChronoUnit.MINUTES);
        boolean provisioned = minute.getEpochSecond() / 60 % PROVISIONED_MINUTES == 0;
        store.<List<Row<StoredTable>>>read(tx -> data.tables.range(tx, Key.EMPTY).toList()).stream()
            .filter(row -> !row.value().onDemand() && !row.value().creating()).forEach(row -> {
                var ref = new TableRef(row.key().text(0), row.key().text(1), row.key().text(2));
                of(ref).ifPresent(measured -> measure(measured, row.value(), provisioned));
            });
        return Optional.of(minute.plus(1, ChronoUnit.MINUTES));
    }

    private static void measure(OfTable measured, StoredTable table, boolean provisioned) {
        measure(measured, Optional.empty(), table.throughput(), provisioned);
        table.indexes().stream().filter(StoredIndex::global).forEach(index ->
            measure(measured, Optional.of(index.name()), index.throughput(), provisioned));
    }

    private static void measure(OfTable measured, Optional<String> index, StoredTable.Throughput throughput,
            boolean provisioned) {
        for (var kind : Kind.values()) {
            measured.consumed(index, kind).add(0);
            if (provisioned) {
                measured.other("Provisioned" + word(kind) + "CapacityUnits", COUNT, INDEX, index.orElse(null))
                    .add(kind == Kind.READ ? throughput.read() : throughput.write());
            }
        }
    }

    // ---- requests

    /** Carries out a request and measures it, where it is one on items. */
    Shape request(Operation operation, Caller caller, Shape input, Time time, Supplier<Shape> doing) {
        if (metrics.isEmpty()) {
            return doing.get();
        }
        var start = time.instant();
        try {
            var output = doing.get();
            long nanos = Duration.between(start, time.instant()).toNanos();
            names(input).forEach(name -> succeeded(TableRef.of(caller, name), operation, output, nanos));
            return output;
        } catch (ApiError e) {
            failed(operation, caller, names(input), e);
            throw e;
        }
    }

    /** The tables of a request on items; none of any other, and of one that names none. */
    private static Collection<String> names(Shape input) {
        return switch (input) {
            case DynamoDb.PutItemRequest r -> one(r.tableName());
            case DynamoDb.GetItemRequest r -> one(r.tableName());
            case DynamoDb.UpdateItemRequest r -> one(r.tableName());
            case DynamoDb.DeleteItemRequest r -> one(r.tableName());
            case DynamoDb.QueryRequest r -> one(r.tableName());
            case DynamoDb.ScanRequest r -> one(r.tableName());
            case DynamoDb.BatchGetItemRequest r -> r.requestItems().keySet();
            case DynamoDb.BatchWriteItemRequest r -> r.requestItems().keySet();
            default -> List.of();
        };
    }

    private static Collection<String> one(String name) {
        return name == null ? List.of() : List.of(name);
    }

    private void succeeded(TableRef ref, Operation operation, Shape output, long nanos) {
        of(ref).ifPresent(measured -> {
            var series = measured.operation(operation);
            series.latency().add(Math.round(nanos / NANOS_OF_A_TENTH) / 10.0);
            var count = switch (output) {
                case DynamoDb.QueryResponse r -> r.count();
                case DynamoDb.ScanResponse r -> r.count();
                default -> null;
            };
            if (count != null) {
                series.returned().add(count);
            }
        });
    }

    private void failed(Operation operation, Caller caller, Collection<String> names, ApiError error) {
        switch (error) {
            case ConditionalCheckFailedException _ -> names.forEach(name -> of(TableRef.of(caller, name))
                .ifPresent(it -> it.other("ConditionalCheckFailedRequests", COUNT, null, null).add(1)));
            case ProvisionedThroughputExceededException _, ThrottlingException _ ->
                names.forEach(name -> of(TableRef.of(caller, name)).ifPresent(it ->
                    it.other("ThrottledRequests", COUNT, OPERATION, operation.name()).add(1)));
            default -> {
                if (error.status() < 500) {
                    metrics.orElseThrow().series(caller.account(), caller.region(), NAMESPACE, "UserErrors", COUNT,
                        Map.of()).add(1);
                }
            }
        }
    }
}
