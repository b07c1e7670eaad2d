package dev.aloft.service.cloudformation.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import java.util.function.Predicate;

/** A template whose anatomy is right: every section read, every name it mentions declared. */
public record Template(Map<String, Object> tree, Optional<String> description, Map<String, Parameter> parameters,
        Map<String, Map<String, Map<String, Object>>> mappings, Map<String, Value> conditions,
        Map<String, Resource> resources, Map<String, Output> outputs, Map<String, Rule> rules) {
    private static final Set<String> SECTIONS =
            Set.of("AWSTemplateFormatVersion", "Description", "Metadata", "Parameters",
            "Rules", "Mappings", "Conditions", "Transform", "Resources", "Outputs", "Hooks");

    private static final int MOST_RESOURCES = 500;
    private static final int MOST_OTHERS = 200;

    /** What a template may mention without declaring it. */
    static final Set<String> PSEUDO_PARAMETERS = Set.of("AWS::AccountId", "AWS::NotificationARNs", "AWS::NoValue",
            "AWS::Partition", "AWS::Region", "AWS::StackId", "AWS::StackName", "AWS::URLSuffix");

    /** A check of parameter values before anything is done, as CDK's bootstrap version check is. */
    public record Rule(Optional<Value> condition, List<Assertion> assertions) {
    }

    public record Assertion(Value holds, String description) {
    }

    /** Reads a tree whose transforms have been applied. */
    public static Template read(Map<String, Object> tree) {
        var unknown = tree.keySet().stream().filter(section -> !SECTIONS.contains(section)).toList();
        if (!unknown.isEmpty()) {
            throw new TemplateError("Invalid template property or properties [" + String.join(", ", unknown) + "]");
        }
        if (tree.containsKey("Hooks")) {
            throw new TemplateError("The Hooks section is not built in Aloft");
        }
        for (var section : List.of("Resources", "Parameters", "Rules", "Mappings", "Conditions", "Outputs")) {
            if (tree.containsKey(section) && !(tree.get(section) instanceof Map)) {
                if (section.equals("Resources")) {
                    throw TemplateError.format("Any Resources member must be an object.");
                }
                throw TemplateError.format(section + " section must be an object");
            }
        }
        var resources = section(tree, "Resources", Resource::read);
        if (resources.isEmpty()) {
            throw TemplateError.format("At least one Resources member must be defined.");
        }
        bounded("resources", resources.size(), MOST_RESOURCES);
        var parameters = parameters(tree);
        var outputs = section(tree, "Outputs", Output::read);
        bounded("outputs", outputs.size(), MOST_OTHERS);
        var template = new Template(tree, Optional.ofNullable(tree.get("Description")).map(Trees::text), parameters,
                mappings(tree),
                section(tree, "Conditions", (name, value) -> Value.condition(value, "/Conditions/" + name)),
                resources, outputs, section(tree, "Rules", Template::rule));
        template.check();
        return template;
    }

    /** The parameters alone, also of a tree whose transforms have not been applied. */
    public static Map<String, Parameter> parameters(Map<String, Object> tree) {
        var parameters = section(tree, "Parameters", (name, value) -> {
            if (!name.chars().allMatch(c -> c < 128 && Character.isLetterOrDigit(c))) {
                throw TemplateError.format("Parameter name " + name + " is non alphanumeric.");
            }
            return Parameter.read(name, value);
        });
        bounded("parameters", parameters.size(), MOST_OTHERS);
        return parameters;
    }

    private static <T> Map<String, T> section(Map<String, Object> tree, String name,
            BiFunction<String, Object, T> read) {
        var section = new LinkedHashMap<String, T>();
        Trees.map(tree.get(name)).forEach((key, value) -> section.put(key, read.apply(key, value)));
        return section;
    }

    private static void bounded(String what, int number, int most) {
        if (number > most) {
            throw TemplateError.format("Number of " + what + ", " + number + ", is greater than maximum allowed, "
                    + most);
        }
    }

    private static Map<String, Map<String, Map<String, Object>>> mappings(Map<String, Object> tree) {
        var mappings = new LinkedHashMap<String, Map<String, Map<String, Object>>>();
        bounded("mappings", Trees.map(tree.get("Mappings")).size(), MOST_OTHERS);
        Trees.map(tree.get("Mappings")).forEach((name, tops) -> {
            if (!(tops instanceof Map)) {
                throw TemplateError.format("Every Mappings member " + name + " must be a map");
            }
            var mapping = new LinkedHashMap<String, Map<String, Object>>();
            Trees.map(tops).forEach((top, seconds) -> {
                if (!(seconds instanceof Map)) {
                    throw TemplateError.format("Every Mappings member " + top + " must be a map");
                }
                Trees.map(seconds).values().forEach(value -> {
                    if (value == null || value instanceof Map) {
                        throw TemplateError.format("Every Mappings attribute must be a String or a List.");
                    }
                });
                mapping.put(top, Trees.map(seconds));
            });
            mappings.put(name, mapping);
        });
        return mappings;
    }

    private static Rule rule(String name, Object tree) {
        var path = "/Rules/" + name;
        var map = Trees.map(tree);
        var assertions = new ArrayList<Assertion>();
        for (var assertion : Trees.list(map.get("Assertions"))) {
            var fields = Trees.map(assertion);
            assertions.add(new Assertion(Value.condition(fields.get("Assert"), path),
                    fields.get("AssertDescription") == null ? "" : Trees.text(fields.get("AssertDescription"))));
        }
        return new Rule(Optional.ofNullable(map.get("RuleCondition")).map(c -> Value.condition(c, path)), assertions);
    }

    /** Refuses names that nothing declares. */
    private void check() {
        var unresolved = new TreeSet<String>();
        for (var resource : resources.values()) {
            for (var name : resource.dependsOn()) {
                if (!resources.containsKey(name)) {
                    unresolved.add(name);
                }
            }
            unresolved.addAll(undeclared(resource.properties(), "resource"));
            unresolved.addAll(undeclared(resource.deletionPolicy().value(), "resource"));
            unresolved.addAll(undeclared(resource.updateReplacePolicy().value(), "resource"));
            resource.condition().ifPresent(name -> requireCondition(name,
                    "Template format error: Unresolved condition dependency " + name
                    + " in the Resources block of the template"));
        }
        if (!unresolved.isEmpty()) {
            throw TemplateError.format("Unresolved resource dependencies [" + String.join(", ", unresolved)
                    + "] in the Resources block of the template");
        }
        for (var output : outputs.values()) {
            unresolved.addAll(undeclared(output.value(), "output"));
            output.export().ifPresent(export -> unresolved.addAll(undeclared(export, "output")));
            output.condition().ifPresent(name -> requireCondition(name,
                    "Template format error: Unresolved condition dependency " + name
                    + " in the Outputs block of the template"));
        }
        if (!unresolved.isEmpty()) {
            throw new TemplateError("Unresolved resource dependencies [" + String.join(", ", unresolved)
                    + "] in the Outputs block of the template");
        }
        for (var condition : conditions.values()) {
            condition.walk(part -> {
                if (part instanceof Value.Ref(var name) && !parameters.containsKey(name)
                        && !PSEUDO_PARAMETERS.contains(name)) {
                    throw TemplateError.format("Unresolved dependencies [" + name
                            + "]. Cannot reference resources in the Conditions block of the template");
                }
                if (part instanceof Value.Condition(var name)) {
                    requireCondition(name, "Template format error: Unresolved condition dependency " + name
                            + " in the Conditions block of the template");
                }
            });
        }
        new Graph(this, _ -> true).order();
    }

    /** Refuses attributes that the type of their resource does not have. */
    public void checkAttributes(BiPredicate<String, String> has) {
        var all = new ArrayList<Value>();
        resources.values().forEach(resource -> all.add(resource.properties()));
        outputs.values().forEach(output -> {
            all.add(output.value());
            output.export().ifPresent(all::add);
        });
        all.forEach(value -> value.walk(part -> {
            switch (part) {
                case Value.GetAtt(var resource, Value.Scalar(String attribute)) ->
                    checkAttribute(resource, attribute, has);
                case Value.Sub sub -> sub.names().stream().filter(name -> name.contains(".")).forEach(name ->
                        checkAttribute(name.substring(0, name.indexOf('.')),
                                name.substring(name.indexOf('.') + 1), has));
                default -> { }
            }
        }));
    }

    private void checkAttribute(String resource, String attribute, BiPredicate<String, String> has) {
        if (!has.test(resources.get(resource).type(), attribute)) {
            throw TemplateError.function("resource " + resource + " does not support attribute type " + attribute
                    + " in Fn::GetAtt");
        }
    }

    /** Refuses to mention resources that do not exist where the conditions come out as given. */
    public void checkExisting(Predicate<String> conditions) {
        var existing = new Graph(this, conditions).resources();
        var unresolved = new TreeSet<String>();
        existing.forEach(id -> unresolved.addAll(Graph.mentioned(resources.get(id).properties(), conditions)));
        unresolved.removeIf(name -> !resources.containsKey(name) || existing.contains(name));
        if (!unresolved.isEmpty()) {
            throw TemplateError.format("Unresolved resource dependencies [" + String.join(", ", unresolved)
                    + "] in the Resources block of the template");
        }
        outputs.values().stream().filter(output -> output.condition().map(conditions::test).orElse(true))
                .forEach(output -> unresolved.addAll(Graph.mentioned(output.value(), conditions)));
        unresolved.removeIf(name -> !resources.containsKey(name) || existing.contains(name));
        if (!unresolved.isEmpty()) {
            throw new TemplateError("Unresolved resource dependencies [" + String.join(", ", unresolved)
                    + "] in the Outputs block of the template");
        }
    }

    private void requireCondition(String name, String otherwise) {
        if (!conditions.containsKey(name)) {
            throw new TemplateError(otherwise);
        }
    }

    private Set<String> undeclared(Value value, String where) {
        var names = new LinkedHashSet<String>();
        value.walk(part -> {
            switch (part) {
                case Value.Ref(var name) when !declared(name) -> names.add(name);
                case Value.GetAtt(var resource, _) when !resources.containsKey(resource) ->
                    throw TemplateError.function("instance of Fn::GetAtt references undefined resource " + resource);
                case Value.Sub sub -> sub.names().forEach(name -> {
                    var dot = name.indexOf('.');
                    if (dot < 0 ? !declared(name) : !resources.containsKey(name.substring(0, dot))) {
                        names.add(dot < 0 ? name : name.substring(0, dot));
                    }
                });
                case Value.If(var name, _, _) -> requireCondition(name,
                        "Template error: unresolved condition dependency " + name + " in Fn::If");
                case Value.Transform(var name, _) ->
                    throw new TemplateError("Transform " + name + " inside a " + where + " is not built in Aloft");
                case null, default -> { }
            }
        });
        return names;
    }

    private boolean declared(String name) {
        return parameters.containsKey(name) || resources.containsKey(name) || PSEUDO_PARAMETERS.contains(name);
    }

    /** The transforms that a tree asks for, in order. */
    public static List<String> transforms(Map<String, Object> tree) {
        var transform = tree.get("Transform");
        return switch (transform) {
            case null -> List.of();
            case String one -> List.of(one);
            case List<?> list -> list.stream().map(Template::transformName).toList();
            default -> List.of(transformName(transform));
        };
    }

    private static String transformName(Object tree) {
        return tree instanceof String text ? text : Trees.text(Trees.map(tree).getOrDefault("Name", "null"));
    }
}
