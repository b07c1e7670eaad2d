package dev.aloft.service.cloudformation.template;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Computes values of one template in one scope; the outcomes of conditions are kept. */
public final class Evaluate {
    /** Stands for what only a deployment will know; every function of it is it. */
    public static final String KNOWN_AFTER_APPLY = "{{changeSet:KNOWN_AFTER_APPLY}}";

    private static final Object NO_VALUE = new Object();
    private static final String NO_VALUE_NAME = "AWS::NoValue";
    private static final Pattern DYNAMIC = Pattern.compile("\\{\\{resolve:([a-z-]+):([^{}]+)}}");
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([^}]*)}");
    private static final int MOST_BLOCKS = 256;

    private final Template template;
    private final Scope scope;
    private final Map<String, Boolean> conditions = new HashMap<>();
    private final Set<String> open = new HashSet<>();

    public Evaluate(Template template, Scope scope) {
        this.template = template;
        this.scope = scope;
    }

    /** The value as a tree without functions; fields and items that come out as AWS::NoValue are left out. */
    public Object value(Value value) {
        var tree = compute(value);
        return tree == NO_VALUE ? null : tree;
    }

    /** The properties of a resource, where the template has it and they can be computed. */
    public Optional<Map<String, Object>> properties(String resource) {
        try {
            return Optional.ofNullable(template.resources().get(resource))
                    .map(declared -> Trees.map(value(declared.properties())));
        } catch (TemplateError _) {
            return Optional.empty();
        }
    }

    /** Whether a named condition holds. */
    public boolean condition(String name) {
        var known = conditions.get(name);
        if (known != null) {
            return known;
        }
        var value = template.conditions().get(name);
        if (value == null) {
            throw TemplateError.format("Unresolved condition dependency " + name);
        }
        if (!open.add(name)) {
            throw TemplateError.format("Circular dependency between conditions: [" + String.join(", ", open) + "]");
        }
        var holds = holds(value);
        open.remove(name);
        conditions.put(name, holds);
        return holds;
    }

    /** Whether a condition function holds. */
    public boolean holds(Value value) {
        return switch (value) {
            case Value.Condition(var name) -> condition(name);
            case Value.Equals(var left, var right) -> Trees.same(compute(left), compute(right));
            case Value.And(var all) -> all.stream().allMatch(this::holds);
            case Value.Or(var any) -> any.stream().anyMatch(this::holds);
            case Value.Not(var condition) -> !holds(condition);
            case Value.Contains(var list, var item) ->
                Trees.list(compute(list)).stream().anyMatch(other -> Trees.same(other, compute(item)));
            default -> switch (compute(value)) {
                case Boolean outcome -> outcome;
                case String text when text.equals("true") || text.equals("false") -> Boolean.parseBoolean(text);
                case null, default ->
                    throw TemplateError.format("Conditions can only be boolean operations on parameters and other"
                        + " conditions");
            };
        };
    }

    private Object compute(Value value) {
        return switch (value) {
            case Value.Scalar(var content) -> content instanceof String text ? dynamic(text) : Trees.copy(content);
            case Value.Items(var items) -> {
                var list = new ArrayList<>(items.size());
                for (var item : items) {
                    var tree = compute(item);
                    if (tree != NO_VALUE) {
                        list.add(tree);
                    }
                }
                yield list;
            }
            case Value.Fields(var fields) -> {
                var map = new LinkedHashMap<String, Object>();
                fields.forEach((name, field) -> {
                    var tree = compute(field);
                    if (tree != NO_VALUE) {
                        map.put(name, tree);
                    }
                });
                yield map;
            }
            case Value.Ref(var name) -> ref(name);
            case Value.GetAtt(var resource, var attribute) ->
                scope.attribute(resource, text("Fn::GetAtt", compute(attribute)));
            case Value.Sub(var text, var variables) -> sub(text, variables);
            case Value.Join(var delimiter, var list) -> join(delimiter, compute(list));
            case Value.Select(var index, var list) -> select(compute(index), compute(list));
            case Value.Split(var delimiter, var source) -> {
                var text = compute(source);
                if (KNOWN_AFTER_APPLY.equals(text)) {
                    yield text;
                }
                if (text instanceof Map || text instanceof List || text == NO_VALUE) {
                    throw TemplateError.function("every Fn::Split object requires two parameters, (1) a string "
                            + "delimiter and (2) a string to be split or a function that returns a "
                            + "string to be split.");
                }
                yield new ArrayList<Object>(Arrays.asList(Trees.text(text).split(Pattern.quote(delimiter), -1)));
            }
            case Value.FindInMap find -> findInMap(find);
            case Value.Base64(var source) -> {
                var text = text("Fn::Base64", compute(source));
                yield text.contains(KNOWN_AFTER_APPLY) ? KNOWN_AFTER_APPLY
                        : java.util.Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
            }
            case Value.ImportValue(var name) -> scope.export(text("Fn::ImportValue", compute(name)));
            case Value.GetAZs(var region) -> zones(text("Fn::GetAZs", compute(region)));
            case Value.Cidr(var block, var count, var bits) -> cidr(compute(block), compute(count), compute(bits));
            case Value.ToJsonString(var source) -> JsonText.write(compute(source));
            case Value.Length(var list) -> compute(list) instanceof List<?> items ? (Object) (long) items.size()
                    : unsupported("Fn::Length requires a list");
            case Value.If(var name, var then, var otherwise) -> compute(condition(name) ? then : otherwise);
            case Value.Equals _, Value.And _, Value.Or _, Value.Not _, Value.Condition _, Value.Contains _ ->
                holds(value);
            case Value.Transform(var name, _) ->
                throw new TemplateError("Transform " + name + " is not built in Aloft here");
        };
    }

    /** On AWS a parameter whose value is that name is no value too. */
    private Object ref(String name) {
        var value = name.equals(NO_VALUE_NAME) ? name : scope.ref(name);
        return NO_VALUE_NAME.equals(value) ? NO_VALUE : value;
    }

    private static Object unsupported(String problem) {
        throw TemplateError.function(problem);
    }

    private static String text(String function, Object tree) {
        if (tree instanceof Map || tree instanceof List || tree == NO_VALUE || tree == null) {
            throw TemplateError.function("every " + function + " object must have a String-typed value.");
        }
        return Trees.text(tree);
    }

    private String sub(String text, Map<String, Value> variables) {
        var result = new StringBuilder();
        Matcher matcher = VARIABLE.matcher(text);
        int end = 0;
        while (matcher.find()) {
            result.append(text, end, matcher.start());
            end = matcher.end();
            var name = matcher.group(1).strip();
            if (name.startsWith("!")) {
                result.append("${").append(name.substring(1)).append('}');
                continue;
            }
            var given = variables.get(name);
            int dot = name.indexOf('.');
            var tree = given != null ? compute(given)
                    : dot < 0 ? scope.ref(name) : scope.attribute(name.substring(0, dot), name.substring(dot + 1));
            if (tree instanceof Map || tree instanceof List || tree == NO_VALUE || tree == null) {
                throw TemplateError.function("Fn::Sub expression does not resolve to a string: ${" + name + "}");
            }
            result.append(Trees.text(tree));
        }
        return known(result.append(text, end, text.length()).toString());
    }

    /** A text of which a part is not known is not known. */
    private String known(String text) {
        return text.contains(KNOWN_AFTER_APPLY) ? KNOWN_AFTER_APPLY : dynamic(text);
    }

    private String join(String delimiter, Object tree) {
        if (KNOWN_AFTER_APPLY.equals(tree)) {
            return KNOWN_AFTER_APPLY;
        }
        if (!(tree instanceof List<?> list)
                || list.stream().anyMatch(item -> item instanceof Map || item instanceof List)) {
            throw TemplateError.function("every Fn::Join object requires two parameters, (1) a string "
                    + "delimiter and (2) a list of strings to be joined or a function that returns a list of strings "
                    + "(such as Fn::GetAZs) to be joined.");
        }
        return known(String.join(delimiter, list.stream().map(Trees::text).toList()));
    }

    private static Object select(Object index, Object tree) {
        if (KNOWN_AFTER_APPLY.equals(tree) || KNOWN_AFTER_APPLY.equals(index)) {
            return KNOWN_AFTER_APPLY;
        }
        int position;
        try {
            position = Integer.parseInt(Trees.text(index));
        } catch (NumberFormatException _) {
            position = -1;
        }
        if (!(tree instanceof List<?> list) || position < 0) {
            throw TemplateError.function("Fn::Select requires a list argument with two elements: an "
                    + "integer index and a list");
        }
        if (position >= list.size()) {
            throw TemplateError.function("Fn::Select  cannot select nonexistent value at index " + position);
        }
        return list.get(position);
    }

    private Object findInMap(Value.FindInMap find) {
        var map = text("Fn::FindInMap", compute(find.map()));
        var top = text("Fn::FindInMap", compute(find.top()));
        var second = text("Fn::FindInMap", compute(find.second()));
        var found = template.mappings().getOrDefault(map, Map.of()).getOrDefault(top, Map.of()).get(second);
        if (found != null) {
            return Trees.copy(found);
        }
        if (find.otherwise().isPresent()) {
            return compute(find.otherwise().get());
        }
        throw TemplateError.function("Unable to get mapping for " + map + "::" + top + "::" + second);
    }

    private List<Object> zones(String region) {
        var name = region.isEmpty() ? Trees.text(scope.ref("AWS::Region")) : region;
        return new ArrayList<>(List.of(name + "a", name + "b", name + "c"));
    }

    /** The first {@code count} blocks of 32 − bits (128 − bits) prefix length inside a block. */
    private static Object cidr(Object block, Object count, Object bits) {
        if (KNOWN_AFTER_APPLY.equals(block)) {
            return block;
        }
        try {
            var parts = Trees.text(block).split("/");
            if (parts.length != 2 || !parts[0].matches("[0-9a-fA-F.:]+")) {
                throw new NumberFormatException();
            }
            var address = InetAddress.getByName(parts[0]).getAddress();
            int prefix = address.length * 8 - Integer.parseInt(Trees.text(bits));
            int number = Integer.parseInt(Trees.text(count));
            int outer = Integer.parseInt(parts[1]);
            if (number < 1 || number > MOST_BLOCKS || prefix < outer
                    || BigInteger.ONE.shiftLeft(prefix - outer).compareTo(BigInteger.valueOf(number)) < 0) {
                throw new NumberFormatException();
            }
            var first = new BigInteger(1, address);
            var step = BigInteger.ONE.shiftLeft(address.length * 8 - prefix);
            var blocks = new ArrayList<>();
            for (int i = 0; i < number; i++) {
                var bytes = first.add(step.multiply(BigInteger.valueOf(i))).toByteArray();
                var full = new byte[address.length];
                int length = Math.min(bytes.length, full.length);
                System.arraycopy(bytes, bytes.length - length, full, full.length - length, length);
                blocks.add(InetAddress.getByAddress(full).getHostAddress() + "/" + prefix);
            }
            return blocks;
        } catch (NumberFormatException | UnknownHostException _) {
            throw TemplateError.function("Fn::Cidr: " + Trees.text(block) + " cannot be divided into "
                    + Trees.text(count)
                    + " blocks of " + Trees.text(bits) + " bits");
        }
    }

    private String dynamic(String text) {
        if (!text.contains("{{resolve:")) {
            return text;
        }
        return DYNAMIC.matcher(text).replaceAll(match ->
                Matcher.quoteReplacement(scope.dynamic(match.group(1), match.group(2))));
    }

}
