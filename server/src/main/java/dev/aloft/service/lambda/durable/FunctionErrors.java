package dev.aloft.service.lambda.durable;

import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Lambda.ErrorObject;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Errors as functions tell them ({@code errorMessage}) and as durable executions keep them ({@code ErrorMessage}). */
final class FunctionErrors {
    private FunctionErrors() {}

    static ErrorObject read(byte[] payload) {
        try {
            if (JsonReader.tree(payload) instanceof Map<?, ?> error) {
                var trace = error.get("stackTrace") != null ? error.get("stackTrace") : error.get("trace");
                return ErrorObject.of(e -> e.errorMessage(text(error.get("errorMessage")))
                        .errorType(text(error.get("errorType")))
                        .stackTrace(lines(trace)));
            }
        } catch (JsonReader.Malformed e) {
            // Told as it is.
        }
        return ErrorObject.of(e -> e.errorMessage(new String(payload, StandardCharsets.UTF_8)));
    }

    /** Of the tree of an error object. */
    static ErrorObject object(Object tree) {
        if (!(tree instanceof Map<?, ?> error)) {
            return null;
        }
        return ErrorObject.of(e -> e.errorMessage(text(error.get("ErrorMessage")))
                .errorType(text(error.get("ErrorType")))
                .errorData(text(error.get("ErrorData"))).stackTrace(lines(error.get("StackTrace"))));
    }

    /** What the caller of a function is told. */
    static byte[] told(ErrorObject error) {
        var told = new LinkedHashMap<String, Object>();
        told.put("errorMessage", error == null || error.errorMessage() == null ? "" : error.errorMessage());
        if (error != null && error.errorType() != null) {
            told.put("errorType", error.errorType());
        }
        if (error != null && error.errorData() != null) {
            told.put("errorData", error.errorData());
        }
        if (error != null && error.stackTrace() != null) {
            told.put("stackTrace", error.stackTrace());
        }
        return JsonWriter.bytes(told);
    }

    private static String text(Object value) {
        return value == null ? null : value.toString();
    }

    private static List<String> lines(Object trace) {
        return trace instanceof List<?> list ? list.stream().map(String::valueOf).toList() : null;
    }
}
