package dev.aloft.kernel.image;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a tar archive from its beginning to its end, entry after entry: POSIX (ustar, pax) and GNU's long names. What
 * it reads may be anything, so everything is bounded.
 *
 * @see <a href="https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html">POSIX pax</a>
 */
final class Tar {
    private static final int BLOCK = 512;
    private static final int MOST_HEADER_BYTES = 1 << 20;

    private final InputStream in;
    private final byte[] block = new byte[BLOCK];
    private final Map<String, String> global = new HashMap<>();
    /** Of the current entry, and what fills its last block. */
    private long left;
    private int padding;

    Tar(InputStream in) {
        this.in = in;
    }

    /** Not a tar archive, or one that would do what it must not. */
    static final class Malformed extends IOException {
        Malformed(String message) {
            super(message);
        }
    }

    enum Kind { FILE, FOLDER, SYMBOLIC_LINK, HARD_LINK, OTHER }

    /**
     * An entry.
     *
     * @param link what a link leads to
     * @param mode permissions
     * @param size bytes of its content, 0 where it has none
     */
    record Entry(String name, Kind kind, String link, int mode, long size) {}

    /** The next entry; what is left of the content of the last one is passed over. */
    Optional<Entry> next() throws IOException {
        var attributes = new HashMap<>(global);
        while (true) {
            in.skipNBytes(left + padding);
            left = 0;
            padding = 0;
            if (!readBlock()) {
                return Optional.empty();
            }
            checkSum();
            char type = (char) block[156];
            content(number(124, 12));
            switch (type) {
                case 'x' -> attributes.putAll(attributes());
                case 'g' -> {
                    global.putAll(attributes());
                    attributes.putAll(global);
                }
                case 'L' -> attributes.put("path", longName());
                case 'K' -> attributes.put("linkpath", longName());
                case 'S' -> throw new Malformed("a file with holes, in GNU's own form");
                default -> {
                    return Optional.of(entry(type, attributes));
                }
            }
        }
    }

    private void content(long size) throws Malformed {
        if (size < 0) {
            throw new Malformed("a content of " + size + " bytes");
        }
        left = size;
        padding = (int) ((BLOCK - size % BLOCK) % BLOCK);
    }

    private Entry entry(char type, Map<String, String> attributes) throws Malformed {
        if (attributes.keySet().stream().anyMatch(name -> name.startsWith("GNU.sparse."))) {
            throw new Malformed("a file with holes");
        }
        if (attributes.containsKey("size")) {
            try {
                content(Long.parseLong(attributes.get("size")));
            } catch (NumberFormatException e) {
                throw new Malformed("a size that is no number");
            }
        }
        String name = attributes.getOrDefault("path", name());
        Kind kind = switch (type) {
            case '0', '\0', '7' -> name.endsWith("/") ? Kind.FOLDER : Kind.FILE;
            case '1' -> Kind.HARD_LINK;
            case '2' -> Kind.SYMBOLIC_LINK;
            case '5' -> Kind.FOLDER;
            default -> Kind.OTHER;
        };
        if (kind == Kind.HARD_LINK || kind == Kind.SYMBOLIC_LINK) {
            // Some archivers repeat the size of what is linked to, without its content.
            content(0);
        }
        String link = attributes.getOrDefault("linkpath", text(157, 100));
        return new Entry(name, kind, link, (int) number(100, 8) & 07777, left);
    }

    private String name() {
        String name = text(0, 100);
        boolean posix = text(257, 6).startsWith("ustar") && block[262] == 0;
        String prefix = posix ? text(345, 155) : "";
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    /** The content of the current entry. */
    InputStream content() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                if (length == 0) {
                    return 0;
                }
                if (left == 0) {
                    return -1;
                }
                int read = in.read(into, offset, (int) Math.min(length, left));
                if (read < 0) {
                    throw new EOFException("the archive ends within a file");
                }
                left -= read;
                return read;
            }
        };
    }

    private byte[] header() throws IOException {
        if (left > MOST_HEADER_BYTES) {
            throw new Malformed("a name that is too long");
        }
        return content().readNBytes((int) left);
    }

    private String longName() throws IOException {
        String name = new String(header(), StandardCharsets.UTF_8);
        int end = name.indexOf('\0');
        return end < 0 ? name : name.substring(0, end);
    }

    /** Lines of a length, a name and a value: {@code 30 mtime=1700000000.123\n}. */
    private Map<String, String> attributes() throws IOException {
        byte[] bytes = header();
        var all = new HashMap<String, String>();
        for (int at = 0; at < bytes.length;) {
            int space = at;
            int length = 0;
            while (space < bytes.length && Character.isDigit(bytes[space]) && length < MOST_HEADER_BYTES) {
                length = length * 10 + bytes[space] - '0';
                space++;
            }
            if (length < 5 || at + length > bytes.length || bytes[space] != ' ' || bytes[at + length - 1] != '\n') {
                throw new Malformed("an extended header that is none");
            }
            String line = new String(bytes, space + 1, at + length - 1 - (space + 1), StandardCharsets.UTF_8);
            int equals = line.indexOf('=');
            if (equals < 1) {
                throw new Malformed("an extended header without a name");
            }
            all.put(line.substring(0, equals), line.substring(equals + 1));
            at += length;
        }
        return all;
    }

    /** False at the end: of the stream, or a block of nothing. */
    private boolean readBlock() throws IOException {
        int read = in.readNBytes(block, 0, BLOCK);
        if (read == 0) {
            return false;
        }
        if (read < BLOCK) {
            throw new EOFException("the archive ends within an entry");
        }
        for (byte each : block) {
            if (each != 0) {
                return true;
            }
        }
        return false;
    }

    private void checkSum() throws Malformed {
        long said = number(148, 8);
        long sum = 0;
        for (int i = 0; i < BLOCK; i++) {
            sum += i >= 148 && i < 156 ? ' ' : block[i] & 0xff;
        }
        if (sum != said) {
            throw new Malformed("no tar archive");
        }
    }

    private String text(int from, int length) {
        int end = from;
        while (end < from + length && block[end] != 0) {
            end++;
        }
        return new String(block, from, end - from, StandardCharsets.UTF_8);
    }

    /** Octal digits, or a binary number whose first bit is set. */
    private long number(int from, int length) throws Malformed {
        long number = 0;
        if ((block[from] & 0x80) != 0) {
            for (int i = from + length - 8; i < from + length; i++) {
                number = number << 8 | block[i] & 0xff;
            }
            return number;
        }
        for (char digit : text(from, length).strip().toCharArray()) {
            if (digit < '0' || digit > '7') {
                throw new Malformed("a number that is none");
            }
            number = number << 3 | digit - '0';
        }
        return number;
    }
}
