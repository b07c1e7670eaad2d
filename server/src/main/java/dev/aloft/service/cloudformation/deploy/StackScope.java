package dev.aloft.service.cloudformation.deploy;

import dev.aloft.api.ApiError;
import dev.aloft.service.cloudformation.Settings;
import dev.aloft.service.cloudformation.Stack;
import dev.aloft.service.cloudformation.StackResource.Incarnation;
import dev.aloft.service.cloudformation.template.Evaluate;
import dev.aloft.service.cloudformation.template.Parameter;
import dev.aloft.service.cloudformation.template.Scope;
import dev.aloft.service.cloudformation.template.Template;
import dev.aloft.service.cloudformation.template.TemplateError;
import dev.aloft.service.cloudformation.template.Trees;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** What a template's functions know in one stack. */
public final class StackScope implements Scope {
    /** What lies outside the stack. */
    public interface Outside {
        /** The value of another stack's export. */
        Optional<String> export(String name);

        /** What a dynamic reference stands for. */
        String dynamic(String service, String reference);
    }

    private static final String SECRETS = "secretsmanager";

    private final Stack stack;
    private final Template template;
    private final Settings settings;
    private final Function<String, Incarnation> existing;
    private final boolean isPlan;
    private final Outside outside;
    private final Set<String> imported = ConcurrentHashMap.newKeySet();

    /**
     * @param existing the resource with a logical id, or null where there is none yet
     * @param isPlan   whether what does not exist yet is unknown instead of an error
     */
    public StackScope(Stack stack, Template template, Settings settings, Function<String, Incarnation> existing,
            boolean isPlan, Outside outside) {
        this.stack = stack;
        this.template = template;
        this.settings = settings;
        this.existing = existing;
        this.isPlan = isPlan;
        this.outside = outside;
    }

    /** The exports that were asked for. */
    Set<String> imported() {
        return imported;
    }

    @Override
    public Object ref(String name) {
        return switch (name) {
            case "AWS::AccountId" -> stack.account();
            case "AWS::Region" -> stack.region();
            case "AWS::StackName" -> stack.name();
            case "AWS::StackId" -> stack.arn();
            case "AWS::Partition" -> "aws";
            case "AWS::URLSuffix" -> "amazonaws.com";
            case "AWS::NotificationARNs" -> new ArrayList<Object>(settings.notifications());
            default -> {
                var parameter = template.parameters().get(name);
                if (parameter != null) {
                    var value = parameter.stored() ? settings.resolved().get(name) : settings.parameters().get(name);
                    yield parameter.meaning(value == null ? "" : value);
                }
                var resource = existing.apply(name);
                if (resource != null) {
                    yield resource.physicalId();
                }
                if (isPlan) {
                    yield Evaluate.KNOWN_AFTER_APPLY;
                }
                throw new TemplateError("Template format error: Unresolved resource dependencies [" + name
                        + "] in the Resources block of the template");
            }
        };
    }

    @Override
    public Object attribute(String name, String attribute) {
        var resource = existing.apply(name);
        if (resource == null) {
            if (isPlan) {
                return Evaluate.KNOWN_AFTER_APPLY;
            }
            throw new TemplateError("Template format error: Unresolved resource dependencies [" + name
                    + "] in the Resources block of the template");
        }
        var value = within(resource.attributes(), attribute);
        if (value == null) {
            if (isPlan) {
                return Evaluate.KNOWN_AFTER_APPLY;
            }
            throw new TemplateError("Template error: resource " + name + " does not support attribute type " + attribute
                    + " in Fn::GetAtt");
        }
        return Trees.copy(value);
    }

    /** An attribute, or a member of one that is an object: {@code SnapStartResponse.ApplyOn}. */
    private static Object within(Map<?, ?> attributes, String name) {
        int dot = name.indexOf('.');
        return attributes.containsKey(name) || dot < 0 ? attributes.get(name)
                : attributes.get(name.substring(0, dot)) instanceof Map<?, ?> object
                ? within(object, name.substring(dot + 1)) : null;
    }

    @Override
    public Object export(String name) {
        imported.add(name);
        var value = outside.export(name);
        if (value.isEmpty() && isPlan) {
            return Evaluate.KNOWN_AFTER_APPLY;
        }
        return value.orElseThrow(() -> new TemplateError("No export named " + name + " found."));
    }

    /** A plan does without a secret that is not there: it may be one that the stack makes. */
    @Override
    public String dynamic(String service, String reference) {
        try {
            return outside.dynamic(service, reference);
        } catch (ApiError | TemplateError e) {
            if (isPlan && service.equals(SECRETS)) {
                return Evaluate.KNOWN_AFTER_APPLY;
            }
            throw e;
        }
    }

    /** The same for outputs, which everybody may read: what is secret is not put into them. */
    Scope forOutputs() {
        return withoutSecrets(this::ref);
    }

    /** The same for change sets and events, which tell no NoEcho parameters either. */
    public Scope shown() {
        return withoutSecrets(name -> {
            var parameter = template.parameters().get(name);
            return parameter != null && parameter.noEcho() ? Parameter.HIDDEN : ref(name);
        });
    }

    private Scope withoutSecrets(Function<String, Object> ref) {
        return new Scope() {
            @Override
            public Object ref(String name) {
                return ref.apply(name);
            }

            @Override
            public Object attribute(String resource, String attribute) {
                return StackScope.this.attribute(resource, attribute);
            }

            @Override
            public Object export(String name) {
                return StackScope.this.export(name);
            }

            @Override
            public String dynamic(String service, String reference) {
                return service.equals(SECRETS) || service.equals("ssm-secure")
                        ? "{{resolve:" + service + ":" + reference + "}}" : StackScope.this.dynamic(service, reference);
            }
        };
    }
}
