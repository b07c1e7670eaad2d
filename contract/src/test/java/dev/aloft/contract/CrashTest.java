package dev.aloft.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.cloudformation.CloudFormationClient;
import software.amazon.awssdk.services.cloudformation.model.Capability;
import software.amazon.awssdk.services.cloudformation.model.CloudFormationException;
import software.amazon.awssdk.services.cloudformation.model.Stack;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

/**
 * The platform is killed as {@code kill -9} does it, in the middle of what it does; started again, it goes on by
 * itself.
 */
class CrashTest {
    private static final int TABLES = 40;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder;

    @ParameterizedTest
    @ValueSource(ints = {1, 25, 70})
    void aStackKilledWhileItIsCreatedIsCreated(int eventsBefore) throws Exception {
        killed("CREATE", eventsBefore, cloudFormation -> create(cloudFormation, template(false)));

        try (var product = Product.start(data()); var cloudFormation = cloudFormation(product);
                var dynamoDb = dynamoDb(product)) {
            assertThat(atRest(cloudFormation).stackStatusAsString()).isEqualTo("CREATE_COMPLETE");
            assertThat(tables(dynamoDb)).hasSize(TABLES);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 25, 90})
    void aStackThatCannotBeMadeIsRolledBackThoughKilled(int eventsBefore) throws Exception {
        killed("failing", eventsBefore, cloudFormation -> create(cloudFormation, template(true)));

        try (var product = Product.start(data()); var cloudFormation = cloudFormation(product);
                var dynamoDb = dynamoDb(product)) {
            assertThat(atRest(cloudFormation).stackStatusAsString()).isEqualTo("ROLLBACK_COMPLETE");
            assertThat(tables(dynamoDb)).isEmpty();
        }
    }

    @Test
    void aStackKilledWhileItIsDeletedIsDeleted() throws Exception {
        try (var product = Product.start(data()); var cloudFormation = cloudFormation(product)) {
            create(cloudFormation, template(false));
            atRest(cloudFormation);
        }
        killed("DELETE", 30, cloudFormation -> cloudFormation.deleteStack(b -> b.stackName("killed")));

        try (var product = Product.start(data()); var cloudFormation = cloudFormation(product);
                var dynamoDb = dynamoDb(product)) {
            while (exists(cloudFormation)) {
                Thread.onSpinWait();
            }
            assertThat(tables(dynamoDb)).isEmpty();
        }
    }

    @Test
    void everyAcknowledgedWriteIsThereHoweverOftenThePlatformIsKilled() throws Exception {
        Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        for (int round = 0; round < 3; round++) {
            int before = acknowledged.size();
            var product = Product.start(data());
            try (var dynamoDb = dynamoDb(product)) {
                if (round == 0) {
                    dynamoDb.createTable(b -> b.tableName("load").billingMode(BillingMode.PAY_PER_REQUEST)
                            .keySchema(k -> k.attributeName("id").keyType(KeyType.HASH))
                            .attributeDefinitions(a -> a.attributeName("id").attributeType(ScalarAttributeType.S)));
                }
                var writers = new ArrayList<Thread>();
                for (int writer = 0; writer < 8; writer++) {
                    var prefix = round + "-" + writer + "-";
                    writers.add(Thread.ofPlatform().start(() -> write(dynamoDb, prefix, acknowledged)));
                }
                while (acknowledged.size() < before + 500) {
                    Thread.onSpinWait();
                }
                product.kill();
                for (var writer : writers) {
                    writer.join();
                }
            } finally {
                product.kill();
            }
        }
        try (var product = Product.start(data()); var dynamoDb = dynamoDb(product)) {
            var kept = dynamoDb.scanPaginator(b -> b.tableName("load")).items().stream()
                    .map(item -> item.get("id").s())
                    .collect(Collectors.toSet());
            assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(1500);
            assertThat(kept).containsAll(acknowledged);
        }
    }

    /** Writes until the platform is gone, and notes what it was told is kept. */
    private static void write(DynamoDbClient dynamoDb, String prefix, Set<String> acknowledged) {
        try {
            for (int i = 0; ; i++) {
                var id = prefix + i;
                dynamoDb.putItem(b -> b.tableName("load").item(Map.of("id", AttributeValue.fromS(id))));
                acknowledged.add(id);
            }
        } catch (SdkClientException _) {
            // It was killed.
        }
    }

    private interface Work {
        void on(CloudFormationClient cloudFormation);
    }

    /** Kills the platform when the work has got so far that the stack has so many new events. */
    private void killed(String what, int eventsBefore, Work work) throws Exception {
        var product = Product.start(data());
        try (var cloudFormation = cloudFormation(product)) {
            int already = exists(cloudFormation) ? events(cloudFormation) : 0;
            work.on(cloudFormation);
            while (events(cloudFormation) < already + eventsBefore) {
                Thread.onSpinWait();
            }
        } catch (CloudFormationException gone) {
            assertThat(gone).as("the stack that does " + what + " was gone before it could be killed").isNull();
        } finally {
            product.kill();
        }
    }

    private static int events(CloudFormationClient cloudFormation) {
        return (int) cloudFormation.describeStackEventsPaginator(b -> b.stackName("killed")).stackEvents()
                .stream().count();
    }

    private static boolean exists(CloudFormationClient cloudFormation) {
        try {
            cloudFormation.describeStacks(b -> b.stackName("killed"));
            return true;
        } catch (CloudFormationException _) {
            return false;
        }
    }

    private static void create(CloudFormationClient cloudFormation, String template) {
        cloudFormation.createStack(b -> b.stackName("killed").templateBody(template)
                .capabilities(Capability.CAPABILITY_AUTO_EXPAND));
    }

    private static Stack atRest(CloudFormationClient cloudFormation) {
        while (true) {
            var stack = cloudFormation.describeStacks(b -> b.stackName("killed")).stacks().getFirst();
            if (!stack.stackStatusAsString().endsWith("_IN_PROGRESS")) {
                return stack;
            }
            Thread.onSpinWait();
        }
    }

    /**
     * Tables one after another, so that there is a middle; and if it shall fail, a resource at the end that cannot be
     * made.
     */
    private static String template(boolean failing) {
        var resources = IntStream.range(0, TABLES).mapToObj(i -> """
                  Table%d:
                    Type: AWS::Serverless::SimpleTable
                %s""".formatted(i, i == 0 ? "" : "    DependsOn: Table" + (i - 1) + "\n")).collect(Collectors.joining());
        var last = !failing ? "" : """
                  Impossible:
                    Type: AWS::Logs::LogGroup
                    DependsOn: Table%d
                    Properties:
                      RetentionInDays: 2
                """.formatted(TABLES - 1);
        return "Transform: AWS::Serverless-2016-10-31\nResources:\n" + resources + last;
    }

    private static List<String> tables(DynamoDbClient dynamoDb) {
        return dynamoDb.listTables().tableNames();
    }

    private Path data() {
        return folder.resolve("data");
    }

    private static CloudFormationClient cloudFormation(Product product) {
        return product.client(CloudFormationClient.builder());
    }

    private static DynamoDbClient dynamoDb(Product product) {
        // A write that was not acknowledged is not written again.
        return product.client(DynamoDbClient.builder()
                .overrideConfiguration(o -> o.retryStrategy(AwsRetryStrategy.doNotRetry())));
    }
}
