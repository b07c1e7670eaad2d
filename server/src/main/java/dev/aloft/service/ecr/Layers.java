package dev.aloft.service.ecr;

import dev.aloft.api.Caller;
import dev.aloft.api.Ecr;
import dev.aloft.kernel.image.Contents;
import dev.aloft.kernel.image.Digest;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Signal;
import dev.aloft.kernel.time.Time;
import dev.aloft.kernel.time.Worker;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Optional;

/** Layers of repositories, and how they arrive: in parts, whose whole has the digest that was announced. */
final class Layers {
    private static final long PART_BYTES = 20 << 20;
    /** For so long a content stays that no repository has: an image that names it may be on its way. */
    private static final Duration UNUSED = Duration.ofHours(1);
    private static final Duration LONGEST_UPLOAD = Duration.ofHours(24);
    private static final String DIGEST = "[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+";

    private final EcrData data;
    private final Store store;
    private final Repositories repositories;
    private final Contents contents;
    private final Time time;

    Layers(EcrData data, Store store, Repositories repositories, Contents contents, Time time) {
        this.data = data;
        this.store = store;
        this.repositories = repositories;
        this.contents = contents;
        this.time = time;
    }

    Ecr.BatchCheckLayerAvailabilityResponse check(Caller given, Ecr.BatchCheckLayerAvailabilityRequest input) {
        var caller = Repositories.registry(given, input.registryId());
        repositories.get(caller, null, input.repositoryName());
        var found = new ArrayList<Ecr.Layer>();
        var failures = new ArrayList<Ecr.LayerFailure>();
        for (String digest : input.layerDigests()) {
            if (!digest.matches(DIGEST)) {
                failures.add(Ecr.LayerFailure.of(f -> f.layerDigest(digest)
                        .failureCode(Ecr.LayerFailureCode.INVALID_LAYER_DIGEST)
                        .failureReason("Invalid request parameters: layer digest should satisfy the regex '"
                                + DIGEST + "'")));
                continue;
            }
            Optional<EcrData.Layer> layer = find(caller, input.repositoryName(), digest);
            found.add(Ecr.Layer.of(l -> l.layerDigest(digest)
                    .layerAvailability(layer.isPresent()
                            ? Ecr.LayerAvailability.AVAILABLE : Ecr.LayerAvailability.UNAVAILABLE)
                    .layerSize(layer.map(EcrData.Layer::size).orElse(null))));
        }
        return Ecr.BatchCheckLayerAvailabilityResponse.of(r -> r.layers(found).failures(failures));
    }

    private Optional<EcrData.Layer> find(Caller caller, String repository, String digest) {
        return store.read(tx -> data.layers.get(tx, EcrData.key(caller, repository).and(digest)));
    }

    Ecr.InitiateLayerUploadResponse initiate(Caller given, Ecr.InitiateLayerUploadRequest input) {
        var caller = Repositories.registry(given, input.registryId());
        repositories.get(caller, null, input.repositoryName());
        String id = contents.begin();
        Instant now = time.instant();
        store.change(tx -> data.uploads.put(tx, EcrData.key(caller, input.repositoryName()).and(id),
                new EcrData.Upload(now)));
        return Ecr.InitiateLayerUploadResponse.of(r -> r.uploadId(id).partSize(PART_BYTES));
    }

    Ecr.UploadLayerPartResponse upload(Caller given, Ecr.UploadLayerPartRequest input) {
        var caller = Repositories.registry(given, input.registryId());
        long arrived = arrived(caller, input.repositoryName(), input.uploadId());
        long first = input.partFirstByte();
        if (first != arrived || input.partLastByte() - first + 1 != input.layerPartBlob().length()) {
            throw new Ecr.InvalidLayerPartException(Ecr.InvalidLayerPartException.Detail.of(d -> d
                    .registryId(caller.account()).repositoryName(input.repositoryName()).uploadId(input.uploadId())
                    .lastValidByteReceived(arrived - 1).message("Layer part with range '" + first + "-"
                            + input.partLastByte() + "' is not valid: the next byte of the upload with id '"
                            + input.uploadId() + "' is " + arrived)));
        }
        try {
            long now = contents.append(input.uploadId(), new ByteArrayInputStream(input.layerPartBlob().array()));
            return Ecr.UploadLayerPartResponse.of(r -> r.registryId(caller.account())
                    .repositoryName(input.repositoryName())
                    .uploadId(input.uploadId()).lastByteReceived(now - 1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many bytes of an upload are there, or AWS's refusal. */
    long arrived(Caller caller, String repository, String uploadId) {
        repositories.get(caller, null, repository);
        Key key = EcrData.key(caller, repository).and(uploadId);
        return Optional.of(uploadId).filter(_ -> store.read(tx -> data.uploads.has(tx, key))).flatMap(contents::arrived)
                .orElseThrow(() -> new Ecr.UploadNotFoundException("Upload with id '" + uploadId
                        + "' does not exist in the repository with name '" + repository
                        + "' in the registry with id '" + caller.account() + "'"));
    }

    Ecr.CompleteLayerUploadResponse complete(Caller given, Ecr.CompleteLayerUploadRequest input) {
        var caller = Repositories.registry(given, input.registryId());
        String repository = input.repositoryName();
        long size = arrived(caller, repository, input.uploadId());
        if (size == 0) {
            throw new Ecr.EmptyUploadException("Upload with id '" + input.uploadId()
                    + "' does not contain any layer parts");
        }
        Digest digest = Digest.of(input.layerDigests().getFirst()).orElseThrow(() -> new Ecr.InvalidParameterException(
                "Invalid parameter at 'layerDigests' failed to satisfy constraint: 'must be a digest of sha256'"));
        if (find(caller, repository, digest.toString()).isPresent()) {
            abandon(caller, repository, input.uploadId());
            throw new Ecr.LayerAlreadyExistsException("Layer with digest '" + digest
                    + "' already exists in the repository with name '" + repository + "' in registry with id '"
                    + caller.account() + "'");
        }
        try {
            contents.finish(input.uploadId(), digest);
        } catch (Contents.WrongDigest e) {
            throw new Ecr.InvalidLayerException("The digest of the layer upload with id '" + input.uploadId()
                    + "' is '" + e.found() + "', which does not match the provided digest '" + digest + "'");
        }
        store.change(tx -> {
            repositories.existing(tx, caller, repository);
            data.layers.put(tx, EcrData.key(caller, repository).and(digest.toString()), new EcrData.Layer(size));
            data.uploads.delete(tx, EcrData.key(caller, repository).and(input.uploadId()));
        });
        return Ecr.CompleteLayerUploadResponse.of(r -> r.registryId(caller.account()).repositoryName(repository)
                .uploadId(input.uploadId()).layerDigest(digest.toString()));
    }

    /** Forgets an upload that will not be completed. */
    void abandon(Caller caller, String repository, String uploadId) {
        arrived(caller, repository, uploadId);
        store.change(tx -> data.uploads.delete(tx, EcrData.key(caller, repository).and(uploadId)));
        contents.abandon(uploadId);
    }

    /** Gives a repository the layer that another of the same registry has; says whether that has it. */
    boolean mount(Caller caller, String from, String repository, String digest) {
        return store.write(tx -> {
            repositories.existing(tx, caller, repository);
            Optional<EcrData.Layer> layer = data.layers.get(tx, EcrData.key(caller, from).and(digest));
            layer.ifPresent(found -> data.layers.put(tx, EcrData.key(caller, repository).and(digest), found));
            return layer.isPresent();
        });
    }

    Ecr.GetDownloadUrlForLayerResponse download(Caller given, Ecr.GetDownloadUrlForLayerRequest input,
            LayerDownloads downloads) {
        var caller = Repositories.registry(given, input.registryId());
        repositories.get(caller, null, input.repositoryName());
        find(caller, input.repositoryName(), input.layerDigest()).orElseThrow(() -> new Ecr.LayersNotFoundException(
                "Layers with digests '[" + input.layerDigest() + "]' do not exist within the repository with name '"
                        + input.repositoryName() + "' in the registry with id '" + caller.account() + "'"));
        return Ecr.GetDownloadUrlForLayerResponse.of(r -> r.layerDigest(input.layerDigest())
                .downloadUrl(downloads.url(caller, Digest.of(input.layerDigest()).orElseThrow())));
    }

    /** Deletes the contents that no repository has any more, and uploads that were given up. */
    Worker worker() {
        return new Worker("ecr-sweeper", new Signal(), () -> {
            Instant now = time.instant();
            Instant unused = now.minus(UNUSED);
            contents.olderThan(unused)
                    .filter(digest -> store.read(tx -> data.contents.first(tx, Key.of(digest.toString()))).isEmpty())
                    .toList().forEach(digest -> contents.deleteOlder(digest, unused));
            Instant oldest = now.minus(LONGEST_UPLOAD);
            contents.abandonOlderThan(oldest);
            store.change(tx -> data.uploads.range(tx, Key.EMPTY).filter(row -> row.value().begun().isBefore(oldest))
                    .map(row -> row.key()).toList().forEach(key -> data.uploads.delete(tx, key)));
            return Optional.of(now.plus(UNUSED));
        });
    }
}
