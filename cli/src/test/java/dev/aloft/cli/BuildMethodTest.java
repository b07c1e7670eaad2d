package dev.aloft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuildMethodTest {
    @TempDir
    private Path folder;
    private Path code;

    @BeforeEach
    void buildsInAPlaceOfTheirOwn() throws IOException {
        System.setProperty("aloft.builds", folder.resolve("builds").toString());
        code = Files.createDirectories(folder.resolve("code"));
    }

    @AfterEach
    void noPlaceOfTheirOwn() {
        System.clearProperty("aloft.builds");
    }

    private List<String> packed(BuildMethod build) throws IOException {
        var file = new CodeFolder(code, "F", new PrintWriter(Writer.nullWriter()), build).zip();
        try (var archive = new ZipFile(file.toFile())) {
            var all = new ArrayList<String>();
            for (var entry : archive.stream().toList()) {
                all.add(entry.getName() + ": " + new String(archive.getInputStream(entry).readAllBytes()).strip());
            }
            return all;
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void metadataSayHowCodeIsBuilt() throws IOException {
        var template = Files.writeString(folder.resolve("template.yaml"), """
                Resources:
                  A:
                    Type: AWS::Serverless::Function
                    Metadata:
                      BuildMethod: esbuild
                      BuildProperties: {Minify: false, EntryPoints: [a.ts], External: ['@aws-sdk/*', sharp]}
                    Properties: {CodeUri: src}
                  B:
                    Type: AWS::Serverless::Function
                    Metadata: {BuildMethod: makefile, WorkingDirectory: sub}
                    Properties: {CodeUri: src}
                """);
        assertThat(TemplateSource.read(template).artifacts()).extracting(TemplateSource.Artifact::build)
                .containsExactly(
                new BuildMethod("esbuild",
                        Map.of("Minify", List.of("false"), "EntryPoints", List.of("a.ts"), "External",
                        List.of("@aws-sdk/*", "sharp")), "", "", ""),
                new BuildMethod("makefile", Map.of(), "B", "sub", ""));
    }

    @Test
    void aMakefileIsAskedForTheFunctionAndToldWhereItsArtifactsGo() throws IOException {
        Files.writeString(code.resolve("Makefile"), "build-F:\n\tcp source.txt $(ARTIFACTS_DIR)/made.txt\n");
        Files.writeString(code.resolve("source.txt"), "made of it");
        assertThat(packed(new BuildMethod("makefile", Map.of(), "F", "", ""))).containsExactly("made.txt: made of it");
        assertThat(built()).hasSize(1).noneMatch(name -> name.endsWith(".making"));
    }

    private List<String> built() throws IOException {
        try (var all = Files.list(folder.resolve("builds"))) {
            return all.map(each -> each.getFileName().toString()).toList();
        }
    }

    @Test
    void aBuildThatFailsLeavesNothing() throws IOException {
        Files.writeString(code.resolve("Makefile"), "build-F:\n\tfalse\n");
        assertThatThrownBy(() -> packed(new BuildMethod("makefile", Map.of(), "F", "", "")))
                .isInstanceOf(CommandFailed.class);
        assertThat(built()).isEmpty();
    }

    @Test
    void aMissingMakefileIsNamed() {
        assertThatThrownBy(() -> packed(new BuildMethod("makefile", Map.of(), "F", "", "")))
                .isInstanceOf(CommandFailed.class)
                .hasMessage("F is built with BuildMethod makefile, and there is no " + code.resolve("Makefile"));
    }

    /** In place of the program there is a script that writes down what it was asked for. */
    @Test
    void theProjectsOwnEsbuildIsAskedWithTheDefaultsOfSam() throws IOException {
        var program = Files.createDirectories(code.resolve("node_modules/.bin")).resolve("esbuild");
        Files.writeString(program, """
                #!/bin/sh
                for each in "$@"; do case $each in --outdir=*) to=${each#--outdir=};; *) all="$all $each";; esac; done
                echo $all > $to/app.js
                """);
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        var asked = packed(new BuildMethod("esbuild", Map.of("EntryPoints", List.of("app.ts")), "", "", ""));
        assertThat(asked).hasSize(1);
        assertThat(asked.getFirst()).startsWith("app.js: app.ts --bundle --platform=node --log-level=warning")
                .contains("--minify", "--target=es2020", "--format=cjs");
    }

    @Test
    void propertiesAreOptionsOfEsbuild() {
        assertThat(EsbuildProject.option("MainFields", List.of("module", "main")))
                .containsExactly("--main-fields=module,main");
        assertThat(EsbuildProject.option("External", List.of("a", "b")))
                .containsExactly("--external:a", "--external:b");
        assertThat(EsbuildProject.option("OutExtension", List.of(".js=.mjs")))
                .containsExactly("--out-extension:.js=.mjs");
        assertThat(EsbuildProject.option("Sourcemap", List.of("true"))).containsExactly("--sourcemap");
        assertThat(EsbuildProject.option("Minify", List.of("false"))).isEmpty();
    }

    @Test
    void esbuildWithoutEntryPointsIsRefused() {
        assertThatThrownBy(() -> packed(new BuildMethod("esbuild", Map.of(), "", "", "")))
                .isInstanceOf(CommandFailed.class)
                .hasMessage("F is built with BuildMethod esbuild, which needs EntryPoints in its BuildProperties");
    }
}
