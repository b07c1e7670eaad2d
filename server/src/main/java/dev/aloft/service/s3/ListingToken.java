package dev.aloft.service.s3;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** A continuation token: the last thing told, as opaque text. */
final class ListingToken {
    private ListingToken() {
    }

    static String write(String last) {
        return Base64.getUrlEncoder().encodeToString(("1" + last).getBytes(StandardCharsets.UTF_8));
    }

    static String read(String token) {
        try {
            var text = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
            if (text.startsWith("1")) {
                return text.substring(1);
            }
        } catch (IllegalArgumentException _) {
            // Not one of ours.
        }
        throw Buckets.argument("continuation-token", token, "The continuation token provided is incorrect");
    }
}
