package dev.aloft.service.sns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Sns;
import dev.aloft.service.kms.TestKeys;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Topics with a key of KMS. */
class EncryptionTest extends SnsFixture {
    private final TestKeys keys = new TestKeys(ROOT, store, time, endpoint);
    private String key;
    private String topic;

    @BeforeEach
    void makeTopic() {
        endpoint.add(keys.service());
        gate = keys;
        key = keys.key();
        topic = topic("t", Map.of("KmsMasterKeyId", key));
        subscribe(topic, "sqs", QUEUE);
    }

    @Test
    void whoPublishesMayMakeDataKeysAndDecryptThem() {
        var half = keys.user("half", "sns:*", "kms:GenerateDataKey");
        told("KMSAccessDenied", "User: arn:aws:iam::111122223333:user/none is not authorized to perform:"
                + " kms:GenerateDataKey on resource: " + key
                + " because no identity-based policy allows the kms:GenerateDataKey action",
                () -> publish(keys.user("none", "sns:*")));
        told("KMSAccessDenied", "The ciphertext refers to a customer master key that does not exist, does not exist in"
                + " this region, or you are not allowed to access.", () -> publish(half));
        assertThatThrownBy(() -> sns.publishBatch(half, Sns.PublishBatchRequest.of(
                r -> r.topicArn(topic).publishBatchRequestEntries(List.of(entry("a", "m"))))))
                .isInstanceOf(Sns.KMSAccessDeniedException.class);
        publish(keys.user("whole", "sns:*", "kms:GenerateDataKey*", "kms:Decrypt"));
        settle();
        assertThat(caught).hasSize(1);
    }

    /** The famous case: an alarm or a rule whose events vanish until the key's policy names the service. */
    @Test
    void aServicePublishesWhereTheKeysPolicyNamesIt() {
        var alarm = ROOT.asService("cloudwatch.amazonaws.com", "arn:aws:cloudwatch:us-east-1:111122223333:alarm:a");
        told("KMSAccessDenied", "null", () -> publish(alarm));
        keys.allowService(key, "cloudwatch.amazonaws.com",
                "{\"StringEquals\": {\"kms:EncryptionContext:aws:sns:topicArn\": \"" + topic + "\"}}");
        publish(alarm);
        settle();
        assertThat(caught).hasSize(1);
    }

    @Test
    void aDataKeyIsUsedForFiveMinutes() {
        publish(ROOT);
        publish(ROOT);
        assertThat(keys.asked()).hasSize(2);
        keys.disable(key);
        publish(ROOT);
        time.advance(Duration.ofMinutes(5));
        told("KMSDisabled", key + " is disabled.", () -> publish(ROOT));
        keys.end(key);
        told("KMSInvalidState", key + " is pending deletion.", () -> publish(ROOT));
    }

    @Test
    void aKeyThatIsNotThereIsToldWhenAMessageIsPublished() {
        topic = topic("other", Map.of("KmsMasterKeyId", "alias/none"));
        told("KMSNotFound", "Alias arn:aws:kms:us-east-1:111122223333:alias/none is not found.", () -> publish(ROOT));
        topic = topic("own", Map.of("KmsMasterKeyId", "alias/aws/sns"));
        publish(ROOT);
    }

    private void publish(Caller caller) {
        sns.publish(caller, Sns.PublishRequest.of(r -> r.topicArn(topic).message("m")));
    }

    /** SNS passes on what its client of KMS says. */
    private static void told(String code, String message, Executable call) {
        assertThatThrownBy(call::execute).isInstanceOfSatisfying(ApiError.class, error -> {
            assertThat(error.code()).isEqualTo(code);
            assertThat(error.status()).isEqualTo(400);
        }).hasMessageStartingWith(message + " (Service: AWSKMS; Status Code: 400; Error Code: ")
                .hasMessageEndingWith("; Proxy: null)");
    }
}
