package dev.aloft.service.logs;

import dev.aloft.api.Arn;
import java.util.List;
import java.util.Optional;

/**
 * The logs that one of AWS's services tells of its resources: which there are, and what a delivery of them is where its
 * maker says nothing.
 *
 * @param service    as in ARNs
 * @param name       as it stands in the keys of objects
 * @param fields     of a record
 * @param streamName in a log group, or null for one that is not documented
 * @param tells      whether that service is here; of another one a source may be made, as on AWS, where nobody asks
 *                   whether its resource is there, and nothing is ever told
 */
record VendedLog(String service, String name, List<String> types, List<String> fields, String suffixPath,
        String streamName, boolean tells) {
    /**
     * Of EventBridge the beginning of the keys is documented, the rest has the parts that other services' keys have.
     *
     * @see <a href="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-logs-schema.html">Schema</a>
     */
    private static final VendedLog BUSES = new VendedLog("events", "EventBusLogs",
            List.of("ERROR_LOGS", "INFO_LOGS", "TRACE_LOGS"),
            List.of("resource_arn", "message_timestamp_ms", "event_bus_name", "request_id", "event_id",
                    "invocation_id", "message_type", "log_level", "details", "dropped_fields", "error"),
            "AWSLogs/{account-id}/EventBusLogs/{region}/{yyyy}/{MM}/{dd}/{HH}/", "EventBridgeEventBusLogs", true);
    private static final VendedLog DISTRIBUTIONS = new VendedLog("cloudfront", "CloudFront", List.of("ACCESS_LOGS"),
            List.of("date", "time", "x-edge-location", "sc-bytes", "c-ip", "cs-method", "cs(Host)", "cs-uri-stem",
                    "sc-status", "cs(Referer)", "cs(User-Agent)", "cs-uri-query", "cs(Cookie)", "x-edge-result-type",
                    "x-edge-request-id", "x-host-header", "cs-protocol", "cs-bytes", "time-taken", "x-forwarded-for",
                    "ssl-protocol", "ssl-cipher", "x-edge-response-result-type", "cs-protocol-version", "fle-status",
                    "fle-encrypted-fields", "c-port", "time-to-first-byte", "x-edge-detailed-result-type",
                    "sc-content-type", "sc-content-len", "sc-range-start", "sc-range-end"),
            "AWSLogs/{account-id}/CloudFront/", null, false);

    static Optional<VendedLog> of(String resourceArn) {
        var service = Arn.isArn(resourceArn) ? Arn.parse(resourceArn).service() : "";
        return List.of(BUSES, DISTRIBUTIONS).stream().filter(log -> log.service.equals(service)).findFirst();
    }
}
