package dev.aloft.service.lambda.source;

import dev.aloft.api.Arn;
import dev.aloft.api.Bytes;
import dev.aloft.api.Lambda;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * An event source mapping as it is kept.
 *
 * @param qualifier     of the function as it was given, or null
 * @param configuration as it is told, in its lasting state
 * @param created       what a stream had before this moment is not new
 * @param revision      changes with each setting
 * @param sealed        its filter criteria where they lie encrypted, or null
 */
public record Mapping(String uuid, String account, String region, String functionName, String qualifier,
        boolean enabled, Lambda.EventSourceMappingConfiguration configuration, Instant created, String revision,
        Map<String, String> tags,
        Bytes sealed) {

    public Arn source() {
        return Arn.parse(configuration.eventSourceArn());
    }

    public boolean isQueue() {
        return source().service().equals("sqs");
    }

    public Mapping withTags(Map<String, String> changed) {
        return new Mapping(uuid, account, region, functionName, qualifier, enabled, configuration, created, revision,
                changed, sealed);
    }

    public Mapping with(Lambda.EventSourceMappingConfiguration changed, Bytes sealedCriteria) {
        return new Mapping(uuid, account, region, functionName, qualifier, enabled, changed, created, revision, tags,
                sealedCriteria);
    }

    /** Whether its events are counted. */
    boolean countsEvents() {
        var asked = configuration.metricsConfig();
        return asked != null && asked.metrics() != null && asked.metrics().contains("EventCount");
    }

    List<String> patterns() {
        var criteria = configuration.filterCriteria();
        return criteria == null || criteria.filters() == null ? List.of()
                : criteria.filters().stream().map(Lambda.Filter::pattern).toList();
    }

    boolean reportsItemFailures() {
        return configuration.functionResponseTypes() != null
                && configuration.functionResponseTypes().contains("ReportBatchItemFailures");
    }

    public String onFailure() {
        var destinations = configuration.destinationConfig();
        return destinations == null || destinations.onFailure() == null ? null : destinations.onFailure().destination();
    }
}
