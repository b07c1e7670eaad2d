package dev.aloft.service.cloudformation.sam;

import dev.aloft.service.cloudformation.template.Trees;
import java.util.Map;
import java.util.Set;

/**
 * One event source of a function or a state machine.
 *
 * @param owner the logical id of either
 */
record Event(boolean ofFunction, String owner, String name, String type, Map<String, Object> properties) {
    /** The logical id of what is made for it. */
    String id() {
        return owner + name;
    }

    Object get(String property) {
        return properties.get(property);
    }

    Object require(String property) {
        if (get(property) == null) {
            throw SamError.resource(id(), "Missing required property '" + property + "'.");
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
                throw SamError.resource(id(), "property " + property + " not defined for resource of type " + type);
            }
        }
    }

    SamError error(String message) {
        return error(name, message);
    }

    SamError unknown() {
        return error("Resource dict has missing or invalid value for key Type. Event Type is: "
                + (type.isEmpty() || type.equals("null") ? "None" : type) + ".");
    }

    SamError wrongType(String property) {
        return SamError.resource(id(), "Type of property '" + property + "' is invalid.");
    }

    /** An error that names the event as what is made for it. */
    SamError wholeError(String message) {
        return error(id(), message);
    }

    /** SAM says of a function's event whose it is, and of a state machine's it does not. */
    private SamError error(String id, String message) {
        return ofFunction ? SamError.event(owner, id, message)
                : new SamError("Event with id [" + id + "] is invalid. " + message);
    }
}
