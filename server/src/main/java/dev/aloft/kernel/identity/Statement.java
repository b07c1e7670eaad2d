package dev.aloft.kernel.identity;

import dev.aloft.api.Principal;
import java.util.List;

/**
 * One statement of a policy.
 *
 * @param principals whom it is about, or null in an identity policy, which is about whoever has it
 * @param actions    the actions, or those excepted
 * @param resources  the resources, or those excepted; empty where it is about the resource that has the policy
 */
record Statement(
        String sid,
        boolean allow,
        Principals principals,
        boolean exceptActions,
        List<Wildcard> actions,
        boolean exceptResources,
        List<ArnPattern> resources,
        List<Condition> conditions) {

    /** Whether it speaks about this, whoever asks. */
    boolean concerns(String action, String resource, Keys keys) {
        return actionMatches(action) != exceptActions
                && (resources.isEmpty() || resourceMatches(resource, keys) != exceptResources)
                && conditions.stream().allMatch(condition -> condition.holds(keys));
    }

    Principals.Match match(Principal principal) {
        return principals == null ? Principals.Match.EXACT : principals.match(principal);
    }

    private boolean actionMatches(String action) {
        for (var pattern : actions) {
            if (pattern.matches(action, key -> null, true)) {
                return true;
            }
        }
        return false;
    }

    private boolean resourceMatches(String resource, Keys keys) {
        for (var pattern : resources) {
            if (pattern.matches(resource, keys)) {
                return true;
            }
        }
        return false;
    }
}
