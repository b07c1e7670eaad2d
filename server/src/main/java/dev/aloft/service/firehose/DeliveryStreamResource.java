package dev.aloft.service.firehose;

import dev.aloft.api.Caller;
import dev.aloft.api.Firehose;
import dev.aloft.kernel.call.NamedType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** AWS::KinesisFirehose::DeliveryStream. */
final class DeliveryStreamResource extends NamedType {
    private static final String EXTENDED = "ExtendedS3DestinationConfiguration";
    private static final String PLAIN = "S3DestinationConfiguration";
    private static final String HTTP = "HttpEndpointDestinationConfiguration";
    private static final String HINT = "DirectPutSourceConfiguration";
    private static final String ENCRYPTION = "DeliveryStreamEncryptionConfigurationInput";

    private final Firehose firehose;

    DeliveryStreamResource(Firehose firehose) {
        super("AWS::KinesisFirehose::DeliveryStream", "DeliveryStreamName", 64, Set.of(),
                Set.of("DeliveryStreamType", EXTENDED,
                PLAIN, HTTP, ENCRYPTION, HINT, "Tags", "KinesisStreamSourceConfiguration"),
                Set.of("DeliveryStreamType", HINT, "KinesisStreamSourceConfiguration"));
        this.firehose = firehose;
    }

    private static List<Firehose.Tag> tags(Desired desired) {
        return desired.marked().entrySet().stream()
                .map(it -> Firehose.Tag.of(t -> t.key(it.getKey()).value(it.getValue())))
                .toList();
    }

    @Override
    protected void make(Caller caller, String named, Desired desired) {
        firehose.createDeliveryStream(caller, desired.input(Firehose.CREATE_DELIVERY_STREAM,
                Firehose.CreateDeliveryStreamRequest.class, Map.of("DeliveryStreamName", named), Set.of("Tags"))
                .toBuilder().tags(tags(desired)).build());
    }

    @Override
    protected boolean isOurs(Caller caller, String named, Desired desired) {
        var known = new LinkedHashMap<String, String>();
        firehose.listTagsForDeliveryStream(caller,
                Firehose.ListTagsForDeliveryStreamRequest.of(r -> r.deliveryStreamName(named)))
                .tags().forEach(tag -> known.put(tag.key(), tag.value()));
        return desired.isMarkedIn(known);
    }

    @Override
    protected void change(Caller caller, String named, Desired before, Desired after) {
        for (var property : List.of(EXTENDED, PLAIN, HTTP)) {
            if (after.properties().get(property) instanceof Map<?, ?> wanted
                    && !wanted.equals(before.properties().get(property))) {
                changeDestination(caller, named, after, property, wanted);
            }
        }
        if (!Objects.equals(before.properties().get(ENCRYPTION), after.properties().get(ENCRYPTION))) {
            changeEncryption(caller, named, after);
        }
        var gone = before.tagsGoneIn(after);
        if (!gone.isEmpty()) {
            firehose.untagDeliveryStream(caller,
                    Firehose.UntagDeliveryStreamRequest.of(r -> r.deliveryStreamName(named).tagKeys(gone)));
        }
        firehose.tagDeliveryStream(caller,
                Firehose.TagDeliveryStreamRequest.of(r -> r.deliveryStreamName(named).tags(tags(after))));
    }

    private void changeDestination(Caller caller, String named, Desired after, String property, Map<?, ?> wanted) {
        var now = description(caller, named);
        var update = new LinkedHashMap<Object, Object>(wanted);
        if (update.remove("S3BackupConfiguration") instanceof Map<?, ?> backup) {
            update.put("S3BackupUpdate", backup);
        }
        if (update.remove("S3Configuration") instanceof Map<?, ?> bucket) {
            update.put("S3Update", bucket);
        }
        firehose.updateDestination(caller, after.input(Firehose.UPDATE_DESTINATION,
                Firehose.UpdateDestinationRequest.class,
                Map.of("DeliveryStreamName", named, "CurrentDeliveryStreamVersionId", now.versionId(),
                        "DestinationId", now.destinations().getFirst().destinationId(),
                        property.replace("Configuration", "Update"), update), after.properties().keySet()));
    }

    private void changeEncryption(Caller caller, String named, Desired after) {
        if (after.properties().get(ENCRYPTION) instanceof Map<?, ?> encryption) {
            firehose.startDeliveryStreamEncryption(caller, after.input(Firehose.START_DELIVERY_STREAM_ENCRYPTION,
                    Firehose.StartDeliveryStreamEncryptionRequest.class,
                    Map.of("DeliveryStreamName", named, ENCRYPTION, encryption), after.properties().keySet()));
        } else {
            firehose.stopDeliveryStreamEncryption(caller,
                    Firehose.StopDeliveryStreamEncryptionRequest.of(r -> r.deliveryStreamName(named)));
        }
    }

    @Override
    protected void remove(Caller caller, String named) {
        firehose.deleteDeliveryStream(caller,
                Firehose.DeleteDeliveryStreamRequest.of(r -> r.deliveryStreamName(named)));
    }

    private Firehose.DeliveryStreamDescription description(Caller caller, String named) {
        return firehose.describeDeliveryStream(caller,
                Firehose.DescribeDeliveryStreamRequest.of(r -> r.deliveryStreamName(named)))
                        .deliveryStreamDescription();
    }

    @Override
    protected Resource describe(Caller caller, String named) {
        return new Resource(named, Map.of("Arn", description(caller, named).deliveryStreamARN()));
    }
}
