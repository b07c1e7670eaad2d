package dev.aloft.service.dynamodb;

import static dev.aloft.service.dynamodb.value.ItemCodec.ITEMS;

import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb.BackupDescription;
import dev.aloft.api.DynamoDb.BackupDetails;
import dev.aloft.api.DynamoDb.BackupInUseException;
import dev.aloft.api.DynamoDb.BackupNotFoundException;
import dev.aloft.api.DynamoDb.BackupStatus;
import dev.aloft.api.DynamoDb.BackupSummary;
import dev.aloft.api.DynamoDb.BackupType;
import dev.aloft.api.DynamoDb.BackupTypeFilter;
import dev.aloft.api.DynamoDb.BillingMode;
import dev.aloft.api.DynamoDb.CreateBackupRequest;
import dev.aloft.api.DynamoDb.CreateBackupResponse;
import dev.aloft.api.DynamoDb.DeleteBackupRequest;
import dev.aloft.api.DynamoDb.DeleteBackupResponse;
import dev.aloft.api.DynamoDb.DescribeBackupRequest;
import dev.aloft.api.DynamoDb.DescribeBackupResponse;
import dev.aloft.api.DynamoDb.GlobalSecondaryIndexInfo;
import dev.aloft.api.DynamoDb.ListBackupsRequest;
import dev.aloft.api.DynamoDb.ListBackupsResponse;
import dev.aloft.api.DynamoDb.LocalSecondaryIndexInfo;
import dev.aloft.api.DynamoDb.ProvisionedThroughput;
import dev.aloft.api.DynamoDb.SourceTableDetails;
import dev.aloft.api.DynamoDb.SourceTableFeatureDetails;
import dev.aloft.api.DynamoDb.StreamSpecification;
import dev.aloft.api.DynamoDb.TableNotFoundException;
import dev.aloft.api.DynamoDb.TimeToLiveDescription;
import dev.aloft.api.DynamoDb.TimeToLiveStatus;
import dev.aloft.kernel.store.Due.Waiting;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.dynamodb.StoredTable.StoredIndex;
import dev.aloft.service.dynamodb.value.ItemSize;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;

/**
 * Backups: a table as it was at one moment, however long the copying takes and whatever is written meanwhile.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/BackupRestore.html">Backup and
 * restore</a>
 */
final class Backups {
    /** How long a backup is kept that was made because its table was deleted. */
    private static final Duration SYSTEM_BACKUP_LIFE = Duration.ofDays(35);
    private static final int STEP = 100;
    private static final int PAGE = 100;

    private final DynamoDbData data;
    private final OpenTables open;
    private final Tables tables;
    private final Store store;
    private final Time time;

    Backups(DynamoDbData data, OpenTables open, Tables tables, Store store, Time time) {
        this.data = data;
        this.open = open;
        this.tables = tables;
        this.store = store;
        this.time = time;
    }

    CreateBackupResponse create(Caller caller, CreateBackupRequest in) {
        var ref = TableRef.of(caller, in.tableName());
        var now = time.instant();
        var details = store.write(tx -> {
            var live = open.find(tx, ref).filter(one -> !one.stored.creating()).orElseThrow(() -> notFound(ref));
            var backup = begin(tx, live, in.backupName(), now);
            return details(backup, get(tx, backup));
        });
        return new CreateBackupResponse(details);
    }

    /** Begins a backup of a table as it is now. */
    BackupRef begin(Tx tx, LiveTable live, String name, Instant now) {
        var ref = live.ref;
        long number = DynamoDbData.nextNumber(tx);
        var moment = History.mark(tx, ref, live.stored.number(), now);
        var id = id(now, number);
        data.backups.put(tx, new BackupRef(ref, id).key(),
            new StoredBackup(name, live.stored, number, now, false, 0, 0, Optional.empty()));
        tables.put(tx, ref, copied(live.stored, number, true), now);
        data.copying.add(tx, now, DynamoDbData.numbered(ref, number),
            new Copy(ref.name(), live.stored.number(), Optional.of(id), moment, Optional.empty(), Key.EMPTY, 0, 0));
        return new BackupRef(ref, id);
    }

    static TableNotFoundException notFound(TableRef ref) {
        return new TableNotFoundException("Table not found: " + ref.name());
    }

    static String id(Instant now, long number) {
        return String.format("%014d-%08x", now.toEpochMilli(), number);
    }

    /** The table with a copy of it under way, or no more. */
    static StoredTable copied(StoredTable table, long number, boolean underWay) {
        var copies = new HashSet<>(table.copies());
        if (underWay) {
            copies.add(number);
        } else {
            copies.remove(number);
        }
        return table.with(draft -> draft.copies = copies);
    }

    /** Takes the next items of a table into a backup. */
    void step(Tx tx, Waiting<Copy> entry, Instant now) {
        var copy = entry.value();
        var ref = new TableRef(entry.id().text(0), entry.id().text(1), copy.source());
        long number = entry.id().number(2);
        var backup = new BackupRef(ref, copy.backup().orElseThrow());
        var live = open.find(tx, ref).filter(one -> one.stored.number() == copy.number());
        if (live.isEmpty() || data.backups.get(tx, backup.key()).isEmpty()) {
            data.copying.cancel(tx, entry.id());
            data.backups.delete(tx, backup.key());
            return;
        }
        var items = History.items(tx, live.get(), copy.moment(), copy.after()).limit(STEP).toList();
        items.forEach(item -> tx.put(DynamoDbData.copies(ref, number).then(item.key()), item.value()));
        long bytes = items.stream().mapToLong(item -> ItemSize.of(ITEMS.decode(item.value()))).sum();
        var done = items.isEmpty() ? copy : copy.after(items.getLast().key(), items.size(), bytes);
        if (items.size() == STEP) {
            data.copying.add(tx, now, entry.id(), done);
            return;
        }
        data.copying.cancel(tx, entry.id());
        data.backups.update(tx, backup.key(), one -> one.with(true, done.items(), done.bytes()));
        tables.put(tx, ref, copied(live.get().stored, number, false), now);
    }

    /** Keeps what a deleted table had, whose items stay where they stand. */
    void keepDeleted(Tx tx, TableRef ref, StoredTable table, Descriptions.Count count, Instant now) {
        var id = id(now, table.number());
        data.backups.put(tx, new BackupRef(ref, id).key(), new StoredBackup(table.name() + "$DeletedTableBackup",
            table, 0, now, true, count.items(), count.bytes(), Optional.of(now.plus(SYSTEM_BACKUP_LIFE))));
        data.expiringBackups.add(tx, now.plus(SYSTEM_BACKUP_LIFE), new BackupRef(ref, id).key(), Key.EMPTY);
    }

    /** A system backup has come to its end. */
    void expire(Tx tx, Waiting<Key> entry, Instant now) {
        data.expiringBackups.cancel(tx, entry.id());
        var table = new TableRef(entry.id().text(0), entry.id().text(1), entry.id().text(2));
        data.backups.get(tx, entry.id()).ifPresent(backup -> clear(tx, new BackupRef(table, entry.id().text(3)),
            backup, now));
    }

    private void clear(Tx tx, BackupRef ref, StoredBackup backup, Instant now) {
        data.backups.delete(tx, ref.key());
        var id = DynamoDbData.numbered(ref.table(), backup.number() == 0 ? backup.table().number() : backup.number());
        data.clearing.add(tx, now, id, id);
    }

    /** Where a backup's items stand. */
    static Key items(BackupRef ref, StoredBackup backup) {
        return backup.number() == 0 ? DynamoDbData.items(ref.table(), backup.table().number())
            : DynamoDbData.copies(ref.table(), backup.number());
    }

    StoredBackup get(ReadTx tx, BackupRef ref) {
        return data.backups.get(tx, ref.key()).orElseThrow(() ->
            new BackupNotFoundException("Backup not found: " + ref.arn()));
    }

    DescribeBackupResponse describe(DescribeBackupRequest in) {
        var ref = BackupRef.of(in.backupArn());
        return new DescribeBackupResponse(description(ref, store.read(tx -> get(tx, ref))));
    }

    DeleteBackupResponse delete(DeleteBackupRequest in) {
        var ref = BackupRef.of(in.backupArn());
        var now = time.instant();
        var deleted = store.write(tx -> {
            var backup = get(tx, ref);
            if (backup.system()) {
                throw new ValidationException(
                    "Invalid Request: User is not allowed to delete the system backup with arn "
                    + ref.arn() + ". It will automatically expire on " + backup.expires().get());
            }
            boolean read = data.copying.all(tx).stream().anyMatch(copy -> copy.value().target().isPresent()
                && copy.value().backup().filter(ref.id()::equals).isPresent());
            if (read || !backup.available()) {
                throw new BackupInUseException("Backup is in use: " + ref.arn());
            }
            clear(tx, ref, backup, now);
            return backup;
        });
        var told = description(ref, deleted);
        return new DeleteBackupResponse(told.toBuilder().backupDetails(told.backupDetails().toBuilder()
            .backupStatus(BackupStatus.DELETED).build()).build());
    }

    ListBackupsResponse list(Caller caller, ListBackupsRequest in) {
        if (in.timeRangeLowerBound() != null && in.timeRangeUpperBound() != null
            && in.timeRangeLowerBound().isAfter(in.timeRangeUpperBound())) {
            throw ValidationException.parameters("Time range lower bound must be less than or equal to upper bound");
        }
        int limit = in.limit() == null ? PAGE : in.limit();
        var prefix = in.tableName() == null ? Key.of(caller.account(), caller.region())
            : TableRef.of(caller, in.tableName()).key();
        var all = Range.of(prefix);
        var range = in.exclusiveStartBackupArn() == null ? all
            : all.after(BackupRef.of(in.exclusiveStartBackupArn()).key());
        var found = store.read(tx -> data.backups.range(tx, range).filter(row -> isWanted(in, row.value()))
            .limit(limit + 1L).toList());
        var told = found.stream().limit(limit).map(Backups::summary).toList();
        return new ListBackupsResponse(told, found.size() > limit ? told.getLast().backupArn() : null);
    }

    private static boolean isWanted(ListBackupsRequest in, StoredBackup backup) {
        var type = in.backupType() == null ? BackupTypeFilter.USER : in.backupType();
        return (type.equals(BackupTypeFilter.ALL) || type.equals(backup.system()
            ? BackupTypeFilter.SYSTEM : BackupTypeFilter.USER))
            && (in.timeRangeLowerBound() == null || !backup.created().isBefore(in.timeRangeLowerBound()))
            && (in.timeRangeUpperBound() == null || backup.created().isBefore(in.timeRangeUpperBound()));
    }

    private static BackupRef ref(Row<StoredBackup> row) {
        return new BackupRef(new TableRef(row.key().text(0), row.key().text(1), row.key().text(2)), row.key().text(3));
    }

    private static BackupSummary summary(Row<StoredBackup> row) {
        var ref = ref(row);
        var details = details(ref, row.value());
        return BackupSummary.of(s -> s.tableName(ref.table().name()).tableId(row.value().table().id())
            .tableArn(ref.table().arn())
            .backupArn(details.backupArn()).backupName(details.backupName())
            .backupCreationDateTime(details.backupCreationDateTime())
            .backupExpiryDateTime(details.backupExpiryDateTime()).backupStatus(details.backupStatus())
            .backupType(details.backupType()).backupSizeBytes(details.backupSizeBytes()));
    }

    private static BackupDetails details(BackupRef ref, StoredBackup backup) {
        return BackupDetails.of(d -> d.backupArn(ref.arn()).backupName(backup.name()).backupSizeBytes(backup.bytes())
            .backupStatus(backup.available() ? BackupStatus.AVAILABLE : BackupStatus.CREATING)
            .backupType(backup.system() ? BackupType.SYSTEM : BackupType.USER).backupCreationDateTime(backup.created())
            .backupExpiryDateTime(backup.expires().orElse(null)));
    }

    private static BackupDescription description(BackupRef ref, StoredBackup backup) {
        var table = backup.table();
        return new BackupDescription(details(ref, backup), SourceTableDetails.of(d -> d
            .tableName(table.name()).tableId(table.id()).tableArn(ref.table().arn())
            .tableCreationDateTime(table.created())
            .tableSizeBytes(backup.bytes()).itemCount(backup.items()).keySchema(Descriptions.schema(table.key()))
            .provisionedThroughput(new ProvisionedThroughput(table.throughput().read(), table.throughput().write()))
            .onDemandThroughput(table.onDemandLimit().map(Units::told).orElse(null))
            .billingMode(table.onDemand() ? BillingMode.PAY_PER_REQUEST : BillingMode.PROVISIONED)), features(table));
    }

    private static SourceTableFeatureDetails features(StoredTable table) {
        var global = table.indexes().stream().filter(StoredIndex::global)
            .map(index -> GlobalSecondaryIndexInfo.of(i -> i
            .indexName(index.name()).keySchema(Descriptions.schema(index.key()))
            .projection(Descriptions.projection(index))
            .provisionedThroughput(new ProvisionedThroughput(index.throughput().read(), index.throughput().write()))
            .onDemandThroughput(index.onDemandLimit().map(Units::told).orElse(null)))).toList();
        var local = table.indexes().stream().filter(index -> !index.global())
            .map(index -> new LocalSecondaryIndexInfo(index.name(),
            Descriptions.schema(index.key()), Descriptions.projection(index))).toList();
        return SourceTableFeatureDetails.of(f -> f.globalSecondaryIndexes(global.isEmpty() ? null : global)
            .localSecondaryIndexes(local.isEmpty() ? null : local)
            .sseDescription(Encryption.told(table.encryptionKey()))
            .streamDescription(table.stream().filter(StoredTable.TableStream::enabled)
                .map(stream -> new StreamSpecification(true, stream.view())).orElse(null))
            .timeToLiveDescription(table.expiry().map(attribute ->
                new TimeToLiveDescription(TimeToLiveStatus.ENABLED, attribute)).orElse(null)));
    }
}
