package dev.aloft.kernel.image;

import dev.aloft.api.JsonReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What an image is made of, or which images there are for which machines.
 *
 * @see <a href="https://github.com/opencontainers/image-spec/blob/main/manifest.md">OCI image manifest</a>
 */
public sealed interface Manifest {
    String OCI = "application/vnd.oci.image.manifest.v1+json";
    String OCI_INDEX = "application/vnd.oci.image.index.v1+json";
    String DOCKER = "application/vnd.docker.distribution.manifest.v2+json";

    String mediaType();

    /** One image: its settings, and its layers from the lowest up. */
    record Image(String mediaType, Descriptor config, List<Descriptor> layers, Optional<String> artifactType)
            implements Manifest {}

    /** Several, one for each kind of machine. */
    record Index(String mediaType, List<Descriptor> manifests) implements Manifest {}

    /** A content by its digest. */
    record Descriptor(String mediaType, Digest digest, long size) {}

    /** No manifest, or one of a kind that nobody here reads. */
    final class Malformed extends Exception {
        public Malformed(String message) {
            super(message);
        }
    }

    /** @param announced the media type that came with it, or null; what the manifest says itself counts more */
    static Manifest read(byte[] json, String announced) throws Malformed {
        if (!(tree(json) instanceof Map<?, ?> manifest)) {
            throw new Malformed("a manifest is an object");
        }
        String type = mediaType(manifest, announced);
        if (manifest.get("manifests") instanceof List<?> list) {
            return new Index(type == null ? OCI_INDEX : type, descriptors(list));
        }
        if (manifest.get("config") == null || !(manifest.get("layers") instanceof List<?> layers)) {
            throw new Malformed("a manifest of version 2 has a config and layers");
        }
        return new Image(type == null ? OCI : type, descriptor(manifest.get("config")), descriptors(layers),
                manifest.get("artifactType") instanceof String artifact ? Optional.of(artifact) : Optional.empty());
    }

    /** The media type, or null where neither the manifest nor whoever brought it says one. */
    static String mediaType(Map<?, ?> manifest, String announced) {
        return manifest.get("mediaType") instanceof String own ? own : announced;
    }

    private static Object tree(byte[] json) throws Malformed {
        try {
            return JsonReader.tree(json);
        } catch (JsonReader.Malformed e) {
            throw new Malformed("no JSON: " + e.getMessage());
        }
    }

    private static List<Descriptor> descriptors(List<?> list) throws Malformed {
        var all = new ArrayList<Descriptor>();
        for (Object each : list) {
            all.add(descriptor(each));
        }
        return all;
    }

    private static Descriptor descriptor(Object given) throws Malformed {
        if (!(given instanceof Map<?, ?> descriptor) || !(descriptor.get("size") instanceof Number size)) {
            throw new Malformed("a descriptor has a mediaType, a digest and a size");
        }
        Digest digest = Digest.of(Objects.toString(descriptor.get("digest"), ""))
                .orElseThrow(() -> new Malformed("no digest of SHA-256: " + descriptor.get("digest")));
        return new Descriptor(Objects.toString(descriptor.get("mediaType"), ""), digest, size.longValue());
    }
}
