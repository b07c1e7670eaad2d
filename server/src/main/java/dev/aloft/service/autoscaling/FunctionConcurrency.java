package dev.aloft.service.autoscaling;

import dev.aloft.api.ApplicationAutoScaling.ValidationException;
import dev.aloft.api.Caller;
import dev.aloft.api.CloudWatch.Dimension;
import dev.aloft.api.Lambda;
import java.util.List;

/**
 * The provisioned concurrency of a Lambda function's alias or version.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html">Provisioned concurrency</a>
 */
record FunctionConcurrency(Lambda lambda, String resource, String function, String qualifier) implements Scalable {
    static FunctionConcurrency of(Lambda lambda, TargetId id) {
        var parts = id.resource().split(":");
        return new FunctionConcurrency(lambda, id.resource(), parts[1], parts[2]);
    }

    @Override
    public String service() {
        return "lambda.application-autoscaling.amazonaws.com";
    }

    @Override
    public String roleName() {
        return "AWSServiceRoleForApplicationAutoScaling_LambdaConcurrency";
    }

    @Override
    public String noun() {
        return "desired concurrency";
    }

    @Override
    public int current(Caller role) {
        try {
            return lambda.getProvisionedConcurrencyConfig(role, Lambda.GetProvisionedConcurrencyConfigRequest.of(
                    r -> r.functionName(function).qualifier(qualifier))).requestedProvisionedConcurrentExecutions();
        } catch (Lambda.ProvisionedConcurrencyConfigNotFoundException _) {
            return 0;
        } catch (Lambda.ResourceNotFoundException | Lambda.InvalidParameterValueException _) {
            throw new ValidationException("Lambda function does not exist: " + resource);
        }
    }

    /** None is no setting at all. */
    @Override
    public void set(Caller role, int capacity) {
        if (capacity == 0) {
            lambda.deleteProvisionedConcurrencyConfig(role, Lambda.DeleteProvisionedConcurrencyConfigRequest.of(
                    r -> r.functionName(function).qualifier(qualifier)));
            return;
        }
        lambda.putProvisionedConcurrencyConfig(role, Lambda.PutProvisionedConcurrencyConfigRequest.of(
                r -> r.functionName(function).qualifier(qualifier).provisionedConcurrentExecutions(capacity)));
    }

    @Override
    public Predefined predefined() {
        return new Predefined("LambdaProvisionedConcurrencyUtilization", 0.1, 0.9, "AWS/Lambda",
                "ProvisionedConcurrencyUtilization", "Average", List.of(new Dimension("FunctionName", function),
                        new Dimension("Resource", function + ":" + qualifier)));
    }
}
