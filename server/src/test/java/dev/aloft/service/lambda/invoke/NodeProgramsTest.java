package dev.aloft.service.lambda.invoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.Lambda;
import dev.aloft.kernel.sandbox.SandboxSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeProgramsTest {
    @TempDir
    Path folder;

    @Test
    void oneThatWasFetchedIsTakenForItsVersion() throws IOException {
        Path program = fetched();
        assertThat(new NodePrograms(folder, false).of("nodejs98.x"))
                .isEqualTo(new Interpreter(Path.of("/var/lang/bin/node"),
                List.of(new SandboxSpec.Folder(program.getParent().getParent(), "/var/lang")), "Node.js v98.1.2"));
    }

    /** As npm would have left it. */
    private Path fetched() throws IOException {
        assertThat(System.getProperty("os.arch")).isIn("amd64", "aarch64");
        String machine = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "x64";
        Path program = folder.resolve("node-98/node_modules/node-linux-" + machine + "/bin/node");
        Files.createDirectories(program.getParent());
        Files.writeString(program, "#!/bin/sh\necho $0\necho v98.1.2\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        return program;
    }

    @Test
    void whileOneIsFetchedOthersAreToBeHad() throws Exception {
        fetched();
        var begun = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        var programs = new NodePrograms(folder, true) {
            @Override
            Optional<String> npm(String major) {
                begun.countDown();
                try {
                    ended.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return Optional.of("no registry");
            }
        };
        var fetching = Thread.ofVirtual().start(() -> programs.of("nodejs97.x"));
        try {
            begun.await();
            assertThat(CompletableFuture.supplyAsync(() -> programs.of("nodejs98.x")).get(10, TimeUnit.SECONDS)
                    .version()).isEqualTo("Node.js v98.1.2");
        } finally {
            ended.countDown();
            fetching.join();
        }
    }

    @Test
    void whereAVersionIsMissingAnotherTakesItsPlaceOrItIsSaidWhatToInstall() {
        var programs = new NodePrograms(folder, false);
        if (Runtimes.candidates("node").findAny().isPresent()) {
            assertThat(programs.of("nodejs97.x").version()).startsWith("Node.js v").doesNotStartWith("Node.js v97");
        } else {
            assertThatThrownBy(() -> programs.of("nodejs97.x")).isInstanceOf(Lambda.InvalidRuntimeException.class)
                    .hasMessageContaining("Install Node.js 97");
        }
    }

    @Test
    void whatAwsSwitchesOffIsOffUnlessTheFunctionWantsIt() {
        assertThat(NodePrograms.switchedOff("nodejs22.x", "Node.js v22.14.0", ""))
                .containsExactly("--no-experimental-require-module", "--no-experimental-detect-module");
        assertThat(NodePrograms.switchedOff("nodejs22.x", "Node.js v22.14.0", "--experimental-require-module"))
                .containsExactly("--no-experimental-detect-module");
        assertThat(NodePrograms.switchedOff("nodejs20.x", "Node.js v20.20.2", ""))
                .containsExactly("--no-experimental-require-module");
        assertThat(NodePrograms.switchedOff("nodejs20.x", "Node.js v20.11.0", "")).isEmpty();
        assertThat(NodePrograms.switchedOff("nodejs24.x", "Node.js v24.1.0", "")).isEmpty();
    }
}
