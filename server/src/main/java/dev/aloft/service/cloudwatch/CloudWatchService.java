package dev.aloft.service.cloudwatch;

import dev.aloft.api.Caller;
import dev.aloft.api.CloudWatch;
import dev.aloft.api.Principal;
import dev.aloft.api.Shape;
import dev.aloft.kernel.call.Access;
import dev.aloft.kernel.call.Service;
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

    public CloudWatchService(Store platform, Time time) {
        var store = platform.in("cloudwatch");
        putData = new PutData(store, time);
        statistics = new Statistics(store, time);
        metrics = new MetricList(store, time);
    }

    @Override
    public Access access(Caller caller, Shape input) {
        return switch ((Request) input) {
            // What a service measures of itself asks nobody.
            case PutMetricDataRequest _ when caller.principal() instanceof Principal.Service ->
                new Access("cloudwatch:PutMetricData", List.of());
            case PutMetricDataRequest r -> Access.to("cloudwatch:PutMetricData").with("cloudwatch:namespace", r.namespace());
            case GetMetricDataRequest _ -> Access.to("cloudwatch:GetMetricData");
            case GetMetricStatisticsRequest _ -> Access.to("cloudwatch:GetMetricStatistics");
            case ListMetricsRequest _ -> Access.to("cloudwatch:ListMetrics");
        };
    }

    @Override
    public List<Worker> workers() {
        return List.of(new Worker("cloudwatch-retention", new Signal(), metrics::turn));
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
}
