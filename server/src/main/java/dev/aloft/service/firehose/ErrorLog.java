package dev.aloft.service.firehose;

import dev.aloft.api.ApiError;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Logs;
import dev.aloft.kernel.delivery.Attempt;
import dev.aloft.kernel.delivery.Dispatches;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.firehose.FirehoseData.Channel;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.List;

/** Tells why a batch could not be delivered where its destination's options say. */
final class ErrorLog {
    private static final Logger LOG = System.getLogger(ErrorLog.class.getName());

    private final Dispatches.Assume roles;
    private final Logs logs;
    private final Time time;

    ErrorLog(Dispatches.Assume roles, Logs logs, Time time) {
        this.roles = roles;
        this.logs = logs;
        this.time = time;
    }

    /** That this fails too changes nothing. */
    void tell(Channel channel, Attempt attempt, String code, String message) {
        var stream = channel.stream();
        var options = channel.isBackup() ? stream.destination().s3BackupDescription().cloudWatchLoggingOptions()
                : stream.destination().cloudWatchLoggingOptions();
        if (options == null || !Boolean.TRUE.equals(options.enabled())) {
            return;
        }
        try {
            var writer = roles.role(BatchCarrier.service(stream, attempt.id()), channel.role(), BatchCarrier.SESSION);
            logs.putLogEvents(writer, Logs.PutLogEventsRequest.of(r -> r.logGroupName(options.logGroupName())
                    .logStreamName(options.logStreamName()).logEvents(List.of(Logs.InputLogEvent.of(e ->
                            e.timestamp(time.instant().toEpochMilli()).message(line(channel, code, message)))))));
        } catch (ApiError refused) {
            LOG.log(Level.WARNING, stream.arn() + " cannot write to its log group: " + refused);
        }
    }

    private static String line(Channel channel, String code, String message) {
        var stream = channel.stream();
        var line = new LinkedHashMap<String, Object>();
        line.put("deliveryStreamARN", stream.arn());
        line.put("destination", stream.http() == null || channel.isBackup() ? channel.bucket()
                : stream.http().settings().endpointConfiguration().url());
        line.put("deliveryStreamVersionId", Integer.toString(stream.version()));
        line.put("message", message);
        line.put("errorCode", code);
        return JsonWriter.string(line);
    }
}
