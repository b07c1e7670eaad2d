package dev.aloft.service.lambda.invoke;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.kernel.time.TestTime;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Where an environment's own lines stand between the platform's, whenever they come through the pipe. */
class EnvironmentLogTest {
    private static final String MARK = "\u00a5Z\u0080" + "\0".repeat(13);

    private final TestTime time = new TestTime();
    private final EnvironmentLog log = new EnvironmentLog(time, version(), true, _ -> {});
    private final Telemetry first = new Telemetry(time, null);
    private final Telemetry second = new Telemetry(time, null);
    private final Invocation invocation = new Invocation("id", "arn", new byte[0], null, null);

    private static FunctionVersion version() {
        return new FunctionVersion("123456789012", "eu-central-1", "f", "$LATEST",
                "arn:aws:lambda:eu-central-1:123456789012:function:f", "r", "nodejs22.x", "index.handler", "role", 128,
                3, 512, Map.of(), Path.of("code"), Optional.empty(), null, false,
                "/aws/lambda/f", false, null, null,
                Optional.empty(), Optional.empty(), false, false, false);
    }

    private void comes(Telemetry incarnation, String written) {
        log.read(new ByteArrayInputStream(written.getBytes(StandardCharsets.ISO_8859_1)),
                EnvironmentLog.Source.FUNCTION, incarnation);
    }

    private List<String> messages() {
        return log.take().stream().map(EnvironmentLog.Line::message).toList();
    }

    @Test
    void anInvocationEndsInTheLogBehindTheMarkThatFollowsItsLines() {
        log.opened(first);
        log.begin(invocation, first, List.of("START"));
        log.end(invocation, List.of("END"));
        assertThat(messages()).containsExactly("START");
        comes(first, "line\n" + MARK + "later\n");
        assertThat(messages()).containsExactly("line", "END", "later");
    }

    @Test
    void whatMarksNothingIsNotWaitedForUntilItTurnsOutToMark() {
        var log = new EnvironmentLog(time, version(), false, _ -> {});
        var next = new Invocation("id-2", "arn", new byte[0], null, null);
        log.opened(first);
        log.opened(first);
        log.begin(invocation, first, List.of("START"));
        log.end(invocation, List.of("END"));
        assertThat(log.take()).extracting(EnvironmentLog.Line::message).containsExactly("START", "END");
        log.begin(next, first, List.of("START 2"));
        log.end(next, List.of("END 2"));
        log.read(new ByteArrayInputStream(MARK.getBytes(StandardCharsets.ISO_8859_1)),
                EnvironmentLog.Source.FUNCTION, first);
        assertThat(log.take()).as("it was the first one's mark").extracting(EnvironmentLog.Line::message)
                .containsExactly("START 2");
        log.read(new ByteArrayInputStream(("line 2\n" + MARK).getBytes(StandardCharsets.ISO_8859_1)),
                EnvironmentLog.Source.FUNCTION, first);
        assertThat(log.take()).extracting(EnvironmentLog.Line::message).containsExactly("line 2", "END 2");
    }

    @Test
    void theMarkOfAnInitThatFailedIsNoneOfTheInvocationThatTheNextServes() {
        log.opened(first);
        log.opened(second);
        log.begin(invocation, second, List.of("START"));
        log.end(invocation, List.of("END"));
        comes(first, "of the first init\n" + MARK);
        comes(second, "of the second\n");
        assertThat(messages()).containsExactly("START", "of the first init", "of the second", "END");
    }

    @Test
    void whereNothingIsMarkedTheEndWaitsForTheEndOfWhatItsProcessesWrite() {
        log.opened(first);
        log.begin(invocation, first, List.of("START"));
        log.end(invocation, List.of("END"));
        log.opened(second);
        comes(first, "last words\n");
        assertThat(messages()).containsExactly("START", "last words", "END");
    }
}
