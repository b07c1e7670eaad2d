package dev.aloft.codegen;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * One service's model, cut down to the operations listed and the shapes that they reach. Every operation listed has an
 * input of its own, named {@code <Operation>Request}, and an output, named {@code <Operation>Response} unless it is
 * shared.
 */
final class Model {
    final String service;
    final String interfaceName;
    final Map<String, Object> metadata;
    /** All operations by name, those not listed with {@code built: false}; those listed come first, as listed. */
    final Map<String, Map<String, Object>> operations = new LinkedHashMap<>();
    /** The shapes reached, by the name they have here. */
    final Map<String, Map<String, Object>> shapes = new TreeMap<>();
    final List<String> listed = new ArrayList<>();

    private final Map<String, Object> allShapes;

    static Model read(Path operationsFile) throws IOException {
        var service = operationsFile.getFileName().toString().replace(".operations", "");
        String resource = null;
        String name = null;
        var listed = new LinkedHashSet<String>();
        for (var line : Files.readAllLines(operationsFile)) {
            var text = line.replaceAll("#.*", "").strip();
            if (text.startsWith("model ")) {
                resource = text.substring(6).strip();
            } else if (text.startsWith("interface ")) {
                name = text.substring(10).strip();
            } else if (!text.isEmpty()) {
                listed.add(text);
            }
        }
        if (resource == null || name == null) {
            throw new IllegalArgumentException(operationsFile + " needs a line 'model …' and a line 'interface …'");
        }
        var tree = published(resource);
        var facts = operationsFile.resolveSibling(service + ".facts.json");
        if (Files.exists(facts)) {
            merge(tree, map(JSON.std.anyFrom(Files.readString(facts))));
        }
        return new Model(service, name, tree, listed);
    }

    private static Map<String, Object> published(String resource) throws IOException {
        try (var in = Model.class.getResourceAsStream("/" + resource)) {
            if (in == null) {
                throw new IllegalArgumentException("no published model " + resource + " on the class path");
            }
            var text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return map(resource.endsWith(".edn") ? Edn.read(text) : JSON.std.anyFrom(text));
        }
    }

    private Model(String service, String interfaceName, Map<String, Object> tree, Set<String> names) {
        this.service = service;
        this.interfaceName = interfaceName;
        this.metadata = map(tree.get("metadata"));
        this.allShapes = map(tree.get("shapes"));
        this.listed.addAll(names);
        var all = map(tree.get("operations"));
        for (var name : names) {
            if (!all.containsKey(name)) {
                throw new IllegalArgumentException(service + ".operations: the model has no operation " + name);
            }
        }
        var uses = uses(all, names);
        for (var name : names) {
            operations.put(name, listedOperation(name, map(all.get(name)), uses));
        }
        new TreeMap<>(all).forEach((name, operation) -> {
            if (!names.contains(name)) {
                operations.put(name, unlisted(map(operation)));
            }
        });
        int index = 0;
        for (var shape : shapes.values()) {
            if ("structure".equals(shape.get("type"))) {
                shape.put("index", index++);
            }
        }
    }

    private static Map<String, Object> unlisted(Map<String, Object> operation) {
        var kept = new LinkedHashMap<String, Object>();
        kept.put("built", false);
        if (operation.containsKey("http")) {
            kept.put("http", operation.get("http"));
        }
        return kept;
    }

    private Map<String, Object> listedOperation(String name, Map<String, Object> published, Map<String, Integer> uses) {
        var operation = new LinkedHashMap<>(published);
        for (var noise : List.of("name", "documentation", "documentationUrl", "staticContextParams", "deprecated",
                "auth", "operationContextParams", "endpointdiscovery")) {
            operation.remove(noise);
        }
        operation.put("input", reference(published.get("input"), name + "Request", true, uses));
        operation.put("output", reference(published.get("output"), name + "Response", false, uses));
        var errors = new ArrayList<>();
        for (var error : list(published.get("errors"))) {
            var shape = (String) map(error).get("shape");
            errors.add(Map.of("shape", shape));
            reach(shape);
        }
        operation.put("errors", errors);
        return operation;
    }

    /**
     * The reference to an input or output, whose shape is taken in under the operation's name where it is not shared.
     */
    private Map<String, Object> reference(Object published, String ownName, boolean alwaysOwn,
            Map<String, Integer> uses) {
        var reference = new LinkedHashMap<>(published == null ? Map.of() : map(published));
        reference.remove("documentation");
        var shape = (String) reference.get("shape");
        if (shape == null) {
            shapes.put(ownName, new LinkedHashMap<>(Map.of("type", "structure", "members", Map.of(), "absent", true)));
            reference.put("shape", ownName);
        } else if (alwaysOwn || uses.get(shape) == 1 && !allShapes.containsKey(ownName) || shape.equals(ownName)) {
            reference.put("shape", ownName);
            var own = cleaned(shape);
            if (!shape.equals(ownName)) {
                own.put("name", shape);
            }
            shapes.put(ownName, own);
            reachMembers(own);
        } else {
            reach(shape);
        }
        return reference;
    }

    private void reach(String name) {
        if (shapes.containsKey(name)) {
            return;
        }
        var shape = cleaned(name);
        shapes.put(name, shape);
        reachMembers(shape);
    }

    private void reachMembers(Map<String, Object> shape) {
        map(shape.getOrDefault("members", Map.of())).values().forEach(member -> reach(target(member)));
        for (var part : List.of("member", "key", "value")) {
            if (shape.get(part) instanceof Map<?, ?> member) {
                reach(target(member));
            }
        }
    }

    private static String target(Object member) {
        return (String) map(member).get("shape");
    }

    private Map<String, Object> cleaned(String name) {
        if (!allShapes.containsKey(name)) {
            throw new IllegalArgumentException(service + ": the model has no shape " + name);
        }
        var shape = new LinkedHashMap<>(map(withoutProse(allShapes.get(name))));
        if (Boolean.TRUE.equals(shape.get("document"))) {
            return new LinkedHashMap<>(Map.of("type", "document"));
        }
        return shape;
    }

    private static Object withoutProse(Object tree) {
        if (tree instanceof Map<?, ?> map) {
            var copy = new LinkedHashMap<String, Object>();
            map.forEach((key, value) -> {
                boolean prose = (key.equals("documentation") || key.equals("deprecatedMessage")
                                || key.equals("contextParam") || key.equals("deprecatedSince"))
                        && !(value instanceof Map<?, ?> member && member.containsKey("shape"));
                if (!prose) {
                    copy.put((String) key, withoutProse(value));
                }
            });
            return copy;
        }
        return tree instanceof List<?> list ? list.stream().map(Model::withoutProse).toList() : tree;
    }

    /** How often each shape is used by the operations listed, as input, output, error or inside another shape. */
    private Map<String, Integer> uses(Map<String, Object> all, Set<String> names) {
        var uses = new HashMap<String, Integer>();
        var seen = new LinkedHashSet<String>();
        for (var name : names) {
            var operation = map(all.get(name));
            for (var end : List.of("input", "output")) {
                if (operation.get(end) != null) {
                    count(target(operation.get(end)), uses, seen);
                }
            }
            list(operation.get("errors")).forEach(error -> count(target(error), uses, seen));
        }
        return uses;
    }

    private void count(String name, Map<String, Integer> uses, Set<String> seen) {
        uses.merge(name, 1, Integer::sum);
        if (!seen.add(name)) {
            return;
        }
        var shape = map(allShapes.get(name));
        map(shape.getOrDefault("members", Map.of())).values().forEach(member -> count(target(member), uses, seen));
        for (var part : List.of("member", "key", "value")) {
            if (shape.get(part) instanceof Map<?, ?> member) {
                count(target(member), uses, seen);
            }
        }
    }

    /** What the platform knows of the service from its start, as JSON. */
    String metadata() throws IOException {
        var kept = new LinkedHashMap<>(metadata);
        kept.remove("auth");
        return JSON.std.asString(kept);
    }

    /** The operations and shapes, which the platform reads when it first needs them. */
    String json() throws IOException {
        var tree = new LinkedHashMap<String, Object>();
        tree.put("operations", operations);
        tree.put("shapes", shapes);
        return JSON.std.asString(tree);
    }

    /** Merges a tree of facts over another: maps by key, a null removes, anything else replaces. */
    private static void merge(Map<String, Object> into, Map<String, Object> facts) {
        facts.forEach((key, value) -> {
            if (value == null) {
                into.remove(key);
            } else if (value instanceof Map<?, ?> && into.get(key) instanceof Map<?, ?> old) {
                merge(map(old), map(value));
            } else {
                into.put(key, value);
            }
        });
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> map(Object tree) {
        return (Map<String, Object>) tree;
    }

    static List<?> list(Object tree) {
        return tree == null ? List.of() : (List<?>) tree;
    }
}
