package dev.aloft.service.events;

import dev.aloft.api.ApiError;
import dev.aloft.api.Events;
import java.util.Objects;
import java.util.stream.Stream;

/** What EventBridge answers where a request is wrong. */
final class Refusals {
    private Refusals() {}

    static ApiError invalid(String message) {
        return ApiError.of("ValidationException", 400, message);
    }

    static ApiError badArn(String arn) {
        return invalid("Parameter " + arn + " is not valid. Reason: Provided Arn is not in correct format.");
    }

    static ApiError badToken() {
        return invalid("Invalid pagination token.");
    }

    static ApiError noBus(String name) {
        return new Events.ResourceNotFoundException("Event bus " + name + " does not exist.");
    }

    static ApiError noRule(String bus, String name) {
        return new Events.ResourceNotFoundException("Rule " + name + " does not exist on EventBus " + bus + ".");
    }

    static ApiError tooMany() {
        return new Events.LimitExceededException("The requested resource exceeds the maximum number allowed.");
    }

    /** Filters of archives and replays exclude each other. */
    static void severalFilters(String operation, Object... filters) {
        if (Stream.of(filters).filter(Objects::nonNull).count() > 1) {
            throw invalid("At most one filter is allowed for " + operation
                    + ". Use either : State, EventSourceArn, or NamePrefix.");
        }
    }

    /** A setting whose effect is not built. */
    static void unbuilt(String what, Object value) {
        if (value != null) {
            throw ApiError.notBuilt(what);
        }
    }
}
