package dev.aloft.service.lambda;

import dev.aloft.api.ApiError;
import dev.aloft.api.Body;
import dev.aloft.api.Caller;
import dev.aloft.kernel.call.DataPlane;
import dev.aloft.wire.Headers;
import dev.aloft.wire.HttpRequest;
import dev.aloft.wire.HttpResponse;

/** Where GetFunction's Code.Location leads: on AWS a presigned S3 URL, here an address that only who asked knows. */
final class CodeDownloads implements DataPlane {
    private static final String PATH = "/_aloft/lambda/code/";
    /** Before the id of what lies encrypted. */
    private static final String SEALED = "sealed/";

    private final CodeStore codes;
    private final Functions functions;

    CodeDownloads(CodeStore codes, Functions functions) {
        this.codes = codes;
        this.functions = functions;
    }

    static String url(Caller caller, CodeStore.Code code) {
        return caller.endpoint() + PATH + (code.sealing() == null ? "" : SEALED) + code.blob();
    }

    @Override
    public boolean serves(String host, String rawPath) {
        return rawPath.startsWith(PATH);
    }

    @Override
    public HttpResponse handle(HttpRequest request, String requestId) {
        String blob = request.rawPath().substring(PATH.length());
        if (blob.startsWith(SEALED)) {
            return sealed(blob.substring(SEALED.length()));
        }
        if (!blob.matches("[0-9a-f]{32}") || !codes.has(blob)) {
            return HttpResponse.empty(404);
        }
        return zip(Body.of(codes.open(blob), codes.size(blob)));
    }

    private HttpResponse sealed(String blob) {
        try {
            return functions.packageOf(blob).map(code -> zip(Body.of(codes.opened(code))))
                    .orElse(HttpResponse.empty(404));
        } catch (ApiError keyIsNoGood) {
            return HttpResponse.empty(403);
        }
    }

    private static HttpResponse zip(Body body) {
        return new HttpResponse(200, Headers.of("Content-Type", "application/zip"), body);
    }
}
