package dev.aloft.service.autoscaling;

import dev.aloft.api.Caller;
import dev.aloft.kernel.store.Key;

/**
 * What tells a scalable target from all others.
 *
 * @param namespace of the service, such as {@code dynamodb}
 * @param resource  such as {@code table/orders}
 * @param dimension such as {@code dynamodb:table:ReadCapacityUnits}
 */
record TargetId(String account, String region, String namespace, String resource, String dimension) {
    static TargetId of(Caller caller, String namespace, String resource, String dimension) {
        return new TargetId(caller.account(), caller.region(), namespace, resource, dimension);
    }

    Key key() {
        return Key.of(account, region, namespace, resource, dimension);
    }

    /** As complaints name it. */
    String told() {
        return "service namespace: " + namespace + ", resource ID: " + resource + ", scalable dimension: " + dimension;
    }
}
