package dev.aloft.service.lambda;

import dev.aloft.api.Lambda;
import dev.aloft.kernel.call.ResourceType;
import java.util.List;

/** What of Lambda templates can declare. */
final class LambdaResources {
    private LambdaResources() {}

    static List<ResourceType> all(Lambda lambda, Snapshots snapshots) {
        return List.of(new FunctionResource(lambda), new PermissionResource(lambda),
                new VersionResource(lambda, snapshots),
                new AliasResource(lambda), new LayerVersionResource(lambda), new LayerVersionPermissionResource(lambda),
                new UrlResource(lambda), new EventInvokeConfigResource(lambda), new EventSourceMappingResource(lambda),
                new CodeSigningConfigResource(lambda));
    }
}
