package dev.aloft.service.dynamodb;

import static dev.aloft.service.dynamodb.value.ItemCodec.ITEMS;

import dev.aloft.api.Bytes;
import dev.aloft.api.DynamoDb.ApproximateCreationDateTimePrecision;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Kinesis;
import dev.aloft.api.Kinesis.PutRecordsRequestEntry;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.dynamodb.Feeds.Feed;
import dev.aloft.service.dynamodb.Feeds.Outgoing;
import dev.aloft.service.dynamodb.Feeds.ToStream;
import dev.aloft.service.dynamodb.value.ItemSize;
import dev.aloft.service.dynamodb.value.Values;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Puts changes into a Kinesis data stream, all changes of an item into the same shard. */
final class KinesisFeed implements Feeds.Carrier {
    private static final Logger LOG = System.getLogger(KinesisFeed.class.getName());
    /** What could not be brought for so long is dropped, as a record is that was in the stream for so long. */
    private static final Duration OLDEST = Duration.ofHours(24);

    private final DynamoDbData data;
    private final Kinesis kinesis;
    private final Store store;
    private final Time time;

    KinesisFeed(DynamoDbData data, Kinesis kinesis, Store store, Time time) {
        this.data = data;
        this.kinesis = kinesis;
        this.store = store;
        this.time = time;
    }

    @Override
    public List<Outgoing> carry(TableRef from, Feed feed, List<Outgoing> changes) {
        var arn = ((ToStream) feed.target()).arn();
        var old = feed.failures() == 0 ? List.<Outgoing>of() : old(from, arn, changes);
        if (!old.isEmpty()) {
            return old;
        }
        var precision = precision(from, feed);
        try {
            return put(from, arn, changes, precision);
        } catch (Kinesis.ValidationException | Kinesis.InvalidArgumentException refused) {
            if (changes.size() > 1) {
                return carry(from, feed, changes.subList(0, (changes.size() + 1) / 2));
            }
            LOG.log(Level.WARNING, "A change of table " + from.name() + " is not taken by " + arn + ": "
                + refused.getMessage());
            return changes;
        }
    }

    private List<Outgoing> old(TableRef from, String arn, List<Outgoing> changes) {
        var horizon = time.instant().minus(OLDEST);
        var old = changes.stream().filter(change -> change.at().isBefore(horizon)).toList();
        if (!old.isEmpty()) {
            LOG.log(Level.WARNING, old.size() + " changes of table " + from.name() + " could not be brought to " + arn
                + " for a day and are dropped");
        }
        return old;
    }

    private Optional<String> precision(TableRef from, Feed feed) {
        return store.read(tx -> data.tables.get(tx, from.key())).filter(table -> table.number() == feed.number())
            .flatMap(table -> table.destinations().stream().filter(StoredDestination::active).findFirst())
            .flatMap(StoredDestination::precision);
    }

    private List<Outgoing> put(TableRef from, String arn, List<Outgoing> changes, Optional<String> precision) {
        var entries = changes.stream().map(change -> entry(from, change, precision)).toList();
        var answer = kinesis.putRecords(Exports.caller(from),
            Kinesis.PutRecordsRequest.of(r -> r.streamARN(arn).records(entries)));
        var arrived = new ArrayList<Outgoing>();
        for (int i = 0; i < changes.size(); i++) {
            if (answer.records().get(i).errorCode() == null) {
                arrived.add(changes.get(i));
            }
        }
        return arrived;
    }

    private static PutRecordsRequestEntry entry(TableRef from, Outgoing change, Optional<String> precision) {
        return PutRecordsRequestEntry.of(e -> e.partitionKey(digest(change.change().keys()))
            .data(Bytes.of(JsonWriter.bytes(record(from, change, precision)))));
    }

    private static Map<String, Object> record(TableRef from, Outgoing change, Optional<String> precision) {
        var record = new LinkedHashMap<String, Object>();
        record.put("awsRegion", from.region());
        // The same when it is brought a second time.
        record.put("eventID", UUID.nameUUIDFromBytes((from.arn() + change.at()).getBytes(StandardCharsets.UTF_8))
            .toString());
        record.put("eventName", change.change().kind().name());
        record.put("userIdentity", change.change().byService()
            ? Map.of("principalId", "dynamodb.amazonaws.com", "type", "Service") : null);
        record.put("recordFormat", "application/json");
        record.put("tableName", from.name());
        record.put("dynamodb", images(change, precision));
        record.put("eventSource", "aws:dynamodb");
        return record;
    }

    private static Map<String, Object> images(Outgoing change, Optional<String> precision) {
        var keys = ITEMS.decode(change.change().keys());
        var before = change.change().before().map(ITEMS::decode);
        var after = change.change().after().map(ITEMS::decode);
        var images = new LinkedHashMap<String, Object>();
        images.put("ApproximateCreationDateTime", moment(change, precision));
        images.put("Keys", Values.json(keys));
        after.ifPresent(image -> images.put("NewImage", Values.json(image)));
        before.ifPresent(image -> images.put("OldImage", Values.json(image)));
        images.put("SizeBytes", ItemSize.of(keys) + before.map(ItemSize::of).orElse(0)
            + after.map(ItemSize::of).orElse(0));
        precision.ifPresent(one -> images.put("ApproximateCreationDateTimePrecision", one));
        return images;
    }

    private static long moment(Outgoing change, Optional<String> precision) {
        return precision.filter(ApproximateCreationDateTimePrecision.MICROSECOND::equals).isPresent()
            ? change.micros() : change.at().toEpochMilli();
    }

    private static String digest(byte[] key) {
        try {
            return HexFormat.of().withUpperCase().formatHex(MessageDigest.getInstance("MD5").digest(key));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
