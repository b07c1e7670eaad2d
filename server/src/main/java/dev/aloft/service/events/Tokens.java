package dev.aloft.service.events;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Where a page ended, as opaque text. */
final class Tokens {
    private Tokens() {}

    static String of(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    static String text(String token) {
        try {
            return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            throw Rules.invalid("Invalid pagination token.");
        }
    }
}
