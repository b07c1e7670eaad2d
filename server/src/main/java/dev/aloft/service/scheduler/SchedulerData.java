package dev.aloft.service.scheduler;

import dev.aloft.api.Caller;
import dev.aloft.api.Scheduler;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Due;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Space;
import dev.aloft.kernel.store.Table;
import dev.aloft.kernel.time.Signal;
import java.time.Instant;
import java.util.Map;

/** What EventBridge Scheduler keeps, by account and region. */
final class SchedulerData {
    static final String DEFAULT_GROUP = "default";

    final Signal signal = new Signal();
    /** By name. The default group is here only once it was tagged. */
    final Table<KeptGroup> groups = Table.of("groups", Codec.of(KeptGroup.class));
    /** By the names of group and schedule. */
    final Table<KeptSchedule> schedules = Table.of("schedules", Codec.of(KeptSchedule.class));
    /** The next call of each schedule that is enabled; the id is the schedule's key. */
    final Due<Moment> due = new Due<>(Space.of("due"), Codec.of(Moment.class), signal);
    /** Groups that are being deleted; the id is the group's key. */
    final Due<Key> deleting = new Due<>(Space.of("deleting"), Codec.KEY, signal);

    /** @param scheduled when the call is meant to be; within a flexible window it is made somewhat later */
    record Moment(Instant scheduled) {}

    record KeptGroup(
            String account,
            String region,
            String name,
            Map<String, String> tags,
            boolean isDeleting,
            String clientToken,
            Instant created,
            Instant modified) {
        String arn() {
            return groupArn(account, region, name);
        }

        Key key() {
            return Key.of(account, region, name);
        }

        KeptGroup with(Map<String, String> changed, boolean deleting) {
            return new KeptGroup(account, region, name, changed, deleting, clientToken, created, modified);
        }
    }

    /**
     * @param windowMinutes 0 where calls are made on time
     * @param target        without its input where there is a key
     * @param kmsKey        an ARN, or null for the key that AWS owns
     * @param sealed        the target's input under the key, or null
     */
    record KeptSchedule(
            String account,
            String region,
            String group,
            String name,
            String expression,
            String timezone,
            Instant start,
            Instant end,
            int windowMinutes,
            boolean enabled,
            boolean isDeletedAtItsEnd,
            String description,
            Scheduler.Target target,
            String clientToken,
            Instant created,
            Instant modified,
            String kmsKey,
            byte[] sealed) {
        String arn() {
            return scheduleArn(account, region, group, name);
        }

        Key key() {
            return Key.of(account, region, group, name);
        }
    }

    static String groupArn(String account, String region, String name) {
        return "arn:aws:scheduler:" + region + ":" + account + ":schedule-group/" + name;
    }

    static String scheduleArn(String account, String region, String group, String name) {
        return "arn:aws:scheduler:" + region + ":" + account + ":schedule/" + group + "/" + name;
    }

    static Key all(Caller caller) {
        return Key.of(caller.account(), caller.region());
    }

    static Key group(Caller caller, String name) {
        return Key.of(caller.account(), caller.region(), name == null ? DEFAULT_GROUP : name);
    }
}
