package dev.aloft.service.lambda.invoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.Lambda;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which of several JDKs runs which runtime. */
class JavaProgramsTest {
    @TempDir
    Path machine;

    private Path jdk(String name, String version) throws IOException {
        Path home = Files.createDirectories(machine.resolve(name));
        Path program = Files.writeString(Files.createDirectories(home.resolve("bin")).resolve("java"), "");
        assertThat(program.toFile().setExecutable(true)).isTrue();
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"N.N.\"\nJAVA_VERSION=\"" + version + "\"\n");
        return home;
    }

    private JavaPrograms programs;

    private static JavaPrograms programs(Path... homes) {
        return new JavaPrograms(() -> List.of(homes));
    }

    @BeforeEach
    void install() throws IOException {
        programs = programs(jdk("own", "25"), machine.resolve("nothing"), jdk("eight", "1.8.0_402"),
                jdk("seventeen", "17.0.15"), jdk("other-seventeen", "17.0.1"), jdk("twenty-one", "21.0.2"));
    }

    @Test
    void theVersionItselfIsTakenAndTheFirstOfThose() {
        assertThat(programs.of("java17").home()).isEqualTo(machine.resolve("seventeen"));
        assertThat(programs.of("java21").name()).isEqualTo("21.0.2");
        assertThat(programs.of("java25").home()).isEqualTo(machine.resolve("own"));
    }

    @Test
    void elseTheNearestNewerOne() {
        assertThat(programs.of("java11").version()).isEqualTo(17);
        // Nothing of ours runs on 8.
        assertThat(programs.of("java8.al2").version()).isEqualTo(17);
    }

    @Test
    void elseWhatThereIsAndElseWhatToInstall() throws IOException {
        assertThat(programs(jdk("old", "17.0.1")).of("java21").version()).isEqualTo(17);
        assertThatThrownBy(() -> programs().of("java21")).isInstanceOf(Lambda.InvalidRuntimeException.class)
                .hasMessageContaining("java21").hasMessageContaining("openjdk-21-jdk-headless");
    }
}
