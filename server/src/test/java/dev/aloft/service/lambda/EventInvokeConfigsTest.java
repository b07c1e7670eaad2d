package dev.aloft.service.lambda;

import static dev.aloft.service.lambda.TestLambda.caller;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApiError;
import dev.aloft.api.Lambda;
import dev.aloft.api.Lambda.FunctionEventInvokeConfig;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class EventInvokeConfigsTest {
    private static final String ARN = "arn:aws:lambda:eu-central-1:123456789012:function:";

    @TempDir
    Path folder;

    private TestLambda test;

    @BeforeEach
    void open() {
        test = new TestLambda(folder);
        test.create("f", "nodejs22.x", "exports.handler = async () => 1;");
    }

    @AfterEach
    void close() {
        test.close();
    }

    private FunctionEventInvokeConfig put(Consumer<Lambda.PutFunctionEventInvokeConfigRequest.Builder> more) {
        return test.lambda.putFunctionEventInvokeConfig(caller(), Lambda.PutFunctionEventInvokeConfigRequest.of(r -> {
            r.functionName("f");
            more.accept(r);
        }));
    }

    private static Lambda.DestinationConfig onSuccess(String arn) {
        return Lambda.DestinationConfig.of(d -> d.onSuccess(Lambda.OnSuccess.of(s -> s.destination(arn))));
    }

    private static void refused(String code, String message, Executable call) {
        assertThatThrownBy(call::execute)
                .isInstanceOfSatisfying(ApiError.class, error -> assertThat(error.code()).isEqualTo(code))
                .hasMessage(message);
    }

    @Test
    void somethingMustBeSetOfAFunctionThatExists() {
        refused("InvalidParameterValueException",
                "You must specify at least one of error handling or destination setting.",
                () -> put(r -> r.functionName("none")));
        refused("ResourceNotFoundException", "The function doesn't exist.",
                () -> put(r -> r.functionName("none").maximumRetryAttempts(1)));
        refused("ResourceNotFoundException", "The function doesn't exist.",
                () -> put(r -> r.qualifier("none").maximumRetryAttempts(1)));
        refused("InvalidParameterValueException",
                "The derived qualifier from the function name does not match the specified qualifier.",
                () -> put(r -> r.functionName("f:1").qualifier("$LATEST").maximumRetryAttempts(1)));
    }

    @Test
    void destinationsAreChecked() {
        refused("InvalidParameterValueException", "The destination ARN " + ARN + "none is invalid.",
                () -> put(r -> r.destinationConfig(onSuccess(ARN + "none"))));
        refused("InvalidParameterValueException", "You can't specify the function as a destination for itself.",
                () -> put(r -> r.destinationConfig(onSuccess(ARN + "f"))));
        refused("InvalidParameterValueException",
                "The provided destination config DestinationConfig(onSuccess=OnSuccess(destination="
                + "arn:aws:iam:eu-central-1:123456789012:function:f), onFailure=null) is invalid.",
                () -> put(r -> r.destinationConfig(onSuccess("arn:aws:iam:eu-central-1:123456789012:function:f"))));
    }

    @Test
    void theRoleMustBeAllowedToSendThere() {
        var queue = "arn:aws:sqs:eu-central-1:123456789012:q";
        var topic = "arn:aws:sns:eu-central-1:123456789012:t";
        test.create("g", "nodejs22.x", "exports.handler = async () => 1;");
        test.denied.addAll(Set.of("SendMessage", "Publish", "Invoke", "PutEvents"));
        var refusals = Map.of(queue, "SendMessage", topic, "Publish", ARN + "g", "InvokeFunction",
                "arn:aws:events:eu-central-1:123456789012:event-bus/default", "PutEvents");
        var refusal = "The function's execution role does not have permissions to call ";
        refusals.forEach((target, action) -> refused("InvalidParameterValueException",
                refusal + action + " on " + target, () -> put(r -> r.destinationConfig(onSuccess(target)))));
        refused("InvalidParameterValueException",
                "The provided execution role does not have permissions to call SendMessage on SQS",
                () -> test.create("h", "nodejs22.x", "index.handler", Map.of("index.js", ""), r -> r.deadLetterConfig(
                        Lambda.DeadLetterConfig.of(d -> d.targetArn(queue)))));
        refused("InvalidParameterValueException",
                "The provided execution role does not have permissions to call Publish on SNS",
                () -> test.lambda.updateFunctionConfiguration(caller(), Lambda.UpdateFunctionConfigurationRequest.of(
                        r -> r.functionName("g")
                                .deadLetterConfig(Lambda.DeadLetterConfig.of(d -> d.targetArn(topic))))));
        test.denied.clear();
        put(r -> r.destinationConfig(onSuccess(queue)));
    }

    @Test
    void putReplacesAndUpdateMerges() {
        var config = put(r -> r.maximumRetryAttempts(2).maximumEventAgeInSeconds(60));
        assertThat(config.functionArn()).isEqualTo(ARN + "f:$LATEST");
        assertThat(config.destinationConfig().onFailure().destination()).isNull();
        assertThat(put(r -> r.maximumRetryAttempts(1)).maximumEventAgeInSeconds()).isNull();
        put(r -> r.maximumEventAgeInSeconds(60)
                .destinationConfig(onSuccess("arn:aws:sqs:eu-central-1:123456789012:q")));
        var updated = test.lambda.updateFunctionEventInvokeConfig(caller(),
                Lambda.UpdateFunctionEventInvokeConfigRequest.of(r -> r.functionName("f").maximumRetryAttempts(0)));
        assertThat(updated.maximumRetryAttempts()).isZero();
        assertThat(updated.maximumEventAgeInSeconds()).isEqualTo(60);
        assertThat(updated.destinationConfig().onSuccess().destination()).endsWith(":q");
        assertThat(test.lambda.getFunctionEventInvokeConfig(caller(),
                Lambda.GetFunctionEventInvokeConfigRequest.of(r -> r.functionName("f").qualifier("$LATEST"))))
                .isEqualTo(updated);
    }

    @Test
    void whatIsNotThereIsTold() {
        var message = "The function " + ARN + "f:$LATEST doesn't have an EventInvokeConfig";
        refused("ResourceNotFoundException", message, () -> test.lambda.getFunctionEventInvokeConfig(caller(),
                Lambda.GetFunctionEventInvokeConfigRequest.of(r -> r.functionName("f"))));
        refused("ResourceNotFoundException", message, () -> test.lambda.updateFunctionEventInvokeConfig(caller(),
                Lambda.UpdateFunctionEventInvokeConfigRequest.of(r -> r.functionName("f").maximumRetryAttempts(1))));
        refused("ResourceNotFoundException", message, () -> test.lambda.deleteFunctionEventInvokeConfig(caller(),
                Lambda.DeleteFunctionEventInvokeConfigRequest.of(r -> r.functionName("f"))));
        refused("ResourceNotFoundException", "The function doesn't exist.",
                () -> test.lambda.listFunctionEventInvokeConfigs(caller(),
                Lambda.ListFunctionEventInvokeConfigsRequest.of(r -> r.functionName("none"))));
    }

    @Test
    void theyAreListedAndGoWithTheirFunction() {
        test.lambda.publishVersion(caller(), Lambda.PublishVersionRequest.of(r -> r.functionName("f")));
        put(r -> r.maximumRetryAttempts(1));
        put(r -> r.maximumRetryAttempts(1).qualifier("1"));
        var first = test.lambda.listFunctionEventInvokeConfigs(caller(),
                Lambda.ListFunctionEventInvokeConfigsRequest.of(r -> r.functionName("f").maxItems(1)));
        assertThat(first.functionEventInvokeConfigs()).extracting(FunctionEventInvokeConfig::functionArn)
                .containsExactly(ARN + "f:$LATEST");
        var second = test.lambda.listFunctionEventInvokeConfigs(caller(),
                Lambda.ListFunctionEventInvokeConfigsRequest.of(r -> r.functionName("f").marker(first.nextMarker())));
        assertThat(second.functionEventInvokeConfigs()).extracting(FunctionEventInvokeConfig::functionArn)
                .containsExactly(ARN + "f:1");
        test.lambda.deleteFunction(caller(), Lambda.DeleteFunctionRequest.of(r -> r.functionName("f")));
        refused("ResourceNotFoundException", "The function " + ARN + "f:$LATEST doesn't have an EventInvokeConfig",
                () -> test.lambda.getFunctionEventInvokeConfig(caller(),
                        Lambda.GetFunctionEventInvokeConfigRequest.of(r -> r.functionName("f"))));
    }
}
