package dev.aloft.service.dynamodb;

import dev.aloft.api.ApiError;
import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.DynamoDb.PutRequest;
import dev.aloft.api.JsonReader;
import dev.aloft.wire.Trees;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Items as JSON documents, as imports read them: one behind the other, on lines of their own or not, as was seen on
 * AWS. Nothing more is taken from a file that is no JSON somewhere.
 */
final class JsonItems {
    /** More than the JSON of the largest item. */
    private static final int MAX_LENGTH = 16 << 20;

    private JsonItems() {
    }

    static void read(InputStream content, IonItems.Taker taker) throws IOException {
        var in = new BufferedReader(new InputStreamReader(content, StandardCharsets.UTF_8));
        try {
            for (var document = next(in); document.isPresent(); document = next(in)) {
                taker.take(item(document.get()));
            }
        } catch (JsonReader.Malformed _) {
            taker.take(Optional.empty());
        }
    }

    /** The text up to the brace that closes the first one. */
    private static Optional<String> next(Reader in) throws IOException {
        int c = in.read();
        while (c >= 0 && Character.isWhitespace(c)) {
            c = in.read();
        }
        if (c < 0) {
            return Optional.empty();
        }
        var document = new StringBuilder();
        int depth = 0;
        boolean quoted = false;
        boolean escaped = false;
        for (; c >= 0 && document.length() < MAX_LENGTH; c = in.read()) {
            document.append((char) c);
            if (quoted) {
                quoted = escaped || c != '"';
                escaped = !escaped && c == '\\';
            } else {
                quoted = c == '"';
                depth += c == '{' ? 1 : c == '}' ? -1 : 0;
            }
            if (depth == 0) {
                break;
            }
        }
        return Optional.of(document.toString());
    }

    private static Optional<Map<String, AttributeValue>> item(String document) {
        if (!(JsonReader.tree(document) instanceof Map<?, ?> tree)) {
            return Optional.empty();
        }
        var members = new LinkedHashMap<String, Object>();
        tree.forEach((name, value) -> members.put(name.toString(), value));
        try {
            var request = (PutRequest) Trees.read(PutRequest.of(_ -> { }).shape(), members);
            return Optional.ofNullable(request.item());
        } catch (ApiError _) {
            return Optional.empty();
        }
    }
}
