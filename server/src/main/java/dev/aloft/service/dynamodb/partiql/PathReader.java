package dev.aloft.service.dynamodb.partiql;

import dev.aloft.service.dynamodb.expression.Path;
import dev.aloft.service.dynamodb.partiql.Token.Kind;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.util.ArrayList;
import java.util.Locale;
import java.util.Set;

/** Reads names and document paths of a statement. */
final class PathReader {
    private final Tokens tokens;

    PathReader(Tokens tokens) {
        this.tokens = tokens;
    }

    /** Whether a path begins so. */
    static boolean begins(Token token) {
        return token.kind() == Kind.QUOTED || token.kind() == Kind.WORD
            && !Set.of("TRUE", "FALSE", "NULL", "MISSING").contains(token.text().toUpperCase(Locale.ROOT));
    }

    Path path() {
        if (tokens.peek().isSymbol("[")) {
            throw new ValidationException("A path cannot start with a list index");
        }
        var steps = new ArrayList<Object>();
        steps.add(name("attribute name"));
        while (true) {
            if (tokens.skip(".")) {
                if (tokens.peek().isSymbol("*")) {
                    throw new ValidationException("Unpivot path component like a.*.b are not supported");
                }
                if (tokens.peek().isWord("INNER")) {
                    throw Lexer.malformed("Invalid path dot component");
                }
                steps.add(name("path component"));
            } else if (tokens.skip("[")) {
                steps.add(position());
            } else {
                return new Path(steps);
            }
        }
    }

    private Object position() {
        var token = tokens.next();
        if (token.isSymbol("*")) {
            throw new ValidationException("Wildcard path component like a[*].b are not supported");
        }
        if (token.kind() == Kind.TEXT || token.kind() == Kind.QUOTED) {
            tokens.expect("]");
            return token.text();
        }
        if (token.kind() != Kind.NUMBER || !token.text().matches("[0-9]{1,9}")) {
            throw new ValidationException("List index is not within the allowable range; index: [" + token.text()
                + "]");
        }
        tokens.expect("]");
        return Integer.parseInt(token.text());
    }

    String name(String what) {
        var token = tokens.next();
        if (token.kind() != Kind.QUOTED && (token.kind() != Kind.WORD
                || token.isClause())) {
            tokens.back();
            throw tokens.unexpected("Expected " + what);
        }
        if (token.text().isEmpty()) {
            throw new ValidationException("Path component cannot be an empty string");
        }
        return token.text();
    }
}
