package dev.aloft.service.apigateway.serve;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Path templates with their values, found by the most specific that fits: a literal part before a variable, a variable
 * before a greedy one ({@code {proxy+}}).
 */
final class Paths<T> {
    private final Node<T> root = new Node<>();

    private static final class Node<T> {
        final Map<String, Node<T>> literals = new HashMap<>();
        final Map<String, Node<T>> variables = new LinkedHashMap<>();
        final Map<String, T> greedy = new LinkedHashMap<>();
        T value;
    }

    /** A value whose template fits, and what its variables are in this path. */
    record Match<T>(T value, Map<String, String> variables) {}

    /** The value of this template, or null: what a caller puts in twice it puts together itself. */
    T at(String template) {
        var node = root;
        for (var part : parts(template)) {
            if (part.endsWith("+}")) {
                return node.greedy.get(name(part));
            }
            node = part.startsWith("{") ? node.variables.get(name(part)) : node.literals.get(part);
            if (node == null) {
                return null;
            }
        }
        return node.value;
    }

    void put(String template, T value) {
        var node = root;
        for (var part : parts(template)) {
            if (part.endsWith("+}")) {
                node.greedy.put(name(part), value);
                return;
            }
            node = part.startsWith("{")
                    ? node.variables.computeIfAbsent(name(part), _ -> new Node<>())
                    : node.literals.computeIfAbsent(part, _ -> new Node<>());
        }
        node.value = value;
    }

    Optional<Match<T>> find(String path, Predicate<T> fits) {
        return Optional.ofNullable(find(root, parts(path), 0, Map.of(), fits));
    }

    private Match<T> find(Node<T> node, List<String> parts, int at, Map<String, String> variables, Predicate<T> fits) {
        if (at == parts.size()) {
            return node.value != null && fits.test(node.value) ? new Match<>(node.value, variables) : null;
        }
        var part = parts.get(at);
        var literal = node.literals.get(part);
        if (literal != null) {
            var found = find(literal, parts, at + 1, variables, fits);
            if (found != null) {
                return found;
            }
        }
        if (!part.isEmpty()) {
            for (var variable : node.variables.entrySet()) {
                var found = find(variable.getValue(), parts, at + 1, with(variables, variable.getKey(), part), fits);
                if (found != null) {
                    return found;
                }
            }
        }
        for (var greedy : node.greedy.entrySet()) {
            if (fits.test(greedy.getValue())) {
                var rest = String.join("/", parts.subList(at, parts.size()));
                return rest.isEmpty() ? null : new Match<>(greedy.getValue(), with(variables, greedy.getKey(), rest));
            }
        }
        return null;
    }

    private static Map<String, String> with(Map<String, String> variables, String name, String value) {
        var more = new LinkedHashMap<>(variables);
        more.put(name, value);
        return more;
    }

    private static List<String> parts(String path) {
        return path.equals("/") || path.isEmpty() ? List.of() : List.of(path.substring(1).split("/", -1));
    }

    private static String name(String part) {
        return part.substring(1, part.length() - (part.endsWith("+}") ? 2 : 1));
    }
}
