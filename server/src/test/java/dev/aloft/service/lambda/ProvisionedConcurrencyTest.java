package dev.aloft.service.lambda;

import static dev.aloft.service.lambda.TestLambda.caller;
import static dev.aloft.service.lambda.TestLambda.payload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.Lambda;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ProvisionedConcurrencyTest extends RunningLambda {
    private static final String TYPE =
            "exports.handler = async (e) => { if (e.ms) await new Promise(r => setTimeout(r, e.ms));"
            + " return process.env.AWS_LAMBDA_INITIALIZATION_TYPE; };";

    private static void function(String name, String source, int versions) {
        test.create(name, "nodejs22.x", source);
        for (int i = 1; i <= versions; i++) {
            int number = i;
            test.lambda.updateFunctionConfiguration(caller(),
                    Lambda.UpdateFunctionConfigurationRequest.of(r -> r.functionName(name)
                    .description("version " + number)));
            test.lambda.publishVersion(caller(), Lambda.PublishVersionRequest.of(r -> r.functionName(name)));
        }
    }

    private static void alias(String function, String name, String version) {
        test.lambda.createAlias(caller(),
                Lambda.CreateAliasRequest.of(r -> r.functionName(function).name(name).functionVersion(version)));
    }

    private static Lambda.PutProvisionedConcurrencyConfigResponse put(String function, String qualifier, int count) {
        return test.lambda.putProvisionedConcurrencyConfig(caller(), Lambda.PutProvisionedConcurrencyConfigRequest.of(
                r -> r.functionName(function).qualifier(qualifier).provisionedConcurrentExecutions(count)));
    }

    private static Lambda.GetProvisionedConcurrencyConfigResponse get(String function, String qualifier) {
        return test.lambda.getProvisionedConcurrencyConfig(caller(), Lambda.GetProvisionedConcurrencyConfigRequest.of(
                r -> r.functionName(function).qualifier(qualifier)));
    }

    private static void delete(String function, String qualifier) {
        test.lambda.deleteProvisionedConcurrencyConfig(caller(), Lambda.DeleteProvisionedConcurrencyConfigRequest.of(
                r -> r.functionName(function).qualifier(qualifier)));
    }

    private static void reserve(String function, int count) {
        test.lambda.putFunctionConcurrency(caller(), Lambda.PutFunctionConcurrencyRequest.of(
                r -> r.functionName(function).reservedConcurrentExecutions(count)));
    }

    private static int unreserved() {
        return test.lambda.getAccountSettings(caller(), Lambda.GetAccountSettingsRequest.of(_ -> {})).accountLimit()
                .unreservedConcurrentExecutions();
    }

    // ---- refused

    @Test
    void onlyAliasesAndPublishedVersionsHaveIt() {
        function("refused", TYPE, 1);
        assertThatThrownBy(() -> put("refused", "$LATEST", 1)).isInstanceOf(Lambda.InvalidParameterValueException.class)
                .hasMessage("Provisioned Concurrency Configs cannot be applied to unpublished function versions.");
        assertThatThrownBy(() -> get("refused", "$LATEST")).isInstanceOf(Lambda.InvalidParameterValueException.class)
                .hasMessage("The function resource provided must be an alias or a published version.");
        assertThatThrownBy(() -> put("refused", "10", 1)).isInstanceOf(Lambda.ResourceNotFoundException.class)
                .hasMessage("Function not found: arn:aws:lambda:eu-central-1:123456789012:function:refused:10");
        assertThatThrownBy(() -> put("doesnotexist", "noalias", 1)).isInstanceOf(Lambda.ResourceNotFoundException.class)
                .hasMessage("Cannot find alias arn: "
                        + "arn:aws:lambda:eu-central-1:123456789012:function:doesnotexist:noalias");
        assertThatThrownBy(() -> get("refused", "1"))
                .isInstanceOf(Lambda.ProvisionedConcurrencyConfigNotFoundException.class)
                .hasMessage("No Provisioned Concurrency Config found for this function");
        assertThatThrownBy(() -> put("refused", "1", 0)).hasMessage("1 validation error detected: Value '0' at"
                + " 'provisionedConcurrentExecutions' failed to satisfy constraint: Member must have value greater "
                + "than or equal to 1");
        delete("refused", "1");
    }

    @Test
    void theAccountKeepsAHundredUnreserved() {
        function("limits", TYPE, 1);
        int unreserved = unreserved();
        assertThatThrownBy(() -> put("limits", "1", unreserved + 1))
                .hasMessage("Specified ConcurrentExecutions for function is greater"
                + " than account's unreserved concurrency [" + unreserved + "].");
        assertThatThrownBy(() -> put("limits", "1", unreserved))
                .hasMessage("Specified ConcurrentExecutions for function decreases"
                + " account's UnreservedConcurrentExecution below its minimum value of [100].");
        assertThatThrownBy(() -> reserve("limits", unreserved - 99))
                .hasMessage("Specified ReservedConcurrentExecutions for function"
                + " decreases account's UnreservedConcurrentExecution below its minimum value of [100].");
    }

    @Test
    void itIsPartOfTheFunctionsReservation() {
        function("part", TYPE, 1);
        int unreserved = unreserved();
        reserve("part", 3);
        assertThat(unreserved()).isEqualTo(unreserved - 3);
        assertThatThrownBy(() -> put("part", "1", 4)).hasMessage(
                "Requested Provisioned Concurrency should not be greater than the "
                + "reservedConcurrentExecution for function");
        put("part", "1", 2);
        assertThat(unreserved()).isEqualTo(unreserved - 3);
        assertThatThrownBy(() -> reserve("part", 1)).hasMessage(
                " ReservedConcurrentExecutions  1 should not be lower than function's total "
                + "provisioned concurrency [2].");
        test.lambda.deleteFunctionConcurrency(caller(),
                Lambda.DeleteFunctionConcurrencyRequest.of(r -> r.functionName("part")));
        assertThat(unreserved()).isEqualTo(unreserved - 2);
        delete("part", "1");
        assertThat(unreserved()).isEqualTo(unreserved);
    }

    @Test
    void aVersionHasItByItselfOrByAnAlias() {
        function("either", TYPE, 1);
        alias("either", "live", "1");
        put("either", "1", 1);
        assertThatThrownBy(() -> put("either", "live", 1)).isInstanceOf(Lambda.ResourceConflictException.class)
                .hasMessage("Alias can't be used for Provisioned Concurrency configuration on an already "
                        + "Provisioned version");
        delete("either", "1");
        put("either", "live", 1);
        assertThatThrownBy(() -> put("either", "1", 1)).isInstanceOf(Lambda.ResourceConflictException.class)
                .hasMessage("Version is pointed by a Provisioned Concurrency alias");
    }

    // ---- done

    @Test
    void environmentsAreStartedBeforeAnyEventAndSaySo() {
        function("warm", TYPE, 1);
        var put = put("warm", "1", 2);
        assertThat(put.status()).isEqualTo("IN_PROGRESS");
        assertThat(put.allocatedProvisionedConcurrentExecutions()).isZero();
        assertThat(put.lastModified()).isEqualTo("2026-01-01T00:00:00+0000");
        test.time.settle();
        assertThat(get("warm", "1")).isEqualTo(Lambda.GetProvisionedConcurrencyConfigResponse.of(r -> r.status("READY")
                .requestedProvisionedConcurrentExecutions(2).allocatedProvisionedConcurrentExecutions(2)
                .availableProvisionedConcurrentExecutions(2).lastModified("2026-01-01T00:00:00+0000")));
        for (int i = 0; i < 5; i++) {
            assertThat(payload(test.invoke("warm:1", "{}"))).isEqualTo("\"provisioned-concurrency\"");
        }
        assertThat(payload(test.invoke("warm", "{}"))).isEqualTo("\"on-demand\"");
        var list = test.lambda.listProvisionedConcurrencyConfigs(caller(),
                Lambda.ListProvisionedConcurrencyConfigsRequest.of(r -> r.functionName("warm")));
        assertThat(list.provisionedConcurrencyConfigs()).singleElement().satisfies(item -> {
            assertThat(item.functionArn()).isEqualTo("arn:aws:lambda:eu-central-1:123456789012:function:warm:1");
            assertThat(item.status()).isEqualTo("READY");
        });
        delete("warm", "1");
        test.time.settle();
        assertThat(payload(test.invoke("warm:1", "{}"))).isEqualTo("\"on-demand\"");
    }

    @Test
    void whatIsBeyondItSpillsOver() throws InterruptedException {
        function("spill", TYPE, 1);
        put("spill", "1", 1);
        assertThat(get("spill", "1").allocatedProvisionedConcurrentExecutions()).isBetween(0, 1);
        test.time.settle();
        var answers = new java.util.concurrent.ConcurrentLinkedQueue<String>();
        Runnable call = () -> answers.add(payload(test.invoke("spill:1", "{\"ms\":400}")));
        var threads = java.util.stream.Stream.generate(() -> Thread.ofVirtual().start(call)).limit(2).toList();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(answers).containsExactlyInAnyOrder("\"provisioned-concurrency\"", "\"on-demand\"");
        delete("spill", "1");
    }

    @Test
    void itMovesWithItsAlias() {
        function("moves", TYPE, 2);
        alias("moves", "live", "1");
        put("moves", "live", 1);
        test.time.settle();
        assertThat(get("moves", "live").status()).isEqualTo("READY");
        assertThat(payload(test.invoke("moves:live", "{}"))).isEqualTo("\"provisioned-concurrency\"");
        assertThat(payload(test.invoke("moves:1", "{}"))).isEqualTo("\"provisioned-concurrency\"");
        test.lambda.updateAlias(caller(),
                Lambda.UpdateAliasRequest.of(r -> r.functionName("moves").name("live").functionVersion("2")));
        test.time.settle();
        assertThat(get("moves", "live").status()).isEqualTo("READY");
        assertThat(payload(test.invoke("moves:live", "{}"))).isEqualTo("\"provisioned-concurrency\"");
        assertThat(payload(test.invoke("moves:1", "{}"))).isEqualTo("\"on-demand\"");
        test.lambda.deleteAlias(caller(), Lambda.DeleteAliasRequest.of(r -> r.functionName("moves").name("live")));
        assertThatThrownBy(() -> get("moves", "live")).isInstanceOf(Lambda.ResourceNotFoundException.class);
    }

    @Test
    void aWeightedAliasSharesItOut() {
        function("shared", TYPE, 2);
        test.lambda.createAlias(caller(),
                Lambda.CreateAliasRequest.of(r -> r.functionName("shared").name("live").functionVersion("1")
                .routingConfig(Lambda.AliasRoutingConfiguration.of(c ->
                        c.additionalVersionWeights(Map.of("2", 0.5))))));
        put("shared", "live", 2);
        test.time.settle();
        assertThat(get("shared", "live").allocatedProvisionedConcurrentExecutions()).isEqualTo(2);
        assertThat(payload(test.invoke("shared:1", "{}"))).isEqualTo("\"provisioned-concurrency\"");
        assertThat(payload(test.invoke("shared:2", "{}"))).isEqualTo("\"provisioned-concurrency\"");
        delete("shared", "live");
    }

    @Test
    void aFunctionWhoseInitFailsFailsIt() {
        function("broken", "throw new Error('no');", 1);
        put("broken", "1", 1);
        test.time.settle();
        assertThat(get("broken", "1")).satisfies(r -> {
            assertThat(r.status()).isEqualTo("FAILED");
            assertThat(r.statusReason()).isEqualTo("FUNCTION_ERROR_INIT_FAILURE");
            assertThat(r.allocatedProvisionedConcurrentExecutions()).isZero();
        });
        delete("broken", "1");
    }
}
