package dev.aloft.service.autoscaling;

import dev.aloft.api.ApiError;
import dev.aloft.api.ApplicationAutoScaling.ValidationException;
import dev.aloft.api.Caller;
import dev.aloft.api.CloudWatch.Dimension;
import dev.aloft.api.DynamoDb;
import dev.aloft.api.DynamoDb.ProvisionedThroughput;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The read or write capacity of a DynamoDB table or of one of its global secondary indexes.
 *
 * @param index nothing for the table itself
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/AutoScaling.html">AWS</a>
 */
record TableCapacity(DynamoDb dynamoDb, String resource, String table, Optional<String> index, boolean reads)
        implements Scalable {
    private static final List<String> NONE = List.of("ResourceNotFoundException", "ValidationException");

    static TableCapacity of(DynamoDb dynamoDb, TargetId id) {
        var parts = id.resource().split("/");
        return new TableCapacity(dynamoDb, id.resource(), parts[1],
                parts.length > 3 ? Optional.of(parts[3]) : Optional.empty(), id.dimension().contains(":Read"));
    }

    @Override
    public String service() {
        return "dynamodb.application-autoscaling.amazonaws.com";
    }

    @Override
    public String roleName() {
        return "AWSServiceRoleForApplicationAutoScaling_DynamoDBTable";
    }

    @Override
    public String noun() {
        return (reads ? "read" : "write") + " capacity units";
    }

    @Override
    public int current(Caller role) {
        var both = throughput(role);
        return Math.toIntExact(reads ? both.readCapacityUnits() : both.writeCapacityUnits());
    }

    private DynamoDb.ProvisionedThroughputDescription throughput(Caller role) {
        var told = described(role);
        return index.isEmpty() ? told.provisionedThroughput() : told.globalSecondaryIndexes() == null ? gone("index")
                : told.globalSecondaryIndexes().stream().filter(it -> it.indexName().equals(index.get())).findFirst()
                        .orElseGet(() -> gone("index")).provisionedThroughput();
    }

    private DynamoDb.TableDescription described(Caller role) {
        try {
            return dynamoDb.describeTable(role, DynamoDb.DescribeTableRequest.of(r -> r.tableName(table))).table();
        } catch (ApiError e) {
            // What can be no table's name is none.
            throw NONE.contains(e.code()) ? missing("table") : e;
        }
    }

    private <T> T gone(String what) {
        throw missing(what);
    }

    private ValidationException missing(String what) {
        return new ValidationException("DynamoDB " + what + " does not exist: " + resource);
    }

    /** The other half of the throughput stays as it is. */
    @Override
    public void set(Caller role, int capacity) {
        var before = throughput(role);
        var wanted = ProvisionedThroughput.of(t -> t
                .readCapacityUnits(reads ? (long) capacity : before.readCapacityUnits())
                .writeCapacityUnits(reads ? before.writeCapacityUnits() : (long) capacity));
        dynamoDb.updateTable(role, DynamoDb.UpdateTableRequest.of(r -> {
            r.tableName(table);
            index.ifPresentOrElse(name -> r.globalSecondaryIndexUpdates(List.of(
                    DynamoDb.GlobalSecondaryIndexUpdate.of(u -> u.update(
                            DynamoDb.UpdateGlobalSecondaryIndexAction.of(a -> a.indexName(name)
                                    .provisionedThroughput(wanted)))))),
                    () -> r.provisionedThroughput(wanted));
        }));
    }

    @Override
    public Predefined predefined() {
        return new Predefined("DynamoDB" + kind() + "CapacityUtilization", 10, 90, "AWS/DynamoDB",
                "Consumed" + kind() + "CapacityUnits", "Sum", dimensions());
    }

    /** The metric that tells when the capacity was changed by others. */
    String provisionedMetric() {
        return "Provisioned" + kind() + "CapacityUnits";
    }

    private String kind() {
        return reads ? "Read" : "Write";
    }

    private List<Dimension> dimensions() {
        var all = new ArrayList<>(List.of(new Dimension("TableName", table)));
        index.ifPresent(name -> all.add(new Dimension("GlobalSecondaryIndexName", name)));
        return all;
    }
}
