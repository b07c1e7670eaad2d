package dev.aloft.service.lambda;

import static dev.aloft.service.lambda.TestLambda.caller;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.Caller;
import dev.aloft.api.Lambda;
import dev.aloft.api.Lambda.EventSourceMappingConfiguration;
import dev.aloft.api.Sqs;
import dev.aloft.kernel.store.Range;
import dev.aloft.service.sqs.SqsService;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EncryptedCriteriaTest {
    private static final String QUEUE = "arn:aws:sqs:eu-central-1:123456789012:q";
    private static final String URL = "http://127.0.0.1:4566/123456789012/q";
    private static final Lambda.FilterCriteria CRITERIA = criteria("{\"body\":{\"word\":[\"sesame\"]}}");

    @TempDir
    Path folder;
    private TestLambda platform;
    private String key;

    @BeforeEach
    void aQueueAFunctionAndAKey() {
        platform = new TestLambda(folder);
        platform.endpoint.add(new SqsService(platform.store, platform.time, platform.endpoint));
        Sqs.at(platform.endpoint).createQueue(caller(), Sqs.CreateQueueRequest.of(r -> r.queueName("q")));
        platform.create("f", "nodejs22.x", "exports.handler = async () => 1;");
        key = platform.keys.key();
        platform.keys.allowService(key, "lambda.amazonaws.com", "");
    }

    @AfterEach
    void close() {
        platform.close();
    }

    private static Lambda.FilterCriteria criteria(String pattern) {
        return Lambda.FilterCriteria.of(c -> c.filters(List.of(Lambda.Filter.of(f -> f.pattern(pattern)))));
    }

    private EventSourceMappingConfiguration create(Caller caller) {
        return platform.lambda.createEventSourceMapping(caller, Lambda.CreateEventSourceMappingRequest.of(
                r -> r.functionName("f").eventSourceArn(QUEUE).filterCriteria(CRITERIA).kmsKeyArn(key)));
    }

    private EventSourceMappingConfiguration get(Caller caller, String uuid) {
        return platform.lambda.getEventSourceMapping(caller, Lambda.GetEventSourceMappingRequest.of(r -> r.uuid(uuid)));
    }

    private EventSourceMappingConfiguration update(Caller caller, String uuid,
            Consumer<Lambda.UpdateEventSourceMappingRequest.Builder> with) {
        return platform.lambda.updateEventSourceMapping(caller, Lambda.UpdateEventSourceMappingRequest.of(r -> {
            r.uuid(uuid);
            with.accept(r);
        }));
    }

    private boolean liesOpen() {
        return platform.store.<Boolean>read(tx -> tx.range(Range.all()).anyMatch(
                entry -> new String(entry.value(), StandardCharsets.ISO_8859_1).contains("sesame")));
    }

    private String waiting() {
        return Sqs.at(platform.endpoint).getQueueAttributes(caller(), Sqs.GetQueueAttributesRequest.of(
                r -> r.queueUrl(URL).attributeNames(List.of("All")))).attributes().get("ApproximateNumberOfMessages");
    }

    private void send() {
        Sqs.at(platform.endpoint).sendMessage(caller(),
                Sqs.SendMessageRequest.of(r -> r.queueUrl(URL).messageBody("{\"word\": \"other\"}")));
        platform.time.settle();
    }

    @Test
    void theyLieEncryptedAndAreSeenByWhoMayDecrypt() {
        var made = create(caller());
        assertThat(made.filterCriteria()).isEqualTo(CRITERIA);
        assertThat(made.kmsKeyArn()).isEqualTo(key);
        assertThat(liesOpen()).isFalse();
        assertThat(get(caller(), made.uuid()).filterCriteria()).isEqualTo(CRITERIA);
        assertThat(platform.lambda.listEventSourceMappings(caller(), Lambda.ListEventSourceMappingsRequest.of(_ -> {}))
                .eventSourceMappings()).extracting(EventSourceMappingConfiguration::filterCriteria).containsOnlyNulls();
        var gone = platform.lambda.deleteEventSourceMapping(caller(),
                Lambda.DeleteEventSourceMappingRequest.of(r -> r.uuid(made.uuid())));
        assertThat(gone.filterCriteria()).isEqualTo(CRITERIA);
    }

    @Test
    void whoMayNotDecryptIsToldWhy() {
        var uuid = create(caller()).uuid();
        var reader = platform.keys.user("reader", "lambda:*");
        assertThat(get(reader, uuid).filterCriteria()).isNull();
        assertThat(get(reader, uuid).filterCriteriaError()).isEqualTo(Lambda.FilterCriteriaError.of(e -> e
                .errorCode("AccessDeniedException")
                .message("Lambda was unable to decrypt your filter criteria because the KMS"
                + " access was denied. Please check your KMS permissions. KMS Exception: "
                + "AccessDeniedException KMS Message: User: arn:aws:iam::123456789012:user/reader is not authorized "
                + "to perform: kms:Decrypt on resource: " + key
                + " because no identity-based policy allows the kms:Decrypt action")));
        assertThat(update(reader, uuid, r -> r.batchSize(5)).batchSize()).as("what is not encrypted").isEqualTo(5);
        assertThat(get(caller(), uuid).filterCriteria()).isEqualTo(CRITERIA);
        assertThatThrownBy(() ->
                update(reader, uuid, r -> r.filterCriteria(criteria("{\"body\":{\"word\":[\"open\"]}}")))).isInstanceOf(
                Lambda.InvalidParameterValueException.class)
                .hasMessageStartingWith("Lambda was unable to configure access to"
                + " your filter criteria because the KMS access was denied.");
    }

    @Test
    void nothingIsReadWhileTheyCannotBeDecrypted() {
        var uuid = create(caller()).uuid();
        send();
        assertThat(waiting()).as("what the filter does not want is deleted").isEqualTo("0");
        platform.keys.disable(key);
        platform.time.advance(Duration.ofMinutes(6));
        send();
        assertThat(waiting()).isEqualTo("1");
        platform.keys.enable(key);
        platform.time.advance(Duration.ofMinutes(1));
        assertThat(waiting()).isEqualTo("0");
        assertThat(get(caller(), uuid).filterCriteriaError()).isNull();
    }

    @Test
    void theyGoWithTheKey() {
        var uuid = create(caller()).uuid();
        assertThat(update(caller(), uuid, r -> r.kmsKeyArn("")).kmsKeyArn()).isNull();
        assertThat(liesOpen()).isTrue();
        assertThat(update(caller(), uuid, r -> r.kmsKeyArn(key)).filterCriteria()).isEqualTo(CRITERIA);
        assertThat(liesOpen()).isFalse();
    }
}
