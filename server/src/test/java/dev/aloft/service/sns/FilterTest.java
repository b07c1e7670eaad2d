package dev.aloft.service.sns;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which messages a filter policy lets through. */
class FilterTest extends SnsFixture {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "['value1']|String|value1|true",
        "['value1']|String|value2|false",
        "['value1']|String.Array|['value1','value2']|true",
        "['value1']|String.Array|['value2','value3']|false",
        "[{'anything-but':['value1']}]|String|value2|true",
        "[{'anything-but':['value1']}]|String|value1|false",
        "[{'anything-but':{'prefix':'val'}}]|String|other|true",
        "[{'anything-but':{'prefix':'val'}}]|String|value1|false",
        "[{'prefix':'val'}]|String|value1|true",
        "[{'suffix':'ue1'}]|String|value1|true",
        "[{'suffix':'ue1'}]|String|value2|false",
        "[{'equals-ignore-case':'VALUE1'}]|String|value1|true",
        "[{'cidr':'10.0.0.0/24'}]|String|10.0.0.255|true",
        "[{'cidr':'10.0.0.0/24'}]|String|10.1.1.0|false",
        "[{'numeric':['>',0,'<=',100]}]|Number|99.12|true",
        "[{'numeric':['>',0,'<=',100]}]|Number|111|false",
        "[{'numeric':['=',301.5]}]|Number|3.015e2|true",
        "[100]|Number|100.0|true",
        "[100]|String.Array|100|true",
        "[100.123456789]|Number|100.1234567|true",
        "[{'numeric':['<',100.12346]}]|Number|100.123459|true",
        "[100.12345]|Number|100.12346|false",
        "[100]|String|100|false",
        "['100']|String|100|true",
        "[{'exists':true}]|String|anything|true",
        "[{'exists':false}]|String|anything|false",
    })
    void onAnAttribute(String condition, String type, String value, boolean wanted) {
        var topic = topic("t");
        subscribe(topic, "sqs", QUEUE, "RawMessageDelivery", "true", "FilterPolicy",
                "{\"a\":" + condition.replace('\'', '"') + "}");
        publish(topic, "m", "a", type, value.replace('\'', '"'));
        settle();
        assertThat(!caught.isEmpty()).isEqualTo(wanted);
    }

    @Test
    void anAttributeThatIsMissing() {
        var topic = topic("t");
        subscribe(topic, "sqs", QUEUE, "RawMessageDelivery", "true", "FilterPolicy", "{\"a\":[{\"exists\":false}]}");
        publish(topic, "m", "b", "String", "x");
        publish(topic, "no attributes");
        settle();
        assertThat(caught).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{'headers':{'to':['q1']}}|{'headers':{'to':['q1','q2']}}|true",
        "{'headers':{'to':['q1']}}|{'headers':{'to':['q2']}}|false",
        "{'Records':{'s3':{'object':{'key':[{'prefix':'auto-'}]}},'eventName':[{'prefix':'ObjectCreated:'}]}}"
            + "|{'Records':[{'eventName':'ObjectCreated:Put','s3':{'object':[[{'key':'auto-1'}]]}}]}|true",
        "{'Records':{'s3':{'object':{'key':[{'prefix':'auto-'}]}},'eventName':[{'prefix':'ObjectCreated:'}]}}"
            + "|{'Records':[{'eventName':'ObjectRemoved:Delete','s3':{'object':{'key':'auto-1'}}}]}|false",
        "{'$or':[{'m':['a']},{'n':['b']}],'d':{'s':['c']}}|{'n':'b','d':{'s':'c'}}|true",
        "{'$or':[{'m':['a']},{'n':['b']}],'d':{'s':['c']}}|{'n':'a','d':{'s':'c'}}|false",
        "{'detail':{'eventVersion':['']}}|{'resources':[],'detail':{'eventVersion':'','responseElements':null}}|true",
        "{'a':[null]}|{'a':null}|true",
        "{'a':[true]}|{'a':true}|true",
        "{'a':['x']}|no json|false",
    })
    void onTheBody(String policy, String message, boolean wanted) {
        var topic = topic("t");
        subscribe(topic, "sqs", QUEUE, "RawMessageDelivery", "true", "FilterPolicyScope", "MessageBody", "FilterPolicy",
                policy.replace('\'', '"'));
        publish(topic, message.replace('\'', '"'));
        settle();
        assertThat(!caught.isEmpty()).isEqualTo(wanted);
    }

    @Test
    void theScopeIsToldWithThePolicyOnly() {
        var subscription = subscribe(topic("t"), "sqs", QUEUE);
        set(subscription, "FilterPolicyScope", "MessageBody");
        assertThat(attributes(subscription)).doesNotContainKeys("FilterPolicy", "FilterPolicyScope");
        set(subscription, "FilterPolicy", "{\"attr\": [\"match-this\"]}");
        assertThat(attributes(subscription)).containsEntry("FilterPolicy", "{\"attr\": [\"match-this\"]}")
                .containsEntry("FilterPolicyScope", "MessageBody");
        set(subscription, "FilterPolicy", "{}");
        assertThat(attributes(subscription)).doesNotContainKey("FilterPolicy");
        assertThat(List.copyOf(attributes(subscription).keySet()))
                .contains("ConfirmationWasAuthenticated", "Endpoint", "Owner",
                "PendingConfirmation", "Protocol", "RawMessageDelivery", "SubscriptionArn", "SubscriptionPrincipal",
                "TopicArn");
    }
}
