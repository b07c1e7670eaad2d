package dev.aloft.service.cloudwatch;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.CloudWatch;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.service.cloudwatch.CloudWatchData.Happening;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What happened to alarms, for thirty days, also to those that are deleted. */
final class AlarmHistory {
    private static final Duration KEPT = Duration.ofDays(30);
    private static final int MOST = 100;

    private final Store store;

    AlarmHistory(Store store) {
        this.store = store;
    }

    /** @param id tells happenings of one moment apart, and makes one that is written twice one */
    static void add(Tx tx, String alarmArn, boolean composite, Instant at, String id, String kind, String summary,
            String data) {
        var arn = Arn.parse(alarmArn);
        var name = arn.resource().substring("alarm:".length());
        var alarm = Key.of(arn.account(), arn.region(), name);
        CloudWatchData.HISTORY.put(tx, alarm.and(at, id), new Happening(name,
                composite ? CloudWatch.AlarmType.COMPOSITE_ALARM : CloudWatch.AlarmType.METRIC_ALARM, at, kind,
                        summary, data));
        CloudWatchData.HISTORY.range(tx, Range.of(alarm).to(alarm.and(at.minus(KEPT)))).toList()
                .forEach(row -> CloudWatchData.HISTORY.delete(tx, row.key()));
    }

    CloudWatch.DescribeAlarmHistoryResponse describe(Caller caller, CloudWatch.DescribeAlarmHistoryRequest r) {
        var prefix = Key.of(caller.account(), caller.region());
        var all = new ArrayList<>(store.<List<Row<Happening>>>read(tx -> CloudWatchData.HISTORY.range(tx,
                r.alarmName() == null ? prefix : prefix.and(r.alarmName())).filter(row -> isWanted(row.value(), r))
                        .toList()));
        all.sort((a, b) -> a.value().at().compareTo(b.value().at()));
        var ordered = CloudWatch.ScanBy.TIMESTAMP_ASCENDING.equals(r.scanBy()) ? all : all.reversed();
        int start = Alarms.start(r.nextToken());
        int end = Math.min(ordered.size(), start + (r.maxRecords() == null ? MOST : r.maxRecords()));
        var next = end < ordered.size() ? String.valueOf(end) : null;
        return CloudWatch.DescribeAlarmHistoryResponse.of(a -> a.nextToken(next).alarmHistoryItems(
                ordered.subList(Math.min(start, end), end).stream().map(row -> told(row.value())).toList()));
    }

    private static boolean isWanted(Happening item, CloudWatch.DescribeAlarmHistoryRequest r) {
        var types = r.alarmTypes() == null || r.alarmTypes().isEmpty()
                ? List.of(CloudWatch.AlarmType.METRIC_ALARM) : r.alarmTypes();
        return types.contains(item.type()) && (r.historyItemType() == null || r.historyItemType().equals(item.kind()))
                && (r.startDate() == null || !item.at().isBefore(r.startDate()))
                && (r.endDate() == null || !item.at().isAfter(r.endDate()));
    }

    private static CloudWatch.AlarmHistoryItem told(Happening item) {
        return CloudWatch.AlarmHistoryItem.of(i -> i.alarmName(item.alarm()).alarmType(item.type()).timestamp(item.at())
                .historyItemType(item.kind()).historySummary(item.summary()).historyData(item.data()));
    }
}
