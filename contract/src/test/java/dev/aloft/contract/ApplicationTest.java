package dev.aloft.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.cloudformation.CloudFormationClient;
import software.amazon.awssdk.services.cloudformation.model.Capability;
import software.amazon.awssdk.services.cloudformation.model.ChangeSetType;
import software.amazon.awssdk.services.cloudformation.model.CloudFormationException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/**
 * A serverless application's whole way, with AWS's own SDK: deployed, used, and still there after the platform was
 * killed.
 */
class ApplicationTest {
    private static final String TEMPLATE = """
            Transform: AWS::Serverless-2016-10-31
            Resources:
              Api:
                Type: AWS::Serverless::HttpApi
              Greetings:
                Type: AWS::Serverless::SimpleTable
              Hello:
                Type: AWS::Serverless::Function
                Properties:
                  Runtime: nodejs22.x
                  Handler: index.handler
                  InlineCode: |
                    exports.handler = async (event) => ({ statusCode: 200, body: `${process.env.TABLE} ${event.pathParameters.name}` });
                  Environment:
                    Variables:
                      TABLE: !Ref Greetings
                  Events:
                    Greet:
                      Type: HttpApi
                      Properties:
                        ApiId: !Ref Api
                        Path: /hello/{name}
                        Method: GET
            Outputs:
              Api:
                Value: !Ref Api
              Table:
                Value: !Ref Greetings
              Function:
                Value: !Ref Hello
            """;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder;

    @Test
    void anApplicationIsDeployedUsedKilledAndStillThere() throws Exception {
        var data = folder.resolve("data");
        var product = Product.start(data);
        Map<String, String> outputs;
        try (var cloudFormation = product.client(CloudFormationClient.builder());
                var s3 = product.client(S3Client.builder().forcePathStyle(true))) {
            outputs = deploy(cloudFormation);
            greets(product, outputs);
            s3.createBucket(b -> b.bucket("kept"));
            s3.putObject(b -> b.bucket("kept").key("a key/with ü").metadata(Map.of("who", "me")),
                    RequestBody.fromString("content"));
            useTable(product, outputs.get("Table"));
        } finally {
            product.kill();
        }

        try (var again = Product.start(data);
                var cloudFormation = again.client(CloudFormationClient.builder());
                var s3 = again.client(S3Client.builder().forcePathStyle(true));
                var dynamoDb = again.client(DynamoDbClient.builder());
                var lambda = again.client(LambdaClient.builder())) {
            greets(again, outputs);
            var object = s3.getObjectAsBytes(b -> b.bucket("kept").key("a key/with ü"));
            assertThat(object.asUtf8String()).isEqualTo("content");
            assertThat(object.response().metadata()).containsEntry("who", "me");
            assertThatThrownBy(() -> s3.getObject(b -> b.bucket("kept").key("other")))
                    .isInstanceOf(NoSuchKeyException.class);
            assertThat(dynamoDb.scan(b -> b.tableName(outputs.get("Table"))).count()).isEqualTo(25);
            var answer = lambda.invoke(b -> b.functionName(outputs.get("Function")));
            assertThat(answer.functionError()).isEqualTo("Unhandled");
            assertThat(answer.payload().asUtf8String()).contains("\"errorType\":\"TypeError\"");
            delete(cloudFormation);
        }
    }

    private static Map<String, String> deploy(CloudFormationClient cloudFormation) {
        cloudFormation.createChangeSet(b -> b.stackName("greetings")
                .changeSetName("first")
                .changeSetType(ChangeSetType.CREATE)
                .templateBody(TEMPLATE)
                .capabilities(Capability.CAPABILITY_IAM, Capability.CAPABILITY_AUTO_EXPAND));
        cloudFormation.waiter().waitUntilChangeSetCreateComplete(b -> b.stackName("greetings").changeSetName("first"));
        cloudFormation.executeChangeSet(b -> b.stackName("greetings").changeSetName("first"));
        waitFor(cloudFormation);
        var outputs = new HashMap<String, String>();
        cloudFormation.describeStacks(b -> b.stackName("greetings")).stacks().getFirst().outputs()
                .forEach(output -> outputs.put(output.outputKey(), output.outputValue()));
        return outputs;
    }

    private static void waitFor(CloudFormationClient cloudFormation) {
        cloudFormation.waiter().waitUntilStackCreateComplete(
                b -> b.stackName("greetings"),
                o -> o.backoffStrategyV2(BackoffStrategy.fixedDelay(Duration.ofMillis(100))));
    }

    private static void greets(Product product, Map<String, String> outputs) throws Exception {
        var answer = product.send("GET", "/_aws/execute-api/" + outputs.get("Api") + "/hello/world", "");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(outputs.get("Table") + " world");
    }

    private static void useTable(Product product, String table) {
        try (var dynamoDb = product.client(DynamoDbClient.builder())) {
            for (int i = 0; i < 25; i++) {
                var id = AttributeValue.fromS("item-" + i);
                dynamoDb.putItem(b -> b.tableName(table).item(Map.of("id", id, "n", AttributeValue.fromN("1.50"))));
            }
            assertThat(dynamoDb.getItem(b -> b.tableName(table).key(Map.of("id", AttributeValue.fromS("item-7"))))
                    .item())
                    .containsEntry("n", AttributeValue.fromN("1.5"));
            assertThatThrownBy(() -> dynamoDb.putItem(b -> b.tableName(table)
                            .item(Map.of("id", AttributeValue.fromS("item-7")))
                            .conditionExpression("attribute_not_exists(id)")))
                    .isInstanceOf(ConditionalCheckFailedException.class)
                    .hasMessageContaining("The conditional request failed");
        }
    }

    private static void delete(CloudFormationClient cloudFormation) {
        var id = cloudFormation.describeStacks(b -> b.stackName("greetings")).stacks().getFirst().stackId();
        cloudFormation.deleteStack(b -> b.stackName("greetings"));
        cloudFormation.waiter().waitUntilStackDeleteComplete(
                b -> b.stackName(id),
                o -> o.backoffStrategyV2(BackoffStrategy.fixedDelay(Duration.ofMillis(100))));
        assertThatThrownBy(() -> cloudFormation.describeStacks(b -> b.stackName("greetings")))
                .isInstanceOf(CloudFormationException.class)
                .hasMessageContaining("Stack with id greetings does not exist");
    }
}
