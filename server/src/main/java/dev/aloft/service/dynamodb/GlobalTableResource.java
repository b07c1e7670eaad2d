package dev.aloft.service.dynamodb;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * AWS::DynamoDB::GlobalTable, as CDK's TableV2 declares tables: what a replica says of itself is said of the table. Replicas
 * in other regions are not built and are refused by name.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-globaltable.html">
 *     AWS::DynamoDB::GlobalTable</a>
 */
final class GlobalTableResource implements ResourceType {
    /** What a replica may say, which a table says under the same name. */
    private static final Set<String> OF_REPLICA = Set.of("PointInTimeRecoverySpecification", "DeletionProtectionEnabled", "TableClass",
        "Tags", "ContributorInsightsSpecification", "ResourcePolicy");
    /** What both say in the same way. */
    private static final Set<String> SAME = Set.of("TableName", "AttributeDefinitions", "KeySchema", "BillingMode",
        "LocalSecondaryIndexes", "TimeToLiveSpecification", "WarmThroughput");

    private final TableResource table;

    GlobalTableResource(TableResource table) {
        this.table = table;
    }

    @Override
    public String type() {
        return "AWS::DynamoDB::GlobalTable";
    }

    @Override
    public Set<String> properties() {
        return Set.of("TableName", "AttributeDefinitions", "KeySchema", "BillingMode", "LocalSecondaryIndexes",
            "GlobalSecondaryIndexes", "TimeToLiveSpecification", "WarmThroughput", "StreamSpecification", "SSESpecification",
            "Replicas", "WriteOnDemandThroughputSettings");
    }

    @Override
    public Set<String> required() {
        return Set.of("AttributeDefinitions", "KeySchema", "Replicas");
    }

    @Override
    public Set<String> replacedBy() {
        return Set.of("TableName", "KeySchema", "LocalSecondaryIndexes");
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        return table.create(caller, asTable(caller, desired));
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        return table.update(caller, physicalId, asTable(caller, before), asTable(caller, after));
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        table.delete(caller, physicalId, last);
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        return table.read(caller, physicalId);
    }

    private static Desired asTable(Caller caller, Desired desired) {
        var properties = new LinkedHashMap<>(desired.properties());
        properties.keySet().retainAll(SAME);
        var replica = replica(caller, desired);
        replica.forEach((name, value) -> {
            if (OF_REPLICA.contains(name)) {
                properties.put(name, value);
            }
        });
        // A global table's stream is there whether it is asked for or not, once there are replicas elsewhere.
        if (desired.properties().get("StreamSpecification") instanceof Map<?, ?> stream) {
            var both = new LinkedHashMap<Object, Object>(stream);
            if (replica.get("ReplicaStreamSpecification") instanceof Map<?, ?> own) {
                both.putAll(own);
            }
            properties.put("StreamSpecification", both);
        }
        if (desired.properties().get("SSESpecification") instanceof Map<?, ?> encryption) {
            var both = new LinkedHashMap<Object, Object>(encryption);
            if (replica.get("SSESpecification") instanceof Map<?, ?> own) {
                both.putAll(own);
            }
            properties.put("SSESpecification", both);
        }
        limits(desired.properties(), replica).ifPresent(limits -> properties.put("OnDemandThroughput", limits));
        if (desired.properties().get("GlobalSecondaryIndexes") instanceof List<?> indexes) {
            properties.put("GlobalSecondaryIndexes", indexes(indexes, replica));
        }
        return new Desired(desired.stackId(), desired.stackName(), desired.logicalId(), desired.token(), properties, desired.tags());
    }

    /** The replica in this region, which must be the only one. */
    private static Map<String, Object> replica(Caller caller, Desired desired) {
        if (!(desired.properties().get("Replicas") instanceof List<?> replicas) || replicas.isEmpty()) {
            throw new ValidationException("#/Replicas: expected minimum item count: 1, found: 0");
        }
        Map<String, Object> here = null;
        for (var replica : replicas) {
            if (replica instanceof Map<?, ?> map && caller.region().equals(String.valueOf(map.get("Region")))) {
                here = new LinkedHashMap<>();
                for (var entry : map.entrySet()) {
                    here.put(entry.getKey().toString(), entry.getValue());
                }
            }
        }
        if (here == null) {
            throw new ValidationException("Replicas must contain the region of the stack: " + caller.region());
        }
        if (replicas.size() > 1) {
            throw ApiError.notBuilt("Replicas of AWS::DynamoDB::GlobalTable in other regions");
        }
        for (var name : here.keySet()) {
            if (!OF_REPLICA.contains(name) && !Set.of("Region", "SSESpecification", "ReplicaStreamSpecification",
                "ReadOnDemandThroughputSettings", "GlobalSecondaryIndexes").contains(name)) {
                throw ApiError.notBuilt("Replicas." + name + " of AWS::DynamoDB::GlobalTable");
            }
        }
        return here;
    }

    private static Optional<Map<String, Object>> limits(Map<String, Object> writes, Map<String, Object> reads) {
        var limits = new LinkedHashMap<String, Object>();
        if (reads.get("ReadOnDemandThroughputSettings") instanceof Map<?, ?> map) {
            limits.put("MaxReadRequestUnits", map.get("MaxReadRequestUnits"));
        }
        if (writes.get("WriteOnDemandThroughputSettings") instanceof Map<?, ?> map) {
            limits.put("MaxWriteRequestUnits", map.get("MaxWriteRequestUnits"));
        }
        return limits.isEmpty() ? Optional.empty() : Optional.of(limits);
    }

    private static List<Object> indexes(List<?> indexes, Map<String, Object> replica) {
        var made = new ArrayList<>();
        for (var index : indexes) {
            if (!(index instanceof Map<?, ?> map)) {
                made.add(index);
                continue;
            }
            var like = new LinkedHashMap<String, Object>();
            for (var entry : map.entrySet()) {
                like.put(entry.getKey().toString(), entry.getValue());
            }
            var own = ofReplica(replica, like.get("IndexName"));
            limits(like, own).ifPresent(limits -> like.put("OnDemandThroughput", limits));
            like.remove("WriteOnDemandThroughputSettings");
            if (own.get("ContributorInsightsSpecification") != null) {
                like.put("ContributorInsightsSpecification", own.get("ContributorInsightsSpecification"));
            }
            if (like.containsKey("WriteProvisionedThroughputSettings")) {
                throw ApiError.notBuilt("WriteProvisionedThroughputSettings of AWS::DynamoDB::GlobalTable");
            }
            made.add(like);
        }
        return made;
    }

    private static Map<String, Object> ofReplica(Map<String, Object> replica, Object name) {
        var found = new LinkedHashMap<String, Object>();
        if (replica.get("GlobalSecondaryIndexes") instanceof List<?> list) {
            for (var one : list) {
                if (one instanceof Map<?, ?> map && map.get("IndexName") != null && map.get("IndexName").equals(name)) {
                    map.forEach((key, value) -> found.put(key.toString(), value));
                }
            }
        }
        return found;
    }
}
