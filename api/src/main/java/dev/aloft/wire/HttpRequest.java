package dev.aloft.wire;

import dev.aloft.api.Body;

/**
 * One HTTP request as it came or as it will be sent.
 *
 * @param scheme        {@code http} or {@code https}
 * @param rawPath       the path exactly as on the wire, percent-encoded, never normalised (signatures and S3 keys
 *                      depend on it)
 * @param rawQuery      the query string exactly as on the wire without {@code ?}, or the empty string
 * @param remoteAddress the peer's IP address, or null
 */
public record HttpRequest(
        String method,
        String scheme,
        String rawPath,
        String rawQuery,
        Headers headers,
        Body body,
        String remoteAddress) {

    /** The Host header (or HTTP/2 authority) as sent, port included; the empty string where there is none. */
    public String host() {
        var host = headers.first("host");
        return host == null ? "" : host;
    }

    public HttpRequest withBody(Body newBody) {
        return new HttpRequest(method, scheme, rawPath, rawQuery, headers, newBody, remoteAddress);
    }
}
