package dev.aloft.service.cloudwatch;

import dev.aloft.api.CloudWatch;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Due;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Table;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/** What CloudWatch keeps. */
final class CloudWatchData {
    /** By account, region, namespace, name and {@link #id}. */
    static final Table<Metric> METRICS = Table.of("metrics", Codec.of(Metric.class));
    /** By account, region, {@link #id}, seconds of the tier, unit and second since 1970. */
    static final Table<Aggregate> POINTS = Table.of("points", Codec.of(Aggregate.class));

    /** By account, region and name. */
    static final Table<Alarm> ALARMS = Table.of("alarms", Codec.of(Alarm.class));
    /** By account, region, the alarm's name, the moment and an id. */
    static final Table<Happening> HISTORY = Table.of("history", Codec.of(Happening.class));
    /** When an alarm on a metric is looked at next; the id is the alarm's key. */
    static final Due<Key> EVALUATIONS = Due.of("evaluations", Codec.KEY);

    private CloudWatchData() {}

    /**
     * Something that happened to an alarm.
     *
     * @param type of an alarm
     * @param kind of history item
     * @param data a JSON document, or null
     */
    record Happening(String alarm, String type, Instant at, String kind, String summary, String data) {}

    /**
     * A metric that was put at some time.
     *
     * @param units with which it was put
     * @param seen  when it was put last
     */
    record Metric(List<CloudWatch.Dimension> dimensions, Set<String> units, Instant seen) {}

    /** How coarse aggregates are, and how long they are kept. */
    enum Tier {
        SECOND(1, Duration.ofHours(3)),
        MINUTE(60, Duration.ofDays(15)),
        FIVE_MINUTES(300, Duration.ofDays(63)),
        HOUR(3600, Duration.ofDays(455));

        final int seconds;
        final Duration kept;

        Tier(int seconds, Duration kept) {
            this.seconds = seconds;
            this.kept = kept;
        }
    }

    static List<CloudWatch.Dimension> sorted(List<CloudWatch.Dimension> dimensions) {
        return dimensions == null ? List.of()
                : dimensions.stream().sorted(Comparator.comparing(CloudWatch.Dimension::name)).toList();
    }

    /** What tells a metric from all others of an account. */
    static String id(String namespace, String name, List<CloudWatch.Dimension> sorted) {
        Key whole = Key.of(namespace, name);
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            digest.update(whole.raw());
            for (var dimension : sorted) {
                digest.update(Key.of(dimension.name()).raw());
                digest.update(dimension.value().getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
            }
            return HexFormat.of().formatHex(digest.digest(), 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
