package dev.aloft.service.cloudformation.deploy;

import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.Resources;
import dev.aloft.service.cloudformation.ChangeSet.Change;
import dev.aloft.service.cloudformation.Settings;
import dev.aloft.service.cloudformation.Stack;
import dev.aloft.service.cloudformation.StackResource.Incarnation;
import dev.aloft.service.cloudformation.StackResource;
import dev.aloft.service.cloudformation.template.Evaluate;
import dev.aloft.service.cloudformation.template.Graph;
import dev.aloft.service.cloudformation.template.JsonText;
import dev.aloft.service.cloudformation.template.Resource;
import dev.aloft.service.cloudformation.template.Template;
import dev.aloft.service.cloudformation.template.Trees;
import dev.aloft.service.cloudformation.template.Value;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;

/** What is to be done for a resource, and for all of a stack: a diff, no deeds. */
public final class Plan {
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

    /** @param current what exists, or null */
    static Step step(ResourceType type, Incarnation current, String wantedType, Map<String, Object> wanted) {
        if (current == null) {
            return new Step.Create();
        }
        if (!current.type().equals(wantedType)) {
            return new Step.Replace();
        }
        var changed = changed(current.properties(), wanted);
        return changed.isEmpty() ? new Step.Nothing()
                : changed.stream().anyMatch(type.replacedBy(current.properties(), wanted)::contains)
                ? new Step.Replace() : new Step.Update();
    }

    private static List<String> changed(Map<String, Object> before, Map<String, Object> after) {
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

    /** The changes that would make of what exists what a template wants. */
    public static List<Change> changes(Resources types, Stack stack, Template template, Settings settings,
            List<StackResource> resources, StackScope.Outside outside) {
        var known = new HashMap<String, Incarnation>();
        resources.stream().filter(resource -> resource.current() != null)
                .forEach(resource -> known.put(resource.logicalId(), resource.current()));
        var visible = new HashMap<>(known);
        var evaluate = new Evaluate(template, new StackScope(stack, template, settings, visible::get, true, outside));
        var graph = new Graph(template, evaluate::condition);
        var changes = new ArrayList<Change>();
        for (var id : graph.order()) {
            var declared = template.resources().get(id);
            var properties = Trees.map(evaluate.value(declared.properties()));
            var current = known.get(id);
            var type = type(types, declared.type());
            switch (step(type, current, declared.type(), properties)) {
                case Step.Create _ ->
                        changes.add(new Change("Add", id, null, declared.type(), null, List.of(), Map.of()));
                case Step.Nothing _ -> {
                    if (!Objects.equals(current.metadata(), metadata(declared))) {
                        changes.add(new Change("Modify", id, current.physicalId(), declared.type(), "False",
                                List.of("Metadata"), Map.of()));
                    }
                }
                case Step.Update _ -> changes.add(modify(id, current, type, declared.type(), properties, "False"));
                case Step.Replace _ -> {
                    changes.add(modify(id, current, type, declared.type(), properties, "True"));
                    visible.remove(id);
                }
            }
        }
        known.forEach((id, current) -> {
            if (!graph.resources().contains(id)) {
                changes.add(new Change("Remove", id, current.physicalId(), current.type(), null, List.of(), Map.of()));
            }
        });
        changes.sort(Comparator.comparing(Change::logicalId));
        return changes;
    }

    private static Change modify(String id, Incarnation current, ResourceType type, String name,
            Map<String, Object> properties, String replacement) {
        var differing = new TreeMap<String, Boolean>();
        var replacing = type.replacedBy(current.properties(), properties);
        changed(current.properties(), properties)
                .forEach(property -> differing.put(property, replacing.contains(property)));
        return new Change("Modify", id, current.physicalId(), name, replacement, List.of("Properties"), differing);
    }
}
