package dev.aloft.wire;

import dev.aloft.api.Schema;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/** Writes XML into a growing run of bytes. */
final class XmlWriter {
    private byte[] out = new byte[1024];
    private int size;
    private boolean tagOpen;

    XmlWriter declaration() {
        ascii("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        return this;
    }

    XmlWriter begin(String name) {
        closeTag();
        put('<');
        ascii(name);
        tagOpen = true;
        return this;
    }

    /** An attribute of the element just begun. */
    XmlWriter attribute(String name, String value) {
        put(' ');
        ascii(name);
        put('=');
        put('"');
        escape(value, true);
        put('"');
        return this;
    }

    XmlWriter namespace(String uri) {
        return uri == null ? this : attribute("xmlns", uri);
    }

    XmlWriter namespace(Schema.XmlName name) {
        return name == null || name.uri() == null
                ? this
                : attribute(name.prefix() == null ? "xmlns" : "xmlns:" + name.prefix(), name.uri());
    }

    XmlWriter text(String value) {
        closeTag();
        escape(value, false);
        return this;
    }

    XmlWriter end(String name) {
        if (tagOpen) {
            put('/');
            put('>');
            tagOpen = false;
            return this;
        }
        put('<');
        put('/');
        ascii(name);
        put('>');
        return this;
    }

    /** A whole element that holds only text. */
    XmlWriter element(String name, String value) {
        return begin(name).text(value).end(name);
    }

    byte[] toBytes() {
        return Arrays.copyOf(out, size);
    }

    private void closeTag() {
        if (tagOpen) {
            put('>');
            tagOpen = false;
        }
    }

    private void escape(String text, boolean attribute) {
        int length = text.length();
        grow(length);
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                other(text.substring(i), attribute);
                return;
            }
            switch (c) {
                case '&' -> ascii("&amp;");
                case '<' -> ascii("&lt;");
                case '>' -> ascii("&gt;");
                case '"' -> ascii("&quot;");
                default -> {
                    if (c >= 0x20 || c == '\t' && !attribute || c == '\n' && !attribute) {
                        put(c);
                    } else {
                        ascii("&#x" + Integer.toHexString(c).toUpperCase(Locale.ROOT) + ";");
                    }
                }
            }
        }
    }

    /** The rest of a text from its first character beyond ASCII. */
    private void other(String text, boolean attribute) {
        int from = 0;
        for (int i = 0; i <= text.length(); i++) {
            boolean plain = i < text.length() && text.charAt(i) >= 0x80;
            if (plain) {
                continue;
            }
            if (i > from) {
                bytes(text.substring(from, i).getBytes(StandardCharsets.UTF_8));
            }
            int to = i;
            while (to < text.length() && text.charAt(to) < 0x80) {
                to++;
            }
            if (to > i) {
                escape(text.substring(i, to), attribute);
            }
            from = to;
            i = to - 1;
            if (to >= text.length()) {
                return;
            }
        }
    }

    private void ascii(String text) {
        int length = text.length();
        grow(length);
        for (int i = 0; i < length; i++) {
            out[size++] = (byte) text.charAt(i);
        }
    }

    private void bytes(byte[] more) {
        grow(more.length);
        System.arraycopy(more, 0, out, size, more.length);
        size += more.length;
    }

    private void put(char c) {
        if (size == out.length) {
            grow(1);
        }
        out[size++] = (byte) c;
    }

    private void grow(int more) {
        if (size + more > out.length) {
            out = Arrays.copyOf(out, Math.max(out.length * 2, size + more));
        }
    }
}
