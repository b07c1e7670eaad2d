package dev.aloft.service.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb.DescribeContinuousBackupsRequest;
import dev.aloft.api.DynamoDb.DescribeKinesisStreamingDestinationRequest;
import dev.aloft.api.DynamoDb.DescribeTableRequest;
import dev.aloft.api.DynamoDb.GetItemRequest;
import dev.aloft.api.DynamoDb.GlobalSecondaryIndexDescription;
import dev.aloft.api.DynamoDb.GlobalTableWitnessDescription;
import dev.aloft.api.DynamoDb.KinesisDataStreamDestination;
import dev.aloft.api.DynamoDb.ListTagsOfResourceRequest;
import dev.aloft.api.DynamoDb.ReplicaDescription;
import dev.aloft.api.DynamoDb.TableDescription;
import dev.aloft.api.DynamoDb.Tag;
import dev.aloft.api.Kinesis;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.ResourceType.Desired;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.service.kinesis.KinesisService;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** AWS::DynamoDB::Table and AWS::DynamoDB::GlobalTable: each property, and how it changes. */
class TableResourcesTest extends DynamoDbFixture {
    private static final String WEST = "eu-west-1";
    private static final String STREAM = "arn:aws:kinesis:us-east-1:123456789012:stream/";
    private static final Caller IN_WEST = CALLER.in(CALLER.account(), WEST);
    private static final Object KEYS = List.of(Map.of("AttributeName", "id", "KeyType", "HASH"));
    private static final Object ATTRIBUTES = List.of(Map.of("AttributeName", "id", "AttributeType", "S"));

    private final Kinesis kinesis = Kinesis.at(endpoint);
    private final ResourceType table = service.resourceTypes().getFirst();
    private final ResourceType globalTable = service.resourceTypes().getLast();

    @BeforeEach
    void streams() {
        endpoint.add(new KinesisService(store, KeyFile.inMemory(), time, endpoint));
        for (var name : List.of("one", "two")) {
            kinesis.createStream(CALLER, Kinesis.CreateStreamRequest.of(r -> r.streamName(name).shardCount(1)));
        }
    }

    private static Desired desired(Object... namesAndValues) {
        var properties = new LinkedHashMap<String, Object>(Map.of("KeySchema", KEYS, "AttributeDefinitions", ATTRIBUTES,
            "BillingMode", "PAY_PER_REQUEST"));
        for (int i = 0; i < namesAndValues.length; i += 2) {
            properties.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return new Desired("stack-id", "stack", "Orders", "token", properties, Map.of());
    }

    private TableDescription describe(Caller caller, String name) {
        return dynamoDb.describeTable(caller, new DescribeTableRequest(name)).table();
    }

    private List<KinesisDataStreamDestination> destinations(String name) {
        return dynamoDb.describeKinesisStreamingDestination(CALLER,
            new DescribeKinesisStreamingDestinationRequest(name)).kinesisDataStreamDestinations();
    }

    private static Desired strong(String consistency, String... regions) {
        return desired("MultiRegionConsistency", consistency, "GlobalTableWitnesses",
            List.of(Map.of("Region", "us-east-2")), "Replicas",
            Stream.of(regions).map(region -> Map.of("Region", region)).toList());
    }

    @Test
    void aGlobalTableIsStronglyConsistentFromItsFirstDayOn() {
        var wanted = strong("STRONG", "us-east-1", WEST);
        var name = globalTable.create(CALLER, wanted).physicalId();
        assertThat(describe(IN_WEST, name).multiRegionConsistency()).isEqualTo("STRONG");
        assertThat(describe(CALLER, name).globalTableWitnesses())
            .containsExactly(new GlobalTableWitnessDescription("us-east-2", "ACTIVE"));
        globalTable.update(CALLER, name, wanted, wanted);
        assertThatThrownBy(() -> globalTable.update(CALLER, name, wanted, strong("EVENTUAL", "us-east-1", WEST)))
            .hasMessage("MultiRegionConsistency parameter is unsupported on existing global table");
        assertThatThrownBy(() -> globalTable.update(CALLER, name, wanted,
            strong("STRONG", "us-east-1", WEST, "us-west-2")))
            .hasMessage("Cannot add replicas to a global table with strong MultiRegionConsistency");
        globalTable.delete(CALLER, name, wanted);
        assertThat(globalTable.read(CALLER, name)).isEmpty();
        assertThatThrownBy(() -> globalTable.create(CALLER, strong("EVENTUAL", "us-east-1", WEST)))
            .hasMessage("MultiRegionConsistency must be set as STRONG when GlobalTableWitnessUpdates parameter is "
                + "present.");
    }

    @Test
    void aKinesisDataStreamTakesTheChangesOfATable() {
        var one = desired("KinesisStreamSpecification", Map.of("StreamArn", STREAM + "one"));
        var precise = desired("KinesisStreamSpecification", Map.of("StreamArn", STREAM + "one",
            "ApproximateCreationDateTimePrecision", "MICROSECOND"));
        var two = desired("KinesisStreamSpecification", Map.of("StreamArn", STREAM + "two"));
        var name = table.create(CALLER, one).physicalId();
        assertThat(destinations(name)).containsExactly(new KinesisDataStreamDestination(STREAM + "one", "ACTIVE", null,
            null));
        table.update(CALLER, name, one, precise);
        assertThat(destinations(name)).containsExactly(new KinesisDataStreamDestination(STREAM + "one", "ACTIVE", null,
            "MICROSECOND"));
        table.update(CALLER, name, precise, two);
        table.update(CALLER, name, precise, two);
        assertThat(destinations(name)).extracting(KinesisDataStreamDestination::streamArn,
            KinesisDataStreamDestination::destinationStatus).containsExactly(
                tuple(STREAM + "two", "ACTIVE"),
                tuple(STREAM + "one", "DISABLED"));
        table.update(CALLER, name, two, desired());
        assertThat(destinations(name)).noneMatch(destination -> destination.destinationStatus().equals("ACTIVE"));
    }

    @Test
    void aStreamThatIsNotThereFailsTheTable() {
        assertThatThrownBy(() -> table.create(CALLER, desired("KinesisStreamSpecification",
            Map.of("StreamArn", STREAM + "none")))).hasMessageContaining("ENABLE_FAILED");
    }

    @Test
    void indexesKeepTheirItemsWhenTheirCapacityChanges() {
        var attributes = List.of(Map.of("AttributeName", "id", "AttributeType", "S"),
            Map.of("AttributeName", "g", "AttributeType", "S"));
        var before = desired("AttributeDefinitions", attributes, "GlobalSecondaryIndexes", List.of(index(Map.of())));
        var after = desired("AttributeDefinitions", attributes, "GlobalSecondaryIndexes",
            List.of(index(Map.of("OnDemandThroughput", Map.of("MaxReadRequestUnits", 7),
                "WarmThroughput", Map.of("ReadUnitsPerSecond", 13_000)))), "TableClass", "STANDARD_INFREQUENT_ACCESS",
            "WarmThroughput", Map.of("WriteUnitsPerSecond", 5_000));
        var name = table.create(CALLER, before).physicalId();
        table.update(CALLER, name, before, after);
        table.update(CALLER, name, after, after);
        var changed = describe(CALLER, name);
        assertThat(changed.globalSecondaryIndexes()).extracting(GlobalSecondaryIndexDescription::indexStatus)
            .containsExactly("ACTIVE");
        assertThat(changed.globalSecondaryIndexes().getFirst().onDemandThroughput().maxReadRequestUnits()).isEqualTo(7);
        assertThat(changed.globalSecondaryIndexes().getFirst().warmThroughput().readUnitsPerSecond()).isEqualTo(13_000);
        assertThat(changed.warmThroughput().writeUnitsPerSecond()).isEqualTo(5_000);
        assertThat(changed.tableClassSummary().tableClass()).isEqualTo("STANDARD_INFREQUENT_ACCESS");
        table.update(CALLER, name, after, before);
        assertThat(describe(CALLER, name).globalSecondaryIndexes().getFirst().onDemandThroughput()).isNull();
        assertThat(describe(CALLER, name).tableClassSummary().tableClass()).isEqualTo("STANDARD");
    }

    @Test
    void indexesGetTheirCapacityWithTheirTable() {
        var attributes = List.of(Map.of("AttributeName", "id", "AttributeType", "S"),
            Map.of("AttributeName", "g", "AttributeType", "S"));
        var units = Map.of("ReadCapacityUnits", 5, "WriteCapacityUnits", 6);
        var before = desired("AttributeDefinitions", attributes, "GlobalSecondaryIndexes", List.of(index(Map.of())));
        var after = desired("AttributeDefinitions", attributes, "BillingMode", "PROVISIONED", "ProvisionedThroughput",
            units, "GlobalSecondaryIndexes", List.of(index(Map.of("ProvisionedThroughput", units))));
        var name = table.create(CALLER, before).physicalId();
        table.update(CALLER, name, before, after);
        assertThat(describe(CALLER, name).globalSecondaryIndexes().getFirst().provisionedThroughput()
            .writeCapacityUnits()).isEqualTo(6);
    }

    @Test
    void oneIndexIsMadeOrDeletedInAnUpdate() {
        var attributes = List.of(Map.of("AttributeName", "id", "AttributeType", "S"),
            Map.of("AttributeName", "g", "AttributeType", "S"));
        var none = desired();
        var one = desired("AttributeDefinitions", attributes, "GlobalSecondaryIndexes", List.of(index(Map.of())));
        var two = desired("AttributeDefinitions", attributes, "GlobalSecondaryIndexes",
            List.of(index(Map.of()), index(Map.of("IndexName", "byG2"))));
        var other = desired("AttributeDefinitions", attributes, "GlobalSecondaryIndexes",
            List.of(index(Map.of("Projection", Map.of("ProjectionType", "KEYS_ONLY")))));
        var name = table.create(CALLER, none).physicalId();
        var complaint = "Cannot perform more than one GSI creation or deletion in a single update";
        assertThatThrownBy(() -> table.update(CALLER, name, none, two)).hasMessage(complaint);
        table.update(CALLER, name, none, one);
        assertThatThrownBy(() -> table.update(CALLER, name, one, other)).hasMessage(complaint);
        table.update(CALLER, name, one, two);
        assertThat(describe(CALLER, name).globalSecondaryIndexes()).hasSize(2);
    }

    private static Map<String, Object> index(Map<String, Object> more) {
        var index = new LinkedHashMap<String, Object>(Map.of("IndexName", "byG", "Projection",
            Map.of("ProjectionType", "ALL"), "KeySchema", List.of(Map.of("AttributeName", "g", "KeyType", "HASH"))));
        index.putAll(more);
        return index;
    }

    @Test
    void anAttributeOfAnotherTypeMakesAnotherTable() {
        var text = desired().properties();
        var number = desired("AttributeDefinitions", List.of(Map.of("AttributeName", "id", "AttributeType", "N")))
            .properties();
        var more = desired("AttributeDefinitions", List.of(Map.of("AttributeName", "id", "AttributeType", "S"),
            Map.of("AttributeName", "g", "AttributeType", "N"))).properties();
        assertThat(table.replacedBy(text, number)).contains("AttributeDefinitions");
        assertThat(table.replacedBy(text, more)).doesNotContain("AttributeDefinitions");
        assertThat(table.replacedBy()).contains("TableName", "KeySchema", "LocalSecondaryIndexes",
            "ImportSourceSpecification");
    }

    private static Desired global(Object... replicas) {
        return desired("Replicas", List.of(replicas), "StreamSpecification",
            Map.of("StreamViewType", "NEW_AND_OLD_IMAGES"),
            "TimeToLiveSpecification", Map.of("Enabled", true, "AttributeName", "t"));
    }

    @Test
    void aGlobalTableHasItsReplicasWithTheirOwnSettings() {
        var east = Map.of("Region", "us-east-1", "Tags", List.of(Map.of("Key", "in", "Value", "east")));
        var west = Map.of("Region", WEST, "Tags", List.of(Map.of("Key", "in", "Value", "west")),
            "DeletionProtectionEnabled", true,
            "PointInTimeRecoverySpecification", Map.of("PointInTimeRecoveryEnabled", true), "TableClass",
            "STANDARD_INFREQUENT_ACCESS", "ReadOnDemandThroughputSettings", Map.of("MaxReadRequestUnits", 9));
        var wanted = global(east, west);
        var made = globalTable.create(CALLER, wanted);
        var name = made.physicalId();
        assertThat(made.attributes().get("Arn")).isEqualTo("arn:aws:dynamodb:us-east-1:123456789012:table/" + name);
        var here = describe(CALLER, name);
        var there = describe(IN_WEST, name);
        assertThat(here.replicas()).extracting(ReplicaDescription::regionName).containsExactly(WEST);
        assertThat(there.deletionProtectionEnabled()).isTrue();
        assertThat(here.deletionProtectionEnabled()).isFalse();
        assertThat(there.tableClassSummary().tableClass()).isEqualTo("STANDARD_INFREQUENT_ACCESS");
        assertThat(here.tableClassSummary()).isNull();
        assertThat(there.onDemandThroughput().maxReadRequestUnits()).isEqualTo(9);
        assertThat(here.onDemandThroughput()).isNull();
        assertThat(tags(IN_WEST, there)).contains(new Tag("in", "west"));
        assertThat(tags(CALLER, here)).contains(new Tag("in", "east"));
        assertThat(dynamoDb.describeContinuousBackups(IN_WEST, new DescribeContinuousBackupsRequest(name))
            .continuousBackupsDescription().pointInTimeRecoveryDescription().pointInTimeRecoveryStatus())
            .isEqualTo("ENABLED");

        put(name, item("id", s("x")));
        time.settle();
        assertThat(dynamoDb.getItem(IN_WEST, GetItemRequest.of(r -> r.tableName(name).key(item("id", s("x"))))).item())
            .isNotNull();

        var open = global(east, Map.of("Region", WEST), Map.of("Region", "us-west-2"));
        globalTable.update(CALLER, name, wanted, open);
        assertThat(describe(IN_WEST, name).deletionProtectionEnabled()).isFalse();
        assertThat(describe(IN_WEST, name).onDemandThroughput()).isNull();
        assertThat(describe(CALLER, name).replicas()).hasSize(2);
        globalTable.update(CALLER, name, open, global(east));
        assertThat(describe(CALLER, name).replicas()).isNull();
        globalTable.update(CALLER, name, global(east), open);
        globalTable.delete(CALLER, name, open);
        globalTable.delete(CALLER, name, open);
        assertThat(globalTable.read(CALLER, name)).isEmpty();
        assertThat(globalTable.read(IN_WEST, name)).isEmpty();
    }

    private List<Tag> tags(Caller caller, TableDescription table) {
        return dynamoDb.listTagsOfResource(caller, ListTagsOfResourceRequest.of(r -> r.resourceArn(table.tableArn())))
            .tags();
    }

    @Test
    void theRegionOfTheStackMustBeAmongThem() {
        assertThatThrownBy(() -> globalTable.create(CALLER, global(Map.of("Region", WEST))))
            .hasMessage("Replicas must contain the region of the stack: us-east-1");
    }
}
