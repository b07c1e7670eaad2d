package dev.aloft.service.dynamodb.expression;

import java.util.ArrayList;
import java.util.List;

/**
 * Cuts an expression into tokens. A character that begins no token becomes a token of its own, for the parser to
 * refuse.
 */
final class Lexer {
    enum Kind {
        WORD, NAME, VALUE, NUMBER, SYMBOL, END
    }

    record Token(Kind kind, String text, int start, int end) {
        boolean is(String symbol) {
            return kind == Kind.SYMBOL && text.equals(symbol);
        }

        boolean isWord(String word) {
            return kind == Kind.WORD && text.equalsIgnoreCase(word);
        }
    }

    private Lexer() {
    }

    static List<Token> tokens(String text) {
        var tokens = new ArrayList<Token>();
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
                at++;
                continue;
            }
            int end = at + 1;
            Kind kind;
            if (isLetter(c)) {
                end = word(text, at + 1);
                kind = Kind.WORD;
            } else if (c >= '0' && c <= '9') {
                // A number that begins with a zero is that zero.
                while (c != '0' && end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
                    end++;
                }
                kind = Kind.NUMBER;
            } else if ((c == '#' || c == ':') && word(text, at + 1) > at + 1) {
                end = word(text, at + 1);
                kind = c == '#' ? Kind.NAME : Kind.VALUE;
            } else {
                char next = end < text.length() ? text.charAt(end) : ' ';
                if ((c == '<' || c == '>') && next == '=' || c == '<' && next == '>') {
                    end++;
                }
                kind = Kind.SYMBOL;
            }
            tokens.add(new Token(kind, text.substring(at, end), at, end));
            at = end;
        }
        tokens.add(new Token(Kind.END, "<EOF>", text.length(), text.length()));
        return tokens;
    }

    private static int word(String text, int from) {
        int at = from;
        while (at < text.length() && (isLetter(text.charAt(at)) || text.charAt(at) == '_'
            || text.charAt(at) >= '0' && text.charAt(at) <= '9')) {
            at++;
        }
        return at;
    }

    private static boolean isLetter(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
    }
}
