package dev.aloft.service.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.DynamoDb;
import dev.aloft.api.DynamoDb.DeleteItemRequest;
import dev.aloft.api.DynamoDb.DeleteTableRequest;
import dev.aloft.api.DynamoDb.Put;
import dev.aloft.api.DynamoDb.StreamSpecification;
import dev.aloft.api.DynamoDb.TableDescription;
import dev.aloft.api.DynamoDb.TimeToLiveSpecification;
import dev.aloft.api.DynamoDb.TransactWriteItem;
import dev.aloft.api.DynamoDb.UpdateItemRequest;
import dev.aloft.api.DynamoDb.UpdateTableRequest;
import dev.aloft.api.DynamoDb.UpdateTimeToLiveRequest;
import dev.aloft.api.DynamoDbStreams.AttributeValue;
import dev.aloft.api.DynamoDbStreams.DescribeStreamRequest;
import dev.aloft.api.DynamoDbStreams.GetRecordsRequest;
import dev.aloft.api.DynamoDbStreams.GetRecordsResponse;
import dev.aloft.api.DynamoDbStreams.GetShardIteratorRequest;
import dev.aloft.api.DynamoDbStreams.ListStreamsRequest;
import dev.aloft.api.DynamoDbStreams.Record;
import dev.aloft.api.DynamoDbStreams.Shard;
import dev.aloft.api.DynamoDbStreams.ShardFilter;
import dev.aloft.api.DynamoDbStreams.Stream;
import dev.aloft.api.DynamoDbStreams.StreamDescription;
import dev.aloft.kernel.call.ResourceType.Desired;
import dev.aloft.kernel.store.Range;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class StreamsTest extends DynamoDbFixture {
    private static final String NAME = "streamed";

    private TableDescription streamed(String view) {
        return create(NAME, r -> r.keySchema(List.of(hash("a"))).attributeDefinitions(List.of(attribute("a", "S")))
            .streamSpecification(new StreamSpecification(true, view)));
    }

    private TableDescription update(Consumer<UpdateTableRequest.Builder> with) {
        return dynamoDb.updateTable(CALLER, UpdateTableRequest.of(r -> with.accept(r.tableName(NAME))))
            .tableDescription();
    }

    private TableDescription disable() {
        return update(r -> r.streamSpecification(new StreamSpecification(false, null)));
    }

    private StreamDescription describe(String arn) {
        return dynamoDbStreams.describeStream(CALLER, DescribeStreamRequest.of(r -> r.streamArn(arn)))
            .streamDescription();
    }

    private List<Stream> streams() {
        return dynamoDbStreams.listStreams(CALLER, ListStreamsRequest.of(r -> r.tableName(NAME))).streams();
    }

    private String iterator(String arn, String shard, String type, String sequence) {
        return dynamoDbStreams.getShardIterator(CALLER, new GetShardIteratorRequest(arn, shard, type, sequence))
            .shardIterator();
    }

    private GetRecordsResponse page(String iterator, Integer limit) {
        return dynamoDbStreams.getRecords(CALLER, new GetRecordsRequest(iterator, limit));
    }

    private List<Record> records(String arn, Shard shard) {
        return page(iterator(arn, shard.shardId(), "TRIM_HORIZON", null), null).records();
    }

    /** Of all shards, parents first. */
    private List<Record> records(String arn) {
        var all = new ArrayList<Record>();
        describe(arn).shards().forEach(shard -> all.addAll(records(arn, shard)));
        return all;
    }

    private void set(String key, int value) {
        dynamoDb.updateItem(CALLER, UpdateItemRequest.of(r -> r.tableName(NAME).key(item("a", s(key)))
            .updateExpression("SET v = :v").expressionAttributeValues(item(":v", n(value)))));
    }

    private void remove(String key) {
        dynamoDb.deleteItem(CALLER, DeleteItemRequest.of(r -> r.tableName(NAME).key(item("a", s(key)))));
    }

    private static AttributeValue text(String text) {
        return new AttributeValue.S(text);
    }

    @Nested
    class IsRefused {
        @Test
        void forSettingsThatDoNotFit() {
            refused("One or more parameter values were invalid: Table is being created with a stream enabled, "
                + "UpdateViewType is " + "required", () -> streamed(null));
            streamed("KEYS_ONLY");
            refused("One or more parameter values were invalid: If stream is being enabled then UpdateViewType is "
                + "required", () ->
                update(r -> r.streamSpecification(new StreamSpecification(true, null))));
            refused("Table already has an enabled stream: TableName: streamed", () ->
                update(r -> r.streamSpecification(new StreamSpecification(true, "OLD_IMAGE"))));
            disable();
            refused("Table has no stream to disable: TableName: streamed", StreamsTest.this::disable);
        }

        @Test
        void forStreamsAndShardsThatAreNot() {
            var arn = streamed("KEYS_ONLY").latestStreamArn();
            var other = arn.replace(NAME, "another");
            refused("ResourceNotFoundException", "Requested resource not found: Stream: " + other + " not found",
                () -> describe(other));
            refused("Invalid StreamArn", () -> describe("a text as long as ARNs of streams are, but none"));
            refused("ResourceNotFoundException", "Requested resource not found: Shard does not exist", () ->
                iterator(arn, "shardId-00000000000000000000-00000000", "LATEST", null));
            assertThat(dynamoDbStreams.describeStream(CALLER, DescribeStreamRequest.of(r -> r.streamArn(arn)
                .exclusiveStartShardId("z".repeat(28)))).streamDescription().shards()).isEmpty();
            refused("1 validation error detected: Value '1001' at 'limit' failed to satisfy constraint: "
                + "Member must have value less than or equal to 1000", () -> page("x", 1001));
            refused("Invalid ShardIterator", () -> page("x", 1));
        }

        @Test
        void forSequenceNumbersThatAreMissingOrTooMany() {
            var arn = streamed("KEYS_ONLY").latestStreamArn();
            var shard = describe(arn).shards().getFirst();
            var first = shard.sequenceNumberRange().startingSequenceNumber();
            assertThat(first).matches("\\d{21,40}");
            for (var type : List.of("AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER")) {
                assertThat(iterator(arn, shard.shardId(), type, first)).startsWith(arn + "|");
                refused("Must specify sequence number for iterator type " + type,
                    () -> iterator(arn, shard.shardId(), type, null));
            }
            refused("Must not specify sequence number for iterator type LATEST", () ->
                iterator(arn, shard.shardId(), "LATEST", first));
        }
    }

    @Nested
    class Records {
        @Test
        void tellWhatHappened() {
            var arn = streamed("NEW_AND_OLD_IMAGES").latestStreamArn();
            set("x", 1);
            set("x", 2);
            remove("x");
            var records = records(arn);
            assertThat(records).extracting(Record::eventName).containsExactly("INSERT", "MODIFY", "REMOVE");
            assertThat(records).extracting(Record::eventSource).containsOnly("aws:dynamodb");
            assertThat(records).extracting(Record::awsRegion).containsOnly("us-east-1");
            assertThat(records).extracting(Record::userIdentity).containsOnlyNulls();
            assertThat(records).extracting(Record::eventID).doesNotHaveDuplicates()
                .allMatch(id -> id.matches("[0-9a-f]{32}"));
            var modify = records.get(1).dynamodb();
            assertThat(modify.keys()).containsExactlyEntriesOf(Map.of("a", text("x")));
            assertThat(modify.oldImage()).containsEntry("v", new AttributeValue.N("1"));
            assertThat(modify.newImage()).containsEntry("v", new AttributeValue.N("2"));
            assertThat(modify.streamViewType()).isEqualTo("NEW_AND_OLD_IMAGES");
            assertThat(modify.approximateCreationDateTime()).isEqualTo(time.instant());
            // The keys and both images: a 1, x 1, v 1, a number of one digit 2.
            assertThat(modify.sizeBytes()).isEqualTo(2 + 5 + 5);
            assertThat(records.getFirst().dynamodb().oldImage()).isNull();
            assertThat(records.getLast().dynamodb().newImage()).isNull();
            assertThat(records).extracting(record -> record.dynamodb().sequenceNumber()).isSorted()
                .doesNotHaveDuplicates();
        }

        @Test
        void haveWhatTheViewSays() {
            var arns = new ArrayList<String>();
            for (var view : List.of("KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE")) {
                arns.add((arns.isEmpty() ? streamed(view) : update(r ->
                    r.streamSpecification(new StreamSpecification(true, view)))).latestStreamArn());
                set("x", arns.size());
                set("x", 10);
                disable();
                time.advance(Duration.ofMillis(1));
            }
            assertThat(records(arns.get(0))).extracting(record -> record.dynamodb().newImage()).containsOnlyNulls();
            assertThat(records(arns.get(0))).extracting(record -> record.dynamodb().oldImage()).containsOnlyNulls();
            assertThat(records(arns.get(1)).getLast().dynamodb().newImage())
                .containsEntry("v", new AttributeValue.N("10"));
            assertThat(records(arns.get(1)).getLast().dynamodb().oldImage()).isNull();
            assertThat(records(arns.get(2)).getLast().dynamodb().newImage()).isNull();
            assertThat(records(arns.get(2)).getLast().dynamodb().oldImage())
                .containsEntry("v", new AttributeValue.N("3"));
        }

        @Test
        void areNotMadeByWritesThatChangeNothing() {
            var arn = streamed("NEW_IMAGE").latestStreamArn();
            var sets = item("a", s("x"), "set", new DynamoDb.AttributeValue.SS(List.of("1", "2")));
            put(NAME, sets);
            put(NAME, item("set", new DynamoDb.AttributeValue.SS(List.of("2", "1")), "a", s("x")));
            remove("never");
            dynamoDb.updateItem(CALLER, UpdateItemRequest.of(r -> r.tableName(NAME).key(item("a", s("never")))
                .updateExpression("REMOVE g")));
            assertThat(records(arn)).hasSize(1);
            dynamoDb.updateItem(CALLER, UpdateItemRequest.of(r -> r.tableName(NAME).key(item("a", s("new")))));
            assertThat(records(arn)).hasSize(2);
        }

        @Test
        void ofATransactionAreThereTogetherOrNotAtAll() {
            var arn = streamed("KEYS_ONLY").latestStreamArn();
            var writes = new ArrayList<TransactWriteItem>();
            for (var key : List.of("x", "y")) {
                writes.add(TransactWriteItem.of(w -> w.put(Put.of(p -> p.tableName(NAME).item(item("a", s(key)))
                    .conditionExpression("attribute_not_exists(a)")))));
            }
            Runnable write = () -> dynamoDb.transactWriteItems(CALLER,
                DynamoDb.TransactWriteItemsRequest.of(r -> r.transactItems(writes)));
            write.run();
            refused("TransactionCanceledException",
                "Transaction cancelled, please refer cancellation reasons for specific reasons "
                + "[ConditionalCheckFailed, ConditionalCheckFailed]", write::run);
            assertThat(records(arn)).extracting(record -> record.dynamodb().keys().get("a"))
                .containsExactly(text("x"), text("y"));
        }

        @Test
        void ofItemsThatExpiredNameDynamoDb() {
            var arn = streamed("OLD_IMAGE").latestStreamArn();
            dynamoDb.updateTimeToLive(CALLER, UpdateTimeToLiveRequest.of(r -> r.tableName(NAME)
                .timeToLiveSpecification(new TimeToLiveSpecification(true, "ttl"))));
            put(NAME, item("a", s("x"), "ttl", n(time.instant().plusSeconds(60).getEpochSecond())));
            time.advance(Duration.ofMinutes(2));
            var removal = records(arn).getLast();
            assertThat(removal.eventName()).isEqualTo("REMOVE");
            assertThat(removal.userIdentity().type()).isEqualTo("Service");
            assertThat(removal.userIdentity().principalId()).isEqualTo("dynamodb.amazonaws.com");
        }
    }

    @Nested
    class Iterators {
        @Test
        void standWhereTheyWereAskedFor() {
            var arn = streamed("KEYS_ONLY").latestStreamArn();
            var shard = describe(arn).shards().getFirst().shardId();
            for (var key : List.of("x", "y", "z")) {
                set(key, 1);
            }
            var latest = iterator(arn, shard, "LATEST", null);
            var sequence = records(arn).get(1).dynamodb().sequenceNumber();
            assertThat(page(iterator(arn, shard, "AT_SEQUENCE_NUMBER", sequence), null).records()).hasSize(2);
            assertThat(page(iterator(arn, shard, "AFTER_SEQUENCE_NUMBER", sequence), null).records()).hasSize(1);
            assertThat(page(latest, null).records()).isEmpty();
            set("late", 1);
            assertThat(page(latest, null).records()).hasSize(1);
            var page = page(iterator(arn, shard, "TRIM_HORIZON", null), 3);
            assertThat(page.records()).hasSize(3);
            assertThat(page(page.nextShardIterator(), null).records())
                .extracting(record -> record.dynamodb().keys().get("a")).containsExactly(text("late"));
        }

        @Test
        void expireAfterAQuarterOfAnHour() {
            var arn = streamed("KEYS_ONLY").latestStreamArn();
            var iterator = iterator(arn, describe(arn).shards().getFirst().shardId(), "LATEST", null);
            time.advance(Duration.ofMinutes(15));
            var next = page(iterator, null).nextShardIterator();
            time.advance(Duration.ofSeconds(1));
            refused("ExpiredIteratorException",
                "Iterator expired. The iterator was created at time 2026-01-01T00:00:00Z while right "
                + "now it is 2026-01-01T00:15:01Z which is further in the future than the tolerated delay of 900000 "
                + "milliseconds.", () -> page(iterator, null));
            assertThat(page(next, null).records()).isEmpty();
        }

        @Test
        void areRefusedWhereRecordsHaveBeenTrimmed() {
            var arn = streamed("KEYS_ONLY").latestStreamArn();
            set("x", 1);
            var shard = describe(arn).shards().getFirst().shardId();
            var sequence = records(arn).getFirst().dynamodb().sequenceNumber();
            time.advance(Duration.ofHours(23).plusMinutes(59));
            var iterator = iterator(arn, shard, "AT_SEQUENCE_NUMBER", sequence);
            assertThat(page(iterator, null).records()).hasSize(1);
            time.advance(Duration.ofMinutes(1));
            refused("TrimmedDataAccessException", "The data you are trying to access has been trimmed",
                () -> page(iterator, null));
            refused("TrimmedDataAccessException", "The data you are trying to access has been trimmed", () ->
                iterator(arn, shard, "AT_SEQUENCE_NUMBER", sequence));
            assertThat(page(iterator(arn, shard, "TRIM_HORIZON", null), null).records()).isEmpty();
        }
    }

    @Nested
    class Shards {
        @Test
        void areSucceededByOthersAfterFourHours() {
            var arn = streamed("KEYS_ONLY").latestStreamArn();
            set("x", 1);
            time.advance(Duration.ofHours(5));
            set("y", 1);
            var shards = describe(arn).shards();
            assertThat(shards).hasSize(2);
            assertThat(shards.getFirst().sequenceNumberRange().endingSequenceNumber()).isNotNull();
            assertThat(shards.getLast().parentShardId()).isEqualTo(shards.getFirst().shardId());
            assertThat(shards.getLast().sequenceNumberRange().endingSequenceNumber()).isNull();
            var old = page(iterator(arn, shards.getFirst().shardId(), "TRIM_HORIZON", null), null);
            assertThat(old.records()).hasSize(1);
            assertThat(old.nextShardIterator()).isNull();
            assertThat(records(arn, shards.getLast())).hasSize(1);
            assertThat(dynamoDbStreams.describeStream(CALLER, DescribeStreamRequest.of(r -> r.streamArn(arn)
                .shardFilter(new ShardFilter("CHILD_SHARDS", shards.getFirst().shardId())))).streamDescription()
                .shards()).containsExactly(shards.getLast());
            time.advance(Duration.ofDays(3));
            assertThat(describe(arn).shards()).hasSizeBetween(6, 7);
        }

        @Test
        void areSplitWhereATableIsGivenMoreCapacity() {
            var arn = streamed("KEYS_ONLY").latestStreamArn();
            set("x", 1);
            update(r -> r.billingMode("PROVISIONED").provisionedThroughput(new DynamoDb.ProvisionedThroughput(10L,
                3000L)));
            for (int i = 0; i < 50; i++) {
                set("k" + i, 1);
                set("k" + i, 2);
            }
            var shards = describe(arn).shards();
            var open = shards.stream().filter(shard -> shard.sequenceNumberRange().endingSequenceNumber() == null)
                .toList();
            assertThat(open).hasSize(3).allMatch(shard -> records(arn, shard).size() > 2);
            assertThat(records(arn)).hasSize(101);
            assertThat(shards).hasSize(5);
            // The records of an item stay in one shard, in their order.
            open.forEach(shard -> assertThat(records(arn, shard)).extracting(Record::eventName)
                .filteredOn("MODIFY"::equals).hasSize(records(arn, shard).size() / 2));
            var page = dynamoDbStreams.describeStream(CALLER, DescribeStreamRequest.of(r -> r.streamArn(arn).limit(2)))
                .streamDescription();
            assertThat(page.lastEvaluatedShardId()).isEqualTo(shards.get(1).shardId());
        }
    }

    @Nested
    class Ended {
        @Test
        void streamsCanBeReadForADay() {
            var arn = streamed("KEYS_ONLY").latestStreamArn();
            set("x", 1);
            var told = disable();
            assertThat(told.streamSpecification()).isNull();
            assertThat(told.latestStreamArn()).isEqualTo(arn);
            set("unseen", 1);
            time.advance(Duration.ofHours(1));
            assertThat(describe(arn).streamStatus()).isEqualTo("DISABLED");
            assertThat(records(arn)).hasSize(1);
            var again = update(r -> r.streamSpecification(new StreamSpecification(true, "NEW_IMAGE")))
                .latestStreamArn();
            assertThat(again).isNotEqualTo(arn);
            assertThat(streams()).extracting(Stream::streamArn).containsExactly(arn, again);
            time.advance(Duration.ofHours(23));
            assertThat(streams()).extracting(Stream::streamArn).containsExactly(again);
            refused("ResourceNotFoundException", "Requested resource not found: Stream: " + arn + " not found",
                () -> describe(arn));
        }

        @Test
        void ofADeletedTableToo() {
            var arn = streamed("KEYS_ONLY").latestStreamArn();
            set("x", 1);
            dynamoDb.deleteTable(CALLER, DeleteTableRequest.of(r -> r.tableName(NAME)));
            assertThat(records(arn)).hasSize(1);
            assertThat(streamed("KEYS_ONLY").latestStreamArn()).isNotEqualTo(arn);
            time.advance(Duration.ofHours(26));
            assertThat(streams()).hasSize(1);
            dynamoDb.deleteTable(CALLER, DeleteTableRequest.of(r -> r.tableName(NAME)));
            time.advance(Duration.ofHours(26));
            for (var space : List.of("streams", "shards", "records", "sequences")) {
                assertThat(store.in("dynamodb").<Long>read(tx ->
                    tx.range(Range.of(dev.aloft.kernel.store.Key.of(space))).count())).as(space).isZero();
            }
        }
    }

    @Test
    void templatesSayWhichView() {
        var type = service.resourceTypes().getFirst();
        var before = desired(Map.of("StreamSpecification", Map.of("StreamViewType", "NEW_IMAGE")));
        var made = type.create(CALLER, before);
        assertThat(made.attributes().get("StreamArn")).isEqualTo(dynamoDbStreams.listStreams(CALLER,
            ListStreamsRequest.of(r -> r.tableName(made.physicalId()))).streams().getFirst().streamArn());
        var other = desired(Map.of("StreamSpecification", Map.of("StreamViewType", "KEYS_ONLY")));
        time.advance(Duration.ofSeconds(1));
        var changed = type.update(CALLER, made.physicalId(), before, other);
        assertThat(changed.attributes().get("StreamArn")).isNotEqualTo(made.attributes().get("StreamArn"));
        assertThat(type.update(CALLER, made.physicalId(), other, other)).isEqualTo(changed);
        assertThat(type.update(CALLER, made.physicalId(), other, desired(Map.of())).attributes())
            .doesNotContainKey("StreamArn");
    }

    private static Desired desired(Map<String, Object> more) {
        var properties = new java.util.HashMap<String, Object>(more);
        properties.put("KeySchema", List.of(Map.of("AttributeName", "a", "KeyType", "HASH")));
        properties.put("AttributeDefinitions", List.of(Map.of("AttributeName", "a", "AttributeType", "S")));
        properties.put("BillingMode", "PAY_PER_REQUEST");
        return new Desired("stack-id", "stack", "Table", "token", properties, Map.of());
    }
}
