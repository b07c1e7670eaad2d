package dev.aloft.service.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.Caller;
import dev.aloft.api.Kms;
import dev.aloft.api.Lambda;
import dev.aloft.kernel.store.Range;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EncryptedVariablesTest {
    private static final Map<String, String> FILES = Map.of("index.py", """
            import os
            def handler(event, context): return os.environ["WORD"]
            """);
    private static final String ROLE = "arn:aws:sts::123456789012:assumed-role/test/orders";

    @TempDir
    Path folder;
    private TestLambda platform;
    private String key;

    @BeforeEach
    void aKey() {
        platform = new TestLambda(folder);
        key = platform.keys.key();
    }

    @AfterEach
    void close() {
        platform.close();
    }

    private Lambda.FunctionConfiguration create(Caller caller, Consumer<Lambda.CreateFunctionRequest.Builder> with) {
        return platform.lambda.createFunction(caller, Lambda.CreateFunctionRequest.of(r -> {
            r.functionName("orders").runtime("python3.13").handler("index.handler").timeout(20)
                    .role("arn:aws:iam::123456789012:role/test").kmsKeyArn(key)
                    .code(Lambda.FunctionCode.of(c -> c.zipFile(TestLambda.zip(FILES))))
                    .environment(Lambda.Environment.of(e -> e.variables(Map.of("WORD", "sesame"))));
            with.accept(r);
        }));
    }

    private Lambda.EnvironmentResponse seen(Caller caller) {
        return platform.lambda.getFunctionConfiguration(caller,
                Lambda.GetFunctionConfigurationRequest.of(r -> r.functionName("orders"))).environment();
    }

    private Lambda.FunctionConfiguration change(Consumer<Lambda.UpdateFunctionConfigurationRequest.Builder> with) {
        return platform.lambda.updateFunctionConfiguration(TestLambda.caller(),
                Lambda.UpdateFunctionConfigurationRequest.of(r -> {
                    r.functionName("orders");
                    with.accept(r);
                }));
    }

    private boolean liesOpen() {
        return platform.store.<Boolean>read(tx -> tx.range(Range.all()).anyMatch(
                entry -> new String(entry.value(), StandardCharsets.ISO_8859_1).contains("sesame")));
    }

    @Test
    void theFunctionReadsThemByTheGrantOfItsRole() {
        assertThat(create(TestLambda.caller(), _ -> { }).environment().variables()).containsEntry("WORD", "sesame");
        assertThat(liesOpen()).isFalse();
        var grants = Kms.at(platform.endpoint).listGrants(TestLambda.caller(),
                Kms.ListGrantsRequest.of(r -> r.keyId(key))).grants();
        assertThat(grants).extracting(Kms.GrantListEntry::granteePrincipal).containsExactly(ROLE);
        assertThat(TestLambda.payload(platform.invoke("orders", "{}"))).isEqualTo("\"sesame\"");
        assertThat(platform.keys.asked()).contains("Encrypt by arn:aws:iam::123456789012:root", "Decrypt by " + ROLE);
        platform.lambda.deleteFunction(TestLambda.caller(),
                Lambda.DeleteFunctionRequest.of(r -> r.functionName("orders")));
        assertThat(Kms.at(platform.endpoint).listGrants(TestLambda.caller(),
                Kms.ListGrantsRequest.of(r -> r.keyId(key))).grants()).isEmpty();
    }

    @Test
    void whoMayNotDecryptIsToldWhy() {
        var admin = platform.keys.user("admin", "lambda:*", "kms:CreateGrant", "kms:Encrypt");
        var made = create(admin, _ -> { });
        assertThat(made.kmsKeyArn()).isEqualTo(key);
        assertThat(made.environment().variables()).isNull();
        assertThat(made.environment().error()).isEqualTo(Lambda.EnvironmentError.of(e -> e
                .errorCode("AccessDeniedException").message("Lambda was unable to decrypt your environment variables"
                + " because the KMS access was denied. Please check your KMS permissions. KMS Exception:"
                + " AccessDeniedException KMS Message: User: arn:aws:iam::123456789012:user/admin is not authorized to"
                + " perform: kms:Decrypt on resource: " + key + " because no identity-based policy allows the"
                + " kms:Decrypt action")));
        assertThat(platform.lambda.listFunctions(admin, Lambda.ListFunctionsRequest.of(_ -> {})).functions())
                .allMatch(each -> each.environment().error() != null);
        assertThat(seen(TestLambda.caller()).variables()).containsEntry("WORD", "sesame");
    }

    @Test
    void whoMayNotUseTheKeyMakesNoSuchFunction() {
        var writer = platform.keys.user("writer", "lambda:*", "kms:Encrypt");
        assertThatThrownBy(() -> create(writer, _ -> { })).isInstanceOf(Lambda.InvalidParameterValueException.class)
                .hasMessageStartingWith("Lambda was unable to configure access to your environment variables because"
                        + " the KMS access was denied. Please check your KMS permissions. KMS Exception:"
                        + " AccessDeniedException KMS Message: User: arn:aws:iam::123456789012:user/writer is not"
                        + " authorized to perform: kms:CreateGrant");
        platform.keys.disable(key);
        assertThatThrownBy(() -> create(TestLambda.caller(), _ -> { }))
                .hasMessage("Lambda was unable to configure access to your environment variables because the KMS key"
                        + " used is disabled. Please check your KMS key settings. KMS Exception: DisabledException KMS"
                        + " Message: " + key + " is disabled.");
    }

    @Test
    void aFunctionWhoseKeyIsNoGoodIsNotRun() {
        create(TestLambda.caller(), _ -> { });
        platform.keys.disable(key);
        assertThatThrownBy(() -> platform.invoke("orders", "{}")).isInstanceOf(Lambda.KMSDisabledException.class)
                .hasMessage("Lambda was unable to decrypt the environment variables because the KMS key used is"
                        + " disabled. Please check the function's KMS key settings. KMS Exception: "
                        + "DisabledExceptionKMS Message: "
                        + key + " is disabled.");
        assertThat(seen(TestLambda.caller()).error().errorCode()).isEqualTo("DisabledException");
        platform.keys.end(key);
        assertThatThrownBy(() -> platform.invoke("orders", "{}")).isInstanceOf(Lambda.KMSInvalidStateException.class);
        platform.keys.keep(key);
        assertThat(TestLambda.payload(platform.invoke("orders", "{}"))).isEqualTo("\"sesame\"");
    }

    @Test
    void variablesGoWithTheKey() {
        create(TestLambda.caller(), r -> r.kmsKeyArn(null));
        assertThat(liesOpen()).isTrue();
        assertThat(change(r -> r.kmsKeyArn(key)).environment().variables()).containsEntry("WORD", "sesame");
        assertThat(liesOpen()).isFalse();
        change(r -> r.environment(Lambda.Environment.of(e -> e.variables(Map.of("WORD", "open")))));
        assertThat(seen(TestLambda.caller()).variables()).isEqualTo(Map.of("WORD", "open"));
        var other = platform.keys.key();
        assertThat(change(r -> r.kmsKeyArn(other)).kmsKeyArn()).isEqualTo(other);
        platform.keys.disable(key);
        assertThat(seen(TestLambda.caller()).variables()).isEqualTo(Map.of("WORD", "open"));
        assertThat(change(r -> r.kmsKeyArn("")).kmsKeyArn()).isNull();
        assertThat(seen(TestLambda.caller()).variables()).isEqualTo(Map.of("WORD", "open"));
    }
}
