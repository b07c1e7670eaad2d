package dev.aloft.service.lambda.invoke;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What an event's time in its environment is told to have been. */
class InvokePhaseTest {
    private static final Outcome ANSWER = Outcome.success(new byte[5]);
    private static final Outcome TIMEOUT = Outcome.timeout("id", 3);

    private static InvokePhase phase(Invocation invocation) {
        return new InvokePhase(invocation, 3);
    }

    private static Invocation invocation() {
        return new Invocation("id", "arn", new byte[0], null, null);
    }

    @Test
    void anEventThatWasNeverAnsweredHasNoTimesOfAnAnswerAndProducedNothing() {
        var phase = phase(invocation());
        long now = System.nanoTime();
        assertThat(phase.producedBytes()).isZero();
        assertThat(phase.runtimeSpans(Instant.EPOCH, now)).isEmpty();
        assertThat(phase.extensionSpans(Instant.EPOCH, now)).isEmpty();
    }

    @Test
    void anEventThatTimedOutTookAsLongAsItMay() {
        var phase = phase(invocation());
        assertThat(phase.spentNanos(TIMEOUT, System.nanoTime())).isEqualTo(TimeUnit.SECONDS.toNanos(3));
        assertThat(phase.spentNanos(ANSWER, phase.invocation.pending().begunNanos + 7)).isEqualTo(7);
    }

    @Test
    void itsTimeIsThatToTheAnswerOfTheAnswerAndAfterIt() {
        var phase = phase(invocation());
        phase.answering();
        phase.answered(ANSWER);
        phase.runtimeReady();
        long now = System.nanoTime();
        assertThat(phase.producedBytes()).isEqualTo(5);
        var spans = phase.runtimeSpans(Instant.EPOCH, now);
        assertThat(spans).extracting(Report.Span::name)
                .containsExactly("responseLatency", "responseDuration", "runtimeOverhead");
        assertThat(spans.stream().mapToLong(Report.Span::nanos).sum())
                .isEqualTo(now - phase.invocation.pending().begunNanos);
        assertThat(phase.extensionSpans(Instant.EPOCH, now)).extracting(Report.Span::name)
                .containsExactly("extensionOverhead");
    }

    @Test
    void whatThePlatformTookIsNoneOfIt() {
        var phase = phase(invocation());
        long begun = phase.invocation.pending().begunNanos;
        phase.leaveOut(1000);
        assertThat(phase.spentNanos(ANSWER, begun + 1500)).isEqualTo(500);
    }

    @Test
    void ofAStreamItIsToldHowMuchWasWritten() throws InterruptedException {
        var stream = new ResponseStream();
        var phase = phase(invocation().streamed(stream));
        stream.write(new byte[3]);
        stream.close();
        stream.write(new byte[4]);
        phase.answered(Outcome.success(new byte[0]));
        assertThat(phase.producedBytes()).isEqualTo(7);
    }
}
