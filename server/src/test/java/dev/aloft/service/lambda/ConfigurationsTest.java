package dev.aloft.service.lambda;

import static dev.aloft.service.lambda.TestLambda.caller;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.CloudWatch;
import dev.aloft.api.Lambda;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of functions beside their configuration: loops, runtimes, signing, policies. */
class ConfigurationsTest {
    private static final String FUNCTION = "arn:aws:lambda:eu-central-1:123456789012:function:";
    private static final String ARN = FUNCTION + "f";

    @TempDir
    Path folder;

    private TestLambda test;

    @BeforeEach
    void start() {
        test = new TestLambda(folder);
        create("f");
    }

    @AfterEach
    void stop() {
        test.close();
    }

    private Lambda.FunctionConfiguration create(String name) {
        return test.create(name, "provided.al2023", "x", Map.of("bootstrap", "#!/bin/sh\n"), _ -> {});
    }

    private void publishAs(String alias) {
        test.lambda.publishVersion(caller(), Lambda.PublishVersionRequest.of(r -> r.functionName("f")));
        test.lambda.createAlias(caller(),
                Lambda.CreateAliasRequest.of(r -> r.functionName("f").name(alias).functionVersion("1")));
    }

    // ---- loops and runtimes

    @Test
    void loopsEndUnlessTheyAreAllowed() {
        var get = Lambda.GetFunctionRecursionConfigRequest.of(r -> r.functionName("f"));
        assertThat(test.lambda.getFunctionRecursionConfig(caller(), get).recursiveLoop()).isEqualTo("Terminate");
        test.lambda.putFunctionRecursionConfig(caller(),
                Lambda.PutFunctionRecursionConfigRequest.of(r -> r.functionName("f").recursiveLoop("Allow")));
        assertThat(test.lambda.getFunctionRecursionConfig(caller(), get).recursiveLoop()).isEqualTo("Allow");
        assertThatThrownBy(() -> test.lambda.putFunctionRecursionConfig(caller(),
                Lambda.PutFunctionRecursionConfigRequest.of(r -> r.functionName("f").recursiveLoop("InvalidValue"))))
                .hasMessage("1 validation error detected: Value 'InvalidValue' at 'recursiveLoop' failed to satisfy "
                        + "constraint: Member must satisfy enum value set: [Terminate, Allow]");
    }

    @Test
    void runtimesAreUpdatedAsSaid() {
        var get = Lambda.GetRuntimeManagementConfigRequest.of(r -> r.functionName("f"));
        assertThat(test.lambda.getRuntimeManagementConfig(caller(), get).updateRuntimeOn()).isEqualTo("Auto");
        test.lambda.putRuntimeManagementConfig(caller(),
                Lambda.PutRuntimeManagementConfigRequest.of(r -> r.functionName("f")
                        .updateRuntimeOn("FunctionUpdate")));
        assertThat(test.lambda.getRuntimeManagementConfig(caller(), get).updateRuntimeOn()).isEqualTo("FunctionUpdate");
        assertThatThrownBy(() -> test.lambda.putRuntimeManagementConfig(caller(),
                Lambda.PutRuntimeManagementConfigRequest.of(r -> r.functionName("f").updateRuntimeOn("Manual"))))
                .isInstanceOf(Lambda.InvalidParameterValueException.class);
    }

    // ---- code signing

    private Lambda.CodeSigningConfig signing(String policy) {
        return test.lambda.createCodeSigningConfig(caller(), Lambda.CreateCodeSigningConfigRequest.of(r -> r
                .allowedPublishers(Lambda.AllowedPublishers.of(a -> a.signingProfileVersionArns(
                        List.of("arn:aws:signer:eu-central-1:123456789012:/signing-profiles/test"))))
                .codeSigningPolicies(Lambda.CodeSigningPolicies.of(p -> p.untrustedArtifactOnDeployment(policy)))))
                .codeSigningConfig();
    }

    @Test
    void codeSigningConfigurationsAreKeptAndGivenToFunctions() {
        var config = signing(null);
        String arn = config.codeSigningConfigArn();
        assertThat(arn).matches("arn:aws:lambda:eu-central-1:123456789012:code-signing-config:csc-[a-f0-9]{17}");
        assertThat(config.codeSigningPolicies().untrustedArtifactOnDeployment()).isEqualTo("Warn");
        test.lambda.tagResource(caller(),
                Lambda.TagResourceRequest.of(r -> r.resource(arn).tags(Map.of("a", "1", "b", "2"))));
        test.lambda.untagResource(caller(), Lambda.UntagResourceRequest.of(r -> r.resource(arn).tagKeys(List.of("a"))));
        assertThat(test.lambda.listTags(caller(), Lambda.ListTagsRequest.of(r -> r.resource(arn))).tags())
                .isEqualTo(Map.of("b", "2"));
        var of = Lambda.GetFunctionCodeSigningConfigRequest.of(r -> r.functionName("f"));
        assertThat(test.lambda.getFunctionCodeSigningConfig(caller(), of).functionName()).isNull();
        test.lambda.putFunctionCodeSigningConfig(caller(),
                Lambda.PutFunctionCodeSigningConfigRequest.of(r -> r.functionName("f").codeSigningConfigArn(arn)));
        assertThat(test.lambda.getFunctionCodeSigningConfig(caller(), of).codeSigningConfigArn()).isEqualTo(arn);
        assertThat(test.lambda
                .listFunctionsByCodeSigningConfig(caller(), Lambda.ListFunctionsByCodeSigningConfigRequest.of(
                r -> r.codeSigningConfigArn(arn))).functionArns()).containsExactly(ARN);
        assertThatThrownBy(() -> test.lambda.deleteCodeSigningConfig(caller(),
                Lambda.DeleteCodeSigningConfigRequest.of(r -> r.codeSigningConfigArn(arn))))
                .isInstanceOf(Lambda.ResourceConflictException.class);
        test.lambda.deleteFunction(caller(), Lambda.DeleteFunctionRequest.of(r -> r.functionName("f")));
        test.lambda.deleteCodeSigningConfig(caller(),
                Lambda.DeleteCodeSigningConfigRequest.of(r -> r.codeSigningConfigArn(arn)));
        assertThatThrownBy(() -> test.lambda.getCodeSigningConfig(caller(),
                Lambda.GetCodeSigningConfigRequest.of(r -> r.codeSigningConfigArn(arn))))
                .hasMessage("The Lambda code signing configuration " + arn + " can not be found.");
        assertThatThrownBy(() -> test.lambda.putFunctionCodeSigningConfig(caller(),
                Lambda.PutFunctionCodeSigningConfigRequest.of(r -> r.functionName("f").codeSigningConfigArn(arn))))
                .isInstanceOf(Lambda.CodeSigningConfigNotFoundException.class)
                .hasMessage("The code signing configuration cannot be found. Check that the provided "
                        + "configuration is not deleted: " + arn + ".");
    }

    @Test
    void whatMustBeSignedCannotBeDeployed() {
        String arn = signing("Enforce").codeSigningConfigArn();
        assertThatThrownBy(() ->
                test.create("g", "provided.al2023", "x", Map.of("bootstrap", ""), r -> r.codeSigningConfigArn(arn)))
                .isInstanceOf(Lambda.CodeVerificationFailedException.class);
    }

    @Test
    void whatShouldBeSignedIsCounted() {
        String arn = signing("Warn").codeSigningConfigArn();
        test.create("w", "provided.al2023", "x", Map.of("bootstrap", ""), r -> r.codeSigningConfigArn(arn));
        test.metrics.flush();
        assertThat(CloudWatch.at(test.endpoint).listMetrics(caller(), CloudWatch.ListMetricsRequest.of(
                m -> m.metricName("SignatureValidationErrors"))).metrics())
                .anyMatch(metric -> metric.dimensions().stream().anyMatch(each -> each.value().equals("w")));
    }

    // ---- policies

    @Test
    void aPolicyGrowsToTwentyKilobytes() {
        var add = new Object() {
            void statement(int number) {
                test.lambda.addPermission(caller(),
                        Lambda.AddPermissionRequest.of(r -> r.functionName("f").statementId("s" + number)
                        .action("lambda:InvokeFunction").principal("s3.amazonaws.com")
                        .sourceArn("arn:aws:s3:::" + "b".repeat(1000))));
            }
        };
        for (int i = 0; i < 16; i++) {
            add.statement(i);
        }
        assertThatThrownBy(() -> add.statement(16)).isInstanceOf(Lambda.PolicyLengthExceededException.class)
                .hasMessageMatching("The final policy size \\(\\d+\\) is bigger than the limit \\(20480\\)\\.");
    }

    @Test
    void aPolicysRevisionIsThatOfWhatItBelongsTo() {
        publishAs("live");
        for (String qualifier : new String[] {null, "1", "live"}) {
            test.lambda.addPermission(caller(),
                    Lambda.AddPermissionRequest.of(r -> r.functionName("f").qualifier(qualifier)
                    .statementId("s").action("lambda:InvokeFunction").principal("*")));
            String revision = test.lambda
                    .getPolicy(caller(), Lambda.GetPolicyRequest.of(r -> r.functionName("f").qualifier(qualifier)))
                    .revisionId();
            assertThat(revision).isEqualTo("live".equals(qualifier)
                    ? test.lambda.getAlias(caller(), Lambda.GetAliasRequest.of(r -> r.functionName("f").name("live")))
                    .revisionId()
                    : test.lambda.getFunctionConfiguration(caller(),
                            Lambda.GetFunctionConfigurationRequest.of(r -> r.functionName("f").qualifier(qualifier)))
                            .revisionId());
            assertThatThrownBy(() ->
                    test.lambda.addPermission(caller(), Lambda.AddPermissionRequest.of(r -> r.functionName("f")
                    .qualifier(qualifier).statementId("t").action("lambda:InvokeFunction").principal("*")
                    .revisionId("old"))))
                    .hasMessage("The Revision Id provided does not match the latest Revision Id. Call the GetPolicy "
                            + "API to retrieve the latest Revision Id");
            test.lambda.removePermission(caller(),
                    Lambda.RemovePermissionRequest.of(r -> r.functionName("f").qualifier(qualifier)
                    .statementId("s").revisionId(revision)));
        }
        // A permission is no other code: publishing again gives the version that is there.
        assertThat(test.lambda.publishVersion(caller(), Lambda.PublishVersionRequest.of(r -> r.functionName("f")))
                .version()).isEqualTo("1");
        assertThatThrownBy(() ->
                test.lambda.addPermission(caller(), Lambda.AddPermissionRequest.of(r -> r.functionName("f")
                .qualifier("none").statementId("s").action("lambda:InvokeFunction").principal("*"))))
                .hasMessage("Cannot find alias arn: " + ARN + ":none");
    }
}
