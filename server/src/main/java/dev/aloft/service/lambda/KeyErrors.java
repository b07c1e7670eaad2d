package dev.aloft.service.lambda;

import dev.aloft.api.ApiError;
import dev.aloft.api.Lambda;
import dev.aloft.kernel.envelope.KeyRefusal;

/** What Lambda says where KMS refuses what a function or a mapping needs of a key. */
final class KeyErrors {
    private KeyErrors() {}

    /** To whoever looks at what they may not decrypt, or cannot. */
    static String seen(String what, KeyRefusal refusal) {
        var why = switch (refusal.reason()) {
            case ACCESS_DENIED -> "the KMS access was denied. Please check your KMS permissions.";
            case DISABLED -> "the KMS key used is disabled. Please check your KMS key settings.";
            case INVALID_STATE, INVALID_KEY_USAGE ->
                "the KMS key used is in an invalid state for Decrypt. Please check your KMS key settings.";
            case NOT_FOUND -> "the KMS key was not found. Please check your KMS key settings.";
        };
        return "Lambda was unable to decrypt your " + what + " because " + why + told(refusal);
    }

    /** In GetFunction's answer, in place of the address of the code. */
    static String code(KeyRefusal refusal) {
        return (switch (refusal.reason()) {
            case ACCESS_DENIED -> "KMS access is denied. Check your KMS permissions.";
            case DISABLED -> "KMS key is disabled. Check your KMS key settings.";
            case INVALID_STATE, INVALID_KEY_USAGE -> "KMS key is in an invalid state. Check your KMS key settings.";
            case NOT_FOUND -> "KMS key is not found. Check your KMS key settings.";
        }) + told(refusal);
    }

    private static String told(KeyRefusal refusal) {
        return " KMS Exception: " + refusal.code() + " KMS Message: " + refusal.words();
    }

    /** To whoever invokes a function that cannot run without the key. */
    static ApiError unusable(String what, KeyRefusal refusal) {
        var why = switch (refusal.reason()) {
            case ACCESS_DENIED -> "KMS access was denied";
            case DISABLED -> "the KMS key used is disabled";
            case INVALID_STATE, INVALID_KEY_USAGE -> "the KMS key used is in an invalid state for Decrypt";
            case NOT_FOUND -> "the KMS key was not found";
        };
        var message = "Lambda was unable to decrypt the " + what + " because " + why
                + ". Please check the function's KMS key settings. KMS Exception: " + refusal.code() + "KMS Message: "
                + refusal.words();
        return switch (refusal.reason()) {
            case ACCESS_DENIED -> new Lambda.KMSAccessDeniedException(message);
            case DISABLED -> new Lambda.KMSDisabledException(message);
            case INVALID_STATE, INVALID_KEY_USAGE -> new Lambda.KMSInvalidStateException(message);
            case NOT_FOUND -> new Lambda.KMSNotFoundException(message);
        };
    }

    /**
     * To whoever sets up what the key will not do.
     *
     * @param code  KMS's own
     * @param words KMS's own
     */
    static ApiError configuring(String what, String operation, String code, String words) {
        var why = switch (code) {
            case "AccessDeniedException" -> "the KMS access was denied. Please check your KMS permissions.";
            case "DisabledException" -> "the KMS key used is disabled. Please check your KMS key settings.";
            case "NotFoundException" -> "the KMS key was not found. Please check your KMS key settings.";
            default -> "the KMS key is invalid for " + operation + ". Please check your KMS key settings.";
        };
        return new Lambda.InvalidParameterValueException("Lambda was unable to configure access to your " + what
                + " because " + why + " KMS Exception: " + code + " KMS Message: " + words);
    }
}
