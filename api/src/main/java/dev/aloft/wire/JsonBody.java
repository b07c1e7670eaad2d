package dev.aloft.wire;

import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Operation;
import dev.aloft.api.Schema;
import dev.aloft.api.Shape;
import dev.aloft.api.ShapeBuilder;

/** Documents in JSON. */
enum JsonBody implements BodyCodec {
    INSTANCE;

    @Override
    public String contentType() {
        return "application/json";
    }

    @Override
    public boolean writesEmpty() {
        return true;
    }

    @Override
    public void readMembers(
            byte[] body, Schema.Structure structure, ShapeBuilder builder, boolean strict, Operation operation) {
        var in = new JsonReader(body);
        if (in.peek() != JsonReader.Token.OBJECT) {
            throw new Unreadable(Mismatch.PLAIN.text(in.peek(), structure));
        }
        new JsonCodec(strict, Mismatch.PLAIN).members(in, structure, builder, true);
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
