package dev.aloft.service.apigateway;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Operation;
import dev.aloft.api.Shape;
import dev.aloft.kernel.call.ResourceType.Desired;
import dev.aloft.wire.Trees;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/** What a template says of an API Gateway resource, as requests. */
final class Properties {
    private Properties() {}

    /**
     * The properties as the operation's input; a property deeper down that the operation does not know fails the
     * resource.
     */
    static <T extends Shape> T input(Operation operation, Class<T> type, Map<String, Object> properties,
            Map<String, Object> more) {
        var all = new LinkedHashMap<>(properties);
        more.forEach((name, value) -> {
            if (value == null) {
                all.remove(name);
            } else {
                all.put(name, value);
            }
        });
        return type.cast(Trees.lenient(operation.input(), all, path -> {
            throw ApiError.of("InvalidRequest", 400, "Encountered unsupported property " + path);
        }));
    }

    /**
     * The caller with a request id that stays the same when the step is done again: ids of what is made follow from it.
     */
    static Caller steady(Caller caller, Desired desired) {
        var name = desired.stackId() + "/" + desired.logicalId() + "/" + desired.token();
        return caller.withRequestId(UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString());
    }

    static String text(Desired desired, String property) {
        var value = desired.properties().get(property);
        return value == null ? null : value.toString();
    }

    /** The stack's tags and those that the template gives the resource: a list of Key and Value, or a map. */
    static Map<String, String> tags(Desired desired) {
        var tags = new LinkedHashMap<>(desired.tags());
        var own = desired.properties().get("Tags");
        OpenApi.map(own).forEach((key, value) -> tags.put(key, String.valueOf(value)));
        for (var tag : OpenApi.list(own)) {
            tags.put(String.valueOf(OpenApi.map(tag).get("Key")), String.valueOf(OpenApi.map(tag).get("Value")));
        }
        return tags;
    }

    /** Runs a deletion; that something is gone already is no failure. */
    static void gone(Runnable deletion) {
        try {
            deletion.run();
        } catch (ApiError e) {
            if (!e.code().equals("NotFoundException")) {
                throw e;
            }
        }
    }
}
