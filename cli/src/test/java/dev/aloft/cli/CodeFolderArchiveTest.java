package dev.aloft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.ZoneId;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CodeFolderArchiveTest {
    @TempDir
    Path folder;

    @Test
    void theSameContentGivesTheSameBytes() throws IOException {
        write("one/a.js", "1");
        write("one/b/c.js", "2");
        write("two/b/c.js", "2");
        write("two/a.js", "1");
        Files.setLastModifiedTime(folder.resolve("two/a.js"), FileTime.fromMillis(0));

        assertThat(zip("one")).hasSameBinaryContentAs(zip("two"));

        write("two/a.js", "3");
        assertThat(CodeFolder.sha256(zip("one"))).isNotEqualTo(CodeFolder.sha256(zip("two")));
    }

    @Test
    void whatIsExecutableStaysSoAndAllIsReadable() throws IOException {
        write("code/bootstrap", "#!/bin/sh\n");
        write("code/secret.txt", "x");
        Files.setPosixFilePermissions(folder.resolve("code/bootstrap"), PosixFilePermissions.fromString("rwx------"));
        Files.setPosixFilePermissions(folder.resolve("code/secret.txt"), PosixFilePermissions.fromString("rw-------"));

        try (var archive = FileSystems.newFileSystem(URI.create("jar:" + zip("code").toUri()),
                Map.of("enablePosixFileAttributes", "true"))) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(archive.getPath("bootstrap"))))
                    .isEqualTo("rwxr-xr-x");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(archive.getPath("secret.txt"))))
                    .isEqualTo("rw-r--r--");
        }
    }

    @Test
    void noEntryTellsWhenItWasPacked() throws IOException {
        write("code/a/b.js", "1");

        try (var archive = FileSystems.newFileSystem(zip("code"))) {
            var times = Files.readAttributes(archive.getPath("a/b.js"), BasicFileAttributes.class);
            assertThat(times.lastModifiedTime().toInstant().atZone(ZoneId.systemDefault()).toLocalDate())
                    .isEqualTo("2000-01-01");
        }
    }

    @Test
    void whatToolsLeaveBehindIsLeftOut() throws IOException {
        write("code/a.py", "1");
        write("code/.git/config", "2");
        write("code/__pycache__/a.pyc", "3");

        try (var archive = FileSystems.newFileSystem(zip("code")); var files = Files.walk(archive.getPath("/"))) {
            assertThat(files.filter(Files::isRegularFile).map(Path::toString)).containsExactly("/a.py");
        }
    }

    @Test
    void anEmptyFolderIsToldByName() throws IOException {
        Files.createDirectory(folder.resolve("code"));
        assertThatThrownBy(() -> zip("code")).hasMessage("The code of F, " + folder.resolve("code") + ", is empty.");
    }

    @Test
    void aPackageJsonThatIsNoneIsToldByName() throws IOException {
        write("code/package.json", "{\"dependencies\":{");
        assertThatThrownBy(() -> zip("code"))
                .isInstanceOf(CommandFailed.class)
                .hasMessageStartingWith(folder.resolve("code/package.json") + " is no JSON: ");
    }

    @Test
    void aFolderIsPackedAgainAsItIsThen() throws IOException {
        write("code/index.mjs", "export const one = 1;");
        write("code/node_modules/a/index.js", "a".repeat(10_000));
        write("code/gone.js", "gone");
        var code = new CodeFolder(folder.resolve("code"), "F", new PrintWriter(Writer.nullWriter()));
        var first = code.zip();
        write("code/index.mjs", "export const two = 2;");
        Files.delete(folder.resolve("code/gone.js"));
        var second = code.zip();
        try (var archive = new ZipFile(second.toFile())) {
            assertThat(archive.stream().map(ZipEntry::getName)).containsExactly("index.mjs", "node_modules/a/index.js");
            assertThat(new String(archive.getInputStream(archive.getEntry("index.mjs")).readAllBytes()))
                    .isEqualTo("export const two = 2;");
            assertThat(archive.getInputStream(archive.getEntry("node_modules/a/index.js")).readAllBytes())
                    .hasSize(10_000);
            assertThat(CodeFolder.sha256(second)).isNotEqualTo(CodeFolder.sha256(first))
                    .isEqualTo(CodeFolder.sha256(zip("code")));
        } finally {
            Files.delete(first);
            Files.delete(second);
        }
    }

    private Path zip(String name) throws IOException {
        var file = new CodeFolder(folder.resolve(name), "F", new PrintWriter(Writer.nullWriter())).zip();
        return Files.move(file, folder.resolve("zip-" + file.getFileName()));
    }

    private void write(String name, String content) throws IOException {
        var file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }
}
