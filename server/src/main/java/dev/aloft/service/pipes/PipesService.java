package dev.aloft.service.pipes;

import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Pipes;
import dev.aloft.api.Shape;
import dev.aloft.kernel.call.Access;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.Service;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.call.WebServers;
import dev.aloft.kernel.delivery.Deliveries;
import dev.aloft.kernel.delivery.Dispatch;
import dev.aloft.kernel.delivery.Dispatches;
import dev.aloft.kernel.identity.Roles;
import dev.aloft.kernel.metric.Metrics;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Signal;
import dev.aloft.kernel.time.Time;
import dev.aloft.kernel.time.Worker;
import java.util.List;

/** The operations of Amazon EventBridge Pipes. */
public final class PipesService implements Service, Pipes {
    private final PipesData data = new PipesData();
    private final Signal signal = new Signal();
    private final PipeStore pipes;
    private final PipePollers pollers;
    private final Deliveries<Dispatch> deadLetters;
    private final List<ResourceType> resourceTypes;

    public PipesService(Store platform, Targets targets, WebServers webServers, Metrics metrics, Time time,
            Endpoint endpoint, Roles roles) {
        var store = platform.in("pipes");
        var keys = new PipeKeys(endpoint, roles, time);
        pipes = new PipeStore(data, new PipeRules(webServers), keys, store, time, signal::raise);
        deadLetters = new Deliveries<>("dead-letters", store, time, Codec.of(Dispatch.class),
                new Dispatches(targets, roles::assume));
        pollers = new PipePollers(data, store, endpoint, webServers, keys, deadLetters, metrics, time);
        resourceTypes = List.of(new PipesResources(Pipes.at(endpoint)));
    }

    @Override
    public List<ResourceType> resourceTypes() {
        return resourceTypes;
    }

    @Override
    public List<Worker> workers() {
        return List.of(new Worker("pipes", signal, pollers::turn), deadLetters.worker());
    }

    @Override
    public Access access(Caller caller, Shape input) {
        return switch ((Request) input) {
            case CreatePipeRequest r -> pipe("CreatePipe", caller, r.name())
                    .passing(r.roleArn(), "pipes.amazonaws.com");
            case UpdatePipeRequest r -> pipe("UpdatePipe", caller, r.name())
                    .passing(r.roleArn(), "pipes.amazonaws.com");
            case DescribePipeRequest r -> pipe("DescribePipe", caller, r.name());
            case DeletePipeRequest r -> pipe("DeletePipe", caller, r.name());
            case StartPipeRequest r -> pipe("StartPipe", caller, r.name());
            case StopPipeRequest r -> pipe("StopPipe", caller, r.name());
            case ListPipesRequest _ -> Access.to("pipes:ListPipes");
            case ListTagsForResourceRequest r -> Access.to("pipes:ListTagsForResource", r.resourceArn());
            case TagResourceRequest r -> Access.to("pipes:TagResource", r.resourceArn());
            case UntagResourceRequest r -> Access.to("pipes:UntagResource", r.resourceArn());
        };
    }

    private static Access pipe(String operation, Caller caller, String name) {
        return Access.to("pipes:" + operation, caller.arn("pipes", "pipe/" + name).toString());
    }

    /**
     * On AWS a pipe takes minutes to be what it is told to be; here it is so at once, and only the answer tells the
     * way.
     */
    @Override
    public CreatePipeResponse createPipe(Caller caller, CreatePipeRequest input) {
        var it = pipes.create(caller, input);
        return CreatePipeResponse.of(r -> r.arn(it.arn()).name(it.name()).desiredState(it.settings().desiredState())
                .currentState(PipeState.CREATING).creationTime(it.created()).lastModifiedTime(it.modified()));
    }

    @Override
    public UpdatePipeResponse updatePipe(Caller caller, UpdatePipeRequest input) {
        var it = pipes.update(caller, input);
        return UpdatePipeResponse.of(r -> r.arn(it.arn()).name(it.name()).desiredState(it.settings().desiredState())
                .currentState(PipeState.UPDATING).creationTime(it.created()).lastModifiedTime(it.modified()));
    }

    @Override
    public DescribePipeResponse describePipe(Caller caller, DescribePipeRequest input) {
        var it = pipes.opened(caller, input.name());
        var s = it.settings();
        return DescribePipeResponse.of(r -> r.arn(it.arn()).name(it.name()).description(s.description())
                .desiredState(s.desiredState()).currentState(PipeStore.state(it)).source(s.source())
                .sourceParameters(s.sourceParameters()).enrichment(s.enrichment())
                        .enrichmentParameters(s.enrichmentParameters())
                .target(s.target()).targetParameters(s.targetParameters()).roleArn(s.roleArn()).tags(s.tags())
                        .logConfiguration(PipeStore.log(s.logConfiguration()))
                .kmsKeyIdentifier(s.kmsKeyIdentifier() == null || s.kmsKeyIdentifier().isEmpty() ? null
                        : s.kmsKeyIdentifier())
                .creationTime(it.created()).lastModifiedTime(it.modified()));
    }

    @Override
    public DeletePipeResponse deletePipe(Caller caller, DeletePipeRequest input) {
        var it = pipes.delete(caller, input.name());
        return DeletePipeResponse.of(r -> r.arn(it.arn()).name(it.name()).desiredState("DELETED")
                .currentState(PipeState.DELETING)
                .creationTime(it.created()).lastModifiedTime(it.modified()));
    }

    @Override
    public StartPipeResponse startPipe(Caller caller, StartPipeRequest input) {
        // One that runs already is not started.
        boolean ran = pipes.get(caller, input.name()).runs();
        var it = pipes.setState(caller, input.name(), RequestedPipeState.RUNNING);
        return StartPipeResponse.of(r -> r.arn(it.arn()).name(it.name()).desiredState(it.settings().desiredState())
                .currentState(ran ? PipeState.RUNNING : PipeState.STARTING).creationTime(it.created())
                .lastModifiedTime(it.modified()));
    }

    @Override
    public StopPipeResponse stopPipe(Caller caller, StopPipeRequest input) {
        boolean ran = pipes.get(caller, input.name()).runs();
        var it = pipes.setState(caller, input.name(), RequestedPipeState.STOPPED);
        return StopPipeResponse.of(r -> r.arn(it.arn()).name(it.name()).desiredState(it.settings().desiredState())
                .currentState(ran ? PipeState.STOPPING : PipeState.STOPPED).creationTime(it.created())
                .lastModifiedTime(it.modified()));
    }

    @Override
    public ListPipesResponse listPipes(Caller caller, ListPipesRequest input) {
        return pipes.list(caller, input);
    }

    @Override
    public ListTagsForResourceResponse listTagsForResource(Caller caller, ListTagsForResourceRequest input) {
        var tags = pipes.tags(caller, input.resourceArn());
        return ListTagsForResourceResponse.of(r -> r.tags(tags));
    }

    @Override
    public TagResourceResponse tagResource(Caller caller, TagResourceRequest input) {
        pipes.changeTags(caller, input.resourceArn(), tags -> {
            tags.putAll(input.tags());
            return tags;
        });
        return TagResourceResponse.of(_ -> {});
    }

    @Override
    public UntagResourceResponse untagResource(Caller caller, UntagResourceRequest input) {
        pipes.changeTags(caller, input.resourceArn(), tags -> {
            input.tagKeys().forEach(tags::remove);
            return tags;
        });
        return UntagResourceResponse.of(_ -> {});
    }
}
