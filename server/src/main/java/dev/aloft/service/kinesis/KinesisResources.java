package dev.aloft.service.kinesis;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Kinesis;
import dev.aloft.kernel.call.NamedType;
import dev.aloft.kernel.call.ResourceType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** AWS::Kinesis::Stream, AWS::Kinesis::StreamConsumer and AWS::Kinesis::ResourcePolicy. */
final class KinesisResources {

    private KinesisResources() {
    }

    static List<ResourceType> all(Kinesis kinesis) {
        return List.of(new Stream(kinesis), new StreamConsumer(kinesis), new ResourcePolicyType(kinesis));
    }

    private record Stream(Kinesis kinesis) implements ResourceType {
        private static final int MAX_NAME = 128;

        @Override
        public String type() {
            return "AWS::Kinesis::Stream";
        }

        @Override
        public Set<String> properties() {
            return Set.of("Name", "ShardCount", "RetentionPeriodHours", "StreamEncryption", "StreamModeDetails", "Tags",
                    "DesiredShardLevelMetrics", "MaxRecordSizeInKiB", "WarmThroughputMiBps");
        }

        @Override
        public List<String> members() {
            return List.of(
                    "StreamModeDetails: StreamMode!",
                    "StreamEncryption: EncryptionType! KeyId!");
        }

        @Override
        public Set<String> replacedBy() {
            return Set.of("Name");
        }

        @Override
        public Resource create(Caller caller, Desired desired) {
            var name = desired.name("Name", MAX_NAME);
            var properties = desired.properties();
            checkCount(properties);
            try {
                kinesis.createStream(caller, Kinesis.CreateStreamRequest.of(r -> r.streamName(name)
                        .shardCount(onDemand(properties) ? null : number(properties, "ShardCount", 1))
                        .streamModeDetails(mode(properties)).tags(desired.marked())
                        .warmThroughputMiBps(number(properties, "WarmThroughputMiBps", null))
                        .maxRecordSizeInKiB(number(properties, "MaxRecordSizeInKiB", null))));
            } catch (Kinesis.ResourceInUseException e) {
                if (!isOurs(caller, name, desired)) {
                    throw ApiError.of("AlreadyExists", 400, e.getMessage());
                }
            }
            return ResourceType.complete(name, () -> configured(caller, name, Map.of(), properties));
        }

        private boolean isOurs(Caller caller, String name, Desired desired) {
            var tags = new LinkedHashMap<String, String>();
            kinesis.listTagsForStream(caller, Kinesis.ListTagsForStreamRequest.of(r -> r.streamName(name))).tags()
                    .forEach(tag -> tags.put(tag.key(), tag.value()));
            return desired.isMarkedIn(tags);
        }

        private static void checkCount(Map<String, Object> properties) {
            if (onDemand(properties) && properties.get("ShardCount") != null) {
                throw ApiError.of("InvalidRequest", 400, "ShardCount is not expected when StreamMode=ON_DEMAND");
            }
        }

        private static boolean onDemand(Map<String, Object> properties) {
            return properties.get("StreamModeDetails") instanceof Map<?, ?> mode
                    && "ON_DEMAND".equals(mode.get("StreamMode"));
        }

        private static Kinesis.StreamModeDetails mode(Map<String, Object> properties) {
            return Kinesis.StreamModeDetails.of(m -> m.streamMode(onDemand(properties) ? "ON_DEMAND" : "PROVISIONED"));
        }

        private Resource configured(Caller caller, String name, Map<String, Object> before, Map<String, Object> after) {
            setRetention(caller, name, number(after, "RetentionPeriodHours", 24));
            if (!Objects.equals(before.get("StreamEncryption"), after.get("StreamEncryption"))) {
                if (after.get("StreamEncryption") instanceof Map<?, ?> encryption) {
                    kinesis.startStreamEncryption(caller,
                            Kinesis.StartStreamEncryptionRequest.of(r -> r.streamName(name)
                            .encryptionType(String.valueOf(encryption.get("EncryptionType")))
                            .keyId(String.valueOf(encryption.get("KeyId")))));
                } else {
                    kinesis.stopStreamEncryption(caller, Kinesis.StopStreamEncryptionRequest.of(r -> r.streamName(name)
                            .encryptionType("KMS").keyId("alias/aws/kinesis")));
                }
            }
            setMetrics(caller, name, metrics(before), metrics(after));
            return existing(caller, name);
        }

        private void setRetention(Caller caller, String name, int hours) {
            int now = summary(caller, name).retentionPeriodHours();
            if (hours > now) {
                kinesis.increaseStreamRetentionPeriod(caller, Kinesis.IncreaseStreamRetentionPeriodRequest.of(
                        r -> r.streamName(name).retentionPeriodHours(hours)));
            } else if (hours < now) {
                kinesis.decreaseStreamRetentionPeriod(caller, Kinesis.DecreaseStreamRetentionPeriodRequest.of(
                        r -> r.streamName(name).retentionPeriodHours(hours)));
            }
        }

        private static List<String> metrics(Map<String, Object> properties) {
            return properties.get("DesiredShardLevelMetrics") instanceof List<?> list
                    ? list.stream().map(Object::toString).toList()
                    : List.of();
        }

        private void setMetrics(Caller caller, String name, List<String> before, List<String> after) {
            var gone = before.stream().filter(it -> !after.contains(it)).toList();
            if (!gone.isEmpty()) {
                kinesis.disableEnhancedMonitoring(caller, Kinesis.DisableEnhancedMonitoringRequest.of(
                        r -> r.streamName(name).shardLevelMetrics(gone)));
            }
            if (!after.isEmpty()) {
                kinesis.enableEnhancedMonitoring(caller, Kinesis.EnableEnhancedMonitoringRequest.of(
                        r -> r.streamName(name).shardLevelMetrics(after)));
            }
        }

        @Override
        public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
            var arn = caller.arn("kinesis", "stream/" + physicalId).toString();
            var properties = after.properties();
            checkCount(properties);
            boolean demand = onDemand(properties);
            if (demand != onDemand(before.properties())) {
                kinesis.updateStreamMode(caller, Kinesis.UpdateStreamModeRequest.of(
                        r -> r.streamARN(arn).streamModeDetails(mode(properties))));
            }
            var warm = number(properties, "WarmThroughputMiBps", null);
            if (warm != null && !warm.equals(number(before.properties(), "WarmThroughputMiBps", null))) {
                kinesis.updateStreamWarmThroughput(caller, Kinesis.UpdateStreamWarmThroughputRequest.of(
                        r -> r.streamARN(arn).warmThroughputMiBps(warm)));
            }
            int shards = number(properties, "ShardCount", 1);
            boolean counted = demand != onDemand(before.properties())
                    || shards != number(before.properties(), "ShardCount", 1);
            if (!demand && counted && shards != summary(caller, physicalId).openShardCount()) {
                kinesis.updateShardCount(caller, Kinesis.UpdateShardCountRequest.of(r -> r.streamName(physicalId)
                        .targetShardCount(shards).scalingType("UNIFORM_SCALING")));
            }
            if (!Objects.equals(properties.get("MaxRecordSizeInKiB"), before.properties().get("MaxRecordSizeInKiB"))) {
                kinesis.updateMaxRecordSize(caller, Kinesis.UpdateMaxRecordSizeRequest.of(
                        r -> r.streamARN(arn).maxRecordSizeInKiB(number(properties, "MaxRecordSizeInKiB", 1024))));
            }
            var wanted = after.marked();
            var gone = before.tagsGoneIn(after);
            if (!gone.isEmpty()) {
                kinesis.removeTagsFromStream(caller, Kinesis.RemoveTagsFromStreamRequest.of(
                        r -> r.streamName(physicalId).tagKeys(gone)));
            }
            kinesis.addTagsToStream(caller,
                    Kinesis.AddTagsToStreamRequest.of(r -> r.streamName(physicalId).tags(wanted)));
            return configured(caller, physicalId, before.properties(), properties);
        }

        @Override
        public void delete(Caller caller, String physicalId, Desired last) {
            try {
                kinesis.deleteStream(caller, Kinesis.DeleteStreamRequest.of(
                        r -> r.streamName(physicalId).enforceConsumerDeletion(true)));
            } catch (Kinesis.ResourceNotFoundException _) {
                // Gone already, as wanted.
            }
        }

        @Override
        public Optional<Resource> read(Caller caller, String physicalId) {
            try {
                return Optional.of(existing(caller, physicalId));
            } catch (Kinesis.ResourceNotFoundException _) {
                return Optional.empty();
            }
        }

        private Resource existing(Caller caller, String name) {
            return new Resource(name, Map.of("Arn", summary(caller, name).streamARN()));
        }

        private Kinesis.StreamDescriptionSummary summary(Caller caller, String name) {
            return kinesis.describeStreamSummary(caller,
                    Kinesis.DescribeStreamSummaryRequest.of(r -> r.streamName(name))).streamDescriptionSummary();
        }

        private static Integer number(Map<String, Object> properties, String name, Integer otherwise) {
            try {
                return properties.get(name) == null ? otherwise : Integer.valueOf(properties.get(name).toString());
            } catch (NumberFormatException _) {
                throw ApiError.of("ValidationException", 400, "#/" + name + ": expected type: Integer, found: "
                        + properties.get(name));
            }
        }
    }

    private record StreamConsumer(Kinesis kinesis) implements ResourceType {
        @Override
        public String type() {
            return "AWS::Kinesis::StreamConsumer";
        }

        @Override
        public boolean tellsProperties() {
            return true;
        }

        @Override
        public Set<String> properties() {
            return Set.of("ConsumerName", "StreamARN", "Tags");
        }

        @Override
        public Set<String> required() {
            return Set.of("ConsumerName", "StreamARN");
        }

        @Override
        public Set<String> replacedBy() {
            return properties();
        }

        @Override
        public Resource create(Caller caller, Desired desired) {
            var stream = desired.properties().get("StreamARN").toString();
            var name = desired.properties().get("ConsumerName").toString();
            try {
                kinesis.registerStreamConsumer(caller, Kinesis.RegisterStreamConsumerRequest.of(
                        r -> r.streamARN(stream).consumerName(name).tags(desired.marked())));
            } catch (Kinesis.ResourceInUseException e) {
                var arn = kinesis.describeStreamConsumer(caller, Kinesis.DescribeStreamConsumerRequest.of(
                        r -> r.streamARN(stream).consumerName(name))).consumerDescription().consumerARN();
                var known = kinesis.listTagsForResource(caller,
                        Kinesis.ListTagsForResourceRequest.of(r -> r.resourceARN(arn))).tags();
                var tags = new LinkedHashMap<String, String>();
                known.forEach(tag -> tags.put(tag.key(), tag.value()));
                // One with other tags is to be replaced, which its name does not allow.
                if (!desired.marked().equals(tags)) {
                    throw e;
                }
            }
            return existing(caller, stream, name);
        }

        private Resource existing(Caller caller, String stream, String name) {
            var it = kinesis.describeStreamConsumer(caller, Kinesis.DescribeStreamConsumerRequest.of(
                    r -> r.streamARN(stream).consumerName(name))).consumerDescription();
            return resource(it);
        }

        private static Resource resource(Kinesis.ConsumerDescription it) {
            return new Resource(it.consumerARN(),
                    Map.of("ConsumerARN", it.consumerARN(), "ConsumerName", it.consumerName(),
                    "ConsumerStatus", it.consumerStatus(), "StreamARN", it.streamARN(), "ConsumerCreationTimestamp",
                    Long.toString(it.consumerCreationTimestamp().getEpochSecond())));
        }

        @Override
        public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
            return read(caller, physicalId).orElseThrow();
        }

        @Override
        public void delete(Caller caller, String physicalId, Desired last) {
            try {
                kinesis.deregisterStreamConsumer(caller,
                        Kinesis.DeregisterStreamConsumerRequest.of(r -> r.consumerARN(physicalId)));
            } catch (Kinesis.ResourceNotFoundException _) {
                // Gone already, as wanted.
            }
        }

        @Override
        public Optional<Resource> read(Caller caller, String physicalId) {
            try {
                return Optional.of(
                        resource(kinesis.describeStreamConsumer(caller, Kinesis.DescribeStreamConsumerRequest.of(
                        r -> r.consumerARN(physicalId))).consumerDescription()));
            } catch (Kinesis.ResourceNotFoundException _) {
                return Optional.empty();
            }
        }
    }

    private static final class ResourcePolicyType extends NamedType {
        private final Kinesis kinesis;

        ResourcePolicyType(Kinesis kinesis) {
            super("AWS::Kinesis::ResourcePolicy", "ResourceArn", 0, Set.of("ResourceArn", "ResourcePolicy"), Set.of(),
                    Set.of());
            this.kinesis = kinesis;
        }

        @Override
        protected void make(Caller caller, String named, Desired desired) {
            var policy = desired.document("ResourcePolicy");
            kinesis.putResourcePolicy(caller,
                    Kinesis.PutResourcePolicyRequest.of(r -> r.resourceARN(named).policy(policy)));
        }

        /** A policy that is there is replaced, whosever it is. */
        @Override
        protected boolean isOurs(Caller caller, String named, Desired desired) {
            return false;
        }

        @Override
        protected void change(Caller caller, String named, Desired before, Desired after) {
            make(caller, named, after);
        }

        @Override
        protected void remove(Caller caller, String named) {
            kinesis.deleteResourcePolicy(caller, Kinesis.DeleteResourcePolicyRequest.of(r -> r.resourceARN(named)));
        }

        @Override
        protected Resource describe(Caller caller, String named) {
            var policy = kinesis.getResourcePolicy(caller,
                    Kinesis.GetResourcePolicyRequest.of(r -> r.resourceARN(named))).policy();
            if (policy.equals(ResourcePolicies.NONE)) {
                throw new Kinesis.ResourceNotFoundException("No resource policy found for resource ARN " + named);
            }
            return new Resource(named, Map.of());
        }
    }
}
