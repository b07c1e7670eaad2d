package dev.aloft.service.lambda.invoke;

import dev.aloft.api.JsonWriter;
import dev.aloft.service.lambda.invoke.PlatformEvent.Level;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * What the platform tells of an environment's life and of its events: START, REPORT and the like.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html">Lambda's logs</a>
 */
final class Report {
    private static final DateTimeFormatter MILLIS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final FunctionVersion version;
    private final Initialization initialization;
    private final String logStream;

    /** In which part of its life an environment has its init. */
    enum Phase {
        INIT, INVOKE;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A stretch of time within an event's. */
    record Span(String name, Instant start, long nanos) {}

    /**
     * How long an event took and what it took.
     *
     * @param initNanos    of the init before it, else -1
     * @param restoreNanos of the restore before it, else -1
     */
    record Measures(long nanos, long initNanos, long restoreNanos, long peakBytes, long producedBytes) {
        Measures(long nanos, long initNanos, long peakBytes, long producedBytes) {
            this(nanos, initNanos, -1, peakBytes, producedBytes);
        }

        /** Init is billed since August 2025. All that a restore takes here is the runtime's own, which is billed. */
        long billedMillis() {
            return Math.ceilDiv(nanos + Math.max(initNanos, 0) + Math.max(restoreNanos, 0), 1_000_000L);
        }
    }

    Report(FunctionVersion version, Initialization initialization, String logStream) {
        this.version = version;
        this.initialization = initialization;
        this.logStream = logStream;
    }

    static String moment(Instant at) {
        return MILLIS.format(at);
    }

    // ---- init

    PlatformEvent initStart(Phase phase, String runtimeVersion, String runtimeArn) {
        // An image brings its own runtime, of which nothing is known.
        List<String> text = phase == Phase.INVOKE || version.image().isPresent() ? List.of()
                : List.of("INIT_START Runtime Version: " + runtimeVersion + "\tRuntime Version ARN: " + runtimeArn);
        return new PlatformEvent("platform.initStart", Level.INFO, text, record -> record
                .name("initializationType").string(initialization.word())
                .name("phase").string(phase.word())
                .name("runtimeVersion").string(runtimeVersion)
                .name("runtimeVersionArn").string(runtimeArn)
                .name("functionName").string(version.name())
                .name("functionArn").string(version.functionArn())
                .name("functionVersion").string(version.version())
                .name("instanceId").string(logStream)
                .name("instanceMaxMemory").number((long) version.memoryMegabytes() << 20));
    }

    /** @param failure null when the runtime is ready */
    PlatformEvent initRuntimeDone(Phase phase, Failure failure) {
        return new PlatformEvent("platform.initRuntimeDone", failure == null ? Level.DEBUG : Level.WARN, List.of(),
                record -> {
            record.name("initializationType").string(initialization.word()).name("phase").string(phase.word());
            status(record, failure);
        });
    }

    /** @param failure null when all went well */
    PlatformEvent initReport(Phase phase, long nanos, Failure failure) {
        boolean onDemand = initialization == Initialization.ON_DEMAND;
        List<String> text = failure == null && onDemand ? List.of()
                : List.of("INIT_REPORT Init Duration: " + millis(nanos) + " ms\tPhase: " + phase.word() + "\tStatus: "
                + statusOf(failure)
                        + (failure == null || failure.isTimeout() ? "" : "\tError Type: " + failure.errorType()));
        Level level = failure != null ? Level.WARN : onDemand ? Level.DEBUG : Level.INFO;
        return new PlatformEvent("platform.initReport", level, text, record -> {
            record.name("initializationType").string(initialization.word()).name("phase").string(phase.word());
            status(record, failure);
            record.name("metrics").beginObject().name("durationMs").value(number(nanos)).endObject();
        });
    }

    // ---- restore

    PlatformEvent restoreStart(String runtimeVersion, String runtimeArn) {
        return new PlatformEvent("platform.restoreStart", Level.INFO,
                List.of("RESTORE_START Runtime Version: " + runtimeVersion + "\tRuntime Version ARN: " + runtimeArn),
                record -> record
                .name("functionName").string(version.name())
                .name("functionVersion").string(version.version())
                .name("instanceId").string(logStream)
                .name("instanceMaxMemory").number((long) version.memoryMegabytes() << 20)
                .name("runtimeVersion").string(runtimeVersion)
                .name("runtimeVersionArn").string(runtimeArn));
    }

    /** @param failure null when the runtime is ready */
    PlatformEvent restoreRuntimeDone(Failure failure) {
        return new PlatformEvent("platform.restoreRuntimeDone", failure == null ? Level.DEBUG : Level.WARN, List.of(),
                record -> status(record, failure));
    }

    /** @param failure null when all went well */
    PlatformEvent restoreReport(long nanos, Failure failure) {
        String text = "RESTORE_REPORT Restore Duration: " + millis(nanos) + " ms"
                + (failure == null ? "" : "\tStatus: " + statusOf(failure)
                + (failure.isTimeout() ? "" : "\tError Type: " + failure.errorType()));
        return new PlatformEvent("platform.restoreReport", failure == null ? Level.INFO : Level.WARN, List.of(text),
                record -> {
            status(record, failure);
            record.name("metrics").beginObject().name("durationMs").value(number(nanos)).endObject();
        });
    }

    PlatformEvent extension(String name, String state, Collection<String> events, String errorType) {
        String text = "EXTENSION\tName: " + name + "\tState: " + state + "\tEvents: [" + String.join(", ", events) + "]"
                + (errorType == null ? "" : "\tError Type: " + errorType);
        return new PlatformEvent("platform.extension", errorType == null ? Level.INFO : Level.WARN, List.of(text),
                record -> {
            record.name("name").string(name).name("state").string(state).name("events").value(List.copyOf(events));
            if (errorType != null) {
                record.name("errorType").string(errorType);
            }
        });
    }

    PlatformEvent subscription(String type, String name, Collection<String> types) {
        boolean telemetry = type.equals("platform.telemetrySubscription");
        String text = (telemetry ? "TELEMETRY" : "LOGS") + "\tName: " + name + "\tState: Subscribed\tTypes: ["
                + String.join(", ", types.stream()
                .map(each -> each.substring(0, 1).toUpperCase(Locale.ROOT) + each.substring(1)).toList()) + "]";
        return new PlatformEvent(type, Level.INFO, List.of(text), record -> record
                .name("name").string(name).name("state").string("Subscribed").name("types").value(List.copyOf(types)));
    }

    // ---- events

    PlatformEvent start(Invocation invocation) {
        List<String> text = version.jsonLogs() ? List.of()
                : List.of("START RequestId: " + invocation.requestId() + " Version: " + version.version());
        return new PlatformEvent("platform.start", Level.INFO, text, record -> {
            record.name("requestId").string(invocation.requestId()).name("version").string(version.version());
            tenant(record, invocation);
            tracing(record, invocation);
        });
    }

    PlatformEvent runtimeDone(Invocation invocation, Outcome outcome, Measures measures, List<Span> spans) {
        return new PlatformEvent("platform.runtimeDone", wentWell(outcome) ? Level.DEBUG : Level.WARN, List.of(),
                record -> {
            record.name("requestId").string(invocation.requestId());
            status(record, outcome);
            record.name("metrics").beginObject()
                    .name("durationMs").value(number(measures.nanos()))
                    .name("producedBytes").number(measures.producedBytes())
                    .endObject();
            tracing(record, invocation);
            spans(record, spans);
        });
    }

    PlatformEvent end(Invocation invocation, Outcome outcome, Measures measures, List<Span> spans) {
        long usedMegabytes = Math.clamp((measures.peakBytes() + (1 << 20) - 1) >> 20, 1, version.memoryMegabytes());
        long billed = measures.billedMillis();
        List<String> text = version.jsonLogs() ? List.of()
                : List.of("END RequestId: " + invocation.requestId(), line(invocation, outcome, measures, billed,
                usedMegabytes));
        return new PlatformEvent("platform.report", wentWell(outcome) ? Level.INFO : Level.WARN, text, record -> {
            record.name("requestId").string(invocation.requestId());
            tenant(record, invocation);
            record.name("metrics").beginObject()
                    .name("durationMs").value(number(measures.nanos()))
                    .name("billedDurationMs").number(billed)
                    .name("memorySizeMB").number((long) version.memoryMegabytes())
                    .name("maxMemoryUsedMB").number(usedMegabytes);
            if (measures.initNanos() >= 0) {
                record.name("initDurationMs").value(number(measures.initNanos()));
            }
            if (measures.restoreNanos() >= 0) {
                record.name("restoreDurationMs").value(number(measures.restoreNanos()));
                record.name("billedRestoreDurationMs").number(Math.ceilDiv(measures.restoreNanos(), 1_000_000L));
            }
            record.endObject();
            tracing(record, invocation);
            spans(record, spans);
            status(record, outcome);
        });
    }

    /** Told by the older of the two telemetry APIs. */
    PlatformEvent endOnly(Invocation invocation) {
        return new PlatformEvent("platform.end", Level.INFO, List.of(), record -> record.name("requestId")
                .string(invocation.requestId()));
    }

    private String line(Invocation invocation, Outcome outcome, Measures measures, long billed, long usedMegabytes) {
        var report = new StringBuilder(256).append("REPORT RequestId: ").append(invocation.requestId())
                .append("\tDuration: ").append(millis(measures.nanos())).append(" ms")
                .append("\tBilled Duration: ").append(billed).append(" ms")
                .append("\tMemory Size: ").append(version.memoryMegabytes()).append(" MB")
                .append("\tMax Memory Used: ").append(usedMegabytes).append(" MB\t");
        if (measures.initNanos() >= 0) {
            report.append("Init Duration: ").append(millis(measures.initNanos())).append(" ms\t");
        }
        if (measures.restoreNanos() >= 0) {
            report.append("Restore Duration: ").append(millis(measures.restoreNanos()))
                    .append(" ms\tBilled Restore Duration: ")
                    .append(Math.ceilDiv(measures.restoreNanos(), 1_000_000L)).append(" ms\t");
        }
        switch (outcome.status()) {
            case TIMEOUT -> report.append("Status: timeout");
            case ERROR -> report.append("Status: error\tError Type: ").append(outcome.errorType());
            case SUCCESS, FAILURE -> { }
        }
        Trace trace = Trace.of(invocation.trace());
        if (version.traced() && trace.sampled()) {
            report.append("\nXRAY TraceId: ").append(trace.root()).append("\tSegmentId: ").append(trace.parent())
                    .append("\tSampled: true\t");
        }
        return report.toString();
    }

    /** What an event leaves in a log of text that did not go well. */
    List<String> fault(Invocation invocation, Failure failure, Instant now) {
        if (version.jsonLogs()) {
            return List.of();
        }
        if (failure.isTimeout()) {
            return List.of(moment(now) + " " + invocation.requestId() + " " + Outcome.timedOut(version.timeoutSeconds())
                    + "\n");
        }
        return failure.payload().isPresent() ? List.of()
                : List.of("RequestId: " + invocation.requestId() + " Error: " + failure.message() + "\n"
                + failure.errorType());
    }

    /** A function's own error is no failure of its environment. */
    private static boolean wentWell(Outcome outcome) {
        return outcome.status() == Outcome.Status.SUCCESS || outcome.status() == Outcome.Status.FAILURE;
    }

    private static void status(JsonWriter record, Outcome outcome) {
        record.name("status").string(wentWell(outcome) ? "success" : outcome.status().name().toLowerCase(Locale.ROOT));
        if (outcome.status() == Outcome.Status.ERROR) {
            record.name("errorType").string(outcome.errorType());
        }
    }

    private static String statusOf(Failure failure) {
        return failure == null ? "success" : failure.isTimeout() ? "timeout" : "error";
    }

    private static void status(JsonWriter record, Failure failure) {
        record.name("status").string(statusOf(failure));
        if (failure != null && !failure.isTimeout()) {
            record.name("errorType").string(failure.errorType());
        }
    }

    private static void tenant(JsonWriter record, Invocation invocation) {
        if (invocation.tenant() != null) {
            record.name("tenantId").string(invocation.tenant());
        }
    }

    private void tracing(JsonWriter record, Invocation invocation) {
        if (version.traced()) {
            record.name("tracing").beginObject().name("spanId").string(Trace.of(invocation.trace()).parent())
                    .name("type").string("X-Amzn-Trace-Id").name("value").string(invocation.trace()).endObject();
        }
    }

    private static void spans(JsonWriter record, List<Span> spans) {
        if (!spans.isEmpty()) {
            record.name("spans").beginArray();
            Consumer<Span> each = span -> record.beginObject().name("name").string(span.name()).name("start")
                    .string(moment(span.start()))
                    .name("durationMs").value(number(span.nanos())).endObject();
            spans.forEach(each);
            record.endArray();
        }
    }

    private static String millis(long nanos) {
        return String.format(Locale.ROOT, "%.2f", nanos / 1e6);
    }

    private static BigDecimal number(long nanos) {
        return BigDecimal.valueOf(nanos).movePointLeft(6).setScale(3, RoundingMode.HALF_UP);
    }
}
