package dev.aloft.service.dynamodb.partiql;

import java.util.Locale;
import java.util.Set;

/**
 * A word of a statement.
 *
 * @param text without quotes; of the end the empty text
 * @param at   where it stands, as AWS tells it: line, column, length
 */
record Token(Kind kind, String text, String at) {
    enum Kind { WORD, QUOTED, TEXT, NUMBER, PARAMETER, SYMBOL, END }

    private static final Set<String> CLAUSES = Set.of("SET", "REMOVE", "WHERE", "RETURNING", "ORDER", "FROM", "VALUE",
        "AND", "OR", "NOT", "BETWEEN", "IN", "IS", "SELECT", "BY", "GROUP", "HAVING", "LIMIT");

    boolean isSymbol(String symbol) {
        return kind == Kind.SYMBOL && text.equals(symbol);
    }

    boolean isWord(String word) {
        return kind == Kind.WORD && text.equalsIgnoreCase(word);
    }

    /** Whether it is a word of the language, and so no name. */
    boolean isClause() {
        return kind == Kind.WORD && CLAUSES.contains(text.toUpperCase(Locale.ROOT));
    }
}
