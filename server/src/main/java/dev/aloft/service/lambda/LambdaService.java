package dev.aloft.service.lambda;

import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Lambda;
import dev.aloft.api.Shape;
import dev.aloft.kernel.call.Access;
import dev.aloft.kernel.call.DataPlane;
import dev.aloft.kernel.call.Permits;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.Service;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.image.Contents;
import dev.aloft.kernel.metric.Metrics;
import dev.aloft.kernel.sandbox.Sandboxes;
import dev.aloft.kernel.store.Blobs;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.kernel.time.Worker;
import dev.aloft.service.lambda.async.AsyncInvocations;
import dev.aloft.service.lambda.async.Destinations;
import dev.aloft.service.lambda.durable.DurableExecutions;
import dev.aloft.service.lambda.invoke.ExecutionRoles;
import dev.aloft.service.lambda.invoke.Invocations;
import dev.aloft.service.lambda.invoke.Measures;
import dev.aloft.service.lambda.invoke.Provisioned;
import dev.aloft.service.lambda.invoke.RoleSessions;
import dev.aloft.service.lambda.invoke.RuntimeSources;
import dev.aloft.service.lambda.source.Mapping;
import dev.aloft.service.lambda.source.Sources;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The operations of AWS Lambda. */
public final class LambdaService implements Service, Lambda, AutoCloseable {
    private final Functions functions;
    private final CreateFunction createFunction;
    private final UpdateFunction updateFunction;
    private final Versions versions;
    private final Aliases aliases;
    private final Layers layers;
    private final LayerPermissions layerPermissions;
    private final LambdaAccess access;
    private final ReservedConcurrency reservedConcurrency;
    private final Tags tags;
    private final Permissions permissions;
    private final ProvisionedConcurrency provisioned;
    private final Provisioned provisionedEnvironments;
    private final AccountSettings account;
    private final Invoke invoke;
    private final Invocations invocations;
    private final AsyncInvocations async;
    private final Destinations destinations;
    private final Sources sources;
    private final EventSourceMappings eventSourceMappings;
    private final EventInvokeConfigs eventInvokeConfigs;
    private final Snapshots snapshots;
    private final DurableChanges durableChanges;
    private final DurableExecutions durable;
    private final CodeDownloads downloads;
    private final EncryptedVariables variables;
    private final Recursion recursion;
    private final RuntimeManagement runtimeManagement;
    private final CodeSigning codeSigning;
    private final FunctionUrls urls;
    private final UrlRequests urlRequests;
    private final List<ResourceType> resourceTypes;

    /**
     * @param registry    the contents of ECR's images
     * @param sandboxes   made over {@link #library(Path)} of the same folder
     * @param folder      for what Lambda keeps beside the store
     * @param permits     what roles may do with targets
     * @param roles       in the product a {@link RoleSessions}
     * @param urlAccess   in the product {@link SignedUrls}
     * @param quotas      of each account in each region
     * @param endpointUrl where functions reach the platform, such as {@code http://127.0.0.1:4566}
     */
    public LambdaService(Store platform, Blobs blobs, Contents registry, Sandboxes sandboxes, Path folder,
            RuntimeSources runtimes, Quotas quotas, Metrics metrics, Endpoint endpoint, Permits permits,
            Targets targets, ExecutionRoles roles, UrlAccess urlAccess, Supplier<String> endpointUrl, Time time) {
        var store = platform.in("lambda");
        var library = new Library(library(folder));
        var images = new Images(new Contents(folder.resolve("images"), time), registry, library, endpoint);
        var packageKeys = new PackageKeys(endpoint, time);
        var codes = new CodeStore(blobs, images, library, packageKeys);
        var concurrency = new dev.aloft.service.lambda.invoke.Concurrency(quotas.concurrentExecutions(),
                new Claimed(store), time);
        var measures = new Measures(metrics);
        var storage = new CodeStorage(store, quotas.codeBytes());
        invocations = new Invocations(sandboxes, library(folder), folder.resolve("runtimes"), runtimes, endpoint, roles,
                concurrency, measures, endpointUrl, time);
        var destinationAccess = new DestinationAccess(roles, permits);
        var uploads = new Uploads(codes, endpoint);
        variables = new EncryptedVariables(store, roles, endpoint);
        var snapshotUses = new SnapshotUses(store, time);
        functions = new Functions(store, codes, invocations, variables, snapshotUses);
        snapshots = new Snapshots(store, functions, snapshotUses, invocations, time);
        versions = new Versions(store, functions, snapshots, storage);
        aliases = new Aliases(store, functions);
        layers = new Layers(store, codes, uploads, functions, storage, time);
        layerPermissions = new LayerPermissions(store);
        var packages = new Packages(uploads, images, packageKeys, layers, storage, functions);
        createFunction = new CreateFunction(store, functions, versions, packages, layers, new Roles(roles),
                destinationAccess, variables, measures, time);
        updateFunction = new UpdateFunction(store, functions, versions, packages, layers, new Roles(roles),
                destinationAccess, variables, measures, time);
        reservedConcurrency = new ReservedConcurrency(store, functions, concurrency);
        permissions = new Permissions(store, functions);
        access = new LambdaAccess(layers, layerPermissions, permissions);
        provisionedEnvironments = new Provisioned(invocations, this::provisionedWishes, time);
        provisioned = new ProvisionedConcurrency(store, functions, concurrency, provisionedEnvironments, time);
        account = new AccountSettings(store, storage, concurrency);
        eventInvokeConfigs = new EventInvokeConfigs(store, functions, destinationAccess, time);
        recursion = new Recursion(store, functions, measures);
        destinations = new Destinations(store, time, targets, endpoint, roles, measures, endpointUrl);
        async = new AsyncInvocations(store, time, destinations, measures, endpointUrl,
                new QueuedFunctions(functions, invocations, recursion));
        durableChanges = new DurableChanges(store, time, targets, destinations, measures);
        durable = new DurableExecutions(store, time, endpoint,
                new DurableRuns(functions, invocations, roles, durableChanges));
        var criteria = new EncryptedCriteria(endpoint, time);
        sources = new Sources(store, LambdaData.MAPPINGS, LambdaData.CHECKPOINTS, endpoint, roles,
                new MappedFunctions(store, functions, invocations, durable, recursion, measures, criteria, time,
                        this::lambda),
                destinations, measures, endpointUrl, time);
        eventSourceMappings = new EventSourceMappings(store, functions, sources, destinationAccess, criteria, time);
        tags = new Tags(store, functions, eventSourceMappings);
        invoke = new Invoke(functions, invocations, async, durable, recursion);
        downloads = new CodeDownloads(codes, functions);
        runtimeManagement = new RuntimeManagement(store, functions);
        codeSigning = new CodeSigning(store, functions, time);
        urls = new FunctionUrls(store, time);
        urlRequests = new UrlRequests(this, urls, invoke, urlAccess, measures, time);
        resourceTypes = LambdaResources.all(Lambda.at(endpoint), snapshots);
        // Before anybody can bring one, and before anything runs in one.
        images.keepOnly(functions::images);
    }

    /**
     * What an account may have in a region.
     *
     * @param concurrentExecutions 1,000 on AWS, unless it was asked for more
     * @param codeBytes            of all packages together; 75 GB on AWS, unless it was asked for more
     */
    public record Quotas(int concurrentExecutions, long codeBytes) {}

    private List<Provisioned.Wish> provisionedWishes() {
        return provisioned.wishes();
    }

    private Caller lambda(Mapping mapping, String requestId) {
        return sources.lambda(mapping, requestId);
    }

    /** Where functions' code lies within Lambda's folder; sandboxes see parts of it. */
    public static Path library(Path folder) {
        return folder.resolve("code");
    }

    /** After the platform is put together: logs are written from here on. */
    public void start() {
        invocations.start();
    }

    /** How many environments of versions with SnapStart had their init and wait frozen. */
    public int prepared() {
        return invocations.prepared();
    }

    Snapshots snapshots() {
        return snapshots;
    }

    /** Brings what functions wrote so far to CloudWatch Logs. */
    void flushLogs() {
        invocations.flushLogs();
    }

    @Override
    public void close() {
        functions.close();
        invocations.close();
    }

    @Override
    public Access access(Caller caller, Shape input) {
        return access.of(caller, (Request) input);
    }

    @Override
    public Optional<String> policy(Caller caller, String arn) {
        return access.policy(caller, arn);
    }

    @Override
    public List<Worker> workers() {
        return List.of(async.worker(), destinations.worker(), sources.worker(), durable.worker(),
                durableChanges.worker(), invocations.worker(),
                provisionedEnvironments.worker(), snapshots.worker());
    }

    @Override
    public List<ResourceType> resourceTypes() {
        return resourceTypes;
    }

    @Override
    public List<DataPlane> dataPlanes() {
        return List.of(urlRequests, downloads);
    }

    // ---- functions

    @Override
    public FunctionConfiguration createFunction(Caller caller, CreateFunctionRequest input) {
        return variables.told(caller, createFunction.create(caller, input));
    }

    @Override
    public GetFunctionResponse getFunction(Caller caller, GetFunctionRequest input) {
        var found = functions.get(caller, FunctionName.of(caller, input.functionName(), input.qualifier()));
        return found.toBuilder().configuration(variables.told(caller, found.configuration())).build();
    }

    @Override
    public FunctionConfiguration getFunctionConfiguration(Caller caller, GetFunctionConfigurationRequest input) {
        return variables.told(caller,
                functions.configuration(FunctionName.of(caller, input.functionName(), input.qualifier())));
    }

    @Override
    public ListFunctionsResponse listFunctions(Caller caller, ListFunctionsRequest input) {
        var listed = functions.list(caller, input);
        return listed.toBuilder().functions(told(caller, listed.functions())).build();
    }

    private List<FunctionConfiguration> told(Caller caller, List<FunctionConfiguration> listed) {
        return listed.stream().map(each -> variables.told(caller, each)).toList();
    }

    @Override
    public FunctionConfiguration updateFunctionCode(Caller caller, UpdateFunctionCodeRequest input) {
        return variables.told(caller, updateFunction.code(caller, input));
    }

    @Override
    public FunctionConfiguration updateFunctionConfiguration(Caller caller, UpdateFunctionConfigurationRequest input) {
        return variables.told(caller, updateFunction.configuration(caller, input));
    }

    @Override
    public DeleteFunctionResponse deleteFunction(Caller caller, DeleteFunctionRequest input) {
        DeleteFunctionResponse deleted = functions.delete(caller, input);
        provisioned.forgotten(caller);
        return deleted;
    }

    // ---- invocations

    @Override
    public InvokeResponse invoke(Caller caller, InvokeRequest input) {
        return invoke.invoke(caller, input);
    }

    @Override
    public InvokeWithResponseStreamResponse invokeWithResponseStream(
            Caller caller, InvokeWithResponseStreamRequest input) {
        return invoke.stream(caller, input);
    }

    @Override
    public InvokeAsyncResponse invokeAsync(Caller caller, InvokeAsyncRequest input) {
        return invoke.queue(caller, input);
    }

    // ---- versions and aliases

    @Override
    public FunctionConfiguration publishVersion(Caller caller, PublishVersionRequest input) {
        return variables.told(caller, versions.publish(caller, input));
    }

    @Override
    public ListVersionsByFunctionResponse listVersionsByFunction(Caller caller, ListVersionsByFunctionRequest input) {
        var listed = versions.list(caller, input);
        return listed.toBuilder().versions(told(caller, listed.versions())).build();
    }

    @Override
    public AliasConfiguration createAlias(Caller caller, CreateAliasRequest input) {
        return aliases.create(caller, input);
    }

    @Override
    public AliasConfiguration getAlias(Caller caller, GetAliasRequest input) {
        return aliases.get(caller, input);
    }

    @Override
    public AliasConfiguration updateAlias(Caller caller, UpdateAliasRequest input) {
        AliasConfiguration alias = aliases.update(caller, input);
        provisionedEnvironments.look();
        return alias;
    }

    @Override
    public DeleteAliasResponse deleteAlias(Caller caller, DeleteAliasRequest input) {
        DeleteAliasResponse deleted = aliases.delete(caller, input);
        provisioned.forgotten(caller);
        return deleted;
    }

    @Override
    public ListAliasesResponse listAliases(Caller caller, ListAliasesRequest input) {
        return aliases.list(caller, input);
    }

    // ---- layers

    @Override
    public PublishLayerVersionResponse publishLayerVersion(Caller caller, PublishLayerVersionRequest input) {
        return layers.publish(caller, input);
    }

    @Override
    public GetLayerVersionResponse getLayerVersion(Caller caller, GetLayerVersionRequest input) {
        return layers.get(caller, LayerName.of(caller, input.layerName()).with(input.versionNumber()));
    }

    @Override
    public GetLayerVersionResponse getLayerVersionByArn(Caller caller, GetLayerVersionByArnRequest input) {
        return layers.get(caller, LayerName.of(caller, input.arn()));
    }

    @Override
    public ListLayerVersionsResponse listLayerVersions(Caller caller, ListLayerVersionsRequest input) {
        return layers.versions(caller, input);
    }

    @Override
    public ListLayersResponse listLayers(Caller caller, ListLayersRequest input) {
        return layers.list(caller, input);
    }

    @Override
    public DeleteLayerVersionResponse deleteLayerVersion(Caller caller, DeleteLayerVersionRequest input) {
        return layers.delete(caller, input);
    }

    @Override
    public AddLayerVersionPermissionResponse addLayerVersionPermission(
            Caller caller, AddLayerVersionPermissionRequest input) {
        return layerPermissions.add(caller, input);
    }

    @Override
    public RemoveLayerVersionPermissionResponse removeLayerVersionPermission(
            Caller caller, RemoveLayerVersionPermissionRequest input) {
        return layerPermissions.remove(caller, input);
    }

    @Override
    public GetLayerVersionPolicyResponse getLayerVersionPolicy(Caller caller, GetLayerVersionPolicyRequest input) {
        return layerPermissions.get(caller, input);
    }

    // ---- asynchronous invocations

    @Override
    public FunctionEventInvokeConfig putFunctionEventInvokeConfig(
            Caller caller, PutFunctionEventInvokeConfigRequest input) {
        return eventInvokeConfigs.put(caller, input);
    }

    @Override
    public FunctionEventInvokeConfig updateFunctionEventInvokeConfig(
            Caller caller, UpdateFunctionEventInvokeConfigRequest input) {
        return eventInvokeConfigs.update(caller, input);
    }

    @Override
    public FunctionEventInvokeConfig getFunctionEventInvokeConfig(
            Caller caller, GetFunctionEventInvokeConfigRequest input) {
        return eventInvokeConfigs.get(caller, input);
    }

    @Override
    public DeleteFunctionEventInvokeConfigResponse deleteFunctionEventInvokeConfig(
            Caller caller, DeleteFunctionEventInvokeConfigRequest input) {
        return eventInvokeConfigs.delete(caller, input);
    }

    @Override
    public ListFunctionEventInvokeConfigsResponse listFunctionEventInvokeConfigs(
            Caller caller, ListFunctionEventInvokeConfigsRequest input) {
        return eventInvokeConfigs.list(caller, input);
    }

    // ---- event source mappings

    @Override
    public EventSourceMappingConfiguration createEventSourceMapping(
            Caller caller, CreateEventSourceMappingRequest input) {
        return eventSourceMappings.create(caller, input);
    }

    @Override
    public EventSourceMappingConfiguration getEventSourceMapping(Caller caller, GetEventSourceMappingRequest input) {
        return eventSourceMappings.get(caller, input.uuid());
    }

    @Override
    public EventSourceMappingConfiguration updateEventSourceMapping(
            Caller caller, UpdateEventSourceMappingRequest input) {
        return eventSourceMappings.update(caller, input);
    }

    @Override
    public EventSourceMappingConfiguration deleteEventSourceMapping(
            Caller caller, DeleteEventSourceMappingRequest input) {
        return eventSourceMappings.delete(caller, input.uuid());
    }

    @Override
    public ListEventSourceMappingsResponse listEventSourceMappings(
            Caller caller, ListEventSourceMappingsRequest input) {
        return eventSourceMappings.list(caller, input);
    }

    // ---- function URLs

    @Override
    public CreateFunctionUrlConfigResponse createFunctionUrlConfig(
            Caller caller, CreateFunctionUrlConfigRequest input) {
        return urls.create(caller, input);
    }

    @Override
    public GetFunctionUrlConfigResponse getFunctionUrlConfig(Caller caller, GetFunctionUrlConfigRequest input) {
        return urls.get(caller, input);
    }

    @Override
    public UpdateFunctionUrlConfigResponse updateFunctionUrlConfig(
            Caller caller, UpdateFunctionUrlConfigRequest input) {
        return urls.update(caller, input);
    }

    @Override
    public DeleteFunctionUrlConfigResponse deleteFunctionUrlConfig(
            Caller caller, DeleteFunctionUrlConfigRequest input) {
        return urls.delete(caller, input);
    }

    @Override
    public ListFunctionUrlConfigsResponse listFunctionUrlConfigs(Caller caller, ListFunctionUrlConfigsRequest input) {
        return urls.list(caller, input);
    }

    // ---- concurrency

    @Override
    public Concurrency putFunctionConcurrency(Caller caller, PutFunctionConcurrencyRequest input) {
        return reservedConcurrency.put(caller, input);
    }

    @Override
    public GetFunctionConcurrencyResponse getFunctionConcurrency(Caller caller, GetFunctionConcurrencyRequest input) {
        return reservedConcurrency.get(caller, input);
    }

    @Override
    public DeleteFunctionConcurrencyResponse deleteFunctionConcurrency(
            Caller caller, DeleteFunctionConcurrencyRequest input) {
        return reservedConcurrency.delete(caller, input);
    }

    @Override
    public PutProvisionedConcurrencyConfigResponse putProvisionedConcurrencyConfig(
            Caller caller, PutProvisionedConcurrencyConfigRequest input) {
        return provisioned.put(caller, input);
    }

    @Override
    public GetProvisionedConcurrencyConfigResponse getProvisionedConcurrencyConfig(
            Caller caller, GetProvisionedConcurrencyConfigRequest input) {
        return provisioned.get(caller, input);
    }

    @Override
    public ListProvisionedConcurrencyConfigsResponse listProvisionedConcurrencyConfigs(
            Caller caller, ListProvisionedConcurrencyConfigsRequest input) {
        return provisioned.list(caller, input);
    }

    @Override
    public DeleteProvisionedConcurrencyConfigResponse deleteProvisionedConcurrencyConfig(
            Caller caller, DeleteProvisionedConcurrencyConfigRequest input) {
        return provisioned.delete(caller, input);
    }

    @Override
    public GetAccountSettingsResponse getAccountSettings(Caller caller, GetAccountSettingsRequest input) {
        return account.get(caller);
    }

    // ---- policies and tags

    @Override
    public AddPermissionResponse addPermission(Caller caller, AddPermissionRequest input) {
        return permissions.add(caller, input);
    }

    @Override
    public RemovePermissionResponse removePermission(Caller caller, RemovePermissionRequest input) {
        return permissions.remove(caller, input);
    }

    @Override
    public GetPolicyResponse getPolicy(Caller caller, GetPolicyRequest input) {
        return permissions.get(caller, input);
    }

    @Override
    public ListTagsResponse listTags(Caller caller, ListTagsRequest input) {
        return tags.list(caller, input);
    }

    @Override
    public TagResourceResponse tagResource(Caller caller, TagResourceRequest input) {
        return tags.tag(caller, input);
    }

    @Override
    public UntagResourceResponse untagResource(Caller caller, UntagResourceRequest input) {
        return tags.untag(caller, input);
    }

    // ---- code signing

    @Override
    public GetFunctionCodeSigningConfigResponse getFunctionCodeSigningConfig(
            Caller caller, GetFunctionCodeSigningConfigRequest input) {
        return codeSigning.get(caller, input);
    }

    @Override
    public CreateCodeSigningConfigResponse createCodeSigningConfig(
            Caller caller, CreateCodeSigningConfigRequest input) {
        return codeSigning.create(caller, input);
    }

    @Override
    public GetCodeSigningConfigResponse getCodeSigningConfig(Caller caller, GetCodeSigningConfigRequest input) {
        return codeSigning.get(input);
    }

    @Override
    public UpdateCodeSigningConfigResponse updateCodeSigningConfig(
            Caller caller, UpdateCodeSigningConfigRequest input) {
        return codeSigning.update(input);
    }

    @Override
    public DeleteCodeSigningConfigResponse deleteCodeSigningConfig(
            Caller caller, DeleteCodeSigningConfigRequest input) {
        return codeSigning.delete(input);
    }

    @Override
    public ListCodeSigningConfigsResponse listCodeSigningConfigs(Caller caller, ListCodeSigningConfigsRequest input) {
        return codeSigning.list(caller, input);
    }

    @Override
    public PutFunctionCodeSigningConfigResponse putFunctionCodeSigningConfig(
            Caller caller, PutFunctionCodeSigningConfigRequest input) {
        return codeSigning.put(caller, input);
    }

    @Override
    public DeleteFunctionCodeSigningConfigResponse deleteFunctionCodeSigningConfig(
            Caller caller, DeleteFunctionCodeSigningConfigRequest input) {
        return codeSigning.remove(caller, input);
    }

    @Override
    public ListFunctionsByCodeSigningConfigResponse listFunctionsByCodeSigningConfig(
            Caller caller, ListFunctionsByCodeSigningConfigRequest input) {
        return codeSigning.functions(input);
    }

    // ---- runtimes and recursion

    @Override
    public PutFunctionRecursionConfigResponse putFunctionRecursionConfig(
            Caller caller, PutFunctionRecursionConfigRequest input) {
        return recursion.put(caller, input);
    }

    @Override
    public GetFunctionRecursionConfigResponse getFunctionRecursionConfig(
            Caller caller, GetFunctionRecursionConfigRequest input) {
        return recursion.get(caller, input);
    }

    @Override
    public PutRuntimeManagementConfigResponse putRuntimeManagementConfig(
            Caller caller, PutRuntimeManagementConfigRequest input) {
        return runtimeManagement.put(caller, input);
    }

    @Override
    public GetRuntimeManagementConfigResponse getRuntimeManagementConfig(
            Caller caller, GetRuntimeManagementConfigRequest input) {
        return runtimeManagement.get(caller, input);
    }

    // ---- durable executions

    @Override
    public CheckpointDurableExecutionResponse checkpointDurableExecution(
            Caller caller, CheckpointDurableExecutionRequest input) {
        return durable.checkpoint(input);
    }

    @Override
    public GetDurableExecutionResponse getDurableExecution(Caller caller, GetDurableExecutionRequest input) {
        return durable.get(input);
    }

    @Override
    public GetDurableExecutionHistoryResponse getDurableExecutionHistory(
            Caller caller, GetDurableExecutionHistoryRequest input) {
        return durable.history(input);
    }

    @Override
    public GetDurableExecutionStateResponse getDurableExecutionState(
            Caller caller, GetDurableExecutionStateRequest input) {
        return durable.state(input);
    }

    @Override
    public ListDurableExecutionsByFunctionResponse listDurableExecutionsByFunction(
            Caller caller, ListDurableExecutionsByFunctionRequest input) {
        return invoke.executions(caller, input);
    }

    @Override
    public StopDurableExecutionResponse stopDurableExecution(Caller caller, StopDurableExecutionRequest input) {
        return durable.stop(input);
    }

    @Override
    public SendDurableExecutionCallbackSuccessResponse sendDurableExecutionCallbackSuccess(
            Caller caller, SendDurableExecutionCallbackSuccessRequest input) {
        return durable.succeed(input);
    }

    @Override
    public SendDurableExecutionCallbackFailureResponse sendDurableExecutionCallbackFailure(
            Caller caller, SendDurableExecutionCallbackFailureRequest input) {
        return durable.fail(input);
    }

    @Override
    public SendDurableExecutionCallbackHeartbeatResponse sendDurableExecutionCallbackHeartbeat(
            Caller caller, SendDurableExecutionCallbackHeartbeatRequest input) {
        return durable.heartbeat(input);
    }
}
