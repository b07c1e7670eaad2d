package dev.aloft.kernel.store;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Contents too large for a record, each a file under an id of ours that never changes. Put the content first and name
 * its id in a transaction then; delete it after the transaction that forgets it.
 */
public final class Blobs {
    private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");
    private static final int BUFFER_BYTES = 64 << 10;

    private final SecureRandom random = new SecureRandom();
    private final Path folder;
    private final Path arriving;

    /** A content that is kept. */
    public record Blob(String id, long size) {
    }

    public Blobs(Path folder) {
        this.folder = folder;
        arriving = folder.resolve("arriving");
        try {
            Files.createDirectories(arriving);
            // What a crash left half written: nobody has its id.
            try (var files = Files.list(arriving)) {
                for (var file : files.toList()) {
                    Files.delete(file);
                }
            }
        } catch (IOException e) {
            throw unavailable("open", e);
        }
    }

    public Blob put(byte[] content) {
        return put(new ByteArrayInputStream(content));
    }

    /**
     * Keeps what the stream has, to its end; on disk when this returns. The digests are updated with it. What reading
     * the stream throws is thrown here and nothing is kept.
     */
    public Blob put(InputStream content, MessageDigest... digests) {
        var id = HexFormat.of().formatHex(bytes());
        var file = arriving.resolve(id);
        try {
            long size = 0;
            try (var out = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                var buffer = new byte[BUFFER_BYTES];
                for (int read; (read = content.read(buffer)) >= 0; size += read) {
                    for (var digest : digests) {
                        digest.update(buffer, 0, read);
                    }
                    for (var bytes = ByteBuffer.wrap(buffer, 0, read); bytes.hasRemaining(); ) {
                        out.write(bytes);
                    }
                }
                out.force(false);
            }
            var kept = path(id);
            if (!Files.isDirectory(kept.getParent())) {
                Files.createDirectories(kept.getParent());
                force(folder);
            }
            Files.move(file, kept, StandardCopyOption.ATOMIC_MOVE);
            force(kept.getParent());
            return new Blob(id, size);
        } catch (IOException e) {
            discard(file);
            // The caller's stream throws IOExceptions of its own; those of files are of this type or say so of the
            // device.
            if (e instanceof FileSystemException || StoreUnavailable.isFull(e)) {
                throw unavailable("write to", e);
            }
            throw new UncheckedIOException(e);
        } catch (RuntimeException | Error e) {
            discard(file);
            throw e;
        }
    }

    /** The file itself, to be read only. */
    public Path path(String id) {
        if (!ID.matcher(id).matches()) {
            throw new IllegalArgumentException("Not the id of a blob");
        }
        return folder.resolve(id.substring(0, 2)).resolve(id);
    }

    public boolean has(String id) {
        return Files.isRegularFile(path(id));
    }

    public long size(String id) {
        try {
            return Files.size(path(id));
        } catch (IOException e) {
            throw missing(id, e);
        }
    }

    /** The whole content. */
    public InputStream open(String id) {
        return open(id, 0, Long.MAX_VALUE);
    }

    /** So many bytes from a position on, or as many as there are. */
    public InputStream open(String id, long from, long length) {
        try {
            var channel = FileChannel.open(path(id), StandardOpenOption.READ).position(from);
            var in = Channels.newInputStream(channel);
            return length == Long.MAX_VALUE ? in : new Limited(in, length);
        } catch (IOException e) {
            throw missing(id, e);
        }
    }

    /** Deleting what is not there is no error. */
    public void delete(String id) {
        try {
            Files.deleteIfExists(path(id));
        } catch (IOException e) {
            throw unavailable("delete from", e);
        }
    }

    /** All ids, in no order; of those that come or go meanwhile some. The stream is to be closed. */
    public Stream<String> ids() {
        try {
            return Files.list(folder).filter(inside -> !inside.equals(arriving)).flatMap(this::files)
                .map(file -> file.getFileName().toString()).filter(ID.asMatchPredicate());
        } catch (IOException e) {
            throw unavailable("list", e);
        }
    }

    /** Names alone: to look at files that others delete would end the list. */
    private Stream<Path> files(Path inside) {
        try {
            return Files.list(inside);
        } catch (IOException e) {
            throw unavailable("list", e);
        }
    }

    private byte[] bytes() {
        var bytes = new byte[16];
        random.nextBytes(bytes);
        return bytes;
    }

    /** A name in a folder is on disk when the folder is. */
    private static void force(Path folder) throws IOException {
        try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static void discard(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException _) {
            // The next start clears it away.
        }
    }

    private StoreUnavailable unavailable(String what, IOException e) {
        return StoreUnavailable.isFull(e) ? StoreUnavailable.full(folder, e)
            : new StoreUnavailable("Cannot " + what + " " + folder + ": " + e, e);
    }

    private RuntimeException missing(String id, IOException e) {
        return e instanceof NoSuchFileException ? new IllegalStateException("There is no blob " + id, e)
            : unavailable("read", e);
    }
}
