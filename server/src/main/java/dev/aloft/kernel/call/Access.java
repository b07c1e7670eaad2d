package dev.aloft.kernel.call;

import java.util.List;

/**
 * What a call asks of IAM.
 *
 * @param action    IAM's name of it, such as {@code lambda:InvokeFunction}; not always the operation's
 * @param resources the ARNs concerned, all of which must be allowed; {@code *} where the operation names none
 * @see <a href="https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html">
 *     Actions, resources, and condition keys</a>
 */
public record Access(String action, List<String> resources) {
    public static Access to(String action, String... resources) {
        return new Access(action, resources.length == 0 ? List.of("*") : List.of(resources));
    }
}
