package dev.aloft.service.cloudformation.sam;

import dev.aloft.service.cloudformation.template.Trees;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Logical ids that change when what they stand for changes: a prefix and the beginning of the SHA-1 of the content's
 * JSON with sorted names, as AWS's transform makes them, so that a stack moved here keeps its ids.
 */
final class LogicalId {
    private static final int LENGTH = 10;

    private LogicalId() {
    }

    static String of(String prefix, Object content) {
        return prefix + (Functions.given(content) ? hash(content).substring(0, LENGTH) : "");
    }

    static String hash(Object content) {
        try {
            var text = content instanceof String plain ? plain : json(content);
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String json(Object tree) {
        return switch (tree) {
            case null -> "null";
            case Map<?, ?> map -> {
                var text = new StringBuilder("{");
                new TreeMap<>(Trees.map(map)).forEach((name, value) -> text.append(text.length() == 1 ? "" : ",")
                        .append(quoted(name)).append(':').append(json(value)));
                yield text.append('}').toString();
            }
            case List<?> list -> "[" + String.join(",", list.stream().map(LogicalId::json).toList()) + "]";
            case Number _, Boolean _ -> Trees.text(tree);
            default -> quoted(tree.toString());
        };
    }

    /** A JSON string in ASCII. */
    static String quoted(String text) {
        var quoted = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            switch (c) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                case '\b' -> quoted.append("\\b");
                case '\f' -> quoted.append("\\f");
                default -> quoted.append(c < 0x20 || c > 0x7e ? "\\u%04x".formatted((int) c) : String.valueOf(c));
            }
        }
        return quoted.append('"').toString();
    }
}
