package dev.aloft.service.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Principal;
import dev.aloft.api.Sqs;
import dev.aloft.wire.Credentials;
import dev.aloft.wire.HttpEndpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sends and receives while the platform and some of the consumers, processes of their own, are killed again and again,
 * and keeps a ledger: what was acknowledged is received, what was deleted never again, groups in order and each message
 * once. More kills with {@code -Daloft.ledger.kills=100}.
 */
class LedgerTest {
    private static final int KILLS = Integer.getInteger("aloft.ledger.kills", 2);
    private static final long SEED = Long.getLong("aloft.ledger.seed", System.nanoTime());
    private static final int GROUPS = 4;
    private static final int HIDDEN_SECONDS = 2;
    static final Caller CALLER =
        new Caller("", "us-east-1", new Principal.Anonymous(), "ledger", null, 0, "", null, null);

    @TempDir
    Path folder;

    private final int port = freePort();
    private final Sqs sqs = Sqs.at(endpoint(port));
    private final String standard = "http://127.0.0.1:" + port + "/000000000000/ledger";
    private final String fifo = standard + ".fifo";
    private final AtomicReference<String> broken = new AtomicReference<>();
    private final AtomicInteger byProcesses = new AtomicInteger();
    private final Set<Process> consumers = ConcurrentHashMap.newKeySet();
    private volatile boolean sending = true;
    private volatile boolean receiving = true;

    /** Standard: the bodies that were acknowledged, received, and deleted with an acknowledgement. */
    private final Set<String> sent = ConcurrentHashMap.newKeySet();
    private final Set<String> received = ConcurrentHashMap.newKeySet();
    private final Set<String> deleted = ConcurrentHashMap.newKeySet();

    /** FIFO, by group: how many were acknowledged; the ids received in order; how many of them were deleted. */
    private final Map<Integer, Integer> sentTo = new ConcurrentHashMap<>();
    private final Map<Integer, List<String>> receivedFrom = new HashMap<>();
    private final Set<String> deletedFrom = ConcurrentHashMap.newKeySet();

    static HttpEndpoint endpoint(int port) {
        return new HttpEndpoint(URI.create("http://127.0.0.1:" + port), new Credentials("test", "test", null),
            InstantSource.system());
    }

    @Test
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void theLedgerHoldsThroughEveryKill() throws Exception {
        var random = new Random(SEED);
        var platform = start();
        sqs.createQueue(CALLER, Sqs.CreateQueueRequest.of(r -> r.queueName("ledger")
            .attributes(Map.of("VisibilityTimeout", "" + HIDDEN_SECONDS))));
        sqs.createQueue(CALLER, Sqs.CreateQueueRequest.of(r -> r.queueName("ledger.fifo")
            .attributes(Map.of("VisibilityTimeout", "" + HIDDEN_SECONDS, "FifoQueue", "true"))));
        var senders = new ArrayList<Thread>();
        var receivers = new ArrayList<Thread>();
        for (int i = 0; i < 3; i++) {
            int number = i;
            senders.add(Thread.ofVirtual().start(() -> send(number)));
            receivers.add(Thread.ofVirtual().start(this::receive));
        }
        for (int group = 0; group < GROUPS; group++) {
            int number = group;
            receivedFrom.put(group, new ArrayList<>());
            senders.add(Thread.ofVirtual().start(() -> sendTo(number)));
            receivers.add(Thread.ofVirtual().start(this::receiveFrom));
        }
        receivers.add(Thread.ofVirtual().start(() -> attend(standard)));
        receivers.add(Thread.ofVirtual().start(() -> attend(fifo)));
        for (int kill = 0; kill < KILLS; kill++) {
            platform.waitFor(300 + random.nextInt(700), TimeUnit.MILLISECONDS);
            killConsumers();
            platform.waitFor(random.nextInt(300), TimeUnit.MILLISECONDS);
            ProcessHandle.of(platform.pid()).ifPresent(ProcessHandle::destroyForcibly);
            platform.waitFor();
            platform = start();
        }
        sending = false;
        for (var sender : senders) {
            sender.join();
        }
        awaitEmpty();
        receiving = false;
        killConsumers();
        for (var receiver : receivers) {
            receiver.join();
        }
        platform.destroyForcibly().waitFor();
        assertThat(broken.get()).as("seed " + SEED).isNull();
        assertThat(received).as("seed " + SEED).containsAll(sent);
        sentTo.forEach((group, number) -> assertThat(receivedFrom.get(group)).as("group %d of seed %d", group, SEED)
            .hasSizeGreaterThanOrEqualTo(number));
        assertThat(sent).isNotEmpty();
        System.out.println(KILLS + " kills over " + sent.size() + " messages, and "
            + sentTo.values().stream().mapToInt(Integer::intValue).sum() + " in " + GROUPS + " groups; "
            + byProcesses + " received by other processes");
    }

    private void send(int sender) {
        for (int n = 0; sending; n++) {
            var body = sender + "-" + n;
            if (tried(() ->
                sqs.sendMessage(CALLER, Sqs.SendMessageRequest.of(r -> r.queueUrl(standard).messageBody(body))))) {
                sent.add(body);
            }
        }
    }

    private void receive() {
        while (receiving) {
            var before = Set.copyOf(deleted);
            tried(() -> {
                var answer = sqs.receiveMessage(CALLER, Sqs.ReceiveMessageRequest.of(
                    r -> r.queueUrl(standard).maxNumberOfMessages(10).waitTimeSeconds(1)));
                for (var message : answer.messages() == null ? List.<Sqs.Message>of() : answer.messages()) {
                    checkGone(message.body(), before);
                    received.add(message.body());
                    sqs.deleteMessage(CALLER, Sqs.DeleteMessageRequest.of(
                        r -> r.queueUrl(standard).receiptHandle(message.receiptHandle())));
                    deleted.add(message.body());
                }
            });
        }
    }

    private void killConsumers() {
        consumers.forEach(Process::destroyForcibly);
    }

    /** Keeps the ledger of a consumer in another process, and starts another when it is killed. */
    private void attend(String url) {
        while (receiving) {
            try {
                var consumer = java(LedgerConsumer.class.getName(), "" + port, url).start();
                consumers.add(consumer);
                try (var says = consumer.inputReader(); var tell = consumer.outputWriter()) {
                    var before = Set.<String>of();
                    for (String line; (line = says.readLine()) != null; ) {
                        before = note(line.split(" "), before, url.equals(fifo));
                        tell.write("\n");
                        tell.flush();
                    }
                } finally {
                    consumers.remove(consumer);
                    consumer.destroyForcibly();
                }
            } catch (IOException _) {
                // It was killed while it was told to go on.
            }
        }
    }

    /** Writes down what a consumer says; what had been deleted when it asked last. */
    private Set<String> note(String[] said, Set<String> before, boolean grouped) {
        var gone = grouped ? deletedFrom : deleted;
        switch (said[0]) {
            case "ask" -> {
                return Set.copyOf(gone);
            }
            case "received" -> {
                byProcesses.incrementAndGet();
                if (grouped) {
                    check(said[1], said[2], before);
                } else {
                    checkGone(said[1], before);
                    received.add(said[1]);
                }
            }
            default -> gone.add(said[1]);
        }
        return before;
    }

    private void checkGone(String body, Set<String> before) {
        if (before.contains(body)) {
            broken.compareAndSet(null, "received after it was deleted: " + body);
        }
    }

    /** Sends each message until it is acknowledged: its deduplication id makes it one. */
    private void sendTo(int group) {
        for (int n = 0; sending; ) {
            var body = group + "-" + n;
            if (tried(() -> sqs.sendMessage(CALLER, Sqs.SendMessageRequest.of(r -> r.queueUrl(fifo).messageBody(body)
                    .messageGroupId("g" + group).messageDeduplicationId(body))))) {
                n++;
                sentTo.put(group, n);
            }
        }
    }

    private void receiveFrom() {
        while (receiving) {
            var before = Set.copyOf(deletedFrom);
            tried(() -> {
                var answer = sqs.receiveMessage(CALLER, Sqs.ReceiveMessageRequest.of(
                    r -> r.queueUrl(fifo).maxNumberOfMessages(3).waitTimeSeconds(1)));
                var messages = answer.messages() == null ? List.<Sqs.Message>of() : answer.messages();
                messages.forEach(message -> check(message.body(), message.messageId(), before));
                for (var message : messages) {
                    sqs.deleteMessage(CALLER, Sqs.DeleteMessageRequest.of(
                        r -> r.queueUrl(fifo).receiptHandle(message.receiptHandle())));
                    deletedFrom.add(message.body());
                }
            });
        }
    }

    private void check(String body, String id, Set<String> before) {
        var parts = body.split("-");
        int n = Integer.parseInt(parts[1]);
        checkGone(body, before);
        synchronized (receivedFrom) {
            var all = receivedFrom.get(Integer.parseInt(parts[0]));
            if (n > all.size()) {
                broken.compareAndSet(null, body + " was received and " + all.size() + " was not");
            } else if (n == all.size()) {
                all.add(id);
            } else if (!all.get(n).equals(id)) {
                broken.compareAndSet(null, body + " was taken twice");
            }
        }
    }

    /** Whether it was acknowledged; a platform that is down answers nothing. */
    private boolean tried(Runnable call) {
        try {
            call.run();
            return true;
        } catch (UncheckedIOException e) {
            pause();
            return false;
        } catch (ApiError e) {
            // A receipt of a message that was received longer ago than it was hidden.
            if (!e.getMessage().contains("receipt handle has expired")) {
                broken.compareAndSet(null, e.toString());
            }
            return false;
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitEmpty() {
        while (broken.get() == null && !(isEmpty(standard) && isEmpty(fifo))) {
            pause();
        }
    }

    private boolean isEmpty(String url) {
        var told = sqs.getQueueAttributes(CALLER, Sqs.GetQueueAttributesRequest.of(
            r -> r.queueUrl(url).attributeNames(List.of("All")))).attributes();
        return told.get("ApproximateNumberOfMessages").equals("0")
            && told.get("ApproximateNumberOfMessagesNotVisible").equals("0");
    }

    private Process start() throws IOException {
        var process = java("dev.aloft.Main", "start", "--port", "" + port, "--data",
            folder.toString(), "--sandbox", "none")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolveSibling(folder.getFileName() + ".log").toFile()).start();
        while (process.isAlive() && !tried(() -> sqs.listQueues(CALLER, Sqs.ListQueuesRequest.of(_ -> { })))) {
            pause();
        }
        return process;
    }

    private static ProcessBuilder java(String... mainAndArguments) {
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-cp",
            System.getProperty("java.class.path")));
        command.addAll(List.of(mainAndArguments));
        return new ProcessBuilder(command);
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
