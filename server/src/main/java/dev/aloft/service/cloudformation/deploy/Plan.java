package dev.aloft.service.cloudformation.deploy;

import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.Resources;
import dev.aloft.service.cloudformation.StackResource.Incarnation;
import dev.aloft.service.cloudformation.template.JsonText;
import dev.aloft.service.cloudformation.template.Resource;
import dev.aloft.service.cloudformation.template.Trees;
import dev.aloft.service.cloudformation.template.Value;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** What is to be done for a resource: a diff, no deeds. */
final class Plan {
    /** What is to be done for one resource. */
    public sealed interface Step {
        record Create() implements Step {
        }

        record Nothing() implements Step {
        }

        record Update() implements Step {
        }

        record Replace() implements Step {
        }
    }

    private Plan() {
    }

    /**
     * @param current what exists, or null
     * @param tags    of the stack
     */
    static Step step(ResourceType type, Incarnation current, String wantedType, Map<String, Object> wanted,
            Map<String, String> tags) {
        if (current == null) {
            return new Step.Create();
        }
        if (!current.type().equals(wantedType)) {
            return new Step.Replace();
        }
        var changed = changed(current.properties(), wanted);
        return changed.isEmpty() ? isRetagged(type, current, tags) ? new Step.Update() : new Step.Nothing()
                : changed.stream().anyMatch(type.replacedBy(current.properties(), wanted)::contains)
                ? new Step.Replace() : new Step.Update();
    }

    /** Whether a stack's tags, which all its resources bear that can, are others than before. */
    static boolean isRetagged(ResourceType type, Incarnation current, Map<String, String> tags) {
        return type.properties().contains("Tags") && !current.tags().equals(tags);
    }

    static List<String> changed(Map<String, Object> before, Map<String, Object> after) {
        var names = new TreeSet<>(before.keySet());
        names.addAll(after.keySet());
        return names.stream().filter(name -> !Trees.same(before.get(name), after.get(name))).toList();
    }

    /** The resource type behind a name; custom resources share one. */
    static ResourceType type(Resources types, String name) {
        return name.startsWith("Custom::")
                ? types.find(CustomResource.TYPE).map(type -> ((CustomResource) type).named(name)).orElse(null)
                : types.find(name).orElse(null);
    }

    /** The JSON of a resource's metadata, or null. */
    static String metadata(Resource resource) {
        return resource.metadata().map(value ->
                value instanceof Value.Scalar(var tree) ? JsonText.write(tree) : null)
                .orElse(null);
    }
}
