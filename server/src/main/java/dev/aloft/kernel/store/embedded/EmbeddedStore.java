package dev.aloft.kernel.store.embedded;

import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.StoreUnavailable;
import dev.aloft.kernel.store.Transaction;
import dev.aloft.kernel.store.Tx;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

/** The store in a folder of this machine. */
public final class EmbeddedStore implements Store {
    private final DataFolder folder;
    private final Versions versions;
    private final Committer committer;
    private final Store relaxed = new Relaxed();

    /**
     * Opens the store of a data folder, and makes it where there is none.
     *
     * @throws StoreUnavailable with what is wrong and what to do
     */
    public static EmbeddedStore open(Path folder) {
        return open(folder, Optional.empty());
    }

    /** The same, with a folder that may have the store's native library already. */
    public static EmbeddedStore open(Path folder, Optional<Path> natives) {
        return open(folder, natives, new Disk(folder), new Gaps(Gaps.SLOW_NANOS));
    }

    static EmbeddedStore open(Path folder, Disk disk, Gaps gaps) {
        return open(folder, Optional.empty(), disk, gaps);
    }

    private static EmbeddedStore open(Path path, Optional<Path> natives, Disk disk, Gaps gaps) {
        var folder = DataFolder.open(path);
        try {
            NativeLibrary.load(natives, folder.path().resolve("native"));
            return new EmbeddedStore(folder, disk, gaps);
        } catch (RuntimeException | Error e) {
            folder.close();
            throw e;
        }
    }

    private EmbeddedStore(DataFolder folder, Disk disk, Gaps gaps) {
        this.folder = folder;
        versions = new Versions(folder, disk, gaps);
        committer = new Committer(versions, disk);
    }

    @Override
    public <R> R write(Function<? super Tx, ? extends R> change) {
        Transaction.refuseNested();
        return committer.run(change);
    }

    @Override
    public Store relaxed() {
        return relaxed;
    }

    private final class Relaxed implements Store {
        @Override
        public <R> R write(Function<? super Tx, ? extends R> change) {
            Transaction.refuseNested();
            return committer.runRelaxed(change);
        }

        @Override
        public <R> R read(Function<? super ReadTx, ? extends R> view) {
            return EmbeddedStore.this.read(view);
        }

        @Override
        public void close() {
        }
    }

    @Override
    public <R> R read(Function<? super ReadTx, ? extends R> view) {
        Transaction.refuseNested();
        var version = versions.acquire();
        try (var tx = new Reading(version)) {
            return Transaction.run(() -> view.apply(tx));
        } finally {
            version.release();
        }
    }

    /** Lets the writes under way come to their end; reads under way keep what they need until they end. */
    @Override
    public void close() {
        committer.close();
        versions.close();
        folder.close();
    }
}
