package dev.aloft.service.cloudformation.sam;

import dev.aloft.service.cloudformation.template.Trees;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A serverless resource as the template declares it. */
record Declared(String id, Map<String, Object> tree) {
    private static final List<String> PASSED = List.of("Condition", "DeletionPolicy", "UpdateReplacePolicy");

    String type() {
        return Trees.text(tree.get("Type"));
    }

    Map<String, Object> properties() {
        if (!(tree.get("Properties") instanceof Map)) {
            if (tree.containsKey("Properties")) {
                throw error("Attribute 'Properties' should be a map.");
            }
            tree.put("Properties", new LinkedHashMap<String, Object>());
        }
        return Trees.map(tree.get("Properties"));
    }

    Object get(String property) {
        return properties().get(property);
    }

    /** A property that must be a map; empty where it is absent. */
    Map<String, Object> map(String property) {
        if (get(property) != null && !(get(property) instanceof Map)) {
            throw error("Property '" + property + "' should be a map.");
        }
        return Trees.map(get(property));
    }

    /** A property that must be a list; empty where it is absent. */
    List<Object> list(String property) {
        if (get(property) != null && !(get(property) instanceof List)) {
            throw error("Property '" + property + "' should be a list.");
        }
        return Trees.list(get(property));
    }

    /** Refuses a property that is neither of this type nor a function of CloudFormation. */
    void refuseOther(String property, Class<?> type) {
        var value = get(property);
        if (value != null && !type.isInstance(value) && !Functions.isFunction(value)) {
            throw error("Type of property '" + property + "' is invalid.");
        }
    }

    /** Refuses properties that the type does not have. */
    void allow(Set<String> known) {
        for (var name : properties().keySet()) {
            if (!known.contains(name)) {
                throw error("property " + name + " not defined for resource of type " + type());
            }
        }
    }

    SamError error(String message) {
        return SamError.resource(id, message);
    }

    /** The attributes that everything made from this resource gets as well. */
    Map<String, Object> passed() {
        var passed = new LinkedHashMap<String, Object>();
        PASSED.stream().filter(tree::containsKey).forEach(name -> passed.put(name, tree.get(name)));
        return passed;
    }

    /** The attributes of what takes this resource's place. */
    Map<String, Object> attributes() {
        var attributes = passed();
        List.of("UpdatePolicy", "Metadata").stream().filter(tree::containsKey)
                .forEach(name -> attributes.put(name, tree.get(name)));
        return attributes;
    }

    Object dependsOn() {
        return tree.get("DependsOn");
    }
}
