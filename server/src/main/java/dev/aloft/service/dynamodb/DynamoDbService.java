package dev.aloft.service.dynamodb;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.ApplicationAutoScaling;
import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Kinesis;
import dev.aloft.api.S3;
import dev.aloft.api.Operation;
import dev.aloft.api.Shape;
import dev.aloft.kernel.call.Access;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.Service;
import dev.aloft.kernel.metric.Metrics;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Signal;
import dev.aloft.kernel.time.Time;
import dev.aloft.kernel.time.Worker;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** The operations of Amazon DynamoDB. */
public final class DynamoDbService implements Service, DynamoDb {
    private final DynamoDbData data = new DynamoDbData();
    private final Store store;
    private final Time time;
    private final Measures measures;
    private final boolean measured;
    private final Tables tables;
    private final TableKeys keys;
    private final KeyWatch keyWatch;
    private final UpdateTable updateTable;
    private final ReplicaScaling replicaScaling;
    private final TimeToLive timeToLive;
    private final Tags tags;
    private final PutItem putItem;
    private final GetItem getItem;
    private final UpdateItem updateItem;
    private final DeleteItem deleteItem;
    private final Query query;
    private final Scan scan;
    private final BatchWriteItem batchWriteItem;
    private final BatchGetItem batchGetItem;
    private final TransactWriteItems transactWriteItems;
    private final TransactGetItems transactGetItems;
    private final ExecuteStatement executeStatement;
    private final BatchExecuteStatement batchExecuteStatement;
    private final ExecuteTransaction executeTransaction;
    private final ResourcePolicies policies;
    private final Backups backups;
    private final Restores restores;
    private final Exports exports;
    private final Imports imports;
    private final Insights insights;
    private final KinesisDestinations kinesisDestinations;
    private final Feeds feeds;
    private final FineGrained fineGrained;
    private final Housekeeping housekeeping;
    private final List<ResourceType> resourceTypes;

    public DynamoDbService(Store platform, Time time, Endpoint endpoint) {
        this(platform, Optional.empty(), time, endpoint);
    }

    /** @param metrics where CloudWatch is told of the tables */
    public DynamoDbService(Store platform, Optional<Metrics> metrics, Time time, Endpoint endpoint) {
        store = platform.in("dynamodb");
        this.time = time;
        measured = metrics.isPresent();
        measures = new Measures(metrics);
        var open = new OpenTables(data);
        var streams = new Streams(data);
        var throttle = new Throttle(measures, time);
        var writer = new ItemWriter(data, open, streams, new Outbox(data), throttle, store, time);
        var reads = new Reads(open, throttle, store, time);
        var collections = new Collections(open, store);
        policies = new ResourcePolicies(data, store, time);
        keys = new TableKeys(data, open, endpoint, store, time);
        tables = new Tables(data, streams, this::backups, policies, keys, store, time);
        backups = new Backups(data, open, tables, store, time);
        keyWatch = new KeyWatch(data, open, keys, tables.replicas(), backups, store, time);
        restores = new Restores(data, open, tables, backups, writer, keys, store, time);
        exports = new Exports(data, open, tables, S3.at(endpoint), store, time);
        imports = new Imports(data, open, tables, writer, S3.at(endpoint), store, time);
        insights = new Insights(data, tables, store, time);
        var replication = new Replication(data, open, writer, store, time);
        kinesisDestinations = new KinesisDestinations(tables, Kinesis.at(endpoint), store, time);
        feeds = new Feeds(data, new KinesisFeed(data, Kinesis.at(endpoint), store, time), replication, store, time);
        var capacityScaling = new CapacityScaling(ApplicationAutoScaling.at(endpoint));
        replicaScaling = new ReplicaScaling(capacityScaling, tables, store);
        updateTable = new UpdateTable(tables, new Indexes(data), streams, keys, replicaScaling, store, time);
        timeToLive = new TimeToLive(data, tables, store, time);
        tags = new Tags(data, tables, store, time);
        putItem = new PutItem(writer, collections);
        getItem = new GetItem(reads);
        updateItem = new UpdateItem(writer, collections);
        deleteItem = new DeleteItem(writer, collections);
        query = new Query(reads);
        scan = new Scan(reads);
        batchWriteItem = new BatchWriteItem(writer, collections);
        batchGetItem = new BatchGetItem(reads);
        transactWriteItems = new TransactWriteItems(data, open, writer, collections, throttle, store, time);
        transactGetItems = new TransactGetItems(reads);
        executeStatement = new ExecuteStatement(reads, writer);
        batchExecuteStatement = new BatchExecuteStatement(reads, executeStatement);
        executeTransaction = new ExecuteTransaction(reads, transactWriteItems);
        fineGrained = new FineGrained(open, store);
        housekeeping = new Housekeeping(data, open, writer, streams, backups, restores, replication, store,
            time);
        var tableType = new TableResource(DynamoDb.at(endpoint), time);
        resourceTypes = List.of(tableType, new GlobalTableResource(tableType, DynamoDb.at(endpoint), capacityScaling,
            time));
    }

    @Override
    public List<ResourceType> resourceTypes() {
        return resourceTypes;
    }

    @Override
    public List<Worker> workers() {
        var all = new ArrayList<>(List.of(new Worker("dynamodb housekeeping", data.work, housekeeping::turn),
            new Worker("dynamodb exports and imports", data.transfers, this::transfer),
            new Worker("dynamodb feeds", data.feeds, feeds::turn),
            new Worker("dynamodb keys", data.keyWork, keyWatch::turn)));
        if (measured) {
            all.add(new Worker("dynamodb metrics", new Signal(), () -> measures.turn(data, store, time)));
        }
        return all;
    }

    private Optional<Instant> transfer() {
        return Stream.of(exports.turn(), imports.turn()).flatMap(Optional::stream).min(Instant::compareTo);
    }

    @Override
    public Shape call(Operation operation, Caller caller, Shape input) {
        return measures.request(operation, caller, input, time, () -> DynamoDb.super.call(operation, caller, input));
    }

    private Backups backups() {
        return backups;
    }

    @Override
    public Optional<String> policy(Caller caller, String arn) {
        return policies.document(arn);
    }

    @Override
    public Access access(Caller caller, Shape input) {
        return switch ((Request) input) {
            case CreateTableRequest r ->
                ResourcePolicies.naming(table("CreateTable", caller, r.tableName()), r.resourcePolicy());
            case DescribeTableRequest r -> table("DescribeTable", caller, r.tableName());
            case DeleteTableRequest r -> table("DeleteTable", caller, r.tableName());
            case ListTablesRequest _ -> Access.to("dynamodb:ListTables");
            case UpdateTableRequest r -> table("UpdateTable", caller, r.tableName());
            case PutItemRequest r -> table("PutItem", caller, r.tableName());
            case GetItemRequest r -> table("GetItem", caller, r.tableName());
            case UpdateItemRequest r -> table("UpdateItem", caller, r.tableName());
            case DeleteItemRequest r -> table("DeleteItem", caller, r.tableName());
            case QueryRequest r -> index("Query", caller, r.tableName(), r.indexName());
            case ScanRequest r -> index("Scan", caller, r.tableName(), r.indexName());
            case BatchWriteItemRequest r -> tables("BatchWriteItem", caller, r.requestItems().keySet());
            case BatchGetItemRequest r -> tables("BatchGetItem", caller, r.requestItems().keySet());
            case TransactWriteItemsRequest r -> accesses(caller, r).getFirst();
            case TransactGetItemsRequest r -> accesses(caller, r).getFirst();
            case ExecuteStatementRequest r -> Statements.access(caller, r.statement(), r.parameters());
            case BatchExecuteStatementRequest r -> accesses(caller, r).getFirst();
            case ExecuteTransactionRequest r -> accesses(caller, r).getFirst();
            case DescribeTimeToLiveRequest r -> table("DescribeTimeToLive", caller, r.tableName());
            case UpdateTimeToLiveRequest r -> table("UpdateTimeToLive", caller, r.tableName());
            case DescribeContinuousBackupsRequest r -> table("DescribeContinuousBackups", caller, r.tableName());
            case UpdateContinuousBackupsRequest r -> table("UpdateContinuousBackups", caller, r.tableName());
            case CreateBackupRequest r -> table("CreateBackup", caller, r.tableName());
            case DescribeBackupRequest r -> resource("DescribeBackup", r.backupArn());
            case DeleteBackupRequest r -> resource("DeleteBackup", r.backupArn());
            case ListBackupsRequest _ -> Access.to("dynamodb:ListBackups");
            case RestoreTableFromBackupRequest r -> Access.to("dynamodb:RestoreTableFromBackup", r.backupArn(),
                TableRef.arn(caller, r.targetTableName()));
            case RestoreTableToPointInTimeRequest r -> Access.to("dynamodb:RestoreTableToPointInTime",
                r.sourceTableArn() != null
                ? r.sourceTableArn() : TableRef.arn(caller, r.sourceTableName()),
                TableRef.arn(caller, r.targetTableName()));
            case ExportTableToPointInTimeRequest r -> resource("ExportTableToPointInTime", r.tableArn());
            case DescribeExportRequest r -> resource("DescribeExport", r.exportArn());
            case ListExportsRequest _ -> Access.to("dynamodb:ListExports");
            case ImportTableRequest r -> table("ImportTable", caller, r.tableCreationParameters().tableName());
            case DescribeImportRequest r -> resource("DescribeImport", r.importArn());
            case ListImportsRequest _ -> Access.to("dynamodb:ListImports");
            case PutResourcePolicyRequest r ->
                ResourcePolicies.naming(resource("PutResourcePolicy", r.resourceArn()), r.policy());
            case GetResourcePolicyRequest r -> resource("GetResourcePolicy", r.resourceArn());
            case DeleteResourcePolicyRequest r -> resource("DeleteResourcePolicy", r.resourceArn());
            case DescribeLimitsRequest _ -> Access.to("dynamodb:DescribeLimits");
            case UpdateContributorInsightsRequest r -> index("UpdateContributorInsights", caller, r.tableName(),
                r.indexName());
            case DescribeContributorInsightsRequest r -> index("DescribeContributorInsights", caller, r.tableName(),
                r.indexName());
            case ListContributorInsightsRequest _ -> Access.to("dynamodb:ListContributorInsights");
            case EnableKinesisStreamingDestinationRequest r ->
                table("EnableKinesisStreamingDestination", caller, r.tableName());
            case DisableKinesisStreamingDestinationRequest r ->
                table("DisableKinesisStreamingDestination", caller, r.tableName());
            case DescribeKinesisStreamingDestinationRequest r ->
                table("DescribeKinesisStreamingDestination", caller, r.tableName());
            case UpdateKinesisStreamingDestinationRequest r ->
                table("UpdateKinesisStreamingDestination", caller, r.tableName());
            case DescribeGlobalTableRequest _ -> Access.to("dynamodb:DescribeGlobalTable");
            case ListGlobalTablesRequest _ -> Access.to("dynamodb:ListGlobalTables");
            case DescribeGlobalTableSettingsRequest _ -> Access.to("dynamodb:DescribeGlobalTableSettings");
            case UpdateGlobalTableSettingsRequest _ -> Access.to("dynamodb:UpdateGlobalTableSettings");
            case DescribeTableReplicaAutoScalingRequest r ->
                table("DescribeTableReplicaAutoScaling", caller, r.tableName());
            case UpdateTableReplicaAutoScalingRequest r ->
                table("UpdateTableReplicaAutoScaling", caller, r.tableName());
            case CreateGlobalTableRequest _ -> Access.to("dynamodb:CreateGlobalTable");
            case UpdateGlobalTableRequest _ -> Access.to("dynamodb:UpdateGlobalTable");
            case ListTagsOfResourceRequest r -> resource("ListTagsOfResource", r.resourceArn());
            case TagResourceRequest r -> resource("TagResource", r.resourceArn());
            case UntagResourceRequest r -> resource("UntagResource", r.resourceArn());
            case DescribeEndpointsRequest _ -> Access.to("dynamodb:DescribeEndpoints");
        };
    }

    private static Access table(String operation, Caller caller, String name) {
        return Access.to("dynamodb:" + operation, TableRef.arn(caller, name));
    }

    /** A read of an index asks for the index alone. */
    private static Access index(String operation, Caller caller, String table, String index) {
        var arn = TableRef.arn(caller, table);
        return Access.to("dynamodb:" + operation, index == null ? arn : arn + "/index/" + index);
    }

    private static Access tables(String operation, Caller caller, Collection<String> names) {
        return Access.to("dynamodb:" + operation,
            names.stream().map(name -> TableRef.arn(caller, name)).toArray(String[]::new));
    }

    /** A transaction asks for what it does, one by one; it is no action of its own. */
    @Override
    public List<Access> accesses(Caller caller, Shape input) {
        return switch ((Request) input) {
            case TransactWriteItemsRequest r ->
                r.transactItems().stream().flatMap(item -> parts(caller, item)).distinct().toList();
            case TransactGetItemsRequest r -> r.transactItems().stream().map(item ->
                part("GetItem", caller, item.get_().tableName(), item.get_().key())).distinct().toList();
            case BatchExecuteStatementRequest r -> r.statements().stream().map(one ->
                Statements.access(caller, one.statement(), one.parameters())).distinct().toList();
            case ExecuteTransactionRequest r -> r.transactStatements().stream().map(one ->
                Statements.access(caller, one.statement(), one.parameters())).distinct().toList();
            default -> List.of(fineGrained.with(access(caller, input), caller, (Request) input));
        };
    }

    /** The tables of a transaction or of statements. */
    private Stream<String> tables(Caller caller, Request input) {
        return accesses(caller, input).stream().flatMap(access -> access.resources().stream()).filter(Arn::isArn);
    }

    private Stream<Access> parts(Caller caller, TransactWriteItem item) {
        return Stream.of(
            item.conditionCheck() == null ? null
                : part("ConditionCheckItem", caller, item.conditionCheck().tableName(), item.conditionCheck().key()),
            item.put() == null ? null : part("PutItem", caller, item.put().tableName(), item.put().item()),
            item.delete() == null ? null : part("DeleteItem", caller, item.delete().tableName(), item.delete().key()),
            item.update() == null ? null : part("UpdateItem", caller, item.update().tableName(), item.update().key()))
            .filter(Objects::nonNull);
    }

    private Access part(String action, Caller caller, String tableName, Map<String, AttributeValue> attributes) {
        return fineGrained.leading(table(action, caller, tableName), caller, tableName, attributes);
    }

    private static Access resource(String operation, String arn) {
        return arn == null ? Access.to("dynamodb:" + operation) : Access.to("dynamodb:" + operation, arn);
    }

    @Override
    public CreateTableResponse createTable(Caller caller, CreateTableRequest input) {
        return tables.create(caller, input);
    }

    @Override
    public DescribeTableResponse describeTable(Caller caller, DescribeTableRequest input) {
        return tables.describe(caller, input);
    }

    @Override
    public DeleteTableResponse deleteTable(Caller caller, DeleteTableRequest input) {
        return tables.delete(caller, input);
    }

    @Override
    public ListTablesResponse listTables(Caller caller, ListTablesRequest input) {
        return tables.list(caller, input);
    }

    @Override
    public UpdateTableResponse updateTable(Caller caller, UpdateTableRequest input) {
        return updateTable.update(caller, input);
    }

    @Override
    public DescribeTableReplicaAutoScalingResponse describeTableReplicaAutoScaling(Caller caller,
            DescribeTableReplicaAutoScalingRequest input) {
        return replicaScaling.describe(caller, input.tableName());
    }

    @Override
    public UpdateTableReplicaAutoScalingResponse updateTableReplicaAutoScaling(Caller caller,
            UpdateTableReplicaAutoScalingRequest input) {
        return replicaScaling.update(caller, input);
    }

    @Override
    public PutItemResponse putItem(Caller caller, PutItemRequest input) {
        keys.require(caller, input.tableName());
        return putItem.put(caller, input);
    }

    @Override
    public GetItemResponse getItem(Caller caller, GetItemRequest input) {
        keys.require(caller, input.tableName());
        return getItem.get(caller, input);
    }

    @Override
    public UpdateItemResponse updateItem(Caller caller, UpdateItemRequest input) {
        keys.require(caller, input.tableName());
        return updateItem.update(caller, input);
    }

    @Override
    public DeleteItemResponse deleteItem(Caller caller, DeleteItemRequest input) {
        keys.require(caller, input.tableName());
        return deleteItem.delete(caller, input);
    }

    @Override
    public QueryResponse query(Caller caller, QueryRequest input) {
        keys.require(caller, input.tableName());
        return query.query(caller, input);
    }

    @Override
    public ScanResponse scan(Caller caller, ScanRequest input) {
        keys.require(caller, input.tableName());
        return scan.scan(caller, input);
    }

    @Override
    public BatchWriteItemResponse batchWriteItem(Caller caller, BatchWriteItemRequest input) {
        keys.require(caller, () -> input.requestItems().keySet().stream());
        return batchWriteItem.write(caller, input);
    }

    @Override
    public BatchGetItemResponse batchGetItem(Caller caller, BatchGetItemRequest input) {
        keys.require(caller, () -> input.requestItems().keySet().stream());
        return batchGetItem.get(caller, input);
    }

    @Override
    public TransactWriteItemsResponse transactWriteItems(Caller caller, TransactWriteItemsRequest input) {
        keys.require(caller, () -> tables(caller, input));
        return transactWriteItems.write(caller, input);
    }

    @Override
    public TransactGetItemsResponse transactGetItems(Caller caller, TransactGetItemsRequest input) {
        keys.require(caller, () -> tables(caller, input));
        return transactGetItems.get(caller, input);
    }

    @Override
    public ExecuteStatementResponse executeStatement(Caller caller, ExecuteStatementRequest input) {
        keys.require(caller, () -> tables(caller, input));
        return executeStatement.execute(caller, input);
    }

    @Override
    public BatchExecuteStatementResponse batchExecuteStatement(Caller caller, BatchExecuteStatementRequest input) {
        keys.require(caller, () -> tables(caller, input));
        return batchExecuteStatement.execute(caller, input);
    }

    @Override
    public ExecuteTransactionResponse executeTransaction(Caller caller, ExecuteTransactionRequest input) {
        keys.require(caller, () -> tables(caller, input));
        return executeTransaction.execute(caller, input);
    }

    @Override
    public DescribeTimeToLiveResponse describeTimeToLive(Caller caller, DescribeTimeToLiveRequest input) {
        return timeToLive.describe(caller, input);
    }

    @Override
    public UpdateTimeToLiveResponse updateTimeToLive(Caller caller, UpdateTimeToLiveRequest input) {
        keys.require(caller, input.tableName());
        return timeToLive.update(caller, input);
    }

    @Override
    public DescribeContinuousBackupsResponse describeContinuousBackups(Caller caller,
            DescribeContinuousBackupsRequest input) {
        return restores.describe(caller, input);
    }

    @Override
    public UpdateContinuousBackupsResponse updateContinuousBackups(Caller caller,
            UpdateContinuousBackupsRequest input) {
        return restores.update(caller, input);
    }

    @Override
    public CreateBackupResponse createBackup(Caller caller, CreateBackupRequest input) {
        keys.require(caller, input.tableName());
        return backups.create(caller, input);
    }

    @Override
    public DescribeBackupResponse describeBackup(Caller caller, DescribeBackupRequest input) {
        return backups.describe(input);
    }

    @Override
    public DeleteBackupResponse deleteBackup(Caller caller, DeleteBackupRequest input) {
        return backups.delete(input);
    }

    @Override
    public ListBackupsResponse listBackups(Caller caller, ListBackupsRequest input) {
        return backups.list(caller, input);
    }

    @Override
    public RestoreTableFromBackupResponse restoreTableFromBackup(Caller caller, RestoreTableFromBackupRequest input) {
        return restores.restore(caller, input);
    }

    @Override
    public RestoreTableToPointInTimeResponse restoreTableToPointInTime(Caller caller,
            RestoreTableToPointInTimeRequest input) {
        return restores.restore(caller, input);
    }

    @Override
    public ExportTableToPointInTimeResponse exportTableToPointInTime(Caller caller,
            ExportTableToPointInTimeRequest input) {
        return exports.start(caller, input);
    }

    @Override
    public DescribeExportResponse describeExport(Caller caller, DescribeExportRequest input) {
        return exports.describe(input);
    }

    @Override
    public ListExportsResponse listExports(Caller caller, ListExportsRequest input) {
        return exports.list(caller, input);
    }

    @Override
    public ImportTableResponse importTable(Caller caller, ImportTableRequest input) {
        return imports.start(caller, input);
    }

    @Override
    public DescribeImportResponse describeImport(Caller caller, DescribeImportRequest input) {
        return imports.describe(input);
    }

    @Override
    public ListImportsResponse listImports(Caller caller, ListImportsRequest input) {
        return imports.list(caller, input);
    }

    @Override
    public PutResourcePolicyResponse putResourcePolicy(Caller caller, PutResourcePolicyRequest input) {
        return policies.put(input);
    }

    @Override
    public GetResourcePolicyResponse getResourcePolicy(Caller caller, GetResourcePolicyRequest input) {
        return policies.get(input);
    }

    @Override
    public DeleteResourcePolicyResponse deleteResourcePolicy(Caller caller, DeleteResourcePolicyRequest input) {
        return policies.delete(input);
    }

    /** The quotas of an account of which nobody asked for more. */
    @Override
    public DescribeLimitsResponse describeLimits(Caller caller, DescribeLimitsRequest input) {
        return new DescribeLimitsResponse(80_000L, 80_000L, 40_000L, 40_000L);
    }

    @Override
    public UpdateContributorInsightsResponse updateContributorInsights(Caller caller,
            UpdateContributorInsightsRequest input) {
        keys.require(caller, input.tableName());
        return insights.update(caller, input);
    }

    @Override
    public DescribeContributorInsightsResponse describeContributorInsights(Caller caller,
            DescribeContributorInsightsRequest input) {
        return insights.describe(caller, input);
    }

    @Override
    public ListContributorInsightsResponse listContributorInsights(Caller caller,
            ListContributorInsightsRequest input) {
        return insights.list(caller, input);
    }

    @Override
    public KinesisStreamingDestinationOutput enableKinesisStreamingDestination(Caller caller,
            EnableKinesisStreamingDestinationRequest input) {
        return kinesisDestinations.enable(caller, input);
    }

    @Override
    public KinesisStreamingDestinationOutput disableKinesisStreamingDestination(Caller caller,
            DisableKinesisStreamingDestinationRequest input) {
        return kinesisDestinations.disable(caller, input);
    }

    @Override
    public DescribeKinesisStreamingDestinationResponse describeKinesisStreamingDestination(Caller caller,
            DescribeKinesisStreamingDestinationRequest input) {
        return kinesisDestinations.describe(caller, input);
    }

    @Override
    public UpdateKinesisStreamingDestinationResponse updateKinesisStreamingDestination(Caller caller,
            UpdateKinesisStreamingDestinationRequest input) {
        return kinesisDestinations.update(caller, input);
    }

    @Override
    public CreateGlobalTableResponse createGlobalTable(Caller caller, CreateGlobalTableRequest input) {
        throw oldGlobalTables();
    }

    /** There are none of version 2017.11.29, and none can be made: so AWS answers for every name. */
    @Override
    public UpdateGlobalTableResponse updateGlobalTable(Caller caller, UpdateGlobalTableRequest input) {
        if (input.replicaUpdates().isEmpty()) {
            throw new ValidationException("One or more parameter values were invalid");
        }
        throw input.replicaUpdates().stream().anyMatch(update -> update.create() != null) ? oldGlobalTables()
            : noOldGlobalTable(input.globalTableName());
    }

    @Override
    public DescribeGlobalTableResponse describeGlobalTable(Caller caller, DescribeGlobalTableRequest input) {
        throw new GlobalTableNotFoundException(
            "Global table not found: " + noOldGlobalTable(input.globalTableName()).getMessage());
    }

    @Override
    public ListGlobalTablesResponse listGlobalTables(Caller caller, ListGlobalTablesRequest input) {
        return new ListGlobalTablesResponse(List.of(), null);
    }

    @Override
    public DescribeGlobalTableSettingsResponse describeGlobalTableSettings(Caller caller,
            DescribeGlobalTableSettingsRequest input) {
        throw noOldGlobalTable(input.globalTableName());
    }

    @Override
    public UpdateGlobalTableSettingsResponse updateGlobalTableSettings(Caller caller,
            UpdateGlobalTableSettingsRequest input) {
        throw noOldGlobalTable(input.globalTableName());
    }

    private static ApiError noOldGlobalTable(String name) {
        return new GlobalTableNotFoundException("Global table with name: '" + name + "' does not exist.");
    }

    /** So AWS answers today. */
    private static ApiError oldGlobalTables() {
        return ValidationException.parameters(
            "DynamoDB global tables version 2017.11.29 is not supported. We recommend using "
            + "DynamoDB global tables version 2019.11.21, instead of version 2017.11.29 (Legacy).");
    }

    @Override
    public ListTagsOfResourceResponse listTagsOfResource(Caller caller, ListTagsOfResourceRequest input) {
        return tags.list(caller, input);
    }

    @Override
    public TagResourceResponse tagResource(Caller caller, TagResourceRequest input) {
        return tags.tag(caller, input);
    }

    @Override
    public UntagResourceResponse untagResource(Caller caller, UntagResourceRequest input) {
        return tags.untag(caller, input);
    }

    /** There is one endpoint: the one at which the caller is already. */
    @Override
    public DescribeEndpointsResponse describeEndpoints(Caller caller, DescribeEndpointsRequest input) {
        var here = URI.create(caller.endpoint()).getAuthority();
        return new DescribeEndpointsResponse(List.of(new Endpoint_(here, 1440L)));
    }
}
