package dev.aloft.kernel.store;

import dev.aloft.api.Bytes;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** Finds the form of a Java type. */
final class Forms {
    private static final Map<Type, Form> LEAVES = leaves();

    /** Those on the way, so that a type may contain itself. */
    private final Map<Type, Form> known = new HashMap<>();

    private Forms() {
    }

    static Form of(Class<?> type) {
        return new Forms().form(type);
    }

    Form form(Type type) {
        var leaf = LEAVES.get(type);
        if (leaf != null) {
            return leaf;
        }
        var form = known.get(type);
        return form != null ? form : switch (type) {
            case Class<?> c when c.isEnum() -> enumeration(c);
            case Class<?> c when c.isRecord() -> {
                var record = new RecordForm(c);
                known.put(type, record);
                record.learn(this);
                yield record;
            }
            case Class<?> c when c.isSealed() -> {
                var sealed = new SealedForm(c);
                known.put(type, sealed);
                sealed.learn(this);
                yield sealed;
            }
            case ParameterizedType p when p.getRawType() == Optional.class ->
                optional(form(p.getActualTypeArguments()[0]));
            case ParameterizedType p when p.getRawType() == List.class || p.getRawType() == Collection.class ->
                list(form(p.getActualTypeArguments()[0]));
            case ParameterizedType p when p.getRawType() == Set.class ->
                list(form(p.getActualTypeArguments()[0]), Set.of(),
                    items -> Collections.unmodifiableSet(new LinkedHashSet<>(items)));
            case ParameterizedType p when p.getRawType() == Map.class ->
                map(form(p.getActualTypeArguments()[0]), form(p.getActualTypeArguments()[1]));
            default -> throw new IllegalArgumentException(type.getTypeName() + " cannot be kept in the store");
        };
    }

    private static Form list(Form form) {
        return list(form, List.of(), items -> items);
    }

    private static Map<Type, Form> leaves() {
        var leaves = new HashMap<Type, Form>();
        leaf(leaves, FormWriter.NUMBER, (out, v) -> out.number((Integer) v), in -> (int) in.number(), Integer.class);
        leaf(leaves, FormWriter.NUMBER, (out, v) -> out.number((Long) v), FormReader::number, Long.class);
        leaf(leaves, FormWriter.NUMBER, (out, v) -> out.number((Short) v), in -> (short) in.number(), Short.class);
        leaf(leaves, FormWriter.NUMBER, (out, v) -> out.number((Byte) v), in -> (byte) in.number(), Byte.class);
        leaf(leaves, FormWriter.DOUBLE, (out, v) -> out.real((Double) v), FormReader::real, Double.class);
        leaf(leaves, FormWriter.DOUBLE, (out, v) -> out.real((Float) v), in -> (float) in.real(), Float.class);
        leaf(leaves, FormWriter.TEXT, (out, v) -> out.text((String) v), FormReader::text, String.class);
        leaf(leaves, FormWriter.BYTES, (out, v) -> out.raw((byte[]) v), FormReader::raw, byte[].class);
        leaf(leaves, FormWriter.BYTES, (out, v) -> out.raw(((Bytes) v).array()), in -> Bytes.of(in.raw()), Bytes.class);
        leaf(leaves, FormWriter.BYTES, (out, v) -> out.raw(((Key) v).raw()), in -> Key.decoded(in.raw()), Key.class);
        leaf(leaves, FormWriter.DECIMAL, (out, v) -> out.text(v.toString()), in -> new BigDecimal(in.text()),
                BigDecimal.class);
        leaf(leaves, FormWriter.DECIMAL, (out, v) -> out.text(v.toString()), in -> new BigInteger(in.text()),
                BigInteger.class);
        leaf(leaves, FormWriter.BYTES, (out, v) -> out.raw(Key.of(v).raw()), in -> Key.decoded(in.raw()).instant(0),
            Instant.class);
        leaf(leaves, FormWriter.BYTES,
                (out, v) -> out.raw(Key.of(((Duration) v).getSeconds(), ((Duration) v).getNano()).raw()),
            in -> {
                var parts = Key.decoded(in.raw());
                return Duration.ofSeconds(parts.number(0), parts.number(1));
            }, Duration.class);
        var flag = new Form() {
            @Override
            public void write(FormWriter out, Object value) {
                out.one(value == null ? FormWriter.NULL : (Boolean) value ? FormWriter.TRUE : FormWriter.FALSE);
            }

            @Override
            public Object read(FormReader in) {
                int kind = in.kind();
                return kind == FormWriter.NULL ? null : kind == FormWriter.TRUE;
            }
        };
        leaves.put(Boolean.class, flag);
        leaves.put(boolean.class, or(false, flag));
        leaves.put(int.class, or(0, leaves.get(Integer.class)));
        leaves.put(long.class, or(0L, leaves.get(Long.class)));
        leaves.put(short.class, or((short) 0, leaves.get(Short.class)));
        leaves.put(byte.class, or((byte) 0, leaves.get(Byte.class)));
        leaves.put(double.class, or(0d, leaves.get(Double.class)));
        leaves.put(float.class, or(0f, leaves.get(Float.class)));
        leaves.put(Object.class, new TreeForm());
        return leaves;
    }

    private static void leaf(Map<Type, Form> leaves, int kind, BiConsumer<FormWriter, Object> write,
            Function<FormReader, Object> read, Class<?> type) {
        leaves.put(type, new Form() {
            @Override
            public void write(FormWriter out, Object value) {
                if (value == null) {
                    out.one(FormWriter.NULL);
                } else {
                    out.one(kind);
                    write.accept(out, value);
                }
            }

            @Override
            public Object read(FormReader in) {
                return in.has(kind) ? read.apply(in) : null;
            }
        });
    }

    private static Form or(Object absent, Form form) {
        return new Form() {
            @Override
            public void write(FormWriter out, Object value) {
                form.write(out, value);
            }

            @Override
            public Object read(FormReader in) {
                var value = form.read(in);
                return value == null ? absent : value;
            }

            @Override
            public Object absent() {
                return absent;
            }
        };
    }

    private static Form enumeration(Class<?> type) {
        var byName = new HashMap<String, Object>();
        for (var constant : type.getEnumConstants()) {
            byName.put(((Enum<?>) constant).name(), constant);
        }
        return new Form() {
            @Override
            public void write(FormWriter out, Object value) {
                if (value == null) {
                    out.one(FormWriter.NULL);
                } else {
                    out.one(FormWriter.TEXT);
                    out.text(((Enum<?>) value).name());
                }
            }

            @Override
            public Object read(FormReader in) {
                if (!in.has(FormWriter.TEXT)) {
                    return null;
                }
                var name = in.text();
                var constant = byName.get(name);
                if (constant == null) {
                    throw new IllegalArgumentException(type.getName() + " has no " + name);
                }
                return constant;
            }
        };
    }

    /** As the value itself, or null: an Optional of a kept null does not exist. */
    private static Form optional(Form form) {
        return new Form() {
            @Override
            public void write(FormWriter out, Object value) {
                form.write(out, value == null ? null : ((Optional<?>) value).orElse(null));
            }

            @Override
            public Object read(FormReader in) {
                return Optional.ofNullable(form.read(in));
            }

            @Override
            public Object absent() {
                return Optional.empty();
            }
        };
    }

    private static Form list(Form form, Object absent, Function<List<Object>, Object> collect) {
        return new Form() {
            @Override
            public void write(FormWriter out, Object value) {
                if (value == null) {
                    out.one(FormWriter.NULL);
                    return;
                }
                out.one(FormWriter.LIST);
                var items = (Collection<?>) value;
                out.size(items.size());
                items.forEach(item -> form.write(out, item));
            }

            @Override
            public Object read(FormReader in) {
                if (!in.has(FormWriter.LIST)) {
                    return null;
                }
                int size = in.size();
                var items = new ArrayList<>(size);
                for (int i = 0; i < size; i++) {
                    items.add(form.read(in));
                }
                return collect.apply(Collections.unmodifiableList(items));
            }

            @Override
            public Object absent() {
                return absent;
            }
        };
    }

    /** In the order of the map that was written. */
    private static Form map(Form keys, Form values) {
        return new Form() {
            @Override
            public void write(FormWriter out, Object value) {
                if (value == null) {
                    out.one(FormWriter.NULL);
                    return;
                }
                out.one(FormWriter.MAP);
                var map = (Map<?, ?>) value;
                out.size(map.size());
                map.forEach((k, v) -> {
                    keys.write(out, k);
                    values.write(out, v);
                });
            }

            @Override
            public Object read(FormReader in) {
                if (!in.has(FormWriter.MAP)) {
                    return null;
                }
                int size = in.size();
                var map = new LinkedHashMap<>();
                for (int i = 0; i < size; i++) {
                    map.put(keys.read(in), values.read(in));
                }
                return Collections.unmodifiableMap(map);
            }

            @Override
            public Object absent() {
                return Map.of();
            }
        };
    }
}
