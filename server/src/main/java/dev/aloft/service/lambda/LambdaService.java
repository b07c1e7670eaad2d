package dev.aloft.service.lambda;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Lambda;
import dev.aloft.api.Shape;
import dev.aloft.kernel.call.Access;
import dev.aloft.kernel.call.DataPlane;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.Service;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.sandbox.Sandboxes;
import dev.aloft.kernel.store.Blobs;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.kernel.time.Worker;
import dev.aloft.service.lambda.async.AsyncInvocations;
import dev.aloft.service.lambda.invoke.ExecutionRoles;
import dev.aloft.service.lambda.invoke.Invocation;
import dev.aloft.service.lambda.invoke.Invocations;
import dev.aloft.service.lambda.invoke.Outcome;
import dev.aloft.service.lambda.invoke.RoleSessions;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The operations of AWS Lambda. */
public final class LambdaService implements Service, Lambda, AutoCloseable {
    private final Functions functions;
    private final Permissions permissions;
    private final ReservedConcurrency reserved;
    private final Invoke invoke;
    private final Invocations invocations;
    private final AsyncInvocations async;
    private final CodeDownloads downloads;
    private final List<ResourceType> resourceTypes;

    /**
     * @param sandboxes   made over {@link #library(Path)} of the same folder
     * @param folder      for what Lambda keeps beside the store
     * @param roles       in the product a {@link RoleSessions}
     * @param nodePackages the node_modules with the AWS SDK for Node.js functions, if it is installed
     * @param concurrencyLimit of each account in each region
     * @param endpointUrl where functions reach the platform, such as {@code http://127.0.0.1:4566}
     */
    public LambdaService(Store platform, Blobs blobs, Sandboxes sandboxes, Path folder, Optional<Path> nodePackages,
            int concurrencyLimit, Endpoint endpoint, Targets targets, ExecutionRoles roles, Supplier<String> endpointUrl, Time time) {
        var store = platform.in("lambda");
        var codes = new CodeStore(blobs, library(folder));
        var concurrency = new dev.aloft.service.lambda.invoke.Concurrency(concurrencyLimit, new Claimed(store), time);
        invocations = new Invocations(sandboxes, library(folder), folder.resolve("runtimes"), nodePackages, endpoint, roles,
                concurrency, endpointUrl, time);
        functions = new Functions(store, codes, endpoint, roles, invocations, time);
        permissions = new Permissions(store, functions);
        reserved = new ReservedConcurrency(store, functions, concurrency);
        async = new AsyncInvocations(store, time, targets, new Attempts());
        invoke = new Invoke(functions, invocations, async);
        downloads = new CodeDownloads(codes);
        resourceTypes = LambdaResources.all(Lambda.at(endpoint));
    }

    /** Where functions' code lies within Lambda's folder; sandboxes see parts of it. */
    public static Path library(Path folder) {
        return folder.resolve("code");
    }

    /** After the platform is put together: logs are written from here on. */
    public void start() {
        invocations.start();
    }

    /** Brings what functions wrote so far to CloudWatch Logs. */
    void flushLogs() {
        invocations.flushLogs();
    }

    @Override
    public void close() {
        invocations.close();
    }

    private final class Attempts implements AsyncInvocations.Attempt {
        @Override
        public Outcome run(Caller caller, AsyncInvocations.Event event) {
            FunctionName name = FunctionName.of(caller, event.functionArn(), event.qualifier());
            var invocation = new Invocation(event.requestId(), name.qualifiedArn(), event.payload(), event.trace(), event.clientContext());
            return invocations.runQueued(functions.runnable(name), caller, invocation).outcome();
        }

        @Override
        public Optional<Arn> deadLetters(AsyncInvocations.Event event) {
            Arn arn = Arn.parse(event.functionArn());
            var name = new FunctionName(arn.account(), arn.region(), arn.resourceName(), event.qualifier());
            FunctionConfiguration configuration = functions.configuration(name);
            return Optional.ofNullable(configuration.deadLetterConfig()).map(c -> Arn.parse(c.targetArn()));
        }
    }

    @Override
    public Access access(Caller caller, Shape input) {
        return switch ((Request) input) {
            case CreateFunctionRequest r ->
                function("CreateFunction", caller, r.functionName(), null).passing(r.role(), "lambda.amazonaws.com");
            case GetFunctionRequest r -> function("GetFunction", caller, r.functionName(), r.qualifier());
            case GetFunctionConfigurationRequest r -> function("GetFunctionConfiguration", caller, r.functionName(), r.qualifier());
            case ListFunctionsRequest _ -> Access.to("lambda:ListFunctions");
            case UpdateFunctionCodeRequest r -> function("UpdateFunctionCode", caller, r.functionName(), null);
            case UpdateFunctionConfigurationRequest r ->
                function("UpdateFunctionConfiguration", caller, r.functionName(), null).passing(r.role(), "lambda.amazonaws.com");
            case DeleteFunctionRequest r -> function("DeleteFunction", caller, r.functionName(), r.qualifier());
            case InvokeRequest r -> function("InvokeFunction", caller, r.functionName(), r.qualifier());
            case InvokeWithResponseStreamRequest r -> function("InvokeFunction", caller, r.functionName(), r.qualifier());
            case AddPermissionRequest r -> function("AddPermission", caller, r.functionName(), r.qualifier());
            case RemovePermissionRequest r -> function("RemovePermission", caller, r.functionName(), r.qualifier());
            case GetPolicyRequest r -> function("GetPolicy", caller, r.functionName(), r.qualifier());
            case PublishVersionRequest r -> function("PublishVersion", caller, r.functionName(), null);
            case ListVersionsByFunctionRequest r -> function("ListVersionsByFunction", caller, r.functionName(), null);
            case ListTagsRequest r -> Access.to("lambda:ListTags", r.resource());
            case TagResourceRequest r -> Access.to("lambda:TagResource", r.resource());
            case UntagResourceRequest r -> Access.to("lambda:UntagResource", r.resource());
            case GetFunctionCodeSigningConfigRequest r -> function("GetFunctionCodeSigningConfig", caller, r.functionName(), null);
            case PutFunctionConcurrencyRequest r -> function("PutFunctionConcurrency", caller, r.functionName(), null);
            case GetFunctionConcurrencyRequest r -> function("GetFunctionConcurrency", caller, r.functionName(), null);
            case DeleteFunctionConcurrencyRequest r -> function("DeleteFunctionConcurrency", caller, r.functionName(), null);
        };
    }

    private static Access function(String action, Caller caller, String name, String qualifier) {
        return Access.to("lambda:" + action, FunctionName.of(caller, name, qualifier).qualifiedArn());
    }

    @Override
    public Optional<String> policy(Caller caller, String arn) {
        return permissions.policy(FunctionName.of(caller, arn));
    }

    @Override
    public List<Worker> workers() {
        return List.of(async.worker(), invocations.worker());
    }

    @Override
    public List<ResourceType> resourceTypes() {
        return resourceTypes;
    }

    @Override
    public List<DataPlane> dataPlanes() {
        return List.of(downloads);
    }

    @Override
    public FunctionConfiguration createFunction(Caller caller, CreateFunctionRequest input) {
        return functions.create(caller, input);
    }

    @Override
    public GetFunctionResponse getFunction(Caller caller, GetFunctionRequest input) {
        return functions.get(caller, FunctionName.of(caller, input.functionName(), input.qualifier()));
    }

    @Override
    public FunctionConfiguration getFunctionConfiguration(Caller caller, GetFunctionConfigurationRequest input) {
        return functions.configuration(FunctionName.of(caller, input.functionName(), input.qualifier()));
    }

    @Override
    public ListFunctionsResponse listFunctions(Caller caller, ListFunctionsRequest input) {
        return functions.list(caller, input);
    }

    @Override
    public FunctionConfiguration updateFunctionCode(Caller caller, UpdateFunctionCodeRequest input) {
        return functions.updateCode(caller, input);
    }

    @Override
    public FunctionConfiguration updateFunctionConfiguration(Caller caller, UpdateFunctionConfigurationRequest input) {
        return functions.updateConfiguration(caller, input);
    }

    @Override
    public DeleteFunctionResponse deleteFunction(Caller caller, DeleteFunctionRequest input) {
        return functions.delete(caller, input);
    }

    @Override
    public InvokeResponse invoke(Caller caller, InvokeRequest input) {
        return invoke.invoke(caller, input);
    }

    @Override
    public InvokeWithResponseStreamResponse invokeWithResponseStream(Caller caller, InvokeWithResponseStreamRequest input) {
        return invoke.stream(caller, input);
    }

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
    public FunctionConfiguration publishVersion(Caller caller, PublishVersionRequest input) {
        return functions.publish(caller, input);
    }

    @Override
    public ListVersionsByFunctionResponse listVersionsByFunction(Caller caller, ListVersionsByFunctionRequest input) {
        return functions.versions(caller, input);
    }

    @Override
    public ListTagsResponse listTags(Caller caller, ListTagsRequest input) {
        return functions.tags(caller, input);
    }

    @Override
    public TagResourceResponse tagResource(Caller caller, TagResourceRequest input) {
        return functions.tag(caller, input);
    }

    @Override
    public UntagResourceResponse untagResource(Caller caller, UntagResourceRequest input) {
        return functions.untag(caller, input);
    }

    /** No function has one: giving one is refused. */
    @Override
    public GetFunctionCodeSigningConfigResponse getFunctionCodeSigningConfig(Caller caller, GetFunctionCodeSigningConfigRequest input) {
        FunctionName name = FunctionName.of(caller, input.functionName());
        functions.configuration(name);
        return GetFunctionCodeSigningConfigResponse.of(a -> a.functionName(name.name()));
    }

    @Override
    public Concurrency putFunctionConcurrency(Caller caller, PutFunctionConcurrencyRequest input) {
        return reserved.put(caller, input);
    }

    @Override
    public GetFunctionConcurrencyResponse getFunctionConcurrency(Caller caller, GetFunctionConcurrencyRequest input) {
        return reserved.get(caller, input);
    }

    @Override
    public DeleteFunctionConcurrencyResponse deleteFunctionConcurrency(Caller caller, DeleteFunctionConcurrencyRequest input) {
        return reserved.delete(caller, input);
    }
}
