package dev.aloft.wire;

import java.util.ArrayList;
import java.util.List;

/** The parameters of a query string in the order they came, decoded. */
public final class QueryString {
    private final List<Parameter> parameters = new ArrayList<>();

    /**
     * One parameter.
     *
     * @param hasValue whether there was an equals sign
     */
    public record Parameter(String name, String value, boolean hasValue) {}

    public static QueryString of(String raw) {
        var query = new QueryString();
        int from = 0;
        while (from < raw.length()) {
            int end = raw.indexOf('&', from);
            if (end < 0) {
                end = raw.length();
            }
            if (end > from) {
                int equals = raw.indexOf('=', from);
                boolean hasValue = equals >= 0 && equals < end;
                query.parameters.add(new Parameter(
                        LenientPercent.decode(raw, from, hasValue ? equals : end, true),
                        hasValue ? LenientPercent.decode(raw, equals + 1, end, true) : "",
                        hasValue));
            }
            from = end + 1;
        }
        return query;
    }

    public List<Parameter> parameters() {
        return parameters;
    }

    /** The first value of this name (empty where it has none), or null. */
    public String first(String name) {
        for (var parameter : parameters) {
            if (parameter.name.equals(name)) {
                return parameter.value;
            }
        }
        return null;
    }

    public boolean has(String name) {
        return first(name) != null;
    }
}
