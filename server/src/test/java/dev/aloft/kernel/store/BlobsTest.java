package dev.aloft.kernel.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlobsTest {
    @TempDir
    Path folder;

    private Blobs blobs;

    @BeforeEach
    void open() {
        blobs = new Blobs(folder);
    }

    @Test
    void whatIsPutIsReadWholeAndInPart() throws IOException {
        var content = new byte[200_000];
        new Random(1).nextBytes(content);
        var blob = blobs.put(content);

        assertThat(blob.size()).isEqualTo(content.length);
        assertThat(blobs.size(blob.id())).isEqualTo(content.length);
        assertThat(blobs.has(blob.id())).isTrue();
        assertThat(Files.readAllBytes(blobs.path(blob.id()))).isEqualTo(content);
        assertThat(read(blobs.open(blob.id()))).isEqualTo(content);
        assertThat(read(blobs.open(blob.id(), 100_000, 5))).hasSize(5).startsWith(content[100_000], content[100_001]);
        assertThat(read(blobs.open(blob.id(), 199_990, 100))).hasSize(10);
        assertThat(read(blobs.open(blob.id(), 200_000, 1))).isEmpty();
        assertThat(read(blobs.open(blobs.put(new byte[0]).id()))).isEmpty();
    }

    @Test
    void digestsSeeWhatIsPut() throws Exception {
        var md5 = MessageDigest.getInstance("MD5");
        var sha = MessageDigest.getInstance("SHA-256");
        blobs.put(new ByteArrayInputStream("abc".getBytes(StandardCharsets.US_ASCII)), md5, sha);
        assertThat(HexFormat.of().formatHex(md5.digest())).isEqualTo("900150983cd24fb0d6963f7d28e17f72");
        assertThat(HexFormat.of().formatHex(sha.digest())).startsWith("ba7816bf8f01cfea");
    }

    @Test
    void whatIsDeletedWhileIdsAreListedDoesNotEndTheList() throws IOException {
        for (int i = 10; i < 20; i++) {
            var neighbour = blobs.path("ab" + "0".repeat(28) + i);
            Files.createDirectories(neighbour.getParent());
            Files.createFile(neighbour);
        }
        try (var ids = blobs.ids()) {
            var all = ids.iterator();
            var first = all.next();
            try (var others = blobs.ids()) {
                others.filter(id -> !id.equals(first)).toList().forEach(blobs::delete);
            }
            while (all.hasNext()) {
                assertThat(all.next()).hasSize(32);
            }
            assertThat(blobs.has(first)).isTrue();
        }
    }

    @Test
    void aStreamThatBreaksLeavesNothing() throws IOException {
        var broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("the sender went away");
            }
        };
        assertThatThrownBy(() ->
            blobs.put(new SequenceInputStream(new ByteArrayInputStream(new byte[100_000]), broken)))
            .isInstanceOf(UncheckedIOException.class).hasMessageContaining("the sender went away");
        assertThat(blobs.ids()).isEmpty();
        try (var files = Files.list(folder.resolve("arriving"))) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void whatACrashLeftHalfWrittenIsClearedAway() throws IOException {
        var kept = blobs.put(new byte[] {1});
        Files.write(folder.resolve("arriving").resolve("0".repeat(32)), new byte[] {1});
        var again = new Blobs(folder);
        assertThat(again.ids()).containsExactly(kept.id());
        assertThat(folder.resolve("arriving")).isEmptyDirectory();
    }

    @Test
    void deletingIsForGoodAndMayBeDoneTwice() {
        var blob = blobs.put(new byte[] {1});
        blobs.delete(blob.id());
        blobs.delete(blob.id());
        assertThat(blobs.has(blob.id())).isFalse();
        assertThatThrownBy(() -> blobs.open(blob.id())).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void onlyAnIdOfOursIsTaken() {
        for (var id : new String[] {"", "../../etc/passwd", "a".repeat(31), "A".repeat(32), "a".repeat(32) + "/x"}) {
            assertThatThrownBy(() -> blobs.open(id)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static byte[] read(InputStream in) throws IOException {
        try (in) {
            return in.readAllBytes();
        }
    }
}
