package dev.aloft.wire;

import dev.aloft.api.ApiError;
import dev.aloft.api.Body;
import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Operation;
import dev.aloft.api.Schema;
import dev.aloft.api.Shape;

/** AWS JSON 1.0 and 1.1: everything in one JSON document, the operation in {@code X-Amz-Target}. */
public final class JsonRpc implements Protocol {
    public static final JsonRpc V1_0 = new JsonRpc("1.0");
    public static final JsonRpc V1_1 = new JsonRpc("1.1");

    private final String contentType;

    private static final int MAX_DYNAMODB = 16 << 20;

    private JsonRpc(String version) {
        this.contentType = "application/x-amz-json-" + version;
    }

    @Override
    public String name() {
        return "json";
    }

    @Override
    public Shape readInput(Operation operation, HttpRequest request) {
        var body = Content.bytes(operation, request, mostBytes(operation));
        return JsonErrors.reading(operation, () -> read(
                new JsonCodec(true, Mismatch.of(operation.service())), body, operation.input()));
    }

    /** DynamoDB takes 16 MB, the others more. */
    private static long mostBytes(Operation operation) {
        return JsonErrors.isDynamoDb(operation) ? MAX_DYNAMODB : MAX_BODY;
    }

    @Override
    public HttpResponse writeOutput(Operation operation, Shape output, String requestId) {
        var stream = EventStream.member(operation.output());
        if (stream != null) {
            var headers = Headers.of("x-amzn-RequestId", requestId, "Content-Type", EventStream.CONTENT_TYPE);
            return new HttpResponse(200, headers, EventStream.write(JsonBody.INSTANCE, output, stream, true));
        }
        if (operation.output().absent()) {
            return response(200, new byte[0], requestId);
        }
        return response(200, write(output), requestId);
    }

    @Override
    public HttpResponse writeError(Operation operation, ApiError error, String requestId) {
        var response = response(error.status(), JsonErrors.body(operation, error, true), requestId);
        addQueryError(response, operation, error);
        return response;
    }

    /** Services that once spoke the query protocol still tell its code. */
    static void addQueryError(HttpResponse response, Operation operation, ApiError error) {
        if (operation != null && operation.service().queryCompatible()) {
            response.headers().add("x-amzn-query-error", queryCode(operation, error)
                    + (error.senderFault() ? ";Sender" : ";Receiver"));
        }
    }

    static String queryCode(Operation operation, ApiError error) {
        var schema = error.detail() == null
                ? RemoteError.schema(operation, error.code())
                : error.detail().shape();
        if (schema == null || schema.error() == null) {
            return operation.service().queryCompatible() ? oldCode(error.code()) : error.code();
        }
        var traits = schema.error();
        return traits.queryErrorCode() != null
                ? traits.queryErrorCode()
                : traits.code() != null ? traits.code() : error.code();
    }

    /** The query protocol's words for what is no error of a service's own. */
    private static String oldCode(String code) {
        return switch (code) {
            case "AccessDeniedException" -> "AccessDenied";
            case "InvalidParameterValueException" -> "InvalidParameterValue";
            case "MissingRequiredParameterException" -> "MissingParameter";
            case "UnrecognizedClientException" -> "InvalidClientTokenId";
            case "InvalidSignatureException" -> "SignatureDoesNotMatch";
            default -> code;
        };
    }

    @Override
    public HttpRequest writeInput(Operation operation, Shape input) {
        var body = write(IdempotencyTokens.fill(input));
        var headers = Headers.of(
                "Content-Type", contentType,
                "X-Amz-Target", operation.service().targetPrefix() + "." + operation.name());
        if (operation.service().queryCompatible()) {
            headers.add("x-amzn-query-mode", "true");
        }
        return new HttpRequest("POST", "http", "/", "", headers, Body.of(body), null);
    }

    @Override
    public Shape readOutput(Operation operation, HttpResponse response) {
        if (response.status() >= 300) {
            throw JsonErrors.read(operation, response);
        }
        var stream = EventStream.member(operation.output());
        if (stream != null) {
            return EventStream.readInitial(JsonBody.INSTANCE, operation, response.body(), stream);
        }
        return read(new JsonCodec(false, Mismatch.PLAIN), response.body().bytes(MAX_BODY), operation.output());
    }

    private static Shape read(JsonCodec codec, byte[] body, Schema.Structure structure) {
        if (body.length == 0) {
            return structure.newBuilder().build();
        }
        var in = new JsonReader(body);
        var shape = codec.structure(in, structure);
        in.finish();
        return shape;
    }

    private static byte[] write(Shape shape) {
        var out = new JsonWriter();
        JsonCodec.write(out, shape);
        return out.toBytes();
    }

    private HttpResponse response(int status, byte[] body, String requestId) {
        return new HttpResponse(
                status,
                Headers.of("x-amzn-RequestId", requestId, "Content-Type", contentType),
                Body.of(body));
    }
}
