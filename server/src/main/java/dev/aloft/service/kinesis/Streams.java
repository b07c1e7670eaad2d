package dev.aloft.service.kinesis;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Kinesis;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.kinesis.KinesisData.KeptShard;
import dev.aloft.service.kinesis.KinesisData.KeptStream;
import dev.aloft.service.kinesis.KinesisData.Sweep;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** Streams: making, telling, changing and deleting them. */
final class Streams {
    static final int ON_DEMAND_SHARDS = 4;
    static final String ON_DEMAND = "ON_DEMAND";
    /** AWS's quota in the largest regions. */
    static final int SHARD_LIMIT = 20_000;
    private static final int ON_DEMAND_LIMIT = 50;
    private static final int SHORTEST_HOURS = 24;
    private static final int LONGEST_HOURS = 8760;
    static final int MOST_TAGS = 50;
    private static final int MAX_RECORD_KIB = 1024;
    private static final int PAGE = 100;
    private static final Duration DAY = Duration.ofHours(24);
    /** 10 GiB a second. */
    private static final int WARMEST_MIB = 10_240;
    private static final Duration SWEEP = Duration.ofHours(1);
    private static final Pattern TAG = Pattern.compile("[\\p{L}\\p{Z}\\p{N}_./=+\\-%@:]*");

    private final KinesisData data;
    private final AccountSettings settings;
    private final Store store;
    private final Time time;

    Streams(KinesisData data, AccountSettings settings, Store store, Time time) {
        this.data = data;
        this.settings = settings;
        this.store = store;
        this.time = time;
    }

    void create(Caller caller, Kinesis.CreateStreamRequest input) {
        var mode = input.streamModeDetails() == null ? null : input.streamModeDetails().streamMode();
        boolean onDemand = ON_DEMAND.equals(mode);
        if (onDemand && input.shardCount() != null) {
            throw new Kinesis.ValidationException("ShardCount can not be specified with StreamMode ON_DEMAND.");
        }
        var warm = input.warmThroughputMiBps();
        int count = input.shardCount() != null ? input.shardCount() : warm == null ? ON_DEMAND_SHARDS : shardsFor(warm);
        var tags = checkedTags(input.tags() == null ? Map.of() : input.tags());
        if (tags.size() > MOST_TAGS) {
            throw tooManyTags(input.streamName(), caller.account());
        }
        var now = time.instant().truncatedTo(ChronoUnit.SECONDS);
        var stream = new KeptStream(caller.account(), caller.region(), input.streamName(), UUID.randomUUID().toString(),
                now, onDemand, SHORTEST_HOURS, null, List.of(), tags,
                input.maxRecordSizeInKiB() == null ? MAX_RECORD_KIB : input.maxRecordSizeInKiB(), count, warm);
        store.change(tx -> {
            if (data.streams.has(tx, stream.key())) {
                throw new Kinesis.ResourceInUseException("Stream " + stream.name() + " under account "
                        + stream.account()
                        + " already exists.");
            }
            checkWarmth(tx, caller, onDemand, warm);
            if (onDemand) {
                checkOnDemandLimit(tx, caller);
            } else {
                checkLimit(tx, caller, count);
            }
            data.streams.put(tx, stream.key(), stream);
            for (var shard : Shards.even(stream.id(), 0, count, now, null)) {
                data.shards.put(tx, shard.key(), shard);
            }
            data.sweeps.add(tx, now.plus(SWEEP), Key.of(stream.id()), new Sweep(stream.key(), stream.id()));
        });
    }

    /** A shard takes a MiB a second; no stream on demand begins with fewer than four. */
    static int shardsFor(int mebibytesPerSecond) {
        return Math.max(ON_DEMAND_SHARDS, mebibytesPerSecond);
    }

    /** The first as AWS was seen to say it; its words for the others are not known. */
    void checkWarmth(ReadTx tx, Caller caller, boolean onDemand, Integer mebibytesPerSecond) {
        if (mebibytesPerSecond == null) {
            return;
        }
        if (!settings.isCommitted(tx, caller)) {
            throw new Kinesis.ValidationException("Account " + caller.account()
                    + " is not enabled for minimum throughput billing commitment");
        }
        if (!onDemand) {
            throw new Kinesis.ValidationException("Warm throughput is only supported for ON_DEMAND streams");
        }
        if (mebibytesPerSecond > WARMEST_MIB) {
            throw new Kinesis.LimitExceededException("Warm throughput cannot exceed " + WARMEST_MIB + " MiBps");
        }
    }

    Kinesis.WarmThroughputObject warmth(ReadTx tx, KeptStream stream) {
        return Kinesis.WarmThroughputObject.of(w -> w.targetMiBps(stream.warmMiBps())
                .currentMiBps((int) openShards(tx, stream)));
    }

    void checkLimit(ReadTx tx, Caller caller, long more) {
        long open = openShards(tx, caller);
        if (open + more > SHARD_LIMIT) {
            throw new Kinesis.LimitExceededException("This request would exceed the shard limit for the account "
                    + caller.account() + " in " + caller.region() + ". Current shard count for the account: " + open
                    + ". Limit: "
                    + SHARD_LIMIT + ". Number of additional shards that would have resulted from this request: " + more
                    + ". Refer to the AWS Service Limits page "
                    + "(http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) for current "
                    + "limits and how to request higher limits.");
        }
    }

    /** Counts a change of a stream that may be made only so often in a day. */
    void checkRate(Tx tx, KeptStream stream, String change, int most, Instant now) {
        var all = Key.of(stream.id(), change);
        data.changes.range(tx, Range.of(all).to(all.and(now.minus(DAY)))).toList()
                .forEach(row -> data.changes.delete(tx, row.key()));
        if (data.changes.range(tx, all).count() >= most) {
            throw new Kinesis.LimitExceededException("Rate exceeded for stream " + stream.name() + " under account "
                    + stream.account() + ".");
        }
        data.changes.put(tx, all.and(now, UUID.randomUUID().toString()), 1L);
    }

    private long openShards(ReadTx tx, Caller caller) {
        return data.streams.range(tx, KinesisData.all(caller)).filter(row -> !row.value().onDemand())
                .mapToLong(row -> openShards(tx, row.value())).sum();
    }

    long openShards(ReadTx tx, KeptStream stream) {
        return shards(tx, stream).stream().filter(KeptShard::open).count();
    }

    Kinesis.DescribeLimitsResponse limits(Caller caller) {
        return store.read(tx -> {
            long onDemand = data.streams.range(tx, KinesisData.all(caller))
                    .filter(row -> row.value().onDemand()).count();
            int open = (int) openShards(tx, caller);
            return Kinesis.DescribeLimitsResponse.of(r -> r.shardLimit(SHARD_LIMIT).openShardCount(open)
                    .onDemandStreamCount((int) onDemand).onDemandStreamCountLimit(ON_DEMAND_LIMIT));
        });
    }

    /** The stream that a request names or gives the ARN of. */
    KeptStream existing(ReadTx tx, Caller caller, String name, String arn) {
        var key = key(caller, name, arn);
        return data.streams.get(tx, key).orElseThrow(() -> notFound(key.text(2), key.text(0)));
    }

    static Key key(Caller caller, String name, String arn) {
        if (arn == null) {
            if (name == null) {
                throw new Kinesis.InvalidArgumentException("Stream arn and stream name can't be "
                        + "empty at the same time");
            }
            return Key.of(caller.account(), caller.region(), name);
        }
        var parsed = Arn.parse(arn);
        var parts = parsed.resource().split("/");
        if (parts.length != 2) {
            throw notFound(parsed.resource().substring(parsed.resource().indexOf('/') + 1), parsed.account());
        }
        var inferred = parts[1];
        if (!parsed.region().equals(caller.region())) {
            throw new Kinesis.InvalidArgumentException("The region specified in the ARN '" + arn
                    + "' does not match the endpoint region");
        }
        if (name != null && !name.equals(inferred)) {
            throw new Kinesis.InvalidArgumentException("Input stream name " + name
                    + " doesn't match the inferred name in stream arn " + inferred);
        }
        return Key.of(parsed.account(), parsed.region(), inferred);
    }

    static Kinesis.ResourceNotFoundException notFound(String name, String account) {
        return new Kinesis.ResourceNotFoundException("Stream " + name + " under account " + account + " not found.");
    }

    List<KeptShard> shards(ReadTx tx, KeptStream stream) {
        return data.shards.range(tx, Key.of(stream.id())).map(Row::value).toList();
    }

    void delete(Caller caller, Kinesis.DeleteStreamRequest input) {
        var now = time.instant();
        store.change(tx -> {
            var stream = existing(tx, caller, input.streamName(), input.streamARN());
            var consumers = data.consumers.range(tx, stream.key()).toList();
            if (!consumers.isEmpty() && !Boolean.TRUE.equals(input.enforceConsumerDeletion())) {
                throw new Kinesis.ResourceInUseException("Stream " + stream.name() + " under account "
                        + stream.account()
                        + " has registered consumers. Set EnforceConsumerDeletion to true to delete the stream "
                        + "and its consumers.");
            }
            consumers.forEach(row -> data.consumers.delete(tx, row.key()));
            data.streams.delete(tx, stream.key());
            data.policies.delete(tx, Key.of(stream.arn()));
            data.changes.deleteAll(tx, Key.of(stream.id()));
            data.sweeps.add(tx, now, Key.of(stream.id()), new Sweep(null, stream.id()));
        });
    }

    Kinesis.DescribeStreamResponse describe(Caller caller, Kinesis.DescribeStreamRequest input) {
        int limit = input.limit() == null ? PAGE : Math.min(input.limit(), PAGE);
        int after = input.exclusiveStartShardId() == null ? -1
                : ShardIds.number(input.exclusiveStartShardId()).orElse(-1);
        return store.read(tx -> {
            var stream = existing(tx, caller, input.streamName(), input.streamARN());
            var all = shards(tx, stream).stream().filter(shard -> shard.number() > after).toList();
            var page = all.size() > limit ? all.subList(0, limit) : all;
            return Kinesis.DescribeStreamResponse.of(r -> r.streamDescription(Kinesis.StreamDescription.of(d -> d
                    .streamName(stream.name()).streamARN(stream.arn()).streamStatus("ACTIVE")
                    .streamModeDetails(mode(stream)).shards(page.stream().map(Shards::told).toList())
                    .hasMoreShards(page.size() < all.size()).retentionPeriodHours(stream.retentionHours())
                    .streamCreationTimestamp(stream.created()).enhancedMonitoring(List.of(monitoring(stream)))
                    .encryptionType(stream.encryption()).keyId(stream.keyId()))));
        });
    }

    static Kinesis.StreamModeDetails mode(KeptStream stream) {
        return Kinesis.StreamModeDetails.of(m -> m.streamMode(stream.onDemand() ? ON_DEMAND : "PROVISIONED"));
    }

    private static Kinesis.EnhancedMetrics monitoring(KeptStream stream) {
        return Kinesis.EnhancedMetrics.of(m -> m.shardLevelMetrics(stream.metrics()));
    }

    Kinesis.DescribeStreamSummaryResponse summary(Caller caller, Kinesis.DescribeStreamSummaryRequest input) {
        return store.read(tx -> {
            var stream = existing(tx, caller, input.streamName(), input.streamARN());
            int open = (int) openShards(tx, stream);
            int consumers = (int) data.consumers.range(tx, stream.key()).count();
            var warmth = stream.onDemand() && settings.isCommitted(tx, caller) ? warmth(tx, stream) : null;
            return Kinesis.DescribeStreamSummaryResponse.of(r -> r.streamDescriptionSummary(
                    Kinesis.StreamDescriptionSummary.of(d -> d.streamName(stream.name()).streamARN(stream.arn())
                            .streamStatus("ACTIVE").streamModeDetails(mode(stream))
                            .retentionPeriodHours(stream.retentionHours()).streamCreationTimestamp(stream.created())
                            .enhancedMonitoring(List.of(monitoring(stream))).encryptionType(stream.encryption())
                            .keyId(stream.keyId()).openShardCount(open).consumerCount(consumers)
                            .maxRecordSizeInKiB(stream.maxRecordKiB()).warmThroughput(warmth))));
        });
    }

    Kinesis.ListStreamsResponse list(Caller caller, Kinesis.ListStreamsRequest input) {
        if (input.nextToken() != null && input.exclusiveStartStreamName() != null) {
            throw new Kinesis.InvalidArgumentException("ExclusiveStartStreamName and NextToken cannot be "
                    + "provided together.");
        }
        int limit = input.limit() == null ? PAGE : Math.min(input.limit(), PAGE);
        var now = time.instant();
        var after = input.nextToken() != null ? Tokens.fields(input.nextToken(), 1, now)[0]
                : input.exclusiveStartStreamName();
        return store.read(tx -> {
            var all = Range.of(KinesisData.all(caller));
            var page = data.streams
                    .page(tx, after == null ? all : all.after(KinesisData.all(caller).and(after)), limit);
            var names = page.values().stream().map(KeptStream::name).toList();
            return Kinesis.ListStreamsResponse.of(r -> r.streamNames(names).hasMoreStreams(page.next().isPresent())
                    .nextToken(page.next().isPresent() ? Tokens.of(now, names.getLast()) : null)
                    .streamSummaries(page.values().stream()
                            .map(it -> Kinesis.StreamSummary.of(s -> s.streamName(it.name())
                            .streamARN(it.arn()).streamStatus("ACTIVE").streamModeDetails(mode(it))
                            .streamCreationTimestamp(it.created()))).toList()));
        });
    }

    void change(Caller caller, String name, String arn, UnaryOperator<KeptStream> change) {
        store.change(tx -> put(tx, change.apply(existing(tx, caller, name, arn))));
    }

    void checkOnDemandLimit(ReadTx tx, Caller caller) {
        if (data.streams.range(tx, KinesisData.all(caller)).filter(row -> row.value().onDemand())
                .count() >= ON_DEMAND_LIMIT) {
            throw new Kinesis.LimitExceededException("This request would exceed the on-demand stream limit for the "
                    + "account "
                    + caller.account() + " in " + caller.region() + ". Limit: " + ON_DEMAND_LIMIT + ".");
        }
    }

    void put(Tx tx, KeptStream stream) {
        data.streams.put(tx, stream.key(), stream);
    }

    void increaseRetention(Caller caller, Kinesis.IncreaseStreamRetentionPeriodRequest input) {
        int hours = checkedHours(input.retentionPeriodHours());
        change(caller, input.streamName(), input.streamARN(), stream -> {
            if (hours < stream.retentionHours()) {
                throw new Kinesis.InvalidArgumentException("Requested retention period (" + hours
                        + " hours) for stream "
                        + stream.name() + " can not be shorter than existing retention period ("
                        + stream.retentionHours()
                        + " hours). Use DecreaseRetentionPeriod API.");
            }
            return stream.withRetention(hours);
        });
    }

    void decreaseRetention(Caller caller, Kinesis.DecreaseStreamRetentionPeriodRequest input) {
        int hours = checkedHours(input.retentionPeriodHours());
        change(caller, input.streamName(), input.streamARN(), stream -> {
            if (hours > stream.retentionHours()) {
                throw new Kinesis.InvalidArgumentException("Requested retention period (" + hours
                        + " hours) for stream "
                        + stream.name() + " can not be longer than existing retention period ("
                        + stream.retentionHours()
                        + " hours). Use IncreaseRetentionPeriod API.");
            }
            return stream.withRetention(hours);
        });
    }

    private static int checkedHours(int hours) {
        if (hours < SHORTEST_HOURS) {
            throw new Kinesis.InvalidArgumentException("Minimum allowed retention period is 24 hours. Requested "
                    + "retention period ("
                    + hours + " hours) is too short.");
        }
        if (hours > LONGEST_HOURS) {
            throw new Kinesis.InvalidArgumentException("Maximum allowed retention period is 8760 hours. Requested "
                    + "retention period ("
                    + hours + " hours) is too long.");
        }
        return hours;
    }

    void tag(Caller caller, Kinesis.AddTagsToStreamRequest input) {
        tag(caller, input.streamName(), input.streamARN(), input.tags(),
                stream -> tooManyTags(stream.name(), stream.account()));
    }

    private static Kinesis.InvalidArgumentException tooManyTags(String name, String account) {
        return new Kinesis.InvalidArgumentException("Failed to add tags to stream " + name + " under account " + account
                + " because a given stream cannot have more than 50 tags associated with it.");
    }

    void tag(Caller caller, String arn, Map<String, String> given, Function<KeptStream, ApiError> tooMany) {
        tag(caller, null, arn, given, tooMany);
    }

    private void tag(Caller caller, String name, String arn, Map<String, String> given,
            Function<KeptStream, ApiError> tooMany) {
        change(caller, name, arn, stream -> {
            var tags = new TreeMap<>(stream.tags());
            tags.putAll(checkedTags(given));
            refusePercent(stream, "add tags to", given.keySet());
            refusePercent(stream, "add tags to", given.values());
            if (tags.size() > MOST_TAGS) {
                throw tooMany.apply(stream);
            }
            return stream.withTags(tags);
        });
    }

    void untag(Caller caller, String name, String arn, List<String> keys) {
        change(caller, name, arn, stream -> {
            keys.forEach(Streams::checkTag);
            checkReserved(keys);
            refusePercent(stream, "remove tags from", keys);
            var tags = new LinkedHashMap<>(stream.tags());
            keys.forEach(tags::remove);
            return stream.withTags(tags);
        });
    }

    private static Map<String, String> checkedTags(Map<String, String> tags) {
        tags.forEach((key, value) -> {
            checkTag(key);
            checkTag(value);
        });
        checkReserved(tags.keySet());
        return tags;
    }

    /** The first look at tags lets it pass, the second does not. */
    private static void refusePercent(KeptStream stream, String what, Collection<String> texts) {
        if (texts.stream().anyMatch(it -> it.contains("%"))) {
            throw new Kinesis.InvalidArgumentException("Failed to " + what + " stream " + stream.name()
                    + " under account "
                    + stream.account()
                    + " because some tags contained illegal characters. The allowed characters are Unicode "
                    + "letters, white-spaces, '_',',','/','=','+','-','@'.");
        }
    }

    /** CloudFormation's own come this way too. */
    static void checkReserved(Collection<String> keys) {
        if (keys.stream().map(key -> key.toLowerCase(Locale.ROOT))
                .anyMatch(key -> key.startsWith("aws:") && !key.startsWith("aws:cloudformation:"))) {
            throw new Kinesis.InvalidArgumentException("Some tag keys in the request started with 'aws:'. System tags "
                    + "cannot be modified.");
        }
    }

    private static void checkTag(String text) {
        if (!TAG.matcher(text).matches()) {
            throw new Kinesis.InvalidArgumentException("Some tags contain invalid characters. Valid "
                    + "characters: Unicode letters, digits, white space, _ . / = + - % @.");
        }
    }

    Kinesis.ListTagsForStreamResponse tags(Caller caller, Kinesis.ListTagsForStreamRequest input) {
        int limit = input.limit() == null ? MOST_TAGS : input.limit();
        return store.read(tx -> {
            var all = new TreeMap<>(existing(tx, caller, input.streamName(), input.streamARN()).tags());
            var left = input.exclusiveStartTagKey() == null ? all : all.tailMap(input.exclusiveStartTagKey(), false);
            var page = left.entrySet().stream().limit(limit)
                    .map(it -> Kinesis.Tag.of(t -> t.key(it.getKey()).value(it.getValue())))
                    .toList();
            return Kinesis.ListTagsForStreamResponse.of(r -> r.tags(page).hasMoreTags(page.size() < left.size()));
        });
    }
}
