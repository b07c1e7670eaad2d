package dev.aloft.service.kinesis;

import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Kinesis;
import dev.aloft.api.Shape;
import dev.aloft.kernel.call.Access;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.Service;
import dev.aloft.kernel.envelope.Envelopes;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.kernel.metric.Metrics;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.kernel.time.Worker;
import java.util.List;
import java.util.Optional;

/** The operations of Amazon Kinesis Data Streams. */
public final class KinesisService implements Service, Kinesis {
    private final KinesisData data = new KinesisData();
    private final AccountSettings settings;
    private final Streams streams;
    private final Shards shards;
    private final CapacityModes modes;
    private final Growth growth;
    private final Encryption encryption;
    private final Records records;
    private final ShardIterators iterators;
    private final Reading reading;
    private final Consumers consumers;
    private final Subscriptions subscriptions;
    private final Tags tags;
    private final Retention retention;
    private final States states;
    private final Monitoring monitoring;
    private final ResourcePolicies policies;
    private final Housekeeping housekeeping;
    private final List<ResourceType> resourceTypes;

    /** Without CloudWatch, where a test needs streams. */
    public KinesisService(Store platform, KeyFile keys, Time time, Endpoint endpoint) {
        this(platform, keys, new Metrics(endpoint, time), time, endpoint);
    }

    public KinesisService(Store platform, KeyFile keys, Metrics metrics, Time time, Endpoint endpoint) {
        var store = platform.in("kinesis");
        var wakeups = new Wakeups();
        var throughput = new Throughput();
        var measures = new Measures(metrics, time);
        settings = new AccountSettings(data, store, time);
        states = new States(data, store, time);
        streams = new Streams(data, settings, states, store, time);
        retention = new Retention(streams);
        shards = new Shards(data, streams, wakeups, store, time);
        modes = new CapacityModes(streams, shards, store, time);
        growth = new Growth(data, streams, shards, store, time);
        encryption = new Encryption(new Envelopes("kinesis", false, endpoint, time, Encryption::ofKey), streams, store);
        records = new Records(data, streams, wakeups, throughput, growth, measures, encryption, store, time);
        iterators = new ShardIterators(keys);
        reading = new Reading(data, streams, throughput, measures, encryption, iterators, store, time);
        consumers = new Consumers(data, streams, settings, store, time);
        subscriptions = new Subscriptions(data, consumers, reading, encryption, measures, wakeups, store, time);
        tags = new Tags(streams, consumers, store);
        monitoring = new Monitoring(streams, store, time);
        policies = new ResourcePolicies(data, streams, consumers, store);
        housekeeping = new Housekeeping(data, store, time);
        resourceTypes = KinesisResources.all(Kinesis.at(endpoint));
    }

    @Override
    public List<Worker> workers() {
        return List.of(new Worker("kinesis housekeeping", data.old, housekeeping::turn),
                new Worker("kinesis growth", data.busy, growth::turn),
                new Worker("kinesis states", data.passing, states::turn));
    }

    @Override
    public List<ResourceType> resourceTypes() {
        return resourceTypes;
    }

    @Override
    public Optional<String> policy(Caller caller, String arn) {
        return policies.of(arn);
    }

    @Override
    public Access access(Caller caller, Shape input) {
        return switch ((Request) input) {
            case AddTagsToStreamRequest r -> stream("AddTagsToStream", caller, r.streamName(), r.streamARN());
            // Tags with which a stream is made are asked for like those that it is given later.
            case CreateStreamRequest r -> stream("CreateStream", caller, r.streamName(), null)
                    .also(r.tags() == null || r.tags().isEmpty() ? List.of()
                            : List.of(stream("AddTagsToStream", caller, r.streamName(), null)));
            case DecreaseStreamRetentionPeriodRequest r ->
                stream("DecreaseStreamRetentionPeriod", caller, r.streamName(), r.streamARN());
            case DeleteResourcePolicyRequest r -> Access.to("kinesis:DeleteResourcePolicy", any(r.resourceARN()));
            case DeleteStreamRequest r -> stream("DeleteStream", caller, r.streamName(), r.streamARN());
            case DeregisterStreamConsumerRequest r ->
                Access.to("kinesis:DeregisterStreamConsumer",
                        r.consumerARN() == null ? any(r.streamARN()) : r.consumerARN());
            case DescribeLimitsRequest _ -> Access.to("kinesis:DescribeLimits");
            case DescribeStreamRequest r -> stream("DescribeStream", caller, r.streamName(), r.streamARN());
            case DescribeStreamConsumerRequest r ->
                Access.to("kinesis:DescribeStreamConsumer",
                        r.consumerARN() == null ? any(r.streamARN()) : r.consumerARN());
            case DescribeStreamSummaryRequest r ->
                stream("DescribeStreamSummary", caller, r.streamName(), r.streamARN());
            case DisableEnhancedMonitoringRequest r ->
                stream("DisableEnhancedMonitoring", caller, r.streamName(), r.streamARN());
            case EnableEnhancedMonitoringRequest r ->
                stream("EnableEnhancedMonitoring", caller, r.streamName(), r.streamARN());
            case GetRecordsRequest r ->
                Access.to("kinesis:GetRecords", iterators.streamArn(r.shardIterator()).orElse("*"));
            case GetResourcePolicyRequest r -> Access.to("kinesis:GetResourcePolicy", any(r.resourceARN()));
            case GetShardIteratorRequest r -> stream("GetShardIterator", caller, r.streamName(), r.streamARN());
            case IncreaseStreamRetentionPeriodRequest r ->
                stream("IncreaseStreamRetentionPeriod", caller, r.streamName(), r.streamARN());
            case ListShardsRequest r -> stream("ListShards", caller, r.streamName(), r.streamARN());
            case ListStreamConsumersRequest r -> Access.to("kinesis:ListStreamConsumers", any(r.streamARN()));
            case ListStreamsRequest _ -> Access.to("kinesis:ListStreams");
            case ListTagsForStreamRequest r -> stream("ListTagsForStream", caller, r.streamName(), r.streamARN());
            case MergeShardsRequest r -> stream("MergeShards", caller, r.streamName(), r.streamARN());
            case PutRecordRequest r -> stream("PutRecord", caller, r.streamName(), r.streamARN());
            case PutRecordsRequest r -> stream("PutRecords", caller, r.streamName(), r.streamARN());
            case PutResourcePolicyRequest r -> Access.to("kinesis:PutResourcePolicy", any(r.resourceARN()));
            case RegisterStreamConsumerRequest r -> Access.to("kinesis:RegisterStreamConsumer", any(r.streamARN()));
            case RemoveTagsFromStreamRequest r -> stream("RemoveTagsFromStream", caller, r.streamName(), r.streamARN());
            case SplitShardRequest r -> stream("SplitShard", caller, r.streamName(), r.streamARN());
            case StartStreamEncryptionRequest r ->
                stream("StartStreamEncryption", caller, r.streamName(), r.streamARN());
            case StopStreamEncryptionRequest r -> stream("StopStreamEncryption", caller, r.streamName(), r.streamARN());
            case SubscribeToShardRequest r -> Access.to("kinesis:SubscribeToShard", r.consumerARN());
            case UpdateShardCountRequest r -> stream("UpdateShardCount", caller, r.streamName(), r.streamARN());
            case UpdateStreamModeRequest r -> Access.to("kinesis:UpdateStreamMode", any(r.streamARN()));
            case TagResourceRequest r -> Access.to("kinesis:TagResource", any(r.resourceARN()));
            case UntagResourceRequest r -> Access.to("kinesis:UntagResource", any(r.resourceARN()));
            case ListTagsForResourceRequest r -> Access.to("kinesis:ListTagsForResource", any(r.resourceARN()));
            case DescribeAccountSettingsRequest _ -> Access.to("kinesis:DescribeAccountSettings");
            case UpdateAccountSettingsRequest _ -> Access.to("kinesis:UpdateAccountSettings");
            case UpdateStreamWarmThroughputRequest r ->
                stream("UpdateStreamWarmThroughput", caller, r.streamName(), r.streamARN());
            case UpdateMaxRecordSizeRequest r -> Access.to("kinesis:UpdateMaxRecordSize", any(r.streamARN()));
        };
    }

    private static Access stream(String operation, Caller caller, String name, String arn) {
        return Access.to("kinesis:" + operation,
                arn != null ? arn : caller.arn("kinesis", "stream/" + name).toString());
    }

    private static String any(String arn) {
        return arn == null ? "*" : arn;
    }

    @Override
    public AddTagsToStreamResponse addTagsToStream(Caller caller, AddTagsToStreamRequest input) {
        tags.add(caller, input);
        return AddTagsToStreamResponse.of(_ -> {});
    }

    @Override
    public CreateStreamResponse createStream(Caller caller, CreateStreamRequest input) {
        streams.create(caller, input);
        return CreateStreamResponse.of(_ -> {});
    }

    @Override
    public DecreaseStreamRetentionPeriodResponse decreaseStreamRetentionPeriod(
            Caller caller, DecreaseStreamRetentionPeriodRequest input) {
        retention.decrease(caller, input);
        return DecreaseStreamRetentionPeriodResponse.of(_ -> {});
    }

    @Override
    public DeleteResourcePolicyResponse deleteResourcePolicy(Caller caller, DeleteResourcePolicyRequest input) {
        policies.delete(caller, input);
        return DeleteResourcePolicyResponse.of(_ -> {});
    }

    @Override
    public DeleteStreamResponse deleteStream(Caller caller, DeleteStreamRequest input) {
        streams.delete(caller, input);
        return DeleteStreamResponse.of(_ -> {});
    }

    @Override
    public DeregisterStreamConsumerResponse deregisterStreamConsumer(
            Caller caller, DeregisterStreamConsumerRequest input) {
        consumers.deregister(caller, input);
        return DeregisterStreamConsumerResponse.of(_ -> {});
    }

    @Override
    public DescribeLimitsResponse describeLimits(Caller caller, DescribeLimitsRequest input) {
        return streams.limits(caller);
    }

    @Override
    public DescribeStreamResponse describeStream(Caller caller, DescribeStreamRequest input) {
        return streams.describe(caller, input);
    }

    @Override
    public DescribeStreamConsumerResponse describeStreamConsumer(Caller caller, DescribeStreamConsumerRequest input) {
        return consumers.describe(caller, input);
    }

    @Override
    public DescribeStreamSummaryResponse describeStreamSummary(Caller caller, DescribeStreamSummaryRequest input) {
        return streams.summary(caller, input);
    }

    @Override
    public EnhancedMonitoringOutput disableEnhancedMonitoring(Caller caller, DisableEnhancedMonitoringRequest input) {
        return monitoring.disable(caller, input);
    }

    @Override
    public EnhancedMonitoringOutput enableEnhancedMonitoring(Caller caller, EnableEnhancedMonitoringRequest input) {
        return monitoring.enable(caller, input);
    }

    @Override
    public GetRecordsResponse getRecords(Caller caller, GetRecordsRequest input) {
        return reading.get(caller, input);
    }

    @Override
    public GetResourcePolicyResponse getResourcePolicy(Caller caller, GetResourcePolicyRequest input) {
        return policies.get(caller, input);
    }

    @Override
    public GetShardIteratorResponse getShardIterator(Caller caller, GetShardIteratorRequest input) {
        var iterator = reading.iterator(caller, input);
        return GetShardIteratorResponse.of(r -> r.shardIterator(iterator));
    }

    @Override
    public IncreaseStreamRetentionPeriodResponse increaseStreamRetentionPeriod(
            Caller caller, IncreaseStreamRetentionPeriodRequest input) {
        retention.increase(caller, input);
        return IncreaseStreamRetentionPeriodResponse.of(_ -> {});
    }

    @Override
    public ListShardsResponse listShards(Caller caller, ListShardsRequest input) {
        return shards.list(caller, input);
    }

    @Override
    public ListStreamConsumersResponse listStreamConsumers(Caller caller, ListStreamConsumersRequest input) {
        return consumers.list(caller, input);
    }

    @Override
    public ListStreamsResponse listStreams(Caller caller, ListStreamsRequest input) {
        return streams.list(caller, input);
    }

    @Override
    public ListTagsForStreamResponse listTagsForStream(Caller caller, ListTagsForStreamRequest input) {
        return tags.list(caller, input);
    }

    @Override
    public MergeShardsResponse mergeShards(Caller caller, MergeShardsRequest input) {
        shards.merge(caller, input);
        return MergeShardsResponse.of(_ -> {});
    }

    @Override
    public PutRecordResponse putRecord(Caller caller, PutRecordRequest input) {
        return records.put(caller, input);
    }

    @Override
    public PutRecordsResponse putRecords(Caller caller, PutRecordsRequest input) {
        return records.put(caller, input);
    }

    @Override
    public PutResourcePolicyResponse putResourcePolicy(Caller caller, PutResourcePolicyRequest input) {
        policies.put(caller, input);
        return PutResourcePolicyResponse.of(_ -> {});
    }

    @Override
    public RegisterStreamConsumerResponse registerStreamConsumer(Caller caller, RegisterStreamConsumerRequest input) {
        return consumers.register(caller, input);
    }

    @Override
    public RemoveTagsFromStreamResponse removeTagsFromStream(Caller caller, RemoveTagsFromStreamRequest input) {
        tags.remove(caller, input);
        return RemoveTagsFromStreamResponse.of(_ -> {});
    }

    @Override
    public SplitShardResponse splitShard(Caller caller, SplitShardRequest input) {
        shards.split(caller, input);
        return SplitShardResponse.of(_ -> {});
    }

    @Override
    public StartStreamEncryptionResponse startStreamEncryption(Caller caller, StartStreamEncryptionRequest input) {
        encryption.start(caller, input);
        return StartStreamEncryptionResponse.of(_ -> {});
    }

    @Override
    public StopStreamEncryptionResponse stopStreamEncryption(Caller caller, StopStreamEncryptionRequest input) {
        encryption.stop(caller, input);
        return StopStreamEncryptionResponse.of(_ -> {});
    }

    @Override
    public SubscribeToShardResponse subscribeToShard(Caller caller, SubscribeToShardRequest input) {
        return subscriptions.subscribe(caller, input);
    }

    @Override
    public UpdateShardCountResponse updateShardCount(Caller caller, UpdateShardCountRequest input) {
        return shards.update(caller, input);
    }

    @Override
    public UpdateStreamModeResponse updateStreamMode(Caller caller, UpdateStreamModeRequest input) {
        modes.change(caller, input);
        return UpdateStreamModeResponse.of(_ -> {});
    }

    @Override
    public TagResourceResponse tagResource(Caller caller, TagResourceRequest input) {
        tags.add(caller, input);
        return TagResourceResponse.of(_ -> {});
    }

    @Override
    public UntagResourceResponse untagResource(Caller caller, UntagResourceRequest input) {
        tags.remove(caller, input);
        return UntagResourceResponse.of(_ -> {});
    }

    @Override
    public ListTagsForResourceResponse listTagsForResource(Caller caller, ListTagsForResourceRequest input) {
        return tags.list(caller, input);
    }

    @Override
    public UpdateMaxRecordSizeResponse updateMaxRecordSize(Caller caller, UpdateMaxRecordSizeRequest input) {
        streams.change(caller, null, input.streamARN(), stream -> stream.withMaxRecord(input.maxRecordSizeInKiB()));
        return UpdateMaxRecordSizeResponse.of(_ -> {});
    }

    @Override
    public DescribeAccountSettingsResponse describeAccountSettings(Caller caller,
            DescribeAccountSettingsRequest input) {
        return settings.describe(caller);
    }

    @Override
    public UpdateAccountSettingsResponse updateAccountSettings(Caller caller, UpdateAccountSettingsRequest input) {
        return settings.update(caller, input);
    }

    @Override
    public UpdateStreamWarmThroughputResponse updateStreamWarmThroughput(
            Caller caller, UpdateStreamWarmThroughputRequest input) {
        return modes.warm(caller, input);
    }
}
