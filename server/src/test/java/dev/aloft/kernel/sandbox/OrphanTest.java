package dev.aloft.kernel.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Kills a platform by force and looks whether anything of its sandboxes is left. */
@Timeout(60)
class OrphanTest {
    @TempDir
    Path folder;

    /**
     * A platform's part in it: boots a sandbox, freezes another, has a third again and one beside it, and waits to be
     * killed.
     */
    static final class Victim {
        public static void main(String[] arguments) throws IOException, InterruptedException {
            Path folder = Path.of(arguments[0]);
            Files.createDirectories(folder.resolve("library/mine"));
            Files.createDirectories(folder.resolve("runtime"));
            var sandboxes = new Sandboxes(folder.resolve("sandboxes"), folder.resolve("library"),
                    Optional.of(Isolation.valueOf(arguments[1])));
            for (int i = 0; i < 3; i++) {
                Sandbox sandbox = sandboxes.boot(new SandboxSpec(SandboxSpec.Boot.AHEAD,
                        List.of("sh", "-c", "setsid sleep 301 & sleep 300 & echo up >&2; sleep 302"),
                        Map.of("PATH", "/usr/bin:/bin"), List.of(), folder.resolve("runtime")));
                new BufferedReader(new InputStreamReader(sandbox.log())).readLine();
                switch (i) {
                    case 1 -> sandbox.freeze();
                    case 2 -> again(sandbox);
                    default -> { }
                }
            }
            System.out.println("ready");
            Thread.currentThread().join();
        }

        private static void again(Sandbox sandbox) throws IOException {
            sandbox.keep();
            sandbox.kill();
            sandbox.awaitExit();
            Sandbox next = sandbox.again();
            new BufferedReader(new InputStreamReader(next.log())).readLine();
            Companion companion = next.beside(List.of("sh", "-c", "setsid sleep 303 & echo up; sleep 304"),
                    Map.of("PATH", "/usr/bin:/bin"));
            new BufferedReader(new InputStreamReader(companion.log())).readLine();
        }
    }

    static List<Isolation> isolations() {
        return SandboxTest.isolations();
    }

    @ParameterizedTest
    @MethodSource("isolations")
    void nothingOutlivesAKilledPlatform(Isolation isolation) throws Exception {
        Process platform = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp",
                System.getProperty("java.class.path"),
                Victim.class.getName(), folder.toString(), isolation.name())
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try {
            assertThat(new BufferedReader(new InputStreamReader(platform.getInputStream())).readLine())
                    .isEqualTo("ready");
            List<ProcessHandle> below = platform.descendants().toList();
            assertThat(below).hasSizeGreaterThanOrEqualTo(10);
            platform.destroyForcibly();
            for (ProcessHandle each : below) {
                each.onExit().get(20, TimeUnit.SECONDS);
            }
        } finally {
            platform.destroyForcibly();
        }
    }
}
