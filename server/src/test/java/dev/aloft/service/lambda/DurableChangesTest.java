package dev.aloft.service.lambda;

import static dev.aloft.service.lambda.TestLambda.caller;
import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.Arn;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.CloudWatch;
import dev.aloft.api.JsonReader;
import dev.aloft.api.Lambda;
import dev.aloft.api.Sqs;
import dev.aloft.kernel.call.Event;
import dev.aloft.kernel.call.Target;
import dev.aloft.kernel.time.TestTime;
import dev.aloft.service.sqs.SqsService;
import dev.aloft.service.sqs.SqsTarget;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What others learn of durable executions. */
class DurableChangesTest {
    private static final String QUEUE = "http://127.0.0.1:4566/123456789012/letters";

    @TempDir
    Path folder;

    private final List<Map<?, ?>> told = Collections.synchronizedList(new ArrayList<>());
    private TestLambda test;

    /** The default bus. */
    private final class Bus implements Target {
        @Override
        public String service() {
            return "events";
        }

        @Override
        public void deliver(Caller caller, Arn target, Event event) {
            assertThat(target.resource()).isEqualTo("event-bus/default");
            told.add((Map<?, ?>) JsonReader.tree(event.body()));
        }
    }

    @BeforeEach
    void open() {
        test = new TestLambda(folder);
        test.endpoint.add(new SqsService(test.store, test.time, test.endpoint));
        test.targets.add(new SqsTarget(test.endpoint));
        test.targets.add(new Bus());
        Sqs.at(test.endpoint).createQueue(caller(), Sqs.CreateQueueRequest.of(r -> r.queueName("letters")));
        // Without its SDK: such a function is given the execution's state and says how it ends.
        test.create("durable", "nodejs22.x", "index.handler", Map.of("index.js", "exports.handler = async event =>"
                + " event.InitialExecutionState.Operations[0].ExecutionDetails.InputPayload.includes('\"bad\"')"
                + " ? {Status: 'FAILED', Error: {ErrorType: 'Bad', ErrorMessage: 'it was bad'}} : {Status: "
                + "'SUCCEEDED', Result: '1'};"),
                r -> r.timeout(20)
                .durableConfig(Lambda.DurableConfig.of(d -> d.executionTimeout(60).retentionPeriodInDays(1)))
                        .deadLetterConfig(Lambda.DeadLetterConfig.of(d ->
                                d.targetArn("arn:aws:sqs:eu-central-1:123456789012:letters"))));
    }

    @AfterEach
    void close() {
        test.close();
    }

    private Lambda.InvokeResponse invoke(String type, String input) {
        var answer = test.lambda.invoke(caller(), Lambda.InvokeRequest.of(r -> r.functionName("durable:$LATEST")
                .invocationType(type).payload(Bytes.of(input.getBytes(StandardCharsets.UTF_8)))));
        test.time.settle();
        return answer;
    }

    private List<Sqs.Message> letters() {
        var received = Sqs.at(test.endpoint).receiveMessage(caller(),
                Sqs.ReceiveMessageRequest.of(r -> r.queueUrl(QUEUE).messageAttributeNames(List.of("All")))).messages();
        return received == null ? List.of() : received;
    }

    private double counted(String metric) {
        test.metrics.flush();
        return CloudWatch.at(test.endpoint)
                .getMetricStatistics(caller(), CloudWatch.GetMetricStatisticsRequest.of(r -> r
                .namespace("AWS/Lambda").metricName(metric).statistics(List.of("Sum")).period(60)
                .dimensions(List.of(CloudWatch.Dimension.of(d -> d.name("FunctionName").value("durable"))))
                .startTime(TestTime.START.minusSeconds(60)).endTime(TestTime.START.plusSeconds(600))))
                .datapoints().stream().mapToDouble(CloudWatch.Datapoint::sum).sum();
    }

    @Test
    void anEventThatWasQueuedAndFailsIsADeadLetter() {
        invoke(Lambda.InvocationType.EVENT, "{\"is\":\"bad\"}");
        var letter = letters().getFirst();
        assertThat(letter.body()).isEqualTo("{\"is\":\"bad\"}");
        assertThat(letter.messageAttributes().get("ErrorMessage").stringValue()).isEqualTo("it was bad");
        assertThat(letter.messageAttributes()).containsKey("RequestID");
    }

    @Test
    void oneThatSucceedsOrIsWaitedForIsNone() {
        invoke(Lambda.InvocationType.EVENT, "{}");
        assertThat(invoke(Lambda.InvocationType.REQUEST_RESPONSE, "{\"is\":\"bad\"}").functionError())
                .isEqualTo("Unhandled");
        assertThat(letters()).isEmpty();
    }

    @Test
    void theDefaultBusIsToldOfTheBeginningAndTheEnd() {
        invoke(Lambda.InvocationType.EVENT, "{}");
        assertThat(told).hasSize(2).allSatisfy(event -> {
            assertThat(event.get("source")).isEqualTo("aws.lambda");
            assertThat(event.get("detail-type")).isEqualTo("Durable Execution Status Change");
        });
        List<Map<?, ?>> details = told.stream().<Map<?, ?>>map(event -> (Map<?, ?>) event.get("detail")).toList();
        assertThat(details.stream().map(detail -> String.valueOf(detail.get("status"))))
                .containsExactlyInAnyOrder("RUNNING", "SUCCEEDED");
        assertThat(details.stream().filter(detail -> detail.containsKey("endTimestamp"))).hasSize(1);
    }

    @Test
    void executionsAreMeasured() {
        invoke(Lambda.InvocationType.EVENT, "{}");
        invoke(Lambda.InvocationType.EVENT, "{\"is\":\"bad\"}");
        assertThat(counted("DurableExecutionStarted")).isEqualTo(2);
        assertThat(counted("DurableExecutionSucceeded")).isEqualTo(1);
        assertThat(counted("DurableExecutionFailed")).isEqualTo(1);
        assertThat(counted("DurableExecutionOperations")).isEqualTo(2);
        assertThat(counted("DurableExecutionStorageWrittenBytes")).isGreaterThan(2 + 12);
    }

    @Test
    void aBatchOfAMappingIsAnExecutionThatIsWaitedFor() {
        Sqs.at(test.endpoint).createQueue(caller(), Sqs.CreateQueueRequest.of(r -> r.queueName("source")));
        test.lambda.createEventSourceMapping(caller(), Lambda.CreateEventSourceMappingRequest.of(r -> r
                .functionName("durable:$LATEST").eventSourceArn("arn:aws:sqs:eu-central-1:123456789012:source")));
        Sqs.at(test.endpoint).sendMessage(caller(), Sqs.SendMessageRequest.of(
                r -> r.queueUrl("http://127.0.0.1:4566/123456789012/source").messageBody("hello")));
        test.time.settle();
        var executions = test.lambda.listDurableExecutionsByFunction(caller(),
                Lambda.ListDurableExecutionsByFunctionRequest.of(r -> r.functionName("durable"))).durableExecutions();
        assertThat(executions).extracting(Lambda.Execution::status).containsExactly("SUCCEEDED");
        assertThat(test.lambda.getDurableExecution(caller(), Lambda.GetDurableExecutionRequest.of(
                r -> r.durableExecutionArn(executions.getFirst().durableExecutionArn()))).inputPayload())
                .contains("\"body\":\"hello\"");
    }
}
