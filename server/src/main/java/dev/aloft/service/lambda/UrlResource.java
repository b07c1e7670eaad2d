package dev.aloft.service.lambda;

import static dev.aloft.service.lambda.TemplateProperties.map;
import static dev.aloft.service.lambda.TemplateProperties.number;
import static dev.aloft.service.lambda.TemplateProperties.text;
import static dev.aloft.service.lambda.TemplateProperties.texts;
import static dev.aloft.service.lambda.TemplateProperties.truth;

import dev.aloft.api.Caller;
import dev.aloft.api.Lambda;
import dev.aloft.kernel.call.ResourceType;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * @see <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-url.html">
 *     AWS::Lambda::Url</a>
 */
record UrlResource(Lambda lambda) implements ResourceType {
    @Override
    public String type() {
        return "AWS::Lambda::Url";
    }

    @Override
    public Set<String> properties() {
        return Set.of("TargetFunctionArn", "Qualifier", "AuthType", "Cors", "InvokeMode");
    }

    @Override
    public List<String> members() {
        return List.of(
                "Cors: AllowCredentials AllowHeaders AllowMethods AllowOrigins ExposeHeaders MaxAge");
    }

    @Override
    public Set<String> required() {
        return Set.of("TargetFunctionArn", "AuthType");
    }

    @Override
    public Set<String> replacedBy() {
        return Set.of("TargetFunctionArn", "Qualifier");
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        Map<String, Object> p = desired.properties();
        FunctionName name = FunctionName.of(caller, text(p, "TargetFunctionArn"), text(p, "Qualifier"));
        try {
            lambda.createFunctionUrlConfig(caller,
                    Lambda.CreateFunctionUrlConfigRequest.of(r -> r.functionName(name.arn())
                    .qualifier(name.qualifier()).authType(text(p, "AuthType")).cors(cors(p))
                    .invokeMode(text(p, "InvokeMode"))));
        } catch (Lambda.ResourceConflictException e) {
            // A URL tells nobody who made it: one that is as wanted is taken for our own earlier work.
            var there = lambda.getFunctionUrlConfig(caller, Lambda.GetFunctionUrlConfigRequest.of(
                    r -> r.functionName(name.arn()).qualifier(name.qualifier())));
            if (!there.authType().equals(text(p, "AuthType")) || !Objects.equals(there.cors(), cors(p))
                    || !there.invokeMode()
                    .equals(Objects.requireNonNullElse(text(p, "InvokeMode"), Lambda.InvokeMode.BUFFERED))) {
                throw e;
            }
        }
        return read(caller, name.qualifiedArn()).orElseThrow();
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        Map<String, Object> p = after.properties();
        FunctionName name = FunctionName.of(caller, physicalId);
        lambda.updateFunctionUrlConfig(caller, Lambda.UpdateFunctionUrlConfigRequest.of(r -> r.functionName(name.arn())
                .qualifier(name.qualifier()).authType(text(p, "AuthType"))
                .cors(Objects.requireNonNullElse(cors(p), Lambda.Cors.of(_ -> {})))
                .invokeMode(Objects.requireNonNullElse(text(p, "InvokeMode"), Lambda.InvokeMode.BUFFERED))));
        return read(caller, physicalId).orElseThrow();
    }

    private static Lambda.Cors cors(Map<String, Object> p) {
        Map<String, Object> given = map(p, "Cors");
        return given == null ? null : Lambda.Cors.of(c -> c.allowCredentials(truth(given, "AllowCredentials"))
                .allowHeaders(texts(given, "AllowHeaders")).allowMethods(texts(given, "AllowMethods"))
                .allowOrigins(texts(given, "AllowOrigins")).exposeHeaders(texts(given, "ExposeHeaders"))
                .maxAge(number(given, "MaxAge")));
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        FunctionName name = FunctionName.of(caller, physicalId);
        try {
            lambda.deleteFunctionUrlConfig(caller, Lambda.DeleteFunctionUrlConfigRequest.of(
                    r -> r.functionName(name.arn()).qualifier(name.qualifier())));
        } catch (Lambda.ResourceNotFoundException _) {
            // gone already, perhaps with its function
        }
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        FunctionName name = FunctionName.of(caller, physicalId);
        try {
            var url = lambda.getFunctionUrlConfig(caller, Lambda.GetFunctionUrlConfigRequest.of(
                    r -> r.functionName(name.arn()).qualifier(name.qualifier())));
            return Optional.of(new Resource(url.functionArn(),
                    Map.of("FunctionArn", url.functionArn(), "FunctionUrl", url.functionUrl())));
        } catch (Lambda.ResourceNotFoundException _) {
            return Optional.empty();
        }
    }
}
