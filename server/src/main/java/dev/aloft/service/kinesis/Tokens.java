package dev.aloft.service.kinesis;

import dev.aloft.api.Kinesis;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;

/** The tokens with which lists go on, for five minutes. */
final class Tokens {
    private static final Duration LIFE = Duration.ofSeconds(300);
    private static final String SEPARATOR = "|";

    private Tokens() {
    }

    static String of(Instant now, String... fields) {
        var text = now.toEpochMilli() + SEPARATOR + String.join(SEPARATOR, fields);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** So many fields, unless the token is none, or too old. */
    static String[] fields(String token, int number, Instant now) {
        try {
            var all = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8).split("\\|", number + 1);
            if (all.length == number + 1) {
                if (Instant.ofEpochMilli(Long.parseLong(all[0])).plus(LIFE).isBefore(now)) {
                    throw new Kinesis.ExpiredNextTokenException("The NextToken provided has expired. Start the "
                            + "operation over "
                            + "without it.");
                }
                return Arrays.copyOfRange(all, 1, all.length);
            }
        } catch (IllegalArgumentException _) {
            // Told below.
        }
        throw new Kinesis.InvalidArgumentException("Invalid NextToken.");
    }
}
