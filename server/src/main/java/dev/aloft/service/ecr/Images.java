package dev.aloft.service.ecr;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Ecr;
import dev.aloft.api.JsonReader;
import dev.aloft.kernel.delivery.ServiceEvents;
import dev.aloft.kernel.image.Digest;
import dev.aloft.kernel.image.Manifest;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Signal;
import dev.aloft.kernel.time.Time;
import dev.aloft.kernel.time.Worker;
import dev.aloft.service.ecr.EcrData.Image;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Images of repositories: a manifest under its digest, and tags that name digests. */
final class Images {
    private static final Pattern TAG = Pattern.compile("[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,299}");
    private static final Pattern DIGEST = Pattern.compile("[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+");
    /** AWS refreshes the time of the last pull once in a day at the most. */
    private static final Duration PULLS_TOLD = Duration.ofHours(24);
    private static final Duration EVALUATED = Duration.ofHours(1);

    private final EcrData data;
    private final Store store;
    private final Repositories repositories;
    private final ServiceEvents events;
    private final Time time;

    Images(EcrData data, Store store, Repositories repositories, ServiceEvents events, Time time) {
        this.events = events;
        this.data = data;
        this.store = store;
        this.repositories = repositories;
        this.time = time;
    }

    // ---- put

    Ecr.Image put(Caller given, Ecr.PutImageRequest input) {
        var caller = Repositories.registry(given, input.registryId());
        repositories.get(caller, null, input.repositoryName());
        byte[] bytes = input.imageManifest().getBytes(StandardCharsets.UTF_8);
        Manifest manifest = manifest(bytes, input.imageManifestMediaType());
        String digest = Digest.ofBytes(bytes).toString();
        if (input.imageDigest() != null && !input.imageDigest().equals(digest)) {
            throw new Ecr.ImageDigestDoesNotMatchException("The provided digest '" + input.imageDigest()
                    + "' does not match the digest '" + digest + "' of the provided manifest");
        }
        if (input.imageTag() != null && !TAG.matcher(input.imageTag()).matches()) {
            throw new Ecr.InvalidParameterException("Invalid parameter at 'imageTag' failed to satisfy constraint:"
                    + " 'must satisfy regular expression '[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,299}''");
        }
        Image image = image(manifest, input.imageManifest(), time.instant().truncatedTo(ChronoUnit.MILLIS));
        store.change(tx -> put(tx, caller, input.repositoryName(), new Named(digest, input.imageTag()), image));
        return told(caller, input.repositoryName(), digest, input.imageTag(), image);
    }

    private record Named(String digest, String tag) {}

    private static Manifest manifest(byte[] bytes, String mediaType) {
        try {
            if (!(JsonReader.tree(bytes) instanceof Map<?, ?> tree)) {
                throw new Manifest.Malformed("no object");
            }
            if (Manifest.mediaType(tree, mediaType) == null) {
                throw new Ecr.InvalidParameterException(
                        "image manifest mediatype not provided in manifest or parameter");
            }
            return Manifest.read(bytes, mediaType);
        } catch (JsonReader.Malformed e) {
            throw new Ecr.InvalidParameterException(
                    "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax'");
        } catch (Manifest.Malformed e) {
            throw new Ecr.InvalidParameterException(
                    "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid image manifest: "
                            + e.getMessage() + "'");
        }
    }

    private static Image image(Manifest manifest, String text, Instant pushed) {
        return switch (manifest) {
            case Manifest.Image image -> {
                var all = Stream.concat(Stream.of(image.config()), image.layers().stream()).toList();
                yield new Image(text, image.mediaType(), image.artifactType().orElse(image.config().mediaType()),
                        all.stream().mapToLong(Manifest.Descriptor::size).sum(), pushed, null, digests(all), List.of());
            }
            case Manifest.Index index ->
                new Image(text, index.mediaType(), null, 0, pushed, null, List.of(), digests(index.manifests()));
        };
    }

    private static List<String> digests(List<Manifest.Descriptor> descriptors) {
        return descriptors.stream().map(each -> each.digest().toString()).distinct().toList();
    }

    private void put(Tx tx, Caller caller, String name, Named named, Image image) {
        Key key = EcrData.key(caller, name);
        EcrData.Kept repository = repositories.existing(tx, caller, name);
        require(tx, caller, name, image);
        Optional<String> tagged = named.tag() == null ? Optional.empty() : data.tags.get(tx, key.and(named.tag()));
        Optional<Image> there = data.images.get(tx, key.and(named.digest()));
        if (there.isPresent() && (named.tag() == null || tagged.filter(named.digest()::equals).isPresent())) {
            throw new Ecr.ImageAlreadyExistsException("Image with digest '" + named.digest() + "' and tag '"
                    + named.tag() + "' already exists in the repository with name '" + name + "' in registry with id '"
                    + caller.account() + "'");
        }
        if (tagged.isPresent() && isImmutable(repository, named.tag())) {
            throw new Ecr.ImageTagAlreadyExistsException("The image tag '" + named.tag() + "' already exists in the '"
                    + name + "' repository and cannot be overwritten because the tag is immutable.");
        }
        if (there.isEmpty()) {
            data.images.put(tx, key.and(named.digest()), image);
        }
        if (named.tag() != null) {
            data.tags.put(tx, key.and(named.tag()), named.digest());
        }
        tell(tx, caller, "PUSH", name, named.digest(), named.tag());
    }

    /** @see <a href="https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html">Events of ECR</a> */
    private void tell(Tx tx, Caller caller, String action, String repository, String digest, String tag) {
        var detail = new LinkedHashMap<String, Object>();
        detail.put("result", "SUCCESS");
        detail.put("repository-name", repository);
        detail.put("image-digest", digest);
        detail.put("action-type", action);
        if (tag != null) {
            detail.put("image-tag", tag);
        }
        events.tell(tx, Arn.parse(Repositories.arn(caller, repository)), "ECR Image Action", false, detail);
    }

    private static boolean isImmutable(EcrData.Kept repository, String tag) {
        boolean excluded = repository.exclusions() != null && repository.exclusions().stream().anyMatch(
                wildcard -> TagWildcard.of(wildcard).matcher(tag).matches());
        return repository.tagMutability().startsWith(Ecr.ImageTagMutability.IMMUTABLE) != excluded;
    }

    /** All that the manifest names has to be there before. */
    private void require(ReadTx tx, Caller caller, String repository, Image image) {
        Key key = EcrData.key(caller, repository);
        List<String> layers = image.layers().stream().filter(digest -> !data.layers.has(tx, key.and(digest))).toList();
        if (!layers.isEmpty()) {
            throw new Ecr.LayersNotFoundException(missing("Layers", layers, repository, caller));
        }
        List<String> images = image.images().stream().filter(digest -> !data.images.has(tx, key.and(digest))).toList();
        if (!images.isEmpty()) {
            throw new Ecr.ReferencedImagesNotFoundException(missing("Images", images, repository, caller));
        }
    }

    private static String missing(String what, List<String> digests, String repository, Caller caller) {
        return what + " with digests '[" + String.join(", ", digests) + "]' required for pushing image into repository"
                + " with name '" + repository + "' in the registry with id '" + caller.account() + "' do not exist";
    }

    // ---- get

    Ecr.BatchGetImageResponse get(Caller given, Ecr.BatchGetImageRequest input) {
        var caller = Repositories.registry(given, input.registryId());
        Key key = EcrData.key(caller, input.repositoryName());
        Instant now = time.instant();
        record Answer(List<Ecr.Image> images, List<Ecr.ImageFailure> failures, Set<String> pulled) {}
        Answer answer = store.read(tx -> {
            repositories.existing(tx, caller, input.repositoryName());
            var all = new Answer(new ArrayList<>(), new ArrayList<>(), new HashSet<>());
            for (Ecr.ImageIdentifier id : input.imageIds()) {
                switch (find(tx, key, id)) {
                    case Found(String digest, Image image) -> {
                        refuseToConvert(image, input.acceptedMediaTypes());
                        all.images().add(told(caller, input.repositoryName(), digest, id.imageTag(), image));
                        if (image.pulled() == null || image.pulled().isBefore(now.minus(PULLS_TOLD))) {
                            all.pulled().add(digest);
                        }
                    }
                    case Missing(String code, String reason) -> all.failures().add(failure(id, code, reason));
                }
            }
            return all;
        });
        if (!answer.pulled().isEmpty()) {
            store.change(tx -> answer.pulled().forEach(digest -> data.images.update(tx, key.and(digest),
                    image -> image.withPulled(now.truncatedTo(ChronoUnit.SECONDS)))));
        }
        return Ecr.BatchGetImageResponse.of(r -> r.images(answer.images()).failures(answer.failures()));
    }

    /** AWS makes some kinds of manifest of others where whoever asks accepts no other. */
    private static void refuseToConvert(Image image, List<String> accepted) {
        if (accepted != null && !accepted.contains(image.mediaType())) {
            throw ApiError.notBuilt("acceptedMediaTypes without " + image.mediaType()
                    + ", which the image was pushed as,");
        }
    }

    private sealed interface Looked {}

    private record Found(String digest, Image image) implements Looked {}

    private record Missing(String code, String reason) implements Looked {}

    private Looked find(ReadTx tx, Key repository, Ecr.ImageIdentifier id) {
        if (id.imageDigest() == null && id.imageTag() == null) {
            return new Missing(Ecr.ImageFailureCode.MISSING_DIGEST_AND_TAG,
                    "Invalid request parameters: both tag and digest cannot be null");
        }
        if (id.imageDigest() != null && !DIGEST.matcher(id.imageDigest()).matches()) {
            return new Missing(Ecr.ImageFailureCode.INVALID_IMAGE_DIGEST,
                    "Invalid request parameters: image digest should satisfy the regex '" + DIGEST + "'");
        }
        Optional<String> tagged = id.imageTag() == null ? Optional.empty()
                : data.tags.get(tx, repository.and(id.imageTag()));
        if (id.imageDigest() != null && tagged.isPresent() && !tagged.get().equals(id.imageDigest())) {
            return new Missing(Ecr.ImageFailureCode.IMAGE_TAG_DOES_NOT_MATCH_DIGEST,
                    "Invalid request parameters: image tag does not match image digest");
        }
        String digest = id.imageTag() == null ? id.imageDigest() : tagged.orElse(null);
        return Optional.ofNullable(digest).flatMap(it -> data.images.get(tx, repository.and(it)))
                .<Looked>map(it -> new Found(digest, it))
                .orElse(new Missing(Ecr.ImageFailureCode.IMAGE_NOT_FOUND, "Requested image not found"));
    }

    private static Ecr.ImageFailure failure(Ecr.ImageIdentifier id, String code, String reason) {
        return Ecr.ImageFailure.of(f -> f.imageId(id).failureCode(code).failureReason(reason));
    }

    private static Ecr.Image told(Caller caller, String repository, String digest, String tag, Image image) {
        return Ecr.Image.of(i -> i.registryId(caller.account()).repositoryName(repository)
                .imageId(Ecr.ImageIdentifier.of(d -> d.imageDigest(digest).imageTag(tag)))
                .imageManifest(image.manifest()).imageManifestMediaType(image.mediaType()));
    }

    // ---- lists

    Ecr.DescribeImagesResponse describe(Caller given, Ecr.DescribeImagesRequest input) {
        var caller = Repositories.registry(given, input.registryId());
        String repository = input.repositoryName();
        Key key = EcrData.key(caller, repository);
        String wanted = input.filter() == null ? null : input.filter().tagStatus();
        return store.read(tx -> {
            repositories.existing(tx, caller, repository);
            Map<String, List<String>> tags = tags(tx, key);
            if (input.imageIds() != null && !input.imageIds().isEmpty()) {
                var named = input.imageIds().stream()
                        .map(id -> detail(caller, repository, found(tx, caller, repository, id), tags)).toList();
                return Ecr.DescribeImagesResponse.of(r -> r.imageDetails(named));
            }
            var all = data.images.range(tx, key).map(row -> new Found(row.key().text(3), row.value()))
                    .filter(each -> isWanted(wanted, tags.containsKey(each.digest())));
            var page = Repositories.page(all, Found::digest, input.nextToken(), input.maxResults());
            return Ecr.DescribeImagesResponse.of(r -> r.imageDetails(page.items().stream()
                    .map(each -> detail(caller, repository, each, tags)).toList()).nextToken(page.next()));
        });
    }

    private static boolean isWanted(String tagStatus, boolean tagged) {
        return tagStatus == null || tagStatus.equals(Ecr.TagStatus.ANY)
                || tagStatus.equals(Ecr.TagStatus.TAGGED) == tagged;
    }

    private Found found(ReadTx tx, Caller caller, String repository, Ecr.ImageIdentifier id) {
        if (find(tx, EcrData.key(caller, repository), id) instanceof Found found) {
            return found;
        }
        throw new Ecr.ImageNotFoundException("The image with imageId {imageDigest:'" + id.imageDigest()
                + "', imageTag:'"
                + id.imageTag() + "'} does not exist within the repository with name '" + repository
                + "' in the registry with id '" + caller.account() + "'");
    }

    private static Ecr.ImageDetail detail(Caller caller, String repository, Found found,
            Map<String, List<String>> tags) {
        Image image = found.image();
        return Ecr.ImageDetail.of(d -> d.registryId(caller.account()).repositoryName(repository)
                .imageDigest(found.digest())
                .imageTags(tags.get(found.digest())).imageSizeInBytes(image.size())
                .imagePushedAt(image.pushed().truncatedTo(ChronoUnit.SECONDS))
                .imageManifestMediaType(image.mediaType()).artifactMediaType(image.artifact())
                .lastRecordedPullTime(image.pulled()));
    }

    /** By the digest of their image. */
    private Map<String, List<String>> tags(ReadTx tx, Key repository) {
        return data.tags.range(tx, repository).collect(Collectors.groupingBy(Row::value,
                Collectors.mapping(row -> row.key().text(3), Collectors.toList())));
    }

    Ecr.ListImagesResponse list(Caller given, Ecr.ListImagesRequest input) {
        var caller = Repositories.registry(given, input.registryId());
        Key key = EcrData.key(caller, input.repositoryName());
        String wanted = input.filter() == null ? null : input.filter().tagStatus();
        return store.read(tx -> {
            repositories.existing(tx, caller, input.repositoryName());
            var tagged = data.tags.range(tx, key).map(row -> identifier(row.value(), row.key().text(3))).toList();
            Set<String> digests = new HashSet<>();
            tagged.forEach(id -> digests.add(id.imageDigest()));
            var untagged = data.images.range(tx, key).map(row -> row.key().text(3))
                    .filter(digest -> !digests.contains(digest))
                    .map(digest -> identifier(digest, null));
            var all = Stream.concat(tagged.stream(), untagged).filter(id -> isWanted(wanted, id.imageTag() != null));
            var page = Repositories.page(all, Images::order, input.nextToken(), input.maxResults());
            return Ecr.ListImagesResponse.of(r -> r.imageIds(page.items()).nextToken(page.next()));
        });
    }

    /** What has a tag comes first. */
    private static String order(Ecr.ImageIdentifier id) {
        return id.imageTag() == null ? "untagged " + id.imageDigest() : "tagged " + id.imageTag();
    }

    private static Ecr.ImageIdentifier identifier(String digest, String tag) {
        return Ecr.ImageIdentifier.of(i -> i.imageDigest(digest).imageTag(tag));
    }

    // ---- delete

    /** A tag is taken off its image, which goes with its last one; a digest takes the image with all its tags. */
    Ecr.BatchDeleteImageResponse delete(Caller given, Ecr.BatchDeleteImageRequest input) {
        var caller = Repositories.registry(given, input.registryId());
        record Answer(List<Ecr.ImageIdentifier> deleted, List<Ecr.ImageFailure> failures) {}
        Answer answer = store.write(tx -> {
            repositories.existing(tx, caller, input.repositoryName());
            var all = new Answer(new ArrayList<>(), new ArrayList<>());
            Key key = EcrData.key(caller, input.repositoryName());
            for (Ecr.ImageIdentifier id : input.imageIds()) {
                switch (find(tx, key, id)) {
                    case Found found -> delete(tx, key, id, found).ifPresentOrElse(all.failures()::add, () -> {
                        all.deleted().add(identifier(found.digest(), id.imageTag()));
                        tell(tx, caller, "DELETE", input.repositoryName(), found.digest(), id.imageTag());
                    });
                    case Missing(String code, String reason) -> all.failures().add(failure(id, code, reason));
                }
            }
            return all;
        });
        return Ecr.BatchDeleteImageResponse.of(r -> r.imageIds(answer.deleted()).failures(answer.failures()));
    }

    private Optional<Ecr.ImageFailure> delete(Tx tx, Key repository, Ecr.ImageIdentifier id, Found found) {
        List<String> tags = tags(tx, repository).getOrDefault(found.digest(), List.of());
        boolean whole = id.imageTag() == null || tags.size() == 1;
        if (whole) {
            List<String> lists = data.images.range(tx, repository)
                    .filter(row -> row.value().images().contains(found.digest()))
                    .map(row -> row.key().text(3)).toList();
            if (!lists.isEmpty()) {
                return Optional.of(failure(id, Ecr.ImageFailureCode.IMAGE_REFERENCED_BY_MANIFEST_LIST,
                        "Requested image referenced by manifest list: [" + String.join(", ", lists) + "]"));
            }
            data.images.delete(tx, repository.and(found.digest()));
            tags.forEach(tag -> data.tags.delete(tx, repository.and(tag)));
            forgetLayers(tx, repository, found.image());
        } else {
            data.tags.delete(tx, repository.and(id.imageTag()));
        }
        return Optional.empty();
    }

    /** Lets the images expire that the repositories' lifecycle policies do not want; AWS does so within a day. */
    Worker worker() {
        return new Worker("ecr-lifecycle", new Signal(), () -> {
            Instant now = time.instant();
            List<Key> governed = store.read(tx -> data.repositories.range(tx, Key.EMPTY)
                    .filter(row -> row.value().lifecyclePolicy() != null).map(Row::key).toList());
            governed.forEach(repository -> store.change(tx -> expire(tx, repository, now)));
            return Optional.of(now.plus(EVALUATED));
        });
    }

    private void expire(Tx tx, Key repository, Instant now) {
        Optional<String> policy = data.repositories.get(tx, repository).map(EcrData.Kept::lifecyclePolicy);
        if (policy.isEmpty()) {
            return;
        }
        Map<String, List<String>> tags = tags(tx, repository);
        var images = data.images.range(tx, repository).map(row -> new LifecyclePolicy.Aged(row.key().text(3),
                row.value().pushed(), tags.getOrDefault(row.key().text(3), List.of()))).toList();
        for (String digest : LifecyclePolicy.of(policy.get()).expired(images, now)) {
            data.images.get(tx, repository.and(digest)).ifPresent(
                    image -> delete(tx, repository, identifier(digest, null), new Found(digest, image)));
        }
        data.evaluations.put(tx, repository, new EcrData.Evaluated(now));
    }

    /** Layers go with the last image that is made of them; those of an image on its way stay. */
    private void forgetLayers(Tx tx, Key repository, Image deleted) {
        var unused = new HashSet<>(deleted.layers());
        data.images.range(tx, repository).map(Row::value).forEach(image -> image.layers().forEach(unused::remove));
        unused.forEach(layer -> data.layers.delete(tx, repository.and(layer)));
    }
}
