package dev.aloft.service.cloudformation.template;

import java.util.Set;

/**
 * What becomes of a resource that is not wanted any more, or was replaced: its DeletionPolicy or UpdateReplacePolicy.
 * It may be a function of parameters, without a transform too.
 */
public record Policy(String resource, String type, String attribute, Value value) {
    static final String DELETION = "DeletionPolicy";
    static final String REPLACEMENT = "UpdateReplacePolicy";

    private static final Set<String> KNOWN = Set.of("Delete", "Retain", "Snapshot", "RetainExceptOnCreate");

    static Policy read(String resource, String type, String attribute, Object given) {
        var value = Value.read(given == null ? "Delete" : given, "/Resources/" + resource + "/" + attribute);
        var policy = new Policy(resource, type, attribute, value);
        if (value instanceof Value.Scalar(var name)) {
            policy.checked(name);
        }
        return policy;
    }

    /** Delete, Retain or RetainExceptOnCreate. */
    public String in(Evaluate evaluate) {
        return checked(evaluate.value(value));
    }

    private String checked(Object given) {
        if (!(given instanceof String text) || !KNOWN.contains(text)
                || text.equals("RetainExceptOnCreate") && attribute.equals(REPLACEMENT)) {
            throw TemplateError.format("Unrecognized " + attribute + " " + given + " for resource " + resource);
        }
        if (text.equals("Snapshot")) {
            // Volumes and databases can be kept so; of what is built here, nothing.
            throw new TemplateError("Template error: resource type " + type + " does not support "
                    + (attribute.equals(DELETION) ? "deletion policy" : "update replace policy") + " Snapshot");
        }
        return text;
    }
}
