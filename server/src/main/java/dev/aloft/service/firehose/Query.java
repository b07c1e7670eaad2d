package dev.aloft.service.firehose;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.aloft.api.Bytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import net.thisptr.jackson.jq.BuiltinFunctionLoader;
import net.thisptr.jackson.jq.JsonQuery;
import net.thisptr.jackson.jq.Scope;
import net.thisptr.jackson.jq.Versions;
import net.thisptr.jackson.jq.exception.JsonQueryException;

/** A program in the language jq 1.6 that makes partition keys of a record: an object of texts, numbers and booleans. */
final class Query {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Scope BUILT_IN = builtIn();

    private final JsonQuery program;

    private Query(JsonQuery program) {
        this.program = program;
    }

    private static Scope builtIn() {
        var scope = Scope.newEmptyScope();
        BuiltinFunctionLoader.getInstance().loadFunctions(Versions.JQ_1_6, scope);
        return scope;
    }

    /** Empty where the text is no program. */
    static Optional<Query> of(String text) {
        try {
            return Optional.of(new Query(JsonQuery.compile(text, Versions.JQ_1_6)));
        } catch (JsonQueryException _) {
            return Optional.empty();
        }
    }

    /** The record has no keys by this program; the message is what an error document says. */
    static final class NoKeys extends Exception {
        NoKeys(String message) {
            super(message, null, false, false);
        }
    }

    Map<String, String> keys(Bytes record) throws NoKeys {
        var found = new ArrayList<JsonNode>();
        try {
            program.apply(Scope.newChildScope(BUILT_IN), JSON.readTree(record.array()), found::add);
        } catch (JsonProcessingException e) {
            throw new NoKeys("Non JSON record provided");
        } catch (IOException e) {
            throw new NoKeys(e.getMessage());
        }
        if (found.size() != 1 || !found.getFirst().isObject()) {
            throw new NoKeys("partitionKeys values must not be null or empty");
        }
        var keys = new LinkedHashMap<String, String>();
        found.getFirst().properties().forEach(each -> keys.put(each.getKey(), each.getValue().asText("")));
        if (keys.isEmpty() || found.getFirst().properties().stream().anyMatch(each -> each.getValue().isContainerNode()
                || each.getValue().isNull() || each.getValue().asText().isEmpty())) {
            throw new NoKeys("partitionKeys values must not be null or empty");
        }
        return keys;
    }
}
