package dev.aloft.service.cloudformation.sam;

import dev.aloft.service.cloudformation.template.Trees;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The values that are known before anything is made; some places of a template must be known to transform it. */
final class Parameters {
    private static final Pattern NAME = Pattern.compile("\\$\\{([A-Za-z0-9.]+|AWS::[A-Z][A-Za-z]*)}");

    private final Map<String, Object> values = new LinkedHashMap<>();
    private final Map<String, Object> mappings;

    Parameters(Map<String, Object> template, Map<String, Object> given, String region, String partition) {
        Trees.map(template.get("Parameters")).forEach((name, parameter) -> {
            if (Trees.map(parameter).containsKey("Default")) {
                values.put(name, Trees.map(parameter).get("Default"));
            }
        });
        values.putAll(given);
        values.put("AWS::Region", region);
        values.put("AWS::Partition", partition);
        mappings = Trees.map(template.get("Mappings"));
    }

    /** A copy of the tree where Ref and Sub of parameters are replaced by what they stand for. */
    Object resolve(Object tree) {
        return switch (tree) {
            case Map<?, ?> map when map.size() == 1 && map.get("Ref") instanceof String name ->
                values.containsKey(name) ? Trees.copy(values.get(name)) : Trees.copy(tree);
            case Map<?, ?> map when map.size() == 1 && map.containsKey("Fn::Sub") ->
                Functions.map("Fn::Sub", switch (map.get("Fn::Sub")) {
                    case String text -> substituted(text);
                    case List<?> list when !list.isEmpty() && list.get(0) instanceof String text -> {
                        var copy = new ArrayList<Object>(Trees.list(resolveAll(list)));
                        copy.set(0, substituted(text));
                        yield copy;
                    }
                    case null -> "";
                    default -> Trees.copy(map.get("Fn::Sub"));
                });
            case Map<?, ?> map -> {
                var copy = new LinkedHashMap<String, Object>();
                map.forEach((name, value) -> copy.put((String) name, resolve(value)));
                yield copy;
            }
            case List<?> list -> resolveAll(list);
            case null, default -> tree;
        };
    }

    private Object resolveAll(List<?> list) {
        var copy = new ArrayList<>();
        list.forEach(item -> copy.add(resolve(item)));
        return copy;
    }

    private String substituted(String text) {
        return NAME.matcher(text).replaceAll(match -> {
            var value = values.get(match.group(1));
            return Matcher.quoteReplacement(value == null || value instanceof Map || value instanceof List
                    ? match.group() : Trees.text(value));
        });
    }

    /** As resolve, and one FindInMap at the top is looked up as well. */
    Object resolveMapped(Object tree) {
        var resolved = resolve(tree);
        if (Functions.isFunction(resolved) && Trees.map(resolved).get("Fn::FindInMap") instanceof List<?> path
                && path.size() == 3) {
            Object found = mappings;
            for (var key : path) {
                found = Trees.map(found).get(Trees.text(key));
            }
            return found == null ? resolved : found;
        }
        return resolved;
    }
}
