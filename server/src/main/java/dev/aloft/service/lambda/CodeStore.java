package dev.aloft.service.lambda;

import dev.aloft.api.ApiError;
import dev.aloft.api.Body;
import dev.aloft.api.Caller;
import dev.aloft.api.Lambda;
import dev.aloft.kernel.image.RootFolder;
import dev.aloft.kernel.store.Blobs;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Functions' packages: the zip as it came, a blob, and its content once for each distinct zip, in a library of folders
 * that sandboxes see. What is missing in the library is unpacked again.
 */
final class CodeStore {
    static final long MOST_ZIPPED_BYTES = 52_428_800;
    static final long MOST_UNZIPPED_BYTES = 262_144_000;

    private final Blobs blobs;
    private final Images images;
    private final Library library;
    private final PackageKeys keys;

    CodeStore(Blobs blobs, Images images, Library library, PackageKeys keys) {
        this.keys = keys;
        this.blobs = blobs;
        this.images = images;
        this.library = library;
    }

    /**
     * A package.
     *
     * @param sha256 of the zip, hexadecimal; also its folder's name in the library; of an image its digest
     * @param blob   the zip; null of an image
     * @param size   of the zip
     * @param image  the image, or null
     * @param sealing what opens the blob, where it is encrypted, or null
     */
    record Code(String sha256, String blob, long size, Image image, PackageKeys.Sealing sealing) {
        Code(String sha256, String blob, long size) {
            this(sha256, blob, size, null, null);
        }

        Code(String digest, Image image) {
            this(digest, null, 0, image, null);
        }

        /** As Lambda tells it. */
        String told() {
            return image == null ? Base64.getEncoder().encodeToString(HexFormat.of().parseHex(sha256)) : sha256;
        }
    }

    /**
     * An image as a function's code.
     *
     * @param uri      as it was given
     * @param resolved with its digest
     * @param layers   digests, from the lowest up
     */
    record Image(String uri, String resolved, List<String> layers, List<String> entryPoint, List<String> command,
            Map<String, String> environment, String workingDirectory) {}

    /**
     * @param like a package that this one may mostly be
     * @param seal what it is encrypted under
     */
    Code keep(byte[] zip, Optional<Code> like, Optional<PackageKeys.Seal> seal) {
        if (zip.length > MOST_ZIPPED_BYTES) {
            throw tooLarge();
        }
        try {
            return keep(new ByteArrayInputStream(zip), like, seal);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ApiError tooLarge() {
        return ApiError.of("RequestEntityTooLargeException", 413, "Zipped size must be smaller than 52428800 bytes");
    }

    Code keep(Body zip, Optional<Code> like, Optional<PackageKeys.Seal> seal) {
        try (InputStream in = zip.stream()) {
            return keep(in, like, seal);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Code keep(InputStream zip, Optional<Code> like, Optional<PackageKeys.Seal> seal) throws IOException {
        Code code = seal.isPresent() ? sealed(zip.readAllBytes(), seal.get()) : plain(zip);
        try {
            folder(code, like);
        } catch (RuntimeException e) {
            blobs.delete(code.blob());
            throw e;
        }
        return code;
    }

    private Code plain(InputStream zip) {
        MessageDigest digest = sha256();
        Blobs.Blob blob = blobs.put(zip, digest);
        return new Code(HexFormat.of().formatHex(digest.digest()), blob.id(), blob.size());
    }

    private Code sealed(byte[] zip, PackageKeys.Seal seal) {
        Blobs.Blob blob = blobs.put(seal.key().sealed(zip));
        return new Code(HexFormat.of().formatHex(sha256().digest(zip)), blob.id(), zip.length, null, seal.sealing());
    }

    /** The folder of its content, relative to the library; unpacked if it is not there. */
    Path folder(Code code) {
        return folder(code, Optional.empty());
    }

    private Path folder(Code code, Optional<Code> like) {
        if (code.image() != null) {
            return images.folder(code.image());
        }
        try {
            return library.folder(code.sha256(), arriving -> unpack(code, arriving, like));
        } catch (Zip.TooLarge e) {
            throw new Lambda.InvalidParameterValueException("Unzipped size must be smaller than 262144000 bytes");
        } catch (Zip.Malformed e) {
            throw new Lambda.InvalidParameterValueException(
                    "Could not unzip uploaded file. Please check your file, then try to upload again.");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot unpack a package into " + library, e);
        }
    }

    private void unpack(Code code, Path arriving, Optional<Code> like) throws IOException {
        // "Smaller than" is what AWS says and does.
        long most = MOST_UNZIPPED_BYTES - 1;
        if (code.sealing() == null) {
            Zip.unpack(blobs.path(code.blob()), arriving, most, like.filter(one -> one.sealing() == null)
                    .map(one -> new Zip.Unpacked(blobs.path(one.blob()), library.path(one.sha256()))));
            return;
        }
        Path zip = Files.createTempFile("package", ".zip");
        try {
            Files.write(zip, opened(code));
            Zip.unpack(zip, arriving, most);
        } finally {
            Files.delete(zip);
        }
    }

    /** The zip of a package that lies encrypted. */
    byte[] opened(Code code) {
        try {
            return keys.opened(code.sealing(), Files.readAllBytes(blobs.path(code.blob())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Refuses to run what lies under a key that is no good. */
    void require(Code code) {
        if (code.sealing() != null) {
            keys.require(code.sealing());
        }
    }

    /** Why this caller cannot read the package, if so. */
    Optional<Lambda.FunctionCodeLocationError> refusal(Caller caller, Code code) {
        return code.sealing() == null ? Optional.empty() : keys.refusal(caller, code.sealing());
    }

    private Path files(Code code) {
        return library.path(folder(code).toString());
    }

    /** How many bytes its files are. */
    long unzippedBytes(Code code) {
        try (Stream<Path> files = Files.walk(files(code))) {
            return files.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .mapToLong(file -> file.toFile().length()).sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The folder of what is seen at /opt, relative to the library: the layers' content one over the other, a later
     * one's files in the place of an earlier one's. It is made once for each distinct list of layers.
     */
    Optional<Path> merged(List<Code> layers) {
        if (layers == null || layers.isEmpty()) {
            return Optional.empty();
        }
        if (layers.size() == 1) {
            return Optional.of(folder(layers.getFirst()));
        }
        MessageDigest digest = sha256();
        layers.forEach(layer -> digest.update(HexFormat.of().parseHex(layer.sha256())));
        String name = "layers-" + HexFormat.of().formatHex(digest.digest());
        try {
            return Optional.of(library.folder(name, arriving -> {
                for (Code layer : layers) {
                    lay(files(layer), arriving);
                }
            }));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot put layers together in " + library, e);
        }
    }

    /** Links each file into the folder, in the place of what was there: nobody writes to either. */
    private static void lay(Path layer, Path over) throws IOException {
        try (Stream<Path> files = Files.walk(layer)) {
            for (Path file : (Iterable<Path>) files.skip(1)::iterator) {
                Path at = over.resolve(layer.relativize(file).toString());
                boolean folder = Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS);
                if (folder && Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS)) {
                    continue;
                }
                RootFolder.delete(at);
                if (folder) {
                    Files.createDirectory(at);
                } else if (Files.isSymbolicLink(file)) {
                    Files.createSymbolicLink(at, Files.readSymbolicLink(file));
                } else {
                    Files.createLink(at, file);
                }
            }
        }
    }

    InputStream open(String blob) {
        return blobs.open(blob);
    }

    boolean has(String blob) {
        return blobs.has(blob);
    }

    long size(String blob) {
        return blobs.size(blob);
    }

    void deleteBlob(Code code) {
        blobs.delete(code.blob());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
