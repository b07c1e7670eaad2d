package dev.aloft.kernel.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Sandboxes that go on where another ended, and processes beside one. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AgainTest {
    @TempDir
    Path folder;

    private Sandboxes sandboxes;

    static List<Isolation> isolations() {
        return SandboxTest.isolations();
    }

    @AfterEach
    void close() {
        sandboxes.close();
        assertThat(sandboxes.size()).isZero();
    }

    private Sandbox boot(Isolation isolation, String script) throws IOException {
        Path home = Files.createDirectories(folder.resolve("library/mine"));
        Files.createDirectories(folder.resolve("runtime"));
        Path bootstrap = Files.writeString(home.resolve("bootstrap"), "#!/bin/sh\n" + script);
        Files.setPosixFilePermissions(bootstrap, PosixFilePermissions.fromString("rwxr-xr-x"));
        sandboxes = new Sandboxes(folder.resolve("sandboxes"), folder.resolve("library"), Optional.of(isolation));
        return sandboxes.boot(new SandboxSpec(SandboxSpec.Boot.ASSIGNED, List.of("/var/task/bootstrap"),
                Map.of("PATH", "/usr/local/bin:/usr/bin:/bin"), List.of(), folder.resolve("runtime")));
    }

    private static Assignment mine() {
        return new Assignment(Path.of("mine"), Optional.empty(), 128, 16, Map.of("LAMBDA_TASK_ROOT", "/var/task"));
    }

    private static BufferedReader lines(InputStream in) {
        return new BufferedReader(new InputStreamReader(in));
    }

    @ParameterizedTest
    @MethodSource("isolations")
    void whatWasWrittenIsThereAgainAndWhatRanIsNot(Isolation isolation) throws IOException {
        Sandbox sandbox = boot(isolation, """
                cat /tmp/mark 2>/dev/null || echo none
                echo mine > /tmp/mark
                ls -d /proc/[0-9]* 2> /dev/null | wc -l
                id -u; ls -A /.library 2>/dev/null; pwd
                setsid sleep 300 &
                read -r line < /tmp/never 2>/dev/null
                exec sleep 300""");
        sandbox.assign(mine());
        for (int round = 0; round < 4; round++) {
            BufferedReader said = lines(sandbox.log());
            assertThat(said.readLine()).isEqualTo(round == 0 ? "none" : "mine");
            assertThat(Integer.parseInt(said.readLine())).isLessThan(8);
            assertThat(said.readLine()).isEqualTo("993");
            assertThat(said.readLine()).isEqualTo("/var/task");
            sandbox.keep();
            sandbox.kill();
            assertThat(sandbox.awaitExit()).isEqualTo(new Exit.Signal("killed"));
            assertThat(sandboxes.size()).isZero();
            sandbox = sandbox.again();
            sandbox.assign(mine());
        }
        sandbox.kill();
        sandbox.awaitExit();
        sandbox.release();
    }

    /** The function's own /tmp covers that of the machine, in which may be the data folder with a fetched Node.js. */
    @ParameterizedTest
    @MethodSource("isolations")
    void anInterpreterFromBelowTmpIsThereAgain(Isolation isolation) throws IOException {
        Path covered = Files.createDirectories(folder.resolve("node/bin"));
        assertThat(SandboxSpec.isCovered(covered)).isTrue();
        Path program = Files.writeString(covered.resolve("node"), "#!/bin/sh\necho here\nexec sleep 300\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.createDirectories(folder.resolve("library/mine"));
        Files.createDirectories(folder.resolve("runtime"));
        sandboxes = new Sandboxes(folder.resolve("sandboxes"), folder.resolve("library"), Optional.of(isolation));
        Sandbox sandbox = sandboxes.boot(new SandboxSpec(SandboxSpec.Boot.AHEAD, List.of("/var/lang/bin/node"),
                Map.of("PATH", "/usr/local/bin:/usr/bin:/bin"),
                List.of(new SandboxSpec.Folder(covered.getParent(), "/var/lang")), folder.resolve("runtime")));
        for (int round = 0; round < 3; round++) {
            sandbox.hold(mine());
            sandbox.open();
            assertThat(lines(sandbox.log()).readLine()).isEqualTo("here");
            sandbox.keep();
            sandbox.kill();
            sandbox.awaitExit();
            sandbox = sandbox.again();
        }
        sandbox.kill();
        sandbox.awaitExit();
        sandbox.release();
    }

    @ParameterizedTest
    @MethodSource("isolations")
    void aCompanionSeesTheFilesAndCannotTouchTheProcess(Isolation isolation) throws Exception {
        Sandbox sandbox = boot(isolation, "echo $(cat /tmp/said); exec sleep 300");
        sandbox.hold(mine());
        Companion companion = sandbox.beside(List.of("sh", "-c",
                "echo \"$A\"; id -u; touch /var/task/x 2>/dev/null && echo wrote; ls -d /proc/[0-9]* 2>/dev/null"
                        + " | wc -l; grep Eff /proc/self/status; echo hello > /tmp/said; echo said;"
                        + " setsid sleep 300 & exec sleep 300"),
                        Map.of("A", "it's b", "PATH", "/usr/bin:/bin"));
        BufferedReader said = lines(companion.log());
        assertThat(said.readLine()).isEqualTo("it's b");
        assertThat(said.readLine()).isEqualTo("993");
        assertThat(Integer.parseInt(said.readLine())).isLessThan(6);
        assertThat(said.readLine()).isEqualTo("CapEff:\t0000000000000000");
        assertThat(said.readLine()).isEqualTo("said");
        while (companion.processes().size() < 2) {
            Thread.onSpinWait();
        }
        sandbox.open();
        assertThat(lines(sandbox.log()).readLine()).isEqualTo("hello");
        sandbox.freeze();
        Path stat = Path.of("/proc/" + companion.processes().stream().max(Long::compare).get() + "/stat");
        while (!Files.readString(stat).contains(") T ")) {
            Thread.onSpinWait();
        }
        sandbox.thaw();
        companion.kill();
        assertThat(companion.exit().get()).isEqualTo(new Exit.Signal("killed"));
        Companion ending = sandbox.beside(List.of("sh", "-c", "echo own; kill -TERM $$"), Map.of("PATH",
                "/usr/bin:/bin"));
        assertThat(lines(ending.log()).lines()).as("nothing of the shell that waits for it").containsExactly("own");
        assertThat(ending.exit().get()).isEqualTo(new Exit.Signal("terminated"));
        assertThat(sandbox.alive()).isTrue();
        Companion other = sandbox.beside(List.of("sh", "-c", "exec sleep 300"), Map.of("PATH", "/usr/bin:/bin"));
        sandbox.kill();
        assertThat(other.exit().get()).isEqualTo(new Exit.Signal("killed"));
        sandbox.awaitExit();
        sandbox.release();
    }
}
