package dev.aloft.service.dynamodb;

import dev.aloft.service.dynamodb.value.ValidationException;
import dev.aloft.service.dynamodb.value.Wording;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Which of a request's parameters are expressions, and which are of the time before expressions: the two do not mix.
 */
final class ParameterKinds {
    private final List<String> expressions = new ArrayList<>();
    private final List<String> legacy = new ArrayList<>();
    /** The expressions that may have values, given or not. */
    private final List<String> valued = new ArrayList<>();
    private boolean anyValued;

    ParameterKinds expression(String name, Object given) {
        valued.add(name);
        anyValued |= given != null;
        return projection(name, given);
    }

    /** A projection has names, but no values. */
    ParameterKinds projection(String name, Object given) {
        if (given != null) {
            expressions.add(name);
        }
        return this;
    }

    ParameterKinds legacy(String name, Object given) {
        if (given != null) {
            legacy.add(name);
        }
        return this;
    }

    void check(Map<String, ?> names, Map<String, ?> values, Wording wording) {
        if (!expressions.isEmpty() && !legacy.isEmpty()) {
            throw new ValidationException(
                "Can not use both expression and non-expression parameters in the same request: "
                    + "Non-expression parameters: {" + String.join(", ", legacy) + "} "
                    + "Expression parameters: {" + String.join(", ", expressions) + "}");
        }
        if (names != null && expressions.isEmpty()) {
            throw new ValidationException("ExpressionAttributeNames can only be specified when using expressions");
        }
        if (values != null && !valued.isEmpty() && !anyValued) {
            throw new ValidationException("ExpressionAttributeValues can only be specified when using expressions"
                + (wording == Wording.PRESENT ? "" : ": " + String.join(" and ", valued)
                    + (valued.size() > 1 ? " are" : " is") + " null"));
        }
    }
}
