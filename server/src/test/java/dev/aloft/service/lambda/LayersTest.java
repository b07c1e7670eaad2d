package dev.aloft.service.lambda;

import static dev.aloft.service.lambda.TestLambda.caller;
import static dev.aloft.service.lambda.TestLambda.json;
import static dev.aloft.service.lambda.TestLambda.zip;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApiError;
import dev.aloft.api.Bytes;
import dev.aloft.api.Lambda;
import dev.aloft.api.Principal;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LayersTest {
    private static final String ARN = "arn:aws:lambda:eu-central-1:123456789012:layer:";

    @TempDir
    Path folder;

    private TestLambda test;

    @BeforeEach
    void start() {
        test = new TestLambda(folder);
    }

    @AfterEach
    void stop() {
        test.close();
    }

    private Lambda.PublishLayerVersionResponse publish(String name, Map<String, String> files) {
        return publish(name, r -> r.content(Lambda.LayerVersionContentInput.of(c -> c.zipFile(zip(files)))));
    }

    private Lambda.PublishLayerVersionResponse publish(String name,
            Consumer<Lambda.PublishLayerVersionRequest.Builder> more) {
        return test.lambda.publishLayerVersion(caller(), Lambda.PublishLayerVersionRequest.of(r -> {
            r.layerName(name).content(Lambda.LayerVersionContentInput.of(c -> c.zipFile(zip(Map.of("a", "1")))));
            more.accept(r);
        }));
    }

    private Lambda.GetLayerVersionResponse get(String name, long number) {
        return test.lambda.getLayerVersion(caller(),
                Lambda.GetLayerVersionRequest.of(r -> r.layerName(name).versionNumber(number)));
    }

    private Lambda.FunctionConfiguration function(String name, String... layers) {
        return test.create(name, "provided.al2023", "x", Map.of("bootstrap", "#!/bin/sh\n"),
                r -> r.layers(List.of(layers)));
    }

    // refused

    @Test
    void unknownRuntimesAndArchitecturesAreToldTogether() {
        assertThatThrownBy(() ->
                publish("x", r -> r.compatibleRuntimes(List.of("invalid")).compatibleArchitectures(List.of("amd"))))
                .isInstanceOf(ApiError.class)
                .hasMessageStartingWith("2 validation errors detected: Value '[invalid]' at "
                        + "'compatibleRuntimes' failed to satisfy constraint: Member must satisfy enum value set: "
                        + "[nodejs20.x, python3.14, provided.al2023, ")
                .hasMessageEndingWith("; Value '[amd]' at 'compatibleArchitectures' failed to satisfy constraint: "
                        + "Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], "
                        + "Member must not be null]");
        assertThatThrownBy(() ->
                test.lambda.listLayers(caller(), Lambda.ListLayersRequest.of(r -> r.compatibleRuntime("x"))))
                .hasMessageStartingWith("1 validation error detected: Value 'x' at 'compatibleRuntime' failed to "
                        + "satisfy constraint: Member must satisfy enum value set: [ruby3.5, ruby2.6, dotnetcore1.0, ");
    }

    @Test
    void whatIsNotThereIsNotTold() {
        assertThatThrownBy(() -> get("none", 1)).isInstanceOf(Lambda.ResourceNotFoundException.class)
                .hasMessage("The resource you requested does not exist.");
        assertThatThrownBy(() -> get("none", 0)).isInstanceOf(Lambda.InvalidParameterValueException.class)
                .hasMessage("Layer Version Cannot be less than 1");
        assertThatThrownBy(() -> test.lambda.getLayerVersionByArn(caller(),
                Lambda.GetLayerVersionByArnRequest.of(r -> r.arn(ARN + "none"))))
                .hasMessageStartingWith("1 validation error detected: Value '" + ARN
                        + "none' at 'arn' failed to satisfy constraint:"
                        + " Member must satisfy regular expression pattern: "
                        + "(arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}");
    }

    @Test
    void aFunctionTakesFiveLayersOfItsRegionEachOnce() {
        String one = publish("one", Map.of("a", "1")).layerVersionArn();
        publish("one", Map.of("a", "2"));
        assertThatThrownBy(() -> function("f", ARN + "none:1"))
                .isInstanceOf(Lambda.InvalidParameterValueException.class)
                .hasMessage("Layer version " + ARN + "none:1 does not exist.");
        assertThatThrownBy(() -> function("f", one, ARN + "one:2"))
                .isInstanceOf(Lambda.InvalidParameterValueException.class)
                .hasMessage("Two different versions of the same layer are not allowed to be referenced in "
                        + "the same function. "
                        + one + " and " + ARN + "one:2 are versions of the same layer.");
        assertThatThrownBy(() -> function("f", "arn:aws:lambda:us-east-1:123456789012:layer:one:1"))
                .hasMessage("Layers are not in the same region as the function. Layers are expected to be in "
                        + "region eu-central-1.");
        assertThatThrownBy(() ->
                function("f", IntStream.range(0, 6).mapToObj(i -> ARN + "l" + i + ":1").toArray(String[]::new)))
                .hasMessage("Cannot reference more than 5 layers.");
        assertThatThrownBy(() -> function("f", ARN + "one"))
                .hasMessageStartingWith("1 validation error detected: Value '[" + ARN
                        + "one]' at 'layers' failed to satisfy constraint:"
                        + " Member must satisfy constraint: [Member must have length less than or equal to "
                        + "2048, Member must have length greater than or equal to 1, Member must satisfy regular "
                        + "expression pattern: ");
        assertThatThrownBy(() ->
                function("f", "arn:aws:lambda:eu-central-1:017000801446:layer:AWSLambdaPowertoolsTypeScriptV2:1"))
                .isInstanceOfSatisfying(ApiError.class, e -> assertThat(e.code()).isEqualTo("AccessDeniedException"))
                .hasMessageContaining("because no resource-based policy allows the lambda:GetLayerVersion action")
                .hasMessageContaining("017000801446");
    }

    @Test
    void aStatementOfItsPolicyIsAddedOnce() {
        publish("shared", Map.of("a", "1"));
        allow("shared", "s1", "*");
        assertThatThrownBy(() -> allow("shared", "s1", "*")).isInstanceOf(Lambda.ResourceConflictException.class)
                .hasMessage("The statement id (s1) provided already exists. Please provide a new statement id, or "
                        + "remove the existing statement.");
        assertThatThrownBy(() -> allow("none", "s1", "*")).isInstanceOf(Lambda.ResourceNotFoundException.class)
                .hasMessage("Layer version " + ARN + "none:1 does not exist.");
        assertThatThrownBy(() ->
                test.lambda.removeLayerVersionPermission(caller(), Lambda.RemoveLayerVersionPermissionRequest.of(
                r -> r.layerName("shared").versionNumber(1L).statementId("other"))))
                .hasMessage("Statement other is not found in resource policy.");
        assertThatThrownBy(() ->
                test.lambda.addLayerVersionPermission(caller(), Lambda.AddLayerVersionPermissionRequest.of(
                r -> r.layerName("shared").versionNumber(1L).statementId("s2").action("*").principal("*"))))
                .hasMessage("1 validation error detected: Value '*' at 'action' failed to satisfy constraint: Member "
                        + "must satisfy regular expression pattern: lambda:GetLayerVersion");
    }

    private Lambda.AddLayerVersionPermissionResponse allow(String layer, String id, String principal) {
        return test.lambda
                .addLayerVersionPermission(caller(), Lambda.AddLayerVersionPermissionRequest.of(r -> r.layerName(layer)
                .versionNumber(1L).statementId(id).action("lambda:GetLayerVersion").principal(principal)));
    }

    // done

    @Test
    void versionsAreCountedAndListedFromTheNewest() {
        publish("one", r -> r.compatibleRuntimes(List.of("python3.12")).compatibleArchitectures(List.of("arm64"))
                .description("first"));
        publish("one", r -> r.compatibleRuntimes(List.of("nodejs22.x")).licenseInfo("MIT"));
        test.lambda.deleteLayerVersion(caller(),
                Lambda.DeleteLayerVersionRequest.of(r -> r.layerName("one").versionNumber(2L)));
        publish("one", r -> r.compatibleRuntimes(List.of("nodejs22.x")));

        var first = get("one", 1);
        assertThat(first.layerVersionArn()).isEqualTo(ARN + "one:1");
        assertThat(first.description()).isEqualTo("first");
        assertThat(first.content().codeSize()).isPositive();
        assertThat(first.createdDate()).isEqualTo("2026-01-01T00:00:00.000+0000");
        assertThat(versions(r -> {})).containsExactly(3L, 1L);
        assertThat(versions(r -> r.compatibleRuntime("python3.12").compatibleArchitecture("arm64")))
                .containsExactly(1L);
        assertThat(versions(r -> r.maxItems(1))).containsExactly(3L);
        var listed = test.lambda
                .listLayers(caller(), Lambda.ListLayersRequest.of(r -> r.compatibleRuntime("python3.12"))).layers();
        assertThat(listed).singleElement().satisfies(layer -> {
            assertThat(layer.layerArn()).isEqualTo(ARN + "one");
            assertThat(layer.latestMatchingVersion().version()).isEqualTo(1);
        });
    }

    @Test
    void anEmptyDescriptionIsLeftOutOfLists() {
        assertThat(publish("one", r -> {}).description()).isEmpty();
        assertThat(get("one", 1).description()).isEmpty();
        var versions = test.lambda.listLayerVersions(caller(),
                Lambda.ListLayerVersionsRequest.of(r -> r.layerName("one"))).layerVersions();
        assertThat(versions).singleElement().satisfies(layer -> assertThat(layer.description()).isNull());
        var layers = test.lambda.listLayers(caller(), Lambda.ListLayersRequest.of(r -> {})).layers();
        assertThat(layers).singleElement().satisfies(
                layer -> assertThat(layer.latestMatchingVersion().description()).isNull());
    }

    private List<Long> versions(Consumer<Lambda.ListLayerVersionsRequest.Builder> more) {
        return test.lambda.listLayerVersions(caller(), Lambda.ListLayerVersionsRequest.of(r -> {
            r.layerName("one");
            more.accept(r);
        })).layerVersions().stream().map(Lambda.LayerVersionsListItem::version).toList();
    }

    @Test
    void aLaterLayerCoversAnEarlierAndBothStayWhenTheyAreDeleted() {
        String below = publish("below",
                Map.of("python/shared.py", "WORD = 'below'", "python/below.py", "WORD = 1", "bin/tool",
                "#!/bin/sh\necho tool")).layerVersionArn();
        String above = publish("above", Map.of("python/shared.py", "WORD = 'above'")).layerVersionArn();
        var made = test.create("f", "python3.12", "index.handler", Map.of("index.py", """
                import shared, below, subprocess, os
                def handler(event, context):
                    return [shared.WORD, below.WORD, subprocess.run(["tool"], capture_output=True, text=True).stdout.strip(),
                            os.path.realpath(shared.__file__)]
                """), r -> r.timeout(30).layers(List.of(below, above)));
        assertThat(made.layers()).extracting(Lambda.Layer::arn).containsExactly(below, above);
        for (String name : List.of("below", "above")) {
            test.lambda.deleteLayerVersion(caller(),
                    Lambda.DeleteLayerVersionRequest.of(r -> r.layerName(name).versionNumber(1L)));
        }
        var answer = test.lambda.invoke(caller(), Lambda.InvokeRequest.of(r -> r.functionName("f")));
        assertThat(TestLambda.payload(answer)).isEqualTo("[\"above\", 1, \"tool\", \"/opt/python/shared.py\"]");

        test.lambda.updateFunctionConfiguration(caller(), Lambda.UpdateFunctionConfigurationRequest.of(
                r -> r.functionName("f").layers(List.of())));
        assertThat(json(test.invoke("f", "{}"))).containsEntry("errorType", "Runtime.ImportModuleError");
    }

    @Test
    void packagesOfLayersAreRequiredAndImported() {
        String layer = publish("packages", Map.of("nodejs/node_modules/word/package.json", "{\"main\": \"main.js\"}",
                "nodejs/node_modules/word/main.js", "module.exports = 'word';", "nodejs/own.mjs",
                "export const own = 'own';"))
                .layerVersionArn();
        test.create("r", "nodejs22.x", "index.handler", Map.of("index.js",
                "const word = require('word'); exports.handler = async () => word;"),
                r -> r.timeout(30).layers(List.of(layer)));
        test.create("i", "nodejs22.x", "index.handler", Map.of("index.mjs",
                "import word from 'word'; import { own } from '/opt/nodejs/own.mjs'; export const handler = "
                + "async () => word + own;"),
                r -> r.timeout(30).layers(List.of(layer)));
        assertThat(TestLambda.payload(test.invoke("r", "{}"))).isEqualTo("\"word\"");
        assertThat(TestLambda.payload(test.invoke("i", "{}"))).isEqualTo("\"wordown\"");
    }

    @Test
    void aPolicyIsToldAsADocument() {
        publish("shared", Map.of("a", "1"));
        allow("shared", "s1", "111122223333");
        var policy = test.lambda.getLayerVersionPolicy(caller(),
                Lambda.GetLayerVersionPolicyRequest.of(r -> r.layerName("shared").versionNumber(1L)));
        assertThat(policy.policy())
                .isEqualTo("{\"Version\":\"2012-10-17\",\"Id\":\"default\",\"Statement\":[{\"Sid\":\"s1\",\"Effect\":"
                + "\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::111122223333:root\"},"
                + "\"Action\":\"lambda:GetLayerVersion\",\"Resource\":\""
                + ARN + "shared:1\"}]}");
        var other = caller().as(new Principal.Root("111122223333"));
        assertThat(test.service.policy(other, ARN + "shared:1")).contains(policy.policy());
        test.lambda.removeLayerVersionPermission(caller(), Lambda.RemoveLayerVersionPermissionRequest.of(
                r -> r.layerName("shared").versionNumber(1L).statementId("s1").revisionId(policy.revisionId())));
        assertThatThrownBy(() -> test.lambda.getLayerVersionPolicy(caller(),
                Lambda.GetLayerVersionPolicyRequest.of(r -> r.layerName("shared").versionNumber(1L))))
                .hasMessage("No policy is associated with the given resource.");
    }

    @Test
    void aLayerCanBringTheRuntimeOfAFunction() {
        String runtime = publish("runtime", Map.of("bootstrap", "#!/bin/sh\nexit 3\n")).layerVersionArn();
        test.create("f", "provided.al2023", "x", Map.of("data", "1"), r -> r.layers(List.of(runtime)));
        assertThat(json(test.invoke("f", "{}"))).containsEntry("errorType", "Runtime.ExitError")
                .extractingByKey("errorMessage").asString().endsWith("exit status 3");
    }
}
