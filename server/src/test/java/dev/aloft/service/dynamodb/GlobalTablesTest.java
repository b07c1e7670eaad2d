package dev.aloft.service.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.DynamoDb.CreateGlobalSecondaryIndexAction;
import dev.aloft.api.DynamoDb.CreateReplicationGroupMemberAction;
import dev.aloft.api.DynamoDb.DeleteItemRequest;
import dev.aloft.api.DynamoDb.DeleteReplicationGroupMemberAction;
import dev.aloft.api.DynamoDb.DeleteTableRequest;
import dev.aloft.api.DynamoDb.DescribeGlobalTableRequest;
import dev.aloft.api.DynamoDb.DescribeTableRequest;
import dev.aloft.api.DynamoDb.GetItemRequest;
import dev.aloft.api.DynamoDb.GlobalSecondaryIndexUpdate;
import dev.aloft.api.DynamoDb.ListGlobalTablesRequest;
import dev.aloft.api.DynamoDb.OnDemandThroughputOverride;
import dev.aloft.api.DynamoDb.Projection;
import dev.aloft.api.DynamoDb.ProvisionedThroughput;
import dev.aloft.api.DynamoDb.ProvisionedThroughputOverride;
import dev.aloft.api.DynamoDb.PutItemRequest;
import dev.aloft.api.DynamoDb.QueryRequest;
import dev.aloft.api.DynamoDb.ReplicaDescription;
import dev.aloft.api.DynamoDb.ReplicaGlobalSecondaryIndex;
import dev.aloft.api.DynamoDb.ReplicationGroupUpdate;
import dev.aloft.api.DynamoDb.StreamSpecification;
import dev.aloft.api.DynamoDb.TableDescription;
import dev.aloft.api.DynamoDb.TimeToLiveSpecification;
import dev.aloft.api.DynamoDb.UpdateReplicationGroupMemberAction;
import dev.aloft.api.DynamoDb.UpdateTableRequest;
import dev.aloft.api.DynamoDb.UpdateTimeToLiveRequest;
import dev.aloft.api.DynamoDbStreams.DescribeStreamRequest;
import dev.aloft.api.DynamoDbStreams.GetRecordsRequest;
import dev.aloft.api.DynamoDbStreams.GetShardIteratorRequest;
import dev.aloft.api.DynamoDbStreams.Record;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** One table in several regions, version 2019.11.21; words and shapes as AWS was seen to answer. */
class GlobalTablesTest extends DynamoDbFixture {
    private static final String WEST = "eu-west-1";
    private static final String TOKYO = "ap-northeast-1";
    private static final Duration SOON = Duration.ofSeconds(1);

    private static Caller in(String region) {
        return CALLER.in(CALLER.account(), region);
    }

    private TableDescription update(Caller caller, Consumer<UpdateTableRequest.Builder> with) {
        return dynamoDb.updateTable(caller, UpdateTableRequest.of(r -> {
            r.tableName(HASH);
            with.accept(r);
        })).tableDescription();
    }

    private static ReplicationGroupUpdate adding(String region) {
        return ReplicationGroupUpdate.of(u -> u.create(CreateReplicationGroupMemberAction.of(a ->
            a.regionName(region))));
    }

    private static ReplicationGroupUpdate removing(String region) {
        return ReplicationGroupUpdate.of(u -> u.delete(new DeleteReplicationGroupMemberAction(region)));
    }

    private TableDescription replicate(String region) {
        var told = update(CALLER, r -> r.replicaUpdates(List.of(adding(region))));
        time.advance(SOON);
        return told;
    }

    private TableDescription describe(String region) {
        return dynamoDb.describeTable(in(region), new DescribeTableRequest(HASH)).table();
    }

    private void put(String region, String key, int value) {
        dynamoDb.putItem(in(region), PutItemRequest.of(r -> r.tableName(HASH).item(item("a", s(key), "v", n(value)))));
    }

    private void delete(String region, String key) {
        dynamoDb.deleteItem(in(region), DeleteItemRequest.of(r -> r.tableName(HASH).key(item("a", s(key)))));
    }

    private String value(String region, String key) {
        var item = dynamoDb.getItem(in(region), GetItemRequest.of(r -> r.tableName(HASH).key(item("a", s(key)))))
            .item();
        return item == null ? "none" : ((AttributeValue.N) item.get("v")).value();
    }

    private List<Record> stream(String region) {
        var arn = describe(region).latestStreamArn();
        var shard = dynamoDbStreams.describeStream(in(region), DescribeStreamRequest.of(r -> r.streamArn(arn)))
            .streamDescription().shards().getFirst().shardId();
        var iterator = dynamoDbStreams.getShardIterator(in(region),
            GetShardIteratorRequest.of(r -> r.streamArn(arn).shardId(shard)
            .shardIteratorType("TRIM_HORIZON"))).shardIterator();
        return dynamoDbStreams.getRecords(in(region), GetRecordsRequest.of(r -> r.shardIterator(iterator))).records();
    }

    @Test
    void aReplicaHasWhatWasThereAndWhatIsWrittenAnywhere() {
        for (int i = 0; i < 250; i++) {
            put("us-east-1", "old" + i, i);
        }
        replicate(WEST);
        assertThat(value(WEST, "old0")).isEqualTo("0");
        assertThat(value(WEST, "old249")).isEqualTo("249");
        put("us-east-1", "new", 1);
        put(WEST, "other", 2);
        delete(WEST, "old0");
        time.advance(SOON);
        assertThat(value(WEST, "new")).isEqualTo("1");
        assertThat(value("us-east-1", "other")).isEqualTo("2");
        assertThat(value("us-east-1", "old0")).isEqualTo("none");
    }

    @Test
    void bothRegionsTellTheOther() {
        var told = update(CALLER, r -> r.replicaUpdates(List.of(adding(WEST))));
        assertThat(told.tableStatus()).isEqualTo("UPDATING");
        assertThat(told.globalTableVersion()).isEqualTo("2019.11.21");
        assertThat(told.replicas()).isEmpty();
        // The stream is there without having been asked for.
        assertThat(told.streamSpecification()).isEqualTo(new StreamSpecification(true, "NEW_AND_OLD_IMAGES"));
        time.advance(SOON);
        var here = describe("us-east-1");
        var there = describe(WEST);
        assertThat(here.replicas()).extracting(ReplicaDescription::regionName, ReplicaDescription::replicaStatus,
            ReplicaDescription::globalTableSettingsReplicationMode).containsExactly(
                tuple(WEST, "ACTIVE", "ENABLED_WITH_OVERRIDES"));
        assertThat(there.replicas()).extracting(ReplicaDescription::regionName).containsExactly("us-east-1");
        assertThat(there.tableId()).isNotEqualTo(here.tableId());
        assertThat(there.tableArn()).isEqualTo("arn:aws:dynamodb:eu-west-1:123456789012:table/" + HASH);
        assertThat(there.latestStreamArn()).startsWith(there.tableArn());
        assertThat(there.globalTableVersion()).isEqualTo("2019.11.21");
    }

    @Test
    void ofTwoChangesTheLaterStaysInAllRegions() {
        replicate(WEST);
        put("us-east-1", "x", 1);
        put(WEST, "x", 2);
        time.advance(SOON);
        // At the same moment the region that comes last in the alphabet wins.
        assertThat(List.of(value("us-east-1", "x"), value(WEST, "x"))).containsExactly("1", "1");
        put(WEST, "x", 3);
        time.advance(SOON);
        assertThat(List.of(value("us-east-1", "x"), value(WEST, "x"))).containsExactly("3", "3");
    }

    @Test
    void anOlderChangeDoesNotBringADeletedItemBack() {
        replicate(WEST);
        put("us-east-1", "x", 1);
        delete("us-east-1", "x");
        put("us-east-1", "y", 1);
        time.advance(Duration.ofDays(2));
        assertThat(List.of(value("us-east-1", "x"), value(WEST, "x"), value(WEST, "y")))
            .containsExactly("none", "none", "1");
        put(WEST, "x", 2);
        time.advance(SOON);
        assertThat(value("us-east-1", "x")).isEqualTo("2");
    }

    @Test
    void streamsOfAllRegionsHaveAllChangesOnce() {
        replicate(WEST);
        put("us-east-1", "x", 1);
        put(WEST, "y", 2);
        time.advance(SOON);
        assertThat(stream("us-east-1")).extracting(record -> record.dynamodb().keys().get("a").toString())
            .containsExactlyInAnyOrder("S[value=x]", "S[value=y]");
        assertThat(stream(WEST)).hasSize(2).allMatch(record -> record.awsRegion().equals(WEST));
    }

    @Test
    void indexesAndExpiryAreTheSameInAllRegions() {
        replicate(WEST);
        update(CALLER, r -> r.attributeDefinitions(List.of(attribute("a", "S"), attribute("v", "N")))
            .globalSecondaryIndexUpdates(List.of(GlobalSecondaryIndexUpdate.of(u ->
                u.create(CreateGlobalSecondaryIndexAction.of(c -> c
                .indexName("by-v").keySchema(List.of(hash("v"))).projection(new Projection("ALL", null))))))));
        dynamoDb.updateTimeToLive(in(WEST),
            new UpdateTimeToLiveRequest(HASH, TimeToLiveSpecification.of(s -> s.enabled(true).attributeName("t"))));
        put("us-east-1", "x", 7);
        dynamoDb.putItem(CALLER, PutItemRequest.of(r -> r.tableName(HASH)
            .item(item("a", s("e"), "t", n(time.instant().getEpochSecond() + 5)))));
        time.advance(Duration.ofMinutes(1));
        var found = dynamoDb.query(in(WEST), QueryRequest.of(r -> r.tableName(HASH).indexName("by-v")
            .keyConditionExpression("v = :v").expressionAttributeValues(item(":v", n(7))))).items();
        assertThat(found).extracting(item -> item.get("a")).containsExactly(s("x"));
        assertThat(get(HASH, item("a", s("e")))).isNull();
    }

    @Test
    void aThirdRegionKnowsBoth() {
        replicate(WEST);
        put(WEST, "x", 1);
        replicate(TOKYO);
        put(TOKYO, "y", 2);
        time.advance(SOON);
        assertThat(List.of(value(TOKYO, "x"), value(WEST, "y"), value("us-east-1", "y")))
            .containsExactly("1", "2", "2");
        assertThat(describe(TOKYO).replicas()).extracting(ReplicaDescription::regionName)
            .containsExactly("us-east-1", WEST);
        assertThat(describe(WEST).replicas()).extracting(ReplicaDescription::regionName)
            .containsExactly("us-east-1", TOKYO);
    }

    @Test
    void overridesAreTheReplicasOwn() {
        replicate(WEST);
        update(CALLER, r -> r.replicaUpdates(List.of(ReplicationGroupUpdate.of(u -> u.update(
            UpdateReplicationGroupMemberAction.of(a -> a.regionName(WEST)
                .tableClassOverride("STANDARD_INFREQUENT_ACCESS")
                .onDemandThroughputOverride(new OnDemandThroughputOverride(50L))))))));
        var replica = describe("us-east-1").replicas().getFirst();
        assertThat(replica.onDemandThroughputOverride().maxReadRequestUnits()).isEqualTo(50);
        assertThat(replica.replicaTableClassSummary().tableClass()).isEqualTo("STANDARD_INFREQUENT_ACCESS");
        assertThat(describe("us-east-1").onDemandThroughput()).isNull();
        assertThat(describe(WEST).onDemandThroughput().maxReadRequestUnits()).isEqualTo(50);
    }

    private void override(Consumer<UpdateReplicationGroupMemberAction.Builder> wanted) {
        update(CALLER, r -> r.replicaUpdates(List.of(ReplicationGroupUpdate.of(u -> u.update(
            UpdateReplicationGroupMemberAction.of(a -> wanted.accept(a.regionName(WEST))))))));
    }

    @Test
    void anOverrideIsTakenBackAndOneThatCannotBeIsRefused() {
        replicate(WEST);
        override(a -> a.onDemandThroughputOverride(new OnDemandThroughputOverride(50L)));
        override(a -> a.onDemandThroughputOverride(new OnDemandThroughputOverride(null)));
        assertThat(describe(WEST).onDemandThroughput().maxReadRequestUnits()).isEqualTo(50);
        override(a -> a.onDemandThroughputOverride(new OnDemandThroughputOverride(-1L)));
        assertThat(describe(WEST).onDemandThroughput()).isNull();
        refused("One or more parameter values were invalid: Requested MaxReadRequestUnits for OnDemandThroughput for "
            + "table is outside of valid range",
            () -> override(a -> a.onDemandThroughputOverride(new OnDemandThroughputOverride(0L))));
        refused("ResourceNotFoundException", "Requested resource not found: Index none for table " + HASH,
            () -> override(a -> a.globalSecondaryIndexes(List.of(
                ReplicaGlobalSecondaryIndex.of(i -> i.indexName("none"))))));
        var neither = "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is "
            + "PAY_PER_REQUEST";
        refused(neither,
            () -> override(a -> a.provisionedThroughputOverride(new ProvisionedThroughputOverride(5L))));
        refused(neither, () -> update(CALLER, r -> r.replicaUpdates(List.of(ReplicationGroupUpdate.of(u -> u.create(
            CreateReplicationGroupMemberAction.of(a -> a.regionName(TOKYO)
                .provisionedThroughputOverride(new ProvisionedThroughputOverride(5L)))))))));
        update(CALLER, r -> r.billingMode("PROVISIONED").provisionedThroughput(new ProvisionedThroughput(1L, 1L)));
        override(a -> a.provisionedThroughputOverride(new ProvisionedThroughputOverride(5L)));
        assertThat(describe(WEST).provisionedThroughput().readCapacityUnits()).isEqualTo(5);
    }

    @Test
    void aReplicaThatGoesIsForgotten() {
        put("us-east-1", "x", 1);
        replicate(WEST);
        refused("Replica cannot be deleted because it has acted as a source region for new replica(s) being added "
            + "to the table in the "
            + "last 24 hours.", () -> dynamoDb.deleteTable(CALLER, new DeleteTableRequest(HASH)));
        update(CALLER, r -> r.replicaUpdates(List.of(removing(WEST))));
        refused("ResourceNotFoundException", "Requested resource not found: Table: " + HASH + " not found",
            () -> describe(WEST));
        assertThat(describe("us-east-1").replicas()).isNull();
        assertThat(describe("us-east-1").globalTableVersion()).isNull();
        put("us-east-1", "x", 2);
        time.advance(SOON);
        replicate(WEST);
        assertThat(value(WEST, "x")).isEqualTo("2");
        update(in(WEST), r -> r.deletionProtectionEnabled(true));
        refused("Cannot delete table " + HASH + " in region " + WEST
            + " because it has deletion protection enabled. Disable deletion "
            + "protection first.", () -> update(CALLER, r -> r.replicaUpdates(List.of(removing(WEST)))));
        update(in(WEST), r -> r.deletionProtectionEnabled(false));
        dynamoDb.deleteTable(in(WEST), new DeleteTableRequest(HASH));
        assertThat(describe("us-east-1").replicas()).isNull();
    }

    @Test
    void whatDoesNotGoIsToldInAwsWords() {
        replicate(WEST);
        refused("Failed to create a the new replica of table with name: ‘" + HASH
            + "’ because one or more replicas already existed as " + "tables.", () -> replicate(WEST));
        refused("Update global table operation failed because one or more replicas were not part of the global "
            + "table. Please retry the " + "request without these replicas: [" + TOKYO + "].",
            () -> update(CALLER, r -> r.replicaUpdates(List.of(removing(TOKYO)))));
        refused("Cannot add or delete the local region through ReplicaUpdates. Use CreateTable, DeleteTable, or "
            + "UpdateTable as required.", () -> replicate("us-east-1"));
        refused("Update table operation with more than one create or delete replica actions not allowed", () ->
            update(CALLER, r -> r.replicaUpdates(List.of(adding(TOKYO), adding("us-west-2")))));
        refused("There are no actions specified in the Replica Update Action of the request.", () ->
            update(CALLER, r -> r.replicaUpdates(List.of(ReplicationGroupUpdate.of(_ -> { })))));
        refused("One or more parameter values were invalid: Replica modification must be the only operation in the "
            + "request", () ->
            update(CALLER, r -> r.replicaUpdates(List.of(adding(TOKYO))).billingMode("PAY_PER_REQUEST")));
        refused("One or more parameter values were invalid: Disabling Stream is not allowed for a Global Table "
            + "replica.", () ->
            update(in(WEST), r -> r.streamSpecification(new StreamSpecification(false, null))));
    }

    /** Of version 2017.11.29 AWS knows none any more. */
    @Test
    void thereAreNoGlobalTablesOfTheOldVersion() {
        replicate(WEST);
        refused("GlobalTableNotFoundException", "Global table not found: Global table with name: '" + HASH
            + "' does not exist.", () ->
            dynamoDb.describeGlobalTable(CALLER, new DescribeGlobalTableRequest(HASH)));
        assertThat(dynamoDb.listGlobalTables(CALLER, ListGlobalTablesRequest.of(_ -> { })).globalTables()).isEmpty();
    }
}
