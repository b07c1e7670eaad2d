package dev.aloft.service.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the documents about dead letters must be, in AWS's words. */
class RedrivePoliciesTest extends SqsFixture {
    private static final String CANNOT = "Amazon SQS can't create the redrive allow policy";

    @ParameterizedTest
    @ValueSource(strings = {" ", "4", "[]", "no"})
    void aRedrivePolicyIsAMap(String document) {
        refused("InvalidAttributeValue",
            "Invalid value for the parameter RedrivePolicy. Reason: Redrive policy is not a valid "
            + "JSON map.", () -> queue("q", "RedrivePolicy", document));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{}|Redrive policy does not contain mandatory attribute: maxReceiveCount.",
        "{'maxReceiveCount':5}|Redrive policy does not contain mandatory attribute: deadLetterTargetArn.",
        "{'deadLetterTargetArn':'arn:aws:sqs:us-east-1:123456789012:dead','maxReceiveCount':0}"
            + "|Invalid value for maxReceiveCount: 0, valid values are from 1 to 1000 both inclusive.",
        "{'deadLetterTargetArn':'dead','maxReceiveCount':5}|Dead-letter target ARN should be fully qualified ARN.",
        "{'deadLetterTargetArn':'arn:aws:sns:us-east-1:123456789012:t','maxReceiveCount':5}"
            + "|Only SQS queues are valid resources for deadLetterTargetArn.",
        "{'deadLetterTargetArn':'arn:aws:sqs:us-east-1:123456789012:none.fifo','maxReceiveCount':5}"
            + "|Dead-letter queue must be same type of queue as the source..",
        "{'deadLetterTargetArn':'arn:aws:sqs:eu-west-1:123456789012:dead','maxReceiveCount':5}"
            + "|Dead letter target does not exist.",
        "{'deadLetterTargetArn':'arn:aws:sqs:us-east-1:123456789012:dead','maxReceiveCount':5,'more':1}"
            + "|Only following attributes are supported: [deadLetterTargetArn, maxReceiveCount].",
    })
    void aRedrivePolicyNamesAQueueOfTheSameKindAccountAndRegion(String document, String reason) {
        queue("dead");
        var policy = document.replace('\'', '"');
        refused("InvalidParameterValue", "Value " + policy + " for parameter RedrivePolicy is invalid. Reason: "
            + reason, () -> queue("q", "RedrivePolicy", policy));
    }

    @ParameterizedTest
    @ValueSource(strings = {"badjson", "[]", "444", "{}", "{\"redrivePermission\":\"dummy\"}",
        "{\"redrivePermission\":\"allowAll\",\"dummy\":\"value\"}",
        "{\"redrivePermission\":\"byQueue\",\"sourceQueueArns\":\"arn:aws:sqs\"}",
        "{\"redrivePermission\":\"byQueue\",\"sourceQueueArns\":[{}]}"})
    void aRedriveAllowPolicyOfAnotherForm(String document) {
        refused("InvalidAttributeValue", "Invalid value for the parameter RedriveAllowPolicy. Reason: " + CANNOT
            + ", as it’s in an unsupported format.", () -> queue("q", "RedriveAllowPolicy", document));
    }

    @Test
    void aRedriveAllowPolicyNamesUpToTenQueuesAndOnlyWhereItIsByQueue() {
        allowing("{\"redrivePermission\":\"byQueue\"}",
            "When you specify the byQueue permission type, you must also specify "
            + "one or more sourceQueueArns values.");
        allowing("{\"redrivePermission\":\"byQueue\",\"sourceQueueArns\":[]}",
            "When you specify the byQueue permission type, "
            + "you must also specify one or more sourceQueueArns values.");
        allowing("{\"redrivePermission\":\"denyAll\",\"sourceQueueArns\":[\"" + ARN + "a\"]}",
            "To specify one or more source "
            + "queue ARNs, you must set redrivePermission to byQueue.");
        allowing(byQueue(11), "The maximum number of source queue ARNs you can specify is 10.");
        var url = queue("q", "RedriveAllowPolicy", byQueue(10));
        assertThat(attributes(url)).containsEntry("RedriveAllowPolicy", byQueue(10));
    }

    private static String byQueue(int number) {
        return "{\"redrivePermission\":\"byQueue\",\"sourceQueueArns\":["
            + IntStream.range(0, number).mapToObj(i -> "\"" + ARN + i + "\"").collect(Collectors.joining(",")) + "]}";
    }

    private void allowing(String document, String reason) {
        refused("InvalidParameterValue", "Value " + document + " for parameter RedriveAllowPolicy is invalid. Reason: "
            + CANNOT
            + ". " + reason, () -> queue("q", "RedriveAllowPolicy", document));
    }

    @Test
    void whatAPolicyForbidsLaterHoldsUpNoQueueThatNamesTheDeadLetterQueueAlready() {
        var dead = queue("dead");
        var url = queue("q", "VisibilityTimeout", "1", "RedrivePolicy", redrive("dead", 1));
        set(dead, "RedriveAllowPolicy", "{\"redrivePermission\":\"denyAll\"}");
        send(url, "a");
        receive(url);
        pass(1);
        assertThat(receive(url)).isEmpty();
        assertThat(bodies(dead)).containsExactly("a");
        refused("InvalidParameterValue", "Value " + redrive("dead", 2)
            + " for parameter RedrivePolicy is invalid. Reason: Queue "
            + ARN + "q is not allowed to use the dead letter queue " + ARN + "dead.",
            () -> set(url, "RedrivePolicy", redrive("dead", 2)));
    }
}
