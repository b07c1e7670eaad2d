package dev.aloft.service.cloudformation.template;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads template text, JSON or YAML with CloudFormation's short tags, into a tree of maps, lists, strings, numbers,
 * booleans and nulls; size and depth are bounded, aliases are refused as AWS refuses them.
 */
public final class TemplateReader {
    /** AWS's limit for a template that comes from S3; a template in a request is limited to 51,200 bytes there. */
    public static final int LARGEST_TEMPLATE = 1_000_000;

    private static final int DEEPEST = 200;
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
            .build();
    private static final Pattern WHOLE = Pattern.compile("[-+]?(0|[1-9][0-9]{0,17})");
    private static final Pattern FRACTION =
            Pattern.compile("[-+]?(0|[1-9][0-9]{0,17})(\\.[0-9]{1,18})?([eE][-+]?[0-9]{1,2})?");

    private final Iterator<Event> events;
    private Event next;

    private TemplateReader(Iterator<Event> events) {
        this.events = events;
    }

    /** The tree of a template's text. */
    public static Map<String, Object> read(String text) {
        if (text.length() > LARGEST_TEMPLATE) {
            throw new TemplateError("Template may not exceed " + LARGEST_TEMPLATE + " bytes in size.");
        }
        var tree = text.stripLeading().startsWith("{") ? readBraces(text) : readYaml(text);
        if (!(tree instanceof Map<?, ?>)) {
            throw TemplateError.format("unsupported structure.");
        }
        return Trees.map(tree);
    }

    /** YAML's flow style begins with a brace as well; what is neither is told as a mistake in JSON. */
    private static Object readBraces(String text) {
        try {
            return readJson(text);
        } catch (TemplateError notJson) {
            try {
                return readYaml(text);
            } catch (TemplateError notYaml) {
                throw notJson;
            }
        }
    }

    private static Object readJson(String text) {
        try (JsonParser parser = JSON.createParser(text)) {
            parser.nextToken();
            var tree = json(parser);
            if (parser.nextToken() != null) {
                throw jsonError(parser.currentTokenLocation().getLineNr(), parser.currentTokenLocation().getColumnNr());
            }
            return tree;
        } catch (JsonProcessingException e) {
            var at = e.getLocation();
            throw jsonError(at == null ? 1 : at.getLineNr(), at == null ? 1 : at.getColumnNr());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static TemplateError jsonError(int line, int column) {
        return TemplateError.format("JSON not well-formed. (line " + line + ", column " + column + ")");
    }

    private static Object json(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> {
                var map = new LinkedHashMap<String, Object>();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    var name = parser.currentName();
                    parser.nextToken();
                    map.put(name, json(parser));
                }
                yield map;
            }
            case START_ARRAY -> {
                var list = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    list.add(json(parser));
                }
                yield list;
            }
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT -> whole(parser.getText());
            case VALUE_NUMBER_FLOAT -> parser.getDecimalValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            case null, default ->
                throw jsonError(parser.currentTokenLocation().getLineNr(), parser.currentTokenLocation().getColumnNr());
        };
    }

    private static Object readYaml(String text) {
        var settings = LoadSettings.builder().setCodePointLimit(LARGEST_TEMPLATE).setUseMarks(true).build();
        try {
            var reader = new TemplateReader(new Parse(settings).parseString(text).iterator());
            reader.advance(); // the start of the stream
            reader.advance(); // the start of the document
            if (reader.next.getEventId() == Event.ID.StreamEnd) {
                throw TemplateError.format("unsupported structure.");
            }
            reader.advance();
            var tree = reader.node(0);
            if (reader.next.getEventId() != Event.ID.DocumentEnd || reader.after().getEventId() != Event.ID.StreamEnd) {
                throw yamlError(reader.next.getStartMark(), "more than one document");
            }
            return tree;
        } catch (MarkedYamlEngineException e) {
            // AWS tells where, not what.
            throw yamlError(e.getProblemMark(), null);
        } catch (YamlEngineException e) {
            throw TemplateError.format("YAML not well-formed. " + firstLine(e.getMessage()));
        }
    }

    private static TemplateError yamlError(Optional<Mark> mark, String problem) {
        var place = mark.map(m -> " (line " + (m.getLine() + 1) + ", column " + (m.getColumn() + 1) + ")").orElse("");
        return TemplateError.format("YAML not well-formed." + place
                + (problem == null ? "" : ": " + firstLine(problem)));
    }

    private static String firstLine(String text) {
        return text == null ? "" : text.lines().findFirst().orElse("");
    }

    private void advance() {
        next = events.next();
    }

    private Event after() {
        advance();
        return next;
    }

    /** Reads the node that begins at the event in hand, and leaves the event after it in hand. */
    private Object node(int depth) {
        if (depth > DEEPEST) {
            throw yamlError(next.getStartMark(), "nested too deeply");
        }
        var first = next;
        if (first instanceof AliasEvent || first instanceof NodeEvent node && node.getAnchor().isPresent()) {
            throw TemplateError.format("YAML aliases are not allowed in CloudFormation templates");
        }
        return switch (first) {
            case ScalarEvent scalar -> {
                advance();
                yield tagged(scalar.getTag(), scalar.getValue(), scalar);
            }
            case SequenceStartEvent sequence -> {
                var list = new ArrayList<>();
                advance();
                while (next.getEventId() != Event.ID.SequenceEnd) {
                    list.add(node(depth + 1));
                }
                advance();
                yield tagged(sequence.getTag(), list, first);
            }
            case MappingStartEvent mapping -> {
                var map = new LinkedHashMap<String, Object>();
                advance();
                while (next.getEventId() != Event.ID.MappingEnd) {
                    // Of a key that stands twice the last one counts, as on AWS.
                    map.put(key(), node(depth + 1));
                }
                advance();
                yield tagged(mapping.getTag(), map, first);
            }
            default -> throw yamlError(first.getStartMark(), "unexpected content");
        };
    }

    private String key() {
        if (next instanceof ScalarEvent scalar && scalar.getTag().isEmpty() && scalar.getAnchor().isEmpty()) {
            advance();
            return scalar.getValue();
        }
        throw yamlError(next.getStartMark(), "a key must be a plain string");
    }

    private static Object tagged(Optional<String> tag, Object content, Event at) {
        if (tag.isEmpty()) {
            return at instanceof ScalarEvent scalar && scalar.isPlain() ? plain(scalar.getValue()) : content;
        }
        var name = tag.get();
        if (name.startsWith("tag:yaml.org,2002:")) {
            return name.endsWith(":str") || !(content instanceof String text) ? content : plain(text);
        }
        return switch (name) {
            case "!" -> content;
            case "!Ref" -> single("Ref", content);
            case "!Condition" -> single("Condition", content);
            case "!GetAtt" -> single("Fn::GetAtt", content instanceof String text && text.contains(".")
                    ? new ArrayList<Object>(List.of(text.split("\\.", 2))) : content);
            case String s when s.startsWith("!") && Value.FUNCTIONS.contains("Fn::" + s.substring(1)) ->
                single("Fn::" + s.substring(1), content);
            default -> throw yamlError(at.getStartMark(), "unknown tag " + name);
        };
    }


    private static Map<String, Object> single(String name, Object content) {
        var map = new LinkedHashMap<String, Object>();
        map.put(name, content);
        return map;
    }

    /**
     * A plain scalar's meaning. A number with leading zeros stays text: it is an account id or a code far more often
     * than an octal number.
     */
    private static Object plain(String text) {
        return switch (text) {
            case "", "~", "null", "Null", "NULL" -> null;
            case "true", "True", "TRUE" -> true;
            case "false", "False", "FALSE" -> false;
            default -> WHOLE.matcher(text).matches() ? whole(text)
                    : FRACTION.matcher(text).matches() ? (Object) new BigDecimal(text) : text;
        };
    }

    private static Object whole(String digits) {
        var number = new BigInteger(digits.startsWith("+") ? digits.substring(1) : digits);
        return number.bitLength() < 64 ? (Object) number.longValue() : new BigDecimal(number);
    }
}
