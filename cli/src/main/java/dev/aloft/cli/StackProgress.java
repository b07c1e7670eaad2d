package dev.aloft.cli;

import dev.aloft.api.Caller;
import dev.aloft.api.CloudFormation;
import dev.aloft.api.CloudFormation.DescribeStackEventsRequest;
import dev.aloft.api.CloudFormation.DescribeStacksRequest;
import dev.aloft.api.CloudFormation.Stack;
import dev.aloft.api.CloudFormation.StackEvent;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Shows a stack's events as they come, a line a resource, with a tick and the time it took. */
final class StackProgress {
    private static final Duration LOOK_EVERY = Duration.ofMillis(100);

    private final CloudFormation cloudFormation;
    private final Caller caller;
    private final PrintWriter out;
    private final Set<String> seen = new HashSet<>();
    private final Map<String, Instant> begun = new HashMap<>();

    StackProgress(CloudFormation cloudFormation, Caller caller, PrintWriter out) {
        this.cloudFormation = cloudFormation;
        this.caller = caller;
        this.out = out;
    }

    /** Says what begins. */
    void begin(String stackId, String name, boolean update) {
        out.println((update ? "Updating stack " : "Creating stack ") + name);
        out.flush();
        if (update) {
            forgetPast(stackId);
        }
    }

    /** What happened until now is not shown. */
    void forgetPast(String stackId) {
        events(stackId).forEach(event -> seen.add(event.eventId()));
    }

    /** Prints what happens until the stack has come to rest, and returns it. */
    Stack follow(String stackId) {
        while (true) {
            var stack = cloudFormation
                    .describeStacks(caller, DescribeStacksRequest.of(r -> r.stackName(stackId)))
                    .stacks()
                    .getFirst();
            boolean atRest = !stack.stackStatus().endsWith("_IN_PROGRESS")
                    || stack.stackStatus().equals("REVIEW_IN_PROGRESS");
            printNew(stackId);
            if (atRest) {
                return stack;
            }
            pause();
        }
    }

    private void printNew(String stackId) {
        var fresh = new ArrayList<StackEvent>();
        for (var event : events(stackId)) {
            if (seen.add(event.eventId())) {
                fresh.addFirst(event);
            }
        }
        fresh.forEach(this::print);
        out.flush();
    }

    private void print(StackEvent event) {
        var status = event.resourceStatus();
        var resource = event.logicalResourceId();
        if (status.endsWith("_IN_PROGRESS")) {
            begun.putIfAbsent(resource, event.timestamp());
            return;
        }
        if (event.physicalResourceId() != null && event.physicalResourceId().equals(event.stackId())) {
            return;
        }
        boolean failed = status.endsWith("_FAILED");
        var took = Duration.between(begun.getOrDefault(resource, event.timestamp()), event.timestamp());
        begun.remove(resource);
        out.printf(
                "  %s %-34s %-38s %s %5.1f s%s%n",
                failed ? "✗" : "✓",
                resource,
                event.resourceType(),
                word(status),
                took.toMillis() / 1000.0,
                failed && event.resourceStatusReason() != null ? "\n      " + event.resourceStatusReason() : "");
    }

    private static String word(String status) {
        return switch (status) {
            case "CREATE_COMPLETE" -> "created";
            case "UPDATE_COMPLETE" -> "updated";
            case "DELETE_COMPLETE" -> "deleted";
            case "DELETE_SKIPPED" -> "kept   ";
            default -> status.toLowerCase().replace('_', ' ');
        };
    }

    private Iterable<StackEvent> events(String stackId) {
        return cloudFormation
                .describeStackEvents(caller, DescribeStackEventsRequest.of(r -> r.stackName(stackId)))
                .stackEvents();
    }

    private static void pause() {
        try {
            Thread.sleep(LOOK_EVERY);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailed("interrupted; the deployment goes on, aloft status shows it");
        }
    }
}
