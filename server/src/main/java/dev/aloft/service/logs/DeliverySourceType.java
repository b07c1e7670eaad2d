package dev.aloft.service.logs;

import dev.aloft.api.Caller;
import dev.aloft.api.Logs;
import dev.aloft.kernel.call.NamedType;
import java.util.Map;
import java.util.Set;

/** AWS::Logs::DeliverySource. */
final class DeliverySourceType extends NamedType {
    private final Logs logs;

    DeliverySourceType(Logs logs) {
        super("AWS::Logs::DeliverySource", "Name", 60, Set.of("Name"), Set.of("ResourceArn", "LogType", "Tags"),
                Set.of("ResourceArn"));
        this.logs = logs;
    }

    /** One that is there would be changed, whosesoever it is. */
    @Override
    protected void make(Caller caller, String named, Desired desired) {
        if (read(caller, named).isPresent()) {
            throw new Logs.ConflictException("The Delivery Source " + named + " already exists.");
        }
        put(caller, named, desired, desired.marked());
    }

    private void put(Caller caller, String named, Desired desired, Map<String, String> tags) {
        logs.putDeliverySource(caller, Logs.PutDeliverySourceRequest.of(r -> r.name(named).tags(tags)
                .resourceArn(DeliveryTypes.text(desired, "ResourceArn"))
                .logType(DeliveryTypes.text(desired, "LogType"))));
    }

    @Override
    protected boolean isOurs(Caller caller, String named, Desired desired) {
        return DeliveryTypes.isOurs(logs, caller, arn(caller, named), desired);
    }

    private static String arn(Caller caller, String named) {
        return caller.arn("logs", "delivery-source:" + named).toString();
    }

    @Override
    protected void change(Caller caller, String named, Desired before, Desired after) {
        put(caller, named, after, null);
        DeliveryTypes.changeTags(logs, caller, arn(caller, named), before, after);
    }

    @Override
    protected void remove(Caller caller, String named) {
        logs.deleteDeliverySource(caller, Logs.DeleteDeliverySourceRequest.of(r -> r.name(named)));
    }

    @Override
    protected Resource describe(Caller caller, String named) {
        var it = logs.getDeliverySource(caller, Logs.GetDeliverySourceRequest.of(r -> r.name(named))).deliverySource();
        return new Resource(named, Map.of("Arn", it.arn(), "ResourceArns", it.resourceArns(), "Service",
                it.service()));
    }
}
