package dev.aloft.service.cloudformation.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a place in a template is made of: plain content, or one of CloudFormation's functions over other values. */
public sealed interface Value {
    /** Text, a number or a boolean. */
    record Scalar(Object content) implements Value {
    }

    record Items(List<Value> items) implements Value {
    }

    record Fields(Map<String, Value> fields) implements Value {
    }

    record Ref(String name) implements Value {
    }

    record GetAtt(String resource, Value attribute) implements Value {
    }

    record Sub(String text, Map<String, Value> variables) implements Value {
        private static final Pattern VARIABLE = Pattern.compile("\\$\\{([^}]*)}");

        /** The names in {@code ${…}} that are not literals and not given by the variables. */
        Set<String> names() {
            var names = new TreeSet<String>();
            Matcher matcher = VARIABLE.matcher(text);
            while (matcher.find()) {
                var name = matcher.group(1).strip();
                if (!name.startsWith("!") && !variables.containsKey(name)) {
                    names.add(name);
                }
            }
            return names;
        }
    }

    record Join(String delimiter, Value list) implements Value {
    }

    record Select(Value index, Value list) implements Value {
    }

    record Split(String delimiter, Value source) implements Value {
    }

    record FindInMap(Value map, Value top, Value second, Optional<Value> otherwise) implements Value {
    }

    record Base64(Value source) implements Value {
    }

    record ImportValue(Value name) implements Value {
    }

    record GetAZs(Value region) implements Value {
    }

    record Cidr(Value block, Value count, Value bits) implements Value {
    }

    record ToJsonString(Value source) implements Value {
    }

    record Length(Value list) implements Value {
    }

    record If(String condition, Value then, Value otherwise) implements Value {
    }

    record Transform(String name, Map<String, Value> parameters) implements Value {
    }

    record Equals(Value left, Value right) implements Value {
    }

    record And(List<Value> conditions) implements Value {
    }

    record Or(List<Value> conditions) implements Value {
    }

    record Not(Value condition) implements Value {
    }

    /** The outcome of a named condition, inside another condition. */
    record Condition(String name) implements Value {
    }

    /** Whether a list holds a value: allowed in rules only. */
    record Contains(Value list, Value item) implements Value {
    }

    Set<String> FUNCTIONS = Set.of("Fn::GetAtt", "Fn::Sub", "Fn::Join", "Fn::Select", "Fn::Split", "Fn::FindInMap",
            "Fn::Base64", "Fn::ImportValue", "Fn::GetAZs", "Fn::Cidr", "Fn::ToJsonString", "Fn::Length", "Fn::If",
            "Fn::Transform", "Fn::Equals", "Fn::And", "Fn::Or", "Fn::Not", "Fn::Contains", "Fn::EachMemberEquals",
            "Fn::EachMemberIn", "Fn::RefAll", "Fn::ValueOf", "Fn::ValueOfAll", "Fn::ForEach");

    Pattern SUB_NAME = Pattern.compile("[a-zA-Z0-9_.:]+");

    /** Reads a value where {@code path} says where it stands in the template. */
    static Value read(Object tree, String path) {
        return read(tree, path, false);
    }

    /** Reads a condition: there {@code {"Condition": name}} is a function, elsewhere a field like any other. */
    static Value condition(Object tree, String path) {
        return read(tree, path, true);
    }

    private static Value read(Object tree, String path, boolean condition) {
        return switch (tree) {
            case null -> throw new TemplateError("[" + path + "] 'null' values are not allowed in templates");
            case List<?> list -> {
                var items = new ArrayList<Value>(list.size());
                for (int i = 0; i < list.size(); i++) {
                    items.add(read(list.get(i), path + "/" + i, condition));
                }
                yield new Items(items);
            }
            case Map<?, ?> map when map.size() == 1
                    && isFunction((String) map.keySet().iterator().next(), condition) -> {
                var entry = map.entrySet().iterator().next();
                yield function((String) entry.getKey(), entry.getValue(), path, condition);
            }
            case Map<?, ?> map -> {
                var fields = new LinkedHashMap<String, Value>();
                map.forEach((name, value) -> fields.put((String) name, read(value, path + "/" + name, condition)));
                yield new Fields(fields);
            }
            default -> new Scalar(tree);
        };
    }

    private static boolean isFunction(String name, boolean condition) {
        return name.equals("Ref") || name.startsWith("Fn::") || condition && name.equals("Condition");
    }

    private static Value function(String name, Object argument, String path, boolean condition) {
        if (argument == null) {
            throw new TemplateError("[" + path + "/" + name + "] 'null' values are not allowed in templates");
        }
        List<Object> arguments = Trees.list(argument);
        int count = argument instanceof List ? arguments.size() : 1;
        return switch (name) {
            case "Ref" -> {
                require(argument instanceof String, "every Ref object must have a single String value.");
                yield new Ref((String) argument);
            }
            case "Fn::GetAtt" -> {
                List<Object> parts = argument instanceof String text ? List.<Object>of((Object[]) text.split("\\.", 2))
                        : arguments;
                require(parts.size() == 2 && parts.get(0) instanceof String s && !s.isEmpty()
                        && !"".equals(parts.get(1)),
                        "every Fn::GetAtt object requires two non-empty parameters, the resource name and the "
                        + "resource attribute");
                yield new GetAtt((String) parts.get(0), read(parts.get(1), path, condition));
            }
            case "Fn::Sub" -> sub(argument, arguments, count, path, condition);
            case "Fn::Join" -> {
                require(count == 2 && argument instanceof List && arguments.get(0) instanceof String
                                && !(arguments.get(1) instanceof String),
                        "every Fn::Join object requires two parameters, (1) a string delimiter and (2) a "
                                + "list of strings to be joined or a function that returns a list of strings (such as "
                                + "Fn::GetAZs) to be joined.");
                yield new Join((String) arguments.get(0), read(arguments.get(1), path, condition));
            }
            case "Fn::Select" -> {
                require(count == 2 && argument instanceof List,
                        "Fn::Select requires a list argument with two elements: an integer index and a list");
                yield new Select(read(arguments.get(0), path, condition), read(arguments.get(1), path, condition));
            }
            case "Fn::Split" -> {
                require(count == 2 && argument instanceof List && arguments.get(0) instanceof String s && !s.isEmpty(),
                        "every Fn::Split object requires two parameters, (1) a string delimiter and (2) a "
                                + "string to be split or a function that returns a string to be split.");
                yield new Split((String) arguments.get(0), read(arguments.get(1), path, condition));
            }
            case "Fn::FindInMap" -> {
                require(argument instanceof List && (count == 3 || count == 4),
                        "every Fn::FindInMap object requires three parameters, the map name, map key "
                                + "and the attribute for return value");
                Optional<Value> otherwise = count == 3 ? Optional.empty()
                        : Optional.ofNullable(Trees.map(arguments.get(3)).get("DefaultValue"))
                        .map(v -> read(v, path, condition));
                yield new FindInMap(read(arguments.get(0), path, condition), read(arguments.get(1), path, condition),
                        read(arguments.get(2), path, condition), otherwise);
            }
            case "Fn::Base64" -> {
                require(!(argument instanceof List), "every Fn::Base64 object must have a String-typed value.");
                yield new Base64(read(argument, path, condition));
            }
            case "Fn::ImportValue" -> {
                var export = read(argument, path, condition);
                export.walk(part ->
                        require(!(part instanceof ImportValue || part instanceof GetAZs || part instanceof GetAtt),
                        "the attribute in Fn::ImportValue must not depend on any resources, imported "
                        + "values, or Fn::GetAZs"));
                yield new ImportValue(export);
            }
            case "Fn::GetAZs" -> new GetAZs(read(argument, path, condition));
            case "Fn::Cidr" -> {
                require(argument instanceof List && (count == 2 || count == 3),
                        "every Fn::Cidr object requires two or three parameters, the address block, the count "
                        + "and the size in bits");
                yield new Cidr(read(arguments.get(0), path, condition), read(arguments.get(1), path, condition),
                        count == 3 ? read(arguments.get(2), path, condition) : new Scalar(8L));
            }
            case "Fn::ToJsonString" -> new ToJsonString(read(argument, path, condition));
            case "Fn::Length" -> new Length(read(argument, path, condition));
            case "Fn::If" -> {
                require(argument instanceof List && count == 3 && arguments.get(0) instanceof String,
                        "Fn::If requires a list argument with three elements: the name of a condition and two values");
                yield new If((String) arguments.get(0), read(arguments.get(1), path, condition),
                        read(arguments.get(2), path, condition));
            }
            case "Fn::Transform" -> {
                var map = Trees.map(argument);
                require(map.get("Name") instanceof String, "Key Name of transform definition must be a string.");
                var parameters = new LinkedHashMap<String, Value>();
                Trees.map(map.get("Parameters"))
                        .forEach((key, value) -> parameters.put(key, read(value, path, condition)));
                yield new Transform((String) map.get("Name"), parameters);
            }
            case "Fn::Equals" -> {
                require(argument instanceof List && count == 2,
                        "every Fn::Equals object requires a list of 2 string parameters.");
                yield new Equals(read(arguments.get(0), path, true), read(arguments.get(1), path, true));
            }
            case "Fn::And", "Fn::Or" -> {
                require(argument instanceof List && count >= 2 && count <= 10,
                        "every " + name + " object requires a list of at least 2 and at most 10 boolean parameters.");
                var conditions = arguments.stream().map(c -> read(c, path, true)).toList();
                yield name.equals("Fn::And") ? new And(conditions) : new Or(conditions);
            }
            case "Fn::Not" -> {
                require(argument instanceof List && count == 1, "every Fn::Not object requires one boolean parameter.");
                yield new Not(read(arguments.get(0), path, true));
            }
            case "Condition" -> {
                require(argument instanceof String, "every Condition object must have a single String value.");
                yield new Condition((String) argument);
            }
            case "Fn::Contains" -> {
                require(argument instanceof List && count == 2,
                        "every Fn::Contains object requires a list and a string.");
                yield new Contains(read(arguments.get(0), path, true), read(arguments.get(1), path, true));
            }
            default -> throw new TemplateError("Template Error: Encountered unsupported function: " + name
                    + " Supported functions are: [Fn::Base64, Fn::GetAtt, Fn::GetAZs, Fn::ImportValue, "
                    + "Fn::Join, Fn::Split, Fn::FindInMap, Fn::Select, Ref, Fn::Equals, Fn::If, Fn::Not, Condition, "
                    + "Fn::And, Fn::Or, Fn::Contains,"
                    + " Fn::Sub, Fn::Cidr, Fn::ToJsonString, Fn::Length]");
        };
    }

    private static Value sub(Object argument, List<Object> arguments, int count, String path, boolean condition) {
        var whole = argument instanceof String;
        require(whole || count == 2 && arguments.get(0) instanceof String && arguments.get(1) instanceof Map,
                "One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string "
                        + "as first argument, and an optional second argument to specify a mapping of values to "
                        + "replace in the string");
        var variables = new LinkedHashMap<String, Value>();
        if (!whole) {
            Trees.map(arguments.get(1)).forEach((name, value) -> variables.put(name, read(value, path, condition)));
        }
        var sub = new Sub(whole ? (String) argument : (String) arguments.get(0), variables);
        sub.names().forEach(name -> require(SUB_NAME.matcher(name).matches(),
                "variable names in Fn::Sub syntax must contain only alphanumeric characters, underscores, "
                + "periods, and colons"));
        return sub;
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw TemplateError.function(otherwise);
        }
    }

    /** This value and all it is made of. */
    default void walk(Consumer<Value> visitor) {
        visitor.accept(this);
        parts().forEach(part -> part.walk(visitor));
    }

    /** The values that this one is made of. */
    default List<Value> parts() {
        return switch (this) {
            case Scalar _, Ref _, Condition _ -> List.of();
            case Items(var items) -> items;
            case Fields(var fields) -> List.copyOf(fields.values());
            case GetAtt(_, var attribute) -> List.of(attribute);
            case Sub(_, var variables) -> List.copyOf(variables.values());
            case Join(_, var list) -> List.of(list);
            case Select(var index, var list) -> List.of(index, list);
            case Split(_, var source) -> List.of(source);
            case FindInMap(var map, var top, var second, var otherwise) -> otherwise.isPresent()
                    ? List.of(map, top, second, otherwise.get()) : List.of(map, top, second);
            case Base64(var source) -> List.of(source);
            case ImportValue(var name) -> List.of(name);
            case GetAZs(var region) -> List.of(region);
            case Cidr(var block, var number, var bits) -> List.of(block, number, bits);
            case ToJsonString(var source) -> List.of(source);
            case Length(var list) -> List.of(list);
            case If(_, var then, var otherwise) -> List.of(then, otherwise);
            case Transform(_, var parameters) -> List.copyOf(parameters.values());
            case Equals(var left, var right) -> List.of(left, right);
            case And(var conditions) -> conditions;
            case Or(var conditions) -> conditions;
            case Not(var condition) -> List.of(condition);
            case Contains(var list, var item) -> List.of(list, item);
        };
    }
}
