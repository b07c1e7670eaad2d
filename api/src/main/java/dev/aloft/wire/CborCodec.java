package dev.aloft.wire;

import dev.aloft.api.Bytes;
import dev.aloft.api.Schema;
import dev.aloft.api.Schema.Member;
import dev.aloft.api.Shape;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Shapes as CBOR. */
final class CborCodec {
    private final boolean strict;

    CborCodec(boolean strict) {
        this.strict = strict;
    }

    Shape structure(CborReader in, Schema.Structure structure) {
        var builder = structure.newBuilder();
        int set = 0;
        int strange = 0;
        long count = in.begin(CborReader.MAP);
        for (long i = 0; in.more(count, i); i++) {
            var name = in.text();
            var member = structure.member(name);
            if (member == null) {
                boolean ignored = !structure.union() || name.equals("__type") || in.isNull();
                in.skip();
                strange += ignored ? 0 : 1;
            } else if (in.isNull()) {
                in.next();
            } else {
                builder.set(member.index(), value(in, member));
                set++;
            }
        }
        if (structure.union() && strict && (set != 1 || strange > 0)) {
            Mismatch.PLAIN.refuseUnion(structure, set + (set == 0 ? 0 : strange));
        }
        return builder.build();
    }

    private Object value(CborReader in, Member member) {
        return switch (member.target()) {
            case Schema.Structure structure -> structure(in, structure);
            case Schema.ListOf list -> {
                List<Object> values = new ArrayList<>();
                long count = in.begin(CborReader.ARRAY);
                for (long i = 0; in.more(count, i); i++) {
                    if (!in.isNull()) {
                        values.add(value(in, list.element()));
                    } else {
                        in.next();
                        absent(list.sparse());
                        if (list.sparse()) {
                            values.add(null);
                        }
                    }
                }
                yield values;
            }
            case Schema.MapOf map -> {
                Map<String, Object> values = new LinkedHashMap<>();
                long count = in.begin(CborReader.MAP);
                for (long i = 0; in.more(count, i); i++) {
                    var key = in.text();
                    if (!in.isNull()) {
                        values.put(key, value(in, map.value()));
                    } else {
                        in.next();
                        absent(map.sparse());
                        if (map.sparse()) {
                            values.put(key, null);
                        }
                    }
                }
                yield values;
            }
            case Schema.Scalar scalar -> scalar(in, scalar);
        };
    }

    private void absent(boolean allowed) {
        if (!allowed && strict) {
            throw new Unreadable("Unexpected null value");
        }
    }

    private Object scalar(CborReader in, Schema.Scalar scalar) {
        return switch (scalar.kind()) {
            case STRING -> in.text();
            case BOOLEAN -> in.bool();
            case BLOB -> Bytes.of(in.bytes());
            case TIMESTAMP -> in.timestamp();
            case DOCUMENT -> in.value();
            case INTEGER -> {
                long value = whole(in.number());
                if (value != (int) value) {
                    throw new Unreadable(value + " is not a valid integer");
                }
                yield (int) value;
            }
            case LONG -> whole(in.number());
            case FLOAT -> in.number().floatValue();
            case DOUBLE -> in.number().doubleValue();
            case BIG_INTEGER -> new BigInteger(in.number().toString());
            case BIG_DECIMAL -> new BigDecimal(in.number().toString());
        };
    }

    private long whole(Number number) {
        if (number instanceof Long value) {
            return value;
        }
        if (number instanceof Double value && value == Math.rint(value) && Math.abs(value) < 1L << 53) {
            return value.longValue();
        }
        throw new Unreadable(number + " is not a valid integer");
    }

    static void write(CborWriter out, Shape shape) {
        var members = shape.shape().members();
        int count = 0;
        for (int i = 0; i < members.size(); i++) {
            count += shape.get(i) == null || EventStream.is(members.get(i)) ? 0 : 1;
        }
        out.map(count);
        writeMembers(out, shape);
    }

    static void writeMembers(CborWriter out, Shape shape) {
        var members = shape.shape().members();
        for (int i = 0; i < members.size(); i++) {
            var value = shape.get(i);
            if (value != null && !EventStream.is(members.get(i))) {
                out.text(members.get(i).name());
                write(out, members.get(i), value);
            }
        }
    }

    static void write(CborWriter out, Member member, Object value) {
        if (value == null) {
            out.nul();
            return;
        }
        switch (member.target()) {
            case Schema.Structure _ -> write(out, (Shape) value);
            case Schema.ListOf list -> {
                var values = (List<?>) value;
                out.array(values.size());
                for (var each : values) {
                    write(out, list.element(), each);
                }
            }
            case Schema.MapOf map -> {
                var values = (Map<?, ?>) value;
                out.map(values.size());
                for (var entry : values.entrySet()) {
                    out.text((String) entry.getKey());
                    write(out, map.value(), entry.getValue());
                }
            }
            case Schema.Scalar scalar -> {
                switch (scalar.kind()) {
                    case STRING -> out.text((String) value);
                    case BOOLEAN -> out.bool((Boolean) value);
                    case INTEGER -> out.integer((Integer) value);
                    case LONG -> out.integer((Long) value);
                    case FLOAT -> out.number((float) (Float) value);
                    case DOUBLE -> out.number((double) (Double) value);
                    case BIG_INTEGER -> out.number((BigInteger) value);
                    case BIG_DECIMAL -> out.number((BigDecimal) value);
                    case BLOB -> out.bytes(((Bytes) value).array());
                    case TIMESTAMP -> out.timestamp((Instant) value);
                    case DOCUMENT -> throw new IllegalStateException("no documents in CBOR");
                }
            }
        }
    }
}
