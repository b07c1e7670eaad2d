package dev.aloft.kernel.store.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Tells a log whose last record a power cut left half written from one that is damaged. RocksDB passes over a last record that
 * is too short, but refuses one of the right length with the wrong content. Since a group is written only after the one before
 * it is on disk, no more than the last record can be unacknowledged: with another one behind it, what is broken is damage.
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

    private TornLog(byte[] log) {
        this.log = log;
    }

    /** Cuts the torn record off the last log of a store; says false when that is not what is wrong. */
    static boolean repair(Path store) throws IOException {
        Optional<Path> last;
        try (var files = Files.list(store)) {
            last = files.filter(file -> file.toString().endsWith(".log")).max(Comparator.comparing(Path::getFileName));
        }
        if (last.isEmpty() || Files.size(last.get()) > LONGEST) {
            return false;
        }
        long end = new TornLog(Files.readAllBytes(last.get())).soundLength();
        if (end < 0) {
            return false;
        }
        try (var channel = FileChannel.open(last.get(), StandardOpenOption.WRITE)) {
            channel.truncate(end);
            channel.force(true);
        }
        return true;
    }

    /** Where the torn record begins, or -1 when the log is whole or damaged. */
    private long soundLength() {
        // Where the record begins that this one is a part of.
        int begun = 0;
        for (int at = 0; at < log.length; ) {
            int left = BLOCK - at % BLOCK;
            if (left < HEADER || isZero(at)) {
                at += left;
                continue;
            }
            int kind = kind(at);
            if (kind < FULL || kind > LAST) {
                return isLastRecord(at) ? begun : -1;
            }
            if (kind == FULL || kind == FIRST) {
                begun = at;
            }
            at += HEADER + length(at);
            if (kind == FULL || kind == LAST) {
                begun = at;
            }
        }
        return -1;
    }

    /** Whether no other record begins behind a broken one. */
    private boolean isLastRecord(int broken) {
        int block = broken / BLOCK * BLOCK;
        // Its length may be broken too: the next may begin anywhere.
        for (int at = broken + 1; at <= Math.min(log.length, block + BLOCK) - HEADER; at++) {
            int kind = kind(at);
            if (kind == FULL || kind == FIRST) {
                return false;
            }
        }
        for (int at = block + BLOCK; at + HEADER <= log.length; at += BLOCK) {
            for (int next = at; next + HEADER <= Math.min(log.length, at + BLOCK); ) {
                int kind = kind(next);
                if (kind == FULL || kind == FIRST) {
                    return false;
                }
                if (kind != MIDDLE && kind != LAST) {
                    break;
                }
                next += HEADER + length(next);
            }
        }
        return true;
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
