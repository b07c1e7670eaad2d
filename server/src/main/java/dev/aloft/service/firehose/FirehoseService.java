package dev.aloft.service.firehose;

import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Firehose;
import dev.aloft.api.Kinesis;
import dev.aloft.api.Lambda;
import dev.aloft.api.Principal;
import dev.aloft.api.Shape;
import dev.aloft.kernel.call.Access;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.Service;
import dev.aloft.kernel.delivery.Deliveries;
import dev.aloft.kernel.delivery.Dispatches;
import dev.aloft.kernel.http.Outbound;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.kernel.metric.Metrics;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Signal;
import dev.aloft.kernel.time.Time;
import dev.aloft.kernel.time.Worker;
import dev.aloft.service.firehose.FirehoseData.Batch;
import dev.aloft.service.firehose.FirehoseData.KeptRecord;
import dev.aloft.service.firehose.FirehoseData.KeptStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The operations of Amazon Data Firehose. */
public final class FirehoseService implements Service, Firehose {
    private static final String SERVICE = "firehose.amazonaws.com";
    private static final int LARGEST_BATCH = 4 << 20;

    private final FirehoseData data = new FirehoseData();
    private final Deliveries<Batch> batches;
    private final Buffers buffers;
    private final Streams streams;
    private final StreamKeys streamKeys;
    private final Sources sources;
    private final Measures measures;
    private final Signal sourcesChanged = new Signal();
    private final Store store;
    private final Time time;
    private final List<ResourceType> resourceTypes;

    /** Without CloudWatch, where a test needs delivery streams. */
    public FirehoseService(Store platform, KeyFile keys, Time time, Endpoint endpoint, Dispatches.Assume roles,
            Outbound outbound) {
        this(platform, keys, new Metrics(endpoint, time), time, endpoint, roles, outbound);
    }

    public FirehoseService(Store platform, KeyFile keys, Metrics metrics, Time time, Endpoint endpoint,
            Dispatches.Assume roles, Outbound outbound) {
        store = platform.in("firehose");
        this.time = time;
        streamKeys = new StreamKeys(endpoint, time);
        measures = new Measures(metrics, time);
        var processing = new Processing(new LogEnvelopes(time),
                new Transformation(Lambda.at(endpoint), measures, time), measures, time);
        var carrier = new BatchCarrier(data, store, roles, endpoint, streamKeys, processing,
                new HttpEndpoint(outbound, keys, time), measures, time);
        batches = new Deliveries<>("firehose batches", store, time, Codec.of(Batch.class), carrier);
        buffers = new Buffers(data, batches, store, time);
        streams = new Streams(data, buffers, roles, keys, streamKeys, Kinesis.at(endpoint), store, time,
                sourcesChanged::raise);
        sources = new Sources(data, buffers, roles, endpoint, store, measures, time);
        resourceTypes = List.of(new DeliveryStreamResource(Firehose.at(endpoint)));
    }

    @Override
    public List<Worker> workers() {
        return List.of(batches.worker(), new Worker("firehose buffers", data.signal, buffers::turn),
                new Worker("firehose sources", sourcesChanged, sources::turn));
    }

    @Override
    public List<ResourceType> resourceTypes() {
        return resourceTypes;
    }

    @Override
    public Access access(Caller caller, Shape input) {
        return switch ((Request) input) {
            case CreateDeliveryStreamRequest r -> stream("CreateDeliveryStream", caller, r.deliveryStreamName())
                    .passing(PassedRoles.of(r), SERVICE);
            case DeleteDeliveryStreamRequest r -> stream("DeleteDeliveryStream", caller, r.deliveryStreamName());
            case DescribeDeliveryStreamRequest r -> stream("DescribeDeliveryStream", caller, r.deliveryStreamName());
            case ListDeliveryStreamsRequest _ -> Access.to("firehose:ListDeliveryStreams");
            case ListTagsForDeliveryStreamRequest r -> stream("ListTagsForDeliveryStream", caller,
                    r.deliveryStreamName());
            case PutRecordRequest r -> stream("PutRecord", caller, r.deliveryStreamName());
            case PutRecordBatchRequest r -> stream("PutRecordBatch", caller, r.deliveryStreamName());
            case StartDeliveryStreamEncryptionRequest r -> stream("StartDeliveryStreamEncryption", caller,
                    r.deliveryStreamName());
            case StopDeliveryStreamEncryptionRequest r -> stream("StopDeliveryStreamEncryption", caller,
                    r.deliveryStreamName());
            case TagDeliveryStreamRequest r -> stream("TagDeliveryStream", caller, r.deliveryStreamName());
            case UntagDeliveryStreamRequest r -> stream("UntagDeliveryStream", caller, r.deliveryStreamName());
            case UpdateDestinationRequest r -> stream("UpdateDestination", caller, r.deliveryStreamName())
                    .passing(PassedRoles.of(r), SERVICE);
        };
    }

    private static Access stream(String operation, Caller caller, String name) {
        return Access.to("firehose:" + operation, caller.arn("firehose", "deliverystream/" + name).toString());
    }

    @Override
    public CreateDeliveryStreamResponse createDeliveryStream(Caller caller, CreateDeliveryStreamRequest input) {
        var arn = streams.create(caller, input);
        return CreateDeliveryStreamResponse.of(r -> r.deliveryStreamARN(arn));
    }

    @Override
    public DeleteDeliveryStreamResponse deleteDeliveryStream(Caller caller, DeleteDeliveryStreamRequest input) {
        streams.delete(caller, input.deliveryStreamName());
        return DeleteDeliveryStreamResponse.of(_ -> {});
    }

    @Override
    public DescribeDeliveryStreamResponse describeDeliveryStream(Caller caller, DescribeDeliveryStreamRequest input) {
        var description = measures.called(caller, "DescribeDeliveryStream", input.deliveryStreamName(),
                () -> streams.describe(caller, input.deliveryStreamName()));
        return DescribeDeliveryStreamResponse.of(r -> r.deliveryStreamDescription(description));
    }

    @Override
    public ListDeliveryStreamsResponse listDeliveryStreams(Caller caller, ListDeliveryStreamsRequest input) {
        return measures.called(caller, "ListDeliveryStreams", null, () -> streams.list(caller, input));
    }

    @Override
    public ListTagsForDeliveryStreamResponse listTagsForDeliveryStream(Caller caller,
            ListTagsForDeliveryStreamRequest input) {
        return streams.tags(caller, input);
    }

    @Override
    public PutRecordResponse putRecord(Caller caller, PutRecordRequest input) {
        var put = put(caller, "PutRecord", input.deliveryStreamName(), List.of(input.record()));
        return PutRecordResponse.of(r -> r.recordId(put.ids().getFirst()).encrypted(put.encrypted()));
    }

    @Override
    public PutRecordBatchResponse putRecordBatch(Caller caller, PutRecordBatchRequest input) {
        if (input.records().stream().mapToLong(it -> it.data().length()).sum() > LARGEST_BATCH) {
            throw new InvalidArgumentException("Records size exceeds 4 MB limit");
        }
        var put = put(caller, "PutRecordBatch", input.deliveryStreamName(), input.records());
        return PutRecordBatchResponse.of(r -> r.failedPutCount(0).encrypted(put.encrypted()).requestResponses(
                put.ids().stream().map(id -> PutRecordBatchResponseEntry.of(e -> e.recordId(id))).toList()));
    }

    private record Put(List<String> ids, boolean encrypted) {
    }

    private Put put(Caller caller, String operation, String name, List<Record> records) {
        var now = Instant.ofEpochMilli(time.instant().toEpochMilli());
        var found = store.<KeptStream>read(tx -> streams.existing(tx, caller, name));
        checkSource(caller, found);
        streamKeys.require(found);
        var put = store.<Put>write(tx -> {
            var stream = streams.existing(tx, caller, name);
            long first = buffers.put(tx, stream, records.stream().map(it -> new KeptRecord(it.data(), now, null))
                    .toList());
            var ids = new ArrayList<String>();
            for (int i = 0; i < records.size(); i++) {
                ids.add(Transformation.recordId(stream, first + i));
            }
            return new Put(ids, stream.keyType() != null);
        });
        measures.put(found, operation, records.size(), records.stream().mapToLong(it -> it.data().length()).sum(), now);
        return put;
    }

    /** A stream that unpacks what CloudWatch Logs sends takes records of it alone: as a service or under its role. */
    private static void checkSource(Caller caller, KeptStream stream) {
        if (stream.source() != null) {
            throw new InvalidArgumentException("This operation is not permitted on KinesisStreamAsSource "
                    + "delivery stream type.");
        }
        boolean fromLogs = caller.sourceIp() == null && (caller.principal() instanceof Principal.Service service
                && service.name().equals("logs.amazonaws.com")
                || caller.principal() instanceof Principal.RoleSession session
                && session.sessionName().equals("CloudWatchLogs"));
        if (!fromLogs && Processors.decompresses(stream.destination())) {
            throw new InvalidSourceException(InvalidSourceException.Detail.of(d -> d.message(
                    "Only requests from CloudWatch Logs are supported when CloudWatch Logs decompression "
                            + "is enabled.")));
        }
    }

    @Override
    public StartDeliveryStreamEncryptionResponse startDeliveryStreamEncryption(
            Caller caller, StartDeliveryStreamEncryptionRequest input) {
        var given = input.deliveryStreamEncryptionConfigurationInput();
        streams.encrypt(caller, input.deliveryStreamName(),
                stream -> stream.withKey(streamKeys.chosen(caller, stream.arn(), given)));
        return StartDeliveryStreamEncryptionResponse.of(_ -> {});
    }

    @Override
    public StopDeliveryStreamEncryptionResponse stopDeliveryStreamEncryption(
            Caller caller, StopDeliveryStreamEncryptionRequest input) {
        streams.encrypt(caller, input.deliveryStreamName(), stream -> stream.withKey(StreamKeys.Chosen.NONE));
        return StopDeliveryStreamEncryptionResponse.of(_ -> {});
    }

    @Override
    public TagDeliveryStreamResponse tagDeliveryStream(Caller caller, TagDeliveryStreamRequest input) {
        streams.tag(caller, input);
        return TagDeliveryStreamResponse.of(_ -> {});
    }

    @Override
    public UntagDeliveryStreamResponse untagDeliveryStream(Caller caller, UntagDeliveryStreamRequest input) {
        streams.untag(caller, input);
        return UntagDeliveryStreamResponse.of(_ -> {});
    }

    @Override
    public UpdateDestinationResponse updateDestination(Caller caller, UpdateDestinationRequest input) {
        return measures.called(caller, "UpdateDeliveryStream", input.deliveryStreamName(), () -> {
            streams.update(caller, input);
            return UpdateDestinationResponse.of(_ -> {});
        });
    }
}
