package dev.aloft.kernel.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.kernel.image.TestImages.Archive;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Layers over layers in a folder, and layers that want out of it. */
class RootFolderTest {
    /** {@code tar c hello | zstd}: a file "hello" with "from zstd\n". */
    private static final String ZSTD = "KLUv/WQAJ9UCAAIEDhagNS0GCH3ionlfkwFgsBmt7Fz7NvYdQZFQwJI9R9o9ZXaIhABbPZ"
            + "TvuqQm4lmu8P5XFf5rjTGQCwA8BXhAIxoKaYCCoXAACeAsCRlQM2YaAN3KtXcCRff+aa0=";

    @TempDir
    Path folder;
    private Path root;
    private Path outside;
    private RootFolder files;

    @BeforeEach
    void root() throws IOException {
        root = Files.createDirectory(folder.resolve("root"));
        outside = Files.writeString(folder.resolve("outside"), "untouched");
        files = new RootFolder(root, 1 << 20);
    }

    private void add(Archive layer) throws IOException {
        files.add(new ByteArrayInputStream(layer.toBytes()));
    }

    private String read(String name) throws IOException {
        return Files.readString(root.resolve(name));
    }

    private void assertNothingHappenedOutside() throws IOException {
        assertThat(outside).hasContent("untouched");
        try (var all = Files.list(folder)) {
            assertThat(all).containsExactlyInAnyOrder(root, outside);
        }
    }

    // ---- layers

    @Test
    void aHigherLayerReplacesAndTakesAway() throws IOException {
        add(new Archive().folder("app").file("app/old", "old").file("app/kept", "kept").file("gone", "x").folder("full")
                .file("full/below", "x").file("was-file", "x").folder("was-folder").file("was-folder/x", "x"));
        add(new Archive().file("app/old", "new").file(".wh.gone", "").file("full/.wh..wh..opq", "")
                .file("full/mine", "mine")
                .folder("was-file").file("was-file/in", "in").file("was-folder", "now a file"));
        assertThat(read("app/old")).isEqualTo("new");
        assertThat(read("app/kept")).isEqualTo("kept");
        assertThat(root.resolve("gone")).doesNotExist();
        assertThat(root.resolve("full")).isDirectoryContaining("glob:**/mine")
                .isDirectoryNotContaining("glob:**/below");
        assertThat(read("was-file/in")).isEqualTo("in");
        assertThat(read("was-folder")).isEqualTo("now a file");
    }

    @Test
    void aWhiteoutTakesAwayOnlyWhatLowerLayersHaveWhateverTheOrder() throws IOException {
        add(new Archive().folder("d").file("d/low", "low"));
        add(new Archive().file("d/mine", "mine").file("d/.wh..wh..opq", "").file("x", "x").file(".wh.x", ""));
        assertThat(root.resolve("d/low")).doesNotExist();
        assertThat(read("d/mine")).isEqualTo("mine");
        assertThat(read("x")).isEqualTo("x");
    }

    @Test
    void aFileBelowALinkOfALowerLayerComesWhereTheLinkLeads() throws IOException {
        add(new Archive().folder("usr/lib").symbolicLink("lib", "usr/lib").symbolicLink("usr/abs", "/usr/lib"));
        add(new Archive().file("lib/a", "a").file("usr/abs/b", "b"));
        assertThat(root.resolve("lib")).isSymbolicLink();
        assertThat(read("usr/lib/a")).isEqualTo("a");
        assertThat(read("usr/lib/b")).isEqualTo("b");
    }

    @Test
    void hardLinksAreOfOneContentAndAHigherLayerChangesOneOfThem() throws IOException {
        add(new Archive().file("one", "content").hardLink("two", "one").hardLink("three", "/one"));
        assertThat(Files.isSameFile(root.resolve("one"), root.resolve("two"))).isTrue();
        assertThat(read("three")).isEqualTo("content");
        add(new Archive().file("one", "other"));
        assertThat(read("two")).isEqualTo("content");
    }

    @Test
    void modesAreKeptButForWhatMakesSomebodyElse() throws IOException {
        add(new Archive().file("run", 04755, "x".getBytes(StandardCharsets.UTF_8)).file("private", 0600, new byte[1])
                .entry('5', "closed", "", 0555, new byte[0]).file("closed/in", "x"));
        files.finish();
        assertThat(Files.getAttribute(root.resolve("run"), "unix:mode")).isEqualTo(0100755);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve("private"))))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve("closed"))))
                .isEqualTo("rwxr-xr-x");
    }

    @Test
    void devicesAndPipesAreLeftOut() throws IOException {
        add(new Archive().entry('3', "dev-zero", "", 0666, new byte[0]).entry('4', "disk", "", 0666, new byte[0])
                .entry('6', "pipe", "", 0666, new byte[0]).file("file", "x"));
        try (var all = Files.list(root)) {
            assertThat(all).containsExactly(root.resolve("file"));
        }
    }

    @Test
    void longNamesOfBothKinds() throws IOException {
        String deep = "d/".repeat(60) + "n".repeat(120);
        String pax = deep + "-pax";
        String line = " path=" + pax + "\n";
        int length = line.length() + 3;
        add(new Archive().entry('L', "././@LongLink", "", 0, (deep + "\0").getBytes(StandardCharsets.UTF_8))
                .file("short", "gnu")
                .entry('x', "PaxHeaders/x", "", 0, (length + line).getBytes(StandardCharsets.UTF_8))
                .file("short", "pax"));
        assertThat(read(deep)).isEqualTo("gnu");
        assertThat(read(pax)).isEqualTo("pax");
    }

    @Test
    void compressedLayers() throws IOException {
        var gzip = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(gzip)) {
            out.write(new Archive().file("a", "from gzip").toBytes());
        }
        files.add(new ByteArrayInputStream(gzip.toByteArray()));
        files.add(new ByteArrayInputStream(Base64.getDecoder().decode(ZSTD)));
        assertThat(read("a")).isEqualTo("from gzip");
        assertThat(read("hello")).isEqualTo("from zstd\n");
    }

    @Test
    void whatRuntimesMountOverIsThere() throws IOException {
        add(new Archive().symbolicLink("tmp", "/etc").symbolicLink("etc", "usr/etc").folder("usr/etc")
                .symbolicLink("usr/etc/resolv.conf", "/../../outside").file("proc", "a file"));
        files.finish();
        for (String name : new String[] {"proc", "sys", "dev", "tmp"}) {
            assertThat(Files.isDirectory(root.resolve(name), LinkOption.NOFOLLOW_LINKS)).isTrue();
        }
        assertThat(Files.isRegularFile(root.resolve("usr/etc/resolv.conf"), LinkOption.NOFOLLOW_LINKS)).isTrue();
        assertNothingHappenedOutside();
    }

    // ---- layers that want out

    @ParameterizedTest
    @ValueSource(strings = {"../outside", "a/../../outside", "/../outside", "./../outside", "a/b/../../../outside"})
    void aNameThatLeadsOutsideIsRefused(String name) throws IOException {
        assertThatThrownBy(() -> add(new Archive().file(name, "overwritten"))).isInstanceOf(RootFolder.Malformed.class)
                .hasMessageContaining("leads outside");
        assertNothingHappenedOutside();
    }

    @Test
    void anAbsoluteNameIsBelowTheRoot() throws IOException {
        add(new Archive().file("/etc/passwd", "of the image"));
        assertThat(read("etc/passwd")).isEqualTo("of the image");
    }

    @Test
    void aFileThroughALinkThatLeadsOutsideStaysInside() throws IOException {
        add(new Archive().symbolicLink("up", "..").symbolicLink("far", "../../../../../..")
                .symbolicLink("abs", folder.toString())
                .file("up/outside", "a").file("far/outside", "b").file("abs/outside", "c"));
        assertNothingHappenedOutside();
        assertThat(read("outside")).isEqualTo("b");
        assertThat(root.resolve(folder.toString().substring(1)).resolve("outside")).hasContent("c");
    }

    @Test
    void aFileInThePlaceOfALinkReplacesTheLinkAndNotItsTarget() throws IOException {
        add(new Archive().symbolicLink("victim", outside.toString()).file("victim", "mine"));
        assertThat(root.resolve("victim")).isRegularFile().hasContent("mine");
        assertNothingHappenedOutside();
    }

    @Test
    void aFolderInThePlaceOfALinkIsAFolder() throws IOException {
        add(new Archive().symbolicLink("d", folder.toString()).folder("d").file("d/outside", "mine"));
        assertThat(root.resolve("d/outside")).hasContent("mine");
        assertNothingHappenedOutside();
    }

    @Test
    void aHardLinkToAFileOutsideIsRefused() throws IOException {
        assertThatThrownBy(() -> add(new Archive().hardLink("mine", "../outside")))
                .isInstanceOf(RootFolder.Malformed.class);
        assertThatThrownBy(() -> add(new Archive().hardLink("mine", outside.toString())))
                .isInstanceOf(RootFolder.Malformed.class)
                .hasMessageContaining("not there");
        // A link to a link is that link, not what it leads to.
        add(new Archive().symbolicLink("link", outside.toString()).hardLink("mine", "link").file("mine", "x"));
        assertNothingHappenedOutside();
    }

    @Test
    void aWhiteoutOfTheFolderItselfOrThroughALinkTakesNothingOutsideAway() throws IOException {
        assertThatThrownBy(() -> add(new Archive().file(".wh...", ""))).isInstanceOf(RootFolder.Malformed.class);
        assertThatThrownBy(() -> add(new Archive().file(".wh..", ""))).isInstanceOf(RootFolder.Malformed.class);
        add(new Archive().symbolicLink("up", ".."));
        add(new Archive().file("up/.wh.outside", "").file("up/.wh..wh..opq", "").file(".wh.up", ""));
        assertThat(root.resolve("up")).doesNotExist();
        assertNothingHappenedOutside();
    }

    @Test
    void linksInACircleAreRefused() {
        assertThatThrownBy(() -> add(new Archive().symbolicLink("a", "b").symbolicLink("b", "a").file("a/x", "x")))
                .isInstanceOf(RootFolder.Malformed.class).hasMessageContaining("too many links");
    }

    // ---- bounds

    @Test
    void moreThanIsAllowedIsRefusedHoweverItIsCompressed() throws IOException {
        var gzip = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(gzip)) {
            out.write(new Archive().file("zeros", 0644, new byte[(1 << 20) + 1]).toBytes());
        }
        assertThatThrownBy(() -> files.add(new ByteArrayInputStream(gzip.toByteArray())))
                .isInstanceOf(RootFolder.TooLarge.class);
    }

    @Test
    void whatIsNoArchiveIsRefused() {
        byte[] whole = new Archive().file("a", 0644, new byte[2000]).toBytes();
        assertThatThrownBy(() ->
                files.add(new ByteArrayInputStream("no archive at all".repeat(100).getBytes(StandardCharsets.UTF_8))))
                .isInstanceOf(RootFolder.Malformed.class);
        assertThatThrownBy(() -> files.add(new ByteArrayInputStream(Arrays.copyOf(whole, 1500))))
                .isInstanceOf(EOFException.class);
        byte[] negative = new Archive().entry('x', "x", "", 0, "12 size=-10\n".getBytes(StandardCharsets.UTF_8))
                .file("a", "").toBytes();
        assertThatThrownBy(() -> files.add(new ByteArrayInputStream(negative)))
                .isInstanceOf(RootFolder.Malformed.class);
        byte[] sparse = new Archive().entry('S', "x", "", 0, new byte[0]).toBytes();
        assertThatThrownBy(() -> files.add(new ByteArrayInputStream(sparse))).isInstanceOf(RootFolder.Malformed.class);
    }
}
