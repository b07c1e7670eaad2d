package dev.aloft.kernel.image;

import io.airlift.compress.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * Puts the layers of an image one over the other into a folder that a container sees as its root. Whatever the layers
 * say, nothing outside the folder is touched: symbolic links are followed as the container would, within the folder.
 * All files belong to whoever runs the platform; devices are left out and nothing becomes anybody else when run.
 *
 * @see <a href="https://github.com/opencontainers/image-spec/blob/main/layer.md">OCI image layers</a>
 */
public final class RootFolder {
    private static final String WHITEOUT = ".wh.";
    private static final String OPAQUE = ".wh..wh..opq";
    private static final int MOST_LINKS = 40;
    private static final int MOST_ENTRIES = 2_000_000;
    private static final int BUFFER_BYTES = 64 << 10;
    private static final int FOLDER_MODE = 0755;

    private final Path root;
    private long leftBytes;
    private int entries;
    /** Folders' modes, given when all is there: into some nobody may write. */
    private final Map<Path, Integer> folders = new HashMap<>();
    /** What the current layer has put there: it takes away only what those below it have. */
    private final Set<Path> own = new HashSet<>();
    private final byte[] buffer = new byte[BUFFER_BYTES];

    /** More comes out of the layers than is allowed. */
    public static final class TooLarge extends IOException {}

    /** A layer that is none, or would do what it must not; the message says which of its entries. */
    public static final class Malformed extends IOException {
        Malformed(String message) {
            super(message);
        }
    }

    /**
     * @param root      an empty folder that nobody else writes to
     * @param mostBytes of all files of all layers
     */
    public RootFolder(Path root, long mostBytes) {
        this.root = root;
        this.leftBytes = mostBytes;
    }

    /** Lays one more layer over those that are there: a tar archive, as it is or compressed with gzip or Zstandard. */
    public void add(InputStream layer) throws IOException {
        own.clear();
        try (InputStream in = plain(new BufferedInputStream(layer, BUFFER_BYTES))) {
            var tar = new Tar(in);
            for (var next = tar.next(); next.isPresent(); next = tar.next()) {
                if (++entries > MOST_ENTRIES) {
                    throw new TooLarge();
                }
                add(next.get(), tar.content());
            }
        } catch (Tar.Malformed | InvalidPathException e) {
            throw new Malformed(e.getMessage());
        }
    }

    /** Gives the folders their modes, and makes those that a container runtime mounts over. */
    public void finish() throws IOException {
        for (String name : List.of("proc", "sys", "dev", "tmp")) {
            mountPoint(root.resolve(name));
        }
        if (find(root, "etc").filter(at -> Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS)).isEmpty()) {
            mountPoint(root.resolve("etc"));
        }
        for (String name : List.of("resolv.conf", "hosts")) {
            Path at = parent(List.of("etc", name)).resolve(name);
            if (!Files.isRegularFile(at, LinkOption.NOFOLLOW_LINKS)) {
                delete(at);
                Files.createFile(at);
                Files.setPosixFilePermissions(at, permissions(0644));
            }
        }
        List<Path> deepestFirst = folders.keySet().stream()
                .sorted(Comparator.comparing(Path::getNameCount).reversed()).toList();
        for (Path folder : deepestFirst) {
            if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                // Whoever made it can delete it again.
                Files.setPosixFilePermissions(folder, permissions(folders.get(folder) | 0700));
            }
        }
    }

    private static void mountPoint(Path at) throws IOException {
        if (!Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS)) {
            delete(at);
            Files.createDirectory(at);
        }
    }

    /** What was compressed with gzip or Zstandard as it was before. */
    static InputStream plain(BufferedInputStream in) throws IOException {
        in.mark(4);
        byte[] first = in.readNBytes(4);
        in.reset();
        if (first.length >= 2 && (first[0] & 0xff) == 0x1f && (first[1] & 0xff) == 0x8b) {
            return new BufferedInputStream(new GZIPInputStream(in, BUFFER_BYTES), BUFFER_BYTES);
        }
        boolean zstd = first.length == 4 && (first[0] & 0xff) == 0x28 && (first[1] & 0xff) == 0xb5 && first[2] == 0x2f
                && (first[3] & 0xff) == 0xfd;
        return zstd ? new BufferedInputStream(new ZstdInputStream(in), BUFFER_BYTES) : in;
    }

    private void add(Tar.Entry entry, InputStream content) throws IOException {
        List<String> names = names(entry.name());
        if (names.isEmpty()) {
            folders.put(root, entry.mode());
            return;
        }
        Path parent = parent(names);
        String name = names.getLast();
        if (name.equals(OPAQUE)) {
            empty(parent);
        } else if (name.startsWith(WHITEOUT)) {
            takeAway(parent, name.substring(WHITEOUT.length()), entry);
        } else {
            Path at = parent.resolve(name);
            switch (entry.kind()) {
                case FOLDER -> folder(at, entry.mode());
                case FILE -> file(at, entry, content);
                case SYMBOLIC_LINK -> {
                    clear(at);
                    Files.createSymbolicLink(at, Path.of(entry.link()));
                }
                case HARD_LINK -> hardLink(at, entry);
                case OTHER -> {
                    return;
                }
            }
            own.add(at);
        }
    }

    private void folder(Path at, int mode) throws IOException {
        if (!Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS)) {
            clear(at);
            Files.createDirectory(at);
        }
        folders.put(at, mode);
    }

    private void file(Path at, Tar.Entry entry, InputStream content) throws IOException {
        clear(at);
        try (OutputStream out = Files.newOutputStream(at, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (int read; (read = content.read(buffer)) >= 0;) {
                leftBytes -= read;
                if (leftBytes < 0) {
                    throw new TooLarge();
                }
                out.write(buffer, 0, read);
            }
        }
        Files.setPosixFilePermissions(at, permissions(entry.mode() | 0400));
    }

    private void hardLink(Path at, Tar.Entry entry) throws IOException {
        List<String> names = names(entry.link());
        Path target = names.isEmpty() ? root : parent(names).resolve(names.getLast());
        if (target.equals(at)) {
            return;
        }
        if (!Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS) && !Files.isSymbolicLink(target)) {
            throw new Malformed("a link to what is not there: " + entry.link());
        }
        clear(at);
        Files.createLink(at, target);
    }

    /** Takes a file of a lower layer away. */
    private void takeAway(Path parent, String name, Tar.Entry entry) throws IOException {
        if (name.isEmpty() || name.equals(".") || name.equals("..")) {
            throw new Malformed("a whiteout of nothing: " + entry.name());
        }
        Path at = parent.resolve(name);
        // What starts like this is of another union file system, and nothing to this one.
        if (!name.startsWith(WHITEOUT) && !own.contains(at)) {
            delete(at);
        }
    }

    /** Takes away all that lower layers have in a folder. */
    private void empty(Path folder) throws IOException {
        try (Stream<Path> inside = Files.list(folder)) {
            for (Path each : inside.toList()) {
                if (!own.contains(each)) {
                    delete(each);
                } else if (Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS)) {
                    empty(each);
                }
            }
        }
    }

    /** Makes place for what comes there. */
    private void clear(Path at) throws IOException {
        delete(at);
        folders.remove(at);
    }

    private static List<String> names(String path) throws Malformed {
        var names = new ArrayList<String>();
        for (String name : path.split("/")) {
            switch (name) {
                case "", "." -> { }
                case ".." -> throw new Malformed("a name that leads outside: " + path);
                default -> names.add(name);
            }
        }
        if (path.indexOf('\0') >= 0) {
            throw new Malformed("no name of a file");
        }
        return names;
    }

    /**
     * The folder in which the last of these names is or will be; made where it is missing. A symbolic link on the way
     * leads where it would lead a process whose root the folder is.
     */
    private Path parent(List<String> names) throws IOException {
        return walk(root, String.join("/", names.subList(0, names.size() - 1)), missing -> {
            clear(missing);
            Files.createDirectory(missing);
            folders.put(missing, FOLDER_MODE);
            own.add(missing);
        });
    }

    /** What a process finds at a path whose root a folder is; nothing where nothing is there. */
    public static Optional<Path> find(Path root, String path) {
        try {
            return Optional.of(walk(root, path, missing -> {
                if (!Files.exists(missing, LinkOption.NOFOLLOW_LINKS)) {
                    throw new NoSuchFileException(missing.toString());
                }
            }));
        } catch (IOException | InvalidPathException e) {
            return Optional.empty();
        }
    }

    private interface NoFolder {
        void at(Path path) throws IOException;
    }

    private static Path walk(Path root, String path, NoFolder noFolder) throws IOException {
        Deque<String> left = new ArrayDeque<>(List.of(path.split("/")));
        Path at = root;
        int links = 0;
        while (!left.isEmpty()) {
            String name = left.pop();
            if (name.isEmpty() || name.equals(".")) {
                continue;
            }
            if (name.equals("..")) {
                at = at.equals(root) ? root : at.getParent();
                continue;
            }
            Path next = at.resolve(name);
            if (Files.isSymbolicLink(next)) {
                if (++links > MOST_LINKS) {
                    throw new Malformed("too many links on the way to " + path);
                }
                String target = Files.readSymbolicLink(next).toString();
                at = target.startsWith("/") ? root : at;
                List.of(target.split("/")).reversed().forEach(left::push);
                continue;
            }
            if (!Files.isDirectory(next, LinkOption.NOFOLLOW_LINKS)) {
                noFolder.at(next);
            }
            at = next;
        }
        return at;
    }

    private static Set<PosixFilePermission> permissions(int mode) {
        var all = EnumSet.noneOf(PosixFilePermission.class);
        // The constants stand from the owner's reading down to the others' running.
        PosixFilePermission[] order = PosixFilePermission.values();
        for (int bit = 0; bit < order.length; bit++) {
            if ((mode >> (order.length - 1 - bit) & 1) == 1) {
                all.add(order[bit]);
            }
        }
        return all;
    }

    /** Deletes a file, or a folder with all that is in it; follows no link. */
    public static void delete(Path path) throws IOException {
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            try (Stream<Path> inside = Files.list(path)) {
                for (Path each : inside.toList()) {
                    delete(each);
                }
            }
        }
        Files.deleteIfExists(path);
    }
}
