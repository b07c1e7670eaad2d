package dev.aloft.service.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.Bytes;
import dev.aloft.api.DynamoDb.DeleteItemRequest;
import dev.aloft.api.DynamoDb.DeleteTableRequest;
import dev.aloft.api.DynamoDb.DescribeKinesisStreamingDestinationRequest;
import dev.aloft.api.DynamoDb.DescribeTableRequest;
import dev.aloft.api.DynamoDb.DisableKinesisStreamingDestinationRequest;
import dev.aloft.api.DynamoDb.EnableKinesisStreamingConfiguration;
import dev.aloft.api.DynamoDb.EnableKinesisStreamingDestinationRequest;
import dev.aloft.api.DynamoDb.KinesisDataStreamDestination;
import dev.aloft.api.DynamoDb.KinesisStreamingDestinationOutput;
import dev.aloft.api.DynamoDb.TimeToLiveSpecification;
import dev.aloft.api.DynamoDb.UpdateKinesisStreamingConfiguration;
import dev.aloft.api.DynamoDb.UpdateKinesisStreamingDestinationRequest;
import dev.aloft.api.DynamoDb.UpdateTimeToLiveRequest;
import dev.aloft.api.JsonReader;
import dev.aloft.api.Kinesis;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.service.kinesis.KinesisService;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A Kinesis data stream that takes the changes of a table; states and words as AWS was seen to answer. */
class KinesisDestinationsTest extends DynamoDbFixture {
    private static final String STREAM = "arn:aws:kinesis:us-east-1:123456789012:stream/changes";
    private static final String STATE = "Table is not in a valid state to enable Kinesis Streaming Destination: ";
    private static final Duration SOON = Duration.ofSeconds(1);

    private final Kinesis kinesis = Kinesis.at(endpoint);

    @BeforeEach
    void streams() {
        endpoint.add(new KinesisService(store, KeyFile.inMemory(), time, endpoint));
        createStream();
    }

    private void createStream() {
        kinesis.createStream(CALLER, Kinesis.CreateStreamRequest.of(r -> r.streamName("changes").shardCount(2)));
    }

    private KinesisStreamingDestinationOutput enable(String arn) {
        return dynamoDb.enableKinesisStreamingDestination(CALLER,
            EnableKinesisStreamingDestinationRequest.of(r -> r.tableName(HASH).streamArn(arn)));
    }

    private KinesisStreamingDestinationOutput disable(String arn) {
        return dynamoDb.disableKinesisStreamingDestination(CALLER,
            DisableKinesisStreamingDestinationRequest.of(r -> r.tableName(HASH).streamArn(arn)));
    }

    private String update(String arn, String precision) {
        return dynamoDb.updateKinesisStreamingDestination(CALLER,
            UpdateKinesisStreamingDestinationRequest.of(r -> r.tableName(HASH)
            .streamArn(arn).updateKinesisStreamingConfiguration(new UpdateKinesisStreamingConfiguration(precision))))
            .destinationStatus();
    }

    private List<KinesisDataStreamDestination> describe() {
        return dynamoDb.describeKinesisStreamingDestination(CALLER,
            new DescribeKinesisStreamingDestinationRequest(HASH)).kinesisDataStreamDestinations();
    }

    /** All that is in the stream, shard by shard. */
    private List<Map<String, Object>> records() {
        var records = new ArrayList<Map<String, Object>>();
        for (var shard : kinesis.listShards(CALLER, Kinesis.ListShardsRequest.of(r -> r.streamName("changes")))
                .shards()) {
            var iterator = kinesis.getShardIterator(CALLER, Kinesis.GetShardIteratorRequest.of(r ->
                r.streamName("changes").shardId(shard.shardId()).shardIteratorType("TRIM_HORIZON"))).shardIterator();
            kinesis.getRecords(CALLER, Kinesis.GetRecordsRequest.of(r -> r.shardIterator(iterator))).records()
                .forEach(record ->
                records.add(tree(record.data())));
        }
        return records;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> tree(Bytes json) {
        return (Map<String, Object>) JsonReader.tree(new String(json.array(), StandardCharsets.UTF_8));
    }

    private static Map<?, ?> images(Map<String, Object> record) {
        return (Map<?, ?>) record.get("dynamodb");
    }

    private void change() {
        put(HASH, item("a", s("x"), "v", n(1)));
        put(HASH, item("a", s("x"), "v", n(2)));
        put(HASH, item("a", s("x"), "v", n(2)));
        dynamoDb.deleteItem(CALLER, DeleteItemRequest.of(r -> r.tableName(HASH).key(item("a", s("x")))));
    }

    @Test
    void changesArriveInTheOrderOfTheirItem() {
        assertThat(enable(STREAM)).isEqualTo(new KinesisStreamingDestinationOutput(HASH, STREAM, "ENABLING",
            new EnableKinesisStreamingConfiguration(null)));
        assertThat(describe()).containsExactly(new KinesisDataStreamDestination(STREAM, "ACTIVE", null, null));
        change();
        time.advance(SOON);

        var records = records();
        assertThat(records).extracting(record -> record.get("eventName")).containsExactly("INSERT", "MODIFY", "REMOVE");
        var modified = records.get(1);
        assertThat(modified).containsOnlyKeys("awsRegion", "eventID", "eventName", "userIdentity",
            "recordFormat", "tableName", "dynamodb", "eventSource");
        assertThat(modified.get("awsRegion")).isEqualTo("us-east-1");
        assertThat(modified.get("recordFormat")).isEqualTo("application/json");
        assertThat(modified.get("tableName")).isEqualTo(HASH);
        assertThat(modified.get("eventSource")).isEqualTo("aws:dynamodb");
        assertThat(modified.get("userIdentity")).isNull();
        assertThat(images(modified).get("Keys")).isEqualTo(Map.of("a", Map.of("S", "x")));
        assertThat(images(modified).get("NewImage")).isEqualTo(Map.of("a", Map.of("S", "x"), "v", Map.of("N", "2")));
        assertThat(images(modified).get("OldImage")).isEqualTo(Map.of("a", Map.of("S", "x"), "v", Map.of("N", "1")));
        assertThat(images(modified).get("SizeBytes").toString()).isEqualTo("12");
        assertThat(images(modified).get("ApproximateCreationDateTime").toString())
            .isEqualTo(Long.toString(time.instant().minus(SOON).toEpochMilli()));
    }

    @Test
    void momentsAreMicrosecondsWhereItIsAskedForAndNoTwoAreTheSame() {
        enable(STREAM);
        assertThat(update(STREAM, "MICROSECOND")).isEqualTo("UPDATING");
        assertThat(describe()).containsExactly(new KinesisDataStreamDestination(STREAM, "ACTIVE", null, "MICROSECOND"));
        change();
        time.advance(SOON);
        assertThat(records()).extracting(record -> images(record).get("ApproximateCreationDateTime").toString())
            .doesNotHaveDuplicates().isSorted().allMatch(text -> text.length() == 16);
        assertThat(records()).allMatch(record -> "MICROSECOND".equals(images(record)
            .get("ApproximateCreationDateTimePrecision")));
    }

    @Test
    void anItemThatExpiresIsRemovedByTheService() {
        dynamoDb.updateTimeToLive(CALLER,
            new UpdateTimeToLiveRequest(HASH, TimeToLiveSpecification.of(s -> s.enabled(true).attributeName("t"))));
        enable(STREAM);
        put(HASH, item("a", s("x"), "t", n(time.instant().getEpochSecond() + 10)));
        time.advance(Duration.ofMinutes(1));
        assertThat(records()).last().satisfies(record -> {
            assertThat(record.get("eventName")).isEqualTo("REMOVE");
            assertThat(record.get("userIdentity")).isEqualTo(Map.of("principalId", "dynamodb.amazonaws.com", "type",
                "Service"));
        });
    }

    /** AWS keeps telling ACTIVE. */
    @Test
    void changesWaitForAStreamThatIsGoneUntilItIsBack() {
        enable(STREAM);
        kinesis.deleteStream(CALLER, Kinesis.DeleteStreamRequest.of(r -> r.streamName("changes")));
        time.advance(Duration.ofMinutes(1));
        change();
        time.advance(Duration.ofMinutes(5));
        assertThat(describe()).extracting(KinesisDataStreamDestination::destinationStatus).containsExactly("ACTIVE");
        createStream();
        time.advance(Duration.ofMinutes(1));
        assertThat(records()).hasSize(3);
    }

    @Test
    void whatWasChangedBeforeTheTableWentArrives() {
        enable(STREAM);
        change();
        dynamoDb.deleteTable(CALLER, new DeleteTableRequest(HASH));
        time.advance(SOON);
        assertThat(records()).hasSize(3);
        assertThat(records()).allMatch(record -> Objects.equals(record.get("tableName"), HASH));
    }

    @Test
    void thereIsNothingForADisabledOne() {
        enable(STREAM);
        assertThat(disable(STREAM).destinationStatus()).isEqualTo("DISABLING");
        assertThat(describe()).containsExactly(new KinesisDataStreamDestination(STREAM, "DISABLED", null, null));
        change();
        time.advance(SOON);
        assertThat(records()).isEmpty();
        enable(STREAM);
        assertThat(describe()).containsExactly(new KinesisDataStreamDestination(STREAM, "ACTIVE", null, null));
    }

    @Test
    void oneThatIsNotThereFailsAfterwards() {
        var missing = STREAM + "-not";
        assertThat(enable(missing).destinationStatus()).isEqualTo("ENABLING");
        var failed = new KinesisDataStreamDestination(missing, "ENABLE_FAILED",
            "User does not have a permission to use kinesis stream", null);
        assertThat(describe()).containsExactly(failed);
        enable(STREAM);
        assertThat(describe()).containsExactly(new KinesisDataStreamDestination(STREAM, "ACTIVE", null, null), failed);
    }

    @Test
    void statesAreToldInAwsWords() {
        refused(STATE + "KinesisStreamingDestination must be ACTIVE to perform DISABLE operation.",
            () -> disable(STREAM));
        refused(STATE + "No streaming destination with streamArn: " + STREAM + " found for table with tableName: "
            + HASH, () ->
            update(STREAM, "MICROSECOND"));
        enable(STREAM);
        refused(STATE + "EnableKinesisStreamingDestination must be DISABLED or ENABLE_FAILED to perform ENABLE "
            + "operation.", () ->
            enable(STREAM + "2"));
        refused("Streaming destination cannot be updated with given parameters: UpdateKinesisStreamingConfiguration "
            + "cannot be null or " + "contain only null values", () -> update(STREAM, null));
        var id = dynamoDb.describeTable(CALLER, new DescribeTableRequest(HASH)).table().tableId();
        refused("Invalid Request: Precision is already set to the desired value of MILLISECOND for tableId: " + id
            + ", kdsArn: " + STREAM, () -> update(STREAM, "MILLISECOND"));
        refused("1 validation error detected: Value 'SECOND' at 'updateKinesisStreamingConfiguration."
            + "approximateCreationDateTimePrecision' failed to satisfy constraint: Member must satisfy enum value set: "
            + "[MILLISECOND, MICROSECOND]", () -> update(STREAM, "SECOND"));
        disable(STREAM);
        refused(STATE + "Kinesis streaming is not in ACTIVE state. Updates are only allowed in ACTIVE state. "
            + "TableName: " + HASH + ", kdsArn: " + STREAM, () -> update(STREAM, "MICROSECOND"));
        refused("Stream cannot be disabled using EnableKinesisStreamingConfiguration parameters", () ->
            dynamoDb.disableKinesisStreamingDestination(CALLER,
                DisableKinesisStreamingDestinationRequest.of(r -> r.tableName(HASH)
                .streamArn(STREAM).enableKinesisStreamingConfiguration(
                    new EnableKinesisStreamingConfiguration("MICROSECOND")))));
        refused("ResourceNotFoundException", "Requested resource not found: Table: nope not found", () ->
            dynamoDb.describeKinesisStreamingDestination(CALLER,
                new DescribeKinesisStreamingDestinationRequest("nope")));
    }
}
