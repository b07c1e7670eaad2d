package dev.aloft.service.scheduler;

import dev.aloft.api.JsonWriter;
import dev.aloft.api.Scheduler;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * One call of a schedule's target, with the target as it was when the schedule fell due.
 *
 * @param scheduled when it was meant to be
 * @param isLast    whether the schedule is deleted with it
 * @param sealed    the input under the schedule's key, or null where it lies in the target
 */
record Invocation(
        String account,
        String region,
        String group,
        String schedule,
        Scheduler.Target target,
        Instant scheduled,
        boolean isLast,
        byte[] sealed) {
    String arn() {
        return SchedulerData.scheduleArn(account, region, group, schedule);
    }

    static String time(Instant moment) {
        return moment.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** The same with an input that lies open. */
    Invocation with(String input) {
        return new Invocation(account, region, group, schedule, target.toBuilder().input(input).build(), scheduled,
                isLast, null);
    }

    /**
     * What the target is sent, the attributes of the call filled in.
     *
     * @see <a href="https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html">Context
     *     attributes</a>
     */
    String input(String executionId, int attempt) {
        var given = target.input() == null ? notification(executionId) : target.input();
        return given.replace("<aws.scheduler.schedule-arn>", arn())
                .replace("<aws.scheduler.scheduled-time>", time(scheduled))
                .replace("<aws.scheduler.execution-id>", executionId)
                .replace("<aws.scheduler.attempt-number>", String.valueOf(attempt));
    }

    /** What AWS sends where a schedule has no input. */
    private String notification(String executionId) {
        var event = new LinkedHashMap<String, Object>();
        event.put("version", "0");
        event.put("id", executionId);
        event.put("detail-type", "Scheduled Event");
        event.put("source", "aws.scheduler");
        event.put("account", account);
        event.put("time", time(scheduled));
        event.put("region", region);
        event.put("resources", List.of(arn()));
        event.put("detail", "{}");
        return JsonWriter.string(event);
    }
}
