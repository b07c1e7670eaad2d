package dev.aloft.kernel.store;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * An ordered map from bytes to bytes that is never changed: a change gives a new root and shares the rest. A treap
 * whose priorities come from the keys, so that its shape depends on what is in it alone.
 */
final class Tree {
    record Node(byte[] key, byte[] value, int priority, Node left, Node right) {
        Node with(Node left, Node right) {
            return new Node(key, value, priority, left, right);
        }
    }

    private record Split(Node less, Node more) {
    }

    private Tree() {
    }

    static byte[] get(Node node, byte[] key) {
        while (node != null) {
            int order = Arrays.compareUnsigned(key, node.key);
            if (order == 0) {
                return node.value;
            }
            node = order < 0 ? node.left : node.right;
        }
        return null;
    }

    static Node put(Node node, byte[] key, byte[] value) {
        return put(node, key, value, priority(key));
    }

    private static Node put(Node node, byte[] key, byte[] value, int priority) {
        if (node == null) {
            return new Node(key, value, priority, null, null);
        }
        int order = Arrays.compareUnsigned(key, node.key);
        if (order == 0) {
            return new Node(key, value, priority, node.left, node.right);
        }
        if (priority > node.priority) {
            var parts = split(node, key);
            return new Node(key, value, priority, parts.less, parts.more);
        }
        return order < 0 ? node.with(put(node.left, key, value, priority), node.right)
            : node.with(node.left, put(node.right, key, value, priority));
    }

    static Node delete(Node node, byte[] key) {
        if (node == null) {
            return null;
        }
        int order = Arrays.compareUnsigned(key, node.key);
        if (order == 0) {
            return join(node.left, node.right);
        }
        if (order < 0) {
            var left = delete(node.left, key);
            return left == node.left ? node : node.with(left, node.right);
        }
        var right = delete(node.right, key);
        return right == node.right ? node : node.with(node.left, right);
    }

    private static Split split(Node node, byte[] key) {
        if (node == null) {
            return new Split(null, null);
        }
        if (Arrays.compareUnsigned(key, node.key) < 0) {
            var parts = split(node.left, key);
            return new Split(parts.less, node.with(parts.more, node.right));
        }
        var parts = split(node.right, key);
        return new Split(node.with(node.left, parts.less), parts.more);
    }

    private static Node join(Node less, Node more) {
        if (less == null || more == null) {
            return less == null ? more : less;
        }
        return less.priority > more.priority ? less.with(less.left, join(less.right, more))
            : more.with(join(less, more.left), more.right);
    }

    private static int priority(byte[] key) {
        int hash = Arrays.hashCode(key) * 0x9E3779B9;
        return (hash ^ hash >>> 15) * 0x85EBCA6B;
    }

    /** From the first key inside up to, and without, the upper bound. */
    static Iterator<Node> ascending(Node root, byte[] lower, byte[] upper) {
        var path = new ArrayDeque<Node>();
        for (var node = root; node != null; ) {
            if (Arrays.compareUnsigned(node.key, lower) >= 0) {
                path.push(node);
                node = node.left;
            } else {
                node = node.right;
            }
        }
        return new Walk(path) {
            @Override
            boolean inside(Node node) {
                return Arrays.compareUnsigned(node.key, upper) < 0;
            }

            @Override
            void passed(Node node) {
                for (var next = node.right; next != null; next = next.left) {
                    path.push(next);
                }
            }
        };
    }

    static Iterator<Node> descending(Node root, byte[] lower, byte[] upper) {
        var path = new ArrayDeque<Node>();
        for (var node = root; node != null; ) {
            if (Arrays.compareUnsigned(node.key, upper) < 0) {
                path.push(node);
                node = node.right;
            } else {
                node = node.left;
            }
        }
        return new Walk(path) {
            @Override
            boolean inside(Node node) {
                return Arrays.compareUnsigned(node.key, lower) >= 0;
            }

            @Override
            void passed(Node node) {
                for (var next = node.left; next != null; next = next.right) {
                    path.push(next);
                }
            }
        };
    }

    private abstract static class Walk implements Iterator<Node> {
        private final Deque<Node> path;

        Walk(Deque<Node> path) {
            this.path = path;
        }

        abstract boolean inside(Node node);

        abstract void passed(Node node);

        @Override
        public boolean hasNext() {
            return !path.isEmpty() && inside(path.peek());
        }

        @Override
        public Node next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            var node = path.pop();
            passed(node);
            return node;
        }
    }
}
