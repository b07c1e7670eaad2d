package dev.aloft.codegen;

import java.util.Locale;
import java.util.Set;

/** AWS's names as Java names, the way AWS's own SDK for Java writes them. */
final class Names {
    private static final Set<String> RESERVED = Set.of(
            "abstract", "assert", "boolean", "break", "byte", "case", "catch", "char", "class", "const", "continue",
            "default", "do", "double", "else", "enum", "extends", "final", "finally", "float", "for", "goto", "if",
            "implements", "import", "instanceof", "int", "interface", "long", "native", "new", "package", "private",
            "protected", "public", "return", "short", "static", "strictfp", "super", "switch", "synchronized", "this",
            "throw", "throws", "transient", "try", "void", "volatile", "while", "true", "false", "null", "_",
            // what a record or a Shape already has
            "shape", "get", "hashCode", "toString", "getClass", "notify", "notifyAll", "wait", "clone", "finalize",
            "toBuilder", "of");

    private Names() {}

    /** {@code QueueUrl} → {@code queueUrl}, {@code SSEKMSKeyId} → {@code ssekmsKeyId}, {@code ETag} → {@code eTag}. */
    static String member(String name) {
        var plain = name.replaceAll("[^A-Za-z0-9_]", "_");
        int capitals = 0;
        while (capitals < plain.length() && Character.isUpperCase(plain.charAt(capitals))) {
            capitals++;
        }
        boolean wordFollows = capitals < plain.length() && Character.isLowerCase(plain.charAt(capitals));
        int lower = capitals > 1 && wordFollows ? capitals - 1 : capitals;
        var java = plain.substring(0, lower).toLowerCase(Locale.ROOT) + plain.substring(lower);
        return RESERVED.contains(java) ? java + "_" : java;
    }

    static String type(String name) {
        var plain = name.replaceAll("[^A-Za-z0-9_]", "_").replaceAll("^_+", "");
        return Character.toUpperCase(plain.charAt(0)) + plain.substring(1);
    }

    /** {@code SendMessage} → {@code SEND_MESSAGE}; values such as {@code python3.14} → {@code PYTHON3_14}. */
    static String constant(String name) {
        var words = name.replaceAll("([a-z0-9])([A-Z])", "$1_$2")
                .replaceAll("([A-Z])([A-Z][a-z])", "$1_$2")
                .replaceAll("[^A-Za-z0-9]+", "_")
                .replaceAll("^_+|_+$", "")
                .toUpperCase(Locale.ROOT);
        return words.isEmpty() ? "EMPTY" : Character.isDigit(words.charAt(0)) ? "_" + words : words;
    }
}
