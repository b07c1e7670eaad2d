package dev.aloft.service.lambda.invoke;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One event's time in an environment: from when it is given until all have done their part. Guarded by the environment.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-invoke">
 *     Invoke phase</a>
 */
final class InvokePhase {
    final Invocation invocation;
    private final long timeoutNanos;
    private long answerNanos;
    private long answeredNanos;
    private long readyNanos;
    private Outcome answer;

    InvokePhase(Invocation invocation, int timeoutSeconds) {
        this.invocation = invocation;
        this.timeoutNanos = TimeUnit.SECONDS.toNanos(timeoutSeconds);
        invocation.pending().begunNanos = System.nanoTime();
    }

    /** The runtime's answer begins. */
    void answering() {
        answerNanos = System.nanoTime();
    }

    /** The answer is complete; says how long that took. */
    long answered(Outcome outcome) {
        answeredNanos = System.nanoTime();
        answer = outcome;
        return answeredNanos - begunNanos();
    }

    /** The runtime asks for more while extensions may still be at work. */
    void runtimeReady() {
        readyNanos = System.nanoTime();
    }

    /** What the runtime answered; null before it did. */
    Outcome answer() {
        return answer;
    }

    /** So long the function had to wait for the platform. */
    void leaveOut(long nanos) {
        invocation.pending().begunNanos += nanos;
        answerNanos += nanos;
        answeredNanos += nanos;
    }

    long leftNanos() {
        return Math.max(0, begunNanos() + timeoutNanos - System.nanoTime());
    }

    /** One that timed out took as long as it may, whenever that was noticed. */
    long spentNanos(Outcome outcome, long now) {
        return outcome.status() == Outcome.Status.TIMEOUT ? timeoutNanos : now - begunNanos();
    }

    /** How large the answer is, as far as it came. */
    long producedBytes() {
        var stream = invocation.pending().answer;
        return stream != null ? stream.writtenBytes() : answer == null ? 0 : answer.payload().length;
    }

    /** Where the time went that the runtime took, up to now. */
    List<Report.Span> runtimeSpans(Instant instant, long now) {
        if (answer == null) {
            return List.of();
        }
        return List.of(new Report.Span("responseLatency", instant.minusNanos(now - begunNanos()), answerNanos
                - begunNanos()),
                new Report.Span("responseDuration", instant.minusNanos(now - answerNanos), answeredNanos - answerNanos),
                new Report.Span("runtimeOverhead", instant.minusNanos(now - answeredNanos), now - answeredNanos));
    }

    /** How long extensions took once the runtime was ready; nothing where there are none, or it never was. */
    List<Report.Span> extensionSpans(Instant instant, long now) {
        return readyNanos == 0 ? List.of()
                : List.of(new Report.Span("extensionOverhead", instant.minusNanos(now - readyNanos), now - readyNanos));
    }

    /** Counts, where somebody does, what extensions took after the runtime. */
    void measure(long now) {
        var measure = invocation.pending().measure;
        if (readyNanos != 0 && measure != null) {
            measure.afterRuntime((now - readyNanos) / 1e6);
        }
    }

    private long begunNanos() {
        return invocation.pending().begunNanos;
    }
}
