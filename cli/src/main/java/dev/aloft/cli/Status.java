package dev.aloft.cli;

import dev.aloft.api.CloudFormation;
import dev.aloft.api.CloudFormation.DescribeStacksRequest;
import dev.aloft.api.CloudFormation.Stack;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code aloft status}: whether the platform runs, and what is deployed. */
@Command(name = "status", mixinStandardHelpOptions = true,
        description = "Shows whether the platform runs and what is deployed on it.")
final class Status implements Callable<Integer> {
    /** What the command ends with when no platform runs, as service managers do. */
    private static final int NOT_RUNNING = 3;

    @Mixin
    private Connection connection;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        var out = spec.commandLine().getOut();
        var health = new Background(connection.url()).health();
        if (health.isEmpty()) {
            out.println("No platform is running at " + connection.url() + ". aloft up DIR or aloft start starts one.");
            return NOT_RUNNING;
        }
        out.println("Aloft " + health.get().get("version") + " is running at " + connection.url() + ", process "
                + health.get().get("pid") + ", data in " + health.get().get("data"));
        if (health.get().get("isolation") instanceof String isolation) {
            out.println("Functions are isolated by: " + isolation);
        }
        if (health.get().get("snapStart") instanceof Number waiting && waiting.intValue() > 0) {
            out.println("SnapStart: environments that wait frozen after their init: " + waiting
                    + "; no image of memory is kept.");
        }
        var stacks = stacks();
        if (stacks.isEmpty()) {
            out.println("No stacks in " + connection.region() + ".");
        }
        var urls = new GatewayUrls(connection.url());
        for (var stack : stacks) {
            out.println();
            out.printf("%s  %s%n", stack.stackName(), stack.stackStatus());
            for (var output : stack.outputs() == null ? List.<CloudFormation.Output>of() : stack.outputs()) {
                out.printf("  %s  %s%n", output.outputKey(), urls.rewrite(output.outputValue()));
            }
        }
        return 0;
    }

    private List<Stack> stacks() {
        var cloudFormation = CloudFormation.at(connection.endpoint());
        var all = new ArrayList<Stack>();
        String token = null;
        do {
            var next = token;
            var page = cloudFormation
                    .describeStacks(connection.caller(), DescribeStacksRequest.of(r -> r.nextToken(next)));
            all.addAll(page.stacks() == null ? List.of() : page.stacks());
            token = page.nextToken();
        } while (token != null);
        return all;
    }
}
