package dev.aloft.service.firehose;

import static org.assertj.core.api.Assertions.assertThat;

import io.airlift.compress.snappy.SnappyDecompressor;
import io.airlift.compress.snappy.SnappyHadoopStreams;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;

/** Content comes out of each form as it went in. */
class CompressionTest {
    private static final byte[] CONTENT = "some content ".repeat(9_000).getBytes(StandardCharsets.UTF_8);

    @Test
    void formsOfTheJdk() throws IOException {
        assertThat(new GZIPInputStream(new ByteArrayInputStream(Compression.GZIP.packed(CONTENT, "e"))).readAllBytes())
            .isEqualTo(CONTENT);
        var zip = new ZipInputStream(new ByteArrayInputStream(Compression.ZIP.packed(CONTENT, "entry")));
        assertThat(zip.getNextEntry().getName()).isEqualTo("entry");
        assertThat(zip.readAllBytes()).isEqualTo(CONTENT);
        assertThat(Compression.UNCOMPRESSED.packed(CONTENT, "e")).isEqualTo(CONTENT);
    }

    @Test
    void hadoopsSnappy() throws IOException {
        var packed = Compression.of("HADOOP_SNAPPY").packed(CONTENT, "e");
        assertThat(packed.length).isLessThan(CONTENT.length / 2);
        assertThat(new SnappyHadoopStreams().createInputStream(new ByteArrayInputStream(packed)).readAllBytes())
            .isEqualTo(CONTENT);
    }

    /** A header of 16 bytes, then blocks of up to 32 KiB with their packed length before them. */
    @Test
    void snappyAsTheLibrarySnappyJavaWritesIt() throws IOException {
        var packed = Compression.of("Snappy").packed(CONTENT, "e");
        assertThat(Arrays.copyOf(packed, 16)).isEqualTo(
            new byte[] {(byte) 0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0, 0, 0, 0, 1, 0, 0, 0, 1});
        var in = new DataInputStream(new ByteArrayInputStream(packed, 16, packed.length - 16));
        var all = new ByteArrayOutputStream();
        var plain = new byte[32 << 10];
        while (in.available() > 0) {
            var block = in.readNBytes(in.readInt());
            all.write(plain, 0, new SnappyDecompressor().decompress(block, 0, block.length, plain, 0, plain.length));
        }
        assertThat(all.toByteArray()).isEqualTo(CONTENT);
    }
}
