package dev.aloft.service.sqs;

import dev.aloft.api.ApiError;
import dev.aloft.api.Sqs;
import java.util.HashSet;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;

/** What all batches have in common: up to ten entries with ids, of which some may fail. */
final class Batches {
    private static final int MOST = 10;
    private static final Pattern ID = Pattern.compile("[a-zA-Z0-9_-]{1,80}");

    private Batches() {}

    static <E> List<E> checked(List<E> entries, Function<E, String> id, String entryName) {
        if (entries == null || entries.isEmpty()) {
            throw new Sqs.EmptyBatchRequest("There should be at least one " + entryName + " in the request.");
        }
        if (entries.size() > MOST) {
            throw new Sqs.TooManyEntriesInBatchRequest(
                "Maximum number of entries per request are " + MOST + ". You have sent " + entries.size() + ".");
        }
        var seen = new HashSet<String>();
        for (var entry : entries) {
            var given = id.apply(entry);
            if (given == null || !ID.matcher(given).matches()) {
                throw new Sqs.InvalidBatchEntryId("A batch entry id can only contain alphanumeric "
                    + "characters, hyphens and underscores. It can be at most 80 letters long.");
            }
        }
        for (var entry : entries) {
            if (!seen.add(id.apply(entry))) {
                throw new Sqs.BatchEntryIdsNotDistinct("Id " + id.apply(entry) + " repeated.");
            }
        }
        return entries;
    }

    static Sqs.BatchResultErrorEntry failed(String id, ApiError error) {
        return Sqs.BatchResultErrorEntry.of(e -> e.id(id).code(Errors.code(error)).message(error.getMessage())
            .senderFault(error.senderFault()));
    }
}
