package dev.aloft.wire;

import dev.aloft.api.Bytes;
import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonReader.Token;
import dev.aloft.api.JsonSource;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Schema;
import dev.aloft.api.Schema.Location;
import dev.aloft.api.Schema.Member;
import dev.aloft.api.Shape;
import dev.aloft.api.ShapeBuilder;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Shapes as JSON. Requests are read strictly, with AWS's words for what does not fit; answers as clients must: unknown
 * members are passed over, nulls dropped, timestamps taken in any format.
 */
final class JsonCodec {
    private final boolean strict;
    private final Mismatch mismatch;

    JsonCodec(boolean strict, Mismatch mismatch) {
        this.strict = strict;
        this.mismatch = mismatch;
    }

    Shape structure(JsonReader in, Schema.Structure structure) {
        if (in.peek() != Token.OBJECT) {
            throw wrong(in, structure);
        }
        var builder = structure.newBuilder();
        members(in, structure, builder, false);
        return builder.build();
    }

    /** Reads the members of an object; {@code bodyOnly} leaves out those that travel elsewhere in HTTP. */
    void members(JsonReader in, Schema.Structure structure, ShapeBuilder builder, boolean bodyOnly) {
        int set = 0;
        int strange = 0;
        var earlier = List.<Shape>of();
        in.beginObject();
        for (var name = in.nextName(); name != null; name = in.nextName()) {
            var member = structure.memberOnWire(name);
            if (member == null || bodyOnly && member.location() != Location.BODY) {
                boolean ignored = !structure.union() || name.equals("__type") || in.peek() == Token.NULL;
                in.skip();
                strange += ignored ? 0 : 1;
            } else if (in.peek() == Token.NULL) {
                in.nul();
            } else {
                if (set > 0 && structure.union()) {
                    earlier = Stream.concat(earlier.stream(), Stream.of(builder.build())).toList();
                }
                builder.set(member.index(), value(in, member));
                set++;
            }
        }
        if (set > 1 && mismatch.keepsSeveral(structure)) {
            builder.set(structure.member("L").index(),
                    new SeveralTypes<>(Stream.concat(earlier.stream(), Stream.of(builder.build())).toList()));
        } else if (structure.union() && strict && (set != 1 || strange > 0 && mismatch == Mismatch.PLAIN)) {
            mismatch.refuseUnion(structure, set + (set == 0 ? 0 : strange));
        }
    }

    Object value(JsonReader in, Member member) {
        return switch (member.target()) {
            case Schema.Structure structure -> structure(in, structure);
            case Schema.ListOf list -> list(in, list);
            case Schema.MapOf map -> map(in, map);
            case Schema.Scalar scalar -> scalar(in, member, scalar);
        };
    }

    /** What stands in a list or a map. */
    private Object element(JsonReader in, Member element) {
        if (mismatch.ofElement() != null && !(element.target() instanceof Schema.Scalar)) {
            var token = in.peek();
            if (token != Token.OBJECT && token != Token.ARRAY) {
                throw new Unreadable(mismatch.ofElement());
            }
        }
        return value(in, element);
    }

    private List<Object> list(JsonReader in, Schema.ListOf list) {
        if (in.peek() != Token.ARRAY) {
            throw wrong(in, list);
        }
        var values = new ArrayList<>();
        var element = list.element();
        in.beginArray();
        while (in.hasNext()) {
            if (in.peek() != Token.NULL) {
                values.add(element(in, element));
            } else if (list.sparse()) {
                in.nul();
                values.add(null);
            } else if (strict) {
                throw wrong(in, element.target());
            } else {
                in.nul();
            }
        }
        return values;
    }

    private Map<String, Object> map(JsonReader in, Schema.MapOf map) {
        if (in.peek() != Token.OBJECT) {
            throw wrong(in, map);
        }
        var values = new LinkedHashMap<String, Object>();
        var element = map.value();
        in.beginObject();
        for (var name = in.nextName(); name != null; name = in.nextName()) {
            if (in.peek() != Token.NULL) {
                values.put(name, element(in, element));
            } else if (map.sparse()) {
                in.nul();
                values.put(name, null);
            } else if (strict) {
                throw wrong(in, element.target());
            } else {
                in.nul();
            }
        }
        return values;
    }

    private Object scalar(JsonReader in, Member member, Schema.Scalar scalar) {
        var token = in.peek();
        return switch (scalar.kind()) {
            case STRING -> {
                if (token != Token.STRING) {
                    throw wrong(in, scalar);
                }
                yield in.string();
            }
            case BOOLEAN -> {
                if (token == Token.STRING && mismatch == Mismatch.DYNAMODB) {
                    yield Mismatch.truth(in.string());
                }
                if (token != Token.TRUE && token != Token.FALSE) {
                    throw wrong(in, scalar);
                }
                yield in.bool();
            }
            case BLOB -> {
                if (token != Token.STRING) {
                    throw wrong(in, scalar);
                }
                yield blob(in.string());
            }
            case TIMESTAMP -> timestamp(in, token, Timestamps.format(member, scalar, Timestamps.UNIX), scalar);
            case DOCUMENT -> in.value();
            case FLOAT, DOUBLE -> {
                if (token == Token.STRING) {
                    var text = in.string();
                    if (text.equals("NaN") || text.equals("Infinity") || text.equals("-Infinity")) {
                        yield Numbers.parse(scalar.kind(), text);
                    }
                    throw new Unreadable(mismatch.text(Token.STRING, scalar));
                }
                yield number(in, token, scalar);
            }
            default -> number(in, token, scalar);
        };
    }

    private Object number(JsonReader in, Token token, Schema.Scalar scalar) {
        if (token != Token.NUMBER) {
            throw wrong(in, scalar);
        }
        var text = in.number();
        if (!strict && scalar.kind() == Schema.Kind.LONG && text.indexOf('.') >= 0) {
            return Numbers.decimal(text).longValue();
        }
        return Numbers.parse(scalar.kind(), text);
    }

    private Bytes blob(String text) {
        if (!strict || (text.length() & 3) == 0) {
            try {
                var bytes = Bytes.fromBase64(text);
                if (!strict || !hasLooseBits(text)) {
                    return bytes;
                }
            } catch (IllegalArgumentException _) {
                // Told below, in AWS's words.
            }
        }
        throw new Unreadable(mismatch.ofBlob(text));
    }

    /** Whether the last character before the padding has bits that no byte takes. */
    private static boolean hasLooseBits(String text) {
        if (!text.endsWith("=")) {
            return false;
        }
        var last = text.substring(text.length() - 4);
        return !Bytes.fromBase64(last).base64().equals(last);
    }

    private Instant timestamp(JsonReader in, Token token, String format, Schema.Scalar scalar) {
        if (token == Token.NUMBER && (format.equals(Timestamps.UNIX) || !strict)) {
            return Timestamps.parse(in.number(), Timestamps.UNIX);
        }
        if (token == Token.STRING && !(strict && format.equals(Timestamps.UNIX))) {
            return strict ? Timestamps.parse(in.string(), format) : Timestamps.parseAny(in.string());
        }
        throw wrong(in, scalar);
    }

    private Unreadable wrong(JsonReader in, Schema expected) {
        var token = in.peek();
        boolean isDecimal = false;
        if (token == Token.NUMBER) {
            isDecimal = in.number().chars().anyMatch(c -> c == '.' || c == 'e' || c == 'E');
        } else {
            in.skip();
        }
        return new Unreadable(mismatch.text(token, expected, isDecimal));
    }

    static void write(JsonWriter out, Shape shape) {
        out.beginObject();
        writeMembers(out, shape, false);
        out.endObject();
    }

    static void writeMembers(JsonWriter out, Shape shape, boolean bodyOnly) {
        var members = shape.shape().members();
        for (int i = 0, size = members.size(); i < size; i++) {
            var value = shape.get(i);
            if (value != null) {
                var member = members.get(i);
                if (!bodyOnly || member.location() == Location.BODY) {
                    out.name(member);
                    write(out, member, value);
                }
            }
        }
    }

    static void write(JsonWriter out, Member member, Object value) {
        switch (member.target()) {
            case Schema.Structure _ -> write(out, (Shape) value);
            case Schema.ListOf list -> {
                out.beginArray();
                var element = list.element();
                for (var each : (List<?>) value) {
                    if (each == null) {
                        out.nul();
                    } else {
                        write(out, element, each);
                    }
                }
                out.endArray();
            }
            case Schema.MapOf _ when value instanceof JsonSource source -> source.writeTo(out);
            case Schema.MapOf map -> {
                out.beginObject();
                var element = map.value();
                for (var entry : ((Map<?, ?>) value).entrySet()) {
                    out.name((String) entry.getKey());
                    if (entry.getValue() == null) {
                        out.nul();
                    } else {
                        write(out, element, entry.getValue());
                    }
                }
                out.endObject();
            }
            case Schema.Scalar scalar -> write(out, member, scalar, value);
        }
    }

    private static void write(JsonWriter out, Member member, Schema.Scalar scalar, Object value) {
        switch (scalar.kind()) {
            case STRING -> out.string((String) value);
            case BOOLEAN -> out.bool((Boolean) value);
            case INTEGER -> out.number((Integer) value);
            case LONG -> out.number((Long) value);
            case FLOAT -> out.number((float) (Float) value);
            case DOUBLE -> out.number((double) (Double) value);
            case BIG_INTEGER -> out.raw(((BigInteger) value).toString());
            case BIG_DECIMAL -> out.raw(((BigDecimal) value).toString());
            case BLOB -> out.base64(((Bytes) value).array());
            case DOCUMENT -> out.value(value);
            case TIMESTAMP -> {
                var format = Timestamps.format(member, scalar, Timestamps.UNIX);
                var text = Timestamps.text((Instant) value, format);
                if (format.equals(Timestamps.UNIX)) {
                    out.raw(text);
                } else {
                    out.string(text);
                }
            }
        }
    }
}
