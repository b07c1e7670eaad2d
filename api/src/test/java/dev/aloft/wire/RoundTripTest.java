package dev.aloft.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.aloft.api.ApiError;
import dev.aloft.api.Body;
import dev.aloft.api.DynamoDb;
import dev.aloft.api.Iam;
import dev.aloft.api.Lambda;
import dev.aloft.api.Operation;
import dev.aloft.api.S3;
import dev.aloft.api.Shape;
import dev.aloft.api.Sts;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a client writes a server reads, and back, in each protocol. */
class RoundTripTest {

    private static Shape there(Operation operation, Shape input) {
        var protocol = Protocols.of(operation.service());
        return protocol.readInput(operation, protocol.writeInput(operation, input));
    }

    private static Shape back(Operation operation, Shape output) {
        var protocol = Protocols.of(operation.service());
        return protocol.readOutput(operation, protocol.writeOutput(operation, output, "id"));
    }

    private static String text(Body body) {
        return new String(body.bytes(1 << 20), StandardCharsets.UTF_8);
    }

    @Test
    void dynamoDbItemsTravelAsJson() {
        Map<String, DynamoDb.AttributeValue> item = Map.of(
                "id", new DynamoDb.AttributeValue.S("ä\"1"),
                "n", new DynamoDb.AttributeValue.N("1.50"),
                "deep", new DynamoDb.AttributeValue.M(Map.of(
                        "l", new DynamoDb.AttributeValue.L(List.of(new DynamoDb.AttributeValue.BOOL(true))))));
        var input = DynamoDb.PutItemRequest.of(r -> r.tableName("t").item(item));
        assertThat(there(DynamoDb.PUT_ITEM, input)).isEqualTo(input);
        var output = DynamoDb.GetItemResponse.of(r -> r.item(item));
        assertThat(back(DynamoDb.GET_ITEM, output)).isEqualTo(output);
    }

    private static ApiError refused(String body) {
        var request = new HttpRequest("POST", "http", "/", "", new Headers(), Body.of(body.replace('\'', '"')), null);
        return catchThrowableOfType(
                ApiError.class, () -> JsonRpc.V1_0.readInput(DynamoDb.PUT_ITEM, request));
    }

    @Test
    void dynamoDbTellsWrongTypesInItsOwnWords() {
        var number = refused("{'TableName':1}");
        assertThat(number.code()).isEqualTo("SerializationException");
        assertThat(number).hasMessage("NUMBER_VALUE cannot be converted to String");
        assertThat(refused("{'Item':{'a':{'S':true}}}")).hasMessage("TRUE_VALUE cannot be converted to String");
        assertThat(refused("{'TableName':34.56}")).hasMessage("DECIMAL_VALUE cannot be converted to String");
        assertThat(refused("{'TableName':[]}")).hasMessage("Unrecognized collection type class java.lang.String");
        assertThat(refused("{'Item':'a'}")).hasMessage("Unexpected field type");
        assertThat(refused("{'Item':[]}")).hasMessage("Unrecognized collection type java.util.Map<java.lang.String,"
                + " com.amazonaws.dynamodb.v20120810.AttributeValue>");
        assertThat(refused("{'Item':{'a':'b'}}")).hasMessage("Unexpected value type in payload");
        assertThat(refused("{'Item':{'a':[]}}")).hasMessage(
                "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.AttributeValue");
        assertThat(refused("{'Item':{'a':{'L':[true]}}}")).hasMessage("Unexpected value type in payload");
        assertThat(refused("{'Item':{'a':{'B':1}}}"))
                .hasMessage("only base-64-encoded strings are convertible to bytes");
        assertThat(refused("{'Item':{'a':{'B':'23456'}}}"))
                .hasMessage("Base64 encoded length is expected a multiple of 4 bytes but found: 5");
        assertThat(refused("{'Item':{'a':{'B':'=+/='}}}"))
                .hasMessage("Invalid last non-pad Base64 character dectected");
    }

    @Test
    void anAttributeValueOfSeveralTypesIsLeftToDynamoDb() {
        var body = Body.of("{\"Item\":{\"a\":{\"S\":\"x\",\"N\":\"\"}}}");
        var request = new HttpRequest("POST", "http", "/", "", new Headers(), body, null);
        var input = (DynamoDb.PutItemRequest) JsonRpc.V1_0.readInput(DynamoDb.PUT_ITEM, request);
        assertThat(input.item().get("a")).isInstanceOfSatisfying(DynamoDb.AttributeValue.L.class, value ->
                assertThat(value.value()).isInstanceOf(SeveralTypes.class)
                        .containsExactly(new DynamoDb.AttributeValue.S("x"), new DynamoDb.AttributeValue.N("")));
    }

    @Test
    void lambdaUsesPathQueryAndHeaders() {
        var input = Lambda.InvokeRequest.of(r -> r.functionName("f").invocationType("Event").qualifier("a b"));
        var request = RestJson.INSTANCE.writeInput(Lambda.INVOKE, input);
        assertThat(request.rawPath()).isEqualTo("/2015-03-31/functions/f/invocations");
        assertThat(request.rawQuery()).isEqualTo("Qualifier=a%20b");
        assertThat(request.headers().first("x-amz-invocation-type")).isEqualTo("Event");
        assertThat(there(Lambda.INVOKE, input)).isEqualTo(input);
    }

    @Test
    void stsAnswersXml() {
        var expiration = Instant.parse("2026-01-02T03:04:05Z");
        var output = Sts.AssumeRoleResponse.of(r -> r.credentials(Sts.Credentials.of(
                c -> c.accessKeyId("A").secretAccessKey("<&>").sessionToken("t").expiration(expiration))));
        var response = Query.AWS.writeOutput(Sts.ASSUME_ROLE, output, "id");
        assertThat(text(response.body()))
                .startsWith("<AssumeRoleResponse "
                        + "xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>")
                .contains("<Expiration>2026-01-02T03:04:05Z</Expiration>", "&lt;&amp;&gt;")
                .endsWith("<ResponseMetadata><RequestId>id</RequestId></ResponseMetadata></AssumeRoleResponse>");
        assertThat(back(Sts.ASSUME_ROLE, output)).isEqualTo(output);
    }

    @Test
    void formsHoldLists() {
        var input = Iam.TagRoleRequest.of(r -> r.roleName("x").tags(List.of(
                Iam.Tag.of(t -> t.key("a").value("1")), Iam.Tag.of(t -> t.key("b").value("")))));
        assertThat(there(Iam.TAG_ROLE, input)).isEqualTo(input);
    }

    @Test
    void s3KeysKeepTheirSlashes() {
        var input = S3.GetObjectRequest.of(r -> r.bucket("b").key("a//b c/ü+").range("bytes=0-1"));
        var request = RestXml.S3.writeInput(S3.GET_OBJECT, input);
        assertThat(request.rawPath()).isEqualTo("/b/a//b%20c/%C3%BC%2B");
        assertThat(there(S3.GET_OBJECT, input)).isEqualTo(input);
    }

    @Test
    void s3TellsErrorsWithoutAWrapper() {
        var response = RestXml.S3.writeError(
                S3.GET_OBJECT, ApiError.of("NoSuchKey", 404, "The specified key does not exist."), "id");
        assertThat(text(response.body()))
                .contains("<Error><Code>NoSuchKey</Code><Message>The specified key does not "
                        + "exist.</Message><RequestId>");
        assertThatThrownBy(() -> RestXml.S3.readOutput(S3.GET_OBJECT, response))
                .isInstanceOfSatisfying(ApiError.class, e -> {
                    assertThat(e.code()).isEqualTo("NoSuchKey");
                    assertThat(e.status()).isEqualTo(404);
                    assertThat(e).hasMessage("The specified key does not exist.");
                });
    }

    @Test
    void dynamoDbTellsErrorsWithTheirNamespace() {
        var response = JsonRpc.V1_0.writeError(
                DynamoDb.GET_ITEM, new DynamoDb.ResourceNotFoundException("Requested resource not found"), "id");
        assertThat(text(response.body())).isEqualTo("{\"__type\":\"com.amazonaws.dynamodb.v20120810"
                + "#ResourceNotFoundException\",\"message\":\"Requested resource not found\"}");
        assertThatThrownBy(() -> JsonRpc.V1_0.readOutput(DynamoDb.GET_ITEM, response))
                .isInstanceOfSatisfying(ApiError.class, e -> assertThat(e.code())
                        .isEqualTo("ResourceNotFoundException"));
    }

    @Test
    void lambdaTellsTheErrorInAHeader() {
        var response = RestJson.INSTANCE.writeError(
                Lambda.GET_FUNCTION, new Lambda.ResourceNotFoundException("Function not found: x"), "id");
        assertThat(response.status()).isEqualTo(404);
        assertThat(response.headers().first("x-amzn-errortype")).isEqualTo("ResourceNotFoundException");
        assertThat(text(response.body())).contains("\"Type\":\"User\"", "\"Message\":\"Function not found: x\"");
    }
}
