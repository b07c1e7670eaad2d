package dev.aloft.service.firehose;

import dev.aloft.api.Caller;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.firehose.FirehoseData.Batch;
import dev.aloft.service.firehose.FirehoseData.KeptRecord;
import dev.aloft.service.firehose.FirehoseData.KeptStream;
import dev.aloft.service.firehose.Partitions.Keys;
import dev.aloft.service.firehose.Transformation.Failed;
import dev.aloft.service.firehose.Transformation.Ready;
import dev.aloft.service.firehose.Transformation.Result;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What becomes of a batch's records before they are delivered, in AWS's order: unpacked, taken apart, transformed,
 * given keys.
 */
final class Processing {
    private static final int MOST_PARTITIONS = 500;

    private final LogEnvelopes envelopes;
    private final Transformation transformation;
    private final Measures measures;
    private final Time time;

    Processing(LogEnvelopes envelopes, Transformation transformation, Measures measures, Time time) {
        this.envelopes = envelopes;
        this.transformation = transformation;
        this.measures = measures;
        this.time = time;
    }

    /** @param as who acts under a role */
    Result of(Function<String, Caller> as, KeptStream stream, Batch batch, List<KeptRecord> given) {
        var processors = Processors.of(stream.destination());
        var result = new Result(given.stream().map(Ready::of).toList(), List.of());
        if (Processors.find(processors, Processors.DECOMPRESSION).isPresent()) {
            boolean messagesAlone = Processors.find(processors, Processors.LOGS)
                    .filter(it -> Processors.parameter(it, "DataMessageExtraction", "").equals("true")).isPresent();
            result = result.then(envelopes.unpacked(result.delivered(), messagesAlone));
        }
        var apart = Processors.find(processors, Processors.DEAGGREGATION);
        if (apart.isPresent()) {
            result = result.then(new Result(Partitions.apart(apart.get(), result.delivered()), List.of()));
        }
        var function = Processors.find(processors, Processors.LAMBDA);
        if (function.isPresent()) {
            var role = Processors.parameter(function.get(), "RoleArn", stream.destination().roleARN());
            result = result.then(transformation.of(as.apply(role), stream, function.get(), batch.first(),
                    result.delivered()));
        }
        return Destinations.partitions(stream.destination()) ? result.then(withKeys(stream, result.delivered()))
                : result;
    }

    private Result withKeys(KeptStream stream, List<Ready> records) {
        var began = time.instant();
        var query = Destinations.query(stream.destination());
        var active = new HashSet<Keys>();
        var result = new Result();
        for (var record : records) {
            try {
                var ready = record.with(keys(stream, query, record));
                if (active.contains(ready.keys()) || active.size() < MOST_PARTITIONS) {
                    active.add(ready.keys());
                    result.delivered().add(ready);
                } else {
                    result.failed().add(failed(ObjectName.TOO_MANY_PARTITIONS, record,
                            "DynamicPartitioning.ActivePartitionsLimitExceeded", "The limit of " + MOST_PARTITIONS
                                    + " active partitions is exceeded."));
                }
            } catch (Query.NoKeys e) {
                result.failed().add(failed(ObjectName.PROCESSING_FAILED, record,
                        "DynamicPartitioning.MetadataExtractionFailed", e.getMessage()));
            }
        }
        if (query.isPresent()) {
            measures.queried(stream, began);
        }
        measures.partitions(stream, active.size(), MOST_PARTITIONS, result.failed().stream()
                .anyMatch(it -> it.type().equals(ObjectName.TOO_MANY_PARTITIONS)));
        return result;
    }

    private Failed failed(String type, Ready record, String code, String message) {
        return new Failed(type, record.source(),
                Transformation.failure(record.source(), code, message, 1, time.instant()));
    }

    private static Keys keys(KeptStream stream, Optional<Query> query, Ready record) throws Query.NoKeys {
        var keys = query.isEmpty() ? record.keys() : record.keys().withQuery(query.get().keys(record.data()));
        for (var name : ObjectName.names(stream.destination().prefix(), ObjectName.FROM_LAMBDA).toList()) {
            if (keys.lambda().getOrDefault(name, "").isEmpty()) {
                throw new Query.NoKeys("partitionKeys values must not be null or empty");
            }
        }
        return keys;
    }

    /** All that goes to one object: without partitions, all. */
    static List<List<Ready>> partitioned(KeptStream stream, List<Ready> records) {
        if (records.isEmpty()) {
            return List.of();
        }
        if (!Destinations.partitions(stream.destination())) {
            return List.of(records);
        }
        var all = new LinkedHashMap<Keys, List<Ready>>();
        records.forEach(each -> all.computeIfAbsent(each.keys(), _ -> new ArrayList<>()).add(each));
        return List.copyOf(all.values());
    }
}
