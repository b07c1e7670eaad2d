package dev.aloft.service.firehose;

import io.airlift.compress.snappy.SnappyCompressor;
import io.airlift.compress.snappy.SnappyHadoopStreams;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * How an object's content is packed, with the end of its name and its Content-Encoding. Both forms of Snappy end with
 * {@code .snappy}, as AWS was seen to do it; its documentation says {@code .hsnappy} of Hadoop's.
 *
 * @see <a href="https://docs.aws.amazon.com/firehose/latest/dev/s3-object-name.html">S3 object name format</a>
 */
enum Compression {
    UNCOMPRESSED("", null),
    GZIP(".gz", "gzip"),
    ZIP(".zip", "zip"),
    SNAPPY(".snappy", "snappy-java"),
    HADOOP_SNAPPY(".snappy", "hadoop-snappy");

    /** The stream format of the library snappy-java: a header, then blocks with their lengths. */
    private static final byte[] XERIAL = "\202SNAPPY\0\0\0\0\1\0\0\0\1".getBytes(StandardCharsets.ISO_8859_1);
    private static final int XERIAL_BLOCK = 32 << 10;

    private final String extension;
    private final String contentEncoding;

    Compression(String extension, String contentEncoding) {
        this.extension = extension;
        this.contentEncoding = contentEncoding;
    }

    static Compression of(String name) {
        return name.equals("Snappy") ? SNAPPY : valueOf(name);
    }

    String extension() {
        return extension;
    }

    /** Null where the content is as it came. */
    String contentEncoding() {
        return contentEncoding;
    }

    /** @param entry the name of the content in a ZIP file */
    byte[] packed(byte[] content, String entry) {
        var all = new ByteArrayOutputStream();
        try {
            switch (this) {
                case UNCOMPRESSED -> {
                    return content;
                }
                case GZIP -> write(new GZIPOutputStream(all), content);
                case ZIP -> {
                    var zip = new ZipOutputStream(all);
                    zip.putNextEntry(new ZipEntry(entry));
                    write(zip, content);
                }
                case SNAPPY -> xerial(new DataOutputStream(all), content);
                case HADOOP_SNAPPY -> write(new SnappyHadoopStreams().createOutputStream(all), content);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all.toByteArray();
    }

    private static void write(OutputStream packing, byte[] content) throws IOException {
        try (packing) {
            packing.write(content);
        }
    }

    private static void xerial(DataOutputStream all, byte[] content) throws IOException {
        var compressor = new SnappyCompressor();
        var block = new byte[compressor.maxCompressedLength(XERIAL_BLOCK)];
        all.write(XERIAL);
        for (int from = 0; from < content.length; from += XERIAL_BLOCK) {
            int length = compressor.compress(content, from, Math.min(XERIAL_BLOCK, content.length - from), block, 0,
                    block.length);
            all.writeInt(length);
            all.write(block, 0, length);
        }
    }
}
