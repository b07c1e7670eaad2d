package dev.aloft.service.cloudformation.template;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One resource as a template declares it. */
public record Resource(String logicalId, String type, Value properties, List<String> dependsOn,
        Optional<String> condition, Policy deletionPolicy, Policy updateReplacePolicy, Optional<Value> metadata) {
    private static final Set<String> KEYS = Set.of("Type", "Properties", "DependsOn", "Condition", "DeletionPolicy",
            "UpdateReplacePolicy", "Metadata", "CreationPolicy", "UpdatePolicy", "Description", "Version");

    static Resource read(String id, Object tree) {
        if (!(tree instanceof Map)) {
            throw TemplateError.format("Any Resources member must be an object.");
        }
        if (!id.chars().allMatch(c -> c < 128 && Character.isLetterOrDigit(c))) {
            throw TemplateError.format("Resource name " + id + " is non alphanumeric.");
        }
        var map = Trees.map(tree);
        if (!(map.get("Type") instanceof String type)) {
            throw TemplateError.format("[/Resources/" + id + "] Every Resources object must contain a Type member.");
        }
        for (var key : map.keySet()) {
            if (!KEYS.contains(key)) {
                throw new TemplateError("Invalid template resource property '" + key + "'");
            }
        }
        for (var unbuilt : List.of("CreationPolicy", "UpdatePolicy")) {
            if (map.containsKey(unbuilt)) {
                throw new TemplateError("Resource " + id + ": " + unbuilt + " is not built in Aloft");
            }
        }
        var properties = map.get("Properties");
        if (properties != null && !(properties instanceof Map)) {
            throw TemplateError.format("[/Resources/" + id + "/Properties] must be an object");
        }
        var path = "/Resources/" + id;
        return new Resource(id, type, Value.read(properties == null ? Map.of() : properties, path + "/Properties"),
                dependsOn(id, map.get("DependsOn")), Optional.ofNullable(map.get("Condition")).map(Trees::text),
                Policy.read(id, type, Policy.DELETION, map.get(Policy.DELETION)),
                Policy.read(id, type, Policy.REPLACEMENT, map.get(Policy.REPLACEMENT)),
                Optional.ofNullable(map.get("Metadata")).map(m -> new Value.Scalar(m)));
    }

    private static List<String> dependsOn(String id, Object tree) {
        return switch (tree) {
            case null -> List.of();
            case String one -> List.of(one);
            case List<?> list when list.stream().allMatch(String.class::isInstance) ->
                list.stream().map(String.class::cast).toList();
            default -> throw TemplateError.format("DependsOn of resource " + id
                    + " must be a String or a List of Strings");
        };
    }
}
