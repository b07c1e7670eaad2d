package dev.aloft.service.dynamodb.value;

import dev.aloft.api.Bytes;
import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.DynamoDb.PutRequest;
import dev.aloft.wire.SeveralTypes;
import dev.aloft.wire.Trees;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** What may be a value, when two are equal, and which comes first. */
public final class Values {
    /** A value's own level is the first; this is the deepest that a value within it may stand. */
    private static final int MAX_DEPTH = 32;
    private static final int MAX_NAME_BYTES = 65_535;

    private Values() {
    }

    /** The item with its values normalised; the same where nothing had to change. */
    public static Map<String, AttributeValue> checked(Map<String, AttributeValue> item, Wording wording) {
        item.keySet().forEach(Values::checkName);
        var normal = checked(item, 1, wording);
        item.values().forEach(Values::checkNames);
        return normal;
    }

    /** The value normalised, or AWS's complaint about it. */
    public static AttributeValue checked(AttributeValue value, Wording wording) {
        var normal = checked(value, 1, wording);
        checkNames(value);
        return normal;
    }

    private static AttributeValue checked(AttributeValue value, int depth, Wording wording) {
        if (depth > MAX_DEPTH) {
            throw new ValidationException("Nesting Levels have exceeded supported limits: "
                + "Attributes in the item have nested levels beyond supported limit");
        }
        return switch (value) {
            case null -> throw ValidationException.plain(
                "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes");
            case AttributeValue.S _, AttributeValue.B _, AttributeValue.BOOL _ -> value;
            case AttributeValue.N(var number) -> {
                var normal = Numbers.normalise(number, wording);
                yield normal.equals(number) ? value : new AttributeValue.N(normal);
            }
            case AttributeValue.NULL(var isNull) -> {
                if (!isNull) {
                    throw ValidationException.parameters("Null attribute value types must have the value of true");
                }
                yield value;
            }
            case AttributeValue.SS(var set) -> {
                refuseEmpty(set, "An string set  may not be empty");
                var sorted = Sets.texts(set, wording);
                yield sorted == set ? value : new AttributeValue.SS(sorted);
            }
            case AttributeValue.NS(var set) -> {
                refuseEmpty(set, "An number set  may not be empty");
                var normal = changed(set, number -> Numbers.normalise(number, wording));
                Sets.refuseRepeatedNumbers(normal, wording);
                yield normal == set ? value : new AttributeValue.NS(normal);
            }
            case AttributeValue.BS(var set) -> {
                refuseEmpty(set, "Binary sets should not be empty");
                var sorted = Sets.binaries(set, wording);
                yield sorted == set ? value : new AttributeValue.BS(sorted);
            }
            case AttributeValue.L(SeveralTypes<AttributeValue> types) -> {
                types.forEach(one -> checked(one, depth, wording));
                throw ValidationException.plain("Supplied AttributeValue has more than one datatypes set, "
                    + "must contain exactly one of the supported datatypes");
            }
            case AttributeValue.L(var list) -> {
                var normal = changed(list, element -> checked(element, depth + 1, wording));
                yield normal == list ? value : new AttributeValue.L(normal);
            }
            case AttributeValue.M(var map) -> {
                var normal = checked(map, depth + 1, wording);
                yield normal == map ? value : new AttributeValue.M(normal);
            }
        };
    }

    private static Map<String, AttributeValue> checked(Map<String, AttributeValue> map, int depth,
            Wording wording) {
        Map<String, AttributeValue> result = map;
        for (var entry : map.entrySet()) {
            var normal = checked(entry.getValue(), depth, wording);
            if (normal != entry.getValue()) {
                result = result == map ? new LinkedHashMap<>(map) : result;
                result.put(entry.getKey(), normal);
            }
        }
        return result;
    }

    /** Names within values are looked at after all else. */
    private static void checkNames(AttributeValue value) {
        if (value instanceof AttributeValue.M(var map)) {
            map.forEach((name, within) -> {
                checkName(name);
                checkNames(within);
            });
        } else if (value instanceof AttributeValue.L(var list)) {
            list.forEach(Values::checkNames);
        }
    }

    /** The length of a name in bytes is bounded. */
    public static void checkName(String name) {
        if (name.isEmpty()) {
            throw new ValidationException("Empty attribute name");
        }
        if (name.length() * 3 > MAX_NAME_BYTES && ItemSize.of(name) > MAX_NAME_BYTES) {
            throw ValidationException.parameters("Attribute name is too large, must be less than 65536 bytes");
        }
    }

    private static void refuseEmpty(List<?> set, String complaint) {
        if (set.isEmpty()) {
            throw ValidationException.parameters(complaint);
        }
    }

    /** The same list where nothing changed. */
    private static <T> List<T> changed(List<T> list, UnaryOperator<T> change) {
        List<T> result = list;
        for (int i = 0; i < list.size(); i++) {
            var now = change.apply(list.get(i));
            if (now != list.get(i) && !now.equals(list.get(i))) {
                result = result == list ? new ArrayList<>(list) : result;
                result.set(i, now);
            }
        }
        return result;
    }

    /** AWS's name of the value's type. */
    public static String type(AttributeValue value) {
        return switch (value) {
            case AttributeValue.S _ -> "S";
            case AttributeValue.N _ -> "N";
            case AttributeValue.B _ -> "B";
            case AttributeValue.BOOL _ -> "BOOL";
            case AttributeValue.NULL _ -> "NULL";
            case AttributeValue.SS _ -> "SS";
            case AttributeValue.NS _ -> "NS";
            case AttributeValue.BS _ -> "BS";
            case AttributeValue.L _ -> "L";
            case AttributeValue.M _ -> "M";
        };
    }

    /** The value as AWS prints it in complaints. */
    public static String print(AttributeValue value) {
        var content = switch (value) {
            case AttributeValue.S(var text) -> text;
            case AttributeValue.N(var number) -> number;
            case AttributeValue.B(var bytes) -> bytes.base64();
            case AttributeValue.BOOL(var truth) -> truth.toString();
            case AttributeValue.NULL(var isNull) -> isNull.toString();
            case AttributeValue.SS(var set) -> set.toString();
            case AttributeValue.NS(var set) -> set.toString();
            case AttributeValue.BS(var set) -> set.stream().map(Bytes::base64).toList().toString();
            case AttributeValue.L(var list) -> list.stream().map(Values::print).toList().toString();
            case AttributeValue.M(var map) -> map.entrySet().stream().map(e -> e.getKey() + "=" + print(e.getValue()))
                .collect(Collectors.joining(", ", "{", "}"));
        };
        return "{" + type(value) + ":" + content + "}";
    }

    /** Whether two normalised values are the same; sets have no order. */
    public static boolean equal(AttributeValue left, AttributeValue right) {
        if (left instanceof AttributeValue.SS(var a) && right instanceof AttributeValue.SS(var b)) {
            return sameElements(a, b);
        }
        if (left instanceof AttributeValue.NS(var a) && right instanceof AttributeValue.NS(var b)) {
            return sameElements(a, b);
        }
        if (left instanceof AttributeValue.BS(var a) && right instanceof AttributeValue.BS(var b)) {
            return sameElements(a, b);
        }
        if (left instanceof AttributeValue.L(var a) && right instanceof AttributeValue.L(var b)) {
            if (a.size() != b.size()) {
                return false;
            }
            for (int i = 0; i < a.size(); i++) {
                if (!equal(a.get(i), b.get(i))) {
                    return false;
                }
            }
            return true;
        }
        if (left instanceof AttributeValue.M(var a) && right instanceof AttributeValue.M(var b)) {
            return a.size() == b.size() && a.entrySet().stream().allMatch(entry -> {
                var other = b.get(entry.getKey());
                return other != null && equal(entry.getValue(), other);
            });
        }
        return left.equals(right);
    }

    private static boolean sameElements(List<?> left, List<?> right) {
        return left.size() == right.size() && new HashSet<Object>(left).containsAll(right);
    }

    /** An item as requests and answers have it in JSON, as a tree. */
    public static Object json(Map<String, AttributeValue> item) {
        return Trees.of(new PutRequest(item)).get("Item");
    }

    /** Whether the value is of a type that has an order: text, number, binary. */
    public static boolean isOrdered(AttributeValue value) {
        return value instanceof AttributeValue.S || value instanceof AttributeValue.N
            || value instanceof AttributeValue.B;
    }

    /** Whether the two can be compared: of one type, and that has an order. */
    public static boolean areComparable(AttributeValue left, AttributeValue right) {
        return isOrdered(left) && left.getClass() == right.getClass();
    }

    /**
     * The order of two values that are comparable: text by its UTF-8 bytes, numbers by value, binaries by unsigned
     * bytes.
     */
    public static int compare(AttributeValue left, AttributeValue right) {
        if (left instanceof AttributeValue.S(var a) && right instanceof AttributeValue.S(var b)) {
            return compare(a, b);
        }
        if (left instanceof AttributeValue.N(var a) && right instanceof AttributeValue.N(var b)) {
            return Numbers.compare(a, b);
        }
        if (left instanceof AttributeValue.B(var a) && right instanceof AttributeValue.B(var b)) {
            return a.compareTo(b);
        }
        throw new IllegalArgumentException(type(left) + " and " + type(right) + " have no order");
    }

    static int compare(String left, String right) {
        int length = Math.min(left.length(), right.length());
        for (int i = 0; i < length; i++) {
            char a = left.charAt(i);
            char b = right.charAt(i);
            if (a != b) {
                // Halves of characters beyond U+FFFF stand below U+E000 in UTF-16, and above everything else in UTF-8.
                boolean beyondA = Character.isSurrogate(a);
                boolean beyondB = Character.isSurrogate(b);
                return beyondA == beyondB ? Character.compare(a, b) : beyondA ? 1 : -1;
            }
        }
        return Integer.compare(left.length(), right.length());
    }
}
