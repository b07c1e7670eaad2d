package dev.aloft.service.lambda.invoke;

import dev.aloft.kernel.time.Time;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Tells what the platform has to say of one environment: to its log, and to extensions that subscribed. */
final class PlatformEvents {
    private final FunctionVersion version;
    private final String runtimeVersion;
    private final Report report;
    private final EnvironmentLog log;
    private final Time time;

    /** @param runtimeVersion the runtime's, as it calls itself */
    PlatformEvents(FunctionVersion version, String runtimeVersion, Report report, EnvironmentLog log, Time time) {
        this.version = version;
        this.runtimeVersion = runtimeVersion;
        this.report = report;
        this.log = log;
        this.time = time;
    }

    private void tell(Incarnation incarnation, PlatformEvent event) {
        String moment = now();
        log.say(event.lines(version, moment));
        incarnation.telemetry.platform(event, moment);
    }

    private String now() {
        return Report.moment(time.instant());
    }

    private String runtimeArn() {
        return Invocations.runtimeArn(version.region(), runtimeVersion);
    }

    // ---- init

    void initStart(Incarnation incarnation) {
        tell(incarnation, report.initStart(incarnation.phase, runtimeVersion, runtimeArn()));
    }

    /** @param failure why the runtime did not get there, or null */
    void initRuntimeDone(Incarnation incarnation, Failure failure) {
        tell(incarnation, report.initRuntimeDone(incarnation.phase, failure));
    }

    /** @param failure why the init failed, or null */
    void initReport(Incarnation incarnation, Failure failure) {
        incarnation.extensions.told(report).forEach(event -> tell(incarnation, event));
        tell(incarnation, report.initReport(incarnation.phase, System.nanoTime() - incarnation.startedNanos, failure));
    }

    void subscription(Incarnation incarnation, Telemetry.Api api, String name, List<String> types) {
        tell(incarnation, report.subscription(api.event, name, types));
    }

    // ---- restore

    void restoreStart(Incarnation incarnation) {
        tell(incarnation, report.restoreStart(runtimeVersion, runtimeArn()));
    }

    void restoreRuntimeDone(Incarnation incarnation, Failure failure) {
        tell(incarnation, report.restoreRuntimeDone(failure));
    }

    void restoreReport(Incarnation incarnation, long nanos, Optional<Failure> failure) {
        failure.ifPresent(why -> restoreRuntimeDone(incarnation, why));
        tell(incarnation, report.restoreReport(nanos, failure.orElse(null)));
    }

    // ---- events

    /** From here on what the processes write belongs to the event. */
    void begin(Incarnation incarnation, Invocation invocation) {
        log.begin(invocation, incarnation.telemetry, report.start(invocation).lines(version, now()));
    }

    void start(Incarnation incarnation, Invocation invocation) {
        if (incarnation.telemetry.heard()) {
            incarnation.telemetry.platform(report.start(invocation), now());
        }
    }

    void runtimeDone(Incarnation incarnation, InvokePhase phase, Outcome outcome) {
        if (!incarnation.telemetry.heard() && !version.jsonLogs()) {
            return;
        }
        long done = System.nanoTime();
        var measures = new Report.Measures(phase.spentNanos(outcome, done), -1, 0, phase.producedBytes());
        tell(incarnation, report.runtimeDone(phase.invocation, outcome, measures,
                phase.runtimeSpans(time.instant(), done)));
    }

    /** What went wrong, if that is why it ends, and END and REPORT. */
    void end(Incarnation incarnation, InvokePhase phase, Outcome outcome, Optional<Failure> fault, long ended,
            long peakBytes) {
        var invocation = phase.invocation;
        var pending = invocation.pending();
        Instant instant = time.instant();
        String moment = Report.moment(instant);
        var measures = new Report.Measures(phase.spentNanos(outcome, ended), pending.initNanos, pending.restoreNanos,
                peakBytes, phase.producedBytes());
        boolean heard = incarnation.telemetry.heard();
        PlatformEvent event = report.end(invocation, outcome, measures,
                heard ? phase.extensionSpans(instant, ended) : List.of());
        var lines = new ArrayList<String>();
        fault.ifPresent(failure -> lines.addAll(report.fault(invocation, failure, instant)));
        lines.addAll(event.lines(version, moment));
        log.end(invocation, lines);
        if (heard) {
            incarnation.telemetry.platform(report.endOnly(invocation), moment);
            incarnation.telemetry.platform(event, moment);
        }
    }
}
