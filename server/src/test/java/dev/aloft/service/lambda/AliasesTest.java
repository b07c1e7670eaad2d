package dev.aloft.service.lambda;

import static dev.aloft.service.lambda.TestLambda.caller;
import static dev.aloft.service.lambda.TestLambda.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.Lambda;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AliasesTest {
    private static final String ARN = "arn:aws:lambda:eu-central-1:123456789012:function:f";

    @TempDir
    Path folder;

    private TestLambda test;

    @BeforeEach
    void start() {
        test = new TestLambda(folder);
        test.create("f", "python3.12", "index.handler", Map.of("index.py",
                "import os\ndef handler(event, context): return {'arn': context.invoked_function_arn, "
                + "'is': os.environ['IS']}"),
                r -> r.timeout(30).environment(Lambda.Environment.of(e -> e.variables(Map.of("IS", "one")))));
        publish();
        configure("two");
        publish();
    }

    @AfterEach
    void stop() {
        test.close();
    }

    private Lambda.FunctionConfiguration publish() {
        return test.lambda.publishVersion(caller(), Lambda.PublishVersionRequest.of(r -> r.functionName("f")));
    }

    private void configure(String value) {
        test.lambda.updateFunctionConfiguration(caller(), Lambda.UpdateFunctionConfigurationRequest.of(
                r -> r.functionName("f").environment(Lambda.Environment.of(e -> e.variables(Map.of("IS", value))))));
    }

    private Lambda.AliasConfiguration create(String name, String version,
            Consumer<Lambda.CreateAliasRequest.Builder> more) {
        return test.lambda.createAlias(caller(), Lambda.CreateAliasRequest.of(r -> {
            r.functionName("f").name(name).functionVersion(version);
            more.accept(r);
        }));
    }

    private static Lambda.AliasRoutingConfiguration weights(Map<String, Double> weights) {
        return Lambda.AliasRoutingConfiguration.of(c -> c.additionalVersionWeights(weights));
    }

    private Lambda.InvokeResponse invoke(String name, String qualifier) {
        return test.lambda.invoke(caller(), Lambda.InvokeRequest.of(r -> r.functionName(name).qualifier(qualifier)));
    }

    // refused

    @Test
    void weightsAreOfOneOtherPublishedVersion() {
        assertThatThrownBy(() -> create("a", "1", r -> r.routingConfig(weights(Map.of("2", 0.5, "3", 0.1)))))
                .hasMessage("Number of items in AdditionalVersionWeights cannot be greater than 1");
        assertThatThrownBy(() -> create("a", "1", r -> r.routingConfig(weights(Map.of("2", 2.0)))))
                .hasMessage("1 validation error detected: Value '{2=2.0}' at "
                        + "'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map value must "
                        + "satisfy constraint: [Member must have value less than or equal to 1.0, Member must"
                        + " have value greater than or equal to 0.0, Member must not be null]");
        assertThatThrownBy(() -> create("a", "1", r -> r.routingConfig(weights(Map.of("1", 0.5)))))
                .hasMessage("Invalid function version 1. Function version 1 is already included in "
                        + "routing configuration.");
        assertThatThrownBy(() -> create("a", "$LATEST", r -> r.routingConfig(weights(Map.of("1", 0.5)))))
                .hasMessage("$LATEST is not supported for an alias pointing to more than 1 version");
        assertThatThrownBy(() -> create("a", "1", r -> r.routingConfig(weights(Map.of("$LATEST", 0.5)))))
                .hasMessage("1 validation error detected: Value '{$LATEST=0.5}' at "
                        + "'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map keys must "
                        + "satisfy constraint: [Member must have length less than or equal to 1024,"
                        + " Member must have length greater than or equal to 1, Member must satisfy regular "
                        + "expression pattern: [0-9]+, Member must not be null]");
        assertThatThrownBy(() -> create("a", "1", r -> r.routingConfig(weights(Map.of("7", 0.5)))))
                .isInstanceOf(Lambda.ResourceNotFoundException.class).hasMessage("Function not found: " + ARN + ":7");
    }

    @Test
    void aNameIsTakenOnceAndIsNoNumber() {
        create("live", "1", _ -> {});
        assertThatThrownBy(() -> create("live", "1", _ -> {})).isInstanceOf(Lambda.ResourceConflictException.class)
                .hasMessage("Alias already exists: " + ARN + ":live");
        assertThatThrownBy(() -> create("2024", "1", _ -> {}))
                .hasMessage("1 validation error detected: Value '2024' at 'name' failed to satisfy constraint: Member "
                        + "must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)");
        assertThatThrownBy(() -> create("a", "9", _ -> {})).hasMessage("Function not found: " + ARN + ":9");
        assertThatThrownBy(() -> test.lambda.createAlias(caller(), Lambda.CreateAliasRequest.of(
                r -> r.functionName("none").name("a").functionVersion("1"))))
                .hasMessage("Function not found: arn:aws:lambda:eu-central-1:123456789012:function:none:1");
    }

    @Test
    void whatIsNotThereIsTold() {
        assertThatThrownBy(() ->
                test.lambda.getAlias(caller(), Lambda.GetAliasRequest.of(r -> r.functionName("f").name("none"))))
                .isInstanceOf(Lambda.ResourceNotFoundException.class)
                .hasMessage("Cannot find alias arn: " + ARN + ":none");
        assertThatThrownBy(() ->
                test.lambda.updateAlias(caller(), Lambda.UpdateAliasRequest.of(r -> r.functionName("f").name("none"))))
                .isInstanceOf(Lambda.ResourceNotFoundException.class).hasMessage("Alias not found: " + ARN + ":none");
        assertThatThrownBy(() -> invoke("f", "none")).hasMessage("Function not found: " + ARN + ":none");
        test.lambda.deleteAlias(caller(), Lambda.DeleteAliasRequest.of(r -> r.functionName("f").name("none")));
    }

    @Test
    void aVersionThatAnAliasNamesStays() {
        create("live", "1", _ -> {});
        assertThatThrownBy(() -> test.lambda.deleteFunction(caller(), Lambda.DeleteFunctionRequest.of(
                r -> r.functionName("f").qualifier("1")))).isInstanceOf(Lambda.ResourceConflictException.class)
                .hasMessage("Unable to delete version because the following aliases reference it: [live]");
        assertThatThrownBy(() -> test.lambda.deleteFunction(caller(), Lambda.DeleteFunctionRequest.of(
                r -> r.functionName("f")
                .qualifier("live")))).hasMessage("Deletion of aliases is not currently supported.");
        test.lambda.deleteFunction(caller(), Lambda.DeleteFunctionRequest.of(r -> r.functionName("f").qualifier("2")));
        assertThatThrownBy(() -> invoke("f", "2")).hasMessage("Function not found: " + ARN + ":2");
    }

    // done

    @Test
    void anAliasIsInvokedByItsName() {
        create("live", "1", _ -> {});
        var answer = invoke("f", "live");
        assertThat(answer.executedVersion()).isEqualTo("1");
        assertThat(json(answer)).containsEntry("arn", ARN + ":live").containsEntry("is", "one");
        test.lambda.updateAlias(caller(),
                Lambda.UpdateAliasRequest.of(r -> r.functionName("f").name("live").functionVersion("2")));
        assertThat(json(invoke(ARN + ":live", null))).containsEntry("is", "two");
        var read = test.lambda.getFunctionConfiguration(caller(), Lambda.GetFunctionConfigurationRequest.of(
                r -> r.functionName("f").qualifier("live")));
        assertThat(read.version()).isEqualTo("2");
        assertThat(read.functionArn()).isEqualTo(ARN + ":live");
    }

    @Test
    void chanceChoosesByWeight() {
        var alias = create("live", "1", r -> r.routingConfig(weights(Map.of("2", 0.25))));
        assertThat(Aliases.choose(alias, 0.0)).isEqualTo("2");
        assertThat(Aliases.choose(alias, 0.2499)).isEqualTo("2");
        assertThat(Aliases.choose(alias, 0.25)).isEqualTo("1");
        var all = test.lambda.updateAlias(caller(), Lambda.UpdateAliasRequest.of(
                r -> r.functionName("f").name("live").routingConfig(weights(Map.of("2", 1.0)))));
        assertThat(all.functionVersion()).isEqualTo("1");
        assertThat(invoke("f", "live").executedVersion()).isEqualTo("2");
        var none = test.lambda.updateAlias(caller(), Lambda.UpdateAliasRequest.of(
                r -> r.functionName("f").name("live").routingConfig(weights(Map.of()))));
        assertThat(none.routingConfig()).isNull();
    }

    @Test
    void aliasesAreListedByName() {
        create("b", "2", _ -> {});
        create("a", "1", r -> r.routingConfig(weights(Map.of("2", 0.1))));
        create("c", "1", _ -> {});
        assertThat(names(_ -> {})).containsExactly("a", "b", "c");
        assertThat(names(r -> r.functionVersion("2"))).containsExactly("a", "b");
        var page = test.lambda
                .listAliases(caller(), Lambda.ListAliasesRequest.of(r -> r.functionName("f").maxItems(2)));
        assertThat(names(r -> r.marker(page.nextMarker()))).containsExactly("c");
    }

    private List<String> names(Consumer<Lambda.ListAliasesRequest.Builder> more) {
        return test.lambda.listAliases(caller(), Lambda.ListAliasesRequest.of(r -> {
            r.functionName("f");
            more.accept(r);
        })).aliases().stream().map(Lambda.AliasConfiguration::name).toList();
    }

    @Test
    void eachChangeIsARevision() {
        var made = create("live", "1", _ -> {});
        var changed = test.lambda.updateAlias(caller(), Lambda.UpdateAliasRequest.of(
                r -> r.functionName("f").name("live").description("x").revisionId(made.revisionId())));
        assertThat(changed.revisionId()).isNotEqualTo(made.revisionId());
        assertThatThrownBy(() -> test.lambda.updateAlias(caller(), Lambda.UpdateAliasRequest.of(
                r -> r.functionName("f").name("live").revisionId(made.revisionId()))))
                .isInstanceOf(Lambda.PreconditionFailedException.class);
    }

    @Test
    void publishingAgainWithoutAnUpdateGivesTheVersionThatIsThere() {
        assertThat(publish().version()).isEqualTo("2");
        configure("three");
        assertThat(publish().version()).isEqualTo("3");
        assertThat(publish().version()).isEqualTo("3");
    }

    @Test
    void anUpdateThatBringsNothingElseIsPublishedAllTheSame() {
        configure("two");
        assertThat(publish().version()).isEqualTo("3");
        var same = test.lambda.updateFunctionCode(caller(), Lambda.UpdateFunctionCodeRequest.of(
                r -> r.functionName("f").zipFile(TestLambda.zip(Map.of("index.py", ""))).publish(true)));
        assertThat(same.version()).isEqualTo("4");
        assertThat(publish().version()).isEqualTo("4");
    }
}
