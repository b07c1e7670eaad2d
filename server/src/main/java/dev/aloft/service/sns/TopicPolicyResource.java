package dev.aloft.service.sns;

import dev.aloft.api.Caller;
import dev.aloft.api.Sns;
import dev.aloft.kernel.call.ResourceType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** AWS::SNS::TopicPolicy: one policy for some topics. */
record TopicPolicyResource(Sns sns) implements ResourceType {
    @Override
    public String type() {
        return "AWS::SNS::TopicPolicy";
    }

    @Override
    public Set<String> properties() {
        return required();
    }

    @Override
    public Set<String> required() {
        return Set.of("PolicyDocument", "Topics");
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        var id = desired.generatedName(128);
        var policy = desired.document("PolicyDocument");
        topics(desired).forEach(topic -> SnsResources.setPolicy(sns, caller, topic, policy));
        return new Resource(id, Map.of("Id", id));
    }

    private static List<String> topics(Desired desired) {
        return desired.properties().get("Topics") instanceof List<?> list
                ? list.stream().map(Object::toString).toList()
                : List.of();
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        topics(before).stream().filter(topic -> !topics(after).contains(topic))
                .forEach(topic -> SnsResources.removePolicy(sns, caller, topic));
        topics(after).forEach(topic -> SnsResources.setPolicy(sns, caller, topic, after.document("PolicyDocument")));
        return new Resource(physicalId, Map.of("Id", physicalId));
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        topics(last).forEach(topic -> SnsResources.removePolicy(sns, caller, topic));
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        return Optional.of(new Resource(physicalId, Map.of("Id", physicalId)));
    }
}
