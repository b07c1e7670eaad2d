package dev.aloft.service.cloudformation;

/** Tokens of pages: the number of the last thing told. */
final class Tokens {
    private Tokens() {
    }

    static long number(String token) {
        try {
            return Long.parseLong(token);
        } catch (NumberFormatException _) {
            throw Refusals.validation("Invalid NextToken");
        }
    }
}
