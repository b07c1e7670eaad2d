package dev.aloft.service.lambda;

import dev.aloft.api.ApiError;
import java.util.List;
import java.util.Map;

/** Reads properties of templates' resources; what is not there is null. */
final class TemplateProperties {
    private TemplateProperties() {}

    static String text(Map<String, Object> from, String name) {
        Object value = from.get(name);
        return value == null ? null : value.toString();
    }

    static Integer number(Map<String, Object> from, String name) {
        String text = text(from, name);
        try {
            return text == null ? null : Integer.valueOf(text);
        } catch (NumberFormatException e) {
            throw ApiError.of("ValidationError", 400, "Value of property " + name + " must be of type Integer");
        }
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> map(Map<String, Object> from, String name) {
        return (Map<String, Object>) of(from, name, Map.class, "Object");
    }

    static List<String> texts(Map<String, Object> from, String name) {
        List<?> list = of(from, name, List.class, "List");
        return list == null ? null : list.stream().map(String::valueOf).toList();
    }

    @SuppressWarnings("unchecked")
    static List<Map<String, Object>> list(Map<String, Object> from, String name) {
        return (List<Map<String, Object>>) of(from, name, List.class, "List");
    }

    private static <T> T of(Map<String, Object> from, String name, Class<T> type, String told) {
        Object value = from.get(name);
        if (value != null && !type.isInstance(value)) {
            throw ApiError.of("ValidationError", 400, "Value of property " + name + " must be of type " + told);
        }
        return type.cast(value);
    }

    static Boolean truth(Map<String, Object> from, String name) {
        String text = text(from, name);
        return text == null ? null : Boolean.valueOf(text);
    }
}
