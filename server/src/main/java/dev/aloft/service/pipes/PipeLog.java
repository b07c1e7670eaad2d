package dev.aloft.service.pipes;

import dev.aloft.api.Arn;
import dev.aloft.api.ApiError;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Firehose;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Logs;
import dev.aloft.api.Pipes;
import dev.aloft.api.Principal;
import dev.aloft.api.S3;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.pipes.PipesData.KeptPipe;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What a pipe tells of its executions: CloudWatch's metrics, and what it writes to a log group, a delivery stream and a
 * bucket. An execution's records are written together at its end; that they cannot be written changes nothing for the
 * pipe.
 *
 * @see <a href="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-logs-schema.html">Log schema</a>
 */
final class PipeLog {
    private static final Logger LOG = System.getLogger(PipeLog.class.getName());
    private static final List<String> LEVELS = List.of(Pipes.LogLevel.OFF, Pipes.LogLevel.ERROR, Pipes.LogLevel.INFO,
            Pipes.LogLevel.TRACE);
    /** The longest record, in characters; execution data is cut to fit. */
    private static final int LONGEST = 256 * 1024;
    private static final List<String> EXECUTION_DATA = List.of("payload", "awsRequest", "awsResponse");

    private final KeptPipe pipe;
    private final Pipes.PipeLogConfigurationParameters config;
    private final Endpoint endpoint;
    private final PipeMeasures measures;
    private final Time time;

    PipeLog(KeptPipe pipe, Endpoint endpoint, PipeMeasures measures, Time time) {
        this.measures = measures;
        this.pipe = pipe;
        config = pipe.settings().logConfiguration();
        this.endpoint = endpoint;
        this.time = time;
    }

    private boolean tells(PipeStep step) {
        return config != null && LEVELS.indexOf(step.level) <= LEVELS.indexOf(config.level());
    }

    Execution begin(List<Object> batch) {
        return new Execution(measures.begin(batch));
    }

    /** One batch on its way through the pipe. */
    final class Execution implements AutoCloseable {
        private final String id = UUID.randomUUID().toString();
        private final PipeMeasures.Execution measured;
        private final List<Map<String, Object>> records = new ArrayList<>();

        private Execution(PipeMeasures.Execution measured) {
            this.measured = measured;
        }

        void tell(PipeStep step) {
            tell(step, Map.of());
        }

        /** @param more members of the record; those with execution data are left out unless they are wanted */
        void tell(PipeStep step, Map<String, ?> more) {
            measured.step(step);
            if (!tells(step)) {
                return;
            }
            var record = new LinkedHashMap<String, Object>();
            record.put("executionId", id);
            record.put("timestamp", time.instant().toEpochMilli());
            record.put("messageType", step.messageType);
            record.put("resourceArn", pipe.arn());
            record.put("logLevel", step.level);
            boolean all = config.includeExecutionData() != null && config.includeExecutionData().contains("ALL");
            more.forEach((name, value) -> {
                if (!EXECUTION_DATA.contains(name)) {
                    record.put(name, value);
                } else if (all) {
                    record.put(name, JsonWriter.string(value));
                }
            });
            records.add(record);
        }

        void failed(PipeStep step, Failure failure, Map<String, ?> more) {
            var all = new LinkedHashMap<String, Object>(more);
            var error = new LinkedHashMap<String, Object>();
            error.put("httpStatusCode", failure.status());
            error.put("message", failure.message());
            error.put("details", "");
            error.put("awsService", failure.service());
            all.put("error", error);
            tell(step, all);
        }

        @Override
        public void close() {
            if (records.isEmpty()) {
                return;
            }
            try {
                write(records);
            } catch (ApiError refused) {
                LOG.log(Level.WARNING, "The log of " + pipe.arn() + " cannot be written: " + refused);
            }
        }
    }

    /**
     * Why a step failed.
     *
     * @param service that refused, or null
     */
    record Failure(int status, String message, String service) {
    }

    private void write(List<Map<String, Object>> records) {
        // AWS's log delivery writes in the account's name.
        var writer = new Caller(pipe.account(), pipe.region(), new Principal.Root(pipe.account()),
                UUID.randomUUID().toString(), null, 0, null, null, null);
        if (config.cloudwatchLogsLogDestination() != null) {
            toGroup(writer, config.cloudwatchLogsLogDestination().logGroupArn(), records);
        }
        if (config.firehoseLogDestination() != null) {
            var stream = Arn.parse(config.firehoseLogDestination().deliveryStreamArn()).resourceName();
            Firehose.at(endpoint)
                    .putRecordBatch(writer, Firehose.PutRecordBatchRequest.of(r -> r.deliveryStreamName(stream)
                    .records(records.stream().map(record -> Firehose.Record.of(it -> it.data(Bytes.of(
                            (line(record) + "\n").getBytes(StandardCharsets.UTF_8))))).toList())));
        }
        if (config.s3LogDestination() != null) {
            S3.at(endpoint).putObject(writer, PipeLogObject.of(pipe, config.s3LogDestination(),
                    PipeLogFormat.lines(config.s3LogDestination().outputFormat(),
                            records.stream().map(PipeLog::cut).toList()), time.instant()));
        }
    }

    private void toGroup(Caller writer, String arn, List<Map<String, Object>> records) {
        var logs = Logs.at(endpoint);
        var resource = Arn.parse(arn).resource();
        var group = resource.substring("log-group:".length()).replaceFirst(":\\*$", "");
        var request = Logs.PutLogEventsRequest.of(r -> r.logGroupName(group).logStreamName(pipe.name())
                .logEvents(records.stream().map(record -> Logs.InputLogEvent.of(e -> e
                        .timestamp((Long) record.get("timestamp")).message(line(record)))).toList()));
        try {
            logs.putLogEvents(writer, request);
        } catch (Logs.ResourceNotFoundException _) {
            logs.createLogStream(writer,
                    Logs.CreateLogStreamRequest.of(r -> r.logGroupName(group).logStreamName(pipe.name())));
            logs.putLogEvents(writer, request);
        }
    }

    private static String line(Map<String, Object> record) {
        return JsonWriter.string(cut(record));
    }

    /** A record that is no longer than it may be. */
    private static Map<String, Object> cut(Map<String, Object> record) {
        var cut = new ArrayList<String>();
        var line = JsonWriter.string(record);
        for (var name : EXECUTION_DATA) {
            if (line.length() > LONGEST && record.get(name) instanceof String data) {
                // Quotes take two characters in the record.
                record.put(name, data.substring(0, Math.max(0, data.length() - 2 * (line.length() - LONGEST))));
                cut.add(name);
                record.put("truncatedFields", cut);
                line = JsonWriter.string(record);
            }
        }
        return record;
    }
}
