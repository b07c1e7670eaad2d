package dev.aloft.service.dynamodb;

import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb;
import dev.aloft.api.DynamoDb.ApproximateCreationDateTimePrecision;
import dev.aloft.api.DynamoDb.ContributorInsightsAction;
import dev.aloft.api.DynamoDb.DeleteResourcePolicyRequest;
import dev.aloft.api.DynamoDb.DescribeKinesisStreamingDestinationRequest;
import dev.aloft.api.DynamoDb.DestinationStatus;
import dev.aloft.api.DynamoDb.DisableKinesisStreamingDestinationRequest;
import dev.aloft.api.DynamoDb.EnableKinesisStreamingConfiguration;
import dev.aloft.api.DynamoDb.EnableKinesisStreamingDestinationRequest;
import dev.aloft.api.DynamoDb.KinesisDataStreamDestination;
import dev.aloft.api.DynamoDb.PointInTimeRecoverySpecification;
import dev.aloft.api.DynamoDb.PutResourcePolicyRequest;
import dev.aloft.api.DynamoDb.TableDescription;
import dev.aloft.api.DynamoDb.UpdateContinuousBackupsRequest;
import dev.aloft.api.DynamoDb.UpdateContributorInsightsRequest;
import dev.aloft.api.DynamoDb.UpdateKinesisStreamingConfiguration;
import dev.aloft.api.DynamoDb.UpdateKinesisStreamingDestinationRequest;
import dev.aloft.kernel.call.ResourceType.Desired;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a template says of a table that operations of their own do: recovery, policies, insights, a Kinesis data stream.
 */
final class TableExtras {
    private final DynamoDb dynamoDb;

    TableExtras(DynamoDb dynamoDb) {
        this.dynamoDb = dynamoDb;
    }

    /** Does what is wanted now and was not before. */
    void apply(Caller caller, TableDescription table, Optional<Desired> before, Desired after) {
        var was = before.map(TableExtras::recovery).orElse(recovery(Optional.empty()));
        if (!recovery(after).equals(was)) {
            dynamoDb.updateContinuousBackups(caller, new UpdateContinuousBackupsRequest(table.tableName(),
                recovery(after)));
        }
        policy(caller, table.tableArn(), before.flatMap(one -> TableResource.policy(one.properties())),
            TableResource.policy(after.properties()));
        if (table.streamSpecification() != null) {
            // The stream may be another than before, which has no policy yet.
            var earlier = streamPolicy(after).isPresent() ? Optional.<String>empty()
                : before.flatMap(TableExtras::streamPolicy);
            policy(caller, table.latestStreamArn(), earlier, streamPolicy(after));
        }
        stream(caller, table.tableName(), before.flatMap(TableExtras::destination), destination(after));
        var had = new LinkedHashMap<>(before.map(TableExtras::insights).orElse(Map.of()));
        had.keySet().removeIf(index -> !index.isEmpty() && !TableIndexes.has(table, index));
        insights(caller, table.tableName(), had, insights(after));
    }

    private static PointInTimeRecoverySpecification recovery(Desired desired) {
        return recovery(Optional.ofNullable(desired.properties().get("PointInTimeRecoverySpecification")));
    }

    private static PointInTimeRecoverySpecification recovery(Optional<Object> specification) {
        var map = specification.filter(Map.class::isInstance).map(one -> (Map<?, ?>) one).orElse(Map.of());
        boolean enabled = "true".equals(String.valueOf(map.get("PointInTimeRecoveryEnabled")));
        var days = text(map.get("RecoveryPeriodInDays"));
        return new PointInTimeRecoverySpecification(enabled, enabled && days != null ? Integer.valueOf(days) : null);
    }

    static String text(Object value) {
        return value == null ? null : value.toString();
    }

    private static Optional<String> streamPolicy(Desired desired) {
        return desired.properties().get("StreamSpecification") instanceof Map<?, ?> map ? TableResource.policy(map)
            : Optional.empty();
    }

    private void policy(Caller caller, String arn, Optional<String> before, Optional<String> after) {
        if (after.isPresent() && !after.equals(before)) {
            dynamoDb.putResourcePolicy(caller, PutResourcePolicyRequest.of(r -> r.resourceArn(arn)
                .policy(after.get())));
        }
        if (after.isEmpty() && before.isPresent()) {
            dynamoDb.deleteResourcePolicy(caller, new DeleteResourcePolicyRequest(arn, null));
        }
    }

    private record Destination(String arn, String precision) {
    }

    private static Optional<Destination> destination(Desired desired) {
        if (!(desired.properties().get("KinesisStreamSpecification") instanceof Map<?, ?> map)) {
            return Optional.empty();
        }
        var arn = Optional.ofNullable(text(map.get("StreamArn"))).orElseThrow(() ->
            new ValidationException("#/KinesisStreamSpecification: required key [StreamArn] not found"));
        return Optional.of(new Destination(arn, text(map.get("ApproximateCreationDateTimePrecision"))));
    }

    /** What was done already, in a step that is done a second time, is left. */
    private void stream(Caller caller, String table, Optional<Destination> before, Optional<Destination> after) {
        var active = active(caller, table);
        if (before.isPresent() && active.isPresent() && after.filter(one -> one.arn().equals(active.get().streamArn()))
                .isEmpty()) {
            dynamoDb.disableKinesisStreamingDestination(caller,
                new DisableKinesisStreamingDestinationRequest(table, active.get().streamArn(), null));
        }
        if (after.isEmpty()) {
            return;
        }
        var wanted = after.get();
        if (active.filter(one -> one.streamArn().equals(wanted.arn())).isEmpty()) {
            dynamoDb.enableKinesisStreamingDestination(caller,
                new EnableKinesisStreamingDestinationRequest(table, wanted.arn(),
                wanted.precision() == null ? null : new EnableKinesisStreamingConfiguration(wanted.precision())));
            if (active(caller, table).isEmpty()) {
                throw new ValidationException("The destination " + wanted.arn() + " of table " + table
                    + " is ENABLE_FAILED: " + KinesisDestinations.FAILED);
            }
        } else if (!precision(wanted.precision()).equals(precision(active.get()
            .approximateCreationDateTimePrecision()))) {
            dynamoDb.updateKinesisStreamingDestination(caller,
                new UpdateKinesisStreamingDestinationRequest(table, wanted.arn(),
                new UpdateKinesisStreamingConfiguration(precision(wanted.precision()))));
        }
    }

    private static String precision(String given) {
        return given == null ? ApproximateCreationDateTimePrecision.MILLISECOND : given;
    }

    private Optional<KinesisDataStreamDestination> active(Caller caller, String table) {
        return dynamoDb.describeKinesisStreamingDestination(caller,
            new DescribeKinesisStreamingDestinationRequest(table))
            .kinesisDataStreamDestinations().stream().filter(one -> one.destinationStatus()
                .equals(DestinationStatus.ACTIVE)).findFirst();
    }

    /** Of the table (the empty name) and its indexes, those that have insights. */
    private static Map<String, String> insights(Desired desired) {
        var enabled = new LinkedHashMap<String, String>();
        add(enabled, "", desired.properties().get("ContributorInsightsSpecification"));
        if (desired.properties().get("GlobalSecondaryIndexes") instanceof List<?> indexes) {
            for (var index : indexes) {
                if (index instanceof Map<?, ?> map) {
                    add(enabled, text(map.get("IndexName")), map.get("ContributorInsightsSpecification"));
                }
            }
        }
        return enabled;
    }

    private static void add(Map<String, String> enabled, String name, Object specification) {
        if (specification instanceof Map<?, ?> map && "true".equals(String.valueOf(map.get("Enabled")))) {
            enabled.put(name, map.get("Mode") == null ? "" : map.get("Mode").toString());
        }
    }

    private void insights(Caller caller, String table, Map<String, String> before, Map<String, String> after) {
        after.forEach((name, mode) -> {
            if (!mode.equals(before.get(name))) {
                update(caller, table, name, ContributorInsightsAction.ENABLE, mode);
            }
        });
        before.keySet().stream().filter(name -> !after.containsKey(name)).forEach(name ->
            update(caller, table, name, ContributorInsightsAction.DISABLE, ""));
    }

    private void update(Caller caller, String table, String index, String action, String mode) {
        dynamoDb.updateContributorInsights(caller, UpdateContributorInsightsRequest.of(r -> r.tableName(table)
            .indexName(index.isEmpty() ? null : index).contributorInsightsAction(action)
            .contributorInsightsMode(mode.isEmpty() ? null : mode)));
    }
}
