package dev.aloft.wire;

import dev.aloft.api.ApiError;
import dev.aloft.api.Operation;
import dev.aloft.api.Schema;
import dev.aloft.api.Shape;

/** An error as another process told it, with the members that its schema gives. */
final class RemoteError extends ApiError {
    private final transient Shape detail;

    RemoteError(String code, int status, String message, Shape detail) {
        super(code, status, status < 500, message);
        this.detail = detail;
    }

    @Override
    public Shape detail() {
        return detail;
    }

    /** The schema of the error with this code or name among those that the operation may tell, or null. */
    static Schema.Structure schema(Operation operation, String code) {
        if (operation == null || code == null) {
            return null;
        }
        for (var error : operation.errors()) {
            if (error.name().equals(code) || code.equals(error.error().code())) {
                return error;
            }
        }
        return null;
    }

    /** {@code aws.protocols#FooError:http://…} is FooError. */
    static String shortCode(String code) {
        if (code == null) {
            return null;
        }
        int colon = code.indexOf(':');
        var text = colon < 0 ? code : code.substring(0, colon);
        return text.substring(text.indexOf('#') + 1);
    }

    /** The member that holds the message, or null. */
    static Schema.Member messageMember(Schema.Structure error) {
        for (var member : error.members()) {
            if (member.name().equalsIgnoreCase("message")) {
                return member;
            }
        }
        return null;
    }
}
