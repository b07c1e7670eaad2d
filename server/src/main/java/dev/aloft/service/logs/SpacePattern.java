package dev.aloft.service.logs;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * A filter for messages whose fields stand between blanks: {@code [ip, ..., request = *.html*, status = 4*, bytes >
 * 9]}. What stands in quotes or brackets is one field; three dots are any number of fields. Where the pattern has none,
 * its last field is the rest of the message, and {@code []} takes any message.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html">AWS: filter
 * patterns</a>
 */
final class SpacePattern implements FilterPattern {
    private static final String ANY = "...";
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]*");
    private static final Pattern TOKEN = Pattern.compile("\"([^\"]*)\"|\\[([^\\]]*)]|\\S+");
    private static final Pattern NUMBERED = Pattern.compile("\\$[1-9]\\d{0,3}");

    /** @param name empty where the pattern gives none */
    private record Field(String name, Predicate<Object> condition) {
    }

    /** A field of a message, and where it begins. */
    private record Token(String text, int from) {
    }

    private final List<Field> first = new ArrayList<>();
    private final List<Field> last = new ArrayList<>();
    private final boolean open;

    SpacePattern(String text) {
        var parts = parts(text);
        if (parts.stream().filter(ANY::equals).count() > 1) {
            throw FilterPattern.invalid("Invalid filter pattern: [" + text + "] has more than one ellipsis");
        }
        int dots = parts.indexOf(ANY);
        open = dots >= 0 || text.isBlank();
        for (int i = 0; i < parts.size(); i++) {
            if (i != dots) {
                (dots >= 0 && i > dots ? last : first).add(field(parts.get(i)));
            }
        }
    }

    /** The pattern's fields: what stands between its commas. */
    private static List<String> parts(String text) {
        var parts = new ArrayList<String>();
        if (text.isBlank()) {
            return parts;
        }
        int from = 0;
        char within = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (within != 0) {
                within = c == within ? 0 : within;
            } else if (c == '"' || c == '%') {
                within = c;
            } else if (c == ',') {
                parts.add(text.substring(from, i).strip());
                from = i + 1;
            }
        }
        parts.add(text.substring(from).strip());
        return parts;
    }

    private static Field field(String part) {
        if (part.isEmpty() || NAME.matcher(part).matches()) {
            return new Field(part, _ -> true);
        }
        var reader = new Reader(part);
        var condition = reader.condition();
        return new Field(reader.name, condition);
    }

    @Override
    public boolean matches(String message) {
        return fields(message).isPresent();
    }

    @Override
    public Map<String, String> extracted(String message) {
        return fields(message).orElseThrow();
    }

    @Override
    public boolean knows(String selector) {
        return NUMBERED.matcher(selector).matches() || selector.startsWith("$")
            && (isNamed(first, selector.substring(1)) || isNamed(last, selector.substring(1)));
    }

    private static boolean isNamed(List<Field> fields, String name) {
        return fields.stream().anyMatch(field -> !name.isEmpty() && field.name.equals(name));
    }

    @Override
    public Optional<String> value(String selector, String message) {
        return fields(message).map(fields -> fields.get(selector));
    }

    /** The message's fields by name, those without one by number; nothing where the message does not match. */
    private Optional<Map<String, String>> fields(String message) {
        var tokens = tokens(message);
        int named = first.size() + last.size();
        if (tokens.size() < named) {
            return Optional.empty();
        }
        if (!open && tokens.size() > named) {
            var rest = message.substring(tokens.get(named - 1).from).strip();
            tokens.subList(named - 1, tokens.size()).clear();
            tokens.add(new Token(rest, 0));
        }
        var fields = new LinkedHashMap<String, String>();
        int end = tokens.size() - last.size();
        for (int i = 0; i < tokens.size(); i++) {
            var field = i < first.size() ? first.get(i) : i >= end ? last.get(i - end) : new Field("", _ -> true);
            if (!field.condition.test(tokens.get(i).text)) {
                return Optional.empty();
            }
            fields.put("$" + (field.name.isEmpty() ? String.valueOf(i + 1) : field.name), tokens.get(i).text);
        }
        return Optional.of(fields);
    }

    private static List<Token> tokens(String message) {
        var tokens = new ArrayList<Token>();
        var matcher = TOKEN.matcher(message);
        while (matcher.find()) {
            var inner = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
            tokens.add(new Token(inner == null ? matcher.group() : inner, matcher.start()));
        }
        return tokens;
    }

    /** Reads the conditions of one field; each names it again. */
    private static final class Reader extends ConditionReader {
        private String name;

        Reader(String text) {
            super(text);
        }

        @Override
        Predicate<Object> one() {
            skipBlanks();
            var found = NAME.matcher(text).region(at, text.length());
            if (!found.lookingAt() || name != null && !name.equals(found.group())) {
                throw invalid();
            }
            name = found.group();
            at = found.end();
            return comparison(test -> test);
        }

        @Override
        BigDecimal decimal(Object value) {
            return number((String) value);
        }
    }
}
