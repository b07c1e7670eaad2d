package dev.aloft.service.pipes;

import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Lambda;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** A function that a pipe hands its batches to, whole, as a list. */
final class PipeFunction {
    private final String arn;
    private final Lambda lambda;

    PipeFunction(String arn, Endpoint endpoint) {
        this.arn = arn;
        lambda = Lambda.at(endpoint);
    }

    /** A function's error. */
    static final class Failed extends RuntimeException {
        Failed(String message) {
            super(message, null, false, false);
        }
    }

    /** Answers what the function does, a JSON tree; null for nothing. */
    Object ask(Caller role, List<Object> events) {
        var response = invoke(role, events, Lambda.InvocationType.REQUEST_RESPONSE);
        var answer = response.payload() == null ? "" : new String(response.payload().array(), StandardCharsets.UTF_8);
        if (response.functionError() != null) {
            throw new Failed(response.functionError() + ": " + answer);
        }
        return answer.isBlank() ? null : JsonReader.tree(answer);
    }

    /** Does not wait for an answer. */
    void tell(Caller role, List<Object> events) {
        invoke(role, events, Lambda.InvocationType.EVENT);
    }

    private Lambda.InvokeResponse invoke(Caller role, List<Object> events, String type) {
        var payload = Bytes.of(JsonWriter.bytes(events));
        return lambda.invoke(role, Lambda.InvokeRequest.of(r -> r.functionName(arn).invocationType(type)
                .payload(payload)));
    }

    /** As a log tells of it. */
    Map<String, Object> request(List<Object> events) {
        return Map.of("functionName", arn, "payload", JsonWriter.string(events));
    }

    /** The ids of the records that an answer says it could not process; an empty one for an entry that names none. */
    static Set<String> failures(Object answer) {
        var failed = new HashSet<String>();
        if (answer instanceof Map<?, ?> map && map.get("batchItemFailures") instanceof List<?> list) {
            list.forEach(each -> failed.add(each instanceof Map<?, ?> item
                    ? Objects.toString(item.get("itemIdentifier"), "") : ""));
        }
        return failed;
    }
}
