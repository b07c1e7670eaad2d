package dev.aloft.kernel.http;

import dev.aloft.api.Operation;
import dev.aloft.api.Schema;
import dev.aloft.api.ServiceModel;
import dev.aloft.wire.QueryString;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The operations of a REST service by method and path: a tree of path segments, with the operations that end at each.
 * Of several that match, the one is meant that asks for most of what the request has.
 */
final class OperationTable {
    /** Deprecated operations that share their URI with the one that replaced them. */
    private static final Set<String> REPLACED = Set.of(
            "GetBucketLifecycle", "PutBucketLifecycle", "GetBucketNotification", "PutBucketNotification");

    /** Operations that want an id; without one it is the operation that lists, on the same path. */
    private static final Set<String> BY_ID = Set.of(
            "GetBucketAnalyticsConfiguration",
            "GetBucketIntelligentTieringConfiguration",
            "GetBucketInventoryConfiguration",
            "GetBucketMetricsConfiguration");

    private static final int MAX_SEGMENTS = 1200;

    private final Node root = new Node();
    private final boolean s3;

    private static final class Node {
        private final Map<String, Node> literals = new HashMap<>();
        private Node label;
        private final List<Entry> ends = new ArrayList<>();
        private final List<Entry> greedy = new ArrayList<>();
    }

    /**
     * One operation.
     *
     * @param literals how many path segments are literal
     * @param query    literals that the query must have; an empty value stands for any
     * @param needs    names of query parameters and headers without which it is another operation
     */
    private record Entry(
            Operation operation, int literals, List<QueryString.Parameter> query, List<Schema.Member> needs) {}

    OperationTable(ServiceModel service) {
        s3 = service.serviceId().equals("S3");
        for (var operation : service.operations().values()) {
            if (!REPLACED.contains(operation.name())) {
                add(operation);
            }
        }
    }

    private void add(Operation operation) {
        var uri = operation.http().uri();
        int mark = uri.indexOf('?');
        var path = mark < 0 ? uri : uri.substring(0, mark);
        var query = new ArrayList<>(QueryString.of(mark < 0 ? "" : uri.substring(mark + 1)).parameters());
        if (BY_ID.contains(operation.name())) {
            query.add(new QueryString.Parameter("id", "", true));
        }
        var node = root;
        int literals = 0;
        var segments = path.substring(1).split("/", -1);
        boolean greedy = false;
        for (int i = 0; i < segments.length; i++) {
            var segment = segments[i];
            if (segment.isEmpty() && i == segments.length - 1) {
                break;
            }
            if (segment.endsWith("+}")) {
                greedy = true;
                break;
            }
            if (segment.startsWith("{")) {
                node.label = node.label == null ? new Node() : node.label;
                node = node.label;
            } else {
                literals++;
                node = node.literals.computeIfAbsent(segment, _ -> new Node());
            }
        }
        var entry = new Entry(operation, literals, query, s3 ? needs(operation) : List.of());
        (greedy ? node.greedy : node.ends).add(entry);
    }

    /** What tells S3's operations on one path apart: CopyObject from PutObject, ListParts from GetObject. */
    private static List<Schema.Member> needs(Operation operation) {
        var needs = new ArrayList<Schema.Member>();
        for (var member : operation.input().members()) {
            if (member.required()
                    && (member.location() == Schema.Location.QUERY || member.location() == Schema.Location.HEADER)) {
                needs.add(member);
            }
        }
        return needs;
    }

    /** The operation that this request means, if any; {@code headers} tells whether a header is there. */
    Optional<Operation> find(String method, String path, QueryString query, Set<String> headers) {
        var segments = path.substring(path.startsWith("/") ? 1 : 0).split("/", MAX_SEGMENTS);
        var best = new Best(method, query, headers, query.first("x-id"));
        walk(root, segments, 0, best);
        return Optional.ofNullable(best.operation);
    }

    private void walk(Node node, String[] segments, int at, Best best) {
        boolean end = at == segments.length || at == segments.length - 1 && segments[at].isEmpty();
        if (end) {
            node.ends.forEach(entry -> best.offer(entry, false));
        }
        if (at == segments.length) {
            return;
        }
        if (!end) {
            node.greedy.forEach(entry -> best.offer(entry, true));
        }
        if (segments[at].isEmpty()) {
            return;
        }
        var literal = node.literals.get(segments[at]);
        if (literal != null) {
            walk(literal, segments, at + 1, best);
        }
        if (node.label != null) {
            walk(node.label, segments, at + 1, best);
        }
    }

    private static final class Best {
        private final String method;
        private final QueryString query;
        private final Set<String> headers;
        private final String named;
        private Operation operation;
        private int score = -1;

        Best(String method, QueryString query, Set<String> headers, String named) {
            this.method = method;
            this.query = query;
            this.headers = headers;
            this.named = named;
        }

        void offer(Entry entry, boolean greedy) {
            var candidate = entry.operation;
            if (!candidate.http().method().equals(method)) {
                return;
            }
            int points = entry.literals * 1000 + (greedy ? 0 : 500) + (candidate.built() ? 1 : 0);
            for (var literal : entry.query) {
                if (literal.name().equals("x-id")) {
                    continue;
                }
                var sent = query.first(literal.name());
                if (sent == null || !literal.value().isEmpty() && !literal.value().equals(sent)) {
                    return;
                }
                points += 20;
            }
            for (var need : entry.needs) {
                boolean there = need.location() == Schema.Location.QUERY
                        ? query.has(need.wireName())
                        : headers.contains(need.wireName().toLowerCase(Locale.ROOT));
                if (!there) {
                    return;
                }
                points += 10;
            }
            if (candidate.name().equals(named)) {
                points += 200;
            }
            if (points > score) {
                score = points;
                operation = candidate;
            }
        }
    }
}
