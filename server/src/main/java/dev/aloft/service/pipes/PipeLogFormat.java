package dev.aloft.service.pipes;

import dev.aloft.api.JsonWriter;
import dev.aloft.api.Pipes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The forms in which the records of a pipe's log lie in S3. AWS does not tell what those that are no JSON look like:
 * here they are the fields of the schema in its order, of which one that a record has not is a dash and one that is no
 * plain word is JSON; in W3C's extended format behind its directives.
 *
 * @see <a href="https://www.w3.org/TR/WD-logfile.html">Extended Log File Format</a>
 */
final class PipeLogFormat {
    private static final List<String> FIELDS = List.of("executionId", "timestamp", "messageType", "resourceArn",
            "logLevel", "payload", "awsRequest", "awsResponse", "truncatedFields", "error");

    private PipeLogFormat() {}

    /** @param format one of {@link Pipes.S3OutputFormat}, null for JSON */
    static List<String> lines(String format, List<Map<String, Object>> records) {
        if (Pipes.S3OutputFormat.PLAIN.equals(format)) {
            return records.stream().map(record -> fields(record, " ")).toList();
        }
        if (Pipes.S3OutputFormat.W3C.equals(format)) {
            var lines = new ArrayList<>(List.of("#Version: 1.0", "#Fields: " + String.join(" ", FIELDS)));
            records.forEach(record -> lines.add(fields(record, "\t")));
            return lines;
        }
        return records.stream().map(JsonWriter::string).toList();
    }

    private static String fields(Map<String, Object> record, String delimiter) {
        return FIELDS.stream().map(field -> text(record.get(field))).collect(Collectors.joining(delimiter));
    }

    private static String text(Object value) {
        return switch (value) {
            case null -> "-";
            case String word when !word.isEmpty() && word.chars().noneMatch(PipeLogFormat::isSpecial) -> word;
            default -> JsonWriter.string(value);
        };
    }

    private static boolean isSpecial(int c) {
        return Character.isWhitespace(c) || c == '"';
    }
}
