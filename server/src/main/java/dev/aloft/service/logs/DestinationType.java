package dev.aloft.service.logs;

import dev.aloft.api.Caller;
import dev.aloft.api.Logs;
import dev.aloft.kernel.call.ResourceType;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** AWS::Logs::Destination. */
record DestinationType(Logs logs) implements ResourceType {
    @Override
    public String type() {
        return "AWS::Logs::Destination";
    }

    @Override
    public Set<String> properties() {
        return Set.of("DestinationName", "TargetArn", "RoleArn", "DestinationPolicy");
    }

    @Override
    public Set<String> required() {
        return Set.of("DestinationName", "TargetArn", "RoleArn");
    }

    @Override
    public Set<String> replacedBy() {
        return Set.of("DestinationName");
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        var name = String.valueOf(desired.properties().get("DestinationName"));
        var put = logs.putDestination(caller, desired.input(Logs.PUT_DESTINATION, Logs.PutDestinationRequest.class,
            Map.of(),
            Set.of("DestinationPolicy"))).destination();
        if (desired.properties().get("DestinationPolicy") != null) {
            var policy = desired.document("DestinationPolicy");
            logs.putDestinationPolicy(caller, Logs.PutDestinationPolicyRequest.of(r -> r.destinationName(name)
                .accessPolicy(policy)));
        }
        return new Resource(name, Map.of("Arn", put.arn()));
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        return create(caller, after);
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        try {
            logs.deleteDestination(caller, Logs.DeleteDestinationRequest.of(r -> r.destinationName(physicalId)));
        } catch (Logs.ResourceNotFoundException _) {
            // Gone already, as wanted.
        }
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        return logs.describeDestinations(caller, Logs.DescribeDestinationsRequest.of(r ->
            r.destinationNamePrefix(physicalId)))
            .destinations().stream().filter(it -> it.destinationName().equals(physicalId)).findFirst()
            .map(it -> new Resource(physicalId, Map.of("Arn", it.arn())));
    }
}
