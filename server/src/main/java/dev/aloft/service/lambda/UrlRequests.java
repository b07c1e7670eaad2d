package dev.aloft.service.lambda;

import dev.aloft.api.ApiError;
import dev.aloft.api.Body;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Lambda;
import dev.aloft.api.Principal;
import dev.aloft.kernel.call.Access;
import dev.aloft.kernel.call.DataPlane;
import dev.aloft.kernel.call.Service;
import dev.aloft.kernel.time.Time;
import dev.aloft.wire.HttpRequest;
import dev.aloft.wire.HttpResponse;
import dev.aloft.service.lambda.invoke.Measures;
import java.util.Collections;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Answers requests to function URLs, at {@code http://ID.lambda-url.REGION.localhost:4566/…} (or any other domain) and
 * at {@code /_aws/lambda-url/ID/…} for clients that cannot resolve such names.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html">Invoking Lambda function URLs</a>
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html">Control access to Lambda function URLs</a>
 */
final class UrlRequests implements DataPlane {
    private static final Pattern HOST = Pattern.compile("([a-z0-9]+)\\.lambda-url\\..*", Pattern.CASE_INSENSITIVE);
    private static final Pattern PATH = Pattern.compile("/_aws/lambda-url/([a-z0-9]+)(/.*)?");
    private static final int MOST_BYTES = 6 * 1024 * 1024;

    private final Service service;
    private final FunctionUrls urls;
    private final Invoke invoke;
    private final UrlAccess access;
    private final Measures measures;
    private final Time time;

    UrlRequests(Service service, FunctionUrls urls, Invoke invoke, UrlAccess access, Measures measures, Time time) {
        this.service = service;
        this.urls = urls;
        this.invoke = invoke;
        this.access = access;
        this.measures = measures;
        this.time = time;
    }

    @Override
    public boolean serves(String host, String rawPath) {
        return rawPath.startsWith("/_aws/lambda-url/") || HOST.matcher(host).matches();
    }

    @Override
    public HttpResponse handle(HttpRequest request, String requestId) {
        var host = HOST.matcher(request.host());
        var path = PATH.matcher(request.rawPath());
        boolean byPath = path.matches();
        String id = byPath ? path.group(1) : host.matches() ? host.group(1).toLowerCase(Locale.ROOT) : "";
        Optional<FunctionUrls.Found> found = urls.find(id);
        if (found.isEmpty()) {
            return told(requestId, ApiError.of("AccessDeniedException", 403, null));
        }
        long begun = System.nanoTime();
        HttpResponse response = handle(request, found.get(), path, byPath, requestId);
        FunctionName name = found.get().name();
        measures.ofUrl(name.account(), name.region(), name.name(),
                name.qualifier() == null ? FunctionName.LATEST : name.qualifier())
                .answered(response.status(), (System.nanoTime() - begun) / 1e6);
        return response;
    }

    private HttpResponse handle(HttpRequest request, FunctionUrls.Found found, Matcher path, boolean byPath,
            String requestId) {
        String inside = !byPath ? request.rawPath() : path.group(2) == null ? "/" : path.group(2);
        UrlCors cors = UrlCors.of(found.url().cors(), request.headers());
        if (cors.isPreflight(request.method())) {
            return identified(cors.preflight(), requestId);
        }
        return identified(cors.allow(answer(request, found, inside, byPath, requestId)), requestId);
    }

    private HttpResponse answer(HttpRequest request, FunctionUrls.Found url, String path, boolean byPath,
            String requestId) {
        try {
            UrlAccess.Signed sender = sender(request, url, requestId);
            admit(sender.caller(), url);
            byte[] body = sender.request().body().bytes(MOST_BYTES);
            String trace = trace(request);
            byte[] event = new UrlEvent(request, url, path, byPath, body, time.instant(), requestId, trace,
                    sender.caller()).json();
            Caller caller = sender.caller().withTrace(trace);
            HttpResponse response = url.url().streams() ? streamed(caller, url, event) : buffered(caller, url, event);
            response.headers().set("X-Amzn-Trace-Id", trace);
            return response;
        } catch (Body.TooLarge e) {
            return told(requestId, ApiError.of("RequestEntityTooLargeException", 413,
                    "Request must be smaller than " + MOST_BYTES + " bytes for the InvokeFunction operation"));
        } catch (ApiError e) {
            return told(requestId, e);
        }
    }

    private UrlAccess.Signed sender(HttpRequest request, FunctionUrls.Found url, String requestId) {
        FunctionName name = url.name();
        if (Lambda.FunctionUrlAuthType.AWS_IAM.equals(url.url().authType())) {
            UrlAccess.Signed signed;
            try {
                signed = access.signed(request, requestId);
            } catch (ApiError e) {
                throw e.status() == 403 && e.code().startsWith("MissingAuthentication") ? forbidden() : e;
            }
            return new UrlAccess.Signed(signed.caller().in(name.account(), name.region()), signed.request());
        }
        return new UrlAccess.Signed(new Caller(name.account(), name.region(), new Principal.Anonymous(), requestId,
                null, 0, request.scheme() + "://" + request.host(), request.remoteAddress(),
                request.headers().first("user-agent")), request);
    }

    /** Since October 2025 both are asked for: the URL's own permission and that of the function. */
    private void admit(Caller caller, FunctionUrls.Found url) {
        String arn = url.name().qualifiedArn();
        try {
            access.require(caller,
                    Access.to("lambda:InvokeFunctionUrl", arn).with("lambda:FunctionUrlAuthType", url.url().authType()),
                    service);
            access.require(caller, Access.to("lambda:InvokeFunction", arn).with("lambda:InvokedViaFunctionUrl", "true"),
                    service);
        } catch (ApiError denied) {
            throw forbidden();
        }
    }

    private static ApiError forbidden() {
        return ApiError.of("AccessDeniedException", 403,
                "Forbidden. For troubleshooting Function URL authorization issues, see:"
                + " https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html");
    }

    private HttpResponse buffered(Caller caller, FunctionUrls.Found url, byte[] event) {
        Lambda.InvokeResponse returned = invoke.invoke(caller, Lambda.InvokeRequest.of(r -> r
                .functionName(url.name().arn()).qualifier(url.name().qualifier()).payload(Bytes.of(event))));
        return returned.functionError() != null ? UrlAnswer.failed() : UrlAnswer.of(returned.payload().array());
    }

    private HttpResponse streamed(Caller caller, FunctionUrls.Found url, byte[] event) {
        return UrlAnswer.of(invoke.answer(caller, url.name(), event));
    }

    /** The caller's trace, or the root of a new one. */
    private String trace(HttpRequest request) {
        var given = request.headers().first("x-amzn-trace-id");
        if (given != null) {
            return given;
        }
        var random = ThreadLocalRandom.current();
        return "Root=1-%08x-%016x%08x".formatted(time.instant().getEpochSecond(), random.nextLong(), random.nextInt());
    }

    private static HttpResponse told(String requestId, ApiError e) {
        // Whoever may not call is told by another part of AWS than whoever is throttled.
        String name = e.status() == 429 ? "message" : "Message";
        byte[] body = JsonWriter.bytes(Collections.singletonMap(name, e.getMessage()));
        HttpResponse response = HttpResponse.of(e.status(), "application/json", body);
        response.headers().add("x-amzn-ErrorType", e.code());
        return identified(response, requestId);
    }

    private static HttpResponse identified(HttpResponse response, String requestId) {
        response.headers().set("x-amzn-RequestId", requestId);
        return response;
    }
}
