package dev.aloft.wire;

import dev.aloft.api.ApiError;
import dev.aloft.api.JsonReader;
import dev.aloft.api.Operation;
import dev.aloft.api.Schema;
import dev.aloft.api.Schema.Location;
import dev.aloft.api.Schema.Member;
import dev.aloft.api.Shape;
import dev.aloft.api.ShapeBuilder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Where the members of an operation travel in HTTP outside the body: labels, query, headers, status. */
final class RestBinding {
    private static final Map<Operation, RestBinding> KNOWN = new ConcurrentHashMap<>();

    private final Operation operation;
    private final UriTemplate uri;

    private RestBinding(Operation operation) {
        this.operation = operation;
        this.uri = new UriTemplate(operation.http().uri());
    }

    static RestBinding of(Operation operation) {
        return KNOWN.computeIfAbsent(operation, RestBinding::new);
    }

    /** Whether any member of the structure is in the body. */
    static boolean hasBody(Schema.Structure structure) {
        for (var member : structure.members()) {
            if (member.location() == Location.BODY) {
                return true;
            }
        }
        return false;
    }

    void readRequest(HttpRequest request, ShapeBuilder builder) {
        var input = operation.input();
        if (!input.httpBound()) {
            return;
        }
        Map<String, String> labels = null;
        List<Percent.Parameter> query = null;
        for (var member : input.members()) {
            switch (member.location()) {
                case URI -> {
                    if (labels == null) {
                        labels = uri.match(request.rawPath());
                        if (labels == null) {
                            throw ApiError.of("UnknownOperationException", 404, null);
                        }
                    }
                    var text = labels.get(member.wireName());
                    if (text != null) {
                        builder.set(member.index(), scalar(member, text, Timestamps.ISO));
                    }
                }
                case QUERY -> {
                    if (query == null) {
                        query = Percent.parameters(request.rawQuery());
                    }
                    readQuery(member, query, builder);
                }
                case QUERY_MAP -> {
                    if (query == null) {
                        query = Percent.parameters(request.rawQuery());
                    }
                    readQueryMap(member, query, builder);
                }
                default -> {}
            }
        }
        readHeaders(input, request.headers(), builder);
    }

    private static void readQuery(Member member, List<Percent.Parameter> query, ShapeBuilder builder) {
        List<Object> values = null;
        var name = member.wireName();
        for (var parameter : query) {
            if (parameter.name().equals(name)) {
                var text = parameter.value() == null ? "" : parameter.value();
                if (member.target() instanceof Schema.ListOf list) {
                    if (values == null) {
                        values = new ArrayList<>();
                    }
                    values.add(scalar(list.element(), text, Timestamps.ISO));
                } else {
                    builder.set(member.index(), scalar(member, text, Timestamps.ISO));
                    return;
                }
            }
        }
        if (values != null) {
            builder.set(member.index(), values);
        }
    }

    private void readQueryMap(Member member, List<Percent.Parameter> query, ShapeBuilder builder) {
        var map = (Schema.MapOf) member.target();
        var taken = new HashSet<String>();
        uri.query().forEach(each -> taken.add(each.name()));
        if (operation.service().protocol().equals("rest-xml")) {
            for (var other : operation.input().members()) {
                if (other.location() == Location.QUERY) {
                    taken.add(other.wireName());
                }
            }
        }
        var values = new LinkedHashMap<String, Object>();
        for (var parameter : query) {
            if (taken.contains(parameter.name())) {
                continue;
            }
            var text = parameter.value() == null ? "" : parameter.value();
            if (map.value().target() instanceof Schema.ListOf list) {
                @SuppressWarnings("unchecked")
                var several = (List<Object>) values.computeIfAbsent(parameter.name(), _ -> new ArrayList<>());
                several.add(scalar(list.element(), text, Timestamps.ISO));
            } else {
                values.putIfAbsent(parameter.name(), scalar(map.value(), text, Timestamps.ISO));
            }
        }
        if (!values.isEmpty()) {
            builder.set(member.index(), values);
        }
    }

    /** The members that travel in headers, of a request or an answer. */
    static void readHeaders(Schema.Structure structure, Headers headers, ShapeBuilder builder) {
        for (var member : structure.members()) {
            if (member.location() == Location.HEADER) {
                if (member.target() instanceof Schema.ListOf list) {
                    var lines = headers.all(member.wireName());
                    if (!lines.isEmpty()) {
                        builder.set(member.index(), headerList(list, lines));
                    }
                } else {
                    var text = headers.first(member.wireName());
                    if (text != null) {
                        builder.set(member.index(), headerValue(member, text));
                    }
                }
            } else if (member.location() == Location.HEADERS) {
                var prefix = member.wireName() == null ? "" : member.locationName() == null ? "" : member.wireName();
                var values = new LinkedHashMap<String, Object>();
                headers.forEach((name, value) -> {
                    if (name.length() >= prefix.length() && name.regionMatches(true, 0, prefix, 0, prefix.length())) {
                        values.merge(name.substring(prefix.length()), value, (a, b) -> a + "," + b);
                    }
                });
                if (!values.isEmpty()) {
                    builder.set(member.index(), values);
                }
            }
        }
    }

    private static Object headerValue(Member member, String text) {
        if (member.traits().jsonValue()) {
            try {
                if (text.strip().length() % 4 == 0) {
                    return new String(Base64.getDecoder().decode(text.strip()), StandardCharsets.UTF_8);
                }
            } catch (IllegalArgumentException e) {
                // told below
            }
            throw new Unreadable("Invalid base64");
        }
        return scalar(member, text, Timestamps.HTTP);
    }

    private static List<Object> headerList(Schema.ListOf list, List<String> lines) {
        var element = list.element();
        var scalar = (Schema.Scalar) element.target();
        boolean httpDate = scalar.kind() == Schema.Kind.TIMESTAMP
                && Timestamps.format(element, scalar, Timestamps.HTTP).equals(Timestamps.HTTP);
        var values = new ArrayList<>();
        for (var line : lines) {
            int at = line.isBlank() ? line.length() + 1 : 0;
            while (at <= line.length()) {
                while (at < line.length() && line.charAt(at) == ' ') {
                    at++;
                }
                var text = new StringBuilder();
                if (at < line.length() && line.charAt(at) == '"') {
                    at = quoted(line, at + 1, text);
                } else {
                    int comma = line.indexOf(',', at);
                    if (httpDate && comma >= 0) {
                        comma = line.indexOf(',', comma + 1);
                    }
                    int to = comma < 0 ? line.length() : comma;
                    text.append(line.substring(at, to).strip());
                    at = to;
                }
                values.add(scalar(element, text.toString(), Timestamps.HTTP));
                if (at < line.length() && line.charAt(at) != ',') {
                    throw new Unreadable("Malformed header list");
                }
                at++;
            }
        }
        return values;
    }

    private static int quoted(String line, int from, StringBuilder text) {
        int at = from;
        while (at < line.length() && line.charAt(at) != '"') {
            if (line.charAt(at) == '\\' && at + 1 < line.length()) {
                at++;
            }
            text.append(line.charAt(at++));
        }
        if (at >= line.length()) {
            throw new Unreadable("Malformed header list");
        }
        at++;
        while (at < line.length() && line.charAt(at) == ' ') {
            at++;
        }
        return at;
    }

    private static Object scalar(Member member, String text, String timestampFormat) {
        var scalar = (Schema.Scalar) member.target();
        return Scalars.parse(scalar, Timestamps.format(member, scalar, timestampFormat), text);
    }

    private static String text(Member member, Object value, String timestampFormat) {
        var scalar = (Schema.Scalar) member.target();
        return Scalars.text(scalar, Timestamps.format(member, scalar, timestampFormat), value);
    }

    /** The path with its labels, for a client. */
    String path(Shape input) {
        var labels = new HashMap<String, String>();
        for (var member : operation.input().members()) {
            if (member.location() == Location.URI) {
                var value = input.get(member.index());
                var text = value == null ? "" : text(member, value, Timestamps.ISO);
                if (text.isEmpty()) {
                    throw ApiError.of("ValidationException", 400,
                            "The path of " + operation.name() + " needs a value for " + member.name());
                }
                labels.put(member.wireName(), text);
            }
        }
        return uri.expand(labels::get);
    }

    /** The query string, for a client. */
    String query(Shape input) {
        var query = new StringBuilder();
        uri.query().forEach(each -> append(query, each.name(), each.value()));
        var names = new HashSet<String>();
        for (var member : operation.input().members()) {
            var value = input.get(member.index());
            if (value != null && member.location() == Location.QUERY) {
                names.add(member.wireName());
                if (member.target() instanceof Schema.ListOf list) {
                    ((List<?>) value).forEach(
                            each -> append(query, member.wireName(), text(list.element(), each, Timestamps.ISO)));
                } else {
                    append(query, member.wireName(), text(member, value, Timestamps.ISO));
                }
            }
        }
        for (var member : operation.input().members()) {
            if (member.location() == Location.QUERY_MAP && input.get(member.index()) instanceof Map<?, ?> map) {
                map.forEach((name, value) -> {
                    if (names.contains(name)) {
                        return;
                    }
                    if (value instanceof List<?> several) {
                        several.forEach(each -> append(query, (String) name, each.toString()));
                    } else {
                        append(query, (String) name, value.toString());
                    }
                });
            }
        }
        return query.toString();
    }

    private static void append(StringBuilder query, String name, String value) {
        if (!query.isEmpty()) {
            query.append('&');
        }
        query.append(Percent.encode(name));
        if (value != null) {
            query.append('=').append(Percent.encode(value));
        }
    }

    /** Puts the members that travel in headers there, of a request or an answer. */
    static void writeHeaders(Shape shape, Headers headers) {
        var structure = shape.shape();
        if (!structure.httpBound()) {
            return;
        }
        for (var member : structure.members()) {
            var location = member.location();
            if (location != Location.HEADER && location != Location.HEADERS) {
                continue;
            }
            var value = shape.get(member.index());
            if (value == null) {
                continue;
            }
            if (location == Location.HEADERS) {
                var prefix = member.locationName() == null ? "" : member.locationName();
                ((Map<?, ?>) value).forEach((name, each) -> {
                    if (!headers.has(prefix + name)) {
                        headers.add(prefix + name, clean((String) each));
                    }
                });
            } else if (member.target() instanceof Schema.ListOf list) {
                var text = new StringBuilder();
                for (var each : (List<?>) value) {
                    text.append(text.isEmpty() ? "" : ", ").append(listItem(list.element(), each));
                }
                headers.set(member.wireName(), clean(text.toString()));
            } else if (member.traits().jsonValue()) {
                headers.set(member.wireName(), Base64.getEncoder()
                        .encodeToString(((String) value).getBytes(StandardCharsets.UTF_8)));
            } else {
                headers.set(member.wireName(), clean(text(member, value, Timestamps.HTTP)));
            }
        }
    }

    /** A header cannot hold line breaks: they would begin the next one. */
    private static String clean(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '\r' || c == '\n' || c == 0) {
                return value.replaceAll("[\\r\\n\\x00]", " ");
            }
        }
        return value;
    }

    private static String listItem(Member element, Object value) {
        var text = text(element, value, Timestamps.HTTP);
        boolean string = ((Schema.Scalar) element.target()).kind() == Schema.Kind.STRING;
        return string && (text.indexOf(',') >= 0 || text.indexOf('"') >= 0)
                ? '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"'
                : text;
    }

    /** The status of a successful answer. */
    int status(Shape output) {
        if (operation.output().httpBound()) {
            for (var member : operation.output().members()) {
                if (member.location() == Location.STATUS_CODE && output.get(member.index()) instanceof Integer status) {
                    return status;
                }
            }
        }
        int code = operation.http().responseCode();
        return code == 0 ? 200 : code;
    }

    static void readStatus(Schema.Structure structure, int status, ShapeBuilder builder) {
        for (var member : structure.members()) {
            if (member.location() == Location.STATUS_CODE) {
                builder.set(member.index(), status);
            }
        }
    }

    /** An error's members from headers and a JSON body, or null where they cannot be read. */
    static Shape readError(Schema.Structure error, HttpResponse response, byte[] body) {
        try {
            var builder = error.newBuilder();
            readHeaders(error, response.headers(), builder);
            if (body.length > 0) {
                new JsonCodec(false, Mismatch.PLAIN).members(new JsonReader(body), error, builder, false);
            }
            readMessage(error, body, builder);
            return builder.build();
        } catch (Unreadable | JsonReader.Malformed e) {
            return null;
        }
    }

    /** Services write {@code Message} where the model has {@code message}, and the other way round. */
    private static void readMessage(Schema.Structure error, byte[] body, ShapeBuilder builder) {
        var member = RemoteError.messageMember(error);
        if (member != null && body.length > 0 && JsonReader.tree(body) instanceof Map<?, ?> map) {
            map.forEach((name, value) -> {
                if (((String) name).toLowerCase(Locale.ROOT).equals("message") && value instanceof String) {
                    builder.set(member.index(), value);
                }
            });
        }
    }
}
