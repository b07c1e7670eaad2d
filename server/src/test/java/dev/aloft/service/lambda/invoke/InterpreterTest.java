package dev.aloft.service.lambda.invoke;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.kernel.sandbox.SandboxSpec;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where a sandbox has the programs that run functions. */
class InterpreterTest {
    @Test
    void oneOfItsOwnFolderIsWhereAwsHasItAndTheSystemsWhereItIs() {
        assertThat(Interpreter.movable(Path.of("/home/me/jdk"), Path.of("/home/me/jdk/bin/java"), "v")).isEqualTo(
                new Interpreter(Path.of("/var/lang/bin/java"),
                        List.of(new SandboxSpec.Folder(Path.of("/home/me/jdk"), "/var/lang")), "v"));
        assertThat(Interpreter.movable(Path.of("/usr"), Path.of("/usr/bin/node"), "v"))
                .isEqualTo(new Interpreter(Path.of("/usr/bin/node"), List.of(), "v"));
    }

    @Test
    void aPythonIsMovedFromWhereTmpOrLayersWouldCoverIt() {
        Path covered = Path.of("/opt/python");
        Path program = covered.resolve("bin/python3");
        assertThat(Runtimes.python(program, covered, program, "v").program())
                .isEqualTo(Path.of("/var/lang/bin/python3"));
        Path seen = Path.of("/home/me/python");
        assertThat(Runtimes.python(seen.resolve("bin/python3"), seen, seen.resolve("bin/python3"), "v")).isEqualTo(
                new Interpreter(seen.resolve("bin/python3"), Interpreter.software(seen, seen.resolve("bin")), "v"));
    }
}
