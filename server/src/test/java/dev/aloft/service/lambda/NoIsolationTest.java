package dev.aloft.service.lambda;

import static dev.aloft.service.lambda.TestLambda.json;
import static dev.aloft.service.lambda.TestLambda.payload;
import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.kernel.sandbox.Isolation;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Functions as plain processes, where somebody asked for that. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NoIsolationTest {
    @TempDir
    Path folder;

    private TestLambda test;

    @BeforeEach
    void start() {
        test = new TestLambda(folder, Optional.of(Isolation.NONE));
    }

    @AfterEach
    void stop() {
        test.close();
    }

    @Test
    void functionsOfEachKindRunFromWhereTheirCodeLies() {
        test.create("node", "nodejs22.x",
                "exports.handler = async () => process.cwd() === process.env.LAMBDA_TASK_ROOT;");
        assertThat(payload(test.invoke("node", "{}"))).isEqualTo("true");
        test.create("python", "python3.11",
                "import os\ndef handler(event, context):\n    return os.getcwd() == os.environ['LAMBDA_TASK_ROOT']\n");
        assertThat(payload(test.invoke("python", "{}"))).isEqualTo("true");
        test.create("exits", "provided.al2023", "x", Map.of("bootstrap", "#!/bin/sh\nexit 5\n"), _ -> {});
        assertThat((String) json(test.invoke("exits", "{}")).get("errorMessage"))
                .endsWith("Error: Runtime exited with error: exit status 5");
    }

    @Test
    void aTimeoutEndsThemToo() {
        test.create("hangs", "nodejs22.x", "index.handler", Map.of("index.js",
                "exports.handler = () => new Promise(() => setInterval(() => {}, 1000));"), r -> r.timeout(1));
        assertThat(json(test.invoke("hangs", "{}"))).containsEntry("errorType", "Sandbox.Timedout");
    }
}
