package dev.aloft.wire;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a request says of who sent it: read, not yet believed. */
public sealed interface Authorization {

    /** Nothing. */
    record Anonymous() implements Authorization {}

    /**
     * A signature of version 4, in the header or in the query.
     *
     * @param date          the scope's day, {@code 20240131}
     * @param signedHeaders names in lower case, as listed
     * @param timestamp     {@code 20240131T123456Z} as sent
     * @param presigned     in the query
     * @param expires       how long a presigned request holds, in seconds; -1 for one signed in the header
     * @param region        the one of its scope; of one that is asymmetric the set of regions in which it is good, as
     * sent
     * @param sessionToken  or null
     * @param asymmetric    of version 4a, which is an elliptic curve's and names no region in its scope
     */
    record V4(
            String accessKeyId,
            String date,
            String region,
            String service,
            List<String> signedHeaders,
            String signature,
            String timestamp,
            boolean presigned,
            long expires,
            String sessionToken,
            boolean asymmetric)
            implements Authorization {
        String algorithm() {
            return asymmetric ? ASYMMETRIC : ALGORITHM;
        }

        String scope() {
            return date + (asymmetric ? "" : "/" + region) + "/" + service + "/aws4_request";
        }

        /** When it was signed; empty text and nonsense were refused when it was read. */
        public Instant at() {
            return time(timestamp).toInstant(ZoneOffset.UTC);
        }
    }

    /** A presigned URL of version 2, as boto3 still makes them for S3. */
    record V2(String accessKeyId, String signature, String expires, String sessionToken) implements Authorization {}

    /** Something that was meant as a signature and is none; the text is for {@link SignatureErrors}. */
    record Unreadable(Problem problem, String text) implements Authorization {}

    enum Problem {
        /** The Authorization header lacks a part. */
        INCOMPLETE_HEADER,
        /** The Authorization header's credential is not five parts. */
        BAD_CREDENTIAL,
        /** The query lacks a part. */
        INCOMPLETE_QUERY,
        BAD_DATE,
        BAD_EXPIRES,
        /** An algorithm of AWS's that is not built here. */
        ASYMMETRIC,
        UNKNOWN_SCHEME
    }

    DateTimeFormatter TIMESTAMP = DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT);

    String ALGORITHM = "AWS4-HMAC-SHA256";
    /** What a signature in the query consists of; S3 alone asks as well how long it holds. */
    List<String> QUERY =
            List.of("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date");
    List<String> QUERY_OF_S3 = Stream.concat(QUERY.stream(), Stream.of("X-Amz-Expires")).toList();
    /** Seconds that a signature in the query holds which does not tell: as long as one in the header. */
    String UNLESS_TOLD = "900";
    String ASYMMETRIC = "AWS4-ECDSA-P256-SHA256";

    /** The access key id that is claimed, or null. */
    default String claimedKey() {
        return switch (this) {
            case V4 v4 -> v4.accessKeyId;
            case V2 v2 -> v2.accessKeyId;
            case Anonymous(), Unreadable(_, _) -> null;
        };
    }

    static Authorization of(HttpRequest request) {
        var header = request.headers().first("authorization");
        if (header != null) {
            return ofHeader(request, header.strip());
        }
        var query = request.rawQuery();
        if (query.contains("X-Amz-")) {
            var parameters = QueryString.of(query);
            if (parameters.has("X-Amz-Algorithm") || parameters.has("X-Amz-Credential")) {
                return ofQuery(parameters);
            }
        }
        if (query.contains("AWSAccessKeyId=")) {
            var parameters = QueryString.of(query);
            var key = parameters.first("AWSAccessKeyId");
            var signature = parameters.first("Signature");
            var expires = parameters.first("Expires");
            if (signature == null || expires == null) {
                return new Unreadable(
                        Problem.INCOMPLETE_QUERY,
                        "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters");
            }
            return new V2(key, signature, expires, parameters.first("x-amz-security-token"));
        }
        return new Anonymous();
    }

    private static Authorization ofHeader(HttpRequest request, String header) {
        boolean asymmetric = header.startsWith(ASYMMETRIC);
        if (!asymmetric && !header.startsWith(ALGORITHM)) {
            return new Unreadable(Problem.UNKNOWN_SCHEME, header);
        }
        var algorithm = asymmetric ? ASYMMETRIC : ALGORITHM;
        var regions = request.headers().first("x-amz-region-set");
        String credential = null;
        String signedHeaders = null;
        String signature = null;
        int end;
        for (int start = algorithm.length(); start < header.length(); start = end + 1) {
            int comma = header.indexOf(',', start);
            end = comma < 0 ? header.length() : comma;
            int equals = header.indexOf('=', start);
            if (equals < 0 || equals > end) {
                continue;
            }
            var value = header.substring(equals + 1, end).strip();
            switch (header.substring(start, equals).strip()) {
                case "Credential" -> credential = value;
                case "SignedHeaders" -> signedHeaders = value;
                case "Signature" -> signature = value;
                default -> {}
            }
        }
        var timestamp = request.headers().first("x-amz-date");
        if (timestamp == null) {
            timestamp = request.headers().first("date");
        }
        var missing = new StringBuilder();
        missing(missing, credential, "requires 'Credential' parameter");
        missing(missing, signature, "requires 'Signature' parameter");
        missing(missing, signedHeaders, "requires 'SignedHeaders' parameter");
        if (timestamp == null) {
            missing.append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ");
        }
        if (!missing.isEmpty()) {
            return new Unreadable(Problem.INCOMPLETE_HEADER, missing + "Authorization=" + algorithm);
        }
        return v4(
                credential,
                signedHeaders,
                signature,
                isoTimestamp(timestamp),
                false,
                "-1",
                request.headers().first("x-amz-security-token"),
                asymmetric ? regions == null ? "" : regions : null);
    }

    private static void missing(StringBuilder text, String value, String what) {
        if (value == null || value.isEmpty()) {
            text.append("Authorization header ").append(what).append(". ");
        }
    }

    /** A Date header's RFC 1123 form is allowed where there is no X-Amz-Date. */
    private static String isoTimestamp(String text) {
        if (text.indexOf(' ') < 0) {
            return text;
        }
        try {
            return TIMESTAMP.withZone(ZoneOffset.UTC)
                    .format(Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text)));
        } catch (DateTimeException e) {
            return text;
        }
    }

    /** Reads {@code 20240131T123456Z}, by hand since every request has one. */
    private static LocalDateTime time(String text) {
        if (text.length() != 16 || text.charAt(8) != 'T' || text.charAt(15) != 'Z') {
            throw new DateTimeException("no timestamp: " + text);
        }
        return LocalDateTime.of(digits(text, 0, 4), digits(text, 4, 6), digits(text, 6, 8),
                digits(text, 9, 11), digits(text, 11, 13), digits(text, 13, 15));
    }

    private static int digits(String text, int from, int to) {
        int value = 0;
        for (int i = from; i < to; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                throw new DateTimeException("no timestamp: " + text);
            }
            value = value * 10 + digit;
        }
        return value;
    }

    private static Authorization ofQuery(QueryString query) {
        var algorithm = query.first("X-Amz-Algorithm");
        if (ASYMMETRIC.equals(algorithm)) {
            return new Unreadable(Problem.ASYMMETRIC, algorithm);
        }
        var names = isOfS3(query) ? QUERY_OF_S3 : QUERY;
        var missing = names.stream().filter(name -> isBlank(query.first(name))).toList();
        if (!missing.isEmpty() || !ALGORITHM.equals(algorithm)) {
            return new Unreadable(Problem.INCOMPLETE_QUERY, (missing.isEmpty() ? List.of("X-Amz-Algorithm") : missing)
                    .stream().map(name -> "AWS query-string parameters must include '" + name + "'. ")
                    .collect(Collectors.joining("", "", "Re-examine the query-string parameters.")));
        }
        var expires = query.first("X-Amz-Expires");
        return v4(
                query.first("X-Amz-Credential"),
                query.first("X-Amz-SignedHeaders"),
                query.first("X-Amz-Signature"),
                query.first("X-Amz-Date"),
                true,
                expires == null ? UNLESS_TOLD : expires,
                query.first("X-Amz-Security-Token"),
                null);
    }

    private static boolean isBlank(String value) {
        return value == null || value.isBlank();
    }

    private static boolean isOfS3(QueryString query) {
        var credential = query.first("X-Amz-Credential");
        return credential != null && credential.endsWith("/s3/aws4_request");
    }

    /** @param regions those of an asymmetric signature, null of any other */
    private static Authorization v4(
            String credential,
            String signedHeaders,
            String signature,
            String timestamp,
            boolean presigned,
            String expires,
            String sessionToken,
            String regions) {
        // An access key id may itself hold slashes; the scope is the last four parts, or three where it has no region.
        var parts = credential.split("/");
        int last = parts.length - 1;
        int date = last - (regions == null ? 3 : 2);
        if (date < 1 || !parts[last].equals("aws4_request")) {
            return new Unreadable(Problem.BAD_CREDENTIAL, credential);
        }
        try {
            time(timestamp);
        } catch (DateTimeException e) {
            return new Unreadable(Problem.BAD_DATE, timestamp);
        }
        long seconds;
        try {
            seconds = Long.parseLong(expires);
        } catch (NumberFormatException e) {
            return new Unreadable(Problem.BAD_EXPIRES, "X-Amz-Expires should be a number");
        }
        if (presigned && seconds < 0) {
            return new Unreadable(Problem.BAD_EXPIRES, "X-Amz-Expires must be non-negative");
        }
        if (presigned && seconds > 604_800) {
            return new Unreadable(
                    Problem.BAD_EXPIRES,
                    "X-Amz-Expires must be less than a week (in seconds); "
                            + "that is, the given X-Amz-Expires must be less than 604800 seconds");
        }
        return new V4(
                String.join("/", List.of(parts).subList(0, date)),
                parts[date],
                regions == null ? parts[last - 2] : regions,
                parts[last - 1],
                List.of(signedHeaders.toLowerCase(Locale.ROOT).split(";")),
                signature,
                timestamp,
                presigned,
                seconds,
                sessionToken,
                regions != null);
    }
}
