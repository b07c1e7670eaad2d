package dev.aloft.cli;

import dev.aloft.api.CloudFormation;
import dev.aloft.api.CloudFormation.DeleteStackRequest;
import dev.aloft.api.CloudFormation.DescribeStacksRequest;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code aloft down}: removes a stack and all that it made. */
@Command(name = "down", mixinStandardHelpOptions = true, description = "Removes a stack and everything that it made.")
final class Down implements Callable<Integer> {
    @Parameters(paramLabel = "STACK", description = "The stack's name.")
    private String stack;

    @Mixin
    private Connection connection;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        var out = spec.commandLine().getOut();
        var cloudFormation = CloudFormation.at(connection.endpoint());
        var id = cloudFormation
                .describeStacks(connection.caller(), DescribeStacksRequest.of(r -> r.stackName(stack)))
                .stacks()
                .getFirst()
                .stackId();
        out.println("Deleting stack " + stack);
        var progress = new StackProgress(cloudFormation, connection.caller(), out);
        progress.forgetPast(id);
        cloudFormation.deleteStack(connection.caller(), DeleteStackRequest.of(r -> r.stackName(stack)));
        var left = progress.follow(id);
        if (!left.stackStatus().equals("DELETE_COMPLETE")) {
            throw new CommandFailed("Stack " + stack + " is " + left.stackStatus() + progress.why(left));
        }
        return 0;
    }
}
