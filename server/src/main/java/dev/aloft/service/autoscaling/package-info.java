/**
 * Application Auto Scaling: moves the provisioned capacity of DynamoDB tables and indexes and the provisioned
 * concurrency of Lambda functions, within bounds, as policies and schedules say.
 *
 * <pre>
 *   PutScalingPolicy ── ScalingPolicies ── PolicyAlarms: alarms in CloudWatch
 *   an alarm ── AutoScalingTarget ──┐
 *   RegisterScalableTarget ─────────┼─ due work ── Scaling ── a Scalable: UpdateTable, PutProvisionedConcurrencyConfig
 *   ScheduledActions, when due ─────┘                  └── Activities
 * </pre>
 *
 * Everything in other services is done under the service-linked role, which the first scalable target makes.
 *
 * <p>Left out: the resources of services that are not here, predictive scaling; step scaling, which AWS has for none of
 * these two services.
 *
 * @see <a href="https://docs.aws.amazon.com/autoscaling/application/userguide/what-is-application-auto-scaling.html">
 *     Application Auto Scaling</a>
 */
package dev.aloft.service.autoscaling;
