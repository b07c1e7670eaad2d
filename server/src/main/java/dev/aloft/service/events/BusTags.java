package dev.aloft.service.events;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Events;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Tags of buses and of rules, by their ARNs. */
final class BusTags {
    private final Buses buses;
    private final Rules rules;
    private final Store store;
    private final Time time;

    BusTags(Buses buses, Rules rules, Store store, Time time) {
        this.buses = buses;
        this.rules = rules;
        this.store = store;
        this.time = time;
    }

    Events.ListTagsForResourceResponse list(Caller caller, String text) {
        var arn = taggable(text);
        var tags = store.<Map<String, String>>read(tx -> isRule(arn) ? rules.tagged(tx, Rules.key(arn)).tags()
                : buses.existing(tx, BusName.of(caller, text), time.instant()).tags());
        return Events.ListTagsForResourceResponse.of(r -> r.tags(Tags.told(tags)));
    }

    void add(Caller caller, String arn, List<Events.Tag> more) {
        change(caller, arn, tags -> Tags.with(tags, more));
    }

    void remove(Caller caller, String arn, List<String> keys) {
        change(caller, arn, tags -> Tags.without(tags, keys));
    }

    private void change(Caller caller, String text, UnaryOperator<Map<String, String>> how) {
        var arn = taggable(text);
        var now = time.instant();
        store.change(tx -> {
            if (isRule(arn)) {
                rules.changeTags(tx, Rules.key(arn), how);
            } else {
                buses.changeTags(tx, BusName.of(caller, text), now, how);
            }
        });
    }

    private static Arn taggable(String text) {
        if (!Arn.isArn(text) || !isRule(Arn.parse(text)) && !Arn.parse(text).resource().startsWith("event-bus/")) {
            throw Refusals.badArn(text);
        }
        return Arn.parse(text);
    }

    private static boolean isRule(Arn arn) {
        return arn.resource().startsWith("rule/");
    }
}
