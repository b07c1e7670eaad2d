package dev.aloft.wire;

import dev.aloft.api.ApiError;
import dev.aloft.api.Body;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Operation;
import dev.aloft.api.Schema;
import dev.aloft.api.Schema.Member;
import dev.aloft.api.Shape;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Shapes as trees of Map, List, String, Number and Boolean under the model's own names, and back: what carries any
 * operation by name. Moments are ISO 8601, bytes base64.
 */
public final class Trees {
    private static final int MAX_DEPTH = 512;

    private final Consumer<String> unknown;
    private final boolean lenient;
    private final boolean bytesAreText;

    private Trees(boolean lenient, boolean bytesAreText, Consumer<String> unknown) {
        this.lenient = lenient;
        this.bytesAreText = bytesAreText;
        this.unknown = unknown;
    }

    /** Carries an operation out whose input is a document, and answers its output as a document. */
    public static Map<String, Object> call(Endpoint endpoint, Operation operation, Caller caller,
            Map<String, ?> input) {
        if (!operation.built()) {
            throw ApiError.notBuilt(operation.toString());
        }
        return of(endpoint.call(operation, caller, read(operation.input(), input)));
    }

    /**
     * The shape that the tree describes, name for name; anything else is a ValidationException that names the place.
     */
    public static Shape read(Schema.Structure structure, Map<String, ?> tree) {
        return new Trees(false, false, path -> {
            throw invalid("Unknown member " + path + " of " + structure.name());
        }).structure(structure, tree, "", 0);
    }

    /**
     * The shape that a template's properties describe: names match without case, text becomes numbers and booleans and
     * the other way round, and documents become text where the model wants text (policies). Paths that the model does
     * not know are told to {@code unknown}.
     */
    public static Shape lenient(Schema.Structure structure, Map<String, ?> tree, Consumer<String> unknown) {
        return new Trees(true, false, unknown).structure(structure, tree, "", 0);
    }

    /**
     * The input of an operation as people write it for Scheduler and Step Functions: as {@link #lenient}, and bytes are
     * the text itself. What the operation does not know is a ValidationException.
     */
    public static Shape written(Schema.Structure structure, Map<String, ?> tree) {
        return new Trees(true, true, path -> {
            throw invalid("The field '" + path + "' is not supported by " + structure.name());
        }).structure(structure, tree, "", 0);
    }

    private Shape structure(Schema.Structure structure, Map<?, ?> tree, String path, int depth) {
        if (depth > MAX_DEPTH) {
            throw invalid("The document is nested too deep");
        }
        var builder = structure.newBuilder();
        int set = 0;
        for (var entry : tree.entrySet()) {
            var name = (String) entry.getKey();
            if (entry.getValue() == null) {
                continue;
            }
            var member = member(structure, name);
            var at = path.isEmpty() ? name : path + "." + name;
            if (member == null) {
                unknown.accept(at);
            } else {
                builder.set(member.index(), value(member, entry.getValue(), at, depth + 1));
                set++;
            }
        }
        if (structure.union() && set != 1) {
            throw invalid((path.isEmpty() ? structure.name() : path) + " must have exactly one member set");
        }
        return builder.build();
    }

    private Member member(Schema.Structure structure, String name) {
        var member = structure.member(name);
        if (member != null || !lenient) {
            return member;
        }
        for (var each : structure.members()) {
            if (each.name().equalsIgnoreCase(name)) {
                return each;
            }
        }
        return null;
    }

    private Object value(Member member, Object value, String path, int depth) {
        return switch (member.target()) {
            case Schema.Structure structure -> {
                if (!(value instanceof Map<?, ?> map)) {
                    throw invalid("Value of property " + path + " must be an object");
                }
                yield structure(structure, map, path, depth);
            }
            case Schema.ListOf list -> {
                if (!(value instanceof List<?> values)) {
                    throw invalid("Value of property " + path + " must be of type List");
                }
                var read = new ArrayList<>(values.size());
                for (int i = 0; i < values.size(); i++) {
                    if (values.get(i) != null) {
                        read.add(value(list.element(), values.get(i), path + "[" + i + "]", depth + 1));
                    }
                }
                yield read;
            }
            case Schema.MapOf map -> {
                if (!(value instanceof Map<?, ?> values)) {
                    throw invalid("Value of property " + path + " must be an object");
                }
                var read = new LinkedHashMap<String, Object>();
                values.forEach((key, each) -> {
                    if (each != null) {
                        read.put((String) key, value(map.value(), each, path + "." + key, depth + 1));
                    }
                });
                yield read;
            }
            case Schema.Scalar scalar -> {
                try {
                    yield scalar(member, scalar, value, path);
                } catch (IllegalArgumentException e) {
                    throw wrongType(path, scalar);
                }
            }
        };
    }

    private Object scalar(Member member, Schema.Scalar scalar, Object value, String path) {
        return switch (scalar.kind()) {
            case STRING -> string(scalar, value, path);
            case BOOLEAN -> switch (value) {
                case Boolean bool -> bool;
                case String text when lenient && text.equalsIgnoreCase("true") -> true;
                case String text when lenient && text.equalsIgnoreCase("false") -> false;
                default -> throw wrongType(path, scalar);
            };
            case DOCUMENT -> value;
            case TIMESTAMP -> switch (value) {
                case Number number -> Timestamps.parse(plain(number), Timestamps.UNIX);
                case String text -> Timestamps.parseAny(text);
                default -> throw wrongType(path, scalar);
            };
            case BLOB -> {
                if (!(value instanceof String text)) {
                    throw wrongType(path, scalar);
                }
                if (member.traits().streaming()) {
                    yield Body.of(text);
                }
                yield bytesAreText ? Bytes.of(text.getBytes(StandardCharsets.UTF_8)) : Bytes.fromBase64(text);
            }
            default -> switch (value) {
                case Number number -> Numbers.parse(scalar.kind(), plain(number));
                case String text when lenient -> Numbers.parse(scalar.kind(), text.strip());
                default -> throw wrongType(path, scalar);
            };
        };
    }

    private String string(Schema.Scalar scalar, Object value, String path) {
        return switch (value) {
            case String text -> text;
            case Number number when lenient -> plain(number);
            case Boolean bool when lenient -> bool.toString();
            case Map<?, ?> map when lenient -> JsonWriter.string(map);
            case List<?> list when lenient -> JsonWriter.string(list);
            default -> throw wrongType(path, scalar);
        };
    }

    /** A number without exponent and without a fraction of zero. */
    private static String plain(Number number) {
        var decimal = new BigDecimal(number.toString());
        return decimal.signum() == 0 || decimal.stripTrailingZeros().scale() <= 0
                ? decimal.toBigInteger().toString()
                : decimal.toPlainString();
    }

    private static ApiError wrongType(String path, Schema.Scalar scalar) {
        return invalid("Value of property " + path + " must be of type " + Mismatch.type(scalar));
    }

    private static ApiError invalid(String message) {
        return ApiError.of("ValidationException", 400, message);
    }

    /** The tree of a shape, members in the model's order. */
    public static Map<String, Object> of(Shape shape) {
        var tree = new LinkedHashMap<String, Object>();
        for (var member : shape.shape().members()) {
            var value = shape.get(member.index());
            if (value != null) {
                tree.put(member.name(), tree(member, value));
            }
        }
        return tree;
    }

    private static Object tree(Member member, Object value) {
        return switch (value) {
            case Shape shape -> of(shape);
            case Instant moment -> moment.toString();
            case Bytes bytes -> bytes.base64();
            case Body body -> text(body.bytes(Protocol.MAX_BODY));
            case List<?> list when member.target() instanceof Schema.ListOf of -> {
                var values = new ArrayList<>(list.size());
                list.forEach(each -> values.add(each == null ? null : tree(of.element(), each)));
                yield values;
            }
            case Map<?, ?> map when member.target() instanceof Schema.MapOf of -> {
                var values = new LinkedHashMap<String, Object>();
                map.forEach((key, each) -> values.put((String) key, each == null ? null : tree(of.value(), each)));
                yield values;
            }
            default -> value;
        };
    }

    /** Content as text where it is text, else as base64. */
    private static String text(byte[] content) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
        } catch (CharacterCodingException e) {
            return Bytes.of(content).base64();
        }
    }

    /** The input of an operation from a JSON document. */
    @SuppressWarnings("unchecked")
    public static Shape read(Operation operation, byte[] json) {
        try {
            if (JsonReader.tree(json) instanceof Map<?, ?> map) {
                return read(operation.input(), (Map<String, ?>) map);
            }
        } catch (JsonReader.Malformed e) {
            throw ApiError.of("SerializationException", 400, e.getMessage());
        }
        throw invalid("The input of " + operation.name() + " must be a JSON object");
    }
}
