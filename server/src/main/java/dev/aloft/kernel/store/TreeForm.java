package dev.aloft.kernel.store;

import dev.aloft.api.Bytes;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** A tree of maps, lists, texts, numbers, booleans and bytes, as JSON and YAML have it. */
final class TreeForm implements Form {
    @Override
    public void write(FormWriter out, Object value) {
        switch (value) {
            case null -> out.one(FormWriter.NULL);
            case Boolean flag -> out.one(flag ? FormWriter.TRUE : FormWriter.FALSE);
            case String text -> {
                out.one(FormWriter.TEXT);
                out.text(text);
            }
            case Integer number -> number(out, number);
            case Long number -> number(out, number);
            case Short number -> number(out, number);
            case Byte number -> number(out, number);
            case Double number -> real(out, number);
            case Float number -> real(out, number);
            case BigDecimal number -> decimal(out, number.toString());
            case BigInteger number -> decimal(out, number.toString());
            case Bytes bytes -> {
                out.one(FormWriter.BYTES);
                out.raw(bytes.array());
            }
            case Collection<?> list -> {
                out.one(FormWriter.LIST);
                out.size(list.size());
                list.forEach(item -> write(out, item));
            }
            case Map<?, ?> map -> {
                out.one(FormWriter.MAP);
                out.size(map.size());
                map.forEach((key, item) -> {
                    write(out, key);
                    write(out, item);
                });
            }
            default -> throw new IllegalArgumentException(value.getClass().getName() + " has no place in a tree");
        }
    }

    private static void number(FormWriter out, long number) {
        out.one(FormWriter.NUMBER);
        out.number(number);
    }

    private static void real(FormWriter out, double number) {
        out.one(FormWriter.DOUBLE);
        out.real(number);
    }

    private static void decimal(FormWriter out, String number) {
        out.one(FormWriter.DECIMAL);
        out.text(number);
    }

    /** Whole numbers come back as Integer where they fit, else as Long. */
    @Override
    public Object read(FormReader in) {
        int kind = in.kind();
        return switch (kind) {
            case FormWriter.NULL -> null;
            case FormWriter.TRUE -> true;
            case FormWriter.FALSE -> false;
            case FormWriter.TEXT -> in.text();
            case FormWriter.NUMBER -> whole(in.number());
            case FormWriter.DOUBLE -> in.real();
            case FormWriter.DECIMAL -> decimal(in.text());
            case FormWriter.BYTES -> Bytes.of(in.raw());
            case FormWriter.LIST -> {
                int size = in.size();
                var list = new ArrayList<>(size);
                for (int i = 0; i < size; i++) {
                    list.add(read(in));
                }
                yield Collections.unmodifiableList(list);
            }
            case FormWriter.MAP -> {
                int size = in.size();
                var map = new LinkedHashMap<>();
                for (int i = 0; i < size; i++) {
                    map.put(read(in), read(in));
                }
                yield Collections.unmodifiableMap(map);
            }
            default -> throw new IllegalArgumentException("A stored value is of the unknown kind " + kind);
        };
    }

    private static Number decimal(String text) {
        return text.chars().allMatch(c -> c == '-' || c >= '0' && c <= '9') ? new BigInteger(text)
                : new BigDecimal(text);
    }

    private static Object whole(long number) {
        if (number == (int) number) {
            return (int) number;
        }
        return number;
    }
}
