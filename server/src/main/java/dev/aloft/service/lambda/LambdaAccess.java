package dev.aloft.service.lambda;

import dev.aloft.api.Caller;
import dev.aloft.api.Lambda;
import dev.aloft.kernel.call.Access;
import dev.aloft.service.lambda.durable.DurableExecutions;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What each request asks of IAM, and the policies that functions and layers have themselves.
 *
 * @see <a href="https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html">Actions</a>
 */
record LambdaAccess(Layers layers, LayerPermissions layerPermissions, Permissions permissions) {
    Access of(Caller caller, Lambda.Request input) {
        return switch (input) {
            case Lambda.CreateFunctionRequest r -> withLayers(
                    function("CreateFunction", caller, r.functionName(), null)
                            .passing(r.role(), "lambda.amazonaws.com"), caller, r.layers());
            case Lambda.GetFunctionRequest r -> function("GetFunction", caller, r.functionName(), r.qualifier());
            case Lambda.GetFunctionConfigurationRequest r ->
                function("GetFunctionConfiguration", caller, r.functionName(), r.qualifier());
            case Lambda.ListFunctionsRequest _ -> Access.to("lambda:ListFunctions");
            case Lambda.UpdateFunctionCodeRequest r -> function("UpdateFunctionCode", caller, r.functionName(), null);
            case Lambda.UpdateFunctionConfigurationRequest r -> withLayers(
                    function("UpdateFunctionConfiguration", caller, r.functionName(), null)
                            .passing(r.role(), "lambda.amazonaws.com"), caller, r.layers());
            case Lambda.DeleteFunctionRequest r -> function("DeleteFunction", caller, r.functionName(), r.qualifier());
            case Lambda.InvokeRequest r -> function("InvokeFunction", caller, r.functionName(), r.qualifier());
            case Lambda.InvokeWithResponseStreamRequest r ->
                function("InvokeFunction", caller, r.functionName(), r.qualifier());
            case Lambda.AddPermissionRequest r -> function("AddPermission", caller, r.functionName(), r.qualifier())
                .naming(permissions.named(caller, r), _ -> Permissions.invalidPrincipal());
            case Lambda.RemovePermissionRequest r ->
                function("RemovePermission", caller, r.functionName(), r.qualifier());
            case Lambda.GetPolicyRequest r -> function("GetPolicy", caller, r.functionName(), r.qualifier());
            case Lambda.PublishVersionRequest r -> function("PublishVersion", caller, r.functionName(), null);
            case Lambda.ListVersionsByFunctionRequest r ->
                function("ListVersionsByFunction", caller, r.functionName(), null);
            case Lambda.PutFunctionEventInvokeConfigRequest r ->
                function("PutFunctionEventInvokeConfig", caller, r.functionName(), r.qualifier());
            case Lambda.UpdateFunctionEventInvokeConfigRequest r ->
                function("UpdateFunctionEventInvokeConfig", caller, r.functionName(), r.qualifier());
            case Lambda.GetFunctionEventInvokeConfigRequest r ->
                function("GetFunctionEventInvokeConfig", caller, r.functionName(), r.qualifier());
            case Lambda.DeleteFunctionEventInvokeConfigRequest r ->
                function("DeleteFunctionEventInvokeConfig", caller, r.functionName(), r.qualifier());
            case Lambda.ListFunctionEventInvokeConfigsRequest r ->
                function("ListFunctionEventInvokeConfigs", caller, r.functionName(), null);
            case Lambda.CreateEventSourceMappingRequest r -> Access.to("lambda:CreateEventSourceMapping")
                .with("lambda:FunctionArn", FunctionName.of(caller, r.functionName()).arn());
            case Lambda.GetEventSourceMappingRequest r ->
                Access.to("lambda:GetEventSourceMapping", EventSourceMappings.arn(caller, r.uuid()));
            case Lambda.UpdateEventSourceMappingRequest r ->
                Access.to("lambda:UpdateEventSourceMapping", EventSourceMappings.arn(caller, r.uuid()));
            case Lambda.DeleteEventSourceMappingRequest r ->
                Access.to("lambda:DeleteEventSourceMapping", EventSourceMappings.arn(caller, r.uuid()));
            case Lambda.ListEventSourceMappingsRequest _ -> Access.to("lambda:ListEventSourceMappings");
            case Lambda.ListTagsRequest r -> Access.to("lambda:ListTags", r.resource());
            case Lambda.TagResourceRequest r -> Access.to("lambda:TagResource", r.resource());
            case Lambda.UntagResourceRequest r -> Access.to("lambda:UntagResource", r.resource());
            case Lambda.GetFunctionCodeSigningConfigRequest r ->
                function("GetFunctionCodeSigningConfig", caller, r.functionName(), null);
            case Lambda.PutFunctionConcurrencyRequest r ->
                function("PutFunctionConcurrency", caller, r.functionName(), null);
            case Lambda.GetFunctionConcurrencyRequest r ->
                function("GetFunctionConcurrency", caller, r.functionName(), null);
            case Lambda.DeleteFunctionConcurrencyRequest r ->
                function("DeleteFunctionConcurrency", caller, r.functionName(), null);
            case Lambda.CreateAliasRequest r -> function("CreateAlias", caller, r.functionName(), null);
            case Lambda.GetAliasRequest r -> function("GetAlias", caller, r.functionName(), null);
            case Lambda.UpdateAliasRequest r -> function("UpdateAlias", caller, r.functionName(), null);
            case Lambda.DeleteAliasRequest r -> function("DeleteAlias", caller, r.functionName(), null);
            case Lambda.ListAliasesRequest r -> function("ListAliases", caller, r.functionName(), null);
            case Lambda.PutRuntimeManagementConfigRequest r ->
                function("PutRuntimeManagementConfig", caller, r.functionName(), r.qualifier());
            case Lambda.GetRuntimeManagementConfigRequest r ->
                function("GetRuntimeManagementConfig", caller, r.functionName(), r.qualifier());
            case Lambda.CreateFunctionUrlConfigRequest r ->
                function("CreateFunctionUrlConfig", caller, r.functionName(), r.qualifier())
                    .with("lambda:FunctionUrlAuthType", r.authType());
            case Lambda.GetFunctionUrlConfigRequest r ->
                function("GetFunctionUrlConfig", caller, r.functionName(), r.qualifier());
            case Lambda.UpdateFunctionUrlConfigRequest r ->
                function("UpdateFunctionUrlConfig", caller, r.functionName(), r.qualifier())
                    .with("lambda:FunctionUrlAuthType", r.authType());
            case Lambda.DeleteFunctionUrlConfigRequest r ->
                function("DeleteFunctionUrlConfig", caller, r.functionName(), r.qualifier());
            case Lambda.PutFunctionRecursionConfigRequest r ->
                function("PutFunctionRecursionConfig", caller, r.functionName(), null);
            case Lambda.GetFunctionRecursionConfigRequest r ->
                function("GetFunctionRecursionConfig", caller, r.functionName(), null);
            case Lambda.ListFunctionUrlConfigsRequest r ->
                function("ListFunctionUrlConfigs", caller, r.functionName(), null);
            case Lambda.PutFunctionCodeSigningConfigRequest r ->
                function("PutFunctionCodeSigningConfig", caller, r.functionName(), null);
            case Lambda.DeleteFunctionCodeSigningConfigRequest r ->
                function("DeleteFunctionCodeSigningConfig", caller, r.functionName(), null);
            case Lambda.InvokeAsyncRequest r -> function("InvokeAsync", caller, r.functionName(), null);
            case Lambda.GetCodeSigningConfigRequest r ->
                Access.to("lambda:GetCodeSigningConfig", r.codeSigningConfigArn());
            case Lambda.UpdateCodeSigningConfigRequest r ->
                Access.to("lambda:UpdateCodeSigningConfig", r.codeSigningConfigArn());
            case Lambda.DeleteCodeSigningConfigRequest r ->
                Access.to("lambda:DeleteCodeSigningConfig", r.codeSigningConfigArn());
            case Lambda.ListFunctionsByCodeSigningConfigRequest r ->
                Access.to("lambda:ListFunctionsByCodeSigningConfig", r.codeSigningConfigArn());
            case Lambda.CreateCodeSigningConfigRequest _ -> Access.to("lambda:CreateCodeSigningConfig");
            case Lambda.ListCodeSigningConfigsRequest _ -> Access.to("lambda:ListCodeSigningConfigs");
            case Lambda.PublishLayerVersionRequest r ->
                Access.to("lambda:PublishLayerVersion", LayerName.of(caller, r.layerName()).arn());
            case Lambda.GetLayerVersionRequest r ->
                layerVersion("GetLayerVersion", caller, r.layerName(), r.versionNumber());
            case Lambda.GetLayerVersionByArnRequest r -> Access.to("lambda:GetLayerVersion", r.arn());
            case Lambda.ListLayerVersionsRequest _ -> Access.to("lambda:ListLayerVersions");
            case Lambda.ListLayersRequest _ -> Access.to("lambda:ListLayers");
            case Lambda.DeleteLayerVersionRequest r ->
                layerVersion("DeleteLayerVersion", caller, r.layerName(), r.versionNumber());
            case Lambda.AddLayerVersionPermissionRequest r ->
                layerVersion("AddLayerVersionPermission", caller, r.layerName(), r.versionNumber());
            case Lambda.RemoveLayerVersionPermissionRequest r ->
                layerVersion("RemoveLayerVersionPermission", caller, r.layerName(), r.versionNumber());
            case Lambda.GetLayerVersionPolicyRequest r ->
                layerVersion("GetLayerVersionPolicy", caller, r.layerName(), r.versionNumber());
            case Lambda.PutProvisionedConcurrencyConfigRequest r ->
                function("PutProvisionedConcurrencyConfig", caller, r.functionName(), r.qualifier());
            case Lambda.GetProvisionedConcurrencyConfigRequest r ->
                function("GetProvisionedConcurrencyConfig", caller, r.functionName(), r.qualifier());
            case Lambda.ListProvisionedConcurrencyConfigsRequest r ->
                function("ListProvisionedConcurrencyConfigs", caller, r.functionName(), null);
            case Lambda.DeleteProvisionedConcurrencyConfigRequest r ->
                function("DeleteProvisionedConcurrencyConfig", caller, r.functionName(), r.qualifier());
            case Lambda.GetAccountSettingsRequest _ -> Access.to("lambda:GetAccountSettings");
            case Lambda.CheckpointDurableExecutionRequest r ->
                Access.to("lambda:CheckpointDurableExecution", r.durableExecutionArn());
            case Lambda.GetDurableExecutionRequest r ->
                Access.to("lambda:GetDurableExecution", r.durableExecutionArn());
            case Lambda.GetDurableExecutionHistoryRequest r ->
                Access.to("lambda:GetDurableExecutionHistory", r.durableExecutionArn());
            case Lambda.GetDurableExecutionStateRequest r ->
                Access.to("lambda:GetDurableExecutionState", r.durableExecutionArn());
            case Lambda.StopDurableExecutionRequest r ->
                Access.to("lambda:StopDurableExecution", r.durableExecutionArn());
            case Lambda.ListDurableExecutionsByFunctionRequest r ->
                function("ListDurableExecutionsByFunction", caller, r.functionName(), r.qualifier());
            case Lambda.SendDurableExecutionCallbackSuccessRequest r ->
                Access.to("lambda:SendDurableExecutionCallbackSuccess", DurableExecutions.functionOf(r.callbackId()));
            case Lambda.SendDurableExecutionCallbackFailureRequest r ->
                Access.to("lambda:SendDurableExecutionCallbackFailure", DurableExecutions.functionOf(r.callbackId()));
            case Lambda.SendDurableExecutionCallbackHeartbeatRequest r ->
                Access.to("lambda:SendDurableExecutionCallbackHeartbeat", DurableExecutions.functionOf(r.callbackId()));
        };
    }

    private static Access function(String action, Caller caller, String name, String qualifier) {
        return Access.to("lambda:" + action, FunctionName.of(caller, name, qualifier).qualifiedArn());
    }

    private static Access layerVersion(String action, Caller caller, String name, Long number) {
        return Access.to("lambda:" + action, LayerName.of(caller, name).with(number).versionArn());
    }

    /**
     * Whoever gives a function a layer must be allowed to read it. Of layers that are not here the operation itself
     * speaks.
     */
    private Access withLayers(Access access, Caller caller, List<String> arns) {
        if (arns == null || arns.isEmpty()) {
            return access;
        }
        var known = arns.stream().filter(arn -> layers.exists(LayerName.of(caller, arn)))
                .map(arn -> Access.to("lambda:GetLayerVersion", arn));
        return new Access(access.action(), access.resources(), access.keys(),
                Stream.concat(access.also().stream(), known).toList())
                .with("lambda:Layer", arns);
    }

    /** Of a function or a layer, by its ARN. */
    Optional<String> policy(Caller caller, String arn) {
        if (arn.contains(":layer:")) {
            return layerPermissions.policy(LayerName.of(caller, arn));
        }
        return permissions.policy(FunctionName.of(caller, arn));
    }
}
