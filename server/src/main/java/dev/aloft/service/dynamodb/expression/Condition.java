package dev.aloft.service.dynamodb.expression;

import dev.aloft.api.Bytes;
import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.service.dynamodb.value.ValidationException;
import dev.aloft.service.dynamodb.value.Values;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** A condition on an item; an item that is not there is an empty one. */
public sealed interface Condition {
    boolean holds(Map<String, AttributeValue> item);

    /** @param parameter the request's member that has the text, such as {@code FilterExpression} */
    static Condition parse(String parameter, String text, Placeholders placeholders) {
        return ConditionReader.read(parameter, text, placeholders);
    }

    /** Of all that it compares, the paths into the item. */
    default List<Path> paths() {
        return stream().toList();
    }

    private Stream<Path> stream() {
        return switch (this) {
            case And(var parts) -> parts.stream().flatMap(Condition::stream);
            case Or(var parts) -> parts.stream().flatMap(Condition::stream);
            case Not(var part) -> part.stream();
            case Compare(_, var left, var right) -> Operand.paths(left, right);
            case Between(var value, var low, var high) -> Operand.paths(value, low, high);
            case In(var value, var choices) ->
                Stream.concat(Operand.paths(value), choices.stream().flatMap(Operand::paths));
            case Exists(var path) -> Stream.of(path);
            case TypeIs(var value, _) -> Operand.paths(value);
            case BeginsWith(var value, var prefix) -> Operand.paths(value, prefix);
            case Contains(var value, var part) -> Operand.paths(value, part);
        };
    }

    record And(List<Condition> parts) implements Condition {
        @Override
        public boolean holds(Map<String, AttributeValue> item) {
            for (var part : parts) {
                if (!part.holds(item)) {
                    return false;
                }
            }
            return true;
        }
    }

    record Or(List<Condition> parts) implements Condition {
        @Override
        public boolean holds(Map<String, AttributeValue> item) {
            for (var part : parts) {
                if (part.holds(item)) {
                    return true;
                }
            }
            return false;
        }
    }

    record Not(Condition part) implements Condition {
        @Override
        public boolean holds(Map<String, AttributeValue> item) {
            return !part.holds(item);
        }
    }

    /** Of values of different types, or where one is missing, only {@code <>} is true. */
    record Compare(Comparator comparator, Operand left, Operand right) implements Condition {
        @Override
        public boolean holds(Map<String, AttributeValue> item) {
            var a = left.of(item);
            var b = right.of(item);
            return switch (comparator) {
                case EQ -> a != null && b != null && Values.equal(a, b);
                case NE -> a == null || b == null || !Values.equal(a, b);
                case LT, LE, GT, GE -> a != null && b != null && Values.areComparable(a, b)
                    && comparator.accepts(Values.compare(a, b));
            };
        }
    }

    enum Comparator {
        EQ("="), NE("<>"), LT("<"), LE("<="), GT(">"), GE(">=");

        final String symbol;

        Comparator(String symbol) {
            this.symbol = symbol;
        }

        public static Comparator of(String symbol) {
            return Arrays.stream(values()).filter(one -> one.symbol.equals(symbol)).findFirst().orElseThrow();
        }

        /** Whether it is true of two values that compare so. */
        public boolean accepts(int order) {
            return switch (this) {
                case EQ -> order == 0;
                case NE -> order != 0;
                case LT -> order < 0;
                case LE -> order <= 0;
                case GT -> order > 0;
                case GE -> order >= 0;
            };
        }

        /** The comparator that says the same with its sides exchanged. */
        Comparator mirrored() {
            return switch (this) {
                case EQ, NE -> this;
                case LT -> GT;
                case LE -> GE;
                case GT -> LT;
                case GE -> LE;
            };
        }
    }

    record Between(Operand value, Operand low, Operand high) implements Condition {
        /** @throws ValidationException for bounds between which nothing can be */
        public static Between of(Operand value, Operand low, Operand high) {
            if (low instanceof Operand.Literal(var from) && high instanceof Operand.Literal(var to)) {
                var bounds = "lower bound operand: AttributeValue: " + Values.print(from)
                    + ", upper bound operand: AttributeValue: " + Values.print(to);
                if (!Values.type(from).equals(Values.type(to))) {
                    throw new ValidationException(
                        "The BETWEEN operator requires same data type for lower and upper bounds; " + bounds);
                }
                if (Values.compare(from, to) > 0) {
                    throw new ValidationException("The BETWEEN operator requires upper bound to be greater than or "
                        + "equal to lower bound; " + bounds);
                }
            }
            return new Between(value, low, high);
        }

        @Override
        public boolean holds(Map<String, AttributeValue> item) {
            var a = value.of(item);
            var from = low.of(item);
            var to = high.of(item);
            return a != null && from != null && to != null && Values.areComparable(a, from)
                && Values.areComparable(a, to) && Values.compare(a, from) >= 0 && Values.compare(a, to) <= 0;
        }
    }

    record In(Operand value, List<Operand> choices) implements Condition {
        @Override
        public boolean holds(Map<String, AttributeValue> item) {
            var a = value.of(item);
            return a != null && choices.stream().map(choice -> choice.of(item))
                .anyMatch(b -> b != null && Values.equal(a, b));
        }
    }

    record Exists(Path path) implements Condition {
        @Override
        public boolean holds(Map<String, AttributeValue> item) {
            return path.in(item) != null;
        }
    }

    record TypeIs(Operand value, String type) implements Condition {
        private static final Set<String> TYPES = Set.of("S", "N", "B", "SS", "NS", "BS", "BOOL", "NULL", "L", "M");
        /** In the order in which AWS lists them. */
        private static final String TYPE_NAMES = "{B,NULL,SS,BOOL,L,BS,N,NS,S,M}";

        /** @throws ValidationException where there is no such type */
        public static TypeIs of(Operand value, String type) {
            if (!TYPES.contains(type)) {
                throw new ValidationException("Invalid attribute type name found; type: " + type + ", valid types: "
                    + TYPE_NAMES);
            }
            return new TypeIs(value, type);
        }

        @Override
        public boolean holds(Map<String, AttributeValue> item) {
            var a = value.of(item);
            return a != null && Values.type(a).equals(type);
        }
    }

    record BeginsWith(Operand value, Operand prefix) implements Condition {
        /** @throws ValidationException for what is neither text nor binary, whatever the item holds */
        public static BeginsWith of(Operand value, Operand prefix) {
            for (var operand : List.of(value, prefix)) {
                var type = operand.type();
                if (!type.isEmpty() && !type.equals("S") && !type.equals("B")) {
                    throw new ValidationException("Incorrect operand type for operator or function; operator or "
                        + "function: begins_with, operand type: " + type);
                }
            }
            return new BeginsWith(value, prefix);
        }

        @Override
        public boolean holds(Map<String, AttributeValue> item) {
            return beginsWith(value.of(item), prefix.of(item));
        }

        public static boolean beginsWith(AttributeValue value, AttributeValue prefix) {
            if (value instanceof AttributeValue.S(var text) && prefix instanceof AttributeValue.S(var start)) {
                return text.startsWith(start);
            }
            return value instanceof AttributeValue.B(Bytes bytes) && prefix instanceof AttributeValue.B(Bytes start)
                && bytes.length() >= start.length()
                && Arrays.equals(bytes.array(), 0, start.length(), start.array(), 0, start.length());
        }
    }

    /** Text or binary within another, an element of a set or a list. */
    record Contains(Operand value, Operand part) implements Condition {
        @Override
        public boolean holds(Map<String, AttributeValue> item) {
            var whole = value.of(item);
            var wanted = part.of(item);
            return switch (whole) {
                case AttributeValue.S(var text) -> wanted instanceof AttributeValue.S(var some) && text.contains(some);
                case AttributeValue.B(Bytes bytes) ->
                    wanted instanceof AttributeValue.B(Bytes some) && contains(bytes.array(), some.array());
                case AttributeValue.SS(var set) -> wanted instanceof AttributeValue.S(var some) && set.contains(some);
                case AttributeValue.NS(var set) -> wanted instanceof AttributeValue.N(var some) && set.contains(some);
                case AttributeValue.BS(var set) -> wanted instanceof AttributeValue.B(var some) && set.contains(some);
                case AttributeValue.L(var list) ->
                    wanted != null && list.stream().anyMatch(element -> Values.equal(element, wanted));
                case AttributeValue.N _, AttributeValue.BOOL _, AttributeValue.NULL _, AttributeValue.M _ -> false;
                case null -> false;
            };
        }

        private static boolean contains(byte[] whole, byte[] part) {
            for (int at = 0; at + part.length <= whole.length; at++) {
                if (Arrays.equals(whole, at, at + part.length, part, 0, part.length)) {
                    return true;
                }
            }
            return false;
        }
    }
}
