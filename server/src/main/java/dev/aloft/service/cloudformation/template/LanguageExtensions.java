package dev.aloft.service.cloudformation.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the transform {@code AWS::LanguageExtensions} makes of a template: its loops are written out, and functions that
 * stand where {@code Ref} and {@code Fn::GetAtt} want a name are replaced by it. {@code Fn::Length} and
 * {@code Fn::ToJsonString} are computed if parameters suffice; else, and without the transform, a deployment does it.
 *
 * <p>A loop's identifier is replaced in the keys of its fragment ({@code &{Identifier}} without what is neither letter
 * nor digit), in the text of {@code Fn::Sub}, and where {@code Ref} names it; other texts stay as they are.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html">
 *     Fn::ForEach</a>
 */
public final class LanguageExtensions {
    public static final String NAME = "AWS::LanguageExtensions";
    private static final String LOOP = "Fn::ForEach::";
    private static final Pattern PLACEHOLDER = Pattern.compile("([$&])\\{([A-Za-z0-9]+)}");
    private static final Map<String, Object> NOTHING = Map.of("Nothing",
            Map.of("Type", "AWS::CloudFormation::WaitConditionHandle"));

    private final Map<String, Object> template;
    private final UnaryOperator<String> pseudo;
    private final Map<String, String> given;
    private Evaluate evaluate;

    private LanguageExtensions(Map<String, Object> template, Map<String, String> given, UnaryOperator<String> pseudo) {
        this.template = template;
        this.given = given;
        this.pseudo = pseudo;
        evaluate = evaluate(Map.of());
    }

    /**
     * @param given  the values of parameters
     * @param pseudo what pseudo parameters stand for; null where that is not known yet
     */
    public static Map<String, Object> apply(Map<String, Object> template, Map<String, String> given,
            UnaryOperator<String> pseudo) {
        return new LanguageExtensions(template, given, pseudo).applied();
    }

    private Map<String, Object> applied() {
        var result = new LinkedHashMap<>(template);
        if (template.containsKey("Conditions")) {
            var conditions = expanded(template.get("Conditions"), Map.of());
            result.put("Conditions", conditions);
            evaluate = evaluate(Trees.map(conditions));
        }
        for (var section : List.of("Resources", "Outputs")) {
            result.computeIfPresent(section, (_, tree) -> expanded(tree, Map.of()));
        }
        result.computeIfPresent("Resources", (_, resources) -> {
            var known = new LinkedHashMap<>(Trees.map(resources));
            known.replaceAll((_, resource) -> attributesKnown(resource));
            return known;
        });
        return result;
    }

    /** Policies of a resource and the names in its other attributes may be functions. */
    private Object attributesKnown(Object resource) {
        var known = new LinkedHashMap<>(Trees.map(resource));
        for (var policy : List.of("DeletionPolicy", "UpdateReplacePolicy")) {
            known.computeIfPresent(policy, (_, value) -> value instanceof String ? value
                    : evaluate.value(Value.read(value, "/" + policy)));
        }
        known.computeIfPresent("Condition", (_, value) -> name(value));
        known.computeIfPresent("DependsOn", (_, value) -> value instanceof List<?> list
                ? list.stream().map(LanguageExtensions::name).toList() : name(value));
        return known;
    }

    /** Of a template that has what is known before there are resources. */
    private Evaluate evaluate(Map<String, Object> conditions) {
        var known = Template.read(Map.of("Parameters", Trees.map(template.get("Parameters")), "Mappings",
                Trees.map(template.get("Mappings")), "Conditions", conditions, "Resources", NOTHING));
        return new Evaluate(known, new Scope() {
            @Override
            public Object ref(String name) {
                var parameter = known.parameters().get(name);
                var value = parameter == null ? pseudo.apply(name)
                        : given.containsKey(name) ? given.get(name) : parameter.fallback().orElse(null);
                if (value == null) {
                    throw unresolved();
                }
                return parameter == null ? value : parameter.meaning(value);
            }

            @Override
            public Object attribute(String resource, String attribute) {
                throw unresolved();
            }

            @Override
            public Object export(String name) {
                throw unresolved();
            }

            @Override
            public String dynamic(String service, String reference) {
                throw unresolved();
            }
        });
    }

    private static TemplateError failed(String why) {
        return new TemplateError("Transform " + NAME + " failed with: " + why);
    }

    private static TemplateError unresolved() {
        return failed("Could not find a collection or could not be resolved for Fn::ForEach");
    }

    private Object expanded(Object tree, Map<String, String> items) {
        return switch (tree) {
            case Map<?, ?> map when map.size() == 1 && map.containsKey("Ref") ->
                map.get("Ref") instanceof String name && items.containsKey(name) ? items.get(name)
                        : Map.of("Ref", name(expanded(map.get("Ref"), items)));
            case Map<?, ?> map when map.size() == 1 && map.containsKey("Fn::Sub") ->
                Map.of("Fn::Sub", substituted(map.get("Fn::Sub"), items));
            case Map<?, ?> map when map.size() == 1 && map.get("Fn::GetAtt") instanceof List<?> names ->
                Map.of("Fn::GetAtt", names.stream().map(each -> name(expanded(each, items))).toList());
            case Map<?, ?> map when map.size() == 1
                    && (map.containsKey("Fn::Length") || map.containsKey("Fn::ToJsonString")) ->
                computed(members(map, items));
            case Map<?, ?> map -> members(map, items);
            case List<?> list -> {
                var copy = new ArrayList<>(list.size());
                list.forEach(item -> copy.add(expanded(item, items)));
                yield copy;
            }
            case null, default -> tree;
        };
    }

    private Map<String, Object> members(Map<?, ?> map, Map<String, String> items) {
        var members = new LinkedHashMap<String, Object>();
        map.forEach((key, value) -> {
            if (key.toString().startsWith(LOOP)) {
                loop(value, items, members);
            } else {
                members.put(key.toString(), expanded(value, items));
            }
        });
        return members;
    }

    /** The value of a function; where it needs what only a deployment knows, the function. */
    private Object computed(Map<String, Object> function) {
        try {
            return evaluate.value(Value.read(function, "/Fn"));
        } catch (TemplateError _) {
            return function;
        }
    }

    private void loop(Object loop, Map<String, String> outer, Map<String, Object> members) {
        if (!(loop instanceof List<?> parts) || parts.size() != 3 || !(parts.get(0) instanceof String identifier)
                || !(parts.get(2) instanceof Map<?, ?> fragment)) {
            throw failed("Fn::ForEach layout is incorrect");
        }
        for (var item : collection(expanded(parts.get(1), outer))) {
            var items = new LinkedHashMap<>(outer);
            items.put(identifier, item);
            fragment.forEach((key, value) -> {
                if (key.toString().startsWith(LOOP)) {
                    loop(value, items, members);
                } else {
                    members.put(replaced(key.toString(), items), expanded(value, items));
                }
            });
        }
    }

    private List<String> collection(Object tree) {
        var items = new ArrayList<String>();
        var values = tree instanceof List<?> list ? list : List.of(tree);
        for (var each : values) {
            switch (evaluate.value(Value.read(each, "/Fn::ForEach"))) {
                case List<?> list -> list.forEach(item -> items.add(Trees.text(item)));
                case Map<?, ?> _ -> throw unresolved();
                case null -> { }
                case Object scalar -> items.add(Trees.text(scalar));
            }
        }
        return items;
    }

    private Object substituted(Object argument, Map<String, String> items) {
        if (argument instanceof List<?> parts && !parts.isEmpty() && parts.getFirst() instanceof String text) {
            var copy = new ArrayList<Object>(Trees.list(expanded(parts, items)));
            copy.set(0, inText(text, items));
            return copy;
        }
        return argument instanceof String text ? inText(text, items) : argument;
    }

    private static String inText(String text, Map<String, String> items) {
        return replaced(text, items, "$");
    }

    private static String replaced(String key, Map<String, String> items) {
        return replaced(key, items, "$&");
    }

    private static String replaced(String text, Map<String, String> items, String forms) {
        return PLACEHOLDER.matcher(text).replaceAll(found -> {
            var item = forms.contains(found.group(1)) ? items.get(found.group(2)) : null;
            var value = item == null ? found.group()
                    : found.group(1).equals("&") ? item.replaceAll("[^A-Za-z0-9]", "") : item;
            return Matcher.quoteReplacement(value);
        });
    }

    /** What a function that has come out as a text names. */
    private static Object name(Object tree) {
        return tree instanceof Map<?, ?> map && map.size() == 1 && map.get("Fn::Sub") instanceof String text
                && !text.contains("${") ? text : tree;
    }
}
