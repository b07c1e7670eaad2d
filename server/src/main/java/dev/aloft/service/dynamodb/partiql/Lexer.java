package dev.aloft.service.dynamodb.partiql;

import dev.aloft.service.dynamodb.partiql.Token.Kind;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/** Takes a statement apart into words. */
final class Lexer {
    private static final List<String> SYMBOLS = List.of("<<", ">>", "<>", "<=", ">=", "!=", "||", "=", "<", ">", "(",
        ")", "[", "]", "{", "}", ",", ".", ":", "*", "+", "-", ";", "/", "%");

    private final String text;
    private final List<Token> tokens = new ArrayList<>();
    private int at;

    private Lexer(String text) {
        this.text = text;
    }

    static List<Token> read(String statement) {
        return new Lexer(statement).read();
    }

    private List<Token> read() {
        while (true) {
            skipBlanks();
            if (at >= text.length()) {
                tokens.add(new Token(Kind.END, "", place(at, 0)));
                return tokens;
            }
            tokens.add(next());
        }
    }

    private void skipBlanks() {
        while (at < text.length()) {
            if (Character.isWhitespace(text.charAt(at))) {
                at++;
            } else if (text.startsWith("--", at)) {
                int end = text.indexOf('\n', at);
                at = end < 0 ? text.length() : end;
            } else if (text.startsWith("/*", at)) {
                int end = text.indexOf("*/", at + 2);
                if (end < 0) {
                    throw malformed("");
                }
                at = end + 2;
            } else {
                return;
            }
        }
    }

    private Token next() {
        int start = at;
        char c = text.charAt(at);
        if (c == '\'' || c == '"') {
            var content = quoted(c);
            return new Token(c == '"' ? Kind.QUOTED : Kind.TEXT, content, place(start, at - start));
        }
        if (c == '?') {
            at++;
            return new Token(Kind.PARAMETER, "?", place(start, 1));
        }
        if (Character.isLetter(c) || c == '_' || c == '$') {
            while (at < text.length() && isNamePart(text.charAt(at))) {
                at++;
            }
            return new Token(Kind.WORD, text.substring(start, at), place(start, at - start));
        }
        if (isDigit(c) || c == '.' && at + 1 < text.length() && isDigit(text.charAt(at + 1)) && !afterName()) {
            number();
            refuseFarExponent(text.substring(start, at));
            return new Token(Kind.NUMBER, text.substring(start, at), place(start, at - start));
        }
        for (var symbol : SYMBOLS) {
            if (text.startsWith(symbol, at)) {
                at += symbol.length();
                return new Token(Kind.SYMBOL, symbol, place(start, symbol.length()));
            }
        }
        throw malformed("");
    }

    /** A quote within is written twice. */
    private String quoted(char quote) {
        var content = new StringBuilder();
        int start = at++;
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c != quote) {
                content.append(c);
            } else if (at < text.length() && text.charAt(at) == quote) {
                content.append(quote);
                at++;
            } else {
                return content.toString();
            }
        }
        throw malformed("Unterminated quote", place(start, 1));
    }

    private void number() {
        digits();
        if (at < text.length() && text.charAt(at) == '.') {
            at++;
            digits();
        }
        if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
            int exponent = at + 1;
            if (exponent < text.length() && (text.charAt(exponent) == '+' || text.charAt(exponent) == '-')) {
                exponent++;
            }
            if (exponent < text.length() && isDigit(text.charAt(exponent))) {
                at = exponent;
                digits();
            }
        }
    }

    /** The exponent and the number of digits behind the point, which count together, are of 32 bits. */
    private static void refuseFarExponent(String number) {
        try {
            if (new BigDecimal(number).scale() > Integer.MIN_VALUE) {
                return;
            }
        } catch (NumberFormatException _) {
            // Refused as what is just beyond.
        }
        throw malformed("");
    }

    private void digits() {
        while (at < text.length() && isDigit(text.charAt(at))) {
            at++;
        }
    }

    private boolean afterName() {
        return !tokens.isEmpty() && (tokens.getLast().kind() == Kind.WORD || tokens.getLast().kind() == Kind.QUOTED);
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isNamePart(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '$';
    }

    private String place(int index, int length) {
        int line = 1;
        int column = 1;
        for (int i = 0; i < index; i++) {
            boolean ends = text.charAt(i) == '\n';
            line += ends ? 1 : 0;
            column = ends ? 1 : column + 1;
        }
        return line + ":" + column + ":" + length;
    }

    static ValidationException malformed(String what, String place) {
        return malformed(what + " at " + place);
    }

    static ValidationException malformed(String what) {
        return new ValidationException("Statement wasn't well formed, can't be processed: " + what);
    }
}
