package dev.aloft.wire;

import dev.aloft.api.Body;
import java.io.IOException;
import java.util.Locale;
import java.util.zip.GZIPInputStream;

/** A request's content as its operation reads it: SDKs compress what is large. */
final class Content {
    private Content() {}

    static byte[] bytes(HttpRequest request) {
        return decoded(request).bytes(Protocol.MAX_BODY);
    }

    static Body decoded(HttpRequest request) {
        var encoding = request.headers().first("content-encoding");
        if (encoding == null) {
            return request.body();
        }
        var text = encoding.strip().toLowerCase(Locale.ROOT);
        if (!text.equals("gzip") && !text.endsWith(",gzip") && !text.endsWith(", gzip")) {
            return request.body();
        }
        try {
            return Body.of(new GZIPInputStream(request.body().stream()), -1);
        } catch (IOException e) {
            throw new Unreadable("The content is not gzip, as its Content-Encoding says");
        }
    }
}
