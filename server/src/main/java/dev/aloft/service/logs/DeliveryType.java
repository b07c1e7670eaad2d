package dev.aloft.service.logs;

import dev.aloft.api.Caller;
import dev.aloft.api.Logs;
import dev.aloft.kernel.call.ResourceType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** AWS::Logs::Delivery. */
record DeliveryType(Logs logs) implements ResourceType {
    @Override
    public String type() {
        return "AWS::Logs::Delivery";
    }

    @Override
    public Set<String> properties() {
        return Set.of("DeliverySourceName", "DeliveryDestinationArn", "RecordFields", "FieldDelimiter",
                "S3SuffixPath", "S3EnableHiveCompatiblePath", "Tags");
    }

    @Override
    public Set<String> required() {
        return Set.of("DeliverySourceName", "DeliveryDestinationArn");
    }

    @Override
    public Set<String> replacedBy() {
        return required();
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        try {
            return resource(logs.createDelivery(caller, Logs.CreateDeliveryRequest.of(r -> r
                    .deliverySourceName(DeliveryTypes.text(desired, "DeliverySourceName"))
                    .deliveryDestinationArn(DeliveryTypes.text(desired, "DeliveryDestinationArn"))
                    .recordFields(fields(desired)).fieldDelimiter(DeliveryTypes.text(desired, "FieldDelimiter"))
                    .s3DeliveryConfiguration(s3(desired)).tags(desired.marked()))).delivery());
        } catch (Logs.ConflictException e) {
            return earlier(caller, desired).orElseThrow(() -> e);
        }
    }

    /** Made by an earlier try for the same resource of the same stack. */
    private Optional<Resource> earlier(Caller caller, Desired desired) {
        return logs.describeDeliveries(caller, Logs.DescribeDeliveriesRequest.of(_ -> { })).deliveries().stream()
                .filter(it -> it.deliverySourceName().equals(DeliveryTypes.text(desired, "DeliverySourceName"))
                        && it.deliveryDestinationArn().equals(DeliveryTypes.text(desired, "DeliveryDestinationArn"))
                        && desired.isMarkedIn(it.tags() == null ? Map.of() : it.tags()))
                .findFirst().map(DeliveryType::resource);
    }

    private static List<String> fields(Desired desired) {
        return desired.properties().get("RecordFields") instanceof List<?> list
                ? list.stream().map(Object::toString).toList() : null;
    }

    private static Logs.S3DeliveryConfiguration s3(Desired desired) {
        var suffix = DeliveryTypes.text(desired, "S3SuffixPath");
        var hive = DeliveryTypes.text(desired, "S3EnableHiveCompatiblePath");
        return suffix == null && hive == null ? null : Logs.S3DeliveryConfiguration.of(c -> c.suffixPath(suffix)
                .enableHiveCompatiblePath(hive == null ? null : Boolean.valueOf(hive)));
    }

    private static Resource resource(Logs.Delivery it) {
        var attributes = new LinkedHashMap<String, Object>();
        attributes.put("Arn", it.arn());
        attributes.put("DeliveryId", it.id());
        attributes.put("DeliveryDestinationType", it.deliveryDestinationType());
        return new Resource(it.id(), attributes);
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        logs.updateDeliveryConfiguration(caller, Logs.UpdateDeliveryConfigurationRequest.of(r -> r.id(physicalId)
                .recordFields(fields(after)).fieldDelimiter(DeliveryTypes.text(after, "FieldDelimiter"))
                .s3DeliveryConfiguration(s3(after))));
        var changed = read(caller, physicalId).orElseThrow(DeliveryRefusals::noDelivery);
        DeliveryTypes.changeTags(logs, caller, String.valueOf(changed.attributes().get("Arn")), before, after);
        return changed;
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        try {
            logs.deleteDelivery(caller, Logs.DeleteDeliveryRequest.of(r -> r.id(physicalId)));
        } catch (Logs.ResourceNotFoundException _) {
            // Gone already, as wanted.
        }
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        try {
            return Optional.of(resource(logs.getDelivery(caller,
                    Logs.GetDeliveryRequest.of(r -> r.id(physicalId))).delivery()));
        } catch (Logs.ResourceNotFoundException _) {
            return Optional.empty();
        }
    }
}
