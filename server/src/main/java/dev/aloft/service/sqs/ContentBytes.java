package dev.aloft.service.sqs;

import dev.aloft.api.Bytes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Contents as bytes: every message sent is written once and read once, so it is done by hand. */
final class ContentBytes {
    /** The form, by which a later one can be told. */
    private static final int VERSION = 1;
    /** The same with the envelope of the body behind all. */
    private static final int SEALED = 2;
    private static final int NONE = -1;

    private ContentBytes() {}

    static byte[] write(Content content) {
        boolean sealed = content.sealed() != null;
        var bytes = new ByteArrayOutputStream((sealed ? content.sealed().length() : content.body().length()) + 200);
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(sealed ? SEALED : VERSION);
            text(out, content.messageId());
            text(out, content.body());
            text(out, content.bodyDigest());
            text(out, content.sender());
            text(out, content.trace());
            text(out, content.group());
            text(out, content.deduplicationId());
            text(out, content.source());
            out.writeByte(content.attributes().size());
            for (var entry : content.attributes().entrySet()) {
                text(out, entry.getKey());
                text(out, entry.getValue().type());
                text(out, entry.getValue().text());
                bytes(out, entry.getValue().binary() == null ? null : entry.getValue().binary().array());
            }
            if (sealed) {
                bytes(out, content.sealed().array());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        bytes(out, text == null ? null : text.getBytes(StandardCharsets.UTF_8));
    }

    private static void bytes(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes == null ? NONE : bytes.length);
        if (bytes != null) {
            out.write(bytes);
        }
    }

    static Content read(byte[] bytes) {
        try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            int version = in.readByte();
            if (version != VERSION && version != SEALED) {
                throw new IllegalStateException("A message is kept in the form " + version
                        + ", which is not known here");
            }
            var id = text(in);
            var body = text(in);
            var digest = text(in);
            var sender = text(in);
            var trace = text(in);
            var group = text(in);
            var deduplicationId = text(in);
            var source = text(in);
            var attributes = attributes(in);
            var sealed = version == SEALED ? Bytes.of(bytes(in)) : null;
            return new Content(id, body, digest, attributes, sender, trace, group, deduplicationId, source, sealed);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, Content.Attribute> attributes(DataInputStream in) throws IOException {
        int size = in.readByte();
        if (size == 0) {
            return Map.of();
        }
        var attributes = new LinkedHashMap<String, Content.Attribute>();
        for (int i = 0; i < size; i++) {
            var name = text(in);
            var type = text(in);
            var text = text(in);
            var binary = bytes(in);
            attributes.put(name, new Content.Attribute(type, text, binary == null ? null : Bytes.of(binary)));
        }
        return attributes;
    }

    private static String text(DataInputStream in) throws IOException {
        var bytes = bytes(in);
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    private static byte[] bytes(DataInputStream in) throws IOException {
        int length = in.readInt();
        return length == NONE ? null : in.readNBytes(length);
    }
}
