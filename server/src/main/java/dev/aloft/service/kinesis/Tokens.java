package dev.aloft.service.kinesis;

import dev.aloft.api.Kinesis;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** The tokens with which lists go on. */
final class Tokens {
    private Tokens() {
    }

    static String of(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    static String text(String token) {
        try {
            return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            throw new Kinesis.InvalidArgumentException("NextToken is invalid");
        }
    }
}
