package dev.aloft.service.dynamodb;

import dev.aloft.api.Schema;
import dev.aloft.api.Shape;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Properties of a template read as the shape of the API that has the same members; text stands for numbers and booleans
 * too.
 */
final class TemplateShape {
    private TemplateShape() {
    }

    /** @throws ValidationException naming a property that the shape does not have, or has as another type */
    static Shape read(Schema.Structure structure, Map<?, ?> properties, String path) {
        var builder = structure.newBuilder();
        properties.forEach((name, value) -> {
            var member = structure.member(name.toString());
            if (member == null) {
                throw new ValidationException("Encountered unsupported property " + path + name);
            }
            builder.set(member.index(), value(member.target(), value, path + name));
        });
        return builder.build();
    }

    private static Object value(Schema schema, Object value, String path) {
        try {
            return switch (schema) {
                case Schema.Structure structure -> read(structure, (Map<?, ?>) value, path + ".");
                case Schema.ListOf list -> {
                    var elements = new ArrayList<>();
                    for (var element : (List<?>) value) {
                        elements.add(value(list.element().target(), element, path));
                    }
                    yield elements;
                }
                case Schema.Scalar scalar -> scalar(scalar, value);
                case Schema.MapOf _ -> throw new ClassCastException();
            };
        } catch (ClassCastException | NumberFormatException _) {
            throw new ValidationException("#/" + path.replace('.', '/') + ": the value is not of the expected type");
        }
    }

    private static Object scalar(Schema.Scalar scalar, Object value) {
        if (value instanceof Map || value instanceof List) {
            throw new ClassCastException();
        }
        var text = value.toString();
        return switch (scalar.kind()) {
            case BOOLEAN -> switch (text) {
                case "true" -> true;
                case "false" -> false;
                default -> throw new ClassCastException();
            };
            case INTEGER -> Integer.valueOf(text);
            case LONG -> Long.valueOf(text);
            case STRING -> text;
            default -> throw new ClassCastException();
        };
    }
}
