package dev.aloft.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/**
 * Writes zips in which the same files are the same bytes, whatever their times and owners. What it packed once it
 * keeps, so that the next zip costs little more than what changed.
 *
 * @see <a href="https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT">The format</a>
 */
final class Archive {
    private static final int LOCAL_BYTES = 30;
    private static final int CENTRAL_BYTES = 46;
    private static final int ZIP64_BYTES = 56 + 20;
    private static final int END_BYTES = 22;
    private static final int MOST_COUNTED = 0xFFFF;
    private static final short DEFLATED = 8;
    private static final short VERSION = 20;
    private static final short UTF_8_NAMES = 0x0800;
    /** The first of January 2000. */
    private static final short DAY = 20 << 9 | 1 << 5 | 1;
    private static final int UNIX = 3 << 8;
    private static final int FILE = 0100000;

    private final Map<Path, Packed> known = new HashMap<>();

    /** A file as it was when it was packed. */
    private record Packed(FileTime modified, long size, String key, int crc, byte[] content) {
        boolean isOf(BasicFileAttributes now) {
            return modified.equals(now.lastModifiedTime()) && size == now.size()
                    && key.equals(String.valueOf(now.fileKey()));
        }
    }

    /** @param entries files by their names in the zip, in its order */
    void write(Map<String, Path> entries, OutputStream out) throws IOException {
        var directory = new ByteArrayOutputStream();
        long at = 0;
        for (var entry : entries.entrySet()) {
            var packed = packed(entry.getValue());
            var name = entry.getKey().getBytes(StandardCharsets.UTF_8);
            var head = little(LOCAL_BYTES).putInt(0x04034b50).putShort(VERSION);
            described(head, packed, name);
            out.write(head.putShort((short) 0).array());
            out.write(name);
            out.write(packed.content());
            var central = little(CENTRAL_BYTES).putInt(0x02014b50).putShort((short) (UNIX | VERSION)).putShort(VERSION);
            described(central, packed, name);
            // Without comment and more fields.
            central.putInt(0).putShort((short) 0).putShort((short) 0).putInt((FILE | mode(entry.getValue())) << 16)
                    .putInt((int) at);
            directory.write(central.array());
            directory.write(name);
            at += LOCAL_BYTES + name.length + packed.content().length;
        }
        directory.writeTo(out);
        out.write(end(entries.size(), directory.size(), at));
        known.keySet().retainAll(new HashSet<>(entries.values()));
    }

    /** What both records of a file say alike. */
    private static void described(ByteBuffer into, Packed packed, byte[] name) {
        into.putShort(UTF_8_NAMES).putShort(DEFLATED).putShort((short) 0).putShort(DAY).putInt(packed.crc())
                .putInt(packed.content().length).putInt((int) packed.size()).putShort((short) name.length);
    }

    /** The end record, and before it the one for more files than it can count. */
    private static byte[] end(int count, int directoryBytes, long at) {
        boolean many = count >= MOST_COUNTED;
        var end = little(END_BYTES + (many ? ZIP64_BYTES : 0));
        if (many) {
            end.putInt(0x06064b50).putLong(44).putShort((short) (UNIX | 45)).putShort((short) 45).putLong(0)
                    .putLong(count).putLong(count)
                    .putLong(directoryBytes).putLong(at);
            end.putInt(0x07064b50).putInt(0).putLong(at + directoryBytes).putInt(1);
        }
        short counted = (short) Math.min(count, MOST_COUNTED);
        return end.putInt(0x06054b50).putInt(0).putShort(counted).putShort(counted).putInt(directoryBytes)
                .putInt((int) at)
                .putShort((short) 0).array();
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Readable by whoever the function runs as, whatever the file's own mode is; executable where it is. */
    private static int mode(Path file) {
        return Files.isExecutable(file) ? 0755 : 0644;
    }

    private Packed packed(Path file) throws IOException {
        var now = Files.readAttributes(file, BasicFileAttributes.class);
        var before = known.get(file);
        if (before != null && before.isOf(now)) {
            return before;
        }
        var content = Files.readAllBytes(file);
        var crc = new CRC32();
        crc.update(content);
        var deflated = new ByteArrayOutputStream(content.length / 2 + 64);
        var deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        try (var out = new DeflaterOutputStream(deflated, deflater)) {
            out.write(content);
        } finally {
            deflater.end();
        }
        var packed = new Packed(now.lastModifiedTime(), content.length, String.valueOf(now.fileKey()),
                (int) crc.getValue(),
                deflated.toByteArray());
        known.put(file, packed);
        return packed;
    }
}
