package dev.aloft.service.dynamodb.partiql;

import dev.aloft.service.dynamodb.partiql.Token.Kind;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.util.List;

/** A place among the words of a statement, and how to go on from there. */
final class Tokens {
    private static final int MAX_DEPTH = 100;

    private final List<Token> all;
    /** How many question marks stand before each token. */
    private final int[] parameters;
    private int at;
    private int depth;

    Tokens(String statement) {
        all = Lexer.read(statement);
        parameters = new int[all.size()];
        for (int i = 1; i < parameters.length; i++) {
            parameters[i] = parameters[i - 1] + (all.get(i - 1).kind() == Kind.PARAMETER ? 1 : 0);
        }
    }

    Token peek() {
        return all.get(at);
    }

    Token peek(int ahead) {
        return all.get(Math.min(at + ahead, all.size() - 1));
    }

    Token next() {
        var token = all.get(at);
        // The end stays where it is, but may be taken once and put back.
        at = Math.min(at + 1, all.size() - 1);
        if (token.kind() == Kind.END) {
            throw Lexer.malformed("Unexpected end of statement", token.at());
        }
        return token;
    }

    /** Goes on behind tokens that were looked at. */
    void take(int count) {
        at += count;
    }

    /** Goes back before the token that was taken last. */
    void back() {
        at--;
    }

    /** A place to come back to. */
    int place() {
        return at;
    }

    void backTo(int place) {
        at = place;
    }

    /** How many question marks stand before this place. */
    int parameters() {
        return parameters[at];
    }

    boolean skip(String symbol) {
        if (peek().isSymbol(symbol)) {
            at++;
            return true;
        }
        return false;
    }

    boolean word(String word) {
        if (peek().isWord(word)) {
            at++;
            return true;
        }
        return false;
    }

    void expect(String symbol) {
        if (!skip(symbol)) {
            throw unexpected("Expected '" + symbol + "'");
        }
    }

    void expectWord(String word) {
        if (!word(word)) {
            throw unexpected("Expected " + word);
        }
    }

    ValidationException unexpected(String what) {
        return Lexer.malformed(what, peek().at());
    }

    /** Enters something that may stand within its like, until {@link #shallower}. */
    void deeper() {
        if (++depth > MAX_DEPTH) {
            throw Lexer.malformed("Statement is nested too deeply");
        }
    }

    void shallower() {
        depth--;
    }
}
