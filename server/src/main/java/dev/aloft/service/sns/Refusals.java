package dev.aloft.service.sns;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Sns;
import dev.aloft.kernel.envelope.KeyRefusal;

/** What SNS answers to parameters that it does not take. */
final class Refusals {
    private static final int ARN_ELEMENTS = 6;

    private Refusals() {
    }

    static Sns.InvalidParameterException invalid(String what) {
        return new Sns.InvalidParameterException("Invalid parameter: " + what);
    }

    static Sns.InvalidParameterException invalid(String parameter, String reason) {
        return invalid(parameter + " Reason: " + reason);
    }

    /** SNS names one missing parameter, in words of its own. */
    static String required(String value, String parameter) {
        if (value == null) {
            throw invalid(parameter, "no value for required parameter");
        }
        return value;
    }

    /** An ARN of SNS in the caller's region, as every parameter that is one must be. */
    static Arn arn(Caller caller, String text, String parameter) {
        var arn = arn(required(text, parameter), parameter);
        if (!arn.service().equals("sns") || !arn.region().equals(caller.region())) {
            throw invalid(parameter);
        }
        return arn;
    }

    static Arn arn(String text, String parameter) {
        int elements = required(text, parameter).split(":", -1).length;
        if (elements < ARN_ELEMENTS) {
            throw invalid(parameter, "An ARN must have at least 6 elements, not " + elements);
        }
        if (!Arn.isArn(text)) {
            throw invalid(parameter);
        }
        return Arn.parse(text);
    }

    /** What KMS refused, in the words of the client of KMS that SNS has. */
    static ApiError ofKey(KeyRefusal refusal) {
        var message = refusal.told();
        return switch (refusal.reason()) {
            case ACCESS_DENIED -> new Sns.KMSAccessDeniedException(message);
            case DISABLED -> new Sns.KMSDisabledException(message);
            case NOT_FOUND -> new Sns.KMSNotFoundException(message);
            // AWS has no word of its own for a key that is for signatures.
            case INVALID_STATE, INVALID_KEY_USAGE -> new Sns.KMSInvalidStateException(message);
        };
    }
}
