package dev.aloft.service.lambda.invoke;

import dev.aloft.api.JsonWriter;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * The platform's lines in a function's log, in both log formats.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html">Lambda's logs</a>
 */
final class Report {
    private static final DateTimeFormatter MILLIS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final FunctionVersion version;
    private final Initialization initialization;

    Report(FunctionVersion version, Initialization initialization) {
        this.version = version;
        this.initialization = initialization;
    }

    static String moment(Instant at) {
        return MILLIS.format(at);
    }

    String initStart(Instant now, String runtimeVersion, String runtimeArn) {
        if (version.jsonLogs()) {
            return platform(now, "platform.initStart", record -> record
                    .name("initializationType").string(initialization.word())
                    .name("phase").string("init")
                    .name("runtimeVersion").string(runtimeVersion)
                    .name("runtimeVersionArn").string(runtimeArn)
                    .name("functionName").string(version.name())
                    .name("functionVersion").string(version.version()));
        }
        return "INIT_START Runtime Version: " + runtimeVersion + "\tRuntime Version ARN: " + runtimeArn;
    }

    String initReport(Instant now, long initNanos, String status, String errorType) {
        if (version.jsonLogs()) {
            return platform(now, "platform.initReport", record -> record
                    .name("initializationType").string(initialization.word()).name("phase").string("init")
                    .name("status").string(status).name("errorType").string(errorType));
        }
        return "INIT_REPORT Init Duration: " + millis(initNanos) + " ms\tPhase: init\tStatus: " + status
                + (status.equals("timeout") ? "" : "\tError Type: " + errorType);
    }

    String start(Instant now, String requestId) {
        if (version.jsonLogs()) {
            return platform(now, "platform.start", record -> record
                    .name("requestId").string(requestId).name("version").string(version.version()));
        }
        return "START RequestId: " + requestId + " Version: " + version.version();
    }

    List<String> end(Instant now, String requestId, Outcome outcome, long nanos, long initNanos, long peakBytes) {
        long usedMegabytes = Math.clamp((peakBytes + (1 << 20) - 1) >> 20, 1, version.memoryMegabytes());
        // Init is billed since August 2025.
        long billed = Math.ceilDiv(nanos + Math.max(initNanos, 0), 1_000_000L);
        if (version.jsonLogs()) {
            return List.of(platform(now, "platform.report", record -> {
                record.name("requestId").string(requestId).name("metrics").beginObject()
                        .name("durationMs").value(number(nanos))
                        .name("billedDurationMs").number(billed)
                        .name("memorySizeMB").number((long) version.memoryMegabytes())
                        .name("maxMemoryUsedMB").number(usedMegabytes);
                if (initNanos >= 0) {
                    record.name("initDurationMs").value(number(initNanos));
                }
                record.endObject().name("status").string(outcome.status().name().toLowerCase(Locale.ROOT));
                if (outcome.errorType() != null && outcome.status() == Outcome.Status.ERROR) {
                    record.name("errorType").string(outcome.errorType());
                }
            }));
        }
        var report = new StringBuilder("REPORT RequestId: ").append(requestId)
                .append("\tDuration: ").append(millis(nanos)).append(" ms")
                .append("\tBilled Duration: ").append(billed).append(" ms")
                .append("\tMemory Size: ").append(version.memoryMegabytes()).append(" MB")
                .append("\tMax Memory Used: ").append(usedMegabytes).append(" MB\t");
        if (initNanos >= 0) {
            report.append("Init Duration: ").append(millis(initNanos)).append(" ms\t");
        }
        switch (outcome.status()) {
            case TIMEOUT -> report.append("Status: timeout");
            case ERROR -> report.append("Status: error\tError Type: ").append(outcome.errorType());
            case SUCCESS, FAILURE -> { }
        }
        return List.of("END RequestId: " + requestId, report.toString());
    }

    private String platform(Instant now, String type, Consumer<JsonWriter> content) {
        var json = new JsonWriter().beginObject().name("time").string(moment(now)).name("type").string(type)
                .name("record").beginObject();
        content.accept(json);
        return json.endObject().endObject().toString();
    }

    private static String millis(long nanos) {
        return String.format(Locale.ROOT, "%.2f", nanos / 1e6);
    }

    private static BigDecimal number(long nanos) {
        return BigDecimal.valueOf(nanos).movePointLeft(6).setScale(3, RoundingMode.HALF_UP);
    }
}
