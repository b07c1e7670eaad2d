package dev.aloft.service.lambda.durable;

import dev.aloft.api.JsonReader;
import dev.aloft.api.Lambda.ErrorObject;
import java.util.Map;

/** What one invocation of a durable function came to. */
sealed interface Answer {
    /** @param result may be null */
    record Succeeded(String result) implements Answer {}

    record Failed(ErrorObject error) implements Answer {}

    /** Something is waited for. */
    record Pending() implements Answer {}

    /** @param busy it could not be run, which is nobody's fault */
    record Broken(ErrorObject error, boolean busy) implements Answer {}

    default ErrorObject error() {
        return switch (this) {
            case Failed(ErrorObject error) -> error;
            case Broken(ErrorObject error, _) -> error;
            case Succeeded _, Pending _ -> null;
        };
    }

    static Failed refused(String message) {
        return new Failed(ErrorObject.of(e -> e.errorType("InvalidParameterValueException").errorMessage(message)));
    }

    static Answer read(byte[] payload) {
        if (!(tree(payload) instanceof Map<?, ?> answer) || !(answer.get("Status") instanceof String status)) {
            return refused("Invalid Status in invocation output.");
        }
        return switch (status) {
            case "SUCCEEDED" -> answer.get("Error") != null ? refused("Cannot provide an Error for SUCCEEDED status.")
                    : new Succeeded((String) answer.get("Result"));
            case "FAILED" -> answer.get("Result") != null ? refused("Cannot provide a Result for FAILED status.")
                    : new Failed(FunctionErrors.object(answer.get("Error")));
            case "PENDING" -> new Pending();
            default -> refused("Invalid Status in invocation output.");
        };
    }

    private static Object tree(byte[] payload) {
        try {
            return JsonReader.tree(payload);
        } catch (JsonReader.Malformed e) {
            return null;
        }
    }
}
