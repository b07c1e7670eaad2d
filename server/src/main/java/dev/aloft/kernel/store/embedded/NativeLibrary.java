package dev.aloft.kernel.store.embedded;

import dev.aloft.kernel.store.StoreUnavailable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.rocksdb.RocksDB;
import org.rocksdb.util.Environment;

/** Unpacks RocksDB's library once per data folder; by itself RocksDB unpacks its 15 MB at every start. */
final class NativeLibrary {
    private static boolean loaded;

    private NativeLibrary() {
    }

    static synchronized void load(Path folder) {
        if (loaded) {
            return;
        }
        var name = Environment.getJniLibraryFileName("rocksdb");
        try {
            var resource = RocksDB.class.getClassLoader().getResource(name);
            if (resource == null) {
                throw new StoreUnavailable("There is no RocksDB for this machine (" + name + ")");
            }
            // The name that RocksDB looks for in a folder is not the one in its jar.
            var file = folder.resolve(Environment.getJniLibraryFileName("rocksdbjni"));
            var connection = resource.openConnection();
            try (var in = connection.getInputStream()) {
                if (!Files.exists(file) || Files.size(file) != connection.getContentLengthLong()) {
                    unpack(in, folder, file);
                }
            }
            RocksDB.loadLibrary(List.of(folder.toString()));
            loaded = true;
        } catch (IOException | UnsatisfiedLinkError e) {
            throw new StoreUnavailable("RocksDB's library cannot be unpacked to " + folder + " and loaded: " + e.getMessage(), e);
        }
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
