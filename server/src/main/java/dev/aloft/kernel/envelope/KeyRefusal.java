package dev.aloft.kernel.envelope;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Kms;
import dev.aloft.api.Principal;
import java.util.UUID;

/**
 * What KMS answered when it gave no data key.
 *
 * @param decrypting whether it was Decrypt that refused
 * @param code       KMS's own code
 * @param message    KMS's own words, as its clients told them once: not whom it denied what
 * @param words      KMS's own words
 */
public record KeyRefusal(Reason reason, boolean decrypting, String code, String message, String words) {
    private static final String DENIED = "AccessDeniedException";
    /** What KMS tells those who may not decrypt, and do not name the key themselves. */
    private static final String UNKNOWN = "The ciphertext refers to a customer master key that does not exist, does not"
            + " exist in this region, or you are not allowed to access.";

    /** Why: each service has an error of its own for each. */
    public enum Reason {
        ACCESS_DENIED,
        DISABLED,
        INVALID_STATE,
        NOT_FOUND,
        INVALID_KEY_USAGE
    }

    /**
     * What an error of KMS means; one that is no refusal is thrown on.
     *
     * @param decrypting whether it was Decrypt that refused
     */
    public static KeyRefusal of(ApiError error, Caller caller, boolean decrypting) {
        var reason = switch (error) {
            case Kms.DisabledException _ -> Reason.DISABLED;
            case Kms.KMSInvalidStateException _ -> Reason.INVALID_STATE;
            case Kms.NotFoundException _ -> Reason.NOT_FOUND;
            // The ciphertext of a key that is gone.
            case Kms.InvalidCiphertextException _ -> Reason.NOT_FOUND;
            case Kms.InvalidKeyUsageException _ -> Reason.INVALID_KEY_USAGE;
            case ApiError it when it.code().equals(DENIED) -> Reason.ACCESS_DENIED;
            default -> throw error;
        };
        return new KeyRefusal(reason, decrypting, error.code(), reason == Reason.ACCESS_DENIED
                ? denial(error, caller, decrypting) : error.getMessage(), error.getMessage());
    }

    /** Services are told nothing. */
    private static String denial(ApiError error, Caller caller, boolean decrypting) {
        return caller.principal() instanceof Principal.Service ? null : decrypting ? UNKNOWN : error.getMessage();
    }

    /** KMS's words as services tell them that pass on what their client of KMS says. */
    public String told() {
        return told(message);
    }

    /** The same, which tells also whom KMS denied what. */
    public String toldInFull() {
        return told(words);
    }

    private String told(String message) {
        return message + " (Service: AWSKMS; Status Code: 400; Error Code: " + code + "; Request ID: "
                + UUID.randomUUID() + "; Proxy: null)";
    }
}
