package dev.aloft.cli;

import dev.aloft.api.ApiError;
import dev.aloft.api.Logs.DescribeLogGroupsRequest;
import dev.aloft.api.Logs.FilterLogEventsRequest;
import dev.aloft.api.Logs.FilteredLogEvent;
import dev.aloft.api.Logs.LogGroup;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code aloft logs}: what functions wrote, several together in the order of time. */
@Command(name = "logs", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Shows what functions wrote to their logs.")
final class Logs implements Callable<Integer> {
    private static final Duration LOOK_EVERY = Duration.ofMillis(500);
    private static final String FUNCTION_GROUPS = "/aws/lambda/";

    @Parameters(
            arity = "0..1",
            paramLabel = "STACK|FUNCTION|GROUP",
            description = "A stack, a function (its name or STACK/LogicalId) or a log group (default: all functions).")
    private String of;

    @Option(names = {"-f", "--follow"}, description = "Go on as more is written.")
    private boolean follow;

    @Option(names = "--since", paramLabel = "DURATION", defaultValue = "PT1H",
            description = "How far back, as PT10M or P1D (default: ${DEFAULT-VALUE}).")
    private Duration since;

    @Mixin
    private Connection connection;

    @Spec
    private CommandSpec spec;

    private final Set<String> seen = new HashSet<>();
    private dev.aloft.api.Logs logs;

    @Override
    public Integer call() throws InterruptedException {
        var out = spec.commandLine().getOut();
        logs = dev.aloft.api.Logs.at(connection.endpoint());
        var from = Instant.now().minus(since);
        do {
            from = print(from, out);
            if (follow) {
                Thread.sleep(LOOK_EVERY);
            }
        } while (follow);
        return 0;
    }

    /** Prints what was not seen since this moment and returns the moment to look from next. */
    private Instant print(Instant from, PrintWriter out) {
        var fresh = new ArrayList<FilteredLogEvent>();
        for (var group : groups()) {
            fresh.addAll(events(group, from));
        }
        fresh.removeIf(event -> !seen.add(event.eventId()));
        fresh.sort(Comparator.comparing(FilteredLogEvent::timestamp));
        fresh.forEach(event ->
                out.println(Instant.ofEpochMilli(event.timestamp()) + " " + event.message().stripTrailing()));
        out.flush();
        // Events may arrive late: look a little behind what was shown, and leave out what was seen.
        return fresh.isEmpty() ? from : Instant.ofEpochMilli(fresh.getLast().timestamp()).minus(Duration.ofSeconds(10));
    }

    private List<FilteredLogEvent> events(String group, Instant from) {
        var all = new ArrayList<FilteredLogEvent>();
        String token = null;
        do {
            var next = token;
            try {
                var page = logs.filterLogEvents(connection.caller(), FilterLogEventsRequest.of(
                        r -> r.logGroupName(group).startTime(from.toEpochMilli()).nextToken(next)));
                all.addAll(page.events());
                token = page.nextToken();
            } catch (ApiError e) {
                if (e.code().equals("ResourceNotFoundException")) {
                    return all;
                }
                throw e;
            }
        } while (token != null);
        return all;
    }

    private List<String> groups() {
        if (of != null && of.startsWith("/")) {
            requireGroup();
            return List.of(of);
        }
        if (of == null) {
            return logs.describeLogGroups(
                            connection.caller(),
                            DescribeLogGroupsRequest.of(r -> r.logGroupNamePrefix(FUNCTION_GROUPS)))
                    .logGroups()
                    .stream()
                    .map(LogGroup::logGroupName)
                    .toList();
        }
        var functions = new Functions(connection);
        var ofStack = of.contains("/") ? List.<String>of() : functions.ofStack(of).stream()
                .map(each -> FUNCTION_GROUPS + each.physicalResourceId())
                .toList();
        if (!ofStack.isEmpty()) {
            return ofStack;
        }
        var function = functions.name(of);
        if (!functions.exists(function)) {
            throw new CommandFailed("There is no stack with functions and no function called " + of + " in "
                    + connection.region()
                    + ". aloft status lists the stacks; a log group's name begins with /.");
        }
        return List.of(FUNCTION_GROUPS + function);
    }

    private void requireGroup() {
        boolean known = logs
                .describeLogGroups(connection.caller(), DescribeLogGroupsRequest.of(r -> r.logGroupNamePrefix(of)))
                .logGroups().stream().anyMatch(group -> group.logGroupName().equals(of));
        if (!known && !follow) {
            throw new CommandFailed("There is no log group " + of + " in " + connection.region()
                    + ". A function's group is made when it first runs; -f waits for it.");
        }
    }
}
