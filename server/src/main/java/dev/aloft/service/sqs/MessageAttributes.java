package dev.aloft.service.sqs;

import dev.aloft.api.ApiError;
import dev.aloft.api.Sqs;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The attributes that a message carries.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html">
 *     Amazon SQS message metadata</a>
 */
final class MessageAttributes {
    private static final int MOST = 10;
    private static final int LONGEST_NAME = 256;
    private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}_.-]+");
    private static final Pattern RESERVED = Pattern.compile("(?i)(aws\\.|amazon\\.).*");
    private static final Pattern DOTS = Pattern.compile("\\..*|.*\\.|.*\\.\\..*");
    static final String TRACE_HEADER = "AWSTraceHeader";

    private MessageAttributes() {}

    static Map<String, Content.Attribute> checked(Map<String, Sqs.MessageAttributeValue> given) {
        if (given == null || given.isEmpty()) {
            return Map.of();
        }
        if (given.size() > MOST) {
            throw Errors.invalid("Number of message attributes [" + given.size()
                + "] exceeds the allowed maximum [10].");
        }
        var checked = new LinkedHashMap<String, Content.Attribute>();
        given.forEach((name, value) -> {
            checkName(name);
            checked.put(name, attribute(name, value));
        });
        return checked;
    }

    private static void checkName(String name) {
        if (name.isEmpty() || name.length() > LONGEST_NAME) {
            throw Errors.invalid("Message (user) attribute names must be shorter than 256 Bytes");
        }
        if (!NAME.matcher(name).matches()) {
            throw Errors.invalid("Message (user) attributes name can only contain upper and lower score "
                + "characters, digits, periods, hyphens and underscores.");
        }
        if (RESERVED.matcher(name).matches() || DOTS.matcher(name).matches()) {
            throw Errors.invalid("You can't use message attribute names beginning with 'AWS.' or 'Amazon.'. "
                + "These strings are reserved for internal use. Additionally, they cannot start or end with '.'.");
        }
    }

    private static Content.Attribute attribute(String name, Sqs.MessageAttributeValue value) {
        var type = value == null ? null : value.dataType();
        if (type == null || type.isEmpty()) {
            throw Errors.invalid("The message attribute '" + name + "' must contain non-empty message attribute type.");
        }
        if (type.length() > LONGEST_NAME) {
            throw Errors.invalid("Message (user) attribute types must be shorter than 256 Bytes");
        }
        if (value.stringListValues() != null && !value.stringListValues().isEmpty()
                || value.binaryListValues() != null && !value.binaryListValues().isEmpty()) {
            // So does AWS: the lists are in the model and reserved.
            throw new Sqs.UnsupportedOperation("Message attribute list values in SendMessage operation "
                + "are not supported.");
        }
        // A label follows the period ("Number.int"): "String." is no type, as at SNS.
        var dot = type.indexOf('.');
        var kind = dot < 0 ? type : dot == type.length() - 1 ? "" : type.substring(0, dot);
        return switch (kind) {
            case "String" -> new Content.Attribute(type, text(name, type, value), null);
            case "Number" -> new Content.Attribute(type, number(name, text(name, type, value)), null);
            case "Binary" -> {
                if (value.binaryValue() == null || value.binaryValue().length() == 0) {
                    throw empty(name, type);
                }
                yield new Content.Attribute(type, null, value.binaryValue());
            }
            default -> throw Errors.invalid("The type of message (user) attribute '" + name
                + "' is invalid. You must use "
                + "only the following supported type prefixes: Binary, Number, String.");
        };
    }

    private static String text(String name, String type, Sqs.MessageAttributeValue value) {
        if (value.stringValue() == null || value.stringValue().isEmpty()) {
            throw empty(name, type);
        }
        checkCharacters(value.stringValue());
        return value.stringValue();
    }

    private static ApiError empty(String name, String type) {
        return Errors.invalid(
            "Message (user) attribute '" + name + "' must contain a non-empty value of type '" + type + "'.");
    }

    private static String number(String name, String text) {
        try {
            new BigDecimal(text.strip());
            return text;
        } catch (NumberFormatException _) {
            throw Errors.invalid("Can't cast the value of message (user) attribute '" + name + "' to a number.");
        }
    }

    /** The characters of XML 1.0. */
    static void checkCharacters(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x20 && c < 0xD800 || c == '\t' || c == '\n' || c == '\r' || c >= 0xE000 && c <= 0xFFFD) {
                continue;
            }
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
                continue;
            }
            throw new Sqs.InvalidMessageContents("Invalid characters found. Valid unicode characters are "
                + "#x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF");
        }
    }

    /** The one system attribute that can be sent; empty where it is not. */
    static Map<String, Content.Attribute> system(Map<String, Sqs.MessageSystemAttributeValue> given) {
        if (given == null || given.isEmpty()) {
            return Map.of();
        }
        var checked = new LinkedHashMap<String, Content.Attribute>();
        given.forEach((name, value) -> {
            if (!name.equals(TRACE_HEADER)) {
                throw Errors.invalid("Message system attribute name '" + name + "' is invalid.");
            }
            if (!"String".equals(value.dataType()) || value.stringValue() == null || value.stringValue().isEmpty()) {
                throw Errors.invalid(
                    "Message system attribute '" + name + "' must contain a non-empty value of type 'String'.");
            }
            checked.put(name, new Content.Attribute("String", value.stringValue(), null));
        });
        return checked;
    }

    /** How much they count for the size of a message. */
    static long size(Map<String, Content.Attribute> attributes) {
        long size = 0;
        for (var entry : attributes.entrySet()) {
            var attribute = entry.getValue();
            size += length(entry.getKey()) + length(attribute.type())
                + (attribute.text() == null ? attribute.binary().length() : length(attribute.text()));
        }
        return size;
    }

    static long length(String text) {
        long length = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            length += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
        }
        return length;
    }

    /** Those that a receiver asks for: by name, by the beginning of the name ({@code foo.*}), or all. */
    static Map<String, Content.Attribute> asked(Map<String, Content.Attribute> all, List<String> names) {
        if (names == null || names.isEmpty() || all.isEmpty()) {
            return Map.of();
        }
        if (names.contains("All") || names.contains(".*")) {
            return all;
        }
        var asked = new LinkedHashMap<String, Content.Attribute>();
        all.forEach((name, attribute) -> {
            for (var each : names) {
                if (each.equals(name) || each.endsWith(".*") && name.startsWith(each.substring(0, each.length() - 2))) {
                    asked.put(name, attribute);
                }
            }
        });
        return asked;
    }
}
