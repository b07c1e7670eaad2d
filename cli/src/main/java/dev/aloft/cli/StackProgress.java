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
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Shows a stack's events as they come, a line a resource, with a tick and the time it took. */
final class StackProgress {
    private static final Duration LOOK_EVERY = Duration.ofMillis(100);

    private final CloudFormation cloudFormation;
    private final Caller caller;
    private final PrintWriter out;
    private final Set<String> seen = new HashSet<>();
    private final Map<String, Instant> begun = new HashMap<>();
    private String failure;

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
        events(stackId, _ -> {});
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
        events(stackId, fresh::addFirst);
        fresh.forEach(this::print);
        out.flush();
    }

    private void print(StackEvent event) {
        var status = event.resourceStatus();
        var resource = event.logicalResourceId();
        boolean stack = event.stackId().equals(event.physicalResourceId());
        if (failure == null && event.resourceStatusReason() != null
                && !event.resourceStatusReason().endsWith(" cancelled")
                && (status.endsWith("_FAILED") || stack && status.contains("ROLLBACK_IN_PROGRESS"))) {
            failure = (stack ? "" : resource + " (" + event.resourceType() + "): ") + event.resourceStatusReason();
        }
        if (status.endsWith("_IN_PROGRESS")) {
            begun.putIfAbsent(resource, event.timestamp());
            return;
        }
        if (stack) {
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
                failed && event.resourceStatusReason() != null
                ? "\n" + event.resourceStatusReason().indent(6).stripTrailing() : "");
    }

    /** What made the stack fail first, as the end of a sentence; empty where nothing did. */
    String why(Stack stack) {
        var reason = failure != null ? failure : stack.stackStatusReason();
        return reason == null ? "" : ": " + reason;
    }

    private static String word(String status) {
        return switch (status) {
            case "CREATE_COMPLETE" -> "created";
            case "UPDATE_COMPLETE" -> "updated";
            case "DELETE_COMPLETE" -> "deleted";
            case "DELETE_SKIPPED" -> "kept   ";
            default -> status.toLowerCase(Locale.ROOT).replace('_', ' ');
        };
    }

    /** Hands over the events that were not seen yet, the newest first: page by page until one is known. */
    private void events(String stackId, Consumer<StackEvent> fresh) {
        String token = null;
        do {
            var next = token;
            var page = cloudFormation.describeStackEvents(
                    caller, DescribeStackEventsRequest.of(r -> r.stackName(stackId).nextToken(next)));
            for (var event : page.stackEvents()) {
                if (!seen.add(event.eventId())) {
                    return;
                }
                fresh.accept(event);
            }
            token = page.nextToken();
        } while (token != null);
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
