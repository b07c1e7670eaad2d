package dev.aloft.service.lambda;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Ecr;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Lambda;
import dev.aloft.api.Principal;
import dev.aloft.kernel.image.Contents;
import dev.aloft.kernel.image.Digest;
import dev.aloft.kernel.image.ImageArchive;
import dev.aloft.kernel.image.ImageSettings;
import dev.aloft.kernel.image.Manifest;
import dev.aloft.kernel.image.RootFolder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Container images of functions. A function keeps what it was made of: whatever becomes of the repository, its layers
 * are held here, and their files lie once in the library for all images that are made of the same.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/images-create.html">Create a Lambda function using a
 *     container image</a>
 */
final class Images {
    /** Of all files of an image. */
    private static final long MOST_BYTES = 10L << 30;
    private static final int MOST_SETTINGS_BYTES = 8 << 20;
    private static final Set<String> CONFIGS =
            Set.of("application/vnd.docker.container.image.v1+json", "application/vnd.oci.image.config.v1+json");
    private static final String LAYER =
            "application/vnd\\.(docker\\.image\\.rootfs\\.diff\\.tar|oci\\.image\\.layer\\.v1\\.tar)([.+](gzip|zstd))?";
    private static final String FOLDER = "image-";

    private final Contents contents;
    private final Contents registry;
    private final Library library;
    private final Ecr ecr;

    /**
     * @param contents of the functions' own images
     * @param registry those of the registry, from which they are taken
     */
    Images(Contents contents, Contents registry, Library library, Endpoint endpoint) {
        this.contents = contents;
        this.registry = registry;
        this.library = library;
        this.ecr = Ecr.at(endpoint);
    }

    // ---- finding

    /** Refuses an image that is not all that is given as a function's code. */
    static void alone(Object... others) {
        if (Stream.of(others).anyMatch(Objects::nonNull)) {
            throw new Lambda.InvalidParameterValueException(
                    "Please do not provide other FunctionCode parameters when an ImageUri is provided.");
        }
    }

    /** The image that is there now, held for the function from then on. */
    CodeStore.Code keep(Caller caller, String uri) {
        ImageSource source = ImageSource.of(caller, uri).orElseThrow(() -> notValid(uri));
        return switch (source) {
            case ImageSource.Registry at -> pull(caller, uri, at);
            case ImageSource.File file -> read(caller, uri, file);
        };
    }

    private static ApiError notValid(String uri) {
        return new Lambda.InvalidParameterValueException("Source image " + uri
                + " is not valid. Provide a valid source image.");
    }

    private static ApiError notThere(String uri) {
        return new Lambda.InvalidParameterValueException("Source image " + uri
                + " does not exist. Provide a valid source image.");
    }

    private static ApiError notSupported(String uri) {
        return new Lambda.InvalidParameterValueException(
                "The image manifest, config or layer media type for the source image " + uri + " is not supported.");
    }

    private CodeStore.Code pull(Caller caller, String uri, ImageSource.Registry at) {
        if (!at.region().equals(caller.region())) {
            throw notValid(uri);
        }
        Ecr.Image found = image(caller, uri, at);
        String resolved = uri.replaceFirst("[:@][^/]*$", "") + "@" + found.imageId().imageDigest();
        byte[] manifest = found.imageManifest().getBytes(StandardCharsets.UTF_8);
        return held(uri, resolved, manifest, found.imageManifestMediaType(), digest -> contents.take(registry, digest));
    }

    private Ecr.Image image(Caller caller, String uri, ImageSource.Registry at) {
        try {
            var answer = ecr.batchGetImage(caller, Ecr.BatchGetImageRequest.of(r -> r.repositoryName(at.repository())
                    .registryId(at.account().equals(caller.account()) ? null : at.account())
                    .imageIds(List.of(Ecr.ImageIdentifier.of(i -> i.imageTag(at.tag()).imageDigest(at.digest()))))));
            if (answer.images().isEmpty()) {
                throw notThere(uri);
            }
            return answer.images().getFirst();
        } catch (Ecr.RepositoryNotFoundException e) {
            throw notThere(uri);
        } catch (ApiError e) {
            throw !e.code().equals("AccessDeniedException") ? e : ApiError.of("AccessDeniedException", 403,
                    "Lambda does not have permission to access the ECR image. Check the ECR permissions.");
        }
    }

    /** Files of this machine are for whoever owns it, not for every user of the account. */
    private CodeStore.Code read(Caller caller, String uri, ImageSource.File file) {
        if (!(caller.principal() instanceof Principal.Root)) {
            throw ApiError.of("AccessDeniedException", 403, "Only the root user may name files of this machine: "
                    + uri);
        }
        var archive = new ImageArchive(contents);
        try {
            byte[] manifest = file.kind() == ImageSource.Kind.LAYOUT ? archive.readLayout(file.path(), file.reference())
                    : archive.readArchive(file.path(), file.reference());
            return held(uri, uri + "@" + Digest.ofBytes(manifest), manifest, null, _ -> { });
        } catch (IOException e) {
            throw new Lambda.InvalidParameterValueException("Source image " + uri + " cannot be read: " + words(e));
        }
    }

    private static String words(IOException e) {
        return e instanceof ImageArchive.NoImage ? e.getMessage() : e.toString();
    }

    private interface Take {
        void content(Digest digest);
    }

    private CodeStore.Code held(String uri, String resolved, byte[] bytes, String mediaType, Take take) {
        try {
            if (!(Manifest.read(bytes, mediaType) instanceof Manifest.Image image) || !isSupported(image)) {
                throw notSupported(uri);
            }
            if (image.layers().stream().mapToLong(Manifest.Descriptor::size).sum() > MOST_BYTES) {
                throw tooLarge(uri);
            }
            take.content(image.config().digest());
            image.layers().forEach(layer -> take.content(layer.digest()));
            byte[] config = contents.bytes(image.config().digest(), MOST_SETTINGS_BYTES)
                    .orElseThrow(() -> notSupported(uri));
            ImageSettings settings = ImageSettings.read(config);
            if (!settings.system().equals("linux")) {
                throw notSupported(uri);
            }
            List<String> layers = image.layers().stream().map(layer -> layer.digest().toString()).toList();
            return new CodeStore.Code(Digest.ofBytes(bytes).hex(), new CodeStore.Image(uri, resolved, layers,
                    settings.entryPoint(), settings.command(), settings.environment(), settings.workingDirectory()));
        } catch (Manifest.Malformed e) {
            throw notSupported(uri);
        }
    }

    private static boolean isSupported(Manifest.Image image) {
        return CONFIGS.contains(image.config().mediaType()) && !image.layers().isEmpty()
                && image.layers().stream().allMatch(layer -> layer.mediaType().matches(LAYER));
    }

    private static ApiError tooLarge(String uri) {
        return new Lambda.InvalidParameterValueException("Source image " + uri
                + " is larger than the maximum of 10 GB.");
    }

    // ---- files

    /** The folder that a container sees as its root, relative to the library; put together if it is not there. */
    Path folder(CodeStore.Image image) {
        try {
            return library.folder(name(image), arriving -> unpack(image, arriving));
        } catch (RootFolder.TooLarge e) {
            throw tooLarge(image.uri());
        } catch (RootFolder.Malformed e) {
            throw new Lambda.InvalidParameterValueException(
                    "A layer of the source image " + image.uri() + " is not valid: " + e.getMessage());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot unpack an image into " + library, e);
        }
    }

    private static String name(CodeStore.Image image) {
        return FOLDER + Digest.ofBytes(String.join("\n", image.layers()).getBytes(StandardCharsets.UTF_8)).hex();
    }

    private void unpack(CodeStore.Image image, Path arriving) throws IOException {
        var root = new RootFolder(arriving, MOST_BYTES);
        for (String layer : image.layers()) {
            try (InputStream in = contents.open(Digest.of(layer).orElseThrow())) {
                root.add(in);
            }
        }
        root.finish();
    }

    /**
     * Deletes what none of these needs, while nothing runs.
     *
     * @param used not asked where no image is held: then there are no folders either, which go first
     */
    void keepOnly(Supplier<List<CodeStore.Image>> used) {
        contents.abandonOlderThan(Instant.MAX);
        List<Digest> held = contents.olderThan(Instant.MAX).toList();
        if (held.isEmpty()) {
            return;
        }
        Set<String> folders = new HashSet<>();
        Set<String> layers = new HashSet<>();
        used.get().forEach(image -> {
            folders.add(name(image));
            layers.addAll(image.layers());
        });
        try {
            library.keepOnly(FOLDER, folders);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        held.stream().filter(digest -> !layers.contains(digest.toString()))
                .forEach(digest -> contents.deleteOlder(digest, Instant.MAX));
    }
}
