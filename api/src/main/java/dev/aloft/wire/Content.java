package dev.aloft.wire;

import dev.aloft.api.ApiError;
import dev.aloft.api.Body;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;

/** A request's content as its operation reads it: SDKs compress what is large. */
final class Content {
    private Content() {}

    static byte[] bytes(HttpRequest request) {
        return bytes(request, Protocol.MAX_BODY);
    }

    static byte[] bytes(HttpRequest request, long most) {
        return decoded(request).bytes(most);
    }

    static Body decoded(HttpRequest request) {
        var encoding = request.headers().first("content-encoding");
        if (encoding == null) {
            return request.body();
        }
        var last = encoding.substring(encoding.lastIndexOf(',') + 1).strip().toLowerCase(Locale.ROOT);
        return switch (last) {
            case "gzip" -> decompressed(() -> new GZIPInputStream(request.body().stream()));
            case "deflate" -> decompressed(() -> new InflaterInputStream(request.body().stream()));
            default -> request.body();
        };
    }

    private interface Decompression {
        InputStream open() throws IOException;
    }

    /** AWS answers content that is not what its Content-Encoding says with a fault of its own. */
    private static Body decompressed(Decompression decompression) {
        try {
            return Body.of(new Faulty(decompression.open()), -1);
        } catch (IOException e) {
            throw broken();
        }
    }

    private static ApiError broken() {
        return ApiError.of("InternalServerError", 500, "Internal server error");
    }

    private static final class Faulty extends FilterInputStream {
        Faulty(InputStream in) {
            super(in);
        }

        @Override
        public int read(byte[] into, int offset, int count) throws IOException {
            try {
                return super.read(into, offset, count);
            } catch (ZipException | EOFException e) {
                throw broken();
            }
        }
    }
}
