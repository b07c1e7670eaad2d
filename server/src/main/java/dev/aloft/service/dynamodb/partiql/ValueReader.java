package dev.aloft.service.dynamodb.partiql;

import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.service.dynamodb.partiql.Token.Kind;
import dev.aloft.service.dynamodb.value.Numbers;
import dev.aloft.service.dynamodb.value.ValidationException;
import dev.aloft.service.dynamodb.value.Values;
import dev.aloft.service.dynamodb.value.Wording;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Reads the values of a statement, its parameters in the places of its question marks. */
final class ValueReader {
    private final Tokens tokens;
    private final List<AttributeValue> parameters;

    ValueReader(Tokens tokens, List<AttributeValue> parameters) {
        this.tokens = tokens;
        this.parameters = parameters;
    }

    /** At the end of the statement: each parameter has its question mark. */
    void refuseLeftOver() {
        if (tokens.parameters() != parameters.size()) {
            throw wrongNumber();
        }
    }

    private static ValidationException wrongNumber() {
        return new ValidationException("Number of parameters in request and statement don't match.");
    }

    /** An item, whose opening brace has been read. */
    AttributeValue item() {
        return Values.checked(new AttributeValue.M(fields(_ -> "root")), Wording.FORMER);
    }

    /** @param under the path to it from the attribute, which is the root, for complaints */
    AttributeValue value(String under) {
        tokens.deeper();
        try {
            return Values.checked(rawValue(under), Wording.FORMER);
        } finally {
            tokens.shallower();
        }
    }

    private AttributeValue rawValue(String under) {
        var token = tokens.next();
        var value = switch (token.kind()) {
            case PARAMETER -> Optional.of(parameter());
            case TEXT -> Optional.<AttributeValue>of(new AttributeValue.S(token.text()));
            case NUMBER -> Optional.of(number(token.text(), under));
            case WORD -> word(token, under);
            case SYMBOL -> symbol(token, under);
            case QUOTED, END -> Optional.<AttributeValue>empty();
        };
        return value.orElseThrow(() -> {
            tokens.back();
            return tokens.unexpected("Unexpected term");
        });
    }

    /** What was given for the question mark just taken. */
    private AttributeValue parameter() {
        int number = tokens.parameters();
        if (number > parameters.size()) {
            throw wrongNumber();
        }
        return parameters.get(number - 1);
    }

    private Optional<AttributeValue> word(Token token, String under) {
        if (token.isWord("TRUE") || token.isWord("FALSE")) {
            return Optional.of(new AttributeValue.BOOL(token.isWord("TRUE")));
        }
        if (token.isWord("NULL")) {
            return Optional.of(new AttributeValue.NULL(true));
        }
        if (tokens.peek().isSymbol("(")) {
            throw new ValidationException("Unsupported data type: " + token.text().toLowerCase(Locale.ROOT)
                + " under key " + under + " at " + token.at());
        }
        return Optional.empty();
    }

    private Optional<AttributeValue> symbol(Token token, String under) {
        return switch (token.text()) {
            case "-" -> signed("-", under);
            case "+" -> signed("", under);
            case "[" -> Optional.of(new AttributeValue.L(elements("]", under)));
            case "<<" -> Optional.of(set(elements(">>", under)));
            case "{" -> Optional.of(new AttributeValue.M(fields(name -> under + "." + name)));
            default -> Optional.empty();
        };
    }

    private Optional<AttributeValue> signed(String sign, String under) {
        return tokens.peek().kind() == Kind.NUMBER ? Optional.of(number(sign + tokens.next().text(), under))
            : Optional.empty();
    }

    private static AttributeValue number(String text, String under) {
        try {
            return new AttributeValue.N(Numbers.normalise(text, Wording.FORMER));
        } catch (ValidationException e) {
            throw new ValidationException(e.getMessage() + " under " + under);
        }
    }

    private List<AttributeValue> elements(String end, String under) {
        var elements = new ArrayList<AttributeValue>();
        if (!tokens.peek().isSymbol(end)) {
            do {
                elements.add(value(under + "[" + elements.size() + "]"));
            } while (tokens.skip(","));
        }
        tokens.expect(end);
        return elements;
    }

    private Map<String, AttributeValue> fields(UnaryOperator<String> under) {
        var fields = new LinkedHashMap<String, AttributeValue>();
        if (!tokens.peek().isSymbol("}")) {
            do {
                var name = tokens.next();
                if (name.kind() != Kind.TEXT && name.kind() != Kind.QUOTED) {
                    tokens.back();
                    throw tokens.unexpected("Expected attribute name");
                }
                tokens.expect(":");
                if (fields.put(name.text(), value(under.apply(name.text()))) != null) {
                    throw new ValidationException("Duplicate keys in tuple. Key: " + name.text() + " under root");
                }
            } while (tokens.skip(","));
        }
        tokens.expect("}");
        return fields;
    }

    private static AttributeValue set(List<AttributeValue> elements) {
        if (elements.isEmpty()) {
            throw new ValidationException("Empty bags are not supported");
        }
        if (elements.stream().allMatch(AttributeValue.S.class::isInstance)) {
            return new AttributeValue.SS(elements.stream().map(one -> ((AttributeValue.S) one).value()).toList());
        }
        if (elements.stream().allMatch(AttributeValue.N.class::isInstance)) {
            return new AttributeValue.NS(elements.stream().map(one -> ((AttributeValue.N) one).value()).toList());
        }
        if (elements.stream().allMatch(AttributeValue.B.class::isInstance)) {
            return new AttributeValue.BS(elements.stream().map(one -> ((AttributeValue.B) one).value()).toList());
        }
        throw new ValidationException(
            "Unsupported data type in Bag. DynamoDB only supports either numbers or strings in bags");
    }
}
