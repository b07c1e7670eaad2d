package dev.aloft.service.cloudformation.deploy;

import dev.aloft.api.Caller;
import dev.aloft.kernel.call.ResourceType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Resource types that stand for nothing outside their stack, as on AWS. */
public record Markers(String type, Set<String> properties) implements ResourceType {
    public static List<ResourceType> all() {
        return List.of(new Markers("AWS::CDK::Metadata", Set.of("Analytics")));
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        return new Resource(desired.generatedName(128), Map.of());
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        return new Resource(physicalId, Map.of());
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        // There is nothing.
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        return Optional.of(new Resource(physicalId, Map.of()));
    }
}
