package dev.aloft.service.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Kms;
import dev.aloft.api.Operation;
import dev.aloft.api.Principal;
import dev.aloft.api.S3;
import dev.aloft.api.Shape;
import dev.aloft.kernel.call.Service;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Objects under keys of KMS, where policies are asked. */
class ObjectKeysTest extends S3Fixture {
    private String key;

    @BeforeEach
    void aKey() {
        bucket("orders");
        key = keys.key();
    }

    @Override
    void admit(Operation operation, Caller caller, Shape input, Service called) {
        keys.admit(operation, caller, input, called);
    }

    private S3.PutObjectResponse put(Caller caller, Consumer<S3.PutObjectRequest.Builder> with) {
        return s3.putObject(caller, S3.PutObjectRequest.of(r -> {
            r.bucket("orders").key("a").body(body("sesame")).serverSideEncryption("aws:kms").ssekmsKeyId(key);
            with.accept(r);
        }));
    }

    private String get(Caller caller) {
        try (var in = s3.getObject(caller, S3.GetObjectRequest.of(r -> r.bucket("orders").key("a"))).body().stream()) {
            return new String(in.readAllBytes());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void refused(String code, String message, Executable call) {
        assertThatThrownBy(call::execute).isInstanceOf(ApiError.class).hasMessage(message)
                .extracting(error -> ((ApiError) error).code()).isEqualTo(code);
    }

    private static String denied(String user, String action, String key) {
        return "User: arn:aws:iam::123456789012:user/" + user + " is not authorized to perform: " + action
                + " on resource: " + key + " because no identity-based policy allows the " + action + " action";
    }

    @Test
    void whoeverWritesNeedsAndReadsNeedsTheKey() {
        var writer = keys.user("writer", "s3:*", "kms:GenerateDataKey");
        var reader = keys.user("reader", "s3:*", "kms:Decrypt");
        var put = put(writer, _ -> { });
        assertThat(put.ssekmsKeyId()).isEqualTo(key);
        assertThat(put.eTag()).matches("\"[0-9a-f]{32}\"").isNotEqualTo("\"cd89fbd0fb2d3af3c25b4d1b9a05e2f7\"");
        assertThat(get(reader)).isEqualTo("sesame");
        refused("AccessDenied", denied("writer", "kms:Decrypt", key), () -> get(writer));
        assertThatThrownBy(() -> put(reader, _ -> { })).hasMessageContaining("kms:GenerateDataKey");
        var head = s3.headObject(writer, S3.HeadObjectRequest.of(r -> r.bucket("orders").key("a")));
        assertThat(head.ssekmsKeyId()).isEqualTo(key);
        assertThat(head.eTag()).isEqualTo(put.eTag());
    }

    @Test
    void theEncryptionContextNamesTheObjectOrWithABucketKeyTheBucket() {
        var ann = keys.user("ann", "s3:*");
        Kms.at(endpoint).putKeyPolicy(CALLER, Kms.PutKeyPolicyRequest.of(r -> r.keyId(key).policy("""
                {"Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
                 "Action": ["kms:PutKeyPolicy"], "Resource": "*"},
                 {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:user/ann"},
                 "Action": ["kms:GenerateDataKey*", "kms:Decrypt"], "Resource": "*",
                 "Condition": {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com",
                 "kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::orders/a"}}}]}""")));
        put(ann, _ -> { });
        assertThat(get(ann)).isEqualTo("sesame");
        assertThatThrownBy(() -> put(ann, r -> r.bucketKeyEnabled(true))).hasMessageContaining("is not authorized");
        assertThatThrownBy(() -> put(ann, r -> r.key("b"))).hasMessageContaining("is not authorized");
    }

    @Test
    void whatAWriterAddsToTheContextIsKeptForReaders() {
        var ann = keys.user("ann", "s3:*");
        Kms.at(endpoint).putKeyPolicy(CALLER, Kms.PutKeyPolicyRequest.of(r -> r.keyId(key).policy("""
                {"Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
                 "Action": ["kms:PutKeyPolicy"], "Resource": "*"},
                 {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:user/ann"},
                 "Action": ["kms:GenerateDataKey*", "kms:Decrypt"], "Resource": "*",
                 "Condition": {"StringEquals": {"kms:EncryptionContext:team": "blue"}}}]}""")));
        var told = context("{\"team\": \"blue\"}");
        assertThatThrownBy(() -> put(ann, _ -> { })).hasMessageContaining("is not authorized");
        assertThat(put(ann, r -> r.ssekmsEncryptionContext(told)).ssekmsEncryptionContext()).isEqualTo(told);
        assertThat(get(ann)).isEqualTo("sesame");
        for (var bad : List.of("{", context("{"), context("[]"), context("{\"team\": null}"))) {
            refused("InvalidArgument", "The header 'x-amz-server-side-encryption-context' shall be Base64-encoded UTF-8"
                    + " string holding JSON which represents a string-string map",
                    () -> put(ann, r -> r.ssekmsEncryptionContext(bad)));
        }
    }

    private static String context(String json) {
        return Base64.getEncoder().encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aKeyThatIsNoGoodIsToldByKmssReason() {
        put(CALLER, _ -> { });
        keys.disable(key);
        refused("KMS.DisabledException", key + " is disabled.", () -> get(CALLER));
        refused("KMS.DisabledException", key + " is disabled.", () -> put(CALLER, _ -> { }));
        keys.end(key);
        refused("KMS.KMSInvalidStateException", key + " is pending deletion.", () -> get(CALLER));
        keys.keep(key);
        assertThat(get(CALLER)).isEqualTo("sesame");
        refused("KMS.NotFoundException", "Invalid keyId 'fake-key-id'",
                () -> put(CALLER, r -> r.ssekmsKeyId("fake-key-id")));
        refused("KMS.NotFoundException", "Invalid arn eu-west-1", () -> put(CALLER,
                r -> r.ssekmsKeyId("arn:aws:kms:eu-west-1:123456789012:key/134f2428-cec1-4b25-a1ae-9048164dba47")));
        refused("InvalidArgument", "Server Side Encryption with AWS KMS managed key requires HTTP header"
                + " x-amz-server-side-encryption : aws:kms", () -> put(CALLER, r -> r.serverSideEncryption(null)));
    }

    @Test
    void withoutAKeyItIsAwssOwnWhichAllInTheAccountMayUse() {
        var ann = keys.user("ann", "s3:*");
        var put = put(ann, r -> r.ssekmsKeyId(null));
        assertThat(put.ssekmsKeyId()).isEqualTo(Kms.at(endpoint).describeKey(CALLER,
                Kms.DescribeKeyRequest.of(r -> r.keyId("alias/aws/s3"))).keyMetadata().arn());
        assertThat(get(ann)).isEqualTo("sesame");
    }

    @Test
    void aBucketsDefaultIsTheKeyOfWhatSaysNothing() {
        keys.name("alias/orders", key);
        s3.putBucketEncryption(CALLER, S3.PutBucketEncryptionRequest.of(r -> r.bucket("orders")
                .serverSideEncryptionConfiguration(S3.ServerSideEncryptionConfiguration.of(c -> c.rules(List.of(
                        S3.ServerSideEncryptionRule.of(e -> e.bucketKeyEnabled(true).applyServerSideEncryptionByDefault(
                                S3.ServerSideEncryptionByDefault.of(d -> d.sseAlgorithm("aws:kms")
                                        .kmsMasterKeyID("alias/orders"))))))))));
        var put = put(CALLER, r -> r.serverSideEncryption(null).ssekmsKeyId(null));
        assertThat(put.ssekmsKeyId()).isEqualTo(key);
        assertThat(put.bucketKeyEnabled()).isTrue();
        keys.disable(key);
        refused("KMS.DisabledException", key + " is disabled.", () -> get(CALLER));
    }

    @Test
    void aCopyNeedsBothKeys() {
        put(CALLER, _ -> { });
        var other = keys.key();
        var copied = s3.copyObject(CALLER, S3.CopyObjectRequest.of(r -> r.bucket("orders").key("b")
                .copySource("orders/a").serverSideEncryption("aws:kms").ssekmsKeyId(other)));
        assertThat(copied.ssekmsKeyId()).isEqualTo(other);
        var open = s3.copyObject(CALLER, S3.CopyObjectRequest.of(r -> r.bucket("orders").key("c")
                .copySource("orders/a")));
        assertThat(open.serverSideEncryption()).isEqualTo("AES256");
        assertThat(open.copyObjectResult().eTag()).isEqualTo(s3.putObject(CALLER, S3.PutObjectRequest.of(
                r -> r.bucket("orders").key("d").body(body("sesame")))).eTag());
        var writer = keys.user("writer", "s3:*", "kms:GenerateDataKey");
        refused("AccessDenied", denied("writer", "kms:Decrypt", key), () -> s3.copyObject(writer,
                S3.CopyObjectRequest.of(r -> r.bucket("orders").key("e").copySource("orders/a"))));
    }

    @Test
    void anUploadInPartsNeedsToDecryptToo() {
        var writer = keys.user("writer", "s3:*", "kms:GenerateDataKey");
        var upload = s3.createMultipartUpload(writer, S3.CreateMultipartUploadRequest.of(
                r -> r.bucket("orders").key("a").serverSideEncryption("aws:kms").ssekmsKeyId(key)));
        assertThat(upload.ssekmsKeyId()).isEqualTo(key);
        refused("AccessDenied", denied("writer", "kms:Decrypt", key), () -> part(writer, upload.uploadId()));
        var part = part(CALLER, upload.uploadId());
        assertThat(part.ssekmsKeyId()).isEqualTo(key);
        var done = s3.completeMultipartUpload(CALLER, S3.CompleteMultipartUploadRequest.of(r -> r.bucket("orders")
                .key("a").uploadId(upload.uploadId()).multipartUpload(S3.CompletedMultipartUpload.of(m -> m.parts(
                        List.of(S3.CompletedPart.of(p -> p.partNumber(1).eTag(part.eTag()))))))));
        assertThat(done.ssekmsKeyId()).isEqualTo(key);
        assertThat(get(CALLER)).isEqualTo("sesame");
    }

    private S3.UploadPartResponse part(Caller caller, String upload) {
        return s3.uploadPart(caller, S3.UploadPartRequest.of(r -> r.bucket("orders").key("a").uploadId(upload)
                .partNumber(1).body(body("sesame"))));
    }

    @Test
    void nobodyReadsOneWithoutASignature() {
        put(CALLER, _ -> { });
        s3.putPublicAccessBlock(CALLER, S3.PutPublicAccessBlockRequest.of(r -> r.bucket("orders")
                .publicAccessBlockConfiguration(S3.PublicAccessBlockConfiguration.of(
                        b -> b.blockPublicPolicy(false)))));
        s3.putBucketPolicy(CALLER, S3.PutBucketPolicyRequest.of(r -> r.bucket("orders").policy("""
                {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
                 "Resource": "arn:aws:s3:::orders/*"}]}""")));
        var nobody = new Caller("123456789012", "us-east-1", new Principal.Anonymous(), "id", null, 0,
                "http://127.0.0.1:4566", "127.0.0.1", null);
        refused("InvalidArgument", "Requests specifying Server Side Encryption with AWS KMS managed keys require AWS"
                + " Signature Version 4.", () -> get(nobody));
    }
}
