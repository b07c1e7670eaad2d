package dev.aloft.wire;

import dev.aloft.api.ApiError;
import dev.aloft.api.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.zip.CRC32;

/** One message of an event stream: two checksums around headers and a payload. */
final class EventFrame {
    private static final int MAX_HEADERS = 128 << 10;
    private static final int MAX_FRAME = 24 << 20;

    private final Map<String, Object> headers = new LinkedHashMap<>();
    private byte[] payload = new byte[0];

    static EventFrame event(String type, String contentType, byte[] payload) {
        return new EventFrame()
                .header(":message-type", "event")
                .header(":event-type", type)
                .header(":content-type", contentType)
                .payload(payload);
    }

    /** An error in the middle of a stream: an exception where the model has it, else a bare error. */
    static EventFrame exception(ApiError error, BodyCodec codec) {
        if (error.detail() == null) {
            return new EventFrame()
                    .header(":message-type", "error")
                    .header(":error-code", error.code())
                    .header(":error-message", error.getMessage() == null ? "" : error.getMessage());
        }
        var name = error.detail().shape().name();
        return new EventFrame()
                .header(":message-type", "exception")
                .header(":exception-type", Character.toLowerCase(name.charAt(0)) + name.substring(1))
                .header(":content-type", codec.contentType())
                .payload(codec.writeMembers(error.detail(), null, false));
    }

    EventFrame header(String name, Object value) {
        headers.put(name, value);
        return this;
    }

    EventFrame payload(byte[] bytes) {
        payload = bytes;
        return this;
    }

    Object header(String name) {
        return headers.get(name);
    }

    String text(String name) {
        return headers.get(name) instanceof String text ? text : null;
    }

    byte[] payload() {
        return payload;
    }

    byte[] encode() {
        var head = headerBytes();
        var frame = ByteBuffer.allocate(16 + head.length + payload.length);
        frame.putInt(frame.capacity()).putInt(head.length);
        frame.putInt(crc(frame.array(), 8));
        frame.put(head).put(payload);
        frame.putInt(crc(frame.array(), frame.position()));
        return frame.array();
    }

    private static int crc(byte[] bytes, int length) {
        var crc = new CRC32();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }

    private byte[] headerBytes() {
        var bytes = new ByteArrayOutputStream(64);
        try (var out = new DataOutputStream(bytes)) {
            for (var entry : headers.entrySet()) {
                var name = entry.getKey().getBytes(StandardCharsets.UTF_8);
                out.writeByte(name.length);
                out.write(name);
                write(out, entry.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void write(DataOutputStream out, Object value) throws IOException {
        switch (value) {
            case Boolean bool -> out.writeByte(bool ? 0 : 1);
            case Integer number -> {
                out.writeByte(4);
                out.writeInt(number);
            }
            case Long number -> {
                out.writeByte(5);
                out.writeLong(number);
            }
            case Bytes bytes -> {
                out.writeByte(6);
                out.writeShort(bytes.length());
                out.write(bytes.array());
            }
            case String text -> {
                var bytes = text.getBytes(StandardCharsets.UTF_8);
                out.writeByte(7);
                out.writeShort(bytes.length);
                out.write(bytes);
            }
            case Instant moment -> {
                out.writeByte(8);
                out.writeLong(moment.toEpochMilli());
            }
            default -> throw new IllegalStateException("no event header for " + value.getClass());
        }
    }

    /** The next frame, or null at the end of the stream. */
    static EventFrame decode(InputStream in) throws IOException {
        var prelude = in.readNBytes(12);
        if (prelude.length == 0) {
            return null;
        }
        if (prelude.length < 12) {
            throw new Unreadable("the event stream ends in a frame");
        }
        var start = ByteBuffer.wrap(prelude);
        int total = start.getInt();
        int headerLength = start.getInt();
        if (start.getInt() != crc(prelude, 8)) {
            throw new Unreadable("an event's prelude is damaged");
        }
        if (total < 16 || total > MAX_FRAME || headerLength < 0 || headerLength > MAX_HEADERS
                || headerLength > total - 16) {
            throw new Unreadable("an event is too long");
        }
        var whole = new byte[total];
        System.arraycopy(prelude, 0, whole, 0, 12);
        if (in.readNBytes(whole, 12, total - 12) < total - 12) {
            throw new Unreadable("the event stream ends in a frame");
        }
        if (ByteBuffer.wrap(whole).getInt(total - 4) != crc(whole, total - 4)) {
            throw new Unreadable("an event is damaged");
        }
        var frame = new EventFrame();
        frame.readHeaders(ByteBuffer.wrap(whole, 12, headerLength));
        frame.payload = Arrays.copyOfRange(whole, 12 + headerLength, total - 4);
        return frame;
    }

    private void readHeaders(ByteBuffer in) {
        try {
            while (in.hasRemaining()) {
                var name = new byte[in.get() & 0xff];
                in.get(name);
                headers.put(new String(name, StandardCharsets.UTF_8), value(in));
            }
        } catch (BufferUnderflowException e) {
            throw new Unreadable("an event's headers are damaged");
        }
    }

    private static Object value(ByteBuffer in) {
        int type = in.get();
        return switch (type) {
            case 0 -> true;
            case 1 -> false;
            case 2 -> (int) in.get();
            case 3 -> (int) in.getShort();
            case 4 -> in.getInt();
            case 5 -> in.getLong();
            case 6 -> bytes(in);
            case 7 -> new String(bytes(in), StandardCharsets.UTF_8);
            case 8 -> Instant.ofEpochMilli(in.getLong());
            case 9 -> new UUID(in.getLong(), in.getLong());
            default -> throw new Unreadable("an event has a header of unknown type " + type);
        };
    }

    private static byte[] bytes(ByteBuffer in) {
        var bytes = new byte[in.getShort() & 0xffff];
        in.get(bytes);
        return bytes;
    }
}
