package dev.aloft.service.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.aloft.api.ApiError;
import dev.aloft.api.Body;
import dev.aloft.api.S3;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ObjectsTest extends S3Fixture {
    @BeforeEach
    void make() {
        bucket("bkt");
    }

    @Nested
    class RefusedForItsForm {
        @Test
        void digestsThatAreNone() {
            assertRefused(() -> put("bkt", "k", "x", r -> r.contentMD5("bm9uZQ==")), "InvalidDigest", 400,
                "The Content-MD5 you specified was invalid.");
            assertRefused(() -> put("bkt", "k", "x", r -> r.checksumCRC32("bm9u")), "InvalidRequest", 400,
                "Value for x-amz-checksum-crc32 header is invalid.");
            assertRefused(() -> put("bkt", "k", "x", r -> r.checksumCRC32("AAAAAA==").checksumCRC32C("AAAAAA==")),
                "InvalidRequest", 400,
                "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
        }

        @Test
        void tagsAndKeysThatMayNotBe() {
            assertRefused(() -> put("bkt", "k", "x", r -> r.tagging("a=1&a=2")), "InvalidArgument", 400, "The header "
                + "'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without "
                + "tag name duplicates.");
            assertRefused(() -> put("bkt", "k".repeat(1025), "x"), "KeyTooLongError", 400, "Your key is too long");
            assertRefused(() -> put("bkt", "k", "x", r -> r.metadata(Map.of("a", "x".repeat(2048)))),
                "MetadataTooLarge", 400, "Your metadata headers exceed the maximum allowed metadata size");
            assertRefused(() -> put("bkt", "k", "x", r -> r.storageClass("FAST")), "InvalidStorageClass", 400,
                "The storage class you specified is not valid");
        }

        @Test
        void versionIdsThatCannotBe() {
            put("bkt", "k", "x");
            assertRefused(() -> get("bkt", "k", r -> r.versionId("what?")), "InvalidArgument", 400,
                "Invalid version id specified");
        }

        @Test
        void whatIsNotBuiltByName() {
            assertThatThrownBy(() -> put("bkt", "k", "x", r -> r.sseCustomerAlgorithm("AES256")))
                .hasMessageContaining("SSE-C");
            assertThatThrownBy(() -> put("bkt", "k", "x", r -> r.storageClass("GLACIER")))
                .hasMessageContaining("GLACIER");
            assertRefused(() -> put("bkt", "k", "x", r -> r.acl("public-read")), "AccessControlListNotSupported", 400,
                "The bucket does not allow ACLs");
        }
    }

    @Nested
    class RefusedByARule {
        @Test
        void whatIsNotThere() {
            assertRefused(() -> put("none", "k", "x"), "NoSuchBucket", 404, "The specified bucket does not exist");
            assertThatThrownBy(() -> get("bkt", "k", _ -> { })).isInstanceOfSatisfying(S3.NoSuchKey.class,
                error -> assertThat(error.detail().key()).isEqualTo("k"));
        }

        @Test
        void contentThatIsNotWhatItsSenderSays() {
            assertRefused(() -> put("bkt", "k", "hello", r -> r.contentMD5("XrY7u+Ae7tCTyyK7j1rNww==")), "BadDigest",
                400, "The Content-MD5 you specified did not match what we received.");
            assertRefused(() -> put("bkt", "k", "hello", r -> r.checksumCRC32("AAAAAA==")), "BadDigest", 400,
                "The CRC32 you specified did not match the calculated checksum.");
            assertThatThrownBy(() -> get("bkt", "k", _ -> { })).isInstanceOf(S3.NoSuchKey.class);
        }

        @Test
        void fewerBytesThanDeclared() {
            assertThatThrownBy(() -> s3.putObject(CALLER, S3.PutObjectRequest.of(r -> r.bucket("bkt").key("k")
                .body(Body.of(new ByteArrayInputStream(new byte[9]), 10))))).isInstanceOf(S3.IncompleteBody.class);
        }

        @Test
        void aStateThatIsNotTheOneWanted() {
            var first = put("bkt", "k", "one", r -> r.ifNoneMatch("*"));
            assertRefused(() -> put("bkt", "k", "two", r -> r.ifNoneMatch("*")), "PreconditionFailed", 412,
                "At least one of the pre-conditions you specified did not hold");
            assertRefused(() -> put("bkt", "none", "two", r -> r.ifMatch(first.eTag())), "NoSuchKey", 404,
                "The specified key does not exist.");
            assertRefused(() -> put("bkt", "k", "two", r -> r.ifMatch("\"x\"")), "PreconditionFailed", 412,
                "At least one of the pre-conditions you specified did not hold");
            put("bkt", "k", "two", r -> r.ifMatch(first.eTag()));
            assertThat(text("bkt", "k")).isEqualTo("two");
        }

        @Test
        void aBucketOfSomebodyElse() {
            assertRefused(() -> put("bkt", "k", "x", r -> r.expectedBucketOwner("000000000001")), "AccessDenied", 403,
                "Access Denied");
        }

        @Test
        void rangesBehindTheEnd() {
            put("bkt", "k", "0123456789");
            assertThatThrownBy(() -> get("bkt", "k", r -> r.range("bytes=10-")))
                .isInstanceOfSatisfying(S3.InvalidRange.class, error -> assertThat(error.detail().actualObjectSize())
                .isEqualTo(10));
        }
    }

    @Nested
    class Done {
        @Test
        void anObjectComesBackWithAllThatWasSaidOfIt() {
            var expires = Instant.parse("2030-01-01T00:00:00Z");
            var put = put("bkt", "a b+c/é", "hello", r -> r.contentType("text/plain").cacheControl("no-cache")
                .contentDisposition("inline").contentEncoding("gzip").contentLanguage("en").expires(expires)
                .metadata(Map.of("Mixed-Case", "Välue")).tagging("a=1&b=x%20y"));
            assertThat(put.eTag()).isEqualTo("\"5d41402abc4b2a76b9719d911017c592\"");
            assertThat(put.checksumType()).isEqualTo("FULL_OBJECT");
            var got = get("bkt", "a b+c/é", _ -> { });
            assertThat(text(got)).isEqualTo("hello");
            assertThat(got.status()).isEqualTo(200);
            assertThat(got.contentType()).isEqualTo("text/plain");
            assertThat(got.cacheControl()).isEqualTo("no-cache");
            assertThat(got.contentDisposition()).isEqualTo("inline");
            assertThat(got.contentEncoding()).isEqualTo("gzip");
            assertThat(got.contentLanguage()).isEqualTo("en");
            assertThat(got.expires()).isEqualTo(expires);
            assertThat(got.metadata()).isEqualTo(Map.of("mixed-case", "Välue"));
            assertThat(got.tagCount()).isEqualTo(2);
            assertThat(got.versionId()).isNull();
            assertThat(s3.getObjectTagging(CALLER, S3.GetObjectTaggingRequest.of(r -> r.bucket("bkt").key("a b+c/é")))
                .tagSet()).extracting(S3.Tag::key, tag -> tag.value()).containsExactly(tuple("a", "1"),
                    tuple("b", "x y"));
        }

        @Test
        void aLargeObjectIsAFileAndComesBackWhole() {
            var content = bytes(3_000_000, 1);
            s3.putObject(CALLER, S3.PutObjectRequest.of(r -> r.bucket("bkt").key("k").body(body(content))));
            assertThat(blobs.ids()).hasSize(1);
            assertThat(get("bkt", "k", _ -> { }).body().bytes(1 << 24)).isEqualTo(content);
            assertThat(get("bkt", "k", r -> r.range("bytes=1000000-1000009")).body().bytes(100))
                .isEqualTo(Arrays.copyOfRange(content, 1_000_000, 1_000_010));
        }

        @Test
        void rangesAreAnsweredWithWhatThereIs() {
            put("bkt", "k", "0123456789");
            var middle = get("bkt", "k", r -> r.range("bytes=2-4"));
            assertThat(text(middle)).isEqualTo("234");
            assertThat(middle.status()).isEqualTo(206);
            assertThat(middle.contentRange()).isEqualTo("bytes 2-4/10");
            assertThat(middle.contentLength()).isEqualTo(3);
            assertThat(text(get("bkt", "k", r -> r.range("bytes=7-99")))).isEqualTo("789");
            assertThat(text(get("bkt", "k", r -> r.range("bytes=-2")))).isEqualTo("89");
            assertThat(get("bkt", "k", r -> r.range("lines=1-2")).status()).isEqualTo(200);
        }

        @Test
        void conditionsDecideWhetherItIsRead() {
            var tag = put("bkt", "k", "x").eTag();
            var modified = get("bkt", "k", _ -> { }).lastModified();
            assertThatThrownBy(() -> get("bkt", "k", r -> r.ifNoneMatch(tag))).isInstanceOf(S3.NotModified.class);
            assertThatThrownBy(() -> get("bkt", "k", r -> r.ifModifiedSince(modified)))
                .isInstanceOf(S3.NotModified.class);
            assertThatThrownBy(() -> get("bkt", "k", r -> r.ifMatch("\"y\"")))
                .isInstanceOf(S3.PreconditionFailed.class);
            assertThatThrownBy(() -> get("bkt", "k", r -> r.ifUnmodifiedSince(modified.minusSeconds(1))))
                .isInstanceOf(S3.PreconditionFailed.class);
            // What is matched outweighs what is dated.
            get("bkt", "k", r -> r.ifMatch(tag).ifUnmodifiedSince(modified.minusSeconds(1)));
            assertThatThrownBy(() -> get("bkt", "k", r -> r.ifNoneMatch(tag).ifModifiedSince(modified.minusSeconds(1))))
                .isInstanceOf(S3.NotModified.class);
        }

        @Test
        void eachChecksumIsVerifiedKeptAndToldWhenAsked() {
            put("bkt", "crc32", "hello", r -> r.checksumCRC32("NhCmhg=="));
            put("bkt", "crc32c", "hello", r -> r.checksumCRC32C("mnG7TA=="));
            put("bkt", "sha1", "hello", r -> r.checksumSHA1("qvTGHdzF6KLavt4PO0gs2a6pQ00="));
            put("bkt", "sha256", "hello", r -> r.checksumSHA256("LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="));
            put("bkt", "crc64", "123456789", r -> r.checksumCRC64NVME("rosUhgp5mIg="));
            put("bkt", "default", "123456789");
            assertThat(get("bkt", "crc32", r -> r.checksumMode("ENABLED")).checksumCRC32()).isEqualTo("NhCmhg==");
            assertThat(get("bkt", "sha1", r -> r.checksumMode("ENABLED")).checksumSHA1()).isNotNull();
            assertThat(get("bkt", "default", r -> r.checksumMode("ENABLED")).checksumCRC64NVME())
                .isEqualTo("rosUhgp5mIg=");
            assertThat(get("bkt", "default", _ -> { }).checksumCRC64NVME()).isNull();
        }

        @Test
        void anUploadThatBreaksOffLeavesNothing() {
            var breaking = new SequenceInputStream(new ByteArrayInputStream(bytes(100_000, 2)), new InputStream() {
                @Override
                public int read() throws IOException {
                    throw new IOException("gone");
                }
            });
            assertThatThrownBy(() -> s3.putObject(CALLER, S3.PutObjectRequest.of(r -> r.bucket("bkt").key("k")
                .body(Body.of(breaking, 200_000))))).isNotInstanceOf(ApiError.class);
            assertThat(blobs.ids()).isEmpty();
            assertThatThrownBy(() -> get("bkt", "k", _ -> { })).isInstanceOf(S3.NoSuchKey.class);
        }

        @Test
        void aBlobThatNothingNamesIsSwept() {
            var stray = blobs.put(bytes(10, 3)).id();
            s3.putObject(CALLER, S3.PutObjectRequest.of(r -> r.bucket("bkt").key("k").body(body(bytes(50_000, 4)))));
            time.advance(Duration.ofMinutes(11));
            assertThat(blobs.has(stray)).isFalse();
            assertThat(blobs.ids()).hasSize(1);
            s3.deleteObject(CALLER, S3.DeleteObjectRequest.of(r -> r.bucket("bkt").key("k")));
            assertThat(blobs.ids()).hasSize(1);
            time.advance(Duration.ofMinutes(11));
            assertThat(blobs.ids()).isEmpty();
        }

        @Test
        void copiesShareTheirBytesAndOutliveTheirSource() {
            var content = bytes(100_000, 5);
            s3.putObject(CALLER, S3.PutObjectRequest.of(r -> r.bucket("bkt").key("a").body(body(content))
                .metadata(Map.of("x", "1")).tagging("t=1")));
            var copy = s3.copyObject(CALLER, S3.CopyObjectRequest.of(r -> r.bucket("bkt").key("b")
                .copySource("/bkt/a")));
            assertThat(copy.copyObjectResult().eTag()).isEqualTo(get("bkt", "a", _ -> { }).eTag());
            s3.copyObject(CALLER, S3.CopyObjectRequest.of(r -> r.bucket("bkt").key("c").copySource("bkt/a")
                .metadataDirective("REPLACE").metadata(Map.of("y", "2")).taggingDirective("REPLACE").tagging("u=2")));
            s3.copyObject(CALLER, S3.CopyObjectRequest.of(r -> r.bucket("bkt").key("b").copySource("bkt/b")
                .metadataDirective("REPLACE").metadata(Map.of("z", "3"))));
            assertThat(blobs.ids()).hasSize(1);
            s3.deleteObject(CALLER, S3.DeleteObjectRequest.of(r -> r.bucket("bkt").key("a")));
            time.advance(Duration.ofMinutes(30));
            assertThat(get("bkt", "b", _ -> { }).body().bytes(1 << 20)).isEqualTo(content);
            assertThat(get("bkt", "b", _ -> { }).metadata()).isEqualTo(Map.of("z", "3"));
            assertThat(get("bkt", "c", _ -> { }).metadata()).isEqualTo(Map.of("y", "2"));
            assertRefused(() -> s3.copyObject(CALLER, S3.CopyObjectRequest.of(r -> r.bucket("bkt").key("b")
                .copySource("bkt/b"))), "InvalidRequest", 400,
                "This copy request is illegal because it is trying to copy an "
                + "object to itself without changing the object's metadata, storage class, website "
                + "redirect location or " + "encryption attributes.");
        }

        @Test
        void severalAreDeletedAtOnce() {
            put("bkt", "a", "1");
            put("bkt", "b", "2");
            var deleted = s3.deleteObjects(CALLER, S3.DeleteObjectsRequest.of(r -> r.bucket("bkt")
                .delete(S3.Delete.of(d -> d.objects(List.of(S3.ObjectIdentifier.of(o -> o.key("a")),
                S3.ObjectIdentifier.of(o -> o.key("none"))))))));
            assertThat(deleted.deleted()).extracting(S3.DeletedObject::key).containsExactly("a", "none");
            assertThat(deleted.errors()).isEmpty();
            assertThat(text("bkt", "b")).isEqualTo("2");
        }
    }

    @Nested
    class Versions {
        @Test
        void areKeptReadAndTakenBack() {
            put("bkt", "k", "zero");
            versioning("bkt", "Enabled");
            var one = put("bkt", "k", "one").versionId();
            var two = put("bkt", "k", "two").versionId();
            assertThat(text(get("bkt", "k", r -> r.versionId(one)))).isEqualTo("one");
            assertThat(text(get("bkt", "k", r -> r.versionId("null")))).isEqualTo("zero");
            var marker = s3.deleteObject(CALLER, S3.DeleteObjectRequest.of(r -> r.bucket("bkt").key("k")));
            assertThat(marker.deleteMarker()).isTrue();
            assertThatThrownBy(() -> get("bkt", "k", _ -> { })).isInstanceOfSatisfying(S3.NoSuchKey.class, error ->
                assertThat(error.detail().deleteMarker()).isTrue());
            assertThatThrownBy(() -> get("bkt", "k", r -> r.versionId(marker.versionId())))
                .isInstanceOf(S3.MethodNotAllowed.class);
            assertThat(versions()).containsExactly(marker.versionId(), two, one, "null");
            s3.deleteObject(CALLER, S3.DeleteObjectRequest.of(r -> r.bucket("bkt").key("k")
                .versionId(marker.versionId())));
            assertThat(text("bkt", "k")).isEqualTo("two");
            s3.deleteObject(CALLER, S3.DeleteObjectRequest.of(r -> r.bucket("bkt").key("k").versionId(two)));
            assertThat(text("bkt", "k")).isEqualTo("one");
            versioning("bkt", "Suspended");
            assertThat(put("bkt", "k", "three").versionId()).isNull();
            assertThat(versions()).containsExactly("null", one);
            assertThat(text("bkt", "k")).isEqualTo("three");
            assertRefused(() -> s3.deleteBucket(CALLER, S3.DeleteBucketRequest.of(r -> r.bucket("bkt"))),
                "BucketNotEmpty", 409,
                "The bucket you tried to delete is not empty. You must delete all versions in the bucket.");
        }

        private List<String> versions() {
            var all = s3.listObjectVersions(CALLER, S3.ListObjectVersionsRequest.of(r -> r.bucket("bkt")));
            return Stream.concat(all.deleteMarkers().stream().map(S3.DeleteMarkerEntry::versionId),
                all.versions().stream().map(S3.ObjectVersion::versionId)).toList();
        }

        @Test
        void oldOnesExpireByRule() {
            versioning("bkt", "Enabled");
            put("bkt", "k", "one");
            put("bkt", "k", "two");
            put("bkt", "k", "three");
            var upload = s3.createMultipartUpload(CALLER, S3.CreateMultipartUploadRequest.of(r -> r.bucket("bkt")
                .key("u")));
            s3.putBucketLifecycleConfiguration(CALLER, S3.PutBucketLifecycleConfigurationRequest.of(r -> r.bucket("bkt")
                .lifecycleConfiguration(S3.BucketLifecycleConfiguration.of(c ->
                c.rules(List.of(S3.LifecycleRule.of(l -> l
                    .status("Enabled").filter(S3.LifecycleRuleFilter.of(f -> f.prefix("")))
                    .noncurrentVersionExpiration(S3.NoncurrentVersionExpiration.of(n -> n.noncurrentDays(30)))
                    .abortIncompleteMultipartUpload(S3.AbortIncompleteMultipartUpload.of(a -> a.daysAfterInitiation(1)))
                )))))));
            time.advance(Duration.ofDays(29));
            assertThat(versions()).hasSize(3);
            assertRefused(() -> s3.listParts(CALLER, S3.ListPartsRequest.of(r -> r.bucket("bkt").key("u")
                .uploadId(upload.uploadId()))), "NoSuchUpload", 404,
                "The specified upload does not exist. The upload ID may be "
                + "invalid, or the upload may have been aborted or completed.");
            time.advance(Duration.ofDays(3));
            assertThat(versions()).hasSize(1);
            assertThat(text("bkt", "k")).isEqualTo("three");
        }
    }
}
