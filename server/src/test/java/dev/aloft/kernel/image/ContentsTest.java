package dev.aloft.kernel.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.kernel.time.TestTime;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContentsTest {
    @TempDir
    Path folder;
    private final TestTime time = new TestTime();
    private Contents contents;

    @BeforeEach
    void open() {
        contents = new Contents(folder.resolve("one"), time);
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Digest digest(String text) {
        return Digest.ofBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aContentIsUnderItsDigest() throws IOException {
        assertThat(contents.put(stream("hello"))).isEqualTo(digest("hello"));
        assertThat(contents.put(stream("hello"))).isEqualTo(digest("hello"));
        assertThat(contents.size(digest("hello"))).isEqualTo(5);
        assertThat(contents.bytes(digest("hello"), 5))
                .hasValueSatisfying(all -> assertThat(all).asString().isEqualTo("hello"));
        assertThat(contents.bytes(digest("hello"), 4)).isEmpty();
        try (var in = contents.open(digest("hello"), 2, 3)) {
            assertThat(in).hasContent("llo");
        }
        try (var in = contents.open(digest("hello"), 1, 3)) {
            assertThat(in).hasContent("ell");
        }
    }

    @Test
    void whatArrivesInPartsIsKeptWhenItIsWhatWasAnnounced() throws IOException {
        String id = contents.begin();
        assertThat(contents.append(id, stream("hel"))).isEqualTo(3);
        assertThatThrownBy(() -> contents.finish(id, digest("hello"))).isInstanceOf(Contents.WrongDigest.class);
        // Also over a restart.
        var again = new Contents(folder.resolve("one"), time);
        assertThat(again.arrived(id)).contains(3L);
        again.append(id, stream("lo"));
        assertThat(again.finish(id, digest("hello"))).isEqualTo(digest("hello"));
        assertThat(again.arrived(id)).isEmpty();
        assertThat(again.arrived("../one")).isEmpty();
        assertThatThrownBy(() -> again.append("../../x", stream("x"))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aStreamThatBreaksLeavesNothing() throws IOException {
        var broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("broken");
            }
        };
        assertThatThrownBy(() -> contents.put(broken)).hasMessage("broken");
        try (var files = Files.list(folder.resolve("one/arriving"))) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void aContentThatIsTakenStaysWhenTheOtherGoes() throws IOException {
        contents.put(stream("hello"));
        var other = new Contents(folder.resolve("two"), time);
        other.take(contents, digest("hello"));
        other.take(contents, digest("hello"));
        contents.deleteOlder(digest("hello"), Instant.MAX);
        assertThat(contents.has(digest("hello"))).isFalse();
        try (var in = other.open(digest("hello"))) {
            assertThat(in).hasContent("hello");
        }
    }

    @Test
    void whatWasPutAgainIsNotOld() throws IOException {
        contents.put(stream("hello"));
        contents.put(stream("other"));
        time.advance(Duration.ofHours(2));
        contents.put(stream("hello"));
        Instant moment = time.instant().minus(Duration.ofHours(1));
        assertThat(contents.olderThan(moment)).containsExactly(digest("other"));
        contents.deleteOlder(digest("hello"), moment);
        assertThat(contents.has(digest("hello"))).isTrue();
    }
}
