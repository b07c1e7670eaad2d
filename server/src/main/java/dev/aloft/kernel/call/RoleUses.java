package dev.aloft.kernel.call;

import java.util.List;
import java.util.Map;

/** Tells what still needs a role that belongs to a service. */
@FunctionalInterface
public interface RoleUses {
    /**
     * The ARNs of what needs it, by region.
     *
     * @param account whose role it is
     * @param service whose it is, such as {@code dynamodb.application-autoscaling.amazonaws.com}
     */
    Map<String, List<String>> of(String account, String service);
}
