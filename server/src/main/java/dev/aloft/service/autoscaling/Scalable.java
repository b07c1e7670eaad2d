package dev.aloft.service.autoscaling;

import dev.aloft.api.Caller;
import dev.aloft.api.CloudWatch.Dimension;
import java.util.List;

/** A resource whose capacity is moved, in another service. All calls are made under the service-linked role. */
sealed interface Scalable permits TableCapacity, FunctionConcurrency {
    /** The service that the role trusts. */
    String service();

    String roleName();

    /** The capacity as activities name it, such as {@code read capacity units}. */
    String noun();

    /** Throws AWS's complaint where there is no such resource. */
    int current(Caller role);

    void set(Caller role, int capacity);

    /** The metric that policies may track without saying more. */
    Predefined predefined();

    /**
     * A predefined metric.
     *
     * @param type    as policies name it
     * @param least   what policies may aim at
     */
    record Predefined(String type, double least, double most, String namespace, String metric, String statistic,
            List<Dimension> dimensions) {}

    default String roleArn(String account) {
        return "arn:aws:iam::" + account + ":role/aws-service-role/" + service() + "/" + roleName();
    }
}
