package dev.aloft.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.aloft.api.ApiError;
import dev.aloft.api.ApiGateway;
import dev.aloft.api.CloudFormation;
import dev.aloft.api.DynamoDb;
import dev.aloft.api.Iam;
import dev.aloft.api.Lambda;
import dev.aloft.api.Logs;
import dev.aloft.api.Operation;
import dev.aloft.api.S3;
import dev.aloft.api.Shape;
import dev.aloft.api.Sts;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What breaks the model's constraints is told in AWS's words. */
class ValidatorTest {
    private static ApiError error(Operation operation, Shape input) {
        return catchThrowableOfType(ApiError.class, () -> Validator.check(operation, input));
    }

    private static void told(Operation operation, Shape input, String code, String message) {
        var error = error(operation, input);
        assertThat(error).isNotNull();
        assertThat(error.code() + ": " + error.getMessage()).startsWith(code + ": " + message);
        assertThat(error.status()).isEqualTo(400);
    }

    @Test
    void patternsAreMatchedInFull() {
        told(CloudFormation.CREATE_CHANGE_SET,
                CloudFormation.CreateChangeSetRequest.of(r -> r.stackName("*@d_$").changeSetName("c")),
                "ValidationError",
                "1 validation error detected: Value '*@d_$' at 'stackName' failed to satisfy constraint: Member must"
                        + " satisfy regular expression pattern: ");
        told(Sts.ASSUME_ROLE,
                Sts.AssumeRoleRequest.of(r -> r.roleArn("arn:aws:iam::123456789012:role/r").roleSessionName("a:2")),
                "ValidationError",
                "1 validation error detected: Value 'a:2' at 'roleSessionName' failed to satisfy constraint: Member"
                        + " must satisfy regular expression pattern: [\\w+=,.@-]*");
    }

    /** As templates are written with them. */
    @Test
    void aPatternOfAFilterMayHaveSeveralLines() {
        assertThat(error(Lambda.UPDATE_EVENT_SOURCE_MAPPING, Lambda.UpdateEventSourceMappingRequest.of(r -> r
                .uuid("u").filterCriteria(Lambda.FilterCriteria.of(c -> c.filters(List.of(
                        Lambda.Filter.of(f -> f.pattern("{\n}\n"))))))))).isNull();
    }

    @Test
    void ofManyFailuresTenAreToldAndCounted() {
        var entries = Collections.nCopies(4, DynamoDb.LocalSecondaryIndex.of(i -> { }));
        var error = error(DynamoDb.CREATE_TABLE, DynamoDb.CreateTableRequest.of(r -> r.tableName("table")
                .attributeDefinitions(List.of()).keySchema(List.of()).localSecondaryIndexes(entries)));
        assertThat(error).hasMessageStartingWith("10 validation errors detected: Value ");
        assertThat(error.getMessage().split("; ")).hasSize(10);
    }

    @Test
    void whatIsRequiredMustNotBeNull() {
        told(DynamoDb.CREATE_TABLE,
                DynamoDb.CreateTableRequest.of(r -> r.tableName("table")
                        .attributeDefinitions(List.of())
                        .keySchema(List.of(DynamoDb.KeySchemaElement.of(k -> k.attributeName("a"))))),
                "ValidationException",
                "1 validation error detected: Value null at 'keySchema.1.member.keyType' failed to satisfy constraint:"
                        + " Member must not be null");
    }

    @Test
    void allThatFailsIsToldAtOnce() {
        var error = error(Lambda.CREATE_FUNCTION, Lambda.CreateFunctionRequest.of(r -> r.functionName("f")
                .role("r1")
                .code(Lambda.FunctionCode.of(_ -> {}))
                .memorySize(1)));
        assertThat(error.getMessage())
                .startsWith("2 validation errors detected: ")
                .contains("Value 'r1' at 'role' failed to satisfy constraint: Member must satisfy regular expression",
                        "; ",
                        "Value '1' at 'memorySize' failed to satisfy constraint: Member must have value greater than or"
                                + " equal to 128");
    }

    @Test
    void listsOfScalarsAreToldAsAWhole() {
        told(Lambda.CREATE_FUNCTION,
                Lambda.CreateFunctionRequest.of(r -> r.functionName("f")
                        .role("arn:aws:iam::123456789012:role/r")
                        .code(Lambda.FunctionCode.of(_ -> {}))
                        .architectures(List.of("X86_64"))),
                "ValidationException",
                "1 validation error detected: Value '[X86_64]' at 'architectures' failed to satisfy constraint: Member"
                        + " must satisfy constraint: [Member must satisfy enum value set: [");
    }

    @Test
    void iamShowsNoValues() {
        var error = error(Iam.CREATE_ROLE, Iam.CreateRoleRequest.of(
                r -> r.roleName("a b").assumeRolePolicyDocument("{}")));
        assertThat(error.code()).isEqualTo("ValidationError");
        assertThat(error).hasMessageStartingWith(
                "1 validation error detected: Value at 'roleName' failed to satisfy constraint: Member must satisfy"
                        + " regular expression pattern: ");
    }

    @Test
    void apiGatewayNamesTheInputForWhatIsInTheBody() {
        told(ApiGateway.PUT_INTEGRATION,
                ApiGateway.PutIntegrationRequest.of(r -> r.restApiId("a")
                        .resourceId("r")
                        .httpMethod("GET")
                        .type("HTTPS_PROXY")),
                "ValidationException",
                "1 validation error detected: Value 'HTTPS_PROXY' at 'putIntegrationInput.type' failed to satisfy"
                        + " constraint: Member must satisfy enum value set: [");
    }

    @Test
    void logsHasACodeOfItsOwn() {
        told(Logs.FILTER_LOG_EVENTS,
                Logs.FilterLogEventsRequest.of(r -> r.logGroupName("g").limit(10001)),
                "InvalidParameterException",
                "1 validation error detected: Value '10001' at 'limit' failed to satisfy constraint: Member must have"
                        + " value less than or equal to 10000");
    }

    @Test
    void s3ChecksForItself() {
        assertThatCode(() -> Validator.check(S3.GET_OBJECT, S3.GetObjectRequest.of(_ -> {})))
                .doesNotThrowAnyException();
    }

    @Test
    void aPatternThatBacktracksForEverStopsItself() {
        var pattern = BoundedPattern.of("(a|aa)+$b");
        assertThat(pattern.matches("a".repeat(200))).isFalse();
        assertThat(BoundedPattern.of("[a-z]+").matches("abc")).isTrue();
        assertThat(BoundedPattern.of("[a-z]+").matches("abc1")).isFalse();
    }
}
