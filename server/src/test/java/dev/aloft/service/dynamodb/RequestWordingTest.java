package dev.aloft.service.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.aloft.api.ApiError;
import dev.aloft.api.DynamoDb;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * What AWS was captured to answer in October 2026, in us-east-1 and most regions, to requests that are wrong in
 * themselves (paritysuite/dynamodb-conformance). Each group is of operations that word it in the same way; a line is a
 * request's members and the answer.
 */
class RequestWordingTest extends DynamoDbFixture {
    private static final String NOT_NUMERIC = "The parameter cannot be converted to a numeric value";
    private static final String OVERFLOW =
        "Number overflow. Attempting to store a number with magnitude larger than supported range";
    private static final String UNDERFLOW =
        "Number underflow. Attempting to store a number with magnitude smaller than supported range";
    private static final String INVALID = "One or more parameter values were invalid: ";
    private static final String OPENING = "1 validation error detected: ";

    /** A value, and what is said of it at present and formerly. */
    private record Wrong(String value, String present, String former) {
    }

    private static Stream<Wrong> values() {
        return Stream.of(
            new Wrong("{'N':'abc'}", NOT_NUMERIC + ": abc", NOT_NUMERIC + ": abc"),
            new Wrong("{'N':''}", NOT_NUMERIC + ": ", NOT_NUMERIC),
            new Wrong("{'N':'1e2147483647'}", OVERFLOW, UNDERFLOW),
            new Wrong("{'L':[{'M':{'x':{'N':'1e126'}}}]}", OVERFLOW, OVERFLOW),
            new Wrong("{'SS':['b','a','b']}", INVALID + "Input collection [\"a\", \"b\", \"b\"] contains duplicates.",
                INVALID + "Input collection [b, a, b] contains duplicates."),
            new Wrong("{'BS':['/w==','AA==','AA==']}",
                INVALID + "Input collection [\"AA==\",\"/w==\",\"AA==\"]of type BS contains duplicates.",
                INVALID + "Input collection [/w==, AA==, AA==]of type BS contains duplicates."),
            new Wrong("{'NS':['2','1','2']}", INVALID + "Input collection contains duplicates.",
                "Input collection contains duplicates"));
    }

    @TestFactory
    Stream<DynamicTest> valuesOfItemWritesAreWordedAsAtPresentWhereverTheyStand() {
        return values().flatMap(wrong -> Stream.of(
            "PutItem {'TableName':'absent','Item':{'a':{'S':'k'},'x':%s}}",
            "PutItem {'TableName':'absent','Item':{},'ConditionExpression':'a = :v',"
                + "'ExpressionAttributeValues':{':v':%s}}",
            "PutItem {'TableName':'absent','Item':{},'Expected':{'x':{'Value':%s}}}",
            "UpdateItem {'TableName':'absent','Key':{'a':%s},'UpdateExpression':'REMOVE x'}",
            "UpdateItem {'TableName':'absent','Key':{},'AttributeUpdates':{'x':{'Action':'PUT','Value':%s}}}",
            "DeleteItem {'TableName':'absent','Key':{'a':%s}}")
            .map(request -> answer(request.formatted(wrong.value), OPENING + wrong.present)));
    }

    @TestFactory
    Stream<DynamicTest> valuesOfOtherOperationsAreToldWithoutAnOpening() {
        return values().flatMap(wrong -> Stream.concat(
            Stream.of("GetItem {'TableName':'absent','Key':{'a':%s}}",
                "BatchGetItem {'RequestItems':{'absent':{'Keys':[{'a':%s}]}}}",
                "Query {'TableName':'absent','KeyConditionExpression':'a = :v','ExpressionAttributeValues':{':v':%s}}",
                "Query {'TableName':'absent','KeyConditions':{},'ExclusiveStartKey':{'a':%s}}")
                .map(request -> answer(request.formatted(wrong.value), wrong.present)),
            Stream.of("BatchWriteItem {'RequestItems':{'absent':[{'PutRequest':{'Item':{'a':%s}}}]}}",
                "TransactWriteItems {'TransactItems':[{'Put':{'TableName':'absent','Item':{'a':%s}}}]}",
                "TransactGetItems {'TransactItems':[{'Get':{'TableName':'absent','Key':{'a':%s}}}]}")
                .map(request -> answer(request.formatted(wrong.value), wrong.former))));
    }

    @TestFactory
    Stream<DynamicTest> valuesOfExpressionsNameTheirPlaceholderOnlyInTheFormerWording() {
        return values().map(wrong -> answer("""
            TransactWriteItems {'TransactItems':[{'ConditionCheck':{'TableName':'absent','Key':{},
            'ConditionExpression':'x = :v','ExpressionAttributeValues':{':v':%s}}}]}""".formatted(wrong.value),
            "ExpressionAttributeValues contains invalid value: " + wrong.former + " for key :v"));
    }

    @TestFactory
    Stream<DynamicTest> membersOfItemWrites() {
        var name = OPENING + "Value at 'TableName' failed to satisfy constraint: Member must have length greater than "
            + "or equal to 1";
        var returns = "Failed to satisfy constraint: Member must satisfy enum value set: "
            + "[ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATE_NEW, NONE]";
        var capacity = "Value 'X' at 'returnConsumedCapacity' failed to satisfy constraint: Member must satisfy enum "
            + "value set: [INDEXES, TOTAL, NONE]";
        var collections = "Value 'X' at 'returnItemCollectionMetrics' failed to satisfy constraint: Member must "
            + "satisfy enum value set: [SIZE, NONE]";
        var noKey = "Value null at 'key' failed to satisfy constraint: Member must not be null";
        var operator = "Failed to satisfy constraint: Member must satisfy enum value set: [ALL, OR]";
        return Stream.of(
            answer("PutItem {'TableName':'','Item':{},'ReturnValues':'X'}", name),
            answer("DeleteItem {'TableName':'','Key':{}}", name),
            answer("PutItem {'TableName':'absent','Item':{},'ReturnValues':'X','ReturnConsumedCapacity':'X',"
                + "'ReturnItemCollectionMetrics':'X'}",
                "3 validation errors detected: " + capacity + "; " + returns + "; " + collections),
            answer("DeleteItem {'TableName':'absent','Key':{},'ReturnValues':'X','ReturnConsumedCapacity':'X'}",
                "2 validation errors detected: " + capacity + "; " + returns),
            answer("UpdateItem {'TableName':'absent','Key':{},'ReturnValues':'X','ReturnConsumedCapacity':'X'}",
                OPENING + returns),
            answer("UpdateItem {'TableName':'','ReturnValues':'X','ReturnConsumedCapacity':'X'}",
                "4 validation errors detected: " + capacity + "; Value '' at 'tableName' failed to satisfy constraint: "
                    + "Member must have length greater than or equal to 1; Value 'X' at 'returnValues' failed to "
                    + "satisfy constraint: Member must satisfy enum value set: "
                    + "[ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]; " + noKey),
            answer("Query {'TableName':'absent','ConditionalOperator':'XOR','Select':'X'}", operator),
            answer("PutItem {'TableName':'absent','Item':{},'ConditionalOperator':'XOR'}", OPENING + operator));
    }

    @TestFactory
    Stream<DynamicTest> expressions() {
        var tooLong = "a = :v" + " AND a = :v".repeat(373);
        var size = "Invalid ConditionExpression: Expression size has exceeded the maximum allowed size;";
        return Stream.of(
            answer("PutItem {'TableName':'absent','Item':{},'ConditionExpression':''}",
                OPENING + "Invalid ConditionExpression: The expression can not be empty;"),
            answer("UpdateItem {'TableName':'absent','Key':{},'UpdateExpression':'NO NO'}",
                OPENING + "Invalid UpdateExpression: Syntax error; token: \"NO\", near: \"NO NO\""),
            answer("DeleteItem {'TableName':'absent','Key':{},'ExpressionAttributeValues':{':v':{'S':'x'}}}",
                OPENING + "ExpressionAttributeValues can only be specified when using expressions"),
            answer("DeleteItem {'TableName':'absent','Key':{},'ReturnValues':'ALL_NEW'}",
                OPENING + "ReturnValues can only be ALL_OLD or NONE"),
            answer("PutItem {'TableName':'absent','Item':{},'ConditionExpression':'" + tooLong + "'}", OPENING + size),
            answer("TransactWriteItems {'TransactItems':[{'Delete':{'TableName':'absent','Key':{},"
                + "'ConditionExpression':'" + tooLong + "'}}]}", size + " expression size: 4109"),
            answer("PutItem {'TableName':'absent','Item':{'a':{'S':'k'},'x':{}}}",
                "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"));
    }

    /** Of CreateTable captured in October 2026, of the others by dynalite's tests and in aws-sdk-java issue 977. */
    @TestFactory
    Stream<DynamicTest> tablesWithoutAName() {
        return Stream.of("CreateTable", "DescribeTable", "UpdateTable", "DeleteTable", "DescribeTimeToLive")
            .map(operation -> answer(operation + " {}",
                "The parameter 'TableName' is required but was not present in the request"));
    }

    @TestFactory
    Stream<DynamicTest> batches() {
        var names = "failed to satisfy constraint: Map keys must satisfy constraint: [Member must have length less "
            + "than or equal to 255, Member must have length greater than or equal to 3, Member must satisfy regular "
            + "expression pattern: [a-zA-Z0-9_.-]+]";
        var item = "Value '{\"bad!name\":{\"Keys\":[{\"a\":{\"S\":\"x\"}}]}}' at 'requestItems' " + names;
        return Stream.of(
            answer("BatchGetItem {'RequestItems':{}}", OPENING + "Value at 'RequestItems' failed to satisfy "
                + "constraint: Member must have length greater than or equal to 1"),
            answer("BatchWriteItem {'RequestItems':{}}", "The requestItems parameter is required for BatchWriteItem"),
            answer("BatchGetItem {'RequestItems':{'absent':{'Keys':[]}}}", OPENING + "Value at "
                + "'RequestItems.absent.member.Keys' failed to satisfy constraint: Member must have length greater "
                + "than or equal to 1"),
            answer("BatchGetItem {'RequestItems':{'bad!name':{'Keys':[{'a':{'S':'x'}}]}}}", OPENING + item),
            answer("BatchGetItem {'RequestItems':{'bad!name':{'Keys':[{'a':{'S':'x'}}]}},"
                + "'ReturnConsumedCapacity':'X'}", "2 validation errors detected: " + item
                    + "; Value 'X' at 'returnConsumedCapacity' failed to satisfy constraint: Member must satisfy enum "
                    + "value set: [INDEXES, TOTAL, NONE]"),
            answer("BatchWriteItem {'RequestItems':{'bad!name':[]}}",
                OPENING + "Value '{bad!name=[]}' at 'requestItems' " + names));
    }

    @TestFactory
    Stream<DynamicTest> ofSeveralThingsTheFirst() {
        var nested = "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond "
            + "supported limit";
        var deep = "{'M':{'n':".repeat(40) + "{'S':'x'}" + "}}".repeat(40);
        return Stream.of(
            answer("TransactWriteItems {'TransactItems':[{'Put':{'TableName':'absent','Item':{'d':" + deep
                + ",'':{'S':'x'}}}}]}", "Empty attribute name"),
            answer("TransactWriteItems {'TransactItems':[{'Put':{'TableName':'absent','Item':{'m':{'M':{'':{'S':'x'}}},"
                + "'d':" + deep + "}}}]}", nested),
            answer("Scan {'TableName':'absent','ScanFilter':{'x':{'ComparisonOperator':'EQ','AttributeValueList':["
                + deep + "]}},'ConditionalOperator':'AND'}", nested),
            answer("Query {'TableName':'range-table','KeyConditionExpression':'a = :v AND b > :v AND c = :v',"
                + "'ExpressionAttributeValues':{':v':{'S':'x'}}}", "The number of query conditions (3) exceeds the "
                + "number of key attributes defined in the schema (2)"));
    }

    /** @param request an operation and its input in JSON, with ' for " */
    private DynamicTest answer(String request, String message) {
        return DynamicTest.dynamicTest(request.substring(0, Math.min(100, request.length())), () -> {
            int space = request.indexOf(' ');
            var operation = DynamoDb.MODEL.operation(request.substring(0, space));
            var json = request.substring(space).replace('\'', '"');
            var thrown = catchThrowable(() -> endpoint.call(operation, CALLER, wire(operation, json)));
            assertThat(thrown).isInstanceOf(ApiError.class).hasMessage(message);
            assertThat(((ApiError) thrown).code()).isEqualTo("ValidationException");
        });
    }
}
