package dev.aloft.wire;

import dev.aloft.api.ApiError;
import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonReader.Token;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Operation;
import dev.aloft.api.Schema;
import dev.aloft.api.Shape;
import java.util.function.Supplier;

/** Errors as the JSON protocols tell them. */
final class JsonErrors {
    private JsonErrors() {}

    /** Reads; what cannot be read becomes the error that AWS tells. */
    static <T> T reading(Operation operation, Supplier<T> read) {
        try {
            return read.get();
        } catch (Unreadable e) {
            throw ApiError.of("SerializationException", 400, e.getMessage());
        } catch (JsonReader.Malformed e) {
            // DynamoDB does not say what is wrong with what is no JSON at all.
            throw ApiError.of("SerializationException", 400, isDynamoDb(operation) ? null : e.getMessage());
        }
    }

    static boolean isDynamoDb(Operation operation) {
        var prefix = operation == null ? null : operation.service().targetPrefix();
        return prefix != null && prefix.startsWith("DynamoDB");
    }

    /**
     * The document: {@code __type} where the protocol has no header for it, the message, and the error's own members.
     */
    static byte[] body(Operation operation, ApiError error, boolean withType) {
        var out = new JsonWriter();
        out.beginObject();
        var detail = error.detail();
        if (withType) {
            out.name("__type").string(type(operation, error));
        }
        boolean told = false;
        if (detail != null) {
            for (var member : detail.shape().members()) {
                var value = detail.get(member.index());
                boolean isMessage = member.name().equalsIgnoreCase("message");
                if (value == null && isMessage) {
                    value = error.getMessage();
                } else if (value == null && member.name().equals("Type") && !withType) {
                    value = error.senderFault() ? "User" : "Service";
                }
                if (value != null && (withType || member.location() == Schema.Location.BODY)) {
                    out.name(member);
                    JsonCodec.write(out, member, value);
                    told |= isMessage;
                }
            }
        }
        if (!told && error.getMessage() != null) {
            var schema = detail == null ? RemoteError.schema(operation, error.code()) : detail.shape();
            var member = schema == null ? null : RemoteError.messageMember(schema);
            // The framework itself spells it with a capital, and the services do not.
            boolean framework = error.code().equals("SerializationException")
                    || error.code().equals("AccessDeniedException");
            var plain = framework ? "Message" : "message";
            out.name(member == null ? plain : member.wireName()).string(error.getMessage());
        }
        out.endObject();
        return out.toBytes();
    }

    /** DynamoDB and SQS give their codes a namespace, and applications are known to look at it. */
    private static String type(Operation operation, ApiError error) {
        var detail = error.detail();
        var name = detail == null ? error.code() : detail.shape().name();
        var prefix = operation == null ? null : operation.service().targetPrefix();
        if (prefix == null) {
            return name;
        }
        if (prefix.equals("AmazonSQS")) {
            return (detail == null ? "com.amazon.coral.service#" : "com.amazonaws.sqs#") + name;
        }
        if (!prefix.startsWith("DynamoDB")) {
            return name;
        }
        return switch (name) {
            case "ValidationException" -> "com.amazon.coral.validate#ValidationException";
            case "SerializationException", "UnknownOperationException", "AccessDeniedException",
                    "UnrecognizedClientException", "InvalidSignatureException", "MissingAuthenticationTokenException",
                    "IncompleteSignatureException", "ThrottlingException" -> "com.amazon.coral.service#" + name;
            default -> "com.amazonaws.dynamodb.v20120810#" + name;
        };
    }

    /** The error that a response tells. */
    static ApiError read(Operation operation, HttpResponse response) {
        var body = response.body().bytes(Protocol.MAX_BODY);
        var code = response.headers().first("x-amzn-errortype");
        String message = null;
        try {
            if (body.length > 0 && new JsonReader(body).peek() == Token.OBJECT) {
                var in = new JsonReader(body);
                in.beginObject();
                for (var name = in.nextName(); name != null; name = in.nextName()) {
                    boolean text = in.peek() == Token.STRING;
                    if (text && code == null && (name.equals("__type") || name.equals("code"))) {
                        code = in.string();
                    } else if (text && message == null
                            && (name.equalsIgnoreCase("message") || name.equals("errorMessage"))) {
                        message = in.string();
                    } else {
                        in.skip();
                    }
                }
            }
        } catch (JsonReader.Malformed e) {
            message = null;
        }
        code = RemoteError.shortCode(code);
        var schema = RemoteError.schema(operation, code);
        var detail = schema == null ? null : RestBinding.readError(schema, response, body);
        return remote(code, message, response, detail);
    }

    /** The error of an answer; services that once spoke the query protocol tell its code in a header. */
    static ApiError remote(String told, String message, HttpResponse response, Shape detail) {
        var code = told;
        var queryError = response.headers().first("x-amzn-query-error");
        if (queryError != null && queryError.indexOf(';') > 0) {
            code = queryError.substring(0, queryError.indexOf(';'));
        }
        return new RemoteError(
                code == null ? "Unknown" : code,
                response.status(),
                message == null ? "HTTP status " + response.status() : message,
                detail);
    }
}
