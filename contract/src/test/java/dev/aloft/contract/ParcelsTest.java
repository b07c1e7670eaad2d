package dev.aloft.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.cloudformation.CloudFormationClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sns.SnsClient;
import software.amazon.awssdk.services.sqs.SqsClient;

/** examples/parcels, deployed by {@code aloft up}: its events move along both of its chains, as its README says. */
class ParcelsTest {
    private static final int SECONDS = 60;
    private static final Path EXAMPLE = Path.of("..", "examples", "parcels");

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder;

    /** Its functions find AWS's SDK where {@code ./aloft} has put it beside the product. */
    @Test
    void parcelsAndTheirLabelsArrive() throws Exception {
        var lib = Path.of(System.getProperty("aloft.lib"));
        Assumptions.assumeTrue(Files.isDirectory(lib.resolveSibling("python"))
                && Files.isDirectory(lib.resolveSibling("node")), "./aloft has not put the SDKs there");
        try (var product = Product.start(folder.resolve("data"));
                var sns = product.client(SnsClient.builder());
                var sqs = product.client(SqsClient.builder());
                var dynamoDb = product.client(DynamoDbClient.builder());
                var s3 = product.client(S3Client.builder().forcePathStyle(true))) {
            up(product);
            var names = outputs(product);
            for (var parcel : new String[] {"{\"id\": \"p1\", \"kilograms\": 3}",
                    "{\"id\": \"p2\", \"kilograms\": 31.5}"}) {
                sns.publish(b -> b.topicArn(names.get("Topic")).message(parcel));
            }
            // Topic, queue, function, table, stream, function, bus, rule, queue.
            assertThat(received(sqs, names.get("HeavyQueue"))).isEqualTo("\"Parcel p2 weighs 31.5 kg\"");
            eventually(() -> parcel(dynamoDb, names.get("Table"), "p1").containsKey("kilograms"));
            // Bucket, bus, function, table.
            s3.putObject(b -> b.bucket(names.get("Bucket")).key("labels/p1.txt"),
                    RequestBody.fromString("to Mr. Fogg, Savile Row"));
            eventually(() -> parcel(dynamoDb, names.get("Table"), "p1").containsKey("label"));
            assertThat(parcel(dynamoDb, names.get("Table"), "p1").get("label").s()).startsWith("to Mr. Fogg");
        }
    }

    private static void up(Product product) throws Exception {
        var command = new ProcessBuilder(ProcessHandle.current().info().command().orElseThrow(),
                "-cp", System.getProperty("aloft.lib") + "/*", "dev.aloft.cli.Cli", "up", EXAMPLE.toString())
                .redirectErrorStream(true);
        command.environment().putAll(Map.of("AWS_ENDPOINT_URL", product.address().toString(),
                "AWS_REGION", "eu-central-1", "AWS_ACCESS_KEY_ID", "111122223333", "AWS_SECRET_ACCESS_KEY", "secret"));
        var process = command.start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    private static Map<String, String> outputs(Product product) {
        var outputs = new HashMap<String, String>();
        try (var cloudFormation = product.client(CloudFormationClient.builder())) {
            cloudFormation.describeStacks(b -> b.stackName("parcels")).stacks().getFirst().outputs()
                    .forEach(output -> outputs.put(output.outputKey(), output.outputValue()));
        }
        return outputs;
    }

    private static String received(SqsClient sqs, String url) {
        for (long giveUp = deadline(); System.nanoTime() < giveUp;) {
            var messages = sqs.receiveMessage(b -> b.queueUrl(url).waitTimeSeconds(20)).messages();
            if (!messages.isEmpty()) {
                return messages.getFirst().body();
            }
        }
        throw new AssertionError("nothing came to " + url);
    }

    private static Map<String, AttributeValue> parcel(DynamoDbClient dynamoDb, String table, String id) {
        return dynamoDb.getItem(b -> b.tableName(table).key(Map.of("id", AttributeValue.fromS(id)))
                .consistentRead(true)).item();
    }

    private static long deadline() {
        return System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    }

    private static void eventually(BooleanSupplier holds) throws InterruptedException {
        for (long giveUp = deadline(); !holds.getAsBoolean(); TimeUnit.MILLISECONDS.sleep(50)) {
            assertThat(System.nanoTime()).as("it did not come in time").isLessThan(giveUp);
        }
    }
}
