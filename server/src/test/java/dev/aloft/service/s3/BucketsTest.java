package dev.aloft.service.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApiError;
import dev.aloft.api.JsonReader;
import dev.aloft.api.S3;
import dev.aloft.kernel.call.ResourceType.Desired;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class BucketsTest extends S3Fixture {
    private static final String PUBLIC = """
        {"Version": "2012-10-17", "Statement": [
          {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bkt/*"}]}""";
    private static final String CLOSED = """
        {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*",
          "Resource": ["arn:aws:s3:::bkt", "arn:aws:s3:::bkt/*"], "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}""";

    @Nested
    class RefusedForItsForm {
        @Test
        void namesThatMayNotBe() {
            for (var name : List.of("ab", "Abc", "a..b", "-abc", "abc-", "192.168.0.1", "xn--abc", "abc-s3alias", "a_b",
                    "a".repeat(64))) {
                assertRefused(() -> bucket(name), "InvalidBucketName", 400, "The specified bucket is not valid.");
            }
        }

        @Test
        void policiesThatAreNone() {
            bucket("bkt");
            assertRefused(() -> policy("[]"), "MalformedPolicy", 400,
                "Policies must be valid JSON and the first byte must be '{'");
            assertThatThrownBy(() -> policy("{\"Statement\": 3}")).isInstanceOf(S3.MalformedPolicy.class);
        }

        @Test
        void placesThatDoNotGoTogether() {
            var elsewhere = caller("123456789012", "eu-central-1");
            assertRefused(() -> s3.createBucket(elsewhere, S3.CreateBucketRequest.of(r -> r.bucket("bkt"))),
                "IllegalLocationConstraintException", 400,
                "The unspecified location constraint is incompatible for the region "
                + "specific endpoint this request was sent to.");
            s3.createBucket(elsewhere, S3.CreateBucketRequest.of(r -> r.bucket("bkt").createBucketConfiguration(
                S3.CreateBucketConfiguration.of(c -> c.locationConstraint("eu-central-1")))));
            assertThat(s3.headBucket(CALLER, S3.HeadBucketRequest.of(r -> r.bucket("bkt"))).bucketRegion())
                .isEqualTo("eu-central-1");
        }
    }

    @Nested
    class RefusedByARule {
        @Test
        void namesThatAreTaken() {
            bucket("bkt");
            bucket("bkt");
            assertThatThrownBy(() -> s3.createBucket(caller("000000000001", "us-east-1"),
                S3.CreateBucketRequest.of(r -> r.bucket("bkt")))).isInstanceOf(S3.BucketAlreadyExists.class);
        }

        @Test
        void deletingWhatIsNotEmpty() {
            bucket("bkt");
            put("bkt", "k", "x");
            assertRefused(() -> s3.deleteBucket(CALLER, S3.DeleteBucketRequest.of(r -> r.bucket("bkt"))),
                "BucketNotEmpty", 409, "The bucket you tried to delete is not empty");
        }

        @Test
        void publicPoliciesUntilTheyAreLet() {
            bucket("bkt");
            assertThatThrownBy(() -> policy(PUBLIC)).isInstanceOf(S3.AccessDenied.class)
                .hasMessageContaining("because public policies are blocked by the BlockPublicPolicy");
            s3.deletePublicAccessBlock(CALLER, S3.DeletePublicAccessBlockRequest.of(r -> r.bucket("bkt")));
            policy(PUBLIC);
            assertThat(service.policy(CALLER, "arn:aws:s3:::bkt/some/key")).contains(PUBLIC);
        }

        @Test
        void lifecycleRulesThatAreNotBuilt() {
            bucket("bkt");
            assertThatThrownBy(() -> s3.putBucketLifecycleConfiguration(CALLER,
                S3.PutBucketLifecycleConfigurationRequest.of(r ->
                r.bucket("bkt").lifecycleConfiguration(S3.BucketLifecycleConfiguration.of(c -> c.rules(List.of(
                    S3.LifecycleRule.of(l -> l.status("Enabled").transitions(List.of(S3.Transition.of(t -> t.days(1)
                        .storageClass("GLACIER")))))))))))).hasMessageContaining("transition");
        }

        @Test
        void settingsThatAreNotThere() {
            bucket("bkt");
            assertRefused(() -> s3.getBucketPolicy(CALLER, S3.GetBucketPolicyRequest.of(r -> r.bucket("bkt"))),
                "NoSuchBucketPolicy", 404, "The bucket policy does not exist");
            assertRefused(() -> s3.getBucketTagging(CALLER, S3.GetBucketTaggingRequest.of(r -> r.bucket("bkt"))),
                "NoSuchTagSet", 404, "The TagSet does not exist");
            assertRefused(() -> s3.getBucketCors(CALLER, S3.GetBucketCorsRequest.of(r -> r.bucket("bkt"))),
                "NoSuchCORSConfiguration", 404, "The CORS configuration does not exist");
        }
    }

    private void policy(String document) {
        s3.putBucketPolicy(CALLER, S3.PutBucketPolicyRequest.of(r -> r.bucket("bkt").policy(document)));
    }

    @Nested
    class Done {
        @Test
        void bucketsAreListedByName() {
            List.of("ccc", "aaa", "bbb").forEach(BucketsTest.this::bucket);
            var page = s3.listBuckets(CALLER, S3.ListBucketsRequest.of(r -> r.maxBuckets(2)));
            assertThat(page.buckets()).extracting(S3.Bucket::name).containsExactly("aaa", "bbb");
            assertThat(s3.listBuckets(CALLER, S3.ListBucketsRequest.of(r ->
                r.continuationToken(page.continuationToken()))).buckets()).extracting(S3.Bucket::name)
                    .containsExactly("ccc");
            assertThat(s3.listBuckets(caller("000000000001", "us-east-1"), S3.ListBucketsRequest.of(_ -> { }))
                .buckets()).isEmpty();
        }

        @Test
        void newOnesAreClosedAndOwnedAsOnAws() {
            bucket("bkt");
            assertThat(s3.getPublicAccessBlock(CALLER, S3.GetPublicAccessBlockRequest.of(r -> r.bucket("bkt")))
                .publicAccessBlockConfiguration().restrictPublicBuckets()).isTrue();
            assertThat(s3.getBucketEncryption(CALLER, S3.GetBucketEncryptionRequest.of(r -> r.bucket("bkt")))
                .serverSideEncryptionConfiguration().rules().getFirst().applyServerSideEncryptionByDefault()
                .sseAlgorithm()).isEqualTo("AES256");
            assertThat(s3.getBucketVersioning(CALLER, S3.GetBucketVersioningRequest.of(r -> r.bucket("bkt"))).status())
                .isNull();
        }
    }

    @Nested
    class InTemplates {
        private Desired desired(Map<String, Object> properties) {
            return new Desired("arn:stack", "Stack", "Bucket", "t", properties,
                Map.of("aws:cloudformation:stack-id", "arn:stack", "aws:cloudformation:logical-id", "Bucket"));
        }

        @Test
        void aBucketAsCdkBootstrapDeclaresIt() {
            var type = service.resourceTypes().getFirst();
            var wanted = desired(Map.of("BucketName", "cdk-assets",
                "AccessControl", "Private",
                "VersioningConfiguration", Map.of("Status", "Enabled"),
                "BucketEncryption", Map.of("ServerSideEncryptionConfiguration",
                    List.of(Map.of("ServerSideEncryptionByDefault", Map.of("SSEAlgorithm", "aws:kms")))),
                "PublicAccessBlockConfiguration", Map.of("BlockPublicAcls", true, "BlockPublicPolicy", true,
                    "IgnorePublicAcls", true, "RestrictPublicBuckets", true),
                "LifecycleConfiguration", Map.of("Rules", List.of(
                    Map.of("Id", "CleanupOldVersions", "Status", "Enabled",
                        "NoncurrentVersionExpiration", Map.of("NoncurrentDays", 30)),
                    Map.of("Id", "AbortIncompleteMultipartUploads", "Status", "Enabled",
                        "AbortIncompleteMultipartUpload", Map.of("DaysAfterInitiation", 1))))));
            var made = type.create(CALLER, wanted);
            assertThat(made.physicalId()).isEqualTo("cdk-assets");
            assertThat(made.attributes()).containsEntry("Arn", "arn:aws:s3:::cdk-assets")
                .containsEntry("RegionalDomainName", "cdk-assets.s3.us-east-1.amazonaws.com");
            assertThat(type.create(CALLER, wanted)).isEqualTo(made);
            assertThat(s3.getBucketVersioning(CALLER, S3.GetBucketVersioningRequest.of(r -> r.bucket("cdk-assets")))
                .status()).isEqualTo("Enabled");
            put("cdk-assets", "k", "x");
            assertThatThrownBy(() -> type.delete(CALLER, "cdk-assets", wanted)).isInstanceOf(S3.BucketNotEmpty.class);
            assertThat(type.read(CALLER, "cdk-assets")).isPresent();
        }

        @Test
        void aPolicyOfABucket() {
            bucket("bkt");
            var type = service.resourceTypes().getLast();
            var wanted = desired(Map.of("Bucket", "bkt", "PolicyDocument", JsonReader.tree(CLOSED)));
            assertThat(type.create(CALLER, wanted).physicalId()).isEqualTo("bkt");
            assertThat(type.read(CALLER, "bkt")).isPresent();
            type.delete(CALLER, "bkt", wanted);
            assertThat(type.read(CALLER, "bkt")).isEmpty();
        }

        @Test
        void aGeneratedNameIsInLowerCase() {
            var made = service.resourceTypes().getFirst().create(CALLER, desired(Map.of()));
            assertThat(made.physicalId()).startsWith("stack-bucket-").isLowerCase();
        }

        @Test
        void aBucketThatIsThereAlreadyIsNotTakenOver() {
            bucket("bkt");
            assertThatThrownBy(() -> service.resourceTypes().getFirst().create(CALLER,
                desired(Map.of("BucketName", "bkt")))).isInstanceOf(ApiError.class).hasMessage("bkt already exists");
        }
    }
}
