package dev.aloft.service.cloudformation.sam;

import dev.aloft.service.cloudformation.template.Trees;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The attribute {@code Connectors} of a resource: connectors whose source it is, each a resource of its own from here
 * on.
 */
final class EmbeddedConnectors {
    private EmbeddedConnectors() {
    }

    /** Takes them out of the resources; what is wrong with one is added to the errors and leaves the others. */
    static void takeOut(Transformation transformation, List<String> errors) {
        var found = new LinkedHashMap<String, Object>();
        transformation.declared().forEach((id, tree) -> {
            var resource = Trees.map(tree);
            if (!resource.containsKey("Connectors")) {
                return;
            }
            var connectors = resource.remove("Connectors");
            if (!(connectors instanceof Map)) {
                errors.add(SamError.resource(id, "Attribute '" + id + ".Connectors' should be a map.").getMessage());
                return;
            }
            Trees.map(connectors).forEach((name, connector) -> {
                try {
                    found.put(id + name, connector(transformation, id, name, connector));
                } catch (SamError error) {
                    errors.add(error.getMessage());
                }
            });
        });
        transformation.declared().putAll(found);
    }

    private static Map<String, Object> connector(Transformation transformation, String source, String name,
            Object given) {
        var id = source + name;
        if (!(given instanceof Map)) {
            throw SamError.resource(id, source + "." + id + " should be a map.");
        }
        var connector = Trees.map(Trees.copy(given));
        if (!(connector.get("Properties") instanceof Map)) {
            throw SamError.resource(source, "Attribute 'Connectors." + name + ".Properties' should be a map.");
        }
        var properties = Trees.map(connector.get("Properties"));
        var from = Functions.map("Id", source);
        if (properties.containsKey("SourceReference")) {
            if (!(properties.remove("SourceReference") instanceof Map<?, ?> reference)) {
                throw SamError.resource(source,
                        "Property 'Connectors." + name + ".Properties.SourceReference' should be a map.");
            }
            if (reference.containsKey("Id")) {
                throw SamError.resource(name, "'Id' shouldn't be defined in 'SourceReference'.");
            }
            reference.forEach((key, value) -> from.put(key.toString(), value));
        }
        properties.put("Source", from);
        connector.put("Type", SamConnector.TYPE);
        if (!transformation.resource(id).isEmpty()) {
            throw new SamError("Transforming resource with id [" + source
                    + "] attempts to create a new resource with id [" + id
                    + "] and type \"" + SamConnector.TYPE
                            + "\". A resource with that id already exists within this template."
                    + " Please use a different id for that resource.");
        }
        return connector;
    }
}
