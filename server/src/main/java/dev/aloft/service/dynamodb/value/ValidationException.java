package dev.aloft.service.dynamodb.value;

import dev.aloft.api.ApiError;
import java.util.function.Supplier;

/** The error of a request that is wrong in itself; DynamoDB's model does not name it. */
public final class ValidationException extends ApiError {
    private final boolean plain;

    public ValidationException(String message) {
        this(message, false);
    }

    private ValidationException(String message, boolean plain) {
        super("ValidationException", 400, true, message);
        this.plain = plain;
    }

    /** What every operation tells in these words alone: that a value cannot be read, or an item is too large. */
    public static ValidationException plain(String message) {
        return new ValidationException(message, true);
    }

    /** What PutItem, UpdateItem and DeleteItem say of a request that is wrong in itself, whatever its table. */
    public static <T> T detect(Supplier<T> reading) {
        try {
            return reading.get();
        } catch (ValidationException e) {
            throw e.plain ? e : new ValidationException("1 validation error detected: " + e.getMessage());
        }
    }

    /** The same with AWS's opening words for values that contradict each other. */
    public static ValidationException parameters(String message) {
        return new ValidationException("One or more parameter values were invalid: " + message);
    }
}
