package dev.aloft.service.sns;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.aloft.api.Body;
import dev.aloft.api.JsonReader;
import dev.aloft.api.Sns;
import dev.aloft.kernel.call.DataPlane;
import dev.aloft.wire.Headers;
import dev.aloft.wire.HttpRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How subscriptions come to be and end, above all those to servers and people. */
class SubscriptionsTest extends SnsFixture {
    private record Received(Map<String, String> headers, String text) {
        Map<?, ?> json() {
            return (Map<?, ?>) JsonReader.tree(text);
        }
    }

    private final BlockingQueue<Received> received = new LinkedBlockingQueue<>();
    private volatile int status = 200;
    private HttpServer server;

    @BeforeEach
    void listen() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            var headers = new LinkedHashMap<String, String>();
            exchange.getRequestHeaders()
                    .forEach((name, values) -> headers.put(name.toLowerCase(java.util.Locale.ROOT), values.getFirst()));
            received.add(new Received(headers,
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/hook";
    }

    private Received next() throws InterruptedException {
        return received.poll(60, TimeUnit.SECONDS);
    }

    private String confirm(String topic, String token) {
        return sns.confirmSubscription(NOBODY, Sns.ConfirmSubscriptionRequest.of(r -> r.topicArn(topic).token(token)))
                .subscriptionArn();
    }

    @Test
    void aServerIsAskedFirst() throws Exception {
        var topic = topic("t");
        var subscription = subscribe(topic, "http", url());
        var question = next();
        assertThat(question.headers()).containsEntry("x-amz-sns-message-type", "SubscriptionConfirmation")
                .containsEntry("x-amz-sns-topic-arn", topic).containsEntry("content-type", "text/plain; charset=UTF-8")
                .containsEntry("user-agent", "Amazon Simple Notification Service Agent");
        var token = question.json().get("Token").toString();
        assertThat(question.json().get("SubscribeURL"))
                .isEqualTo("http://localhost:4566/?Action=ConfirmSubscription&TopicArn=" + topic + "&Token=" + token);
        assertThat(topicAttributes(topic)).containsEntry("SubscriptionsPending", "1")
                .containsEntry("SubscriptionsConfirmed", "0");
        assertThat(sns.listSubscriptions(ROOT, Sns.ListSubscriptionsRequest.of(_ -> { })).subscriptions().getFirst()
                .subscriptionArn())
                .isEqualTo("PendingConfirmation");

        // Any topic's name will do, and twice is once.
        assertThat(confirm(topic.substring(0, topic.length() - 1) + "x", token)).isEqualTo(subscription);
        assertThat(confirm(topic, token)).isEqualTo(subscription);
        invalid("Invalid parameter: Topic", () -> confirm(topic.replace("us-east-1", "eu-central-1"), token));
        assertThat(attributes(subscription)).containsEntry("PendingConfirmation", "false")
                .containsEntry("ConfirmationWasAuthenticated", "false");

        publish(topic, "Hello");
        var notification = next();
        assertThat(notification.headers()).containsEntry("x-amz-sns-message-type", "Notification")
                .containsEntry("x-amz-sns-subscription-arn", subscription);
        assertThat(notification.json().get("Message")).isEqualTo("Hello");
    }

    @Test
    void whoeverEndsASubscriptionByItsLinkCanHaveItBack() throws Exception {
        var topic = topic("t");
        var subscription = subscribe(topic, "http", url());
        confirm(topic, next().json().get("Token").toString());
        sns.unsubscribe(NOBODY, Sns.UnsubscribeRequest.of(r -> r.subscriptionArn(subscription)));
        var question = next();
        assertThat(question.headers()).containsEntry("x-amz-sns-message-type", "UnsubscribeConfirmation");
        assertThat(question.json().get("Message").toString())
                .startsWith("You have chosen to deactivate subscription " + subscription);
        assertThat(topicAttributes(topic)).containsEntry("SubscriptionsConfirmed", "0")
                .containsEntry("SubscriptionsDeleted", "1");
        confirm(topic, question.json().get("Token").toString());
        assertThat(attributes(subscription)).containsEntry("PendingConfirmation", "false");
        assertThat(topicAttributes(topic)).containsEntry("SubscriptionsConfirmed", "1")
                .containsEntry("SubscriptionsDeleted", "0");
    }

    @Test
    void whatTheOwnerConfirmedNobodyElseEnds() {
        var subscription = subscribe(topic("t"), "sqs", QUEUE);
        refused(403, "AuthorizationError", "Client is not authorized to perform: SNS:Unsubscribe",
                () -> sns.unsubscribe(NOBODY, Sns.UnsubscribeRequest.of(r -> r.subscriptionArn(subscription))));
    }

    @Test
    void whatNobodyConfirmsIsForgotten() {
        var topic = topic("t");
        var subscription = subscribe(topic, "email", "a@example.com");
        time.advance(Duration.ofHours(49));
        refused(404, "NotFound", "Subscription does not exist", () -> attributes(subscription));
        assertThat(topicAttributes(topic)).containsEntry("SubscriptionsPending", "0")
                .containsEntry("SubscriptionsDeleted", "1");
    }

    @Test
    void aServerThatFailsIsTriedAsItsPolicySays() throws Exception {
        var topic = topic("t");
        var subscription = subscribe(topic, "http", url());
        confirm(topic, next().json().get("Token").toString());
        set(subscription, "DeliveryPolicy", """
                {"healthyRetryPolicy": {"numRetries": 3, "numNoDelayRetries": 1, "minDelayTarget": 5, "maxDelayTarget": 9},
                 "requestPolicy": {"headerContentType": "application/json"}}""");
        set(subscription, "RedrivePolicy", "{\"deadLetterTargetArn\":\"arn:aws:sqs:us-east-1:111122223333:dead\"}");
        settle();
        status = 500;
        publish(topic, "Hello");
        assertThat(next().headers()).containsEntry("content-type", "application/json");
        time.advance(Duration.ofMinutes(1));
        assertThat(received).hasSize(3);
        settle();
        assertThat(caught).extracting(Caught::target).containsExactly("arn:aws:sqs:us-east-1:111122223333:dead");
    }

    @Test
    void aServerIsSentNoMoreInASecondThanItsPolicySays() throws Exception {
        var topic = topic("t");
        var subscription = subscribe(topic, "http", url());
        confirm(topic, next().json().get("Token").toString());
        set(subscription, "DeliveryPolicy", "{\"throttlePolicy\": {\"maxReceivesPerSecond\": 2}}");
        settle();
        for (int i = 0; i < 5; i++) {
            publish(topic, "m" + i);
        }
        settle();
        assertThat(received).hasSize(2);
        time.advance(Duration.ofMinutes(1));
        assertThat(received).hasSize(5);
    }

    @Test
    void aServerThatRefusesIsNotTriedAgain() throws Exception {
        var topic = topic("t");
        subscribe(topic, "http", url());
        confirm(topic, next().json().get("Token").toString());
        settle();
        status = 404;
        publish(topic, "Hello");
        assertThat(next()).isNotNull();
        time.advance(Duration.ofHours(1));
        assertThat(received).isEmpty();
    }

    @Test
    void signaturesHoldAgainstTheCertificateThatIsServed() throws Exception {
        for (var version : List.of("1", "2")) {
            var topic = topic("t" + version, Map.of("SignatureVersion", version));
            subscribe(topic, "http", url());
            var question = next().json();
            assertThat(holds(question, "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn",
                    "Type")).isTrue();
            confirm(topic, question.get("Token").toString());
            publish(topic, "Hello");
            assertThat(holds(next().json(), "Message", "MessageId", "Timestamp", "TopicArn", "Type")).isTrue();
        }
    }

    private boolean holds(Map<?, ?> document, String... signed) throws Exception {
        var text = new StringBuilder();
        for (var name : signed) {
            text.append(name).append('\n').append(document.get(name)).append('\n');
        }
        var path = document.get("SigningCertURL").toString().replace("https://localhost:4566", "");
        var page = service.dataPlanes().stream().filter(it -> it.serves("localhost:4566", path)).findFirst()
                .orElseThrow();
        var pem = page.handle(get(path), "r").body().bytes(100_000);
        var signature = Signature.getInstance(document.get("SignatureVersion").equals("2") ? "SHA256withRSA"
                : "SHA1withRSA");
        signature.initVerify(CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(pem)));
        signature.update(text.toString().getBytes(StandardCharsets.UTF_8));
        return signature.verify(Base64.getDecoder().decode(document.get("Signature").toString()));
    }

    private static HttpRequest get(String path) {
        return new HttpRequest("GET", "http", path, "", new Headers(), Body.EMPTY, "127.0.0.1");
    }

    private DataPlane page(String path) {
        return service.dataPlanes().stream().filter(it -> it.serves("localhost", path)).findFirst().orElseThrow();
    }

    private List<?> mailbox() {
        var json = (Map<?, ?>) JsonReader.tree(page("/_aws/mailbox.json").handle(get("/_aws/mailbox.json"), "r").body()
                .bytes(100_000));
        return (List<?>) json.get("messages");
    }

    @Test
    void peopleFindTheirMessagesInTheMailbox() {
        var topic = topic("t");
        subscribe(topic, "email", "a@example.com");
        var letter = (Map<?, ?>) mailbox().getFirst();
        assertThat(letter.get("subject")).isEqualTo("AWS Notification - Subscription Confirmation");
        var token = letter.get("message").toString().replaceFirst("(?s).*&Token=(\\w+).*", "$1");
        confirm(topic, token);
        subscribe(topic, "sms", "+1 555-123-4567");
        sns.publish(ROOT, Sns.PublishRequest.of(r -> r.phoneNumber("+15551234567").message("direct")));
        time.advance(Duration.ofSeconds(1));
        sns.publish(ROOT, Sns.PublishRequest.of(r -> r.topicArn(topic).message("Hello <b>").subject("Hi")));
        assertThat(mailbox()).hasSize(4);
        assertThat(mailbox().stream().limit(2).map(it -> ((Map<?, ?>) it).get("to").toString()).toList())
                .containsExactlyInAnyOrder("a@example.com", "+15551234567");
        var page = page("/_aws/mailbox");
        assertThat(new String(page.handle(get("/_aws/mailbox"), "r").body().bytes(100_000), StandardCharsets.UTF_8))
                .contains("Hello &lt;b&gt;")
                .contains("<a href=\"http://localhost:4566/?Action=Unsubscribe&amp;SubscriptionArn=");
    }

    /** In the browser, by a button; from then on the number gets none of this account's until it wants them again. */
    @Test
    void whoAnswersStopGetsNoMoreTextMessages() {
        var number = "+15551234567";
        text(number);
        answer(number, "Thanks", "http://localhost:4566");
        answer(number, "stop", "http://elsewhere.example.com");
        text(number);
        assertThat(mailbox()).hasSize(2);
        answer(number, "stop", "http://localhost:4566");
        text(number);
        assertThat(mailbox()).hasSize(2);
        assertThat(sns.listPhoneNumbersOptedOut(ROOT, Sns.ListPhoneNumbersOptedOutRequest.of(_ -> { })).phoneNumbers())
                .containsExactly(number);
        refused(400, "OptedOut", "The phone number " + number + " is opted out.", () -> sns.createSMSSandboxPhoneNumber(
                ROOT, Sns.CreateSMSSandboxPhoneNumberRequest.of(r -> r.phoneNumber(number))));
        sns.optInPhoneNumber(ROOT, Sns.OptInPhoneNumberRequest.of(r -> r.phoneNumber(number)));
        text(number);
        assertThat(mailbox()).hasSize(3);
    }

    private void text(String number) {
        sns.publish(ROOT, Sns.PublishRequest.of(r -> r.phoneNumber(number).message("m")));
    }

    private void answer(String from, String text, String origin) {
        var form = "from=" + from.replace("+", "%2B") + "&text=" + text;
        page("/_aws/mailbox").handle(new HttpRequest("POST", "http", "/_aws/mailbox", "",
                new Headers().add("Host", "localhost:4566").add("Origin", origin),
                Body.of(form.getBytes(StandardCharsets.UTF_8)), "127.0.0.1"), "r");
    }

    @Test
    void aTopicIsToldAsOnAws() {
        var topic = fifoTopic("DisplayName", "TestTopic", "SignatureVersion", "2");
        assertThat(topicAttributes(topic))
                .containsOnlyKeys("ContentBasedDeduplication", "DisplayName", "EffectiveDeliveryPolicy",
                "FifoTopic", "Owner", "Policy", "SignatureVersion", "SubscriptionsConfirmed", "SubscriptionsDeleted",
                "SubscriptionsPending", "TopicArn");
        assertThat(topicAttributes(topic).get("EffectiveDeliveryPolicy"))
                .isEqualTo("{\"http\":{\"defaultHealthyRetryPolicy\":"
                + "{\"minDelayTarget\":20,\"maxDelayTarget\":20,\"numRetries\":3,\"numMaxDelayRetries\":0,"
                + "\"numNoDelayRetries\":0,"
                + "\"numMinDelayRetries\":0,\"backoffFunction\":\"linear\"},\"disableSubscriptionOverrides\":false,"
                + "\"defaultRequestPolicy\":{\"headerContentType\":\"text/plain; charset=UTF-8\"}}}");
        assertThat(topicAttributes(topic).get("Policy"))
                .startsWith("{\"Version\":\"2008-10-17\",\"Id\":\"__default_policy_ID\","
                + "\"Statement\":[{\"Sid\":\"__default_statement_ID\",\"Effect\":\"Allow\",\"Principal\":{"
                + "\"AWS\":\"*\"},\"Action\":"
                + "[\"SNS:GetTopicAttributes\",");
    }

    @Test
    void listsGoOnBehindAHundred() {
        var topic = topic("t");
        for (int i = 0; i < 120; i++) {
            subscribe(topic, "email", "user" + i + "@example.com");
        }
        var first = sns.listSubscriptionsByTopic(ROOT, Sns.ListSubscriptionsByTopicRequest.of(r -> r.topicArn(topic)));
        assertThat(first.subscriptions()).hasSize(100);
        var second = sns.listSubscriptionsByTopic(ROOT,
                Sns.ListSubscriptionsByTopicRequest.of(r -> r.topicArn(topic).nextToken(first.nextToken())));
        assertThat(second.subscriptions()).hasSize(20);
        assertThat(second.nextToken()).isNull();
    }
}
