package dev.aloft.service.lambda;

import static dev.aloft.service.lambda.TemplateProperties.map;
import static dev.aloft.service.lambda.TemplateProperties.number;
import static dev.aloft.service.lambda.TemplateProperties.text;

import dev.aloft.api.Caller;
import dev.aloft.api.Lambda;
import dev.aloft.kernel.call.ResourceType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * @see <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventinvokeconfig.html">
 *     AWS::Lambda::EventInvokeConfig</a>
 */
record EventInvokeConfigResource(Lambda lambda) implements ResourceType {
    @Override
    public String type() {
        return "AWS::Lambda::EventInvokeConfig";
    }

    @Override
    public Set<String> properties() {
        return Set.of("FunctionName", "Qualifier", "DestinationConfig", "MaximumEventAgeInSeconds",
                "MaximumRetryAttempts");
    }

    @Override
    public List<String> members() {
        return List.of(
                "DestinationConfig: OnSuccess OnFailure",
                "DestinationConfig/OnSuccess: Destination!",
                "DestinationConfig/OnFailure: Destination!");
    }

    @Override
    public Set<String> required() {
        return Set.of("FunctionName", "Qualifier");
    }

    @Override
    public Set<String> replacedBy() {
        return Set.of("FunctionName", "Qualifier");
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        return put(caller, desired.properties());
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        return put(caller, after.properties());
    }

    private Resource put(Caller caller, Map<String, Object> p) {
        lambda.putFunctionEventInvokeConfig(caller, Lambda.PutFunctionEventInvokeConfigRequest.of(r -> r
                .functionName(text(p, "FunctionName")).qualifier(text(p, "Qualifier"))
                .destinationConfig(destinations(p))
                .maximumEventAgeInSeconds(number(p, "MaximumEventAgeInSeconds"))
                .maximumRetryAttempts(number(p, "MaximumRetryAttempts"))));
        return new Resource(text(p, "FunctionName") + "|" + text(p, "Qualifier"), Map.of());
    }

    private static Lambda.DestinationConfig destinations(Map<String, Object> p) {
        var given = map(p, "DestinationConfig");
        if (given == null) {
            return null;
        }
        var success = map(given, "OnSuccess");
        var failure = map(given, "OnFailure");
        return Lambda.DestinationConfig.of(d -> d
                .onSuccess(success == null ? null
                        : Lambda.OnSuccess.of(s -> s.destination(text(success, "Destination"))))
                .onFailure(failure == null ? null
                        : Lambda.OnFailure.of(f -> f.destination(text(failure, "Destination")))));
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        try {
            lambda.deleteFunctionEventInvokeConfig(caller, Lambda.DeleteFunctionEventInvokeConfigRequest.of(r -> r
                    .functionName(function(physicalId)).qualifier(qualifier(physicalId))));
        } catch (Lambda.ResourceNotFoundException _) {
            // gone already, perhaps with its function
        }
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        try {
            lambda.getFunctionEventInvokeConfig(caller, Lambda.GetFunctionEventInvokeConfigRequest.of(r -> r
                    .functionName(function(physicalId)).qualifier(qualifier(physicalId))));
            return Optional.of(new Resource(physicalId, Map.of()));
        } catch (Lambda.ResourceNotFoundException _) {
            return Optional.empty();
        }
    }

    private static String function(String physicalId) {
        return physicalId.substring(0, physicalId.lastIndexOf('|'));
    }

    private static String qualifier(String physicalId) {
        return physicalId.substring(physicalId.lastIndexOf('|') + 1);
    }
}
