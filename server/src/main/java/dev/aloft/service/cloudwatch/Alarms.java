package dev.aloft.service.cloudwatch;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.CloudWatch;
import dev.aloft.api.JsonReader;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Alarms: put, described, deleted, set to a state. */
final class Alarms {
    private static final int MOST = 100;
    /** A state that was set by hand is left alone for so long. */
    private static final Duration BY_HAND = Duration.ofMinutes(1);

    private final Store store;
    private final AlarmStates states;
    private final Evaluations evaluations;
    private final Time time;

    Alarms(Store store, AlarmStates states, Evaluations evaluations, Time time) {
        this.store = store;
        this.states = states;
        this.evaluations = evaluations;
        this.time = time;
    }

    private static Key all(Caller caller) {
        return Key.of(caller.account(), caller.region());
    }

    // ---- putting

    /** One that is there keeps its state and its tags. */
    void put(Caller caller, CloudWatch.PutMetricAlarmRequest input) {
        AlarmChecks.check(input);
        evaluations.check(caller, input);
        var now = time.instant();
        var metric = input.toBuilder().tags(null).build();
        var event = UUID.randomUUID().toString();
        store.change(tx -> {
            var before = before(tx, caller, input.alarmName(), false);
            var alarm = new Alarm(caller.account(), caller.region(), metric, null,
                    before.map(Alarm::state).orElseGet(() -> Alarm.State.first(now)), now,
                    before.map(Alarm::tags).orElseGet(() -> tags(Map.of(), input.tags())));
            keep(tx, event, alarm, before, now);
            CloudWatchData.EVALUATIONS.add(tx, Evaluations.next(alarm, now), alarm.key(), alarm.key());
        });
        evaluations.look();
    }

    void put(Caller caller, CloudWatch.PutCompositeAlarmRequest input) {
        AlarmChecks.check(input);
        var now = time.instant();
        var composite = input.toBuilder().tags(null).build();
        var event = UUID.randomUUID().toString();
        store.change(tx -> {
            requireAll(tx, caller, AlarmRule.read(input.alarmRule()));
            var before = before(tx, caller, input.alarmName(), true);
            var alarm = new Alarm(caller.account(), caller.region(), null, composite,
                    before.map(Alarm::state).orElseGet(() -> Alarm.State.first(now)), now,
                    before.map(Alarm::tags).orElseGet(() -> tags(Map.of(), input.tags())));
            keep(tx, event, alarm, before, now);
            states.judge(tx, alarm, before.isEmpty(), now);
        });
    }

    private static void requireAll(ReadTx tx, Caller caller, AlarmRule rule) {
        var missing = rule.alarms().stream()
                .filter(name -> !CloudWatchData.ALARMS.has(tx, all(caller).and(name))).toList();
        if (!missing.isEmpty()) {
            throw ApiError.of("ValidationError", 400, "Could not save the composite alarm as alarms " + missing
                    + " in the alarm rule do not exist");
        }
    }

    /** Alarms on metrics and composite ones share their names. */
    private static Optional<Alarm> before(ReadTx tx, Caller caller, String name, boolean composite) {
        var before = CloudWatchData.ALARMS.get(tx, all(caller).and(name));
        if (before.isPresent() && before.get().isComposite() != composite) {
            throw ApiError.of("ValidationError", 400, "Could not save the " + (composite ? "composite" : "metric")
                    + " alarm as a " + (composite ? "metric" : "composite") + " alarm with the name " + name
                    + " already exists");
        }
        return before;
    }

    private void keep(Tx tx, String event, Alarm alarm, Optional<Alarm> before, Instant now) {
        CloudWatchData.ALARMS.put(tx, alarm.key(), alarm);
        AlarmHistory.add(tx, alarm.arn(), alarm.isComposite(), now, "configured", "ConfigurationUpdate",
                "Alarm \"" + alarm.name() + "\" " + (before.isEmpty() ? "created" : "updated"), null);
        states.tellConfigured(tx, event, before.isEmpty() ? "create" : "update", alarm, before.orElse(null), now);
    }

    /** All or none of them. */
    void delete(Caller caller, List<String> names) {
        var now = time.instant();
        var event = UUID.randomUUID().toString();
        store.change(tx -> {
            var alarms = names.stream().distinct().map(name -> existing(tx, caller, name)).toList();
            alarms.forEach(alarm -> {
                CloudWatchData.ALARMS.delete(tx, alarm.key());
                CloudWatchData.EVALUATIONS.cancel(tx, alarm.key());
                AlarmHistory.add(tx, alarm.arn(), alarm.isComposite(), now, "deleted", "ConfigurationUpdate",
                        "Alarm \"" + alarm.name() + "\" deleted", null);
                states.tellConfigured(tx, event + "/" + alarm.name(), "delete", alarm, null, now);
            });
        });
    }

    private static Alarm existing(ReadTx tx, Caller caller, String name) {
        return CloudWatchData.ALARMS.get(tx, all(caller).and(name))
                .orElseThrow(() -> new CloudWatch.ResourceNotFound(""));
    }

    /** Those that are not there are passed over. */
    void enable(Caller caller, List<String> names, boolean enabled) {
        var now = time.instant();
        var event = UUID.randomUUID().toString();
        store.change(tx -> names.stream().distinct().map(name -> CloudWatchData.ALARMS.get(tx, all(caller).and(name)))
                .flatMap(Optional::stream).forEach(alarm -> {
                    var acting = alarm.acting(enabled, now);
                    CloudWatchData.ALARMS.put(tx, alarm.key(), acting);
                    states.tellConfigured(tx, event + "/" + alarm.name(), "update", acting, alarm, now);
                }));
    }

    void set(Caller caller, CloudWatch.SetAlarmStateRequest input) {
        if (input.stateReasonData() != null) {
            try {
                JsonReader.tree(input.stateReasonData());
            } catch (JsonReader.Malformed _) {
                throw new CloudWatch.InvalidFormatFault("StateReasonData is not valid JSON.");
            }
        }
        var now = time.instant();
        store.change(tx -> {
            var alarm = existing(tx, caller, input.alarmName());
            states.change(tx, alarm, input.stateValue(), input.stateReason(), input.stateReasonData(), now);
            if (!alarm.isComposite()) {
                CloudWatchData.EVALUATIONS.add(tx, now.plus(BY_HAND), alarm.key(), alarm.key());
            }
        });
    }

    // ---- reading

    CloudWatch.DescribeAlarmsResponse describe(Caller caller, CloudWatch.DescribeAlarmsRequest r) {
        var found = store.<List<Alarm>>read(tx -> related(tx, caller, r).filter(alarm -> isWanted(alarm, r)).toList());
        int start = start(r.nextToken());
        int end = Math.min(found.size(), start + (r.maxRecords() == null ? MOST : r.maxRecords()));
        var page = found.subList(Math.min(start, end), end);
        var next = end < found.size() ? String.valueOf(end) : null;
        return CloudWatch.DescribeAlarmsResponse.of(a -> a.nextToken(next)
                .metricAlarms(page.stream().filter(it -> !it.isComposite()).map(Alarm::toldMetric).toList())
                .compositeAlarms(page.stream().filter(Alarm::isComposite).map(Alarm::toldComposite).toList()));
    }

    /** The token is how many were told. */
    static int start(String token) {
        if (token != null && !token.matches("[0-9]{1,9}")) {
            throw new CloudWatch.InvalidNextToken("The token is invalid.");
        }
        return token == null ? 0 : Integer.parseInt(token);
    }

    private static Stream<Alarm> related(ReadTx tx, Caller caller, CloudWatch.DescribeAlarmsRequest r) {
        if (r.childrenOfAlarmName() != null) {
            return AlarmStates.children(tx, existing(tx, caller, r.childrenOfAlarmName())).stream();
        }
        var all = CloudWatchData.ALARMS.range(tx, all(caller)).map(Row::value);
        return r.parentsOfAlarmName() == null ? all : all.filter(it -> it.isComposite()
                && AlarmRule.read(it.composite().alarmRule()).alarms().contains(r.parentsOfAlarmName()));
    }

    /** Composite alarms only where they are asked for, or for their relation to another. */
    private static boolean isWanted(Alarm alarm, CloudWatch.DescribeAlarmsRequest r) {
        boolean byRelation = r.childrenOfAlarmName() != null || r.parentsOfAlarmName() != null;
        var types = r.alarmTypes() == null || r.alarmTypes().isEmpty()
                ? List.of(CloudWatch.AlarmType.METRIC_ALARM) : r.alarmTypes();
        var type = alarm.isComposite() ? CloudWatch.AlarmType.COMPOSITE_ALARM : CloudWatch.AlarmType.METRIC_ALARM;
        return (byRelation || types.contains(type))
                && (r.alarmNames() == null || r.alarmNames().isEmpty() || r.alarmNames().contains(alarm.name()))
                && (r.alarmNamePrefix() == null || alarm.name().startsWith(r.alarmNamePrefix()))
                && (r.stateValue() == null || r.stateValue().equals(alarm.state().value()))
                && (r.actionPrefix() == null || Stream.of(alarm.okActions(), alarm.alarmActions(),
                        alarm.insufficientDataActions()).flatMap(List::stream)
                                .anyMatch(it -> it.startsWith(r.actionPrefix())));
    }

    CloudWatch.DescribeAlarmsForMetricResponse ofMetric(Caller caller, CloudWatch.DescribeAlarmsForMetricRequest r) {
        var dimensions = CloudWatchData.sorted(r.dimensions());
        var found = store.<List<Alarm>>read(tx -> CloudWatchData.ALARMS.range(tx, all(caller)).map(Row::value)
                .filter(it -> !it.isComposite() && !Alarm.isMath(it.metric())
                        && it.metric().namespace().equals(r.namespace())
                        && it.metric().metricName().equals(r.metricName())
                        && CloudWatchData.sorted(it.dimensions()).equals(dimensions)
                        && (r.statistic() == null || r.statistic().equals(it.metric().statistic()))
                        && (r.extendedStatistic() == null || r.extendedStatistic()
                        .equals(it.metric().extendedStatistic()))
                        && (r.period() == null || r.period().equals(it.metric().period()))
                        && (r.unit() == null || r.unit().equals(it.metric().unit()))).toList());
        return CloudWatch.DescribeAlarmsForMetricResponse.of(
                a -> a.metricAlarms(found.stream().map(Alarm::toldMetric).toList()));
    }

    // ---- tags

    private static Map<String, String> tags(Map<String, String> before, List<CloudWatch.Tag> given) {
        var all = new LinkedHashMap<>(before);
        (given == null ? List.<CloudWatch.Tag>of() : given).forEach(tag -> all.put(tag.key(), tag.value()));
        return all;
    }

    List<CloudWatch.Tag> tags(Caller caller, String arn) {
        var alarm = store.<Alarm>read(tx -> existing(tx, caller, name(arn)));
        var told = new ArrayList<CloudWatch.Tag>();
        alarm.tags().forEach((key, value) -> told.add(CloudWatch.Tag.of(t -> t.key(key).value(value))));
        return told;
    }

    void tag(Caller caller, String arn, List<CloudWatch.Tag> given) {
        change(caller, arn, before -> tags(before, given));
    }

    void untag(Caller caller, String arn, List<String> keys) {
        change(caller, arn, before -> {
            var left = new LinkedHashMap<>(before);
            keys.forEach(left::remove);
            return left;
        });
    }

    private void change(Caller caller, String arn, UnaryOperator<Map<String, String>> how) {
        store.change(tx -> {
            var alarm = existing(tx, caller, name(arn));
            CloudWatchData.ALARMS.put(tx, alarm.key(), alarm.withTags(how.apply(alarm.tags())));
        });
    }

    private static String name(String arn) {
        if (!Arn.isArn(arn) || !Arn.parse(arn).resource().startsWith("alarm:")) {
            throw new CloudWatch.InvalidParameterValueException("The value " + arn
                    + " for parameter ResourceARN is invalid.");
        }
        return Arn.parse(arn).resource().substring("alarm:".length());
    }
}
