package dev.aloft.service.dynamodb.partiql;

/**
 * A word of a statement.
 *
 * @param text without quotes; of the end the empty text
 * @param at   where it stands, as AWS tells it: line, column, length
 */
record Token(Kind kind, String text, String at) {
    enum Kind { WORD, QUOTED, TEXT, NUMBER, PARAMETER, SYMBOL, END }

    boolean isSymbol(String symbol) {
        return kind == Kind.SYMBOL && text.equals(symbol);
    }

    boolean isWord(String word) {
        return kind == Kind.WORD && text.equalsIgnoreCase(word);
    }
}
