package dev.aloft.service.lambda;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Lambda;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Resource policies of layer versions: who else may read them.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/permissions-layer-cross-account.html">
 *     Granting Lambda layer access to other accounts</a>
 */
final class LayerPermissions {
    private final Store store;

    LayerPermissions(Store store) {
        this.store = store;
    }

    Lambda.AddLayerVersionPermissionResponse add(Caller caller, Lambda.AddLayerVersionPermissionRequest r) {
        LayerName name = LayerName.of(caller, r.layerName()).with(r.versionNumber());
        String json = JsonWriter.string(statement(name, r));
        String revision = UUID.randomUUID().toString();
        store.change(tx -> {
            if (Layers.find(tx, name).isEmpty()) {
                throw doesNotExist(name);
            }
            LambdaData.Policy policy = policy(tx, name).orElse(LambdaData.Policy.NONE);
            if (policy.has(r.statementId())) {
                throw new Lambda.ResourceConflictException("The statement id (" + r.statementId()
                        + ") provided already exists."
                        + " Please provide a new statement id, or remove the existing statement.");
            }
            revision(policy, r.revisionId());
            var statements = new ArrayList<>(policy.statements());
            statements.add(new LambdaData.Statement(r.statementId(), json));
            LambdaData.LAYER_POLICIES.put(tx, name.versionKey(), new LambdaData.Policy(statements, revision));
        });
        return Lambda.AddLayerVersionPermissionResponse.of(a -> a.statement(json).revisionId(revision));
    }

    private static Map<String, Object> statement(LayerName name, Lambda.AddLayerVersionPermissionRequest r) {
        var statement = new LinkedHashMap<String, Object>();
        statement.put("Sid", r.statementId());
        statement.put("Effect", "Allow");
        statement.put("Principal", r.principal().equals("*") ? "*" : Map.of("AWS",
                Arn.isArn(r.principal()) ? r.principal() : "arn:aws:iam::" + r.principal() + ":root"));
        statement.put("Action", r.action());
        statement.put("Resource", name.versionArn());
        if (r.organizationId() != null) {
            statement.put("Condition", Map.of("StringEquals", Map.of("aws:PrincipalOrgID", r.organizationId())));
        }
        return statement;
    }

    private static Lambda.ResourceNotFoundException doesNotExist(LayerName name) {
        return new Lambda.ResourceNotFoundException("Layer version " + name.versionArn() + " does not exist.");
    }

    private static void revision(LambdaData.Policy policy, String wanted) {
        if (wanted != null && !wanted.equals(policy.revision())) {
            throw new Lambda.PreconditionFailedException("The Revision Id provided does not match the "
                    + "latest Revision Id. Call the GetLayerPolicy API to retrieve the latest Revision Id");
        }
    }

    private static Optional<LambdaData.Policy> policy(ReadTx tx, LayerName name) {
        return LambdaData.LAYER_POLICIES.get(tx, name.versionKey());
    }

    Lambda.RemoveLayerVersionPermissionResponse remove(Caller caller, Lambda.RemoveLayerVersionPermissionRequest r) {
        LayerName name = LayerName.of(caller, r.layerName()).with(r.versionNumber());
        String revision = UUID.randomUUID().toString();
        store.change(tx -> {
            if (Layers.find(tx, name).isEmpty()) {
                throw doesNotExist(name);
            }
            LambdaData.Policy policy = policy(tx, name).orElse(LambdaData.Policy.NONE);
            revision(policy, r.revisionId());
            if (!policy.has(r.statementId())) {
                throw new Lambda.ResourceNotFoundException("Statement " + r.statementId()
                        + " is not found in resource policy.");
            }
            var statements = policy.statements().stream().filter(each -> !each.id().equals(r.statementId())).toList();
            if (statements.isEmpty()) {
                LambdaData.LAYER_POLICIES.delete(tx, name.versionKey());
            } else {
                LambdaData.LAYER_POLICIES.put(tx, name.versionKey(), new LambdaData.Policy(statements, revision));
            }
        });
        return Lambda.RemoveLayerVersionPermissionResponse.of(_ -> {});
    }

    Lambda.GetLayerVersionPolicyResponse get(Caller caller, Lambda.GetLayerVersionPolicyRequest r) {
        LayerName name = LayerName.of(caller, r.layerName()).with(r.versionNumber());
        LambdaData.Policy policy = store.read(tx -> {
            if (Layers.find(tx, name).isEmpty()) {
                throw doesNotExist(name);
            }
            return policy(tx, name);
        }).orElseThrow(() -> new Lambda.ResourceNotFoundException("No policy is associated with the given resource."));
        return Lambda.GetLayerVersionPolicyResponse.of(a -> a.policy(Permissions.json(policy))
                .revisionId(policy.revision()));
    }

    /** As a document. */
    Optional<String> policy(LayerName name) {
        return store.read((ReadTx tx) -> policy(tx, name)).map(Permissions::json);
    }
}
