package dev.aloft.wire;

import dev.aloft.api.ApiError;
import dev.aloft.api.Body;
import dev.aloft.api.Operation;
import dev.aloft.api.Schema;
import dev.aloft.api.Shape;
import dev.aloft.api.ShapeBuilder;
import java.util.Map;

/**
 * RPC v2 with CBOR: everything in one document, service and operation in the path.
 *
 * @see <a href="https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html">Smithy RPC v2 CBOR</a>
 */
public final class CborRpc implements Protocol {
    public static final CborRpc INSTANCE = new CborRpc();

    private static final String CONTENT_TYPE = "application/cbor";
    private static final String PROTOCOL = "rpc-v2-cbor";

    private CborRpc() {}

    @Override
    public String name() {
        return "smithy-rpc-v2-cbor";
    }

    @Override
    public Shape readInput(Operation operation, HttpRequest request) {
        if (!PROTOCOL.equals(request.headers().first("smithy-protocol"))) {
            throw ApiError.of("UnknownOperationException", 404, null);
        }
        var body = Content.bytes(operation, request);
        if (body.length > 0) {
            ContentTypes.require(request.headers(), CONTENT_TYPE);
        }
        ContentTypes.accepted(request.headers(), CONTENT_TYPE);
        try {
            return read(body, operation.input(), true);
        } catch (Unreadable e) {
            throw ApiError.of("SerializationException", 400, e.getMessage());
        }
    }

    @Override
    public HttpResponse writeOutput(Operation operation, Shape output, String requestId) {
        var headers = headers(requestId);
        var stream = EventStream.member(operation.output());
        if (stream != null) {
            headers.add("Content-Type", EventStream.CONTENT_TYPE);
            return new HttpResponse(200, headers, EventStream.write(CborBody.INSTANCE, output, stream, true));
        }
        if (operation.output().absent()) {
            return new HttpResponse(200, headers, Body.EMPTY);
        }
        var out = new CborWriter();
        CborCodec.write(out, output);
        return response(200, headers, out);
    }

    private static Headers headers(String requestId) {
        return Headers.of("x-amzn-RequestId", requestId, "smithy-protocol", PROTOCOL);
    }

    private static HttpResponse response(int status, Headers headers, CborWriter out) {
        headers.add("Content-Type", CONTENT_TYPE);
        return new HttpResponse(status, headers, Body.of(out.toBytes()));
    }

    @Override
    public HttpResponse writeError(Operation operation, ApiError error, String requestId) {
        var out = new CborWriter();
        writeError(out, error);
        var response = response(error.status(), headers(requestId), out);
        JsonRpc.addQueryError(response, operation, error);
        return response;
    }

    static void writeError(CborWriter out, ApiError error) {
        var detail = error.detail();
        var message = detail == null ? null : RemoteError.messageMember(detail.shape());
        boolean told = message != null && detail.get(message.index()) != null;
        int count = told || error.getMessage() == null ? 1 : 2;
        if (detail != null) {
            for (var member : detail.shape().members()) {
                count += detail.get(member.index()) == null ? 0 : 1;
            }
        }
        out.map(count);
        out.text("__type").text(detail == null ? error.code() : detail.shape().name());
        if (count > 1 && !told && error.getMessage() != null) {
            out.text(message == null ? "message" : message.name()).text(error.getMessage());
        }
        if (detail != null) {
            CborCodec.writeMembers(out, detail);
        }
    }

    @Override
    public HttpRequest writeInput(Operation operation, Shape input) {
        var headers = Headers.of("smithy-protocol", PROTOCOL);
        var accept = EventStream.member(operation.output()) == null ? CONTENT_TYPE : EventStream.CONTENT_TYPE;
        headers.add("Accept", accept);
        if (operation.service().queryCompatible()) {
            headers.add("x-amzn-query-mode", "true");
        }
        var path = "/service/" + operation.service().targetPrefix() + "/operation/" + operation.name();
        if (operation.input().absent()) {
            return new HttpRequest("POST", "http", path, "", headers, Body.EMPTY, null);
        }
        headers.add("Content-Type", CONTENT_TYPE);
        var out = new CborWriter();
        CborCodec.write(out, IdempotencyTokens.fill(input));
        return new HttpRequest("POST", "http", path, "", headers, Body.of(out.toBytes()), null);
    }

    @Override
    public Shape readOutput(Operation operation, HttpResponse response) {
        if (response.status() >= 300) {
            throw readError(operation, response);
        }
        var stream = EventStream.member(operation.output());
        if (stream != null) {
            return EventStream.readInitial(CborBody.INSTANCE, operation, response.body(), stream);
        }
        return read(response.body().bytes(MAX_BODY), operation.output(), false);
    }

    static ApiError readError(Operation operation, HttpResponse response) {
        var body = response.body().bytes(MAX_BODY);
        String code = null;
        String message = null;
        Shape detail = null;
        try {
            if (body.length > 0 && new CborReader(body).value() instanceof Map<?, ?> map) {
                code = map.get("__type") instanceof String type ? RemoteError.shortCode(type) : null;
                message = map.get("message") instanceof String text
                        ? text
                        : map.get("Message") instanceof String other ? other : null;
                var schema = RemoteError.schema(operation, code);
                detail = schema == null ? null : read(body, schema, false);
            }
        } catch (Unreadable e) {
            detail = null;
        }
        return JsonErrors.remote(code, message, response, detail);
    }

    private static Shape read(byte[] body, Schema.Structure structure, boolean strict) {
        if (body.length == 0) {
            return structure.newBuilder().build();
        }
        var in = new CborReader(body);
        var shape = new CborCodec(strict).structure(in, structure);
        in.finish();
        return shape;
    }

    /** Events in CBOR. */
    private enum CborBody implements BodyCodec {
        INSTANCE;

        @Override
        public String contentType() {
            return CONTENT_TYPE;
        }

        @Override
        public void readMembers(
                byte[] body, Schema.Structure structure, ShapeBuilder builder, boolean strict, Operation operation) {
            var read = read(body, structure, strict);
            for (var member : structure.members()) {
                if (read.get(member.index()) != null) {
                    builder.set(member.index(), read.get(member.index()));
                }
            }
        }

        @Override
        public Object readPayload(byte[] body, Schema.Member payload, boolean strict, Operation operation) {
            return read(body, (Schema.Structure) payload.target(), strict);
        }

        @Override
        public byte[] writeMembers(Shape shape, Operation operation, boolean input) {
            var out = new CborWriter();
            CborCodec.write(out, shape);
            return out.toBytes();
        }

        @Override
        public byte[] writePayload(Schema.Member payload, Object value) {
            var out = new CborWriter();
            CborCodec.write(out, payload, value);
            return out.toBytes();
        }
    }
}
