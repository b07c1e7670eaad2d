package dev.aloft.service.cloudwatch;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.CloudWatch;
import dev.aloft.api.Principal;
import dev.aloft.kernel.store.Due;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Signal;
import dev.aloft.kernel.time.Time;
import dev.aloft.kernel.time.Worker;
import dev.aloft.service.cloudwatch.Evaluation.Point;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * Looks at the metrics of alarms: once a minute, and every ten seconds where periods are shorter than a minute.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html">Evaluating an
 *     alarm</a>
 */
final class Evaluations {
    private static final Logger LOG = System.getLogger(Evaluations.class.getName());
    private static final int AT_ONCE = 500;
    private static final int MINUTE = 60;
    private static final int SHORT = 10;

    private final Store store;
    private final Statistics statistics;
    private final AlarmStates states;
    private final AlarmActions actions;
    private final Time time;
    private final Signal signal = new Signal();

    Evaluations(Store store, Statistics statistics, AlarmStates states, AlarmActions actions, Time time) {
        this.store = store;
        this.statistics = statistics;
        this.states = states;
        this.actions = actions;
        this.time = time;
    }

    Worker worker() {
        return new Worker("alarms", signal, this::turn);
    }

    /** An alarm is to be looked at earlier than the worker knows. */
    void look() {
        signal.raise();
    }

    /** When an alarm is looked at next: as its periods, these moments are on the clock. */
    static Instant next(Alarm alarm, Instant now) {
        int every = Alarm.period(alarm.metric()) < MINUTE ? SHORT : MINUTE;
        return Instant.ofEpochSecond(Math.floorDiv(now.getEpochSecond(), every) * every + every);
    }

    /** What an alarm is to look at can be calculated, and is one series. */
    void check(Caller caller, CloudWatch.PutMetricAlarmRequest alarm) {
        if (!Alarm.isMath(alarm)) {
            return;
        }
        Statistics.checkQueries(caller, alarm.metrics());
        var now = time.instant();
        var math = statistics.math(caller, alarm.metrics(), now.minusSeconds(Alarm.period(alarm)), now);
        if (Statistics.calculated(math, Alarm.watched(alarm).id()).size() != 1) {
            throw ApiError.of("ValidationError", 400, "Metrics list must return exactly one time series");
        }
    }

    private Optional<Instant> turn() {
        var now = time.instant();
        var due = store.read(tx -> CloudWatchData.EVALUATIONS.due(tx, now, AT_ONCE));
        var verdicts = new HashMap<Alarm, Optional<Evaluation.Verdict>>();
        for (var each : due) {
            store.<Optional<Alarm>>read(tx -> metricAlarm(tx, each.value())).ifPresent(
                    alarm -> verdicts.put(alarm, verdict(alarm, now)));
        }
        if (!due.isEmpty()) {
            store.change(tx -> due.forEach(each -> settle(tx, each, verdicts, now)));
            verdicts.forEach(this::remind);
        }
        return store.read(CloudWatchData.EVALUATIONS::next);
    }

    /** None where it cannot be told, so that no other alarm waits for this one. */
    private Optional<Evaluation.Verdict> verdict(Alarm alarm, Instant now) {
        try {
            return evaluation(alarm, now).verdict(now);
        } catch (RuntimeException bug) {
            LOG.log(Level.ERROR, "The alarm " + alarm.name() + " is looked at again later", bug);
            return Optional.empty();
        }
    }

    private void settle(Tx tx, Due.Waiting<Key> looked, Map<Alarm, Optional<Evaluation.Verdict>> verdicts,
            Instant now) {
        // What was put off meanwhile, because its state was set by hand, stays so.
        if (CloudWatchData.EVALUATIONS.get(tx, looked.id()).filter(it -> it.at().equals(looked.at())).isEmpty()) {
            return;
        }
        CloudWatchData.EVALUATIONS.cancel(tx, looked.id());
        metricAlarm(tx, looked.value()).ifPresent(alarm -> {
            CloudWatchData.EVALUATIONS.add(tx, next(alarm, now), alarm.key(), alarm.key());
            // One that was changed meanwhile has no verdict, and is looked at again.
            verdicts.getOrDefault(alarm, Optional.empty()).ifPresent(
                    it -> states.change(tx, alarm, it.value(), it.reason(), it.reasonData(), now));
        });
    }

    private static Optional<Alarm> metricAlarm(ReadTx tx, Key key) {
        return CloudWatchData.ALARMS.get(tx, key).filter(alarm -> !alarm.isComposite());
    }

    /** Of an alarm that stays in the state in which it acts on scaling policies, with what its metric is now. */
    private void remind(Alarm alarm, Optional<Evaluation.Verdict> verdict) {
        var state = alarm.state();
        boolean stays = verdict.filter(it -> !it.value().equals(state.value())).isEmpty();
        if (stays && !AlarmActions.scaling(alarm).isEmpty()) {
            var now = verdict.map(it -> alarm.in(state.changed(it.value(), it.reason(), it.reasonData(),
                    time.instant()))).orElse(alarm);
            actions.remind(now, new AlarmMessages(alarm, now, List.of()).event());
        }
    }

    private Evaluation evaluation(Alarm alarm, Instant now) {
        var settings = alarm.metric();
        int period = Alarm.period(settings);
        int step = Math.min(period, MINUTE);
        var end = Instant.ofEpochSecond(Math.floorDiv(now.getEpochSecond(), step) * step);
        int range = Evaluation.range(settings);
        var caller = new Caller(alarm.account(), alarm.region(), new Principal.Root(alarm.account()), "", null, 0,
                null, null, null);
        var start = end.minusSeconds((long) range * period);
        var points = Alarm.isMath(settings) ? calculated(caller, alarm, start, end)
                : measured(caller, settings, start, end);
        return new Evaluation(settings, points, range, end.minusSeconds(period));
    }

    private List<Point> measured(Caller caller, CloudWatch.PutMetricAlarmRequest settings, Instant start, Instant end) {
        var statistic = settings.statistic() == null ? settings.extendedStatistic() : settings.statistic();
        var points = new ArrayList<Point>();
        statistics.periods(caller, settings, start, end).forEach((at, aggregate) -> {
            var value = Statistics.value(aggregate, statistic);
            if (value != null) {
                points.addFirst(new Point(at, value, aggregate.count()));
            }
        });
        return points;
    }

    /** An expression that cannot be calculated has no data. */
    private List<Point> calculated(Caller caller, Alarm alarm, Instant start, Instant end) {
        var points = new ArrayList<Point>();
        try {
            var math = statistics.math(caller, alarm.metric().metrics(), start, end);
            Statistics.calculated(math, Alarm.watched(alarm.metric()).id()).getFirst().values()
                    .forEach((at, value) -> points.addFirst(new Point(at, value, 0)));
        } catch (ApiError | NoSuchElementException e) {
            LOG.log(Level.DEBUG, alarm.arn() + " has no data: " + e.getMessage());
        }
        return points;
    }
}
