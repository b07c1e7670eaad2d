package dev.aloft.kernel.http;

import dev.aloft.api.ApiError;
import dev.aloft.api.Body;
import dev.aloft.api.Endpoint;
import dev.aloft.kernel.call.DataPlane;
import dev.aloft.kernel.identity.Signatures;
import dev.aloft.wire.Authorization;
import dev.aloft.wire.Compression;
import dev.aloft.wire.HttpRequest;
import dev.aloft.wire.HttpResponse;
import dev.aloft.wire.RestXml;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The one pipeline: which operation, whose signature, typed input, the call, typed output. */
public final class FrontDoor implements HttpServer.Handler {
    private static final Logger LOG = Logger.getLogger(FrontDoor.class.getName());

    private final Router router;
    private final Signatures signatures;
    private final Endpoint endpoint;

    public FrontDoor(Router router, Signatures signatures, Endpoint endpoint) {
        this.router = router;
        this.signatures = signatures;
        this.endpoint = endpoint;
    }

    @Override
    public HttpResponse handle(HttpRequest http) {
        var authorization = Authorization.of(http);
        return switch (router.route(http, authorization)) {
            case Route.ToOperation to -> operation(to, authorization);
            case Route.ToDataPlane(var plane) -> dataPlane(plane, http);
            case Route.Answer(var response) -> response;
            case Route.Refused(var protocol, var error) -> router.readable(
                    http, protocol.writeError(null, error, requestId(protocol == RestXml.S3)));
        };
    }

    private HttpResponse operation(Route.ToOperation route, Authorization authorization) {
        var operation = route.operation();
        var protocol = route.protocol();
        var requestId = requestId(protocol == RestXml.S3);
        HttpResponse response;
        try {
            if (!operation.built()) {
                throw ApiError.notBuilt(operation.toString());
            }
            var signed = signatures.verify(route.request(), authorization, operation, route.bucket(), requestId);
            var input = protocol.readInput(operation, at(signed.request(), route.path()));
            var output = endpoint.call(operation, signed.caller(), input);
            response = Compression.answer(route.request(), operation,
                protocol.writeOutput(operation, output, requestId));
        } catch (ApiError e) {
            response = protocol.writeError(operation, e, requestId);
        } catch (Body.TooLarge e) {
            response = protocol.writeError(operation, tooLarge(e), requestId);
        } catch (RuntimeException | Error e) {
            if (Exchanges.gone(e)) {
                throw e;
            }
            LOG.log(Level.SEVERE, operation + " failed, request " + requestId, e);
            response = protocol.writeError(operation, bug(requestId), requestId);
        }
        return router.readable(route, response);
    }

    private static HttpResponse dataPlane(DataPlane plane, HttpRequest http) {
        var requestId = requestId(false);
        try {
            return plane.handle(http, requestId);
        } catch (RuntimeException | Error e) {
            if (Exchanges.gone(e) || e instanceof Body.TooLarge) {
                throw e;
            }
            LOG.log(Level.SEVERE, http.method() + " " + http.host() + http.rawPath() + " failed, request " + requestId,
                e);
            var response = HttpResponse.of(
                    500,
                    "application/json",
                    "{\"message\":\"Internal server error\"}".getBytes(StandardCharsets.UTF_8));
            response.headers().add("x-amzn-RequestId", requestId);
            return response;
        }
    }

    private static HttpRequest at(HttpRequest request, String path) {
        return path.equals(request.rawPath())
                ? request
                : new HttpRequest(
                        request.method(),
                        request.scheme(),
                        path,
                        request.rawQuery(),
                        request.headers(),
                        request.body(),
                        request.remoteAddress());
    }

    private static ApiError tooLarge(Body.TooLarge e) {
        return ApiError.of(
                "RequestEntityTooLargeException",
                413,
                "Request must be smaller than " + e.limit() + " bytes for this operation");
    }

    /** SDKs try an internal failure again, which is right for a bug that may depend on the moment. */
    private static ApiError bug(String requestId) {
        return ApiError.of(
                "InternalFailure",
                500,
                "The request failed because of an error in Aloft. Its log has the details under request " + requestId
                        + ".");
    }

    /** S3's ids are 16 letters and digits, all others' are UUIDs. */
    private static String requestId(boolean s3) {
        var random = ThreadLocalRandom.current();
        long high = random.nextLong();
        if (s3) {
            return "%016X".formatted(high);
        }
        long version4 = high & 0xffffffffffff0fffL | 0x4000L;
        long variant = random.nextLong() & 0x3fffffffffffffffL | 0x8000000000000000L;
        return new UUID(version4, variant).toString();
    }
}
