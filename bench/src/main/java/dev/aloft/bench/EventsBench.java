package dev.aloft.bench;

import dev.aloft.api.Events;
import dev.aloft.api.Iam;
import dev.aloft.api.Scheduler;
import dev.aloft.api.Sqs;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** Events held against a hundred rules, and schedules that all fall due in one second. */
final class EventsBench {
    private static final int RULES = 100;
    private static final int SCHEDULES = Integer.getInteger("bench.schedules", 10_000);
    private static final int CREATORS = 16;
    private static final double SECONDS = 5;
    private static final String ACCOUNT = "000000000000";
    private static final String TRUST =
            "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\","
            + "\"Principal\":{\"Service\":\"scheduler.amazonaws.com\"}}]}";
    private static final String ALL =
            "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"sqs:*\","
            + "\"Resource\":\"*\"}]}";

    private final Product product;
    private final Figures figures;
    private final Sqs sqs;

    private EventsBench(Product product, Figures figures) {
        this.product = product;
        this.figures = figures;
        sqs = Sqs.at(product.endpoint);
    }

    static void run(Path launcher, Figures figures) throws Exception {
        figures.chapter("EventBridge with 100 rules, and schedules");
        try (var product = Product.start(launcher)) {
            new EventsBench(product, figures).putEvents();
        }
        // Of its own: the events above are on their way to their queue for a while yet.
        try (var product = Product.start(launcher)) {
            new EventsBench(product, figures).schedules();
        }
    }

    private static String queueArn(String name) {
        return "arn:aws:sqs:us-east-1:" + ACCOUNT + ":" + name;
    }

    private String createQueue(String name) {
        var policy = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{"
                + "\"Service\":\"events.amazonaws.com\"},"
                + "\"Action\":\"sqs:SendMessage\",\"Resource\":\"*\"}]}";
        return sqs.createQueue(Product.caller(), Sqs.CreateQueueRequest.of(r -> r.queueName(name)
                .attributes(Map.of("Policy", policy)))).queueUrl();
    }

    private void putEvents() throws Exception {
        createQueue("events");
        var events = Events.at(product.endpoint);
        for (int i = 0; i < RULES; i++) {
            var number = i;
            events.putRule(Product.caller(), Events.PutRuleRequest.of(r -> r.name("rule" + number)
                    .eventPattern("{\"source\":[\"bench\"],\"detail-type\":[\"type" + number
                            + "\"],\"detail\":{\"n\":[{\"numeric\":[\">\",0]}]}}")));
            events.putTargets(Product.caller(), Events.PutTargetsRequest.of(r -> r.rule("rule" + number)
                    .targets(List.of(Events.Target.of(t -> t.id("queue").arn(queueArn("events")))))));
        }
        for (int connections : new int[] {1, 16}) {
            measure("PutEvents that no rule wants", connections, 1, "none");
            measure("PutEvents that one rule of 100 wants, to a queue", connections, 1, "type7");
        }
        measure("PutEvents in batches of 10 that one rule wants (events)", 16, 10, "type7");
    }

    private void measure(String name, int connections, int batch, String type) throws Exception {
        var entry = "{\"Source\":\"bench\",\"DetailType\":\"" + type + "\",\"Detail\":\"{\\\"n\\\":1,\\\"text\\\":\\\""
                + "x".repeat(200) + "\\\"}\"}";
        var body = "{\"Entries\":[" + String.join(",", Collections.nCopies(batch, entry)) + "]}";
        var request = Connection.post("/", "events",
                "Content-Type: application/x-amz-json-1.1\r\nX-Amz-Target: AWSEvents.PutEvents\r\n",
                body.getBytes(StandardCharsets.UTF_8));
        Load.run(product.port, connections, 1, _ -> request);
        double before = product.processorSeconds();
        var load = Load.run(product.port, connections, SECONDS, _ -> request);
        double each = (product.processorSeconds() - before) / (load.perSecond() * SECONDS) * 1e6;
        figures.add(name + ", " + connections + " connections", load.perSecond() * batch, "/s",
                load.latency() + "; %.0f µs of our processor a request".formatted(each));
    }

    private void schedules() throws Exception {
        var iam = Iam.at(product.endpoint);
        var role = iam.createRole(Product.caller(), Iam.CreateRoleRequest.of(r -> r.roleName("bench")
                .assumeRolePolicyDocument(TRUST))).role().arn();
        iam.putRolePolicy(Product.caller(), Iam.PutRolePolicyRequest.of(r -> r.roleName("bench").policyName("all")
                .policyDocument(ALL)));
        var url = createQueue("schedules");
        var due = Instant.now().plusSeconds(20 + SCHEDULES / 250).truncatedTo(ChronoUnit.SECONDS);
        double rate = create(role, due);
        figures.add("CreateSchedule, " + CREATORS + " at once", rate, "/s", "");
        while (Instant.now().isBefore(due)) {
            Product.pause(50);
        }
        var sent = received(url);
        long last = sent.stream().mapToLong(Long::longValue).max().orElse(0) - due.toEpochMilli();
        sent.sort(null);
        long median = sent.get(sent.size() / 2) - due.toEpochMilli();
        figures.add("the last of %,d schedules due in one second is late".formatted(SCHEDULES), last, "ms",
                "half are out after %d ms; %d arrived".formatted(median, sent.size()));
    }

    private double create(String role, Instant due) throws Exception {
        var scheduler = Scheduler.at(product.endpoint);
        var next = new AtomicInteger();
        var threads = new ArrayList<Thread>();
        long begun = System.nanoTime();
        for (int i = 0; i < CREATORS; i++) {
            threads.add(Thread.ofVirtual().start(() -> {
                for (int n = next.getAndIncrement(); n < SCHEDULES; n = next.getAndIncrement()) {
                    var name = "s" + n;
                    scheduler.createSchedule(Product.caller(), Scheduler.CreateScheduleRequest.of(r -> r.name(name)
                            .scheduleExpression("at(" + due.toString().replace("Z", "") + ")")
                            .flexibleTimeWindow(Scheduler.FlexibleTimeWindow.of(w ->
                                    w.mode(Scheduler.FlexibleTimeWindowMode.OFF)))
                            .target(Scheduler.Target.of(t -> t.arn(queueArn("schedules")).roleArn(role).input(name)))));
                }
            }));
        }
        for (var thread : threads) {
            thread.join();
        }
        return SCHEDULES / ((System.nanoTime() - begun) / 1e9);
    }

    /** When each message was sent. */
    private List<Long> received(String url) {
        var sent = new ArrayList<Long>();
        var patience = Instant.now().plus(Duration.ofSeconds(60));
        while (sent.size() < SCHEDULES && Instant.now().isBefore(patience)) {
            var messages = sqs.receiveMessage(Product.caller(),
                    Sqs.ReceiveMessageRequest.of(r -> r.queueUrl(url).maxNumberOfMessages(10)
                    .waitTimeSeconds(1).visibilityTimeout(600).attributeNames(List.of("SentTimestamp")))).messages();
            if (messages != null) {
                messages.forEach(message -> sent.add(Long.parseLong(message.attributes().get("SentTimestamp"))));
            }
        }
        return sent;
    }
}
