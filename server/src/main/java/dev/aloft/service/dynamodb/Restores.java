package dev.aloft.service.dynamodb;

import static dev.aloft.service.dynamodb.value.ItemCodec.ITEMS;

import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb.BillingMode;
import dev.aloft.api.DynamoDb.ContinuousBackupsDescription;
import dev.aloft.api.DynamoDb.ContinuousBackupsStatus;
import dev.aloft.api.DynamoDb.DescribeContinuousBackupsRequest;
import dev.aloft.api.DynamoDb.DescribeContinuousBackupsResponse;
import dev.aloft.api.DynamoDb.GlobalSecondaryIndex;
import dev.aloft.api.DynamoDb.InvalidRestoreTimeException;
import dev.aloft.api.DynamoDb.LocalSecondaryIndex;
import dev.aloft.api.DynamoDb.OnDemandThroughput;
import dev.aloft.api.DynamoDb.PointInTimeRecoveryDescription;
import dev.aloft.api.DynamoDb.PointInTimeRecoveryStatus;
import dev.aloft.api.DynamoDb.PointInTimeRecoveryUnavailableException;
import dev.aloft.api.DynamoDb.ProvisionedThroughput;
import dev.aloft.api.DynamoDb.RestoreTableFromBackupRequest;
import dev.aloft.api.DynamoDb.RestoreTableFromBackupResponse;
import dev.aloft.api.DynamoDb.RestoreTableToPointInTimeRequest;
import dev.aloft.api.DynamoDb.RestoreTableToPointInTimeResponse;
import dev.aloft.api.DynamoDb.SSESpecification;
import dev.aloft.api.DynamoDb.TableAlreadyExistsException;
import dev.aloft.api.DynamoDb.TableDescription;
import dev.aloft.api.DynamoDb.TableStatus;
import dev.aloft.api.DynamoDb.UpdateContinuousBackupsRequest;
import dev.aloft.api.DynamoDb.UpdateContinuousBackupsResponse;
import dev.aloft.kernel.store.Due.Waiting;
import dev.aloft.kernel.store.Entry;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.dynamodb.StoredTable.Recovery;
import dev.aloft.service.dynamodb.StoredTable.Restored;
import dev.aloft.service.dynamodb.StoredTable.StoredIndex;
import dev.aloft.service.dynamodb.StoredTable.Throughput;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;

/**
 * Tables made anew from backups, and from what tables were at any second of up to 35 days.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Point-in-time-recovery.html">Point-in-time
 *     backups</a>
 */
final class Restores {
    private static final int DAYS = 35;
    private static final int STEP = 100;

    private final DynamoDbData data;
    private final OpenTables open;
    private final Tables tables;
    private final Backups backups;
    private final ItemWriter writer;
    private final TableKeys keys;
    private final Store store;
    private final Time time;

    Restores(DynamoDbData data, OpenTables open, Tables tables, Backups backups, ItemWriter writer,
            TableKeys keys, Store store, Time time) {
        this.data = data;
        this.open = open;
        this.tables = tables;
        this.backups = backups;
        this.writer = writer;
        this.keys = keys;
        this.store = store;
        this.time = time;
    }

    UpdateContinuousBackupsResponse update(Caller caller, UpdateContinuousBackupsRequest in) {
        var ref = TableRef.of(caller, in.tableName());
        var wanted = in.pointInTimeRecoverySpecification();
        boolean enabled = wanted.pointInTimeRecoveryEnabled();
        if (!enabled && wanted.recoveryPeriodInDays() != null) {
            throw new ValidationException(
                "Invalid Request: Cannot specify RecoveryPeriodInDays when disabling point-in-time recovery.");
        }
        var now = time.instant();
        var table = store.write(tx -> {
            var known = data.tables.get(tx, ref.key()).orElseThrow(() -> Backups.notFound(ref));
            int days = wanted.recoveryPeriodInDays() == null ? known.recovery().map(Recovery::days).orElse(DAYS)
                : wanted.recoveryPeriodInDays();
            var changed = known.with(draft -> draft.recovery = !enabled ? Optional.empty()
                : Optional.of(new Recovery(known.recovery().map(Recovery::since).orElse(now), days)));
            tables.put(tx, ref, changed, now);
            return changed;
        });
        return new UpdateContinuousBackupsResponse(description(table, now));
    }

    DescribeContinuousBackupsResponse describe(Caller caller, DescribeContinuousBackupsRequest in) {
        var ref = TableRef.of(caller, in.tableName());
        var table = store.read(tx -> data.tables.get(tx, ref.key())).orElseThrow(() -> Backups.notFound(ref));
        return new DescribeContinuousBackupsResponse(description(table, time.instant()));
    }

    private static ContinuousBackupsDescription description(StoredTable table, Instant now) {
        return ContinuousBackupsDescription.of(d -> d.continuousBackupsStatus(ContinuousBackupsStatus.ENABLED)
            .pointInTimeRecoveryDescription(table.recovery().map(recovery -> PointInTimeRecoveryDescription.of(p -> p
                .pointInTimeRecoveryStatus(PointInTimeRecoveryStatus.ENABLED).recoveryPeriodInDays(recovery.days())
                .earliestRestorableDateTime(earliest(recovery, now))
                .latestRestorableDateTime(now.truncatedTo(ChronoUnit.SECONDS))))
                .orElseGet(() -> PointInTimeRecoveryDescription.of(p ->
                    p.pointInTimeRecoveryStatus(PointInTimeRecoveryStatus.DISABLED)))));
    }

    static Instant earliest(Recovery recovery, Instant now) {
        var horizon = now.minus(Duration.ofDays(recovery.days()));
        return recovery.since().isAfter(horizon) ? recovery.since() : horizon;
    }

    /** The moment of a recoverable table that is asked for. */
    static Instant moment(StoredTable table, TableRef ref, Instant wanted, Instant now) {
        var recovery = table.recovery().orElseThrow(() -> new PointInTimeRecoveryUnavailableException(
            "Point in time recovery is not enabled for table '" + ref.name() + "'"));
        if (wanted == null) {
            return now;
        }
        // A second is restored as a whole.
        if (wanted.isBefore(earliest(recovery, now).truncatedTo(ChronoUnit.SECONDS)) || wanted.isAfter(now)) {
            throw new InvalidRestoreTimeException("The specified restoreDateTime value must be between "
                + "EarliestRestorableDateTime and LatestRestorableDateTime.");
        }
        var end = wanted.truncatedTo(ChronoUnit.SECONDS).plusMillis(wanted.getNano() == 0
            ? 999 : wanted.getNano() / 1_000_000);
        return end.isAfter(now) ? now : end;
    }

    /** What a restored table has other than its source. */
    private record Overrides(String billingMode, ProvisionedThroughput throughput, OnDemandThroughput limit,
            List<GlobalSecondaryIndex> global, List<LocalSecondaryIndex> local, SSESpecification encryption) {
    }

    RestoreTableFromBackupResponse restore(Caller caller, RestoreTableFromBackupRequest in) {
        var target = TableRef.toCreate(caller, in.targetTableName());
        var ref = BackupRef.of(in.backupArn());
        var overrides = new Overrides(in.billingModeOverride(), in.provisionedThroughputOverride(),
            in.onDemandThroughputOverride(),
            in.globalSecondaryIndexOverride(), in.localSecondaryIndexOverride(), in.sseSpecificationOverride());
        var key = key(caller, target, overrides, tx -> Optional.of(backups.get(tx, ref).table()));
        var now = time.instant();
        var id = UUID.randomUUID().toString();
        var made = store.write(tx -> {
            refuseTaken(tx, target);
            var backup = backups.get(tx, ref);
            if (!backup.available()) {
                throw new dev.aloft.api.DynamoDb.BackupInUseException("Backup is in use: " + ref.arn());
            }
            var table = table(tx, target, backup.table(), overrides, key, id, now,
                new Restored(Optional.of(ref.arn()), ref.table().arn(), backup.created(), true));
            tables.put(tx, target, table, now);
            keys.put(tx, target, key, now);
            data.copying.add(tx, now, DynamoDbData.numbered(target, table.number()),
                new Copy(ref.table().name(), backup.number(),
                Optional.of(ref.id()), backup.created(), Optional.of(target.name()), Key.EMPTY, 0, 0));
            return table;
        });
        return new RestoreTableFromBackupResponse(told(target, made));
    }

    RestoreTableToPointInTimeResponse restore(Caller caller, RestoreTableToPointInTimeRequest in) {
        var target = TableRef.toCreate(caller, in.targetTableName());
        if ((in.sourceTableName() == null) == (in.sourceTableArn() == null)) {
            throw new ValidationException(
                "Invalid Request: Must provide exactly one of: sourceTableArn, sourceTableName");
        }
        boolean latest = Boolean.TRUE.equals(in.useLatestRestorableTime());
        if (latest == (in.restoreDateTime() != null)) {
            throw new ValidationException(
                "Invalid Request: Either one of RestoreDateTime or UseLatestRestorableTime must be specified, but "
                    + "not both");
        }
        var source = TableRef.of(caller, in.sourceTableName() != null ? in.sourceTableName() : in.sourceTableArn());
        var overrides = new Overrides(in.billingModeOverride(), in.provisionedThroughputOverride(),
            in.onDemandThroughputOverride(),
            in.globalSecondaryIndexOverride(), in.localSecondaryIndexOverride(), in.sseSpecificationOverride());
        var key = key(caller, target, overrides, tx -> data.tables.get(tx, source.key()));
        var now = time.instant();
        var id = UUID.randomUUID().toString();
        var made = store.write(tx -> {
            refuseTaken(tx, target);
            var known = data.tables.get(tx, source.key()).orElseThrow(() -> Backups.notFound(source));
            var moment = moment(known, source, in.restoreDateTime(), now);
            if (latest) {
                moment = History.mark(tx, source, known.number(), now);
            }
            var table = table(tx, target, known, overrides, key, id, now,
                new Restored(Optional.empty(), source.arn(), latest ? now : in.restoreDateTime(), true));
            tables.put(tx, source, Backups.copied(known, table.number(), true), now);
            tables.put(tx, target, table, now);
            keys.put(tx, target, key, now);
            data.copying.add(tx, now, DynamoDbData.numbered(target, table.number()),
                new Copy(source.name(), known.number(),
                Optional.empty(), moment, Optional.of(target.name()), Key.EMPTY, 0, 0));
            return table;
        });
        return new RestoreTableToPointInTimeResponse(told(target, made));
    }

    private static TableDescription told(TableRef ref, StoredTable table) {
        return Descriptions.of(ref, table, TableStatus.CREATING, Map.of());
    }

    /** The key of KMS that the restored table has: the one it is to have in place of its source's, or that one. */
    private Optional<TableKey> key(Caller caller, TableRef target, Overrides overrides,
            Function<ReadTx, Optional<StoredTable>> source) {
        var wanted = overrides.encryption != null ? Encryption.wanted(overrides.encryption)
            : store.<Optional<String>>read(tx -> source.apply(tx).flatMap(StoredTable::encryptionKey));
        wanted.ifPresent(_ -> store.<Void>read(tx -> {
            refuseTaken(tx, target);
            return null;
        }));
        return wanted.map(it -> keys.prepare(caller, target, it));
    }

    private void refuseTaken(ReadTx tx, TableRef target) {
        if (data.tables.has(tx, target.key())) {
            throw new TableAlreadyExistsException("Table already exists: " + target.name());
        }
    }

    /** A new table as another was; streams, expiry, tags, settings of recovery are not taken along. */
    private static StoredTable table(Tx tx, TableRef target, StoredTable source, Overrides overrides,
        Optional<TableKey> key, String id, Instant now, Restored restored) {
        boolean onDemand = overrides.billingMode == null ? source.onDemand()
            : overrides.billingMode.equals(BillingMode.PAY_PER_REQUEST);
        if (onDemand && overrides.throughput != null) {
            throw new ValidationException(BillingMode.PAY_PER_REQUEST.equals(overrides.billingMode)
                ? "Invalid Request: Cannot override ProvisionedThroughput if BillingMode is overridden to "
                    + "PAY_PER_REQUEST"
                : "Invalid Request: Cannot override ProvisionedThroughput unless BillingMode is PROVISIONED");
        }
        if (!onDemand && source.onDemand() && overrides.throughput == null) {
            throw new ValidationException(
                "Invalid Request: Must override ProvisionedThroughput if BillingMode is overridden to PROVISIONED");
        }
        if (!onDemand && overrides.limit != null) {
            throw new ValidationException(
                "Invalid Request: Cannot override MaxReadRequestUnits for OnDemandThroughput unless "
                + "BillingModeOverride is PAY_PER_REQUEST");
        }
        var throughput = onDemand ? Throughput.of(0, 0) : overrides.throughput == null
            ? Throughput.of(source.throughput().read(), source.throughput().write())
            : NewTable.throughput(overrides.throughput);
        var made = source.renamed(target.name(), id, DynamoDbData.nextNumber(tx), now);
        return made.with(draft -> {
            draft.indexes = indexes(source, overrides, onDemand);
            draft.attributes = source.attributes().stream().filter(one -> source.key().all().contains(one.name())
                || draft.indexes.stream().anyMatch(index -> index.key().all().contains(one.name()))).toList();
            draft.onDemand = onDemand;
            draft.onDemandSince = onDemand ? Optional.of(now) : Optional.empty();
            draft.throughput = throughput;
            draft.onDemandLimit = onDemand ? Units.of(overrides.limit).or(source::onDemandLimit) : Optional.empty();
            draft.encryptionKey = key.map(TableKey::arn);
            draft.deletionProtected = false;
            draft.tags = Map.of();
            draft.expiry = Optional.empty();
            draft.stream = Optional.empty();
            draft.recovery = Optional.empty();
            draft.copies = Set.of();
            draft.restored = Optional.of(restored);
            draft.destinations = List.of();
            draft.replicas = List.of();
            draft.strong = Optional.empty();
            draft.expirySince = Optional.empty();
            draft.creating = true;
        });
    }

    private static List<StoredIndex> indexes(StoredTable source, Overrides overrides, boolean onDemand) {
        var indexes = new ArrayList<StoredIndex>();
        for (var index : source.indexes()) {
            if (index.global() ? overrides.global == null : overrides.local == null) {
                indexes.add(onDemand ? index.with(Throughput.of(0, 0)) : index);
            }
        }
        for (var wanted : overrides.global == null ? List.<GlobalSecondaryIndex>of() : overrides.global) {
            if (onDemand && wanted.provisionedThroughput() != null) {
                throw new ValidationException(
                    "Invalid Request: Cannot override ProvisionedThroughput if BillingMode is overridden to "
                    + "PAY_PER_REQUEST for index " + wanted.indexName());
            }
            if (!onDemand && wanted.provisionedThroughput() == null) {
                throw new ValidationException("Invalid Request: Must specify provisioned throughput for index "
                    + wanted.indexName());
            }
            var like = NewTable.global(wanted, 0, false);
            var same = same(source, like, wanted.indexName());
            indexes.add(new StoredIndex(wanted.indexName(), same.number(), true, like.key(), like.projection(),
                like.included(), like.throughput(), false, like.onDemandLimit(), like.warm()));
        }
        for (var wanted : overrides.local == null ? List.<LocalSecondaryIndex>of() : overrides.local) {
            var like = new StoredIndex(wanted.indexName(), 0, false, NewTable.key(wanted.keySchema()),
                wanted.projection().projectionType(), NewTable.included(wanted.projection()), Throughput.of(0, 0),
                false, Optional.empty(), Optional.empty());
            var same = same(source, like, wanted.indexName());
            indexes.add(new StoredIndex(wanted.indexName(), same.number(), false, like.key(), like.projection(),
                like.included(), like.throughput(), false, Optional.empty(), Optional.empty()));
        }
        return indexes;
    }

    /** An index may be left out or renamed, but none is added. */
    private static StoredIndex same(StoredTable source, StoredIndex like, String name) {
        return source.indexes().stream().filter(one -> one.global() == like.global() && one.key().equals(like.key())
            && one.projection().equals(like.projection()) && Set.copyOf(one.included())
            .equals(Set.copyOf(like.included())))
            .findFirst().orElseThrow(() -> new ValidationException("Invalid Request: Index " + name
                + " does not match a secondary index that existed in the source table and cannot be created during "
                + "the restore " + "operation"));
    }

    /** Takes the next items into a table that is being made. */
    void step(Tx tx, Waiting<Copy> entry, Instant now) {
        var copy = entry.value();
        var target = new TableRef(entry.id().text(0), entry.id().text(1), copy.target().orElseThrow());
        long number = entry.id().number(2);
        var made = open.find(tx, target).filter(live -> live.stored.number() == number);
        var source = new TableRef(target.account(), target.region(), copy.source());
        var items = made.isEmpty() ? List.<Entry>of() : items(tx, source, copy);
        for (var item : items) {
            writer.restore(tx, made.get(), item.key(), ITEMS.decode(item.value()), item.value(), now);
        }
        if (items.size() == STEP) {
            data.copying.add(tx, now, entry.id(), copy.after(items.getLast().key(), items.size(), 0));
            return;
        }
        data.copying.cancel(tx, entry.id());
        made.ifPresent(live -> tables.put(tx, target, live.stored.with(draft -> {
            draft.creating = false;
            draft.restored = live.stored.restored().map(Restored::done);
        }), now));
        if (copy.readsTable()) {
            data.tables.get(tx, source.key()).ifPresent(table ->
                tables.put(tx, source, Backups.copied(table, number, false), now));
        }
    }

    private List<Entry> items(Tx tx, TableRef source, Copy copy) {
        if (copy.readsTable()) {
            return open.find(tx, source).filter(live -> live.stored.number() == copy.number()).map(live ->
                History.items(tx, live, copy.moment(), copy.after()).limit(STEP).toList()).orElse(List.of());
        }
        var ref = new BackupRef(source, copy.backup().orElseThrow());
        return data.backups.get(tx, ref.key()).map(backup -> {
            var space = Backups.items(ref, backup);
            var all = Range.of(space).limit(STEP);
            return tx.range(copy.after().length() == 0 ? all : all.after(space.then(copy.after())))
                .map(item -> new Entry(item.key().without(space), item.value())).toList();
        }).orElse(List.of());
    }
}
