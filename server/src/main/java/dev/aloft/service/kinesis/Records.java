package dev.aloft.service.kinesis;

import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Kinesis;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.kinesis.KinesisData.KeptRecord;
import dev.aloft.service.kinesis.KinesisData.KeptShard;
import dev.aloft.service.kinesis.KinesisData.KeptStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Putting records: each into the shard that its hash key belongs to. */
final class Records {
    private static final int LARGEST_REQUEST = 10 << 20;

    private final KinesisData data;
    private final Streams streams;
    private final Wakeups wakeups;
    private final Throughput throughput;
    private final Growth growth;
    private final Measures measures;
    private final Encryption encryption;
    private final Store store;
    private final Time time;

    Records(KinesisData data, Streams streams, Wakeups wakeups, Throughput throughput, Growth growth,
            Measures measures, Encryption encryption, Store store, Time time) {
        this.data = data;
        this.streams = streams;
        this.wakeups = wakeups;
        this.throughput = throughput;
        this.growth = growth;
        this.measures = measures;
        this.encryption = encryption;
        this.store = store;
        this.time = time;
    }

    /** A record with its hash key. */
    private record Draft(String partitionKey, Bytes data, BigInteger hashKey) {
        long size() {
            return data.length() + partitionKey.getBytes(StandardCharsets.UTF_8).length;
        }
    }

    /** Where a record went; or why it was not taken. */
    private record Placed(KeptShard shard, String sequence, boolean throttled, long bytes) {
    }

    Kinesis.PutRecordResponse put(Caller caller, Kinesis.PutRecordRequest input) {
        var began = time.instant();
        var draft = draft(input.partitionKey(), input.data(), input.explicitHashKey());
        var found = store.read(tx -> streams.existing(tx, caller, input.streamName(), input.streamARN()));
        checkOrdering(found, input.sequenceNumberForOrdering());
        checkSize(found, draft, "data");
        var placed = place(caller, found, List.of(draft)).getFirst();
        measures.putRecord(found, !placed.throttled(), placed.bytes(), began);
        if (placed.throttled()) {
            throw new Kinesis.ProvisionedThroughputExceededException(rateExceeded(found, placed.shard()));
        }
        return Kinesis.PutRecordResponse.of(r -> r.shardId(placed.shard().shardId()).sequenceNumber(placed.sequence())
                .encryptionType(found.keyId() == null ? null : "KMS"));
    }

    Kinesis.PutRecordsResponse put(Caller caller, Kinesis.PutRecordsRequest input) {
        var began = time.instant();
        var drafts = new ArrayList<Draft>();
        long size = 0;
        for (var entry : input.records()) {
            var draft = draft(entry.partitionKey(), entry.data(), entry.explicitHashKey());
            size += draft.size();
            drafts.add(draft);
        }
        var found = store.read(tx -> streams.existing(tx, caller, input.streamName(), input.streamARN()));
        for (int i = 0; i < drafts.size(); i++) {
            checkSize(found, drafts.get(i), "records." + (i + 1) + ".member.data");
        }
        if (size > LARGEST_REQUEST) {
            throw new Kinesis.InvalidArgumentException("Records size exceeds 10 MB limit");
        }
        var placed = place(caller, found, drafts);
        long failed = placed.stream().filter(Placed::throttled).count();
        measures.putRecords(found, placed.size(), failed,
                placed.stream().filter(it -> !it.throttled()).mapToLong(Placed::bytes).sum(), began);
        return Kinesis.PutRecordsResponse.of(r -> r.failedRecordCount((int) failed)
                .encryptionType(found.keyId() == null ? null : "KMS")
                .records(placed.stream().map(it -> it.throttled()
                        ? Kinesis.PutRecordsResultEntry.of(e -> e.errorCode("ProvisionedThroughputExceededException")
                                .errorMessage(rateExceeded(found, it.shard())))
                        : Kinesis.PutRecordsResultEntry.of(e -> e.sequenceNumber(it.sequence())
                                .shardId(it.shard().shardId())))
                        .toList()));
    }

    private static String rateExceeded(KeptStream stream, KeptShard shard) {
        return "Rate exceeded for shard " + shard.shardId() + " in stream " + stream.name() + " under account "
                + stream.account()
                + ".";
    }

    private static Draft draft(String partitionKey, Bytes data, String explicitHashKey) {
        if (explicitHashKey == null) {
            return new Draft(partitionKey, data, hash(partitionKey));
        }
        var given = new BigInteger(explicitHashKey);
        if (given.compareTo(Shards.LAST) > 0) {
            throw new Kinesis.InvalidArgumentException("Invalid ExplicitHashKey. ExplicitHashKey must be in the "
                    + "range: [0, 2^128-1]. Specified value was " + explicitHashKey);
        }
        return new Draft(partitionKey, data, given);
    }

    private static BigInteger hash(String partitionKey) {
        try {
            return new BigInteger(1,
                    MessageDigest.getInstance("MD5").digest(partitionKey.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The partition key counts too. */
    private static void checkSize(KeptStream stream, Draft draft, String where) {
        int most = stream.maxRecordKiB() << 10;
        if (draft.size() > most) {
            long length = draft.data().length();
            throw new Kinesis.ValidationException("1 validation error detected: Value "
                    + "'java.nio.HeapByteBuffer[pos=0 lim="
                    + length + " cap=" + length + "]' at '" + where + "' failed to satisfy constraint: Member must "
                    + "have length less than or equal to " + most);
        }
    }

    /** The number that a record is to come after. Numbers of a shard grow anyway; only one that is none is told. */
    private void checkOrdering(KeptStream stream, String number) {
        if (number == null) {
            return;
        }
        try {
            var sequence = SequenceNumber.parse(number);
            if (sequence.second() <= time.instant().getEpochSecond() + 1) {
                return;
            }
        } catch (SequenceNumber.Invalid _) {
            // Told below.
        }
        throw new Kinesis.InvalidArgumentException("ExclusiveMinimumSequenceNumber " + number
                + " used in PutRecord on stream "
                + stream.name() + " under account " + stream.account() + " is invalid.");
    }

    /** All records in one commit; those whose shard has no capacity left are left out. */
    private List<Placed> place(Caller caller, KeptStream stream, List<Draft> drafts) {
        var contents = drafts.stream().map(draft -> stream.keyId() == null ? draft.data()
                : encryption.sealed(caller, stream, draft.data())).toList();
        var now = Instant.ofEpochMilli(time.instant().toEpochMilli());
        boolean limited = StreamSettings.of(stream).throttling();
        var refused = limited ? refused(stream, drafts, now) : List.<Integer>of();
        var placed = store.<List<Placed>>write(tx -> {
            var open = streams.shards(tx, stream).stream().filter(KeptShard::open).toList();
            if (open.isEmpty()) {
                throw Streams.notFound(stream.name(), stream.account());
            }
            var next = new HashMap<KeptShard, Long>();
            var all = new ArrayList<Placed>();
            for (int i = 0; i < drafts.size(); i++) {
                var draft = drafts.get(i);
                var shard = open.stream().filter(it -> it.has(draft.hashKey())).findFirst().orElseThrow();
                all.add(refused.contains(i) ? new Placed(shard, null, true, draft.size())
                        : append(tx, stream, shard, draft, contents.get(i), now, next));
            }
            next.forEach((shard, index) -> {
                data.next.put(tx, shard.key(), index);
                tx.afterCommit(wakeups.of(shard.key())::raise);
            });
            return all;
        });
        measure(stream, placed, now);
        return placed;
    }

    private void measure(KeptStream stream, List<Placed> placed, Instant now) {
        placed.stream().filter(Placed::throttled).forEach(it -> measures.notPut(stream, it.shard()));
        var taken = placed.stream().filter(it -> !it.throttled()).toList();
        if (taken.isEmpty()) {
            return;
        }
        measures.put(stream, taken.size(), taken.stream().mapToLong(Placed::bytes).sum());
        taken.stream().collect(Collectors.groupingBy(Placed::shard,
                Collectors.mapping(Placed::bytes, Collectors.toList())))
                .forEach((shard, bytes) -> measures.put(stream, shard, bytes));
        taken.forEach(it -> growth.wrote(stream, it.shard(), it.bytes(), now));
    }

    private Placed append(Tx tx, KeptStream stream, KeptShard shard, Draft draft, Bytes content, Instant now,
            Map<KeptShard, Long> next) {
        long index = next.computeIfAbsent(shard, it -> data.next.get(tx, it.key()).orElse(0L));
        next.put(shard, index + 1);
        data.records.put(tx, shard.key().and(index), stream.keyId() == null
                ? new KeptRecord(draft.partitionKey(), content, now, null, null)
                : new KeptRecord(draft.partitionKey(), content, now, "KMS", draft.data().length()));
        return new Placed(shard, SequenceNumber.of(shard.created(), shard.number(), index, now).toString(), false,
                draft.size());
    }

    /** Which of the records find their shard's second used up. */
    private List<Integer> refused(KeptStream stream, List<Draft> drafts, Instant now) {
        var open = store.<List<KeptShard>>read(tx -> streams.shards(tx, stream).stream()
                .filter(KeptShard::open).toList());
        var refused = new ArrayList<Integer>();
        for (int i = 0; i < drafts.size(); i++) {
            var draft = drafts.get(i);
            var shard = open.stream().filter(it -> it.has(draft.hashKey())).findFirst().orElseThrow();
            if (!throughput.takes(shard.key(), draft.size(), now)) {
                refused.add(i);
            }
        }
        return refused;
    }
}
