package dev.aloft.kernel.call;

import dev.aloft.api.Arn;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Where a service leaves the logs of a resource. CloudWatch Logs brings them to the log groups, buckets and delivery
 * streams for which somebody made a delivery; without one they are gone.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html">Logging
 *     from AWS services</a>
 */
@FunctionalInterface
public interface VendedLogs {
    /**
     * What a service has to say.
     *
     * @param fields in the order of the log's schema
     */
    record Entry(Instant moment, Map<String, Object> fields) {
    }

    /**
     * Not for transactions. As AWS tells its logs: nothing is lost with the process, a power cut may take the last.
     *
     * @param logType one of those of the resource's service, such as {@code ERROR_LOGS}
     * @param entries the oldest first
     */
    void tell(Arn resource, String logType, List<Entry> entries);
}
