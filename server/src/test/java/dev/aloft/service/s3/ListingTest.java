package dev.aloft.service.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.S3;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ListingTest extends S3Fixture {
    @BeforeEach
    void make() {
        bucket("bkt");
    }

    @Nested
    class Refused {
        @Test
        void argumentsThatAreNone() {
            assertRefused(() -> s3.listObjectsV2(CALLER, S3.ListObjectsV2Request.of(r -> r.bucket("bkt").maxKeys(-1))),
                "InvalidArgument", 400, "Argument max-keys must be an integer between 0 and 2147483647");
            assertRefused(() -> s3.listObjects(CALLER, S3.ListObjectsRequest.of(r -> r.bucket("bkt")
                .encodingType("json"))), "InvalidArgument", 400, "Invalid Encoding Method specified in Request");
            assertRefused(() -> s3.listObjectsV2(CALLER, S3.ListObjectsV2Request.of(r -> r.bucket("bkt")
                .continuationToken("?"))), "InvalidArgument", 400, "The continuation token provided is incorrect");
        }
    }

    @Nested
    class Done {
        @Test
        void keysAreToldInTheOrderOfTheirBytes() {
            var keys = List.of("b", "a", "é", "\uFF5E", "\uD83D\uDE00", "A", "a/b", "a b");
            keys.forEach(key -> put("bkt", key, "x"));
            var told = s3.listObjectsV2(CALLER, S3.ListObjectsV2Request.of(r -> r.bucket("bkt"))).contents().stream()
                .map(S3.Object::key).toList();
            assertThat(told).containsExactly("A", "a", "a b", "a/b", "b", "é", "\uFF5E", "\uD83D\uDE00");
        }

        @Test
        void encodedOnRequest() {
            put("bkt", "a b+c/é", "x");
            var told = s3.listObjectsV2(CALLER, S3.ListObjectsV2Request.of(r -> r.bucket("bkt").encodingType("url")
                .delimiter("é").prefix("a b")));
            assertThat(told.commonPrefixes()).extracting(S3.CommonPrefix::prefix).containsExactly("a%20b%2Bc/%C3%A9");
            assertThat(told.prefix()).isEqualTo("a%20b");
            assertThat(told.delimiter()).isEqualTo("%C3%A9");
        }

        @Test
        void anyBucketIsListedAsANaiveModelListsIt() {
            var random = new Random(11);
            var keys = new TreeSet<String>((a, b) -> Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8),
                b.getBytes(StandardCharsets.UTF_8)));
            var letters = List.of("a", "b", "/", "//", "é", "-", "\uD83D\uDE00");
            while (keys.size() < 150) {
                var key = new StringBuilder();
                for (int i = random.nextInt(5); i >= 0; i--) {
                    key.append(letters.get(random.nextInt(letters.size())));
                }
                keys.add(key.toString());
            }
            keys.forEach(key -> put("bkt", key, "x"));
            for (int round = 0; round < 120; round++) {
                var prefix = random.nextBoolean() ? "" : letters.get(random.nextInt(letters.size()));
                var delimiter = List.of("", "/", "a", "é", "ab").get(random.nextInt(5));
                int size = 1 + random.nextInt(7);
                var wanted = new LinkedHashSet<String>();
                for (var key : keys) {
                    if (key.startsWith(prefix)) {
                        int cut = delimiter.isEmpty() ? -1 : key.indexOf(delimiter, prefix.length());
                        wanted.add(cut < 0 ? key : key.substring(0, cut + delimiter.length()) + "\u0000");
                    }
                }
                assertThat(first(prefix, delimiter, size)).containsExactlyInAnyOrderElementsOf(wanted);
                assertThat(second(prefix, delimiter, size)).containsExactlyInAnyOrderElementsOf(wanted);
                if (delimiter.isEmpty()) {
                    assertThat(first(prefix, delimiter, size)).containsExactlyElementsOf(wanted);
                    assertThat(versions(prefix, size)).containsExactlyElementsOf(wanted);
                }
            }
        }

        private List<String> first(String prefix, String delimiter, int size) {
            var told = new ArrayList<String>();
            for (String marker = ""; ; ) {
                var from = marker;
                var page = s3.listObjects(CALLER, S3.ListObjectsRequest.of(r -> r.bucket("bkt").prefix(prefix)
                    .delimiter(delimiter).marker(from).maxKeys(size)));
                assertThat(page.contents().size() + page.commonPrefixes().size()).isLessThanOrEqualTo(size);
                page.contents().forEach(object -> told.add(object.key()));
                page.commonPrefixes().forEach(common -> told.add(common.prefix() + "\u0000"));
                if (!page.isTruncated()) {
                    return told;
                }
                marker = page.nextMarker() != null ? page.nextMarker() : page.contents().getLast().key();
            }
        }

        private List<String> second(String prefix, String delimiter, int size) {
            var told = new ArrayList<String>();
            for (String token = null; ; ) {
                var from = token;
                var page = s3.listObjectsV2(CALLER, S3.ListObjectsV2Request.of(r -> r.bucket("bkt").prefix(prefix)
                    .delimiter(delimiter).continuationToken(from).maxKeys(size)));
                assertThat(page.keyCount()).isEqualTo(page.contents().size() + page.commonPrefixes().size());
                page.contents().forEach(object -> told.add(object.key()));
                page.commonPrefixes().forEach(common -> told.add(common.prefix() + "\u0000"));
                if (!page.isTruncated()) {
                    return told;
                }
                token = page.nextContinuationToken();
            }
        }

        private List<String> versions(String prefix, int size) {
            var told = new ArrayList<String>();
            for (String key = null, version = null; ; ) {
                var fromKey = key;
                var fromVersion = version;
                var page = s3.listObjectVersions(CALLER, S3.ListObjectVersionsRequest.of(r -> r.bucket("bkt")
                    .prefix(prefix).keyMarker(fromKey).versionIdMarker(fromVersion).maxKeys(size)));
                page.versions().forEach(each -> told.add(each.key()));
                if (!page.isTruncated()) {
                    return told;
                }
                key = page.nextKeyMarker();
                version = page.nextVersionIdMarker();
            }
        }

        @Test
        void versionsOfAKeyGoOnWhereAPageEnded() {
            versioning("bkt", "Enabled");
            var ids = new ArrayList<String>();
            for (int i = 0; i < 5; i++) {
                ids.addFirst(put("bkt", "k", "x" + i).versionId());
            }
            put("bkt", "l", "y");
            var page = s3.listObjectVersions(CALLER, S3.ListObjectVersionsRequest.of(r -> r.bucket("bkt").maxKeys(3)));
            assertThat(page.versions()).extracting(S3.ObjectVersion::versionId)
                .containsExactlyElementsOf(ids.subList(0, 3));
            var rest = s3.listObjectVersions(CALLER, S3.ListObjectVersionsRequest.of(r -> r.bucket("bkt")
                .keyMarker(page.nextKeyMarker()).versionIdMarker(page.nextVersionIdMarker())));
            assertThat(rest.versions()).extracting(S3.ObjectVersion::key).containsExactly("k", "k", "l");
            assertThat(rest.versions()).extracting(S3.ObjectVersion::isLatest).containsExactly(false, false, true);
            assertThat(rest.isTruncated()).isFalse();
        }
    }
}
