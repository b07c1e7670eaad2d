package dev.aloft.kernel.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.aloft.kernel.image.RootFolder;
import dev.aloft.kernel.image.TestImages;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Containers in sandboxes: what a process sees and may do whose root is an image's. */
@ParameterizedClass
@MethodSource("isolations")
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ContainerTest {
    private static final String IN = "/usr/bin";

    @TempDir
    Path folder;
    private final Isolation isolation;
    private Sandboxes sandboxes;
    private SandboxSpec spec;

    ContainerTest(Isolation isolation) {
        this.isolation = isolation;
    }

    static List<Isolation> isolations() {
        return SandboxTest.isolations();
    }

    @BeforeEach
    void image() throws IOException {
        sandboxes = new Sandboxes(folder.resolve("sandboxes"), folder.resolve("library"), Optional.of(isolation));
        Optional<ContainerRuntime> runtime = sandboxes.containers();
        assumeTrue(runtime.isPresent(), "needs crun or runc");
        spec = new SandboxSpec(SandboxSpec.Boot.CONTAINER, runtime.get().command(), Map.of("PATH", "/usr/bin:/bin"),
                List.of(), Files.createDirectories(folder.resolve("runtime")));
        Path root = Files.createDirectories(folder.resolve("library/image-1"));
        var files = new RootFolder(root, 1 << 30);
        files.add(new ByteArrayInputStream(TestImages.programs(IN + "/bash", IN + "/cat", IN + "/id", IN + "/sleep",
                IN + "/ls")
                .folder("folder").file("mine", "of the image")
                .file("secret", 0600, "root's".getBytes(StandardCharsets.UTF_8)).toBytes()));
        files.finish();
    }

    @AfterEach
    void close() {
        sandboxes.close();
    }

    private Assignment assignment(String script) {
        return new Assignment(Path.of("image-1"), Optional.empty(), 128, 16,
                Map.of("PATH", IN, "GREETING", "it's \"me\""),
                Optional.of(new Assignment.Container(List.of(IN + "/bash", "-c", script), "/folder")));
    }

    private String run(String script) throws IOException {
        Sandbox sandbox = sandboxes.boot(spec);
        sandbox.assign(assignment(script));
        return new String(sandbox.log().readAllBytes(), StandardCharsets.UTF_8) + words(sandbox.awaitExit());
    }

    private static String words(Exit exit) {
        return exit instanceof Exit.Status(int status) ? "" + status : exit.toString();
    }

    @Test
    void aProcessSeesTheImageAndWhatItWasGivenAndIsNobodyOutside() throws IOException {
        assertThat(run("cat /mine; echo \" $GREETING $PWD $$\"; id -u; id -g; cd /folder; ls -Ad /dev /etc /folder /mine /proc /secret; exit 7")).isEqualTo("""
                of the image it's "me" /folder 1
                993
                990
                /dev
                /etc
                /folder
                /mine
                /proc
                /secret
                7""");
    }

    @Test
    void onlyItsScratchFolderCanBeWritten() throws IOException {
        assertThat(run("echo x > /tmp/x && cat /tmp/x; echo y > /folder/y; echo z > "
                + "/proc/sys/kernel/hostname; cat /secret"))
                .startsWith("x\n")
                .contains("/folder/y: Read-only file system", "/proc/sys/kernel/hostname: Read-only file system")
                // Where the platform is not root, its files are the function's own.
                .endsWith(isolation == Isolation.ROOT ? "/secret: Permission denied\n1" : "root's0");
    }

    @Test
    void itHasNoRightsAndSeesNoOtherProcess() throws IOException {
        assertThat(run("while read -r name value; do case $name in Cap*|NoNew*) echo $value;; esac; done < "
                + "/proc/self/status; echo /proc/[0-9]*; echo > /dev/null && echo null")).isEqualTo("""
                0000000000000000
                0000000000000000
                0000000000000000
                0000000000000000
                0000000000000000
                1
                /proc/1
                null
                0""");
        if (Files.exists(Path.of("/dev/null"))) {
            assertThat(Files.getAttribute(Path.of("/dev/null"), "unix:uid")).isEqualTo(0);
        }
    }

    @Test
    void whenItsProcessesHaveEndedItRunsAgainWithTheSameScratchFolder() throws IOException {
        Sandbox first = sandboxes.boot(spec);
        first.hold(assignment("echo kept > /tmp/x; exit 3"));
        first.keep();
        first.open();
        assertThat(words(first.awaitExit())).isEqualTo("3");
        Sandbox second = first.again();
        second.assign(assignment("cat /tmp/x"));
        assertThat(new String(second.log().readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("kept\n");
        second.release();
    }

    @Test
    void aContainerBesideItSharesItsFilesAndNotItsProcesses() throws IOException {
        Sandbox sandbox = sandboxes.boot(spec);
        sandbox.hold(assignment("sleep 60"));
        Companion beside = sandbox.beside(
                List.of(IN + "/bash", "-c", "echo here > /tmp/b; cat /tmp/b /mine; echo $X $$"),
                Map.of("X", "1", "PATH", IN));
        assertThat(new String(beside.log().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("here\nof the image1 1\n");
        sandbox.kill();
        sandbox.awaitExit();
    }

    @Test
    void itIsFrozenAndEndedWhole() throws Exception {
        Sandbox sandbox = sandboxes.boot(spec);
        sandbox.assign(assignment("while :; do echo tick; sleep 0.02; done"));
        var log = sandbox.log();
        assertThat(log.readNBytes(5)).asString().isEqualTo("tick\n");
        sandbox.freeze();
        while (log.available() > 0) {
            log.readNBytes(log.available());
        }
        sandbox.thaw();
        assertThat(log.readNBytes(5)).asString().isEqualTo("tick\n");
        sandbox.kill();
        assertThat(sandbox.awaitExit()).isEqualTo(new Exit.Signal("killed"));
    }
}
