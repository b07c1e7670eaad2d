package dev.aloft.service.events;

import dev.aloft.api.Caller;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Due;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Space;
import dev.aloft.kernel.store.Table;
import dev.aloft.kernel.time.Signal;
import java.time.Instant;
import java.util.Map;

/** What EventBridge keeps, by account, region and the rule's name. */
final class EventsData {
    final Signal due = new Signal();
    final Table<KeptRule> rules = Table.of("rules", Codec.of(KeptRule.class));
    /** By one more element: the target's id. */
    final Table<KeptTarget> targets = Table.of("targets", Codec.of(KeptTarget.class));
    /** When each enabled rule fires next; the id is the rule's key. */
    final Due<Key> schedules = new Due<>(Space.of("schedules"), Codec.KEY, due);
    /** Events that are on their way; the id is the event's and the target's. */
    final Due<Delivery> deliveries = new Due<>(Space.of("deliveries"), Codec.of(Delivery.class), due);

    record KeptRule(
            String account,
            String region,
            String name,
            String schedule,
            boolean enabled,
            String description,
            String roleArn,
            Map<String, String> tags) {
        String arn() {
            return "arn:aws:events:" + region + ":" + account + ":rule/" + name;
        }

        Key key() {
            return Key.of(account, region, name);
        }

        KeptRule withEnabled(boolean changed) {
            return new KeptRule(account, region, name, schedule, changed, description, roleArn, tags);
        }

        KeptRule withTags(Map<String, String> changed) {
            return new KeptRule(account, region, name, schedule, enabled, description, roleArn, changed);
        }
    }

    /**
     * Of input, inputPath and template at most one is there.
     *
     * @param inputPaths values for the template, by the names it uses
     */
    record KeptTarget(
            String id,
            String arn,
            String input,
            String inputPath,
            String template,
            Map<String, String> inputPaths,
            Integer maximumRetries,
            Integer maximumAgeSeconds) {}

    /** @param attempts how often it failed */
    record Delivery(
            String account,
            String region,
            String ruleArn,
            String targetArn,
            byte[] event,
            Instant first,
            int attempts,
            int maximumRetries,
            int maximumAgeSeconds) {
        Delivery failed() {
            return new Delivery(account, region, ruleArn, targetArn, event, first, attempts + 1, maximumRetries,
                    maximumAgeSeconds);
        }
    }

    static Key all(Caller caller) {
        return Key.of(caller.account(), caller.region());
    }

    static Key key(Caller caller, String name) {
        return Key.of(caller.account(), caller.region(), name);
    }
}
