package dev.aloft.cli;

import dev.aloft.api.ApiError;
import dev.aloft.api.CloudFormation;
import dev.aloft.api.CloudFormation.DescribeStackResourcesRequest;
import dev.aloft.api.CloudFormation.StackResource;
import dev.aloft.api.Lambda;
import dev.aloft.api.Lambda.GetFunctionConfigurationRequest;
import java.util.List;

/** Finds functions by what people call them: a stack, a logical id in a stack, or the function's own name. */
final class Functions {
    private final Connection connection;

    Functions(Connection connection) {
        this.connection = connection;
    }

    /** {@code STACK/LogicalId} as the function's name; anything else is a name already. */
    String name(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            return text;
        }
        var stack = text.substring(0, slash);
        var logicalId = text.substring(slash + 1);
        var functions = ofStack(stack);
        if (functions.isEmpty()) {
            throw new CommandFailed("There is no stack " + stack + " with functions in " + connection.region()
                    + ". aloft status lists the stacks.");
        }
        return functions.stream()
                .filter(each -> each.logicalResourceId().equals(logicalId))
                .findFirst()
                .orElseThrow(() -> new CommandFailed("Stack " + stack + " has no function " + logicalId + ". It has: "
                        + String.join(", ", functions.stream().map(StackResource::logicalResourceId).toList())))
                .physicalResourceId();
    }

    /** The functions of a stack, or an empty list where there is no such stack. */
    List<StackResource> ofStack(String stack) {
        return resources(stack).stream().filter(each -> each.resourceType().equals("AWS::Lambda::Function")).toList();
    }

    /** All that a stack made, or an empty list where there is no such stack. */
    List<StackResource> resources(String stack) {
        try {
            return CloudFormation.at(connection.endpoint())
                    .describeStackResources(connection.caller(),
                            DescribeStackResourcesRequest.of(r -> r.stackName(stack)))
                    .stackResources();
        } catch (ApiError e) {
            if (e.getMessage() != null && e.getMessage().contains("does not exist")) {
                return List.of();
            }
            throw e;
        }
    }

    boolean exists(String function) {
        try {
            Lambda.at(connection.endpoint())
                    .getFunctionConfiguration(connection.caller(),
                            GetFunctionConfigurationRequest.of(r -> r.functionName(function)));
            return true;
        } catch (ApiError e) {
            if (e.status() == 404) {
                return false;
            }
            throw e;
        }
    }
}
