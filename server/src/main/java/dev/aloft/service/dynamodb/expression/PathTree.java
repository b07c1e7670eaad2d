package dev.aloft.service.dynamodb.expression;

import dev.aloft.service.dynamodb.value.ValidationException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Paths that do not overlap, as a tree; each ends in a leaf with something to do there. */
final class PathTree<T> {
    private final Map<String, PathTree<T>> fields = new LinkedHashMap<>();
    private final TreeMap<Integer, PathTree<T>> elements = new TreeMap<>();
    private T leaf;

    /**
     * @throws ValidationException with AWS's words about two paths of which one contains the other, or that cannot both
     * be
     */
    static <T> PathTree<T> of(List<Path> paths, List<T> leaves) {
        var root = new PathTree<T>();
        for (int i = 0; i < paths.size(); i++) {
            if (!root.add(paths.get(i), leaves.get(i))) {
                throw collision(paths);
            }
        }
        return root;
    }

    private boolean add(Path path, T newLeaf) {
        var node = this;
        for (var step : path.steps()) {
            if (node.leaf != null) {
                return false;
            }
            if (step instanceof Integer index) {
                if (!node.fields.isEmpty()) {
                    return false;
                }
                node = node.elements.computeIfAbsent(index, _ -> new PathTree<>());
            } else {
                if (!node.elements.isEmpty()) {
                    return false;
                }
                node = node.fields.computeIfAbsent((String) step, _ -> new PathTree<>());
            }
        }
        if (node.leaf != null || !node.fields.isEmpty() || !node.elements.isEmpty()) {
            return false;
        }
        node.leaf = newLeaf;
        return true;
    }

    /** An overlap is told before a conflict; of each kind the first. */
    private static ValidationException collision(List<Path> paths) {
        var conflicts = new ArrayList<String>();
        for (int later = 1; later < paths.size(); later++) {
            for (int earlier = 0; earlier < later; earlier++) {
                var one = paths.get(earlier).steps();
                var two = paths.get(later).steps();
                int same = 0;
                int length = Math.min(one.size(), two.size());
                while (same < length && one.get(same).equals(two.get(same))) {
                    same++;
                }
                var which = "must remove or rewrite one of these paths; path one: " + paths.get(earlier)
                    + ", path two: " + paths.get(later);
                if (same == length) {
                    return new ValidationException("Two document paths overlap with each other; " + which);
                }
                if (one.get(same).getClass() != two.get(same).getClass()) {
                    conflicts.add("Two document paths conflict with each other; " + which);
                }
            }
        }
        return new ValidationException(conflicts.getFirst());
    }

    /** What to do at this place, or null where the paths go on. */
    T leaf() {
        return leaf;
    }

    Map<String, PathTree<T>> fields() {
        return fields;
    }

    /** By position, ascending. */
    TreeMap<Integer, PathTree<T>> elements() {
        return elements;
    }
}
