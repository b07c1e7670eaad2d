package dev.aloft.service.lambda.async;

import dev.aloft.api.JsonWriter;
import dev.aloft.kernel.call.Event.Attribute;
import dev.aloft.kernel.delivery.Ending;
import dev.aloft.kernel.delivery.Outcome;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What destinations and dead-letter queues are told of an event.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html">Invocation
 *     records</a>
 */
final class InvocationRecord {
    /** The condition of events for a function whose reserved concurrency is zero. */
    static final String ZERO_CONCURRENCY = "ZeroReservedConcurrency";
    /** AWS writes it so. */
    static final String STOPPED =
            "Function not invoked. Function isconfigured with zero reserved concurrent executions";
    private static final int LONGEST_MESSAGE = 1024;
    private static final DateTimeFormatter MILLIS = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'")
            .withZone(ZoneOffset.UTC);

    private InvocationRecord() {}

    static byte[] json(AsyncInvocations.Event event, Response response, String condition, Instant now) {
        var out = new JsonWriter().beginObject()
                .name("version").string("1.0")
                .name("timestamp").string(MILLIS.format(now))
                .name("requestContext").beginObject()
                .name("requestId").string(event.requestId())
                .name("functionArn").string(event.qualifiedArn())
                .name("condition").string(condition)
                .name("approximateInvokeCount").number(response.runs())
                .endObject()
                .name("requestPayload").raw(new String(event.payload(), StandardCharsets.UTF_8));
        if (response.status() != 0) {
            out.name("responseContext").beginObject().name("statusCode").number(response.status());
            if (response.version() != null) {
                out.name("executedVersion").string(response.version());
            }
            if (response.failed()) {
                out.name("functionError").string("Unhandled");
            }
            out.endObject();
        }
        if (response.payload() != null) {
            out.name("responsePayload").raw(response.payloadJson());
        }
        return out.endObject().toBytes();
    }

    static String condition(Ending ending) {
        return switch (ending) {
            case Outcome.Delivered _ -> "Success";
            case Ending.GivenUp(var reason, var last) -> switch (reason) {
                case RETRIES -> "RetriesExhausted";
                case AGE -> "EventAgeExceeded";
                case HOPELESS -> switch (last.code()) {
                    case ZERO_CONCURRENCY -> ZERO_CONCURRENCY;
                    case "RecursiveInvocationException" -> "RecursiveInvocation";
                    default -> "RetriesExhausted";
                };
            };
        };
    }

    /** Of a dead letter, whose body is the event itself. */
    static Map<String, Attribute> deadLetterAttributes(AsyncInvocations.Event event, Outcome.Failed last) {
        var attributes = new LinkedHashMap<String, Attribute>();
        attributes.put("RequestID", Attribute.text(event.requestId()));
        if (!last.code().equals(ZERO_CONCURRENCY)) {
            attributes.put("ErrorCode", Attribute.number(last.status()));
        }
        if (last.message() != null && !last.message().isEmpty()) {
            attributes.put("ErrorMessage", Attribute.text(shortened(last.message())));
        }
        return attributes;
    }

    /** The first kilobyte, whole characters only. */
    private static String shortened(String message) {
        var bytes = message.getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= LONGEST_MESSAGE) {
            return message;
        }
        int end = LONGEST_MESSAGE;
        while ((bytes[end] & 0xC0) == 0x80) {
            end--;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }
}
