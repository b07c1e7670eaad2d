package dev.aloft.service.lambda;

import static dev.aloft.service.lambda.TemplateProperties.list;
import static dev.aloft.service.lambda.TemplateProperties.map;
import static dev.aloft.service.lambda.TemplateProperties.text;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Lambda;
import dev.aloft.kernel.call.ResourceType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * @see <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-alias.html">
 *     AWS::Lambda::Alias</a>
 */
record AliasResource(Lambda lambda) implements ResourceType {
    @Override
    public String type() {
        return "AWS::Lambda::Alias";
    }

    @Override
    public Set<String> properties() {
        return Set.of("FunctionName", "Name", "FunctionVersion", "Description", "RoutingConfig",
                ProvisionedProperty.NAME);
    }

    @Override
    public List<String> members() {
        return List.of(
                "RoutingConfig: AdditionalVersionWeights",
                "RoutingConfig/AdditionalVersionWeights: FunctionVersion! FunctionWeight!",
                "ProvisionedConcurrencyConfig: ProvisionedConcurrentExecutions!");
    }

    @Override
    public Set<String> required() {
        return Set.of("FunctionName", "Name", "FunctionVersion");
    }

    @Override
    public Set<String> replacedBy() {
        return Set.of("FunctionName", "Name");
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        Map<String, Object> p = desired.properties();
        Resource alias = created(caller, p);
        return ResourceType.complete(alias.physicalId(), () -> {
            ProvisionedProperty.apply(lambda, caller, FunctionName.of(caller, alias.physicalId()), Map.of(), p);
            return alias;
        });
    }

    private Resource created(Caller caller, Map<String, Object> p) {
        try {
            return resource(lambda
                    .createAlias(caller, Lambda.CreateAliasRequest.of(r -> r.functionName(text(p, "FunctionName"))
                    .name(text(p, "Name")).functionVersion(text(p, "FunctionVersion"))
                    .description(text(p, "Description"))
                    .routingConfig(routing(p)))));
        } catch (Lambda.ResourceConflictException e) {
            // Nothing in an alias tells who made it: one that is as wanted is taken for our own earlier work.
            var there = lambda.getAlias(caller,
                    Lambda.GetAliasRequest.of(r -> r.functionName(text(p, "FunctionName")).name(text(p, "Name"))));
            if (there.functionVersion().equals(text(p, "FunctionVersion"))
                    && there.description().equals(Objects.requireNonNullElse(text(p, "Description"), ""))
                    && Objects.equals(there.routingConfig(), routing(p))) {
                return resource(there);
            }
            throw e;
        }
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        Map<String, Object> p = after.properties();
        ProvisionedProperty.apply(lambda, caller, FunctionName.of(caller, physicalId), before.properties(), p);
        return resource(lambda
                .updateAlias(caller, Lambda.UpdateAliasRequest.of(r -> r.functionName(text(p, "FunctionName"))
                .name(text(p, "Name")).functionVersion(text(p, "FunctionVersion"))
                .description(Objects.requireNonNullElse(text(p, "Description"), ""))
                .routingConfig(Objects.requireNonNullElse(routing(p),
                        Lambda.AliasRoutingConfiguration.of(c -> c.additionalVersionWeights(Map.of())))))));
    }

    private static Lambda.AliasRoutingConfiguration routing(Map<String, Object> p) {
        Map<String, Object> given = map(p, "RoutingConfig");
        List<Map<String, Object>> weights = given == null ? null : list(given, "AdditionalVersionWeights");
        if (weights == null || weights.isEmpty()) {
            return null;
        }
        var byVersion = new HashMap<String, Double>();
        for (Map<String, Object> each : weights) {
            try {
                byVersion.put(text(each, "FunctionVersion"), Double.valueOf(text(each, "FunctionWeight")));
            } catch (NumberFormatException | NullPointerException e) {
                throw ApiError.of("ValidationError", 400, "Value of property FunctionWeight must be of type Double");
            }
        }
        return Lambda.AliasRoutingConfiguration.of(c -> c.additionalVersionWeights(byVersion));
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        FunctionName name = FunctionName.of(caller, physicalId);
        lambda.deleteAlias(caller,
                Lambda.DeleteAliasRequest.of(r -> r.functionName(name.arn()).name(name.qualifier())));
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        FunctionName name = FunctionName.of(caller, physicalId);
        try {
            return Optional.of(resource(lambda.getAlias(caller,
                    Lambda.GetAliasRequest.of(r -> r.functionName(name.arn()).name(name.qualifier())))));
        } catch (Lambda.ResourceNotFoundException _) {
            return Optional.empty();
        }
    }

    private static Resource resource(Lambda.AliasConfiguration alias) {
        return new Resource(alias.aliasArn(), Map.of("AliasArn", alias.aliasArn()));
    }
}
