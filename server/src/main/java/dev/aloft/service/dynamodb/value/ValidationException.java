package dev.aloft.service.dynamodb.value;

import dev.aloft.api.ApiError;

/** The error of a request that is wrong in itself; DynamoDB's model does not name it. */
public final class ValidationException extends ApiError {
    public ValidationException(String message) {
        super("ValidationException", 400, true, message);
    }

    /** The same with AWS's opening words for values that contradict each other. */
    public static ValidationException parameters(String message) {
        return new ValidationException("One or more parameter values were invalid: " + message);
    }
}
