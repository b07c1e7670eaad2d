package dev.aloft.service.lambda;

import dev.aloft.kernel.image.RootFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Folders that sandboxes see: each is made once, is there whole or not at all, and never changes afterwards. */
final class Library {
    private final Path root;
    private final ConcurrentHashMap<String, Object> locks = new ConcurrentHashMap<>();

    Library(Path root) {
        this.root = root.toAbsolutePath().normalize();
        try {
            forgetAfterBoot();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot prepare " + root, e);
        }
    }

    /** Puts files into a folder, which is empty. */
    interface Filling {
        void into(Path folder) throws IOException;
    }

    /**
     * Files are not forced to disk one by one: after a crash of the machine (not of the platform) the library starts
     * anew.
     */
    private void forgetAfterBoot() throws IOException {
        Files.createDirectories(root);
        Path mark = root.resolve("boot");
        Path id = Path.of("/proc/sys/kernel/random/boot_id");
        String boot = Files.isReadable(id) ? Files.readString(id).strip() : "";
        if (!Files.exists(mark) || !Files.readString(mark).equals(boot)) {
            try (Stream<Path> folders = Files.list(root)) {
                for (Path folder : folders.toList()) {
                    RootFolder.delete(folder);
                }
            }
            Files.writeString(mark, boot);
        }
    }

    /** The folder of that name, relative to the library; made if it is not there. */
    Path folder(String name, Filling filling) throws IOException {
        if (!Files.isDirectory(path(name))) {
            synchronized (locks.computeIfAbsent(name, _ -> new Object())) {
                if (!Files.isDirectory(path(name))) {
                    make(name, filling);
                }
            }
        }
        return Path.of(name);
    }

    private void make(String name, Filling filling) throws IOException {
        Path arriving = path("arriving-" + name);
        try {
            RootFolder.delete(arriving);
            Files.createDirectories(arriving);
            filling.into(arriving);
            Files.move(arriving, path(name));
        } catch (IOException e) {
            discard(arriving);
            throw e;
        }
    }

    private static void discard(Path folder) {
        try {
            RootFolder.delete(folder);
        } catch (IOException e) {
            // The next attempt begins with deleting it.
        }
    }

    Path path(String name) {
        return root.resolve(name);
    }

    /** Deletes the folders whose name begins so, but for these; while nothing runs. */
    void keepOnly(String prefix, Set<String> names) throws IOException {
        try (Stream<Path> all = Files.list(root)) {
            for (Path each : all.filter(path -> Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)).toList()) {
                String name = each.getFileName().toString();
                if (name.startsWith(prefix) && !names.contains(name)) {
                    RootFolder.delete(each);
                }
            }
        }
    }

    @Override
    public String toString() {
        return root.toString();
    }
}
