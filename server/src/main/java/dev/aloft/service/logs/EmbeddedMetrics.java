package dev.aloft.service.logs;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.CloudWatch;
import dev.aloft.api.CloudWatch.MetricDatum;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Logs;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Brings the metrics that log events have in them to CloudWatch, before whoever sent the events has an answer: none is
 * lost, one may come twice, as on AWS. What is wrong in a document costs its metrics, never its log event.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format.html">
 *     Embedded metric format</a>
 */
final class EmbeddedMetrics {
    private static final System.Logger LOG = System.getLogger(EmbeddedMetrics.class.getName());
    private static final int MOST_DATA = 1_000;

    private final CloudWatch cloudWatch;

    EmbeddedMetrics(Endpoint endpoint) {
        cloudWatch = CloudWatch.at(endpoint);
    }

    void extract(Caller caller, String group, List<Logs.InputLogEvent> events) {
        var documents = events.stream().map(Logs.InputLogEvent::message).filter(EmbeddedDocument::isOne).toList();
        if (documents.isEmpty()) {
            return;
        }
        var logs = caller.asService("logs.amazonaws.com", caller.arn("logs", "log-group:" + group).toString());
        var data = new LinkedHashMap<String, List<MetricDatum>>();
        int malformed = 0;
        int invalid = 0;
        for (var document : documents) {
            try {
                EmbeddedDocument.read(document).forEach((namespace, found) ->
                        data.computeIfAbsent(namespace, _ -> new ArrayList<>()).addAll(found));
            } catch (EmbeddedDocument.Malformed e) {
                malformed++;
            } catch (EmbeddedDocument.Invalid e) {
                invalid++;
            }
        }
        for (var each : data.entrySet()) {
            invalid += put(logs, each.getKey(), each.getValue());
        }
        count(logs, group, "EMFParsingErrors", malformed);
        count(logs, group, "EMFValidationErrors", invalid);
    }

    /** Says how many were refused. */
    private int put(Caller logs, String namespace, List<MetricDatum> data) {
        int refused = 0;
        for (int from = 0; from < data.size(); from += MOST_DATA) {
            var some = data.subList(from, Math.min(data.size(), from + MOST_DATA));
            if (!taken(logs, namespace, some)) {
                refused += some.size() == 1 ? 1
                        : (int) some.stream().filter(each -> !taken(logs, namespace, List.of(each))).count();
            }
        }
        return refused;
    }

    private boolean taken(Caller logs, String namespace, List<MetricDatum> data) {
        try {
            cloudWatch.putMetricData(logs, CloudWatch.PutMetricDataRequest.of(r -> r.namespace(namespace)
                    .metricData(data)));
            return true;
        } catch (ApiError refused) {
            LOG.log(System.Logger.Level.DEBUG, "Metrics in a log event are refused: {0}", refused.getMessage());
            return false;
        }
    }

    private void count(Caller logs, String group, String metric, int errors) {
        if (errors > 0) {
            taken(logs, "AWS/Logs", List.of(MetricDatum.of(d -> d.metricName(metric).unit("Count")
                    .value((double) errors)
                    .dimensions(EmbeddedDocument.dimensions(Map.of("LogGroupName", group))))));
        }
    }
}
