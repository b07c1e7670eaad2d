package dev.aloft.kernel.store.embedded;

import dev.aloft.kernel.store.StoreUnavailable;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.DataBlockIndexType;
import org.rocksdb.Env;
import org.rocksdb.FlushOptions;
import org.rocksdb.IndexType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.MutableColumnFamilyOptions;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileManager;
import org.rocksdb.Status;
import org.rocksdb.TablePropertiesCollectorFactory;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/** RocksDB, open; closed when nobody holds it any more, since using it afterwards would take the process down. */
final class Database {
    private static final Logger LOG = System.getLogger(Database.class.getName());
    private static final long WRITE_BUFFER_BYTES = 16L << 20;
    private static final long WAL_BYTES = 64L << 20;
    /**
     * Full logs that a kill left are read into one table in memory, in which they all have room: to write tables of the
     * usual size to disk on the way took most of a start's time.
     */
    private static final long RECOVERY_BUFFER_BYTES = WAL_BYTES + 2 * WRITE_BUFFER_BYTES;
    /** So long after such a start files are put in order; what starts meanwhile has the processors. */
    private static final long SETTLING_NANOS = 2_000_000_000L;
    private static final long BLOCK_CACHE_BYTES = 32L << 20;
    private static final int CACHE_SHARD_BITS = 2;
    private static final int METADATA_BYTES = 4 << 10;
    private static final int OPEN_FILES = 512;
    private static final int PATIENCE_SECONDS = 5;

    private final DataFolder folder;
    private final Disk disk;
    private final Deque<AutoCloseable> natives = new ArrayDeque<>();
    private final AtomicInteger holders = new AtomicInteger(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final WriteOptions synced;
    private final WriteOptions relaxed;
    private final LogRoom log;
    private final long opened = System.nanoTime();
    private boolean settled = true;
    final RocksDB rocks;
    final ReadOptions latest;

    Database(DataFolder folder, Disk disk) {
        this.folder = folder;
        this.disk = disk;
        try {
            Files.createDirectories(folder.store());
            rocks = keep(open());
            synced = keep(new WriteOptions().setSync(true));
            relaxed = keep(new WriteOptions());
            latest = keep(new ReadOptions());
            log = new LogRoom(folder.store(), WRITE_BUFFER_BYTES);
        } catch (RocksDBException e) {
            closeNatives();
            throw isFull(e) ? disk.fullToOpen(e) : unavailable(e);
        } catch (IOException e) {
            closeNatives();
            throw new StoreUnavailable("Cannot open the store in " + folder.store() + ": " + e, e);
        }
    }

    private RocksDB open() throws RocksDBException, IOException {
        var path = folder.store().toString();
        var options = options();
        switch (TornLog.repair(folder.store())) {
            case DAMAGED ->
                throw folder.damaged(new IOException("a record of its log is broken, and others are behind it"));
            case CUT_OFF -> LOG.log(Level.WARNING,
                "The last write to " + path + " was cut off before it was on the disk, and is dropped");
            case WHOLE -> { }
        }
        if (LogRoom.length(folder.store()) > WRITE_BUFFER_BYTES) {
            settled = false;
            options.setWriteBufferSize(RECOVERY_BUFFER_BYTES).setDisableAutoCompactions(true);
        }
        return RocksDB.open(options, path);
    }

    private Options options() throws RocksDBException {
        var table = new BlockBasedTableConfig()
            // In few shards, as by default what is longer than half a megabyte would find no room in any, and in
            // indexes and filters of small parts: the whole filter of a file of a million keys took 0.7 ms to read for
            // each get.
            .setBlockCache(keep(new LRUCache(BLOCK_CACHE_BYTES, CACHE_SHARD_BITS)))
            .setIndexType(IndexType.kTwoLevelIndexSearch)
            .setFilterPolicy(keep(new BloomFilter(10)))
            .setPartitionFilters(true)
            .setMetadataBlockSize(METADATA_BYTES)
            // Larger ones make ranges faster and single reads slower: 4 KB 11,000 and 289,000 a second, 32 KB 21,000
            // and 189,000.
            .setBlockSize(16 << 10)
            .setFormatVersion(6)
            .setDataBlockIndexType(DataBlockIndexType.kDataBlockBinaryAndHash)
            // Within the cache's bound, so that a large store does not take memory without one.
            .setCacheIndexAndFilterBlocks(true)
            .setPinTopLevelIndexAndFilter(true)
            .setCacheIndexAndFilterBlocksWithHighPriority(true);
        var options = keep(new Options(keep(wholeLogs()), keep(new ColumnFamilyOptions())));
        // Queues delete what they have just written; a file of little else but deletions is compacted at once, or every
        // look at the head of the queue would pass over all of them.
        options.setTablePropertiesCollectorFactory(List.of(
            keep(TablePropertiesCollectorFactory.NewCompactOnDeletionCollectorFactory(1024, 512, 0.5))));
        options.setInfoLogLevel(InfoLogLevel.ERROR_LEVEL);
        // Goes on by itself after background work has met a full disk.
        options.setSstFileManager(keep(new SstFileManager(Env.getDefault())));
        return options
            .setCreateIfMissing(true)
            // The last record may be half there after a crash, since it was not acknowledged. Damage before it is an
            // error: it would lose what was.
            .setWalRecoveryMode(WALRecoveryMode.TolerateCorruptedTailRecords)
            // Or a start on a full disk would fail.
            .setAvoidFlushDuringRecovery(true)
            .setParanoidChecks(true)
            .setWriteBufferSize(WRITE_BUFFER_BYTES)
            .setMaxWriteBufferNumber(3)
            .setMaxTotalWalSize(WAL_BYTES)
            .setMaxBackgroundJobs(2)
            .setMaxOpenFiles(OPEN_FILES)
            .setBytesPerSync(1 << 20)
            .setCompressionType(CompressionType.LZ4_COMPRESSION)
            .setLevelCompactionDynamicLevelBytes(true)
            .setTableFormatConfig(table)
            .setKeepLogFileNum(2)
            .setMaxLogFileSize(1 << 20)
            .setStatsDumpPeriodSec(0)
            .setStatsPersistPeriodSec(0)
            .setSkipStatsUpdateOnDbOpen(true);
    }

    /**
     * A log that was ended and synced is kept in mind, with its length: a start that finds it missing or too short
     * among the others says so, and does not pass over a hole. RocksDB's Java has no other way to say it.
     */
    private static DBOptions wholeLogs() {
        var properties = new Properties();
        properties.setProperty("track_and_verify_wals_in_manifest", "true");
        return Objects.requireNonNull(DBOptions.getDBOptionsFromProps(properties), "RocksDB does not know its options");
    }

    /**
     * From some time after a start with full logs on, tables in memory have the usual size, and those on disk are
     * compacted. Called by the one thread that writes.
     *
     * @return after how many nanoseconds it has to be called again
     */
    long settle() {
        if (settled) {
            return Long.MAX_VALUE;
        }
        long left = opened + SETTLING_NANOS - System.nanoTime();
        if (left > 0) {
            return left;
        }
        settleNow();
        return Long.MAX_VALUE;
    }

    void settleNow() {
        settled = true;
        try (var flush = new FlushOptions().setWaitForFlush(false)) {
            rocks.setOptions(MutableColumnFamilyOptions.builder().setWriteBufferSize(WRITE_BUFFER_BYTES)
                .setDisableAutoCompactions(false).build());
            if (rocks.getLongProperty("rocksdb.cur-size-active-mem-table") > WRITE_BUFFER_BYTES) {
                rocks.flush(flush);
            }
        } catch (RocksDBException e) {
            LOG.log(Level.WARNING, "The store in " + folder.store() + " cannot put its files in order: "
                + e.getMessage());
        }
    }

    private <T extends AutoCloseable> T keep(T object) {
        natives.push(object);
        return object;
    }

    /** On disk when it returns, with all that was written before; or else in the operating system's hands. */
    void write(byte[] batch, boolean toDisk) {
        try (var writes = new WriteBatch(batch)) {
            rocks.write(toDisk ? synced : relaxed, writes);
            log.keep(rocks);
        } catch (RocksDBException e) {
            throw unavailable(e);
        }
    }

    byte[] get(ReadOptions options, byte[] key) {
        try {
            return rocks.get(options, key);
        } catch (RocksDBException e) {
            throw unavailable(e);
        }
    }

    StoreUnavailable unavailable(RocksDBException e) {
        if (isFull(e)) {
            return disk.full(e);
        }
        return isDamaged(e) ? folder.damaged(e)
            : new StoreUnavailable("The store in " + folder.store() + " failed: " + e.getMessage(), e);
    }

    private static boolean isDamaged(RocksDBException e) {
        return e.getStatus() != null && e.getStatus().getCode() == Status.Code.Corruption;
    }

    private static boolean isFull(RocksDBException e) {
        return e.getStatus() != null && e.getStatus().getSubCode() == Status.SubCode.NoSpace;
    }

    void hold() {
        holders.incrementAndGet();
    }

    void letGo() {
        if (holders.decrementAndGet() == 0) {
            closeNatives();
            closed.countDown();
        }
    }

    /** Waits for the last to let go, but not for ever. */
    boolean awaitClosed() {
        try {
            return closed.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void closeNatives() {
        // In reverse order; closing RocksDB waits for its background threads.
        for (var each : natives) {
            try {
                each.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
        natives.clear();
    }
}
