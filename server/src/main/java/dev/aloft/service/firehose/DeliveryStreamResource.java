package dev.aloft.service.firehose;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Firehose;
import dev.aloft.api.Shape;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.wire.Trees;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** AWS::KinesisFirehose::DeliveryStream. */
record DeliveryStreamResource(Firehose firehose) implements ResourceType {
    private static final int MAX_NAME = 64;
    private static final String STACK = "aws:cloudformation:stack-id";
    private static final String LOGICAL_ID = "aws:cloudformation:logical-id";
    private static final String EXTENDED = "ExtendedS3DestinationConfiguration";
    private static final String PLAIN = "S3DestinationConfiguration";
    private static final String ENCRYPTION = "DeliveryStreamEncryptionConfigurationInput";

    @Override
    public String type() {
        return "AWS::KinesisFirehose::DeliveryStream";
    }

    @Override
    public Set<String> properties() {
        return Set.of("DeliveryStreamName", "DeliveryStreamType", EXTENDED, PLAIN, ENCRYPTION, "Tags",
                "KinesisStreamSourceConfiguration");
    }

    @Override
    public Set<String> replacedBy() {
        return Set.of("DeliveryStreamName", "DeliveryStreamType", "KinesisStreamSourceConfiguration");
    }

    private static <T extends Shape> T input(T empty, Map<String, ?> properties) {
        @SuppressWarnings("unchecked") var read = (T) Trees.lenient(empty.shape(), properties, path -> {
            throw ApiError.of("InvalidRequest", 400, "Encountered unsupported property " + path);
        });
        return read;
    }

    private static Map<String, String> tags(Desired desired) {
        var tags = new LinkedHashMap<>(desired.tags());
        if (desired.properties().get("Tags") instanceof List<?> given) {
            given.forEach(each -> {
                if (each instanceof Map<?, ?> tag) {
                    tags.put(String.valueOf(tag.get("Key")), String.valueOf(tag.get("Value")));
                }
            });
        }
        tags.put(STACK, desired.stackId());
        tags.put(LOGICAL_ID, desired.logicalId());
        return tags;
    }

    private static List<Firehose.Tag> list(Map<String, String> tags) {
        return tags.entrySet().stream().map(it -> Firehose.Tag.of(t -> t.key(it.getKey()).value(it.getValue()))).toList();
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        var name = desired.name("DeliveryStreamName", MAX_NAME);
        var properties = new LinkedHashMap<>(desired.properties());
        properties.put("DeliveryStreamName", name);
        properties.remove("Tags");
        var request = input(Firehose.CreateDeliveryStreamRequest.of(_ -> { }), properties).toBuilder().tags(list(tags(desired))).build();
        try {
            firehose.createDeliveryStream(caller, request);
        } catch (Firehose.ResourceInUseException e) {
            var known = known(caller, name);
            if (!desired.stackId().equals(known.get(STACK)) || !desired.logicalId().equals(known.get(LOGICAL_ID))) {
                throw ApiError.of("AlreadyExists", 400, e.getMessage());
            }
        }
        return read(caller, name).orElseThrow();
    }

    private Map<String, String> known(Caller caller, String name) {
        var known = new LinkedHashMap<String, String>();
        firehose.listTagsForDeliveryStream(caller, Firehose.ListTagsForDeliveryStreamRequest.of(r -> r.deliveryStreamName(name)))
                .tags().forEach(tag -> known.put(tag.key(), tag.value()));
        return known;
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        updateDestination(caller, physicalId, before.properties(), after.properties());
        if (!Objects.equals(before.properties().get(ENCRYPTION), after.properties().get(ENCRYPTION))) {
            if (after.properties().get(ENCRYPTION) instanceof Map<?, ?> encryption) {
                firehose.startDeliveryStreamEncryption(caller, input(Firehose.StartDeliveryStreamEncryptionRequest.of(_ -> { }),
                        Map.of("DeliveryStreamName", physicalId, ENCRYPTION, encryption)));
            } else {
                firehose.stopDeliveryStreamEncryption(caller,
                        Firehose.StopDeliveryStreamEncryptionRequest.of(r -> r.deliveryStreamName(physicalId)));
            }
        }
        var wanted = tags(after);
        var gone = tags(before).keySet().stream().filter(key -> !wanted.containsKey(key)).toList();
        if (!gone.isEmpty()) {
            firehose.untagDeliveryStream(caller,
                    Firehose.UntagDeliveryStreamRequest.of(r -> r.deliveryStreamName(physicalId).tagKeys(gone)));
        }
        firehose.tagDeliveryStream(caller,
                Firehose.TagDeliveryStreamRequest.of(r -> r.deliveryStreamName(physicalId).tags(list(wanted))));
        return read(caller, physicalId).orElseThrow();
    }

    private void updateDestination(Caller caller, String name, Map<String, Object> before, Map<String, Object> after) {
        for (var property : List.of(EXTENDED, PLAIN)) {
            if (after.get(property) instanceof Map<?, ?> wanted && !wanted.equals(before.get(property))) {
                var now = firehose.describeDeliveryStream(caller,
                        Firehose.DescribeDeliveryStreamRequest.of(r -> r.deliveryStreamName(name))).deliveryStreamDescription();
                firehose.updateDestination(caller, input(Firehose.UpdateDestinationRequest.of(_ -> { }), Map.of(
                        "DeliveryStreamName", name, "CurrentDeliveryStreamVersionId", now.versionId(),
                        "DestinationId", now.destinations().getFirst().destinationId(),
                        property.replace("Configuration", "Update"), wanted)));
            }
        }
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        try {
            firehose.deleteDeliveryStream(caller, Firehose.DeleteDeliveryStreamRequest.of(r -> r.deliveryStreamName(physicalId)));
        } catch (Firehose.ResourceNotFoundException _) {
            // Gone already, as wanted.
        }
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        try {
            var description = firehose.describeDeliveryStream(caller, Firehose.DescribeDeliveryStreamRequest.of(
                    r -> r.deliveryStreamName(physicalId))).deliveryStreamDescription();
            return Optional.of(new Resource(physicalId, Map.of("Arn", description.deliveryStreamARN())));
        } catch (Firehose.ResourceNotFoundException _) {
            return Optional.empty();
        }
    }
}
