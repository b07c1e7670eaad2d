package dev.aloft.service.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.Sqs;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What AWS refuses, in its words: as recorded there, or as its documentation has it. */
class RefusalsTest extends SqsFixture {
    private static final String LONG = "a".repeat(129);
    private static final String GROUP =
        "MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in length.";
    private String url;
    private String fifo;

    @BeforeEach
    void queues() {
        url = queue("q");
        fifo = fifo("f");
    }

    private static void invalid(String message, ThrowingCallable call) {
        refused("InvalidParameterValue", message, call);
    }

    private ThrowingCallable sending(String to, Consumer<Sqs.SendMessageRequest.Builder> with) {
        return () -> send(r -> {
            r.queueUrl(to).messageBody("x");
            with.accept(r);
        });
    }

    private ThrowingCallable receiving(Consumer<Sqs.ReceiveMessageRequest.Builder> with) {
        return () -> receive(r -> {
            r.queueUrl(url);
            with.accept(r);
        });
    }

    private ThrowingCallable batch(String to, Sqs.SendMessageBatchRequestEntry... entries) {
        return () -> sqs
            .sendMessageBatch(CALLER, Sqs.SendMessageBatchRequest.of(r -> r.queueUrl(to).entries(List.of(entries))));
    }

    private static Sqs.SendMessageBatchRequestEntry entry(String id, String body) {
        return Sqs.SendMessageBatchRequestEntry.of(e -> e.id(id).messageBody(body));
    }

    @Test
    void queuesThatAreNotThere() {
        var gone = "http://127.0.0.1:4566/123456789012/gone";
        refused("AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist.",
            () -> send(gone, "x"));
        refused("AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist.", () -> receive(gone));
        refused("AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist.",
            () -> sqs.getQueueUrl(CALLER, Sqs.GetQueueUrlRequest.of(r -> r.queueName("gone"))));
        refused("AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist.",
            () -> send("gone", "x"));
        refused("AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist.",
            () -> send("http://gone", "x"));
        refused("InvalidAddress", "The address https://sqs.us-east-1.amazonaws.com/ is not valid for this endpoint.",
            () -> send("https://sqs.us-east-1.amazonaws.com/", "x"));
        refused("MissingParameter", "The request must contain the parameter QueueUrl.", () -> send(null, "x"));
    }

    @Test
    void queuesAndTheirAttributes() {
        refused("InvalidAttributeName", "Unknown Attribute FifoQueue.", () -> queue("x", "FifoQueue", "false"));
        refused("InvalidAttributeName", "Unknown Attribute ContentBasedDeduplication.",
            () -> queue("x", "ContentBasedDeduplication", "false"));
        refused("InvalidAttributeName", "You can specify the DeduplicationScope only when FifoQueue is set to true.",
            () -> queue("x", "DeduplicationScope", "queue"));
        refused("InvalidAttributeName", "You can specify the FifoThroughputLimit only when FifoQueue is set to true.",
            () -> queue("x", "FifoThroughputLimit", "perQueue"));
        refused("InvalidAttributeName", "Unknown Attribute Foo.", () -> queue("x", "Foo", "1"));
        refused("InvalidAttributeName", "Unknown Attribute Foo.", () -> attributes(url, "Foo"));
        refused("InvalidAttributeValue", "Invalid value for the parameter VisibilityTimeout.",
            () -> queue("x", "VisibilityTimeout", "43201"));
        refused("InvalidAttributeValue", "Invalid value for the parameter MaximumMessageSize.",
            () -> set(url, "MaximumMessageSize", "1048577"));
        refused("InvalidAttributeValue", "Invalid value for the parameter Policy.", () -> set(url, "Policy", "no"));
        refused("InvalidAttributeValue",
            "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not "
            + "supported.", () -> set(url, "FifoQueue", "true"));
        invalid("Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
            () -> queue("a b"));
        invalid("Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
            () -> queue("a.fifo"));
        queue("other", "DelaySeconds", "1");
        queue("other");
        refused("QueueAlreadyExists", "A queue already exists with the same name and a different value for attribute "
            + "DelaySeconds", () -> queue("other", "DelaySeconds", "2"));
        refused("QueueAlreadyExists", "A queue already exists with the same name and a different value for attribute "
            + "ContentBasedDeduplication", () -> fifo("f", "ContentBasedDeduplication", "true"));
        invalid("Value " + redrive("none", 1)
            + " for parameter RedrivePolicy is invalid. Reason: Dead letter target does not "
            + "exist.", () -> set(url, "RedrivePolicy", redrive("none", 1)));
        invalid("Value " + redrive("f.fifo", 1)
            + " for parameter RedrivePolicy is invalid. Reason: Dead-letter queue must be "
            + "same type of queue as the source..", () -> set(url, "RedrivePolicy", redrive("f.fifo", 1)));
        invalid("Value " + redrive("q", 1001) + " for parameter RedrivePolicy is invalid. Reason: Invalid value for "
            + "maxReceiveCount: 1001, valid values are from 1 to 1000 both inclusive.",
            () -> set(url, "RedrivePolicy", redrive("q", 1001)));
    }

    @Test
    void namesAndNumbersOfQueues() {
        invalid("Value for parameter QueueName is invalid. Reason: Must specify a queue name.", () -> queue(null));
        invalid("Queue name cannot be empty", () -> queue(""));
        invalid("Value for parameter QueueName is invalid. Reason: Must specify a queue name.",
            () -> sqs.getQueueUrl(CALLER, Sqs.GetQueueUrlRequest.of(r -> r.queueName(""))));
        for (var number : List.of("", " 2", "2.0", "-1", "two")) {
            refused("InvalidAttributeValue", "Invalid value for the parameter DelaySeconds.",
                () -> set(url, "DelaySeconds", number));
        }
        var scope = "Invalid value for the parameter FifoThroughputLimit. Reason: To set FifoThroughputLimit to "
            + "perMessageGroupId, the DeduplicationScope must be messageGroup.";
        refused("InvalidAttributeValue", scope, () -> fifo("g", "FifoThroughputLimit", "perMessageGroupId"));
        var high = fifo("h", "DeduplicationScope", "messageGroup", "FifoThroughputLimit", "perMessageGroupId");
        refused("InvalidAttributeValue", scope, () -> set(high, "DeduplicationScope", "queue"));
    }

    @Test
    void aPolicyHasTwentyStatementsAtTheMost() {
        var statement = "{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"sqs:SendMessage\",\"Resource\":\"*\"}";
        set(url, "Policy", "{\"Statement\":[" + String.join(",", Collections.nCopies(20, statement)) + "]}");
        refused("OverLimit", "21 statements were found in the submitted policy, max allowed is 20",
            () -> set(url, "Policy", "{\"Statement\":[" + String.join(",", Collections.nCopies(21, statement)) + "]}"));
        refused("OverLimit", "21 Statements were found, maximum allowed is 20.",
            () -> sqs.addPermission(CALLER, Sqs.AddPermissionRequest.of(r -> r.queueUrl(url).label("l")
                .awsAccountIds(List.of("668614515564")).actions(List.of("SendMessage")))));
    }

    @Test
    void aDeletedNameAndAPurgedQueueRestForAMinute() {
        sqs.purgeQueue(CALLER, Sqs.PurgeQueueRequest.of(r -> r.queueUrl(url)));
        refused("AWS.SimpleQueueService.PurgeQueueInProgress",
            "Only one PurgeQueue operation on q is allowed every 60 seconds.",
            () -> sqs.purgeQueue(CALLER, Sqs.PurgeQueueRequest.of(r -> r.queueUrl(url))));
        sqs.deleteQueue(CALLER, Sqs.DeleteQueueRequest.of(r -> r.queueUrl(url)));
        pass(59);
        refused("AWS.SimpleQueueService.QueueDeletedRecently",
            "You must wait 60 seconds after deleting a queue before you can "
            + "create another with the same name.", () -> queue("q"));
        pass(1);
        queue("q");
        sqs.purgeQueue(CALLER, Sqs.PurgeQueueRequest.of(r -> r.queueUrl(url)));
    }

    @Test
    void messages() {
        refused("MissingParameter", "The request must contain the parameter MessageBody.", () -> send(url, ""));
        refused("InvalidMessageContents",
            "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to "
            + "#xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF", () -> send(url, "\u0008"));
        invalid("One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes.",
            () -> send(url, "x".repeat(1_048_577)));
        set(url, "MaximumMessageSize", "1024");
        invalid("One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.",
            () -> send(url, "x".repeat(1025)));
        invalid("Value 901 for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.",
            sending(url, r -> r.delaySeconds(901)));
        for (var id : List.of("", LONG, "group 123")) {
            invalid("Value " + id + " for parameter MessageGroupId is invalid. Reason: " + GROUP,
                sending(url, r -> r.messageGroupId(id)));
            invalid("Value " + id + " for parameter MessageDeduplicationId is invalid. Reason: "
                + GROUP.replace("MessageGroupId", "MessageDeduplicationId"),
                sending(fifo, r -> r.messageGroupId("g").messageDeduplicationId(id)));
        }
        invalid("Value x for parameter MessageDeduplicationId is invalid. Reason: The request includes a "
            + "parameter that is not valid for this queue type.", sending(url, r -> r.messageDeduplicationId("x")));
        refused("MissingParameter", "The request must contain the parameter MessageGroupId.", () -> send(fifo, "x"));
        invalid("The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId "
            + "provided explicitly",
            sending(fifo, r -> r.messageGroupId("g")));
        invalid("Value 2 for parameter DelaySeconds is invalid. Reason: The request include parameter "
            + "that is not valid for this queue type.",
            sending(fifo, r -> r.messageGroupId("g").messageDeduplicationId("d").delaySeconds(2)));
    }

    @Test
    void messageAttributes() {
        invalid("Message (user) attribute 'ErrorDetails' must contain a non-empty value of type 'String'.",
            attribute("ErrorDetails", "String", ""));
        invalid("The type of message (user) attribute 'a' is invalid. You must use only the following supported type "
            + "prefixes: Binary, Number, String.", attribute("a", "Other", "x"));
        invalid("The type of message (user) attribute 'a' is invalid. You must use only the following supported type "
            + "prefixes: Binary, Number, String.", attribute("a", "String.", "x"));
        invalid("Can't cast the value of message (user) attribute 'a' to a number.", attribute("a", "Number", "x"));
        invalid("You can't use message attribute names beginning with 'AWS.' or 'Amazon.'. These "
            + "strings are reserved for internal use. Additionally, they cannot start or end with '.'.",
            attribute("aws.x", "String", "x"));
    }

    private ThrowingCallable attribute(String name, String type, String value) {
        return sending(url, r -> r.messageAttributes(
            Map.of(name, Sqs.MessageAttributeValue.of(a -> a.dataType(type).stringValue(value)))));
    }

    @Test
    void receives() {
        invalid("Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.",
            receiving(r -> r.maxNumberOfMessages(11)));
        invalid("Value 0 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.",
            receiving(r -> r.maxNumberOfMessages(0)));
        for (int wait : new int[] {-1, 21}) {
            invalid("Value " + wait
                + " for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.",
                receiving(r -> r.waitTimeSeconds(wait)));
        }
        refused("ReceiptHandleIsInvalid", "The input receipt handle \"garbage\" is not a valid receipt handle.",
            () -> sqs.deleteMessage(CALLER,
                Sqs.DeleteMessageRequest.of(r -> r.queueUrl(url).receiptHandle("garbage"))));
    }

    /** Several things are wrong at once: this is the order. */
    @Test
    void changesOfVisibility() {
        refused("MissingParameter", "The request must contain the parameter ReceiptHandle.", () -> visible("", 43_201));
        refused("MissingParameter", "The request must contain the parameter VisibilityTimeout.",
            () -> visible("none", null));
        invalid("Value 43201 for parameter VisibilityTimeout is invalid. Reason: VisibilityTimeout must be an "
            + "integer between "
            + "0 and 43200.", () -> visible("none", 43_201));
        refused("ReceiptHandleIsInvalid", "The input receipt handle \"none\" is not a valid receipt handle.",
            () -> visible("none", 43_200));
        send(fifo, "g", "theirs");
        var handle = receive(fifo).getFirst().receiptHandle();
        refused("ReceiptHandleIsInvalid", "The input receipt handle \"" + handle + "\" is not a valid receipt handle.",
            () -> visible(handle, 0));
    }

    private void visible(String handle, Integer seconds) {
        sqs.changeMessageVisibility(CALLER, Sqs.ChangeMessageVisibilityRequest.of(
            r -> r.queueUrl(url).receiptHandle(handle).visibilityTimeout(seconds)));
    }

    @Test
    void oneMessageFailsABatchForAFifoQueue() {
        invalid("Value 2 for parameter DelaySeconds is invalid. Reason: The request include parameter that is not "
            + "valid for this "
            + "queue type.", batch(fifo, grouped("a").build(), grouped("b").delaySeconds(2).build()));
        set(fifo, "MaximumMessageSize", "1024");
        invalid("One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.",
            batch(fifo, grouped("a").build(), grouped("b").messageBody("x".repeat(1025)).build()));
        assertThat(counts(fifo)).isEqualTo("0 0 0");
    }

    private static Sqs.SendMessageBatchRequestEntry.Builder grouped(String id) {
        return entry(id, "x").toBuilder().messageGroupId("g").messageDeduplicationId(id);
    }

    @Test
    void batches() {
        refused("AWS.SimpleQueueService.EmptyBatchRequest",
            "There should be at least one SendMessageBatchRequestEntry in the request.", batch(url));
        refused("AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
            "Maximum number of entries per request are 10. You have sent 20.", batch(url, IntStream.range(0, 20)
                .mapToObj(i -> entry("e" + i, "x")).toArray(Sqs.SendMessageBatchRequestEntry[]::new)));
        for (var id : List.of("", "invalid:id", "testLongId".repeat(10))) {
            refused("AWS.SimpleQueueService.InvalidBatchEntryId",
                "A batch entry id can only contain alphanumeric characters, "
                + "hyphens and underscores. It can be at most 80 letters long.", batch(url, entry(id, "x")));
        }
        refused("AWS.SimpleQueueService.BatchEntryIdsNotDistinct", "Id a repeated.",
            batch(url, entry("a", "x"), entry("a", "y")));
        refused("AWS.SimpleQueueService.BatchRequestTooLong",
            "Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes.",
            batch(url, entry("a", "x".repeat(1_048_576)), entry("b", "x")));
        invalid("The request must contain the parameter MessageGroupId.", batch(fifo, entry("a", "x")));
        invalid("The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId "
            + "provided explicitly",
            batch(fifo, Sqs.SendMessageBatchRequestEntry.of(e -> e.id("a").messageBody("x").messageGroupId("g"))));
    }

    @Test
    void permissions() {
        var add = Sqs.AddPermissionRequest.of(r -> r.queueUrl(url).label("crossaccountpermission")
            .awsAccountIds(List.of("668614515564")).actions(List.of("SendMessage")));
        sqs.addPermission(CALLER, add);
        invalid("Value crossaccountpermission for parameter Label is invalid. Reason: Already exists.",
            () -> sqs.addPermission(CALLER, add));
        invalid("Value SQS:RemovePermission for parameter ActionName is invalid. Reason: Only the queue "
            + "owner is allowed to invoke this action.",
            () -> sqs.addPermission(CALLER, Sqs.AddPermissionRequest.of(r -> r.queueUrl(url)
                .label("other").awsAccountIds(List.of("668614515564")).actions(List.of("RemovePermission")))));
        var unknown = "Value crossaccountpermission2 for parameter Label is invalid. Reason: can't find label";
        invalid(unknown + " on existing policy.", () -> withdraw("crossaccountpermission2"));
        withdraw("crossaccountpermission");
        invalid(unknown + ".", () -> withdraw("crossaccountpermission2"));
        invalid("Value [me] for parameter PrincipalId is invalid. Reason: Unable to verify.",
            () -> sqs.addPermission(CALLER, add.toBuilder().awsAccountIds(List.of("me")).build()));
    }

    private void withdraw(String label) {
        sqs.removePermission(CALLER, Sqs.RemovePermissionRequest.of(r -> r.queueUrl(url).label(label)));
    }

    @Test
    void tags() {
        var many = new HashMap<String, String>();
        for (int i = 0; i < 51; i++) {
            many.put("key" + i, "value");
        }
        invalid("Too many tags added for queue q.",
            () -> sqs.tagQueue(CALLER, Sqs.TagQueueRequest.of(r -> r.queueUrl(url).tags(many))));
        invalid("Tag keys must be between 1 and 128 characters in length.",
            () -> sqs.untagQueue(CALLER, Sqs.UntagQueueRequest.of(r -> r.queueUrl(url).tagKeys(List.of()))));
    }
}
