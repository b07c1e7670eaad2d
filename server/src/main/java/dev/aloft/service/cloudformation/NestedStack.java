package dev.aloft.service.cloudformation;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.CloudFormation.StackStatus;
import dev.aloft.api.CloudFormation;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.cloudformation.template.TemplateError;
import dev.aloft.service.cloudformation.template.Trees;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** {@code AWS::CloudFormation::Stack}: a stack inside another one. */
final class NestedStack implements ResourceType {
    /** What was acknowledged for the outer stack holds for the inner one. */
    private static final List<String> CAPABILITIES =
            List.of("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND");
    private static final int LONGEST_NAME = 128;

    private final CloudFormationData data;
    private final Store store;
    private final Time time;
    private final Stacks stacks;
    private final Templates templates;

    NestedStack(CloudFormationData data, Store store, Time time, Stacks stacks, Templates templates) {
        this.data = data;
        this.store = store;
        this.time = time;
        this.stacks = stacks;
        this.templates = templates;
    }

    @Override
    public String type() {
        return "AWS::CloudFormation::Stack";
    }

    @Override
    public Set<String> properties() {
        return Set.of("TemplateURL", "Parameters", "Tags", "TimeoutInMinutes");
    }

    @Override
    public Set<String> required() {
        return Set.of("TemplateURL");
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        var outer = stack(Arn.parse(desired.stackId()).resourceName());
        var name = desired.generatedName(LONGEST_NAME);
        var inner = stacks.find(caller, name).filter(found -> desired.stackId().equals(found.parent()))
                .orElseGet(() -> stacks.create(caller, name,
                        asked(caller, desired, outer.settings().role(), minutes(desired)), false, outer));
        var done = awaited(inner);
        if (!done.status().equals(StackStatus.CREATE_COMPLETE)) {
            var reason = reason(done);
            if (!done.isDeleted()) {
                stacks.delete(caller, done, List.of(), null, null);
                awaited(done);
            }
            throw new TemplateError("Embedded stack " + done.arn() + " was not successfully created: " + reason);
        }
        return resource(done);
    }

    private StackRequest asked(Caller caller, Desired desired, String role, Integer minutes) {
        return new StackRequest(text(caller, desired), parameters(desired), tags(desired), CAPABILITIES, null, role,
                "ROLLBACK", false, minutes, null, new StackPolicies.Kept(null, null, null));
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        var inner = awaited(stack(Arn.parse(physicalId).resourceName()));
        try {
            stacks.update(caller, inner, asked(caller, after, null, null));
        } catch (ApiError e) {
            if ("No updates are to be performed.".equals(e.getMessage())) {
                return resource(inner);
            }
            throw e;
        }
        var done = awaited(inner);
        if (!done.status().equals(StackStatus.UPDATE_COMPLETE)) {
            throw new TemplateError("Embedded stack " + done.arn() + " was not successfully updated. Currently in "
                    + done.status() + " with reason: " + reason(done));
        }
        return resource(done);
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        var found = store.read(tx -> data.stack(tx, Arn.parse(physicalId).resourceName()));
        if (found.isEmpty() || found.get().isDeleted()) {
            return;
        }
        if (!found.get().status().equals(StackStatus.DELETE_IN_PROGRESS)) {
            stacks.delete(caller, awaited(found.get()), List.of(), null, null);
        }
        var done = awaited(found.get());
        if (!done.isDeleted()) {
            throw new TemplateError("Embedded stack " + done.arn() + " was not successfully deleted: " + reason(done));
        }
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        return store.read(tx -> data.stack(tx, Arn.parse(physicalId).resourceName()))
                .filter(stack -> !stack.isDeleted())
                .map(NestedStack::resource);
    }

    private Stack stack(String id) {
        return store.read(tx -> data.stack(tx, id)).orElseThrow(() -> Refusals.noStackWithId(id));
    }

    private static Resource resource(Stack stack) {
        var attributes = new LinkedHashMap<String, Object>();
        stack.outputs().forEach(output -> attributes.put("Outputs." + output.name(), output.value()));
        return new Resource(stack.arn(), attributes);
    }

    private Stack awaited(Stack stack) {
        try {
            while (true) {
                long seen = data.ended.count();
                var now = stack(stack.id());
                if (!now.isBusy()) {
                    return now;
                }
                time.await(data.ended, seen, time.instant().plus(time.backstop()));
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new TemplateError("Interrupted");
        }
    }

    /** The first thing that failed. */
    private String reason(Stack stack) {
        return store.read(tx -> data.events.range(tx, Key.of(stack.id())).map(row -> row.value())
                .filter(event -> event.reason() != null && event.status().endsWith("_FAILED"))
                .map(StackEvent::reason).findFirst()).orElse(String.valueOf(stack.reason()));
    }

    private String text(Caller caller, Desired desired) {
        return templates.text(caller, null, Trees.text(desired.properties().get("TemplateURL")));
    }

    private static Integer minutes(Desired desired) {
        var given = desired.properties().get("TimeoutInMinutes");
        return given == null ? null : Integer.valueOf(Trees.text(given));
    }

    private static List<CloudFormation.Parameter> parameters(Desired desired) {
        return Trees.map(desired.properties().get("Parameters")).entrySet().stream()
                .map(entry -> CloudFormation.Parameter.of(p -> p.parameterKey(entry.getKey())
                        .parameterValue(entry.getValue() instanceof List<?> list
                                ? String.join(",", list.stream().map(Trees::text).toList())
                                : Trees.text(entry.getValue()))))
                .toList();
    }

    /** The outer stack's tags, and its own. */
    private static Map<String, String> tags(Desired desired) {
        var tags = new LinkedHashMap<String, String>();
        desired.tags().forEach((key, value) -> {
            if (!key.startsWith("aws:")) {
                tags.put(key, value);
            }
        });
        Trees.list(desired.properties().get("Tags")).forEach(tag ->
                tags.put(Trees.text(Trees.map(tag).get("Key")), Trees.text(Trees.map(tag).get("Value"))));
        return tags;
    }
}
