package dev.aloft.service.kinesis;

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
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;

/** Streams: making, telling, changing and deleting them. */
final class Streams {
    static final int ON_DEMAND_SHARDS = 4;
    static final String ON_DEMAND = "ON_DEMAND";
    /** AWS's quota in the largest regions. */
    static final int SHARD_LIMIT = 20_000;
    private static final int ON_DEMAND_LIMIT = 50;
    private static final int MAX_RECORD_KIB = 1024;
    private static final int PAGE = 100;
    private static final Duration DAY = Duration.ofHours(24);
    /** 10 GiB a second. */
    private static final int WARMEST_MIB = 10_240;

    private final KinesisData data;
    private final AccountSettings settings;
    private final States states;
    private final Store store;
    private final Time time;

    Streams(KinesisData data, AccountSettings settings, States states, Store store, Time time) {
        this.data = data;
        this.settings = settings;
        this.states = states;
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
        var tags = Tags.checked(input.tags() == null ? Map.of() : input.tags());
        if (tags.size() > Tags.MOST) {
            throw Tags.tooMany(input.streamName(), caller.account());
        }
        var now = time.instant().truncatedTo(ChronoUnit.SECONDS);
        var stream = new KeptStream(caller.account(), caller.region(), input.streamName(), UUID.randomUUID().toString(),
                now, onDemand, Retention.SHORTEST_HOURS, null, List.of(), tags,
                input.maxRecordSizeInKiB() == null ? MAX_RECORD_KIB : input.maxRecordSizeInKiB(), count, warm, null);
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
            states.enter(tx, stream, States.CREATING, now);
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

    /** The stream that is to be changed. */
    KeptStream active(ReadTx tx, Caller caller, String name, String arn) {
        return States.active(existing(tx, caller, name, arn));
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
            var stream = active(tx, caller, input.streamName(), input.streamARN());
            boolean consumed = data.consumers.range(tx, stream.key()).findAny().isPresent();
            if (consumed && !Boolean.TRUE.equals(input.enforceConsumerDeletion())) {
                throw new Kinesis.ResourceInUseException("Stream " + stream.name() + " under account "
                        + stream.account()
                        + " has registered consumers. Set EnforceConsumerDeletion to true to delete the stream "
                        + "and its consumers.");
            }
            states.enter(tx, stream, States.DELETING, now);
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
                    .streamName(stream.name()).streamARN(stream.arn()).streamStatus(stream.state())
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
                            .streamStatus(stream.state()).streamModeDetails(mode(stream))
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
                            .streamARN(it.arn()).streamStatus(it.state()).streamModeDetails(mode(it))
                            .streamCreationTimestamp(it.created()))).toList()));
        });
    }

    /** Changes what it is or has; it is UPDATING for a while then. */
    void change(Caller caller, String name, String arn, UnaryOperator<KeptStream> change) {
        var now = time.instant();
        store.change(tx -> changed(tx, change.apply(active(tx, caller, name, arn)), now));
    }

    /** Changes what is said of it, whatever its state. */
    void describe(Caller caller, String name, String arn, UnaryOperator<KeptStream> change) {
        store.change(tx -> put(tx, change.apply(existing(tx, caller, name, arn))));
    }

    void changed(Tx tx, KeptStream stream, Instant now) {
        states.enter(tx, stream, States.UPDATING, now);
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
}
