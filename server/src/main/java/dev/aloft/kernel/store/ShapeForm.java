package dev.aloft.kernel.store;

import dev.aloft.api.Bytes;
import dev.aloft.api.Schema;
import dev.aloft.api.Shape;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** A structure or union of a service's model: the members that are there, by their names in the model. */
final class ShapeForm implements Form {
    private final Schema.Structure schema;
    private Form[] members;

    private ShapeForm(Schema.Structure schema) {
        this.schema = schema;
    }

    static Form of(Schema.Structure schema) {
        return form(schema, new HashMap<>());
    }

    private static Form form(Schema schema, Map<Schema, Form> known) {
        var form = known.get(schema);
        return form != null ? form : switch (schema) {
            case Schema.Structure structure -> {
                var shape = new ShapeForm(structure);
                known.put(schema, shape);
                var all = structure.members();
                shape.members = new Form[all.size()];
                for (var member : all) {
                    shape.members[member.index()] = form(member.target(), known);
                }
                yield shape;
            }
            // Lists and maps may contain themselves too, through what they are made of.
            case Schema.ListOf list -> {
                var later = new Later();
                known.put(schema, later);
                later.form = Forms.list(form(list.element().target(), known));
                yield later.form;
            }
            case Schema.MapOf map -> {
                var later = new Later();
                known.put(schema, later);
                later.form = Forms.map(form(map.key().target(), known), form(map.value().target(), known));
                yield later.form;
            }
            case Schema.Scalar scalar -> scalar.kind() == Schema.Kind.DOCUMENT ? new TreeForm() : Forms.leaf(type(scalar.kind()));
        };
    }

    private static Type type(Schema.Kind kind) {
        return switch (kind) {
            case BOOLEAN -> Boolean.class;
            case INTEGER -> Integer.class;
            case LONG -> Long.class;
            case FLOAT -> Float.class;
            case DOUBLE -> Double.class;
            case BIG_INTEGER -> BigInteger.class;
            case BIG_DECIMAL -> BigDecimal.class;
            case STRING -> String.class;
            case BLOB -> Bytes.class;
            case TIMESTAMP -> Instant.class;
            case DOCUMENT -> Object.class;
        };
    }

    @Override
    public void write(FormWriter out, Object value) {
        if (value == null) {
            out.one(FormWriter.NULL);
            return;
        }
        var shape = (Shape) value;
        int count = 0;
        for (int i = 0; i < members.length; i++) {
            count += shape.get(i) == null ? 0 : 1;
        }
        out.one(FormWriter.RECORD);
        out.size(count);
        for (int i = 0; i < members.length; i++) {
            var member = shape.get(i);
            if (member != null) {
                out.text(schema.members().get(i).name());
                members[i].write(out, member);
            }
        }
    }

    @Override
    public Object read(FormReader in) {
        if (!in.has(FormWriter.RECORD)) {
            return null;
        }
        var builder = schema.newBuilder();
        for (int left = in.size(); left > 0; left--) {
            var member = schema.member(in.text());
            if (member == null) {
                in.skip();
            } else {
                builder.set(member.index(), members[member.index()].read(in));
            }
        }
        return builder.build();
    }

    private static final class Later implements Form {
        private Form form;

        @Override
        public void write(FormWriter out, Object value) {
            form.write(out, value);
        }

        @Override
        public Object read(FormReader in) {
            return form.read(in);
        }
    }
}
