package dev.aloft.service.dynamodb;

import dev.aloft.api.DynamoDb.ExportDescription;
import dev.aloft.api.DynamoDb.ImportTableDescription;
import dev.aloft.kernel.store.Key;
import java.time.Instant;
import java.util.List;

/** Exports and imports as they are kept. */
final class Transfer {
    private Transfer() {
    }

    /** One data file of an export. */
    record DataFile(String key, long items, String md5, String etag) {
    }

    /**
     * An export of a table as it was at a moment.
     *
     * @param told   what DescribeExport tells
     * @param number of the table
     * @param from   of an incremental export: what did not change since is left out
     * @param after  the last item that was written
     */
    record StoredExport(ExportDescription told, String table, long number, Instant moment, long from, Key after, List<DataFile> files,
            long items, long bytes, String account) {
        StoredExport with(ExportDescription other) {
            return new StoredExport(other, table, number, moment, from, after, files, items, bytes, account);
        }

        StoredExport with(Key last, List<DataFile> all, long count, long size) {
            return new StoredExport(told, table, number, moment, from, last, all, items + count, bytes + size, account);
        }
    }

    /**
     * An import into a new table.
     *
     * @param told   what DescribeImport tells
     * @param number of the table
     * @param after  the last object that was read to its end
     */
    record StoredImport(ImportTableDescription told, String table, long number, String after) {
        StoredImport with(ImportTableDescription other, String last) {
            return new StoredImport(other, table, number, last);
        }
    }
}
