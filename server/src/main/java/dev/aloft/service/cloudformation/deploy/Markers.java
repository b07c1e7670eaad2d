package dev.aloft.service.cloudformation.deploy;

import dev.aloft.api.Caller;
import dev.aloft.kernel.call.ResourceType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * Resource types that stand for nothing outside their stack, as on AWS.
 *
 * @param id what {@code Ref} returns
 */
public record Markers(String type, Set<String> properties, BiFunction<Caller, ResourceType.Desired, String> id)
        implements ResourceType {
    public static List<ResourceType> all() {
        return List.of(new Markers("AWS::CDK::Metadata", Set.of("Analytics"), (_, desired) ->
                desired.generatedName(128)),
                new Markers("AWS::CloudFormation::WaitConditionHandle", Set.of(), WaitCondition::url));
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        return new Resource(id.apply(caller, desired), Map.of());
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
