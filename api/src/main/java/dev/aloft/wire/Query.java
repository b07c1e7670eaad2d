package dev.aloft.wire;

import dev.aloft.api.ApiError;
import dev.aloft.api.Body;
import dev.aloft.api.Operation;
import dev.aloft.api.Schema;
import dev.aloft.api.Schema.Member;
import dev.aloft.api.Shape;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The query protocol and EC2's dialect of it: forms in, XML out. */
public final class Query implements Protocol {
    public static final Query AWS = new Query(false);
    public static final Query EC2 = new Query(true);

    private static final int MAX_DEPTH = 64;

    private final boolean ec2;
    private final XmlCodec xml;

    private Query(boolean ec2) {
        this.ec2 = ec2;
        this.xml = new XmlCodec(true, false, !ec2);
    }

    @Override
    public String name() {
        return ec2 ? "ec2" : "query";
    }

    /** The form of a request: its body, and its query string, which is where GET puts it. */
    private static List<Percent.Parameter> parameters(HttpRequest request) {
        var parameters = new ArrayList<>(Percent.parameters(request.rawQuery()));
        var form = form(request);
        if (!form.isEmpty()) {
            parameters.addAll(Percent.parameters(form));
        }
        return parameters;
    }

    /** The form that is a request's body, in which the operation stands. */
    public static String form(HttpRequest request) {
        return new String(Content.bytes(null, request), StandardCharsets.UTF_8);
    }

    /** A name of the form, split at its dots. */
    private static final class Node {
        String value;
        Map<String, Node> children;

        Node child(String name) {
            return children == null ? null : children.get(name);
        }

        Node make(String name) {
            if (children == null) {
                children = new LinkedHashMap<>();
            }
            return children.computeIfAbsent(name, _ -> new Node());
        }

        /** The children whose names are numbers, in their order. */
        List<Node> numbered() {
            var found = new TreeMap<Integer, Node>();
            if (children != null) {
                children.forEach((name, node) -> {
                    if (!name.isEmpty() && name.length() < 10 && name.chars().allMatch(c -> c >= '0' && c <= '9')) {
                        found.put(Integer.parseInt(name), node);
                    }
                });
            }
            return new ArrayList<>(found.values());
        }
    }

    @Override
    public Shape readInput(Operation operation, HttpRequest request) {
        try {
            var root = new Node();
            for (var parameter : parameters(request)) {
                var node = root;
                int depth = 0;
                int from = 0;
                var name = parameter.name();
                for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', from)) {
                    node = node.make(name.substring(from, dot));
                    from = dot + 1;
                    if (++depth > MAX_DEPTH) {
                        throw new Unreadable("Parameter names are nested too deep");
                    }
                }
                node = node.make(name.substring(from));
                if (node.value == null) {
                    node.value = parameter.value() == null ? "" : parameter.value();
                }
            }
            if (operation.input().member("QueueUrl") != null && root.child("QueueUrl") == null
                    && request.rawPath().length() > 1) {
                // SQS takes a queue's URL as the address of the request as well.
                root.make("QueueUrl").value = request.scheme() + "://" + request.host() + request.rawPath();
            }
            return structure(root, operation.input());
        } catch (Unreadable e) {
            throw ApiError.of("MalformedInput", 400, e.getMessage());
        }
    }

    private Shape structure(Node node, Schema.Structure structure) {
        var builder = structure.newBuilder();
        for (var member : structure.members()) {
            var child = node.child(name(member));
            if (child == null && member.target() instanceof Schema.ListOf list && list.element().locationName() != null
                    && XmlCodec.flattened(member)) {
                child = node.child(list.element().locationName());
            }
            if (child == null && member.traits().queryName() != null) {
                // The tags of a queue: AWS's documentation has them as Tag, its SDKs sent them as Tags.
                child = node.child(member.wireName());
            }
            if (child != null) {
                var value = value(child, member);
                if (value != null) {
                    builder.set(member.index(), value);
                }
            }
        }
        return builder.build();
    }

    private String name(Member member) {
        if (member.traits().queryName() != null) {
            return member.traits().queryName();
        }
        if (!ec2) {
            return member.wireName();
        }
        var name = member.wireName();
        return Character.toUpperCase(name.charAt(0)) + name.substring(1);
    }

    private Object value(Node node, Member member) {
        return switch (member.target()) {
            case Schema.Structure structure -> structure(node, structure);
            case Schema.ListOf list -> list(node, member, list);
            case Schema.MapOf map -> map(node, member, map);
            case Schema.Scalar scalar -> {
                var format = Timestamps.format(member, scalar, Timestamps.ISO);
                yield node.value == null
                        ? null
                        : scalar.kind() == Schema.Kind.TIMESTAMP
                                ? Timestamps.parseAny(node.value)
                                : Scalars.parse(scalar, format, node.value);
            }
        };
    }

    private List<Object> list(Node node, Member member, Schema.ListOf list) {
        var at = node;
        if (!ec2 && !XmlCodec.flattened(member)) {
            var element = list.element().locationName() == null ? "member" : list.element().locationName();
            at = node.child(element);
            if (at == null) {
                at = node.child("member");
            }
        }
        if (at == null || at.children == null) {
            return node.value != null ? new ArrayList<>() : at == null && node.children != null ? null : null;
        }
        var values = new ArrayList<>();
        for (var each : at.numbered()) {
            values.add(value(each, list.element()));
        }
        return values;
    }

    private Map<String, Object> map(Node node, Member member, Schema.MapOf map) {
        var at = XmlCodec.flattened(member) ? node : node.child("entry");
        if (at == null || at.children == null) {
            return node.value != null ? new LinkedHashMap<>() : null;
        }
        var values = new LinkedHashMap<String, Object>();
        for (var each : at.numbered()) {
            var key = each.child(map.key().wireName());
            var value = each.child(map.value().wireName());
            if (key != null && key.value != null && value != null) {
                values.put(key.value, value(value, map.value()));
            }
        }
        return values;
    }

    @Override
    public HttpResponse writeOutput(Operation operation, Shape output, String requestId) {
        var out = new XmlWriter();
        var root = operation.name() + "Response";
        out.begin(root).namespace(operation.service().xmlNamespace());
        if (ec2) {
            xml.write(out, output);
            out.element("requestId", requestId);
        } else {
            var wrapper = operation.resultWrapper() != null
                    ? operation.resultWrapper()
                    : operation.output().absent() ? null : operation.name() + "Result";
            if (wrapper != null) {
                out.begin(wrapper);
                xml.write(out, output);
                out.end(wrapper);
            }
            out.begin("ResponseMetadata").element("RequestId", requestId).end("ResponseMetadata");
        }
        return response(200, out.end(root), requestId);
    }

    @Override
    public HttpResponse writeError(Operation operation, ApiError error, String requestId) {
        var out = new XmlWriter();
        var code = operation == null ? error.code() : JsonRpc.queryCode(operation, error);
        // SQS speaks of its old WSDL to those who call it in the old way.
        var message = code.equals("AWS.SimpleQueueService.NonExistentQueue")
                ? "The specified queue does not exist for this wsdl version." : error.getMessage();
        if (ec2) {
            out.begin("Response").begin("Errors").begin("Error").element("Code", code);
            if (message != null) {
                out.element("Message", message);
            }
            if (error.detail() != null) {
                writeDetail(out, xml, error.detail());
            }
            out.end("Error").end("Errors").element("RequestID", requestId).end("Response");
        } else {
            out.begin("ErrorResponse").namespace(operation == null ? null : operation.service().xmlNamespace());
            out.begin("Error").element("Type", error.senderFault() ? "Sender" : "Receiver").element("Code", code);
            if (message != null) {
                out.element("Message", message);
            }
            if (error.detail() != null) {
                writeDetail(out, xml, error.detail());
            }
            if (operation != null && operation.service().hasErrorDetail()) {
                out.begin("Detail").end("Detail");
            }
            out.end("Error").element("RequestId", requestId).end("ErrorResponse");
        }
        return response(error.status(), out, requestId);
    }

    /** The members of an error beside its code and message. */
    static void writeDetail(XmlWriter out, XmlCodec codec, Shape detail) {
        for (var member : detail.shape().members()) {
            var value = detail.get(member.index());
            boolean told = member.name().equalsIgnoreCase("message") || member.name().equals("Code");
            if (value != null && !told && member.location() == Schema.Location.BODY) {
                codec.element(out, member.wireName(), member, value);
            }
        }
    }

    private HttpResponse response(int status, XmlWriter out, String requestId) {
        return new HttpResponse(
                status,
                Headers.of("x-amzn-RequestId", requestId, "Content-Type", ec2 ? "text/xml;charset=UTF-8" : "text/xml"),
                Body.of(out.toBytes()));
    }

    @Override
    public HttpRequest writeInput(Operation operation, Shape input) {
        var out = new StringBuilder();
        pair(out, "Action", operation.name());
        pair(out, "Version", operation.service().apiVersion());
        write(out, "", IdempotencyTokens.fill(input));
        var headers = Headers.of("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
        return new HttpRequest("POST", "http", "/", "", headers, Body.of(out.toString()), null);
    }

    private static void pair(StringBuilder out, String name, String value) {
        if (!out.isEmpty()) {
            out.append('&');
        }
        out.append(Percent.encode(name)).append('=').append(Percent.encode(value));
    }

    private void write(StringBuilder out, String prefix, Shape shape) {
        for (var member : shape.shape().members()) {
            var value = shape.get(member.index());
            if (value != null) {
                var name = name(member);
                if (member.target() instanceof Schema.ListOf list && list.element().locationName() != null
                        && member.locationName() == null && !ec2 && XmlCodec.flattened(member)) {
                    name = list.element().locationName();
                }
                write(out, prefix + name, member, value);
            }
        }
    }

    private void write(StringBuilder out, String name, Member member, Object value) {
        switch (member.target()) {
            case Schema.Structure _ -> write(out, name + ".", (Shape) value);
            case Schema.ListOf list -> {
                var values = (List<?>) value;
                if (values.isEmpty() && !ec2) {
                    pair(out, name, "");
                }
                var element = list.element().locationName() == null ? "member" : list.element().locationName();
                var prefix = ec2 || XmlCodec.flattened(member) ? name + "." : name + "." + element + ".";
                for (int i = 0; i < values.size(); i++) {
                    write(out, prefix + (i + 1), list.element(), values.get(i));
                }
            }
            case Schema.MapOf map -> {
                var prefix = XmlCodec.flattened(member) ? name + "." : name + ".entry.";
                int i = 1;
                for (var entry : ((Map<?, ?>) value).entrySet()) {
                    write(out, prefix + i + "." + map.key().wireName(), map.key(), entry.getKey());
                    write(out, prefix + i + "." + map.value().wireName(), map.value(), entry.getValue());
                    i++;
                }
            }
            case Schema.Scalar scalar ->
                pair(out, name, Scalars.text(scalar, Timestamps.format(member, scalar, Timestamps.ISO), value));
        }
    }

    @Override
    public Shape readOutput(Operation operation, HttpResponse response) {
        if (response.status() >= 300) {
            throw readError(operation, response);
        }
        var body = response.body().bytes(MAX_BODY);
        if (body.length == 0) {
            return operation.output().newBuilder().build();
        }
        var root = XmlElement.read(body);
        var wrapper = operation.resultWrapper() == null ? operation.name() + "Result" : operation.resultWrapper();
        var result = ec2 ? null : root.child(wrapper);
        return xml.structure(result == null ? root : result, operation.output());
    }

    /** The error that an XML answer tells, wrapped as in query and rest-xml, in EC2's way or S3's. */
    static ApiError readError(Operation operation, HttpResponse response) {
        var body = response.body().bytes(MAX_BODY);
        String code = null;
        String message = null;
        Shape detail = null;
        try {
            if (body.length > 0) {
                var root = XmlElement.read(body);
                var error = root.name().equals("Error") ? root : root.child("Error");
                var errors = root.child("Errors");
                if (error == null && errors != null) {
                    error = errors.child("Error");
                }
                if (error != null) {
                    code = text(error, "Code");
                    message = text(error, "Message");
                    var schema = RemoteError.schema(operation, code);
                    if (schema != null) {
                        var builder = schema.newBuilder();
                        RestBinding.readHeaders(schema, response.headers(), builder);
                        new XmlCodec(true, false, true).members(error, schema, builder);
                        var member = RemoteError.messageMember(schema);
                        if (member != null && message != null) {
                            builder.set(member.index(), message);
                        }
                        detail = builder.build();
                    }
                }
            }
        } catch (Unreadable e) {
            message = null;
        }
        return new RemoteError(
                code == null ? Integer.toString(response.status()) : code,
                response.status(),
                message == null ? "HTTP status " + response.status() : message,
                detail);
    }

    private static String text(XmlElement parent, String name) {
        var child = parent.child(name);
        return child == null ? null : child.text();
    }
}
