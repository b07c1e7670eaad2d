package dev.aloft.service.lambda.async;

import static dev.aloft.service.lambda.async.KilledPlatform.CALLER;
import static dev.aloft.service.lambda.async.KilledPlatform.pause;
import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.ApiError;
import dev.aloft.api.Bytes;
import dev.aloft.api.Iam;
import dev.aloft.api.Lambda;
import dev.aloft.api.Sqs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Gives a function events and messages of a queue while the platform, a process of its own, is killed again and again.
 * The function keeps a {@link Ledger} outside of the platform: what was accepted is run, and never more often than its
 * retries allow and the kills interrupted; what failed for good is a dead letter. More kills with
 * {@code -Daloft.crash.kills=100}, retries (which take minutes) with {@code -Daloft.crash.retries=2}.
 */
class CrashTest {
    private static final int KILLS = Integer.getInteger("aloft.crash.kills", 2);
    private static final int RETRIES = Integer.getInteger("aloft.crash.retries", 0);
    private static final long SEED = Long.getLong("aloft.crash.seed", System.nanoTime());
    private static final long PATIENCE_SECONDS = 300 + 300 * RETRIES;
    /** How often a message is received before it is a dead letter. */
    private static final int RECEIVES = 2;
    private static final Pattern ID = Pattern.compile("\"id\":\"([0-9a-z-]+)\"");
    private static final String QUEUES = "arn:aws:sqs:us-east-1:000000000000:";
    private static final String ROLE = "arn:aws:iam::000000000000:role/counter";

    /** A runtime of its own, since no other sees whether the platform has heard its answer. */
    private static final String BOOTSTRAP = """
            #!/bin/bash
            exec 3<>/dev/tcp/${AWS_LAMBDA_RUNTIME_API/:/\\/}
            generation=$(<"$GENERATION")
            post() {
              printf 'POST /2018-06-01/runtime/invocation/%s HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 2\\r\\n\\r\\n{}' "$1" >&3
              IFS= read -r status <&3 || exit
              while IFS= read -r line <&3; do [ "$line" = $'\\r' ] && break; done
              IFS= read -r -N 15 ok <&3
            }
            while true; do
              printf 'GET /2018-06-01/runtime/invocation/next HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n' >&3
              while IFS= read -r line <&3; do
                line=${line%$'\\r'}
                case "$line" in
                  Lambda-Runtime-Aws-Request-Id:*) request=${line#*: } ;;
                  Content-Length:*) length=${line#*: } ;;
                  '') break ;;
                esac
              done
              IFS= read -r -N "$length" event <&3 || exit
              event=${event//\\\\/}
              [[ "$event" =~ \\"id\\":\\"([0-9a-z-]+)\\" ]] && id=${BASH_REMATCH[1]}
              [[ "$event" =~ \\"messageId\\":\\"([0-9a-z-]+)\\" ]] && name=${BASH_REMATCH[1]} || name=$request
              echo "$generation $id $name began" >> "$LEDGER"
              sleep "0.0$((RANDOM % 5))"
              case "$event" in
                *'"fails":true'*) post "$request/error" ;;
                *) post "$request/response" ;;
              esac
              [[ "$status" == *" 202 "* ]] && echo "$generation $id $name heard" >> "$LEDGER"
            done
            """;

    @TempDir
    Path folder;

    private KilledPlatform platform;
    private Lambda lambda;
    private Sqs sqs;
    private Path ledger;
    /** By queue, what was told there, and how often. */
    private final Map<String, Map<String, Integer>> told = new HashMap<>();
    private final Set<String> accepted = ConcurrentHashMap.newKeySet();
    private volatile boolean sending = true;

    @AfterEach
    void close() {
        platform.close();
    }

    @Test
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void nothingIsLostOrRunMoreOftenThanRetriesAndKillsExplain() throws Exception {
        platform = new KilledPlatform(folder.resolve("data"));
        lambda = Lambda.at(platform.endpoint());
        sqs = Sqs.at(platform.endpoint());
        ledger = folder.resolve("ledger");
        platform.start();
        prepare();
        killWhileSending(new Random(SEED));
        awaitAll();
        awaitHeard();
        platform.kill();
        checkLedger(Ledger.read(ledger));
    }

    private void killWhileSending(Random random) throws IOException, InterruptedException {
        var senders = new ArrayList<Thread>();
        for (int i = 0; i < 3; i++) {
            int number = i;
            senders.add(Thread.ofVirtual().start(() -> send(number)));
        }
        for (int kill = 0; kill < KILLS; kill++) {
            pause(500 + random.nextInt(2_000));
            awaitUnderWay(kill + 1);
            platform.kill();
            platform.start();
        }
        sending = false;
        for (var sender : senders) {
            sender.join();
        }
    }

    /** Waits for an attempt that a kill interrupts, if it comes at once. */
    private void awaitUnderWay(int generation) throws IOException {
        for (int i = 0; i < 2_000 && Ledger.read(ledger).underWay(generation) == 0; i++) {
            pause(1);
        }
    }

    /** Each event has another id: one that was not acknowledged may be there or not. */
    private void send(int sender) {
        for (int n = 0; sending; n++) {
            boolean message = n % 4 == 3;
            var id = sender + "-" + n + (message ? "-m" : "-e") + (n % 5 == 0 ? "f" : "");
            var event = "{\"id\":\"" + id + "\",\"fails\":" + (n % 5 == 0) + "}";
            try {
                if (message) {
                    sqs.sendMessage(CALLER, Sqs.SendMessageRequest.of(
                            r -> r.queueUrl(platform.queueUrl("jobs")).messageBody(event)));
                } else {
                    lambda.invoke(CALLER, Lambda.InvokeRequest.of(r -> r.functionName("counter").invocationType("Event")
                            .payload(Bytes.of(event.getBytes(StandardCharsets.UTF_8)))));
                }
                accepted.add(id);
            } catch (ApiError | UncheckedIOException down) {
                // It may be there or not.
            }
            pause(10);
        }
    }

    private void awaitAll() throws IOException {
        long end = System.nanoTime() + PATIENCE_SECONDS * 1_000_000_000L;
        while (true) {
            var open = new TreeSet<>(accepted);
            for (var queue : List.of("failed", "succeeded", "jobs-failed")) {
                open.removeAll(take(queue).keySet());
            }
            Ledger.read(ledger).entries().stream()
                    .filter(entry -> isMessage(entry.event()) && !fails(entry.event()) && entry.heard())
                    .map(Ledger.Entry::event).forEach(open::remove);
            if (open.isEmpty()) {
                return;
            }
            assertThat(System.nanoTime()).as("seed %d: lost %s", SEED, open).isLessThan(end);
            pause(100);
        }
    }

    /** What was told may be known here sooner than the function has written that it was heard. */
    private void awaitHeard() throws IOException {
        long end = System.nanoTime() + PATIENCE_SECONDS * 1_000_000_000L;
        while (Ledger.read(ledger).underWay(KILLS + 1) > 0 && System.nanoTime() < end) {
            pause(20);
        }
    }

    private Map<String, Integer> take(String queue) {
        var ids = told.computeIfAbsent(queue, _ -> new HashMap<>());
        while (true) {
            var messages = sqs.receiveMessage(CALLER, Sqs.ReceiveMessageRequest.of(
                    r -> r.queueUrl(platform.queueUrl(queue)).maxNumberOfMessages(10))).messages();
            if (messages == null) {
                return ids;
            }
            for (var message : messages) {
                var id = ID.matcher(message.body());
                assertThat(id.find()).isTrue();
                ids.merge(id.group(1), 1, Integer::sum);
            }
        }
    }

    private void checkLedger(Ledger all) {
        int generations = KILLS + 1;
        all.byEvent().forEach((event, entries) -> {
            if (isMessage(event)) {
                assertThat(entries.stream().filter(entry -> !entry.heard())).as("seed %d: %s", SEED, entries)
                        .hasSizeBetween(1, RECEIVES);
            } else {
                Ledger.check(entries, fails(event) ? 1 + RETRIES : 1, generations);
            }
        });
        var run = new HashSet<>(all.byEvent().keySet());
        // Kills may have interrupted each of its receives before the function had it.
        run.addAll(told.get("jobs-failed").keySet());
        assertThat(run).containsAll(accepted);
        // Nothing is told of what went the other way, and what is told twice is told again after a kill.
        assertThat(told.get("failed").keySet()).allMatch(CrashTest::fails);
        assertThat(told.get("succeeded").keySet()).noneMatch(CrashTest::fails);
        told.values().forEach(ids -> assertThat(ids.values()).allMatch(times -> times <= generations));
        System.out.println(KILLS + " kills over " + accepted.size() + " events and messages of seed " + SEED + ": "
                + all.interrupted().size() + " were interrupted, none ran too often; dead letters "
                + told.get("failed").size() + " and " + told.get("jobs-failed").size());
    }

    private static boolean isMessage(String event) {
        return event.contains("-m");
    }

    private static boolean fails(String event) {
        return event.endsWith("f");
    }

    private void prepare() throws IOException {
        Iam.at(platform.endpoint()).createRole(CALLER, Iam.CreateRoleRequest.of(r -> r.roleName("counter")
                .assumeRolePolicyDocument("""
                {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"},
                  "Action": "sts:AssumeRole"}]}
                """)));
        Iam.at(platform.endpoint()).putRolePolicy(CALLER, Iam.PutRolePolicyRequest.of(r -> r.roleName("counter")
                .policyName("queues").policyDocument("""
                {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}]}
                """)));
        for (var name : List.of("failed", "succeeded", "jobs-failed")) {
            createQueue(name, Map.of("VisibilityTimeout", "3600"));
        }
        createQueue("jobs", Map.of("VisibilityTimeout", "2", "RedrivePolicy",
                "{\"deadLetterTargetArn\":\"" + QUEUES + "jobs-failed\",\"maxReceiveCount\":" + RECEIVES + "}"));
        createFunction("counter", 30);
        lambda.putFunctionEventInvokeConfig(CALLER, Lambda.PutFunctionEventInvokeConfigRequest.of(r -> r
                .functionName("counter").maximumRetryAttempts(RETRIES)
                .destinationConfig(Lambda.DestinationConfig.of(d -> d
                        .onSuccess(Lambda.OnSuccess.of(s -> s.destination(QUEUES + "succeeded")))))));
        createFunction("worker", 2);
        lambda.createEventSourceMapping(CALLER, Lambda.CreateEventSourceMappingRequest.of(r -> r.functionName("worker")
                .eventSourceArn(QUEUES + "jobs").batchSize(1)));
    }

    private void createQueue(String name, Map<String, String> attributes) {
        sqs.createQueue(CALLER, Sqs.CreateQueueRequest.of(r -> r.queueName(name).attributes(attributes)));
    }

    private void createFunction(String name, int timeoutSeconds) throws IOException {
        var zip = new ByteArrayOutputStream();
        try (var out = new ZipOutputStream(zip)) {
            out.putNextEntry(new ZipEntry("bootstrap"));
            out.write(BOOTSTRAP.getBytes(StandardCharsets.UTF_8));
        }
        var variables = Map.of("LEDGER", ledger.toString(), "GENERATION", platform.generation().toString());
        lambda.createFunction(CALLER,
                Lambda.CreateFunctionRequest.of(r -> r.functionName(name).runtime("provided.al2023")
                .handler("any").role(ROLE).timeout(timeoutSeconds)
                .deadLetterConfig(Lambda.DeadLetterConfig.of(d -> d.targetArn(QUEUES + "failed")))
                .environment(Lambda.Environment.of(e -> e.variables(variables)))
                .code(Lambda.FunctionCode.of(c -> c.zipFile(Bytes.of(zip.toByteArray()))))));
    }
}
