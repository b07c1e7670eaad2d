package dev.aloft.service.sns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApiError;
import dev.aloft.api.Bytes;
import dev.aloft.api.Sns;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What SNS does not take, in the words that were recorded on AWS. */
class RefusalsTest extends SnsFixture {
    private static final String ABSENT = "arn:aws:sns:us-east-1:111122223333:absent";
    private static final String APPLICATION = "arn:aws:sns:us-east-1:111122223333:app/ADM/absent";
    private static final String SOURCE = "\n at [Source: (String)\"%s\"; line: 1, column: %s]";
    private static final String REDACTED =
            "\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: %d]";

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{'key':[['value']]}|10|Match value must be String, number, true, false, or null",
        "{'key':[{'wrong-operator':true}]}|31|Unrecognized match type wrong-operator",
        "{'key':[{'suffix':'value','prefix':'value2'}]}|37|Only one key allowed in match expression",
        "{'key':[]}|10|Empty arrays are not allowed",
        "{'key':[{'suffix':100}]}|22|suffix match pattern must be a string",
        "{'key':[{'suffix':null}]}|23|suffix match pattern must be a string",
        "{'key':{'suffix':'value'}}|19|'suffix' must be an object or an array",
        "{'key':[{'suffix':[]}]}|20|suffix match pattern must be a string",
        "{'key':[{'suffix':['test','test2']}]}|20|suffix match pattern must be a string",
        "{'key':{'suffix':'value','prefix':'value'}}|19|'suffix' must be an object or an array",
        "{'key':{'not-an-operator':'value'}}|28|'not-an-operator' must be an object or an array",
        "{'key':[{'cidr':['bad-filter']}]}|18|prefix match pattern must be a string",
        "{'key':[{'numeric':[]}]}|22|Invalid member in numeric match: ]",
        "{'key':[{'numeric':['operator']}]}|32|Unrecognized numeric range operator: operator",
        "{'key':[{'numeric':[1,'<=']}]}|22|Invalid member in numeric match: 1",
        "{'key':[{'numeric':['=','000']}]}|26|Value of equals must be numeric",
        "{'key':[{'numeric':['>=']}]}|26|Value of >= must be numeric",
        "{'key':[{'numeric':['<',100,'>',10]}]}|30|Too many elements in numeric expression",
        "{'key':[{'numeric':['>=',1,'>',2]}]}|31|Bad numeric range operator: >",
        "{'key':[{'numeric':['>',3,'<',1]}]}|33|Bottom must be less than top",
        "{'key':[{'numeric':['>',20,'<=']}]}|33|Value of <= must be numeric",
        "{'key':[{'numeric':['>',20,30]}]}|30|Bad value in numeric range: 30",
        "{'key':[{'numeric':['>',20,'test']}]}|34|Bad numeric range operator: test",
        "{'key':[{'numeric':['>','20','<','30']}]}|26|Value of > must be numeric",
        "{'key':[{'numeric':['>',20,'<','30']}]}|33|Value of < must be numeric",
        "{'key':[{'numeric':['>',20,'<',30,'<',50]}]}|36|Too many terms in numeric range expression",
        "{'key':[{'exists':null}]}|23|exists match pattern must be either true or false.",
        "{'key':[{'exists':'no'}]}|20|exists match pattern must be either true or false.",
        "{'key':[{'anything-but':{'wrong-operator':null}}]}|47|Unsupported anything-but pattern: wrong-operator",
        "{'key':[{'anything-but':{'suffix':'test'}}]}|36|Unsupported anything-but pattern: suffix",
        "{'key':[{'anything-but':{'exists':false}}]}|40|Unsupported anything-but pattern: exists",
        "{'key':[{'anything-but':{'prefix':false}}]}|40|prefix match pattern must be a string",
    })
    void filterPoliciesWithThePlaceOfTheFault(String policy, String column, String message) {
        var json = policy.replace('\'', '"');
        filter(json, "Invalid parameter: Attributes Reason: FilterPolicy: " + message.replace('\'', '"')
                + SOURCE.formatted(json, column));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "bad-filter|Malformed CIDR, one '/' required",
        "bad-filter/64|Nonstandard IP address: bad-filter",
        "bad-/64filter|Malformed CIDR, mask bits must be an integer",
        "xx.11.xx/8|Nonstandard IP address: xx.11.xx",
        "xxxx:db8:1234:1a00::/64|Nonstandard IP address: xxxx:db8:1234:1a00::",
    })
    void blocksOfAddressesInFilterPolicies(String cidr, String message) {
        filter("{\"key\":[{\"cidr\":\"" + cidr + "\"}]}",
                "Invalid parameter: Attributes Reason: FilterPolicy: " + message);
    }

    private void filter(String policy, String message) {
        var topic = topic("t");
        invalid(message, () -> subscribe(topic, "sms", "+123123123", "FilterPolicy", policy));
    }

    @Test
    void filterPoliciesThatAreNoJsonOrTooMuch() {
        filter("{\"key\": [ {\"suffix\": 100} ]}",
                "Invalid parameter: Attributes Reason: FilterPolicy: suffix match pattern must be a "
                + "string" + SOURCE.formatted("{\"key\":[{\"suffix\":100}]}", 22));
        filter("invalid-json",
                "Invalid parameter: Attributes Reason: FilterPolicy: failed to parse JSON. Unrecognized token "
                + "'invalid': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
                + REDACTED.formatted(8));
        filter("{\"key\":[" + values(151) + "]}",
                "Invalid parameter: Attributes Reason: FilterPolicy: Filter policy is too complex");
        filter("{\"key1\":[" + values(100) + "],\"key2\":[" + values(51) + "]}",
                "Invalid parameter: Attributes Reason: FilterPolicy: Filter policy is too complex");
        filter("{" + keys(6) + "}",
                "Invalid parameter: Attributes Reason: FilterPolicy: Filter policy can not have more than 5 keys");
        var or = """
                {"source":["a","b","c","d"],"$or":[{"metricName":["a","b","c","d","e","f"]},
                {"metricType":["a","b","c","d"],"$or":[{"metricId":[1,2,3,4]},{"spaceId":[1,2,3,4]}]}]}""";
        filter(or, "Invalid parameter: Attributes Reason: FilterPolicy: Filter policy is too complex");
        subscribe(topic("t"), "sms", "+123123123", "FilterPolicy",
                or.replace("\"a\",\"b\",\"c\",\"d\"],\"$or\":[{\"metricName\"",
                "\"a\",\"b\",\"c\"],\"$or\":[{\"metricName\"")
                .replace("\"spaceId\":[1,2,3,4]", "\"spaceId\":[1,2,3,4,5,6,7]"));
    }

    private static String values(int count) {
        return String.join(",", Collections.nCopies(count, "\"v\""));
    }

    private static String keys(int count) {
        return String.join(",", IntStream.range(0, count).mapToObj(i -> "\"key" + i + "\":[1]").toList());
    }

    @Test
    void filterPoliciesThatAreSetLater() {
        var subscription = subscribe(topic("t"), "sqs", QUEUE);
        invalid("Invalid parameter: FilterPolicyScope: Invalid value [RandomValue]. Please use either MessageBody or "
                + "MessageAttributes", () -> set(subscription, "FilterPolicyScope", "RandomValue"));
        invalid("Invalid parameter: Filter policy scope MessageAttributes does not support nested filter policy",
                () -> set(subscription, "FilterPolicy", "{\"a\":{\"b\":[1]}}"));
        invalid("Invalid parameter: FilterPolicy: failed to parse JSON. Unexpected character ('i' (code "
                + "105)): was expecting double-quote to start field name" + REDACTED.formatted(2),
                () -> set(subscription, "FilterPolicy", "{invalid}"));
        set(subscription, "FilterPolicyScope", "MessageBody");
        invalid("Invalid parameter: FilterPolicy: Filter policy is too complex", () -> set(subscription, "FilterPolicy", """
                {"key_a":{"key_b":{"key_c":["1","2","3","4"]}},"key_d":{"key_e":["1","2","3"]},"key_f":["1","2","3"]}"""));
        invalid("Invalid parameter: FilterPolicy: Filter policy can not have more than 5 keys",
                () -> set(subscription, "FilterPolicy", "{" + keys(6) + "}"));
        invalid("Invalid parameter: FilterPolicy: \"key_a\" must be an object or an array"
                + SOURCE.formatted("{\"key_a\":\"value_one\"}", 11),
                () -> set(subscription, "FilterPolicy", "{\"key_a\":\"value_one\"}"));
    }

    @Test
    void aTopicHasTwoHundredSubscriptionsWithFilterPolicies() {
        var topic = topic("t");
        for (int i = 0; i < 200; i++) {
            subscribe(topic, "sqs", QUEUE + i, "FilterPolicy", "{\"a\":[1]}");
        }
        var plain = subscribe(topic, "sqs", QUEUE);
        var told = "Filter policy limit exceeded: a topic can have 200 subscriptions with filter policies.";
        refused(403, "FilterPolicyLimitExceeded", told, () -> set(plain, "FilterPolicy", "{\"a\":[1]}"));
        refused(403, "FilterPolicyLimitExceeded", told,
                () -> subscribe(topic, "sqs", QUEUE + "more", "FilterPolicy", "{\"a\":[1]}"));
    }

    @Test
    void topics() {
        invalid("Invalid parameter: Topic Name", () -> topic("no topic"));
        topic("t", Map.of("DisplayName", "one"));
        invalid("Invalid parameter: Attributes Reason: Topic already exists with different attributes",
                () -> topic("t", Map.of("DisplayName", "two")));
        invalid("Invalid parameter: Tags Reason: Topic already exists with different tags",
                () -> sns.createTopic(ROOT, Sns.CreateTopicRequest.of(r -> r.name("t").tags(List.of(tag("k", "v"))))));
        invalid("Invalid parameter: Duplicated keys are not allowed.",
                () -> sns.tagResource(ROOT, Sns.TagResourceRequest.of(r -> r.resourceArn(ABSENT.replace("absent", "t"))
                        .tags(List.of(tag("k", "v"), tag("k", "v"))))));
        invalid("Invalid parameter: Attributes Reason: SQSSuccessFeedbackSampleRate: 500 value provided "
                + "is not an integer between 0-100", () -> topic("new", Map.of("SQSSuccessFeedbackSampleRate", "500")));
        invalid("Invalid parameter: Attributes Reason: DeliveryPolicy: "
                + "http.defaultHealthyRetryPolicy.numRetries must be less than or equal to 100",
                () -> topic("new", Map.of("DeliveryPolicy",
                        "{\"http\":{\"defaultHealthyRetryPolicy\":{\"numRetries\":300}}}")));
        refused(404, "NotFound", "Topic does not exist", () -> topicAttributes(ABSENT));
        invalid("Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1",
                () -> topicAttributes("t"));
        invalid("Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 2",
                () -> topicAttributes("t:t"));
        invalid("Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 5",
                () -> topicAttributes("arn:aws:sns:us-east-1:t"));
        invalid("Invalid parameter: TopicArn", () -> topicAttributes("arn:aws:sns:eu-west-1:111122223333:t"));
        var tags = IntStream.range(0, 51).mapToObj(i -> tag("k" + i, "v")).toList();
        refused(400, "TagLimitExceeded", "Could not complete request: tag quota of per resource exceeded",
                () -> sns.createTopic(ROOT, Sns.CreateTopicRequest.of(r -> r.name("many").tags(tags))));
        invalid("Invalid parameter: Tags Reason: Tag keys must not begin with aws:", () -> sns.createTopic(ROOT,
                Sns.CreateTopicRequest.of(r -> r.name("reserved").tags(List.of(tag("aws:k", "v"))))));
        invalid("Invalid parameter: AttributeName", () -> sns.setTopicAttributes(ROOT, Sns.SetTopicAttributesRequest.of(
                r -> r.topicArn(ABSENT.replace("absent", "t")).attributeName("Owner").attributeValue("me"))));
    }

    private static Sns.Tag tag(String key, String value) {
        return Sns.Tag.of(t -> t.key(key).value(value));
    }

    @Test
    void permissions() {
        var topic = topic("t");
        allow(topic, "test", "Publish");
        invalid("Invalid parameter: Statement already exists", () -> allow(topic, "test", "AddPermission"));
        refused(404, "NotFound", "Topic does not exist", () -> allow(ABSENT, "other", "AddPermission"));
        invalid("Invalid parameter: Policy statement action out of service scope!",
                () -> allow(topic, "other", "InvalidAction"));
        invalid("Invalid parameter: A provided account ID is not valid",
                () -> sns.addPermission(ROOT, Sns.AddPermissionRequest.of(r -> r.topicArn(topic).label("l")
                .awsAccountId(List.of("me")).actionName(List.of("Publish")))));
        invalid("Invalid parameter: Policy Error: PrincipalNotFound",
                () -> policy(topic, statement("sns.amazonaws.com", "sns:Publish")));
        var scope = "Policy statement action out of service scope!";
        for (var action : List.of("SNS:Publishx", "sns:CreateTopic", "sqs:SendMessage")) {
            invalid("Invalid parameter: " + scope, () -> policy(topic, statement("*", action)));
        }
        invalid("Invalid parameter: Attributes Reason: " + scope,
                () -> topic("new", Map.of("Policy", statement("*", "SNS:Publishx"))));
        policy(topic, statement("*", "sns:publish"));
        policy(topic, statement("*", "SNS:*"));
        invalid("Invalid parameter: Policy Error: null", () -> policy(topic, "{}"));
        invalid("Invalid parameter: Policy is empty", () -> policy(topic, ""));
    }

    private static String statement(String principal, String action) {
        return """
                {"Statement":{"Effect":"Allow","Principal":{"AWS":"%s"},"Action":"%s","Resource":"*"}}
                """.formatted(principal, action);
    }

    private void policy(String topic, String policy) {
        sns.setTopicAttributes(ROOT, Sns.SetTopicAttributesRequest.of(
                r -> r.topicArn(topic).attributeName("Policy").attributeValue(policy)));
    }

    private void allow(String topic, String label, String action) {
        sns.addPermission(ROOT, Sns.AddPermissionRequest.of(
                r -> r.topicArn(topic).label(label).awsAccountId(List.of("111122223333")).actionName(List.of(action))));
    }

    @Test
    void subscriptions() {
        var topic = topic("t");
        invalid("Invalid parameter: Amazon SNS does not support this protocol string: test-protocol",
                () -> subscribe(topic, "test-protocol", "x"));
        invalid("Invalid parameter: SQS endpoint ARN", () -> subscribe(topic, "sqs", "http://localhost:4566/1/q"));
        for (var number : List.of("NAA+15551234567", "invalid-number", "+15--551234567", "+15551234567.",
                "/+15551234567")) {
            invalid("Invalid SMS endpoint: " + number, () -> subscribe(topic, "sms", number));
        }
        subscribe(topic, "sms", "+12/34-567.890");
        invalid("Invalid parameter: Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to "
                + "standard SNS topics",
                () -> subscribe(topic, "sqs", FIFO_QUEUE));
        invalid("Invalid parameter: Attributes Reason: RawMessageDelivery: Invalid value [wrongvalue]. "
                + "Must be true or false.",
                () -> subscribe(topic, "sqs", QUEUE, "RawMessageDelivery", "wrongvalue"));
        invalid("Invalid parameter: Attributes Reason: Delivery protocol [email] does not support "
                + "raw message delivery.",
                () -> subscribe(topic, "email", "a@example.com", "RawMessageDelivery", "true"));
        var subscription = subscribe(topic, "sqs", QUEUE);
        invalid("Invalid parameter: Attributes Reason: Subscription already exists with different attributes",
                () -> subscribe(topic, "sqs", QUEUE, "RawMessageDelivery", "true"));
        invalid("Invalid parameter: RawMessageDelivery: Invalid value [test-ValUe]. Must be true or false.",
                () -> set(subscription, "RawMessageDelivery", "test-ValUe"));
        invalid("Invalid parameter: RawMessageDelivery: Invalid value []. Must be true or false.",
                () -> set(subscription, "RawMessageDelivery", ""));
        invalid("Invalid parameter: AttributeName", () -> set(subscription, "Nothing", "x"));
        invalid("Invalid parameter: RedrivePolicy: deadLetterTargetArn is an invalid arn",
                () -> set(subscription, "RedrivePolicy", "{\"deadLetterTargetArn\":\"fake-arn\"}"));
        invalid("Invalid parameter: RedrivePolicy: failed to parse JSON. Unexpected character ('i' (code "
                + "105)): was expecting double-quote to start field name" + REDACTED.formatted(2),
                () -> set(subscription, "RedrivePolicy", "{invalid}"));
        var ordered = subscribe(fifoTopic(), "sqs", FIFO_QUEUE);
        invalid("Invalid parameter: RedrivePolicy: must use a FIFO queue as DLQ for a FIFO "
                + "Subscription to a FIFO Topic.",
                () -> set(ordered, "RedrivePolicy", "{\"deadLetterTargetArn\":\"" + QUEUE + "\"}"));
    }

    @Test
    void arnsAndTokensOfSubscriptions() {
        refused(404, "NotFound", "Subscription does not exist",
                () -> attributes(ABSENT + ":00000000-0000-0000-0000-000000000000"));
        unsubscribing("randomstring",
                "Invalid parameter: SubscriptionArn Reason: An ARN must have at least 6 elements, not 1");
        unsubscribing("arn:aws:sns:us-east-1:random",
                "Invalid parameter: SubscriptionArn Reason: An ARN must have at least 6 elements, not 5");
        unsubscribing("arn:aws:sns:us-east-1:111122223333:random", "Invalid parameter: SubscriptionId");
        unsubscribing(null, "Invalid parameter: SubscriptionArn Reason: no value for required parameter");
        var topic = topic("t");
        unsubscribing(subscribe(topic, "email", "a@example.com"), "Invalid parameter: SubscriptionArn Reason: Cannot "
                + "unsubscribe a subscription that is pending confirmation");
        refused(400, "InvalidParameter", "Invalid token", () -> sns.confirmSubscription(NOBODY,
                Sns.ConfirmSubscriptionRequest.of(r -> r.topicArn(topic).token("invalidToken"))));
        confirming("not-an-arn", "abc123", "Invalid parameter: Topic");
        confirming(topic, "abc123", "Invalid parameter: Token");
    }

    private void unsubscribing(String arn, String message) {
        invalid(message, () -> sns.unsubscribe(ROOT, Sns.UnsubscribeRequest.of(r -> r.subscriptionArn(arn))));
    }

    private void confirming(String topic, String token, String message) {
        invalid(message, () -> sns.confirmSubscription(NOBODY,
                Sns.ConfirmSubscriptionRequest.of(r -> r.topicArn(topic).token(token))));
    }

    @Test
    void messages() {
        var topic = topic("t");
        refused(404, "NotFound", "Topic does not exist", () -> publish(ABSENT, "m"));
        invalid("Invalid parameter: TopicArn", () -> sns.publish(ROOT.in("111122223333", "eu-west-1"),
                Sns.PublishRequest.of(r -> r.topicArn(topic).message("m"))));
        invalid("Invalid parameter: Empty message", () -> publish(topic, ""));
        invalid("Invalid parameter: Message too long", () -> publish(topic, "a".repeat(262_145)));
        invalid("Invalid parameter: Subject",
                () -> sns.publish(ROOT, Sns.PublishRequest.of(r -> r.topicArn(topic).message("m").subject(""))));
        invalid("Invalid parameter: Message Structure - No default entry in JSON message body",
                () -> structured(topic, "{\"sqs\":\"m\"}"));
        invalid("Invalid parameter: Message Structure - JSON message body failed to parse",
                () -> structured(topic, "no json"));
        invalid("Invalid parameter: TargetArn Reason: No endpoint found for the target arn specified",
                () -> sns.publish(ROOT,
                Sns.PublishRequest.of(r -> r.targetArn(APPLICATION.replace(":app", ":endpoint") + "/id")
                        .message("m"))));
        for (var number : List.of("+1a234", "NAA+15551234567")) {
            invalid("Invalid parameter: PhoneNumber Reason: " + number + " is not valid to publish to",
                    () -> sns.publish(ROOT, Sns.PublishRequest.of(r -> r.phoneNumber(number).message("m"))));
        }
        invalid("Invalid parameter: PhoneNumber Reason: input incorrectly formatted",
                () -> sns.checkIfPhoneNumberIsOptedOut(ROOT,
                Sns.CheckIfPhoneNumberIsOptedOutRequest.of(r -> r.phoneNumber("no number"))));
        invalid("Invalid parameter: MessageDeduplicationId Reason: The request includes MessageDeduplicationId "
                + "parameter that is not valid for this topic type", () -> publish(topic, "m", null, "d"));
        var fifo = fifoTopic();
        invalid("Invalid parameter: The MessageGroupId parameter is required for FIFO topics",
                () -> publish(fifo, "m"));
        invalid("Invalid parameter: The topic should either have ContentBasedDeduplication enabled or "
                + "MessageDeduplicationId provided explicitly", () -> publish(fifo, "m", "g", null));
        var characters = " can only include alphanumeric and punctuation characters. 1 to 128 in length.";
        for (var id : List.of("", "a b", "a".repeat(129))) {
            invalid("Invalid parameter: MessageGroupId Reason: MessageGroupId" + characters,
                    () -> publish(topic, "m", id, null));
            invalid("Invalid parameter: MessageDeduplicationId Reason: MessageDeduplicationId" + characters,
                    () -> publish(fifo, "m", "g", id));
        }
    }

    private void structured(String topic, String message) {
        sns.publish(ROOT, Sns.PublishRequest.of(r -> r.topicArn(topic).message(message).messageStructure("json")));
    }

    @Test
    void messageAttributes() {
        attribute("attr1", "String", "", null,
                "The message attribute 'attr1' must contain non-empty message attribute value for "
                + "message attribute type 'String'.");
        attribute("attr1", "Binary", null, "",
                "The message attribute 'attr1' must contain non-empty message attribute value for "
                + "message attribute type 'Binary'.");
        for (var type : List.of("WrongType", "String.", "Stringprefixed")) {
            attribute("attr1", type, "x", null,
                    "The message attribute 'attr1' has an invalid message attribute type, the set of "
                    + "supported type prefixes is Binary, Number, and String.");
        }
        attribute("attr1", "String", null, "x",
                "The message attribute 'attr1' with type 'String' must use field 'String'.");
        attribute("attr1", "Number", null, "x",
                "The message attribute 'attr1' with type 'Number' must use field 'String'.");
        attribute("attr1", "Binary", "x", null,
                "The message attribute 'attr1' with type 'Binary' must use field 'Binary'.");
        attribute("a".repeat(256), "String", "x", null,
                "Length of message attribute name must be less than 256 bytes.");
        attribute("a^", "String", "x", null,
                "Invalid non-alphanumeric character '#x5E' was found in the message attribute name. "
                + "Can only include alphanumeric characters, hyphens, underscores, or dots.");
        attribute(".a", "String", "x", null, "Invalid message attribute name starting with character '.' was found.");
        attribute("a.", "String", "x", null, "Invalid message attribute name ending with character '.' was found.");
        attribute("a..a", "String", "x", null, "Message attribute name can not have successive '.' character.");
        refused(400, "ValidationError",
                "1 validation error detected: Value null at 'messageAttributes.attr1.member.dataType' "
                + "failed to satisfy constraint: Member must not be null", () -> publishWith("attr1", null, "x", null));
        refused(400, "ValidationError", "1 validation error detected: Value null at "
                + "'publishBatchRequestEntries.1.member.messageAttributes.attr1.member.dataType' failed to "
                + "satisfy constraint: Member must not be null",
                () -> batch(topic("t"), Sns.PublishBatchRequestEntry.of(e -> e.id("1").message("m")
                        .messageAttributes(Map.of("attr1", Sns.MessageAttributeValue.of(a -> a.stringValue("x")))))));
        publishWith("attr1", "String.  prefixed.", "x", null);
    }

    private void attribute(String name, String type, String text, String bytes, String message) {
        refused(400, "ParameterValueInvalid", message, () -> publishWith(name, type, text, bytes));
    }

    private void publishWith(String name, String type, String text, String bytes) {
        var topic = topic("t");
        sns.publish(ROOT, Sns.PublishRequest.of(r -> r.topicArn(topic).message("m").messageAttributes(Map.of(name,
                Sns.MessageAttributeValue.of(a -> a.dataType(type).stringValue(text)
                        .binaryValue(bytes == null ? null
                                : Bytes.of(bytes.getBytes(java.nio.charset.StandardCharsets.UTF_8))))))));
    }

    @Test
    void batches() {
        var topic = topic("t");
        refused(400, "TooManyEntriesInBatchRequest", "The batch request contains more entries than permissible.",
                () -> batch(topic, IntStream.range(0, 11).mapToObj(i -> entry("e" + i, "m"))
                        .toArray(Sns.PublishBatchRequestEntry[]::new)));
        refused(400, "BatchEntryIdsNotDistinct", "Two or more batch entries in the request have the same Id.",
                () -> batch(topic, entry("1", "m"), entry("1", "m")));
        for (var id : List.of("message.id", "msg@123#test")) {
            refused(400, "InvalidBatchEntryId",
                    "The Id of a batch entry in the batch request contains an impermissible character: "
                    + id, () -> batch(topic, entry(id, "m")));
        }
        var id = "a".repeat(81);
        refused(400, "InvalidBatchEntryId", "The Id of a batch entry in the batch request is too long: " + id,
                () -> batch(topic, entry(id, "m")));
        refused(400, "BatchRequestTooLong", "The length of all the messages put together is more than the limit.",
                () -> batch(topic, entry("1", "a".repeat(131_072)), entry("2", "b".repeat(131_073))));
        refused(404, "NotFound", "Topic does not exist", () -> batch(ABSENT, entry("1", "m")));
    }

    @Test
    void platforms() {
        refused(400, "ValidationError",
                "1 validation error detected: Value null at 'attributes' failed to satisfy constraint: "
                + "Member must not be null", () -> application("a", "ADM", null));
        invalid("Invalid parameter: Attributes Reason: PlatformPrincipal attribute provided without PlatformCredential",
                () -> application("a", "ADM", Map.of("PlatformPrincipal", "x")));
        invalid("Invalid parameter: Attributes Reason: PlatformCredential attribute provided without PlatformPrincipal",
                () -> application("a", "ADM", Map.of("PlatformCredential", "x")));
        var secrets = Map.of("PlatformPrincipal", "x", "PlatformCredential", "y");
        invalid("Invalid parameter:  Reason: cannot be empty", () -> application("", "ADM", secrets));
        invalid("Invalid parameter: @name Reason: must contain only characters 'a'-'z', 'A'-'Z', "
                + "'0'-'9', '_', '-', and '.'",
                () -> application("@name", "ADM", secrets));
        assertThatThrownBy(() -> application("a".repeat(257), "ADM", secrets)).isInstanceOf(ApiError.class)
                .hasMessageStartingWith("Invalid parameter: aaaa");
        invalid("Invalid parameter: Platform Reason: AAA is not supported", () -> application("a", "AAA", secrets));
        refused(404, "NotFound", "PlatformApplication does not exist", () -> device(APPLICATION, Map.of()));
        invalid("Invalid parameter: PlatformApplicationArn Reason: An ARN must have at least 6 elements, not 1",
                () -> sns.setPlatformApplicationAttributes(ROOT, Sns.SetPlatformApplicationAttributesRequest.of(
                        r -> r.platformApplicationArn("invalid-arn"))));
        refused(400, "ValidationError",
                "1 validation error detected: Value null at 'attributes' failed to satisfy constraint: "
                + "Member must not be null", () -> sns.setPlatformApplicationAttributes(ROOT,
                        Sns.SetPlatformApplicationAttributesRequest.of(r -> r.platformApplicationArn(APPLICATION))));
        var off = device(application("off", "ADM", Map.of("PlatformPrincipal", "x", "PlatformCredential", "y")),
                Map.of("Enabled", "false"));
        refused(400, "EndpointDisabled", "Endpoint is disabled", () -> sns.publish(ROOT, Sns.PublishRequest.of(
                r -> r.targetArn(off).message("no JSON").messageStructure("json"))));
        sns.deletePlatformApplication(ROOT, Sns.DeletePlatformApplicationRequest.of(
                r -> r.platformApplicationArn(APPLICATION.replace("absent", "off"))));
        refused(404, "NotFound", "Endpoint does not exist", () -> ofDevice(off));
        assertThat(application("firebase", "GCM", Map.of("PlatformCredential", "x"))).endsWith("app/GCM/firebase");
        var application = application("a", "ADM", secrets);
        for (var name : List.of("PlatformPrincipal", "PlatformCredential", "InvalidKey")) {
            invalid("Invalid parameter: Attributes Reason: Invalid attribute name: " + name,
                    () -> device(application, Map.of(name, "x")));
        }
        invalid("Invalid parameter: Attributes Reason: Invalid value for attribute: CustomUserData: must be at "
                + "most 2048 bytes long in UTF-8 encoding",
                () -> device(application, Map.of("CustomUserData", "x".repeat(2049))));
        invalid("Invalid parameter: Token Reason: cannot be empty", () -> sns.createPlatformEndpoint(ROOT,
                Sns.CreatePlatformEndpointRequest.of(r -> r.platformApplicationArn(application).token(""))));
        invalid("Invalid parameter: Attributes Reason: Invalid value for attribute: Token: cannot be empty",
                () -> device(application, Map.of("Token", "")));
        invalid("Invalid parameter: Name Reason: An application with the same name but different properties already "
                + "exists", () -> application("a", "ADM", with(secrets, "EventEndpointCreated", topic("t"))));
        var rate = "Invalid parameter: Attributes Reason: Invalid value for attribute: SuccessFeedbackSampleRate: 101 "
                + "value provided is not an integer between 0-100";
        invalid(rate, () -> application("b", "ADM", with(secrets, "SuccessFeedbackSampleRate", "101")));
        invalid(rate, () -> sns.setPlatformApplicationAttributes(ROOT, Sns.SetPlatformApplicationAttributesRequest.of(
                r -> r.platformApplicationArn(application).attributes(Map.of("SuccessFeedbackSampleRate", "101")))));
        var device = device(application, Map.of());
        invalid("Invalid parameter: EndpointArn Reason: ARN specifies an invalid endpointId: UUID must be encoded in "
                + "exactly 36 characters.", () -> ofDevice(device + "invalid"));
        assertThat(device(application, Map.of())).isEqualTo(device);
        invalid("Invalid parameter: Token Reason: Endpoint " + device
                + " already exists with the same Token, but different "
                + "attributes.", () -> device(application, Map.of("CustomUserData", "x")));
        refused(404, "NotFound", "Endpoint does not exist", () -> ofDevice(application.replace(":app", ":endpoint")
                + "/00000000-0000-0000-0000-000000000000"));
        invalid("Invalid parameter: EndpointArn Reason: Wrong number of slashes in relative portion of the ARN.",
                () -> ofDevice("arn:aws:sns:us-east-1:111122223333:endpoint/ADM/a"));
    }

    private static Map<String, String> with(Map<String, String> attributes, String name, String value) {
        var more = new HashMap<>(attributes);
        more.put(name, value);
        return more;
    }

    private String application(String name, String platform, Map<String, String> attributes) {
        return sns.createPlatformApplication(ROOT, Sns.CreatePlatformApplicationRequest.of(
                r -> r.name(name).platform(platform).attributes(attributes))).platformApplicationArn();
    }

    private String device(String application, Map<String, String> attributes) {
        return sns.createPlatformEndpoint(ROOT, Sns.CreatePlatformEndpointRequest.of(
                r -> r.platformApplicationArn(application).token("token").attributes(attributes))).endpointArn();
    }

    private void ofDevice(String arn) {
        sns.getEndpointAttributes(ROOT, Sns.GetEndpointAttributesRequest.of(r -> r.endpointArn(arn)));
    }

    /** Whatever the operation, one missing text is named. */
    @Test
    void whatIsMissing() {
        var topic = topic("t");
        missing("PlatformApplicationArn", () -> sns.deletePlatformApplication(ROOT,
                Sns.DeletePlatformApplicationRequest.of(_ -> { })));
        missing("PlatformApplicationArn", () -> sns.createPlatformEndpoint(ROOT,
                Sns.CreatePlatformEndpointRequest.of(r -> r.token("t"))));
        missing("EndpointArn", () -> sns.deleteEndpoint(ROOT, Sns.DeleteEndpointRequest.of(_ -> { })));
        missing("Name", () -> sns.createPlatformApplication(ROOT,
                Sns.CreatePlatformApplicationRequest.of(r -> r.platform("GCM").attributes(Map.of()))));
        missing("Platform", () -> sns.createPlatformApplication(ROOT,
                Sns.CreatePlatformApplicationRequest.of(r -> r.name("n").attributes(Map.of()))));
        missing("PhoneNumber", () -> sns.createSMSSandboxPhoneNumber(ROOT,
                Sns.CreateSMSSandboxPhoneNumberRequest.of(_ -> { })));
        missing("PhoneNumber", () -> sns.deleteSMSSandboxPhoneNumber(ROOT,
                Sns.DeleteSMSSandboxPhoneNumberRequest.of(_ -> { })));
        missing("OneTimePassword", () -> sns.verifySMSSandboxPhoneNumber(ROOT,
                Sns.VerifySMSSandboxPhoneNumberRequest.of(r -> r.phoneNumber("+15551234567"))));
        missing("Label", () -> sns.removePermission(ROOT, Sns.RemovePermissionRequest.of(r -> r.topicArn(topic))));
        missing("DataProtectionPolicy", () -> sns.putDataProtectionPolicy(ROOT,
                Sns.PutDataProtectionPolicyRequest.of(r -> r.resourceArn(topic))));
    }

    @Test
    void aDataProtectionPolicyIsADocument() {
        var topic = topic("t");
        for (var text : List.of("abc", "5", "[]")) {
            invalid("Invalid parameter: DataProtectionPolicy Reason: failed to parse JSON.",
                    () -> sns.putDataProtectionPolicy(ROOT,
                    Sns.PutDataProtectionPolicyRequest.of(r -> r.resourceArn(topic).dataProtectionPolicy(text))));
        }
        invalid("Invalid parameter: DataProtectionPolicy Reason: Statement DataDirection must be either "
                + "Inbound or Outbound",
                () -> sns.createTopic(ROOT, Sns.CreateTopicRequest.of(r -> r.name("new")
                        .dataProtectionPolicy("{\"Statement\":[{\"DataDirection\":\"Inbxound\"}]}"))));
    }

    private static void missing(String parameter, Executable call) {
        invalid("Invalid parameter: " + parameter + " Reason: no value for required parameter", call);
    }

    @Test
    void settingsOfTextMessages() {
        texting("InvalidAttribute is not a valid attribute", "InvalidAttribute");
        texting("DefaultSendID is not a valid attribute", "DefaultSendID");
        texting("DefaultSMSType is invalid", "DefaultSMSType");
        texting("MonthlySpendLimit is invalid", "MonthlySpendLimit");
        for (var rate : List.of("x", "-1", "101", "1.5")) {
            texting("DeliveryStatusSuccessSamplingRate is not an integer between 0-100",
                    "DeliveryStatusSuccessSamplingRate", rate);
        }
        texting("DeliveryStatusIAMRole is invalid", "DeliveryStatusIAMRole");
        texting("DefaultSenderID is invalid", "DefaultSenderID", "123");
        texting("DefaultSenderID is invalid", "DefaultSenderID", "a".repeat(12));
        setting("DefaultSenderID", "Aloft-1");
        setting("DeliveryStatusSuccessSamplingRate", "100");
    }

    private void texting(String message, String name) {
        texting(message, name, "x");
    }

    private void texting(String message, String name, String value) {
        invalid(message, () -> setting(name, value));
    }

    private void setting(String name, String value) {
        sns.setSMSAttributes(ROOT, Sns.SetSMSAttributesRequest.of(r -> r.attributes(Map.of(name, value))));
    }
}
