package dev.aloft.service.apigateway.serve;

import dev.aloft.api.ApiError;
import dev.aloft.api.Body;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Lambda;
import dev.aloft.api.Lambda.InvalidParameterValueException;
import dev.aloft.api.Lambda.InvokeRequest;
import dev.aloft.api.Principal;
import dev.aloft.kernel.call.DataPlane;
import dev.aloft.kernel.identity.Roles;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.apigateway.TenantHeader;
import dev.aloft.wire.Headers;
import dev.aloft.wire.HttpRequest;
import dev.aloft.wire.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/**
 * Answers the requests of deployed APIs, at {@code http://API.execute-api.localhost:4566/…} (or any other domain), at
 * {@code /_aws/execute-api/API/…} for clients that cannot resolve such names, and at the path other local clouds use.
 *
 * @see <a href="https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html">
 *     Quotas</a>
 */
public final class Gateway implements DataPlane {
    private static final Pattern HOST = Pattern.compile("([a-z0-9]{10})\\.execute-api\\..*");
    private static final Pattern PATH = Pattern.compile("/_aws/execute-api/([a-z0-9]{10})(/.*)?");
    private static final Pattern FOREIGN_PATH =
            Pattern.compile("/restapis/([a-z0-9]{10})/([^/]+)/_user_request_(/.*)?");
    private static final int MAX_BODY_BYTES = 10 * 1024 * 1024;

    private final Served.Source source;
    private final Lambda lambda;
    private final Roles roles;
    private final Time time;
    private final Executor threads =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("integration-", 0).factory());

    public Gateway(Served.Source source, Endpoint endpoint, Roles roles, Time time) {
        this.source = source;
        this.lambda = Lambda.at(endpoint);
        this.roles = roles;
        this.time = time;
    }

    @Override
    public boolean serves(String host, String rawPath) {
        return HOST.matcher(host).matches()
                || rawPath.startsWith("/_aws/execute-api/")
                || rawPath.startsWith("/restapis/") && FOREIGN_PATH.matcher(rawPath).matches();
    }

    @Override
    public HttpResponse handle(HttpRequest request, String requestId) {
        byte[] body;
        try {
            body = request.body().bytes(MAX_BODY_BYTES);
        } catch (Body.TooLarge e) {
            return message(413, "Request Too Long", "RequestTooLargeException");
        }
        return address(request).map(address -> serve(request, address, body, requestId)).orElseGet(Gateway::forbidden);
    }

    /** An API and the path on its own host. */
    private record Address(String apiId, String path) {}

    private static Optional<Address> address(HttpRequest request) {
        var host = HOST.matcher(request.host());
        if (host.matches()) {
            return Optional.of(new Address(host.group(1), request.rawPath()));
        }
        var path = PATH.matcher(request.rawPath());
        if (path.matches()) {
            return Optional.of(new Address(path.group(1), path.group(2) == null ? "/" : path.group(2)));
        }
        var foreign = FOREIGN_PATH.matcher(request.rawPath());
        return foreign.matches()
                ? Optional.of(new Address(foreign.group(1),
                        "/" + foreign.group(2) + (foreign.group(3) == null ? "" : foreign.group(3))))
                : Optional.empty();
    }

    /** The first part of the path names the stage; an HTTP API's $default stage has none and takes what is left. */
    private HttpResponse serve(HttpRequest request, Address address, byte[] body, String requestId) {
        int slash = address.path().indexOf('/', 1);
        var first = address.path().substring(1, slash < 0 ? address.path().length() : slash);
        var named = first.isEmpty() ? Optional.<Served>empty() : source.find(address.apiId(), first);
        var served = named.isPresent() ? named : source.find(address.apiId(), "$default");
        if (served.isEmpty()) {
            return forbidden();
        }
        var path = named.isEmpty() ? address.path() : slash < 0 ? "/" : address.path().substring(slash);
        var incoming = new Incoming(request, address.apiId(), address.path(), path, body, time.instant(), requestId,
                trace(request));
        return switch (served.get()) {
            case Served.Rest rest -> rest(incoming, rest);
            case Served.Http http -> http(incoming, http);
        };
    }

    private HttpResponse rest(Incoming incoming, Served.Rest served) {
        var extendedId = Base64.getEncoder()
                .encodeToString(incoming.requestId().substring(0, 11).getBytes(StandardCharsets.US_ASCII));
        var response = served.routing().find(incoming.method(), incoming.path())
                .map(found -> rest(incoming, served, found, extendedId))
                .orElseGet(() -> message(403, "Missing Authentication Token", "MissingAuthenticationTokenException"));
        response.headers().set("x-amzn-RequestId", incoming.requestId()).set("x-amz-apigw-id", extendedId);
        if (!response.headers().has("x-amzn-ErrorType")) {
            response.headers().set("X-Amzn-Trace-Id", incoming.trace());
        }
        return response;
    }

    private HttpResponse rest(Incoming incoming, Served.Rest served, RestRouting.Found found, String extendedId) {
        var integration = found.method().methodIntegration();
        if (integration.type().equals("MOCK")) {
            return MockAnswer.of(integration).map(Gateway::mock).orElseGet(() -> restError(500));
        }
        var caller = caller(incoming, served.routing().account(), served.routing().region());
        var resource = executeApi(caller, served.apiId(), served.stage(), incoming.method(), found.resource().path());
        var event = ProxyEvents.rest(incoming, served, found, extendedId);
        var function = LambdaUri.function(integration.uri(), served.variables());
        int timeout = integration.timeoutInMillis() == null ? 29_000 : integration.timeoutInMillis();
        var tenant = TenantHeader.tenant(integration, new TenantHeader.Request(incoming.request().headers()::first,
                name -> last(incoming.query().get(name)), found.pathParameters()::get)).orElse(null);
        return switch (invoke(caller, resource, integration.credentials(), function, tenant, event, timeout)) {
            case Outcome.Returned returned -> ProxyAnswers
                    .version1(returned.payload(), served.routing().isBinary(accepted(incoming)), "application/json")
                    .orElseGet(() -> restError(502));
            case Outcome.Failed _ -> restError(502);
            case Outcome.NotAllowed _ -> restError(500);
            case Outcome.Refused refused -> message(400, refused.message(), "BadRequestException");
            case Outcome.TimedOut _ -> message(504, "Endpoint request timed out", "InternalServerErrorException");
        };
    }

    private static String last(List<String> values) {
        return values == null ? null : values.getLast();
    }

    /** Only the first media type that the caller accepts counts. */
    private static String accepted(Incoming incoming) {
        var accept = incoming.request().headers().first("accept");
        return accept == null ? null : accept.split(",", 2)[0];
    }

    private static HttpResponse mock(MockAnswer answer) {
        var headers = Headers.of("Content-Type", "application/json");
        answer.headers().forEach(headers::set);
        return new HttpResponse(answer.status(), headers, Body.of(answer.body()));
    }

    private static HttpResponse restError(int status) {
        return message(status, "Internal server error", "InternalServerErrorException");
    }

    private HttpResponse http(Incoming incoming, Served.Http served) {
        var cors = served.routing().cors();
        var preflight = Preflight.answer(cors, incoming.request());
        if (preflight.isPresent()) {
            preflight.get().headers().set("apigw-requestid", incoming.requestId());
            return preflight.get();
        }
        var response = served.routing().find(incoming.method(), Incoming.decode(incoming.path()))
                .map(found -> http(incoming, served, found))
                .orElseGet(() -> plain(404, "Not Found"));
        Preflight.decorate(cors, incoming.request(), response.headers());
        response.headers().set("Apigw-Requestid", incoming.requestId());
        return response;
    }

    private HttpResponse http(Incoming incoming, Served.Http served, HttpRouting.Found found) {
        var integration = found.integration();
        if (integration == null) {
            return plain(500, "Internal Server Error");
        }
        boolean second = integration.payloadFormatVersion().equals("2.0");
        var event = second ? ProxyEvents.http2(incoming, served, found) : ProxyEvents.http1(incoming, served, found);
        var caller = caller(incoming, served.routing().account(), served.routing().region());
        var resource = executeApi(caller, served.apiId(), served.stage(), found.route().routeKey());
        var function = LambdaUri.function(integration.integrationUri(), served.variables());
        int timeout = integration.timeoutInMillis() == null ? 30_000 : integration.timeoutInMillis();
        return switch (invoke(caller, resource, integration.credentialsArn(), function, null, event, timeout)) {
            case Outcome.Returned returned -> (second
                            ? ProxyAnswers.version2(returned.payload())
                            : ProxyAnswers.version1(returned.payload(), true, "text/plain;charset=UTF-8"))
                    .orElseGet(() -> plain(500, "Internal Server Error"));
            case Outcome.Failed _, Outcome.NotAllowed _, Outcome.Refused _ -> plain(500, "Internal Server Error");
            case Outcome.TimedOut _ -> plain(503, "Service Unavailable");
        };
    }

    /** What came of an invocation. */
    private sealed interface Outcome {
        record Returned(byte[] payload) implements Outcome {}

        /** The function failed, or could not be run. */
        record Failed() implements Outcome {}

        record NotAllowed() implements Outcome {}

        /** It wants to know whose the event is, or does not. */
        record Refused(String message) implements Outcome {}

        record TimedOut() implements Outcome {}
    }

    /** As API Gateway, which the function's policy must allow; or with the role that the integration names. */
    private Outcome invoke(Caller caller, String resource, String credentials, String function, String tenant,
            byte[] event, int timeoutMillis) {
        var asGateway = caller.asService("apigateway.amazonaws.com", resource);
        var answer = CompletableFuture.supplyAsync(() -> {
            var as = credentials == null ? asGateway
                    : roles.assume(asGateway, credentials, "BackplaneAssumeRoleSession");
            return lambda.invoke(as, InvokeRequest.of(
                    r -> r.functionName(function).tenantId(tenant).payload(Bytes.of(event))));
        }, threads);
        try {
            var returned = answer.get(timeoutMillis, TimeUnit.MILLISECONDS);
            return returned.functionError() != null
                    ? new Outcome.Failed()
                    : new Outcome.Returned(returned.payload() == null ? new byte[0] : returned.payload().array());
        } catch (TimeoutException e) {
            return new Outcome.TimedOut();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof InvalidParameterValueException refused) {
                return new Outcome.Refused(refused.getMessage());
            }
            if (e.getCause() instanceof ApiError error) {
                return error.status() == 403 || error.status() == 404 ? new Outcome.NotAllowed() : new Outcome.Failed();
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Outcome.Failed();
        }
    }

    private static Caller caller(Incoming incoming, String account, String region) {
        return new Caller(account, region, new Principal.Anonymous(), incoming.requestId(), incoming.trace(), 0,
                incoming.request().scheme() + "://" + incoming.request().host(), incoming.sourceIp(),
                incoming.request().headers().first("user-agent"));
    }

    private static String executeApi(Caller caller, String apiId, String stage, String method, String path) {
        return caller.arn("execute-api", apiId + "/" + stage + "/" + method + path).toString();
    }

    private static String executeApi(Caller caller, String apiId, String stage, String routeKey) {
        int space = routeKey.indexOf(' ');
        return space < 0
                ? caller.arn("execute-api", apiId + "/" + stage + "/" + routeKey).toString()
                : executeApi(caller, apiId, stage, routeKey.substring(0, space), routeKey.substring(space + 1));
    }

    /** The caller's trace, or the root of a new one: {@code Root=1-SECONDS-96BITS}. */
    private String trace(HttpRequest request) {
        var given = request.headers().first("x-amzn-trace-id");
        if (given != null) {
            return given;
        }
        var random = ThreadLocalRandom.current();
        return "Root=1-%08x-%016x%08x".formatted(time.instant().getEpochSecond(), random.nextLong(), random.nextInt());
    }

    private static HttpResponse forbidden() {
        return message(403, "Forbidden", "ForbiddenException");
    }

    private static HttpResponse message(int status, String text, String errorType) {
        var response = HttpResponse.of(status, "application/json",
                ("{\"message\": \"" + text + "\"}").getBytes(StandardCharsets.UTF_8));
        response.headers().set("x-amzn-ErrorType", errorType);
        return response;
    }

    private static HttpResponse plain(int status, String text) {
        return HttpResponse.of(status, "application/json",
                ("{\"message\":\"" + text + "\"}").getBytes(StandardCharsets.UTF_8));
    }
}
