package dev.aloft.service.sns;

import dev.aloft.api.Sns;
import dev.aloft.service.sns.SnsData.Attribute;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The attributes of a message, held against what SNS takes.
 *
 * @see <a href="https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html">Message attributes</a>
 */
final class MessageAttributes {
    private static final int LONGEST_NAME = 256;

    private MessageAttributes() {
    }

    static Map<String, Attribute> checked(Map<String, Sns.MessageAttributeValue> given) {
        if (given == null) {
            return Map.of();
        }
        var attributes = new LinkedHashMap<String, Attribute>();
        given.forEach((name, value) -> {
            checkName(name);
            attributes.put(name, checked(name, value));
        });
        return attributes;
    }

    private static void checkName(String name) {
        if (name.isEmpty()) {
            throw refused("The message attribute name must not be empty.");
        }
        if (name.getBytes(StandardCharsets.UTF_8).length >= LONGEST_NAME) {
            throw refused("Length of message attribute name must be less than 256 bytes.");
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean plain = c < 128 && Character.isLetterOrDigit(c) || c == '-' || c == '_' || c == '.';
            if (!plain) {
                throw refused("Invalid non-alphanumeric character '#x"
                        + Integer.toHexString(c).toUpperCase(java.util.Locale.ROOT)
                        + "' was found in the message attribute name. Can only include alphanumeric "
                        + "characters, hyphens, underscores, or dots.");
            }
        }
        if (name.startsWith(".")) {
            throw refused("Invalid message attribute name starting with character '.' was found.");
        }
        if (name.endsWith(".")) {
            throw refused("Invalid message attribute name ending with character '.' was found.");
        }
        if (name.contains("..")) {
            throw refused("Message attribute name can not have successive '.' character.");
        }
    }

    private static Attribute checked(String name, Sns.MessageAttributeValue value) {
        var type = value.dataType();
        int dot = type.indexOf('.');
        var prefix = dot < 0 ? type : type.substring(0, dot);
        boolean known = prefix.equals("String") || prefix.equals("Number") || prefix.equals("Binary");
        if (!known || dot == type.length() - 1) {
            throw refused("The message attribute '" + name
                    + "' has an invalid message attribute type, the set of supported type "
                    + "prefixes is Binary, Number, and String.");
        }
        boolean binary = prefix.equals("Binary");
        boolean empty = binary ? value.binaryValue() != null && value.binaryValue().length() == 0
                : value.stringValue() != null && value.stringValue().isEmpty();
        boolean other = binary ? value.stringValue() != null : value.binaryValue() != null;
        boolean missing = binary ? value.binaryValue() == null : value.stringValue() == null;
        if (other && missing) {
            throw refused("The message attribute '" + name + "' with type '" + type + "' must use field '"
                    + (binary ? "Binary" : "String") + "'.");
        }
        if (empty || missing) {
            throw refused("The message attribute '" + name
                    + "' must contain non-empty message attribute value for message "
                    + "attribute type '" + type + "'.");
        }
        if (prefix.equals("Number")) {
            checkNumber(name, value.stringValue());
        }
        return new Attribute(type, value.stringValue(), value.binaryValue());
    }

    private static void checkNumber(String name, String text) {
        try {
            new BigDecimal(text.strip());
        } catch (NumberFormatException _) {
            throw refused("Could not cast message attribute '" + name + "' value to number.");
        }
    }

    /** In bytes: names, types and values all count. */
    static long size(Map<String, Attribute> attributes) {
        long size = 0;
        for (var each : attributes.entrySet()) {
            size += bytes(each.getKey()) + bytes(each.getValue().type());
            size += each.getValue().bytes() == null ? bytes(each.getValue().text()) : each.getValue().bytes().length();
        }
        return size;
    }

    static long bytes(String text) {
        return text == null ? 0 : text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static Sns.InvalidParameterValueException refused(String message) {
        return new Sns.InvalidParameterValueException(message);
    }
}
