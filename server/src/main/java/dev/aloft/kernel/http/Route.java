package dev.aloft.kernel.http;

import dev.aloft.api.ApiError;
import dev.aloft.api.Operation;
import dev.aloft.kernel.call.DataPlane;
import dev.aloft.wire.HttpRequest;
import dev.aloft.wire.HttpResponse;
import dev.aloft.wire.Protocol;

/** What a request means. */
public sealed interface Route {
    /**
     * An operation of a service.
     *
     * @param request as it was sent; its content may have been read already to find the operation
     * @param path    where the protocol finds labels: the raw path, with the bucket put in front if the host named it
     * @param bucket  the bucket that the host names, or null
     */
    record ToOperation(Operation operation, Protocol protocol, HttpRequest request, String path, String bucket)
            implements Route {}

    /** A deployed API, a function URL, a website. */
    record ToDataPlane(DataPlane plane) implements Route {}

    /** An answer of the platform's own: its health, a preflight. */
    record Answer(HttpResponse response) implements Route {}

    /** Nothing that is known; told in the words and form of the service that seems to be meant. */
    record Refused(Protocol protocol, ApiError error) implements Route {}
}
