package dev.aloft.service.logs;

import dev.aloft.api.Caller;
import dev.aloft.api.Logs;
import dev.aloft.kernel.call.NamedType;
import java.util.Map;
import java.util.Set;

/** AWS::Logs::DeliveryDestination. Its policy is put once it is there. */
final class DeliveryDestinationType extends NamedType {
    private static final String POLICY = "DeliveryDestinationPolicy";

    private final Logs logs;

    DeliveryDestinationType(Logs logs) {
        super("AWS::Logs::DeliveryDestination", "Name", 60, Set.of("Name"), Set.of("DestinationResourceArn",
                "OutputFormat", "DeliveryDestinationType", POLICY, "Tags"), Set.of("OutputFormat"));
        this.logs = logs;
    }

    /** One that is there would be changed, whosesoever it is. */
    @Override
    protected void make(Caller caller, String named, Desired desired) {
        if (read(caller, named).isPresent()) {
            throw new Logs.ConflictException("The Delivery Destination " + named + " already exists.");
        }
        put(caller, named, desired, desired.marked());
    }

    private void put(Caller caller, String named, Desired desired, Map<String, String> tags) {
        logs.putDeliveryDestination(caller, Logs.PutDeliveryDestinationRequest.of(r -> r.name(named).tags(tags)
                .outputFormat(DeliveryTypes.text(desired, "OutputFormat"))
                .deliveryDestinationType(DeliveryTypes.text(desired, "DeliveryDestinationType"))
                .deliveryDestinationConfiguration(Logs.DeliveryDestinationConfiguration.of(c -> c
                        .destinationResourceArn(DeliveryTypes.text(desired, "DestinationResourceArn"))))));
    }

    @Override
    protected boolean isOurs(Caller caller, String named, Desired desired) {
        return DeliveryTypes.isOurs(logs, caller, arn(caller, named), desired);
    }

    private static String arn(Caller caller, String named) {
        return caller.arn("logs", "delivery-destination:" + named).toString();
    }

    /** The policy stands in a structure that names the destination once more. */
    @Override
    protected void finish(Caller caller, String named, Desired desired) {
        var policy = policy(desired);
        if (policy != null) {
            logs.putDeliveryDestinationPolicy(caller, Logs.PutDeliveryDestinationPolicyRequest.of(r -> r
                    .deliveryDestinationName(named).deliveryDestinationPolicy(policy)));
        }
    }

    private static String policy(Desired desired) {
        return desired.properties().get(POLICY) instanceof Map<?, ?> given ? Desired.document(given, POLICY) : null;
    }

    @Override
    protected void change(Caller caller, String named, Desired before, Desired after) {
        put(caller, named, after, null);
        finish(caller, named, after);
        if (policy(before) != null && policy(after) == null) {
            logs.deleteDeliveryDestinationPolicy(caller, Logs.DeleteDeliveryDestinationPolicyRequest.of(r -> r
                    .deliveryDestinationName(named)));
        }
        DeliveryTypes.changeTags(logs, caller, arn(caller, named), before, after);
    }

    @Override
    protected void remove(Caller caller, String named) {
        logs.deleteDeliveryDestination(caller, Logs.DeleteDeliveryDestinationRequest.of(r -> r.name(named)));
    }

    @Override
    protected Resource describe(Caller caller, String named) {
        var it = logs.getDeliveryDestination(caller, Logs.GetDeliveryDestinationRequest.of(r -> r.name(named)))
                .deliveryDestination();
        return new Resource(named, Map.of("Arn", it.arn(), "DeliveryDestinationType", it.deliveryDestinationType()));
    }
}
