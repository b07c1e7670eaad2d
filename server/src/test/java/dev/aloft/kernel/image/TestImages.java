package dev.aloft.kernel.image;

import dev.aloft.kernel.sandbox.Machine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Layers and images made by hand. */
public final class TestImages {
    private static final int BLOCK = 512;
    private static final Pattern LIBRARY = Pattern.compile("(/\\S+) \\(0x");

    private TestImages() {}

    /** A tar archive, entry after entry, of whatever kind. */
    public static final class Archive {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        public Archive file(String name, String content) {
            return file(name, 0644, content.getBytes(StandardCharsets.UTF_8));
        }

        public Archive file(String name, int mode, byte[] content) {
            return entry('0', name, "", mode, content);
        }

        public Archive folder(String name) {
            return entry('5', name, "", 0755, new byte[0]);
        }

        public Archive symbolicLink(String name, String target) {
            return entry('2', name, target, 0777, new byte[0]);
        }

        public Archive hardLink(String name, String target) {
            return entry('1', name, target, 0644, new byte[0]);
        }

        public Archive entry(char type, String name, String link, int mode, byte[] content) {
            byte[] header = new byte[BLOCK];
            put(header, 0, name);
            put(header, 100, "%07o".formatted(mode));
            put(header, 108, "0000000");
            put(header, 116, "0000000");
            put(header, 124, "%011o".formatted(content.length));
            put(header, 136, "00000000000");
            header[156] = (byte) type;
            put(header, 157, link);
            put(header, 257, "ustar");
            put(header, 263, "00");
            Arrays.fill(header, 148, 156, (byte) ' ');
            int sum = 0;
            for (byte each : header) {
                sum += each & 0xff;
            }
            put(header, 148, "%06o".formatted(sum));
            header[154] = 0;
            bytes.writeBytes(header);
            bytes.writeBytes(content);
            bytes.writeBytes(new byte[(BLOCK - content.length % BLOCK) % BLOCK]);
            return this;
        }

        private static void put(byte[] header, int at, String text) {
            byte[] given = text.getBytes(StandardCharsets.UTF_8);
            System.arraycopy(given, 0, header, at, given.length);
        }

        public byte[] toBytes() {
            var all = new ByteArrayOutputStream();
            all.writeBytes(bytes.toByteArray());
            all.writeBytes(new byte[2 * BLOCK]);
            return all.toByteArray();
        }
    }

    /** A layer with programs of this machine and the libraries that they need. */
    public static Archive programs(String... programs) throws IOException {
        var files = new LinkedHashMap<String, Path>();
        for (String program : programs) {
            files.put(program, Path.of(program));
            for (String line : Machine.ask(List.of("ldd", program)).orElse("").lines().toList()) {
                var library = LIBRARY.matcher(line);
                if (library.find()) {
                    files.put(library.group(1), Path.of(library.group(1)));
                }
            }
        }
        var archive = new Archive();
        for (Map.Entry<String, Path> file : files.entrySet()) {
            archive.file(file.getKey().substring(1), 0755, Files.readAllBytes(file.getValue()));
        }
        return archive;
    }
}
