package dev.aloft.wire;

import dev.aloft.api.JsonReader.Token;
import dev.aloft.api.Schema;
import dev.aloft.api.ServiceModel;
import java.util.Locale;

/** AWS's words for JSON of the wrong type. DynamoDB has its own; the other services share the framework's. */
enum Mismatch {
    DYNAMODB {
        @Override
        String text(Token found, Schema expected, boolean isDecimal) {
            return switch (found) {
                case OBJECT -> "Start of structure or map found where not expected";
                case ARRAY -> "Unrecognized collection type " + (expected instanceof Schema.MapOf ? "" : "class ")
                        + javaType(expected);
                case STRING, NUMBER, TRUE, FALSE -> {
                    if (!(expected instanceof Schema.Scalar scalar)) {
                        yield "Unexpected field type";
                    }
                    yield scalar.kind() == Schema.Kind.BLOB ? "only base-64-encoded strings are convertible to bytes"
                            : (isDecimal ? "DECIMAL" : found) + "_VALUE cannot be converted to " + type(expected);
                }
                case NULL -> "Unexpected null value";
            };
        }

        @Override
        String ofElement() {
            return "Unexpected value type in payload";
        }

        @Override
        String ofBlob(String text) {
            // Padding is no strange character to it, wherever it stands.
            return base64(text.replace('=', 'A'));
        }

        @Override
        boolean keepsSeveral(Schema.Structure union) {
            return union.name().equals("AttributeValue");
        }

        @Override
        void refuseUnion(Schema.Structure union, int set) {
            // An empty one reads as null: DynamoDB complains of it only after other things.
            if (!union.name().equals("AttributeValue")) {
                super.refuseUnion(union, set);
            }
        }
    },

    PLAIN {
        @Override
        String text(Token found, Schema expected, boolean isDecimal) {
            return switch (found) {
                case OBJECT -> "Start of structure or map found where not expected.";
                case ARRAY -> "Start of list found where not expected";
                case STRING, NUMBER, TRUE, FALSE -> {
                    if (!(expected instanceof Schema.Scalar scalar)) {
                        yield collection(expected);
                    }
                    var type = switch (found) {
                        case STRING -> "java.lang.String";
                        case NUMBER -> "com.amazon.coral.value.json.numbers.TruncatingBigNumber";
                        default -> "java.lang.Boolean";
                    };
                    yield "class " + type + " can not be converted to " + switch (scalar.kind()) {
                        case BLOB -> "a Blob";
                        case TIMESTAMP -> "milliseconds since epoch";
                        default -> "an " + type(expected);
                    };
                }
                case NULL -> "Unexpected null value";
            };
        }
    };

    static Mismatch of(ServiceModel service) {
        var prefix = service.targetPrefix();
        return prefix != null && prefix.startsWith("DynamoDB") ? DYNAMODB : PLAIN;
    }

    /** DynamoDB reads some texts as booleans. */
    static boolean truth(String text) {
        return switch (text.toUpperCase(Locale.ROOT)) {
            case "TRUE", "1", "YES" -> true;
            case "FALSE", "0", "NO" -> false;
            default -> throw new Unreadable("Unexpected token received from parser");
        };
    }

    final String text(Token found, Schema expected) {
        return text(found, expected, false);
    }

    /** @param isDecimal whether a number that was found is not a whole one */
    abstract String text(Token found, Schema expected, boolean isDecimal);

    /** What is said of a scalar in a list or map of structures, lists or maps, where it differs; or null. */
    String ofElement() {
        return null;
    }

    /** What is said of a text that is no base64. */
    String ofBlob(String text) {
        return "'" + (text.length() > 1024 ? text.substring(0, 1024) : text) + "' can not be converted to a Blob: "
                + base64(text);
    }

    /** Whether a union of which several members are set is read as {@link SeveralTypes}. */
    boolean keepsSeveral(Schema.Structure union) {
        return false;
    }

    void refuseUnion(Schema.Structure union, int set) {
        throw new Unreadable(set == 0
                ? "Union " + union.name() + " must have one member set"
                : "Union " + union.name() + " must have only one member set");
    }

    /** What stands where a structure, list or map should. */
    private static String collection(Schema expected) {
        return switch (expected) {
            case Schema.ListOf _ -> "Expected list or null";
            case Schema.MapOf _ -> "Expected map or null";
            default -> "Expected null";
        };
    }

    private static String base64(String text) {
        if (text.length() % 4 != 0) {
            return "Base64 encoded length is expected a multiple of 4 bytes but found: " + text.length();
        }
        int end = text.endsWith("==") ? text.length() - 2 : text.endsWith("=") ? text.length() - 1 : text.length();
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            if (!(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '+' || c == '/')) {
                return "Invalid Base64 character: '" + c + "'";
            }
        }
        return "Invalid last non-pad Base64 character dectected";
    }

    /** As DynamoDB's own program calls it. */
    private static String javaType(Schema expected) {
        return switch (expected) {
            case Schema.Structure structure -> "com.amazonaws.dynamodb.v20120810." + structure.name();
            case Schema.ListOf list -> "java.util.List<" + javaType(list.element().target()) + ">";
            case Schema.MapOf map -> "java.util.Map<java.lang.String, " + javaType(map.value().target()) + ">";
            case Schema.Scalar scalar -> switch (scalar.kind()) {
                case BLOB -> "java.nio.ByteBuffer";
                case TIMESTAMP -> "java.util.Date";
                default -> "java.lang." + type(scalar);
            };
        };
    }

    static String type(Schema expected) {
        return switch (expected) {
            case Schema.Structure _ -> "Structure";
            case Schema.ListOf _ -> "List";
            case Schema.MapOf _ -> "Map";
            case Schema.Scalar scalar -> switch (scalar.kind()) {
                case BOOLEAN -> "Boolean";
                case INTEGER -> "Integer";
                case LONG -> "Long";
                case FLOAT -> "Float";
                case DOUBLE -> "Double";
                case BIG_INTEGER -> "BigInteger";
                case BIG_DECIMAL -> "BigDecimal";
                case STRING -> "String";
                case BLOB -> "Blob";
                case TIMESTAMP -> "Timestamp";
                case DOCUMENT -> "Document";
            };
        };
    }
}
