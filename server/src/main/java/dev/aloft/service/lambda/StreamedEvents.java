package dev.aloft.service.lambda;

import dev.aloft.api.Bytes;
import dev.aloft.api.Lambda;
import dev.aloft.api.Lambda.InvokeWithResponseStreamResponseEvent;
import dev.aloft.service.lambda.invoke.Invocations;
import dev.aloft.service.lambda.invoke.ResponseStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;

/** A streamed answer as the events of InvokeWithResponseStream: its bytes as they come, then how it ended. */
final class StreamedEvents implements Iterator<InvokeWithResponseStreamResponseEvent>, AutoCloseable {
    private final ResponseStream answer;
    private InvokeWithResponseStreamResponseEvent next;
    private boolean begun;
    private boolean told;

    StreamedEvents(ResponseStream answer) {
        this.answer = answer;
    }

    @Override
    public boolean hasNext() {
        if (next == null && !told) {
            try {
                next = pull();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Lambda.ServiceException("The platform is stopping.");
            }
        }
        return next != null;
    }

    private InvokeWithResponseStreamResponseEvent pull() throws InterruptedException {
        Optional<byte[]> bytes = answer.next();
        if (bytes.isPresent()) {
            begun = true;
            return chunk(bytes.get());
        }
        Invocations.Result result = answer.result();
        boolean failed = result.outcome().failed();
        if (failed && !begun && answer.contentType().isEmpty()) {
            // The error itself is the answer where none had begun.
            begun = true;
            return chunk(result.outcome().payload());
        }
        told = true;
        return new InvokeWithResponseStreamResponseEvent.InvokeComplete(
                Lambda.InvokeWithResponseStreamCompleteEvent.of(e -> {
            e.logResult(result.logTail().map(Base64.getEncoder()::encodeToString).orElse(null));
            if (failed) {
                e.errorCode("Unhandled").errorDetails(new String(result.outcome().payload(), StandardCharsets.UTF_8));
            }
        }));
    }

    private static InvokeWithResponseStreamResponseEvent chunk(byte[] bytes) {
        return new InvokeWithResponseStreamResponseEvent.PayloadChunk(
                Lambda.InvokeResponseStreamUpdate.of(u -> u.payload(Bytes.of(bytes))));
    }

    @Override
    public InvokeWithResponseStreamResponseEvent next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        var event = next;
        next = null;
        return event;
    }

    @Override
    public void close() {
        answer.close();
    }
}
