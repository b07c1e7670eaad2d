package dev.aloft.kernel.image;

import dev.aloft.kernel.store.Limited;
import dev.aloft.kernel.store.StoreUnavailable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.DigestInputStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Contents in a folder, each a file that never changes under the digest of its bytes, so that the same content is there
 * once. On disk when {@link #put} and {@link #finish} return. What arrives in parts waits under an id until it is
 * whole.
 */
public final class Contents {
    private static final Pattern ID = Pattern.compile("[0-9a-f-]{36}");
    private static final int BUFFER_BYTES = 64 << 10;

    private final Path folder;
    private final Path arriving;
    private final InstantSource time;

    /** The bytes are not those that were announced. */
    public static final class WrongDigest extends IOException {
        private final transient Digest found;

        WrongDigest(Digest found) {
            super("the content has the digest " + found);
            this.found = found;
        }

        public Digest found() {
            return found;
        }
    }

    public Contents(Path folder, InstantSource time) {
        this.folder = folder;
        this.arriving = folder.resolve("arriving");
        this.time = time;
        try {
            Files.createDirectories(arriving);
        } catch (IOException e) {
            throw unavailable("open", e);
        }
    }

    public boolean has(Digest digest) {
        return Files.isRegularFile(path(digest));
    }

    /** Bytes. */
    public long size(Digest digest) {
        try {
            return Files.size(path(digest));
        } catch (IOException e) {
            throw unavailable("read", e);
        }
    }

    public InputStream open(Digest digest) {
        return open(digest, 0, Long.MAX_VALUE);
    }

    /** So many bytes from a position on, or as many as there are. */
    public InputStream open(Digest digest, long from, long length) {
        try {
            var channel = FileChannel.open(path(digest), StandardOpenOption.READ).position(from);
            var in = Channels.newInputStream(channel);
            return length == Long.MAX_VALUE ? in : new Limited(in, length);
        } catch (IOException e) {
            throw unavailable("read", e);
        }
    }

    /** All of a small content, such as a manifest or an image's settings; nothing where it is longer than that. */
    public Optional<byte[]> bytes(Digest digest, int most) {
        try (InputStream in = open(digest)) {
            byte[] all = in.readNBytes(most + 1);
            return all.length > most ? Optional.empty() : Optional.of(all);
        } catch (IOException e) {
            throw unavailable("read", e);
        }
    }

    /** Keeps what the stream has. What reading it throws is thrown here, and nothing is kept. */
    public Digest put(InputStream content) throws IOException {
        String id = begin();
        try {
            var sha256 = Digest.sha256();
            append(id, new DigestInputStream(content, sha256));
            return keep(id, Digest.of(sha256));
        } catch (IOException | RuntimeException e) {
            abandon(id);
            throw e;
        }
    }

    /** The same file in this folder too, where the file system allows it, else a copy. */
    public void take(Contents from, Digest digest) {
        try {
            Path at = path(digest);
            if (!Files.exists(at)) {
                makeFolder(at.getParent());
                Files.createLink(at, from.path(digest));
                force(at.getParent());
            }
        } catch (FileAlreadyExistsException e) {
            // somebody was faster with the same
        } catch (IOException | UnsupportedOperationException noLinks) {
            try (InputStream in = from.open(digest)) {
                put(in);
            } catch (IOException e) {
                throw unavailable("write to", e);
            }
        }
    }

    /** Deletes it, unless somebody put it again since. */
    public synchronized void deleteOlder(Digest digest, Instant moment) {
        try {
            if (isOlder(path(digest), moment)) {
                Files.deleteIfExists(path(digest));
            }
        } catch (IOException e) {
            throw unavailable("delete from", e);
        }
    }

    /** Those that nobody put for so long; in no order. */
    public Stream<Digest> olderThan(Instant moment) {
        try (Stream<Path> files = Files.walk(folder, 2)) {
            return files.filter(file -> !file.getParent().equals(arriving) && isOlder(file, moment))
                    .flatMap(file -> Digest.of("sha256:" + file.getFileName()).stream()).toList().stream();
        } catch (IOException e) {
            throw unavailable("list", e);
        }
    }

    private static boolean isOlder(Path file, Instant moment) {
        try {
            return Files.getLastModifiedTime(file).toInstant().isBefore(moment);
        } catch (IOException gone) {
            return false;
        }
    }

    // ---- arriving in parts

    /** Begins a content; the id says which. */
    public String begin() {
        String id = UUID.randomUUID().toString();
        try {
            Files.createFile(arriving.resolve(id));
            return id;
        } catch (IOException e) {
            throw unavailable("write to", e);
        }
    }

    /** How many bytes have arrived; nothing where there is no such id. */
    public Optional<Long> arrived(String id) {
        try {
            return ID.matcher(id).matches() && Files.exists(arriving.resolve(id))
                    ? Optional.of(Files.size(arriving.resolve(id))) : Optional.empty();
        } catch (IOException e) {
            throw unavailable("read", e);
        }
    }

    /** Adds what the stream has to what has arrived, and says how much that is now. */
    public long append(String id, InputStream part) throws IOException {
        try (var out = FileChannel.open(arriving(id), StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            var buffer = new byte[BUFFER_BYTES];
            for (int read; (read = part.read(buffer)) >= 0;) {
                for (var bytes = ByteBuffer.wrap(buffer, 0, read); bytes.hasRemaining();) {
                    out.write(bytes);
                }
            }
            return out.size();
        } catch (IOException e) {
            // Those of files are of this type or say so of the device; the others are the stream's.
            if (e instanceof FileSystemException || StoreUnavailable.isFull(e)) {
                throw unavailable("write to", e);
            }
            throw e;
        }
    }

    /** Keeps what has arrived. Where it is not what was expected it waits on. */
    public Digest finish(String id, Digest expected) throws WrongDigest {
        Digest found;
        try {
            found = digest(arriving(id));
        } catch (IOException e) {
            throw unavailable("read", e);
        }
        if (!expected.equals(found)) {
            throw new WrongDigest(found);
        }
        return keep(id, found);
    }

    private Digest keep(String id, Digest digest) {
        Path file = arriving(id);
        try {
            Path at = path(digest);
            makeFolder(at.getParent());
            Files.setLastModifiedTime(file, FileTime.from(time.instant()));
            force(file);
            synchronized (this) {
                Files.move(file, at, StandardCopyOption.ATOMIC_MOVE);
            }
            force(at.getParent());
            return digest;
        } catch (IOException e) {
            throw unavailable("write to", e);
        }
    }

    public void abandon(String id) {
        try {
            Files.deleteIfExists(arriving(id));
        } catch (IOException e) {
            throw unavailable("delete from", e);
        }
    }

    /** Forgets what began to arrive before a moment and is not whole. */
    public void abandonOlderThan(Instant moment) {
        try (Stream<Path> files = Files.list(arriving)) {
            for (Path file : files.filter(each -> isOlder(each, moment)).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw unavailable("delete from", e);
        }
    }

    private Path arriving(String id) {
        if (!ID.matcher(id).matches()) {
            throw new IllegalArgumentException("no id of something that arrives: " + id);
        }
        return arriving.resolve(id);
    }

    private static Digest digest(Path file) throws IOException {
        var sha256 = Digest.sha256();
        try (var in = new DigestInputStream(Files.newInputStream(file), sha256)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return Digest.of(sha256);
    }

    // ---- files

    private Path path(Digest digest) {
        return folder.resolve(digest.hex().substring(0, 2)).resolve(digest.hex());
    }

    private void makeFolder(Path at) throws IOException {
        if (!Files.isDirectory(at)) {
            Files.createDirectories(at);
            force(folder);
        }
    }

    /** A name in a folder is on disk when the folder is. */
    private static void force(Path path) throws IOException {
        try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private RuntimeException unavailable(String what, IOException e) {
        return StoreUnavailable.isFull(e) ? StoreUnavailable.full(folder, e)
                : new UncheckedIOException("Cannot " + what + " " + folder, e);
    }
}
