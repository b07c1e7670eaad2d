package dev.aloft.service.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb;
import dev.aloft.api.DynamoDb.DeleteItemRequest;
import dev.aloft.api.DynamoDb.DescribeTableRequest;
import dev.aloft.api.DynamoDb.EnableKinesisStreamingDestinationRequest;
import dev.aloft.api.DynamoDb.ExecuteStatementRequest;
import dev.aloft.api.DynamoDb.GetItemRequest;
import dev.aloft.api.DynamoDb.ListTagsOfResourceRequest;
import dev.aloft.api.DynamoDb.PutItemRequest;
import dev.aloft.api.DynamoDb.SSESpecification;
import dev.aloft.api.DynamoDb.StreamSpecification;
import dev.aloft.api.DynamoDb.TimeToLiveSpecification;
import dev.aloft.api.DynamoDb.UpdateKinesisStreamingConfiguration;
import dev.aloft.api.DynamoDb.UpdateKinesisStreamingDestinationRequest;
import dev.aloft.api.DynamoDb.UpdateTableRequest;
import dev.aloft.api.DynamoDb.UpdateTimeToLiveRequest;
import dev.aloft.api.DynamoDbStreams;
import dev.aloft.api.DynamoDbStreams.DescribeStreamRequest;
import dev.aloft.api.Kinesis;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.service.kinesis.KinesisService;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What AWS was recorded to answer where a request is wrong, a line a case: status, code and words. */
class RecordedErrorsTest extends DynamoDbFixture {
    private static final String STREAM = "arn:aws:kinesis:us-east-1:123456789012:stream/s";
    private static final String BAD_STREAM = "arn:aws:kinesis:us-east-1:123456789012:stream/bad-stream";
    private static final String ONE_OR_MORE = "One or more parameter values were invalid: ";
    private static final String GONE =
        "arn:aws:dynamodb:us-east-1:123456789012:table/gone/stream/2024-11-18T14:36:44.149";

    private interface Call {
        Object on(DynamoDb dynamoDb, Caller caller);
    }

    private record Case(String code, String message, Call call) {
    }

    private static Case invalid(String message, Call call) {
        return new Case("ValidationException", message, call);
    }

    private static Case missing(String message, Call call) {
        return new Case("ResourceNotFoundException", message, call);
    }

    private static Call precision(String stream, String precision) {
        return (dynamoDb, caller) -> dynamoDb.updateKinesisStreamingDestination(caller,
            new UpdateKinesisStreamingDestinationRequest(
            HASH, stream, precision == null ? null : new UpdateKinesisStreamingConfiguration(precision)));
    }

    private static Call updateTable(Consumer<UpdateTableRequest.Builder> with) {
        return (dynamoDb, caller) -> dynamoDb.updateTable(caller, UpdateTableRequest.of(r -> {
            r.tableName(HASH);
            with.accept(r);
        }));
    }

    private static Call expiry(boolean enabled, String attribute) {
        return (dynamoDb, caller) -> dynamoDb.updateTimeToLive(caller, new UpdateTimeToLiveRequest(RANGE,
            TimeToLiveSpecification.of(s -> s.enabled(enabled).attributeName(attribute))));
    }

    private List<Case> items() {
        return List.of(
            missing("Requested resource not found: Table: bad-table not found", (dynamoDb, caller) ->
                dynamoDb.describeTable(caller, new DescribeTableRequest("bad-table"))),
            missing("Requested resource not found: Table: non-existent not found", (dynamoDb, caller) ->
                dynamoDb.updateTable(caller, UpdateTableRequest.of(r -> r.tableName("non-existent")
                    .billingMode("PAY_PER_REQUEST")))),
            missing("Requested resource not found", (dynamoDb, caller) ->
                dynamoDb.getItem(caller, GetItemRequest.of(r -> r.tableName("non-existent").key(item("a", s("x")))))),
            new Case("ConditionalCheckFailedException", "The conditional request failed", (dynamoDb, caller) ->
                dynamoDb.putItem(caller, PutItemRequest.of(r -> r.tableName(HASH).item(item("a", s("x")))
                    .conditionExpression("attribute_exists(a)")))),
            new Case("ConditionalCheckFailedException", "The conditional request failed", (dynamoDb, caller) ->
                dynamoDb.deleteItem(caller, DeleteItemRequest.of(r -> r.tableName(HASH).key(item("a", s("x")))
                    .conditionExpression("attribute_exists(a)")))),
            invalid("1 validation error detected: Value '[]' at 'parameters' failed to satisfy constraint: Member "
                + "must have length "
                + "greater than or equal to 1", (dynamoDb, caller) -> dynamoDb.executeStatement(caller,
                    ExecuteStatementRequest.of(r -> r.statement("SELECT * FROM \"" + HASH + "\"")
                        .parameters(List.of())))));
    }

    private List<Case> destinations() {
        var state = "Table is not in a valid state to enable Kinesis Streaming Destination: ";
        var id = dynamoDb.describeTable(CALLER, new DescribeTableRequest(HASH)).table().tableId();
        return List.of(
            invalid("Streaming destination cannot be updated with given parameters: "
                + "UpdateKinesisStreamingConfiguration cannot be null "
                + "or contain only null values", precision(STREAM, null)),
            invalid("1 validation error detected: Value 'SECOND' at 'updateKinesisStreamingConfiguration."
                + "approximateCreationDateTimePrecision' failed to satisfy constraint: Member must satisfy enum "
                + "value set: " + "[MILLISECOND, MICROSECOND]", precision(STREAM, "SECOND")),
            invalid(state + "No streaming destination with streamArn: " + BAD_STREAM
                + " found for table with tableName: " + HASH, precision(BAD_STREAM, "MICROSECOND")),
            invalid("Invalid Request: Precision is already set to the desired value of MILLISECOND for tableId: " + id
                + ", kdsArn: " + STREAM, precision(STREAM, "MILLISECOND")),
            invalid(state + "EnableKinesisStreamingDestination must be DISABLED or ENABLE_FAILED to perform ENABLE "
                + "operation.", (dynamoDb, caller) -> dynamoDb.enableKinesisStreamingDestination(caller,
                    new EnableKinesisStreamingDestinationRequest(HASH, STREAM, null))));
    }

    /** Most parts of a change of a table stand alone; several wrong things at once give AWS's first complaint. */
    private List<Case> tables() {
        return List.of(
            invalid("At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, "
                + "GlobalSecondaryIndexUpdates, "
                + "SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, ReplicaTransitRoleArn, "
                + "MultiRegionConsistency, "
                + "DeletionProtectionEnabled, OnDemandThroughput, WarmThroughput or TableClass is required",
                updateTable(_ -> { })),
            invalid(ONE_OR_MORE + "Server-Side Encryption modification must be the only operation in the request",
                updateTable(r -> r.sseSpecification(new SSESpecification(true, null, null))
                    .deletionProtectionEnabled(true).tableClass("STANDARD"))),
            invalid(ONE_OR_MORE + "Table is already encrypted by default",
                updateTable(r -> r.sseSpecification(new SSESpecification(false, null, null)))),
            invalid(ONE_OR_MORE + "If stream is being enabled then UpdateViewType is required",
                updateTable(r -> r.streamSpecification(new StreamSpecification(true, null)))),
            invalid("Table has no stream to disable: TableName: " + HASH,
                updateTable(r -> r.streamSpecification(new StreamSpecification(false, null)))),
            invalid("TimeToLive is already disabled", (dynamoDb, caller) -> dynamoDb.updateTimeToLive(caller,
                new UpdateTimeToLiveRequest(HASH, TimeToLiveSpecification.of(s -> s.enabled(false)
                    .attributeName("ttl"))))),
            invalid("TimeToLive is already enabled", expiry(true, "ttl")),
            invalid("TimeToLive is active on a different AttributeName: current AttributeName is ttl",
                expiry(true, "other")),
            invalid("TimeToLive is active on a different AttributeName: current AttributeName is ttl",
                expiry(false, "other")),
            invalid(ONE_OR_MORE + "ARNs must start with 'arn:': " + HASH, (dynamoDb, caller) ->
                dynamoDb.listTagsOfResource(caller, ListTagsOfResourceRequest.of(r -> r.resourceArn(HASH)))),
            missing("Requested resource not found: Stream: " + GONE + " not found", (_, caller) ->
                DynamoDbStreams.at(endpoint).describeStream(caller, DescribeStreamRequest.of(r -> r.streamArn(GONE)))));
    }

    @TestFactory
    Stream<DynamicTest> errors() {
        endpoint.add(new KinesisService(store, KeyFile.inMemory(), time, endpoint));
        Kinesis.at(endpoint).createStream(CALLER, Kinesis.CreateStreamRequest.of(r -> r.streamName("s").shardCount(1)));
        dynamoDb.enableKinesisStreamingDestination(CALLER, new EnableKinesisStreamingDestinationRequest(HASH, STREAM,
            null));
        expiry(true, "ttl").on(dynamoDb, CALLER);
        return Stream.of(items(), destinations(), tables()).flatMap(List::stream)
            .map(one -> DynamicTest.dynamicTest(one.message(), () -> check(one)));
    }

    private void check(Case one) {
        var thrown = catchThrowable(() -> one.call().on(dynamoDb, CALLER));
        assertThat(thrown).isInstanceOf(ApiError.class);
        var error = (ApiError) thrown;
        assertThat(List.of(error.status(), error.code(), error.getMessage()))
            .containsExactly(400, one.code(), one.message());
    }
}
