package dev.aloft.service.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.Body;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Lambda;
import dev.aloft.wire.Headers;
import dev.aloft.wire.HttpRequest;
import dev.aloft.wire.HttpResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EncryptedPackagesTest {
    /** The name of its file, which a zip does not compress. */
    private static final String WORD = "sesame";
    private static final Bytes ZIP = TestLambda.zip(Map.of(WORD + ".py", "def handler(event, context): return 7\n"));

    @TempDir
    Path folder;
    private TestLambda platform;
    private String key;

    @BeforeEach
    void aKeyThatLambdaMayUse() {
        platform = new TestLambda(folder);
        key = platform.keys.key();
        platform.keys.allowService(key, "lambda.amazonaws.com",
                "{\"StringLike\": {\"kms:EncryptionContext:aws:lambda:FunctionArn\":"
                + " \"arn:aws:lambda:eu-central-1:123456789012:function:*\"}}");
    }

    @AfterEach
    void close() {
        platform.close();
    }

    private void create(Caller caller, String keyArn) {
        platform.lambda.createFunction(caller, Lambda.CreateFunctionRequest.of(r -> r.functionName("orders")
                .runtime("python3.13").handler(WORD + ".handler").timeout(20)
                .role("arn:aws:iam::123456789012:role/test")
                .code(Lambda.FunctionCode.of(c -> c.zipFile(ZIP).sourceKMSKeyArn(keyArn)))));
    }

    private Lambda.FunctionCodeLocation code(Caller caller) {
        return platform.lambda.getFunction(caller, Lambda.GetFunctionRequest.of(r -> r.functionName("orders"))).code();
    }

    private HttpResponse download(String url) {
        var path = url.substring("http://127.0.0.1:4566".length());
        return platform.service.dataPlanes().stream().filter(plane -> plane.serves("127.0.0.1", path)).findFirst()
                .orElseThrow()
                .handle(new HttpRequest("GET", "http", path, "", new Headers(), Body.EMPTY, "127.0.0.1"), "id");
    }

    private boolean liesOpen() throws IOException {
        try (var files = Files.walk(folder.resolve("blobs"))) {
            return files.filter(Files::isRegularFile).anyMatch(file -> {
                try {
                    return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(WORD);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    @Test
    void aPackageLiesEncryptedAndRuns() throws IOException {
        create(TestLambda.caller(), key);
        assertThat(liesOpen()).isFalse();
        assertThat(platform.keys.asked()).contains("GenerateDataKey by lambda.amazonaws.com");
        assertThat(TestLambda.payload(platform.invoke("orders", "{}"))).isEqualTo("7");
        var code = code(TestLambda.caller());
        assertThat(code.sourceKMSKeyArn()).isEqualTo(key);
        assertThat(download(code.location()).body().bytes(10_000)).isEqualTo(ZIP.array());
        platform.lambda.updateFunctionCode(TestLambda.caller(),
                Lambda.UpdateFunctionCodeRequest.of(r -> r.functionName("orders").zipFile(ZIP)));
        assertThat(liesOpen()).isTrue();
        assertThat(code(TestLambda.caller()).sourceKMSKeyArn()).isNull();
    }

    @Test
    void whoMayNotDecryptIsToldWhyInPlaceOfWhereItIs() {
        create(TestLambda.caller(), key);
        var reader = platform.keys.user("reader", "lambda:*");
        assertThat(code(reader))
                .isEqualTo(Lambda.FunctionCodeLocation.of(l -> l.repositoryType("S3").sourceKMSKeyArn(key)
                .error(Lambda.FunctionCodeLocationError.of(e -> e.errorCode("AccessDeniedException").message(
                        "KMS access is denied. Check your KMS permissions. KMS Exception: "
                        + "AccessDeniedException KMS Message: User: arn:aws:iam::123456789012:user/reader is not "
                        + "authorized to perform: kms:Decrypt on"
                        + " resource: " + key + " because no identity-based policy allows the kms:Decrypt action")))));
    }

    @Test
    void theKeysPolicyMustAllowLambda() {
        var other = platform.keys.key();
        assertThatThrownBy(() -> create(TestLambda.caller(), other))
                .isInstanceOf(Lambda.InvalidParameterValueException.class)
                .hasMessageStartingWith("Lambda was unable to configure access to your function's code "
                        + "because the KMS access was denied. Please check your KMS permissions. KMS Exception: "
                        + "AccessDeniedException KMS Message: ");
    }

    @Test
    void aFunctionWhosePackageCannotBeOpenedIsNotRun() {
        create(TestLambda.caller(), key);
        platform.keys.disable(key);
        assertThat(TestLambda.payload(platform.invoke("orders", "{}"))).as("for as long as a data key is good")
                .isEqualTo("7");
        platform.time.advance(Duration.ofMinutes(5));
        assertThatThrownBy(() -> platform.invoke("orders", "{}")).isInstanceOf(Lambda.KMSDisabledException.class);
        assertThat(code(TestLambda.caller()).error().errorCode()).isEqualTo("DisabledException");
        platform.keys.enable(key);
        assertThat(TestLambda.payload(platform.invoke("orders", "{}"))).isEqualTo("7");
    }
}
