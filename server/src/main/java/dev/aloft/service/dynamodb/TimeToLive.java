package dev.aloft.service.dynamodb;

import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb.DescribeTimeToLiveRequest;
import dev.aloft.api.DynamoDb.DescribeTimeToLiveResponse;
import dev.aloft.api.DynamoDb.TimeToLiveDescription;
import dev.aloft.api.DynamoDb.TimeToLiveSpecification;
import dev.aloft.api.DynamoDb.TimeToLiveStatus;
import dev.aloft.api.DynamoDb.UpdateTimeToLiveRequest;
import dev.aloft.api.DynamoDb.UpdateTimeToLiveResponse;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Which attribute says when items expire; {@link Housekeeping} deletes them. For an hour after a change AWS takes no
 * other, whatever it is told as meanwhile.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html">
 *     UpdateTimeToLive</a>
 */
final class TimeToLive {
    /** As documented; AWS was once seen to take another change after 31 minutes. */
    private static final Duration BETWEEN_CHANGES = Duration.ofHours(1);

    private final DynamoDbData data;
    private final Tables tables;
    private final Store store;
    private final Time time;

    TimeToLive(DynamoDbData data, Tables tables, Store store, Time time) {
        this.data = data;
        this.tables = tables;
        this.store = store;
        this.time = time;
    }

    DescribeTimeToLiveResponse describe(Caller caller, DescribeTimeToLiveRequest in) {
        var ref = TableRef.of(caller, in.tableName());
        var expiry = store.read(tx -> tables.get(tx, ref)).expiry();
        return new DescribeTimeToLiveResponse(new TimeToLiveDescription(
            expiry.isPresent() ? TimeToLiveStatus.ENABLED : TimeToLiveStatus.DISABLED, expiry.orElse(null)));
    }

    UpdateTimeToLiveResponse update(Caller caller, UpdateTimeToLiveRequest in) {
        var ref = TableRef.of(caller, in.tableName());
        var wanted = in.timeToLiveSpecification();
        var now = time.instant();
        store.change(tx -> {
            var table = tables.get(tx, ref);
            StrongReplicas.refuseExpiry(table);
            check(table, wanted);
            refuseAgain(table, now);
            set(tx, ref, table, wanted, now);
            // A global table's expiry is the same in all its regions.
            table.replicas().forEach(replica -> tables.find(tx, ref.in(replica.region())).ifPresent(other ->
                set(tx, ref.in(replica.region()), other, wanted, now)));
        });
        return new UpdateTimeToLiveResponse(TimeToLiveSpecification.of(s -> s.enabled(wanted.enabled())
            .attributeName(wanted.attributeName())));
    }

    private static void check(StoredTable table, TimeToLiveSpecification wanted) {
        if (table.expiry().isEmpty() && !wanted.enabled()) {
            throw new ValidationException("TimeToLive is already disabled");
        }
        table.expiry().filter(attribute -> !attribute.equals(wanted.attributeName())).ifPresent(attribute -> {
            throw new ValidationException(
                "TimeToLive is active on a different AttributeName: current AttributeName is " + attribute);
        });
        if (table.expiry().isPresent() && wanted.enabled()) {
            throw new ValidationException("TimeToLive is already enabled");
        }
    }

    private static void refuseAgain(StoredTable table, Instant now) {
        if (table.expirySince().filter(now.minus(BETWEEN_CHANGES)::isBefore).isPresent()) {
            throw new ValidationException("Time to live has been modified multiple times within a fixed interval");
        }
    }

    private void set(Tx tx, TableRef ref, StoredTable table, TimeToLiveSpecification wanted, Instant now) {
        tables.put(tx, ref, table.with(draft -> {
            draft.expiry = wanted.enabled() ? Optional.of(wanted.attributeName()) : Optional.empty();
            draft.expirySince = Optional.of(now);
        }), now);
        if (wanted.enabled()) {
            data.filling.add(tx, now, DynamoDbData.filling(ref, table.number(), 0), Key.EMPTY);
        }
    }
}
