/**
 * Amazon EventBridge Scheduler: schedules in groups, each of which calls one target under a role.
 *
 * <pre>
 *   CreateSchedule ─► due (the next moment of each schedule) ─► Firing ─ promise + next moment, one commit ─► Carrier
 *        a target by its ARN ─► kernel.call.Targets
 *        arn:aws:scheduler:::aws-sdk:service:action ─► any operation by name
 *        given up ─► dead-letter queue
 * </pre>
 *
 * <p>A schedule that fell due while the platform was down is called once when it is back, the longest overdue first.
 *
 * <p>Left out: targets of services that are not here (ECS, SageMaker, …).
 *
 * @see <a href="https://docs.aws.amazon.com/scheduler/latest/UserGuide/what-is-scheduler.html">EventBridge
 *     Scheduler</a>
 */
package dev.aloft.service.scheduler;
