package dev.aloft.service.dynamodb.expression;

import dev.aloft.api.DynamoDb.AttributeValue;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A document path: names of attributes ({@link String}) and positions in lists ({@link Integer}), the first a name.
 */
public record Path(List<Object> steps) {
    public static Path of(String attribute) {
        return new Path(List.of(attribute));
    }

    /** The attribute of the item in which the path begins. */
    public String attribute() {
        return (String) steps.getFirst();
    }

    public boolean isNested() {
        return steps.size() > 1;
    }

    /** The value there, or null. */
    public AttributeValue in(Map<String, AttributeValue> item) {
        var value = item.get(attribute());
        for (int i = 1; i < steps.size() && value != null; i++) {
            value = step(value, steps.get(i));
        }
        return value;
    }

    private static AttributeValue step(AttributeValue value, Object step) {
        return switch (value) {
            case AttributeValue.M(var map) when step instanceof String name -> map.get(name);
            case AttributeValue.L(var list) when step instanceof Integer index
                && index < list.size() -> list.get(index);
            default -> null;
        };
    }

    /** As AWS prints it: {@code [a, [1], b]}. */
    @Override
    public String toString() {
        return steps.stream().map(step -> step instanceof Integer index ? "[" + index + "]" : (String) step)
            .collect(Collectors.joining(", ", "[", "]"));
    }
}
