package dev.aloft.service.dynamodb.expression;

import dev.aloft.api.Bytes;
import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.service.dynamodb.value.Values;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;

/** What a condition compares. */
public sealed interface Operand {
    /** The value it has for this item, or null. */
    AttributeValue of(Map<String, AttributeValue> item);

    /** The type that it has whatever the item holds, or an empty text. */
    default String type() {
        return switch (this) {
            case At _ -> "";
            case Literal(var value) -> Values.type(value);
            case Size _ -> "N";
        };
    }

    /** The paths that these look at. */
    static Stream<Path> paths(Operand... operands) {
        return Arrays.stream(operands).flatMap(operand -> switch (operand) {
            case At(var path) -> Stream.of(path);
            case Literal _ -> Stream.empty();
            case Size(var inner) -> paths(inner);
        });
    }

    /** What stands at a path of the item. */
    record At(Path path) implements Operand {
        @Override
        public AttributeValue of(Map<String, AttributeValue> item) {
            return path.in(item);
        }
    }

    /** A value given with the request. */
    record Literal(AttributeValue value) implements Operand {
        @Override
        public AttributeValue of(Map<String, AttributeValue> item) {
            return value;
        }
    }

    /** The length of text in characters, of a binary in bytes, the number of elements of sets, lists and maps. */
    record Size(Operand operand) implements Operand {
        @Override
        public AttributeValue of(Map<String, AttributeValue> item) {
            int size = switch (operand.of(item)) {
                case AttributeValue.S(var text) -> text.codePointCount(0, text.length());
                case AttributeValue.B(Bytes bytes) -> bytes.length();
                case AttributeValue.SS(var set) -> set.size();
                case AttributeValue.NS(var set) -> set.size();
                case AttributeValue.BS(var set) -> set.size();
                case AttributeValue.L(var list) -> list.size();
                case AttributeValue.M(var map) -> map.size();
                case AttributeValue.N _, AttributeValue.BOOL _, AttributeValue.NULL _ -> -1;
                case null -> -1;
            };
            return size < 0 ? null : new AttributeValue.N(Integer.toString(size));
        }
    }
}
