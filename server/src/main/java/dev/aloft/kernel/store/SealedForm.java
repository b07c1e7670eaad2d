package dev.aloft.kernel.store;

import java.util.HashMap;
import java.util.Map;

/** A sealed interface: which of its cases a value is, by simple name, and the value. */
final class SealedForm implements Form {
    private final Class<?> type;
    private final Map<Class<?>, Form> byClass = new HashMap<>();
    private final Map<String, Form> byName = new HashMap<>();

    SealedForm(Class<?> type) {
        this.type = type;
    }

    void learn(Forms forms) {
        learn(forms, type);
    }

    private void learn(Forms forms, Class<?> sealed) {
        for (var permitted : sealed.getPermittedSubclasses()) {
            if (permitted.isInterface() && permitted.isSealed()) {
                learn(forms, permitted);
                continue;
            }
            var form = forms.form(permitted);
            byClass.put(permitted, form);
            if (byName.put(permitted.getSimpleName(), form) != null) {
                throw new IllegalArgumentException(type.getName() + " has two cases " + permitted.getSimpleName());
            }
        }
    }

    @Override
    public void write(FormWriter out, Object value) {
        if (value == null) {
            out.one(FormWriter.NULL);
            return;
        }
        // A constant of an enum may be of a class of its own.
        var variant = value instanceof Enum<?> constant ? constant.getDeclaringClass() : value.getClass();
        out.one(FormWriter.CASE);
        out.text(variant.getSimpleName());
        byClass.get(variant).write(out, value);
    }

    @Override
    public Object read(FormReader in) {
        if (!in.has(FormWriter.CASE)) {
            return null;
        }
        var name = in.text();
        var form = byName.get(name);
        if (form == null) {
            throw new IllegalArgumentException(type.getName() + " has no case " + name);
        }
        return form.read(in);
    }
}
