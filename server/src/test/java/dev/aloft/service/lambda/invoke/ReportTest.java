package dev.aloft.service.lambda.invoke;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.JsonReader;
import dev.aloft.kernel.sandbox.Exit;
import dev.aloft.service.lambda.invoke.Report.Measures;
import dev.aloft.service.lambda.invoke.Report.Phase;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The platform's lines to the letter, in both log formats. */
class ReportTest {
    private static final String MOMENT = "2026-01-01T00:00:00.000Z";
    private static final String TRACE = "Root=1-5e34a614-10bd0123456789abcdef0123;Parent=07f051ff1eb4abcd;Sampled=1";
    private static final Invocation INVOCATION =
            new Invocation("6d68ca91-49c9-448d-89b8-7ca3e6dc66aa", "arn", new byte[0], TRACE, null);
    private static final Measures COLD = new Measures(3_010_000, 110_100_000, 36 << 20, 5);
    private static final Measures WARM = new Measures(3_000_000_000L, -1, 36 << 20, 5);

    private static FunctionVersion version(boolean json, String systemLevel, boolean traced) {
        return new FunctionVersion("123456789012", "eu-central-1", "f", "$LATEST",
                "arn:aws:lambda:eu-central-1:123456789012:function:f", "r", "nodejs22.x", "index.handler", "role", 128,
                3, 512, Map.of(), Path.of("code"), Optional.empty(), null, traced, "/aws/lambda/f",
                json, null, systemLevel,
                Optional.empty(), Optional.empty(), false, false, false);
    }

    private static List<String> text(PlatformEvent event) {
        return event.lines(version(false, null, false), MOMENT);
    }

    private static Report report(boolean traced) {
        return new Report(version(false, null, traced), Initialization.ON_DEMAND, "stream");
    }

    @Test
    void anEventThatWentWellHasThreeLines() {
        assertThat(text(report(false).start(INVOCATION)))
                .containsExactly("START RequestId: 6d68ca91-49c9-448d-89b8-7ca3e6dc66aa Version: $LATEST");
        assertThat(text(report(false).end(INVOCATION, Outcome.success(new byte[0]), COLD, List.of()))).containsExactly(
                "END RequestId: 6d68ca91-49c9-448d-89b8-7ca3e6dc66aa",
                "REPORT RequestId: 6d68ca91-49c9-448d-89b8-7ca3e6dc66aa\tDuration: 3.01 ms\tBilled Duration: 114 "
                        + "ms\tMemory Size: 128 MB\tMax Memory Used: 36 MB\tInit Duration: 110.10 ms\t");
    }

    @Test
    void oneThatDidNotHasItsStatusAndWhatHappened() {
        var timeout = Failure.timeout();
        assertThat(text(report(false).end(INVOCATION, timeout.outcome(INVOCATION.requestId(), 3), WARM, List.of())))
                .last().asString()
                .endsWith("\tBilled Duration: 3000 ms\tMemory Size: 128 MB\tMax Memory Used: 36 MB\tStatus: timeout");
        assertThat(report(false).fault(INVOCATION, timeout, Instant.EPOCH))
                .containsExactly("1970-01-01T00:00:00.000Z 6d68ca91-49c9-448d-89b8-7ca3e6dc66aa Task timed out "
                        + "after 3.00 seconds\n");
        var exit = Failure.runtimeExit(new Exit.Status(1), false);
        assertThat(text(report(false).end(INVOCATION, exit.outcome(INVOCATION.requestId(), 3), WARM, List.of())))
                .last().asString()
                .endsWith("\tStatus: error\tError Type: Runtime.ExitError");
        assertThat(report(false).fault(INVOCATION, exit, Instant.EPOCH)).containsExactly(
                "RequestId: 6d68ca91-49c9-448d-89b8-7ca3e6dc66aa Error: Runtime exited with error: exit status "
                + "1\nRuntime.ExitError");
        assertThat(report(false).fault(INVOCATION, Failure.runtimeExit(new Exit.Signal("killed"), true), Instant.EPOCH))
                .containsExactly(
                "RequestId: 6d68ca91-49c9-448d-89b8-7ca3e6dc66aa Error: Runtime exited with error: signal: "
                + "killed\nRuntime.OutOfMemory");
        assertThat(report(false)
                .fault(INVOCATION, Failure.init(new byte[0], "Runtime.ImportModuleError"), Instant.EPOCH)).isEmpty();
    }

    @Test
    void anErrorOfTheFunctionIsNoStatus() {
        assertThat(text(report(false)
                .end(INVOCATION, Outcome.failure(new byte[0], "Runtime.Unknown"), WARM, List.of()))).last().asString()
                .endsWith("\tMax Memory Used: 36 MB\t");
    }

    @Test
    void aTracedEventNamesItsTrace() {
        assertThat(text(report(true).end(INVOCATION, Outcome.success(new byte[0]), COLD, List.of()))).last()
                .asString().endsWith(
                "\tInit Duration: 110.10 ms\t\nXRAY TraceId: 1-5e34a614-10bd0123456789abcdef0123\tSegmentId: "
                + "07f051ff1eb4abcd\tSampled: true\t");
    }

    @Test
    void anInitIsReportedWhenItFailed() {
        assertThat(text(report(false).initStart(Phase.INIT, "v", "arn")))
                .containsExactly("INIT_START Runtime Version: v\tRuntime Version ARN: arn");
        assertThat(text(report(false).initStart(Phase.INVOKE, "v", "arn"))).isEmpty();
        assertThat(text(report(false).initReport(Phase.INIT, 1, null))).isEmpty();
        assertThat(text(report(false).initReport(Phase.INIT, 10_008_680_000L, Failure.timeout())))
                .containsExactly("INIT_REPORT Init Duration: 10008.68 ms\tPhase: init\tStatus: timeout");
        assertThat(text(report(false)
                .initReport(Phase.INVOKE, 1_236_040_000L, Failure.extension("Extension.Crash", ""))))
                .containsExactly("INIT_REPORT Init Duration: 1236.04 ms\tPhase: invoke\tStatus: error\tError "
                        + "Type: Extension.Crash");
    }

    @Test
    void extensionsAndSubscriptionsHaveLines() {
        assertThat(text(report(false).extension("x", "Ready", List.of("INVOKE", "SHUTDOWN"), null)))
                .containsExactly("EXTENSION\tName: x\tState: Ready\tEvents: [INVOKE, SHUTDOWN]");
        assertThat(text(report(false).subscription("platform.logsSubscription", "x", List.of("platform", "function"))))
                .containsExactly("LOGS\tName: x\tState: Subscribed\tTypes: [Platform, Function]");
    }

    @Test
    void inALogOfJsonTheyAreObjectsFromTheirLevelOn() {
        PlatformEvent start = report(false).start(INVOCATION);
        assertThat(start.lines(version(true, "INFO", false), MOMENT))
                .containsExactly("{\"time\":\"2026-01-01T00:00:00.000Z\",\"type\":\"platform.start\","
                + "\"record\":{\"requestId\":\"6d68ca91-49c9-448d-89b8-7ca3e6dc66aa\",\"version\":\"$LATEST\"}}");
        assertThat(start.lines(version(true, "WARN", false), MOMENT)).isEmpty();
        PlatformEvent done = report(false).runtimeDone(INVOCATION, Outcome.success(new byte[0]), COLD, List.of());
        assertThat(done.lines(version(true, "INFO", false), MOMENT)).isEmpty();
        assertThat(done.lines(version(true, "DEBUG", false), MOMENT))
                .containsExactly("{\"time\":\"2026-01-01T00:00:00.000Z\",\"type\":\"platform.runtimeDone\","
                + "\"record\":{\"requestId\":\"6d68ca91-49c9-448d-89b8-7ca3e6dc66aa\",\"status\":\"success\","
                + "\"metrics\":{\"durationMs\":3.010,\"producedBytes\":5}}}");
        PlatformEvent end = report(false)
                .end(INVOCATION, Failure.timeout().outcome(INVOCATION.requestId(), 3), WARM, List.of());
        assertThat(end.lines(version(true, "WARN", false), MOMENT))
                .containsExactly("{\"time\":\"2026-01-01T00:00:00.000Z\",\"type\":\"platform.report\","
                + "\"record\":{\"requestId\":\"6d68ca91-49c9-448d-89b8-7ca3e6dc66aa\",\"metrics\":{"
                + "\"durationMs\":3000.000,\"billedDurationMs\":3000,"
                + "\"memorySizeMB\":128,\"maxMemoryUsedMB\":36},\"status\":\"timeout\"}}");
    }

    @Test
    void everyEventIsJson() {
        for (PlatformEvent event : List.of(report(true).initStart(Phase.INIT, "v", "arn"),
                report(true).initRuntimeDone(Phase.INIT, null),
                report(true).initReport(Phase.INIT, 1, Failure.timeout()),
                report(true).extension("x", "Ready", List.of(), "E"),
                report(true).start(INVOCATION), report(true).endOnly(INVOCATION),
                report(true).end(INVOCATION, Outcome.success(new byte[0]), COLD,
                        List.of(new Report.Span("a", Instant.EPOCH, 1), new Report.Span("b", Instant.EPOCH, 1))))) {
            assertThat(JsonReader.tree(event.json(MOMENT).getBytes(StandardCharsets.UTF_8)))
                    .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP)
                    .containsEntry("type", event.type());
        }
    }
}
