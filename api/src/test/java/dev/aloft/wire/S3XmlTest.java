package dev.aloft.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.Body;
import dev.aloft.api.Operation;
import dev.aloft.api.S3;
import dev.aloft.api.Shape;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** S3's documents have names that no other service's rule would give them. */
class S3XmlTest {
    private static String xml(Operation operation, Shape output) {
        return text(RestXml.S3.writeOutput(operation, output, "id").body());
    }

    private static String text(Body body) {
        return new String(body.bytes(1 << 20), StandardCharsets.UTF_8);
    }

    private static String root(String name) {
        return "<" + name + " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
    }

    @Test
    void rootsAreS3sOwn() {
        var created = Instant.parse("2026-01-02T03:04:05Z");
        assertThat(xml(S3.LIST_BUCKETS, S3.ListBucketsResponse.of(r -> r.buckets(List.of(
                        S3.Bucket.of(b -> b.name("n").creationDate(created)))))))
                .contains(root("ListAllMyBucketsResult"), "<Buckets><Bucket>", "<Name>n</Name>",
                        "<CreationDate>2026-01-02T03:04:05.000Z</CreationDate>");
        assertThat(xml(S3.LIST_OBJECTS_V2, S3.ListObjectsV2Response.of(r -> r.contents(List.of(
                        S3.Object.of(o -> o.key("a&b")), S3.Object.of(o -> o.key("ü")))))))
                .contains(root("ListBucketResult"), "<Contents><Key>a&amp;b</Key></Contents><Contents><Key>ü</Key>");
        assertThat(xml(S3.CREATE_MULTIPART_UPLOAD, S3.CreateMultipartUploadResponse.of(r -> r.uploadId("u"))))
                .contains(root("InitiateMultipartUploadResult"));
        assertThat(xml(S3.GET_BUCKET_VERSIONING, S3.GetBucketVersioningResponse.of(_ -> {})))
                .contains("<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>");
    }

    @Test
    void aBucketsLocationIsTheRootsText() {
        assertThat(xml(S3.GET_BUCKET_LOCATION, S3.GetBucketLocationResponse.of(r -> r.locationConstraint("eu-west-1"))))
                .endsWith(root("LocationConstraint") + "eu-west-1</LocationConstraint>");
        assertThat(xml(S3.GET_BUCKET_LOCATION, S3.GetBucketLocationResponse.of(_ -> {})))
                .endsWith("<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>");
    }

    @Test
    void payloadsAreNamedByTheirShape() {
        assertThat(xml(S3.COPY_OBJECT, S3.CopyObjectResponse.of(
                        r -> r.copyObjectResult(S3.CopyObjectResult.of(c -> c.eTag("\"e\""))))))
                .endsWith(root("CopyObjectResult") + "<ETag>&quot;e&quot;</ETag></CopyObjectResult>");
    }
}
