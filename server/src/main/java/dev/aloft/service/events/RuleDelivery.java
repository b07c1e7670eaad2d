package dev.aloft.service.events;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Events;
import dev.aloft.api.Principal;
import java.time.Instant;

/**
 * An event on its way to a target of a rule that wants it, with the target as it was when the event came.
 *
 * @param event    as it is kept: under the key of its bus, or as it is
 * @param ingested when the event arrived on the bus
 * @param trace    an X-Ray trace header, or null
 */
record RuleDelivery(
        String account,
        String region,
        String bus,
        String rule,
        Events.Target target,
        byte[] event,
        Instant ingested,
        String trace) {
    String ruleArn() {
        return Rules.arn(account, region, bus, rule);
    }

    BusName busName() {
        return new BusName(account, region, bus);
    }

    RuleDelivery with(byte[] other) {
        return new RuleDelivery(account, region, bus, rule, target, other, ingested, trace);
    }

    /** As in the target's ARN. */
    String targetService() {
        return Arn.parse(target.arn()).service();
    }

    String ruleName() {
        return rule;
    }

    /** EventBridge on behalf of the rule: the target's resource policy decides. */
    Caller asService(String requestId) {
        return caller(new Principal.Service("events.amazonaws.com", ruleArn()), requestId);
    }

    /** The rule's own account, as which EventBridge puts events on other buses where it was given no role. */
    Caller asAccount(String requestId) {
        return caller(new Principal.Root(account), requestId);
    }

    /** What goes in circles through deliveries is not cut by its depth. */
    private Caller caller(Principal principal, String requestId) {
        return new Caller(account, region, principal, requestId, trace, 0, null, null, null);
    }
}
