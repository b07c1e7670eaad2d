package dev.aloft.kernel.store.embedded;

import dev.aloft.kernel.store.StoreUnavailable;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.rocksdb.RocksDB;

/**
 * Loads RocksDB's library from where it was unpacked when the product was put together, else unpacks it once per data
 * folder. Left to itself RocksDB unpacks its 15 MB at every start, and runs a process to find out which libc there is:
 * a tenth of a second.
 */
final class NativeLibrary {
    private static boolean loaded;

    private NativeLibrary() {
    }

    /**
     * @param own    where it may be unpacked already
     * @param folder where it is unpacked otherwise
     */
    static synchronized void load(Optional<Path> own, Path folder) {
        if (loaded) {
            return;
        }
        var machine = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        var name = "librocksdbjni-linux" + (machine.equals("amd64") || machine.equals("x86_64") ? "64" : "-" + machine)
                + ".so";
        try {
            var resource = RocksDB.class.getClassLoader().getResource(name);
            if (resource == null) {
                throw new StoreUnavailable("There is no RocksDB for this machine (" + name + ")");
            }
            System.load(unpacked(resource.openConnection(), own.map(at -> at.resolve(name)), folder.resolve(name))
                    .toString());
            tellRocksDb();
            loaded = true;
        } catch (IOException | ReflectiveOperationException | UnsatisfiedLinkError e) {
            throw new StoreUnavailable("RocksDB's library cannot be unpacked to " + folder + " and loaded: "
                    + e.getMessage(), e);
        }
    }

    private static Path unpacked(URLConnection resource, Optional<Path> own, Path file) throws IOException {
        long size = resource.getContentLengthLong();
        if (own.isPresent() && isWhole(own.get(), size)) {
            return own.get();
        }
        if (!isWhole(file, size)) {
            try (var in = resource.getInputStream()) {
                unpack(in, file.getParent(), file);
            }
        }
        return file;
    }

    private static boolean isWhole(Path file, long size) throws IOException {
        return Files.exists(file) && Files.size(file) == size;
    }

    /** There is no other way to say that it is loaded. */
    @SuppressWarnings({"unchecked", "rawtypes"})
    private static void tellRocksDb() throws ReflectiveOperationException {
        var state = RocksDB.class.getDeclaredField("libraryLoaded");
        state.setAccessible(true);
        var states = (Class<? extends Enum>) Class.forName(RocksDB.class.getName() + "$LibraryState");
        ((AtomicReference<Object>) state.get(null)).set(Enum.valueOf(states, "LOADED"));
    }

    private static void unpack(InputStream in, Path folder, Path file) throws IOException {
        Files.createDirectories(folder);
        var arriving = Files.createTempFile(folder, "arriving", null);
        try {
            Files.copy(in, arriving, StandardCopyOption.REPLACE_EXISTING);
            Files.move(arriving, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(arriving);
        }
    }
}
