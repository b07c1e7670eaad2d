package dev.aloft.service.cloudformation;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.CloudFormation;
import dev.aloft.service.cloudformation.deploy.StackScope;
import dev.aloft.service.cloudformation.template.Evaluate;
import dev.aloft.service.cloudformation.template.Template;
import dev.aloft.service.cloudformation.template.TemplateError;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** A template and parameters on their way to being a stack's: read, completed with defaults, transformed, checked. */
final class Preparation {
    private final Templates templates;
    private final Outside outside;
    private final Caller caller;
    private final String stackName;
    final String text;
    final Map<String, Object> tree;
    final Map<String, String> parameters = new LinkedHashMap<>();
    final Map<String, String> resolved = new LinkedHashMap<>();
    private Template template;
    private StoredTemplate stored;

    /** @param before the stack's settings until now, or null */
    Preparation(Templates templates, Outside outside, Caller caller, String stackName, String text,
            List<CloudFormation.Parameter> given, Settings before) {
        this.stackName = stackName;
        this.templates = templates;
        this.outside = outside;
        this.caller = caller;
        this.text = text;
        this.tree = Templates.tree(text);
        if (!isTransformed()) {
            // What is wrong with the template comes before what is wrong with the parameters.
            Templates.told(() -> Template.read(tree));
        }
        complete(given == null ? List.of() : given, before);
    }

    boolean isTransformed() {
        return Templates.isTransformed(tree);
    }

    private void complete(List<CloudFormation.Parameter> given, Settings before) {
        var declared = Templates.told(() -> Template.parameters(tree));
        var values = new LinkedHashMap<String, String>();
        for (var parameter : given) {
            if (Boolean.TRUE.equals(parameter.usePreviousValue())) {
                if (before == null || !before.parameters().containsKey(parameter.parameterKey())) {
                    throw Refusals.validation("Invalid input for parameter key " + parameter.parameterKey()
                            + ". Cannot specify usePreviousValue as true for a parameter key not in "
                            + "the previous template");
                }
                values.put(parameter.parameterKey(), before.parameters().get(parameter.parameterKey()));
            } else {
                values.put(parameter.parameterKey(),
                        parameter.parameterValue() == null ? "" : parameter.parameterValue());
            }
        }
        var unknown = new TreeSet<>(values.keySet());
        unknown.removeAll(declared.keySet());
        if (!unknown.isEmpty()) {
            throw Refusals.validation("Parameters: [" + String.join(", ", unknown) + "] do not exist in the template");
        }
        var missing = new TreeSet<String>();
        declared.forEach((name, parameter) -> {
            var value = values.containsKey(name) ? values.get(name) : parameter.fallback().orElse(null);
            if (value == null) {
                missing.add(name);
            } else {
                parameters.put(name, value);
            }
        });
        if (!missing.isEmpty()) {
            throw Refusals.validation("Parameters: [" + String.join(", ", missing) + "] must have values");
        }
        Templates.told(() -> {
            parameters.forEach((name, value) -> declared.get(name).check(value));
            return null;
        });
        parameters.forEach((name, value) -> {
            if (declared.get(name).stored()) {
                resolved.put(name, outside.parameter(caller, value).orElseThrow(() ->
                        Refusals.validation("Parameter " + name
                                + " should either have input value or default value")));
            }
        });
    }

    /** The transformed, checked template; what is wrong with it is told as a caller is told. */
    Template template() {
        if (template == null) {
            template = Templates.told(this::transform);
        }
        return template;
    }

    /** The same where the one who asked is told later. */
    Template transform() {
        if (template == null) {
            var values = new LinkedHashMap<>(parameters);
            values.putAll(resolved);
            var transformed = isTransformed() ? templates.transformed(caller, tree, values) : tree;
            var read = Template.read(transformed);
            var conditions = conditions(read);
            templates.checkTypes(read, conditions::condition);
            templates.checkAttributes(read);
            read.checkExisting(conditions::condition);
            for (var resource : read.resources().values()) {
                resource.deletionPolicy().in(conditions);
                resource.updateReplacePolicy().in(conditions);
            }
            template = read;
            stored = new StoredTemplate(text, transformed, isTransformed());
        }
        return template;
    }

    private Evaluate conditions(Template read) {
        var stack = new Stack(caller.account(), caller.region(), "", stackName, null, null, null, null, null, null,
                null, List.of(), null, null, null, false);
        var settings = new Settings(null, parameters, resolved, Map.of(), List.of(), null, List.of(), null,
                false, null);
        return new Evaluate(read, new StackScope(stack, read, settings, _ -> null, true, outside.of(caller, stack)));
    }

    StoredTemplate stored() {
        transform();
        return stored;
    }

    /** Evaluates the template's rules about its parameters. */
    void checkRules(Stack stack, Settings settings) {
        var scope = new StackScope(stack, template(), settings, _ -> null, true, outside.of(caller, stack));
        var evaluate = new Evaluate(template, scope);
        template.rules().forEach((name, rule) -> {
            if (rule.condition().map(evaluate::holds).orElse(true)) {
                for (var assertion : rule.assertions()) {
                    if (!evaluate.holds(assertion.holds())) {
                        throw new TemplateError("Template rule " + name + " is not satisfied: "
                                + assertion.description());
                    }
                }
            }
        });
    }

    /** Refuses types that the caller has not allowed. */
    void checkTypes(List<String> allowed) {
        if (allowed == null || allowed.isEmpty()) {
            return;
        }
        for (var resource : template().resources().values()) {
            var type = resource.type();
            if (allowed.stream().noneMatch(pattern -> pattern.equals(type)
                    || pattern.endsWith("*") && type.startsWith(pattern.substring(0, pattern.length() - 1)))) {
                throw Refusals.validation("Resource type " + type + " is not allowed by parameter ResourceTypes ["
                        + String.join(", ", allowed) + "]");
            }
        }
    }

    /** The ways to deploy that are newer than change sets; the standard one is what there is. */
    static void refuseUnbuilt(CloudFormation.DeploymentConfig config) {
        if (config == null) {
            return;
        }
        if (CloudFormation.DeploymentConfigMode.EXPRESS.equals(config.mode())) {
            throw ApiError.notBuilt("The deployment mode EXPRESS");
        }
        if (Boolean.TRUE.equals(config.disableRollback())) {
            throw ApiError.notBuilt("The parameter DeploymentConfig.DisableRollback");
        }
    }

    static void refuseUnbuilt(List<String> notifications, CloudFormation.RollbackConfiguration rollback) {
        if (notifications != null && !notifications.isEmpty()) {
            throw ApiError.notBuilt("The parameter NotificationARNs");
        }
        if (rollback != null && (rollback.rollbackTriggers() != null && !rollback.rollbackTriggers().isEmpty()
                || rollback.monitoringTimeInMinutes() != null && rollback.monitoringTimeInMinutes() > 0)) {
            throw ApiError.notBuilt("The parameter RollbackConfiguration");
        }
    }
}
