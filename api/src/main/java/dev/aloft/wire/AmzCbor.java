package dev.aloft.wire;

import dev.aloft.api.ApiError;
import dev.aloft.api.Body;
import dev.aloft.api.Operation;
import dev.aloft.api.Schema;
import dev.aloft.api.Shape;
import dev.aloft.api.ShapeBuilder;

/**
 * AWS JSON 1.1 in CBOR, which the SDKs for Java speak with Kinesis unless they are told not to: the operation in
 * {@code X-Amz-Target}, the documents as CBOR, moments in whole milliseconds.
 */
public final class AmzCbor implements Protocol {
    public static final AmzCbor INSTANCE = new AmzCbor();

    private static final String CONTENT_TYPE = "application/x-amz-cbor-1.1";

    private AmzCbor() {}

    @Override
    public String name() {
        return "x-amz-cbor-1.1";
    }

    @Override
    public Shape readInput(Operation operation, HttpRequest request) {
        try {
            return read(Content.bytes(operation, request), operation.input(), true);
        } catch (Unreadable e) {
            throw ApiError.of("SerializationException", 400, e.getMessage());
        }
    }

    private static Shape read(byte[] body, Schema.Structure structure, boolean strict) {
        if (body.length == 0) {
            return structure.newBuilder().build();
        }
        var in = CborReader.withMillis(body);
        var shape = new CborCodec(strict).structure(in, structure);
        in.finish();
        return shape;
    }

    @Override
    public HttpResponse writeOutput(Operation operation, Shape output, String requestId) {
        var stream = EventStream.member(operation.output());
        if (stream != null) {
            var headers = Headers.of("x-amzn-RequestId", requestId, "Content-Type", EventStream.CONTENT_TYPE);
            return new HttpResponse(200, headers, EventStream.write(Events.INSTANCE, output, stream, true));
        }
        return response(200, operation.output().absent() ? new byte[0] : write(output), requestId);
    }

    private static byte[] write(Shape shape) {
        var out = CborWriter.withMillis();
        CborCodec.write(out, shape);
        return out.toBytes();
    }

    private static HttpResponse response(int status, byte[] body, String requestId) {
        return new HttpResponse(status, Headers.of("x-amzn-RequestId", requestId, "Content-Type", CONTENT_TYPE),
                Body.of(body));
    }

    @Override
    public HttpResponse writeError(Operation operation, ApiError error, String requestId) {
        var out = CborWriter.withMillis();
        CborRpc.writeError(out, error);
        return response(error.status(), out.toBytes(), requestId);
    }

    @Override
    public HttpRequest writeInput(Operation operation, Shape input) {
        var headers = Headers.of("Content-Type", CONTENT_TYPE, "X-Amz-Target",
                operation.service().targetPrefix() + "." + operation.name());
        return new HttpRequest("POST", "http", "/", "", headers, Body.of(write(IdempotencyTokens.fill(input))), null);
    }

    @Override
    public Shape readOutput(Operation operation, HttpResponse response) {
        if (response.status() >= 300) {
            throw CborRpc.readError(operation, response);
        }
        var stream = EventStream.member(operation.output());
        return stream != null ? EventStream.readInitial(Events.INSTANCE, operation, response.body(), stream)
                : read(response.body().bytes(MAX_BODY), operation.output(), false);
    }

    private enum Events implements BodyCodec {
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
            return write(shape);
        }

        @Override
        public byte[] writePayload(Schema.Member payload, Object value) {
            var out = CborWriter.withMillis();
            CborCodec.write(out, payload, value);
            return out.toBytes();
        }
    }
}
