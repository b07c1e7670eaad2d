package dev.aloft.service.sns;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads a filter policy for its faults and tells them as SNS does: with the place in the text where its parser stood.
 * SNS's own grammar is an early form of EventBridge's, so some operators of today's are unknown to it.
 *
 * @see <a href="https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html">Constraints</a>
 */
final class FilterPolicy {
    static final String BODY = "MessageBody";
    static final String ATTRIBUTES = "MessageAttributes";

    private static final int MOST_KEYS = 5;
    private static final int MOST_COMBINATIONS = 150;
    private static final JsonFactory PLAIN = new JsonFactory();
    private static final JsonFactory WITH_SOURCE =
            JsonFactory.builder().enable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION).build();
    private static final Pattern TOKEN =
            Pattern.compile("Unrecognized token '([^']*)'.*column: (\\d+)]$", Pattern.DOTALL);
    private static final Set<String> STRING_MATCHES = Set.of("prefix", "suffix", "equals-ignore-case");

    /** The policy is not one; the message says why, as SNS does behind {@code FilterPolicy:}. */
    static final class Faulty extends RuntimeException {
        /** Whether the message stands alone, without the attribute's name before it. */
        final boolean bare;

        Faulty(String message, boolean bare) {
            super(message, null, false, false);
            this.bare = bare;
        }
    }

    /** Alternatives of a policy, each the keys that must match with how many values they have. */
    private record Conjunction(List<Long> factors) {
        long combinations() {
            long product = 1;
            for (long factor : factors) {
                product = Math.min(Integer.MAX_VALUE, product * factor);
            }
            return product;
        }

        Conjunction and(Conjunction other) {
            var both = new ArrayList<>(factors);
            both.addAll(other.factors);
            return new Conjunction(both);
        }
    }

    private final JsonParser parser;
    private final Set<String> keys = new HashSet<>();
    private boolean nested;

    private FilterPolicy(JsonParser parser) {
        this.parser = parser;
    }

    /**
     * Throws {@link Faulty} unless SNS takes this policy for this scope. The places it tells are those of the text
     * without spaces.
     */
    static void check(String json, String scope) {
        checkSyntax(json);
        try (var parser = WITH_SOURCE.createParser(compact(json))) {
            var policy = new FilterPolicy(parser);
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw policy.fault("Filter is not an object");
            }
            var alternatives = policy.object(1);
            if (policy.nested && !scope.equals(BODY)) {
                throw new Faulty("Filter policy scope MessageAttributes does not support nested filter policy", true);
            }
            if (policy.keys.size() > MOST_KEYS) {
                throw new Faulty("Filter policy can not have more than 5 keys", false);
            }
            if (alternatives.stream().mapToLong(Conjunction::combinations).sum() > MOST_COMBINATIONS) {
                throw new Faulty("Filter policy is too complex", false);
            }
        } catch (JsonParseException e) {
            throw new Faulty(e.getMessage(), false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** JSON at all? This parser does not tell its source. */
    private static void checkSyntax(String json) {
        try (var parser = PLAIN.createParser(json)) {
            while (parser.nextToken() != null) {
                if (parser.currentToken() == JsonToken.VALUE_STRING) {
                    parser.getText();
                }
            }
        } catch (IOException e) {
            throw new Faulty("failed to parse JSON. " + place(e.getMessage()), false);
        }
    }

    private static String compact(String json) throws IOException {
        var text = new StringWriter();
        try (var parser = PLAIN.createParser(json); var generator = PLAIN.createGenerator(text)) {
            while (parser.nextToken() != null) {
                generator.copyCurrentEventExact(parser);
            }
        }
        return text.toString();
    }

    /** SNS names the end of a token that it does not know; the parser in use here names its beginning. */
    private static String place(String message) {
        var token = TOKEN.matcher(message);
        if (!token.find()) {
            return message;
        }
        int end = Integer.parseInt(token.group(2)) + token.group(1).length();
        return message.substring(0, token.start(2)) + end + "]";
    }

    private JsonParseException fault(String message) {
        return new JsonParseException(parser, message, parser.currentLocation());
    }

    private List<Conjunction> object(int depth) throws IOException {
        var all = List.of(new Conjunction(List.of()));
        int members = 0;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            members++;
            var name = parser.currentName();
            var token = parser.nextToken();
            if (name.equals("$or") && token == JsonToken.START_ARRAY) {
                all = and(all, or(depth));
                continue;
            }
            if (depth == 1) {
                keys.add(name);
            }
            switch (token) {
                case START_OBJECT -> {
                    nested = true;
                    all = and(all, object(depth + 1));
                }
                case START_ARRAY -> all = and(all, List.of(new Conjunction(List.of((long) values() * depth))));
                default -> throw fault("\"" + name + "\" must be an object or an array");
            }
        }
        if (members == 0) {
            throw fault("Empty objects are not allowed");
        }
        return all;
    }

    private List<Conjunction> or(int depth) throws IOException {
        var any = new ArrayList<Conjunction>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw fault("$or must be an array of objects");
            }
            any.addAll(object(depth));
        }
        if (any.size() < 2) {
            throw fault("There must have at least 2 Objects in $or relationship.");
        }
        return any;
    }

    private static List<Conjunction> and(List<Conjunction> left, List<Conjunction> right) {
        var both = new ArrayList<Conjunction>();
        left.forEach(one -> right.forEach(other -> both.add(one.and(other))));
        return both;
    }

    /** The values of an array; how many. */
    private int values() throws IOException {
        int count = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            count++;
            switch (parser.currentToken()) {
                case START_OBJECT -> match();
                case VALUE_STRING, VALUE_NUMBER_FLOAT, VALUE_NUMBER_INT, VALUE_NULL, VALUE_TRUE, VALUE_FALSE -> {
                }
                default -> throw fault("Match value must be String, number, true, false, or null");
            }
        }
        if (count == 0) {
            throw fault("Empty arrays are not allowed");
        }
        return count;
    }

    private void match() throws IOException {
        if (parser.nextToken() == JsonToken.END_OBJECT) {
            throw fault("Empty match expression is not allowed");
        }
        var type = parser.currentName();
        parser.nextToken();
        switch (type) {
            case "anything-but" -> anythingBut();
            case "exists" -> {
                if (!parser.currentToken().isBoolean()) {
                    throw fault("exists match pattern must be either true or false.");
                }
            }
            case "numeric" -> numeric();
            case "cidr" -> {
                Cidr.check(string("prefix"));
            }
            default -> {
                if (!STRING_MATCHES.contains(type)) {
                    throw fault("Unrecognized match type " + type);
                }
                string(type);
            }
        }
        if (parser.nextToken() != JsonToken.END_OBJECT) {
            throw fault("Only one key allowed in match expression");
        }
    }

    /** SNS calls a CIDR that is no text a prefix. */
    private String string(String type) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw fault(type + " match pattern must be a string");
        }
        return parser.getText();
    }

    private void anythingBut() throws IOException {
        switch (parser.currentToken()) {
            case START_ARRAY -> values(parser);
            case START_OBJECT -> {
                parser.nextToken();
                var type = parser.currentName();
                if (!"prefix".equals(type)) {
                    throw fault("Unsupported anything-but pattern: " + type);
                }
                parser.nextToken();
                string(type);
                if (parser.nextToken() != JsonToken.END_OBJECT) {
                    throw fault("Only one key allowed in match expression");
                }
            }
            case VALUE_STRING, VALUE_NUMBER_FLOAT, VALUE_NUMBER_INT -> {
            }
            default -> throw fault("Value of anything-but must be an array or single string/number value.");
        }
    }

    private void values(JsonParser parser) throws IOException {
        boolean strings = false;
        boolean numbers = false;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            switch (parser.currentToken()) {
                case VALUE_STRING -> strings = true;
                case VALUE_NUMBER_FLOAT, VALUE_NUMBER_INT -> numbers = true;
                default -> throw fault("Inside anything but list, start|null|boolean is not supported.");
            }
        }
        if (strings == numbers) {
            throw fault(strings
                    ? "Inside anything but list, either all values are number or string, mixed type is not supported"
                    : "Empty lists are not allowed");
        }
    }

    private void numeric() throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw fault("Value of numeric must be an array.");
        }
        if (parser.nextToken() != JsonToken.VALUE_STRING) {
            throw fault("Invalid member in numeric match: " + parser.getText());
        }
        var operator = parser.getText();
        parser.nextToken();
        switch (operator) {
            case "=" -> only("equals");
            case "<", "<=" -> only(operator);
            case ">", ">=" -> range(operator);
            default -> throw fault("Unrecognized numeric range operator: " + operator);
        }
    }

    private void only(String operator) throws IOException {
        number(operator);
        if (parser.nextToken() != JsonToken.END_ARRAY) {
            throw fault("Too many elements in numeric expression");
        }
    }

    private double number(String operator) throws IOException {
        if (!parser.currentToken().isNumeric()) {
            throw fault("Value of " + operator + " must be numeric");
        }
        return parser.getDoubleValue();
    }

    private void range(String operator) throws IOException {
        double bottom = number(operator);
        var next = parser.nextToken();
        if (next == JsonToken.END_ARRAY) {
            return;
        }
        if (next != JsonToken.VALUE_STRING) {
            throw fault("Bad value in numeric range: " + parser.getText());
        }
        var upper = parser.getText();
        if (!upper.equals("<") && !upper.equals("<=")) {
            throw fault("Bad numeric range operator: " + upper);
        }
        parser.nextToken();
        double top = number(upper);
        if (parser.nextToken() != JsonToken.END_ARRAY) {
            throw fault("Too many terms in numeric range expression");
        }
        if (bottom >= top) {
            throw fault("Bottom must be less than top");
        }
    }
}
