package dev.aloft.service.autoscaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApiError;
import dev.aloft.api.ApplicationAutoScaling.DescribeScalableTargetsRequest;
import dev.aloft.api.ApplicationAutoScaling.DescribeScalingPoliciesRequest;
import dev.aloft.api.ApplicationAutoScaling.ScalingPolicy;
import dev.aloft.api.Caller;
import dev.aloft.api.CloudWatch;
import dev.aloft.api.DynamoDb;
import dev.aloft.api.DynamoDb.AutoScalingPolicyUpdate;
import dev.aloft.api.DynamoDb.AutoScalingSettingsDescription;
import dev.aloft.api.DynamoDb.AutoScalingSettingsUpdate;
import dev.aloft.api.DynamoDb.AutoScalingTargetTrackingScalingPolicyConfigurationUpdate;
import dev.aloft.api.DynamoDb.ReplicaAutoScalingDescription;
import dev.aloft.api.DynamoDb.ReplicaAutoScalingUpdate;
import dev.aloft.api.DynamoDb.ReplicationGroupUpdate;
import dev.aloft.api.DynamoDb.UpdateTableReplicaAutoScalingRequest;
import dev.aloft.api.DynamoDb.UpdateTableRequest;
import dev.aloft.kernel.call.ResourceType.Desired;
import dev.aloft.kernel.metric.Metrics;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Global tables with provisioned capacity: words and shapes as AWS was seen to answer. */
class GlobalTableScalingTest extends AutoScalingFixture {
    private static final String WEST = "eu-west-1";
    private static final Caller THERE = ROOT.in(ACCOUNT, WEST);

    private void update(Caller caller, Consumer<UpdateTableRequest.Builder> with) {
        dynamoDb.updateTable(caller, UpdateTableRequest.of(r -> {
            r.tableName("orders");
            with.accept(r);
        }));
        time.advance(Duration.ofSeconds(1));
    }

    private void replicate() {
        update(ROOT, r -> r.replicaUpdates(List.of(ReplicationGroupUpdate.of(u -> u.create(
                DynamoDb.CreateReplicationGroupMemberAction.of(a -> a.regionName(WEST)))))));
    }

    /** A table whose writes are scaled, with a region besides its own. */
    private void scaledReplica() {
        register(WRITES, 1, 10);
        track(WRITES, 70, c -> c.scaleInCooldown(120));
        replicate();
    }

    private static AutoScalingSettingsUpdate settings(Integer least, Integer most, Double target) {
        return AutoScalingSettingsUpdate.of(s -> s.minimumUnits(least == null ? null : least.longValue())
                .maximumUnits(most == null ? null : most.longValue())
                .scalingPolicyUpdate(target == null ? null : AutoScalingPolicyUpdate.of(p ->
                        p.targetTrackingScalingPolicyConfiguration(
                                AutoScalingTargetTrackingScalingPolicyConfigurationUpdate.of(
                                        c -> c.targetValue(target))))));
    }

    private void scale(Consumer<UpdateTableReplicaAutoScalingRequest.Builder> with) {
        dynamoDb.updateTableReplicaAutoScaling(ROOT, UpdateTableReplicaAutoScalingRequest.of(r -> {
            r.tableName("orders");
            with.accept(r);
        }));
        time.advance(Duration.ofSeconds(1));
    }

    private void scaleReads(String region, AutoScalingSettingsUpdate wanted) {
        scale(r -> r.replicaUpdates(List.of(ReplicaAutoScalingUpdate.of(u -> u.regionName(region)
                .replicaProvisionedReadCapacityAutoScalingUpdate(wanted)))));
    }

    private List<ReplicaAutoScalingDescription> settings() {
        return dynamoDb.describeTableReplicaAutoScaling(ROOT, new DynamoDb.DescribeTableReplicaAutoScalingRequest(
                "orders")).tableAutoScalingDescription().replicas();
    }

    private DynamoDb.ProvisionedThroughputDescription throughput(Caller caller) {
        return dynamoDb.describeTable(caller, new DynamoDb.DescribeTableRequest("orders")).table()
                .provisionedThroughput();
    }

    private List<ScalingPolicy> policies(Caller caller) {
        return scaling.describeScalingPolicies(caller, DescribeScalingPoliciesRequest.of(
                r -> r.serviceNamespace("dynamodb"))).scalingPolicies();
    }

    private static void refused(Class<? extends ApiError> type, String message, Runnable call) {
        assertThatThrownBy(call::run).hasMessage(message);
        assertThatThrownBy(call::run).isInstanceOf(ApiError.class).extracting(it -> ((ApiError) it).code())
                .isEqualTo(type.getSimpleName());
    }

    private static void refused(String message, Runnable call) {
        assertThatThrownBy(call::run).isInstanceOf(ApiError.class).hasMessage(message);
    }

    @Test
    void aRegionIsAddedOnceWritesAreScaled() {
        refused("Table write capacity should either be Pay-Per-Request or AutoScaled.", this::replicate);
        register(WRITES, 1, 10);
        refused("Table write capacity should either be Pay-Per-Request or AutoScaled.", this::replicate);
        track(WRITES, 70, c -> c.scaleInCooldown(120));

        replicate();

        assertThat(throughput(THERE).writeCapacityUnits()).isEqualTo(5);
        assertThat(policies(THERE)).singleElement().satisfies(it -> {
            assertThat(it.policyName()).isEqualTo("tracking");
            assertThat(it.scalableDimension()).isEqualTo(WRITES);
            assertThat(it.targetTrackingScalingPolicyConfiguration().scaleInCooldown()).isEqualTo(120);
            assertThat(it.alarms()).hasSize(4);
        });
    }

    @Test
    void settingsOfAllRegionsAreTold() {
        refused(DynamoDb.ResourceNotFoundException.class, "Global table with name: 'orders' does not exist.",
                this::settings);
        scaledReplica();

        assertThat(settings()).extracting(ReplicaAutoScalingDescription::regionName).containsExactly(WEST, "us-east-1");
        assertThat(settings()).allSatisfy(it -> {
            assertThat(it.replicaStatus()).isEqualTo("ACTIVE");
            assertThat(it.globalSecondaryIndexes()).isEmpty();
            assertThat(it.replicaProvisionedReadCapacityAutoScalingSettings()).isEqualTo(
                    AutoScalingSettingsDescription.of(d -> d.autoScalingDisabled(true).scalingPolicies(List.of())));
            var writes = it.replicaProvisionedWriteCapacityAutoScalingSettings();
            assertThat(writes.minimumUnits()).isEqualTo(1);
            assertThat(writes.maximumUnits()).isEqualTo(10);
            assertThat(writes.autoScalingDisabled()).isNull();
            assertThat(writes.scalingPolicies()).singleElement().satisfies(policy -> assertThat(
                    policy.targetTrackingScalingPolicyConfiguration().scaleInCooldown()).isEqualTo(120));
        });
    }

    @Test
    void writesAreChangedInAllRegionsAndAPolicyOfAnotherNameIsReplaced() {
        scaledReplica();

        scale(r -> r.provisionedWriteCapacityAutoScalingUpdate(settings(7, 20, 50.0)));

        assertThat(List.of(throughput(ROOT).writeCapacityUnits(), throughput(THERE).writeCapacityUnits()))
                .containsExactly(7L, 7L);
        for (var caller : List.of(ROOT, THERE)) {
            assertThat(policies(caller)).singleElement().satisfies(it -> {
                assertThat(it.policyName()).isEqualTo("DynamoDBWriteCapacityUtilization:table/orders");
                assertThat(it.targetTrackingScalingPolicyConfiguration().targetValue()).isEqualTo(50);
            });
        }
    }

    /** As recorded: the other region keeps what it had, as an override that nobody set. */
    @Test
    void whatScalingMakesOfReadsIsTheRegionsOwn() {
        scaledReplica();

        scaleReads("us-east-1", settings(10, 20, 70.0));

        assertThat(throughput(ROOT).readCapacityUnits()).isEqualTo(10);
        assertThat(throughput(THERE).readCapacityUnits()).isEqualTo(5);
        assertThat(dynamoDb.describeTable(ROOT, new DynamoDb.DescribeTableRequest("orders")).table().replicas()
                .getFirst().provisionedThroughputOverride().readCapacityUnits()).isEqualTo(5);
        assertThat(policies(THERE)).hasSize(1);
    }

    @Test
    void byHandReadsAreChangedEverywhereWhereTheyAreNoOverride() {
        scaledReplica();
        update(ROOT, r -> r.provisionedThroughput(new DynamoDb.ProvisionedThroughput(6L, 5L)));
        assertThat(throughput(THERE).readCapacityUnits()).isEqualTo(6);

        update(ROOT, r -> r.replicaUpdates(List.of(ReplicationGroupUpdate.of(u -> u.update(
                DynamoDb.UpdateReplicationGroupMemberAction.of(a -> a.regionName(WEST)
                        .provisionedThroughputOverride(new DynamoDb.ProvisionedThroughputOverride(9L))))))));
        update(ROOT, r -> r.provisionedThroughput(new DynamoDb.ProvisionedThroughput(7L, 8L)));
        assertThat(throughput(THERE).readCapacityUnits()).isEqualTo(9);
        assertThat(throughput(THERE).writeCapacityUnits()).isEqualTo(8);
    }

    /** What is written in one region is used in all, and told of each. */
    @Test
    void replicatedWritesAreTold() {
        scaledReplica();
        for (int i = 0; i < 3; i++) {
            var id = new DynamoDb.AttributeValue.S("i" + i);
            dynamoDb.putItem(ROOT, DynamoDb.PutItemRequest.of(r -> r.tableName("orders").item(Map.of("id", id))));
        }
        time.advance(Duration.ofSeconds(30));

        for (var caller : List.of(ROOT, THERE)) {
            var told = cloudWatch.getMetricStatistics(caller, CloudWatch.GetMetricStatisticsRequest.of(r -> r
                    .namespace("AWS/DynamoDB").metricName("ConsumedWriteCapacityUnits").period(3600)
                    .dimensions(List.of(new CloudWatch.Dimension("TableName", "orders"))).statistics(List.of("Sum"))
                    .startTime(time.instant().minus(Duration.ofHours(1))).endTime(time.instant())));
            assertThat(told.datapoints()).singleElement().satisfies(it -> assertThat(it.sum()).isEqualTo(3));
        }
    }

    @Override
    Optional<Metrics> measured() {
        return Optional.of(metrics);
    }

    @Test
    void disablingTakesTargetsAndAlarmsOfAllRegionsAway() {
        scaledReplica();

        scale(r -> r.provisionedWriteCapacityAutoScalingUpdate(
                AutoScalingSettingsUpdate.of(s -> s.autoScalingDisabled(true))));
        scale(r -> r.provisionedWriteCapacityAutoScalingUpdate(
                AutoScalingSettingsUpdate.of(s -> s.autoScalingDisabled(true))));

        for (var caller : List.of(ROOT, THERE)) {
            assertThat(scaling.describeScalableTargets(caller, DescribeScalableTargetsRequest.of(
                    r -> r.serviceNamespace("dynamodb"))).scalableTargets()).isEmpty();
        }
        assertThat(alarms()).isEmpty();
    }

    @Test
    void settingsAreGivenWholeOrNotAtAll() {
        scaledReplica();
        var failed = "Failed to update settings for global table with name";
        refused(failed + ": ‘orders’: Parameters 'MaximumUnits', 'ScalingPolicyUpdate', 'MinimumUnits' are required"
                + " unless auto scaling is being disabled.", () -> scaleReads(WEST, settings(null, null, null)));
        refused(failed + ": ‘orders’: Parameters 'ScalingPolicyUpdate' are required unless auto scaling is being"
                + " disabled.", () -> scaleReads(WEST, settings(1, 2, null)));
        refused(failed + " ‘orders’: Parameters 'MaximumUnits', 'MinimumUnits' must be left blank when disabling auto"
                + " scaling.", () -> scaleReads(WEST, settings(1, 2, null).toBuilder().autoScalingDisabled(true)
                        .build()));
        refused(failed + ": ‘orders’ because at least one update parameter must be specified for region: ‘eu-west-1’.",
                () -> scale(r -> r.replicaUpdates(List.of(ReplicaAutoScalingUpdate.of(u -> u.regionName(WEST))))));
        refused("For predefined metric type DynamoDBReadCapacityUtilization, target value must be between '10.0' and"
                + " '90.0', but was '90.1'. (Service: AWSApplicationAutoScaling; Status Code: 400; Error Code:"
                + " ValidationException; Request ID: r; Proxy: null)", () -> scaleReads(WEST, settings(1, 2, 90.1)));
        refused(DynamoDb.ResourceNotFoundException.class, failed + ": ‘orders’ because the global secondary indexes"
                + " with names: ‘[nope]’ do not exist.", () -> scale(r -> r.globalSecondaryIndexUpdates(List.of(
                DynamoDb.GlobalSecondaryIndexAutoScalingUpdate.of(u -> u.indexName("nope")
                        .provisionedWriteCapacityAutoScalingUpdate(settings(1, 2, 70.0)))))));
    }

    @Test
    void onDemandTablesHaveNothingToScale() {
        update(ROOT, r -> r.billingMode("PAY_PER_REQUEST"));
        replicate();

        refused("Failed to update global table with name ‘orders‘. Replicas 'EU-WEST-1', 'US-EAST-1' BillingMode is"
                + " PayPerRequest. You must convert table's BillingMode to PROVISIONED to set parameters:"
                + " 'GlobalTableProvisionedWriteCapacityAutoScalingSettingsUpdate'.",
                () -> scale(r -> r.provisionedWriteCapacityAutoScalingUpdate(settings(1, 10, 70.0))));
        scale(r -> r.provisionedWriteCapacityAutoScalingUpdate(
                AutoScalingSettingsUpdate.of(s -> s.autoScalingDisabled(true))));
    }

    @Test
    void anIndexThatIsAddedIsScaledEverywhere() {
        scaledReplica();

        addIndex("byK");

        for (var caller : List.of(ROOT, THERE)) {
            assertThat(policies(caller)).filteredOn(it -> it.resourceId().equals("table/orders/index/byK"))
                    .singleElement().satisfies(it -> assertThat(it.policyName())
                            .isEqualTo("DynamoDBWriteCapacityUtilization:table/orders/index/byK"));
        }
        scale(r -> r.globalSecondaryIndexUpdates(List.of(DynamoDb.GlobalSecondaryIndexAutoScalingUpdate.of(
                u -> u.indexName("byK").provisionedWriteCapacityAutoScalingUpdate(
                        AutoScalingSettingsUpdate.of(s -> s.autoScalingDisabled(true)))))));
        refused("GSI write capacity should either be Pay-Per-Request or AutoScaled.", () -> addIndex("byL"));
    }

    // ---- AWS::DynamoDB::GlobalTable

    private static Map<String, Object> scaled(int least, int most, double target) {
        return Map.of("MinCapacity", least, "MaxCapacity", most, "TargetTrackingScalingPolicyConfiguration",
                Map.of("TargetValue", target));
    }

    private static Desired template(int leastWrites, Object readsHere, Object readsThere) {
        var writes = Map.of("WriteCapacityAutoScalingSettings", scaled(leastWrites, 50, 60));
        return new Desired("arn:aws:cloudformation:us-east-1:111122223333:stack/app/1", "app", "T", "t1", Map.of(
                "TableName", "declared", "AttributeDefinitions", List.of(
                        Map.of("AttributeName", "id", "AttributeType", "S"),
                        Map.of("AttributeName", "k", "AttributeType", "S")),
                "KeySchema", List.of(Map.of("AttributeName", "id", "KeyType", "HASH")), "BillingMode", "PROVISIONED",
                "StreamSpecification", Map.of("StreamViewType", "NEW_AND_OLD_IMAGES"),
                "WriteProvisionedThroughputSettings", writes, "GlobalSecondaryIndexes", List.of(Map.of("IndexName",
                        "byK", "KeySchema", List.of(Map.of("AttributeName", "k", "KeyType", "HASH")), "Projection",
                        Map.of("ProjectionType", "ALL"), "WriteProvisionedThroughputSettings", writes)),
                "Replicas", List.of(replica("us-east-1", readsHere), replica(WEST, readsThere))), Map.of());
    }

    private static Map<String, Object> replica(String region, Object reads) {
        return Map.of("Region", region, "ReadProvisionedThroughputSettings", reads, "GlobalSecondaryIndexes",
                List.of(Map.of("IndexName", "byK", "ReadProvisionedThroughputSettings",
                        Map.of("ReadCapacityUnits", 2))));
    }

    private String capacity(Caller caller) {
        var told = dynamoDb.describeTable(caller, new DynamoDb.DescribeTableRequest("declared")).table();
        var index = told.globalSecondaryIndexes().getFirst().provisionedThroughput();
        var table = told.provisionedThroughput();
        return table.readCapacityUnits() + "/" + table.writeCapacityUnits() + " "
                + index.readCapacityUnits() + "/" + index.writeCapacityUnits();
    }

    private List<String> scaledIn(Caller caller) {
        return scaling.describeScalableTargets(caller, DescribeScalableTargetsRequest.of(
                r -> r.serviceNamespace("dynamodb"))).scalableTargets().stream()
                .map(it -> it.resourceId() + " " + it.scalableDimension().split(":")[2] + " " + it.minCapacity())
                .toList();
    }

    @Test
    void aTemplateScalesWritesEverywhereAndReadsOfEachRegion() {
        var type = tables.resourceTypes().stream().filter(it -> it.type().endsWith("::GlobalTable")).findFirst()
                .orElseThrow();
        var first = template(3, Map.of("ReadCapacityUnits", 4), Map.of("ReadCapacityAutoScalingSettings",
                scaled(6, 20, 70)));

        type.create(ROOT, first);
        time.settle();

        assertThat(List.of(capacity(ROOT), capacity(THERE))).containsExactly("4/3 2/3", "6/3 2/3");
        assertThat(scaledIn(ROOT)).containsExactly("table/declared WriteCapacityUnits 3",
                "table/declared/index/byK WriteCapacityUnits 3");
        assertThat(scaledIn(THERE)).containsExactly("table/declared ReadCapacityUnits 6",
                "table/declared WriteCapacityUnits 3", "table/declared/index/byK WriteCapacityUnits 3");

        var second = template(5, Map.of("ReadCapacityUnits", 8), Map.of("ReadCapacityUnits", 9));
        type.update(ROOT, "declared", first, second);
        time.settle();
        assertThat(List.of(capacity(ROOT), capacity(THERE))).containsExactly("8/5 2/5", "9/5 2/5");
        assertThat(scaledIn(THERE)).containsExactly("table/declared WriteCapacityUnits 5",
                "table/declared/index/byK WriteCapacityUnits 5");

        type.delete(ROOT, "declared", second);
        type.delete(ROOT, "declared", second);
        assertThat(scaledIn(ROOT)).isEmpty();
        assertThat(scaledIn(THERE)).isEmpty();
        assertThat(type.read(ROOT, "declared")).isEmpty();
    }

    private void addIndex(String name) {
        var key = name.substring(2).toLowerCase(Locale.ROOT);
        update(ROOT, r -> r.attributeDefinitions(List.of(new DynamoDb.AttributeDefinition("id", "S"),
                new DynamoDb.AttributeDefinition(key, "S"))).globalSecondaryIndexUpdates(List.of(
                DynamoDb.GlobalSecondaryIndexUpdate.of(u -> u.create(
                        DynamoDb.CreateGlobalSecondaryIndexAction.of(c -> c.indexName(name)
                                .keySchema(List.of(new DynamoDb.KeySchemaElement(key, "HASH")))
                                .projection(new DynamoDb.Projection("ALL", null))
                                .provisionedThroughput(new DynamoDb.ProvisionedThroughput(1L, 1L))))))));
    }
}
