package dev.aloft.wire;

import dev.aloft.api.ApiError;
import dev.aloft.api.Body;
import dev.aloft.api.Operation;
import dev.aloft.api.Schema;
import dev.aloft.api.Shape;
import dev.aloft.api.ShapeBuilder;
import java.util.Base64;
import java.util.List;

/** REST with XML bodies: S3, which has its own ways with errors, and the few others. */
public final class RestXml implements Protocol {
    public static final RestXml S3 = new RestXml(true);
    public static final RestXml PLAIN = new RestXml(false);

    private static final String S3_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";

    private final boolean s3;
    private final Rest rest;

    private RestXml(boolean s3) {
        this.s3 = s3;
        this.rest = new Rest(new Xml(new XmlCodec(false, s3, false), s3, s3 ? S3_NAMESPACE : null), s3);
    }

    @Override
    public String name() {
        return "rest-xml";
    }

    @Override
    public Shape readInput(Operation operation, HttpRequest request) {
        try {
            return rest.readInput(operation, request);
        } catch (Unreadable e) {
            boolean document = !operation.http().method().equals("GET") && !operation.http().method().equals("HEAD");
            throw s3 && !document
                    ? ApiError.of("InvalidArgument", 400, e.getMessage())
                    : s3
                    ? ApiError.of("MalformedXML", 400, "The XML you provided was not well-formed or did not validate"
                            + " against our published schema")
                    : ApiError.of("MalformedInput", 400, e.getMessage());
        }
    }

    @Override
    public HttpResponse writeOutput(Operation operation, Shape output, String requestId) {
        return rest.writeOutput(operation, output, headers(requestId));
    }

    private Headers headers(String requestId) {
        return s3
                ? Headers.of("x-amz-request-id", requestId, "x-amz-id-2", hostId(requestId))
                : Headers.of("x-amzn-RequestId", requestId);
    }

    private static String hostId(String requestId) {
        return Base64.getEncoder().encodeToString(("aloft/" + requestId).getBytes());
    }

    @Override
    public HttpResponse writeError(Operation operation, ApiError error, String requestId) {
        var headers = headers(requestId);
        var detail = error.detail();
        if (detail != null) {
            RestBinding.writeHeaders(detail, headers);
        }
        if (error.status() == 304) {
            return new HttpResponse(304, headers, Body.EMPTY);
        }
        headers.set("Content-Type", "application/xml");
        var out = new XmlWriter().declaration();
        if (!s3) {
            out.begin("ErrorResponse").namespace(operation == null ? null : operation.service().xmlNamespace());
        }
        out.begin("Error");
        if (!s3) {
            out.element("Type", error.senderFault() ? "Sender" : "Receiver");
        }
        out.element("Code", error.code());
        if (error.getMessage() != null) {
            out.element("Message", error.getMessage());
        }
        if (detail != null) {
            Query.writeDetail(out, new XmlCodec(false, s3, false), detail);
        }
        if (s3) {
            out.element("RequestId", requestId).element("HostId", hostId(requestId)).end("Error");
        } else {
            out.end("Error").element("RequestId", requestId).end("ErrorResponse");
        }
        return new HttpResponse(error.status(), headers, Body.of(out.toBytes()));
    }

    @Override
    public HttpRequest writeInput(Operation operation, Shape input) {
        return rest.writeInput(operation, input);
    }

    @Override
    public Shape readOutput(Operation operation, HttpResponse response) {
        if (response.status() >= 300) {
            throw Query.readError(operation, response);
        }
        return rest.readOutput(operation, response);
    }

    private record Xml(XmlCodec codec, boolean s3, String namespace) implements BodyCodec {
        @Override
        public String contentType() {
            return "application/xml";
        }

        @Override
        public void readMembers(
                byte[] body, Schema.Structure structure, ShapeBuilder builder, boolean strict, Operation operation) {
            var root = XmlElement.read(body);
            if (s3 && !strict && operation.name().equals("GetBucketLocation")) {
                builder.set(0, root.text());
                return;
            }
            codec.members(root, structure, builder);
        }

        @Override
        public Object readPayload(byte[] body, Schema.Member payload, boolean strict, Operation operation) {
            return codec.value(XmlElement.read(body), payload);
        }

        @Override
        public byte[] writeMembers(Shape shape, Operation operation, boolean input) {
            var out = new XmlWriter();
            if (!input) {
                out.declaration();
            }
            var own = shape.shape().xml();
            var given = input ? operation.inputXml() : null;
            var name = own != null && own.name() != null
                    ? own.name()
                    : given != null && given.name() != null ? given.name() : shape.shape().name();
            out.begin(name);
            if (given != null && given.uri() != null) {
                out.namespace(given);
            } else if (own != null && own.uri() != null) {
                out.namespace(own);
            } else {
                out.namespace(operation.service().xmlNamespace());
            }
            if (s3 && !input && operation.name().equals("GetBucketLocation")) {
                if (shape.get(0) != null) {
                    out.text((String) shape.get(0));
                }
            } else {
                codec.write(out, shape);
            }
            return out.end(name).toBytes();
        }

        @Override
        public byte[] writePayload(Schema.Member payload, Object value) {
            var out = new XmlWriter();
            var structure = payload.target() instanceof Schema.Structure target ? target : null;
            var target = structure == null || structure.xml() == null ? null : structure.xml().name();
            boolean renamed = payload.locationName() != null && !payload.locationName().equals(payload.name());
            var name = target != null && !renamed
                    ? target
                    : payload.locationName() != null ? payload.locationName() : payload.target().name();
            codec.root(out, name, payload, value, namespace);
            return out.toBytes();
        }
    }
}
