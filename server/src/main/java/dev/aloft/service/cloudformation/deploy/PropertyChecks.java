package dev.aloft.service.cloudformation.deploy;

import dev.aloft.kernel.call.ResourceType.Desired;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.service.cloudformation.deploy.Handlers.Failed;
import dev.aloft.service.cloudformation.template.Spelling;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Whether a resource's properties are those of its type, all the way down, before the type is asked for anything. */
final class PropertyChecks {
    private static final String REQUIRED = "!";

    private final ResourceType type;
    private final Optional<PublishedType> published;
    private final String failed;
    /** The members of each object by its path, and those of them that must be there. */
    private final Map<String, Set<String>> members = new HashMap<>();
    private final Map<String, Set<String>> required = new HashMap<>();

    private PropertyChecks(ResourceType type, Desired desired) {
        this.type = type;
        published = PublishedType.of(type.type());
        failed = "Properties validation failed for resource " + desired.logicalId() + " with message:\n";
        for (var line : type.members()) {
            var object = line.substring(0, line.indexOf(':'));
            var names = List.of(line.substring(object.length() + 2).split(" "));
            members.put(object, names.stream().map(name -> name.replace(REQUIRED, "")).collect(Collectors.toSet()));
            required.put(object, names.stream().filter(name -> name.endsWith(REQUIRED))
                    .map(name -> name.replace(REQUIRED, "")).collect(Collectors.toSet()));
        }
    }

    static void check(ResourceType type, Desired desired) throws Failed {
        var checks = new PropertyChecks(type, desired);
        checks.names("#", desired.properties(), type.properties(), type.required());
        for (var property : desired.properties().entrySet()) {
            checks.form(property.getKey(), property.getValue());
            checks.value(property.getKey(), "#/" + property.getKey(), property.getValue());
        }
    }

    private void form(String property, Object value) throws Failed {
        var mismatch = published.flatMap(it -> it.mismatch(property, value));
        if (mismatch.isPresent()) {
            throw new Failed(failed + "#/" + property + ": " + mismatch.get());
        }
    }

    private void names(String at, Map<?, ?> given, Set<String> known, Set<String> wanted) throws Failed {
        for (var name : new TreeSet<>(wanted)) {
            if (given.get(name) == null) {
                throw new Failed(failed + at + ": required key [" + name + "] not found");
            }
        }
        for (var each : given.keySet()) {
            var name = each.toString();
            if (!known.contains(name) && !known.contains("*")) {
                if (at.equals("#") && published.isPresent() && !published.get().forms().containsKey(name)) {
                    throw new Failed(failed + at + ": extraneous key [" + name + "] is not permitted");
                }
                throw new Failed(failed + at + ": the property " + name + " of " + type.type()
                        + " is not built in Aloft"
                        + Spelling.likeliest(name, known).map(one -> "; did you mean " + one + "?").orElse(""));
            }
        }
    }

    /**
     * @param path to the members
     * @param at   the same with the places in lists, as errors tell it
     */
    private void value(String path, String at, Object value) throws Failed {
        var known = members.get(path);
        switch (value) {
            case List<?> list -> {
                for (int i = 0; i < list.size(); i++) {
                    value(path, at + "/" + i, list.get(i));
                }
            }
            case Map<?, ?> map -> {
                if (known != null) {
                    names(at, map, known, required.get(path));
                }
                for (var member : map.entrySet()) {
                    value(path + "/" + member.getKey(), at + "/" + member.getKey(), member.getValue());
                }
            }
            case Object other when known != null -> throw new Failed(failed + at
                    + ": expected type: JSONObject, found: " + PublishedType.found(other));
            case null, default -> { }
        }
    }
}
