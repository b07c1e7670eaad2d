package dev.aloft.service.ecr;

import dev.aloft.api.ApiError;
import dev.aloft.api.Body;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Ecr;
import dev.aloft.api.JsonWriter;
import dev.aloft.kernel.call.DataPlane;
import dev.aloft.kernel.http.Hosts;
import dev.aloft.kernel.image.Contents;
import dev.aloft.kernel.image.Digest;
import dev.aloft.wire.Headers;
import dev.aloft.wire.HttpRequest;
import dev.aloft.wire.HttpResponse;
import dev.aloft.wire.Percent;
import dev.aloft.wire.QueryString;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The registry as {@code docker}, {@code skopeo} and their kin know it: each request becomes the operations of ECR that
 * AWS asks IAM for, so that there is one way in.
 *
 * @see <a href="https://github.com/opencontainers/distribution-spec/blob/main/spec.md">OCI distribution</a>
 */
final class Registry implements DataPlane {
    private static final String PATH = "/v2";
    private static final Pattern MANIFEST = Pattern.compile("/v2/(.+)/manifests/([^/]+)");
    private static final Pattern UPLOADS = Pattern.compile("/v2/(.+)/blobs/uploads/?");
    private static final Pattern UPLOAD = Pattern.compile("/v2/(.+)/blobs/uploads/([^/]+)");
    private static final Pattern BLOB = Pattern.compile("/v2/(.+)/blobs/([^/]+)");
    private static final Pattern TAGS = Pattern.compile("/v2/(.+)/tags/list");
    private static final Pattern ADDRESS =
            Pattern.compile("[0-9.]+|\\[.*]|localhost|localhost\\.localstack\\.cloud|host\\.docker\\.internal");
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d{1,18})-(\\d{0,18})");
    private static final int MOST_MANIFEST_BYTES = 4 << 20;
    private static final int PART_BYTES = 8 << 20;
    private static final int PAGE = 1000;

    private final Ecr ecr;
    private final Layers layers;
    private final Contents contents;
    private final RegistryLogin login;

    Registry(Ecr ecr, Layers layers, Contents contents, RegistryLogin login) {
        this.ecr = ecr;
        this.layers = layers;
        this.contents = contents;
        this.login = login;
    }

    /** Also a bucket or an API may have such a path, at a host of its own. */
    @Override
    public boolean serves(String host, String rawPath) {
        if (!rawPath.startsWith(PATH + "/") && !rawPath.equals(PATH)) {
            return false;
        }
        String name = Hosts.name(host);
        return ADDRESS.matcher(name).matches() || RegistryAddress.ofHost(name).isPresent();
    }

    /** A repository as a request names it, and who asks. */
    private record At(Caller caller, String repository, String path) {}

    @Override
    public HttpResponse handle(HttpRequest http, String requestId) {
        HttpResponse response;
        try {
            response = answer(http, requestId);
        } catch (ApiError e) {
            response = RegistryErrors.of(e);
        }
        response.headers().set("Docker-Distribution-Api-Version", "registry/2.0");
        return response;
    }

    private HttpResponse answer(HttpRequest http, String requestId) {
        if (http.headers().has("origin")) {
            return RegistryErrors.of(403, "DENIED", "Web pages may not call a registry.");
        }
        String path = Percent.decode(http.rawPath());
        if (path.equals("/v2") || path.equals("/v2/")) {
            return login.caller(http, requestId, Optional.empty()).map(_ -> json(Map.of()))
                    .orElseGet(() -> login.challenge(http));
        }
        for (Route route : routes) {
            Matcher matcher = route.path().matcher(path);
            if (matcher.matches()) {
                return at(http, requestId, matcher.group(1))
                        .map(at -> route.handler().handle(http, at, matcher.groupCount() < 2 ? "" : matcher.group(2)))
                        .orElseGet(() -> login.challenge(http));
            }
        }
        return RegistryErrors.of(404, "NOT_FOUND", "A registry has nothing at " + path);
    }

    private record Route(Pattern path, Handler handler) {}

    private interface Handler {
        HttpResponse handle(HttpRequest http, At at, String name);
    }

    private final List<Route> routes = List.of(
            new Route(TAGS, (http, at, _) -> tags(http, at)), new Route(MANIFEST, this::manifest),
            new Route(UPLOADS, (http, at, _) -> begin(http, at)), new Route(UPLOAD, this::upload),
            new Route(BLOB, this::blob));

    private Optional<At> at(HttpRequest http, String requestId, String name) {
        int slash = name.indexOf('/');
        Optional<RegistryAddress> named =
                slash < 0 ? Optional.empty() : RegistryAddress.ofPart(name.substring(0, slash));
        String repository = named.isPresent() ? name.substring(slash + 1) : name;
        return login.caller(http, requestId, named.or(() -> RegistryAddress.ofHost(http.host())))
                .map(caller -> new At(caller, repository, "/v2/" + name));
    }

    private static HttpResponse json(Object tree) {
        return HttpResponse.of(200, "application/json", JsonWriter.bytes(tree));
    }

    private static HttpResponse notAllowed(HttpRequest http) {
        return RegistryErrors.of(405, "UNSUPPORTED", "The operation is unsupported: " + http.method());
    }

    // ---- manifests

    private HttpResponse manifest(HttpRequest http, At at, String reference) {
        return switch (http.method()) {
            case "GET", "HEAD" -> manifest(http.method().equals("HEAD"), at, reference);
            case "PUT" -> put(http, at, reference);
            case "DELETE" -> delete(at, reference);
            default -> notAllowed(http);
        };
    }

    private static Ecr.ImageIdentifier identifier(String reference) {
        return Ecr.ImageIdentifier.of(reference.contains(":") ? i -> i.imageDigest(reference)
                : i -> i.imageTag(reference));
    }

    private HttpResponse manifest(boolean head, At at, String reference) {
        var answer = ecr.batchGetImage(at.caller(), Ecr.BatchGetImageRequest.of(
                r -> r.repositoryName(at.repository()).imageIds(List.of(identifier(reference)))));
        if (answer.images().isEmpty()) {
            return RegistryErrors.of(404, "MANIFEST_UNKNOWN", answer.failures().getFirst().failureReason());
        }
        Ecr.Image image = answer.images().getFirst();
        byte[] bytes = image.imageManifest().getBytes(StandardCharsets.UTF_8);
        var headers = Headers.of("Content-Type", image.imageManifestMediaType(),
                "Docker-Content-Digest", image.imageId().imageDigest());
        return content(head, headers, bytes.length, () -> Body.of(bytes));
    }

    private interface Opened {
        Body open();
    }

    private static HttpResponse content(boolean head, Headers headers, long length, Opened body) {
        return head ? new HttpResponse(200, headers.add("Content-Length", String.valueOf(length)), Body.EMPTY)
                : new HttpResponse(200, headers, body.open());
    }

    private HttpResponse put(HttpRequest http, At at, String reference) {
        String manifest;
        try {
            var bytes = ByteBuffer.wrap(http.body().bytes(MOST_MANIFEST_BYTES));
            manifest = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            return RegistryErrors.of(400, "MANIFEST_INVALID", "The manifest is not written in UTF-8");
        } catch (Body.TooLarge e) {
            return RegistryErrors.of(413, "SIZE_INVALID", "A manifest is at most " + e.limit() + " bytes");
        }
        boolean byDigest = reference.contains(":");
        try {
            ecr.putImage(at.caller(), Ecr.PutImageRequest.of(r -> r.repositoryName(at.repository())
                    .imageManifest(manifest)
                    .imageManifestMediaType(http.headers().first("content-type"))
                    .imageTag(byDigest ? null : reference).imageDigest(byDigest ? reference : null)));
        } catch (Ecr.ImageAlreadyExistsException _) {
            // Pushing again what is there is no error to clients of registries.
        }
        String digest = Digest.ofBytes(manifest.getBytes(StandardCharsets.UTF_8)).toString();
        return stored(at.path() + "/manifests/" + digest, digest);
    }

    private HttpResponse delete(At at, String reference) {
        var answer = ecr.batchDeleteImage(at.caller(), Ecr.BatchDeleteImageRequest.of(
                r -> r.repositoryName(at.repository()).imageIds(List.of(identifier(reference)))));
        if (answer.failures().isEmpty()) {
            return HttpResponse.empty(202);
        }
        Ecr.ImageFailure failure = answer.failures().getFirst();
        boolean missing = failure.failureCode().equals(Ecr.ImageFailureCode.IMAGE_NOT_FOUND);
        return RegistryErrors.of(missing ? 404 : 400, missing ? "MANIFEST_UNKNOWN" : "DENIED", failure.failureReason());
    }

    private HttpResponse tags(HttpRequest http, At at) {
        if (!http.method().equals("GET")) {
            return notAllowed(http);
        }
        var query = QueryString.of(http.rawQuery());
        String last = query.has("last") ? query.first("last") : "";
        int most = query.has("n") && query.first("n").matches("\\d{1,4}") ? Integer.parseInt(query.first("n")) : PAGE;
        var all = new TreeSet<String>();
        String token = null;
        do {
            String from = token;
            var page = ecr.listImages(at.caller(), Ecr.ListImagesRequest.of(r -> r.repositoryName(at.repository())
                    .nextToken(from).maxResults(PAGE)
                    .filter(Ecr.ListImagesFilter.of(f -> f.tagStatus(Ecr.TagStatus.TAGGED)))));
            page.imageIds().forEach(id -> all.add(id.imageTag()));
            token = page.nextToken();
        } while (token != null);
        List<String> left = all.tailSet(last, last.isEmpty()).stream().toList();
        List<String> told = left.subList(0, Math.min(most, left.size()));
        var response = json(Map.of("name", at.path().substring("/v2/".length()), "tags", told));
        if (told.size() < left.size() && !told.isEmpty()) {
            String next = at.path() + "/tags/list?n=" + most + "&last=" + told.getLast();
            response.headers().add("Link", "<" + next + ">; rel=\"next\"");
        }
        return response;
    }

    // ---- blobs

    private HttpResponse blob(HttpRequest http, At at, String digest) {
        if (!http.method().equals("GET") && !http.method().equals("HEAD")) {
            return notAllowed(http);
        }
        Optional<Digest> named = Digest.of(digest);
        if (named.isEmpty()) {
            return RegistryErrors.of(400, "DIGEST_INVALID", "The digest is none of sha256: " + digest);
        }
        ecr.getDownloadUrlForLayer(at.caller(), Ecr.GetDownloadUrlForLayerRequest.of(
                r -> r.repositoryName(at.repository()).layerDigest(digest)));
        long size = contents.size(named.get());
        var headers = Headers.of("Content-Type", "application/octet-stream", "Docker-Content-Digest", digest,
                "Accept-Ranges", "bytes");
        Matcher range = RANGE.matcher(Optional.ofNullable(http.headers().first("range")).orElse(""));
        if (range.matches()) {
            return part(named.get(), size, range, headers);
        }
        return content(http.method().equals("HEAD"), headers, size, () -> Body.of(contents.open(named.get()), size));
    }

    private HttpResponse part(Digest digest, long size, Matcher range, Headers headers) {
        long first = Long.parseLong(range.group(1));
        long last = range.group(2).isEmpty() ? size - 1 : Math.min(size - 1, Long.parseLong(range.group(2)));
        if (first > last) {
            return RegistryErrors.of(416, "RANGE_INVALID", "The content has " + size + " bytes");
        }
        long length = last - first + 1;
        headers.add("Content-Range", "bytes " + first + "-" + last + "/" + size);
        return new HttpResponse(206, headers, Body.of(contents.open(digest, first, length), length));
    }

    private HttpResponse begin(HttpRequest http, At at) {
        if (!http.method().equals("POST")) {
            return notAllowed(http);
        }
        var query = QueryString.of(http.rawQuery());
        if (query.has("mount") && query.has("from") && mount(at, query.first("mount"), query.first("from"))) {
            return stored(at, query.first("mount"));
        }
        String id = ecr.initiateLayerUpload(at.caller(),
                Ecr.InitiateLayerUploadRequest.of(r -> r.repositoryName(at.repository()))).uploadId();
        return query.has("digest") ? complete(http, at, id, query.first("digest")) : waiting(at, id, 202);
    }

    /** What the caller may read of one repository may be in another without being sent again. */
    private boolean mount(At at, String digest, String from) {
        String repository = at.path().equals("/v2/" + at.repository()) ? from : from.substring(from.indexOf('/') + 1);
        try {
            ecr.getDownloadUrlForLayer(at.caller(), Ecr.GetDownloadUrlForLayerRequest.of(
                    r -> r.repositoryName(repository).layerDigest(digest)));
        } catch (ApiError notThereOrNotAllowed) {
            return false;
        }
        // Whoever may begin an upload may have it there without one.
        String upload = ecr.initiateLayerUpload(at.caller(),
                Ecr.InitiateLayerUploadRequest.of(r -> r.repositoryName(at.repository()))).uploadId();
        layers.abandon(at.caller(), at.repository(), upload);
        return layers.mount(at.caller(), repository, at.repository(), digest);
    }

    private HttpResponse upload(HttpRequest http, At at, String id) {
        return switch (http.method()) {
            case "GET" -> waiting(at, id, 204);
            case "PATCH" -> {
                append(http, at, id);
                yield waiting(at, id, 202);
            }
            case "PUT" -> {
                var query = QueryString.of(http.rawQuery());
                yield query.has("digest") ? complete(http, at, id, query.first("digest"))
                        : RegistryErrors.of(400, "DIGEST_INVALID", "The parameter digest is missing");
            }
            case "DELETE" -> {
                layers.abandon(at.caller(), at.repository(), id);
                yield HttpResponse.empty(204);
            }
            default -> notAllowed(http);
        };
    }

    private void append(HttpRequest http, At at, String id) {
        long arrived = layers.arrived(at.caller(), at.repository(), id);
        String range = http.headers().first("content-range");
        boolean said = range != null && range.matches("\\d{1,18}-\\d{1,18}");
        if (said && Long.parseLong(range.substring(0, range.indexOf('-'))) != arrived) {
            throw new Ecr.InvalidLayerPartException("The next byte of the upload is " + arrived);
        }
        inParts(http.body(), part -> {
            long first = layers.arrived(at.caller(), at.repository(), id);
            ecr.uploadLayerPart(at.caller(), Ecr.UploadLayerPartRequest.of(r -> r.repositoryName(at.repository())
                    .uploadId(id)
                    .partFirstByte(first).partLastByte(first + part.length - 1).layerPartBlob(Bytes.of(part))));
        });
    }

    private static void inParts(Body body, Consumer<byte[]> each) {
        try (InputStream in = body.stream()) {
            for (byte[] part; (part = in.readNBytes(PART_BYTES)).length > 0;) {
                each.accept(part);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private HttpResponse complete(HttpRequest http, At at, String id, String digest) {
        append(http, at, id);
        try {
            ecr.completeLayerUpload(at.caller(), Ecr.CompleteLayerUploadRequest.of(
                    r -> r.repositoryName(at.repository()).uploadId(id).layerDigests(List.of(digest))));
        } catch (Ecr.LayerAlreadyExistsException _) {
            // Somebody was faster with the same.
        }
        return stored(at, digest);
    }

    private static HttpResponse stored(At at, String digest) {
        return stored(at.path() + "/blobs/" + digest, digest);
    }

    private static HttpResponse stored(String location, String digest) {
        return new HttpResponse(201, Headers.of("Location", location, "Docker-Content-Digest", digest), Body.EMPTY);
    }

    private HttpResponse waiting(At at, String id, int status) {
        long arrived = layers.arrived(at.caller(), at.repository(), id);
        return new HttpResponse(status, Headers.of("Location", at.path() + "/blobs/uploads/" + id,
                "Docker-Upload-UUID", id,
                "Range", "0-" + Math.max(0, arrived - 1)), Body.EMPTY);
    }
}
