package dev.aloft.service.lambda.invoke;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * One event on its way through a function.
 *
 * @param invokedArn    as the caller qualified it
 * @param trace         the X-Ray trace header
 * @param clientContext the caller's, JSON text or null
 * @param tenant        whose event it is, or null
 */
public record Invocation(String requestId, String invokedArn, byte[] event, String trace, String clientContext,
        String tenant, Pending pending) {

    public Invocation(String requestId, String invokedArn, byte[] event, String trace, String clientContext) {
        this(requestId, invokedArn, event, trace, clientContext, null, new Pending(null, null));
    }

    public Invocation of(String tenant) {
        return new Invocation(requestId, invokedArn, event, trace, clientContext, tenant, pending);
    }

    /** The same, whose runtime is told that its answer was heard once this is completed with true. */
    public Invocation recorded(CompletableFuture<Boolean> recorded) {
        return new Invocation(requestId, invokedArn, event, trace, clientContext, tenant, new Pending(null, recorded));
    }

    Invocation traced(String trace) {
        return new Invocation(requestId, invokedArn, event, trace, clientContext, tenant, pending);
    }

    /** The same, whose answer is passed on as it comes. */
    Invocation streamed(ResponseStream answer) {
        return new Invocation(requestId, invokedArn, event, trace, clientContext, tenant, new Pending(answer, null));
    }

    /** What the invocation waits for. */
    static final class Pending {
        final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        /** Completed when everybody has done its part. */
        final CompletableFuture<Void> ended = new CompletableFuture<>();
        /** Completed once END and REPORT are in the log. */
        final CompletableFuture<Optional<byte[]>> tail = new CompletableFuture<>();
        /** Where the answer goes as it comes; null when it is waited for whole. */
        final ResponseStream answer;
        /** Where its lines go, once an environment has it. */
        volatile EnvironmentLog log;
        /** Counts what the environment alone knows; null where nobody counts. */
        volatile Measures.Function measure;
        /** Whether extensions do their part of it, also after the answer. */
        volatile boolean extended;
        long begunNanos;
        long deadlineMillis;
        /** How long the environment's init took, when this is its first event; else -1. */
        long initNanos = -1;
        /** How long the environment was restored, when this is its first event after that; else -1. */
        long restoreNanos = -1;

        /** Completed once it is kept how the event ended; null where nobody keeps it. */
        final CompletableFuture<Boolean> recorded;

        Pending(ResponseStream answer, CompletableFuture<Boolean> recorded) {
            this.answer = answer;
            this.recorded = recorded;
        }

        boolean isBeingRecorded() {
            return recorded != null && !recorded.isDone();
        }
    }
}
