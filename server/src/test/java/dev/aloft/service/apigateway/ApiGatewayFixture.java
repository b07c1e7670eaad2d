package dev.aloft.service.apigateway;

import dev.aloft.api.ApiError;
import dev.aloft.api.Body;
import dev.aloft.api.ApiGateway;
import dev.aloft.api.ApiGatewayV2;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.JsonReader;
import dev.aloft.api.Lambda;
import dev.aloft.api.Lambda.InvokeRequest;
import dev.aloft.api.Lambda.InvokeResponse;
import dev.aloft.api.Operation;
import dev.aloft.api.Principal;
import dev.aloft.api.Shape;
import dev.aloft.kernel.call.DataPlane;
import dev.aloft.kernel.store.FlakyStore;
import dev.aloft.kernel.store.MemoryStore;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.TestTime;
import dev.aloft.wire.Headers;
import dev.aloft.wire.HttpRequest;
import dev.aloft.wire.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;

/** Both services on a store in memory, with functions that are Java lambdas. */
final class ApiGatewayFixture implements Endpoint {
    static final String FUNCTION = "arn:aws:lambda:eu-central-1:111122223333:function:hello";
    static final String INVOCATION = "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/" + FUNCTION
            + "/invocations";

    private final Store store = new FlakyStore(new MemoryStore());
    private final TestTime time = new TestTime();
    private final ApiGatewayService rest = new ApiGatewayService(store, time, this, null);
    private final ApiGatewayV2Service http = new ApiGatewayV2Service(store, time, this);
    final ApiGateway api = ApiGateway.at(this);
    final ApiGatewayV2 apiV2 = ApiGatewayV2.at(this);
    final DataPlane gateway = rest.dataPlanes().getFirst();

    Function<InvokeRequest, InvokeResponse> function = _ -> answer("{\"statusCode\": 200, \"body\": \"hello\"}");
    Caller invokedAs;
    Map<String, Object> event;

    static Caller caller() {
        return new Caller("111122223333", "eu-central-1", new Principal.Root("111122223333"),
                UUID.randomUUID().toString(), null, 0,
                "http://127.0.0.1:4566", "127.0.0.1", "test");
    }

    static InvokeResponse answer(String payload) {
        return InvokeResponse.of(r -> r.statusCode(200).payload(Bytes.of(payload.getBytes(StandardCharsets.UTF_8))));
    }

    @Override
    @SuppressWarnings("unchecked")
    public Shape call(Operation operation, Caller caller, Shape input) {
        if (operation.service() == Lambda.MODEL) {
            var invoke = (InvokeRequest) input;
            invokedAs = caller;
            event = (Map<String, Object>) JsonReader.tree(invoke.payload().array());
            return function.apply(invoke);
        }
        return operation.service() == ApiGateway.MODEL ? rest.call(operation, caller, input)
                : http.call(operation, caller, input);
    }

    HttpResponse send(String method, String url, String body, String... headers) {
        int path = url.indexOf('/');
        int query = url.indexOf('?');
        var all = Headers.of(headers).add("Host", url.substring(0, path));
        var request = new HttpRequest(method, "http", url.substring(path, query < 0 ? url.length() : query),
                query < 0 ? "" : url.substring(query + 1), all, Body.of(body), "10.0.0.7");
        if (!gateway.serves(request.host(), request.rawPath())) {
            throw new AssertionError("not the gateway's: " + url);
        }
        return gateway.handle(request, "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0");
    }

    HttpResponse get(String url, String... headers) {
        return send("GET", url, "", headers);
    }

    static String text(HttpResponse response) {
        return new String(response.body().bytes(1 << 20), StandardCharsets.UTF_8);
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> map(Object tree) {
        return (Map<String, Object>) tree;
    }

    static ApiError errorOf(Runnable call) {
        try {
            call.run();
        } catch (ApiError e) {
            return e;
        }
        throw new AssertionError("no error");
    }
}
