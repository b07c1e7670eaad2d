package dev.aloft.service.lambda;

import static dev.aloft.service.lambda.TestLambda.caller;
import static dev.aloft.service.lambda.TestLambda.zip;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.Bytes;
import dev.aloft.api.Lambda;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An account whose quota is three packages of this size. */
class CodeStorageTest {
    private static final Bytes PACKAGE = zip(Map.of("bootstrap", "#!/bin/sh\n"));
    private static final Bytes OTHER = zip(Map.of("bootstrap", "#!/bin/ls\n"));

    @TempDir
    Path folder;

    private TestLambda test;

    @BeforeEach
    void start() {
        test = new TestLambda(folder, 3L * PACKAGE.length());
        create("f", false);
    }

    @AfterEach
    void stop() {
        test.close();
    }

    private void create(String name, boolean publish) {
        test.create(name, "provided.al2023", "x", Map.of("bootstrap", "#!/bin/sh\n"), r -> r.publish(publish));
    }

    private Lambda.FunctionConfiguration publish() {
        return test.lambda.publishVersion(caller(), Lambda.PublishVersionRequest.of(r -> r.functionName("f")));
    }

    private Lambda.FunctionConfiguration update(boolean publish) {
        return test.lambda.updateFunctionCode(caller(),
                Lambda.UpdateFunctionCodeRequest.of(r -> r.functionName("f").zipFile(OTHER).publish(publish)));
    }

    private void delete(String qualifier) {
        test.lambda.deleteFunction(caller(),
                Lambda.DeleteFunctionRequest.of(r -> r.functionName("f").qualifier(qualifier)));
    }

    private long used() {
        return test.lambda.getAccountSettings(caller(), Lambda.GetAccountSettingsRequest.of(_ -> { })).accountUsage()
                .totalCodeSize();
    }

    private static void refused(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(Lambda.CodeStorageExceededException.class)
                .hasMessage("Code storage limit exceeded.");
    }

    @Test
    void functionsVersionsAndLayersCountTogether() {
        publish();
        test.lambda.publishLayerVersion(caller(), Lambda.PublishLayerVersionRequest.of(r -> r.layerName("l")
                .content(Lambda.LayerVersionContentInput.of(c -> c.zipFile(PACKAGE)))));
        assertThat(used()).isEqualTo(3L * PACKAGE.length());
        refused(() -> create("g", false));
        refused(() -> test.lambda.publishLayerVersion(caller(), Lambda.PublishLayerVersionRequest.of(r ->
                r.layerName("l").content(Lambda.LayerVersionContentInput.of(c -> c.zipFile(PACKAGE))))));
        refused(() -> update(true));
    }

    @Test
    void whatIsPublishedAgainTakesNoRoom() {
        publish();
        update(true);
        assertThat(publish().version()).isEqualTo("2");
        update(false);
        refused(this::publish);

        delete("1");
        assertThat(publish().version()).isEqualTo("3");
    }

    @Test
    void aFunctionPublishedAtOnceCountsTwice() {
        create("g", true);
        delete(null);
        refused(() -> create("f", true));
        create("f", false);
    }

    @Test
    void whatIsRefusedIsNotKept() throws IOException {
        create("g", true);
        try (var files = Files.walk(folder.resolve("blobs"))) {
            assertThat(files.filter(Files::isRegularFile)).hasSize(2);
        }
        refused(() -> update(true));
        try (var files = Files.walk(folder.resolve("blobs"))) {
            assertThat(files.filter(Files::isRegularFile)).hasSize(2);
        }
    }
}
