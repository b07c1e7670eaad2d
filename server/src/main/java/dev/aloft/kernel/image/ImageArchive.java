package dev.aloft.kernel.image;

import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Images in files of the machine: an OCI layout, in a folder or a tar archive, or what {@code docker save} writes.
 * Their contents go into {@link Contents}.
 *
 * @see <a href="https://github.com/opencontainers/image-spec/blob/main/image-layout.md">OCI image layout</a>
 */
public final class ImageArchive {
    private static final int MOST_MANIFEST_BYTES = 4 << 20;
    private static final String REFERENCE = "org.opencontainers.image.ref.name";
    private static final String LAYER = "application/vnd.docker.image.rootfs.diff.tar";
    private static final String CONFIG = "application/vnd.docker.container.image.v1+json";

    private final Contents contents;

    public ImageArchive(Contents contents) {
        this.contents = contents;
    }

    /** A file that brings no image, or not the one that was asked for; the message is for people. */
    public static final class NoImage extends IOException {
        NoImage(String message) {
            super(message);
        }
    }

    /** A folder with an OCI layout. @param reference which of its images, where it has several */
    public byte[] readLayout(Path folder, Optional<String> reference) throws IOException {
        Path index = folder.resolve("index.json");
        if (!Files.isRegularFile(index)) {
            throw new NoImage("there is no index.json in " + folder);
        }
        return fromIndex(Files.readAllBytes(index), reference, digest -> {
            Path blob = folder.resolve("blobs/sha256").resolve(digest.hex());
            if (!Files.isRegularFile(blob, LinkOption.NOFOLLOW_LINKS)) {
                throw new NoImage(folder + " lacks " + digest);
            }
            try (InputStream in = Files.newInputStream(blob)) {
                if (!contents.has(digest) && !contents.put(in).equals(digest)) {
                    throw new NoImage(blob + " is damaged");
                }
            }
        });
    }

    /** A tar archive with an OCI layout or of {@code docker save}, compressed or not. */
    public byte[] readArchive(Path archive, Optional<String> reference) throws IOException {
        var files = new HashMap<String, Digest>();
        try (var in = RootFolder.plain(new BufferedInputStream(Files.newInputStream(archive)))) {
            var tar = new Tar(in);
            for (var next = tar.next(); next.isPresent(); next = tar.next()) {
                Tar.Entry entry = next.get();
                switch (entry.kind()) {
                    case FILE -> files.put(entry.name(), contents.put(tar.content()));
                    case SYMBOLIC_LINK, HARD_LINK -> {
                        Path linked = Path.of(entry.name()).resolveSibling(entry.link()).normalize();
                        Digest target = files.get(linked.toString());
                        if (target != null) {
                            files.put(entry.name(), target);
                        }
                    }
                    default -> { }
                }
            }
        } catch (Tar.Malformed e) {
            throw new NoImage(archive + " is no archive of an image: " + e.getMessage());
        }
        if (files.containsKey("manifest.json")) {
            return fromDocker(archive, files, reference);
        }
        if (!files.containsKey("index.json")) {
            throw new NoImage(archive + " has neither manifest.json (docker save) nor index.json (OCI)");
        }
        return fromIndex(small(files.get("index.json")), reference, digest -> {
            if (!contents.has(digest)) {
                throw new NoImage(archive + " lacks " + digest);
            }
        });
    }

    private interface Need {
        void bring(Digest digest) throws IOException;
    }

    private byte[] fromIndex(byte[] index, Optional<String> reference, Need need) throws IOException {
        Digest chosen = chosen(index, reference);
        need.bring(chosen);
        byte[] bytes = small(chosen);
        try {
            if (Manifest.read(bytes, null) instanceof Manifest.Image image) {
                need.bring(image.config().digest());
                for (Manifest.Descriptor layer : image.layers()) {
                    need.bring(layer.digest());
                }
            }
            return bytes;
        } catch (Manifest.Malformed e) {
            throw new NoImage(chosen + ": " + e.getMessage());
        }
    }

    /** The one image there is, or the one of that name. */
    private static Digest chosen(byte[] index, Optional<String> reference) throws NoImage {
        var found = new LinkedHashMap<String, Digest>();
        try {
            if (JsonReader.tree(index) instanceof Map<?, ?> tree && tree.get("manifests") instanceof List<?> list) {
                for (Object each : list) {
                    if (each instanceof Map<?, ?> entry) {
                        String name = entry.get("annotations") instanceof Map<?, ?> given
                                ? Objects.toString(given.get(REFERENCE), "") : "";
                        Digest.of(Objects.toString(entry.get("digest"), "")).ifPresent(digest -> found.put(
                                found.containsKey(name) ? name + "@" + digest : name, digest));
                    }
                }
            }
        } catch (JsonReader.Malformed e) {
            throw new NoImage("index.json is no JSON: " + e.getMessage());
        }
        return one(found, reference);
    }

    private static <T> T one(Map<String, T> found, Optional<String> reference) throws NoImage {
        if (reference.isPresent()) {
            return Optional.ofNullable(found.get(reference.get())).orElseThrow(
                    () -> new NoImage("there is no image " + reference.get() + ", only " + found.keySet()));
        }
        if (found.size() != 1) {
            throw new NoImage(found.isEmpty() ? "there is no image" : "there are several images, " + found.keySet()
                    + ": say which after a colon");
        }
        return found.values().iterator().next();
    }

    /** Docker's archive has no manifest as registries know it: one is made from what it has. */
    private byte[] fromDocker(Path archive, Map<String, Digest> files, Optional<String> reference) throws IOException {
        Map<?, ?> image = chosen(archive, files, reference);
        Digest config = file(archive, files, image.get("Config"));
        var layers = new ArrayList<Object>();
        for (Object layer : image.get("Layers") instanceof List<?> given ? given : List.of()) {
            layers.add(descriptor(LAYER, file(archive, files, layer)));
        }
        var manifest = new LinkedHashMap<String, Object>();
        manifest.put("schemaVersion", 2);
        manifest.put("mediaType", Manifest.DOCKER);
        manifest.put("config", descriptor(CONFIG, config));
        manifest.put("layers", layers);
        return JsonWriter.bytes(manifest);
    }

    private Map<?, ?> chosen(Path archive, Map<String, Digest> files, Optional<String> reference) throws IOException {
        try {
            var found = new LinkedHashMap<String, Map<?, ?>>();
            if (JsonReader.tree(small(files.get("manifest.json"))) instanceof List<?> list) {
                for (Object each : list) {
                    if (each instanceof Map<?, ?> image) {
                        List<?> tags = image.get("RepoTags") instanceof List<?> given ? given : List.of();
                        if (reference.isPresent()) {
                            tags.forEach(tag -> found.put(String.valueOf(tag), image));
                        } else {
                            found.put(tags.isEmpty() ? "#" + found.size() : String.valueOf(tags.getFirst()), image);
                        }
                    }
                }
            }
            return one(found, reference);
        } catch (JsonReader.Malformed e) {
            throw new NoImage("manifest.json in " + archive + " is no JSON: " + e.getMessage());
        }
    }

    private static Digest file(Path archive, Map<String, Digest> files, Object name) throws NoImage {
        Digest digest = files.get(String.valueOf(name));
        if (digest == null) {
            throw new NoImage(archive + " lacks " + name);
        }
        return digest;
    }

    private Map<String, Object> descriptor(String mediaType, Digest digest) {
        var all = new LinkedHashMap<String, Object>();
        all.put("mediaType", mediaType);
        all.put("size", contents.size(digest));
        all.put("digest", digest.toString());
        return all;
    }

    private byte[] small(Digest digest) throws NoImage {
        return contents.bytes(digest, MOST_MANIFEST_BYTES)
                .orElseThrow(() -> new NoImage(digest + " is too long for a manifest"));
    }
}
