package dev.aloft.service.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ZipTest {
    @TempDir
    Path folder;

    private Path into;

    @BeforeEach
    void into() throws IOException {
        into = Files.createDirectory(folder.resolve("into"));
    }

    /** One entry; a mode makes it a zip of a Unix system, as zip(1) writes it. */
    private Path zip(String name, byte[] content, int mode) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry(name));
            zip.write(content);
            zip.closeEntry();
        }
        byte[] all = bytes.toByteArray();
        if (mode != 0) {
            var buffer = ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN);
            int directory = buffer.getInt(all.length - 22 + 16);
            all[directory + 5] = 3;
            buffer.putInt(directory + 38, mode << 16);
        }
        return Files.write(folder.resolve("a.zip"), all);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void filesKeepTheirModesAndThoseWithoutCanBeRun() throws IOException {
        Zip.unpack(zip("bin/a", bytes("x"), 0100640), into, 100);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(into.resolve("bin/a"))))
                .isEqualTo("rw-r-----");
        Zip.unpack(zip("b", bytes("x"), 0), into, 100);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(into.resolve("b"))))
                .isEqualTo("rwxr-xr-x");
    }

    @Test
    void namesThatLeadOutsideAreRefused() throws IOException {
        for (String name : new String[] {"../a", "a/../../b", "/etc/passwd", "..\\a"}) {
            assertThatThrownBy(() -> Zip.unpack(zip(name, bytes("x"), 0), into, 100)).as(name)
                    .isInstanceOf(Zip.Malformed.class);
        }
        assertThat(folder.resolve("a")).doesNotExist();
        assertThat(folder.resolve("b")).doesNotExist();
    }

    @Test
    void linksStayInside() throws IOException {
        Zip.unpack(zip("dir/link", bytes("../there"), 0120777), into, 100);
        assertThat(Files.readSymbolicLink(into.resolve("dir/link"))).isEqualTo(Path.of("../there"));
        for (String target : new String[] {"/etc/passwd", "../../x"}) {
            assertThatThrownBy(() -> Zip.unpack(zip("other/link", bytes(target), 0120777), into, 100))
                    .isInstanceOf(Zip.Malformed.class);
        }
    }

    @Test
    void whatComesOutIsCounted() throws IOException {
        Path bomb = zip("zeros", new byte[10_000_000], 0);
        assertThat(Files.size(bomb)).isLessThan(20_000);
        assertThatThrownBy(() -> Zip.unpack(bomb, into, 1_000_000)).isInstanceOf(Zip.TooLarge.class);
        assertThat(Files.size(into.resolve("zeros"))).isLessThanOrEqualTo(1_000_000);
    }

    @Test
    void whatIsNoZipIsRefused() throws IOException {
        Path text = Files.writeString(folder.resolve("b.zip"), "this is no zip");
        assertThatThrownBy(() -> Zip.unpack(text, into, 100)).isInstanceOf(Zip.Malformed.class);
        Path cut = zip("a", bytes("hello"), 0100644);
        Files.write(cut, Arrays.copyOf(Files.readAllBytes(cut), 40));
        assertThatThrownBy(() -> Zip.unpack(cut, into, 100)).isInstanceOf(Zip.Malformed.class);
    }

    @Test
    void whatIsTheSameAsBeforeIsTheSameFile() throws IOException {
        Path first = Files.move(zip(Map.of("lib/big", "x".repeat(1_000), "index", "one", "gone", "gone")),
                folder.resolve("first.zip"));
        Path was = Files.createDirectory(folder.resolve("was"));
        Zip.unpack(first, was, 10_000);
        Zip.unpack(zip(Map.of("lib/big", "x".repeat(1_000), "index", "two")), into, 10_000,
                Optional.of(new Zip.Unpacked(first, was)));
        assertThat(Files.isSameFile(into.resolve("lib/big"), was.resolve("lib/big"))).isTrue();
        assertThat(into.resolve("index")).hasContent("two");
        assertThat(was.resolve("index")).hasContent("one");
        assertThat(into.resolve("gone")).doesNotExist();
        assertThatThrownBy(() -> Zip.unpack(first, Files.createDirectory(folder.resolve("small")), 100,
                Optional.of(new Zip.Unpacked(first, was))))
                .isInstanceOf(Zip.TooLarge.class);
    }

    private Path zip(Map<String, String> files) throws IOException {
        return Files.write(folder.resolve("many.zip"), TestLambda.zip(files).array());
    }
}
