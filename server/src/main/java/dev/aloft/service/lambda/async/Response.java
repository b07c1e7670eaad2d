package dev.aloft.service.lambda.async;

import dev.aloft.api.ApiError;
import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.kernel.store.Codec;
import dev.aloft.service.lambda.invoke.Invocations;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * What came of the attempts at an event so far: what records for destinations tell.
 *
 * @param runs    how often the function ran
 * @param status  the last HTTP status, 0 for none
 * @param version the version that ran, or null
 * @param payload its answer, or null
 */
record Response(int runs, int status, String version, boolean failed, byte[] payload) {
    static final Response NONE = new Response(0, 0, null, false, null);
    private static final Codec<Response> CODEC = Codec.of(Response.class);

    Response ran(Invocations.Result result) {
        return new Response(runs + 1, 200, result.executedVersion(), result.outcome().failed(),
                result.outcome().payload());
    }

    /** The function did not run this time. */
    Response refused(ApiError error) {
        return new Response(runs, error.status(), null, false, null);
    }

    byte[] encode() {
        return CODEC.encode(this);
    }

    static Response decode(byte[] detail) {
        return detail == null ? NONE : CODEC.decode(detail);
    }

    /** The function's own words, where its answer has some. */
    String errorMessage() {
        return json() instanceof Map<?, ?> map && map.get("errorMessage") instanceof String message ? message : "";
    }

    /** The answer as JSON text; what is none is told as a string. */
    String payloadJson() {
        var text = new String(payload, StandardCharsets.UTF_8);
        return json() == null && !text.equals("null") ? JsonWriter.string((Object) text) : text;
    }

    private Object json() {
        try {
            return payload == null || payload.length == 0 ? null : JsonReader.tree(payload);
        } catch (JsonReader.Malformed _) {
            return null;
        }
    }
}
