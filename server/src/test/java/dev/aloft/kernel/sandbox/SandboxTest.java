package dev.aloft.kernel.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every isolation promises; those this machine does not allow are left out. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SandboxTest {
    @TempDir
    Path folder;

    private Path library;
    private Sandboxes sandboxes;

    static List<Isolation> isolations() {
        return ProcessHandle.current().info().user().orElse("").equals("root")
                ? List.of(Isolation.ROOT, Isolation.USER) : List.of(Isolation.USER);
    }

    @BeforeEach
    void library() throws IOException {
        library = Files.createDirectories(folder.resolve("library"));
        Files.createDirectories(folder.resolve("runtime"));
    }

    @AfterEach
    void close() {
        if (sandboxes != null) {
            sandboxes.close();
            assertThat(sandboxes.size()).isZero();
        }
    }

    private void code(String name, String script) throws IOException {
        Path home = Files.createDirectories(library.resolve(name));
        Path bootstrap = Files.writeString(home.resolve("bootstrap"), "#!/bin/sh\n" + script);
        Files.setPosixFilePermissions(bootstrap, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Sandbox run(Isolation isolation, String script, Map<String, String> environment) throws IOException {
        code("mine", script);
        if (sandboxes == null) {
            sandboxes = new Sandboxes(folder.resolve("sandboxes"), library, Optional.of(isolation));
        }
        Sandbox sandbox = boot();
        assign(sandbox, environment);
        return sandbox;
    }

    private Sandbox boot() {
        return sandboxes.boot(new SandboxSpec(SandboxSpec.Boot.ASSIGNED, List.of("/var/task/bootstrap"),
                Map.of("PATH", "/usr/local/bin:/usr/bin:/bin"), List.of(), folder.resolve("runtime")));
    }

    private static void assign(Sandbox sandbox, Map<String, String> environment) throws IOException {
        var all = new java.util.HashMap<>(environment);
        all.put("LAMBDA_TASK_ROOT", "/var/task");
        sandbox.assign(new Assignment(Path.of("mine"), Optional.empty(), 128, 16, all));
    }

    private List<String> said(Isolation isolation, String script, Map<String, String> environment) throws IOException {
        return said(run(isolation, script, environment));
    }

    private static List<String> said(Sandbox sandbox) {
        List<String> lines = new BufferedReader(new java.io.InputStreamReader(sandbox.log(), StandardCharsets.UTF_8))
                .lines().toList();
        sandbox.awaitExit();
        return lines;
    }

    @ParameterizedTest
    @MethodSource("isolations")
    void theProcessSeesItsCodeItsEnvironmentAndNoOtherUser(Isolation isolation) throws IOException {
        assertThat(said(isolation, "pwd; cat bootstrap | head -1; id -u; echo \"$A\"; echo to stderr >&2; touch "
                + "/tmp/mine && echo written",
                        Map.of("A", "it's\ntwo lines ")))
                .containsExactly("/var/task", "#!/bin/sh", "993", "it's", "two lines ", "to stderr", "written");
    }

    @ParameterizedTest
    @MethodSource("isolations")
    void nothingOfTheMachineCanBeChangedOrReadBeyondWhatIsGiven(Isolation isolation) throws IOException {
        code("other", "secret");
        Files.writeString(folder.resolve("secret"), "x");
        assertThat(said(isolation, """
                for f in / /usr /etc /var/task /var/runtime /opt /dev /proc/sys/vm/swappiness; do
                  { echo x > $f/x; } 2>/dev/null && echo "wrote $f"
                  { true >> $f; } 2>/dev/null && echo "opened $f"
                done
                ls /.library 2>/dev/null && echo "saw the library"
                umount /.library 2>/dev/null && echo "uncovered the library"
                test -e %s && echo "saw the data folder"
                test -e /root -a -r /root/.bashrc && echo "saw a home"
                unshare --user --map-root-user --mount umount /.library 2>/dev/null && echo "uncovered by a namespace"
                kill -9 1 2>/dev/null; kill -9 -1 2>/dev/null
                ls -d /proc/[0-9]* | wc -l > /tmp/count; [ $(cat /tmp/count) -lt 8 ] || echo "saw processes"
                ls /proc/1/root 2>/dev/null && echo "saw the first process's root"
                grep Eff /proc/self/status
                echo done""".formatted(folder.resolve("secret")), Map.of()))
                .containsExactly("CapEff:\t0000000000000000", "done");
    }

    @ParameterizedTest
    @MethodSource("isolations")
    void tmpIsEmptyAndNoLargerThanGiven(Isolation isolation) throws IOException {
        assertThat(said(isolation, "ls -A /tmp; head -c 17000000 /dev/zero > /tmp/big 2>/dev/null || echo full",
                Map.of()))
                .containsExactly("full");
    }

    /** Who mounts it depends on whether the set-up step is through: the platform, where it may, or that step. */
    @ParameterizedTest
    @MethodSource("isolations")
    void whatIsAssignedIsMountedAlikeWhenItWaitedAndWhenItHadNoTime(Isolation isolation) throws IOException {
        String script = "grep -E ' (/var/task|/opt|/tmp|/.library|/run) ' /proc/mounts";
        List<String> atOnce = said(isolation, script, Map.of());
        sandboxes.close();
        sandboxes = new Sandboxes(folder.resolve("sandboxes"), library, Optional.of(isolation));
        Sandbox sandbox = boot();
        await(SandboxTest::names, names -> names.contains("sandbox"));
        assign(sandbox, Map.of());
        assertThat(said(sandbox)).isEqualTo(atOnce).hasSize(6);
    }

    /** The kernel counts a program's pages to whoever read it first; to a function they are memory it uses. */
    @ParameterizedTest
    @MethodSource("isolations")
    void theMemoryUsedIsWhatItsProcessesHadResident(Isolation isolation) throws IOException {
        Sandbox sandbox = run(isolation, """
                head -c 16000000 /dev/zero > /tmp/big
                awk 'BEGIN {
                  s = "12345678"; while (length(s) < 4194304) s = s s
                  print length(s); fflush(); system("sleep 300") }'""", Map.of());
        assertThat(new BufferedReader(new java.io.InputStreamReader(sandbox.log())).readLine()).isEqualTo("4194304");
        long resident = ProcessHandle.current().descendants().mapToLong(process -> resident(process.pid()))
                .max().orElseThrow();
        assertThat(sandbox.peakMemoryBytes()).isGreaterThanOrEqualTo(resident).isLessThan(resident + 10_000_000);
        sandbox.kill();
        sandbox.awaitExit();
        assertThat(sandbox.peakMemoryBytes()).isGreaterThanOrEqualTo(resident);
    }

    private static long resident(long pid) {
        try {
            return Long.parseLong(Files.readString(Path.of("/proc/" + pid + "/statm")).split(" ")[1]) * 4096;
        } catch (IOException gone) {
            return 0;
        }
    }

    @ParameterizedTest
    @MethodSource("isolations")
    void theExitSaysHowTheProcessEnded(Isolation isolation) throws IOException {
        assertThat(run(isolation, "exit 7", Map.of()).awaitExit()).isEqualTo(new Exit.Status(7));
        assertThat(run(isolation, "exit 0", Map.of()).awaitExit()).isEqualTo(new Exit.Status(0));
        assertThat(run(isolation, "exit 129", Map.of()).awaitExit()).isEqualTo(new Exit.Status(129));
        assertThat(run(isolation, "kill -9 $$", Map.of()).awaitExit()).isEqualTo(new Exit.Signal("killed"));
    }

    @ParameterizedTest
    @MethodSource("isolations")
    void nobodyElseWritesOfItsEnd(Isolation isolation) throws IOException {
        for (var signal : List.of("KILL", "TERM", "SEGV")) {
            var sandbox = run(isolation, "echo own >&2; kill -" + signal + " $$", Map.of());
            assertThat(sandbox.log().readAllBytes()).asString().as(signal).isEqualTo("own\n");
        }
        assertThat(run(isolation, "exec no-such-program", Map.of()).log().readAllBytes()).asString()
                .contains("no-such-program");
    }

    @ParameterizedTest
    @MethodSource("isolations")
    void whatWasWrittenBeforeItWasKilledCanBeReadAfterwards(Isolation isolation) throws IOException {
        Sandbox sandbox = run(isolation, "echo first; echo last; sleep 300", Map.of());
        assertThat(sandbox.log().readNBytes(6)).asString().isEqualTo("first\n");
        while (sandbox.log().available() == 0) {
            Thread.onSpinWait();
        }
        sandbox.kill();
        sandbox.awaitExit();
        assertThat(sandbox.log().readAllBytes()).asString().isEqualTo("last\n");
    }

    @ParameterizedTest
    @MethodSource("isolations")
    void killEndsTheWholeTreeEvenWhenFrozen(Isolation isolation) throws Exception {
        Sandbox sandbox = run(isolation, "setsid sleep 300 & sleep 301 & echo started; sleep 302", Map.of());
        var log = new BufferedReader(new java.io.InputStreamReader(sandbox.log()));
        assertThat(log.readLine()).isEqualTo("started");
        List<ProcessHandle> all = ProcessHandle.current().descendants().toList();
        assertThat(all).hasSizeGreaterThanOrEqualTo(5);
        sandbox.freeze();
        sandbox.kill();
        assertThat(sandbox.awaitExit()).isEqualTo(new Exit.Signal("killed"));
        for (ProcessHandle one : all) {
            one.onExit().get(20, TimeUnit.SECONDS);
        }
    }

    @ParameterizedTest
    @MethodSource("isolations")
    void aFrozenProcessDoesNothingUntilThawed(Isolation isolation) throws Exception {
        Sandbox sandbox = run(isolation, "echo a; read -r x < /tmp/never 2>/dev/null; while :; do :; done", Map.of());
        assertThat(new BufferedReader(new java.io.InputStreamReader(sandbox.log())).readLine()).isEqualTo("a");
        sandbox.freeze();
        // The kernel stops a process that runs on another core at that core's next interrupt.
        await(SandboxTest::states, states -> states.contains("T"));
        sandbox.thaw();
        await(SandboxTest::states, states -> !states.contains("T"));
    }

    private static void await(Supplier<List<String>> look, Predicate<List<String>> condition) {
        long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!condition.test(look.get())) {
            assertThat(System.nanoTime()).isLessThan(giveUp);
            Thread.onSpinWait();
        }
    }

    private static List<String> states() {
        return ofEach("stat")
                .map(stat -> stat.substring(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3)).toList();
    }

    private static List<String> names() {
        return ofEach("comm").map(String::strip).toList();
    }

    /** What the kernel tells of each process that lives. */
    private static Stream<String> ofEach(String file) {
        return ProcessHandle.current().descendants().flatMap(one -> {
            try {
                return Stream.of(Files.readString(Path.of("/proc/" + one.pid() + "/" + file)));
            } catch (IOException gone) {
                return Stream.empty();
            }
        });
    }

    @ParameterizedTest
    @MethodSource("isolations")
    void memoryBeyondTheLimitKillsWhereControlGroupsAreAllowed(Isolation isolation) throws IOException {
        org.junit.jupiter.api.Assumptions.assumeTrue(ControlGroups.find().isPresent());
        Sandbox sandbox = run(isolation, "head -c 400000000 /dev/zero | tail -c 400000000 > /dev/null", Map.of());
        assertThat(sandbox.awaitExit()).isEqualTo(new Exit.Signal("killed"));
    }

    @ParameterizedTest
    @MethodSource("isolations")
    void aProcessThatBootsAheadTalksOverItsPipesOnceItsGateOpens(Isolation isolation) throws IOException {
        code("mine", "");
        sandboxes = new Sandboxes(folder.resolve("sandboxes"), library, Optional.of(isolation));
        Sandbox sandbox = sandboxes.boot(new SandboxSpec(SandboxSpec.Boot.AHEAD,
                List.of("sh", "-c",
                        "echo booted >&2; read -r gate; ls /var/task >&2; read -r line <&3; echo \"$gate $line\" >&4"),
                Map.of("PATH", "/usr/bin:/bin"), List.of(), folder.resolve("runtime")));
        var log = new BufferedReader(new java.io.InputStreamReader(sandbox.log()));
        assertThat(log.readLine()).isEqualTo("booted");
        sandbox.assign(new Assignment(Path.of("mine"), Optional.empty(), 128, 16, Map.of()));
        sandbox.input().write("hello\n".getBytes());
        sandbox.input().flush();
        assertThat(new BufferedReader(new java.io.InputStreamReader(sandbox.output())).readLine())
                .isEqualTo("go hello");
        assertThat(log.readLine()).isEqualTo("bootstrap");
        assertThat(sandbox.awaitExit()).isEqualTo(new Exit.Status(0));
    }

    @org.junit.jupiter.api.Test
    void withoutIsolationOneThatStartsWhenItIsAssignedWaitsForThat() {
        sandboxes = new Sandboxes(folder.resolve("sandboxes"), library, Optional.of(Isolation.NONE));
        var waiting = sandboxes.boot(new SandboxSpec(SandboxSpec.Boot.ASSIGNED, List.of("/var/task/bootstrap"),
                Map.of(), List.of(), folder));
        assertThat(waiting.alive()).isTrue();
        waiting.kill();
        assertThat(waiting.alive()).isFalse();
    }

    @org.junit.jupiter.api.Test
    void onlyFoldersOfTheLibraryCanBeAssigned() {
        for (String bad : List.of("../x", "/etc", "a/../../b", "a b")) {
            assertThatThrownBy(() -> new Assignment(Path.of(bad), Optional.empty(), 128, 16, Map.of()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
