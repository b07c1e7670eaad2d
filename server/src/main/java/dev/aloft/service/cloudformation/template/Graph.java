package dev.aloft.service.cloudformation.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/** Which resource needs which other one: what it says (DependsOn) and what it mentions (Ref, GetAtt, Sub). */
public final class Graph {
    private final Map<String, Set<String>> needs = new LinkedHashMap<>();

    /** The graph of the resources that exist where the conditions come out as given. */
    public Graph(Template template, Predicate<String> conditions) {
        template.resources().values().stream()
                .filter(r -> r.condition().isEmpty() || conditions.test(r.condition().get()))
                .forEach(resource -> needs.put(resource.logicalId(), new LinkedHashSet<>()));
        needs.forEach((id, others) -> {
            var resource = template.resources().get(id);
            others.addAll(resource.dependsOn());
            others.addAll(mentioned(resource.properties(), conditions));
            others.retainAll(needs.keySet());
        });
    }

    /** The names that a value mentions in the branches that are taken. */
    static Set<String> mentioned(Value value, Predicate<String> conditions) {
        var names = new LinkedHashSet<String>();
        mentions(value, conditions).forEach(name ->
                names.add(name.contains(".") ? name.substring(0, name.indexOf('.')) : name));
        return names;
    }

    /** The same, of attributes as {@code Resource.Attribute}. */
    public static Set<String> mentions(Value value, Predicate<String> conditions) {
        var names = new LinkedHashSet<String>();
        collect(value, conditions, names);
        return names;
    }

    private static void collect(Value value, Predicate<String> conditions, Set<String> names) {
        switch (value) {
            case Value.Ref(var name) -> names.add(name);
            case Value.GetAtt(var resource, var attribute) -> {
                names.add(attribute instanceof Value.Scalar(var text) ? resource + "." + text : resource);
                collect(attribute, conditions, names);
            }
            case Value.Sub sub -> {
                names.addAll(sub.names());
                sub.variables().values().forEach(variable -> collect(variable, conditions, names));
            }
            case Value.If(var condition, var then, var otherwise) ->
                collect(conditions.test(condition) ? then : otherwise, conditions, names);
            default -> value.parts().forEach(part -> collect(part, conditions, names));
        }
    }

    public Set<String> resources() {
        return needs.keySet();
    }

    /** What must be there before this resource can be. */
    public Set<String> needs(String resource) {
        return needs.getOrDefault(resource, Set.of());
    }

    /** All resources, each after what it needs. */
    public List<String> order() {
        var order = new ArrayList<String>(needs.size());
        var waiting = new LinkedHashMap<String, Integer>();
        var neededBy = new LinkedHashMap<String, List<String>>();
        needs.forEach((id, others) -> {
            waiting.put(id, others.size());
            others.forEach(other -> neededBy.computeIfAbsent(other, _ -> new ArrayList<>()).add(id));
        });
        waiting.forEach((id, number) -> {
            if (number == 0) {
                order.add(id);
            }
        });
        for (int i = 0; i < order.size(); i++) {
            for (var id : neededBy.getOrDefault(order.get(i), List.of())) {
                if (waiting.merge(id, -1, Integer::sum) == 0) {
                    order.add(id);
                }
            }
        }
        if (order.size() < needs.size()) {
            throw new TemplateError("Circular dependency between resources: ["
                    + String.join(", ",
                            circle(waiting.entrySet().stream().filter(e -> e.getValue() > 0).map(Map.Entry::getKey)
                            .toList())) + "]");
        }
        return order;
    }

    /** Of the resources that could not be ordered those that reach themselves, not those that only wait for them. */
    private Set<String> circle(List<String> unordered) {
        var circle = new TreeSet<String>();
        for (var id : unordered) {
            if (reached(id).contains(id)) {
                circle.add(id);
            }
        }
        return circle;
    }

    /** What a resource needs, and what that needs, and so on. */
    public Set<String> reached(String id) {
        var reached = new LinkedHashSet<String>(needs(id));
        var open = new ArrayList<>(reached);
        for (int i = 0; i < open.size(); i++) {
            for (var next : needs(open.get(i))) {
                if (reached.add(next)) {
                    open.add(next);
                }
            }
        }
        return reached;
    }
}
