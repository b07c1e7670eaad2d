package dev.aloft.wire;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BiConsumer;

/** HTTP header fields in the order they came; names compare without case, values may repeat. */
public final class Headers {
    private final List<String> entries = new ArrayList<>();

    public static Headers of(String... namesAndValues) {
        var headers = new Headers();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.add(namesAndValues[i], namesAndValues[i + 1]);
        }
        return headers;
    }

    public Headers add(String name, String value) {
        entries.add(name);
        entries.add(value);
        return this;
    }

    public Headers set(String name, String value) {
        remove(name);
        return add(name, value);
    }

    public Headers remove(String name) {
        for (int i = entries.size() - 2; i >= 0; i -= 2) {
            if (entries.get(i).equalsIgnoreCase(name)) {
                entries.remove(i + 1);
                entries.remove(i);
            }
        }
        return this;
    }

    /** The first value of this name, or null. */
    public String first(String name) {
        for (int i = 0; i < entries.size(); i += 2) {
            if (entries.get(i).equalsIgnoreCase(name)) {
                return entries.get(i + 1);
            }
        }
        return null;
    }

    public boolean has(String name) {
        return first(name) != null;
    }

    public List<String> all(String name) {
        List<String> found = null;
        for (int i = 0; i < entries.size(); i += 2) {
            if (entries.get(i).equalsIgnoreCase(name)) {
                if (found == null) {
                    found = new ArrayList<>(2);
                }
                found.add(entries.get(i + 1));
            }
        }
        return found == null ? Collections.emptyList() : found;
    }

    public int size() {
        return entries.size() / 2;
    }

    public void forEach(BiConsumer<String, String> each) {
        for (int i = 0; i < entries.size(); i += 2) {
            each.accept(entries.get(i), entries.get(i + 1));
        }
    }

    @Override
    public String toString() {
        return entries.toString();
    }
}
