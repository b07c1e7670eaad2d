package dev.aloft.service.lambda;

import dev.aloft.api.ApiError;
import dev.aloft.api.Body;
import dev.aloft.api.Lambda;
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
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Functions' packages: the zip as it came, a blob, and its content once for each distinct zip, in a library of folders that
 * sandboxes see. What is missing in the library is unpacked again.
 */
final class CodeStore {
    static final long MOST_ZIPPED_BYTES = 52_428_800;
    private static final long MOST_UNZIPPED_BYTES = 262_144_000;

    private final Blobs blobs;
    private final Path library;
    private final ConcurrentHashMap<String, Object> locks = new ConcurrentHashMap<>();

    CodeStore(Blobs blobs, Path library) {
        this.blobs = blobs;
        this.library = library.toAbsolutePath().normalize();
        try {
            forgetAfterBoot();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot prepare " + library, e);
        }
    }

    /**
     * A package.
     *
     * @param sha256 of the zip, hexadecimal; also its folder's name in the library
     * @param blob   the zip
     */
    record Code(String sha256, String blob, long size) {
        String base64() {
            return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(sha256));
        }
    }

    /** Files are not forced to disk one by one: after a crash of the machine (not of the platform) the library starts anew. */
    private void forgetAfterBoot() throws IOException {
        Files.createDirectories(library);
        Path mark = library.resolve("boot");
        Path id = Path.of("/proc/sys/kernel/random/boot_id");
        String boot = Files.isReadable(id) ? Files.readString(id).strip() : "";
        if (!Files.exists(mark) || !Files.readString(mark).equals(boot)) {
            try (Stream<Path> folders = Files.list(library)) {
                for (Path folder : folders.toList()) {
                    delete(folder);
                }
            }
            Files.writeString(mark, boot);
        }
    }

    Code keep(byte[] zip) {
        if (zip.length > MOST_ZIPPED_BYTES) {
            throw ApiError.of("RequestEntityTooLargeException", 413, "Zipped size must be smaller than 52428800 bytes");
        }
        return keep(new ByteArrayInputStream(zip));
    }

    Code keep(Body zip) {
        try (InputStream in = zip.stream()) {
            return keep(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Code keep(InputStream zip) {
        MessageDigest digest = sha256();
        Blobs.Blob blob = blobs.put(zip, digest);
        Code code = new Code(HexFormat.of().formatHex(digest.digest()), blob.id(), blob.size());
        try {
            folder(code);
        } catch (RuntimeException e) {
            blobs.delete(blob.id());
            throw e;
        }
        return code;
    }

    /** The folder of its content, relative to the library; unpacked if it is not there. */
    Path folder(Code code) {
        Path folder = library.resolve(code.sha256());
        if (!Files.isDirectory(folder)) {
            synchronized (locks.computeIfAbsent(code.sha256(), _ -> new Object())) {
                if (!Files.isDirectory(folder)) {
                    unpack(code, folder);
                }
            }
        }
        return Path.of(code.sha256());
    }

    private void unpack(Code code, Path folder) {
        Path arriving = library.resolve("arriving-" + code.sha256());
        try {
            delete(arriving);
            Files.createDirectories(arriving);
            Zip.unpack(blobs.path(code.blob()), arriving, MOST_UNZIPPED_BYTES);
            Files.move(arriving, folder);
        } catch (Zip.TooLarge e) {
            discard(arriving);
            throw new Lambda.InvalidParameterValueException("Unzipped size must be smaller than 262144000 bytes");
        } catch (Zip.Malformed e) {
            discard(arriving);
            throw new Lambda.InvalidParameterValueException(
                    "Could not unzip uploaded file. Please check your file, then try to upload again.");
        } catch (IOException e) {
            discard(arriving);
            throw new UncheckedIOException("cannot unpack a package into " + library, e);
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

    private static void discard(Path folder) {
        try {
            delete(folder);
        } catch (IOException e) {
            // The next attempt begins with deleting it.
        }
    }

    private static void delete(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            try (Stream<Path> inside = Files.list(path)) {
                for (Path each : inside.toList()) {
                    delete(each);
                }
            }
        }
        Files.delete(path);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
