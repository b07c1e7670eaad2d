package dev.aloft.service.dynamodb;

import dev.aloft.api.ApiError;
import dev.aloft.api.DynamoDb.ExportDescription;
import dev.aloft.api.DynamoDb.ImportTableDescription;
import dev.aloft.kernel.store.Key;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Exports and imports as they are kept. */
final class Transfer {
    /**
     * How long a client token stands for the request that it came with first.
     *
     * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExportTableToPointInTime.html">
     *     ExportTableToPointInTime</a>
     */
    private static final Duration TOKEN = Duration.ofHours(8);

    private static final Map<String, String> S3_FAILURES = Map.of("NoSuchBucket", "S3NoSuchBucket", "AccessDenied",
        "S3AccessDenied");

    private Transfer() {
    }

    /** The code of what an export or an import failed for. */
    static String failure(ApiError error) {
        return S3_FAILURES.getOrDefault(error.code(), error.code());
    }

    /** Whether the token of what began at a moment still stands for it. */
    static boolean isHeld(Instant began, Instant now) {
        return now.isBefore(began.plus(TOKEN));
    }

    /** One data file of an export. */
    record DataFile(String key, long items, String md5, String etag) {
    }

    /**
     * An export of a table as it was at a moment.
     *
     * @param told   what DescribeExport tells
     * @param number of the table
     * @param asked  the request, but for its token
     * @param after  the last item that was written
     */
    record StoredExport(ExportDescription told, String asked, String table, long number, Instant moment, Key after,
            List<DataFile> files, long items, long bytes) {
        StoredExport with(ExportDescription other) {
            return new StoredExport(other, asked, table, number, moment, after, files, items, bytes);
        }

        StoredExport with(Key last, List<DataFile> all, long count, long size) {
            return new StoredExport(told, asked, table, number, moment, last, all, items + count, bytes + size);
        }
    }

    /**
     * An import into a new table.
     *
     * @param told   what DescribeImport tells
     * @param asked  the request, but for its token
     * @param number of the table
     * @param after  the last object that was read to its end
     */
    record StoredImport(ImportTableDescription told, String asked, String table, long number, String after) {
        StoredImport with(ImportTableDescription other, String last) {
            return new StoredImport(other, asked, table, number, last);
        }
    }
}
