package dev.aloft.service.dynamodb;

import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb;
import dev.aloft.api.DynamoDb.CreateGlobalTableWitnessGroupMemberAction;
import dev.aloft.api.DynamoDb.CreateReplicationGroupMemberAction;
import dev.aloft.api.DynamoDb.DeleteGlobalTableWitnessGroupMemberAction;
import dev.aloft.api.DynamoDb.DeleteReplicationGroupMemberAction;
import dev.aloft.api.DynamoDb.DescribeTableRequest;
import dev.aloft.api.DynamoDb.GlobalTableWitnessGroupUpdate;
import dev.aloft.api.DynamoDb.MultiRegionConsistency;
import dev.aloft.api.DynamoDb.ProvisionedThroughputOverride;
import dev.aloft.api.DynamoDb.ReplicaDescription;
import dev.aloft.api.DynamoDb.ReplicaGlobalSecondaryIndex;
import dev.aloft.api.DynamoDb.ReplicaStatus;
import dev.aloft.api.DynamoDb.ReplicationGroupUpdate;
import dev.aloft.api.DynamoDb.TableClass;
import dev.aloft.api.DynamoDb.TableDescription;
import dev.aloft.api.DynamoDb.UpdateReplicationGroupMemberAction;
import dev.aloft.api.DynamoDb.UpdateTableRequest;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * AWS::DynamoDB::GlobalTable, as CDK's TableV2 declares tables: a table in the stack's region, its replicas in others.
 * What a replica says of itself is said of the table in its region.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-globaltable.html">
 *     AWS::DynamoDB::GlobalTable</a>
 */
final class GlobalTableResource implements ResourceType {
    /** What a replica may say, which a table says under the same name. */
    private static final Set<String> OF_REPLICA = Set.of("PointInTimeRecoverySpecification",
        "DeletionProtectionEnabled", "TableClass",
        "Tags", "ContributorInsightsSpecification", "ResourcePolicy", "KinesisStreamSpecification");
    /** What both say in the same way. */
    private static final Set<String> SAME = Set.of("TableName", "AttributeDefinitions", "KeySchema", "BillingMode",
        "LocalSecondaryIndexes", "TimeToLiveSpecification", "WarmThroughput");

    private final TableResource table;
    private final DynamoDb dynamoDb;
    private final CapacityScaling scaling;
    private final Looks looks;

    GlobalTableResource(TableResource table, DynamoDb dynamoDb, CapacityScaling scaling, Time time) {
        this.table = table;
        this.scaling = scaling;
        this.dynamoDb = dynamoDb;
        looks = new Looks(time);
    }

    @Override
    public String type() {
        return "AWS::DynamoDB::GlobalTable";
    }

    @Override
    public Set<String> properties() {
        return Set.of("TableName", "AttributeDefinitions", "KeySchema", "BillingMode", "LocalSecondaryIndexes",
            "GlobalSecondaryIndexes", "TimeToLiveSpecification", "WarmThroughput", "StreamSpecification",
            "SSESpecification", "Replicas", "WriteOnDemandThroughputSettings", "ReadOnDemandThroughputSettings",
            "MultiRegionConsistency", "GlobalTableWitnesses", GlobalCapacity.WRITES, GlobalCapacity.READS);
    }

    @Override
    public List<String> members() {
        var all = new ArrayList<>(List.of(
                "SSESpecification: SSEEnabled! SSEType",
                "TimeToLiveSpecification: Enabled! AttributeName",
                "StreamSpecification: StreamViewType!",
                "GlobalTableWitnesses: Region",
                "GlobalSecondaryIndexes/WriteOnDemandThroughputSettings: MaxWriteRequestUnits",
                "GlobalSecondaryIndexes/ReadOnDemandThroughputSettings: MaxReadRequestUnits",
                "WriteOnDemandThroughputSettings: MaxWriteRequestUnits",
                "ReadOnDemandThroughputSettings: MaxReadRequestUnits",
                "Replicas: Region! TableClass DeletionProtectionEnabled Tags SSESpecification "
                        + "ReadOnDemandThroughputSettings ReadProvisionedThroughputSettings "
                        + "PointInTimeRecoverySpecification "
                        + "ReplicaStreamSpecification ResourcePolicy ContributorInsightsSpecification "
                        + "KinesisStreamSpecification GlobalSecondaryIndexes",
                "Replicas/SSESpecification: KMSMasterKeyId!",
                "Replicas/ReadOnDemandThroughputSettings: MaxReadRequestUnits",
                "Replicas/PointInTimeRecoverySpecification: PointInTimeRecoveryEnabled RecoveryPeriodInDays",
                "Replicas/ReplicaStreamSpecification: ResourcePolicy",
                "Replicas/ReplicaStreamSpecification/ResourcePolicy: PolicyDocument!",
                "Replicas/ResourcePolicy: PolicyDocument!",
                "Replicas/ContributorInsightsSpecification: Enabled! Mode",
                "Replicas/KinesisStreamSpecification: StreamArn! ApproximateCreationDateTimePrecision",
                "Replicas/GlobalSecondaryIndexes: IndexName! ReadOnDemandThroughputSettings "
                        + "ReadProvisionedThroughputSettings "
                        + "ContributorInsightsSpecification",
                "Replicas/GlobalSecondaryIndexes/ReadOnDemandThroughputSettings: MaxReadRequestUnits",
                "Replicas/GlobalSecondaryIndexes/ContributorInsightsSpecification: Enabled! Mode",
                "ReadProvisionedThroughputSettings: ReadCapacityUnits",
                "GlobalSecondaryIndexes/ReadProvisionedThroughputSettings: ReadCapacityUnits"));
        all.addAll(scaling("WriteProvisionedThroughputSettings", "WriteCapacityAutoScalingSettings", ""));
        all.addAll(scaling("GlobalSecondaryIndexes/WriteProvisionedThroughputSettings",
            "WriteCapacityAutoScalingSettings", ""));
        all.addAll(scaling("Replicas/ReadProvisionedThroughputSettings", "ReadCapacityAutoScalingSettings",
            " ReadCapacityUnits"));
        all.addAll(scaling("Replicas/GlobalSecondaryIndexes/ReadProvisionedThroughputSettings",
            "ReadCapacityAutoScalingSettings", " ReadCapacityUnits"));
        return all;
    }

    private static List<String> scaling(String at, String name, String besides) {
        var settings = at + "/" + name;
        return List.of(at + ": " + name + besides,
            settings + ": MinCapacity! MaxCapacity! SeedCapacity TargetTrackingScalingPolicyConfiguration!",
            settings + "/TargetTrackingScalingPolicyConfiguration: TargetValue! DisableScaleIn ScaleInCooldown "
                + "ScaleOutCooldown");
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
    public Set<String> replacedBy(Map<String, Object> before, Map<String, Object> after) {
        var replacing = new HashSet<>(table.replacedBy(before, after));
        replacing.removeIf(name -> !properties().contains(name));
        return replacing;
    }

    @Override
    public Optional<String> customName() {
        return Optional.of("TableName");
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        regions(caller, desired);
        var made = table.create(caller, provisioned(asTable(caller.region(), desired),
            capacity(caller.region(), desired), Optional.empty(), false));
        return ResourceType.complete(made.physicalId(), () -> {
            scale(caller, made.physicalId(), Optional.empty(), desired);
            updateReplicas(caller, made.physicalId(), Optional.empty(), desired);
            return table.read(caller, made.physicalId()).orElseThrow();
        });
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        var wanted = regions(caller, after);
        remove(caller, physicalId, known(caller, physicalId).stream().filter(region -> !wanted.contains(region))
            .toList());
        table.update(caller, physicalId, asTable(caller.region(), before), provisioned(
            asTable(caller.region(), after), capacity(caller.region(), after),
            Optional.of(describe(caller, physicalId)), false));
        scale(caller, physicalId, Optional.of(before), after);
        updateReplicas(caller, physicalId, Optional.of(before), after);
        return table.read(caller, physicalId).orElseThrow();
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        regions(caller, last).forEach(region -> capacity(region, last).scaled(physicalId).keySet()
            .forEach(scaled -> scaling.remove(caller.in(caller.account(), region), scaled)));
        if (table.read(caller, physicalId).isPresent()) {
            remove(caller, physicalId, known(caller, physicalId));
        }
        table.delete(caller, physicalId, last);
    }

    /** The regions besides the stack's own that have the table. */
    private List<String> known(Caller caller, String name) {
        var replicas = describe(caller, name).replicas();
        return replicas == null ? List.of() : replicas.stream().map(ReplicaDescription::regionName).toList();
    }

    private void change(Caller caller, String name, Consumer<ReplicationGroupUpdate.Builder> change) {
        dynamoDb.updateTable(caller, UpdateTableRequest.of(r -> r.tableName(name)
            .replicaUpdates(List.of(ReplicationGroupUpdate.of(change)))));
    }

    /** One after the other, or all in one call where they are strongly consistent. */
    private void remove(Caller caller, String name, List<String> regions) {
        var witnesses = describe(caller, name).globalTableWitnesses();
        if (regions.isEmpty() || !isStrong(caller, name)) {
            regions.forEach(region ->
                change(caller, name, u -> u.delete(new DeleteReplicationGroupMemberAction(region))));
            return;
        }
        dynamoDb.updateTable(caller, UpdateTableRequest.of(r -> r.tableName(name)
            .replicaUpdates(regions.stream().map(region -> ReplicationGroupUpdate.of(u ->
                u.delete(new DeleteReplicationGroupMemberAction(region)))).toList())
            .globalTableWitnessUpdates(witnesses == null ? null : witnesses.stream().map(one ->
                GlobalTableWitnessGroupUpdate.of(u ->
                    u.delete(new DeleteGlobalTableWitnessGroupMemberAction(one.regionName())))).toList())));
    }

    private TableDescription describe(Caller caller, String name) {
        return dynamoDb.describeTable(caller, new DescribeTableRequest(name)).table();
    }

    private boolean isStrong(Caller caller, String name) {
        return MultiRegionConsistency.STRONG.equals(describe(caller, name).multiRegionConsistency());
    }

    /** Regions that are strongly consistent are made in one call, and do not become so later. */
    private void updateConsistency(Caller caller, String name, Desired after) {
        boolean wanted = MultiRegionConsistency.STRONG.equals(after.properties().get("MultiRegionConsistency"));
        var witnesses = witnesses(after);
        if (!known(caller, name).isEmpty()) {
            var now = describe(caller, name).globalTableWitnesses();
            var has = now == null ? List.of() : now.stream().map(one -> one.regionName()).toList();
            if (isStrong(caller, name) != wanted || !has.equals(witnesses)) {
                throw new ValidationException(
                    "MultiRegionConsistency parameter is unsupported on existing global table");
            }
        } else if (wanted || !witnesses.isEmpty()) {
            dynamoDb.updateTable(caller, UpdateTableRequest.of(r -> r.tableName(name)
                .multiRegionConsistency(wanted ? MultiRegionConsistency.STRONG : null)
                .replicaUpdates(regions(caller, after).stream().filter(region -> !region.equals(caller.region()))
                    .map(region -> ReplicationGroupUpdate.of(u -> u.create(creation(region, after)))).toList())
                .globalTableWitnessUpdates(witnesses.isEmpty() ? null : witnesses.stream().map(region ->
                    GlobalTableWitnessGroupUpdate.of(u ->
                        u.create(new CreateGlobalTableWitnessGroupMemberAction(region)))).toList())));
            await(caller, name);
        }
    }

    private static CreateReplicationGroupMemberAction creation(String region, Desired desired) {
        var key = TableResource.key(asTable(region, desired));
        return CreateReplicationGroupMemberAction.of(a -> a.regionName(region).kmsMasterKeyId(key));
    }

    private static List<String> witnesses(Desired desired) {
        return desired.properties().get("GlobalTableWitnesses") instanceof List<?> list
            ? list.stream().map(one -> String.valueOf(((Map<?, ?>) one).get("Region"))).toList() : List.of();
    }

    private void updateReplicas(Caller caller, String name, Optional<Desired> before, Desired after) {
        var was = known(caller, name);
        updateConsistency(caller, name, after);
        var known = known(caller, name);
        for (var region : regions(caller, after)) {
            if (region.equals(caller.region())) {
                continue;
            }
            boolean isNew = !was.contains(region);
            if (!known.contains(region)) {
                change(caller, name, u -> u.create(creation(region, after)));
                await(caller, name);
            }
            var there = caller.in(caller.account(), region);
            updateClass(caller, there, name, asTable(region, after));
            var earlier = before.filter(one -> !isNew && regions(caller, one).contains(region))
                .map(one -> asTable(region, one));
            table.update(there, name, earlier.orElseGet(() -> withoutOwn(asTable(region, after))),
                provisioned(asTable(region, after), capacity(region, after), Optional.of(describe(there, name)), true));
            fixReads(caller, there, name, capacity(region, after));
            scale(there, name, before.filter(one -> regions(caller, one).contains(region)), after);
        }
    }

    private static GlobalCapacity capacity(String region, Desired desired) {
        return new GlobalCapacity(desired.properties(), replica(region, desired));
    }

    /** With the capacity that the table and its indexes are to have, where there is any. */
    private static Desired provisioned(Desired table, GlobalCapacity capacity, Optional<TableDescription> now,
            boolean keepsReads) {
        if (!capacity.isProvisioned()) {
            return table;
        }
        var properties = new LinkedHashMap<>(table.properties());
        properties.put("ProvisionedThroughput", capacity.ofTable(now, keepsReads));
        if (properties.get("GlobalSecondaryIndexes") instanceof List<?> indexes) {
            properties.put("GlobalSecondaryIndexes", indexes.stream().map(index -> {
                var like = new LinkedHashMap<Object, Object>((Map<?, ?>) index);
                like.put("ProvisionedThroughput", capacity.ofIndex(String.valueOf(like.get("IndexName")), now,
                    keepsReads));
                return like;
            }).toList());
        }
        return table.with(properties);
    }

    /** What is scaled in a caller's region is what the template says, and no more. */
    private void scale(Caller caller, String name, Optional<Desired> before, Desired after) {
        var wanted = capacity(caller.region(), after).scaled(name);
        before.map(one -> capacity(caller.region(), one).scaled(name).keySet()).orElse(Set.of()).stream()
            .filter(scaled -> !wanted.containsKey(scaled)).forEach(scaled -> scaling.remove(caller, scaled));
        wanted.forEach((scaled, how) -> scaling.put(caller, scaled, how));
    }

    /** Reads that are not scaled are an override in a region that is not the stack's. */
    private void fixReads(Caller caller, Caller there, String name, GlobalCapacity capacity) {
        if (!capacity.isProvisioned()) {
            return;
        }
        var now = describe(there, name);
        var table = capacity.fixedReads(Optional.empty())
            .filter(units -> !units.equals(now.provisionedThroughput().readCapacityUnits()));
        var indexes = capacity.indexNames().stream().flatMap(index -> capacity.fixedReads(Optional.of(index)).stream()
            .map(units -> ReplicaGlobalSecondaryIndex.of(i -> i.indexName(index)
                .provisionedThroughputOverride(new ProvisionedThroughputOverride(units))))).toList();
        if (table.isPresent() || !indexes.isEmpty()) {
            change(caller, name, u -> u.update(UpdateReplicationGroupMemberAction.of(a -> a.regionName(there.region())
                .provisionedThroughputOverride(table.map(ProvisionedThroughputOverride::new).orElse(null))
                .globalSecondaryIndexes(indexes.isEmpty() ? null : indexes))));
        }
    }

    /** A class that is set in a region would be all regions'. */
    private void updateClass(Caller caller, Caller there, String name, Desired wanted) {
        var summary = describe(there, name).tableClassSummary();
        var now = summary == null ? TableClass.STANDARD : summary.tableClass();
        var tableClass = Objects.toString(wanted.properties().get("TableClass"), TableClass.STANDARD);
        if (!tableClass.equals(now)) {
            change(caller, name, u -> u.update(UpdateReplicationGroupMemberAction.of(a ->
                a.regionName(there.region()).tableClassOverride(tableClass))));
        }
    }

    /** What a new replica has: all that is the same everywhere. */
    private static Desired withoutOwn(Desired desired) {
        var properties = new LinkedHashMap<>(desired.properties());
        properties.keySet().removeAll(OF_REPLICA);
        return desired.with(properties);
    }

    /** Until all replicas have what was there before. */
    private void await(Caller caller, String name) {
        looks.until(known -> known.stream().allMatch(one -> ReplicaStatus.ACTIVE.equals(one.replicaStatus())),
            () -> describe(caller, name).replicas());
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        return table.read(caller, physicalId);
    }

    private static Desired asTable(String region, Desired desired) {
        var properties = new LinkedHashMap<>(desired.properties());
        properties.keySet().retainAll(SAME);
        var replica = replica(region, desired);
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
        return desired.with(properties);
    }

    /** The regions of all replicas, which the stack's must be among. */
    private static List<String> regions(Caller caller, Desired desired) {
        if (!(desired.properties().get("Replicas") instanceof List<?> replicas) || replicas.isEmpty()) {
            throw new ValidationException("#/Replicas: expected minimum item count: 1, found: 0");
        }
        var regions = replicas.stream().filter(Map.class::isInstance)
            .map(one -> String.valueOf(((Map<?, ?>) one).get("Region"))).toList();
        if (!regions.contains(caller.region())) {
            throw new ValidationException("Replicas must contain the region of the stack: " + caller.region());
        }
        return regions;
    }

    private static Map<String, Object> replica(String region, Desired desired) {
        var found = new LinkedHashMap<String, Object>();
        for (var replica : (List<?>) desired.properties().get("Replicas")) {
            if (replica instanceof Map<?, ?> map && region.equals(String.valueOf(map.get("Region")))) {
                map.forEach((name, value) -> found.put(name.toString(), value));
            }
        }
        return found;
    }

    private static Optional<Map<String, Object>> limits(Map<String, Object> writes, Map<String, Object> reads) {
        var limits = new LinkedHashMap<String, Object>();
        var ofAll = writes.get("ReadOnDemandThroughputSettings");
        if (reads.getOrDefault("ReadOnDemandThroughputSettings", ofAll) instanceof Map<?, ?> map) {
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
            like.remove("ReadOnDemandThroughputSettings");
            if (own.get("ContributorInsightsSpecification") != null) {
                like.put("ContributorInsightsSpecification", own.get("ContributorInsightsSpecification"));
            }
            like.remove(GlobalCapacity.WRITES);
            like.remove(GlobalCapacity.READS);
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
