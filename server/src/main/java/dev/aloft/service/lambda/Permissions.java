package dev.aloft.service.lambda;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Lambda;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Resource policies of functions and their versions.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html">Resource-based policies</a>
 */
final class Permissions {
    private final Store store;
    private final Functions functions;

    Permissions(Store store, Functions functions) {
        this.store = store;
        this.functions = functions;
    }

    private static Key key(FunctionName name) {
        return LambdaData.key(name).and(name.qualifier() == null ? "" : name.qualifier());
    }

    Lambda.AddPermissionResponse add(Caller caller, Lambda.AddPermissionRequest r) {
        FunctionName name = FunctionName.of(caller, r.functionName(), r.qualifier());
        if (FunctionName.LATEST.equals(name.qualifier())) {
            throw new Lambda.InvalidParameterValueException("We currently do not support adding policies for $LATEST.");
        }
        String json = JsonWriter.string(statement(name, r));
        String revision = UUID.randomUUID().toString();
        store.change(tx -> {
            functions.version(tx, name);
            LambdaData.Policy policy = LambdaData.POLICIES.get(tx, key(name)).orElse(new LambdaData.Policy(List.of(), ""));
            revision(policy, r.revisionId());
            if (policy.statements().stream().anyMatch(s -> s.id().equals(r.statementId()))) {
                throw new Lambda.ResourceConflictException("The statement id (" + r.statementId() + ") provided already exists."
                        + " Please provide a new statement id, or remove the existing statement.");
            }
            var statements = new ArrayList<>(policy.statements());
            statements.add(new LambdaData.Statement(r.statementId(), json));
            LambdaData.POLICIES.put(tx, key(name), new LambdaData.Policy(statements, revision));
        });
        return Lambda.AddPermissionResponse.of(a -> a.statement(json));
    }

    private static Map<String, Object> statement(FunctionName name, Lambda.AddPermissionRequest r) {
        var statement = new LinkedHashMap<String, Object>();
        statement.put("Sid", r.statementId());
        statement.put("Effect", "Allow");
        statement.put("Principal", principal(r.principal()));
        statement.put("Action", r.action());
        statement.put("Resource", name.qualifiedArn());
        var equals = new LinkedHashMap<String, Object>();
        put(equals, "lambda:EventSourceToken", r.eventSourceToken());
        put(equals, "lambda:FunctionUrlAuthType", r.functionUrlAuthType());
        put(equals, "aws:PrincipalOrgID", r.principalOrgID());
        put(equals, "AWS:SourceAccount", r.sourceAccount());
        var condition = new LinkedHashMap<String, Object>();
        if (!equals.isEmpty()) {
            condition.put("StringEquals", equals);
        }
        if (r.sourceArn() != null) {
            condition.put("ArnLike", Map.of("AWS:SourceArn", r.sourceArn()));
        }
        if (r.invokedViaFunctionUrl() != null) {
            condition.put("Bool", Map.of("lambda:InvokedViaFunctionUrl", String.valueOf(r.invokedViaFunctionUrl())));
        }
        if (!condition.isEmpty()) {
            statement.put("Condition", condition);
        }
        return statement;
    }

    private static void put(Map<String, Object> into, String name, String value) {
        if (value != null) {
            into.put(name, value);
        }
    }

    private static Object principal(String given) {
        if (given.equals("*")) {
            return "*";
        }
        if (given.matches("\\d{12}")) {
            return Map.of("AWS", "arn:aws:iam::" + given + ":root");
        }
        if (Arn.isArn(given)) {
            return Map.of("AWS", given);
        }
        if (given.matches("[a-z0-9.-]+\\.(amazonaws\\.com(\\.cn)?|amazon\\.com)|[a-z0-9-]+\\.aws\\.internal")) {
            return Map.of("Service", given);
        }
        throw new Lambda.InvalidParameterValueException(
                "The provided principal was invalid. Please check the principal and try again.");
    }

    private static void revision(LambdaData.Policy policy, String wanted) {
        if (wanted != null && !wanted.equals(policy.revision())) {
            throw new Lambda.PreconditionFailedException("The Revision Id provided does not match the latest Revision Id. Call"
                    + " the GetPolicy API to retrieve the latest Revision Id");
        }
    }

    Lambda.RemovePermissionResponse remove(Caller caller, Lambda.RemovePermissionRequest r) {
        FunctionName name = FunctionName.of(caller, r.functionName(), r.qualifier());
        String revision = UUID.randomUUID().toString();
        store.change(tx -> {
            if (!LambdaData.FUNCTIONS.has(tx, LambdaData.key(name))) {
                throw new Lambda.ResourceNotFoundException("No policy found for: " + name.qualifiedArn());
            }
            LambdaData.Policy policy = LambdaData.POLICIES.get(tx, key(name)).orElseThrow(() ->
                    new Lambda.ResourceNotFoundException("No policy is associated with the given resource."));
            revision(policy, r.revisionId());
            var statements = policy.statements().stream().filter(s -> !s.id().equals(r.statementId())).toList();
            if (statements.size() == policy.statements().size()) {
                throw new Lambda.ResourceNotFoundException(
                        "Statement " + r.statementId() + " is not found in resource policy.");
            }
            if (statements.isEmpty()) {
                LambdaData.POLICIES.delete(tx, key(name));
            } else {
                LambdaData.POLICIES.put(tx, key(name), new LambdaData.Policy(statements, revision));
            }
        });
        return Lambda.RemovePermissionResponse.of(_ -> {});
    }

    Lambda.GetPolicyResponse get(Caller caller, Lambda.GetPolicyRequest r) {
        FunctionName name = FunctionName.of(caller, r.functionName(), r.qualifier());
        LambdaData.Policy policy = store.read(tx -> {
            functions.version(tx, name);
            return LambdaData.POLICIES.get(tx, key(name));
        }).orElseThrow(() -> new Lambda.ResourceNotFoundException("The resource you requested does not exist."));
        return Lambda.GetPolicyResponse.of(a -> a.policy(json(policy)).revisionId(policy.revision()));
    }

    /** The policy of this very function or version. */
    Optional<String> policy(FunctionName name) {
        return store.read((ReadTx tx) -> LambdaData.POLICIES.get(tx, key(name))).map(Permissions::json);
    }

    static String json(LambdaData.Policy policy) {
        var document = new LinkedHashMap<String, Object>();
        document.put("Version", "2012-10-17");
        document.put("Id", "default");
        document.put("Statement", policy.statements().stream().map(s -> JsonReader.tree(s.json())).toList());
        return JsonWriter.string(document);
    }
}
