package dev.aloft.wire;

import dev.aloft.api.Operation;
import dev.aloft.api.Schema;
import dev.aloft.api.Shape;
import dev.aloft.api.ShapeBuilder;

/** What the two REST protocols do differently: the document in the body. */
interface BodyCodec {
    String contentType();

    /** Whether an output none of whose members is in the body still has one. */
    default boolean writesEmpty() {
        return false;
    }

    /** Reads the members that travel in the body. */
    void readMembers(byte[] body, Schema.Structure structure, ShapeBuilder builder, boolean strict,
            Operation operation);

    /** Reads a member that is the whole body. */
    Object readPayload(byte[] body, Schema.Member payload, boolean strict, Operation operation);

    /** The members that travel in the body, as the operation's input or output. */
    byte[] writeMembers(Shape shape, Operation operation, boolean input);

    /** A member that is the whole body, or the content of an event. */
    byte[] writePayload(Schema.Member payload, Object value);
}
