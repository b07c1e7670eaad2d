package dev.aloft.service.ecr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.aloft.api.ApiError;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Ecr;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Principal;
import dev.aloft.kernel.call.LocalEndpoint;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.kernel.image.Contents;
import dev.aloft.kernel.image.Digest;
import dev.aloft.kernel.image.Manifest;
import dev.aloft.kernel.store.FlakyStore;
import dev.aloft.kernel.store.MemoryStore;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.TestTime;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images and layers by ECR's own operations. */
class ImagesTest {
    private static final Caller ROOT =
            new Caller("111122223333", "us-east-1", new Principal.Root("111122223333"), "r", null, 0,
            "http://localhost:4566", "127.0.0.1", "test");
    private static final String WITHIN = " in the repository with name 'app' in registry with id '111122223333'";

    @TempDir
    Path folder;
    private final TestTime time = new TestTime();
    private final Store store = new FlakyStore(new MemoryStore());
    private final LocalEndpoint endpoint = new LocalEndpoint((_, _, _, _) -> { }, store::inTransaction);
    private final Ecr ecr = Ecr.at(endpoint);
    private EcrService service;

    @BeforeEach
    void start() {
        service = new EcrService(store, new Contents(folder, time), KeyFile.inMemory(), time, endpoint, () -> false,
            new Targets());
        endpoint.add(service);
        ecr.createRepository(ROOT, Ecr.CreateRepositoryRequest.of(r -> r.repositoryName("app")));
    }

    private String layer(String text) {
        byte[] content = text.getBytes(StandardCharsets.UTF_8);
        String id = ecr.initiateLayerUpload(ROOT, Ecr.InitiateLayerUploadRequest.of(r -> r.repositoryName("app")))
                .uploadId();
        ecr.uploadLayerPart(ROOT,
                Ecr.UploadLayerPartRequest.of(r -> r.repositoryName("app").uploadId(id).partFirstByte(0L)
                .partLastByte(content.length - 1L).layerPartBlob(Bytes.of(content))));
        return ecr.completeLayerUpload(ROOT, Ecr.CompleteLayerUploadRequest.of(r -> r.repositoryName("app").uploadId(id)
                .layerDigests(List.of(Digest.ofBytes(content).toString())))).layerDigest();
    }

    private static String manifest(String config) {
        return JsonWriter.string(Map.of("schemaVersion", 2, "mediaType", Manifest.DOCKER, "layers", List.of(), "config",
                Map.of("mediaType", "application/vnd.docker.container.image.v1+json", "size", 10, "digest", config)));
    }

    private Ecr.Image put(String manifest, String tag) {
        return put(r -> r.imageManifest(manifest).imageTag(tag));
    }

    private Ecr.Image put(Consumer<Ecr.PutImageRequest.Builder> with) {
        return ecr.putImage(ROOT, Ecr.PutImageRequest.of(r -> {
            r.repositoryName("app");
            with.accept(r);
        })).image();
    }

    private static Ecr.ImageIdentifier tag(String tag) {
        return Ecr.ImageIdentifier.of(i -> i.imageTag(tag));
    }

    private static Ecr.ImageIdentifier digest(String digest) {
        return Ecr.ImageIdentifier.of(i -> i.imageDigest(digest));
    }

    private Ecr.BatchGetImageResponse get(Ecr.ImageIdentifier... ids) {
        return ecr.batchGetImage(ROOT,
                Ecr.BatchGetImageRequest.of(r -> r.repositoryName("app").imageIds(List.of(ids))));
    }

    private Ecr.BatchDeleteImageResponse delete(Ecr.ImageIdentifier... ids) {
        return ecr.batchDeleteImage(ROOT,
                Ecr.BatchDeleteImageRequest.of(r -> r.repositoryName("app").imageIds(List.of(ids))));
    }

    // ---- layers

    @Test
    void layersAreThereOnceTheyAreComplete() {
        String digest = layer("content");
        var checked = ecr.batchCheckLayerAvailability(ROOT, Ecr.BatchCheckLayerAvailabilityRequest.of(
                r -> r.repositoryName("app").layerDigests(List.of(digest, "sha256:" + "0".repeat(64), "nothing"))));
        assertThat(checked.layers()).extracting(Ecr.Layer::layerAvailability)
                .containsExactly("AVAILABLE", "UNAVAILABLE");
        assertThat(checked.layers().getFirst().layerSize()).isEqualTo(7);
        assertThat(checked.failures()).extracting(Ecr.LayerFailure::failureCode).containsExactly("InvalidLayerDigest");
        assertThatThrownBy(() -> layer("content")).isInstanceOf(Ecr.LayerAlreadyExistsException.class);
    }

    @Test
    void partsComeInTheirOrderAndTheWholeHasItsDigest() {
        String id = ecr.initiateLayerUpload(ROOT, Ecr.InitiateLayerUploadRequest.of(r -> r.repositoryName("app")))
                .uploadId();
        assertThatThrownBy(() -> complete(id, "sha256:" + "0".repeat(64))).isInstanceOf(Ecr.EmptyUploadException.class);
        assertThatThrownBy(() ->
                ecr.uploadLayerPart(ROOT, Ecr.UploadLayerPartRequest.of(r -> r.repositoryName("app").uploadId(id)
                .partFirstByte(5L).partLastByte(6L).layerPartBlob(Bytes.of(new byte[2])))))
                .isInstanceOf(Ecr.InvalidLayerPartException.class);
        var part = ecr.uploadLayerPart(ROOT, Ecr.UploadLayerPartRequest.of(r -> r.repositoryName("app").uploadId(id)
                .partFirstByte(0L).partLastByte(1L).layerPartBlob(Bytes.of(new byte[2]))));
        assertThat(part.lastByteReceived()).isEqualTo(1);
        assertThatThrownBy(() -> complete(id, "sha256:" + "0".repeat(64)))
                .isInstanceOf(Ecr.InvalidLayerException.class);
        assertThatThrownBy(() -> complete("00000000-0000-0000-0000-000000000000", "sha256:" + "0".repeat(64)))
                .isInstanceOf(Ecr.UploadNotFoundException.class);
    }

    private void complete(String id, String digest) {
        ecr.completeLayerUpload(ROOT, Ecr.CompleteLayerUploadRequest.of(r -> r.repositoryName("app").uploadId(id)
                .layerDigests(List.of(digest))));
    }

    // ---- put

    @Test
    void whatIsPutTwiceIsRefusedAndATagMoves() {
        String first = manifest(layer("one"));
        String second = manifest(layer("two"));
        String digest = put(first, "latest").imageId().imageDigest();
        assertThatThrownBy(() -> put(first, "latest")).isInstanceOf(Ecr.ImageAlreadyExistsException.class)
                .hasMessage("Image with digest '" + digest + "' and tag 'latest' already exists" + WITHIN);
        assertThat(put(first, "v1").imageId().imageDigest()).isEqualTo(digest);
        put(second, "latest");
        assertThat(get(tag("latest")).images().getFirst().imageManifest()).isEqualTo(second);
        assertThat(get(tag("v1"), digest(digest)).images()).extracting(Ecr.Image::imageManifest)
                .containsExactly(first, first);
    }

    @Test
    void aManifestIsToldAsItWasPushedOrNotAtAll() {
        String manifest = manifest(layer("one"));
        put(manifest, "v1");
        assertThat(accepting(Manifest.OCI, Manifest.DOCKER).images()).extracting(Ecr.Image::imageManifest)
                .containsExactly(manifest);
        assertThatThrownBy(() -> accepting(Manifest.OCI)).isInstanceOf(ApiError.class)
                .hasMessageContaining("acceptedMediaTypes");
    }

    private Ecr.BatchGetImageResponse accepting(String... mediaTypes) {
        return ecr.batchGetImage(ROOT, Ecr.BatchGetImageRequest.of(
                r -> r.repositoryName("app").imageIds(List.of(tag("v1"))).acceptedMediaTypes(List.of(mediaTypes))));
    }

    @Test
    void aManifestNamesOnlyWhatIsThere() {
        String missing = "sha256:" + "0".repeat(64);
        assertThatThrownBy(() -> put(manifest(missing), "v1")).isInstanceOf(Ecr.LayersNotFoundException.class)
                .hasMessage(
                "Layers with digests '[" + missing
                + "]' required for pushing image into repository with name 'app' in the registry with"
                        + " id '111122223333' do not exist");
        String index = JsonWriter.string(Map.of("schemaVersion", 2, "mediaType", Manifest.OCI_INDEX, "manifests",
                List.of(Map.of("mediaType", Manifest.OCI, "size", 1, "digest", missing))));
        assertThatThrownBy(() -> put(index, "v1")).isInstanceOf(Ecr.ReferencedImagesNotFoundException.class);
        assertThatThrownBy(() -> put("{", "v1")).isInstanceOf(Ecr.InvalidParameterException.class)
                .hasMessage("Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax'");
        assertThatThrownBy(() -> put("{\"config\":{},\"layers\":[]}", "v1"))
                .hasMessage("image manifest mediatype not provided in manifest or parameter");
        String manifest = manifest(layer("one"));
        assertThatThrownBy(() -> put(r -> r.imageManifest(manifest).imageDigest(missing)))
                .isInstanceOf(Ecr.ImageDigestDoesNotMatchException.class);
    }

    @Test
    void someTagsOfAnImmutableRepositoryMoveNonetheless() {
        var filter = Ecr.ImageTagMutabilityExclusionFilter.of(f -> f.filterType("WILDCARD").filter("dev-*"));
        assertThatThrownBy(() -> mutability("IMMUTABLE_WITH_EXCLUSION", null))
                .isInstanceOf(Ecr.InvalidParameterException.class);
        mutability("IMMUTABLE_WITH_EXCLUSION", List.of(filter));
        String first = manifest(layer("one"));
        String second = manifest(layer("two"));
        put(first, "dev-1");
        put(second, "dev-1");
        put(first, "v1");
        assertThatThrownBy(() -> put(second, "v1")).isInstanceOf(Ecr.ImageTagAlreadyExistsException.class)
                .hasMessage("The image tag 'v1'"
                + " already exists in the 'app' repository and cannot be overwritten because the tag is immutable.");
    }

    private void mutability(String mutability, List<Ecr.ImageTagMutabilityExclusionFilter> filters) {
        ecr.putImageTagMutability(ROOT,
                Ecr.PutImageTagMutabilityRequest.of(r -> r.repositoryName("app").imageTagMutability(mutability)
                .imageTagMutabilityExclusionFilters(filters)));
    }

    // ---- told

    @Test
    void whatIsNotFoundIsTold() {
        put(manifest(layer("one")), "v1");
        assertThat(get(tag("v2"), digest("nothing"), Ecr.ImageIdentifier.of(_ -> { })).failures())
                .extracting(Ecr.ImageFailure::failureCode, Ecr.ImageFailure::failureReason).containsExactly(
                        tuple("ImageNotFound", "Requested image not found"),
                        tuple("InvalidImageDigest",
                                "Invalid request parameters: image digest should satisfy the regex "
                                + "'[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'"),
                        tuple("MissingDigestAndTag",
                                "Invalid request parameters: both tag and digest cannot be null"));
        assertThatThrownBy(() -> ecr.describeImages(ROOT,
                Ecr.DescribeImagesRequest.of(r -> r.repositoryName("app").imageIds(List.of(tag("v2"))))))
                .isInstanceOf(Ecr.ImageNotFoundException.class)
                .hasMessage("The image with imageId {imageDigest:'null', imageTag:'v2'} does"
                        + " not exist within the repository with name 'app' in the registry with id '111122223333'");
        assertThatThrownBy(() -> ecr.listImages(ROOT, Ecr.ListImagesRequest.of(r -> r.repositoryName("none"))))
                .isInstanceOf(Ecr.RepositoryNotFoundException.class);
    }

    @Test
    void imagesAreDescribedAndListedInPages() {
        String config = layer("one");
        put(manifest(config), "a");
        put(manifest(config), "b");
        String untagged = put(manifest(layer("two")), null).imageId().imageDigest();
        var all = ecr.describeImages(ROOT, Ecr.DescribeImagesRequest.of(r -> r.repositoryName("app"))).imageDetails();
        assertThat(all).hasSize(2);
        var tagged = all.stream().filter(each -> each.imageTags() != null).findFirst().orElseThrow();
        assertThat(tagged.imageTags()).containsExactly("a", "b");
        assertThat(tagged.imageSizeInBytes()).isEqualTo(10);
        assertThat(tagged.artifactMediaType()).isEqualTo("application/vnd.docker.container.image.v1+json");
        assertThat(tagged.lastRecordedPullTime()).isNull();
        get(tag("a"));
        assertThat(ecr.describeImages(ROOT,
                Ecr.DescribeImagesRequest.of(r -> r.repositoryName("app").imageIds(List.of(tag("b")))))
                .imageDetails().getFirst().lastRecordedPullTime()).isNotNull();
        var page = ecr.listImages(ROOT, Ecr.ListImagesRequest.of(r -> r.repositoryName("app").maxResults(2)));
        assertThat(page.imageIds()).extracting(Ecr.ImageIdentifier::imageTag).containsExactly("a", "b");
        assertThat(ecr.listImages(ROOT,
                Ecr.ListImagesRequest.of(r -> r.repositoryName("app").nextToken(page.nextToken()))).imageIds())
                .containsExactly(digest(untagged));
        assertThat(ecr.listImages(ROOT, Ecr.ListImagesRequest.of(r -> r.repositoryName("app")
                .filter(Ecr.ListImagesFilter.of(f -> f.tagStatus("UNTAGGED"))))).imageIds())
                .containsExactly(digest(untagged));
    }

    @Test
    void pagesGoOnWhenWhatTheLastOneToldIsDeleted() {
        for (String text : List.of("one", "two", "three")) {
            put(manifest(layer(text)), text);
        }
        var listed = ecr.listImages(ROOT, Ecr.ListImagesRequest.of(r -> r.repositoryName("app").maxResults(1)));
        var described = ecr
                .describeImages(ROOT, Ecr.DescribeImagesRequest.of(r -> r.repositoryName("app").maxResults(1)));
        delete(listed.imageIds().getFirst(), digest(described.imageDetails().getFirst().imageDigest()));
        var left = ecr.listImages(ROOT, Ecr.ListImagesRequest.of(r -> r.repositoryName("app"))).imageIds();
        assertThat(ecr.listImages(ROOT,
                Ecr.ListImagesRequest.of(r -> r.repositoryName("app").nextToken(listed.nextToken()))).imageIds())
                .isEqualTo(left);
        assertThat(ecr.describeImages(ROOT,
                Ecr.DescribeImagesRequest.of(r -> r.repositoryName("app").nextToken(described.nextToken())))
                .imageDetails()).extracting(Ecr.ImageDetail::imageDigest)
                .containsExactlyInAnyOrderElementsOf(left.stream().map(Ecr.ImageIdentifier::imageDigest).toList());
    }

    // ---- deleted

    @Test
    void anImageGoesWithItsLastTag() {
        String manifest = manifest(layer("one"));
        String digest = put(manifest, "a").imageId().imageDigest();
        put(manifest, "b");
        assertThat(delete(tag("a")).imageIds())
                .containsExactly(Ecr.ImageIdentifier.of(i -> i.imageDigest(digest).imageTag("a")));
        assertThat(get(digest(digest)).images()).hasSize(1);
        delete(tag("b"));
        assertThat(get(digest(digest)).images()).isEmpty();
        assertThat(delete(tag("b")).failures()).extracting(Ecr.ImageFailure::failureCode)
                .containsExactly("ImageNotFound");
    }

    @Test
    void anImageOfAListStaysAsLongAsTheList() {
        String digest = put(manifest(layer("one")), null).imageId().imageDigest();
        String index = put(JsonWriter.string(Map.of("schemaVersion", 2, "mediaType", Manifest.OCI_INDEX, "manifests",
                List.of(Map.of("mediaType", Manifest.DOCKER, "size", 1, "digest", digest)))), "all").imageId()
                .imageDigest();
        var failure = delete(digest(digest)).failures().getFirst();
        assertThat(failure.failureCode()).isEqualTo("ImageReferencedByManifestList");
        assertThat(failure.failureReason()).isEqualTo("Requested image referenced by manifest list: [" + index + "]");
        delete(tag("all"));
        assertThat(delete(digest(digest)).failures()).isEmpty();
    }

    @Test
    void aRepositoryWithImagesIsDeletedOnlyByForce() {
        put(manifest(layer("one")), "v1");
        assertThatThrownBy(() ->
                ecr.deleteRepository(ROOT, Ecr.DeleteRepositoryRequest.of(r -> r.repositoryName("app"))))
                .isInstanceOf(Ecr.RepositoryNotEmptyException.class)
                .hasMessage("The repository with name 'app' in registry with id"
                        + " '111122223333' cannot be deleted because it still contains images");
        ecr.deleteRepository(ROOT, Ecr.DeleteRepositoryRequest.of(r -> r.repositoryName("app").force(true)));
        ecr.createRepository(ROOT, Ecr.CreateRepositoryRequest.of(r -> r.repositoryName("app")));
        assertThat(ecr.listImages(ROOT, Ecr.ListImagesRequest.of(r -> r.repositoryName("app"))).imageIds()).isEmpty();
    }

    @Test
    void aLifecyclePolicyLetsImagesExpireAndLayersOnTheirWayStay() throws Exception {
        put(manifest(layer("one")), "a");
        time.advance(Duration.ofMinutes(1));
        String kept = put(manifest(layer("two")), "b").imageId().imageDigest();
        String arriving = layer("three");
        String policy = """
            {"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":1},\
            "action":{"type":"expire"}}]}""";
        ecr.putLifecyclePolicy(ROOT,
                Ecr.PutLifecyclePolicyRequest.of(r -> r.repositoryName("app").lifecyclePolicyText(policy)));
        for (var worker : service.workers()) {
            worker.turn().run();
        }
        assertThat(ecr.describeImages(ROOT, Ecr.DescribeImagesRequest.of(r -> r.repositoryName("app"))).imageDetails())
                .extracting(Ecr.ImageDetail::imageDigest).containsExactly(kept);
        assertThat(ecr.getLifecyclePolicy(ROOT, Ecr.GetLifecyclePolicyRequest.of(r -> r.repositoryName("app")))
                .lastEvaluatedAt())
                .isEqualTo(time.instant());
        put(manifest(arriving), "c");
    }
}
