package dev.aloft.service.cloudformation.template;

import java.util.List;
import java.util.Map;

/** Trees as JSON text: compact, members in the order they have. */
public final class JsonText {
    private JsonText() {
    }

    public static String write(Object tree) {
        var text = new StringBuilder();
        write(tree, text);
        return text.toString();
    }

    private static void write(Object tree, StringBuilder text) {
        switch (tree) {
            case null -> text.append("null");
            case Map<?, ?> map -> {
                var separator = "{";
                for (var entry : map.entrySet()) {
                    text.append(separator);
                    quote((String) entry.getKey(), text);
                    text.append(':');
                    write(entry.getValue(), text);
                    separator = ",";
                }
                text.append(map.isEmpty() ? "{}" : "}");
            }
            case List<?> list -> {
                var separator = "[";
                for (var item : list) {
                    text.append(separator);
                    write(item, text);
                    separator = ",";
                }
                text.append(list.isEmpty() ? "[]" : "]");
            }
            case Number _, Boolean _ -> text.append(Trees.text(tree));
            default -> quote(tree.toString(), text);
        }
    }

    private static void quote(String content, StringBuilder text) {
        text.append('"');
        for (int i = 0; i < content.length(); i++) {
            char c = content.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> {
                    if (c < 0x20) {
                        text.append("\\u%04x".formatted((int) c));
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        text.append('"');
    }
}
