package dev.aloft.service.iam;

import dev.aloft.api.Arn;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** The managed policies of AWS itself, from the resource files {@code aws-managed/}, read when first wanted. */
final class AwsManaged {
    static final String ACCOUNT = "aws";

    /** A line of the index: ARN, id, version, created, updated. */
    private record Line(String arn, String id, String version, Instant created, Instant updated) {}

    private final Map<String, ManagedPolicy> read = new ConcurrentHashMap<>();
    private volatile Map<String, Line> index;

    /** Read when it is first wanted: it has well over a thousand lines, and no start needs it. */
    private Map<String, Line> index() {
        var known = index;
        if (known == null) {
            known = new TreeMap<>();
            for (var line : resource("index.tsv").lines().toList()) {
                var parts = line.split("\t");
                known.put(parts[0], new Line(parts[0], parts[1], parts[2], OffsetDateTime.parse(parts[3]).toInstant(),
                        OffsetDateTime.parse(parts[4]).toInstant()));
            }
            index = known;
        }
        return known;
    }

    static boolean isAwsManaged(String arn) {
        return arn.startsWith("arn:aws:iam::aws:policy/");
    }

    Optional<ManagedPolicy> find(String arn) {
        return Optional.ofNullable(index().get(arn)).map(line -> read.computeIfAbsent(arn, _ -> policy(line)));
    }

    Collection<String> arns() {
        return index().keySet();
    }

    private static ManagedPolicy policy(Line line) {
        var resource = Arn.parse(line.arn()).resource();
        var name = resource.substring(resource.lastIndexOf('/') + 1);
        var path = resource.substring("policy".length(), resource.length() - name.length());
        var version = new ManagedPolicy.Version(line.version(), resource(name + ".json").strip(), line.updated());
        return new ManagedPolicy(ACCOUNT, name, path, line.id(), line.created(), line.updated(), null, List.of(version),
                line.version(), Integer.parseInt(line.version().substring(1)), Map.of());
    }

    private static String resource(String name) {
        try (var in = AwsManaged.class.getResourceAsStream("aws-managed/" + name)) {
            if (in == null) {
                throw new IllegalStateException("no resource aws-managed/" + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
