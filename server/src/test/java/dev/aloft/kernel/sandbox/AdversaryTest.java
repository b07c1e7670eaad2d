package dev.aloft.kernel.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
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

/** Functions that want more than they were given; those isolations that this machine does not allow are left out. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AdversaryTest {
    @TempDir
    Path folder;

    private Sandboxes sandboxes;

    /** An isolation, with control groups or as for a user who may make none. */
    record Ground(Isolation isolation, boolean groups) {}

    static List<Ground> grounds() {
        boolean groups = ControlGroups.find().isPresent();
        return SandboxTest.isolations().stream()
                .flatMap(isolation ->
                        java.util.stream.Stream.of(new Ground(isolation, true), new Ground(isolation, false)))
                .filter(ground -> groups || !ground.groups())
                .filter(ground -> ground.isolation() == Isolation.USER || ground.groups())
                .toList();
    }

    @AfterEach
    void close() {
        if (sandboxes != null) {
            sandboxes.close();
        }
    }

    private Sandbox run(Ground ground, String name, int memory, int scratch, String script) throws IOException {
        Path library = Files.createDirectories(folder.resolve("library"));
        Files.createDirectories(folder.resolve("runtime"));
        if (sandboxes == null) {
            sandboxes = new Sandboxes(folder.resolve("sandboxes"), library, Optional.of(ground.isolation()), false,
                    Optional.empty(),
                    () -> ground.groups() ? ControlGroups.find() : Optional.empty());
        }
        Path bootstrap = Files.writeString(Files.createDirectories(library.resolve(name)).resolve("bootstrap"),
                "#!/bin/bash\n" + script);
        Files.setPosixFilePermissions(bootstrap, PosixFilePermissions.fromString("rwxr-xr-x"));
        Sandbox sandbox = sandboxes.boot(new SandboxSpec(SandboxSpec.Boot.ASSIGNED, List.of("/var/task/bootstrap"),
                Map.of("PATH", "/usr/local/bin:/usr/bin:/bin"), List.of(), folder.resolve("runtime")));
        sandbox.assign(new Assignment(Path.of(name), Optional.empty(), memory, scratch,
                Map.of("LAMBDA_TASK_ROOT", "/var/task")));
        return sandbox;
    }

    private static BufferedReader log(Sandbox sandbox) {
        return new BufferedReader(new InputStreamReader(sandbox.log(), StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @MethodSource("grounds")
    void aForkBombEndsAtAThousandProcesses(Ground ground) throws IOException {
        // Without control groups it is a limit of the platform's user, which root is exempt from.
        assumeTrue(ground.groups() || !SandboxTest.isolations().contains(Isolation.ROOT));
        Sandbox sandbox = run(ground, "bomb", 512, 16,
                "exec sh -c 'i=0; while [ $i -lt 1100 ]; do sleep 60 & i=$((i+1)); done; echo went off'");
        // The shell ends when it cannot fork; what it started goes with it.
        assertThat(log(sandbox).lines().filter(line -> line.contains("went off") || line.contains("annot fork"))
                .findFirst())
                .hasValueSatisfying(line -> assertThat(line).contains("annot fork"));
        sandbox.kill();
        sandbox.awaitExit();
    }

    @ParameterizedTest
    @MethodSource("grounds")
    void aMemoryHogIsEndedAndItIsKnownWhy(Ground ground) throws IOException {
        Sandbox sandbox = run(ground, "hog", 128, 64, "x=$(head -c 900000000 /dev/zero | tr '\\0' x); echo survived");
        assertThat(sandbox.awaitExit()).isEqualTo(new Exit.Signal("killed"));
        assertThat(sandbox.outOfMemory()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("grounds")
    void whatIsInTmpIsNoMemoryOfTheFunction(Ground ground) throws IOException {
        Sandbox sandbox = run(ground, "files", 128, 512, """
                head -c 300000000 /dev/zero > /tmp/large; sleep 0.5; echo kept
                head -c 300000000 /dev/zero > /tmp/more 2> /dev/null || echo full""");
        assertThat(log(sandbox).lines().toList()).containsExactly("kept", "full");
    }

    @ParameterizedTest
    @MethodSource("grounds")
    void noMoreThanAThousandFilesAreOpen(Ground ground) throws IOException {
        Sandbox sandbox = run(ground, "leak", 128, 16, """
                ulimit -n 4096 2> /dev/null && echo raised
                for i in $(seq 1100); do exec {fd}< /dev/null || { echo "refused at $fd"; break; }; done 2> /dev/null""");
        assertThat(log(sandbox).lines().toList()).hasSize(1).first().asString().matches("refused at 10[0-2]\\d");
    }

    @ParameterizedTest
    @MethodSource("grounds")
    void sandboxesNeitherSeeNorReachEachOther(Ground ground) throws IOException {
        Sandbox victim = run(ground, "victim", 128, 16, "echo secret > /tmp/secret; echo $$ up; exec sleep 97");
        assertThat(log(victim).readLine()).endsWith("up");
        Sandbox sandbox = run(ground, "nosy", 128, 16, """
                cat /tmp/secret 2> /dev/null
                grep -l 'sleep.97' /proc/[0-9]*/cmdline 2> /dev/null
                for p in $(seq 1 200); do cat /proc/$p/root/tmp/secret /proc/$p/environ 2> /dev/null | grep -a secret; done
                ls /.library/victim 2> /dev/null
                find / -xdev -name secret 2> /dev/null
                kill -9 -1 2> /dev/null
                echo done""");
        assertThat(log(sandbox).lines().toList()).isIn(List.of("done"), List.of());
        assertThat(victim.alive()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("grounds")
    void aConnectionIsKnownToComeFromTheSandboxOrFromElsewhere(Ground ground) throws IOException {
        try (var listener = new ServerSocket(0, 4, InetAddress.getLoopbackAddress())) {
            Sandbox sandbox = run(ground, "caller", 128, 16,
                    "exec 5<> /dev/tcp/127.0.0.1/" + listener.getLocalPort() + "; sleep 60");
            try (Socket own = listener.accept();
                    var stranger = new Socket(InetAddress.getLoopbackAddress(), listener.getLocalPort());
                    Socket foreign = listener.accept()) {
                assertThat(stranger.isConnected()).isTrue();
                assertThat(sandbox.holds(own)).isTrue();
                assertThat(sandbox.holds(foreign)).isFalse();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("grounds")
    void theKernelEndsAFunctionBeforeAnythingElse(Ground ground) throws IOException {
        Sandbox sandbox = run(ground, "first", 128, 16, "cat /proc/self/oom_score_adj");
        assertThat(log(sandbox).lines().toList()).containsExactly("1000");
    }

    @ParameterizedTest
    @MethodSource("grounds")
    void processorsGoByMemory(Ground ground) throws IOException {
        assumeTrue(ground.groups());
        Sandbox sandbox = run(ground, "shares", 1769, 16, "cat /proc/self/cgroup; sleep 60");
        String own = log(sandbox).lines().filter(line -> line.contains(":cpu:") || line.startsWith("0::")).findFirst()
                .orElseThrow();
        Path group = Path.of("/sys/fs/cgroup", own.startsWith("0::") ? "" : "cpu",
                own.substring(own.lastIndexOf(':') + 1));
        Path shares = group.resolve(own.startsWith("0::") ? "cpu.weight" : "cpu.shares");
        assumeTrue(Files.exists(shares));
        assertThat(Files.readString(shares).strip()).isEqualTo(own.startsWith("0::") ? "100" : "1024");
    }
}
