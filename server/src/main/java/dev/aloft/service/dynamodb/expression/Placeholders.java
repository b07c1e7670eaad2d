package dev.aloft.service.dynamodb.expression;

import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.service.dynamodb.value.ItemSize;
import dev.aloft.service.dynamodb.value.ValidationException;
import dev.aloft.service.dynamodb.value.Values;
import dev.aloft.service.dynamodb.value.Wording;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** The names and values that a request gives for the placeholders of its expressions, and which of them were used. */
public final class Placeholders {
    private static final Pattern NAME = Pattern.compile("#[0-9a-zA-Z_]+");
    private static final Pattern VALUE = Pattern.compile(":[0-9a-zA-Z_]+");
    private static final int MAX_KEY = 255;
    /** 2 MB of placeholders with what they stand for. */
    private static final int MAX_BYTES = 2 << 20;

    private final Map<String, String> names;
    private final Map<String, AttributeValue> values;
    private final Wording wording;
    private final Set<String> used = new HashSet<>();

    private Placeholders(Map<String, String> names, Map<String, AttributeValue> values, Wording wording) {
        this.names = names;
        this.values = values;
        this.wording = wording;
    }

    /** Either may be null where the request has none. */
    public static Placeholders of(Map<String, String> names, Map<String, AttributeValue> values, Wording wording) {
        long bytes = 0;
        if (names != null) {
            checkKeys("ExpressionAttributeNames", names.keySet(), NAME);
            names.values().forEach(Values::checkName);
            bytes = names.entrySet().stream().mapToLong(entry ->
                entry.getKey().length() + ItemSize.of(entry.getValue())).sum();
            refuseLarge("ExpressionAttributeNames", bytes);
        }
        if (values == null) {
            return new Placeholders(names == null ? Map.of() : names, Map.of(), wording);
        }
        checkKeys("ExpressionAttributeValues", values.keySet(), VALUE);
        var normal = HashMap.<String, AttributeValue>newHashMap(values.size());
        values.forEach((key, value) -> normal.put(key, checked(key, value, wording)));
        long ofValues = normal.entrySet().stream().mapToLong(entry ->
            entry.getKey().length() + ItemSize.of(entry.getValue())).sum();
        refuseLarge("ExpressionAttributeValues", ofValues);
        refuseLarge("Combined size of ExpressionAttributeNames and ExpressionAttributeValues", bytes + ofValues);
        return new Placeholders(names == null ? Map.of() : names, normal, wording);
    }

    private static void refuseLarge(String what, long bytes) {
        if (bytes > MAX_BYTES) {
            throw new ValidationException(what + " exceeds max size");
        }
    }

    private static AttributeValue checked(String key, AttributeValue value, Wording wording) {
        try {
            return Values.checked(value, wording);
        } catch (ValidationException e) {
            throw wording == Wording.PRESENT ? e : new ValidationException(
                "ExpressionAttributeValues contains invalid value: " + e.getMessage() + " for key " + key);
        }
    }

    Wording wording() {
        return wording;
    }

    private static void checkKeys(String parameter, Set<String> keys, Pattern pattern) {
        if (keys.isEmpty()) {
            throw new ValidationException(parameter + " must not be empty");
        }
        for (var key : keys) {
            if (!pattern.matcher(key).matches()) {
                throw new ValidationException(parameter + " contains invalid key: Syntax error; key: \"" + key + "\"");
            }
            if (key.length() > MAX_KEY) {
                throw new ValidationException(parameter
                    + " contains invalid key: The expression attribute map contains a key that is too long; key: \""
                    + key + "\"");
            }
        }
    }

    /** After all expressions are read: nothing may be left over. */
    public void refuseUnused() {
        refuseUnused("ExpressionAttributeNames", names.keySet());
        refuseUnused("ExpressionAttributeValues", values.keySet());
    }

    private void refuseUnused(String parameter, Set<String> keys) {
        var unused = new ArrayList<>(keys);
        unused.removeAll(used);
        if (!unused.isEmpty()) {
            throw new ValidationException("Value provided in " + parameter + " unused in expressions: keys: {"
                + String.join(", ", unused) + "}");
        }
    }

    Path path(Syntax.PathAt path) {
        return new Path(path.steps().stream().map(step -> step instanceof String name ? name(name) : step).toList());
    }

    private Object name(String name) {
        if (!name.startsWith("#")) {
            return name;
        }
        var attribute = names.get(name);
        if (attribute == null) {
            throw new ValidationException(
                "An expression attribute name used in the document path is not defined; attribute name: " + name);
        }
        used.add(name);
        return attribute;
    }

    AttributeValue value(Syntax.ValueAt value) {
        var literal = values.get(value.placeholder());
        if (literal == null) {
            throw new ValidationException(
                "An expression attribute value used in expression is not defined; attribute value: "
                + value.placeholder());
        }
        used.add(value.placeholder());
        return literal;
    }

    /** Attribute names that are reserved words stand in expressions only behind placeholders. */
    static void refuseReserved(List<Object> steps) {
        for (var step : steps) {
            if (step instanceof String name && ReservedWords.ALL.contains(name.toUpperCase(Locale.ROOT))) {
                throw new ValidationException("Attribute name is a reserved keyword; reserved keyword: " + name);
            }
        }
    }
}
