package dev.aloft.service.firehose;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Body;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Firehose;
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
import dev.aloft.service.firehose.FirehoseData.Batch;
import dev.aloft.service.firehose.FirehoseData.KeptRecord;
import dev.aloft.service.firehose.FirehoseData.KeptStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Brings batches to their buckets, in order; for 24 hours, as Firehose does. */
final class BatchCarrier implements Carrier<Batch> {
    private static final RetryPolicy POLICY = new RetryPolicy(List.of(new RetryPolicy.Phase(RetryPolicy.UNLIMITED,
            Duration.ofSeconds(5), Duration.ofMinutes(2), RetryPolicy.Curve.DOUBLING, true)), Duration.ofHours(24), null);

    private final FirehoseData data;
    private final Store store;
    private final Dispatches.Assume roles;
    private final S3 s3;
    private final Transformation transformation;

    BatchCarrier(FirehoseData data, Store store, Dispatches.Assume roles, S3 s3, Transformation transformation) {
        this.data = data;
        this.store = store;
        this.roles = roles;
        this.s3 = s3;
        this.transformation = transformation;
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
        var stream = store.read(tx -> data.streams.get(tx, batch.stream())).filter(it -> it.id().equals(batch.streamId()));
        if (stream.isPresent()) {
            try {
                deliver(stream.get(), batch, attempt);
            } catch (ApiError e) {
                // A bucket or a permission that is missing can be given within the day.
                return Outcome.Failed.of(e).judged(Verdict.RETRY);
            }
        }
        return Outcome.delivered();
    }

    private void deliver(KeptStream stream, Batch batch, Attempt attempt) {
        var records = store.<List<KeptRecord>>read(tx -> data.records.range(tx, range(batch)).map(Row::value).toList());
        var destination = stream.destination();
        var caller = roles.role(service(stream, attempt.id()), destination.roleARN(), stream.name());
        var result = processed(caller, stream, batch, records);
        var name = new ObjectName(stream.name(), stream.version(), batch.since(),
                UUID.nameUUIDFromBytes(attempt.id().getBytes(StandardCharsets.UTF_8)).toString(),
                ObjectName.zone(destination.customTimeZone()));
        if (!result.failed().isEmpty()) {
            put(caller, destination, name.failed(destination.prefix(), destination.errorOutputPrefix()),
                    Transformation.lines(result.failed()));
        }
        if (!result.delivered().isEmpty()) {
            var compression = destination.compressionFormat();
            var key = name.delivered(destination.prefix(), extension(destination));
            put(caller, destination, key, compressed(joined(result.delivered(), delimiter(destination)), compression, key));
        }
    }

    static Caller service(KeptStream stream, String requestId) {
        return new Caller(stream.account(), stream.region(), new Principal.Service("firehose.amazonaws.com", stream.arn()),
                requestId, null, 0, null, null, null);
    }

    private Transformation.Result processed(Caller caller, KeptStream stream, Batch batch, List<KeptRecord> records) {
        for (var processor : processors(stream.destination())) {
            if (processor.type().equals("Lambda")) {
                return transformation.of(caller, stream, processor, batch.first(), records);
            }
        }
        return new Transformation.Result(records.stream().map(KeptRecord::data).toList(), List.of());
    }

    private static List<Firehose.Processor> processors(Firehose.ExtendedS3DestinationDescription destination) {
        var processing = destination.processingConfiguration();
        return processing == null || !Boolean.TRUE.equals(processing.enabled()) || processing.processors() == null ? List.of()
                : processing.processors();
    }

    private static byte[] delimiter(Firehose.ExtendedS3DestinationDescription destination) {
        return processors(destination).stream().filter(it -> it.type().equals("AppendDelimiterToRecord")).findFirst()
                .map(it -> Destinations.parameter(it, "Delimiter", "\\n").replace("\\n", "\n").getBytes(StandardCharsets.UTF_8))
                .orElse(new byte[0]);
    }

    private static String extension(Firehose.ExtendedS3DestinationDescription destination) {
        if (destination.fileExtension() != null && !destination.fileExtension().isEmpty()) {
            return destination.fileExtension();
        }
        return switch (destination.compressionFormat()) {
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

    private void put(Caller caller, Firehose.ExtendedS3DestinationDescription destination, String key, byte[] content) {
        s3.putObject(caller, S3.PutObjectRequest.of(r -> r.bucket(Arn.parse(destination.bucketARN()).resource()).key(key)
                .contentType("application/octet-stream").body(Body.of(content))));
    }

    private static Range range(Batch batch) {
        var id = Key.of(batch.streamId());
        return Range.of(id).from(id.and(batch.first())).to(id.and(batch.next()));
    }

    @Override
    public void settled(Tx tx, Batch batch, Attempt last, Ending ending) {
        data.records.range(tx, range(batch)).toList().forEach(row -> data.records.delete(tx, row.key()));
    }
}
