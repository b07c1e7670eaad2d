package dev.aloft.service.cloudformation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.Body;
import dev.aloft.api.CloudFormation;
import dev.aloft.api.CloudFormation.CreateStackRequest;
import dev.aloft.wire.Headers;
import dev.aloft.wire.HttpRequest;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class WaitConditionTest extends StackScenario {
    private static final String TEXT = """
            Resources:
              Handle: {Type: AWS::CloudFormation::WaitConditionHandle}
              A: {Type: Test::Thing, Properties: {Name: a, Size: !Ref Handle}}
              Wait: {Type: AWS::CloudFormation::WaitCondition, DependsOn: A, Properties: {Handle: !Ref Handle, Timeout: 60, Count: 2}}
            Outputs: {O: {Value: !GetAtt Wait.Data}, Id: {Value: !Ref Wait}}
            """;

    private String begun() {
        cloudFormation.createStack(CALLER, CreateStackRequest.of(r -> r.stackName("s").templateBody(TEXT)));
        time.settle();
        return things.things.get("a").get("Size").toString();
    }

    private int signal(String url, String body) {
        var path = url.substring(url.indexOf("/_aloft"));
        var status = signals.handle(new HttpRequest("PUT", "http", path, "", new Headers(),
                Body.of(body.getBytes(UTF_8)), null), "id").status();
        time.settle();
        return status;
    }

    @Test
    void waitsUntilThereAreSignalsEnough() {
        var url = begun();
        assertThat(signal(url, "{\"Status\": \"SUCCESS\", \"UniqueId\": \"1\", \"Data\": \"one\"}")).isEqualTo(200);
        assertThat(signal(url, "{\"Status\": \"SUCCESS\", \"UniqueId\": \"1\", \"Data\": \"one\"}")).isEqualTo(200);
        assertThat(resource("Wait").resourceStatus()).isEqualTo("CREATE_IN_PROGRESS");
        signal(url, "{\"Status\": \"SUCCESS\", \"UniqueId\": \"2\", \"Data\": \"two\"}");
        var stack = stack("s");
        assertThat(stack.outputs()).extracting(CloudFormation.Output::outputValue)
                .containsExactly("{\"1\":\"one\",\"2\":\"two\"}", stack.stackId() + "/Handle");
        assertThat(signal(url, "{\"Status\": \"SUCCESS\", \"UniqueId\": \"3\"}")).isEqualTo(403);
    }

    @Test
    void failsWithASignalThatSaysSo() {
        signal(begun(), "{\"Status\": \"FAILURE\", \"UniqueId\": \"1\", \"Reason\": \"no disk\"}");
        assertThat(stack("s").stackStatus()).isEqualTo("ROLLBACK_COMPLETE");
        assertThat(told).anyMatch(event ->
                event.contains("WaitCondition received failed message: 'no disk' for uniqueId: 1"));
    }

    @Test
    void failsWhenItHasWaitedLongEnough() {
        begun();
        time.advance(Duration.ofSeconds(61));
        assertThat(told).anyMatch(event ->
                event.contains("WaitCondition timed out. Received 0 conditions when expecting 2"));
    }
}
