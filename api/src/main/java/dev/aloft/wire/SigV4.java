package dev.aloft.wire;

import dev.aloft.api.Body;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * AWS's Signature Version 4, to sign and to verify: in the header, in the query (presigned), and over chunks.
 *
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html">Create a
 *     signed AWS API request</a>
 */
public final class SigV4 {
    public static final String UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD";
    static final String SIGNED_CHUNKS = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
    static final String SIGNED_TRAILERS = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
    static final String UNSIGNED_TRAILERS = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
    private static final String EMPTY_HASH = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private static final Duration SKEW = Duration.ofMinutes(15);
    /** What is read into memory to be hashed; S3's contents are checked as they stream instead. */
    private static final long MAX_HASHED = 128L << 20;

    private SigV4() {}

    /**
     * Believes a signature or throws what the caller is told.
     *
     * @param service the name that the scope must have
     * @return the request with its content decoded; content that is still to come is checked as it is read
     */
    public static HttpRequest verify(
            HttpRequest request,
            Authorization.V4 signed,
            String secret,
            String service,
            SignatureErrors errors,
            Instant now) {
        checkTimes(signed, errors, now);
        if (!signed.service().equals(service) && !(service.equals("s3") && signed.service().equals("s3express"))) {
            throw errors.scopeService(signed.service(), service);
        }
        checkSignedHeaders(request, signed, errors);
        boolean s3 = errors == SignatureErrors.S3;
        var hash = contentHash(request, signed);
        Body body = request.body();
        if (hash == null) {
            if (s3) {
                throw SignatureErrors.missingContentHash();
            }
            var bytes = body.bytes(MAX_HASHED);
            hash = hex(sha256().digest(bytes));
            body = Body.of(bytes);
        } else if (isHash(hash)) {
            if (s3) {
                body = new HashedBody(body, hash);
            } else {
                var bytes = body.bytes(MAX_HASHED);
                if (!hex(sha256().digest(bytes)).equals(hash)) {
                    throw errors.mismatch();
                }
                body = Body.of(bytes);
            }
        } else if (!List.of(UNSIGNED_PAYLOAD, SIGNED_CHUNKS, SIGNED_TRAILERS, UNSIGNED_TRAILERS).contains(hash)) {
            throw SignatureErrors.badContentHash();
        }
        var key = key(secret, signed.date(), signed.region(), signed.service());
        if (!isRight(request, signed, secret, key, hash, s3)) {
            throw errors.mismatch();
        }
        var believed = request.withBody(body);
        if (!AwsChunked.is(request)) {
            return believed;
        }
        boolean signedChunks = hash.equals(SIGNED_CHUNKS) || hash.equals(SIGNED_TRAILERS);
        return AwsChunked.decode(believed, signedChunks ? new ChunkSigner(key, signed, errors) : null);
    }

    private static boolean isRight(
            HttpRequest request, Authorization.V4 signed, String secret, byte[] key, String hash, boolean s3) {
        if (signed.asymmetric()) {
            return SigV4a.isRight(textToSign(request, signed, hash, s3), signed, secret);
        }
        var expected = signature(key, request, signed, hash, s3);
        return MessageDigest.isEqual(ascii(expected), ascii(signed.signature()));
    }

    /**
     * Believes a presigned URL of Signature Version 2, which S3 alone takes; {@code bucket} is the one in the host, or
     * null.
     */
    public static HttpRequest verify(
            HttpRequest request, Authorization.V2 signed, String secret, String bucket, Instant now) {
        long expires;
        try {
            expires = Long.parseLong(signed.expires());
        } catch (NumberFormatException e) {
            throw SignatureErrors.S3.unreadable(new Authorization.Unreadable(
                    Authorization.Problem.INCOMPLETE_QUERY,
                    "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters"));
        }
        if (now.getEpochSecond() > expires) {
            throw SignatureErrors.S3.expired(null, now);
        }
        var expected = V2Signature.of(request, signed, secret, bucket);
        if (!MessageDigest.isEqual(ascii(expected), ascii(signed.signature()))) {
            throw SignatureErrors.S3.mismatch();
        }
        return AwsChunked.is(request) ? AwsChunked.decode(request) : request;
    }

    /** The request with the headers that sign it. A stream is left unsigned, which S3 alone allows. */
    public static HttpRequest sign(
            HttpRequest request, Credentials credentials, String region, String service, Instant at) {
        var headers = copy(request.headers());
        var timestamp = timestamp(at);
        headers.set("X-Amz-Date", timestamp);
        if (credentials.sessionToken() != null) {
            headers.set("X-Amz-Security-Token", credentials.sessionToken());
        }
        boolean s3 = service.equals("s3");
        var hash = headers.first("x-amz-content-sha256");
        if (hash == null) {
            hash = request.body() instanceof Body.OfBytes(byte[] content)
                    ? hex(sha256().digest(content))
                    : UNSIGNED_PAYLOAD;
            if (s3 || hash.equals(UNSIGNED_PAYLOAD)) {
                headers.set("X-Amz-Content-Sha256", hash);
            }
        }
        var names = new TreeSet<String>();
        headers.forEach((name, _) -> {
            var lower = name.toLowerCase(Locale.ROOT);
            if (lower.equals("host")
                    || lower.equals("content-type")
                    || lower.equals("content-md5")
                    || lower.startsWith("x-amz-")) {
                names.add(lower);
            }
        });
        var date = timestamp.substring(0, 8);
        var signed = new Authorization.V4(
                credentials.accessKeyId(),
                date,
                region,
                service,
                List.copyOf(names),
                "",
                timestamp,
                false,
                -1,
                credentials.sessionToken(),
                false);
        var unsigned = withHeaders(request, headers);
        var signature =
                signature(key(credentials.secretAccessKey(), date, region, service), unsigned, signed, hash, s3);
        headers.set(
                "Authorization",
                Authorization.ALGORITHM + " Credential=" + credentials.accessKeyId() + "/" + signed.scope()
                        + ", SignedHeaders=" + String.join(";", names) + ", Signature=" + signature);
        return unsigned;
    }

    /** The request with a query that signs it for some time; only the host is signed of its headers. */
    public static HttpRequest presign(
            HttpRequest request, Credentials credentials, String region, String service, Instant at, Duration holds) {
        var timestamp = timestamp(at);
        var date = timestamp.substring(0, 8);
        var signed = new Authorization.V4(
                credentials.accessKeyId(),
                date,
                region,
                service,
                List.of("host"),
                "",
                timestamp,
                true,
                holds.toSeconds(),
                credentials.sessionToken(),
                false);
        var query = new StringBuilder(request.rawQuery());
        query.append(query.isEmpty() ? "" : "&")
                .append("X-Amz-Algorithm=").append(Authorization.ALGORITHM)
                .append("&X-Amz-Credential=")
                .append(LenientPercent.encode(credentials.accessKeyId() + "/" + signed.scope()))
                .append("&X-Amz-Date=").append(timestamp)
                .append("&X-Amz-Expires=").append(holds.toSeconds())
                .append("&X-Amz-SignedHeaders=host");
        if (credentials.sessionToken() != null) {
            query.append("&X-Amz-Security-Token=").append(LenientPercent.encode(credentials.sessionToken()));
        }
        boolean s3 = service.equals("s3");
        var signature = signature(
                key(credentials.secretAccessKey(), date, region, service),
                withQuery(request, query.toString()),
                signed,
                s3 ? UNSIGNED_PAYLOAD : EMPTY_HASH,
                s3);
        return withQuery(request, query + "&X-Amz-Signature=" + signature);
    }

    private static void checkTimes(Authorization.V4 signed, SignatureErrors errors, Instant now) {
        if (!signed.timestamp().startsWith(signed.date())) {
            throw errors.scopeDate(signed);
        }
        var at = signed.at();
        if (at.isAfter(now.plus(SKEW))) {
            throw signed.presigned() && errors == SignatureErrors.S3
                    ? errors.notYetValid()
                    : errors.tooNew(signed, now, SKEW);
        }
        if (signed.presigned()) {
            if (now.isAfter(at.plusSeconds(signed.expires()))) {
                throw errors.expired(signed, now);
            }
        } else if (at.isBefore(now.minus(SKEW))) {
            throw errors.tooOld(signed, now, SKEW);
        }
    }

    /** The host must be signed, and so must every x-amz-* header: else somebody could add one under way. */
    private static void checkSignedHeaders(HttpRequest request, Authorization.V4 signed, SignatureErrors errors) {
        var names = signed.signedHeaders();
        if (!names.contains("host") && !names.contains(":authority")) {
            throw errors.unsignedHeader("host");
        }
        if (signed.asymmetric() && !names.contains("x-amz-region-set")) {
            throw errors.unsignedHeader("x-amz-region-set");
        }
        if (errors != SignatureErrors.S3) {
            return;
        }
        request.headers().forEach((name, _) -> {
            if (name.regionMatches(true, 0, "x-amz-", 0, 6)
                    && !name.equalsIgnoreCase("x-amz-content-sha256")
                    && !names.contains(name.toLowerCase(Locale.ROOT))) {
                throw errors.unsignedHeader(name.toLowerCase(Locale.ROOT));
            }
        });
    }

    /** What the caller says of the content: a hash, one of the words, or null. */
    private static String contentHash(HttpRequest request, Authorization.V4 signed) {
        var header = request.headers().first("x-amz-content-sha256");
        if (!signed.presigned()) {
            return header;
        }
        var query = QueryString.of(request.rawQuery());
        var parameter = query.first("X-Amz-Content-Sha256");
        if (parameter != null) {
            return parameter;
        }
        if (header != null && signed.signedHeaders().contains("x-amz-content-sha256")) {
            return header;
        }
        return signed.service().equals("s3") || signed.service().equals("s3express") ? UNSIGNED_PAYLOAD : null;
    }

    private static String signature(
            byte[] key, HttpRequest request, Authorization.V4 signed, String contentHash, boolean s3) {
        return hex(hmac(key, textToSign(request, signed, contentHash, s3)));
    }

    private static String textToSign(
            HttpRequest request, Authorization.V4 signed, String contentHash, boolean s3) {
        var canonical = canonicalRequest(request, signed, contentHash, s3);
        return signed.algorithm() + "\n" + signed.timestamp() + "\n" + signed.scope() + "\n"
                + hex(sha256().digest(utf8(canonical)));
    }

    static String canonicalRequest(HttpRequest request, Authorization.V4 signed, String contentHash, boolean s3) {
        var text = new StringBuilder(512);
        text.append(request.method()).append('\n');
        text.append(s3 ? pathOnce(request.rawPath()) : pathTwice(request.rawPath())).append('\n');
        canonicalQuery(text, request.rawQuery());
        text.append('\n');
        for (var name : signed.signedHeaders()) {
            text.append(name).append(':');
            if (name.equals(":authority") || name.equals("host")) {
                text.append(request.host().strip());
            } else {
                boolean first = true;
                for (var value : request.headers().all(name)) {
                    if (!first) {
                        text.append(',');
                    }
                    squeeze(text, value);
                    first = false;
                }
            }
            text.append('\n');
        }
        text.append('\n').append(String.join(";", signed.signedHeaders())).append('\n').append(contentHash);
        return text.toString();
    }

    /** S3 signs the path as its key is: decoded, then encoded once, and nothing removed; an encoded slash stays one. */
    private static String pathOnce(String rawPath) {
        var path = new StringBuilder(rawPath.length() + 16);
        int from = 0;
        for (int i = 0; i + 2 < rawPath.length(); i++) {
            if (rawPath.regionMatches(true, i, "%2F", 0, 3)) {
                path.append(LenientPercent.encode(LenientPercent.decodeBytes(rawPath, from, i, false), true))
                        .append("%2F");
                from = i + 3;
            }
        }
        return path.append(LenientPercent.encode(LenientPercent.decodeBytes(rawPath, from, rawPath.length(), false),
                true))
                .toString();
    }

    /** All others sign the path that is sent, encoded once more, without empty and dot segments. */
    private static String pathTwice(String rawPath) {
        if (rawPath.equals("/")) {
            return rawPath;
        }
        var segments = new ArrayList<String>();
        for (var segment : rawPath.split("/")) {
            switch (segment) {
                case "", "." -> {}
                case ".." -> {
                    if (!segments.isEmpty()) {
                        segments.removeLast();
                    }
                }
                default -> segments.add(LenientPercent.encode(segment));
            }
        }
        var path = "/" + String.join("/", segments);
        return rawPath.endsWith("/") && path.length() > 1 ? path + "/" : path;
    }

    private static void canonicalQuery(StringBuilder text, String rawQuery) {
        if (rawQuery.isEmpty()) {
            return;
        }
        var sorted = new TreeMap<String, List<String>>();
        for (var parameter : QueryString.of(rawQuery).parameters()) {
            if (!parameter.name().equals("X-Amz-Signature")) {
                sorted.computeIfAbsent(LenientPercent.encode(parameter.name()), _ -> new ArrayList<>(1))
                        .add(LenientPercent.encode(parameter.value()));
            }
        }
        boolean first = true;
        for (var entry : sorted.entrySet()) {
            entry.getValue().sort(null);
            for (var value : entry.getValue()) {
                text.append(first ? "" : "&").append(entry.getKey()).append('=').append(value);
                first = false;
            }
        }
    }

    /** Without blanks at the ends and with single ones between words. */
    private static void squeeze(StringBuilder text, String value) {
        int start = text.length();
        boolean blank = false;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
                blank = text.length() > start;
            } else {
                if (blank) {
                    text.append(' ');
                    blank = false;
                }
                text.append(c);
            }
        }
    }

    private static byte[] key(String secret, String date, String region, String service) {
        return hmac(hmac(hmac(hmac(utf8("AWS4" + secret), date), region), service), "aws4_request");
    }

    static byte[] hmac(byte[] key, String text) {
        return hmac("HmacSHA256", key, text);
    }

    static byte[] hmac(byte[] key, byte[] input) {
        return hmac("HmacSHA256", key, input);
    }

    static byte[] hmac(String algorithm, byte[] key, String text) {
        return hmac(algorithm, key, utf8(text));
    }

    private static byte[] hmac(String algorithm, byte[] key, byte[] input) {
        try {
            var mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(key, algorithm));
            return mac.doFinal(input);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean isHash(String text) {
        return text.length() == 64 && text.chars().allMatch(HexFormat::isHexDigit);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String timestamp(Instant at) {
        return Authorization.TIMESTAMP.withZone(ZoneOffset.UTC).format(at);
    }

    private static Headers copy(Headers headers) {
        var copy = new Headers();
        headers.forEach(copy::add);
        return copy;
    }

    private static HttpRequest withHeaders(HttpRequest request, Headers headers) {
        return new HttpRequest(
                request.method(),
                request.scheme(),
                request.rawPath(),
                request.rawQuery(),
                headers,
                request.body(),
                request.remoteAddress());
    }

    private static HttpRequest withQuery(HttpRequest request, String rawQuery) {
        return new HttpRequest(
                request.method(),
                request.scheme(),
                request.rawPath(),
                rawQuery,
                request.headers(),
                request.body(),
                request.remoteAddress());
    }

    /** Carries the signature from chunk to chunk; the first follows on the request's own. */
    static final class ChunkSigner {
        private final byte[] key;
        private final Authorization.V4 signed;
        private final SignatureErrors errors;
        private String previous;

        ChunkSigner(byte[] key, Authorization.V4 signed, SignatureErrors errors) {
            this.key = key;
            this.signed = signed;
            this.errors = errors;
            this.previous = signed.signature();
        }

        void chunk(String signature, byte[] contentHash) {
            check(signature, "AWS4-HMAC-SHA256-PAYLOAD", EMPTY_HASH + "\n" + hex(contentHash));
        }

        void trailers(String signature, String lines) {
            check(signature, "AWS4-HMAC-SHA256-TRAILER", hex(sha256().digest(utf8(lines))));
        }

        private void check(String signature, String kind, String rest) {
            var expected = hex(hmac(
                    key, kind + "\n" + signed.timestamp() + "\n" + signed.scope() + "\n" + previous + "\n" + rest));
            if (!MessageDigest.isEqual(ascii(expected), ascii(signature))) {
                throw errors.mismatch();
            }
            previous = signature;
        }
    }

    /** Content whose hash was signed: the reader is told at its end if it is another. */
    private static final class HashedBody extends InputStream implements Body {
        private final Body body;
        private final InputStream in;
        private final String expected;
        private final MessageDigest digest = sha256();
        private long taken;
        private boolean ended;

        HashedBody(Body body, String expected) {
            this.body = body;
            this.in = body.stream();
            this.expected = expected.toLowerCase(Locale.ROOT);
        }

        @Override
        public long length() {
            return body.length();
        }

        @Override
        public InputStream stream() {
            return this;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int count) throws IOException {
            if (ended) {
                return -1;
            }
            int read = in.read(into, offset, count);
            if (read > 0) {
                digest.update(into, offset, read);
                taken += read;
            }
            // A reader that knows the length may not ask for the end.
            if (read < 0 || taken == length()) {
                ended = true;
                if (!hex(digest.digest()).equals(expected)) {
                    throw SignatureErrors.contentMismatch();
                }
            }
            return read;
        }

        @Override
        public void close() {
            body.close();
        }
    }
}
