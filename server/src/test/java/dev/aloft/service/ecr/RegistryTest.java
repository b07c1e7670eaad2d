package dev.aloft.service.ecr;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.Body;
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
import dev.aloft.wire.Headers;
import dev.aloft.wire.HttpRequest;
import dev.aloft.wire.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The registry as its clients see it. */
class RegistryTest {
    private static final Caller ROOT =
            new Caller("000000000000", "us-east-1", new Principal.Root("000000000000"), "r", null, 0,
            "http://127.0.0.1:4566", "127.0.0.1", "test");
    private static final byte[] CONFIG = "{\"os\":\"linux\"}".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path folder;
    private final TestTime time = new TestTime();
    private final Store store = new FlakyStore(new MemoryStore());
    private final LocalEndpoint endpoint = new LocalEndpoint((_, _, _, _) -> { }, store::inTransaction);
    private final Ecr ecr = Ecr.at(endpoint);
    private EcrService service;
    private boolean enforced;
    private String host = "127.0.0.1:4566";
    private String authorization;

    @BeforeEach
    void start() {
        service = new EcrService(store, new Contents(folder, time), KeyFile.inMemory(), time, endpoint, () -> enforced,
            new Targets());
        endpoint.add(service);
        ecr.createRepository(ROOT, Ecr.CreateRepositoryRequest.of(r -> r.repositoryName("app")));
    }

    private HttpResponse ask(String method, String target, byte[] content, String... headers) {
        int query = target.indexOf('?');
        String path = query < 0 ? target : target.substring(0, query);
        var all = Headers.of(headers).add("Host", host);
        if (authorization != null) {
            all.add("Authorization", authorization);
        }
        var plane = service.dataPlanes().stream().filter(each -> each.serves(host, path)).findFirst().orElseThrow();
        return plane.handle(new HttpRequest(method, "http", path, query < 0 ? "" : target.substring(query + 1), all,
                Body.of(content),
                "127.0.0.1"), "id");
    }

    private HttpResponse ask(String method, String target) {
        return ask(method, target, new byte[0]);
    }

    private static String text(HttpResponse response) {
        return new String(response.body().bytes(1 << 20), StandardCharsets.UTF_8);
    }

    private static void assertRefused(HttpResponse response, int status, String code, String message) {
        assertThat(response.status()).isEqualTo(status);
        assertThat(text(response)).contains("\"code\":\"" + code + "\"").contains(message);
    }

    private HttpResponse push(String repository, byte[] content) {
        return ask("POST", "/v2/" + repository + "/blobs/uploads/?digest=" + Digest.ofBytes(content), content);
    }

    private static byte[] manifest(String... layers) {
        return JsonWriter.bytes(Map.of("schemaVersion", 2, "mediaType", Manifest.OCI, "config",
                Map.of("mediaType", "application/vnd.oci.image.config.v1+json", "size", CONFIG.length, "digest",
                        Digest.ofBytes(CONFIG).toString()),
                "layers", Arrays.stream(layers)
                .map(layer -> Map.of("mediaType", "application/vnd.oci.image.layer.v1.tar", "size",
                        layer.length(), "digest", Digest.ofBytes(layer.getBytes(StandardCharsets.UTF_8)).toString()))
                        .toList()));
    }

    private HttpResponse put(String tag, byte[] manifest) {
        return ask("PUT", "/v2/app/manifests/" + tag, manifest, "Content-Type", Manifest.OCI);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    // ---- blobs

    @Test
    void aContentComesWhole() {
        var pushed = push("app", bytes("layer"));
        assertThat(pushed.status()).isEqualTo(201);
        String digest = Digest.ofBytes(bytes("layer")).toString();
        assertThat(pushed.headers().first("location")).isEqualTo("/v2/app/blobs/" + digest);
        var head = ask("HEAD", "/v2/app/blobs/" + digest);
        assertThat(head.headers().first("content-length")).isEqualTo("5");
        assertThat(head.headers().first("docker-content-digest")).isEqualTo(digest);
        assertThat(text(ask("GET", "/v2/app/blobs/" + digest))).isEqualTo("layer");
        var part = ask("GET", "/v2/app/blobs/" + digest, new byte[0], "Range", "bytes=1-3");
        assertThat(part.status()).isEqualTo(206);
        assertThat(text(part)).isEqualTo("aye");
        assertThat(part.headers().first("content-range")).isEqualTo("bytes 1-3/5");
        assertThat(ask("GET", "/v2/app/blobs/" + digest, new byte[0], "Range", "bytes=5-").status()).isEqualTo(416);
        assertRefused(ask("GET", "/v2/app/blobs/sha256:" + "0".repeat(64)), 404, "BLOB_UNKNOWN", "do not exist");
    }

    @Test
    void aContentComesInPartsAndTheirOrderIsHeldTo() {
        String at = ask("POST", "/v2/app/blobs/uploads/").headers().first("location");
        var first = ask("PATCH", at, bytes("lay"), "Content-Range", "0-2");
        assertThat(first.status()).isEqualTo(202);
        assertThat(first.headers().first("range")).isEqualTo("0-2");
        assertThat(ask("GET", at).headers().first("range")).isEqualTo("0-2");
        assertRefused(ask("PATCH", at, bytes("lay"), "Content-Range", "0-2"), 416, "RANGE_INVALID",
                "next byte of the upload is 3");
        assertThat(ask("PATCH", at, bytes("e")).status()).isEqualTo(202);
        assertRefused(ask("PUT", at + "?digest=" + Digest.ofBytes(bytes("other")), bytes("r")), 400, "DIGEST_INVALID",
                "does not match");
        String digest = Digest.ofBytes(bytes("layer")).toString();
        assertThat(ask("PUT", at + "?digest=" + digest).status()).isEqualTo(201);
        assertThat(text(ask("GET", "/v2/app/blobs/" + digest))).isEqualTo("layer");
        assertRefused(ask("GET", at), 404, "BLOB_UPLOAD_UNKNOWN", "does not exist");
    }

    @Test
    void anUploadIsGivenUpByWhoeverBeganItOrAfterADay() throws Exception {
        String given = ask("POST", "/v2/app/blobs/uploads/").headers().first("location");
        assertThat(ask("DELETE", given).status()).isEqualTo(204);
        assertThat(ask("GET", given).status()).isEqualTo(404);
        String forgotten = ask("POST", "/v2/app/blobs/uploads/").headers().first("location");
        time.advance(Duration.ofHours(25));
        service.workers().getFirst().turn().run();
        assertThat(ask("PATCH", forgotten, bytes("x")).status()).isEqualTo(404);
    }

    @Test
    void aContentOfAnotherRepositoryNeedNotBeSentAgain() {
        ecr.createRepository(ROOT, Ecr.CreateRepositoryRequest.of(r -> r.repositoryName("team/other")));
        push("app", bytes("layer"));
        String digest = Digest.ofBytes(bytes("layer")).toString();
        assertThat(ask("HEAD", "/v2/team/other/blobs/" + digest).status()).isEqualTo(404);
        assertThat(ask("POST", "/v2/team/other/blobs/uploads/?mount=" + digest + "&from=app").status()).isEqualTo(201);
        assertThat(text(ask("GET", "/v2/team/other/blobs/" + digest))).isEqualTo("layer");
        var unknown = ask("POST", "/v2/team/other/blobs/uploads/?mount=sha256:" + "0".repeat(64) + "&from=app");
        assertThat(unknown.status()).isEqualTo(202);
        assertThat(unknown.headers().first("location")).startsWith("/v2/team/other/blobs/uploads/");
    }

    @Test
    void aContentThatNoImageHasIsDeletedAfterAWhile() throws Exception {
        push("app", CONFIG);
        push("app", bytes("layer"));
        put("v1", manifest("layer"));
        assertThat(ask("DELETE", "/v2/app/manifests/v1").status()).isEqualTo(202);
        assertThat(ask("HEAD", "/v2/app/blobs/" + Digest.ofBytes(CONFIG)).status()).isEqualTo(404);
        var contents = new Contents(folder, time);
        assertThat(contents.has(Digest.ofBytes(CONFIG))).isTrue();
        time.advance(Duration.ofHours(2));
        service.workers().getFirst().turn().run();
        assertThat(contents.has(Digest.ofBytes(CONFIG))).isFalse();
    }

    // ---- manifests

    @Test
    void anImageIsPutAndGotToTheByte() {
        push("app", CONFIG);
        push("app", bytes("layer"));
        byte[] manifest = manifest("layer");
        var pushed = put("v1", manifest);
        assertThat(pushed.status()).isEqualTo(201);
        String digest = Digest.ofBytes(manifest).toString();
        assertThat(pushed.headers().first("docker-content-digest")).isEqualTo(digest);
        assertThat(put("v1", manifest).status()).isEqualTo(201);
        for (String reference : List.of("v1", digest)) {
            var got = ask("GET", "/v2/app/manifests/" + reference);
            assertThat(got.body().bytes(1 << 20)).isEqualTo(manifest);
            assertThat(got.headers().first("content-type")).isEqualTo(Manifest.OCI);
        }
        assertThat(ask("HEAD", "/v2/app/manifests/v1").headers().first("content-length"))
                .isEqualTo("" + manifest.length);
    }

    @Test
    void whatDoesNotFitIsRefused() {
        assertRefused(put("v1", manifest("layer")), 404, "BLOB_UNKNOWN",
                "required for pushing image into repository with name 'app'");
        assertRefused(put("v1", bytes("no json")), 400, "MANIFEST_INVALID", "Invalid JSON syntax");
        assertRefused(ask("GET", "/v2/app/manifests/v9"), 404, "MANIFEST_UNKNOWN", "Requested image not found");
        assertRefused(ask("GET", "/v2/none/manifests/v9"), 404, "NAME_UNKNOWN",
                "The repository with name 'none' does not exist in the registry with id '000000000000'");
        assertRefused(ask("POST", "/v2/none/blobs/uploads/"), 404, "NAME_UNKNOWN", "does not exist");
        assertRefused(ask("PUT", "/v2/app/manifests/sha256:" + "0".repeat(64), manifest(), "Content-Type",
                Manifest.OCI), 400,
                "DIGEST_INVALID", "does not match the digest");
        assertRefused(ask("GET", "/v2/App/manifests/v1"), 400, "NAME_INVALID", "repositoryName");
        assertRefused(ask("DELETE", "/v2/app/blobs/sha256:" + "0".repeat(64)), 405, "UNSUPPORTED", "DELETE");
    }

    @Test
    void aTagThatIsImmutableIsNotPutAgain() {
        ecr.putImageTagMutability(ROOT,
                Ecr.PutImageTagMutabilityRequest.of(r -> r.repositoryName("app").imageTagMutability("IMMUTABLE")));
        push("app", CONFIG);
        push("app", bytes("layer"));
        assertThat(put("v1", manifest("layer")).status()).isEqualTo(201);
        assertThat(put("v1", manifest("layer")).status()).isEqualTo(201);
        assertRefused(put("v1", manifest()), 400, "TAG_INVALID",
                "The image tag 'v1' already exists in the 'app' repository and cannot be overwritten because "
                + "the tag is immutable.");
    }

    @Test
    void tagsAreListedInPages() {
        push("app", CONFIG);
        for (String tag : List.of("c", "a", "b")) {
            put(tag, manifest());
        }
        assertThat(text(ask("GET", "/v2/app/tags/list"))).contains("\"tags\":[\"a\",\"b\",\"c\"]")
                .contains("\"name\":\"app\"");
        var page = ask("GET", "/v2/app/tags/list?n=2");
        assertThat(text(page)).contains("[\"a\",\"b\"]");
        assertThat(page.headers().first("link")).isEqualTo("</v2/app/tags/list?n=2&last=b>; rel=\"next\"");
        assertThat(text(ask("GET", "/v2/app/tags/list?n=2&last=b"))).contains("[\"c\"]");
    }

    // ---- whose registry

    @Test
    void hostsAndPathsNameAccountsAndRegions() {
        Caller elsewhere = ROOT.in("111122223333", "eu-west-1").as(new Principal.Root("111122223333"));
        var made = ecr.createRepository(elsewhere, Ecr.CreateRepositoryRequest.of(r -> r.repositoryName("far")))
                .repository();
        assertThat(made.repositoryUri()).isEqualTo("127.0.0.1:4566/111122223333.dkr.ecr.eu-west-1/far");
        assertThat(ask("GET", "/v2/far/tags/list").status()).isEqualTo(404);
        assertThat(ask("GET", "/v2/111122223333.dkr.ecr.eu-west-1/far/tags/list").status()).isEqualTo(200);
        host = "111122223333.dkr.ecr.eu-west-1.localhost:4566";
        assertThat(ask("GET", "/v2/far/tags/list").status()).isEqualTo(200);
        host = "127.0.0.1:4566";
        login(elsewhere);
        assertThat(ask("GET", "/v2/far/tags/list").status()).isEqualTo(200);
    }

    @Test
    void otherHostsAndOtherPathsAreNotItsOwn() {
        var registry = service.dataPlanes().getFirst();
        assertThat(registry.serves("bucket.s3.localhost:4566", "/v2/x")).isFalse();
        assertThat(registry.serves("abc.execute-api.localhost:4566", "/v2/x")).isFalse();
        assertThat(registry.serves("127.0.0.1:4566", "/v20/x")).isFalse();
        assertThat(registry.serves("127.0.0.1:4566", "/v2/")).isTrue();
        assertRefused(ask("POST", "/v2/app/blobs/uploads/", new byte[0], "Origin", "https://evil.example"), 403,
                "DENIED", "Web pages");
    }

    // ---- login

    private String login(Caller who) {
        String token = ecr.getAuthorizationToken(who, Ecr.GetAuthorizationTokenRequest.of(_ -> { }))
                .authorizationData().getFirst()
                .authorizationToken();
        authorization = "Basic " + token;
        return new String(Base64.getDecoder().decode(token), StandardCharsets.UTF_8);
    }

    @Test
    void onceSignaturesAreCheckedOnlyATokenOpens() {
        assertThat(ask("GET", "/v2/").status()).isEqualTo(200);
        enforced = true;
        var challenged = ask("GET", "/v2/");
        assertThat(challenged.status()).isEqualTo(401);
        assertThat(challenged.headers().first("www-authenticate"))
                .isEqualTo("Basic realm=\"http://127.0.0.1:4566/\",service=\"ecr.amazonaws.com\"");
        authorization = "Basic " + Base64.getEncoder().encodeToString(bytes("AWS:guessed"));
        assertThat(ask("GET", "/v2/app/tags/list").status()).isEqualTo(401);
        assertThat(login(ROOT)).startsWith("AWS:");
        assertThat(ask("GET", "/v2/").status()).isEqualTo(200);
        assertThat(ask("GET", "/v2/app/tags/list").status()).isEqualTo(200);
        time.advance(Duration.ofHours(12));
        assertRefused(ask("GET", "/v2/"), 403, "DENIED",
                "Your authorization token has expired. Reauthenticate and try again.");
    }

    @Test
    void aDownloadUrlIsGoodForAnHourAndForNothingElse() {
        push("app", bytes("layer"));
        String url = ecr.getDownloadUrlForLayer(ROOT, Ecr.GetDownloadUrlForLayerRequest.of(r -> r.repositoryName("app")
                .layerDigest(Digest.ofBytes(bytes("layer")).toString()))).downloadUrl();
        String path = url.substring("http://127.0.0.1:4566".length());
        assertThat(text(ask("GET", path))).isEqualTo("layer");
        assertThat(ask("GET", path.replaceFirst("/[0-9]+/", "/9999999999/")).status()).isEqualTo(403);
        time.advance(Duration.ofHours(1));
        assertThat(ask("GET", path).status()).isEqualTo(403);
    }
}
