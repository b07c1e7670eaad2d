package dev.aloft.kernel.identity;

import java.security.SecureRandom;
import java.util.Optional;

/**
 * Access key ids: a prefix of four letters and 16 of base 32, which tell the account as AWS's do. The 80 bits behind
 * the prefix are one set bit, 40 of the account's number, and 39 of chance.
 */
public final class AccessKeyIds {
    public static final String LONG_TERM = "AKIA";
    public static final String TEMPORARY = "ASIA";

    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final int DIGITS = 16;
    private static final SecureRandom RANDOM = new SecureRandom();

    private AccessKeyIds() {}

    public static String create(String prefix, String account) {
        long head = 1L << 40 | Long.parseLong(account);
        long tail = RANDOM.nextLong() & (1L << 39) - 1;
        var id = new StringBuilder(prefix);
        for (int i = 0; i < DIGITS; i++) {
            int shift = 75 - 5 * i;
            // The head ends at bit 39 of the 80.
            long five = shift >= 39 ? head >> shift - 39
                    : shift + 5 <= 39 ? tail >> shift : head << 39 - shift | tail >> shift;
            id.append(ALPHABET.charAt((int) (five & 31)));
        }
        return id.toString();
    }

    /** The account that an id tells, or empty where it is not formed like one. */
    public static Optional<String> account(String id) {
        if (id.length() < 4 + 9 || !id.startsWith("A")) {
            return Optional.empty();
        }
        long head = 0;
        for (int i = 4; i < 13; i++) {
            int digit = ALPHABET.indexOf(id.charAt(i));
            if (digit < 0) {
                return Optional.empty();
            }
            head = head << 5 | digit;
        }
        long account = head >> 4 & (1L << 40) - 1;
        return account > 999_999_999_999L ? Optional.empty() : Optional.of("%012d".formatted(account));
    }
}
