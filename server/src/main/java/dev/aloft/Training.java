package dev.aloft;

import dev.aloft.api.ApiError;
import dev.aloft.api.ApiGatewayV2;
import dev.aloft.api.Body;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Iam;
import dev.aloft.api.Lambda;
import dev.aloft.api.Logs;
import dev.aloft.api.Principal;
import dev.aloft.api.S3;
import dev.aloft.api.Sqs;
import dev.aloft.kernel.time.SystemTime;
import dev.aloft.wire.Credentials;
import dev.aloft.wire.HttpEndpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * The calls that a new platform is likely to get first, often enough that the start-up cache has their classes and
 * knows what of them is worth compiling.
 */
final class Training {
    private static final int ROUNDS = 300;
    private static final int COLD_STARTS = 8;
    private static final String TRUST = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
            + "\"Principal\":{\"Service\":\"lambda.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}";

    private final Endpoint endpoint;
    private final Caller caller;

    private Training(Endpoint endpoint, Caller caller) {
        this.endpoint = endpoint;
        this.caller = caller;
    }

    static void run(int port) {
        var base = URI.create("http://127.0.0.1:" + port);
        try (var endpoint = new HttpEndpoint(base, new Credentials("aloft", "aloft", null), new SystemTime())) {
            var training = new Training(endpoint,
                    new Caller("", "us-east-1", new Principal.Anonymous(), "train", null, 0, base.toString(),
                            null, null));
            for (Runnable lesson : List.<Runnable>of(training::lists, training::items, training::messages,
                    training::objects,
                    training::functions)) {
                learn(lesson);
            }
        }
    }

    /** Whatever a call answers, it has done its part: a machine may have no Python, or let nothing be isolated. */
    private static void learn(Runnable lesson) {
        try {
            lesson.run();
        } catch (ApiError e) {
            System.err.println("training goes on without: " + e.getMessage());
        }
    }

    private void lists() {
        Logs.at(endpoint).describeLogGroups(caller, Logs.DescribeLogGroupsRequest.of(r -> {}));
        ApiGatewayV2.at(endpoint).getApis(caller, ApiGatewayV2.GetApisRequest.of(r -> {}));
    }

    private void items() {
        var dynamoDb = DynamoDb.at(endpoint);
        dynamoDb.createTable(caller,
                DynamoDb.CreateTableRequest.of(r -> r.tableName("train").billingMode("PAY_PER_REQUEST")
                .keySchema(List.of(DynamoDb.KeySchemaElement.of(k -> k.attributeName("id").keyType("HASH"))))
                .attributeDefinitions(
                        List.of(DynamoDb.AttributeDefinition.of(a -> a.attributeName("id").attributeType("S"))))));
        for (int i = 0; i < ROUNDS; i++) {
            var id = text("id-" + i % 10);
            dynamoDb.putItem(caller, DynamoDb.PutItemRequest.of(r -> r.tableName("train")
                    .item(Map.of("id", id, "text", text("some text")))));
            dynamoDb.getItem(caller, DynamoDb.GetItemRequest.of(r -> r.tableName("train").key(Map.of("id", id))));
        }
    }

    private static DynamoDb.AttributeValue text(String value) {
        return new DynamoDb.AttributeValue.S(value);
    }

    private void messages() {
        var sqs = Sqs.at(endpoint);
        var queue = sqs.createQueue(caller, Sqs.CreateQueueRequest.of(r -> r.queueName("train"))).queueUrl();
        for (int i = 0; i < ROUNDS; i++) {
            sqs.sendMessage(caller, Sqs.SendMessageRequest.of(r -> r.queueUrl(queue).messageBody("a message")));
            var received = sqs.receiveMessage(caller, Sqs.ReceiveMessageRequest.of(r -> r.queueUrl(queue)));
            received.messages().forEach(message -> sqs.deleteMessage(caller,
                    Sqs.DeleteMessageRequest.of(r -> r.queueUrl(queue).receiptHandle(message.receiptHandle()))));
        }
    }

    private void objects() {
        var s3 = S3.at(endpoint);
        s3.createBucket(caller, S3.CreateBucketRequest.of(r -> r.bucket("train")));
        for (int i = 0; i < ROUNDS / 10; i++) {
            s3.putObject(caller,
                    S3.PutObjectRequest.of(r -> r.bucket("train").key("object").body(Body.of(new byte[100]))));
            s3.getObject(caller, S3.GetObjectRequest.of(r -> r.bucket("train").key("object"))).body().close();
        }
    }

    private void functions() {
        var role = Iam.at(endpoint)
                .createRole(caller, Iam.CreateRoleRequest.of(r -> r.roleName("train").assumeRolePolicyDocument(TRUST)))
                .role().arn();
        var lambda = Lambda.at(endpoint);
        lambda.createFunction(caller, Lambda.CreateFunctionRequest.of(r -> r.functionName("train").runtime("python3.13")
                .handler("app.handler").role(role).code(Lambda.FunctionCode.of(c -> c.zipFile(code())))));
        for (int cold = 0; cold < COLD_STARTS; cold++) {
            var variables = Map.of("START", String.valueOf(cold));
            lambda.updateFunctionConfiguration(caller,
                    Lambda.UpdateFunctionConfigurationRequest.of(r -> r.functionName("train")
                    .environment(Lambda.Environment.of(e -> e.variables(variables)))));
            for (int i = 0; i < ROUNDS / COLD_STARTS; i++) {
                lambda.invoke(caller, Lambda.InvokeRequest.of(r -> r.functionName("train")));
            }
        }
    }

    private static Bytes code() {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("app.py"));
            zip.write("def handler(event, context):\n    return 1\n".getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Bytes.of(bytes.toByteArray());
    }
}
