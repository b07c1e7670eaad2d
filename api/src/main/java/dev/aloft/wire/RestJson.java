package dev.aloft.wire;

import dev.aloft.api.ApiError;
import dev.aloft.api.Body;
import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Operation;
import dev.aloft.api.Schema;
import dev.aloft.api.Shape;
import dev.aloft.api.ShapeBuilder;

/** REST with JSON bodies: Lambda, API Gateway, Scheduler. */
public final class RestJson implements Protocol {
    public static final RestJson INSTANCE = new RestJson();

    private final Rest rest = new Rest(new Json());

    private RestJson() {}

    @Override
    public String name() {
        return "rest-json";
    }

    @Override
    public Shape readInput(Operation operation, HttpRequest request) {
        return JsonErrors.reading(() -> rest.readInput(operation, request));
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

    private static final class Json implements BodyCodec {
        @Override
        public String contentType() {
            return "application/json";
        }

        @Override
        public void readMembers(
                byte[] body, Schema.Structure structure, ShapeBuilder builder, boolean strict, Operation operation) {
            var in = new JsonReader(body);
            if (in.peek() != JsonReader.Token.OBJECT) {
                throw new Unreadable(Mismatch.PLAIN.text(in.peek(), structure));
            }
            new JsonCodec(strict, Mismatch.PLAIN).members(in, structure, builder::set, true);
            in.finish();
        }

        @Override
        public Object readPayload(byte[] body, Schema.Member payload, boolean strict, Operation operation) {
            var in = new JsonReader(body);
            if (in.peek() == JsonReader.Token.NULL) {
                return null;
            }
            var value = new JsonCodec(strict, Mismatch.PLAIN).value(in, payload);
            in.finish();
            return value;
        }

        @Override
        public byte[] writeMembers(Shape shape, Operation operation, boolean input) {
            var out = new JsonWriter();
            out.beginObject();
            JsonCodec.writeMembers(out, shape, true);
            out.endObject();
            return out.toBytes();
        }

        @Override
        public byte[] writePayload(Schema.Member payload, Object value) {
            var out = new JsonWriter();
            JsonCodec.write(out, payload, value);
            return out.toBytes();
        }
    }
}
