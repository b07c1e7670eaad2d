package dev.aloft.kernel.store.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * Tells a log whose last records a power cut left half written from one that is damaged. RocksDB passes over a last
 * record that is too short, refuses one of the right length with the wrong content, and goes on behind one that is all
 * zeros. What a power cut can undo are relaxed writes, of which any may be missing while a later one is there, and
 * behind them one that was being synced. So with more than those behind it, what is broken is damage; else it is cut
 * off, with what is behind it.
 *
 * @see <a href="https://github.com/facebook/rocksdb/wiki/Write-Ahead-Log-File-Format">The format of the log</a>
 */
final class TornLog {
    private static final int BLOCK = 32 << 10;
    private static final int HEADER = 7;
    private static final int FULL = 1;
    private static final int FIRST = 2;
    private static final int MIDDLE = 3;
    private static final int LAST = 4;
    /** RocksDB begins a new log long before. */
    private static final long LONGEST = 512L << 20;

    private final byte[] log;
    /** Where the record begins that the part looked at belongs to. */
    private int begun;
    /** Whether the broken one was synced or was about to be, or one behind it. */
    private boolean synced;

    private TornLog(byte[] log) {
        this.log = log;
    }

    /** How the last log of a store was found to end. */
    enum End {
        WHOLE, CUT_OFF, DAMAGED
    }

    /** Cuts off what a power cut left half written, and room that was not used. */
    static End repair(Path store) throws IOException {
        var last = LogRoom.last(store);
        if (last.isEmpty() || Files.size(last.get()) > LONGEST) {
            return End.WHOLE;
        }
        var log = new TornLog(Files.readAllBytes(last.get()));
        int broken = log.findBroken();
        boolean whole = broken == log.log.length;
        if (!whole && !log.wasUnacknowledged(broken)) {
            return End.DAMAGED;
        }
        if (log.begun < log.log.length) {
            cut(last.get(), log.begun);
        }
        return whole ? End.WHOLE : End.CUT_OFF;
    }

    private static void cut(Path file, long end) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(end);
            channel.force(true);
        }
    }

    /** Where the first part of a record is that is broken, or the end. */
    private int findBroken() {
        for (int at = 0; at < log.length; ) {
            int left = BLOCK - at % BLOCK;
            if (left < HEADER) {
                begun = begun == at ? at + left : begun;
                at += left;
                continue;
            }
            int kind = kind(at);
            if (kind == 0) {
                return isZero(at) && begun == at && isEnd(at) ? log.length : at;
            }
            if (kind == FULL || kind == FIRST) {
                begun = at;
            }
            at += HEADER + length(at);
            if (kind == FULL || kind == LAST) {
                begun = at;
            }
        }
        return log.length;
    }

    /** Whether nothing follows but the room that {@link LogRoom} made. */
    private boolean isEnd(int end) {
        int block = (end / BLOCK + 1) * BLOCK;
        for (int at = end; at < Math.min(log.length, block); at++) {
            if (log[at] != 0) {
                return false;
            }
        }
        for (int at = block; at < log.length; at += BLOCK) {
            if (!isZero(at)) {
                return false;
            }
        }
        return true;
    }

    /** Whether a broken record and what is behind it are relaxed, but for the last. */
    private boolean wasUnacknowledged(int broken) {
        synced = mark(begun) != Overlay.RELAXED && mark(begun) != 0;
        int block = broken / BLOCK * BLOCK;
        // Its length may be broken too: the next may begin anywhere.
        for (int at = broken + 1; at <= Math.min(log.length, block + BLOCK) - HEADER; at++) {
            if (isBehindSynced(at)) {
                return false;
            }
        }
        for (int at = block + BLOCK; at + HEADER <= log.length; at += BLOCK) {
            for (int next = at; next + HEADER <= Math.min(log.length, at + BLOCK) && kind(next) != 0; ) {
                if (isBehindSynced(next)) {
                    return false;
                }
                next += HEADER + length(next);
            }
        }
        return true;
    }

    private boolean isBehindSynced(int at) {
        int kind = kind(at);
        if (kind != FULL && kind != FIRST) {
            return false;
        }
        boolean behind = synced;
        synced |= length(at) <= Overlay.MARK_AT || mark(at) != Overlay.RELAXED;
        return behind;
    }

    /** What says of a record whether it is relaxed; zero where it has not come to the disk. */
    private byte mark(int at) {
        int mark = at + HEADER + Overlay.MARK_AT;
        return mark < log.length ? log[mark] : 0;
    }

    /** The kind of a whole record with the right checksum, or 0. */
    private int kind(int at) {
        if (at + HEADER > log.length) {
            return 0;
        }
        int kind = log[at + 6];
        int length = length(at);
        if (kind < FULL || kind > LAST || at + HEADER + length > Math.min(log.length, (at / BLOCK + 1) * BLOCK)) {
            return 0;
        }
        var crc = new CRC32C();
        crc.update(log, at + 6, 1 + length);
        int value = (int) crc.getValue();
        // RocksDB keeps checksums turned and moved, since it keeps checksums of what has checksums in it.
        return (value >>> 15 | value << 17) + 0xa282ead8 == whole(at) ? kind : 0;
    }

    private boolean isZero(int at) {
        for (int i = at; i < Math.min(log.length, at + HEADER); i++) {
            if (log[i] != 0) {
                return false;
            }
        }
        return true;
    }

    private int length(int at) {
        return log[at + 4] & 0xFF | (log[at + 5] & 0xFF) << 8;
    }

    private int whole(int at) {
        return log[at] & 0xFF | (log[at + 1] & 0xFF) << 8 | (log[at + 2] & 0xFF) << 16 | (log[at + 3] & 0xFF) << 24;
    }
}
