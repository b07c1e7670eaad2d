package dev.aloft.service.cloudformation.deploy;

import dev.aloft.kernel.call.DataPlane;
import dev.aloft.wire.HttpRequest;
import dev.aloft.wire.HttpResponse;

/**
 * Where others put what CloudFormation waits for, by a URL that it gave them; on AWS it is a signed one of S3. What is
 * not waited for is refused.
 *
 * @param path  begins all of these URLs
 * @param parts how many segments follow it
 */
record SignedUrlPlane(String path, int parts, Taker taker) implements DataPlane {
    /** Says whether it was waited for. */
    interface Taker {
        boolean take(String[] parts, HttpRequest request);
    }

    @Override
    public boolean serves(String host, String rawPath) {
        return rawPath.startsWith(path);
    }

    @Override
    public HttpResponse handle(HttpRequest request, String requestId) {
        var named = request.rawPath().substring(path.length()).split("/");
        boolean taken = request.method().equals("PUT") && named.length == parts && taker.take(named, request);
        return HttpResponse.empty(taken ? 200 : 403);
    }
}
