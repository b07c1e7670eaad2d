package dev.aloft.wire;

import dev.aloft.api.ApiError;
import dev.aloft.api.Body;
import dev.aloft.api.Operation;
import dev.aloft.api.Schema;
import dev.aloft.api.Shape;

/** REST with JSON bodies: Lambda, API Gateway, Scheduler. */
public final class RestJson implements Protocol {
    public static final RestJson INSTANCE = new RestJson();

    private final Rest rest = new Rest(JsonBody.INSTANCE, false);

    private RestJson() {}

    @Override
    public String name() {
        return "rest-json";
    }

    @Override
    public Shape readInput(Operation operation, HttpRequest request) {
        if (isDocument(operation.input())) {
            checkContentType(request.headers());
        }
        if (isDocument(operation.output())) {
            ContentTypes.accepted(request.headers(), "application/json");
        }
        return JsonErrors.reading(operation, () -> rest.readInput(operation, request));
    }

    /** Whether the body is a JSON document, and not content of another type. */
    private static boolean isDocument(Schema.Structure structure) {
        var payload = structure.payload();
        return payload == null
                ? RestBinding.hasBody(structure)
                : payload.target() instanceof Schema.Structure target && !target.eventStream();
    }

    /** What says nothing is taken for JSON, and so is what curl says of itself. */
    private static void checkContentType(Headers headers) {
        var given = headers.first("content-type");
        if (given != null && !ContentTypes.bare(given).equals("application/x-www-form-urlencoded")) {
            ContentTypes.require(headers, "application/json", "application/x-amz-json-1.1",
                    "application/x-amz-json-1.0");
        }
    }

    @Override
    public HttpResponse writeOutput(Operation operation, Shape output, String requestId) {
        return rest.writeOutput(operation, output, Headers.of("x-amzn-RequestId", requestId));
    }

    @Override
    public HttpResponse writeError(Operation operation, ApiError error, String requestId) {
        var headers = Headers.of(
                "x-amzn-RequestId", requestId,
                "Content-Type", "application/json",
                "x-amzn-ErrorType", error.detail() == null ? error.code() : error.detail().shape().name());
        if (error.detail() != null) {
            RestBinding.writeHeaders(error.detail(), headers);
        }
        return new HttpResponse(error.status(), headers, Body.of(JsonErrors.body(operation, error, false)));
    }

    @Override
    public HttpRequest writeInput(Operation operation, Shape input) {
        return rest.writeInput(operation, input);
    }

    @Override
    public Shape readOutput(Operation operation, HttpResponse response) {
        if (response.status() >= 300 && response.status() != 304) {
            throw JsonErrors.read(operation, response);
        }
        return rest.readOutput(operation, response);
    }
}
