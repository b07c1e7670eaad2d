package dev.aloft.service.kms;

import dev.aloft.api.ApiError;
import dev.aloft.api.Kms.DryRunOperationException;
import dev.aloft.api.Kms.InvalidGrantTokenException;
import dev.aloft.api.Kms.InvalidMarkerException;
import dev.aloft.api.Kms.KMSInvalidStateException;
import dev.aloft.api.Kms.UnsupportedOperationException;
import dev.aloft.service.kms.KmsData.StoredKey;
import java.util.List;

/** What KMS answers when it does not do what was asked, in AWS's words. */
final class Refusals {
    private Refusals() {}

    static ApiError invalid(String message) {
        return ApiError.of("ValidationException", 400, message);
    }

    static KMSInvalidStateException ending(StoredKey key) {
        return new KMSInvalidStateException(
                key.arn() + (key.deletion() == null ? " is pending replica deletion." : " is pending deletion."));
    }

    static KMSInvalidStateException awaiting(StoredKey key) {
        return new KMSInvalidStateException(key.arn() + " is pending import.");
    }

    static InvalidMarkerException marker() {
        return new InvalidMarkerException("Could not deserialize marker");
    }

    /** AWS says no more. */
    static UnsupportedOperationException unsupported() {
        return new UnsupportedOperationException("");
    }

    static UnsupportedOperationException origin(StoredKey key) {
        return new UnsupportedOperationException(
                key.arn() + " origin is " + key.origin() + " which is not valid for this operation.");
    }

    static UnsupportedOperationException notPrimary(StoredKey key) {
        return new UnsupportedOperationException(key.arn() + " is not a multi-region primary key.");
    }

    static void tokens(List<String> grantTokens) {
        if (grantTokens != null && grantTokens.stream().anyMatch(it -> GrantToken.read(it).isEmpty())) {
            throw new InvalidGrantTokenException("Invalid token");
        }
    }

    /** All was in order, and nothing was to be done. */
    static void dry(Boolean dryRun) {
        if (Boolean.TRUE.equals(dryRun)) {
            throw new DryRunOperationException(
                    "The request would have succeeded, but the DryRun option is set.");
        }
    }

    static void unbuilt(String what, Object given) {
        if (given != null) {
            throw ApiError.notBuilt(what);
        }
    }
}
