package dev.aloft.service.cloudformation.sam;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** The event source ScheduleV2: a schedule of EventBridge Scheduler and the role with which it calls. */
record ScheduleEvent(Event event, Object targetArn, Map<String, Object> passed) {
    private static final List<String> SAME =
            List.of("ScheduleExpression", "State", "Description", "StartDate", "EndDate",
            "ScheduleExpressionTimezone", "GroupName", "KmsKeyArn");
    private static final Set<String> OWN =
            Set.of("PermissionsBoundary", "FlexibleTimeWindow", "Name", "Input", "RoleArn",
            "DeadLetterConfig", "RetryPolicy", "OmitName");

    /** @param policy the policy that lets the schedule call the target with this ARN */
    List<Generated> make(Function<Object, Map<String, Object>> policy) {
        var known = new HashSet<>(OWN);
        known.addAll(SAME);
        event.allow(known);
        event.require("ScheduleExpression");
        if (event.get("OmitName") != null && !(event.get("OmitName") instanceof Boolean)) {
            throw event.wrongType("OmitName");
        }
        var resources = new ArrayList<Generated>();
        var schedule = new Generated(event.id(), "AWS::Scheduler::Schedule", passed);
        SAME.forEach(name -> schedule.with(name, event.get(name)));
        if (!Functions.isTrue(event.get("OmitName"))) {
            schedule.with("Name", event.get("Name") == null ? event.id() : event.get("Name"));
        } else if (event.get("Name") != null) {
            throw event.wholeError("Name cannot be set when OmitName is True");
        }
        schedule.with("FlexibleTimeWindow", Functions.given(event.get("FlexibleTimeWindow"))
                ? event.get("FlexibleTimeWindow") : Functions.map("Mode", "OFF"));
        resources.add(schedule);
        var queue = event.get("DeadLetterConfig") == null ? null
                : FunctionEvents.deadLetterQueue(event, null, passed, resources);
        var role = event.get("RoleArn");
        if (!Functions.given(role)) {
            var policies = Functions.list(policy.apply(targetArn));
            if (queue != null) {
                policies.add(Role.sendMessage(event.id(), queue));
            }
            var made = new Generated(event.id() + "Role", "AWS::IAM::Role", passed)
                    .with("AssumeRolePolicyDocument", Role.trust("scheduler.amazonaws.com")).with("Policies", policies)
                    .with("PermissionsBoundary", event.get("PermissionsBoundary"));
            resources.add(made);
            role = made.arn();
        }
        schedule.with("Target", Functions.map("Arn", targetArn, "RoleArn", role, "Input", event.get("Input"),
                "DeadLetterConfig", queue == null ? null : Functions.map("Arn", queue),
                "RetryPolicy", event.get("RetryPolicy")));
        return resources;
    }
}
