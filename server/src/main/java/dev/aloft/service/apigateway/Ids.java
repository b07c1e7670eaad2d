package dev.aloft.service.apigateway;

import dev.aloft.api.Caller;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Ids as API Gateway's are: small letters and digits. They follow from the request's id, so that a request carried out
 * a second time finds what the first one made.
 */
final class Ids {
    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789";

    private Ids() {}

    static String api(Caller caller) {
        return id(caller, "api", 10);
    }

    /** Of something in an API; {@code what} tells apart what one request makes. */
    static String part(Caller caller, String what) {
        return id(caller, what, 7);
    }

    private static String id(Caller caller, String what, int length) {
        try {
            var hash = MessageDigest.getInstance("SHA-256")
                    .digest((caller.account() + caller.region() + caller.requestId() + what)
                            .getBytes(StandardCharsets.UTF_8));
            var id = new StringBuilder();
            for (int i = 0; i < length; i++) {
                id.append(ALPHABET.charAt((hash[i] & 0xff) % ALPHABET.length()));
            }
            return id.toString();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
