package dev.aloft.kernel.call;

import dev.aloft.wire.HttpRequest;
import dev.aloft.wire.HttpResponse;

/** HTTP that is no AWS operation: a deployed API's own requests, a function URL, a website. */
public interface DataPlane {
    /**
     * Whether this host (port included, as sent) and raw path are ours. Must be cheap: it is asked for each such
     * request.
     */
    boolean serves(String host, String rawPath);

    HttpResponse handle(HttpRequest request, String requestId);
}
