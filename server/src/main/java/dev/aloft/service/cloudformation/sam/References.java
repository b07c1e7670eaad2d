package dev.aloft.service.cloudformation.sam;

import dev.aloft.service.cloudformation.template.Trees;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Rewrites mentions of what the transform has moved: {@code Fn.Alias} and its like mean a generated resource, and a
 * layer's logical id has a hash at its end.
 *
 * @param properties by {@code id.property}
 * @param renamed    by id
 */
record References(Map<String, String> properties, Map<String, String> renamed) {
    private static final Pattern NAME = Pattern.compile("\\$\\{([A-Za-z0-9.]+)}");

    Object rewrite(Object tree) {
        if (properties.isEmpty() && renamed.isEmpty()) {
            return tree;
        }
        return switch (tree) {
            case Map<?, ?> map -> {
                var copy = new LinkedHashMap<String, Object>();
                map.forEach((key, value) -> {
                    var name = (String) key;
                    copy.put(name, switch (name) {
                        case "Ref" -> map.size() == 1 && value instanceof String text ? moved(text) : rewrite(value);
                        case "Fn::GetAtt" -> map.size() == 1 ? attribute(value) : rewrite(value);
                        case "Fn::Sub" -> map.size() == 1 ? sub(value) : rewrite(value);
                        case "DependsOn" -> dependsOn(value);
                        default -> rewrite(value);
                    });
                });
                yield copy;
            }
            case List<?> list -> {
                var copy = new ArrayList<>();
                list.forEach(item -> copy.add(rewrite(item)));
                yield copy;
            }
            case null, default -> tree;
        };
    }

    private String moved(String name) {
        return properties.getOrDefault(name, renamed.getOrDefault(name, name));
    }

    private Object dependsOn(Object value) {
        return switch (value) {
            case String text -> renamed.getOrDefault(text, text);
            case List<?> list -> new ArrayList<Object>(list.stream()
                    .map(item -> item instanceof String text ? renamed.getOrDefault(text, text) : item).toList());
            case null, default -> rewrite(value);
        };
    }

    private Object attribute(Object value) {
        if (!(value instanceof List<?> parts) || !parts.stream().allMatch(String.class::isInstance)) {
            return rewrite(value);
        }
        var path = String.join(".", parts.stream().map(Trees::text).toList()).split("\\.");
        if (path.length > 2 && properties.containsKey(path[0] + "." + path[1])) {
            return Functions.list(properties.get(path[0] + "." + path[1]),
                    String.join(".", List.of(path).subList(2, path.length)));
        }
        return renamed.containsKey(path[0])
                ? Functions.list(renamed.get(path[0]), String.join(".", List.of(path).subList(1, path.length))) : value;
    }

    private Object sub(Object value) {
        return switch (value) {
            case String text -> text(text);
            case List<?> list when list.size() == 2 && list.get(0) instanceof String text ->
                Functions.list(text(text), rewrite(list.get(1)));
            case null, default -> rewrite(value);
        };
    }

    private String text(String text) {
        return NAME.matcher(text).replaceAll(match -> {
            var path = match.group(1).split("\\.", 3);
            var target = path.length > 1 ? properties.get(path[0] + "." + path[1]) : null;
            var name = target != null ? target + (path.length > 2 ? "." + path[2] : "")
                    : renamed.containsKey(path[0]) ? renamed.get(path[0]) + match.group(1).substring(path[0].length())
                    : match.group(1);
            return Matcher.quoteReplacement("${" + name + "}");
        });
    }
}
