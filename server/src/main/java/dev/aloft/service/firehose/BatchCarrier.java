package dev.aloft.service.firehose;

import dev.aloft.api.ApiError;
import dev.aloft.api.Body;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Firehose;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Logs;
import dev.aloft.api.Principal;
import dev.aloft.api.S3;
import dev.aloft.kernel.delivery.Attempt;
import dev.aloft.kernel.delivery.Carrier;
import dev.aloft.kernel.delivery.Dispatches;
import dev.aloft.kernel.delivery.Ending;
import dev.aloft.kernel.delivery.Lane;
import dev.aloft.kernel.delivery.Outcome;
import dev.aloft.kernel.delivery.Outcome.Verdict;
import dev.aloft.kernel.delivery.RetryPolicy;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.firehose.FirehoseData.Batch;
import dev.aloft.service.firehose.FirehoseData.Channel;
import dev.aloft.service.firehose.FirehoseData.KeptRecord;
import dev.aloft.service.firehose.FirehoseData.KeptStream;
import dev.aloft.service.firehose.Partitions.Keys;
import dev.aloft.service.firehose.Transformation.Ready;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Brings batches to their buckets or web servers, in order; to buckets for 24 hours, as Firehose does. */
final class BatchCarrier implements Carrier<Batch> {
    private static final Logger LOG = System.getLogger(BatchCarrier.class.getName());
    private static final RetryPolicy POLICY = new RetryPolicy(List.of(new RetryPolicy.Phase(RetryPolicy.UNLIMITED,
            Duration.ofSeconds(5), Duration.ofMinutes(2), RetryPolicy.Curve.DOUBLING, true)), Duration.ofHours(24),
                    null);

    private final FirehoseData data;
    private final Store store;
    private final Dispatches.Assume roles;
    private final S3 s3;
    private final Logs logs;
    private final StreamKeys keys;
    private final Transformation transformation;
    private final HttpEndpoint endpoint;
    private final Time time;

    BatchCarrier(FirehoseData data, Store store, Dispatches.Assume roles, Endpoint services, StreamKeys keys,
            Transformation transformation, HttpEndpoint endpoint, Time time) {
        this.data = data;
        this.store = store;
        this.roles = roles;
        s3 = S3.at(services);
        logs = Logs.at(services);
        this.keys = keys;
        this.transformation = transformation;
        this.endpoint = endpoint;
        this.time = time;
    }

    @Override
    public Lane lane(Batch batch) {
        return Lane.ordered(batch.streamId());
    }

    @Override
    public RetryPolicy policy(Batch batch) {
        return POLICY;
    }

    @Override
    public Outcome deliver(Batch batch, Attempt attempt) {
        var channel = store.read(tx -> data.streams.get(tx, batch.stream()))
                .flatMap(it -> Channel.of(it, batch.streamId()));
        if (channel.isPresent()) {
            try {
                return deliver(channel.get(), batch, attempt);
            } catch (ApiError e) {
                log(channel.get(), attempt, "S3." + e.code(), e.getMessage());
                // A bucket or a permission that is missing can be given within the day.
                return Outcome.Failed.of(e).judged(Verdict.RETRY);
            }
        }
        return Outcome.delivered();
    }

    private Outcome deliver(Channel channel, Batch batch, Attempt attempt) {
        var stream = channel.stream();
        keys.require(stream);
        var records = store.<List<KeptRecord>>read(tx -> data.records.range(tx, range(batch)).map(Row::value).toList());
        if (channel.isBackup()) {
            backUp(stream, batch, attempt, records);
            return Outcome.delivered();
        }
        var caller = roles.role(service(stream, attempt.id()), stream.destination().roleARN(), stream.name());
        var result = processed(caller, stream, batch, records);
        putFailed(caller, stream, batch, attempt, ObjectName.PROCESSING_FAILED, result.failed());
        if (stream.http() != null) {
            return result.delivered().isEmpty() ? Outcome.delivered()
                    : toEndpoint(caller, channel, batch, attempt, result.delivered());
        }
        var destination = stream.destination();
        partitioned(destination, result.delivered()).forEach((keys, ready) -> {
            var key = name(stream, batch, attempt, keys).delivered(destination.prefix(),
                    extension(destination.fileExtension(), destination.compressionFormat()));
            var content = joined(ready.stream().map(Ready::data).toList(), delimiter(destination));
            put(caller, destination.bucketARN(), key, compressed(content, destination.compressionFormat(), key));
        });
        return Outcome.delivered();
    }

    private void putFailed(Caller caller, KeptStream stream, Batch batch, Attempt attempt, String type,
            List<Map<String, Object>> failed) {
        if (!failed.isEmpty()) {
            var destination = stream.destination();
            put(caller, destination.bucketARN(), name(stream, batch, attempt, Keys.NONE)
                    .failed(type, destination.prefix(),
                    destination.errorOutputPrefix()), Transformation.lines(failed));
        }
    }

    /** Tries as long as the destination says; what the server has not taken then goes to the bucket. */
    private Outcome toEndpoint(Caller caller, Channel channel, Batch batch, Attempt attempt, List<Ready> ready) {
        var stream = channel.stream();
        var requestId = UUID.nameUUIDFromBytes(attempt.id().getBytes(StandardCharsets.UTF_8)).toString();
        try {
            endpoint.send(stream, requestId, ready.stream().map(Ready::data).toList());
        } catch (HttpEndpoint.NotTaken e) {
            var until = attempt.since().plusSeconds(stream.http().settings().retryOptions().durationInSeconds());
            if (time.instant().isBefore(until)) {
                return new Outcome.Failed(Verdict.RETRY, 502, e.code(), e.getMessage(), null);
            }
            log(channel, attempt, e.code(), e.getMessage());
            putFailed(caller, stream, batch, attempt, ObjectName.ENDPOINT_FAILED, ready.stream().map(each ->
                    Transformation.failure(new KeptRecord(each.data(), each.source().arrival(), each.source().origin()),
                            e.code(), e.getMessage(), attempt.number(), time.instant())).toList());
        }
        return Outcome.delivered();
    }

    /** Tells an error where the destination's options say; that this fails too changes nothing. */
    private void log(Channel channel, Attempt attempt, String code, String message) {
        var stream = channel.stream();
        var options = channel.isBackup() ? stream.destination().s3BackupDescription().cloudWatchLoggingOptions()
                : stream.destination().cloudWatchLoggingOptions();
        if (options == null || !Boolean.TRUE.equals(options.enabled()) || options.logGroupName() == null) {
            return;
        }
        var line = new LinkedHashMap<String, Object>();
        line.put("deliveryStreamARN", stream.arn());
        line.put("destination", stream.http() == null || channel.isBackup() ? channel.bucket()
                : stream.http().settings().endpointConfiguration().url());
        line.put("deliveryStreamVersionId", stream.version());
        line.put("message", message);
        line.put("errorCode", code);
        try {
            var writer = roles.role(service(stream, attempt.id()), channel.role(), stream.name());
            logs.putLogEvents(writer, Logs.PutLogEventsRequest.of(r -> r.logGroupName(options.logGroupName())
                    .logStreamName(options.logStreamName()).logEvents(List.of(Logs.InputLogEvent.of(e ->
                            e.timestamp(time.instant().toEpochMilli()).message(JsonWriter.string(line)))))));
        } catch (ApiError refused) {
            LOG.log(Level.WARNING, stream.arn() + " cannot write to its log group: " + refused);
        }
    }

    private void backUp(KeptStream stream, Batch batch, Attempt attempt, List<KeptRecord> records) {
        var backup = stream.destination().s3BackupDescription();
        var caller = roles.role(service(stream, attempt.id()), backup.roleARN(), stream.name());
        var key = name(stream, batch, attempt, Keys.NONE).delivered(backup.prefix(),
                extension(null, backup.compressionFormat()));
        put(caller, backup.bucketARN(), key,
                compressed(joined(records.stream().map(KeptRecord::data).toList(), new byte[0]),
                backup.compressionFormat(), key));
    }

    private static ObjectName name(KeptStream stream, Batch batch, Attempt attempt, Keys keys) {
        var random = keys.equals(Keys.NONE) ? attempt.id() : attempt.id() + keys;
        return new ObjectName(stream.name(), stream.version(), batch.since(),
                UUID.nameUUIDFromBytes(random.getBytes(StandardCharsets.UTF_8)).toString(),
                ObjectName.zone(stream.destination().customTimeZone()), keys);
    }

    /** An object for each set of keys; without partitioning there is one. */
    private static Map<Keys, List<Ready>> partitioned(Firehose.ExtendedS3DestinationDescription destination,
            List<Ready> records) {
        boolean partitions = Destinations.partitions(destination);
        var all = new LinkedHashMap<Keys, List<Ready>>();
        records.forEach(each -> all.computeIfAbsent(partitions ? each.keys() : Keys.NONE, _ -> new ArrayList<>())
                .add(each));
        return all;
    }

    static Caller service(KeptStream stream, String requestId) {
        return new Caller(stream.account(), stream.region(),
                new Principal.Service("firehose.amazonaws.com", stream.arn()),
                requestId, null, 0, null, null, null);
    }

    /** In AWS's order: taken apart, transformed, given keys. */
    private Transformation.Result processed(Caller caller, KeptStream stream, Batch batch, List<KeptRecord> given) {
        var processors = processors(stream.destination());
        var records = Destinations.processor(processors, "RecordDeAggregation")
                .map(processor -> Partitions.apart(processor, given)).orElse(given);
        var result = Destinations.processor(processors, "Lambda")
                .map(processor -> transformation.of(caller, stream, processor, batch.first(), records))
                .orElseGet(() -> new Transformation.Result(
                        records.stream().map(it -> new Ready(it.data(), it, Keys.NONE)).toList(), new ArrayList<>()));
        return Destinations.partitions(stream.destination()) ? withKeys(stream.destination(), result) : result;
    }

    private Transformation.Result withKeys(Firehose.ExtendedS3DestinationDescription destination,
            Transformation.Result given) {
        var query = Destinations.query(destination);
        var result = new Transformation.Result(new ArrayList<>(), new ArrayList<>(given.failed()));
        for (var record : given.delivered()) {
            try {
                var keys = query.isEmpty() ? record.keys() : record.keys().withQuery(query.get().keys(record.data()));
                for (var name : ObjectName.names(destination.prefix(), ObjectName.FROM_LAMBDA).toList()) {
                    if (keys.lambda().getOrDefault(name, "").isEmpty()) {
                        throw new Query.NoKeys("partitionKeys values must not be null or empty");
                    }
                }
                result.delivered().add(record.with(keys));
            } catch (Query.NoKeys e) {
                result.failed().add(Transformation.failure(record.source(),
                        "DynamicPartitioning.MetadataExtractionFailed",
                        e.getMessage(), 1, time.instant()));
            }
        }
        return result;
    }

    private static List<Firehose.Processor> processors(Firehose.ExtendedS3DestinationDescription destination) {
        var processing = destination.processingConfiguration();
        return processing == null || !Boolean.TRUE.equals(processing.enabled()) || processing.processors() == null
                ? List.of()
                : processing.processors();
    }

    private static byte[] delimiter(Firehose.ExtendedS3DestinationDescription destination) {
        return processors(destination).stream().filter(it -> it.type().equals("AppendDelimiterToRecord")).findFirst()
                .map(it -> Destinations.parameter(it, "Delimiter", "\\n").replace("\\n", "\n")
                        .getBytes(StandardCharsets.UTF_8))
                .orElse(new byte[0]);
    }

    private static String extension(String given, String compression) {
        if (given != null && !given.isEmpty()) {
            return given;
        }
        return switch (compression) {
            case "GZIP" -> ".gz";
            case "ZIP" -> ".zip";
            default -> "";
        };
    }

    private static byte[] joined(List<Bytes> records, byte[] delimiter) {
        var all = new ByteArrayOutputStream();
        for (var record : records) {
            all.writeBytes(record.array());
            all.writeBytes(delimiter);
        }
        return all.toByteArray();
    }

    private static byte[] compressed(byte[] content, String compression, String name) {
        var all = new ByteArrayOutputStream();
        try {
            switch (compression) {
                case "GZIP" -> {
                    try (var gzip = new GZIPOutputStream(all)) {
                        gzip.write(content);
                    }
                }
                case "ZIP" -> {
                    try (var zip = new ZipOutputStream(all)) {
                        zip.putNextEntry(new ZipEntry(name.substring(name.lastIndexOf('/') + 1)));
                        zip.write(content);
                    }
                }
                default -> all.writeBytes(content);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all.toByteArray();
    }

    private void put(Caller caller, String bucketArn, String key, byte[] content) {
        // Any text is taken for an ARN when the stream is made; whether there is such a bucket turns out here.
        var bucket = bucketArn.substring(bucketArn.lastIndexOf(':') + 1);
        s3.putObject(caller, S3.PutObjectRequest.of(r -> r.bucket(bucket).key(key)
                .contentType("application/octet-stream").body(Body.of(content))));
    }

    private static Range range(Batch batch) {
        var id = Key.of(batch.streamId());
        return Range.of(id).from(id.and(batch.first())).to(id.and(batch.next()));
    }

    @Override
    public void settled(Tx tx, Batch batch, Attempt last, Ending ending) {
        var id = Key.of(batch.streamId());
        for (long index = batch.first(); index < batch.next(); index++) {
            data.records.erase(tx, id.and(index));
        }
    }
}
