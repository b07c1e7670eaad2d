package dev.aloft.service.cloudwatch;

import dev.aloft.api.JsonWriter;
import dev.aloft.kernel.delivery.Deliveries;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Tx;
import dev.aloft.service.cloudwatch.AlarmActions.Action;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Changes of alarms' states, with all that follows: history, actions, the event bus, and the composite alarms that look
 * at them.
 */
final class AlarmStates {
    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("EEEE dd MMMM, yyyy HH:mm:ss", Locale.ENGLISH).withZone(ZoneOffset.UTC);
    /** Composite alarms that look at each other would go on for ever. */
    private static final int DEEPEST = 20;

    private final Deliveries<Action> actions;

    AlarmStates(Deliveries<Action> actions) {
        this.actions = actions;
    }

    /** Gives an alarm a state, unless it is in it; in the commit that found out. */
    void change(Tx tx, Alarm alarm, String value, String reason, String reasonData, Instant now) {
        change(tx, alarm, value, reason, reasonData, List.of(), now, 0);
    }

    private void change(Tx tx, Alarm alarm, String value, String reason, String reasonData, List<Alarm> children,
            Instant now, int depth) {
        var changed = alarm.in(alarm.state().changed(value, reason, reasonData, now));
        if (value.equals(alarm.state().value())) {
            if (alarm.state().reason().equals(Alarm.NEW)) {
                CloudWatchData.ALARMS.put(tx, alarm.key(), changed);
            }
            return;
        }
        CloudWatchData.ALARMS.put(tx, alarm.key(), changed);
        follow(tx, new AlarmMessages(alarm, changed, children), now);
        if (depth < DEEPEST) {
            parents(tx, changed).forEach(parent -> judge(tx, parent, changed, now, depth + 1));
        }
    }

    private void follow(Tx tx, AlarmMessages messages, Instant now) {
        var alarm = messages.after();
        AlarmHistory.add(tx, alarm.arn(), alarm.isComposite(), now, id(alarm, "state"), "StateUpdate",
                "Alarm updated from " + messages.before().state().value() + " to " + alarm.state().value(),
                        messages.history());
        promise(tx, alarm, bus(alarm), "CloudWatch Alarm State Change", JsonWriter.string(messages.data()), now);
        if (alarm.actsOnChanges()) {
            for (var target : alarm.actions(alarm.state().value())) {
                boolean isTopic = target.contains(":" + AlarmActions.TOPIC + ":");
                promise(tx, alarm, target, isTopic ? messages.subject() : null,
                        isTopic ? messages.notification() : messages.event(), now);
            }
        }
    }

    private static String bus(Alarm alarm) {
        return "arn:aws:events:" + alarm.region() + ":" + alarm.account() + ":event-bus/default";
    }

    /**
     * Tells the event bus that an alarm was made, put otherwise or deleted.
     *
     * @param id     of the event, made before the transaction
     * @param before of an update, else null
     */
    void tellConfigured(Tx tx, String id, String operation, Alarm alarm, Alarm before, Instant now) {
        actions.promise(tx, id, new Action(alarm.account(), alarm.region(), alarm.name(), alarm.isComposite(),
                bus(alarm), AlarmConfiguration.CHANGE,
                JsonWriter.string(AlarmConfiguration.change(operation, alarm, before)), now));
    }

    private void promise(Tx tx, Alarm alarm, String target, String subject, String body, Instant now) {
        actions.promise(tx, id(alarm, target), new Action(alarm.account(), alarm.region(), alarm.name(),
                alarm.isComposite(), target, subject, body, now));
    }

    /** One for each change, the same when the transaction runs again. */
    private static String id(Alarm alarm, String what) {
        return UUID.nameUUIDFromBytes((alarm.arn() + alarm.state() + what).getBytes(
                StandardCharsets.UTF_8)).toString();
    }

    // ---- composite alarms

    private static List<Alarm> parents(ReadTx tx, Alarm child) {
        return CloudWatchData.ALARMS.range(tx, Key.of(child.account(), child.region())).map(Row::value)
                .filter(Alarm::isComposite)
                .filter(it -> AlarmRule.read(it.composite().alarmRule()).alarms().contains(child.name())).toList();
    }

    static List<Alarm> children(ReadTx tx, Alarm composite) {
        return AlarmRule.read(composite.composite().alarmRule()).alarms().stream()
                .map(name -> find(tx, composite, name)).flatMap(Optional::stream).toList();
    }

    private static Optional<Alarm> find(ReadTx tx, Alarm beside, String name) {
        return CloudWatchData.ALARMS.get(tx, Key.of(beside.account(), beside.region(), name));
    }

    private static String verdict(ReadTx tx, Alarm composite) {
        boolean holds = AlarmRule.read(composite.composite().alarmRule()).holds(
                name -> find(tx, composite, name).map(it -> it.state().value()).orElse(""));
        return holds ? Alarm.ALARM : Alarm.OK;
    }

    /** Of a composite alarm that is new, or has another rule: all that it looks at made it what it is. */
    void judge(Tx tx, Alarm composite, boolean isNew, Instant now) {
        var value = verdict(tx, composite);
        var children = children(tx, composite);
        change(tx, composite, value, composite.arn() + (isNew ? " was created" : " was updated")
                + " and its alarm rule evaluates to " + value, data(children), children, now, 0);
    }

    private void judge(Tx tx, Alarm composite, Alarm child, Instant now, int depth) {
        change(tx, composite, verdict(tx, composite), child.arn() + " transitioned to " + child.state().value() + " at "
                + DAY.format(child.state().updated()) + " UTC", data(List.of(child)), List.of(child), now, depth);
    }

    private static String data(List<Alarm> children) {
        return JsonWriter.string(Map.of("triggeringAlarms", children.stream().map(child -> {
            var told = new LinkedHashMap<String, Object>();
            told.put("arn", child.arn());
            told.put("state", new LinkedHashMap<>(Map.of("value", child.state().value(), "timestamp",
                    Evaluation.moment(child.state().updated()))));
            return told;
        }).toList()));
    }
}
