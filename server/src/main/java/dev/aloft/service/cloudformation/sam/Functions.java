package dev.aloft.service.cloudformation.sam;

import dev.aloft.service.cloudformation.template.Trees;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** CloudFormation's functions as trees: to make them and to recognise them. */
final class Functions {
    private Functions() {
    }

    /** A map with the pairs given in turn; pairs without a value are left out. */
    static Map<String, Object> map(Object... pairs) {
        var map = new LinkedHashMap<String, Object>();
        for (int i = 0; i < pairs.length; i += 2) {
            if (pairs[i + 1] != null) {
                map.put((String) pairs[i], pairs[i + 1]);
            }
        }
        return map;
    }

    static List<Object> list(Object... items) {
        return new ArrayList<>(Arrays.asList(items));
    }

    static Map<String, Object> ref(String id) {
        return map("Ref", id);
    }

    static Map<String, Object> getAtt(String id, String attribute) {
        return map("Fn::GetAtt", list(id, attribute));
    }

    static Map<String, Object> sub(String text) {
        return map("Fn::Sub", text);
    }

    static Map<String, Object> sub(String text, Map<String, Object> variables) {
        return map("Fn::Sub", list(text, variables));
    }

    /** The value where the condition holds, nothing where it does not. */
    static Map<String, Object> when(Object condition, Object value) {
        return either(condition, value, ref("AWS::NoValue"));
    }

    static Map<String, Object> either(Object condition, Object value, Object otherwise) {
        return map("Fn::If", list(condition, value, otherwise));
    }

    static boolean isFunction(Object tree) {
        if (!(tree instanceof Map<?, ?> map) || map.size() != 1) {
            return false;
        }
        var name = (String) map.keySet().iterator().next();
        return name.equals("Ref") || name.equals("Condition") || name.startsWith("Fn::");
    }

    static boolean isIf(Object tree) {
        return isFunction(tree) && Trees.map(tree).containsKey("Fn::If");
    }

    static boolean isNoValue(Object tree) {
        return isFunction(tree) && "AWS::NoValue".equals(Trees.map(tree).get("Ref"));
    }

    /** The logical id that a Ref or GetAtt names; null for anything else. */
    static String named(Object tree) {
        if (!isFunction(tree)) {
            return null;
        }
        if (Trees.map(tree).get("Ref") instanceof String id) {
            return id;
        }
        return switch (Trees.map(tree).get("Fn::GetAtt")) {
            case List<?> parts when parts.size() == 2 && parts.get(0) instanceof String id -> id;
            case String text when text.indexOf('.') > 0 && text.indexOf('.') == text.lastIndexOf('.') ->
                text.substring(0, text.indexOf('.'));
            case null, default -> null;
        };
    }

    /** A Ref or GetAtt in the short form that Fn::Sub knows. */
    static String shorthand(Map<String, Object> function) {
        return function.get("Ref") instanceof String id ? "${" + id + "}"
                : "${" + String.join(".", Trees.list(function.get("Fn::GetAtt")).stream().map(Trees::text).toList())
                + "}";
    }

    /** What a value can be: itself, or the branches of an If that are something. */
    static List<Object> alternatives(Object tree) {
        if (!(tree instanceof Map<?, ?> map) || !map.containsKey("Fn::If")) {
            return list(tree);
        }
        if (!(map.get("Fn::If") instanceof List<?> branches)) {
            throw SamError.structure("Value of Fn::If must be a list.");
        }
        var found = new ArrayList<>(branches.subList(Math.min(1, branches.size()), branches.size()));
        found.removeIf(Functions::isNoValue);
        return new ArrayList<>(found);
    }

    /** Tags as a list of keys and values. */
    static List<Object> tags(Map<String, Object> tags) {
        var list = new ArrayList<>();
        tags.forEach((key, value) -> list.add(map("Key", key, "Value", value == null ? "" : value)));
        return list;
    }

    /** An ARN inside Fn::Sub; the partition is known, region and account are not. */
    static String arn(String partition, String service, String resource) {
        return "arn:" + partition + ":" + service + ":${AWS::Region}:${AWS::AccountId}:" + resource;
    }

    static boolean isTrue(Object tree) {
        return Boolean.TRUE.equals(tree) || "true".equals(tree);
    }

    /** Neither absent nor empty nor false. */
    static boolean given(Object tree) {
        return switch (tree) {
            case null -> false;
            case Map<?, ?> map -> !map.isEmpty();
            case List<?> list -> !list.isEmpty();
            case String text -> !text.isEmpty();
            case Boolean value -> value;
            case Number number -> number.doubleValue() != 0;
            default -> true;
        };
    }

    static boolean alphanumeric(String text) {
        return !text.isEmpty() && text.chars().allMatch(Character::isLetterOrDigit);
    }

    /** A value as SAM, which is Python, prints it in errors: a text alone is as it is, within others it has quotes. */
    static String told(Object value) {
        return value instanceof String text ? text : quoted(value);
    }

    private static String quoted(Object value) {
        return switch (value) {
            case null -> "None";
            case String text -> "'" + text + "'";
            case Boolean flag -> flag ? "True" : "False";
            case Map<?, ?> map -> map.entrySet().stream()
                    .map(each -> quoted(each.getKey()) + ": " + quoted(each.getValue()))
                    .collect(Collectors.joining(", ", "{", "}"));
            case List<?> list -> list.stream().map(Functions::quoted).collect(Collectors.joining(", ", "[", "]"));
            default -> Trees.text(value);
        };
    }
}
