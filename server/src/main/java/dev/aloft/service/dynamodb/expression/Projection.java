package dev.aloft.service.dynamodb.expression;

import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which parts of an item are wanted; an element of a list comes in a list of those wanted. */
public final class Projection {
    private final List<Path> paths;
    private final PathTree<Path> tree;

    private Projection(List<Path> paths) {
        this.paths = paths;
        this.tree = PathTree.of(paths, paths);
    }

    /** Of paths that do not overlap. */
    public static Projection of(List<Path> paths) {
        return new Projection(paths);
    }

    public static Projection parse(String text, Placeholders placeholders) {
        try {
            var syntax = Parser.projection(text, placeholders.wording());
            syntax.forEach(path -> Placeholders.refuseReserved(path.steps()));
            return new Projection(syntax.stream().map(placeholders::path).toList());
        } catch (ValidationException e) {
            throw new ValidationException("Invalid ProjectionExpression: " + e.getMessage());
        }
    }

    public List<Path> paths() {
        return paths;
    }

    public Map<String, AttributeValue> of(Map<String, AttributeValue> item) {
        return fields(tree, item);
    }

    private static Map<String, AttributeValue> fields(PathTree<Path> node, Map<String, AttributeValue> map) {
        var wanted = new LinkedHashMap<String, AttributeValue>();
        node.fields().forEach((name, child) -> {
            var value = at(child, map.get(name));
            if (value != null) {
                wanted.put(name, value);
            }
        });
        return wanted;
    }

    private static AttributeValue at(PathTree<Path> node, AttributeValue value) {
        if (value == null || node.leaf() != null) {
            return value;
        }
        if (!node.fields().isEmpty()) {
            var wanted = value instanceof AttributeValue.M(var map)
                ? fields(node, map) : Map.<String, AttributeValue>of();
            return wanted.isEmpty() ? null : new AttributeValue.M(wanted);
        }
        var wanted = new ArrayList<AttributeValue>();
        if (value instanceof AttributeValue.L(var list)) {
            node.elements().headMap(list.size()).forEach((index, child) -> {
                var element = at(child, list.get(index));
                if (element != null) {
                    wanted.add(element);
                }
            });
        }
        return wanted.isEmpty() ? null : new AttributeValue.L(wanted);
    }
}
