package dev.aloft.service.cloudformation.deploy;

import dev.aloft.service.cloudformation.template.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What AWS publishes of a resource type.
 *
 * @param forms      which each property must have, in the words of AWS's errors; empty where it may be one of several
 * @param attributes what {@code Fn::GetAtt} returns, of objects also {@code Object.Member}
 */
public record PublishedType(Map<String, String> forms, Set<String> attributes) {
    private static final Map<String, PublishedType> ALL = read();

    /** Of a type that is built here; none is known of custom resources and stacks, which are what they are. */
    public static Optional<PublishedType> of(String type) {
        return Optional.ofNullable(ALL.get(type));
    }

    private static Map<String, PublishedType> read() {
        var all = new HashMap<String, PublishedType>();
        PublishedType current = null;
        for (var line : lines()) {
            var words = List.of(line.strip().split(" "));
            if (!line.startsWith(" ")) {
                current = new PublishedType(new HashMap<>(), new HashSet<>());
                all.put(words.getFirst(), current);
                words = words.subList(1, words.size());
            }
            for (var word : words) {
                if (word.startsWith("@")) {
                    current.attributes.add(word.substring(1));
                } else {
                    int colon = word.indexOf(':');
                    current.forms.put(colon < 0 ? word : word.substring(0, colon),
                            colon < 0 ? "" : word.substring(colon + 1));
                }
            }
        }
        return all;
    }

    private static List<String> lines() {
        try (var in = PublishedType.class.getResourceAsStream("published-types.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines()
                    .filter(line -> !line.startsWith("#")).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is wrong with the form of a property, as AWS says it. */
    Optional<String> mismatch(String property, Object value) {
        var form = forms.getOrDefault(property, "");
        return form.isEmpty() || fits(form, value) ? Optional.empty()
                : Optional.of("expected type: " + form + ", found: " + found(value));
    }

    /** Numbers and booleans may be written as text, and everything simple stands for text. */
    private static boolean fits(String form, Object value) {
        return switch (form) {
            case "JSONArray" -> value instanceof List;
            case "JSONObject" -> value instanceof Map;
            case "Boolean" -> value instanceof Boolean
                    || value instanceof String text && Set.of("true", "false").contains(text.toLowerCase());
            case "Integer", "Number" -> value instanceof Number || value instanceof String text && isNumber(text);
            default -> !(value instanceof Map || value instanceof List);
        };
    }

    private static boolean isNumber(String text) {
        try {
            new BigDecimal(text.strip());
            return true;
        } catch (NumberFormatException _) {
            return false;
        }
    }

    static String found(Object value) {
        return switch (value) {
            case List<?> _ -> "JSONArray";
            case Map<?, ?> _ -> "JSONObject";
            case Boolean _ -> "Boolean";
            case Long _, Integer _ -> "Integer";
            case Number number -> Trees.text(number).contains(".") ? "BigDecimal" : "Integer";
            default -> "String";
        };
    }
}
