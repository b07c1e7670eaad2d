package dev.aloft.service.lambda.invoke;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which versions start from an archive of their classes, and when that is of no use any more. */
class TrainedStartsTest {
    private static final JavaPrograms.Jdk JDK = new JavaPrograms.Jdk(Path.of("/jdk"), 25, "25.0.1");

    @TempDir
    Path folder;

    private TrainedStarts trained;
    private Path task;

    @BeforeEach
    void library() throws IOException {
        task = Files.createDirectories(folder.resolve("library/code"));
        Files.createDirectories(task.resolve("lib"));
        Files.createDirectories(task.resolve("demo"));
        Files.writeString(task.resolve("demo/Handler.class"), "class");
        Files.writeString(task.resolve("settings.properties"), "a=b");
        jar("demo/Library.class");
        trained = new TrainedStarts(folder.resolve("trained"), folder.resolve("library"), () -> true);
    }

    private void jar(String entry) throws IOException {
        Path content = Files.createDirectories(folder.resolve("content").resolve(entry).getParent());
        Path file = Files.writeString(content.resolve(Path.of(entry).getFileName()), "content");
        TrainedStarts.pack(folder.resolve("content"), Stream.of(file), task.resolve("lib/library.jar"));
    }

    private static FunctionVersion version(String revision, boolean snapStart, Map<String, String> variables) {
        return new FunctionVersion("123456789012", "us-east-1", "f", "1",
                "arn:aws:lambda:us-east-1:123456789012:function:f", revision,
                "java25", "demo.Handler", "role", 512, 3, 512, variables, Path.of("code"), Optional.empty(), null,
                        false, "/aws/lambda/f",
                false, null, null, Optional.empty(), Optional.empty(), false, snapStart, false);
    }

    private boolean record(FunctionVersion version, String delivered) throws IOException {
        return trained.prepare(version, JDK, List.of()).isPresent()
                && trained.keep(version, new ByteArrayInputStream(delivered.getBytes()));
    }

    private Optional<List<String>> classPath(FunctionVersion version, JavaPrograms.Jdk jdk) {
        return trained.of(version, jdk, List.of()).map(TrainedStarts.Folder::classPath);
    }

    @Test
    void onlyVersionsWithSnapStartThatSayNothingOfArchivesThemselves() {
        assertThat(TrainedStarts.isFor(version("r", true, Map.of()), JDK)).isTrue();
        assertThat(TrainedStarts.isFor(version("r", true, Map.of("JAVA_TOOL_OPTIONS", "-Xss2m")), JDK)).isTrue();
        assertThat(TrainedStarts.isFor(version("r", false, Map.of()), JDK)).isFalse();
        for (String own : List.of("-Xshare:off", "-XX:SharedArchiveFile=/var/task/mine.jsa",
                "-XX:AOTCache=/var/task/mine", "-javaagent:/opt/a.jar")) {
            assertThat(TrainedStarts.isFor(version("r", true, Map.of("JAVA_TOOL_OPTIONS", own)), JDK)).as(own)
                    .isFalse();
        }
        assertThat(TrainedStarts.isFor(version("r", true, Map.of("AWS_LAMBDA_EXEC_WRAPPER", "/opt/wrapper")), JDK))
                .isFalse();
        assertThat(TrainedStarts.isFor(version("r", true, Map.of()),
                new JavaPrograms.Jdk(Path.of("/jdk"), 11, "11.0.1"))).isFalse();
    }

    @Test
    void theClassPathIsInTheOrderOfTheClientOfAws() throws IOException {
        assertThat(record(version("r", true, Map.of()), "7\narchive")).isTrue();
        assertThat(classPath(version("r", true, Map.of()), JDK))
                .hasValue(List.of("/var/runtime/trained/classes.jar", "/var/task/lib/library.jar"));
        assertThat(folder.resolve("trained/arn:aws:lambda:us-east-1:123456789012:function:f:1/archive"))
                .hasContent("archive");
    }

    @Test
    void aFileThatAJarHasTooWouldBeFoundAfterItAndNothingIsRecorded() throws IOException {
        jar("settings.properties");
        assertThat(record(version("r", true, Map.of()), "7\narchive")).isFalse();
    }

    @Test
    void whatWasMadeOfSomethingElseIsOfNoUse() throws IOException {
        record(version("r", true, Map.of()), "7\narchive");
        assertThat(classPath(version("other", true, Map.of()), JDK)).isEmpty();
        assertThat(classPath(version("r", true, Map.of()), new JavaPrograms.Jdk(Path.of("/jdk"), 25, "25.0.2")))
                .isEmpty();
        jar("demo/Larger.class");
        assertThat(classPath(version("r", true, Map.of()), JDK)).isEmpty();
    }

    @Test
    void anArchiveThatIsCutOrLostOrWasNeverDeliveredIsOfNoUse() throws IOException {
        FunctionVersion version = version("r", true, Map.of());
        assertThat(record(version, "0\n")).isFalse();
        assertThat(record(version, "9\narchive")).isFalse();
        assertThat(record(version, "no such file")).isFalse();
        assertThat(classPath(version, JDK)).isEmpty();
        record(version, "7\narchive");
        Path archive = folder.resolve("trained").resolve(version.qualifiedArn()).resolve("archive");
        Files.writeString(archive, "arch");
        assertThat(classPath(version, JDK)).isEmpty();
        Files.delete(archive);
        assertThat(classPath(version, JDK)).isEmpty();
    }

    @Test
    void itIsGoneWithItsVersion() throws IOException {
        record(version("r", true, Map.of()), "7\narchive");
        assertThat(trained.arns()).containsExactly("arn:aws:lambda:us-east-1:123456789012:function:f:1");
        trained.forget("arn:aws:lambda:us-east-1:123456789012:function:f:1"::equals);
        assertThat(trained.arns()).isEmpty();
    }
}
