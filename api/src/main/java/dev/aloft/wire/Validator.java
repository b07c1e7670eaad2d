package dev.aloft.wire;

import dev.aloft.api.ApiError;
import dev.aloft.api.Body;
import dev.aloft.api.Bytes;
import dev.aloft.api.Operation;
import dev.aloft.api.Schema;
import dev.aloft.api.Schema.Constraints;
import dev.aloft.api.Schema.Location;
import dev.aloft.api.Schema.Member;
import dev.aloft.api.Shape;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Holds an input against the model's constraints (required, length, range, pattern, enum) and tells what fails in AWS's
 * words: all of it in one message, up to ten failures. S3 and SQS do not work so and check for themselves.
 */
public final class Validator {
    /** AWS neither tells nor counts more. */
    private static final int MAX_TOLD = 10;
    private static final Map<Schema, Boolean> CONSTRAINED = new ConcurrentHashMap<>();

    private final Operation operation;
    private final boolean showValues;
    private List<String> failures;

    private Validator(Operation operation) {
        this.operation = operation;
        this.showValues = !operation.service().serviceId().equals("IAM");
    }

    /** Throws the service's validation error where the input breaks a constraint of the model. */
    public static void check(Operation operation, Shape input) {
        if (!constrained(operation.input()) || !applies(operation)) {
            return;
        }
        var validator = new Validator(operation);
        validator.structure("", input);
        var failures = validator.failures == null ? List.<String>of() : validator.failures;
        if (validator.isOfDynamoDb()) {
            failures = DynamoDbFailures.told(operation, input, failures);
        }
        if (!failures.isEmpty()) {
            throw validator.error(failures.subList(0, Math.min(failures.size(), MAX_TOLD)));
        }
    }

    private boolean isOfDynamoDb() {
        return operation.service().serviceId().equals("DynamoDB");
    }

    private static boolean applies(Operation operation) {
        return switch (operation.service().serviceId()) {
            case "S3", "SQS", "EC2" -> false;
            default -> true;
        };
    }

    private ApiError error(List<String> failures) {
        int count = failures.size();
        var service = operation.service();
        var message = service.serviceId().equals("ECR") ? ecr(failures.getFirst())
                : count + " validation error" + (count == 1 ? "" : "s") + " detected: " + String.join("; ", failures);
        var code = switch (service.serviceId()) {
            case "CloudWatch Logs", "ECR" -> "InvalidParameterException";
            case "ApiGatewayV2", "Transcribe" -> "BadRequestException";
            default -> service.protocol().equals("query") ? "ValidationError" : "ValidationException";
        };
        return ApiError.of(code, 400, message);
    }

    /** ECR tells one, without its value and in words of its own. */
    private static String ecr(String failure) {
        return failure.replaceFirst("^Value .*?at '", "Invalid parameter at '")
                .replaceFirst("constraint: Member must satisfy regular expression pattern: (.*)$",
                        "constraint: 'must satisfy regular expression '$1''")
                .replaceFirst("constraint: (Member .*)$", "constraint: '$1'");
    }

    /** Whether anything in the schema, however deep, can fail. */
    private static boolean constrained(Schema schema) {
        var known = CONSTRAINED.get(schema);
        if (known == null) {
            known = constrained(schema, new HashSet<>());
            CONSTRAINED.put(schema, known);
        }
        return known;
    }

    private static boolean constrained(Schema schema, Set<Schema> seen) {
        if (!seen.add(schema)) {
            return false;
        }
        return switch (schema) {
            case Schema.Scalar scalar -> scalar.constraints() != Constraints.NONE || !scalar.values().isEmpty();
            case Schema.ListOf list -> list.constraints() != Constraints.NONE
                    || constrained(list.element().target(), seen);
            case Schema.MapOf map -> map.constraints() != Constraints.NONE
                    || constrained(map.key().target(), seen)
                    || constrained(map.value().target(), seen);
            case Schema.Structure structure -> structure.members().stream()
                    .anyMatch(member -> member.required() || constrained(member.target(), seen));
        };
    }

    private void structure(String path, Shape shape) {
        var members = shape.shape().members();
        for (int i = 0, size = members.size(); i < size; i++) {
            var member = members.get(i);
            var value = shape.get(i);
            if (value == null) {
                if (member.required() && !ownWords(member) && !namesItself(path, member)) {
                    missing(at(path, member), member);
                }
            } else if (constrained(member.target()) && !ownWords(member)) {
                value(at(path, member), member, value);
            }
        }
    }

    /** DynamoDB checks the names of its tables, and tells them, in words of its own. */
    private boolean ownWords(Member member) {
        return member.name().equals("TableName") && isOfDynamoDb();
    }

    /** SNS tells the first text that is missing at the top, in words of its own. */
    private boolean namesItself(String path, Member member) {
        return path.isEmpty() && member.target() instanceof Schema.Scalar
                && operation.service().serviceId().equals("SNS");
    }

    private void missing(String path, Member member) {
        boolean hidden = !showValues || sensitive(member);
        add("Value " + (hidden ? "" : "null ") + "at '" + path
                + "' failed to satisfy constraint: Member must not be null");
    }

    /** The path of a member: as in Java, and for API Gateway below the name of the input where it is in the body. */
    private String at(String path, Member member) {
        var name = lower(member.name());
        if (!path.isEmpty()) {
            return path + "." + name;
        }
        boolean prefixed = member.location() == Location.BODY && operation.service().serviceId().equals("API Gateway");
        return prefixed ? lower(operation.name()) + "Input." + name : name;
    }

    /** The name as a Java property: {@code TableName} is tableName, {@code SSEType} sSEType, {@code ARN} aRN. */
    private static String lower(String name) {
        char first = name.charAt(0);
        return Character.isUpperCase(first) ? Character.toLowerCase(first) + name.substring(1) : name;
    }

    private void value(String path, Member member, Object value) {
        switch (member.target()) {
            case Schema.Structure _ -> structure(path, (Shape) value);
            case Schema.ListOf list -> list(path, member, list, (List<?>) value);
            case Schema.MapOf map -> map(path, member, map, (Map<?, ?>) value);
            case Schema.Scalar scalar -> {
                if (member.location() != Location.BODY && value instanceof String text && text.isEmpty()
                        && scalar.constraints().min() != null) {
                    fail(path, member, value, atLeastLength(scalar.constraints().min()));
                    return;
                }
                if (path.equals("runtime") && operation.service().serviceId().equals("Lambda")) {
                    // Lambda tells an unknown runtime in words of its own.
                    return;
                }
                for (var broken : broken(scalar, value)) {
                    fail(path, member, value, broken);
                }
            }
        }
    }

    private void list(String path, Member member, Schema.ListOf list, List<?> values) {
        length(path, member, values, list.constraints(), values.size());
        var element = list.element();
        if (!constrained(element.target())) {
            return;
        }
        if (element.target() instanceof Schema.Scalar scalar) {
            for (var each : values) {
                if (each != null && !broken(scalar, each).isEmpty()) {
                    fail(path, member, values, "Member must satisfy constraint: [" + all(scalar) + "]");
                    return;
                }
            }
            return;
        }
        int number = 1;
        for (var each : values) {
            if (each != null) {
                value(path + "." + number + ".member", element, each);
            }
            number++;
        }
    }

    private void map(String path, Member member, Schema.MapOf map, Map<?, ?> values) {
        length(path, member, values, map.constraints(), values.size());
        if (map.key().target() instanceof Schema.Scalar key && constrained(key)) {
            for (var each : values.keySet()) {
                if (!broken(key, each).isEmpty()) {
                    fail(path, member, values, "Map keys must satisfy constraint: [" + all(key) + "]");
                    break;
                }
            }
        }
        if (!constrained(map.value().target())) {
            return;
        }
        if (map.value().target() instanceof Schema.Scalar scalar) {
            for (var each : values.values()) {
                if (each != null && !broken(scalar, each).isEmpty()) {
                    fail(path, member, values, "Map value must satisfy constraint: [" + all(scalar) + "]");
                    return;
                }
            }
            return;
        }
        values.forEach((key, each) -> {
            if (each != null) {
                value(path + "." + key + ".member", map.value(), each);
            }
        });
    }

    private void length(String path, Member member, Object value, Constraints constraints, int length) {
        if (constraints.min() != null && length < constraints.min()) {
            fail(path, member, value, atLeastLength(constraints.min()));
        }
        if (constraints.max() != null && length > constraints.max()) {
            fail(path, member, value, atMostLength(constraints.max()));
        }
    }

    /** The constraints that a scalar breaks, in AWS's words. */
    private List<String> broken(Schema.Scalar scalar, Object value) {
        var constraints = scalar.constraints();
        List<String> broken = null;
        // EventBridge alone tells a wrong form before a wrong length.
        boolean formFirst = operation.service().serviceId().equals("EventBridge");
        if (formFirst && isOfWrongForm(constraints, value)) {
            broken = add(null, pattern(constraints.pattern()));
        }
        if (constraints != Constraints.NONE) {
            boolean counted = value instanceof Number;
            double size = counted ? ((Number) value).doubleValue() : length(value);
            if (size >= 0 || counted) {
                if (constraints.max() != null && size > constraints.max()) {
                    broken = add(broken, counted
                            ? atMost(constraints.max(), value)
                            : atMostLength(constraints.max()));
                }
                if (constraints.min() != null && size < constraints.min()) {
                    broken = add(broken, counted
                            ? atLeast(constraints.min(), value)
                            : atLeastLength(constraints.min()));
                }
            }
            if (!formFirst && isOfWrongForm(constraints, value)) {
                broken = add(broken, pattern(constraints.pattern()));
            }
        }
        if (!scalar.values().isEmpty() && value instanceof String text && !scalar.values().contains(text)) {
            broken = add(broken, oneOf(scalar));
        }
        return broken == null ? List.of() : broken;
    }

    /** What AWS's models call any text may have several lines, as the patterns of filters in templates have. */
    private static boolean isOfWrongForm(Constraints constraints, Object value) {
        return constraints.pattern() != null && !constraints.pattern().equals(".*") && value instanceof String text
                && !BoundedPattern.of(constraints.pattern()).matches(text);
    }

    private static int length(Object value) {
        return switch (value) {
            case String text -> text.codePointCount(0, text.length());
            case Bytes bytes -> bytes.length();
            case Body body -> (int) Math.min(body.length(), Integer.MAX_VALUE);
            default -> -1;
        };
    }

    /** All constraints of the elements of a collection: AWS then tells them together. */
    private String all(Schema.Scalar scalar) {
        var constraints = scalar.constraints();
        boolean number = switch (scalar.kind()) {
            case INTEGER, LONG, FLOAT, DOUBLE, BIG_INTEGER, BIG_DECIMAL -> true;
            default -> false;
        };
        Object like = scalar.kind() == Schema.Kind.DOUBLE || scalar.kind() == Schema.Kind.FLOAT ? 1.0 : (Object) 1;
        var told = new ArrayList<String>();
        if (constraints.max() != null) {
            told.add(number ? atMost(constraints.max(), like) : atMostLength(constraints.max()));
        }
        if (constraints.min() != null) {
            told.add(number ? atLeast(constraints.min(), like) : atLeastLength(constraints.min()));
        }
        if (constraints.pattern() != null) {
            told.add(pattern(constraints.pattern()));
        }
        if (!scalar.values().isEmpty()) {
            told.add(oneOf(scalar));
        }
        if (!operation.service().serviceId().equals("API Gateway")) {
            told.add("Member must not be null");
        }
        return String.join(", ", told);
    }

    private static List<String> add(List<String> list, String text) {
        var all = list == null ? new ArrayList<String>(2) : list;
        all.add(text);
        return all;
    }

    private String oneOf(Schema.Scalar scalar) {
        return "Member must satisfy enum value set" + (showValues ? ": " + scalar.values() : "");
    }

    private static String pattern(String pattern) {
        return "Member must satisfy regular expression pattern: " + pattern;
    }

    private static String atLeast(double min, Object like) {
        return "Member must have value greater than or equal to " + bound(min, like);
    }

    private static String atMost(double max, Object like) {
        return "Member must have value less than or equal to " + bound(max, like);
    }

    private static String atLeastLength(double min) {
        return "Member must have length greater than or equal to " + (long) min;
    }

    private static String atMostLength(double max) {
        return "Member must have length less than or equal to " + (long) max;
    }

    private static String bound(double bound, Object like) {
        return like instanceof Double || like instanceof Float ? Double.toString(bound) : Long.toString((long) bound);
    }

    private void fail(String path, Member member, Object value, String constraint) {
        boolean hidden = !showValues || sensitive(member);
        add("Value " + (hidden ? "" : "'" + text(value) + "' ") + "at '" + path + "' failed to satisfy constraint: "
                + constraint);
    }

    private void add(String failure) {
        if (failures == null) {
            failures = new ArrayList<>();
        }
        if (failures.size() < 100) {
            failures.add(failure);
        }
    }

    private static boolean sensitive(Member member) {
        return member.traits().sensitive()
                || switch (member.target()) {
                    case Schema.Scalar scalar -> scalar.sensitive();
                    case Schema.Structure structure -> structure.sensitive();
                    case Schema.ListOf list -> sensitive(list.element());
                    case Schema.MapOf map -> sensitive(map.value());
                };
    }

    /** A value as Java prints it, which is what AWS shows. */
    static String text(Object value) {
        return switch (value) {
            case Shape shape -> {
                var text = new StringBuilder(shape.shape().name()).append('(');
                for (var member : shape.shape().members()) {
                    var each = shape.get(member.index());
                    text.append(text.charAt(text.length() - 1) == '(' ? "" : ", ")
                            .append(lower(member.name()))
                            .append('=')
                            .append(each == null ? "null" : sensitive(member) ? "***" : text(each));
                }
                yield text.append(')').toString();
            }
            case List<?> list -> {
                var texts = new ArrayList<String>();
                list.forEach(each -> texts.add(each == null ? "null" : text(each)));
                yield texts.toString();
            }
            case Map<?, ?> map -> {
                var texts = new ArrayList<String>();
                map.forEach((key, each) -> texts.add(key + "=" + (each == null ? "null" : text(each))));
                yield "{" + String.join(", ", texts) + "}";
            }
            case Bytes bytes -> "java.nio.HeapByteBuffer[pos=0 lim=" + bytes.length() + " cap=" + bytes.length() + "]";
            default -> value.toString();
        };
    }
}
