package dev.aloft.service.lambda;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * Unpacks a zip that nobody vouches for: nothing is written outside the folder, links point inside it, and what comes
 * out is counted. Permissions are those of the zip; the JDK reads all of a zip but these.
 */
final class Zip {
    private static final int MOST_ENTRIES = 200_000;
    private static final int LONGEST_LINK = 4096;
    private static final int END_RECORD = 22;
    private static final int ENTRY_RECORD = 46;
    private static final int TYPE = 0170000;
    private static final int LINK = 0120000;

    private Zip() {}

    /** No zip, or one that would write where it must not. */
    static final class Malformed extends IOException {
        Malformed(String message) {
            super(message);
        }
    }

    /** More comes out than is allowed. */
    static final class TooLarge extends IOException {}

    /** A zip that was unpacked before, and where. */
    record Unpacked(Path zip, Path folder) {}

    static void unpack(Path zip, Path folder, long mostBytes) throws IOException {
        unpack(zip, folder, mostBytes, Optional.empty());
    }

    /**
     * @param before whose files are linked where name, mode, size and checksum are the same: mostly one file of many
     * changed
     */
    static void unpack(Path zip, Path folder, long mostBytes, Optional<Unpacked> before) throws IOException {
        Map<String, Integer> modes = modes(zip);
        Map<String, Known> known = before.isPresent() ? known(before.get().zip()) : Map.of();
        var made = new HashSet<Path>();
        var links = new LinkedHashMap<Path, String>();
        long left = mostBytes;
        int count = 0;
        try (ZipFile file = new ZipFile(zip.toFile())) {
            for (ZipEntry entry : (Iterable<ZipEntry>) () -> file.stream().map(each -> (ZipEntry) each).iterator()) {
                if (++count > MOST_ENTRIES) {
                    throw new TooLarge();
                }
                Path at = inside(folder, entry.getName());
                Integer mode = modes.get(entry.getName());
                if (entry.isDirectory()) {
                    Files.createDirectories(at);
                } else if (mode != null && (mode & TYPE) == LINK) {
                    links.put(at, new String(content(file, entry).readNBytes(LONGEST_LINK), StandardCharsets.UTF_8));
                } else {
                    if (made.add(at.getParent())) {
                        Files.createDirectories(at.getParent());
                    }
                    if (Known.of(entry, mode).equals(known.get(entry.getName()))
                            && link(inside(before.orElseThrow().folder(), entry.getName()), at,
                                    entry.getSize(), left)) {
                        left -= entry.getSize();
                    } else {
                        left = copy(content(file, entry), at, left);
                        Files.setPosixFilePermissions(at, permissions(mode));
                    }
                }
            }
        } catch (ZipException | FileAlreadyExistsException | IllegalArgumentException e) {
            throw new Malformed(e.getMessage());
        }
        // Last, so that no file is written through a link.
        for (var link : links.entrySet()) {
            Path target = link.getKey().getParent().resolve(link.getValue()).normalize();
            if (!target.startsWith(folder)) {
                throw new Malformed("a link that leads outside: " + link.getValue());
            }
            Files.createDirectories(link.getKey().getParent());
            Files.createSymbolicLink(link.getKey(), Path.of(link.getValue()));
        }
    }

    private record Known(long crc, long size, Integer mode) {
        static Known of(ZipEntry entry, Integer mode) {
            return new Known(entry.getCrc(), entry.getSize(), mode);
        }
    }

    private static Map<String, Known> known(Path zip) {
        var all = new HashMap<String, Known>();
        try (ZipFile file = new ZipFile(zip.toFile())) {
            Map<String, Integer> modes = modes(zip);
            file.stream().forEach(entry -> all.put(entry.getName(), Known.of(entry, modes.get(entry.getName()))));
        } catch (IOException gone) {
            return Map.of();
        }
        return all;
    }

    private static boolean link(Path from, Path at, long size, long left) throws IOException {
        try {
            if (size > 0 && size <= left && Files.size(from) == size) {
                Files.createLink(at, from);
                return true;
            }
        } catch (NoSuchFileException | UnsupportedOperationException gone) {
            // It is unpacked as any other.
        }
        return false;
    }

    private static InputStream content(ZipFile file, ZipEntry entry) throws IOException {
        InputStream in = file.getInputStream(entry);
        if (in == null) {
            throw new Malformed("no content of " + entry.getName());
        }
        return in;
    }

    private static long copy(InputStream in, Path to, long left) throws IOException {
        var buffer = new byte[64 * 1024];
        long remaining = left;
        try (in; OutputStream out = Files.newOutputStream(to)) {
            for (int read; (read = in.read(buffer)) >= 0;) {
                remaining -= read;
                if (remaining < 0) {
                    throw new TooLarge();
                }
                out.write(buffer, 0, read);
            }
        }
        return remaining;
    }

    private static Path inside(Path folder, String name) throws Malformed {
        try {
            Path at = folder.resolve(name.replace('\\', '/')).normalize();
            if (name.startsWith("/") || !at.startsWith(folder) || at.equals(folder) && !name.matches("[./]+")) {
                throw new Malformed("a name that leads outside: " + name);
            }
            return at;
        } catch (InvalidPathException e) {
            throw new Malformed("no name of a file: " + name);
        }
    }

    /** Of the zip if it was made on a system that has them; all may read what was made elsewhere, and run it. */
    private static Set<PosixFilePermission> permissions(Integer mode) {
        int bits = mode == null || (mode & 0777) == 0 ? 0755 : mode & 0777;
        var all = EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
        PosixFilePermission[] order = {
            PosixFilePermission.OTHERS_EXECUTE, PosixFilePermission.OTHERS_WRITE, PosixFilePermission.OTHERS_READ,
            PosixFilePermission.GROUP_EXECUTE, PosixFilePermission.GROUP_WRITE, PosixFilePermission.GROUP_READ,
            PosixFilePermission.OWNER_EXECUTE, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_READ};
        for (int bit = 0; bit < order.length; bit++) {
            if ((bits >> bit & 1) == 1) {
                all.add(order[bit]);
            }
        }
        return all;
    }

    /** The Unix modes that the central directory tells, by name. */
    private static Map<String, Integer> modes(Path zip) throws IOException {
        var modes = new HashMap<String, Integer>();
        try (var file = new RandomAccessFile(zip.toFile(), "r")) {
            int tailLength = (int) Math.min(file.length(), 65_535 + END_RECORD);
            var tail = new byte[tailLength];
            file.seek(file.length() - tailLength);
            file.readFully(tail);
            ByteBuffer end = ByteBuffer.wrap(tail).order(ByteOrder.LITTLE_ENDIAN);
            int at = tailLength - END_RECORD;
            while (at >= 0 && end.getInt(at) != 0x06054b50) {
                at--;
            }
            if (at < 0) {
                throw new Malformed("no end record");
            }
            long size = Integer.toUnsignedLong(end.getInt(at + 12));
            long from = Integer.toUnsignedLong(end.getInt(at + 16));
            if (size > 64 << 20 || from + size > file.length()) {
                throw new Malformed("a directory out of bounds");
            }
            var bytes = new byte[(int) size];
            file.seek(from);
            file.readFully(bytes);
            ByteBuffer directory = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i + ENTRY_RECORD <= size && directory.getInt(i) == 0x02014b50;) {
                int nameLength = Short.toUnsignedInt(directory.getShort(i + 28));
                int more = Short.toUnsignedInt(directory.getShort(i + 30))
                        + Short.toUnsignedInt(directory.getShort(i + 32));
                if (i + ENTRY_RECORD + nameLength > size) {
                    throw new Malformed("a name out of bounds");
                }
                boolean unix = bytes[i + 5] == 3;
                if (unix) {
                    modes.put(new String(bytes, i + ENTRY_RECORD, nameLength, StandardCharsets.UTF_8),
                            directory.getInt(i + 38) >>> 16);
                }
                i += ENTRY_RECORD + nameLength + more;
            }
        }
        return modes;
    }
}
