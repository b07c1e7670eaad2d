package dev.aloft.service.sqs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Principal;
import dev.aloft.api.Sqs;
import dev.aloft.api.Sqs.Message;
import dev.aloft.kernel.call.LocalEndpoint;
import dev.aloft.kernel.metric.Metrics;
import dev.aloft.kernel.store.FlakyStore;
import dev.aloft.kernel.store.MemoryStore;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.TestTime;
import dev.aloft.kernel.time.Workers;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** SQS on a store in memory whose transactions run twice and lose signals, and a clock that stands still. */
abstract class SqsFixture {
    static final Caller CALLER =
        new Caller("123456789012", "us-east-1", new Principal.Root("123456789012"), "id", null, 0,
        "http://127.0.0.1:4566", "127.0.0.1", null);
    static final String ARN = "arn:aws:sqs:us-east-1:123456789012:";

    final TestTime time = new TestTime();
    final Store store = store();
    /** Whether a call may be carried out: everything may. */
    LocalEndpoint.Gate gate = (_, _, _, _) -> { };
    final LocalEndpoint endpoint = new LocalEndpoint(
        (operation, caller, input, called) -> gate.admit(operation, caller, input, called), store::inTransaction);
    final Metrics metrics = new Metrics(endpoint, time);
    final SqsService service = new SqsService(store, metrics, time, endpoint);
    final Sqs sqs = Sqs.at(endpoint);
    private final Workers workers = new Workers(time, service.workers());

    /** What a test with very many messages overrides. */
    Store store() {
        return new FlakyStore(new MemoryStore());
    }

    @BeforeEach
    void start() {
        endpoint.add(service);
        workers.start();
    }

    @AfterEach
    void stop() {
        workers.close();
    }

    /** Names and values of attributes in turn. */
    final String queue(String name, String... attributes) {
        return sqs.createQueue(CALLER, Sqs.CreateQueueRequest.of(r -> r.queueName(name).attributes(map(attributes))))
            .queueUrl();
    }

    final String fifo(String name, String... attributes) {
        var all = map(attributes);
        all.put("FifoQueue", "true");
        return sqs.createQueue(CALLER, Sqs.CreateQueueRequest.of(r -> r.queueName(name + ".fifo").attributes(all)))
            .queueUrl();
    }

    final void set(String url, String... attributes) {
        sqs.setQueueAttributes(CALLER,
            Sqs.SetQueueAttributesRequest.of(r -> r.queueUrl(url).attributes(map(attributes))));
    }

    static Map<String, String> map(String... namesAndValues) {
        var map = new LinkedHashMap<String, String>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return map;
    }

    final Map<String, String> attributes(String url, String... names) {
        return sqs.getQueueAttributes(CALLER, Sqs.GetQueueAttributesRequest.of(r -> r.queueUrl(url)
            .attributeNames(names.length == 0 ? List.of("All") : List.of(names)))).attributes();
    }

    /** Visible, in flight, delayed. */
    final String counts(String url) {
        var told = attributes(url);
        return told.get("ApproximateNumberOfMessages") + " " + told.get("ApproximateNumberOfMessagesNotVisible") + " "
            + told.get("ApproximateNumberOfMessagesDelayed");
    }

    final Sqs.SendMessageResponse send(String url, String body) {
        return send(r -> r.queueUrl(url).messageBody(body));
    }

    final Sqs.SendMessageResponse send(Consumer<Sqs.SendMessageRequest.Builder> with) {
        return sqs.sendMessage(CALLER, Sqs.SendMessageRequest.of(with));
    }

    /** To a group of a FIFO queue; the body is the deduplication id. */
    final Sqs.SendMessageResponse send(String url, String group, String body) {
        return send(r -> r.queueUrl(url).messageBody(body).messageGroupId(group).messageDeduplicationId(body));
    }

    final List<Message> receive(String url) {
        return receive(url, 10);
    }

    final List<Message> receive(String url, int most) {
        return receive(r -> r.queueUrl(url).maxNumberOfMessages(most).messageSystemAttributeNames(List.of("All"))
            .messageAttributeNames(List.of("All")));
    }

    final List<Message> receive(Consumer<Sqs.ReceiveMessageRequest.Builder> with) {
        var messages = sqs.receiveMessage(CALLER, Sqs.ReceiveMessageRequest.of(with)).messages();
        return messages == null ? List.of() : messages;
    }

    final List<String> bodies(String url) {
        return bodies(receive(url));
    }

    static List<String> bodies(List<Message> messages) {
        return messages.stream().map(Message::body).toList();
    }

    final void delete(String url, Message message) {
        sqs.deleteMessage(CALLER,
            Sqs.DeleteMessageRequest.of(r -> r.queueUrl(url).receiptHandle(message.receiptHandle())));
    }

    final void hide(String url, Message message, int seconds) {
        sqs.changeMessageVisibility(CALLER, Sqs.ChangeMessageVisibilityRequest.of(r -> r.queueUrl(url)
            .receiptHandle(message.receiptHandle()).visibilityTimeout(seconds)));
    }

    final void pass(int seconds) {
        time.advance(Duration.ofSeconds(seconds));
    }

    static String redrive(String deadLetters, int most) {
        return "{\"deadLetterTargetArn\":\"" + ARN + deadLetters + "\",\"maxReceiveCount\":" + most + "}";
    }

    static void refused(String code, String message, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(ApiError.class, e -> {
            assertThat(e.getMessage()).isEqualTo(message);
            assertThat(Errors.code(e)).isEqualTo(code);
        });
    }
}
