package dev.aloft.service.iam;

import java.security.SecureRandom;

/** Unique ids such as {@code AROAEXAMPLEEXAMPLEEXA}. */
final class Ids {
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final SecureRandom RANDOM = new SecureRandom();

    private Ids() {}

    static String create(String prefix) {
        var id = new StringBuilder(prefix);
        while (id.length() < 21) {
            id.append(ALPHABET.charAt(RANDOM.nextInt(ALPHABET.length())));
        }
        return id.toString();
    }
}
