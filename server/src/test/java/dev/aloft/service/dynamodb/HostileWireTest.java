package dev.aloft.service.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.ApiError;
import dev.aloft.api.Body;
import dev.aloft.api.DynamoDb;
import dev.aloft.api.Operation;
import dev.aloft.wire.Headers;
import dev.aloft.wire.HttpRequest;
import dev.aloft.wire.JsonRpc;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/**
 * Requests whose bytes were spoilt at random: each is carried out or refused as the client's fault, and soon. Others
 * with {@code -Daloft.fuzz.seed=…}, more with {@code -Daloft.fuzz=100000}.
 */
class HostileWireTest extends DynamoDbFixture {
    private static final long SEED = Long.getLong("aloft.fuzz.seed", 20_261_127);
    private static final int TRIES = Integer.getInteger("aloft.fuzz", 400);
    private static final List<Map.Entry<Operation, String>> REQUESTS = List.of(
        Map.entry(DynamoDb.PUT_ITEM, """
            {"TableName":"hash-table","Item":{"a":{"S":"x"},"n":{"N":"1.50"},"l":{"L":[{"B":"AQI="},{"M":{"k":{"NS":["1","2"]}}}]}},
            "ConditionExpression":"attribute_not_exists(#n) OR n < :v","ExpressionAttributeNames":{"#n":"n"},
            "ExpressionAttributeValues":{":v":{"N":"7"}},"ReturnValues":"ALL_OLD","ReturnConsumedCapacity":"INDEXES"}"""),
        Map.entry(DynamoDb.UPDATE_ITEM, """
            {"TableName":"hash-table","Key":{"a":{"S":"x"}},"AttributeUpdates":{"n":{"Action":"ADD","Value":{"N":"1"}}},
            "Expected":{"a":{"Exists":true,"Value":{"S":"x"}}},"ReturnValues":"UPDATED_NEW"}"""),
        Map.entry(DynamoDb.QUERY, """
            {"TableName":"range-table","KeyConditions":{"a":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"x"}]}},
            "ExclusiveStartKey":{"a":{"S":"x"},"b":{"S":"y"}},"Limit":3,"ScanIndexForward":false,"Select":"COUNT"}"""),
        Map.entry(DynamoDb.SCAN, """
            {"TableName":"hash-table","Segment":0,"TotalSegments":4,"FilterExpression":"size(#n) > :v","ProjectionExpression":"l[1].k",
            "ExpressionAttributeNames":{"#n":"n"},"ExpressionAttributeValues":{":v":{"N":"7"}}}"""),
        Map.entry(DynamoDb.BATCH_WRITE_ITEM, """
            {"RequestItems":{"hash-table":[{"PutRequest":{"Item":{"a":{"S":"x"}}}},{"DeleteRequest":{"Key":{"a":{"S":"y"}}}}]}}"""),
        Map.entry(DynamoDb.TRANSACT_WRITE_ITEMS, """
            {"ClientRequestToken":"t","TransactItems":[{"Update":{"TableName":"hash-table","Key":{"a":{"S":"x"}},
            "UpdateExpression":"SET n = n + :v","ExpressionAttributeValues":{":v":{"N":"7"}}}},
            {"ConditionCheck":{"TableName":"hash-table","Key":{"a":{"S":"z"}},"ConditionExpression":"attribute_not_exists(a)"}}]}"""),
        Map.entry(DynamoDb.CREATE_TABLE, """
            {"TableName":"made","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],
            "AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"},{"AttributeName":"g","AttributeType":"N"}],
            "GlobalSecondaryIndexes":[{"IndexName":"byG","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],
            "Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["x"]}}],"StreamSpecification":{"StreamEnabled":false}}"""),
        Map.entry(DynamoDb.UPDATE_TABLE, """
            {"TableName":"hash-table","ReplicaUpdates":[{"Create":{"RegionName":"eu-west-1"}},{"Delete":{"RegionName":"eu-west-1"}}],
            "OnDemandThroughput":{"MaxReadRequestUnits":5},"SSESpecification":{"Enabled":true},"DeletionProtectionEnabled":true}"""),
        Map.entry(DynamoDb.ENABLE_KINESIS_STREAMING_DESTINATION, """
            {"TableName":"hash-table","StreamArn":"arn:aws:kinesis:us-east-1:123456789012:stream/s",
            "EnableKinesisStreamingConfiguration":{"ApproximateCreationDateTimePrecision":"MICROSECOND"}}"""),
        Map.entry(DynamoDb.EXPORT_TABLE_TO_POINT_IN_TIME, """
            {"TableArn":"arn:aws:dynamodb:us-east-1:123456789012:table/hash-table","S3Bucket":"bucket","ExportTime":1.5e9,
            "ExportType":"INCREMENTAL_EXPORT","IncrementalExportSpecification":{"ExportFromTime":1700000000}}"""));
    private static final List<String> PIECES = List.of("null", "true", "-1", "1e999", "99999999999999999999", "\"\"",
        "{}", "[]", "[[[[[[",
        "{\"S\":", "\\ud83d", "\\u0000", "\u0000", "é", ",", ":", "\"", "}", "]", "\"x\"", "\"arn:aws:\"", "0.1",
        "{\"NULL\":false}");

    private final Random random = new Random(SEED);

    private String spoilt(String request) {
        var text = new StringBuilder(request);
        for (int changes = 1 + random.nextInt(4); changes > 0 && !text.isEmpty(); changes--) {
            int at = random.nextInt(text.length());
            int end = Math.min(text.length(), at + random.nextInt(12));
            switch (random.nextInt(4)) {
                case 0 -> text.delete(at, end);
                case 1 -> text.insert(at, PIECES.get(random.nextInt(PIECES.size())));
                case 2 -> text.replace(at, end, PIECES.get(random.nextInt(PIECES.size())));
                default -> text.insert(at, text.substring(Math.min(at, end), end));
            }
        }
        return text.toString();
    }

    /** Values in place of others, so that the request can still be read. */
    private String changed(String request) {
        var values = List.of("\"x\"", "7", "null", "true", "[]", "{}", "\"" + "y".repeat(300) + "\"", "{\"S\":\"x\"}",
            "[null]", "1.5", "\"-\"");
        var parts = request.split("(?<=:)(?=\"[^\"]*\"|\\d|true|false)");
        var text = new StringBuilder();
        int changed = random.nextInt(parts.length);
        for (int i = 0; i < parts.length; i++) {
            text.append(i == changed && i > 0
                ? parts[i].replaceFirst("^(\"[^\"]*\"|[\\d.e]+|true|false)", values.get(random.nextInt(values.size())))
                : parts[i]);
        }
        return text.toString();
    }

    private void attempt(Operation operation, String request) {
        var what = "seed " + SEED + ": " + operation + " " + request;
        var http = new HttpRequest("POST", "http", "/", "", Headers.of(),
            Body.of(request.getBytes(StandardCharsets.UTF_8)), null);
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(10), () -> {
            try {
                var output = endpoint.call(operation, CALLER, JsonRpc.V1_0.readInput(operation, http));
                assertThat(JsonRpc.V1_0.writeOutput(operation, output, "id").status()).isEqualTo(200);
            } catch (ApiError e) {
                // What is not built is told so.
                assertThat(e.status()).as(what).isIn(400, 501);
                assertThat(String.valueOf(e.getMessage())).as(what).doesNotContain("Exception");
            } catch (RuntimeException | StackOverflowError e) {
                throw new AssertionError(what, e);
            }
        }, () -> what);
    }

    @Test
    void spoiltRequestsAreTheClientsFault() {
        for (var request : REQUESTS) {
            for (int i = 0; i < TRIES; i++) {
                attempt(request.getKey(), spoilt(request.getValue()));
                attempt(request.getKey(), changed(request.getValue()));
            }
        }
    }
}
