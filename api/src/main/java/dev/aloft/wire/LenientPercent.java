package dev.aloft.wire;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Percent-encoding for signatures, which take whatever was sent: what encodes no byte stands for itself. */
final class LenientPercent {
    private static final char[] HEX = "0123456789ABCDEF".toCharArray();

    private LenientPercent() {}

    static String encode(String text) {
        return encode(text.getBytes(StandardCharsets.UTF_8), false);
    }

    static String encode(byte[] bytes, boolean keepSlash) {
        var encoded = new StringBuilder(bytes.length + 16);
        for (byte b : bytes) {
            if (b >= 'a' && b <= 'z'
                    || b >= 'A' && b <= 'Z'
                    || b >= '0' && b <= '9'
                    || b == '-'
                    || b == '.'
                    || b == '_'
                    || b == '~'
                    || keepSlash && b == '/') {
                encoded.append((char) b);
            } else {
                encoded.append('%').append(HEX[b >> 4 & 15]).append(HEX[b & 15]);
            }
        }
        return encoded.toString();
    }

    static String decode(String text, int from, int to, boolean plusIsSpace) {
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c == '%' || plusIsSpace && c == '+') {
                return new String(decodeBytes(text, from, to, plusIsSpace), StandardCharsets.UTF_8);
            }
        }
        return text.substring(from, to);
    }

    static byte[] decodeBytes(String text, int from, int to, boolean plusIsSpace) {
        var bytes = new ByteArrayOutputStream(to - from);
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c == '%' && i + 2 < to && digit(text.charAt(i + 1)) >= 0 && digit(text.charAt(i + 2)) >= 0) {
                bytes.write(digit(text.charAt(i + 1)) << 4 | digit(text.charAt(i + 2)));
                i += 2;
            } else if (plusIsSpace && c == '+') {
                bytes.write(' ');
            } else if (c < 0x80) {
                bytes.write(c);
            } else {
                bytes.writeBytes(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
            }
        }
        return bytes.toByteArray();
    }

    private static int digit(char c) {
        return c < 0x80 ? Character.digit(c, 16) : -1;
    }
}
