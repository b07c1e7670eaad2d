package dev.aloft.service.sqs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.aloft.api.ApiError;
import dev.aloft.api.Body;
import dev.aloft.api.Operation;
import dev.aloft.api.Sqs;
import dev.aloft.wire.Headers;
import dev.aloft.wire.HttpRequest;
import dev.aloft.wire.Query;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SQS as SDKs spoke to it until 2023, and many still do. */
class QueryProtocolTest extends SqsFixture {
    private static Object read(Operation operation, String path, String form) {
        return Query.AWS.readInput(operation, new HttpRequest("POST", "http", path, "",
            new Headers().add("Host", "127.0.0.1:4566").add("Content-Type", "application/x-www-form-urlencoded"),
            Body.of(form.getBytes(StandardCharsets.UTF_8)), "127.0.0.1"));
    }

    private static Sqs.SendMessageRequest sent(String path, String form) {
        return (Sqs.SendMessageRequest) read(Sqs.SEND_MESSAGE, path, "Action=SendMessage&Version=2012-11-05&" + form);
    }

    @Test
    void aMessageWithItsAttributes() {
        var input = sent("/",
            "QueueUrl=q&MessageBody=a%20b&MessageAttribute.1.Name=n&MessageAttribute.1.Value.DataType=Number"
            + "&MessageAttribute.1.Value.StringValue=5&MessageSystemAttribute.1.Name=AWSTraceHeader"
            + "&MessageSystemAttribute.1.Value.DataType=String&MessageSystemAttribute.1.Value.StringValue=Root");
        assertThat(input.messageBody()).isEqualTo("a b");
        assertThat(input.messageAttributes().get("n").stringValue()).isEqualTo("5");
        assertThat(input.messageSystemAttributes().get("AWSTraceHeader").stringValue()).isEqualTo("Root");
    }

    @Test
    void theAddressOfARequestMayBeTheQueues() {
        assertThat(sent("/123456789012/jobs", "MessageBody=a").queueUrl())
            .isEqualTo("http://127.0.0.1:4566/123456789012/jobs");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Tag.1.Key=team&Tag.1.Value=x", "Tags.1.Key=team&Tags.1.Value=x"})
    void tagsByBothNamesThatAwsHasForThem(String form) {
        var input = (Sqs.TagQueueRequest) read(Sqs.TAG_QUEUE, "/", "Action=TagQueue&QueueUrl=q&" + form);
        assertThat(input.tags()).isEqualTo(Map.of("team", "x"));
    }

    @Test
    void listsOfNamesAndEntries() {
        var attributes = (Sqs.GetQueueAttributesRequest) read(Sqs.GET_QUEUE_ATTRIBUTES, "/",
            "Action=GetQueueAttributes&QueueUrl=q&AttributeName.1=QueueArn&AttributeName.2=DelaySeconds");
        assertThat(attributes.attributeNames()).containsExactly("QueueArn", "DelaySeconds");
        var batch = (Sqs.DeleteMessageBatchRequest) read(Sqs.DELETE_MESSAGE_BATCH, "/",
            "Action=DeleteMessageBatch&QueueUrl=q"
            + "&DeleteMessageBatchRequestEntry.1.Id=a&DeleteMessageBatchRequestEntry.1.ReceiptHandle=x"
            + "&DeleteMessageBatchRequestEntry.2.Id=b&DeleteMessageBatchRequestEntry.2.ReceiptHandle=y");
        assertThat(batch.entries()).extracting(e -> e.id() + e.receiptHandle()).containsExactly("ax", "by");
    }

    /** Their WSDL's name is in the message, and a Detail, which is empty, behind it. */
    @Test
    void errorsAreToldAsOfOld() {
        var error = (ApiError) catchThrowable(() -> send("gone", "x"));
        var text = new String(Query.AWS.writeError(Sqs.SEND_MESSAGE, error, "id").body().bytes(10_000),
            StandardCharsets.UTF_8);
        assertThat(text).contains("<Error><Type>Sender</Type><Code>AWS.SimpleQueueService.NonExistentQueue</Code>"
            + "<Message>The specified queue does not exist for this wsdl version.</Message><Detail/></Error>");
    }

    @Test
    void anAnswerIsFlat() {
        var url = queue("q");
        send(r -> r.queueUrl(url).messageBody("<a>").messageAttributes(Map.of("n",
            Sqs.MessageAttributeValue.of(a -> a.dataType("String").stringValue("v")))));
        var answer = sqs.receiveMessage(CALLER, Sqs.ReceiveMessageRequest.of(r -> r.queueUrl(url)
            .messageAttributeNames(List.of("All")).messageSystemAttributeNames(List.of("ApproximateReceiveCount"))));
        var text = new String(Query.AWS.writeOutput(Sqs.RECEIVE_MESSAGE, answer, "id").body().bytes(10_000),
            StandardCharsets.UTF_8);
        assertThat(text).contains("<ReceiveMessageResult><Message><MessageId>", "<Body>&lt;a&gt;</Body>",
            "<Attribute><Name>ApproximateReceiveCount</Name><Value>1</Value></Attribute>",
            "<MessageAttribute><Name>n</Name><Value><StringValue>v</StringValue><DataType>String</DataType></Value>"
                + "</MessageAttribute>");
    }
}
