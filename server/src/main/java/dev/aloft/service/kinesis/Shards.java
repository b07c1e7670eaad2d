package dev.aloft.service.kinesis;

import dev.aloft.api.Caller;
import dev.aloft.api.Kinesis;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.kinesis.KinesisData.KeptShard;
import dev.aloft.service.kinesis.KinesisData.KeptStream;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/** Shards: how a stream's hash keys are dealt out, and how that is changed. */
final class Shards {
    private static final BigInteger ALL = BigInteger.TWO.pow(128);
    static final BigInteger LAST = ALL.subtract(BigInteger.ONE);
    private static final int PAGE = 1000;
    /** UpdateShardCount of a stream within a day. */
    private static final int MOST_UPDATES = 10;

    private final KinesisData data;
    private final Streams streams;
    private final Wakeups wakeups;
    private final Store store;
    private final Time time;

    Shards(KinesisData data, Streams streams, Wakeups wakeups, Store store, Time time) {
        this.data = data;
        this.streams = streams;
        this.wakeups = wakeups;
        this.store = store;
        this.time = time;
    }

    /** So many shards of the same size, numbered from here on. */
    static List<KeptShard> even(String stream, int first, int count, Instant created, Integer parent) {
        var shards = new ArrayList<KeptShard>();
        var size = ALL.divide(BigInteger.valueOf(count));
        for (int i = 0; i < count; i++) {
            var from = size.multiply(BigInteger.valueOf(i));
            var to = i == count - 1 ? LAST : size.multiply(BigInteger.valueOf(i + 1L)).subtract(BigInteger.ONE);
            shards.add(new KeptShard(stream, first + i, from, to, parent, null, created, null));
        }
        return shards;
    }

    static Kinesis.Shard told(KeptShard shard) {
        return Kinesis.Shard.of(s -> s.shardId(shard.shardId()).hashKeyRange(range(shard))
                .parentShardId(shard.parent() == null ? null : ShardIds.name(shard.parent()))
                .adjacentParentShardId(shard.adjacent() == null ? null : ShardIds.name(shard.adjacent()))
                .sequenceNumberRange(Kinesis.SequenceNumberRange.of(n -> n.startingSequenceNumber(start(shard))
                        .endingSequenceNumber(shard.open() ? null : end(shard)))));
    }

    static Kinesis.HashKeyRange range(KeptShard shard) {
        return Kinesis.HashKeyRange.of(r -> r.startingHashKey(shard.from().toString())
                .endingHashKey(shard.to().toString()));
    }

    private static String start(KeptShard shard) {
        return SequenceNumber.of(shard.created(), shard.number(), 0, shard.created()).toString();
    }

    static String end(KeptShard shard) {
        return SequenceNumber.of(shard.created(), shard.number(), SequenceNumber.LAST, shard.closed()).toString();
    }

    Kinesis.ListShardsResponse list(Caller caller, Kinesis.ListShardsRequest input) {
        if (input.nextToken() == null && input.streamName() == null && input.streamARN() == null) {
            throw new Kinesis.InvalidArgumentException("Either NextToken or StreamName should be provided.");
        }
        if (input.nextToken() != null && input.streamName() != null) {
            throw new Kinesis.InvalidArgumentException("NextToken and StreamName cannot be provided together.");
        }
        int limit = input.maxResults() == null ? PAGE : input.maxResults();
        var now = time.instant();
        var token = input.nextToken() == null ? null : Tokens.fields(input.nextToken(), 3, now);
        return store.read(tx -> {
            var stream = streams.existing(tx, caller, input.streamName(), token == null ? input.streamARN() : token[2]);
            checkCreation(stream, input.streamCreationTimestamp());
            if (stream.state().equals(States.CREATING)) {
                throw States.notActive(stream);
            }
            var shards = streams.shards(tx, stream);
            var filter = token == null ? filter(shards, stream, input) : token[0];
            var all = matching(shards, stream, filter);
            int after = token == null ? after(stream, input) : Integer.parseInt(token[1]);
            var left = all.stream().filter(shard -> shard.number() > after).toList();
            var page = left.size() > limit ? left.subList(0, limit) : left;
            return Kinesis.ListShardsResponse.of(r -> r.shards(page.stream().map(Shards::told).toList())
                    .nextToken(page.size() == left.size() ? null
                            : Tokens.of(now, filter, Integer.toString(page.getLast().number()), stream.arn())));
        });
    }

    /** A filter of whatever type may name a shard. */
    private static int after(KeptStream stream, Kinesis.ListShardsRequest input) {
        var named = input.exclusiveStartShardId() != null ? input.exclusiveStartShardId()
                : input.shardFilter() == null ? null : input.shardFilter().shardId();
        return named == null ? -1 : ShardIds.require(named, stream.name(), stream.account());
    }

    /** A stream of another age than is meant is not the one that is meant. */
    static void checkCreation(KeptStream stream, Instant meant) {
        if (meant != null && meant.getEpochSecond() != stream.created().getEpochSecond()) {
            throw Streams.notFound(stream.name(), stream.account());
        }
    }

    /** The filter as a word that a token can carry: its type and what belongs to it. */
    private String filter(List<KeptShard> all, KeptStream stream, Kinesis.ListShardsRequest input) {
        var filter = input.shardFilter();
        if (filter == null) {
            return "FROM_TRIM_HORIZON";
        }
        return switch (filter.type()) {
            case "AFTER_SHARD_ID" -> {
                if (filter.shardId() == null) {
                    throw new Kinesis.InvalidArgumentException("ShardId must be provided when the ShardFilter Type "
                            + "is AFTER_SHARD_ID.");
                }
                yield filter.type() + ":" + ShardIds.require(filter.shardId(), stream.name(), stream.account());
            }
            case "AT_TIMESTAMP", "FROM_TIMESTAMP" -> {
                if (filter.timestamp() == null) {
                    throw new Kinesis.InvalidArgumentException(
                            "Timestamp must be provided for ShardFilter of type " + filter.type() + ".");
                }
                checkMoment(all, stream, filter.timestamp());
                yield filter.type() + ":" + filter.timestamp().toEpochMilli();
            }
            default -> filter.type();
        };
    }

    private void checkMoment(List<KeptShard> all, KeptStream stream, Instant moment) {
        var now = time.instant();
        // A shard's time is known in seconds only.
        if (moment.getEpochSecond() < oldest(all, now.minus(stream.retention())).getEpochSecond()) {
            throw new Kinesis.InvalidArgumentException("ShardFilter Timestamp cannot be older than TRIM_HORIZON of the "
                    + "stream.");
        }
        if (moment.isAfter(now)) {
            throw new Kinesis.InvalidArgumentException("ShardFilter Timestamp must not be greater than current time.");
        }
    }

    private List<KeptShard> matching(List<KeptShard> all, KeptStream stream, String filter) {
        var parts = filter.split(":", 2);
        var horizon = time.instant().minus(stream.retention());
        Predicate<KeptShard> wanted = switch (parts[0]) {
            case "AFTER_SHARD_ID" -> shard -> shard.number() > Integer.parseInt(parts[1]);
            case "AT_LATEST" -> KeptShard::open;
            case "AT_TRIM_HORIZON" -> shard -> openAt(shard, oldest(all, horizon));
            case "FROM_TRIM_HORIZON" -> shard -> shard.open() || !shard.closed().isBefore(horizon);
            case "AT_TIMESTAMP" -> shard -> openAt(shard, moment(parts[1]));
            case "FROM_TIMESTAMP" -> shard -> shard.open() || !shard.closed().isBefore(moment(parts[1]));
            default -> throw new Kinesis.InvalidArgumentException("NextToken is invalid");
        };
        return all.stream().filter(wanted).toList();
    }

    /** The trim horizon, or when the stream began where that is later. */
    private static Instant oldest(List<KeptShard> all, Instant horizon) {
        var first = all.stream().map(KeptShard::created).min(Comparator.naturalOrder()).orElse(horizon);
        return later(first, horizon);
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    private static Instant moment(String millis) {
        return Instant.ofEpochMilli(Long.parseLong(millis));
    }

    private static boolean openAt(KeptShard shard, Instant moment) {
        return !shard.created().isAfter(moment) && (shard.open() || shard.closed().isAfter(moment));
    }

    void split(Caller caller, Kinesis.SplitShardRequest input) {
        var key = Streams.key(caller, input.streamName(), input.streamARN());
        int number = ShardIds.require(input.shardToSplit(), key.text(2), key.text(0));
        var at = new BigInteger(input.newStartingHashKey());
        var now = time.instant();
        store.change(tx -> {
            var stream = provisioned(streams.active(tx, caller, input.streamName(), input.streamARN()));
            var shard = open(tx, stream, number);
            if (at.compareTo(shard.from().add(BigInteger.ONE)) <= 0 || at.compareTo(shard.to()) >= 0) {
                throw new Kinesis.InvalidArgumentException("NewStartingHashKey " + at
                        + " used in SplitShard() on shard "
                        + shard.shardId() + " in stream " + stream.name() + " under account " + stream.account()
                        + " is not both greater than one plus the shard's StartingHashKey " + shard.from()
                        + " and less than the shard's EndingHashKey " + shard.to() + ".");
            }
            streams.checkLimit(tx, caller, 1);
            streams.changed(tx, split(tx, stream, shard, at, now), now);
        });
    }

    private KeptStream split(Tx tx, KeptStream stream, KeptShard shard, BigInteger at, Instant now) {
        close(tx, shard, now);
        int next = stream.shards();
        put(tx, child(stream, next, shard.from(), at.subtract(BigInteger.ONE), shard, null, now));
        put(tx, child(stream, next + 1, at, shard.to(), shard, null, now));
        var changed = stream.withShards(next + 2);
        streams.put(tx, changed);
        return changed;
    }

    /** Two children that have half of its hash keys each. */
    KeptStream halve(Tx tx, KeptStream stream, KeptShard shard, Instant now) {
        return split(tx, stream, shard, shard.from().add(shard.to()).add(BigInteger.ONE).shiftRight(1), now);
    }

    private KeptShard open(ReadTx tx, KeptStream stream, int number) {
        var shard = data.shards.get(tx, dev.aloft.kernel.store.Key.of(stream.id(), number))
                .orElseThrow(() -> ShardIds.notFound(ShardIds.name(number), stream.name(), stream.account()));
        if (!shard.open()) {
            throw new Kinesis.InvalidArgumentException("Shard " + shard.shardId() + " in stream " + stream.name()
                    + " under account "
                    + stream.account()
                    + " has already been merged or split, and thus is not eligible for merging or splitting.");
        }
        return shard;
    }

    private void put(Tx tx, KeptShard shard) {
        data.shards.put(tx, shard.key(), shard);
    }

    private void close(Tx tx, KeptShard shard, Instant now) {
        put(tx, shard.closedAt(now));
        tx.afterCommit(wakeups.of(shard.key())::raise);
    }

    /** A later second than the parents': so its numbers are greater than all of theirs. */
    private static KeptShard child(KeptStream stream, int number, BigInteger from, BigInteger to, KeptShard parent,
            KeptShard adjacent, Instant now) {
        var latest = adjacent != null && adjacent.created().isAfter(parent.created()) ? adjacent.created()
                : parent.created();
        var created = now.getEpochSecond() > latest.getEpochSecond() ? now : latest.plusSeconds(1);
        return new KeptShard(stream.id(), number, from, to, parent.number(),
                adjacent == null ? null : adjacent.number(), created,
                null);
    }

    void merge(Caller caller, Kinesis.MergeShardsRequest input) {
        var key = Streams.key(caller, input.streamName(), input.streamARN());
        int first = ShardIds.require(input.shardToMerge(), key.text(2), key.text(0));
        int second = ShardIds.require(input.adjacentShardToMerge(), key.text(2), key.text(0));
        var now = time.instant();
        store.change(tx -> {
            var stream = provisioned(streams.active(tx, caller, input.streamName(), input.streamARN()));
            var left = open(tx, stream, first);
            var right = open(tx, stream, second);
            if (!left.to().add(BigInteger.ONE).equals(right.from())) {
                throw new Kinesis.InvalidArgumentException("Shards " + left.shardId() + " and " + right.shardId()
                        + " in stream "
                        + stream.name() + " under account " + stream.account()
                        + " are not an adjacent pair of shards eligible for merging");
            }
            streams.changed(tx, merge(tx, stream, left, right, now), now);
        });
    }

    private KeptStream merge(Tx tx, KeptStream stream, KeptShard left, KeptShard right, Instant now) {
        close(tx, left, now);
        close(tx, right, now);
        put(tx, child(stream, stream.shards(), left.from(), right.to(), left, right, now));
        var changed = stream.withShards(stream.shards() + 1);
        streams.put(tx, changed);
        return changed;
    }

    /** Splits and merges until the stream has so many shards. */
    Kinesis.UpdateShardCountResponse update(Caller caller, Kinesis.UpdateShardCountRequest input) {
        int target = input.targetShardCount();
        var now = time.instant();
        return store.write(tx -> {
            var stream = provisioned(streams.active(tx, caller, input.streamName(), input.streamARN()));
            var open = openInOrder(tx, stream);
            checkTarget(open.size(), target);
            streams.checkLimit(tx, caller, target - open.size());
            if (target != open.size()) {
                streams.checkRate(tx, stream, "UpdateShardCount", MOST_UPDATES, now);
                streams.changed(tx, deal(tx, stream, open, target, now), now);
            }
            return Kinesis.UpdateShardCountResponse.of(r -> r.streamName(stream.name()).streamARN(stream.arn())
                    .currentShardCount(open.size()).targetShardCount(target));
        });
    }

    private List<KeptShard> openInOrder(ReadTx tx, KeptStream stream) {
        return streams.shards(tx, stream).stream().filter(KeptShard::open).sorted(Comparator.comparing(KeptShard::from))
                .toList();
    }

    private static KeptStream provisioned(KeptStream stream) {
        if (stream.onDemand()) {
            throw new Kinesis.ValidationException("Request is invalid. Stream " + stream.name() + " under account "
                    + stream.account() + " is in On-Demand mode.");
        }
        return stream;
    }

    private static void checkTarget(int current, int target) {
        if (target > 2 * current) {
            throw new Kinesis.LimitExceededException("UpdateShardCount cannot scale up over double your current "
                    + "open shard count. Current open shard count: " + current + " Target shard count: " + target);
        }
        if (target < (current + 1) / 2) {
            throw new Kinesis.LimitExceededException("UpdateShardCount cannot scale down below half your current "
                    + "open shard count. Current open shard count: " + current + " Target shard count: " + target);
        }
    }

    /** So many shards, in steps of which none more than doubles or halves them. */
    KeptStream scale(Tx tx, KeptStream stream, int target, Instant now) {
        var changed = stream;
        for (var open = openInOrder(tx, changed); open.size() != target; open = openInOrder(tx, changed)) {
            changed = deal(tx, changed, open, Math.clamp(target, (open.size() + 1) / 2, 2 * open.size()), now);
        }
        return changed;
    }

    /**
     * As AWS was seen to do it: for more shards each is split in two, then neighbours are merged, pair by pair from
     * the first, until there are as many as wanted. So no child has hash keys that none of its parents had.
     */
    private KeptStream deal(Tx tx, KeptStream stream, List<KeptShard> open, int target, Instant now) {
        var changed = stream;
        if (target > open.size()) {
            for (var shard : open) {
                changed = halve(tx, changed, shard, now);
            }
        }
        var pairs = openInOrder(tx, stream);
        for (int merges = pairs.size() - target, i = 0; i < merges; i++) {
            changed = merge(tx, changed, pairs.get(2 * i), pairs.get(2 * i + 1), now);
        }
        return changed;
    }
}
