package dev.aloft.service.dynamodb.value;

import dev.aloft.api.Bytes;
import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.JsonWriter;
import dev.aloft.kernel.store.Codec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;

/**
 * Items as bytes: a byte for the form, the number of attributes, and name and value of each; a value is a byte for its
 * type and what the type needs. Lengths and numbers of elements have seven bits a byte. The order of attributes is
 * kept.
 */
public final class ItemCodec implements Codec<Map<String, AttributeValue>> {
    public static final ItemCodec ITEMS = new ItemCodec();

    private static final int FORM = 1;
    private static final int S = 1;
    private static final int N = 2;
    private static final int B = 3;
    private static final int TRUE = 4;
    private static final int FALSE = 5;
    private static final int NULL = 6;
    private static final int SS = 7;
    private static final int NS = 8;
    private static final int BS = 9;
    private static final int L = 10;
    private static final int M = 11;

    private ItemCodec() {
    }

    @Override
    public byte[] encode(Map<String, AttributeValue> item) {
        var out = new Out();
        out.one(FORM);
        out.map(item);
        return out.length == out.bytes.length ? out.bytes : Arrays.copyOf(out.bytes, out.length);
    }

    @Override
    public Map<String, AttributeValue> decode(byte[] bytes) {
        return new In(checked(bytes)).map();
    }

    private static byte[] checked(byte[] bytes) {
        if (bytes.length == 0 || bytes[0] != FORM) {
            throw new IllegalArgumentException("The bytes are no item of a known form");
        }
        return bytes;
    }

    /** How many bytes a stored item counts for: see {@link ItemSize}. */
    public static int size(byte[] bytes) {
        return new In(bytes).mapSize();
    }

    /** Writes a stored item as the services' JSON has items. */
    static void write(byte[] bytes, JsonWriter out) {
        new In(checked(bytes)).writeMap(out);
    }

    private static final class Out {
        private byte[] bytes = new byte[256];
        private int length;

        void map(Map<String, AttributeValue> map) {
            size(map.size());
            for (var entry : map.entrySet()) {
                text(entry.getKey());
                value(entry.getValue());
            }
        }

        void value(AttributeValue value) {
            switch (value) {
                case AttributeValue.S(var text) -> {
                    one(S);
                    text(text);
                }
                case AttributeValue.N(var number) -> {
                    one(N);
                    text(number);
                }
                case AttributeValue.B(var raw) -> {
                    one(B);
                    raw(raw.array());
                }
                case AttributeValue.BOOL(var truth) -> one(truth ? TRUE : FALSE);
                case AttributeValue.NULL _ -> one(NULL);
                case AttributeValue.SS(var set) -> texts(SS, set);
                case AttributeValue.NS(var set) -> texts(NS, set);
                case AttributeValue.BS(var set) -> {
                    one(BS);
                    size(set.size());
                    set.forEach(element -> raw(element.array()));
                }
                case AttributeValue.L(var list) -> {
                    one(L);
                    size(list.size());
                    list.forEach(this::value);
                }
                case AttributeValue.M(var map) -> {
                    one(M);
                    map(map);
                }
            }
        }

        private void texts(int kind, List<String> set) {
            one(kind);
            size(set.size());
            set.forEach(this::text);
        }

        private void text(String text) {
            raw(text.getBytes(StandardCharsets.UTF_8));
        }

        private void raw(byte[] raw) {
            size(raw.length);
            room(raw.length);
            System.arraycopy(raw, 0, bytes, length, raw.length);
            length += raw.length;
        }

        private void one(int value) {
            room(1);
            bytes[length++] = (byte) value;
        }

        private void size(int size) {
            room(5);
            int rest = size;
            while ((rest & ~0x7F) != 0) {
                bytes[length++] = (byte) (rest | 0x80);
                rest >>>= 7;
            }
            bytes[length++] = (byte) rest;
        }

        private void room(int more) {
            if (bytes.length - length < more) {
                bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
            }
        }
    }

    private static final class In {
        private final byte[] bytes;
        private int at = 1;

        In(byte[] bytes) {
            this.bytes = bytes;
        }

        Map<String, AttributeValue> map() {
            int size = size();
            var map = LinkedHashMap.<String, AttributeValue>newLinkedHashMap(size);
            for (int i = 0; i < size; i++) {
                var name = name();
                map.put(name, value());
            }
            return map;
        }

        private AttributeValue value() {
            int kind = bytes[at++];
            return switch (kind) {
                case S -> new AttributeValue.S(text());
                case N -> new AttributeValue.N(text());
                case B -> new AttributeValue.B(raw());
                case TRUE -> new AttributeValue.BOOL(true);
                case FALSE -> new AttributeValue.BOOL(false);
                case NULL -> new AttributeValue.NULL(true);
                case SS -> new AttributeValue.SS(texts());
                case NS -> new AttributeValue.NS(texts());
                case BS -> {
                    int size = size();
                    var set = new ArrayList<Bytes>(size);
                    for (int i = 0; i < size; i++) {
                        set.add(raw());
                    }
                    yield new AttributeValue.BS(set);
                }
                case L -> {
                    int size = size();
                    var list = new ArrayList<AttributeValue>(size);
                    for (int i = 0; i < size; i++) {
                        list.add(value());
                    }
                    yield new AttributeValue.L(list);
                }
                case M -> new AttributeValue.M(map());
                default -> throw unknown(kind);
            };
        }

        private List<String> texts() {
            int size = size();
            var set = new ArrayList<String>(size);
            for (int i = 0; i < size; i++) {
                set.add(text());
            }
            return set;
        }

        /** Attributes have the same few names in all items of a table. */
        private String name() {
            int size = size();
            var name = Names.of(bytes, at, at + size);
            at += size;
            return name;
        }

        void writeMap(JsonWriter out) {
            out.beginObject();
            for (int left = size(); left > 0; left--) {
                int size = size();
                out.name(bytes, at, at + size);
                at += size;
                writeValue(out);
            }
            out.endObject();
        }

        private void writeValue(JsonWriter out) {
            int kind = bytes[at++];
            out.beginObject();
            switch (kind) {
                case S -> writeText(out.name("S"));
                case N -> writeText(out.name("N"));
                case B -> out.name("B").base64(raw().array());
                case TRUE, FALSE -> out.name("BOOL").bool(kind == TRUE);
                case NULL -> out.name("NULL").bool(true);
                case SS -> writeList(out.name("SS"), () -> writeText(out));
                case NS -> writeList(out.name("NS"), () -> writeText(out));
                case BS -> writeList(out.name("BS"), () -> out.base64(raw().array()));
                case L -> writeList(out.name("L"), () -> writeValue(out));
                case M -> writeMap(out.name("M"));
                default -> throw unknown(kind);
            }
            out.endObject();
        }

        private void writeText(JsonWriter out) {
            int size = size();
            out.string(bytes, at, at + size);
            at += size;
        }

        private void writeList(JsonWriter out, Runnable element) {
            out.beginArray();
            for (int left = size(); left > 0; left--) {
                element.run();
            }
            out.endArray();
        }

        private static IllegalArgumentException unknown(int kind) {
            return new IllegalArgumentException("An item has a value of the unknown kind " + kind);
        }

        int mapSize() {
            int count = size();
            int total = 0;
            for (int i = 0; i < count; i++) {
                total += skip();
                total += valueSize();
            }
            return total;
        }

        private int valueSize() {
            int kind = bytes[at++];
            return switch (kind) {
                case S, B -> skip();
                case N -> numberSize();
                case TRUE, FALSE, NULL -> 1;
                case SS, BS -> sum(this::skip, size());
                case NS -> sum(this::numberSize, size());
                case L -> {
                    int count = size();
                    yield 3 + count + sum(this::valueSize, count);
                }
                case M -> {
                    int from = at;
                    int count = size();
                    at = from;
                    yield 3 + count + mapSize();
                }
                default -> throw unknown(kind);
            };
        }

        private static int sum(IntSupplier size, int count) {
            int total = 0;
            for (int i = 0; i < count; i++) {
                total += size.getAsInt();
            }
            return total;
        }

        private int skip() {
            int size = size();
            at += size;
            return size;
        }

        private int numberSize() {
            return Numbers.size(text());
        }

        private String text() {
            int size = size();
            var text = new String(bytes, at, size, StandardCharsets.UTF_8);
            at += size;
            return text;
        }

        private Bytes raw() {
            int size = size();
            var raw = Bytes.of(Arrays.copyOfRange(bytes, at, at + size));
            at += size;
            return raw;
        }

        private int size() {
            int size = 0;
            int shift = 0;
            byte next;
            do {
                next = bytes[at++];
                size |= (next & 0x7F) << shift;
                shift += 7;
            } while (next < 0);
            return size;
        }
    }
}
