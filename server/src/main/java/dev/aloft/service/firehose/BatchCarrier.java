package dev.aloft.service.firehose;

import dev.aloft.api.ApiError;
import dev.aloft.api.Body;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Firehose;
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
import dev.aloft.service.firehose.Transformation.Failed;
import dev.aloft.service.firehose.Transformation.Ready;
import dev.aloft.service.firehose.Transformation.Result;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/** Brings batches to their buckets or web servers, in order; to buckets for 24 hours, as Firehose does. */
final class BatchCarrier implements Carrier<Batch> {
    private static final RetryPolicy POLICY = new RetryPolicy(List.of(new RetryPolicy.Phase(RetryPolicy.UNLIMITED,
            Duration.ofSeconds(5), Duration.ofMinutes(2), RetryPolicy.Curve.DOUBLING, true)), Duration.ofHours(24),
                    null);
    static final String SESSION = "AWSFirehoseToS3";

    private final FirehoseData data;
    private final Store store;
    private final Dispatches.Assume roles;
    private final S3 s3;
    private final ErrorLog errors;
    private final StreamKeys keys;
    private final Processing processing;
    private final Results results;
    private final HttpEndpoint endpoint;
    private final Measures measures;
    private final Time time;

    BatchCarrier(FirehoseData data, Store store, Dispatches.Assume roles, Endpoint services, StreamKeys keys,
            Processing processing, HttpEndpoint endpoint, Measures measures, Time time) {
        this.data = data;
        this.store = store;
        this.roles = roles;
        s3 = S3.at(services);
        errors = new ErrorLog(roles, Logs.at(services), time);
        this.keys = keys;
        this.processing = processing;
        results = new Results(data, store);
        this.endpoint = endpoint;
        this.measures = measures;
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
                errors.tell(channel.get(), attempt, "S3." + e.code(), e.getMessage());
                // A bucket or a permission that is missing can be given within the day.
                return Outcome.Failed.of(e).judged(Verdict.RETRY);
            }
        }
        return Outcome.delivered();
    }

    private Outcome deliver(Channel channel, Batch batch, Attempt attempt) {
        var stream = channel.stream();
        keys.require(stream);
        measures.tried(channel, batch);
        var records = store.<List<KeptRecord>>read(tx -> data.records.range(tx, range(batch)).map(Row::value).toList());
        if (channel.isBackup()) {
            backUp(stream, batch, attempt, records);
            return Outcome.delivered();
        }
        var known = results.of(batch);
        var result = known.isPresent() ? known.get()
                : processing.of(role -> as(stream, attempt, role), stream, batch, records);
        boolean delivered = false;
        try {
            var outcome = deliver(channel, batch, attempt, result);
            delivered = !(outcome instanceof Outcome.Failed);
            return outcome;
        } finally {
            if (!delivered && known.isEmpty() && Processors.transforms(stream.destination())) {
                results.keep(batch, result);
            }
        }
    }

    private Outcome deliver(Channel channel, Batch batch, Attempt attempt, Result result) {
        var stream = channel.stream();
        var caller = as(stream, attempt, stream.destination().roleARN());
        putFailed(caller, stream, batch, attempt, result.failed());
        if (stream.http() != null) {
            return result.delivered().isEmpty() ? Outcome.delivered()
                    : toEndpoint(caller, channel, batch, attempt, result.delivered());
        }
        for (var ready : Processing.partitioned(stream, result.delivered())) {
            put(caller, stream, name(stream, batch, attempt, ready.getFirst().keys()), ready);
        }
        return Outcome.delivered();
    }

    private Caller as(KeptStream stream, Attempt attempt, String role) {
        return roles.role(service(stream, attempt.id()), role, SESSION);
    }

    private void put(Caller caller, KeptStream stream, ObjectName name, List<Ready> ready) {
        var destination = stream.destination();
        var compression = Compression.of(destination.compressionFormat());
        var extension = destination.fileExtension() == null || destination.fileExtension().isEmpty()
                ? compression.extension() : destination.fileExtension();
        put(caller, new Content(stream, false, ready.size(), bytes(ready.stream().map(Ready::source).toList())),
                name.delivered(destination.prefix(), extension), compression,
                joined(ready.stream().map(Ready::data).toList(), delimiter(destination)));
    }

    private static long bytes(List<KeptRecord> records) {
        return records.stream().mapToLong(it -> it.data().length()).sum();
    }

    /** An object for each type of failure. */
    private void putFailed(Caller caller, KeptStream stream, Batch batch, Attempt attempt, List<Failed> failed) {
        var destination = stream.destination();
        failed.stream().collect(Collectors.groupingBy(Failed::type, LinkedHashMap::new, Collectors.toList()))
                .forEach((type, some) -> put(caller, new Content(stream, false, some.size(),
                        bytes(some.stream().map(Failed::source).toList())),
                        name(stream, batch, attempt, Keys.NONE).failed(type, destination.prefix(),
                                destination.errorOutputPrefix()),
                        Compression.UNCOMPRESSED, Transformation.lines(some.stream().map(Failed::document).toList())));
    }

    /** Tries as long as the destination says; what the server has not taken then goes to the bucket. */
    private Outcome toEndpoint(Caller caller, Channel channel, Batch batch, Attempt attempt, List<Ready> ready) {
        var stream = channel.stream();
        var requestId = UUID.nameUUIDFromBytes(attempt.id().getBytes(StandardCharsets.UTF_8)).toString();
        long bytes = bytes(ready.stream().map(Ready::source).toList());
        try {
            endpoint.send(stream, requestId, ready.stream().map(Ready::data).toList());
            measures.request(stream, true, ready.size(), bytes);
        } catch (HttpEndpoint.NotTaken e) {
            measures.request(stream, false, ready.size(), bytes);
            var until = attempt.since().plusSeconds(stream.http().settings().retryOptions().durationInSeconds());
            if (time.instant().isBefore(until)) {
                return new Outcome.Failed(Verdict.RETRY, 502, e.code(), e.getMessage(), null);
            }
            errors.tell(channel, attempt, e.code(), e.getMessage());
            putFailed(caller, stream, batch, attempt, ready.stream().map(each -> notTaken(each, e, attempt)).toList());
        }
        return Outcome.delivered();
    }

    private Failed notTaken(Ready record, HttpEndpoint.NotTaken reason, Attempt attempt) {
        return new Failed(ObjectName.ENDPOINT_FAILED, record.source(), Transformation.failure(
                record.source().with(record.data()), reason.code(), reason.getMessage(), attempt.number(),
                time.instant()));
    }

    private void backUp(KeptStream stream, Batch batch, Attempt attempt, List<KeptRecord> records) {
        var backup = stream.destination().s3BackupDescription();
        var compression = Compression.of(backup.compressionFormat());
        put(as(stream, attempt, backup.roleARN()), new Content(stream, true, records.size(), bytes(records)),
                name(stream, batch, attempt, Keys.NONE).delivered(backup.prefix(), compression.extension()),
                compression, joined(records.stream().map(KeptRecord::data).toList(), new byte[0]));
    }

    private static ObjectName name(KeptStream stream, Batch batch, Attempt attempt, Keys keys) {
        var random = keys.equals(Keys.NONE) ? attempt.id() : attempt.id() + keys;
        return new ObjectName(stream.name(), stream.version(), batch.since(),
                UUID.nameUUIDFromBytes(random.getBytes(StandardCharsets.UTF_8)).toString(),
                ObjectName.zone(stream.destination().customTimeZone()), keys);
    }

    static Caller service(KeptStream stream, String requestId) {
        return new Caller(stream.account(), stream.region(),
                new Principal.Service("firehose.amazonaws.com", stream.arn()),
                requestId, null, 0, null, null, null);
    }

    /** Between records, not behind the last. */
    private static byte[] delimiter(Firehose.ExtendedS3DestinationDescription destination) {
        return Processors.find(Processors.of(destination), Processors.DELIMITER).isPresent() ? new byte[] {'\n'}
                : new byte[0];
    }

    private static byte[] joined(List<Bytes> records, byte[] delimiter) {
        var all = new ByteArrayOutputStream();
        for (int i = 0; i < records.size(); i++) {
            all.writeBytes(i == 0 ? new byte[0] : delimiter);
            all.writeBytes(records.get(i).array());
        }
        return all.toByteArray();
    }

    /** What an object is made of: so many records of so many bytes as they came. */
    private record Content(KeptStream stream, boolean isBackup, long records, long bytes) {
        String bucket() {
            var destination = stream.destination();
            var arn = isBackup ? destination.s3BackupDescription().bucketARN() : destination.bucketARN();
            // Any text is taken for an ARN when the stream is made; whether there is such a bucket turns out here.
            return arn.substring(arn.lastIndexOf(':') + 1);
        }

        Optional<String> key() {
            var destination = stream.destination();
            var encryption = isBackup ? destination.s3BackupDescription().encryptionConfiguration()
                    : destination.encryptionConfiguration();
            return Optional.ofNullable(encryption).map(Firehose.EncryptionConfiguration::kmsEncryptionConfig)
                    .map(Firehose.KMSEncryptionConfig::awskmsKeyARN);
        }
    }

    private void put(Caller caller, Content content, String name, Compression compression, byte[] plain) {
        boolean done = false;
        try {
            s3.putObject(caller, S3.PutObjectRequest.of(r -> {
                r.bucket(content.bucket()).key(name).contentType("application/octet-stream")
                        .contentEncoding(compression.contentEncoding())
                        .body(Body.of(compression.packed(plain, UUID.nameUUIDFromBytes(
                                name.getBytes(StandardCharsets.UTF_8)).toString())));
                content.key().ifPresent(key -> r.serverSideEncryption("aws:kms").ssekmsKeyId(key));
            }));
            done = true;
        } finally {
            measures.object(content.stream(), content.isBackup(), done, content.records(), content.bytes());
        }
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
        results.forget(tx, batch);
    }
}
