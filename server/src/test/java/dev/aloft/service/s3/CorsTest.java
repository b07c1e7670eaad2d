package dev.aloft.service.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.Body;
import dev.aloft.api.S3;
import dev.aloft.wire.Headers;
import dev.aloft.wire.HttpRequest;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CorsTest extends S3Fixture {
    private static final String NOT_ALLOWED =
            "CORSResponse: This CORS request is not allowed. This is usually because the "
            + "evalution of Origin, request method / Access-Control-Request-Method or "
            + "Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.";

    @BeforeEach
    void make() {
        bucket("bkt");
    }

    private void rule(Consumer<S3.CORSRule.Builder> with) {
        s3.putBucketCors(CALLER, S3.PutBucketCorsRequest.of(r -> r.bucket("bkt").corsConfiguration(
                S3.CORSConfiguration.of(c -> c.corsRules(List.of(S3.CORSRule.of(with)))))));
    }

    private static HttpRequest request(String method, String origin, String asked, String headers) {
        var all = Headers.of("Origin", origin);
        if (asked != null) {
            all.add("Access-Control-Request-Method", asked);
        }
        if (headers != null) {
            all.add("Access-Control-Request-Headers", headers);
        }
        return new HttpRequest(method, "http", "/bkt/key", "", all, Body.EMPTY, "127.0.0.1");
    }

    private Headers preflight(String origin, String method, String headers) {
        return service.crossOrigin().preflight("bkt", request("OPTIONS", origin, method, headers), true);
    }

    @Test
    void rulesAreCheckedKeptToldAndDeleted() {
        assertRefused(() -> s3.putBucketCors(CALLER, S3.PutBucketCorsRequest.of(r -> r.bucket("bkt").corsConfiguration(
                S3.CORSConfiguration.of(c -> c.corsRules(List.of()))))), "MalformedXML", 400, BucketSettings.MALFORMED);
        assertRefused(() -> rule(c -> c.allowedMethods(List.of("MYMETHOD")).allowedOrigins(List.of("*"))),
                "InvalidRequest",
                400, "Found unsupported HTTP method in CORS config. Unsupported method is MYMETHOD");
        assertRefused(() -> rule(c -> c.allowedMethods(List.of("GET")).allowedOrigins(List.of("*.a.*"))),
                "InvalidRequest",
                400, "AllowedOrigin \"*.a.*\" can not have more than one wildcard.");
        rule(c -> c.allowedMethods(List.of("GET")).allowedOrigins(List.of("*")));
        var get = S3.GetBucketCorsRequest.of(r -> r.bucket("bkt"));
        assertThat(s3.getBucketCors(CALLER, get).corsRules()).containsExactly(
                S3.CORSRule.of(c -> c.allowedMethods(List.of("GET")).allowedOrigins(List.of("*"))));
        s3.deleteBucketCors(CALLER, S3.DeleteBucketCorsRequest.of(r -> r.bucket("bkt")));
        assertRefused(() -> s3.getBucketCors(CALLER, get), "NoSuchCORSConfiguration", 404,
                "The CORS configuration does not exist");
        rule(c -> c.allowedMethods(List.of("GET")).allowedOrigins(List.of("*")));
        s3.deleteBucket(CALLER, S3.DeleteBucketRequest.of(r -> r.bucket("bkt")));
        bucket("bkt");
        assertRefused(() -> s3.getBucketCors(CALLER, get), "NoSuchCORSConfiguration", 404,
                "The CORS configuration does not exist");
    }

    @Test
    void aPreflightIsToldWhatTheRuleAllows() {
        rule(c -> c.allowedMethods(List.of("GET", "PUT")).allowedOrigins(List.of("https://localhost:4200"))
                .allowedHeaders(List.of("x-amz-request-payer", "x-AMZ-expected-*"))
                .exposeHeaders(List.of("ETag", "x-a"))
                .maxAgeSeconds(3000));
        var headers = preflight("https://localhost:4200", "GET", "x-amz-request-payer, x-amz-expected-bucket-owner");
        assertThat(headers.first("access-control-allow-origin")).isEqualTo("https://localhost:4200");
        assertThat(headers.first("access-control-allow-credentials")).isEqualTo("true");
        assertThat(headers.first("access-control-allow-methods")).isEqualTo("GET, PUT");
        assertThat(headers.first("access-control-allow-headers"))
                .isEqualTo("x-amz-request-payer, x-amz-expected-bucket-owner");
        assertThat(headers.first("access-control-expose-headers")).isEqualTo("ETag, x-a");
        assertThat(headers.first("access-control-max-age")).isEqualTo("3000");
        assertThat(headers.first("vary"))
                .isEqualTo("Origin, Access-Control-Request-Headers, Access-Control-Request-Method");
    }

    @ParameterizedTest
    @CsvSource({
        "https://other.example,GET,",
        "https://site.example,DELETE,",
        "https://site.example,GET,x-other",
        "HTTPS://site.example,GET,",
    })
    void whatNoRuleAllowsIsRefused(String origin, String method, String headers) {
        rule(c -> c.allowedMethods(List.of("GET")).allowedOrigins(List.of("https://site.example"))
                .allowedHeaders(List.of("x-mine")));
        assertThatThrownBy(() -> preflight(origin, method, headers)).isInstanceOf(S3.AccessForbidden.class)
                .hasMessage(NOT_ALLOWED);
    }

    @Test
    void aBucketWithoutRulesAllowsNothing() {
        assertThatThrownBy(() -> preflight("https://site.example", "GET", null)).isInstanceOf(S3.AccessForbidden.class)
                .hasMessage("CORSResponse: CORS is not enabled for this bucket.");
        assertThat(service.crossOrigin().allowed("bkt", request("GET", "https://site.example", null, null))).isEmpty();
    }

    @Test
    void anyoneAndSubdomainsMayBeAllowed() {
        rule(c -> c.allowedMethods(List.of("GET")).allowedOrigins(List.of("http://*.example.com")));
        var told = service.crossOrigin().allowed("bkt", request("GET", "http://app.example.com", null, null))
                .orElseThrow();
        assertThat(told.first("access-control-allow-origin")).isEqualTo("http://app.example.com");
        assertThat(service.crossOrigin().allowed("bkt", request("GET", "http://example.com", null, null))).isEmpty();
        rule(c -> c.allowedMethods(List.of("GET")).allowedOrigins(List.of("*")));
        told = service.crossOrigin().allowed("bkt", request("GET", "http://x.test", null, null)).orElseThrow();
        assertThat(told.first("access-control-allow-origin")).isEqualTo("*");
        assertThat(told.has("access-control-allow-credentials")).isFalse();
        assertThat(service.crossOrigin().allowed("bkt", request("PUT", "http://x.test", null, null))).isEmpty();
    }
}
