package dev.aloft.service.sqs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Sqs;
import dev.aloft.kernel.call.Event;
import dev.aloft.kernel.store.Key;
import dev.aloft.service.kms.TestKeys;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Queues with a key of KMS of one's own. */
class EncryptionTest extends SqsFixture {
    private static final String UNKNOWN = "The ciphertext refers to a customer master key that does not exist, does not"
        + " exist in this region, or you are not allowed to access.";

    private final TestKeys keys = new TestKeys(CALLER, store, time, endpoint);
    private String key;
    private String url;

    @BeforeEach
    void makeQueue() {
        endpoint.add(keys.service());
        gate = keys;
        key = keys.key();
        url = queue("q", "KmsMasterKeyId", key);
    }

    @Test
    void aMessageIsReadAsItWasSentAndItsBodyIsNotInTheStore() {
        var sent = send(url, "a secret of the queue");
        var received = receive(url).getFirst();
        assertThat(received.body()).isEqualTo("a secret of the queue");
        assertThat(received.md5OfBody()).isEqualTo(sent.md5OfMessageBody());
        assertThat(contents()).noneMatch(it -> it.contains("a secret of the queue"));
    }

    @Test
    void withoutAKeyOfOnesOwnTheBodyIsThere() {
        set(url, "KmsMasterKeyId", "");
        send(url, "no secret");
        assertThat(contents()).anyMatch(it -> it.contains("no secret"));
        assertThat(keys.asked()).isEmpty();
    }

    private List<String> contents() {
        var data = new SqsData();
        return store.in("sqs").read(tx -> data.letters.range(tx, Key.EMPTY)
            .map(row -> new String(row.value().content(), StandardCharsets.ISO_8859_1)).toList());
    }

    @Test
    void aKeyIsNamedByItsIdItsArnOrAnAlias() {
        keys.name("alias/mine", key);
        var id = Arn.parse(key).resource().substring("key/".length());
        for (var name : List.of(id, key, "alias/mine", "arn:aws:kms:us-east-1:123456789012:alias/mine")) {
            set(url, "KmsMasterKeyId", name);
            send(url, name);
            assertThat(bodies(url)).containsExactly(name);
        }
    }

    @Test
    void kmsIsAskedOnceInTheTimeForWhichADataKeyIsReused() {
        set(url, "KmsMasterKeyId", key, "KmsDataKeyReusePeriodSeconds", "60");
        var by = " by " + CALLER.principal().arn();
        send(url, "1");
        assertThat(keys.asked()).containsExactly("GenerateDataKey" + by, "Decrypt" + by);
        send(url, "2");
        receive(url);
        assertThat(keys.asked()).isEmpty();
        pass(60);
        send(url, "3");
        assertThat(keys.asked()).containsExactly("GenerateDataKey" + by, "Decrypt" + by);
        receive(url);
        assertThat(keys.asked()).containsExactly("Decrypt" + by);
    }

    @Test
    void whoSendsMayMakeDataKeysAndDecryptThemAndWhoReceivesMayDecrypt() {
        var none = keys.user("none", "sqs:*");
        var half = keys.user("half", "sqs:*", "kms:GenerateDataKey");
        var sender = keys.user("sender", "sqs:*", "kms:GenerateDataKey", "kms:Decrypt");
        denied("User: arn:aws:iam::123456789012:user/none is not authorized to perform: kms:GenerateDataKey on"
            + " resource: " + key + " because no identity-based policy allows the kms:GenerateDataKey action",
            () -> send(none, "m"));
        denied(UNKNOWN, () -> send(half, "m"));
        denied(UNKNOWN, () -> batch(half));
        assertThat(counts(url)).isEqualTo("0 0 0");
        send(sender, "m");
        denied(UNKNOWN, () -> receive(none));
        assertThat(counts(url)).isEqualTo("0 1 0");
        pass(30);
        assertThat(receive(keys.user("reader", "sqs:*", "kms:Decrypt"))).hasSize(1);
    }

    @Test
    void policiesSeeTheQueueAndThatItIsSqsWhoAsks() {
        var condition = """
            {"StringEquals": {"kms:ViaService": "sqs.us-east-1.amazonaws.com"},
             "ArnLike": {"kms:EncryptionContext:aws:sqs:arn": "arn:aws:sqs:us-east-1:123456789012:%s"}}""";
        var sender = keys.user("sender", "sqs:*");
        keys.allowPrincipal(key, sender.principal().arn(), condition.formatted("other"));
        denied("User: " + sender.principal().arn() + " is not authorized to perform: kms:GenerateDataKey on"
            + " resource: " + key + " because no identity-based policy allows the kms:GenerateDataKey action",
            () -> send(sender, "m"));
        keys.allowPrincipal(key, sender.principal().arn(), condition.formatted("q"));
        send(sender, "m");
    }

    /** The famous case: events vanish until the key's policy names the service. */
    @Test
    void aServiceSendsWhereTheKeysPolicyNamesIt() {
        keys.allowService(key, "sns.amazonaws.com", """
            {"ArnLike": {"aws:SourceArn": "arn:aws:sns:us-east-1:123456789012:t"}}""");
        set(url, "Policy", """
            {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}]}""");
        var topic = "arn:aws:sns:us-east-1:123456789012:t";
        deliver(CALLER.asService("sns.amazonaws.com", topic));
        assertThat(bodies(url)).containsExactly("event");
        denied("null", () -> deliver(CALLER.asService("sns.amazonaws.com", topic + "other")));
        denied("null", () -> deliver(CALLER.asService("events.amazonaws.com", topic)));
        set(url, "KmsMasterKeyId", "alias/aws/sqs");
        send(keys.user("sender", "sqs:*"), "m");
        denied("null", () -> deliver(CALLER.asService("sns.amazonaws.com", topic)));
    }

    private void deliver(Caller service) {
        new SqsTarget(endpoint).deliver(service, Arn.parse(ARN + "q"),
            Event.of("event".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void theKeyThatAwsMakesIsForAllInTheAccount() {
        set(url, "KmsMasterKeyId", "alias/aws/sqs");
        send(keys.user("sender", "sqs:*"), "m");
        assertThat(bodies(url)).containsExactly("m");
    }

    @Test
    void aKeyThatIsDisabledEndingOrGoneIsMissedWhenTheDataKeyIsTooOld() {
        send(url, "1");
        keys.disable(key);
        send(url, "2");
        pass(300);
        told("KMS.DisabledException", key + " is disabled.", () -> send(url, "3"));
        told("KMS.DisabledException", key + " is disabled.", () -> receive(url));
        keys.enable(key);
        pass(30);
        assertThat(bodies(url)).containsExactly("1", "2");
        keys.end(key);
        pass(300);
        told("KMS.InvalidStateException", key + " is pending deletion.", () -> send(url, "4"));
    }

    @Test
    void aKeyThatIsNotThereIsToldWhenAMessageIsSent() {
        set(url, "KmsMasterKeyId", "alias/none");
        told("KMS.NotFoundException", "Alias arn:aws:kms:us-east-1:123456789012:alias/none is not found.",
            () -> send(url, "m"));
        set(url, "KmsMasterKeyId", "none");
        told("KMS.NotFoundException", "Invalid keyId 'none'", () -> send(url, "m"));
    }

    @Test
    void messagesKeepTheKeyTheyWereSentWith() {
        send(url, "old");
        var other = keys.key();
        set(url, "KmsMasterKeyId", other);
        send(url, "new");
        assertThat(bodies(url)).containsExactly("old", "new");
        keys.disable(key);
        pass(330);
        assertThat(bodies(url)).containsExactly("new");
        set(url, "SqsManagedSseEnabled", "true");
        pass(30);
        assertThat(attributes(url)).doesNotContainKeys("KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds");
        assertThat(bodies(url)).containsExactly("new");
    }

    @Test
    void aDeadLetterNeedsTheKeyOfTheQueueItCameFrom() {
        var letters = queue("letters");
        set(url, "RedrivePolicy", redrive("letters", 1));
        send(url, "dead");
        receive(url);
        pass(30);
        assertThat(receive(url)).isEmpty();
        keys.disable(key);
        pass(300);
        told("KMS.DisabledException", key + " is disabled.", () -> receive(letters));
        keys.enable(key);
        pass(30);
        assertThat(bodies(letters)).containsExactly("dead");
    }

    @Test
    void aMoveTaskSealsMessagesAnewAsWhoeverStartedIt() {
        var letters = queue("letters");
        set(url, "RedrivePolicy", redrive("letters", 1));
        send(url, "dead");
        receive(url);
        pass(30);
        receive(url);
        move(keys.user("mover", "sqs:*", "kms:Decrypt"));
        assertThat(task()).isEqualTo("FAILED KMS.AccessDeniedException 0");
        assertThat(counts(letters)).isEqualTo("1 0 0");
        move(keys.user("mover", "sqs:*", "kms:Decrypt", "kms:GenerateDataKey"));
        assertThat(task()).isEqualTo("COMPLETED null 1");
        assertThat(bodies(url)).containsExactly("dead");
    }

    @Test
    void aMoveTaskBringsTheBodiesToAQueueWithoutAKey() {
        send(queue("letters", "KmsMasterKeyId", key), "dead");
        queue("source", "RedrivePolicy", redrive("letters", 1));
        var open = queue("open");
        sqs.startMessageMoveTask(CALLER, Sqs.StartMessageMoveTaskRequest.of(
            r -> r.sourceArn(ARN + "letters").destinationArn(ARN + "open")));
        pass(1);
        keys.disable(key);
        pass(300);
        assertThat(bodies(open)).containsExactly("dead");
    }

    private void move(Caller caller) {
        sqs.startMessageMoveTask(caller, Sqs.StartMessageMoveTaskRequest.of(r -> r.sourceArn(ARN + "letters")));
        pass(1);
    }

    private String task() {
        var task = sqs.listMessageMoveTasks(CALLER, Sqs.ListMessageMoveTasksRequest.of(
            r -> r.sourceArn(ARN + "letters"))).results().getFirst();
        return task.status() + " " + task.failureReason() + " " + task.approximateNumberOfMessagesMoved();
    }

    private void send(Caller caller, String body) {
        sqs.sendMessage(caller, Sqs.SendMessageRequest.of(r -> r.queueUrl(url).messageBody(body)));
    }

    private void batch(Caller caller) {
        sqs.sendMessageBatch(caller, Sqs.SendMessageBatchRequest.of(r -> r.queueUrl(url).entries(List.of(
            Sqs.SendMessageBatchRequestEntry.of(e -> e.id("a").messageBody("a"))))));
    }

    private List<Sqs.Message> receive(Caller caller) {
        return sqs.receiveMessage(caller, Sqs.ReceiveMessageRequest.of(r -> r.queueUrl(url))).messages();
    }

    private static void denied(String message, ThrowingCallable call) {
        told("KMS.AccessDeniedException", message, call);
    }

    /** SQS passes on what its client of KMS says. */
    private static void told(String code, String message, ThrowingCallable call) {
        var kmsCode = code.equals("KMS.InvalidStateException") ? "KMSInvalidStateException" : code.substring(4);
        assertThatThrownBy(call).isInstanceOfSatisfying(ApiError.class, e -> {
            assertThat(e.code()).isEqualTo(code);
            assertThat(e.status()).isEqualTo(400);
            assertThat(e.getMessage()).startsWith(message + " (Service: AWSKMS; Status Code: 400; Error Code: "
                + kmsCode + "; Request ID: ").endsWith("; Proxy: null)");
        });
    }
}
