package dev.aloft.service.cloudwatch;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.CloudWatch;
import dev.aloft.kernel.call.ResourceType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * AWS::CloudWatch::Alarm and AWS::CloudWatch::CompositeAlarm. Putting an alarm again changes nothing, so a step that is
 * done twice is done once; an alarm of that name that is somebody else's is not taken over.
 *
 * @param composite which of the two
 */
record AlarmResources(CloudWatch cloudWatch, boolean composite) implements ResourceType {
    private static final int MAX_NAME = 255;

    static List<ResourceType> all(CloudWatch cloudWatch) {
        return List.of(new AlarmResources(cloudWatch, false), new AlarmResources(cloudWatch, true));
    }

    @Override
    public String type() {
        return composite ? "AWS::CloudWatch::CompositeAlarm" : "AWS::CloudWatch::Alarm";
    }

    @Override
    public Set<String> properties() {
        return composite
                ? Set.of("ActionsEnabled", "AlarmActions", "AlarmDescription", "AlarmName", "AlarmRule",
                        "InsufficientDataActions", "OKActions", "Tags")
                : Set.of("ActionsEnabled", "AlarmActions", "AlarmDescription", "AlarmName", "ComparisonOperator",
                        "DatapointsToAlarm", "Dimensions", "EvaluateLowSampleCountPercentile", "EvaluationPeriods",
                        "ExtendedStatistic", "InsufficientDataActions", "MetricName", "Metrics", "Namespace",
                        "OKActions",
                                "Period",
                        "Statistic", "Tags", "Threshold", "TreatMissingData", "Unit");
    }

    @Override
    public Set<String> required() {
        return composite ? Set.of("AlarmRule") : Set.of("ComparisonOperator", "EvaluationPeriods");
    }

    @Override
    public Set<String> replacedBy() {
        return Set.of("AlarmName");
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        var name = desired.name("AlarmName", MAX_NAME);
        if (describe(caller, name).isPresent() && !isOurs(caller, name, desired)) {
            throw ApiError.of("AlreadyExists", 400, name + " already exists");
        }
        put(caller, name, desired);
        return read(caller, name).orElseThrow();
    }

    private boolean isOurs(Caller caller, String name, Desired desired) {
        var known = new LinkedHashMap<String, String>();
        cloudWatch.listTagsForResource(caller, CloudWatch.ListTagsForResourceRequest.of(
                r -> r.resourceARN(Alarm.arn(caller.account(), caller.region(), name)))).tags()
                .forEach(tag -> known.put(tag.key(), tag.value()));
        return desired.isMarkedIn(known);
    }

    private void put(Caller caller, String name, Desired desired) {
        var more = Map.of("AlarmName", name, "Tags", desired.marked().entrySet().stream()
                .map(tag -> Map.of("Key", tag.getKey(), "Value", tag.getValue())).toList());
        if (composite) {
            cloudWatch.putCompositeAlarm(caller, desired.input(CloudWatch.PUT_COMPOSITE_ALARM,
                    CloudWatch.PutCompositeAlarmRequest.class, more, Set.of()));
        } else {
            cloudWatch.putMetricAlarm(caller, desired.input(CloudWatch.PUT_METRIC_ALARM,
                    CloudWatch.PutMetricAlarmRequest.class, more, Set.of()));
        }
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        put(caller, physicalId, after);
        var arn = Alarm.arn(caller.account(), caller.region(), physicalId);
        var gone = before.tagsGoneIn(after);
        if (!gone.isEmpty()) {
            cloudWatch.untagResource(caller, CloudWatch.UntagResourceRequest.of(r -> r.resourceARN(arn).tagKeys(gone)));
        }
        cloudWatch.tagResource(caller, CloudWatch.TagResourceRequest.of(r -> r.resourceARN(arn)
                .tags(after.marked().entrySet().stream()
                .map(tag -> CloudWatch.Tag.of(t -> t.key(tag.getKey()).value(tag.getValue()))).toList())));
        return read(caller, physicalId).orElseThrow();
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        try {
            cloudWatch.deleteAlarms(caller, CloudWatch.DeleteAlarmsRequest.of(r -> r.alarmNames(List.of(physicalId))));
        } catch (CloudWatch.ResourceNotFound _) {
            // Gone already, which is what was wanted.
        }
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        return describe(caller, physicalId).map(arn -> new Resource(physicalId, Map.of("Arn", arn)));
    }

    private Optional<String> describe(Caller caller, String name) {
        var found = cloudWatch.describeAlarms(caller, CloudWatch.DescribeAlarmsRequest.of(r ->
                r.alarmNames(List.of(name))
                .alarmTypes(List.of(composite ? CloudWatch.AlarmType.COMPOSITE_ALARM
                : CloudWatch.AlarmType.METRIC_ALARM))));
        return composite ? found.compositeAlarms().stream().map(CloudWatch.CompositeAlarm::alarmArn).findFirst()
                : found.metricAlarms().stream().map(CloudWatch.MetricAlarm::alarmArn).findFirst();
    }
}
