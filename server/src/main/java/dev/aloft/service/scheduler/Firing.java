package dev.aloft.service.scheduler;

import dev.aloft.kernel.delivery.Deliveries;
import dev.aloft.kernel.store.Due;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.scheduler.SchedulerData.KeptSchedule;
import dev.aloft.service.scheduler.SchedulerData.Moment;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Promises the calls of schedules that fell due, the longest overdue first, many in a commit. */
final class Firing {
    private static final int BATCH = 500;

    private final SchedulerData data;
    private final Schedules schedules;
    private final Deliveries<Invocation> invocations;
    private final Store store;
    private final Time time;

    Firing(SchedulerData data, Schedules schedules, Deliveries<Invocation> invocations, Store store, Time time) {
        this.data = data;
        this.schedules = schedules;
        this.invocations = invocations;
        this.store = store;
        this.time = time;
    }

    Optional<Instant> turn() {
        List<Due.Waiting<Moment>> due;
        do {
            var now = time.instant();
            due = store.<List<Due.Waiting<Moment>>>read(tx -> data.due.due(tx, now, BATCH));
            var some = due;
            if (!some.isEmpty()) {
                store.change(tx -> some.forEach(waiting -> fire(tx, waiting, now)));
            }
        } while (due.size() == BATCH);
        return store.read(data.due::next);
    }

    /** The call and the schedule's next moment are one commit; whoever comes second finds nothing to do. */
    private void fire(Tx tx, Due.Waiting<Moment> waiting, Instant now) {
        if (data.due.get(tx, waiting.id()).filter(it -> it.at().equals(waiting.at())).isEmpty()) {
            return;
        }
        var found = data.schedules.get(tx, waiting.id()).filter(KeptSchedule::enabled);
        if (found.isEmpty()) {
            data.due.cancel(tx, waiting.id());
            return;
        }
        var schedule = found.get();
        var scheduled = waiting.value().scheduled();
        var next = Expression.of(schedule).next(schedule, scheduled, now);
        schedules.next(tx, schedule, next);
        var id = UUID.nameUUIDFromBytes((schedule.arn() + "/" + scheduled).getBytes(StandardCharsets.UTF_8)).toString();
        // Due when it was, so that what waited longest is called first after a pause.
        invocations.promise(tx, id, new Invocation(schedule.account(), schedule.region(), schedule.group(),
                schedule.name(),
                schedule.target(), scheduled, next.isEmpty() && schedule.isDeletedAtItsEnd(), schedule.sealed()),
                waiting.at());
    }
}
