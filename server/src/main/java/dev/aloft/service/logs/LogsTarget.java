package dev.aloft.service.logs;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.JsonReader;
import dev.aloft.api.Logs;
import dev.aloft.kernel.call.Event;
import dev.aloft.kernel.call.Target;
import dev.aloft.kernel.time.Time;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes events of rules to a log group, each to a stream of its own, as EventBridge does. One that was made of
 * timestamp and message is written as that.
 */
public final class LogsTarget implements Target {
    private static final String GROUP = "log-group:";

    private final Logs logs;
    private final Time time;

    public LogsTarget(Endpoint endpoint, Time time) {
        logs = Logs.at(endpoint);
        this.time = time;
    }

    @Override
    public String service() {
        return "logs";
    }

    @Override
    public void deliver(Caller caller, Arn target, Event event) {
        var rest = target.resource().substring(target.resource().startsWith(GROUP) ? GROUP.length() : 0);
        var group = rest.endsWith(":*") ? rest.substring(0, rest.length() - 2) : rest;
        var stream = caller.requestId();
        var writer = caller.in(target.account(), target.region());
        try {
            logs.createLogStream(writer, Logs.CreateLogStreamRequest.of(r -> r.logGroupName(group)
                    .logStreamName(stream)));
        } catch (Logs.ResourceAlreadyExistsException _) {
            // An earlier try's.
        }
        var line = line(new String(event.body(), StandardCharsets.UTF_8));
        logs.putLogEvents(writer, Logs.PutLogEventsRequest.of(r -> r.logGroupName(group).logStreamName(stream)
            .logEvents(List.of(line))));
    }

    private Logs.InputLogEvent line(String body) {
        var now = time.instant().toEpochMilli();
        try {
            if (JsonReader.tree(body) instanceof Map<?, ?> map && map.keySet().equals(Set.of("timestamp", "message"))
                    && map.get("timestamp") instanceof Number moment) {
                return Logs.InputLogEvent.of(e -> e.timestamp(moment.longValue())
                        .message(String.valueOf(map.get("message"))));
            }
        } catch (JsonReader.Malformed _) {
            // Any text is a message.
        }
        return Logs.InputLogEvent.of(e -> e.timestamp(now).message(body));
    }
}
