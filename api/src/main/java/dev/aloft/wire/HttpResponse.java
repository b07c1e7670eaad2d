package dev.aloft.wire;

import dev.aloft.api.Body;

/** One HTTP response. A body of known length is sent with Content-Length, any other chunked. */
public record HttpResponse(int status, Headers headers, Body body) {

    public static HttpResponse of(int status, String contentType, byte[] body) {
        return new HttpResponse(status, Headers.of("Content-Type", contentType), Body.of(body));
    }

    public static HttpResponse empty(int status) {
        return new HttpResponse(status, new Headers(), Body.EMPTY);
    }
}
