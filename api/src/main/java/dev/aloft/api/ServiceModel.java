package dev.aloft.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * The model of one service: its protocol, its operations and their schemas. Read from AWS's own C2J form, which the
 * build has cut down to the operations served; the names of the others are kept, so that they can be answered by name.
 * A platform starts with the models of all services and most are never called: the operations are read when the first
 * of them is asked about, and a shape when it is first wanted.
 */
public final class ServiceModel {
    private final Map<String, Object> metadata;
    private final IntFunction<ShapeBuilder> builders;
    private final Supplier<Map<String, Object>> source;
    private final Map<String, Operation> generated = new LinkedHashMap<>();
    /** What was read so far; guarded by this. */
    private final Map<String, Schema> schemas = new HashMap<>();
    private volatile Contents contents;

    /** The operations by name, and what the model says of them and of its shapes. */
    private record Contents(
            Map<String, Operation> operations, Map<String, Object> descriptions, Map<String, Object> shapes) {}

    /**
     * The model that the build wrote for a service.
     *
     * @param resource beside the class: its operations and shapes
     * @param builders makes the generated records
     */
    public static ServiceModel load(
            Class<?> beside, String resource, String metadata, IntFunction<ShapeBuilder> builders) {
        return new ServiceModel(map(JsonReader.tree(metadata)), builders, () -> read(beside, resource));
    }

    /** A model without generated records: every structure becomes a {@link Loose}. */
    public static ServiceModel of(Object tree) {
        return new ServiceModel(map(map(tree).get("metadata")), null, () -> map(tree));
    }

    private ServiceModel(
            Map<String, Object> metadata, IntFunction<ShapeBuilder> builders, Supplier<Map<String, Object>> source) {
        this.metadata = metadata;
        this.builders = builders;
        this.source = source;
    }

    private static Map<String, Object> read(Class<?> beside, String resource) {
        try (var in = beside.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("no service model " + resource + " beside " + beside.getName());
            }
            return map(JsonReader.tree(in.readAllBytes()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** For the generated interface alone: an operation that it has a method for. */
    Operation generated(int index, String name) {
        var operation = new Operation(this, index, name);
        generated.put(name, operation);
        return operation;
    }

    private Contents contents() {
        var known = contents;
        return known != null ? known : readContents();
    }

    private synchronized Contents readContents() {
        if (contents == null) {
            var tree = source.get();
            var descriptions = map(tree.get("operations"));
            var operations = new LinkedHashMap<String, Operation>();
            int built = 0;
            for (var name : descriptions.keySet()) {
                var operation = generated.get(name);
                if (operation == null) {
                    boolean unbuilt = Boolean.FALSE.equals(map(descriptions.get(name)).get("built"));
                    operation = new Operation(this, unbuilt ? -1 : built++, name);
                }
                operations.put(name, operation);
            }
            contents = new Contents(operations, descriptions, map(tree.get("shapes")));
        }
        return contents;
    }

    /** All operations known, built or not, by name. */
    public Map<String, Operation> operations() {
        return contents().operations();
    }

    /** The operation of this name, or null. */
    public Operation operation(String name) {
        var known = generated.get(name);
        return known != null ? known : contents().operations().get(name);
    }

    /** The schema of a shape by its name in the model. */
    public synchronized Schema schema(String name) {
        var known = schemas.get(name);
        return known != null ? known : read(name);
    }

    public Schema.Structure structure(String name) {
        return (Schema.Structure) schema(name);
    }

    /** The service's id, such as {@code DynamoDB}. */
    public String serviceId() {
        return text("serviceId", text("serviceFullName", ""));
    }

    /** {@code json}, {@code rest-json}, {@code query}, {@code ec2}, {@code rest-xml}, {@code smithy-rpc-v2-cbor}. */
    public String protocol() {
        return text("protocol", "");
    }

    /** All protocols the service speaks, its own first. */
    public List<String> protocols() {
        var all = new ArrayList<String>();
        all.add(protocol());
        if (metadata.get("protocols") instanceof List<?> listed) {
            listed.forEach(each -> {
                if (!all.contains(each)) {
                    all.add((String) each);
                }
            });
        }
        return all;
    }

    public String jsonVersion() {
        return text("jsonVersion", "1.0");
    }

    public String targetPrefix() {
        return text("targetPrefix", null);
    }

    public String apiVersion() {
        return text("apiVersion", "");
    }

    public String xmlNamespace() {
        return metadata.get("xmlNamespace") instanceof Map<?, ?> namespace
                ? (String) namespace.get("uri")
                : text("xmlNamespace", null);
    }

    /** The code of a denial where it is the service's own, as that of SNS is; or null. */
    public String accessDeniedCode() {
        return text("accessDenied", null);
    }

    /** How a denial spells an action such as {@code sqs:SendMessage}: SQS and SNS have ways of their own. */
    public String told(String action) {
        int colon = action.indexOf(':');
        return switch (text("actionsTold", "")) {
            case "lowercase" -> action.toLowerCase(Locale.ROOT);
            case "uppercase" -> action.substring(0, colon).toUpperCase(Locale.ROOT) + action.substring(colon);
            default -> action;
        };
    }

    /** Whether its errors in XML have a {@code Detail}, which is always empty, as those of SQS do. */
    public boolean hasErrorDetail() {
        return Boolean.TRUE.equals(metadata.get("errorDetail"));
    }

    /** The prefix of the service's host name, such as {@code monitoring}. */
    public String endpointPrefix() {
        return text("endpointPrefix", "");
    }

    /** The name in the credential scope, which is also IAM's prefix for most services. */
    public String signingName() {
        return text("signingName", endpointPrefix());
    }

    /** A JSON service that once spoke the query protocol, and still tells its old error codes in a header. */
    public boolean queryCompatible() {
        return metadata.containsKey("awsQueryCompatible");
    }

    /** Anything else the model's metadata says, or null. */
    public Object metadata(String key) {
        return metadata.get(key);
    }

    private String text(String key, String otherwise) {
        return metadata.get(key) instanceof String value ? value : otherwise;
    }

    synchronized Operation.Description describe(Operation operation) {
        var description = map(contents().descriptions().get(operation.name()));
        var http = map(description.getOrDefault("http", Map.of("method", "POST", "requestUri", "/")));
        var endpoint = map(description.get("endpoint"));
        var input = map(description.get("input"));
        var output = map(description.get("output"));
        var errors = new ArrayList<Schema.Structure>();
        if (operation.built() && description.get("errors") instanceof List<?> listed) {
            for (var error : listed) {
                errors.add(structure((String) map(error).get("shape")));
            }
        }
        return new Operation.Description(
                structureOf(input, operation.name() + "Request"),
                structureOf(output, operation.name() + "Response"),
                List.copyOf(errors),
                new Operation.Http(
                        (String) http.getOrDefault("method", "POST"),
                        (String) http.getOrDefault("requestUri", "/"),
                        http.get("responseCode") instanceof Number code ? code.intValue() : 0,
                        (String) endpoint.get("hostPrefix")),
                (String) output.get("resultWrapper"),
                xmlName((String) input.get("locationName"), input.get("xmlNamespace")),
                !"none".equals(description.get("authtype")));
    }

    private Schema.Structure structureOf(Map<String, Object> reference, String emptyName) {
        if (reference.get("shape") instanceof String name) {
            return structure(name);
        }
        var empty = new Schema.Structure(emptyName, false, false, null, null, false, null, true);
        empty.fill(List.of(), () -> new Loose.Builder(empty));
        return empty;
    }

    private Schema read(String name) {
        var shape = map(contents().shapes().get(name));
        if (shape.isEmpty()) {
            throw new IllegalStateException(serviceId() + " has no shape " + name);
        }
        return switch ((String) shape.get("type")) {
            case "structure" -> readStructure(name, shape);
            case "list" -> {
                var list = new Schema.ListOf(
                        name, constraints(shape), flag(shape, "flattened"), flag(shape, "sparse"));
                schemas.put(name, list);
                list.element = member(0, "member", map(shape.get("member")), false);
                yield list;
            }
            case "map" -> {
                var map = new Schema.MapOf(
                        name, constraints(shape), flag(shape, "flattened"), flag(shape, "sparse"));
                schemas.put(name, map);
                map.key = member(0, "key", map(shape.get("key")), false);
                map.value = member(1, "value", map(shape.get("value")), false);
                yield map;
            }
            case String scalar -> {
                var made = new Schema.Scalar(
                        name,
                        kind(scalar),
                        constraints(shape),
                        strings(shape.get("enum")),
                        (String) shape.get("timestampFormat"),
                        flag(shape, "sensitive"));
                schemas.put(name, made);
                yield made;
            }
        };
    }

    private Schema.Structure readStructure(String name, Map<String, Object> shape) {
        var structure = new Schema.Structure(
                (String) shape.getOrDefault("name", name),
                flag(shape, "union"),
                flag(shape, "sensitive"),
                error(shape),
                (String) shape.get("payload"),
                flag(shape, "eventstream"),
                xmlName((String) shape.get("locationName"), shape.get("xmlNamespace")),
                flag(shape, "absent"));
        schemas.put(name, structure);
        var required = strings(shape.get("required"));
        var members = new ArrayList<Schema.Member>();
        for (var entry : map(shape.getOrDefault("members", Map.of())).entrySet()) {
            members.add(member(
                    members.size(), entry.getKey(), map(entry.getValue()), required.contains(entry.getKey())));
        }
        if (builders != null && shape.get("index") instanceof Number index) {
            int number = index.intValue();
            structure.fill(members, () -> builders.apply(number));
        } else {
            structure.fill(members, () -> new Loose.Builder(structure));
        }
        return structure;
    }

    private Schema.Member member(int index, String name, Map<String, Object> reference, boolean required) {
        var target = schema((String) reference.get("shape"));
        return new Schema.Member(
                index,
                name,
                (String) reference.get("locationName"),
                target,
                location(reference, target),
                required,
                traits(reference));
    }

    private Schema.Traits traits(Map<String, Object> reference) {
        boolean streaming = flag(reference, "streaming")
                || flag(map(contents().shapes().get(reference.get("shape"))), "streaming");
        boolean plain = !streaming
                && (reference.size() == 1 || reference.size() == 2 && reference.containsKey("locationName"));
        if (plain) {
            return Schema.Traits.NONE;
        }
        return new Schema.Traits(
                flag(reference, "flattened"),
                flag(reference, "xmlAttribute"),
                streaming,
                flag(reference, "idempotencyToken"),
                flag(reference, "jsonvalue"),
                flag(reference, "hostLabel"),
                flag(reference, "eventpayload"),
                flag(reference, "eventheader"),
                flag(reference, "sensitive"),
                flag(reference, "box"),
                (String) reference.get("queryName"),
                (String) reference.get("timestampFormat"),
                xmlName(null, reference.get("xmlNamespace")));
    }

    private static Schema.Location location(Map<String, Object> reference, Schema target) {
        return switch ((String) reference.get("location")) {
            case null -> Schema.Location.BODY;
            case "header" -> Schema.Location.HEADER;
            case "headers" -> Schema.Location.HEADERS;
            case "uri" -> Schema.Location.URI;
            case "querystring" ->
                target instanceof Schema.MapOf ? Schema.Location.QUERY_MAP : Schema.Location.QUERY;
            case "statusCode" -> Schema.Location.STATUS_CODE;
            case String other -> throw new IllegalStateException("unknown location " + other);
        };
    }

    private static Schema.Kind kind(String type) {
        return switch (type) {
            case "boolean" -> Schema.Kind.BOOLEAN;
            case "byte", "short", "integer", "intEnum" -> Schema.Kind.INTEGER;
            case "long" -> Schema.Kind.LONG;
            case "float" -> Schema.Kind.FLOAT;
            case "double" -> Schema.Kind.DOUBLE;
            case "bigInteger" -> Schema.Kind.BIG_INTEGER;
            case "bigDecimal" -> Schema.Kind.BIG_DECIMAL;
            case "string", "character" -> Schema.Kind.STRING;
            case "blob" -> Schema.Kind.BLOB;
            case "timestamp" -> Schema.Kind.TIMESTAMP;
            case "document" -> Schema.Kind.DOCUMENT;
            default -> throw new IllegalStateException("unknown shape type " + type);
        };
    }

    private static Schema.Constraints constraints(Map<String, Object> shape) {
        var min = shape.get("min");
        var max = shape.get("max");
        var pattern = (String) shape.get("pattern");
        return min == null && max == null && pattern == null
                ? Schema.Constraints.NONE
                : new Schema.Constraints(number(min), number(max), pattern);
    }

    private static Double number(Object value) {
        return value instanceof Number number ? (Double) number.doubleValue() : null;
    }

    private static Schema.ErrorTraits error(Map<String, Object> shape) {
        if (!flag(shape, "exception") && !shape.containsKey("error")) {
            return null;
        }
        var error = map(shape.getOrDefault("error", Map.of()));
        int status = error.get("httpStatusCode") instanceof Number code ? code.intValue() : 0;
        boolean sender = flag(error, "senderFault") || !flag(shape, "fault") && status < 500;
        return new Schema.ErrorTraits(
                (String) error.get("code"), status, sender, (String) error.get("queryErrorCode"));
    }

    private static Schema.XmlName xmlName(String name, Object namespace) {
        if (namespace instanceof Map<?, ?> map) {
            return new Schema.XmlName(name, (String) map.get("prefix"), (String) map.get("uri"));
        }
        var uri = (String) namespace;
        return name == null && uri == null ? null : new Schema.XmlName(name, null, uri);
    }

    private static boolean flag(Map<String, Object> map, String key) {
        return Boolean.TRUE.equals(map.get(key));
    }

    private static List<String> strings(Object list) {
        return list instanceof List<?> values
                ? values.stream().map(String.class::cast).toList()
                : List.of();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object tree) {
        return tree == null ? Map.of() : (Map<String, Object>) tree;
    }
}
