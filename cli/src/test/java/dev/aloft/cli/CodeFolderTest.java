package dev.aloft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CodeFolderTest {
    @TempDir
    private Path folder;

    private CodeFolder code() {
        return new CodeFolder(folder, "F", new PrintWriter(new StringWriter()));
    }

    @Test
    void theSameFilesMakeTheSameArchive() throws IOException {
        Files.writeString(folder.resolve("app.py"), "x = 1");
        Files.createDirectories(folder.resolve("__pycache__"));
        Files.writeString(folder.resolve("__pycache__/app.pyc"), "x");
        var one = code().zip();
        var two = code().zip();
        try (var archive = new ZipFile(one.toFile())) {
            assertThat(archive.stream().map(entry -> entry.getName())).containsExactly("app.py");
            assertThat(CodeFolder.sha256(one)).isEqualTo(CodeFolder.sha256(two));
        } finally {
            Files.delete(one);
            Files.delete(two);
        }
    }

    @Test
    void codeMayBeOneFile() throws IOException {
        var file = Files.writeString(folder.resolve("app.py"), "x = 1");
        Files.writeString(folder.resolve("other.py"), "y = 1");
        var zip = CodeFolder.zip(file);
        try (var archive = new ZipFile(zip.toFile())) {
            assertThat(archive.stream().map(entry -> entry.getName())).containsExactly("app.py");
        } finally {
            Files.delete(zip);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "go.mod,main.go,Go",
        "Cargo.toml,src/main.rs,Rust",
        "build.gradle,src/main/java/App.java,Java",
        "tsconfig.json,app.ts,TypeScript",
        "App.csproj,Function.cs,.NET",
    })
    void sourcesThatAreNotCompiledYetAreRefusedWithWhatToDo(String project, String source, String language)
            throws IOException {
        Files.writeString(folder.resolve(project), "");
        Files.createDirectories(folder.resolve(source).getParent());
        Files.writeString(folder.resolve(source), "");
        assertThatThrownBy(() -> code().zip()).isInstanceOf(CommandFailed.class)
                .hasMessage("The code of F is " + language
                + " source (" + folder.resolve(project) + ") that has to be compiled first: run sam build, then"
                + " aloft up .aws-sam/build/template.yaml");
    }

    @Test
    void sourcesBesideWhatWasCompiledFromThemAreWelcome() throws IOException {
        Files.writeString(folder.resolve("go.mod"), "");
        Files.writeString(folder.resolve("bootstrap"), "");
        var file = code().zip();
        assertThat(file).isNotEmptyFile();
        Files.delete(file);
    }
}
