package dev.aloft.service.dynamodb.value;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Texts of names that were read before: the same bytes mostly give the same text, which need not be made again. */
final class Names {
    private static final int REMEMBERED = 1024;
    private static final int LONGEST = 32;
    /** Threads may overwrite each other's: each is right for itself. */
    private static final Name[] NAMES = new Name[REMEMBERED];

    private record Name(byte[] bytes, String text) {
    }

    private Names() {
    }

    static String of(byte[] bytes, int from, int to) {
        if (to - from > LONGEST) {
            return new String(bytes, from, to - from, StandardCharsets.UTF_8);
        }
        int hash = 1;
        for (int i = from; i < to; i++) {
            hash = 31 * hash + bytes[i];
        }
        int place = (hash ^ hash >>> 16) & REMEMBERED - 1;
        var known = NAMES[place];
        if (known != null && Arrays.equals(known.bytes, 0, known.bytes.length, bytes, from, to)) {
            return known.text;
        }
        var text = new String(bytes, from, to - from, StandardCharsets.UTF_8);
        NAMES[place] = new Name(Arrays.copyOfRange(bytes, from, to), text);
        return text;
    }
}
