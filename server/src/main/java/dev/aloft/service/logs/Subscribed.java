package dev.aloft.service.logs;

import dev.aloft.api.Caller;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Principal;
import dev.aloft.kernel.call.Event;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;

/**
 * Log events of one stream on their way to a subscription filter's destination.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html">Subscription
 *     filters</a>
 */
record Subscribed(String account, String region, String group, String stream, SubscriptionFilter filter,
        List<Line> lines) {
    /** @param id the event's, as FilterLogEvents tells it */
    record Line(String id, long timestamp, String message) {
    }

    /** CloudWatch Logs on behalf of the group. What goes in circles through deliveries is not cut by its depth. */
    Caller service(String requestId) {
        return new Caller(account, region, new Principal.Service("logs.amazonaws.com",
            "arn:aws:logs:" + region + ":" + account + ":log-group:" + group + ":*"), requestId, null, 0, null, null,
            null);
    }

    Event event() {
        var message = new LinkedHashMap<String, Object>();
        message.put("messageType", "DATA_MESSAGE");
        message.put("owner", account);
        message.put("logGroup", group);
        message.put("logStream", stream);
        message.put("subscriptionFilters", List.of(filter.name()));
        var pattern = FilterPattern.parse(filter.pattern());
        message.put("logEvents", lines.stream().map(line -> told(line, pattern)).toList());
        return event(message, filter.destinationArn(), partitionKey());
    }

    private static Map<String, Object> told(Line line, FilterPattern pattern) {
        var event = new LinkedHashMap<String, Object>();
        event.put("id", line.id());
        event.put("timestamp", line.timestamp());
        event.put("message", line.message());
        if (pattern instanceof SpacePattern fields) {
            var extracted = new LinkedHashMap<String, String>();
            fields.extracted(line.message()).forEach((name, value) -> extracted.put(name.substring(1), value));
            event.put("extractedFields", extracted);
        }
        return event;
    }

    /** A stream's name may be longer than a partition key, so it is its digest that keeps its records together. */
    private String partitionKey() {
        var grouped = (group + ":" + stream).getBytes(StandardCharsets.UTF_8);
        return (filter.distribution().equals("Random") ? UUID.randomUUID() : UUID.nameUUIDFromBytes(grouped)).toString()
            .replace("-", "");
    }

    /** What a stream is sent before its filter is taken. */
    static Event control(String destinationArn, long now) {
        var kind = destinationArn.startsWith("arn:aws:kinesis:") ? "Kinesis stream" : "Firehose";
        var message = new LinkedHashMap<String, Object>();
        message.put("messageType", "CONTROL_MESSAGE");
        message.put("owner", "CloudwatchLogs");
        message.put("logGroup", "");
        message.put("logStream", "");
        message.put("subscriptionFilters", List.of());
        var line = new LinkedHashMap<String, Object>();
        line.put("id", "");
        line.put("timestamp", now);
        line.put("message", "CWL CONTROL MESSAGE: Checking health of destination " + kind + ".");
        message.put("logEvents", List.of(line));
        return event(message, destinationArn, UUID.randomUUID().toString());
    }

    private static Event event(Map<String, Object> message, String destinationArn, String partitionKey) {
        var zipped = zipped(JsonWriter.bytes(message));
        if (!destinationArn.startsWith("arn:aws:lambda:")) {
            return Event.of(zipped).withPartitionKey(partitionKey);
        }
        return Event.of(JsonWriter.bytes(Map.of("awslogs", Map.of("data", Base64.getEncoder()
            .encodeToString(zipped)))));
    }

    private static byte[] zipped(byte[] json) {
        var zipped = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(zipped)) {
            out.write(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return zipped.toByteArray();
    }
}
