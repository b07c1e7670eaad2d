package dev.aloft.service.ssm;

import dev.aloft.api.Caller;
import dev.aloft.api.Ssm;
import dev.aloft.kernel.call.ResourceType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** AWS::SSM::Parameter: a String or StringList; templates must not hold secrets. */
record SsmResources(Ssm ssm) implements ResourceType {
    private static final int MAX_NAME = 128;

    @Override
    public String type() {
        return "AWS::SSM::Parameter";
    }

    @Override
    public boolean tellsProperties() {
        return true;
    }

    @Override
    public Set<String> properties() {
        return Set.of("Name", "Type", "Value", "Description", "AllowedPattern", "DataType", "Tier", "Policies", "Tags");
    }

    @Override
    public Set<String> required() {
        return Set.of("Type", "Value");
    }

    @Override
    public Set<String> replacedBy() {
        return Set.of("Name");
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        var name = desired.name("Name", MAX_NAME);
        try {
            ssm.putParameter(caller, request(name, desired).toBuilder().tags(Tags.told(desired.marked())).build());
        } catch (Ssm.ParameterAlreadyExists e) {
            if (!isOurs(caller, name, desired)) {
                throw e;
            }
        }
        return existing(caller, name);
    }

    /** Made by an earlier try for the same resource of the same stack. */
    private boolean isOurs(Caller caller, String name, Desired desired) {
        var known = new LinkedHashMap<String, String>();
        ssm.listTagsForResource(caller, Ssm.ListTagsForResourceRequest.of(
                r -> r.resourceType("Parameter")
                .resourceId(name))).tagList().forEach(tag -> known.put(tag.key(), tag.value()));
        return desired.isMarkedIn(known);
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        ssm.putParameter(caller, request(physicalId, after).toBuilder().overwrite(true).build());
        var gone = before.tagsGoneIn(after);
        if (!gone.isEmpty()) {
            ssm.removeTagsFromResource(caller, Ssm.RemoveTagsFromResourceRequest.of(
                    r -> r.resourceType("Parameter").resourceId(physicalId).tagKeys(gone)));
        }
        ssm.addTagsToResource(caller, Ssm.AddTagsToResourceRequest.of(
                r -> r.resourceType("Parameter").resourceId(physicalId).tags(Tags.told(after.marked()))));
        return existing(caller, physicalId);
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        try {
            ssm.deleteParameter(caller, Ssm.DeleteParameterRequest.of(r -> r.name(physicalId)));
        } catch (Ssm.ParameterNotFound _) {
            // Gone already, which is what was wanted.
        }
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        try {
            return Optional.of(existing(caller, physicalId));
        } catch (Ssm.ParameterNotFound _) {
            return Optional.empty();
        }
    }

    private Resource existing(Caller caller, String name) {
        var parameter = ssm.getParameter(caller, Ssm.GetParameterRequest.of(r -> r.name(name))).parameter();
        return new Resource(name, Map.of("Arn", parameter.arn(), "Type", parameter.type(),
                "Value", parameter.value()));
    }

    private static Ssm.PutParameterRequest request(String name, Desired desired) {
        var properties = desired.properties();
        var type = text(properties, "Type");
        if ("SecureString".equals(type)) {
            throw Names.invalid("The following parameter types are supported in templates: String, StringList");
        }
        var value = properties.get("Value") instanceof List<?> list
                ? String.join(",", list.stream().map(Object::toString).toList()) : text(properties, "Value");
        return Ssm.PutParameterRequest.of(r -> r.name(name).type(type).value(value)
                .description(text(properties, "Description")).allowedPattern(text(properties, "AllowedPattern"))
                .dataType(text(properties, "DataType")).tier(text(properties, "Tier"))
                .policies(text(properties, "Policies")));
    }

    private static String text(Map<String, Object> properties, String name) {
        var value = properties.get(name);
        return value == null ? null : value.toString();
    }

}
