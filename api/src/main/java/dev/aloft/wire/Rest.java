package dev.aloft.wire;

import dev.aloft.api.Body;
import dev.aloft.api.Bytes;
import dev.aloft.api.Operation;
import dev.aloft.api.Schema;
import dev.aloft.api.Shape;
import dev.aloft.api.ShapeBuilder;
import java.nio.charset.StandardCharsets;

/** What the two REST protocols have in common. */
final class Rest {
    private final BodyCodec codec;
    /** S3 keeps the encoding of what it is given. */
    private final boolean s3;

    Rest(BodyCodec codec, boolean s3) {
        this.codec = codec;
        this.s3 = s3;
    }

    Shape readInput(Operation operation, HttpRequest request) {
        var input = operation.input();
        var builder = input.newBuilder();
        RestBinding.of(operation).readRequest(request, builder);
        readBody(operation, input, s3 ? request.body() : Content.decoded(operation, request), builder, true);
        return builder.build();
    }

    Shape readOutput(Operation operation, HttpResponse response) {
        var output = operation.output();
        var builder = output.newBuilder();
        RestBinding.readHeaders(output, response.headers(), builder);
        RestBinding.readStatus(output, response.status(), builder);
        readBody(operation, output, response.body(), builder, false);
        return builder.build();
    }

    private void readBody(
            Operation operation, Schema.Structure structure, Body body, ShapeBuilder builder, boolean strict) {
        var payload = structure.payload();
        if (payload == null) {
            if (RestBinding.hasBody(structure)) {
                var bytes = body.bytes(Protocol.MAX_BODY);
                if (bytes.length > 0) {
                    codec.readMembers(bytes, structure, builder, strict, operation);
                }
            }
            return;
        }
        if (EventStream.is(payload)) {
            builder.set(payload.index(), EventStream.read(codec, operation, payload, body, strict));
        } else if (payload.traits().streaming() && isBlob(payload)) {
            builder.set(payload.index(), body);
        } else {
            var bytes = body.bytes(Protocol.MAX_BODY);
            if (bytes.length > 0) {
                builder.set(payload.index(), payload(operation, payload, bytes, strict));
            }
        }
    }

    private Object payload(Operation operation, Schema.Member payload, byte[] bytes, boolean strict) {
        if (payload.target() instanceof Schema.Scalar scalar) {
            switch (scalar.kind()) {
                case BLOB -> {
                    return Bytes.of(bytes);
                }
                case STRING -> {
                    return new String(bytes, StandardCharsets.UTF_8);
                }
                default -> {}
            }
        }
        return codec.readPayload(bytes, payload, strict, operation);
    }

    HttpResponse writeOutput(Operation operation, Shape output, Headers headers) {
        RestBinding.writeHeaders(output, headers);
        int status = RestBinding.of(operation).status(output);
        var body = writeBody(operation, output, headers, false, status);
        return new HttpResponse(status, headers, body);
    }

    HttpRequest writeInput(Operation operation, Shape input) {
        var filled = IdempotencyTokens.fill(input);
        var binding = RestBinding.of(operation);
        var headers = new Headers();
        RestBinding.writeHeaders(filled, headers);
        var path = binding.path(filled);
        var query = binding.query(filled);
        var body = writeBody(operation, filled, headers, true, 0);
        return new HttpRequest(operation.http().method(), "http", path, query, headers, body, null);
    }

    private Body writeBody(Operation operation, Shape shape, Headers headers, boolean input, int status) {
        var structure = shape.shape();
        var payload = structure.payload();
        if (payload == null) {
            boolean empty = input
                    ? !RestBinding.hasBody(structure)
                    : structure.absent() || status == 204 || status == 304
                            || !RestBinding.hasBody(structure) && !codec.writesEmpty();
            if (empty) {
                return Body.EMPTY;
            }
            var bytes = codec.writeMembers(shape, operation, input);
            if (bytes.length > 0) {
                contentType(headers, codec.contentType());
            }
            return Body.of(bytes);
        }
        var value = shape.get(payload.index());
        if (EventStream.is(payload)) {
            // Also where the output has a member for this header: it tells what the events carry.
            headers.set("Content-Type", EventStream.CONTENT_TYPE);
            return value == null ? Body.EMPTY : EventStream.write(codec, value);
        }
        if (value == null) {
            return emptyPayload(payload, headers, input);
        }
        if (payload.target() instanceof Schema.Scalar scalar) {
            switch (scalar.kind()) {
                case BLOB -> {
                    contentType(headers, "application/octet-stream");
                    return value instanceof Body body ? body : Body.of(((Bytes) value).array());
                }
                case STRING -> {
                    contentType(headers, "text/plain");
                    return Body.of((String) value);
                }
                default -> {}
            }
        }
        contentType(headers, codec.contentType());
        return Body.of(codec.writePayload(payload, value));
    }

    /** An absent structure is still a document in JSON requests; anything else is nothing. */
    private Body emptyPayload(Schema.Member payload, Headers headers, boolean input) {
        if (payload.target() instanceof Schema.Structure structure && !structure.union() && input
                && codec.contentType().endsWith("json")) {
            contentType(headers, codec.contentType());
            return Body.of("{}");
        }
        return Body.EMPTY;
    }

    private static void contentType(Headers headers, String type) {
        if (!headers.has("Content-Type")) {
            headers.add("Content-Type", type);
        }
    }

    private static boolean isBlob(Schema.Member member) {
        return member.target() instanceof Schema.Scalar scalar && scalar.kind() == Schema.Kind.BLOB;
    }
}
