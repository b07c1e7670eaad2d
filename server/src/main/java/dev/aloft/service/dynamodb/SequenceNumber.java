package dev.aloft.service.dynamodb;

import dev.aloft.service.dynamodb.value.ValidationException;

/**
 * Sequence numbers of stream records as clients see them: at least 21 digits, and the order of the numbers is the
 * records'.
 */
final class SequenceNumber {
    private static final String FRONT = "1";
    private static final int DIGITS = 20;

    private SequenceNumber() {
    }

    static String text(long number) {
        var digits = Long.toString(number);
        return FRONT + "0".repeat(DIGITS - digits.length()) + digits;
    }

    static long parse(String text) {
        if (!text.startsWith(FRONT) || text.length() != FRONT.length() + DIGITS) {
            throw invalid(text);
        }
        try {
            return Long.parseLong(text, FRONT.length(), text.length(), 10);
        } catch (NumberFormatException _) {
            throw invalid(text);
        }
    }

    private static ValidationException invalid(String text) {
        return new ValidationException("Invalid SequenceNumber: " + text);
    }
}
