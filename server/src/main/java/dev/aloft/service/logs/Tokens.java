package dev.aloft.service.logs;

import dev.aloft.api.Logs;
import dev.aloft.kernel.store.Key;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/** Where a page ended, as opaque text. */
final class Tokens {
    private Tokens() {
    }

    static String of(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    static Optional<String> text(String token) {
        return bytes(token).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
    }

    static String of(Key key) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(key.raw());
    }

    static Optional<Key> key(String token) {
        return bytes(token).map(Key::decoded);
    }

    private static Optional<byte[]> bytes(String token) {
        try {
            return Optional.ofNullable(token).map(Base64.getUrlDecoder()::decode);
        } catch (IllegalArgumentException _) {
            throw invalid();
        }
    }

    static Logs.InvalidParameterException invalid() {
        return new Logs.InvalidParameterException("The specified nextToken is invalid.");
    }
}
