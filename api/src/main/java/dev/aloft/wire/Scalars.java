package dev.aloft.wire;

import dev.aloft.api.Bytes;
import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Schema;
import java.time.Instant;

/** Scalars as plain text: in headers, labels, queries, forms and XML. */
final class Scalars {
    private Scalars() {}

    static Object parse(Schema.Scalar scalar, String timestampFormat, String text) {
        return switch (scalar.kind()) {
            case STRING -> text;
            case BOOLEAN -> switch (text) {
                case "true" -> true;
                case "false" -> false;
                default -> throw new Unreadable("'" + text + "' is not a boolean");
            };
            case BLOB -> {
                try {
                    yield Bytes.fromBase64(text.strip());
                } catch (IllegalArgumentException e) {
                    throw new Unreadable("Invalid base64");
                }
            }
            case TIMESTAMP -> Timestamps.parse(text.strip(), timestampFormat);
            case DOCUMENT -> JsonReader.tree(text);
            default -> Numbers.parse(scalar.kind(), text.strip());
        };
    }

    static String text(Schema.Scalar scalar, String timestampFormat, Object value) {
        return switch (scalar.kind()) {
            case STRING -> (String) value;
            case BOOLEAN -> value.toString();
            case BLOB -> ((Bytes) value).base64();
            case TIMESTAMP -> Timestamps.text((Instant) value, timestampFormat);
            case DOCUMENT -> JsonWriter.string(value);
            default -> Numbers.text(value);
        };
    }
}
