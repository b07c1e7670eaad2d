package dev.aloft.service.dynamodb;

import dev.aloft.api.DynamoDb.ExportViewType;
import dev.aloft.api.DynamoDb.IncrementalExportSpecification;
import dev.aloft.api.DynamoDb.InvalidExportTimeException;
import dev.aloft.api.DynamoDb.InvalidRestoreTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * From when, inclusive, until when, exclusive, an incremental export tells changes; from 15 minutes to a day.
 *
 * @param view NEW_IMAGE or NEW_AND_OLD_IMAGES
 */
record ExportWindow(Instant from, Instant to, String view) {
    private static final Duration SHORTEST = Duration.ofMinutes(15);
    private static final Duration LONGEST = Duration.ofHours(24);

    /** The window that is asked for, of a table that can be recovered all that time. */
    static ExportWindow of(StoredTable table, IncrementalExportSpecification asked, Instant now) {
        var from = asked.exportFromTime();
        var to = asked.exportToTime() == null ? seconds(now) : asked.exportToTime();
        var earliest = table.recovery().map(one -> seconds(Restores.earliest(one, now)));
        if (earliest.filter(moment -> !from.isBefore(moment)).isEmpty()) {
            throw invalid("Incremental export period from time cannot be less than the table creation time : "
                + seconds(from));
        }
        if (to.isAfter(now)) {
            throw invalid("Incremental export period to time cannot be greater than the current time : " + seconds(to));
        }
        var length = Duration.between(from, to);
        if (length.compareTo(SHORTEST) < 0) {
            throw invalid("Difference between export period from time and export period to time is less than 15 "
                + "minutes");
        }
        if (length.compareTo(LONGEST) > 0) {
            throw invalid("Difference between export period from time and export period to time is greater than 24 "
                + "hours");
        }
        return new ExportWindow(from, to, asked.exportViewType() == null
            ? ExportViewType.NEW_AND_OLD_IMAGES : asked.exportViewType());
    }

    private static Instant seconds(Instant moment) {
        return moment.truncatedTo(ChronoUnit.SECONDS);
    }

    private static InvalidExportTimeException invalid(String complaint) {
        return new InvalidExportTimeException(complaint);
    }

    IncrementalExportSpecification told() {
        return new IncrementalExportSpecification(from, to, view);
    }

    /** The moment of a full export. */
    static Instant moment(StoredTable table, TableRef ref, Instant asked, Instant now) {
        try {
            return Restores.moment(table, ref, asked, now);
        } catch (InvalidRestoreTimeException _) {
            throw invalid("Export Time is invalid");
        }
    }
}
