package dev.aloft.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApiError;
import dev.aloft.api.Body;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.checksums.DefaultChecksumAlgorithm;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignRequest;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.AwsSessionCredentialsIdentity;

/** Signatures as AWS's documentation works them out, and as AWS's SDK for Java makes them. */
class SigV4Test {
    private static final String KEY = "AKIAIOSFODNN7EXAMPLE";
    private static final String SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    private static final Instant DOCUMENTED = Instant.parse("2013-05-24T00:00:00Z");
    private static final String EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private static final String DOCUMENTED_SCOPE =
            "AWS4-HMAC-SHA256 Credential=" + KEY + "/20130524/us-east-1/s3/aws4_request,";

    private static HttpRequest request(String method, String path, String query, String body, String... headers) {
        return new HttpRequest(
                method, "http", path, query, Headers.of(headers), Body.of(body == null ? "" : body), "127.0.0.1");
    }

    private static HttpRequest verifyS3(HttpRequest request) {
        return SigV4.verify(
                request,
                (Authorization.V4) Authorization.of(request),
                SECRET,
                "s3",
                SignatureErrors.S3,
                DOCUMENTED.plusSeconds(60));
    }

    private static String read(HttpRequest request) {
        return new String(request.body().bytes(1 << 20), StandardCharsets.UTF_8);
    }

    // The examples of "Authenticating Requests: Using the Authorization Header" in the S3 API reference.

    @Test
    void verifiesTheDocumentedGetOfAnObject() {
        var request = request(
                "GET",
                "/test.txt",
                "",
                null,
                "Host",
                "examplebucket.s3.amazonaws.com",
                "Range",
                "bytes=0-9",
                "x-amz-content-sha256",
                EMPTY,
                "x-amz-date",
                "20130524T000000Z",
                "Authorization",
                DOCUMENTED_SCOPE + "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
                        + "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
        assertThat(read(verifyS3(request))).isEmpty();
    }

    @Test
    void verifiesTheDocumentedPutOfAnObjectAndItsContent() {
        var headers = new String[] {
            "Host",
            "examplebucket.s3.amazonaws.com",
            "Date",
            "Fri, 24 May 2013 00:00:00 GMT",
            "x-amz-date",
            "20130524T000000Z",
            "x-amz-storage-class",
            "REDUCED_REDUNDANCY",
            "x-amz-content-sha256",
            "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
            "Authorization",
            DOCUMENTED_SCOPE + "SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class,"
                    + "Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
        };
        var sent = request("PUT", "/test%24file.text", "", "Welcome to Amazon S3.", headers);
        assertThat(read(verifyS3(sent))).isEqualTo("Welcome to Amazon S3.");
        var plain = request("PUT", "/test$file.text", "", "Welcome to Amazon S3.", headers);
        assertThat(read(verifyS3(plain))).isEqualTo("Welcome to Amazon S3.");

        var other = request("PUT", "/test%24file.text", "", "Welcome to Amazon S4.", headers);
        assertThatThrownBy(() -> read(verifyS3(other)))
                .isInstanceOfSatisfying(ApiError.class, e -> {
                    assertThat(e.code()).isEqualTo("XAmzContentSHA256Mismatch");
                    assertThat(e.status()).isEqualTo(400);
                });
    }

    @ParameterizedTest
    @CsvSource({
        "lifecycle,fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
        "max-keys=2&prefix=J,34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        "prefix=J&max-keys=2,34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
    })
    void verifiesTheDocumentedQueriesOfABucket(String query, String signature) {
        verifyS3(request(
                "GET",
                "/",
                query,
                null,
                "Host",
                "examplebucket.s3.amazonaws.com",
                "x-amz-date",
                "20130524T000000Z",
                "x-amz-content-sha256",
                EMPTY,
                "Authorization",
                DOCUMENTED_SCOPE + "SignedHeaders=host;x-amz-content-sha256;x-amz-date,Signature=" + signature));
    }

    @Test
    void verifiesTheDocumentedPresignedUrlUntilItExpires() {
        var query = "X-Amz-Algorithm=AWS4-HMAC-SHA256"
                + "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
                + "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
                + "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
        var request = request("GET", "/test.txt", query, null, "Host", "examplebucket.s3.amazonaws.com");
        verifyS3(request);
        var signed = (Authorization.V4) Authorization.of(request);
        assertThatThrownBy(() -> SigV4.verify(
                        request, signed, SECRET, "s3", SignatureErrors.S3, DOCUMENTED.plusSeconds(86_401)))
                .hasMessage("Request has expired");
        assertThat(SigV4.presign(
                                request(
                                        "GET",
                                        "/test.txt",
                                        "",
                                        null,
                                        "Host",
                                        "examplebucket.s3.amazonaws.com"),
                                new Credentials(KEY, SECRET, null),
                                "us-east-1",
                                "s3",
                                DOCUMENTED,
                                Duration.ofDays(1))
                        .rawQuery())
                .isEqualTo(query);
    }

    private static final String[] CHUNKED = {
        "Host",
        "s3.amazonaws.com",
        "x-amz-date",
        "20130524T000000Z",
        "x-amz-storage-class",
        "REDUCED_REDUNDANCY",
        "x-amz-content-sha256",
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        "Content-Encoding",
        "aws-chunked",
        "x-amz-decoded-content-length",
        "66560",
        "Content-Length",
        "66824",
        "Authorization",
        DOCUMENTED_SCOPE + "SignedHeaders=content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;"
                + "x-amz-decoded-content-length;x-amz-storage-class,"
                + "Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"
    };

    private static String chunks(char first) {
        return "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n"
                + first + "a".repeat(65_535) + "\r\n"
                + "400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n"
                + "a".repeat(1024) + "\r\n"
                + "0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n";
    }

    @Test
    void verifiesTheDocumentedChunksAsTheyPass() {
        var verified = verifyS3(request("PUT", "/examplebucket/chunkObject.txt", "", chunks('a'), CHUNKED));
        assertThat(read(verified)).isEqualTo("a".repeat(66_560));
        assertThat(verified.body().length()).isEqualTo(66_560);
        assertThat(verified.headers().has("content-encoding")).isFalse();
        assertThat(verified.headers().first("content-length")).isEqualTo("66560");

        var forged = verifyS3(request("PUT", "/examplebucket/chunkObject.txt", "", chunks('b'), CHUNKED));
        assertThatThrownBy(() -> read(forged))
                .isInstanceOfSatisfying(
                        ApiError.class, e -> assertThat(e.code()).isEqualTo("SignatureDoesNotMatch"));
    }

    @Test
    void checksTheLastChunkAlsoForAReaderThatStopsAtTheKnownLength() {
        var forgedEnd = chunks('a').replace("b6c6ea8a", "b6c6ea8b");
        var verified = verifyS3(request("PUT", "/examplebucket/chunkObject.txt", "", forgedEnd, CHUNKED));
        assertThatThrownBy(() -> verified.body().stream().readNBytes(66_560)).isInstanceOf(ApiError.class);
    }

    @Test
    void verifiesTheDocumentedTrailer() {
        var content = "10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2\r\n"
                + "a".repeat(65_536) + "\r\n"
                + "400;chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7\r\n"
                + "a".repeat(1024) + "\r\n"
                + "0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n"
                + "x-amz-checksum-crc32c:sOO8/Q==%s"
                + "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n";
        for (var between : List.of("\r\n", "\n\r\n")) {
            var verified = verifyS3(request(
                    "PUT",
                    "/examplebucket/chunkObject.txt",
                    "",
                    content.replace("%s", between),
                    "Host",
                    "s3.amazonaws.com",
                    "x-amz-date",
                    "20130524T000000Z",
                    "x-amz-storage-class",
                    "REDUCED_REDUNDANCY",
                    "x-amz-content-sha256",
                    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
                    "Content-Encoding",
                    "aws-chunked",
                    "x-amz-decoded-content-length",
                    "66560",
                    "x-amz-trailer",
                    "x-amz-checksum-crc32c",
                    "Authorization",
                    DOCUMENTED_SCOPE + "SignedHeaders=content-encoding;host;x-amz-content-sha256;x-amz-date;"
                            + "x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer,"
                            + "Signature=106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e"));
            assertThat(read(verified)).hasSize(66_560);
            assertThat(((AwsChunked) verified.body()).trailers().first("x-amz-checksum-crc32c"))
                    .isEqualTo("sOO8/Q==");
        }
    }

    // "Create a signed AWS API request" in the IAM guide, and the signature test suite that AWS published.

    @Test
    void verifiesTheDocumentedListUsers() {
        var request = request(
                "GET",
                "/",
                "Action=ListUsers&Version=2010-05-08",
                null,
                "Host",
                "iam.amazonaws.com",
                "Content-Type",
                "application/x-www-form-urlencoded; charset=utf-8",
                "X-Amz-Date",
                "20150830T123600Z",
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
                        + "SignedHeaders=content-type;host;x-amz-date, "
                        + "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
        SigV4.verify(
                request,
                (Authorization.V4) Authorization.of(request),
                "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
                "iam",
                SignatureErrors.QUERY,
                Instant.parse("2015-08-30T12:40:00Z"));
    }

    @ParameterizedTest
    @CsvSource({
        "GET,/,,5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
        "GET,/example/..,,5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
        "GET,/example1/example2/../..,,5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
        "GET,/./,,5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
        "GET,//,,5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
        "GET,/,Param2=value2&Param1=value1,b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        "GET,/ሴ,,8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85",
        "GET,/example space/,,652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741",
        "POST,/,,5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"
    })
    void verifiesCasesOfThePublishedSuite(String method, String path, String query, String signature) {
        var request = request(
                method,
                path,
                query == null ? "" : query,
                null,
                "Host",
                "example.amazonaws.com",
                "X-Amz-Date",
                "20150830T123600Z",
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
                        + "SignedHeaders=host;x-amz-date, Signature=" + signature);
        SigV4.verify(
                request,
                (Authorization.V4) Authorization.of(request),
                "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
                "service",
                SignatureErrors.JSON,
                Instant.parse("2015-08-30T12:40:00Z"));
    }

    // AWS's own signer.

    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    private interface Properties {
        void set(SignRequest.Builder<AwsCredentialsIdentity> to);
    }

    private static HttpRequest signedBySdk(
            String method, String uri, byte[] content, boolean session, String service, Properties more) {
        var target = URI.create(uri);
        var sdk = SdkHttpRequest.builder()
                .method(SdkHttpMethod.fromValue(method))
                .uri(target)
                .putHeader("Content-Type", "application/x-amz-json-1.0")
                .putHeader("X-Custom", "  two   words ")
                .build();
        var identity = session
                ? AwsSessionCredentialsIdentity.create(KEY, SECRET, "a/token+with=signs")
                : AwsCredentialsIdentity.create(KEY, SECRET);
        var signed = AwsV4HttpSigner.create().sign(to -> {
            to.identity(identity)
                    .request(sdk)
                    .payload(content == null ? null : ContentStreamProvider.fromByteArray(content))
                    .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, service)
                    .putProperty(AwsV4HttpSigner.REGION_NAME, "eu-west-1")
                    .putProperty(HttpSigner.SIGNING_CLOCK, Clock.fixed(NOW, ZoneOffset.UTC));
            if (service.equals("s3")) {
                to.putProperty(AwsV4HttpSigner.DOUBLE_URL_ENCODE, false)
                        .putProperty(AwsV4HttpSigner.NORMALIZE_PATH, false);
            }
            more.set(to);
        });
        var headers = new Headers();
        signed.request().headers().forEach((name, values) -> values.forEach(value -> headers.add(name, value)));
        if (!headers.has("host")) {
            headers.add("Host", target.getHost() + (target.getPort() < 0 ? "" : ":" + target.getPort()));
        }
        InputStream stream = signed.payload().map(ContentStreamProvider::newStream)
                .orElse(InputStream.nullInputStream());
        return new HttpRequest(
                method,
                "http",
                signed.request().encodedPath().isEmpty() ? "/" : signed.request().encodedPath(),
                signed.request().encodedQueryParameters().orElse(""),
                headers,
                Body.of(stream, -1),
                "127.0.0.1");
    }

    private static HttpRequest verifySdk(HttpRequest request, String service) {
        var errors = service.equals("s3") ? SignatureErrors.S3 : SignatureErrors.JSON;
        return SigV4.verify(
                request, (Authorization.V4) Authorization.of(request), SECRET, service, errors, NOW.plusSeconds(5));
    }

    @ParameterizedTest
    @CsvSource({
        "sqs,POST,http://127.0.0.1:4566/",
        "lambda,POST,http://localhost:4566/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A1%3Afunction%3Af/"
                + "invocations?Qualifier=%24LATEST",
        "apigateway,GET,http://localhost:4566/restapis/a/resources?embed=methods&limit=5&position=a%2Fb%20c",
        "s3,PUT,http://bucket.localhost:4566/a//b/../c%2Fd%20e%2B%C3%A4~%21%27%28%29%2A?x-id=PutObject&versionId=",
        "s3,GET,http://127.0.0.1:4566/bucket/?list-type=2&prefix=a%2Fb&delimiter=%2F"
    })
    void verifiesWhatTheSdkSigns(String service, String method, String uri) {
        var content = method.equals("GET") ? null : "{\"a\":1}".getBytes(StandardCharsets.UTF_8);
        for (var session : List.of(false, true)) {
            var request = signedBySdk(method, uri, content, session, service, to -> {});
            var verified = verifySdk(request, service);
            assertThat(read(verified)).isEqualTo(content == null ? "" : "{\"a\":1}");
        }
    }

    @ParameterizedTest
    @CsvSource({"true,true", "true,false", "false,true"})
    void verifiesTheChunksThatTheSdkSigns(boolean signPayload, boolean checksum) {
        var content = new byte[300_000];
        Arrays.fill(content, (byte) 'x');
        var request = signedBySdk("PUT", "http://bucket.localhost:4566/key", content, true, "s3", to -> {
            to.putProperty(AwsV4HttpSigner.CHUNK_ENCODING_ENABLED, true)
                    .putProperty(AwsV4FamilyHttpSigner.PAYLOAD_SIGNING_ENABLED, signPayload);
            if (checksum) {
                to.putProperty(AwsV4FamilyHttpSigner.CHECKSUM_ALGORITHM, DefaultChecksumAlgorithm.CRC32);
            }
        });
        assertThat(request.headers().first("x-amz-content-sha256")).startsWith("STREAMING-");
        var verified = verifySdk(request, "s3");
        assertThat(verified.body().bytes(1 << 20)).isEqualTo(content);
        assertThat(((AwsChunked) verified.body()).trailers().has("x-amz-checksum-crc32")).isEqualTo(checksum);
    }

    @Test
    void verifiesTheUrlThatTheSdkPresigns() {
        for (var session : List.of(false, true)) {
            var request = signedBySdk("GET", "http://bucket.localhost:4566/a%20b", null, session, "s3", to -> to
                    .putProperty(AwsV4FamilyHttpSigner.AUTH_LOCATION, AwsV4FamilyHttpSigner.AuthLocation.QUERY_STRING)
                    .putProperty(AwsV4FamilyHttpSigner.PAYLOAD_SIGNING_ENABLED, false)
                    .putProperty(AwsV4FamilyHttpSigner.EXPIRATION_DURATION, Duration.ofMinutes(5)));
            assertThat(request.rawQuery()).contains("X-Amz-Signature=");
            verifySdk(request, "s3");
        }
    }

    // Ours against ours, and what is refused.

    private static HttpRequest signedByUs(String service) {
        return SigV4.sign(
                request("POST", "/", "", "{}", "Host", "localhost:4566", "X-Amz-Target",
                        "DynamoDB_20120810.ListTables"),
                new Credentials(KEY, SECRET, "token"),
                "us-east-1",
                service,
                NOW);
    }

    private static ApiError refusal(HttpRequest request, String service, SignatureErrors errors, Instant now) {
        try {
            SigV4.verify(request, (Authorization.V4) Authorization.of(request), SECRET, service, errors, now);
        } catch (ApiError e) {
            return e;
        }
        throw new AssertionError("accepted");
    }

    @Test
    void verifiesWhatItSigns() {
        var request = signedByUs("dynamodb");
        var signed = (Authorization.V4) Authorization.of(request);
        assertThat(signed.claimedKey()).isEqualTo(KEY);
        assertThat(signed.sessionToken()).isEqualTo("token");
        SigV4.verify(request, signed, SECRET, "dynamodb", SignatureErrors.JSON, NOW);
    }

    @Test
    void takesTheAuthorityOfHttp2InPlaceOfTheHost() {
        var request = request("POST", "/", "", "{}", "host", "localhost:4566", "x-amz-date", "20260102T030405Z");
        var signed = new Authorization.V4(
                KEY, "20260102", "us-east-1", "kinesis", List.of(":authority", "x-amz-date"), "", "20260102T030405Z",
                false, -1, null, false);
        assertThat(SigV4.canonicalRequest(request, signed, EMPTY, false))
                .contains("\n:authority:localhost:4566\nx-amz-date:20260102T030405Z\n\n:authority;x-amz-date\n");
    }

    private static HttpRequest asymmetric(String body, String regions) {
        return request("POST", "/", "", body, "host", "abcde.veo.endpoint.events.amazonaws.com",
                "x-amz-target", "AWSEvents.PutEvents", "content-type", "application/x-amz-json-1.1",
                "x-amz-date", "20260102T030405Z", "x-amz-region-set", regions, "authorization",
                "AWS4-ECDSA-P256-SHA256 Credential=" + KEY + "/20260102/events/aws4_request, "
                        + "SignedHeaders=content-type;host;x-amz-date;x-amz-region-set;x-amz-target, "
                        + "Signature=3045022100ea40dccc5f18152bfaefd531bc777b11931d21a2b59832e38b5648c5e29fa10a02203b"
                        + "dc207aad13513022249254a8e7aac05931ce0bc4253579fbed67301f11a6bb");
    }

    /** As AWS's common runtime made it. */
    @Test
    void verifiesAnAsymmetricSignature() {
        var request = asymmetric("{}", "*");
        var signed = (Authorization.V4) Authorization.of(request);
        assertThat(signed.claimedKey()).isEqualTo(KEY);
        assertThat(signed.service()).isEqualTo("events");
        assertThat(signed.region()).isEqualTo("*");
        SigV4.verify(request, signed, SECRET, "events", SignatureErrors.JSON, NOW);
    }

    @Test
    void refusesAnAsymmetricSignatureOfSomethingElse() {
        for (var request : List.of(asymmetric("{ }", "*"), asymmetric("{}", "us-east-1"))) {
            assertThatThrownBy(() -> SigV4.verify(request, (Authorization.V4) Authorization.of(request), SECRET,
                "events",
                    SignatureErrors.JSON, NOW)).hasMessageContaining("does not match the signature you provided");
        }
        var right = asymmetric("{}", "*");
        assertThatThrownBy(() -> SigV4.verify(right, (Authorization.V4) Authorization.of(right), "other", "events",
                SignatureErrors.JSON, NOW)).hasMessageContaining("does not match the signature you provided");
    }

    @Test
    void refusesAnotherSecret() {
        var request = signedByUs("dynamodb");
        assertThatThrownBy(() -> SigV4.verify(
                        request,
                        (Authorization.V4) Authorization.of(request),
                        "other",
                        "dynamodb",
                        SignatureErrors.JSON,
                        NOW))
                .isInstanceOfSatisfying(ApiError.class, e -> {
                    assertThat(e.code()).isEqualTo("InvalidSignatureException");
                    assertThat(e.status()).isEqualTo(400);
                })
                .hasMessage("The request signature we calculated does not match the signature you provided. Check your "
                        + "AWS Secret Access Key and signing method. Consult the service documentation for details.");
    }

    @Test
    void refusesAChangedBodyOrPath() {
        var request = signedByUs("dynamodb");
        assertThat(refusal(request.withBody(Body.of("{ }")), "dynamodb", SignatureErrors.JSON, NOW).code())
                .isEqualTo("InvalidSignatureException");
    }

    @Test
    void refusesClocksThatDifferByMoreThanFifteenMinutes() {
        var request = signedByUs("dynamodb");
        var late = refusal(request, "dynamodb", SignatureErrors.JSON, NOW.plusSeconds(901));
        assertThat(late.code()).isEqualTo("InvalidSignatureException");
        assertThat(late)
                .hasMessage("Signature expired: 20260102T030405Z is now earlier than 20260102T030406Z "
                        + "(20260102T031906Z - 15 min.)");
        assertThat(refusal(request, "dynamodb", SignatureErrors.JSON, NOW.minusSeconds(901)))
                .hasMessage("Signature not yet current: 20260102T030405Z is still later than 20260102T030404Z "
                        + "(20260102T024904Z + 15 min.)");
        assertThat(refusal(signedByUs("s3"), "s3", SignatureErrors.S3, NOW.plusSeconds(901)).code())
                .isEqualTo("RequestTimeTooSkewed");
        assertThat(refusal(signedByUs("sts"), "sts", SignatureErrors.QUERY, NOW.plusSeconds(901)).code())
                .isEqualTo("SignatureDoesNotMatch");
    }

    @Test
    void refusesAScopeOfAnotherService() {
        assertThat(refusal(signedByUs("sns"), "sqs", SignatureErrors.JSON, NOW))
                .hasMessage("Credential should be scoped to correct service: 'sqs'. ");
    }

    @Test
    void refusesAmzHeadersThatAreNotSigned() {
        var request = signedByUs("s3");
        request.headers().add("x-amz-acl", "public-read");
        assertThat(refusal(request, "s3", SignatureErrors.S3, NOW))
                .hasMessage("There were headers present in the request which were not signed");
    }

    @Test
    void saysWhatASignatureLacks() {
        var none = request("GET", "/", "", null, "Host", "h");
        assertThat(Authorization.of(none)).isEqualTo(new Authorization.Anonymous());
        assertThat(error("AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request, SignedHeaders=host", SignatureErrors.QUERY))
                .hasMessageStartingWith("Authorization header requires 'Signature' parameter. ");
        assertThat(error("AWS4-HMAC-SHA256 Credential=abc, SignedHeaders=host, Signature=00", SignatureErrors.QUERY))
                .hasMessage("Credential must have exactly 5 slash-delimited elements, e.g. "
                        + "keyid/date/region/service/term, got 'abc'");
        assertThat(error("Bearer abc", SignatureErrors.S3).code()).isEqualTo("InvalidArgument");
        assertThat(error("Bearer abc", SignatureErrors.JSON)).hasMessage("Request is missing Authentication Token");
        assertThat(error("AWS4-", SignatureErrors.JSON))
                .hasMessageStartingWith("Authorization header requires 'Credential' parameter. ");
        assertThat(queryError("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a").code())
                .isEqualTo("AuthorizationQueryParametersError");
        assertThat(queryError("AWSAccessKeyId=a&Expires=1"))
                .hasMessage("Query-string authentication requires the Signature, Expires and "
                        + "AWSAccessKeyId parameters");
        var valid = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=k%2F20130524%2Fr%2Fs3%2Faws4_request"
                + "&X-Amz-Date=20130524T000000Z&X-Amz-SignedHeaders=host&X-Amz-Signature=00&X-Amz-Expires=";
        assertThat(queryError(valid + "604801")).hasMessageContaining("must be less than 604800 seconds");
        assertThat(queryError(valid + "-1")).hasMessage("X-Amz-Expires must be non-negative");
    }

    @Test
    void onlyS3AsksHowLongASignatureInTheQueryHolds() {
        var query = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20130524T000000Z&X-Amz-SignedHeaders=host"
                + "&X-Amz-Signature=00&X-Amz-Credential=k%2F20130524%2Fr%2F";
        assertThat(queryError(query + "s3%2Faws4_request"))
                .hasMessageEndingWith("X-Amz-SignedHeaders, and X-Amz-Expires parameters.");
        assertThat(Authorization.of(request("GET", "/", query + "dynamodb%2Faws4_request", null, "Host", "h")))
                .isInstanceOfSatisfying(Authorization.V4.class, v4 -> assertThat(v4.expires()).isEqualTo(900));
        var none = (Authorization.Unreadable) Authorization.of(
                request("GET", "/", "X-Amz-Algorithm=a&X-Amz-Credential=b&X-Amz-Date=d", null, "Host", "h"));
        assertThat(SignatureErrors.JSON.unreadable(none))
                .hasMessage("AWS query-string parameters must include 'X-Amz-Signature'. AWS query-string parameters "
                        + "must include 'X-Amz-SignedHeaders'. Re-examine the query-string parameters.");
    }

    private static ApiError error(String authorization, SignatureErrors errors) {
        return errors.unreadable((Authorization.Unreadable) Authorization.of(request(
                "GET", "/", "", null, "Host", "h", "X-Amz-Date", "20260102T030405Z", "Authorization", authorization)));
    }

    private static ApiError queryError(String query) {
        return SignatureErrors.S3.unreadable(
                (Authorization.Unreadable) Authorization.of(request("GET", "/", query, null, "Host", "h")));
    }

    // Version 2, from the examples of "Signing and authenticating REST requests".

    @Test
    void verifiesTheDocumentedUrlOfVersion2() {
        var request = request(
                "GET",
                "/photos/puppy.jpg",
                "AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D&Expires=1175139620",
                null,
                "Host",
                "awsexamplebucket1.s3.us-west-1.amazonaws.com");
        var signed = (Authorization.V2) Authorization.of(request);
        SigV4.verify(request, signed, SECRET, "johnsmith", Instant.ofEpochSecond(1_175_139_600));
        assertThatThrownBy(() -> SigV4.verify(
                        request, signed, SECRET, "johnsmith", Instant.ofEpochSecond(1_175_139_621)))
                .hasMessage("Request has expired");
        assertThatThrownBy(() -> SigV4.verify(
                        request, signed, "other", "johnsmith", Instant.ofEpochSecond(1_175_139_600)))
                .isInstanceOfSatisfying(
                        ApiError.class, e -> assertThat(e.code()).isEqualTo("SignatureDoesNotMatch"));
    }

    // The coding by itself.

    private static HttpRequest chunked(String content, String... headers) {
        return new HttpRequest(
                "PUT",
                "http",
                "/b/k",
                "",
                Headers.of(headers),
                Body.of(new ByteArrayInputStream(content.getBytes(StandardCharsets.US_ASCII)), -1),
                null);
    }

    @Test
    void decodesChunksAndTrailersWithoutSignatures() {
        for (var end : List.of("\r\n\r\n", "\r\n", "")) {
            var request = chunked(
                    "5\r\nhello\r\n6\r\n world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==" + end,
                    "x-amz-content-sha256",
                    "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
                    "Content-Encoding",
                    "gzip, aws-chunked",
                    "x-amz-decoded-content-length",
                    "11");
            assertThat(AwsChunked.is(request)).isTrue();
            var decoded = AwsChunked.decode(request);
            assertThat(read(decoded)).isEqualTo("hello world");
            assertThat(decoded.headers().first("content-encoding")).isEqualTo("gzip");
            assertThat(((AwsChunked) decoded.body()).trailers().first("x-amz-checksum-crc32"))
                    .isEqualTo("DUoRhQ==");
        }
    }

    @Test
    void ignoresChunkSignaturesWhereNobodyChecksThem() {
        var decoded = AwsChunked.decode(chunked(
                "5;chunk-signature=00\r\nhello\r\n0;chunk-signature=00\r\nx-amz-checksum-crc32:A\r\n"
                        + "x-amz-trailer-signature:00\r\n\r\n",
                "x-amz-content-sha256",
                "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"));
        assertThat(read(decoded)).isEqualTo("hello");
        assertThat(((AwsChunked) decoded.body()).trailers().size()).isEqualTo(1);
    }

    @Test
    void decodesAnEmptyContent() {
        var decoded = AwsChunked.decode(chunked(
                "0\r\n\r\n", "content-encoding", "aws-chunked", "x-amz-decoded-content-length", "0"));
        assertThat(read(decoded)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            value = {
                "5|hel|",
                "5|hello|",
                "5|hello\\r\\n0\\r\\n\\r\\n|6",
                "6|hello!\\r\\n0\\r\\n\\r\\n|5",
                "x|hello\\r\\n|",
                "-5|hello\\r\\n|",
                "ffffffffffffffff|hello\\r\\n|",
                "5|hello, and more\\r\\n0\\r\\n\\r\\n|",
                "||"
            },
            delimiter = '|')
    void refusesWhatIsNotWellFormed(String size, String rest, String length) {
        var content = (size == null ? "" : size) + "\r\n" + (rest == null ? "" : rest.replace("\\r\\n", "\r\n"));
        var request = length == null
                ? chunked(content, "content-encoding", "aws-chunked")
                : chunked(content, "content-encoding", "aws-chunked", "x-amz-decoded-content-length", length);
        var decoded = AwsChunked.decode(request);
        assertThatThrownBy(() -> read(decoded)).isInstanceOfSatisfying(ApiError.class, e -> assertThat(e.status())
                .isEqualTo(400));
    }
}
