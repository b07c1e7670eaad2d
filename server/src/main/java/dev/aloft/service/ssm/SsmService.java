package dev.aloft.service.ssm;

import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Shape;
import dev.aloft.api.Ssm;
import dev.aloft.kernel.call.Access;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.Service;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.delivery.ServiceEvents;
import dev.aloft.kernel.envelope.Envelopes;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.kernel.time.Worker;
import java.util.List;

/** The operations of Parameter Store. */
public final class SsmService implements Service, Ssm {
    private final Parameters parameters;
    private final PutParameter putParameter;
    private final Labels labels;
    private final ServiceEvents events;
    private final List<ResourceType> resourceTypes;

    public SsmService(Store platform, KeyFile keys, Time time, Endpoint endpoint, Targets targets) {
        var data = new SsmData();
        var store = platform.in("ssm");
        events = new ServiceEvents("ssm", targets, store, time);
        var changes = new Changes(events);
        var secureValues = new SecureValues(new Envelopes("ssm", false, endpoint, time, SecureValues::refused), keys);
        parameters = new Parameters(data, secureValues, new SecretReferences(endpoint), changes, store);
        labels = new Labels(data, changes, store);
        putParameter = new PutParameter(data, secureValues, changes, store, time);
        resourceTypes = List.of(new SsmResources(Ssm.at(endpoint)));
    }

    @Override
    public List<Worker> workers() {
        return List.of(events.worker());
    }

    @Override
    public List<ResourceType> resourceTypes() {
        return resourceTypes;
    }

    @Override
    public Access access(Caller caller, Shape input) {
        return switch ((Request) input) {
            case GetParameterRequest r -> one("GetParameter", caller, r.name());
            case GetParametersRequest r -> several("GetParameters", caller, r.names());
            case GetParametersByPathRequest r -> one("GetParametersByPath", caller, r.path())
                .with("ssm:Recursive", Boolean.toString(Boolean.TRUE.equals(r.recursive())));
            case GetParameterHistoryRequest r -> one("GetParameterHistory", caller, r.name());
            case PutParameterRequest r -> one("PutParameter", caller, r.name())
                .with("ssm:Overwrite", Boolean.toString(Boolean.TRUE.equals(r.overwrite())));
            case LabelParameterVersionRequest r -> one("LabelParameterVersion", caller, r.name());
            case UnlabelParameterVersionRequest r -> one("UnlabelParameterVersion", caller, r.name());
            case DeleteParameterRequest r -> one("DeleteParameter", caller, r.name());
            case DeleteParametersRequest r -> several("DeleteParameters", caller, r.names());
            case DescribeParametersRequest _ -> Access.to("ssm:DescribeParameters");
            case ListTagsForResourceRequest r -> one("ListTagsForResource", caller, r.resourceId());
            case AddTagsToResourceRequest r -> one("AddTagsToResource", caller, r.resourceId());
            case RemoveTagsFromResourceRequest r -> one("RemoveTagsFromResource", caller, r.resourceId());
        };
    }

    private static Access one(String operation, Caller caller, String name) {
        return several(operation, caller, List.of(name));
    }

    private static Access several(String operation, Caller caller, List<String> names) {
        return new Access("ssm:" + operation, names.stream().map(name -> Names.resource(caller, name)).toList());
    }

    @Override
    public GetParameterResponse getParameter(Caller caller, GetParameterRequest input) {
        return parameters.get(caller, input);
    }

    @Override
    public GetParametersResponse getParameters(Caller caller, GetParametersRequest input) {
        return parameters.getSeveral(caller, input);
    }

    @Override
    public GetParametersByPathResponse getParametersByPath(Caller caller, GetParametersByPathRequest input) {
        return parameters.byPath(caller, input);
    }

    @Override
    public GetParameterHistoryResponse getParameterHistory(Caller caller, GetParameterHistoryRequest input) {
        return parameters.history(caller, input);
    }

    @Override
    public PutParameterResponse putParameter(Caller caller, PutParameterRequest input) {
        return putParameter.put(caller, input);
    }

    @Override
    public LabelParameterVersionResponse labelParameterVersion(Caller caller, LabelParameterVersionRequest input) {
        return labels.label(caller, input);
    }

    @Override
    public UnlabelParameterVersionResponse unlabelParameterVersion(Caller caller,
            UnlabelParameterVersionRequest input) {
        return labels.unlabel(caller, input);
    }

    @Override
    public DeleteParameterResponse deleteParameter(Caller caller, DeleteParameterRequest input) {
        parameters.delete(caller, input.name());
        return DeleteParameterResponse.of(_ -> {});
    }

    @Override
    public DeleteParametersResponse deleteParameters(Caller caller, DeleteParametersRequest input) {
        return parameters.deleteSeveral(caller, input.names());
    }

    @Override
    public DescribeParametersResponse describeParameters(Caller caller, DescribeParametersRequest input) {
        return parameters.describe(caller, input);
    }

    @Override
    public ListTagsForResourceResponse listTagsForResource(Caller caller, ListTagsForResourceRequest input) {
        var tags = parameters.tags(caller, input.resourceType(), input.resourceId());
        return ListTagsForResourceResponse.of(r -> r.tagList(tags));
    }

    @Override
    public AddTagsToResourceResponse addTagsToResource(Caller caller, AddTagsToResourceRequest input) {
        parameters.changeTags(caller, input.resourceType(), input.resourceId(), tags -> Tags.with(tags, input.tags()));
        return AddTagsToResourceResponse.of(_ -> {});
    }

    @Override
    public RemoveTagsFromResourceResponse removeTagsFromResource(Caller caller, RemoveTagsFromResourceRequest input) {
        parameters.changeTags(caller, input.resourceType(), input.resourceId(),
            tags -> Tags.without(tags, input.tagKeys()));
        return RemoveTagsFromResourceResponse.of(_ -> {});
    }
}
