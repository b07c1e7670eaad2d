package dev.aloft.service.lambda.async;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.ApiError;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb;
import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.Iam;
import dev.aloft.api.Lambda;
import dev.aloft.api.Principal;
import dev.aloft.api.Sqs;
import dev.aloft.wire.Credentials;
import dev.aloft.wire.HttpEndpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Queues events for a function that counts its runs in a table while the platform, a process of its own, is killed: each event
 * that was accepted is run or told to have failed, and none is run more often than the kills explain. More kills with
 * {@code -Daloft.crash.kills=100}.
 */
class CrashTest {
    private static final int KILLS = Integer.getInteger("aloft.crash.kills", 2);
    private static final long SEED = Long.getLong("aloft.crash.seed", System.nanoTime());
    private static final Caller CALLER = new Caller("", "us-east-1", new Principal.Anonymous(), "crash", null, 0, "", null, null);
    private static final long PATIENCE_SECONDS = 300;
    private static final Pattern ID = Pattern.compile("\"requestPayload\":\\{\"id\":\"([0-9-]+)\"");
    private static final String ROLE = "arn:aws:iam::000000000000:role/counter";
    /** Any access key is root while there is no IAM user, and nothing of a signature is looked at. */
    private static final String COUNTER = """
            exports.handler = async (event) => {
              const response = await fetch(process.env.AWS_ENDPOINT_URL, {method: 'POST', headers: {
                  'Content-Type': 'application/x-amz-json-1.0', 'X-Amz-Target': 'DynamoDB_20120810.UpdateItem', 'X-Amz-Date': '20260101T000000Z',
                  'Authorization': 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host;x-amz-date, Signature=00'},
                body: JSON.stringify({TableName: 'runs', Key: {id: {S: event.id}}, UpdateExpression: 'ADD n :one',
                  ExpressionAttributeValues: {':one': {N: '1'}}})});
              if (response.status !== 200) throw new Error(await response.text());
              if (event.fails) throw new Error('as wanted');
            };
            """;

    @TempDir
    Path folder;

    private final int port = freePort();
    private final HttpEndpoint endpoint = new HttpEndpoint(URI.create("http://127.0.0.1:" + port), new Credentials("test", "test", null),
            InstantSource.system());
    private final Lambda lambda = Lambda.at(endpoint);
    private final DynamoDb dynamo = DynamoDb.at(endpoint);
    private final Sqs sqs = Sqs.at(endpoint);
    /** Those for which the function's failure was told. */
    private final Set<String> failed = new HashSet<>();
    private final Set<String> accepted = ConcurrentHashMap.newKeySet();
    private volatile boolean sending = true;

    @Test
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void whatWasAcceptedIsRunThroughEveryKill() throws Exception {
        var random = new Random(SEED);
        var platform = start();
        prepare();
        var senders = new ArrayList<Thread>();
        for (int i = 0; i < 3; i++) {
            int number = i;
            senders.add(Thread.ofVirtual().start(() -> send(number)));
        }
        for (int kill = 0; kill < KILLS; kill++) {
            platform.waitFor(500 + random.nextInt(2_000), TimeUnit.MILLISECONDS);
            platform.destroyForcibly().waitFor();
            platform = start();
        }
        sending = false;
        for (var sender : senders) {
            sender.join();
        }
        awaitAll();
        var runs = runs();
        platform.destroyForcibly().waitFor();
        assertThat(accepted).isNotEmpty();
        assertThat(runs.values()).as("seed " + SEED).allSatisfy(times -> assertThat(times).isBetween(1, 1 + KILLS));
        System.out.println(KILLS + " kills over " + accepted.size() + " events, of which "
                + runs.values().stream().filter(times -> times > 1).count() + " were run again");
    }

    private void awaitAll() {
        long end = System.nanoTime() + PATIENCE_SECONDS * 1_000_000_000L;
        while (true) {
            told();
            var missing = new HashSet<>(accepted);
            missing.removeAll(runs().keySet());
            missing.removeAll(failed);
            if (missing.isEmpty()) {
                return;
            }
            assertThat(System.nanoTime()).as("seed %d: lost %s", SEED, missing).isLessThan(end);
            pause(200);
        }
    }

    /** Takes what the function's destination for failures was told. */
    private void told() {
        var url = "http://127.0.0.1:" + port + "/000000000000/failed";
        while (true) {
            var messages = sqs.receiveMessage(CALLER, Sqs.ReceiveMessageRequest.of(r -> r.queueUrl(url).maxNumberOfMessages(10))).messages();
            if (messages == null) {
                return;
            }
            for (var message : messages) {
                var id = ID.matcher(message.body());
                assertThat(id.find()).isTrue();
                failed.add(id.group(1));
            }
        }
    }

    private void prepare() throws IOException {
        Iam.at(endpoint).createRole(CALLER, Iam.CreateRoleRequest.of(r -> r.roleName("counter").assumeRolePolicyDocument("""
                {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
                """)));
        Iam.at(endpoint).putRolePolicy(CALLER, Iam.PutRolePolicyRequest.of(r -> r.roleName("counter").policyName("tell").policyDocument("""
                {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}]}
                """)));
        sqs.createQueue(CALLER, Sqs.CreateQueueRequest.of(r -> r.queueName("failed").attributes(Map.of("VisibilityTimeout", "3600"))));
        dynamo.createTable(CALLER, DynamoDb.CreateTableRequest.of(r -> r.tableName("runs").billingMode("PAY_PER_REQUEST")
                .keySchema(List.of(DynamoDb.KeySchemaElement.of(k -> k.attributeName("id").keyType("HASH"))))
                .attributeDefinitions(List.of(DynamoDb.AttributeDefinition.of(a -> a.attributeName("id").attributeType("S"))))));
        var zip = new ByteArrayOutputStream();
        try (var out = new ZipOutputStream(zip)) {
            out.putNextEntry(new ZipEntry("index.js"));
            out.write(COUNTER.getBytes(StandardCharsets.UTF_8));
        }
        lambda.createFunction(CALLER, Lambda.CreateFunctionRequest.of(r -> r.functionName("counter").runtime("nodejs22.x")
                .handler("index.handler").role(ROLE).timeout(30).code(Lambda.FunctionCode.of(c -> c.zipFile(Bytes.of(zip.toByteArray()))))));
        lambda.putFunctionEventInvokeConfig(CALLER, Lambda.PutFunctionEventInvokeConfigRequest.of(r -> r.functionName("counter")
                .maximumRetryAttempts(0).destinationConfig(Lambda.DestinationConfig.of(d -> d.onFailure(
                        Lambda.OnFailure.of(f -> f.destination("arn:aws:sqs:us-east-1:000000000000:failed")))))));
    }

    /** Each event has another id: one that was not acknowledged may be there or not. */
    private void send(int sender) {
        for (int n = 0; sending; n++) {
            var id = sender + "-" + n;
            var event = "{\"id\":\"" + id + "\",\"fails\":" + (n % 5 == 0) + "}";
            try {
                lambda.invoke(CALLER, Lambda.InvokeRequest.of(r -> r.functionName("counter").invocationType("Event")
                        .payload(Bytes.of(event.getBytes(StandardCharsets.UTF_8)))));
                accepted.add(id);
            } catch (ApiError | UncheckedIOException down) {
                // It may be there or not.
            }
            pause(10);
        }
    }

    private static void pause(int millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Map<String, Integer> runs() {
        var runs = new HashMap<String, Integer>();
        Map<String, AttributeValue> start = null;
        do {
            var from = start;
            var page = dynamo.scan(CALLER, DynamoDb.ScanRequest.of(r -> r.tableName("runs").exclusiveStartKey(from)));
            for (var item : page.items()) {
                runs.put(((AttributeValue.S) item.get("id")).value(), Integer.valueOf(((AttributeValue.N) item.get("n")).value()));
            }
            start = page.lastEvaluatedKey();
        } while (start != null && !start.isEmpty());
        return runs;
    }

    private Process start() throws IOException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var process = new ProcessBuilder(java, "--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                "-Xshare:auto", "-cp", System.getProperty("java.class.path"), "dev.aloft.Main", "start", "--port", "" + port,
                "--data", folder.toString(), "--sandbox", "none", "--runtimes", "installed")
                .redirectErrorStream(true).redirectOutput(folder.resolveSibling(folder.getFileName() + ".log").toFile()).start();
        while (process.isAlive() && !answers()) {
            pause(20);
        }
        return process;
    }

    private boolean answers() {
        try {
            lambda.listFunctions(CALLER, Lambda.ListFunctionsRequest.of(_ -> {}));
            return true;
        } catch (ApiError | UncheckedIOException notYet) {
            return false;
        }
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
