package dev.aloft.service.pipes;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Operation;
import dev.aloft.api.Pipes;
import dev.aloft.api.Shape;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.wire.Trees;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** AWS::Pipes::Pipe. */
record PipesResources(Pipes pipes) implements ResourceType {
    private static final int MAX_NAME = 64;
    private static final String STACK = "aws:cloudformation:stack-id";
    private static final String LOGICAL_ID = "aws:cloudformation:logical-id";

    @Override
    public String type() {
        return "AWS::Pipes::Pipe";
    }

    @Override
    public Set<String> properties() {
        return Set.of("Name", "Description", "DesiredState", "Source", "SourceParameters", "Enrichment",
                "EnrichmentParameters",
                "Target", "TargetParameters", "RoleArn", "Tags", "LogConfiguration");
    }

    @Override
    public Set<String> required() {
        return Set.of("RoleArn", "Source", "Target");
    }

    @Override
    public Set<String> replacedBy() {
        return Set.of("Name", "Source");
    }

    private static <T extends Shape> T input(Operation operation, Class<T> type, Map<String, ?> properties, Map<String,
            ?> more) {
        var all = new LinkedHashMap<String, Object>(properties);
        all.putAll(more);
        return type.cast(Trees.lenient(operation.input(), all, path -> {
            throw ApiError.of("InvalidRequest", 400, "Encountered unsupported property " + path);
        }));
    }

    private static Map<String, String> tags(Desired desired) {
        var tags = new LinkedHashMap<>(desired.tags());
        if (desired.properties().get("Tags") instanceof Map<?, ?> given) {
            given.forEach((key, value) -> tags.put(key.toString(), String.valueOf(value)));
        }
        tags.put(STACK, desired.stackId());
        tags.put(LOGICAL_ID, desired.logicalId());
        return tags;
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        var name = desired.name("Name", MAX_NAME);
        try {
            pipes.createPipe(caller, input(Pipes.CREATE_PIPE, Pipes.CreatePipeRequest.class, desired.properties(),
                    Map.of("Name", name, "Tags", tags(desired))));
        } catch (Pipes.ConflictException e) {
            var known = describe(caller, name).tags();
            if (known == null || !desired.stackId().equals(known.get(STACK)) || !desired.logicalId()
                    .equals(known.get(LOGICAL_ID))) {
                throw e;
            }
        }
        return existing(caller, name);
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        var properties = new LinkedHashMap<>(after.properties());
        properties.remove("Source");
        properties.remove("Tags");
        if (properties.get("SourceParameters") instanceof Map<?, ?> source) {
            properties.put("SourceParameters", withoutPosition(source));
        }
        pipes.updatePipe(caller, input(Pipes.UPDATE_PIPE, Pipes.UpdatePipeRequest.class, properties,
                Map.of("Name", physicalId)));
        var made = existing(caller, physicalId);
        var arn = (String) made.attributes().get("Arn");
        var wanted = tags(after);
        var gone = tags(before).keySet().stream().filter(key -> !wanted.containsKey(key)).toList();
        if (!gone.isEmpty()) {
            pipes.untagResource(caller, Pipes.UntagResourceRequest.of(r -> r.resourceArn(arn).tagKeys(gone)));
        }
        pipes.tagResource(caller, Pipes.TagResourceRequest.of(r -> r.resourceArn(arn).tags(wanted)));
        return made;
    }

    /** Where reading starts is of the creation alone. */
    private static Map<Object, Object> withoutPosition(Map<?, ?> source) {
        var changed = new LinkedHashMap<Object, Object>(source);
        changed.replaceAll((_, value) -> {
            if (!(value instanceof Map<?, ?> map)) {
                return value;
            }
            var rest = new LinkedHashMap<Object, Object>(map);
            rest.remove("StartingPosition");
            rest.remove("StartingPositionTimestamp");
            return rest;
        });
        return changed;
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        try {
            pipes.deletePipe(caller, Pipes.DeletePipeRequest.of(r -> r.name(physicalId)));
        } catch (Pipes.NotFoundException _) {
            // Which is what was wanted.
        }
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        try {
            return Optional.of(existing(caller, physicalId));
        } catch (Pipes.NotFoundException _) {
            return Optional.empty();
        }
    }

    private Pipes.DescribePipeResponse describe(Caller caller, String name) {
        return pipes.describePipe(caller, Pipes.DescribePipeRequest.of(r -> r.name(name)));
    }

    private Resource existing(Caller caller, String name) {
        var pipe = describe(caller, name);
        return new Resource(name, Map.of("Arn", pipe.arn(), "CurrentState", pipe.currentState(),
                "CreationTime", pipe.creationTime().toString(), "LastModifiedTime", pipe.lastModifiedTime()
                        .toString()));
    }
}
