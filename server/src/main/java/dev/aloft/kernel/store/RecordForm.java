package dev.aloft.kernel.store;

import dev.aloft.api.Shape;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/** A record: its components by name, without those that are what an absent one reads as. */
final class RecordForm implements Form {
    private record Component(byte[] text, MethodHandle accessor, Form form, Object absent) {
    }

    private static final Object NULL = new Object();

    private final Class<?> type;
    private Component[] components;
    private Map<String, Integer> byName;
    private MethodHandle constructor;

    RecordForm(Class<?> type) {
        this.type = type;
    }

    void learn(Forms forms) {
        var lookup = MethodHandles.lookup();
        var parts = type.getRecordComponents();
        components = new Component[parts.length];
        byName = new HashMap<>();
        try {
            for (int i = 0; i < parts.length; i++) {
                var accessor = parts[i].getAccessor();
                accessor.setAccessible(true);
                var name = parts[i].getName();
                var form = forms.form(parts[i].getGenericType());
                components[i] = new Component(name.getBytes(StandardCharsets.UTF_8),
                    lookup.unreflect(accessor).asType(MethodType.methodType(Object.class, Object.class)),
                    // In a generated shape null means absent, and an empty list is another thing.
                    form, Shape.class.isAssignableFrom(type) ? null : form.absent());
                byName.put(name, i);
            }
            var canonical = type
                .getDeclaredConstructor(Stream.of(parts).map(part -> part.getType()).toArray(Class[]::new));
            canonical.setAccessible(true);
            constructor = lookup.unreflectConstructor(canonical).asSpreader(Object[].class, parts.length)
                .asType(MethodType.methodType(Object.class, Object[].class));
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(type.getName() + " cannot be kept in the store", e);
        }
    }

    @Override
    public void write(FormWriter out, Object value) {
        if (value == null) {
            out.one(FormWriter.NULL);
            return;
        }
        out.one(FormWriter.RECORD);
        var values = new Object[components.length];
        int count = 0;
        for (int i = 0; i < values.length; i++) {
            var absent = components[i].absent;
            var component = part(value, components[i].accessor);
            // A null where an absent one would read as something else is written as such.
            values[i] = component == null && absent != null ? NULL : component == null || component.equals(absent)
                ? null : component;
            count += values[i] == null ? 0 : 1;
        }
        out.size(count);
        for (int i = 0; i < values.length; i++) {
            if (values[i] != null) {
                out.raw(components[i].text);
                if (values[i] == NULL) {
                    out.one(FormWriter.NULL);
                } else {
                    components[i].form.write(out, values[i]);
                }
            }
        }
    }

    @Override
    public Object read(FormReader in) {
        if (!in.has(FormWriter.RECORD)) {
            return null;
        }
        var values = new Object[components.length];
        var read = new boolean[components.length];
        int next = 0;
        for (int left = in.size(); left > 0; left--) {
            int index = -1;
            // They stand in the order of the components unless the record has changed.
            for (int i = next; i < components.length; i++) {
                if (in.skipIf(components[i].text)) {
                    index = i;
                    next = i + 1;
                    break;
                }
            }
            if (index < 0) {
                index = byName.getOrDefault(in.text(), -1);
            }
            if (index < 0) {
                in.skip();
            } else {
                values[index] = components[index].form.read(in);
                read[index] = true;
            }
        }
        for (int i = 0; i < values.length; i++) {
            if (!read[i]) {
                values[i] = components[i].absent;
            }
        }
        return make(values);
    }

    private static Object part(Object value, MethodHandle accessor) {
        try {
            return (Object) accessor.invokeExact(value);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private Object make(Object[] values) {
        try {
            return (Object) constructor.invokeExact(values);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
