package dev.aloft.wire;

import dev.aloft.api.ApiError;
import dev.aloft.api.Operation;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;

/**
 * What a caller is told whose signature is not accepted. AWS's services have one set of codes for each protocol family:
 * S3, query, JSON (status 400) and REST JSON (403).
 */
public enum SignatureErrors {
    S3,
    QUERY,
    JSON,
    REST_JSON;

    private static final String INCOMPLETE_QUERY =
            "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, "
                    + "X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.";
    private static final String MISMATCH =
            "The request signature we calculated does not match the signature you provided. ";

    public static SignatureErrors of(Operation operation) {
        return switch (operation.service().protocol()) {
            case "rest-xml" -> operation.service().signingName().equals("s3") ? S3 : QUERY;
            case "query", "ec2" -> QUERY;
            case "rest-json" -> REST_JSON;
            default -> JSON;
        };
    }

    private ApiError error(String s3, String query, String json, String message) {
        return switch (this) {
            case S3 -> ApiError.of(s3, 403, message);
            case QUERY -> ApiError.of(query, 403, message);
            case JSON -> ApiError.of(json, 400, message);
            case REST_JSON -> ApiError.of(json, 403, message);
        };
    }

    /** Not signed at all. */
    public ApiError missing() {
        return error(
                "AccessDenied",
                "MissingAuthenticationToken",
                "MissingAuthenticationTokenException",
                switch (this) {
                    case S3 -> "Access Denied";
                    case QUERY, JSON -> "Request is missing Authentication Token";
                    case REST_JSON -> "Missing Authentication Token";
                });
    }

    public ApiError unknownKey() {
        return error(
                "InvalidAccessKeyId",
                "InvalidClientTokenId",
                "UnrecognizedClientException",
                this == S3
                        ? "The AWS Access Key Id you provided does not exist in our records."
                        : "The security token included in the request is invalid.");
    }

    /** A session token that does not belong to the key, or is none of ours. */
    public ApiError invalidToken() {
        return this == S3
                ? ApiError.of("InvalidToken", 400, "The provided token is malformed or otherwise invalid.")
                : unknownKey();
    }

    public ApiError expiredToken() {
        return this == S3
                ? ApiError.of("ExpiredToken", 400, "The provided token has expired.")
                : error(
                        "ExpiredToken",
                        "ExpiredToken",
                        "ExpiredTokenException",
                        "The security token included in the request is expired");
    }

    public ApiError mismatch() {
        return refused(
                this == S3
                        ? MISMATCH + "Check your key and signing method."
                        : MISMATCH + "Check your AWS Secret Access Key and signing method. "
                                + "Consult the service documentation for details.");
    }

    private ApiError refused(String message) {
        return error("SignatureDoesNotMatch", "SignatureDoesNotMatch", "InvalidSignatureException", message);
    }

    public ApiError unreadable(Authorization.Unreadable unreadable) {
        var text = unreadable.text();
        return switch (unreadable.problem()) {
            case ASYMMETRIC -> ApiError.notBuilt("The signature algorithm " + text + " (SigV4a)");
            case INCOMPLETE_QUERY -> this == S3
                    ? text.contains("AWSAccessKeyId")
                            ? ApiError.of("AccessDenied", 403, text)
                            : ApiError.of("AuthorizationQueryParametersError", 400, INCOMPLETE_QUERY)
                    : incomplete(text);
            case BAD_EXPIRES -> this == S3
                    ? ApiError.of("AuthorizationQueryParametersError", 400, text)
                    : incomplete(text);
            case INCOMPLETE_HEADER -> this == S3 ? malformed("The authorization header is malformed; " + text)
                    : incomplete(text);
            case BAD_CREDENTIAL -> this == S3
                    ? malformed("The authorization header is malformed; the Credential is mal-formed; expecting "
                            + "\"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".")
                    : incomplete("Credential must have exactly 5 slash-delimited elements, e.g. "
                            + "keyid/date/region/service/term, got '" + text + "'");
            case BAD_DATE -> this == S3
                    ? ApiError.of(
                            "AccessDenied", 403, "AWS authentication requires a valid Date or x-amz-date header")
                    : incomplete("Date must be in ISO-8601 'basic format'. Got '" + text
                            + "'. See http://en.wikipedia.org/wiki/ISO_8601");
            case UNKNOWN_SCHEME -> this == S3
                    ? ApiError.of("InvalidArgument", 400, "Unsupported Authorization Type")
                    // To them another scheme is no signature at all.
                    : this == JSON && !text.startsWith("AWS4-") ? missing()
                    : incomplete("Authorization header requires 'Credential' parameter. Authorization header requires "
                            + "'Signature' parameter. Authorization header requires 'SignedHeaders' parameter.");
        };
    }

    private static ApiError malformed(String text) {
        return ApiError.of("AuthorizationHeaderMalformed", 400, text);
    }

    private ApiError incomplete(String text) {
        return switch (this) {
            case S3, QUERY -> ApiError.of("IncompleteSignature", 400, text);
            case JSON -> ApiError.of("IncompleteSignatureException", 400, text);
            case REST_JSON -> ApiError.of("IncompleteSignatureException", 403, text);
        };
    }

    /** A header that AWS wants signed and that is not. */
    ApiError unsignedHeader(String name) {
        return this == S3
                ? ApiError.of("AccessDenied", 403, "There were headers present in the request which were not signed")
                : refused("'" + (name.equals("host") ? "Host' or ':authority" : name)
                        + "' must be a 'SignedHeader' in the AWS Authorization.");
    }

    ApiError scopeDate(Authorization.V4 signed) {
        var day = signed.timestamp().substring(0, 8);
        if (this == S3) {
            return signed.presigned()
                    ? ApiError.of(
                            "AuthorizationQueryParametersError",
                            400,
                            "Invalid credential date \"" + signed.date()
                            + "\". This date is not the same as X-Amz-Date: \""
                                    + day + "\".")
                    : malformed("The authorization header is malformed; Invalid credential date \"" + signed.date()
                            + "\". This date is not the same as X-Amz-Date: \"" + day + "\".");
        }
        return refused("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '"
                + signed.date() + "' != '" + day + "', from '" + signed.timestamp() + "'.");
    }

    ApiError scopeService(String signed, String expected) {
        return this == S3
                ? malformed("The authorization header is malformed; incorrect service \"" + signed
                        + "\". This endpoint belongs to \"" + expected + "\".")
                : refused("Credential should be scoped to correct service: '" + expected + "'. ");
    }

    ApiError tooOld(Authorization.V4 signed, Instant now, Duration allowed) {
        return this == S3
                ? skewed()
                : refused("Signature expired: " + signed.timestamp() + " is now earlier than "
                        + text(now.minus(allowed)) + " (" + text(now) + " - " + allowed.toMinutes() + " min.)");
    }

    ApiError tooNew(Authorization.V4 signed, Instant now, Duration allowed) {
        return this == S3
                ? skewed()
                : refused("Signature not yet current: " + signed.timestamp() + " is still later than "
                        + text(now.plus(allowed)) + " (" + text(now) + " + " + allowed.toMinutes() + " min.)");
    }

    private static ApiError skewed() {
        return ApiError.of(
                "RequestTimeTooSkewed",
                403,
                "The difference between the request time and the current time is too large.");
    }

    /** A presigned request whose time has run out. */
    ApiError expired(Authorization.V4 signed, Instant now) {
        return this == S3
                ? ApiError.of("AccessDenied", 403, "Request has expired")
                : refused("Signature expired: " + signed.timestamp() + " is now earlier than "
                        + text(now.minusSeconds(signed.expires())) + " (" + text(now) + " - " + signed.expires()
                        + " sec.)");
    }

    ApiError notYetValid() {
        return ApiError.of("AccessDenied", 403, "Request is not yet valid");
    }

    static ApiError missingContentHash() {
        return ApiError.of("InvalidRequest", 400, "Missing required header for this request: x-amz-content-sha256");
    }

    static ApiError contentMismatch() {
        return ApiError.of(
                "XAmzContentSHA256Mismatch",
                400,
                "The provided 'x-amz-content-sha256' header does not match what was computed.");
    }

    static ApiError badContentHash() {
        return ApiError.of(
                "InvalidArgument",
                400,
                "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
                        + "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid "
                        + "sha256 value.");
    }

    static ApiError incompleteBody() {
        return ApiError.of("IncompleteBody", 400, "The request body terminated unexpectedly");
    }

    private static String text(Instant at) {
        return Authorization.TIMESTAMP.withZone(ZoneOffset.UTC).format(at);
    }
}
