package dev.aloft.service.lambda.invoke;

import java.security.SecureRandom;
import java.util.HexFormat;

/** Digits that nobody can guess. */
final class RandomHex {
    private static final SecureRandom RANDOM = new SecureRandom();

    private RandomHex() {}

    static String of(int bytes) {
        byte[] some = new byte[bytes];
        RANDOM.nextBytes(some);
        return HexFormat.of().formatHex(some);
    }
}
