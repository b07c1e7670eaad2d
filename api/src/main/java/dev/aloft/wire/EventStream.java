package dev.aloft.wire;

import dev.aloft.api.ApiError;
import dev.aloft.api.Body;
import dev.aloft.api.Operation;
import dev.aloft.api.Schema;
import dev.aloft.api.Shape;

/** Streams of events, {@code application/vnd.amazon.eventstream}. */
final class EventStream {
    static final String CONTENT_TYPE = "application/vnd.amazon.eventstream";

    private EventStream() {}

    static boolean is(Schema.Member member) {
        return member.target() instanceof Schema.Structure structure && structure.eventStream();
    }

    /** The member of an output that is a stream of events, or null. */
    static Schema.Member member(Schema.Structure structure) {
        for (var member : structure.members()) {
            if (is(member)) {
                return member;
            }
        }
        return null;
    }

    static HttpResponse response(
            Protocol protocol, Operation operation, Shape output, Schema.Member stream, String requestId) {
        throw ApiError.notBuilt(operation.toString());
    }

    static Shape readInitial(Protocol protocol, Operation operation, HttpResponse response, Schema.Member stream) {
        throw ApiError.notBuilt(operation.toString());
    }

    static Object read(BodyCodec codec, Operation operation, Schema.Member stream, Body body, boolean strict) {
        throw ApiError.notBuilt(operation.toString());
    }

    static Body write(BodyCodec codec, Operation operation, Schema.Member stream, Object events) {
        throw ApiError.notBuilt(operation.toString());
    }
}
