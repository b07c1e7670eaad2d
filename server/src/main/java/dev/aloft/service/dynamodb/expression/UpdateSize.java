package dev.aloft.service.dynamodb.expression;

import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.service.dynamodb.value.ItemSize;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/**
 * How many bytes UpdateItem counts an update expression for: what it writes and reads, and something for each clause,
 * whatever the item holds. AWS documents none of this; it was measured to the byte on AWS in August and October 2026
 * (paritysuite/dynamodb-conformance, in 22 of 33 regions). Updates in transactions and statements are not counted so.
 */
final class UpdateSize {
    private static final int UPDATE = 3;
    private static final int WRITE = 19;
    private static final int TAKE_AWAY = 1;
    private static final int PLUS = 34;
    private static final int MINUS = 37;
    private static final int LIST_APPEND = 37;
    private static final int IF_NOT_EXISTS = 39;

    private UpdateSize() {
    }

    /** Of the actions at their paths, of an item; a set that is added to counts for the elements it did not have. */
    static long of(List<Path> paths, List<Update.Action> actions, Map<String, AttributeValue> item) {
        long size = UPDATE;
        for (int i = 0; i < actions.size(); i++) {
            var path = paths.get(i);
            size += target(path) + switch (actions.get(i)) {
                case Update.Set(var term) -> WRITE + of(term);
                case Update.Add(var value, _) -> WRITE + added(value, path.in(item));
                case Update.Remove _, Update.Delete _ -> TAKE_AWAY;
            };
        }
        return size;
    }

    private static int target(Path path) {
        return ItemSize.of(path.attribute())
            + path.steps().stream().skip(1).mapToInt(step -> 4 + ItemSize.of(step.toString())).sum();
    }

    private static long of(Update.Term term) {
        return switch (term) {
            case Update.Term.Literal(var value) -> ItemSize.of(value);
            case Update.Term.At(var path) -> read(path);
            case Update.Term.IfNotExists(var path, var otherwise) -> IF_NOT_EXISTS + read(path) + of(otherwise);
            case Update.Term.Append(var first, var second) -> LIST_APPEND + of(first) + of(second);
            case Update.Term.Sum(var negative, var left, var right) ->
                (negative ? MINUS : PLUS) + of(left) + of(right);
        };
    }

    /** What stands at a path costs nothing, but the path does. */
    private static int read(Path path) {
        return 1 + path.steps().stream().mapToInt(step -> 14 + ItemSize.of(step.toString())).sum();
    }

    private static int added(AttributeValue value, AttributeValue before) {
        return switch (value) {
            case AttributeValue.SS(var set) when before instanceof AttributeValue.SS(var known) ->
                ItemSize.of(new AttributeValue.SS(without(set, known)));
            case AttributeValue.NS(var set) when before instanceof AttributeValue.NS(var known) ->
                ItemSize.of(new AttributeValue.NS(without(set, known)));
            case AttributeValue.BS(var set) when before instanceof AttributeValue.BS(var known) ->
                ItemSize.of(new AttributeValue.BS(without(set, known)));
            default -> ItemSize.of(value);
        };
    }

    private static <T> List<T> without(List<T> set, List<T> known) {
        var all = new HashSet<>(known);
        return set.stream().filter(element -> !all.contains(element)).toList();
    }
}
