package dev.aloft.service.firehose;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Firehose;
import dev.aloft.api.Kinesis;
import dev.aloft.kernel.delivery.Dispatches;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.firehose.FirehoseData.Http;
import dev.aloft.service.firehose.FirehoseData.KeptStream;
import dev.aloft.service.firehose.FirehoseData.Source;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.UnaryOperator;

/** Delivery streams: making, telling, changing and deleting them. */
final class Streams {
    /** AWS's quota in the larger regions. */
    private static final int LIMIT = 5_000;
    private static final int MOST_TAGS = 50;
    private static final int PAGE = 10;
    private static final String DIRECT = "DirectPut";
    private static final String FROM_KINESIS = "KinesisStreamAsSource";
    private static final String CLOUDFORMATION = "aws:cloudformation:";
    private static final String DESTINATION = "destinationId-000000000001";

    private final FirehoseData data;
    private final Buffers buffers;
    private final Dispatches.Assume roles;
    private final KeyFile keys;
    private final StreamKeys streamKeys;
    private final Kinesis kinesis;
    private final Store store;
    private final Time time;
    private final Runnable changed;

    /** @param changed tells those who read sources */
    Streams(FirehoseData data, Buffers buffers, Dispatches.Assume roles, KeyFile keys, StreamKeys streamKeys,
            Kinesis kinesis, Store store, Time time, Runnable changed) {
        this.data = data;
        this.buffers = buffers;
        this.roles = roles;
        this.keys = keys;
        this.streamKeys = streamKeys;
        this.kinesis = kinesis;
        this.store = store;
        this.time = time;
        this.changed = changed;
    }

    String create(Caller caller, Firehose.CreateDeliveryStreamRequest input) {
        var now = time.instant();
        var encryption = input.deliveryStreamEncryptionConfigurationInput();
        var id = UUID.randomUUID().toString();
        var stream = new KeptStream(caller.account(), caller.region(), input.deliveryStreamName(), id, now,
                null, 1, Destinations.of(input), checkedTags(Map.of(), input.tags() == null ? List.of() : input.tags()),
                null, null, source(input, now), http(id, input.httpEndpointDestinationConfiguration()), null,
                input.directPutSourceConfiguration() == null ? null
                        : input.directPutSourceConfiguration().throughputHintInMBs());
        checkRole(stream, stream.destination().roleARN());
        if (stream.source() != null) {
            checkSource(stream);
        }
        if (stream.destination().s3BackupDescription() != null) {
            checkRole(stream, stream.destination().s3BackupDescription().roleARN());
        }
        store.<Void>read(tx -> {
            requireNew(tx, stream);
            return null;
        });
        var key = encryption == null ? StreamKeys.Chosen.NONE : streamKeys.chosen(caller, stream.arn(), encryption);
        store.change(tx -> {
            requireNew(tx, stream);
            if (data.streams.range(tx, FirehoseData.all(caller)).count() >= LIMIT) {
                throw new Firehose.LimitExceededException("You have already consumed your firehose quota of " + LIMIT
                        + " hoses. Firehose names: []");
            }
            data.streams.put(tx, stream.key(), stream.withKey(key));
        });
        changed.run();
        return stream.arn();
    }

    private void requireNew(ReadTx tx, KeptStream stream) {
        if (data.streams.has(tx, stream.key())) {
            throw new Firehose.ResourceInUseException("Firehose " + stream.name() + " under accountId "
                    + stream.account() + " already exists");
        }
    }

    /** Another key, or none. */
    void encrypt(Caller caller, String name, UnaryOperator<KeptStream> change) {
        var before = store.<KeptStream>read(tx -> existing(tx, caller, name));
        if (before.source() != null) {
            throw new Firehose.InvalidArgumentException(
                    "This operation is not permitted on " + FROM_KINESIS + " delivery stream type.");
        }
        var after = change.apply(before);
        change(caller, name, stream -> stream.withKey(
                new StreamKeys.Chosen(after.keyType(), after.keyArn(), after.keyGrant())));
        if (!Objects.equals(before.keyArn(), after.keyArn())) {
            streamKeys.retire(before);
        }
    }

    private Http http(String id, Firehose.HttpEndpointDestinationConfiguration given) {
        return given == null ? null
                : new Http(HttpDestination.of(given), sealed(id, given.endpointConfiguration().accessKey()));
    }

    private byte[] sealed(String id, String accessKey) {
        return accessKey == null ? null
                : keys.seal(HttpEndpoint.PURPOSE, id, accessKey.getBytes(StandardCharsets.UTF_8));
    }

    private Http changed(KeptStream stream, Firehose.HttpEndpointDestinationUpdate given) {
        var endpoint = given.endpointConfiguration();
        return new Http(HttpDestination.changed(stream.http().settings(), given), endpoint == null ? stream.http()
                .accessKey()
                : sealed(stream.id(), endpoint.accessKey()));
    }

    private static Source source(Firehose.CreateDeliveryStreamRequest input, Instant now) {
        var type = input.deliveryStreamType() == null ? DIRECT : input.deliveryStreamType();
        var given = input.kinesisStreamSourceConfiguration();
        switch (type) {
            case DIRECT -> {
                if (given != null) {
                    throw new Firehose.InvalidArgumentException("KinesisStreamSourceConfiguration is only "
                            + "supported for the delivery stream type " + FROM_KINESIS + ".");
                }
                return null;
            }
            case FROM_KINESIS -> {
                if (input.directPutSourceConfiguration() != null) {
                    throw new Firehose.InvalidArgumentException("DirectPutSourceConfiguration is only "
                            + "supported for the delivery stream type " + DIRECT + ".");
                }
                if (given == null) {
                    throw new Firehose.InvalidArgumentException("KinesisStreamSourceConfiguration is "
                            + "required for the delivery stream type " + FROM_KINESIS + ".");
                }
                return new Source(given.kinesisStreamARN(), given.roleARN(), now);
            }
            default -> throw ApiError.notBuilt("The type " + type + " of a delivery stream");
        }
    }

    private static String type(KeptStream stream) {
        return stream.source() == null ? DIRECT : FROM_KINESIS;
    }

    private void checkRole(KeptStream stream, String role) {
        try {
            roles.role(BatchCarrier.service(stream, UUID.randomUUID().toString()), role, stream.name());
        } catch (ApiError _) {
            throw new Firehose.InvalidArgumentException("Firehose is unable to assume role " + role
                    + ". Please check the role provided.");
        }
    }

    /** The role must find the stream. */
    private void checkSource(KeptStream stream) {
        var source = stream.source();
        checkRole(stream, source.role());
        var service = BatchCarrier.service(stream, UUID.randomUUID().toString());
        try {
            kinesis.describeStream(roles.role(service, source.role(), stream.name()),
                    Kinesis.DescribeStreamRequest.of(r -> r.streamARN(source.stream()).limit(1)));
        } catch (ApiError e) {
            throw new Firehose.InvalidArgumentException(e.getMessage());
        }
    }

    KeptStream existing(ReadTx tx, Caller caller, String name) {
        return data.streams.get(tx, Key.of(caller.account(), caller.region(), name))
                .orElseThrow(() -> new Firehose.ResourceNotFoundException("Firehose " + name + " under account "
                        + caller.account()
                        + " not found."));
    }

    void delete(Caller caller, String name) {
        streamKeys.retire(store.<KeptStream>read(tx -> existing(tx, caller, name)));
        store.change(tx -> {
            var stream = existing(tx, caller, name);
            data.streams.delete(tx, stream.key());
            buffers.forget(tx, stream);
        });
        changed.run();
    }

    void change(Caller caller, String name, UnaryOperator<KeptStream> change) {
        store.change(tx -> {
            var changed = change.apply(existing(tx, caller, name));
            data.streams.put(tx, changed.key(), changed);
        });
    }

    void update(Caller caller, Firehose.UpdateDestinationRequest input) {
        var known = store.<KeptStream>read(tx -> existing(tx, caller, input.deliveryStreamName()));
        role(input).ifPresent(role -> checkRole(known, role));
        change(caller, input.deliveryStreamName(), stream -> {
            if (!input.currentDeliveryStreamVersionId().equals(Integer.toString(stream.version()))) {
                throw new Firehose.ConcurrentModificationException("Cannot update firehose: " + stream.name()
                        + " since the current version id: " + stream.version() + " and specified version id: "
                        + input.currentDeliveryStreamVersionId() + " do not match");
            }
            if (!input.destinationId().equals(DESTINATION)) {
                throw new Firehose.InvalidArgumentException("Destination Id " + input.destinationId() + " not found");
            }
            if (input.extendedS3DestinationUpdate() == null && input.s3DestinationUpdate() == null
                    && input.httpEndpointDestinationUpdate() == null) {
                throw new Firehose.InvalidArgumentException(
                        "At least one destination or source configuration update must be provided");
            }
            if ((stream.http() == null) != (input.httpEndpointDestinationUpdate() == null)) {
                throw new Firehose.InvalidArgumentException("The destination type of an existing delivery stream "
                        + "cannot be changed.");
            }
            if (stream.http() != null) {
                return stream.withHttp(changed(stream, input.httpEndpointDestinationUpdate()), time.instant());
            }
            var destination = Destinations.changed(stream.destination(), input);
            // What changes nothing makes no version.
            return destination.equals(stream.destination()) ? stream
                    : stream.withDestination(destination, time.instant());
        });
    }

    private static Optional<String> role(Firehose.UpdateDestinationRequest input) {
        return Optional.ofNullable(input.extendedS3DestinationUpdate())
                .map(Firehose.ExtendedS3DestinationUpdate::roleARN)
                .or(() -> Optional.ofNullable(input.s3DestinationUpdate()).map(Firehose.S3DestinationUpdate::roleARN));
    }

    Firehose.DeliveryStreamDescription describe(Caller caller, String name) {
        var stream = store.<KeptStream>read(tx -> existing(tx, caller, name));
        var full = stream.destination();
        var plain = Firehose.S3DestinationDescription.of(d -> d.roleARN(full.roleARN()).bucketARN(full.bucketARN())
                .prefix(full.prefix()).errorOutputPrefix(full.errorOutputPrefix()).bufferingHints(full.bufferingHints())
                .compressionFormat(full.compressionFormat()).encryptionConfiguration(full.encryptionConfiguration())
                .cloudWatchLoggingOptions(full.cloudWatchLoggingOptions()));
        var destination = Firehose.DestinationDescription.of(d -> {
            d.destinationId(DESTINATION);
            if (stream.http() == null) {
                d.s3DestinationDescription(plain).extendedS3DestinationDescription(full);
            } else {
                d.httpEndpointDestinationDescription(stream.http().settings());
            }
        });
        // One that reads a Kinesis stream has no encryption of its own.
        var encryption = stream.source() != null ? null : Firehose.DeliveryStreamEncryptionConfiguration.of(e -> e
                .status(stream.keyType() == null ? "DISABLED" : "ENABLED").keyType(stream.keyType())
                        .keyARN(stream.keyArn()));
        return Firehose.DeliveryStreamDescription.of(d -> d.deliveryStreamName(stream.name())
                .deliveryStreamARN(stream.arn())
                .deliveryStreamStatus("ACTIVE").deliveryStreamEncryptionConfiguration(encryption)
                        .deliveryStreamType(type(stream))
                .source(told(stream))
                .versionId(Integer.toString(stream.version())).createTimestamp(stream.created())
                .lastUpdateTimestamp(stream.updated()).destinations(List.of(destination)).hasMoreDestinations(false));
    }

    private static Firehose.SourceDescription told(KeptStream stream) {
        var source = stream.source();
        if (source != null) {
            return Firehose.SourceDescription.of(s -> s.kinesisStreamSourceDescription(
                    Firehose.KinesisStreamSourceDescription.of(k -> k.kinesisStreamARN(source.stream())
                            .roleARN(source.role()).deliveryStartTimestamp(source.since()))));
        }
        return stream.hintMBs() == null ? null : Firehose.SourceDescription.of(s -> s.directPutSourceDescription(
                Firehose.DirectPutSourceDescription.of(d -> d.throughputHintInMBs(stream.hintMBs()))));
    }

    Firehose.ListDeliveryStreamsResponse list(Caller caller, Firehose.ListDeliveryStreamsRequest input) {
        int limit = input.limit() == null ? PAGE : input.limit();
        var range = Range.of(FirehoseData.all(caller));
        if (input.exclusiveStartDeliveryStreamName() != null) {
            range = range.after(FirehoseData.all(caller).and(input.exclusiveStartDeliveryStreamName()));
        }
        var from = range;
        var names = store.<List<String>>read(tx -> data.streams.range(tx, from).map(Row::value)
                .filter(it -> input.deliveryStreamType() == null || input.deliveryStreamType().equals(type(it)))
                .limit(limit + 1L).map(KeptStream::name).toList());
        return Firehose.ListDeliveryStreamsResponse.of(r -> r.deliveryStreamNames(names.stream().limit(limit).toList())
                .hasMoreDeliveryStreams(names.size() > limit));
    }

    void tag(Caller caller, Firehose.TagDeliveryStreamRequest input) {
        change(caller, input.deliveryStreamName(), stream -> stream.withTags(checkedTags(stream.tags(), input.tags())));
    }

    void untag(Caller caller, Firehose.UntagDeliveryStreamRequest input) {
        change(caller, input.deliveryStreamName(), stream -> {
            var tags = new LinkedHashMap<>(stream.tags());
            input.tagKeys().forEach(tags::remove);
            return stream.withTags(tags);
        });
    }

    /** The prefix {@code aws:} is CloudFormation's alone. */
    private static Map<String, String> checkedTags(Map<String, String> old, List<Firehose.Tag> added) {
        var tags = new LinkedHashMap<>(old);
        if (added.stream().anyMatch(tag -> tag.key().startsWith("aws:") && !tag.key().startsWith(CLOUDFORMATION))) {
            throw new Firehose.InvalidArgumentException("Tag keys must not begin with aws:");
        }
        added.forEach(tag -> tags.put(tag.key(), tag.value()));
        if (tags.size() > MOST_TAGS) {
            throw new Firehose.LimitExceededException("A delivery stream can have at most " + MOST_TAGS + " tags.");
        }
        return tags;
    }

    Firehose.ListTagsForDeliveryStreamResponse tags(Caller caller, Firehose.ListTagsForDeliveryStreamRequest input) {
        var sorted = new TreeMap<>(
                store.<Map<String, String>>read(tx -> existing(tx, caller, input.deliveryStreamName()).tags()));
        var rest = input.exclusiveStartTagKey() == null ? sorted : sorted.tailMap(input.exclusiveStartTagKey(), false);
        int limit = input.limit() == null ? MOST_TAGS : input.limit();
        return Firehose.ListTagsForDeliveryStreamResponse.of(r -> r.hasMoreTags(rest.size() > limit)
                .tags(rest.entrySet().stream()
                .limit(limit).map(it -> Firehose.Tag.of(t -> t.key(it.getKey()).value(it.getValue()))).toList()));
    }
}
