package dev.aloft.service.lambda;

import static dev.aloft.service.lambda.TemplateProperties.map;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Lambda;
import java.util.Map;
import java.util.Objects;

/** The property ProvisionedConcurrencyConfig of versions and aliases in templates. */
final class ProvisionedProperty {
    static final String NAME = "ProvisionedConcurrencyConfig";

    private ProvisionedProperty() {}

    /** Puts what the template says on a version or alias, where it differs from what it said before. */
    static void apply(Lambda lambda, Caller caller, FunctionName name, Map<String, Object> before,
            Map<String, Object> after) {
        Integer old = wanted(before);
        Integer wanted = wanted(after);
        if (Objects.equals(old, wanted)) {
            return;
        }
        if (wanted == null) {
            lambda.deleteProvisionedConcurrencyConfig(caller, Lambda.DeleteProvisionedConcurrencyConfigRequest.of(
                    r -> r.functionName(name.arn()).qualifier(name.qualifier())));
        } else {
            lambda.putProvisionedConcurrencyConfig(caller, Lambda.PutProvisionedConcurrencyConfigRequest.of(
                    r -> r.functionName(name.arn()).qualifier(name.qualifier())
                    .provisionedConcurrentExecutions(wanted)));
        }
    }

    private static Integer wanted(Map<String, Object> properties) {
        Map<String, Object> setting = map(properties, NAME);
        if (setting == null) {
            return null;
        }
        Object number = setting.get("ProvisionedConcurrentExecutions");
        try {
            return Integer.valueOf(String.valueOf(number));
        } catch (NumberFormatException e) {
            throw ApiError.of("ValidationError", 400,
                    "Value of property ProvisionedConcurrentExecutions must be of type Integer");
        }
    }
}
