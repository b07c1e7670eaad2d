package dev.aloft.kernel.store.embedded;

import dev.aloft.kernel.store.StoreUnavailable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import org.rocksdb.RocksDB;

/**
 * Unpacks RocksDB's library once per data folder and loads it. Left to itself RocksDB unpacks its 15 MB at every start, and runs
 * a process to find out which libc there is: a tenth of a second.
 */
final class NativeLibrary {
    private static boolean loaded;

    private NativeLibrary() {
    }

    static synchronized void load(Path folder) {
        if (loaded) {
            return;
        }
        var machine = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        var name = "librocksdbjni-linux" + (machine.equals("amd64") || machine.equals("x86_64") ? "64" : "-" + machine) + ".so";
        try {
            var resource = RocksDB.class.getClassLoader().getResource(name);
            if (resource == null) {
                throw new StoreUnavailable("There is no RocksDB for this machine (" + name + ")");
            }
            var file = folder.resolve(name);
            var connection = resource.openConnection();
            if (!Files.exists(file) || Files.size(file) != connection.getContentLengthLong()) {
                try (var in = connection.getInputStream()) {
                    unpack(in, folder, file);
                }
            }
            System.load(file.toString());
            tellRocksDb();
            loaded = true;
        } catch (IOException | ReflectiveOperationException | UnsatisfiedLinkError e) {
            throw new StoreUnavailable("RocksDB's library cannot be unpacked to " + folder + " and loaded: " + e.getMessage(), e);
        }
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
