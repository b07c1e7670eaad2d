package dev.aloft.service.firehose;

import dev.aloft.api.Bytes;
import dev.aloft.api.JsonReader;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.firehose.Transformation.Failed;
import dev.aloft.service.firehose.Transformation.Ready;
import dev.aloft.service.firehose.Transformation.Result;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/**
 * What CloudWatch Logs sends: unpacked, and of the envelope the messages alone where that is wanted, a line each. A
 * message by which a stream is only tried becomes a record without data.
 *
 * @see <a href="https://docs.aws.amazon.com/firehose/latest/dev/writing-with-cloudwatch-logs-decompression.html">
 *     Decompress CloudWatch Logs</a>
 */
final class LogEnvelopes {
    private static final String CODE = "Decompression failed.";

    private final Time time;

    LogEnvelopes(Time time) {
        this.time = time;
    }

    Result unpacked(List<Ready> records, boolean messagesAlone) {
        var result = new Result();
        for (var record : records) {
            var text = plain(record.data());
            var wanted = messagesAlone ? text.flatMap(LogEnvelopes::messages) : text;
            if (wanted.isPresent()) {
                result.delivered().add(record.with(Bytes.of(wanted.get().getBytes(StandardCharsets.UTF_8))));
            } else {
                result.failed().add(new Failed(ObjectName.DECOMPRESSION_FAILED, record.source(),
                        Transformation.failure(record.source(), CODE,
                                text.isEmpty() ? "The record is no JSON packed by GZIP."
                                : "The record is no envelope of CloudWatch Logs.", 1, time.instant())));
            }
        }
        return result;
    }

    private static Optional<String> plain(Bytes packed) {
        try (var unpacking = new GZIPInputStream(new ByteArrayInputStream(packed.array()))) {
            var text = new String(unpacking.readAllBytes(), StandardCharsets.UTF_8);
            return Optional.of(text).filter(JsonReader::isJson);
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    private static Optional<String> messages(String envelope) {
        if (!(JsonReader.tree(envelope) instanceof Map<?, ?> members)
                || !(members.get("logEvents") instanceof List<?> events)) {
            return Optional.empty();
        }
        if ("CONTROL_MESSAGE".equals(members.get("messageType"))) {
            return Optional.of("");
        }
        var lines = new StringBuilder();
        for (var event : events) {
            if (!(event instanceof Map<?, ?> it && it.get("message") instanceof String message)) {
                return Optional.empty();
            }
            lines.append(message).append('\n');
        }
        return Optional.of(lines.toString());
    }
}
