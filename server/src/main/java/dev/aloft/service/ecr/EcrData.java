package dev.aloft.service.ecr;

import dev.aloft.api.Caller;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Index;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Table;
import dev.aloft.kernel.store.Tx;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** What ECR keeps: repositories by account, region and name; below them images and layers by digest, tags by name. */
final class EcrData {
    final Table<Kept> repositories = Table.of("repositories", Codec.of(Kept.class));
    final Table<Image> images = Table.of("images", Codec.of(Image.class));
    /** Digests. */
    final Table<String> tags = Table.of("tags", Codec.TEXT);
    final Table<Layer> layers = Table.of("layers", Codec.of(Layer.class));
    /** Layers of all repositories by the content they share. */
    final Index<Layer> contents = layers.index("contents", (key, _) -> List.of(Key.of(key.text(3))));
    /** Of repositories with a lifecycle policy, by their key. */
    final Table<Evaluated> evaluations = Table.of("evaluations", Codec.of(Evaluated.class));
    final Table<Upload> uploads = Table.of("uploads", Codec.of(Upload.class));

    /**
     * @param policy and lifecyclePolicy JSON documents, or null
     * @param exclusions wildcards of the tags for which the opposite of the mutability holds, or null
     */
    record Kept(
            String name,
            Instant created,
            String tagMutability,
            boolean scanOnPush,
            String policy,
            String lifecyclePolicy,
            Map<String, String> tags,
            List<String> exclusions) {
        Kept withTagMutability(String changed, List<String> excluded) {
            return new Kept(name, created, changed, scanOnPush, policy, lifecyclePolicy, tags, excluded);
        }

        Kept withScanOnPush(boolean changed) {
            return new Kept(name, created, tagMutability, changed, policy, lifecyclePolicy, tags, exclusions);
        }

        Kept withPolicy(String changed) {
            return new Kept(name, created, tagMutability, scanOnPush, changed, lifecyclePolicy, tags, exclusions);
        }

        Kept withLifecyclePolicy(String changed) {
            return new Kept(name, created, tagMutability, scanOnPush, policy, changed, tags, exclusions);
        }

        Kept withTags(Map<String, String> changed) {
            return new Kept(name, created, tagMutability, scanOnPush, policy, lifecyclePolicy, changed, exclusions);
        }
    }

    /**
     * An image.
     *
     * @param manifest  as it was put, to the byte
     * @param mediaType of the manifest
     * @param artifact  the media type of what it is an image of, or null
     * @param size      bytes of all its layers and its settings
     * @param pulled    when it was last, or null; told to the day
     * @param layers    the digests it is made of
     * @param images    the digests of those it lists, if it is an index
     */
    record Image(
            String manifest,
            String mediaType,
            String artifact,
            long size,
            Instant pushed,
            Instant pulled,
            List<String> layers,
            List<String> images) {
        Image withPulled(Instant moment) {
            return new Image(manifest, mediaType, artifact, size, pushed, moment, layers, images);
        }
    }

    /** @param size in bytes */
    record Layer(long size) {}

    record Upload(Instant begun) {}

    /** When a repository's lifecycle policy was last applied. */
    record Evaluated(Instant at) {}

    static Key all(Caller caller) {
        return Key.of(caller.account(), caller.region());
    }

    static Key key(Caller caller, String name) {
        return Key.of(caller.account(), caller.region(), name);
    }

    /** Deletes a repository with all that is in it. */
    void forget(Tx tx, Key repository) {
        repositories.delete(tx, repository);
        images.deleteAll(tx, repository);
        tags.deleteAll(tx, repository);
        layers.deleteAll(tx, repository);
        uploads.deleteAll(tx, repository);
        evaluations.delete(tx, repository);
    }
}
