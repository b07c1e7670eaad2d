package dev.aloft.service.pipes;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Pipes;
import dev.aloft.kernel.call.NamedType;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** AWS::Pipes::Pipe. */
final class PipesResources extends NamedType {
    /** What an update says where the template says nothing: what it does not say stays. */
    private static final Map<String, Object> UNSAID = Map.of("Description", "", "DesiredState", "RUNNING",
            "Enrichment", "", "EnrichmentParameters", Map.of(), "TargetParameters", Map.of(),
            "LogConfiguration", Map.of("Level", "OFF"), "KmsKeyIdentifier", "");

    private static final Map<String, String> SOURCES = Map.of("sqs", "SqsQueueParameters",
            "kinesis", "KinesisStreamParameters", "dynamodb", "DynamoDBStreamParameters");

    private static final List<String> POSITIONS = List.of("StartingPosition", "StartingPositionTimestamp");

    private final Pipes pipes;

    PipesResources(Pipes pipes) {
        super("AWS::Pipes::Pipe", "Name", 64, Set.of("RoleArn", "Source", "Target"),
                Set.of("Description", "DesiredState",
                "SourceParameters", "Enrichment", "EnrichmentParameters", "TargetParameters", "Tags",
                        "LogConfiguration", "KmsKeyIdentifier"),
                Set.of("Source"));
        this.pipes = pipes;
    }

    /** Where a stream is read from is of the creation alone. */
    @Override
    public Set<String> replacedBy(Map<String, Object> before, Map<String, Object> after) {
        if (positions(before).equals(positions(after))) {
            return replacedBy();
        }
        var replacing = new HashSet<>(replacedBy());
        replacing.add("SourceParameters");
        return replacing;
    }

    private static List<String> positions(Map<String, Object> properties) {
        return properties.get("SourceParameters") instanceof Map<?, ?> source
                ? source.values().stream().filter(Map.class::isInstance).map(each -> (Map<?, ?>) each)
                        .flatMap(each -> POSITIONS.stream().filter(each::containsKey).map(each::get))
                        .map(String::valueOf)
                        .toList()
                : List.of();
    }

    @Override
    protected void make(Caller caller, String named, Desired desired) {
        pipes.createPipe(caller, desired.input(Pipes.CREATE_PIPE, Pipes.CreatePipeRequest.class,
                Map.of("Name", named, "Tags", desired.marked()), Set.of()));
    }

    @Override
    protected boolean isOurs(Caller caller, String named, Desired desired) {
        return desired.isMarkedIn(pipe(caller, named).tags());
    }

    @Override
    protected void change(Caller caller, String named, Desired before, Desired after) {
        var more = new LinkedHashMap<String, Object>(UNSAID);
        more.keySet().removeAll(after.properties().keySet());
        more.put("Name", named);
        more.put("SourceParameters", sourceParameters(after));
        pipes.updatePipe(caller, after.input(Pipes.UPDATE_PIPE, Pipes.UpdatePipeRequest.class, more,
                Set.of("Source", "Tags")));
        var arn = pipe(caller, named).arn();
        var gone = before.tagsGoneIn(after);
        if (!gone.isEmpty()) {
            pipes.untagResource(caller, Pipes.UntagResourceRequest.of(r -> r.resourceArn(arn).tagKeys(gone)));
        }
        pipes.tagResource(caller, Pipes.TagResourceRequest.of(r -> r.resourceArn(arn).tags(after.marked())));
    }

    /** All that an update takes: what it does not say would stay. */
    private static Map<Object, Object> sourceParameters(Desired desired) {
        var changed = new LinkedHashMap<Object, Object>();
        var kind = SOURCES.get(Arn.parse(desired.properties().get("Source").toString()).service());
        if (kind != null) {
            changed.put(kind, Map.of());
        }
        if (desired.properties().get("SourceParameters") instanceof Map<?, ?> source) {
            changed.putAll(source);
        }
        changed.replaceAll((_, value) -> {
            if (!(value instanceof Map<?, ?> map)) {
                return value;
            }
            var rest = new LinkedHashMap<Object, Object>(map);
            rest.keySet().removeAll(POSITIONS);
            return rest;
        });
        return changed;
    }

    @Override
    protected void remove(Caller caller, String named) {
        pipes.deletePipe(caller, Pipes.DeletePipeRequest.of(r -> r.name(named)));
    }

    private Pipes.DescribePipeResponse pipe(Caller caller, String named) {
        return pipes.describePipe(caller, Pipes.DescribePipeRequest.of(r -> r.name(named)));
    }

    @Override
    protected Resource describe(Caller caller, String named) {
        var pipe = pipe(caller, named);
        return new Resource(named, Map.of("Arn", pipe.arn(), "CurrentState", pipe.currentState(),
                "StateReason", Objects.toString(pipe.stateReason(), ""),
                "CreationTime", pipe.creationTime().toString(),
                "LastModifiedTime", pipe.lastModifiedTime().toString()));
    }
}
