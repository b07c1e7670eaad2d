package dev.aloft.service.dynamodb;

import static dev.aloft.service.dynamodb.value.ItemCodec.ITEMS;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb.CreateTableRequest;
import dev.aloft.api.DynamoDb.DescribeImportRequest;
import dev.aloft.api.DynamoDb.DescribeImportResponse;
import dev.aloft.api.DynamoDb.ImportConflictException;
import dev.aloft.api.DynamoDb.ImportNotFoundException;
import dev.aloft.api.DynamoDb.ImportStatus;
import dev.aloft.api.DynamoDb.ImportSummary;
import dev.aloft.api.DynamoDb.ImportTableDescription;
import dev.aloft.api.DynamoDb.ImportTableRequest;
import dev.aloft.api.DynamoDb.ImportTableResponse;
import dev.aloft.api.DynamoDb.InputCompressionType;
import dev.aloft.api.DynamoDb.InputFormat;
import dev.aloft.api.DynamoDb.ListImportsRequest;
import dev.aloft.api.DynamoDb.ListImportsResponse;
import dev.aloft.api.DynamoDb.S3BucketSource;
import dev.aloft.api.DynamoDb.TableCreationParameters;
import dev.aloft.api.S3;
import dev.aloft.api.S3.GetObjectRequest;
import dev.aloft.api.S3.ListObjectsV2Request;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.dynamodb.Transfer.StoredImport;
import dev.aloft.service.dynamodb.value.ValidationException;
import io.airlift.compress.MalformedInputException;
import io.airlift.compress.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Imports of files from S3 into new tables: an object at a turn. An item that comes twice is put twice, so an object
 * that is read again does no harm.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataImport.Format.html">Import
 * formats</a>
 */
final class Imports {
    private static final int PAGE = 25;
    private static final int MAX_ERRORS = 10_000;
    private static final String INVALID = "ItemValidationError";

    private final DynamoDbData data;
    private final OpenTables open;
    private final Tables tables;
    private final ItemWriter writer;
    private final S3 s3;
    private final Store store;
    private final Time time;

    Imports(DynamoDbData data, OpenTables open, Tables tables, ItemWriter writer, S3 s3, Store store, Time time) {
        this.data = data;
        this.open = open;
        this.tables = tables;
        this.writer = writer;
        this.s3 = s3;
        this.store = store;
        this.time = time;
    }

    ImportTableResponse start(Caller caller, ImportTableRequest in) {
        if (in.inputFormatOptions() != null && !InputFormat.CSV.equals(in.inputFormat())) {
            throw new ValidationException("Invalid Request: Unsupported InputFormatOptions for the given input format: "
                + in.inputFormat() + ".");
        }
        var ref = TableRef.toCreate(caller, in.tableCreationParameters().tableName());
        var now = time.instant();
        var asked = in.toBuilder().clientToken(null).build().toString();
        var known = in.clientToken() == null ? Optional.<StoredImport>empty() : known(ref, in.clientToken(), now);
        if (known.isPresent()) {
            if (!known.get().asked().equals(asked)) {
                throw new ImportConflictException(
                    "Import conflict: Duplicate request detected with conflicting parameters");
            }
            return new ImportTableResponse(known.get().told());
        }
        var begun = new ImportTableDescription[1];
        tables.make(caller, table(in.tableCreationParameters()), true, (tx, table) -> {
            var id = Backups.id(now, table.number());
            begun[0] = begun(caller, ref, in, table, id, now);
            data.imports.put(tx, ref.key().and(id), new StoredImport(begun[0], asked, ref.name(), table.number(), ""));
            data.importing.add(tx, now, ref.key().and(id), Key.EMPTY);
        });
        return new ImportTableResponse(begun[0]);
    }

    private static CreateTableRequest table(TableCreationParameters wanted) {
        return CreateTableRequest.of(r -> r.tableName(wanted.tableName())
            .attributeDefinitions(wanted.attributeDefinitions())
            .keySchema(wanted.keySchema()).billingMode(wanted.billingMode())
            .provisionedThroughput(wanted.provisionedThroughput())
            .onDemandThroughput(wanted.onDemandThroughput()).sseSpecification(wanted.sseSpecification())
            .globalSecondaryIndexes(wanted.globalSecondaryIndexes()));
    }

    private static ImportTableDescription begun(Caller caller, TableRef ref, ImportTableRequest in, StoredTable table,
            String id, Instant now) {
        return ImportTableDescription.of(d -> d.importArn(ref.arn() + "/import/" + id)
            .importStatus(ImportStatus.IN_PROGRESS).tableArn(ref.arn()).tableId(table.id()).startTime(now)
            .inputFormat(in.inputFormat()).inputFormatOptions(in.inputFormatOptions())
            .s3BucketSource(owned(in.s3BucketSource(), caller)).tableCreationParameters(in.tableCreationParameters())
            .inputCompressionType(in.inputCompressionType() == null ? InputCompressionType.NONE
                : in.inputCompressionType())
            .clientToken(in.clientToken() == null ? UUID.randomUUID().toString() : in.clientToken()).errorCount(0L)
            .processedItemCount(0L).importedItemCount(0L).processedSizeBytes(0L));
    }

    private static S3BucketSource owned(S3BucketSource source, Caller caller) {
        return source.s3BucketOwner() != null ? source
            : new S3BucketSource(caller.account(), source.s3Bucket(), source.s3KeyPrefix());
    }

    /** The import that was begun with this token not long ago, whichever table it was into. */
    private Optional<StoredImport> known(TableRef ref, String token, Instant now) {
        return store.read(tx -> data.imports.range(tx, Key.of(ref.account(), ref.region())).map(Row::value)
            .filter(one -> token.equals(one.told().clientToken()) && Transfer.isHeld(one.told().startTime(), now))
            .findFirst());
    }

    private static Key key(String arn) {
        if (!Arn.isArn(arn) || !Arn.parse(arn).resource().matches("table/[^/]+/import/[^/]+")) {
            throw new ValidationException("Invalid Import ARN");
        }
        return TableRef.ofArn(arn).key().and(arn.substring(arn.lastIndexOf('/') + 1));
    }

    DescribeImportResponse describe(DescribeImportRequest in) {
        return new DescribeImportResponse(store.read(tx -> data.imports.get(tx, key(in.importArn())))
            .map(StoredImport::told)
            .orElseThrow(() -> new ImportNotFoundException("Import not found: " + in.importArn())));
    }

    ListImportsResponse list(Caller caller, ListImportsRequest in) {
        int limit = in.pageSize() == null ? PAGE : in.pageSize();
        var prefix = in.tableArn() == null ? Key.of(caller.account(), caller.region())
            : TableRef.ofArn(in.tableArn()).key();
        var page = store.read(tx -> data.imports.page(tx, prefix,
            Optional.ofNullable(in.nextToken()).map(Imports::key), limit));
        var told = page.values().stream().map(StoredImport::told)
            .map(one -> ImportSummary.of(s -> s.importArn(one.importArn())
            .importStatus(one.importStatus()).tableArn(one.tableArn()).s3BucketSource(one.s3BucketSource())
            .inputFormat(one.inputFormat()).startTime(one.startTime()).endTime(one.endTime()))).toList();
        return new ListImportsResponse(told, page.next().isPresent() ? told.getLast().importArn() : null);
    }

    /** One object of one import; says when there is more to do. */
    Optional<Instant> turn() {
        var now = time.instant();
        var due = store.read(tx -> data.importing.due(tx, now, 1));
        for (var entry : due) {
            store.read(tx -> data.imports.get(tx, entry.id())).ifPresent(one -> {
                try {
                    step(entry.id(), one, now);
                } catch (ApiError e) {
                    end(entry.id(), one, one.told().toBuilder().importStatus(ImportStatus.FAILED)
                        .failureCode(Transfer.failure(e))
                        .failureMessage(e.getMessage()).build(), now);
                }
            });
        }
        return due.isEmpty() ? store.read(data.importing::next) : Optional.of(now);
    }

    private void step(Key key, StoredImport one, Instant now) {
        var ref = new TableRef(key.text(0), key.text(1), one.table());
        var source = one.told().s3BucketSource();
        var listing = s3.listObjectsV2(Exports.caller(ref), ListObjectsV2Request.of(r -> r.bucket(source.s3Bucket())
            .expectedBucketOwner(source.s3BucketOwner())
            .prefix(source.s3KeyPrefix()).startAfter(one.after().isEmpty() ? null : one.after()).maxKeys(1)));
        if (listing.contents() == null || listing.contents().isEmpty()) {
            if (one.told().errorCount() > 0) {
                throw invalid();
            }
            end(key, one, one.told().toBuilder().importStatus(ImportStatus.COMPLETED).build(), now);
            return;
        }
        var object = listing.contents().getFirst();
        var response = s3.getObject(Exports.caller(ref), GetObjectRequest.of(r -> r.bucket(source.s3Bucket())
            .expectedBucketOwner(source.s3BucketOwner())
            .key(object.key())));
        ImportedItems items;
        try (var in = content(response.body().stream(), one.told().inputCompressionType())) {
            items = read(ref, one, in, now);
        } catch (ZipException | EOFException | MalformedInputException e) {
            throw invalid();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var told = one.told();
        store.change(tx -> data.imports.put(tx, key, one.with(told.toBuilder()
            .processedItemCount(told.processedItemCount() + items.processed())
            .importedItemCount(told.importedItemCount() + items.imported())
            .errorCount(told.errorCount() + items.errors())
            .processedSizeBytes(told.processedSizeBytes() + object.size())
            .build(), object.key())));
        if (told.errorCount() + items.errors() > MAX_ERRORS) {
            throw invalid();
        }
    }

    private static ApiError invalid() {
        return ApiError.of(INVALID, 400, "Some of the items failed validation checks and were not imported. Please "
            + "check CloudWatch error logs for more details.");
    }

    private static InputStream content(InputStream in, String compression) throws IOException {
        return switch (compression) {
            case InputCompressionType.GZIP -> new GZIPInputStream(in);
            case InputCompressionType.ZSTD -> new BufferedInputStream(new ZstdInputStream(in));
            default -> in;
        };
    }

    private ImportedItems read(TableRef ref, StoredImport one, InputStream content, Instant now) throws IOException {
        var live = store.read(tx -> open.find(tx, ref)).filter(table -> table.stored.number() == one.number())
            .orElseThrow(() -> ApiError.of("ResourceNotFoundException", 400, "Table: " + ref.name() + " not found"));
        var items = new ImportedItems(live, (table, batch) -> store.change(tx -> batch.forEach(item ->
            writer.restore(tx, table, table.schema.unchecked(item), item, ITEMS.encode(item), now))));
        switch (one.told().inputFormat()) {
            case InputFormat.ION -> IonItems.read(content, items::add);
            case InputFormat.CSV -> new CsvItems(live, one.told().inputFormatOptions()).read(content, items::add);
            default -> JsonItems.read(content, items::add);
        }
        items.put();
        return items;
    }

    /** Of an import that could not begin there is no table; one with items that are none has the others. */
    private void end(Key key, StoredImport one, ImportTableDescription told, Instant now) {
        var ref = new TableRef(key.text(0), key.text(1), one.table());
        boolean hasNothing = ImportStatus.FAILED.equals(told.importStatus()) && one.after().isEmpty()
            && !INVALID.equals(told.failureCode());
        store.change(tx -> {
            data.imports.put(tx, key, one.with(told.toBuilder().endTime(now).build(), one.after()));
            data.importing.cancel(tx, key);
            data.tables.get(tx, ref.key()).filter(table -> table.number() == one.number())
                .map(table -> table.with(draft -> draft.creating = false)).ifPresent(table -> {
                if (hasNothing) {
                    tables.delete(tx, ref, table, now);
                } else {
                    tables.put(tx, ref, table, now);
                }
            });
        });
    }
}
