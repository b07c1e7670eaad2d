package dev.aloft.wire;

import dev.aloft.api.ApiError;
import dev.aloft.api.Body;
import dev.aloft.api.Operation;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;

/** A request's content as its operation reads it: SDKs compress what is large. */
final class Content {
    private Content() {}

    /** @param operation null where it stands in the content */
    static byte[] bytes(Operation operation, HttpRequest request) {
        return bytes(operation, request, Protocol.MAX_BODY);
    }

    static byte[] bytes(Operation operation, HttpRequest request, long most) {
        return decoded(operation, request).bytes(most);
    }

    static Body decoded(Operation operation, HttpRequest request) {
        var encoding = request.headers().first("content-encoding");
        if (encoding == null) {
            return request.body();
        }
        var body = request.body();
        // The coding that was applied last is named last.
        for (var coding : List.of(encoding.split(",")).reversed()) {
            body = decoded(operation, coding.strip().toLowerCase(Locale.ROOT), body);
        }
        return body;
    }

    private static Body decoded(Operation operation, String coding, Body body) {
        return switch (coding) {
            case "gzip" -> decompressed(() -> new GZIPInputStream(body.stream()));
            case "deflate" -> decompressed(() -> new InflaterInputStream(body.stream()));
            // AWS's documents have amz-1.0 in requests as they are, and some clients name aws-chunked and do not use
            // it.
            case "", "identity", "amz-1.0", "aws-chunked" -> body;
            default -> throw unknown(operation, coding);
        };
    }

    /** DynamoDB answers it with the same fault as content that is broken. */
    private static ApiError unknown(Operation operation, String coding) {
        var complaint = "Unsupported content encoding: " + coding;
        return JsonErrors.isDynamoDb(operation) ? ApiError.of("InternalServerError", 500, complaint)
                : ApiError.of("UnsupportedMediaTypeException", 415, complaint);
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
