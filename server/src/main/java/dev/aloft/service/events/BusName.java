package dev.aloft.service.events;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.kernel.store.Key;

/** A bus as requests name it: by its name, by its ARN, or not at all, which is the default bus. */
record BusName(String account, String region, String name) {
    static BusName of(Caller caller, String nameOrArn) {
        if (nameOrArn == null) {
            return new BusName(caller.account(), caller.region(), EventsData.DEFAULT_BUS);
        }
        if (!Arn.isArn(nameOrArn)) {
            return new BusName(caller.account(), caller.region(), nameOrArn);
        }
        var arn = Arn.parse(nameOrArn);
        if (!arn.service().equals("events") || !arn.resource().startsWith("event-bus/")) {
            throw Refusals.badArn(nameOrArn);
        }
        return new BusName(arn.account(), arn.region(), arn.resource().substring("event-bus/".length()));
    }

    /** Of a key of the bus's own, or of one of its rules. */
    static BusName of(Key key) {
        return new BusName(key.text(0), key.text(1), key.text(2));
    }

    String arn() {
        return "arn:aws:events:" + region + ":" + account + ":event-bus/" + name;
    }

    Key key() {
        return Key.of(account, region, name);
    }

    boolean isDefault() {
        return name.equals(EventsData.DEFAULT_BUS);
    }
}
