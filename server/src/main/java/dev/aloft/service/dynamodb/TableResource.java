package dev.aloft.service.dynamodb;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb;
import dev.aloft.api.DynamoDb.BillingMode;
import dev.aloft.api.DynamoDb.CreateTableRequest;
import dev.aloft.api.DynamoDb.DeleteTableRequest;
import dev.aloft.api.DynamoDb.DescribeTableRequest;
import dev.aloft.api.DynamoDb.ListTagsOfResourceRequest;
import dev.aloft.api.DynamoDb.OnDemandThroughput;
import dev.aloft.api.DynamoDb.ResourceInUseException;
import dev.aloft.api.DynamoDb.ResourceNotFoundException;
import dev.aloft.api.DynamoDb.SSESpecification;
import dev.aloft.api.DynamoDb.StreamSpecification;
import dev.aloft.api.DynamoDb.TableClass;
import dev.aloft.api.DynamoDb.TableDescription;
import dev.aloft.api.DynamoDb.TableWarmThroughputDescription;
import dev.aloft.api.DynamoDb.Tag;
import dev.aloft.api.DynamoDb.TagResourceRequest;
import dev.aloft.api.DynamoDb.TimeToLiveSpecification;
import dev.aloft.api.DynamoDb.UntagResourceRequest;
import dev.aloft.api.DynamoDb.UpdateTableRequest;
import dev.aloft.api.DynamoDb.UpdateTimeToLiveRequest;
import dev.aloft.api.DynamoDb.WarmThroughput;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * AWS::DynamoDB::Table.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html">
 *     AWS::DynamoDB::Table</a>
 */
final class TableResource implements ResourceType {
    private static final int MAX_NAME = 255;
    /** Those that CreateTable has under the same names. */
    private static final Set<String> SAME = Set.of("AttributeDefinitions", "KeySchema", "BillingMode",
        "ProvisionedThroughput",
        "LocalSecondaryIndexes", "TableClass", "DeletionProtectionEnabled", "OnDemandThroughput", "WarmThroughput");

    private final DynamoDb dynamoDb;
    private final TableExtras settings;
    private final TableIndexes indexes;
    private final TableImport imports;

    TableResource(DynamoDb dynamoDb, Time time) {
        this.dynamoDb = dynamoDb;
        settings = new TableExtras(dynamoDb);
        indexes = new TableIndexes(dynamoDb, time);
        imports = new TableImport(dynamoDb, time);
    }

    @Override
    public String type() {
        return "AWS::DynamoDB::Table";
    }

    @Override
    public Set<String> properties() {
        return Set.of("TableName", "AttributeDefinitions", "KeySchema", "BillingMode", "ProvisionedThroughput",
            "GlobalSecondaryIndexes", "LocalSecondaryIndexes", "TableClass", "DeletionProtectionEnabled", "Tags",
            "TimeToLiveSpecification", "PointInTimeRecoverySpecification", "SSESpecification", "StreamSpecification",
            "OnDemandThroughput", "WarmThroughput", "ResourcePolicy", "ContributorInsightsSpecification",
            "KinesisStreamSpecification", "ImportSourceSpecification");
    }

    @Override
    public List<String> members() {
        return List.of(
                "SSESpecification: SSEEnabled! SSEType KMSMasterKeyId",
                "TimeToLiveSpecification: Enabled! AttributeName",
                "PointInTimeRecoverySpecification: PointInTimeRecoveryEnabled RecoveryPeriodInDays",
                "StreamSpecification: StreamViewType! ResourcePolicy",
                "StreamSpecification/ResourcePolicy: PolicyDocument!",
                "ResourcePolicy: PolicyDocument!",
                "GlobalSecondaryIndexes/ContributorInsightsSpecification: Enabled! Mode",
                "ContributorInsightsSpecification: Enabled! Mode",
                "KinesisStreamSpecification: StreamArn! ApproximateCreationDateTimePrecision");
    }

    @Override
    public Set<String> required() {
        return Set.of("KeySchema");
    }

    @Override
    public Set<String> replacedBy() {
        return Set.of("TableName", "KeySchema", "LocalSecondaryIndexes", "ImportSourceSpecification");
    }

    /** The type of an attribute does not change either; others may come and go with their indexes. */
    @Override
    public Set<String> replacedBy(Map<String, Object> before, Map<String, Object> after) {
        var replacing = new HashSet<>(replacedBy());
        var types = types(after);
        if (types(before).entrySet().stream().anyMatch(one -> !one.getValue()
                .equals(types.getOrDefault(one.getKey(), one.getValue())))) {
            replacing.add("AttributeDefinitions");
        }
        return replacing;
    }

    private static Map<String, String> types(Map<String, Object> properties) {
        var types = new HashMap<String, String>();
        if (properties.get("AttributeDefinitions") instanceof List<?> list) {
            for (var each : list) {
                if (each instanceof Map<?, ?> one) {
                    types.put(String.valueOf(one.get("AttributeName")), String.valueOf(one.get("AttributeType")));
                }
            }
        }
        return types;
    }

    @Override
    public Optional<String> customName() {
        return Optional.of("TableName");
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        var name = desired.name("TableName", MAX_NAME);
        var request = wanted(desired).toBuilder().tableName(name).tags(list(desired.marked()))
            .streamSpecification(view(desired).map(TableResource::stream).orElse(null))
            .sseSpecification(encryption(desired))
            .resourcePolicy(policy(desired.properties()).orElse(null)).build();
        if (TableImport.isWanted(desired)) {
            imports.run(caller, desired, request);
            // An import makes a table without what has operations of its own.
            var bare = desired.with(Map.of());
            return ResourceType.complete(name, () -> update(caller, name, bare, desired));
        }
        try {
            dynamoDb.createTable(caller, request);
        } catch (ResourceInUseException e) {
            if (!isOurs(caller, name, desired)) {
                throw e;
            }
        }
        return ResourceType.complete(name, () -> {
            setExpiry(caller, name, Optional.empty(), expiry(desired));
            settings.apply(caller, describe(caller, name), Optional.empty(), desired);
            return resource(describe(caller, name));
        });
    }

    /** CloudFormation's form of an index says whether it has insights; the API's does not. */
    private static List<?> withoutInsights(Desired desired) {
        if (!(desired.properties().get("GlobalSecondaryIndexes") instanceof List<?> indexes)) {
            return null;
        }
        return indexes.stream().map(index -> {
            if (!(index instanceof Map<?, ?> map)) {
                return index;
            }
            var rest = new LinkedHashMap<>(map);
            rest.remove("ContributorInsightsSpecification");
            return rest;
        }).toList();
    }

    private static SSESpecification encryption(Desired desired) {
        if (!(desired.properties().get("SSESpecification") instanceof Map<?, ?> map)) {
            return null;
        }
        return new SSESpecification("true".equals(String.valueOf(map.get("SSEEnabled"))),
            TableExtras.text(map.get("SSEType")), TableExtras.text(map.get("KMSMasterKeyId")));
    }

    /** The key of KMS that a template names, or null. */
    static String key(Desired desired) {
        var encryption = encryption(desired);
        return encryption == null ? null : encryption.kmsMasterKeyId();
    }

    /** The policy of what has these properties. */
    static Optional<String> policy(Map<?, ?> properties) {
        return properties.get("ResourcePolicy") instanceof Map<?, ?> map && map.get("PolicyDocument") != null
            ? Optional.of(Desired.document(map, "PolicyDocument")) : Optional.empty();
    }

    private static CreateTableRequest wanted(Desired desired) {
        var same = new LinkedHashMap<>(desired.properties());
        same.keySet().retainAll(SAME);
        same.put("GlobalSecondaryIndexes", withoutInsights(desired));
        if (same.get("GlobalSecondaryIndexes") == null) {
            same.remove("GlobalSecondaryIndexes");
        }
        var request = (CreateTableRequest) TemplateShape.read(DynamoDb.CREATE_TABLE.input(), same, "");
        return request.billingMode() != null ? request : request.toBuilder().billingMode(BillingMode.PROVISIONED)
            .build();
    }

    private static List<Tag> list(Map<String, String> tags) {
        return tags.entrySet().stream().map(tag -> new Tag(tag.getKey(), tag.getValue())).toList();
    }

    /** Made by an earlier try for the same resource of the same stack. */
    private boolean isOurs(Caller caller, String name, Desired desired) {
        var tags = currentTags(caller, describe(caller, name).tableArn());
        return desired.isMarkedIn(tags);
    }

    private Map<String, String> currentTags(Caller caller, String arn) {
        var tags = new LinkedHashMap<String, String>();
        String token = null;
        do {
            var next = token;
            var page = dynamoDb.listTagsOfResource(caller, ListTagsOfResourceRequest.of(r -> r.resourceArn(arn)
                .nextToken(next)));
            page.tags().forEach(tag -> tags.put(tag.key(), tag.value()));
            token = page.nextToken();
        } while (token != null);
        return tags;
    }

    private TableDescription describe(Caller caller, String name) {
        return dynamoDb.describeTable(caller, DescribeTableRequest.of(r -> r.tableName(name))).table();
    }

    private static Optional<String> expiry(Desired desired) {
        if (!(desired.properties().get("TimeToLiveSpecification") instanceof Map<?, ?> map)
            || !"true".equals(String.valueOf(map.get("Enabled")))) {
            return Optional.empty();
        }
        return Optional.of(Optional.ofNullable(map.get("AttributeName")).map(Object::toString).orElseThrow(() ->
            new ValidationException("#/TimeToLiveSpecification: required key [AttributeName] not found")));
    }

    private void setExpiry(Caller caller, String name, Optional<String> before, Optional<String> after) {
        if (before.equals(after)) {
            return;
        }
        // Another attribute is refused while one is set: as on AWS it takes an update without expiry between.
        setExpiry(caller, name, after.or(() -> before).orElseThrow(), after.isPresent());
    }

    /** What is so already stays so: the step may be done a second time. */
    private void setExpiry(Caller caller, String name, String attribute, boolean enabled) {
        try {
            dynamoDb.updateTimeToLive(caller, UpdateTimeToLiveRequest.of(r -> r.tableName(name)
                .timeToLiveSpecification(TimeToLiveSpecification.of(s -> s.enabled(enabled)
                    .attributeName(attribute)))));
        } catch (ValidationException e) {
            if (!e.getMessage().endsWith(enabled ? "already enabled" : "already disabled")) {
                throw e;
            }
        }
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        var wanted = wanted(after);
        var now = describe(caller, physicalId);
        updateTable(caller, physicalId, wanted, now);
        updateEncryption(caller, physicalId, encryption(before), encryption(after), now);
        // Indexes get their capacity with their table.
        indexes.update(caller, physicalId, wanted, describe(caller, physicalId));
        setExpiry(caller, physicalId, expiry(before), expiry(after));
        updateStream(caller, physicalId, view(after), now);
        updateTags(caller, now.tableArn(), after.marked());
        settings.apply(caller, describe(caller, physicalId), Optional.of(before), after);
        return resource(describe(caller, physicalId));
    }

    private void updateTable(Caller caller, String name, CreateTableRequest wanted, TableDescription now) {
        boolean wasOnDemand = now.billingModeSummary() != null
            && BillingMode.PAY_PER_REQUEST.equals(now.billingModeSummary().billingMode());
        boolean isOnDemand = BillingMode.PAY_PER_REQUEST.equals(wanted.billingMode());
        var throughput = wanted.provisionedThroughput();
        boolean sameThroughput = throughput == null || throughput.readCapacityUnits().equals(
            now.provisionedThroughput().readCapacityUnits()) && throughput.writeCapacityUnits().equals(
                now.provisionedThroughput().writeCapacityUnits());
        if (wasOnDemand != isOnDemand || !isOnDemand && !sameThroughput) {
            dynamoDb.updateTable(caller, UpdateTableRequest.of(r -> r.tableName(name).billingMode(wanted.billingMode())
                .provisionedThroughput(throughput)
                .globalSecondaryIndexUpdates(wasOnDemand && !isOnDemand
                ? TableIndexes.throughputs(wanted, now) : null)));
        }
        var protects = Boolean.TRUE.equals(wanted.deletionProtectionEnabled());
        if (protects != Boolean.TRUE.equals(now.deletionProtectionEnabled())) {
            dynamoDb.updateTable(caller, UpdateTableRequest.of(r -> r.tableName(name)
                .deletionProtectionEnabled(protects)));
        }
        var tableClass = wanted.tableClass() == null ? TableClass.STANDARD : wanted.tableClass();
        if (!tableClass.equals(now.tableClassSummary() == null
                ? TableClass.STANDARD : now.tableClassSummary().tableClass())) {
            dynamoDb.updateTable(caller, UpdateTableRequest.of(r -> r.tableName(name).tableClass(tableClass)));
        }
        if (isOnDemand && !Objects.equals(wanted.onDemandThroughput(), now.onDemandThroughput())) {
            var limit = limit(wanted.onDemandThroughput());
            dynamoDb.updateTable(caller, UpdateTableRequest.of(r -> r.tableName(name).onDemandThroughput(limit)));
        }
        if (wanted.warmThroughput() != null && !isWarm(wanted.warmThroughput(), now.warmThroughput())) {
            dynamoDb.updateTable(caller, UpdateTableRequest.of(r -> r.tableName(name)
                .warmThroughput(wanted.warmThroughput())));
        }
    }

    /** What is not wanted any more is taken back. */
    static OnDemandThroughput limit(OnDemandThroughput wanted) {
        return wanted == null ? new OnDemandThroughput(-1L, -1L)
            : new OnDemandThroughput(Objects.requireNonNullElse(wanted.maxReadRequestUnits(), -1L),
                Objects.requireNonNullElse(wanted.maxWriteRequestUnits(), -1L));
    }

    private static boolean isWarm(WarmThroughput wanted, TableWarmThroughputDescription now) {
        return now != null && (wanted.readUnitsPerSecond() == null
            || wanted.readUnitsPerSecond().equals(now.readUnitsPerSecond()))
            && (wanted.writeUnitsPerSecond() == null || wanted.writeUnitsPerSecond().equals(now.writeUnitsPerSecond()));
    }

    private void updateEncryption(Caller caller, String name, SSESpecification was, SSESpecification wanted,
            TableDescription now) {
        boolean is = now.sseDescription() != null;
        boolean wants = wanted != null && wanted.enabled();
        boolean isOther = is && wants && !wanted.equals(was)
            && !now.sseDescription().kmsMasterKeyArn().equals(wanted.kmsMasterKeyId());
        if (is != wants || isOther) {
            dynamoDb.updateTable(caller, UpdateTableRequest.of(r -> r.tableName(name).sseSpecification(wants ? wanted
                : new SSESpecification(false, null, null))));
        }
    }

    private static Optional<String> view(Desired desired) {
        if (!(desired.properties().get("StreamSpecification") instanceof Map<?, ?> map)) {
            return Optional.empty();
        }
        return Optional.of(Optional.ofNullable(map.get("StreamViewType")).map(Object::toString).orElseThrow(() ->
            new ValidationException("#/StreamSpecification: required key [StreamViewType] not found")));
    }

    private static StreamSpecification stream(String view) {
        return new StreamSpecification(true, view);
    }

    /** A stream's view does not change: another one takes its place. */
    private void updateStream(Caller caller, String name, Optional<String> wanted, TableDescription now) {
        var view = Optional.ofNullable(now.streamSpecification()).map(StreamSpecification::streamViewType);
        if (view.equals(wanted)) {
            return;
        }
        if (view.isPresent()) {
            dynamoDb.updateTable(caller, UpdateTableRequest.of(r -> r.tableName(name)
                .streamSpecification(new StreamSpecification(false, null))));
        }
        wanted.ifPresent(other -> dynamoDb.updateTable(caller, UpdateTableRequest.of(r -> r.tableName(name)
            .streamSpecification(stream(other)))));
    }

    private void updateTags(Caller caller, String arn, Map<String, String> wanted) {
        var now = currentTags(caller, arn);
        var gone = now.keySet().stream().filter(key -> !wanted.containsKey(key)).toList();
        if (!gone.isEmpty()) {
            dynamoDb.untagResource(caller, UntagResourceRequest.of(r -> r.resourceArn(arn).tagKeys(gone)));
        }
        if (!wanted.isEmpty() && !wanted.equals(now)) {
            dynamoDb.tagResource(caller, TagResourceRequest.of(r -> r.resourceArn(arn).tags(list(wanted))));
        }
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        try {
            indexes.await(caller, physicalId);
            dynamoDb.deleteTable(caller, DeleteTableRequest.of(r -> r.tableName(physicalId)));
        } catch (ResourceNotFoundException _) {
            // Gone already, as wanted.
        }
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        try {
            return Optional.of(resource(describe(caller, physicalId)));
        } catch (ResourceNotFoundException _) {
            return Optional.empty();
        }
    }

    private static Resource resource(TableDescription table) {
        var attributes = new LinkedHashMap<String, Object>(Map.of("Arn", table.tableArn(), "TableId", table.tableId()));
        if (table.streamSpecification() != null) {
            attributes.put("StreamArn", table.latestStreamArn());
        }
        return new Resource(table.tableName(), attributes);
    }
}
