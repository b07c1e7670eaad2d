package dev.aloft.service.sns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Principal;
import dev.aloft.api.Sns;
import dev.aloft.kernel.call.Event;
import dev.aloft.kernel.call.LocalEndpoint;
import dev.aloft.kernel.call.Target;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.http.Outbound;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.kernel.identity.PolicySource;
import dev.aloft.kernel.identity.Roles;
import dev.aloft.kernel.metric.Metrics;
import dev.aloft.kernel.store.FlakyStore;
import dev.aloft.kernel.store.MemoryStore;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.TestTime;
import dev.aloft.kernel.time.Workers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.function.Executable;

/** SNS alone: what it sends to queues, functions and streams is caught; servers are real where a test starts one. */
abstract class SnsFixture {
    static final Caller ROOT = new Caller("111122223333", "us-east-1", new Principal.Root("111122223333"), "r", null, 0,
            "http://localhost:4566", "127.0.0.1", "test");
    static final Caller NOBODY = ROOT.as(new Principal.Anonymous());
    static final String QUEUE = "arn:aws:sqs:us-east-1:111122223333:queue";
    static final String FIFO_QUEUE = QUEUE + ".fifo";
    static final String FUNCTION = "arn:aws:lambda:us-east-1:111122223333:function:f";

    record Caught(Caller caller, String target, Event event) {
        String body() {
            return new String(event.body(), StandardCharsets.UTF_8);
        }
    }

    final List<Caught> caught = new CopyOnWriteArrayList<>();
    volatile Optional<ApiError> failure = Optional.empty();
    final TestTime time = new TestTime();
    final Store store = new FlakyStore(new MemoryStore());
    /** Whether a call may be carried out: everything may. */
    LocalEndpoint.Gate gate = (_, _, _, _) -> { };
    final LocalEndpoint endpoint = new LocalEndpoint(
            (operation, caller, input, called) -> gate.admit(operation, caller, input, called), store::inTransaction);
    final Metrics metrics = new Metrics(endpoint, time);
    final Sns sns = Sns.at(endpoint);
    final SnsService service;
    private final Workers workers;

    SnsFixture() {
        var targets = new Targets();
        List.of("sqs", "lambda", "firehose").forEach(name -> targets.add(new Target() {
            @Override
            public String service() {
                return name;
            }

            @Override
            public void deliver(Caller caller, Arn target, Event event) {
                var failing = failure.filter(_ -> !target.resource().startsWith("dead"));
                if (failing.isPresent()) {
                    throw failing.get();
                }
                caught.add(new Caught(caller, target.toString(), event));
            }
        }));
        service = new SnsService(store, KeyFile.inMemory(), metrics, time, endpoint, targets,
                new Roles(new NoPolicies(), time), new Outbound(), () -> "http://localhost:4566");
        endpoint.add(service);
        workers = new Workers(time, service.workers());
        workers.start();
    }

    private static final class NoPolicies implements PolicySource {
        private static final String TRUST = """
                {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole",
                 "Principal": {"Service": "sns.amazonaws.com"}}}""";

        @Override
        public Optional<AccessKey> accessKey(String id) {
            return Optional.empty();
        }

        @Override
        public boolean isThere(String principal, String account) {
            return true;
        }

        @Override
        public Optional<Identity> identity(Principal principal) {
            return Optional.empty();
        }

        @Override
        public Optional<Role> role(String arn) {
            return arn.endsWith("role/known") ? Optional.of(new Role(arn, "AROAKNOWN", TRUST, 3600)) : Optional.empty();
        }

        @Override
        public boolean hasUsers() {
            return false;
        }
    }

    @AfterEach
    void close() {
        workers.close();
    }

    static void refused(int status, String code, String message, Executable call) {
        assertThatThrownBy(call::execute).isInstanceOfSatisfying(ApiError.class, error -> {
            assertThat(error.code()).isEqualTo(code);
            assertThat(error.status()).isEqualTo(status);
        }).hasMessage(message);
    }

    static void invalid(String message, Executable call) {
        refused(400, "InvalidParameter", message, call);
    }

    String topic(String name) {
        return topic(name, Map.of());
    }

    String topic(String name, Map<String, String> attributes) {
        return sns.createTopic(ROOT, Sns.CreateTopicRequest.of(r -> r.name(name).attributes(attributes))).topicArn();
    }

    String fifoTopic(String... attributes) {
        var all = new java.util.HashMap<>(Map.of("FifoTopic", "true"));
        for (int i = 0; i < attributes.length; i += 2) {
            all.put(attributes[i], attributes[i + 1]);
        }
        return topic("t.fifo", all);
    }

    String subscribe(String topic, String protocol, String endpoint, String... attributes) {
        var all = new java.util.LinkedHashMap<String, String>();
        for (int i = 0; i < attributes.length; i += 2) {
            all.put(attributes[i], attributes[i + 1]);
        }
        return sns.subscribe(ROOT, Sns.SubscribeRequest.of(r -> r.topicArn(topic).protocol(protocol).endpoint(endpoint)
                .attributes(all).returnSubscriptionArn(true))).subscriptionArn();
    }

    void set(String subscription, String name, String value) {
        sns.setSubscriptionAttributes(ROOT, Sns.SetSubscriptionAttributesRequest.of(
                r -> r.subscriptionArn(subscription).attributeName(name).attributeValue(value)));
    }

    Map<String, String> attributes(String subscription) {
        return sns.getSubscriptionAttributes(ROOT,
                Sns.GetSubscriptionAttributesRequest.of(r -> r.subscriptionArn(subscription))).attributes();
    }

    Map<String, String> topicAttributes(String topic) {
        return sns.getTopicAttributes(ROOT, Sns.GetTopicAttributesRequest.of(r -> r.topicArn(topic))).attributes();
    }

    Sns.PublishResponse publish(String topic, String message) {
        return sns.publish(ROOT, Sns.PublishRequest.of(r -> r.topicArn(topic).message(message)));
    }

    Sns.PublishResponse publish(String topic, String message, String group, String deduplication) {
        return sns.publish(ROOT, Sns.PublishRequest.of(r -> r.topicArn(topic).message(message).messageGroupId(group)
                .messageDeduplicationId(deduplication)));
    }

    Sns.PublishResponse publish(String topic, String message, String attribute, String type, String value) {
        return sns.publish(ROOT, Sns.PublishRequest.of(r -> r.topicArn(topic).message(message).messageAttributes(
                Map.of(attribute, Sns.MessageAttributeValue.of(a -> a.dataType(type).stringValue(value))))));
    }

    static Sns.PublishBatchRequestEntry entry(String id, String message) {
        return Sns.PublishBatchRequestEntry.of(e -> e.id(id).message(message));
    }

    Sns.PublishBatchResponse batch(String topic, Sns.PublishBatchRequestEntry... entries) {
        return sns.publishBatch(ROOT, Sns.PublishBatchRequest.of(
                r -> r.topicArn(topic).publishBatchRequestEntries(List.of(entries))));
    }

    /** The work that is under way comes to rest. */
    void settle() {
        time.settle();
    }
}
