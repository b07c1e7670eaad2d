package dev.aloft.service.cloudwatch;

import dev.aloft.api.Caller;
import dev.aloft.api.CloudWatch;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Principal;
import dev.aloft.api.Shape;
import dev.aloft.kernel.call.Access;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.Service;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.delivery.Deliveries;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Signal;
import dev.aloft.kernel.time.Time;
import dev.aloft.kernel.time.Worker;
import java.util.List;

/** The operations of CloudWatch. */
public final class CloudWatchService implements Service, CloudWatch {
    private final PutData putData;
    private final Statistics statistics;
    private final MetricList metrics;
    private final Deliveries<AlarmActions.Action> actions;
    private final Evaluations evaluations;
    private final Alarms alarms;
    private final AlarmHistory history;
    private final List<ResourceType> resourceTypes;

    public CloudWatchService(Store platform, Time time, Endpoint endpoint) {
        this(platform, time, endpoint, new Targets());
    }

    /** @param targets those that alarms can act on besides topics and functions: scaling policies */
    public CloudWatchService(Store platform, Time time, Endpoint endpoint, Targets targets) {
        var store = platform.in("cloudwatch");
        putData = new PutData(store, time);
        statistics = new Statistics(store, time);
        metrics = new MetricList(store, time);
        var carrier = new AlarmActions(endpoint, targets, time);
        actions = new Deliveries<>("alarm-actions", store, time, Codec.of(AlarmActions.Action.class), carrier);
        var states = new AlarmStates(actions);
        evaluations = new Evaluations(store, statistics, states, carrier, time);
        alarms = new Alarms(store, states, evaluations, time);
        history = new AlarmHistory(store);
        resourceTypes = AlarmResources.all(CloudWatch.at(endpoint));
    }

    @Override
    public List<ResourceType> resourceTypes() {
        return resourceTypes;
    }

    @Override
    public Access access(Caller caller, Shape input) {
        return switch ((Request) input) {
            // What a service measures of itself asks nobody.
            case PutMetricDataRequest _ when caller.principal() instanceof Principal.Service ->
                new Access("cloudwatch:PutMetricData", List.of());
            case PutMetricDataRequest r ->
                Access.to("cloudwatch:PutMetricData").with("cloudwatch:namespace", r.namespace());
            case GetMetricDataRequest _ -> Access.to("cloudwatch:GetMetricData");
            case GetMetricStatisticsRequest _ -> Access.to("cloudwatch:GetMetricStatistics");
            case ListMetricsRequest _ -> Access.to("cloudwatch:ListMetrics");
            case PutMetricAlarmRequest r -> alarm("PutMetricAlarm", caller, r.alarmName())
                .with("cloudwatch:AlarmActions", r.alarmActions() == null ? List.of() : r.alarmActions());
            case PutCompositeAlarmRequest r -> alarm("PutCompositeAlarm", caller, r.alarmName())
                .with("cloudwatch:AlarmActions", r.alarmActions() == null ? List.of() : r.alarmActions());
            case DescribeAlarmsRequest _ -> alarm("DescribeAlarms", caller, "*");
            case DescribeAlarmsForMetricRequest _ -> Access.to("cloudwatch:DescribeAlarmsForMetric");
            case DescribeAlarmHistoryRequest r ->
                alarm("DescribeAlarmHistory", caller, r.alarmName() == null ? "*" : r.alarmName());
            case DeleteAlarmsRequest r -> alarms("DeleteAlarms", caller, r.alarmNames());
            case SetAlarmStateRequest r -> alarm("SetAlarmState", caller, r.alarmName());
            case EnableAlarmActionsRequest r -> alarms("EnableAlarmActions", caller, r.alarmNames());
            case DisableAlarmActionsRequest r -> alarms("DisableAlarmActions", caller, r.alarmNames());
            case ListTagsForResourceRequest r -> Access.to("cloudwatch:ListTagsForResource", r.resourceARN());
            case TagResourceRequest r -> Access.to("cloudwatch:TagResource", r.resourceARN());
            case UntagResourceRequest r -> Access.to("cloudwatch:UntagResource", r.resourceARN());
        };
    }

    private static Access alarm(String operation, Caller caller, String name) {
        return alarms(operation, caller, List.of(name));
    }

    private static Access alarms(String operation, Caller caller, List<String> names) {
        return new Access("cloudwatch:" + operation,
                names.stream().map(name -> Alarm.arn(caller.account(), caller.region(), name)).toList());
    }

    @Override
    public List<Worker> workers() {
        return List.of(new Worker("cloudwatch-retention", new Signal(), metrics::turn), evaluations.worker(),
                actions.worker());
    }

    @Override
    public PutMetricDataResponse putMetricData(Caller caller, PutMetricDataRequest input) {
        return putData.put(caller, input);
    }

    @Override
    public GetMetricDataResponse getMetricData(Caller caller, GetMetricDataRequest input) {
        return statistics.data(caller, input);
    }

    @Override
    public GetMetricStatisticsResponse getMetricStatistics(Caller caller, GetMetricStatisticsRequest input) {
        return statistics.statistics(caller, input);
    }

    @Override
    public ListMetricsResponse listMetrics(Caller caller, ListMetricsRequest input) {
        return metrics.list(caller, input);
    }

    @Override
    public PutMetricAlarmResponse putMetricAlarm(Caller caller, PutMetricAlarmRequest input) {
        alarms.put(caller, input);
        return PutMetricAlarmResponse.of(_ -> {});
    }

    @Override
    public PutCompositeAlarmResponse putCompositeAlarm(Caller caller, PutCompositeAlarmRequest input) {
        alarms.put(caller, input);
        return PutCompositeAlarmResponse.of(_ -> {});
    }

    @Override
    public DescribeAlarmsResponse describeAlarms(Caller caller, DescribeAlarmsRequest input) {
        return alarms.describe(caller, input);
    }

    @Override
    public DescribeAlarmsForMetricResponse describeAlarmsForMetric(Caller caller,
            DescribeAlarmsForMetricRequest input) {
        return alarms.ofMetric(caller, input);
    }

    @Override
    public DescribeAlarmHistoryResponse describeAlarmHistory(Caller caller, DescribeAlarmHistoryRequest input) {
        return history.describe(caller, input);
    }

    @Override
    public DeleteAlarmsResponse deleteAlarms(Caller caller, DeleteAlarmsRequest input) {
        alarms.delete(caller, input.alarmNames());
        return DeleteAlarmsResponse.of(_ -> {});
    }

    @Override
    public SetAlarmStateResponse setAlarmState(Caller caller, SetAlarmStateRequest input) {
        alarms.set(caller, input);
        return SetAlarmStateResponse.of(_ -> {});
    }

    @Override
    public EnableAlarmActionsResponse enableAlarmActions(Caller caller, EnableAlarmActionsRequest input) {
        alarms.enable(caller, input.alarmNames(), true);
        return EnableAlarmActionsResponse.of(_ -> {});
    }

    @Override
    public DisableAlarmActionsResponse disableAlarmActions(Caller caller, DisableAlarmActionsRequest input) {
        alarms.enable(caller, input.alarmNames(), false);
        return DisableAlarmActionsResponse.of(_ -> {});
    }

    @Override
    public ListTagsForResourceResponse listTagsForResource(Caller caller, ListTagsForResourceRequest input) {
        var tags = alarms.tags(caller, input.resourceARN());
        return ListTagsForResourceResponse.of(r -> r.tags(tags));
    }

    @Override
    public TagResourceResponse tagResource(Caller caller, TagResourceRequest input) {
        alarms.tag(caller, input.resourceARN(), input.tags());
        return TagResourceResponse.of(_ -> {});
    }

    @Override
    public UntagResourceResponse untagResource(Caller caller, UntagResourceRequest input) {
        alarms.untag(caller, input.resourceARN(), input.tagKeys());
        return UntagResourceResponse.of(_ -> {});
    }
}
