package dev.aloft.service.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb.CreateGlobalTableWitnessGroupMemberAction;
import dev.aloft.api.DynamoDb.CreateReplicationGroupMemberAction;
import dev.aloft.api.DynamoDb.DeleteGlobalTableWitnessGroupMemberAction;
import dev.aloft.api.DynamoDb.DeleteItemRequest;
import dev.aloft.api.DynamoDb.DeleteReplicationGroupMemberAction;
import dev.aloft.api.DynamoDb.DeleteTableRequest;
import dev.aloft.api.DynamoDb.DescribeTableRequest;
import dev.aloft.api.DynamoDb.ExecuteTransactionRequest;
import dev.aloft.api.DynamoDb.Get;
import dev.aloft.api.DynamoDb.GetItemRequest;
import dev.aloft.api.DynamoDb.GlobalTableWitnessDescription;
import dev.aloft.api.DynamoDb.GlobalTableWitnessGroupUpdate;
import dev.aloft.api.DynamoDb.LocalSecondaryIndex;
import dev.aloft.api.DynamoDb.ParameterizedStatement;
import dev.aloft.api.DynamoDb.Projection;
import dev.aloft.api.DynamoDb.Put;
import dev.aloft.api.DynamoDb.PutItemRequest;
import dev.aloft.api.DynamoDb.ReplicaDescription;
import dev.aloft.api.DynamoDb.ReplicationGroupUpdate;
import dev.aloft.api.DynamoDb.StreamSpecification;
import dev.aloft.api.DynamoDb.TableDescription;
import dev.aloft.api.DynamoDb.Tag;
import dev.aloft.api.DynamoDb.TimeToLiveSpecification;
import dev.aloft.api.DynamoDb.TransactGetItem;
import dev.aloft.api.DynamoDb.TransactGetItemsRequest;
import dev.aloft.api.DynamoDb.TransactWriteItem;
import dev.aloft.api.DynamoDb.TransactWriteItemsRequest;
import dev.aloft.api.DynamoDb.UpdateTableRequest;
import dev.aloft.api.DynamoDb.UpdateTimeToLiveRequest;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Global tables whose regions are strongly consistent; rules and words as AWS was seen to answer in October 2026. */
class StrongTablesTest extends DynamoDbFixture {
    private static final String HERE = "us-east-1";
    private static final String OHIO = "us-east-2";
    private static final String WEST = "eu-west-1";
    private static final String UNSUPPORTED = " for global tables with MultiRegionConsistency set to STRONG";
    private static final String NOTHING = "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, "
        + "GlobalSecondaryIndexUpdates, SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, "
        + "ReplicaTransitRoleArn, MultiRegionConsistency, DeletionProtectionEnabled, OnDemandThroughput, "
        + "WarmThroughput or TableClass is required";

    private static Caller in(String region) {
        return CALLER.in(CALLER.account(), region);
    }

    private static ReplicationGroupUpdate adding(String region) {
        return ReplicationGroupUpdate.of(u -> u.create(CreateReplicationGroupMemberAction.of(a ->
            a.regionName(region))));
    }

    private static ReplicationGroupUpdate removing(String region) {
        return ReplicationGroupUpdate.of(u -> u.delete(new DeleteReplicationGroupMemberAction(region)));
    }

    private static List<GlobalTableWitnessGroupUpdate> witness(String region) {
        return List.of(GlobalTableWitnessGroupUpdate.of(u ->
            u.create(new CreateGlobalTableWitnessGroupMemberAction(region))));
    }

    private static List<GlobalTableWitnessGroupUpdate> noWitness(String region) {
        return List.of(GlobalTableWitnessGroupUpdate.of(u ->
            u.delete(new DeleteGlobalTableWitnessGroupMemberAction(region))));
    }

    private TableDescription update(Consumer<UpdateTableRequest.Builder> with) {
        return dynamoDb.updateTable(CALLER, UpdateTableRequest.of(r -> {
            r.tableName(HASH);
            with.accept(r);
        })).tableDescription();
    }

    private TableDescription strong(ReplicationGroupUpdate... updates) {
        return update(r -> r.multiRegionConsistency("STRONG").replicaUpdates(List.of(updates)));
    }

    private TableDescription withWitness(String replica, String witness) {
        return update(r -> r.multiRegionConsistency("STRONG").replicaUpdates(List.of(adding(replica)))
            .globalTableWitnessUpdates(witness(witness)));
    }

    private TableDescription describe(String region) {
        return dynamoDb.describeTable(in(region), new DescribeTableRequest(HASH)).table();
    }

    private void put(String region, String key, int value) {
        dynamoDb.putItem(in(region), PutItemRequest.of(r -> r.tableName(HASH).item(item("a", s(key), "v", n(value)))));
    }

    private Object value(String region, String key) {
        var item = dynamoDb.getItem(in(region), GetItemRequest.of(r -> r.tableName(HASH).key(item("a", s(key)))
            .consistentRead(true))).item();
        return item == null ? "none" : item.get("v");
    }

    @Test
    void threeRegionsHaveEachWriteAtOnce() {
        var told = strong(adding(OHIO), adding(WEST));
        assertThat(told.tableStatus()).isEqualTo("UPDATING");
        assertThat(told.multiRegionConsistency()).isEqualTo("STRONG");
        assertThat(told.globalTableVersion()).isEqualTo("2019.11.21");
        assertThat(told.replicas()).isEmpty();
        time.advance(Duration.ofSeconds(1));
        put(HERE, "x", 1);
        assertThat(List.of(value(OHIO, "x"), value(WEST, "x"))).containsExactly(n(1), n(1));
        put(WEST, "x", 2);
        assertThat(List.of(value(HERE, "x"), value(OHIO, "x"))).containsExactly(n(2), n(2));
        // A condition is held against the latest version, wherever that was written.
        refused("ConditionalCheckFailedException", "The conditional request failed", () ->
            dynamoDb.putItem(in(OHIO), PutItemRequest.of(r -> r.tableName(HASH).item(item("a", s("x")))
                .conditionExpression("v = :v").expressionAttributeValues(item(":v", n(1))))));
        dynamoDb.deleteItem(in(OHIO), DeleteItemRequest.of(r -> r.tableName(HASH).key(item("a", s("x")))));
        assertThat(List.of(value(HERE, "x"), value(WEST, "x"))).containsExactly("none", "none");
        assertThat(describe(WEST).replicas())
            .extracting(ReplicaDescription::regionName, ReplicaDescription::replicaStatus)
            .containsExactly(tuple(HERE, "ACTIVE"), tuple(OHIO, "ACTIVE"));
        // These need no stream, and may end one.
        assertThat(describe(HERE).streamSpecification()).isNull();
    }

    @Test
    void aWitnessIsToldAndHasNoTable() {
        withWitness(WEST, OHIO);
        time.advance(Duration.ofSeconds(1));
        var witness = new GlobalTableWitnessDescription(OHIO, "ACTIVE");
        for (var region : List.of(HERE, WEST)) {
            assertThat(describe(region).multiRegionConsistency()).isEqualTo("STRONG");
            assertThat(describe(region).globalTableWitnesses()).containsExactly(witness);
        }
        refused("ResourceNotFoundException", "Requested resource not found: Table: " + HASH + " not found",
            () -> describe(OHIO));
        put(WEST, "x", 1);
        assertThat(value(HERE, "x")).isEqualTo(n(1));
    }

    @Test
    void whatMakesNoThreeRegionsIsRefused() {
        refused("Unsupported replica count" + UNSUPPORTED + ".", () -> strong(adding(OHIO)));
        refused(NOTHING, () -> update(r -> r.multiRegionConsistency("STRONG")
            .globalTableWitnessUpdates(witness(OHIO))));
        var needsStrong = "MultiRegionConsistency must be set as STRONG when GlobalTableWitnessUpdates parameter is "
            + "present.";
        refused(needsStrong, () -> update(r -> r.replicaUpdates(List.of(adding(OHIO)))
            .globalTableWitnessUpdates(witness(WEST))));
        refused(needsStrong, () -> update(r -> r.replicaUpdates(List.of(adding(OHIO)))
            .multiRegionConsistency("EVENTUAL").globalTableWitnessUpdates(witness(WEST))));
        refused("Cannot target multiple regions with the same action", () -> withWitness(OHIO, OHIO));
        refused("Cannot add a witness in the same region as an existing replica when creating a global table with "
            + "MultiRegionConsistency set to STRONG.", () -> withWitness(OHIO, HERE));
        refused("Unsupported Region(s) specified" + UNSUPPORTED + ": [us-west-1].",
            () -> withWitness("us-west-1", "us-west-1"));
        refused("Requests that modify replicas or witnesses must not also modify other fields",
            () -> update(r -> r.multiRegionConsistency("STRONG").replicaUpdates(List.of(adding(OHIO), adding(WEST)))
                .deletionProtectionEnabled(true)));
        refused("Only Replica Create actions are supported when MultiRegionConsistency parameter is provided.",
            () -> strong(removing(OHIO)));
    }

    @Test
    void theTableMustBeEmptyAndWithoutLocalIndexesAndExpiry() {
        put(HERE, "x", 1);
        refused("The table must be empty to be one of global tables with MultiRegionConsistency set to STRONG.",
            () -> strong(adding(OHIO), adding(WEST)));
        create("local", r -> r.keySchema(List.of(hash("a"), range("b")))
            .attributeDefinitions(List.of(attribute("a", "S"), attribute("b", "S"), attribute("c", "S")))
            .localSecondaryIndexes(List.of(LocalSecondaryIndex.of(i -> i.indexName("by-c").keySchema(List.of(hash("a"),
                range("c"))).projection(new Projection("ALL", null))))));
        refused("Local secondary indexes are not supported" + UNSUPPORTED + ".", () -> update(r -> r.tableName("local")
            .multiRegionConsistency("STRONG").replicaUpdates(List.of(adding(OHIO), adding(WEST)))));
        expire(RANGE);
        refused("Time to Live is not supported" + UNSUPPORTED + ".", () -> update(r -> r.tableName(RANGE)
            .multiRegionConsistency("STRONG").replicaUpdates(List.of(adding(OHIO), adding(WEST)))));
    }

    private void expire(String table) {
        dynamoDb.updateTimeToLive(CALLER, new UpdateTimeToLiveRequest(table, TimeToLiveSpecification.of(s ->
            s.enabled(true).attributeName("t"))));
    }

    @Test
    void itsRegionsDoNotChange() {
        withWitness(WEST, OHIO);
        time.advance(Duration.ofSeconds(1));
        refused("Cannot add replicas to a global table with strong MultiRegionConsistency",
            () -> update(r -> r.replicaUpdates(List.of(adding("us-west-2")))));
        refused("Unsupported replica count" + UNSUPPORTED + ".", () -> strong(adding("us-west-2")));
        refused("MultiRegionConsistency parameter is unsupported on existing global table", () -> update(r ->
            r.replicaUpdates(List.of(adding("us-west-2"))).multiRegionConsistency("EVENTUAL")));
        refused("Update table delete operation does not include all witnesses.",
            () -> update(r -> r.replicaUpdates(List.of(removing(WEST)))));
        refused("Update global table operation failed because one or more witnesses were not part of the global "
            + "table. Please retry the request without these witnesses: [us-west-2].",
            () -> update(r -> r.replicaUpdates(List.of(removing(WEST))).globalTableWitnessUpdates(
                noWitness("us-west-2"))));
        refused(NOTHING, () -> update(r -> r.globalTableWitnessUpdates(noWitness(OHIO))));
        for (var region : List.of(HERE, WEST)) {
            refused("Deletion of only one table replica is not supported" + UNSUPPORTED + ".",
                () -> dynamoDb.deleteTable(in(region), new DeleteTableRequest(HASH)));
        }
    }

    @Test
    void oneCallMakesItAnOrdinaryTableAgain() {
        withWitness(WEST, OHIO);
        time.advance(Duration.ofSeconds(1));
        put(WEST, "x", 1);
        var told = update(r -> r.replicaUpdates(List.of(removing(WEST))).globalTableWitnessUpdates(noWitness(OHIO)));
        assertThat(told.tableStatus()).isEqualTo("UPDATING");
        assertThat(told.replicas()).extracting(ReplicaDescription::regionName).containsExactly(WEST);
        assertThat(told.globalTableWitnesses()).hasSize(1);
        var table = describe(HERE);
        assertThat(table.replicas()).isNull();
        assertThat(table.globalTableWitnesses()).isNull();
        assertThat(table.multiRegionConsistency()).isNull();
        assertThat(table.globalTableVersion()).isNull();
        assertThat(value(HERE, "x")).isEqualTo(n(1));
        dynamoDb.deleteTable(CALLER, new DeleteTableRequest(HASH));
    }

    @Test
    void allThreeReplicasGoTogether() {
        strong(adding(OHIO), adding(WEST));
        time.advance(Duration.ofSeconds(1));
        refused("Deletion of only one table replica is not supported" + UNSUPPORTED + ".",
            () -> update(r -> r.replicaUpdates(List.of(removing(WEST)))));
        update(r -> r.replicaUpdates(List.of(removing(WEST), removing(OHIO))));
        assertThat(describe(HERE).replicas()).isNull();
        dynamoDb.deleteTable(CALLER, new DeleteTableRequest(HASH));
    }

    @Test
    void transactionsAndExpiryAreRefused() {
        strong(adding(OHIO), adding(WEST));
        time.advance(Duration.ofSeconds(1));
        var transactions = "Transactions are not supported" + UNSUPPORTED + ".";
        refused(transactions, () -> dynamoDb.transactWriteItems(in(OHIO), TransactWriteItemsRequest.of(r ->
            r.transactItems(List.of(TransactWriteItem.of(i -> i.put(Put.of(p -> p.tableName(HASH)
                .item(item("a", s("x")))))))))));
        refused(transactions, () -> dynamoDb.transactGetItems(CALLER, TransactGetItemsRequest.of(r ->
            r.transactItems(List.of(TransactGetItem.of(i -> i.get_(Get.of(g -> g.tableName(HASH)
                .key(item("a", s("x")))))))))));
        refused(transactions, () -> dynamoDb.executeTransaction(CALLER, ExecuteTransactionRequest.of(r ->
            r.transactStatements(List.of(ParameterizedStatement.of(p ->
                p.statement("SELECT * FROM \"" + HASH + "\" WHERE a = 'x'")))))));
        refused("Time to Live is not supported" + UNSUPPORTED + ".", () -> expire(HASH));
    }

    @Test
    void streamsOfAllRegionsMayBeTurnedOnAndOff() {
        strong(adding(OHIO), adding(WEST));
        time.advance(Duration.ofSeconds(1));
        update(r -> r.streamSpecification(new StreamSpecification(true, "NEW_IMAGE")));
        put(OHIO, "x", 1);
        assertThat(describe(HERE).latestStreamArn()).isNotNull();
        update(r -> r.streamSpecification(new StreamSpecification(false, null)));
        assertThat(describe(HERE).streamSpecification()).isNull();
    }

    /** Writes come one after another here, so that this happens only where it is asked for. */
    @Test
    void aWriteSoonAfterOneOfAnotherRegionConflictsWhereThatIsAskedFor() {
        create("conflicting", r -> r.keySchema(List.of(hash("a"))).attributeDefinitions(List.of(attribute("a", "S")))
            .tags(List.of(new Tag("aloft:conflict-window", "500"))));
        update(r -> r.tableName("conflicting").multiRegionConsistency("STRONG")
            .replicaUpdates(List.of(adding(OHIO), adding(WEST))));
        time.advance(Duration.ofSeconds(1));
        var write = PutItemRequest.of(r -> r.tableName("conflicting").item(item("a", s("x"), "v", n(1))));
        dynamoDb.putItem(in(OHIO), write);
        refused("ReplicatedWriteConflictException", "The request was rejected because one or more items in the request "
            + "are being modified by a request in another Region.", () -> dynamoDb.putItem(CALLER, write));
        time.advance(Duration.ofMillis(500));
        dynamoDb.putItem(CALLER, write);
        dynamoDb.putItem(CALLER, write);
    }
}
