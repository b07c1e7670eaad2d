package dev.aloft.service.cloudformation.sam;

import dev.aloft.service.cloudformation.template.Trees;
import java.util.Map;
import java.util.Set;

/** One event source of a function or a state machine. */
record Event(String owner, String name, String type, Map<String, Object> properties) {
    /** The logical id of what is made for it. */
    String id() {
        return owner + name;
    }

    Object get(String property) {
        return properties.get(property);
    }

    Object require(String property) {
        if (get(property) == null) {
            throw error("Missing required property '" + property + "'.");
        }
        return get(property);
    }

    Map<String, Object> map(String property) {
        if (get(property) != null && !(get(property) instanceof Map)) {
            throw error("Property '" + property + "' should be a map.");
        }
        return Trees.map(get(property));
    }

    void allow(Set<String> known) {
        for (var property : properties.keySet()) {
            if (!known.contains(property)) {
                throw error("property " + property + " not defined for resource of type " + type);
            }
        }
    }

    SamError error(String message) {
        return SamError.event(owner, name, message);
    }
}
