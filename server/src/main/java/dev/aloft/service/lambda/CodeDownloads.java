package dev.aloft.service.lambda;

import dev.aloft.api.Body;
import dev.aloft.api.Caller;
import dev.aloft.kernel.call.DataPlane;
import dev.aloft.wire.Headers;
import dev.aloft.wire.HttpRequest;
import dev.aloft.wire.HttpResponse;

/** Where GetFunction's Code.Location leads: on AWS a presigned S3 URL, here an address that only who asked knows. */
final class CodeDownloads implements DataPlane {
    private static final String PATH = "/_aloft/lambda/code/";

    private final CodeStore codes;

    CodeDownloads(CodeStore codes) {
        this.codes = codes;
    }

    static String url(Caller caller, CodeStore.Code code) {
        return caller.endpoint() + PATH + code.blob();
    }

    @Override
    public boolean serves(String host, String rawPath) {
        return rawPath.startsWith(PATH);
    }

    @Override
    public HttpResponse handle(HttpRequest request, String requestId) {
        String blob = request.rawPath().substring(PATH.length());
        if (!blob.matches("[0-9a-f]{32}") || !codes.has(blob)) {
            return HttpResponse.empty(404);
        }
        return new HttpResponse(200, Headers.of("Content-Type", "application/zip"), Body.of(codes.open(blob), codes.size(blob)));
    }
}
