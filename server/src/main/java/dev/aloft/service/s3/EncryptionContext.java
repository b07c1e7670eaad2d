package dev.aloft.service.s3;

import dev.aloft.api.JsonReader;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a writer adds to the encryption context of an object, as the header says it. */
final class EncryptionContext {
    private static final String HEADER = "x-amz-server-side-encryption-context";

    private EncryptionContext() {}

    static Map<String, String> of(String header) {
        if (header == null) {
            return Map.of();
        }
        try {
            var json = new String(Base64.getDecoder().decode(header), StandardCharsets.UTF_8);
            if (JsonReader.tree(json) instanceof Map<?, ?> pairs
                    && pairs.values().stream().allMatch(String.class::isInstance)) {
                var context = new LinkedHashMap<String, String>();
                pairs.forEach((name, value) -> context.put((String) name, (String) value));
                return context;
            }
        } catch (IllegalArgumentException | JsonReader.Malformed _) {
            // Told below.
        }
        throw Buckets.argument(HEADER, header, "The header '" + HEADER + "' shall be Base64-encoded UTF-8 string"
                + " holding JSON which represents a string-string map");
    }
}
