package dev.aloft.service.autoscaling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.ApplicationAutoScaling;
import dev.aloft.api.ApplicationAutoScaling.DeleteScalingPolicyRequest;
import dev.aloft.api.ApplicationAutoScaling.DeregisterScalableTargetRequest;
import dev.aloft.api.ApplicationAutoScaling.SuspendedState;
import dev.aloft.api.ApplicationAutoScaling.TargetTrackingMetricDataQuery;
import dev.aloft.api.ApplicationAutoScaling.TargetTrackingScalingPolicyConfiguration;
import dev.aloft.api.CloudWatch;
import dev.aloft.api.CloudWatch.MetricAlarm;
import dev.aloft.api.DynamoDb;
import dev.aloft.kernel.metric.Metrics;
import java.time.Duration;
import java.util.TreeMap;
import java.util.Map;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Policies that keep a table's use at a share of its capacity: their alarms, and what those bring about. */
class TargetTrackingTest extends AutoScalingFixture {
    @Override
    Optional<Metrics> measured() {
        return Optional.of(metrics);
    }

    /** As they were recorded of a table with 5 units and a target of 70. */
    @Test
    void aPolicyHasTheAlarmsThatAwsMakes() {
        register(READS, 5, 20);

        var answer = track(READS, 70, _ -> { });

        assertThat(answer.policyARN()).matches("arn:aws:autoscaling:us-east-1:111122223333:scalingPolicy:[0-9a-f-]{36}"
                + ":resource/dynamodb/table/orders:policyName/tracking");
        assertThat(answer.alarms()).extracting(it -> it.alarmName().replaceAll("[0-9a-f-]{36}$", "")).containsExactly(
                "TargetTracking-table/orders-AlarmHigh-", "TargetTracking-table/orders-AlarmLow-",
                "TargetTracking-table/orders-ProvisionedCapacityHigh-",
                "TargetTracking-table/orders-ProvisionedCapacityLow-");
        assertThat(told(alarm("AlarmHigh"))).isEqualTo("ConsumedReadCapacityUnits Sum GreaterThanThreshold 210.0 2x60");
        assertThat(told(alarm("AlarmLow"))).isEqualTo("ConsumedReadCapacityUnits Sum LessThanThreshold 150.0 15x60");
        assertThat(told(alarm("ProvisionedCapacityHigh")))
                .isEqualTo("ProvisionedReadCapacityUnits Average GreaterThanThreshold 5.0 3x300");
        assertThat(told(alarm("ProvisionedCapacityLow")))
                .isEqualTo("ProvisionedReadCapacityUnits Average LessThanThreshold 5.0 3x300");
        var high = alarm("AlarmHigh");
        assertThat(high.dimensions()).containsExactly(new CloudWatch.Dimension("TableName", "orders"));
        assertThat(high.alarmActions()).singleElement().asString().startsWith(answer.policyARN() + ":createdBy/");
        assertThat(high.alarmDescription()).isEqualTo(
                "DO NOT EDIT OR DELETE. For TargetTrackingScaling policy " + high.alarmActions().getFirst() + ".");
    }

    private static String told(MetricAlarm alarm) {
        return alarm.metricName() + " " + alarm.statistic() + " " + alarm.comparisonOperator() + " " + alarm.threshold()
                + " " + alarm.evaluationPeriods() + "x" + alarm.period();
    }

    @Test
    void whatIsUsedForTwoMinutesBringsCapacityForIt() {
        register(READS, 5, 20);
        track(READS, 50, _ -> { });

        readFor(3, 300);

        assertThat(reads()).isEqualTo(10);
        assertThat(writes()).isEqualTo(5);
        assertThat(alarm("AlarmHigh").threshold()).isEqualTo(300);
        assertThat(activities(false)).singleElement().satisfies(it -> {
            assertThat(it.description()).isEqualTo("Setting read capacity units to 10.");
            assertThat(it.cause()).isEqualTo("monitor alarm " + alarm("AlarmHigh").alarmName()
                    + " in state ALARM triggered policy tracking");
            assertThat(it.statusCode()).isEqualTo("Successful");
            assertThat(it.statusMessage()).isEqualTo(
                    "Successfully set read capacity units to 10. Change successfully fulfilled by dynamodb.");
        });
    }

    @Test
    void itIsNeverMoreThanTheMaximumAndThatIsToldOnce() {
        register(READS, 5, 6);
        track(READS, 50, _ -> { });

        readFor(6, 400);

        assertThat(reads()).isEqualTo(6);
        assertThat(activities(true)).hasSize(2);
        assertThat(activities(true).getFirst()).satisfies(it -> {
            assertThat(it.description()).isEqualTo("Attempting to scale due to alarm triggered");
            assertThat(it.statusCode()).isEqualTo("Failed");
            assertThat(it.notScaledReasons()).singleElement().satisfies(reason -> {
                assertThat(reason.code()).isEqualTo("AlreadyAtMaxCapacity");
                assertThat(reason.maxCapacity()).isEqualTo(6);
            });
        });
        assertThat(activities(false)).hasSize(1);
    }

    @Test
    void theEventBusIsToldThatATargetReachedItsMost() {
        register(READS, 5, 6);
        track(READS, 50, _ -> { });

        readFor(6, 400);

        assertThat(told).singleElement().satisfies(event -> {
            assertThat(event.get("source")).isEqualTo("aws.application-autoscaling");
            assertThat(event.get("detail-type"))
                    .isEqualTo("Application Auto Scaling Scaling Activity State Change");
            assertThat(event.get("resources")).isEqualTo(List.of());
            var detail = new TreeMap<Object, Object>((Map<?, ?>) event.get("detail"));
            assertThat(detail.remove("startTime").toString()).matches("[0-9T:-]+Z");
            assertThat(detail.remove("endTime").toString()).matches("[0-9T:-]+Z");
            assertThat(detail.toString()).isEqualTo("{direction=scale-out, maxCapacity=6, minCapacity=5, "
                    + "newDesiredCapacity=6, oldDesiredCapacity=5, resourceId=table/orders, scalableDimension=" + READS
                    + ", scaledToMax=true, serviceNamespace=dynamodb, statusCode=Successful}");
        });
    }

    @Test
    void anIdleTableGoesBackToTheMinimumAfterAQuarterOfAnHour() {
        register(READS, 2, 20);
        track(READS, 70, _ -> { });

        time.advance(Duration.ofMinutes(14));
        assertThat(reads()).isEqualTo(5);
        time.advance(Duration.ofMinutes(4));

        assertThat(reads()).isEqualTo(2);
        assertThat(alarm("AlarmLow").stateValue()).isEqualTo("ALARM");
    }

    /** Recorded: within the bounds it is taken back while the alarm stands, below the minimum it is left alone. */
    @Test
    void aCapacitySetByHandIsTakenBackWhileTheAlarmStands() {
        register(READS, 2, 20);
        track(READS, 70, _ -> { });
        time.advance(Duration.ofMinutes(18));

        set(12);
        time.advance(Duration.ofMinutes(2));
        assertThat(reads()).isEqualTo(2);

        set(1);
        time.advance(Duration.ofMinutes(12));
        assertThat(reads()).isEqualTo(1);
    }

    private void set(long reads) {
        dynamoDb.updateTable(ROOT, DynamoDb.UpdateTableRequest.of(r -> r.tableName("orders")
                .provisionedThroughput(new DynamoDb.ProvisionedThroughput(reads, 5L))));
    }

    @Test
    void thresholdsFollowACapacityThatOthersChanged() {
        register(READS, 2, 20);
        track(READS, 70, c -> c.disableScaleIn(true));
        assertThat(alarms()).hasSize(3);

        set(10);
        time.advance(Duration.ofMinutes(26));

        assertThat(alarm("AlarmHigh").threshold()).isEqualTo(420);
        assertThat(reads()).isEqualTo(10);
    }

    @Test
    void aStepThatIsNoLargerWaitsForTheCooldown() {
        register(READS, 5, 100);
        track(READS, 50, c -> c.scaleOutCooldown(600));
        readFor(3, 300);
        assertThat(reads()).isEqualTo(10);

        readFor(4, 420);
        assertThat(reads()).isEqualTo(10);

        readFor(3, 540);
        assertThat(reads()).isEqualTo(18);
    }

    @Test
    void whatIsSuspendedDoesNotHappen() {
        register(READS, r -> r.minCapacity(1).maxCapacity(20).suspendedState(
                SuspendedState.of(s -> s.dynamicScalingInSuspended(true))));
        track(READS, 70, _ -> { });
        time.advance(Duration.ofMinutes(20));
        assertThat(reads()).isEqualTo(5);

        register(READS, r -> r.suspendedState(SuspendedState.of(s -> s.dynamicScalingInSuspended(false))));
        time.advance(Duration.ofMinutes(2));
        assertThat(reads()).isEqualTo(1);
    }

    @Test
    void aDeletedPolicyTakesItsAlarmsWithIt() {
        register(READS, 5, 20);
        track(READS, 70, _ -> { });
        register(WRITES, 5, 20);
        track(WRITES, 70, _ -> { });
        assertThat(alarms()).hasSize(8);

        scaling.deleteScalingPolicy(ROOT, DeleteScalingPolicyRequest.of(
                r -> r.policyName("tracking").serviceNamespace("dynamodb").resourceId(TABLE).scalableDimension(READS)));
        assertThat(alarms()).hasSize(4);

        scaling.deregisterScalableTarget(ROOT, DeregisterScalableTargetRequest.of(
                r -> r.serviceNamespace("dynamodb").resourceId(TABLE).scalableDimension(WRITES)));
        assertThat(alarms()).isEmpty();
    }

    /** A share of what was waited for, from two metrics of one's own. */
    @Test
    void aPolicyTracksWhatAnExpressionMakesOfMetrics() {
        register(READS, 4, 20);
        scaling.putScalingPolicy(ROOT, ApplicationAutoScaling.PutScalingPolicyRequest.of(r -> r.policyName("own")
                .serviceNamespace("dynamodb").resourceId(TABLE).scalableDimension(READS)
                .policyType("TargetTrackingScaling").targetTrackingScalingPolicyConfiguration(
                        TargetTrackingScalingPolicyConfiguration.of(c -> c.targetValue(10.0)
                                .customizedMetricSpecification(ApplicationAutoScaling.CustomizedMetricSpecification.of(
                                        m -> m.metrics(List.of(query("waiting"), query("workers"),
                                                TargetTrackingMetricDataQuery.of(q -> q.id("share")
                                                        .expression("waiting / workers"))))))))));
        assertThat(alarms()).extracting(MetricAlarm::threshold).containsExactly(10.0, 9.0);

        for (int minute = 0; minute < 3; minute++) {
            put("waiting", 48);
            put("workers", 2);
            time.advance(Duration.ofMinutes(1));
        }

        // 24 in place of 10, with 5 units.
        assertThat(reads()).isEqualTo(12);
    }

    private static TargetTrackingMetricDataQuery query(String name) {
        return TargetTrackingMetricDataQuery.of(q -> q.id(name).returnData(false).metricStat(
                ApplicationAutoScaling.TargetTrackingMetricStat.of(s -> s.stat("Sum").metric(
                        ApplicationAutoScaling.TargetTrackingMetric.of(m -> m.namespace("app").metricName(name))))));
    }

    private void put(String name, double value) {
        cloudWatch.putMetricData(ROOT, CloudWatch.PutMetricDataRequest.of(r -> r.namespace("app").metricData(List.of(
                CloudWatch.MetricDatum.of(d -> d.metricName(name).value(value))))));
    }

    @Test
    void anIndexIsScaledByItself() {
        dynamoDb.createTable(ROOT, DynamoDb.CreateTableRequest.of(r -> r.tableName("indexed")
                .keySchema(List.of(new DynamoDb.KeySchemaElement("id", "HASH")))
                .attributeDefinitions(List.of(new DynamoDb.AttributeDefinition("id", "S"),
                        new DynamoDb.AttributeDefinition("k", "S")))
                .provisionedThroughput(new DynamoDb.ProvisionedThroughput(5L, 5L))
                .globalSecondaryIndexes(List.of(DynamoDb.GlobalSecondaryIndex.of(i -> i.indexName("byK")
                        .keySchema(List.of(new DynamoDb.KeySchemaElement("k", "HASH")))
                        .projection(DynamoDb.Projection.of(p -> p.projectionType("ALL")))
                        .provisionedThroughput(new DynamoDb.ProvisionedThroughput(5L, 5L)))))));
        time.settle();

        register("dynamodb:index:WriteCapacityUnits", r -> r.resourceId("table/indexed/index/byK").minCapacity(7)
                .maxCapacity(10));

        var told = dynamoDb.describeTable(ROOT, DynamoDb.DescribeTableRequest.of(r -> r.tableName("indexed"))).table();
        assertThat(told.globalSecondaryIndexes().getFirst().provisionedThroughput().writeCapacityUnits()).isEqualTo(7);
        assertThat(told.provisionedThroughput().writeCapacityUnits()).isEqualTo(5);
    }
}
