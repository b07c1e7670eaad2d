package dev.aloft.service.dynamodb;

import static dev.aloft.service.dynamodb.value.ItemCodec.ITEMS;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb.DescribeExportRequest;
import dev.aloft.api.DynamoDb.DescribeExportResponse;
import dev.aloft.api.DynamoDb.ExportConflictException;
import dev.aloft.api.DynamoDb.ExportDescription;
import dev.aloft.api.DynamoDb.ExportFormat;
import dev.aloft.api.DynamoDb.ExportNotFoundException;
import dev.aloft.api.DynamoDb.ExportStatus;
import dev.aloft.api.DynamoDb.ExportSummary;
import dev.aloft.api.DynamoDb.ExportTableToPointInTimeRequest;
import dev.aloft.api.DynamoDb.ExportTableToPointInTimeResponse;
import dev.aloft.api.DynamoDb.ExportType;
import dev.aloft.api.DynamoDb.ListExportsRequest;
import dev.aloft.api.DynamoDb.ListExportsResponse;
import dev.aloft.api.DynamoDb.S3SseAlgorithm;
import dev.aloft.api.DynamoDb.TableNotFoundException;
import dev.aloft.api.Principal;
import dev.aloft.api.S3;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.dynamodb.Transfer.StoredExport;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Exports of tables to S3: a file of items at a turn, then the manifests. A turn that is done twice writes the same
 * files.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html">Export
 * output
 *     format</a>
 */
final class Exports {
    private static final int FILE_BYTES = 16 << 20;
    private static final int FILE_ITEMS = 50_000;
    private static final int FILE_CHANGES = 1_000;
    private static final int PAGE = 25;

    private final DynamoDbData data;
    private final OpenTables open;
    private final Tables tables;
    private final S3 s3;
    private final Store store;
    private final Time time;

    Exports(DynamoDbData data, OpenTables open, Tables tables, S3 s3, Store store, Time time) {
        this.data = data;
        this.open = open;
        this.tables = tables;
        this.s3 = s3;
        this.store = store;
        this.time = time;
    }

    ExportTableToPointInTimeResponse start(Caller caller, ExportTableToPointInTimeRequest in) {
        check(in);
        var ref = TableRef.ofArn(in.tableArn());
        var now = time.instant();
        var asked = in.toBuilder().clientToken(null).build().toString();
        var told = store.write(tx -> {
            var known = in.clientToken() == null ? Optional.<StoredExport>empty()
                : known(tx, ref, in.clientToken(), now);
            if (known.isPresent()) {
                if (!known.get().asked().equals(asked)) {
                    throw new ExportConflictException(
                        "Export conflict: Duplicate request detected with conflicting parameters");
                }
                return known.get().told();
            }
            return begin(tx, ref, in, asked, now);
        });
        return new ExportTableToPointInTimeResponse(told(told));
    }

    private static void check(ExportTableToPointInTimeRequest in) {
        if (!Arn.isArn(in.tableArn())) {
            throw ValidationException.parameters("tableArn is not a valid ARN");
        }
        boolean incremental = isIncremental(in);
        var window = in.incrementalExportSpecification();
        refuse(window != null && in.exportType() == null,
            "Export Type expected to be Incremental Export when incremental export specification is provided");
        refuse(window != null && !incremental,
            "When Export Type is Full Export , Incremental Export Specification should not be provided");
        refuse(window == null && incremental,
            "Incremental Export Specification expected when export type is set as Incremental Export");
        refuse(incremental && window.exportFromTime() == null,
            "ExportFromTime must be provided in IncrementalExportSpecification");
        refuse(in.s3SseKmsKeyId() != null && !S3SseAlgorithm.KMS.equals(in.s3SseAlgorithm()),
            "KMS Key Id is not supported for this encryption type");
        if (S3SseAlgorithm.KMS.equals(in.s3SseAlgorithm())) {
            throw ApiError.notBuilt("S3SseAlgorithm KMS of DynamoDB ExportTableToPointInTime");
        }
    }

    private static boolean isIncremental(ExportTableToPointInTimeRequest in) {
        return ExportType.INCREMENTAL_EXPORT.equals(in.exportType());
    }

    private static void refuse(boolean is, String complaint) {
        if (is) {
            throw new ValidationException("Invalid Request: " + complaint);
        }
    }

    /** The export that was begun with this token not long ago, whichever table it was of. */
    private Optional<StoredExport> known(Tx tx, TableRef ref, String token, Instant now) {
        return data.exports.range(tx, Key.of(ref.account(), ref.region())).map(Row::value)
            .filter(export -> token.equals(export.told().clientToken())
                && Transfer.isHeld(export.told().startTime(), now)).findFirst();
    }

    private ExportDescription begin(Tx tx, TableRef ref, ExportTableToPointInTimeRequest in, String asked,
            Instant now) {
        var table = data.tables.get(tx, ref.key()).orElseThrow(() ->
            new TableNotFoundException("Table not found: " + ref.arn()));
        var window = isIncremental(in) ? ExportWindow.of(table, in.incrementalExportSpecification(), now) : null;
        var moment = window != null ? window.to() : ExportWindow.moment(table, ref, in.exportTime(), now);
        if (in.exportTime() == null && window == null) {
            moment = History.mark(tx, ref, table.number(), now);
        }
        long number = DynamoDbData.nextNumber(tx);
        var id = Backups.id(now, number);
        var description = ExportDescription.of(d -> d.exportArn(ref.arn() + "/export/" + id)
            .exportStatus(ExportStatus.IN_PROGRESS).startTime(now).tableArn(ref.arn()).tableId(table.id())
            .exportTime(window != null ? null : in.exportTime() == null ? now : in.exportTime())
            .clientToken(in.clientToken() == null ? UUID.randomUUID().toString() : in.clientToken())
            .s3Bucket(in.s3Bucket())
            .s3BucketOwner(in.s3BucketOwner()).s3Prefix(in.s3Prefix()).s3SseAlgorithm(S3SseAlgorithm.AES256)
            .exportFormat(in.exportFormat() == null ? ExportFormat.DYNAMODB_JSON : in.exportFormat())
            .exportType(window == null ? ExportType.FULL_EXPORT : ExportType.INCREMENTAL_EXPORT)
            .incrementalExportSpecification(window == null ? null : window.told()));
        var key = ref.key().and(id);
        data.exports.put(tx, key, new StoredExport(description, asked, ref.name(), table.number(), moment, Key.EMPTY,
            List.of(), 0, 0));
        data.exporting.add(tx, now, key, Key.of(number));
        tables.put(tx, ref, Backups.copied(table, number, true), now);
        return description;
    }

    /** Which type it is only lists tell. */
    private static ExportDescription told(ExportDescription description) {
        return description.toBuilder().exportType(null).build();
    }

    DescribeExportResponse describe(DescribeExportRequest in) {
        var export = store.read(tx -> data.exports.get(tx, key(in.exportArn())));
        return new DescribeExportResponse(export.map(StoredExport::told).map(Exports::told).orElseThrow(() ->
            new ExportNotFoundException("Export not found: Export not found: " + in.exportArn())));
    }

    private static Key key(String arn) {
        if (!Arn.isArn(arn) || !Arn.parse(arn).resource().matches("table/[^/]+/export/[^/]+")) {
            throw new ValidationException("Invalid Export ARN");
        }
        return TableRef.ofArn(arn).key().and(arn.substring(arn.lastIndexOf('/') + 1));
    }

    ListExportsResponse list(Caller caller, ListExportsRequest in) {
        int limit = in.maxResults() == null ? PAGE : in.maxResults();
        var prefix = in.tableArn() == null ? Key.of(caller.account(), caller.region())
            : TableRef.ofArn(in.tableArn()).key();
        var page = store.read(tx -> data.exports.page(tx, prefix,
            Optional.ofNullable(in.nextToken()).map(Exports::key), limit));
        // Of a table that is gone they are told one by one, but not listed.
        var table = in.tableArn() == null ? Optional.<StoredTable>empty()
            : store.read(tx -> data.tables.get(tx, prefix));
        var told = page.values().stream().filter(export -> in.tableArn() == null
            || table.filter(known -> known.number() == export.number()).isPresent())
            .map(export -> new ExportSummary(export.told().exportArn(), export.told().exportStatus(),
            export.told().exportType())).toList();
        return new ListExportsResponse(told, page.next().isPresent()
            ? page.values().getLast().told().exportArn() : null);
    }

    /** One file of one export; says when there is more to do. */
    Optional<Instant> turn() {
        var now = time.instant();
        var due = store.read(tx -> data.exporting.due(tx, now, 1));
        for (var entry : due) {
            store.read(tx -> data.exports.get(tx, entry.id())).ifPresent(export -> {
                try {
                    step(entry.id(), entry.value().number(0), export, now);
                } catch (ApiError e) {
                    end(entry.id(), entry.value().number(0), export.told().toBuilder().exportStatus(ExportStatus.FAILED)
                        .endTime(now)
                        .failureCode(Transfer.failure(e)).failureMessage(e.getMessage())
                        .build(), now);
                }
            });
        }
        return due.isEmpty() ? store.read(data.exporting::next) : Optional.of(now);
    }

    private void step(Key key, long number, StoredExport export, Instant now) {
        var ref = new TableRef(key.text(0), key.text(1), export.table());
        var lines = lines(ref, export);
        var folder = new ExportFolder(s3, caller(ref), export, key.text(3));
        if (!lines.isEmpty()) {
            var files = new ArrayList<>(export.files());
            files.add(folder.putData(lines.stream().map(KeyedLine::line).toList()));
            long size = lines.stream().mapToLong(line -> line.line().size()).sum();
            store.change(tx -> data.exports.update(tx, key, one ->
                one.with(lines.getLast().key(), files, lines.size(), size)));
            return;
        }
        var manifest = folder.putManifests(now);
        end(key, number, export.told().toBuilder().exportStatus(ExportStatus.COMPLETED).endTime(now)
            .itemCount(export.items()).billedSizeBytes(export.bytes()).exportManifest(manifest).build(), now);
    }

    /** A line and the key of its item. */
    private record KeyedLine(Key key, ExportLine line) {
    }

    /** As many of the next items as make a file. */
    private List<KeyedLine> lines(TableRef ref, StoredExport export) {
        return store.read(tx -> {
            var live = open.find(tx, ref).filter(one -> one.stored.number() == export.number()).orElseThrow(() ->
                ApiError.of("ResourceNotFoundException", 400, "Table: " + ref.name() + " not found"));
            return ExportType.INCREMENTAL_EXPORT.equals(export.told().exportType()) ? changed(tx, live, export)
                : all(tx, live, export);
        });
    }

    private static List<KeyedLine> all(ReadTx tx, LiveTable live, StoredExport export) {
        var lines = new ArrayList<KeyedLine>();
        long bytes = 0;
        var all = History.items(tx, live, export.moment(), export.after()).iterator();
        while (bytes < FILE_BYTES && lines.size() < FILE_ITEMS && all.hasNext()) {
            var entry = all.next();
            lines.add(new KeyedLine(entry.key(), new ExportLine.Item(entry.value())));
            bytes += entry.value().length;
        }
        return lines;
    }

    private static List<KeyedLine> changed(ReadTx tx, LiveTable live, StoredExport export) {
        var window = export.told().incrementalExportSpecification();
        return History.changes(tx, live, window.exportFromTime(), export.moment(), export.after(), FILE_CHANGES)
            .stream().map(change -> new KeyedLine(change.key(), new ExportLine.Changed(
                live.schema.keyOf(ITEMS.decode(change.after().or(change::before).orElseThrow())),
                change.moment() * 1000, change.before(), change.after(), window.exportViewType()))).toList();
    }

    /** In the background the account itself is the caller: who began it needed no more. */
    static Caller caller(TableRef ref) {
        return new Caller(ref.account(), ref.region(), new Principal.Root(ref.account()), UUID.randomUUID().toString(),
            null, 0, null, null, null);
    }

    private void end(Key key, long number, ExportDescription told, Instant now) {
        var ref = new TableRef(key.text(0), key.text(1), key.text(2));
        store.change(tx -> {
            data.exports.update(tx, key, export -> export.with(told));
            data.exporting.cancel(tx, key);
            data.tables.get(tx, ref.key()).ifPresent(table ->
                tables.put(tx, ref, Backups.copied(table, number, false), now));
        });
    }
}
