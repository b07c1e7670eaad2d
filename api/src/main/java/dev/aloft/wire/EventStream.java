package dev.aloft.wire;

import dev.aloft.api.ApiError;
import dev.aloft.api.Body;
import dev.aloft.api.Bytes;
import dev.aloft.api.Operation;
import dev.aloft.api.Schema;
import dev.aloft.api.Schema.Member;
import dev.aloft.api.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * Streams of events, {@code application/vnd.amazon.eventstream}: each event is a frame that names a member of the
 * union. A stream is written as its events come, and read likewise.
 *
 * @see <a href="https://smithy.io/2.0/aws/amazon-eventstream.html">Amazon Event Stream specification</a>
 */
final class EventStream {
    static final String CONTENT_TYPE = "application/vnd.amazon.eventstream";
    private static final String INITIAL = "initial-response";

    private EventStream() {}

    static boolean is(Member member) {
        return member.target() instanceof Schema.Structure structure && structure.eventStream();
    }

    /** The member of an output that is a stream of events, or null. */
    static Member member(Schema.Structure structure) {
        for (var member : structure.members()) {
            if (is(member)) {
                return member;
            }
        }
        return null;
    }

    /** The body that sends the events of {@code output}, after its other members where the protocol has no headers. */
    static Body write(BodyCodec codec, Shape output, Member stream, boolean initial) {
        var events = output.get(stream.index()) instanceof Iterator<?> iterator
                ? iterator
                : Collections.emptyIterator();
        byte[] first = new byte[0];
        if (initial) {
            var rest = without(output, stream);
            first = EventFrame.event(INITIAL, codec.contentType(), codec.writeMembers(rest, null, false)).encode();
        }
        return Body.of(new Frames(codec, first, events), -1);
    }

    static Body write(BodyCodec codec, Object events) {
        return Body.of(new Frames(codec, new byte[0], (Iterator<?>) events), -1);
    }

    private static Shape without(Shape shape, Member left) {
        var builder = shape.shape().newBuilder();
        for (var member : shape.shape().members()) {
            if (member != left && shape.get(member.index()) != null) {
                builder.set(member.index(), shape.get(member.index()));
            }
        }
        return builder.build();
    }

    /** The output of an RPC protocol: its first event holds what is not the stream. */
    static Shape readInitial(BodyCodec codec, Operation operation, Body body, Member stream) {
        var events = new Events(codec, operation, (Schema.Structure) stream.target(), body, false);
        var builder = operation.output().newBuilder();
        var frame = events.peek();
        if (frame != null && INITIAL.equals(frame.text(":event-type"))) {
            events.take();
            if (frame.payload().length > 0) {
                codec.readMembers(frame.payload(), operation.output(), builder, false, operation);
            }
        }
        builder.set(stream.index(), events);
        return builder.build();
    }

    static Iterator<Shape> read(BodyCodec codec, Operation operation, Member stream, Body body, boolean strict) {
        return new Events(codec, operation, (Schema.Structure) stream.target(), body, strict);
    }

    /** Events as bytes: pulls the next event only when the last one has been taken. */
    private static final class Frames extends InputStream {
        private final BodyCodec codec;
        private final Iterator<?> events;
        private byte[] current;
        private int at;
        private boolean over;

        Frames(BodyCodec codec, byte[] first, Iterator<?> events) {
            this.codec = codec;
            this.current = first;
            this.events = events;
        }

        private boolean fill() {
            while (at == current.length) {
                if (over) {
                    return false;
                }
                try {
                    if (!events.hasNext()) {
                        over = true;
                        return false;
                    }
                    current = frame(codec, (Shape) events.next()).encode();
                } catch (ApiError e) {
                    over = true;
                    current = EventFrame.exception(e, codec).encode();
                }
                at = 0;
            }
            return true;
        }

        @Override
        public int read() {
            return fill() ? current[at++] & 0xff : -1;
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            if (length == 0) {
                return 0;
            }
            if (!fill()) {
                return -1;
            }
            int count = Math.min(length, current.length - at);
            System.arraycopy(current, at, into, offset, count);
            at += count;
            return count;
        }

        @Override
        public int available() {
            return current.length - at;
        }

        @Override
        public void close() throws IOException {
            over = true;
            if (events instanceof AutoCloseable closeable) {
                try {
                    closeable.close();
                } catch (Exception e) {
                    throw new IOException(e);
                }
            }
        }
    }

    private static EventFrame frame(BodyCodec codec, Shape event) {
        for (var member : event.shape().members()) {
            var value = event.get(member.index());
            if (value instanceof Shape content) {
                return frame(codec, member, content);
            }
        }
        throw new IllegalStateException("an event of " + event.shape().name() + " without a member");
    }

    private static EventFrame frame(BodyCodec codec, Member member, Shape content) {
        if (content.shape().error() != null) {
            var frame = new EventFrame();
            frame.header(":message-type", "exception").header(":exception-type", member.name());
            frame.header(":content-type", codec.contentType());
            return frame.payload(codec.writePayload(member, content));
        }
        var frame = new EventFrame();
        frame.header(":message-type", "event").header(":event-type", member.name());
        Member payload = null;
        boolean bare = true;
        for (var each : content.shape().members()) {
            var value = content.get(each.index());
            if (each.traits().eventHeader()) {
                if (value != null) {
                    frame.header(each.name(), value);
                }
            } else if (each.traits().eventPayload()) {
                payload = each;
            } else {
                bare = false;
            }
        }
        if (payload != null) {
            var value = content.get(payload.index());
            return switch (value) {
                case null -> frame;
                case Bytes bytes -> frame.header(":content-type", "application/octet-stream").payload(bytes.array());
                case String text -> frame.header(":content-type", "text/plain")
                        .payload(text.getBytes(StandardCharsets.UTF_8));
                default -> frame.header(":content-type", codec.contentType())
                        .payload(codec.writePayload(payload, value));
            };
        }
        if (bare) {
            return frame;
        }
        frame.header(":content-type", codec.contentType());
        return frame.payload(codec.writePayload(member, withoutHeaders(content)));
    }

    private static Shape withoutHeaders(Shape content) {
        var result = content;
        for (var each : content.shape().members()) {
            if (each.traits().eventHeader()) {
                result = without(result, each);
            }
        }
        return result;
    }

    /** Bytes as events. */
    private static final class Events implements Iterator<Shape>, AutoCloseable {
        private final BodyCodec codec;
        private final Operation operation;
        private final Schema.Structure union;
        private final InputStream in;
        private final boolean strict;
        private EventFrame next;
        private boolean over;

        Events(BodyCodec codec, Operation operation, Schema.Structure union, Body body, boolean strict) {
            this.codec = codec;
            this.operation = operation;
            this.union = union;
            this.in = body.stream();
            this.strict = strict;
        }

        EventFrame peek() {
            if (next == null && !over) {
                try {
                    next = EventFrame.decode(in);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                over = next == null;
            }
            return next;
        }

        void take() {
            next = null;
        }

        @Override
        public boolean hasNext() {
            while (peek() != null) {
                if (!"event".equals(next.text(":message-type"))
                        || union.member(next.text(":event-type")) != null) {
                    return true;
                }
                take();
            }
            return false;
        }

        @Override
        public Shape next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            var frame = next;
            take();
            return switch (frame.text(":message-type")) {
                case "event" -> event(frame);
                case "exception" -> throw exception(frame);
                case "error" -> throw new RemoteError(
                        frame.text(":error-code"), 400, frame.text(":error-message"), null);
                case null, default -> throw new Unreadable("an event of no known type");
            };
        }

        private Shape event(EventFrame frame) {
            var member = union.member(frame.text(":event-type"));
            var structure = (Schema.Structure) member.target();
            var builder = structure.newBuilder();
            boolean whole = true;
            for (var each : structure.members()) {
                if (each.traits().eventHeader()) {
                    var value = frame.header(each.name());
                    if (value != null) {
                        builder.set(each.index(), header(each, value));
                    }
                } else if (each.traits().eventPayload()) {
                    whole = false;
                    var payload = payload(each, frame.payload());
                    if (payload != null) {
                        builder.set(each.index(), payload);
                    }
                }
            }
            if (whole && frame.payload().length > 0) {
                codec.readMembers(frame.payload(), structure, builder, strict, operation);
            }
            return union.newBuilder().set(member.index(), builder.build()).build();
        }

        private Object payload(Member member, byte[] bytes) {
            if (member.target() instanceof Schema.Scalar scalar && scalar.kind() == Schema.Kind.BLOB) {
                return Bytes.of(bytes);
            }
            if (member.target() instanceof Schema.Scalar scalar && scalar.kind() == Schema.Kind.STRING) {
                return new String(bytes, StandardCharsets.UTF_8);
            }
            return bytes.length == 0 ? null : codec.readPayload(bytes, member, strict, operation);
        }

        private static Object header(Member member, Object value) {
            var kind = ((Schema.Scalar) member.target()).kind();
            return switch (value) {
                case Number number when kind == Schema.Kind.INTEGER -> number.intValue();
                case Number number when kind == Schema.Kind.LONG -> number.longValue();
                case byte[] bytes -> Bytes.of(bytes);
                default -> value;
            };
        }

        private ApiError exception(EventFrame frame) {
            var type = frame.text(":exception-type");
            var member = union.member(type);
            Shape detail = null;
            String message = null;
            if (member != null && frame.payload().length > 0) {
                var structure = (Schema.Structure) member.target();
                var builder = structure.newBuilder();
                codec.readMembers(frame.payload(), structure, builder, false, operation);
                detail = builder.build();
                var text = RemoteError.messageMember(structure);
                message = text == null ? null : (String) detail.get(text.index());
            }
            int status = detail == null || detail.shape().error() == null || detail.shape().error().status() == 0
                    ? 400
                    : detail.shape().error().status();
            return new RemoteError(detail == null ? type : detail.shape().name(), status, message, detail);
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
