package dev.aloft.service.dynamodb.expression;

import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.service.dynamodb.value.Numbers;
import dev.aloft.service.dynamodb.value.Sets;
import dev.aloft.service.dynamodb.value.ValidationException;
import dev.aloft.service.dynamodb.value.Values;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an update does to an item: actions at paths that do not overlap. All values are read before anything changes.
 */
public final class Update {
    private static final String INCORRECT_TYPE = "An operand in the update expression has an incorrect data type";

    private final List<Path> paths;
    private final List<Action> actions;
    private final PathTree<Action> tree;

    /** What is done at a path. */
    public sealed interface Action {
        /** What stands there afterwards, or null; before is null where nothing stands. */
        AttributeValue apply(AttributeValue before, Map<String, AttributeValue> item);
    }

    public record Set(Term term) implements Action {
        @Override
        public AttributeValue apply(AttributeValue before, Map<String, AttributeValue> item) {
            return term.of(item);
        }
    }

    public record Remove() implements Action {
        @Override
        public AttributeValue apply(AttributeValue before, Map<String, AttributeValue> item) {
            return null;
        }
    }

    /** To a number, or elements to a set. */
    public record Add(AttributeValue value, String complaint) implements Action {
        public Add(AttributeValue value) {
            this(value, INCORRECT_TYPE);
        }

        @Override
        public AttributeValue apply(AttributeValue before, Map<String, AttributeValue> item) {
            if (before == null) {
                return value;
            }
            if (before.getClass() != value.getClass()) {
                throw new ValidationException(complaint);
            }
            return switch (value) {
                case AttributeValue.N(var number) ->
                    new AttributeValue.N(Numbers.add(((AttributeValue.N) before).value(), number));
                case AttributeValue.SS set -> Sets.union((AttributeValue.SS) before, set);
                case AttributeValue.NS set -> Sets.union((AttributeValue.NS) before, set);
                case AttributeValue.BS set -> Sets.union((AttributeValue.BS) before, set);
                // Only the parameter AttributeUpdates adds to a list.
                case AttributeValue.L(var list) -> {
                    var longer = new ArrayList<>(((AttributeValue.L) before).value());
                    longer.addAll(list);
                    yield new AttributeValue.L(longer);
                }
                case AttributeValue.S _, AttributeValue.B _, AttributeValue.BOOL _, AttributeValue.NULL _,
                     AttributeValue.M _ -> throw incorrectType();
            };
        }
    }

    /** Elements of a set; with the last of them goes the set. */
    public record Delete(AttributeValue value, String complaint) implements Action {
        public Delete(AttributeValue value) {
            this(value, INCORRECT_TYPE);
        }

        @Override
        public AttributeValue apply(AttributeValue before, Map<String, AttributeValue> item) {
            if (before == null) {
                return null;
            }
            if (before.getClass() != value.getClass()) {
                throw new ValidationException(complaint);
            }
            return switch (value) {
                case AttributeValue.SS(var set) -> {
                    var rest = without(((AttributeValue.SS) before).value(), set);
                    yield rest.isEmpty() ? null : new AttributeValue.SS(rest);
                }
                case AttributeValue.NS(var set) -> {
                    var rest = without(((AttributeValue.NS) before).value(), set);
                    yield rest.isEmpty() ? null : new AttributeValue.NS(rest);
                }
                case AttributeValue.BS(var set) -> {
                    var rest = without(((AttributeValue.BS) before).value(), set);
                    yield rest.isEmpty() ? null : new AttributeValue.BS(rest);
                }
                case AttributeValue.S _, AttributeValue.N _, AttributeValue.B _, AttributeValue.BOOL _,
                     AttributeValue.NULL _, AttributeValue.L _, AttributeValue.M _ -> throw incorrectType();
            };
        }

        private static <T> List<T> without(List<T> before, List<T> gone) {
            var rest = new ArrayList<>(before);
            rest.removeAll(new HashSet<>(gone));
            return rest;
        }
    }

    /** What is set. */
    public sealed interface Term {
        /** For the item as it was before the update. */
        AttributeValue of(Map<String, AttributeValue> item);

        record Literal(AttributeValue value) implements Term {
            @Override
            public AttributeValue of(Map<String, AttributeValue> item) {
                return value;
            }
        }

        record At(Path path) implements Term {
            @Override
            public AttributeValue of(Map<String, AttributeValue> item) {
                var value = path.in(item);
                if (value == null) {
                    throw new ValidationException(
                        "The provided expression refers to an attribute that does not exist in the item");
                }
                return value;
            }
        }

        record IfNotExists(Path path, Term otherwise) implements Term {
            @Override
            public AttributeValue of(Map<String, AttributeValue> item) {
                var value = path.in(item);
                return value == null ? otherwise.of(item) : value;
            }
        }

        record Append(Term first, Term second) implements Term {
            @Override
            public AttributeValue of(Map<String, AttributeValue> item) {
                if (first.of(item) instanceof AttributeValue.L(var a)
                        && second.of(item) instanceof AttributeValue.L(var b)) {
                    var both = new ArrayList<>(a);
                    both.addAll(b);
                    return new AttributeValue.L(both);
                }
                throw incorrectType();
            }
        }

        record Sum(boolean negative, Term left, Term right) implements Term {
            @Override
            public AttributeValue of(Map<String, AttributeValue> item) {
                if (left.of(item) instanceof AttributeValue.N(var a)
                        && right.of(item) instanceof AttributeValue.N(var b)) {
                    return new AttributeValue.N(negative ? Numbers.subtract(a, b) : Numbers.add(a, b));
                }
                throw incorrectType();
            }
        }
    }

    private Update(List<Path> paths, List<Action> actions) {
        this.paths = paths;
        this.actions = actions;
        this.tree = PathTree.of(paths, actions);
    }

    public static Update parse(String text, Placeholders placeholders) {
        return UpdateReader.read(text, placeholders);
    }

    /** Action by action, at paths that do not overlap. */
    public static Update of(List<Path> paths, List<Action> actions) {
        return new Update(paths, actions);
    }

    public List<Path> paths() {
        return paths;
    }

    /** All paths that are written or read. */
    public List<Path> allPaths() {
        var all = new ArrayList<>(paths);
        actions.forEach(action -> {
            if (action instanceof Set(var term)) {
                addPaths(term, all);
            }
        });
        return all;
    }

    private static void addPaths(Term term, List<Path> paths) {
        switch (term) {
            case Term.Literal _ -> { }
            case Term.At(var path) -> paths.add(path);
            case Term.IfNotExists(var path, var otherwise) -> {
                paths.add(path);
                addPaths(otherwise, paths);
            }
            case Term.Append(var first, var second) -> {
                addPaths(first, paths);
                addPaths(second, paths);
            }
            case Term.Sum(_, var left, var right) -> {
                addPaths(left, paths);
                addPaths(right, paths);
            }
        }
    }

    /** The type that a whole attribute is given, where it does not depend on the item. */
    public Optional<String> type(String attribute) {
        int index = paths.indexOf(Path.of(attribute));
        return index < 0 ? Optional.empty() : switch (actions.get(index)) {
            case Set(var term) -> type(term);
            case Add(var value, _) -> Optional.of(Values.type(value));
            case Delete _, Remove _ -> Optional.empty();
        };
    }

    private static Optional<String> type(Term term) {
        return switch (term) {
            case Term.Literal(var value) -> Optional.of(Values.type(value));
            case Term.At _ -> Optional.empty();
            case Term.IfNotExists(_, var otherwise) -> type(otherwise);
            case Term.Append _ -> Optional.of("L");
            case Term.Sum _ -> Optional.of("N");
        };
    }

    /** Whether it only takes away: of an item that is not there it makes none. */
    public boolean onlyRemoves() {
        return !actions.isEmpty() && actions.stream().allMatch(action -> action instanceof Remove
            || action instanceof Delete);
    }

    /** The bytes that UpdateItem counts it for, of this item. */
    public long size(Map<String, AttributeValue> item) {
        return UpdateSize.of(paths, actions, item);
    }

    /** The item afterwards; the one before is not touched. */
    public Map<String, AttributeValue> apply(Map<String, AttributeValue> item) {
        return fields(tree, item, item);
    }

    private static Map<String, AttributeValue> fields(PathTree<Action> node, Map<String, AttributeValue> map,
            Map<String, AttributeValue> item) {
        var after = new LinkedHashMap<>(map);
        node.fields().forEach((name, child) -> {
            var value = at(child, map.get(name), item);
            if (value == null) {
                after.remove(name);
            } else {
                after.put(name, value);
            }
        });
        return after;
    }

    private static AttributeValue at(PathTree<Action> node, AttributeValue value, Map<String, AttributeValue> item) {
        if (node.leaf() != null) {
            return node.leaf().apply(value, item);
        }
        if (!node.fields().isEmpty() && value instanceof AttributeValue.M(var map)) {
            return new AttributeValue.M(fields(node, map, item));
        }
        if (!node.elements().isEmpty() && value instanceof AttributeValue.L(var list)) {
            return new AttributeValue.L(elements(node, list, item));
        }
        throw new ValidationException("The document path provided in the update expression is invalid for update");
    }

    /** Positions are those before the update; what is set behind the end is appended in the order of its positions. */
    private static List<AttributeValue> elements(PathTree<Action> node, List<AttributeValue> list,
            Map<String, AttributeValue> item) {
        var after = new ArrayList<AttributeValue>(list);
        node.elements().forEach((index, child) -> {
            boolean inside = index < list.size();
            var value = at(child, inside ? list.get(index) : null, item);
            if (inside) {
                after.set(index, value);
            } else if (value != null) {
                after.add(value);
            }
        });
        after.removeIf(element -> element == null);
        return after;
    }

    private static ValidationException incorrectType() {
        return new ValidationException(INCORRECT_TYPE);
    }
}
