package dev.aloft.service.cloudformation.deploy;

import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.Resources;
import dev.aloft.service.cloudformation.ChangeSet.Cause;
import dev.aloft.service.cloudformation.ChangeSet.Change;
import dev.aloft.service.cloudformation.ChangeSet.Target;
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
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The changes that would make of what exists what a template wants, with what causes them.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChangeDetail.html">AWS:
 *     ResourceChangeDetail</a>
 */
public final class Changes {
    private final Resources types;
    private final Stack stack;
    private final Template template;
    private final Settings settings;
    private final Map<String, Incarnation> known = new HashMap<>();
    private final Map<String, Incarnation> visible;
    private final Evaluate evaluate;
    private final Evaluate shown;
    private final Graph graph;
    private final Set<String> parameters;
    /** The resources that will be others, and those that may have other attributes. */
    private final Set<String> replaced = new HashSet<>();
    private final Set<String> touched = new HashSet<>();

    public Changes(Resources types, Stack stack, Template template, Settings settings, List<StackResource> resources,
            StackScope.Outside outside) {
        this.types = types;
        this.stack = stack;
        this.template = template;
        this.settings = settings;
        resources.stream().filter(resource -> resource.current() != null)
                .forEach(resource -> known.put(resource.logicalId(), resource.current()));
        visible = new HashMap<>(known);
        var scope = new StackScope(stack, template, settings, visible::get, true, outside);
        evaluate = new Evaluate(template, scope);
        shown = new Evaluate(template, scope.shown());
        graph = new Graph(template, evaluate::condition);
        parameters = changedParameters();
    }

    private Set<String> changedParameters() {
        var before = stack.settings() == null ? Map.<String, String>of() : stack.settings().parameters();
        var changed = new TreeSet<String>();
        settings.parameters().forEach((name, value) -> {
            if (before.containsKey(name) && !before.get(name).equals(value)) {
                changed.add(name);
            }
        });
        return changed;
    }

    public List<Change> list() {
        var changes = new ArrayList<Change>();
        for (var id : graph.order()) {
            change(template.resources().get(id)).ifPresent(changes::add);
        }
        known.forEach((id, current) -> {
            if (!graph.resources().contains(id)) {
                changes.add(new Change("Remove", id, current.physicalId(), current.type(), null,
                        keeps(current.deletionPolicy(), "", "Delete"), List.of(), context(current.shown()),
                        null, List.of()));
            }
        });
        changes.sort(Comparator.comparing(Change::logicalId));
        return changes;
    }

    private Optional<Change> change(Resource declared) {
        var id = declared.logicalId();
        var properties = Trees.map(evaluate.value(declared.properties()));
        var current = known.get(id);
        var type = Plan.type(types, declared.type());
        var step = Plan.step(type, current, declared.type(), properties, settings.tags());
        var after = Trees.map(shown.value(declared.properties()));
        if (step instanceof Plan.Step.Create) {
            return Optional.of(new Change("Add", id, null, declared.type(), null, null, List.of(), null,
                    context(after), List.of()));
        }
        var isReplaced = step instanceof Plan.Step.Replace;
        var targets = targets(declared, type, current, properties, after);
        if (!Objects.equals(current.metadata(), Plan.metadata(declared))) {
            targets.add(new Target("Metadata", null, false, current.metadata(), Plan.metadata(declared), List.of()));
        }
        if (targets.isEmpty() && !isReplaced) {
            return Optional.empty();
        }
        touched.add(id);
        if (isReplaced) {
            replaced.add(id);
            visible.remove(id);
        }
        var scope = new LinkedHashSet<String>();
        targets.forEach(target -> scope.add(target.attribute()));
        var isConditional = targets.stream().anyMatch(target -> target.isNew() && !target.isCertain());
        return Optional.of(new Change("Modify", id, current.physicalId(), declared.type(),
                isReplaced ? "True" : isConditional ? "Conditional" : "False",
                isReplaced ? keeps(declared.updateReplacePolicy().in(evaluate), "ReplaceAnd", "ReplaceAndDelete")
                        : null, List.copyOf(scope), context(current.shown()), context(after), targets));
    }

    private List<Target> targets(Resource declared, ResourceType type, Incarnation current,
            Map<String, Object> properties, Map<String, Object> after) {
        var targets = new ArrayList<Target>();
        var changed = Plan.changed(current.properties(), properties);
        var replacing = type.replacedBy(current.properties(), properties);
        var names = new TreeSet<>(changed);
        names.addAll(properties.keySet());
        for (var name : names) {
            var causes = causes(declared, name);
            if (changed.contains(name) || causes.stream().anyMatch(cause -> !cause.isCertain())) {
                var isTags = name.equals("Tags");
                targets.add(new Target(isTags ? "Tags" : "Properties", isTags ? null : name, replacing.contains(name),
                        text(current.shown().get(name)), text(after.get(name)), causes));
            }
        }
        if (!changed.contains("Tags") && Plan.isRetagged(type, current, settings.tags())) {
            targets.add(new Target("Tags", null, false, text(current.tags()), text(settings.tags()), List.of()));
        }
        return targets;
    }

    /** What a property mentions and is another than before: where it is replaced for sure, else perhaps. */
    private List<Cause> causes(Resource declared, String property) {
        var causes = new ArrayList<Cause>();
        if (!(declared.properties() instanceof Value.Fields(var fields)) || !fields.containsKey(property)) {
            return causes;
        }
        for (var name : Graph.mentions(fields.get(property), evaluate::condition)) {
            int dot = name.indexOf('.');
            var resource = dot < 0 ? name : name.substring(0, dot);
            if (parameters.contains(name)) {
                causes.add(new Cause("ParameterReference", name, true));
            } else if (replaced.contains(resource) || dot > 0 && touched.contains(resource)) {
                causes.add(new Cause(dot < 0 ? "ResourceReference" : "ResourceAttribute", name,
                        replaced.contains(resource)));
            }
        }
        return causes;
    }

    private static String keeps(String policy, String front, String otherwise) {
        return policy.startsWith("Retain") ? front + "Retain" : otherwise;
    }

    private static String context(Map<String, Object> properties) {
        return JsonText.write(Map.of("Properties", properties));
    }

    private static String text(Object value) {
        return switch (value) {
            case null -> null;
            case Map<?, ?> _, List<?> _ -> JsonText.write(value);
            default -> Trees.text(value);
        };
    }
}
