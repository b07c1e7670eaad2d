package dev.aloft.service.dynamodb;

import dev.aloft.api.Bytes;
import dev.aloft.api.Shape;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a request is known by when it comes again: the same members, in whatever order its maps were written. */
final class RequestDigest {
    private static final byte[] NONE = {0};

    private final MessageDigest sha;

    private RequestDigest(MessageDigest sha) {
        this.sha = sha;
    }

    static byte[] of(Shape request) {
        try {
            var digest = new RequestDigest(MessageDigest.getInstance("SHA-256"));
            digest.add(request);
            return digest.sha.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private void add(Object value) {
        switch (value) {
            case null -> sha.update(NONE);
            case Shape shape -> {
                int members = shape.shape().members().size();
                head('s', members);
                for (int i = 0; i < members; i++) {
                    add(shape.get(i));
                }
            }
            case Map<?, ?> map -> {
                head('m', map.size());
                new TreeMap<Object, Object>(map).forEach((name, one) -> {
                    add(name);
                    add(one);
                });
            }
            case List<?> list -> {
                head('l', list.size());
                list.forEach(this::add);
            }
            case Bytes bytes -> text('b', bytes.array());
            default -> text('t', value.toString().getBytes(StandardCharsets.UTF_8));
        }
    }

    private void text(char kind, byte[] bytes) {
        head(kind, bytes.length);
        sha.update(bytes);
    }

    private void head(char kind, int size) {
        sha.update(ByteBuffer.allocate(1 + Integer.BYTES).put((byte) kind).putInt(size).flip());
    }
}
