package dev.aloft.service.sqs;

import dev.aloft.api.ApiError;
import dev.aloft.api.Sqs;
import dev.aloft.kernel.envelope.KeyRefusal;

/** The errors that no model names, and the words of those that many places tell. */
final class Errors {
    private Errors() {}

    static ApiError invalid(String message) {
        return ApiError.of("InvalidParameterValueException", 400, message);
    }

    static ApiError invalid(String parameter, Object value, String reason) {
        return invalid("Value " + value + " for parameter " + parameter + " is invalid. Reason: " + reason);
    }

    static ApiError missing(String parameter) {
        return ApiError.of("MissingRequiredParameterException", 400,
            "The request must contain the parameter " + parameter + ".");
    }

    /** What AWS calls the body that an entry of a batch lacks; a message of its own lacks a parameter. */
    static ApiError emptyBody() {
        return ApiError.of("EmptyValue", 400, "The request must contain the parameter MessageBody.");
    }

    static Sqs.QueueDoesNotExist noQueue() {
        return new Sqs.QueueDoesNotExist("The specified queue does not exist.");
    }

    static Sqs.ReceiptHandleIsInvalid noReceipt(String handle) {
        return new Sqs.ReceiptHandleIsInvalid("The input receipt handle \"" + handle
                + "\" is not a valid receipt handle.");
    }

    static ApiError expired(String handle) {
        return invalid("ReceiptHandle", handle, "The receipt handle has expired.");
    }

    /** What KMS refused, in the words of the client of KMS that SQS has. */
    static ApiError ofKey(KeyRefusal refusal) {
        var message = refusal.told();
        return switch (refusal.reason()) {
            case ACCESS_DENIED -> new Sqs.KmsAccessDenied(message);
            case DISABLED -> new Sqs.KmsDisabled(message);
            case INVALID_STATE -> new Sqs.KmsInvalidState(message);
            case NOT_FOUND -> new Sqs.KmsNotFound(message);
            case INVALID_KEY_USAGE -> new Sqs.KmsInvalidKeyUsage(message);
        };
    }

    /** The code as SQS tells it in the entries of a batch. */
    static String code(ApiError error) {
        return switch (error.code()) {
            case "InvalidParameterValueException" -> "InvalidParameterValue";
            case "MissingRequiredParameterException" -> "MissingParameter";
            default -> error.code();
        };
    }
}
