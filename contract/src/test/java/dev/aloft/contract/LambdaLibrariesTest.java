package dev.aloft.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.cloudformation.CloudFormationClient;
import software.amazon.awssdk.services.cloudformation.model.Capability;
import software.amazon.awssdk.services.cloudformation.model.Output;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.cloudwatch.model.Dimension;
import software.amazon.awssdk.services.cloudwatch.model.Statistic;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.LogType;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/**
 * The libraries that functions are written with, as their publishers have them in npm, in an application that was
 * bundled and deployed as such applications are.
 */
class LambdaLibrariesTest {
    private static final int SECONDS = 120;
    private static final List<String> PACKAGES = List.of("esbuild@0.28.2", "@aws-lambda-powertools/batch@2.35.0",
            "@aws-lambda-powertools/idempotency@2.35.0", "@aws-lambda-powertools/parameters@2.35.0",
            "@aws-lambda-powertools/logger@2.35.0", "@aws-lambda-powertools/tracer@2.35.0",
            "@aws-lambda-powertools/metrics@2.35.0", "@aws/durable-execution-sdk-js@2.4.0",
                    "@aws-sdk/client-dynamodb@3",
            "@aws-sdk/lib-dynamodb@3", "@aws-sdk/client-ssm@3");

    /** Charges each order once, whichever way it comes in. */
    private static final String ORDERS = """
            import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
            import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
            import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
            import { getParameter } from '@aws-lambda-powertools/parameters/ssm';
            import { Logger } from '@aws-lambda-powertools/logger';
            import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
            import { Tracer } from '@aws-lambda-powertools/tracer';
            import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
            const logger = new Logger({ serviceName: 'orders' });
            const metrics = new Metrics({ namespace: 'shop', serviceName: 'orders' });
            const tracer = new Tracer({ serviceName: 'orders' });
            const db = tracer.captureAWSv3Client(new DynamoDBClient({}));
            const charge = makeIdempotent(async (order) => {
              await db.send(new UpdateItemCommand({ TableName: process.env.CHARGES, Key: { id: { S: order.id } },
                UpdateExpression: 'ADD times :one', ExpressionAttributeValues: { ':one': { N: '1' } } }));
              metrics.addMetric('charged', MetricUnit.Count, 1);
              return { charged: order.id, at: Date.now() };
            }, {
              persistenceStore: new DynamoDBPersistenceLayer({ tableName: process.env.IDEMPOTENCY }),
              config: new IdempotencyConfig({ eventKeyJmesPath: 'id' }),
            });
            const processor = new BatchProcessor(EventType.SQS);
            export const queue = async (event, context) => {
              const answer = await processPartialResponse(event, async (record) => {
                const order = JSON.parse(record.body);
                if (order.poison) throw new Error('poison');
                await charge(order);
              }, processor, { context });
              metrics.publishStoredMetrics();
              return answer;
            };
            export const direct = async (event, context) => {
              logger.addContext(context);
              logger.info('charging', { order: event });
              const first = await charge(event), again = await charge(event);
              metrics.publishStoredMetrics();
              return { same: first.at === again.at, trace: tracer.getRootXrayTraceId(),
                greeting: await getParameter(process.env.GREETING), rates: await getParameter(process.env.RATES, { transform: 'json' }) };
            };
            """;
    private static final String DURABLE = """
            import { withDurableExecution } from '@aws/durable-execution-sdk-js';
            export const handler = withDurableExecution(async (event, context) => {
              if (event.fails) throw new Error('not today');
              const first = await context.step('first', async () => Date.now());
              await context.wait('pause', { seconds: 1 });
              const second = await context.step('second', async () => Date.now());
              return { waited: second - first >= 1000 };
            });
            """;
    private static final String TEMPLATE = """
            Transform: AWS::Serverless-2016-10-31
            Globals:
              Function:
                Runtime: RUNTIME
                Timeout: 20
                MemorySize: 512
                Tracing: Active
                Environment:
                  Variables: { CHARGES: !Ref Charges, IDEMPOTENCY: !Ref Idempotency, GREETING: !Ref Greeting, RATES: !Ref Rates }
            Resources:
              Charges: { Type: AWS::Serverless::SimpleTable }
              Idempotency: { Type: AWS::Serverless::SimpleTable }
              Greeting: { Type: AWS::SSM::Parameter, Properties: { Type: String, Value: hello } }
              Rates: { Type: AWS::SSM::Parameter, Properties: { Type: String, Value: '{"eur": 2}' } }
              Queue: { Type: AWS::SQS::Queue, Properties: { VisibilityTimeout: 120 } }
              Orders:
                Type: AWS::Serverless::Function
                Properties:
                  Handler: orders.queue
                  CodeUri: s3://code/functions.zip
                  Policies: [AmazonDynamoDBFullAccess, AmazonSSMReadOnlyAccess]
                  Events:
                    Queue:
                      Type: SQS
                      Properties: { Queue: !GetAtt Queue.Arn, FunctionResponseTypes: [ReportBatchItemFailures] }
              Direct:
                Type: AWS::Serverless::Function
                Properties:
                  Handler: orders.direct
                  CodeUri: s3://code/functions.zip
                  Policies: [AmazonDynamoDBFullAccess, AmazonSSMReadOnlyAccess]
              Durable:
                Type: AWS::Serverless::Function
                Properties:
                  Handler: durable.handler
                  CodeUri: s3://code/functions.zip
                  DurableConfig: { ExecutionTimeout: 60, RetentionPeriodInDays: 1 }
            Outputs:
              Charges: { Value: !Ref Charges }
              Queue: { Value: !Ref Queue }
              Direct: { Value: !Ref Direct }
              Durable: { Value: !Ref Durable }
            """;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private static Path folder;

    private static Product product;
    private static LambdaClient lambda;
    private static Map<String, String> outputs;

    @BeforeAll
    static void deploy() throws Exception {
        byte[] code = bundled();
        product = Product.start(folder.resolve("data"));
        lambda = product.client(LambdaClient.builder());
        try (var s3 = product.client(S3Client.builder().forcePathStyle(true));
                var cloudFormation = product.client(CloudFormationClient.builder())) {
            s3.createBucket(b -> b.bucket("code"));
            s3.putObject(b -> b.bucket("code").key("functions.zip"), RequestBody.fromBytes(code));
            var template = TEMPLATE.replace("RUNTIME", runtime());
            cloudFormation.createStack(b -> b.stackName("shop").templateBody(template)
                    .capabilities(Capability.CAPABILITY_IAM, Capability.CAPABILITY_AUTO_EXPAND));
            cloudFormation.waiter().waitUntilStackCreateComplete(b -> b.stackName("shop"),
                    o -> o.backoffStrategyV2(BackoffStrategy.fixedDelay(Duration.ofMillis(100))));
            outputs = cloudFormation.describeStacks(b -> b.stackName("shop")).stacks().getFirst().outputs().stream()
                    .collect(Collectors.toMap(Output::outputKey, Output::outputValue));
        }
    }

    @AfterAll
    static void stop() throws Exception {
        if (product != null) {
            lambda.close();
            product.close();
        }
    }

    /** What is there already, so that no other version of Node.js is fetched. */
    private static String runtime() throws Exception {
        var version = new ProcessBuilder("node", "--version").start();
        var major = new String(version.getInputStream().readAllBytes()).replaceAll("v(\\d+)[\\s\\S]*", "$1");
        return List.of("20", "22", "24").contains(major) ? "nodejs" + major + ".x" : "nodejs22.x";
    }

    private static byte[] bundled() throws Exception {
        var modules = Files.createDirectories(Path.of("target", "npm-lambda"));
        var install = new ArrayList<>(List.of("npm", "install", "--no-audit", "--no-fund", "--prefix", "."));
        install.addAll(PACKAGES);
        Assumptions.assumeTrue(Files.isDirectory(modules.resolve("node_modules/@aws/durable-execution-sdk-js"))
                || succeeds(modules, install), "npm or its registry cannot be reached");
        Files.writeString(modules.resolve("orders.mjs"), ORDERS);
        Files.writeString(modules.resolve("durable.mjs"), DURABLE);
        assertThat(succeeds(modules, List.of("node_modules/.bin/esbuild", "orders.mjs", "durable.mjs", "--bundle",
                "--platform=node", "--format=cjs", "--target=node20", "--outdir=bundle", "--log-level=error")))
                        .isTrue();
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            for (var name : List.of("orders.js", "durable.js")) {
                zip.putNextEntry(new ZipEntry(name));
                Files.copy(modules.resolve("bundle").resolve(name), zip);
            }
        }
        return bytes.toByteArray();
    }

    private static boolean succeeds(Path where, List<String> command) throws Exception {
        try {
            var process = new ProcessBuilder(command).directory(where.toFile()).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return false;
            }
            return process.exitValue() == 0;
        } catch (IOException notThere) {
            return false;
        }
    }

    private static InvokeResponse invoke(String function, String event) {
        return lambda.invoke(b -> b.functionName(outputs.get(function)).qualifier("$LATEST").logType(LogType.TAIL)
                .payload(SdkBytes.fromUtf8String(event)));
    }

    private static void eventually(Callable<Boolean> holds) throws Exception {
        long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (!holds.call()) {
            assertThat(System.nanoTime()).isLessThan(giveUp);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
    }

    @Test
    void powertoolsForTypeScript() throws Exception {
        try (var sqs = product.client(SqsClient.builder())) {
            for (var body : List.of("{\"id\":\"a\"}", "{\"id\":\"b\"}", "{\"poison\":true}")) {
                sqs.sendMessage(b -> b.queueUrl(outputs.get("Queue")).messageBody(body));
            }
            var answer = invoke("Direct", "{\"id\":\"c\"}");
            assertThat(answer.payload().asUtf8String())
                    .contains("\"same\":true", "\"greeting\":\"hello\"", "\"rates\":{\"eur\":2}")
                    .containsPattern("\"trace\":\"1-[0-9a-f]{8}-[0-9a-f]{24}\"");
            assertThat(new String(Base64.getDecoder().decode(answer.logResult())))
                    .contains("\"message\":\"charging\"", "\"service\":\"orders\"", "\"function_name\":\""
                            + outputs.get("Direct"));
            eventually(() -> times("a") == 1 && times("b") == 1 && onTheirWay(sqs) == 1);
            // Not before the first is done: while that is in progress another fails.
            sqs.sendMessage(b -> b.queueUrl(outputs.get("Queue")).messageBody("{\"id\":\"a\"}"));
            eventually(() -> onTheirWay(sqs) == 1);
            assertThat(times("a")).isEqualTo(1);
            assertThat(times("c")).isEqualTo(1);
        }
        try (var cloudWatch = product.client(CloudWatchAsyncClient.builder())) {
            eventually(() -> charged(cloudWatch) == 3);
        }
    }

    private static int times(String order) {
        try (var db = product.client(DynamoDbClient.builder())) {
            var item = db.getItem(b -> b.tableName(outputs.get("Charges"))
                    .key(Map.of("id", AttributeValue.fromS(order)))).item();
            return item.isEmpty() ? 0 : Integer.parseInt(item.get("times").n());
        }
    }

    /** Messages that were neither processed nor given up: the one that failed is hidden until it is tried again. */
    private static int onTheirWay(SqsClient sqs) {
        var told = sqs.getQueueAttributes(b -> b.queueUrl(outputs.get("Queue"))
                .attributeNames(QueueAttributeName.ALL)).attributes();
        return Integer.parseInt(told.get(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES))
                + Integer.parseInt(told.get(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE));
    }

    private static double charged(CloudWatchAsyncClient cloudWatch) throws Exception {
        return cloudWatch.getMetricStatistics(b -> b.namespace("shop").metricName("charged").statistics(Statistic.SUM)
                        .dimensions(Dimension.builder().name("service").value("orders").build()).period(3600)
                        .startTime(Instant.now().minus(Duration.ofHours(1)))
                                .endTime(Instant.now().plus(Duration.ofHours(1))))
                .get().datapoints().stream().mapToDouble(point -> point.sum()).sum();
    }

    @Test
    void theDurableExecutionSdk() {
        assertThat(invoke("Durable", "{}").payload().asUtf8String()).isEqualTo("{\"waited\":true}");
        var failed = invoke("Durable", "{\"fails\":true}");
        assertThat(failed.functionError()).isEqualTo("Unhandled");
        assertThat(failed.payload().asUtf8String()).contains("not today");
    }
}
