package dev.aloft.api;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Content that is read once, as a stream: an object's bytes, an invocation's payload. */
public interface Body extends AutoCloseable {
    Body EMPTY = of(new byte[0]);

    /** Bytes to come, or -1 when nobody knows yet. */
    long length();

    InputStream stream();

    @Override
    default void close() {
        try {
            stream().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Everything that is left, or {@link TooLarge} when that is more than the limit. */
    default byte[] bytes(long limit) {
        if (length() > limit) {
            throw new TooLarge(limit);
        }
        try (var in = stream()) {
            var bytes = in.readNBytes((int) Math.min(limit + 1, Integer.MAX_VALUE - 8));
            if (bytes.length > limit) {
                throw new TooLarge(limit);
            }
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    default void writeTo(OutputStream out) throws IOException {
        try (var in = stream()) {
            in.transferTo(out);
        }
    }

    static Body of(byte[] bytes) {
        return new OfBytes(bytes);
    }

    static Body of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    static Body of(InputStream stream, long length) {
        return new OfStream(stream, length);
    }

    record OfBytes(byte[] content) implements Body {
        @Override
        public long length() {
            return content.length;
        }

        @Override
        public InputStream stream() {
            return new ByteArrayInputStream(content);
        }

        @Override
        public byte[] bytes(long limit) {
            if (content.length > limit) {
                throw new TooLarge(limit);
            }
            return content;
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            out.write(content);
        }

        @Override
        public void close() {}
    }

    record OfStream(InputStream stream, long length) implements Body {}

    /** The content is longer than whoever reads it allows. */
    final class TooLarge extends RuntimeException {
        private final long limit;

        public TooLarge(long limit) {
            super("content is longer than " + limit + " bytes", null, false, false);
            this.limit = limit;
        }

        public long limit() {
            return limit;
        }
    }
}
