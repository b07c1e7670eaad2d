package dev.aloft.service.lambda;

import dev.aloft.api.Caller;
import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Lambda;
import dev.aloft.kernel.identity.Policy;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Resource policies of functions, their versions and aliases.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html">Resource-based
 *     policies</a>
 */
final class Permissions {
    private static final int MOST_BYTES = 20 * 1024;

    private final Store store;
    private final Functions functions;

    Permissions(Store store, Functions functions) {
        this.store = store;
        this.functions = functions;
    }

    Lambda.AddPermissionResponse add(Caller caller, Lambda.AddPermissionRequest r) {
        FunctionName name = FunctionName.of(caller, r.functionName(), r.qualifier());
        if (FunctionName.LATEST.equals(name.qualifier())) {
            throw new Lambda.InvalidParameterValueException("We currently do not support adding policies for $LATEST.");
        }
        if (r.functionUrlAuthType() != null && !r.action().equals("lambda:InvokeFunctionUrl")) {
            throw new Lambda.InvalidParameterValueException("FunctionUrlAuthType is only supported for "
                    + "lambda:InvokeFunctionUrl action");
        }
        String json = JsonWriter.string(statement(name, r));
        String revision = UUID.randomUUID().toString();
        store.change(tx -> {
            Revised revised = revised(tx, name);
            if (r.revisionId() != null && !r.revisionId().equals(revised.revision())) {
                throw new Lambda.PreconditionFailedException("The Revision Id provided does not match the "
                        + "latest Revision Id. Call the GetPolicy API to retrieve the latest Revision Id");
            }
            LambdaData.Policy policy = policy(tx, name).orElse(LambdaData.Policy.NONE);
            if (policy.has(r.statementId())) {
                throw new Lambda.ResourceConflictException("The statement id (" + r.statementId()
                        + ") provided already exists."
                        + " Please provide a new statement id, or remove the existing statement.");
            }
            var statements = new ArrayList<>(policy.statements());
            statements.add(new LambdaData.Statement(r.statementId(), json));
            var longer = new LambdaData.Policy(statements, revision);
            int bytes = json(longer).getBytes(StandardCharsets.UTF_8).length;
            if (bytes > MOST_BYTES) {
                throw new Lambda.PolicyLengthExceededException(
                        "The final policy size (" + bytes + ") is bigger than the limit (" + MOST_BYTES + ").");
            }
            LambdaData.POLICIES.put(tx, LambdaData.qualified(name), longer);
            revised.revise(tx, revision);
        });
        return Lambda.AddPermissionResponse.of(a -> a.statement(json));
    }

    /** What a policy belongs to: its revision is the policy's, and a change of the policy is a change of it. */
    private interface Revised {
        String revision();

        void revise(Tx tx, String revision);
    }

    private record RevisedFunction(FunctionName name, LambdaData.Function function) implements Revised {
        @Override
        public String revision() {
            return function.latest().revisionId();
        }

        @Override
        public void revise(Tx tx, String revision) {
            LambdaData.FUNCTIONS.put(tx, LambdaData.key(name),
                    function.with(function.latest().toBuilder().revisionId(revision).build()));
        }
    }

    private record RevisedVersion(Key key, LambdaData.Version version) implements Revised {
        @Override
        public String revision() {
            return version.configuration().revisionId();
        }

        @Override
        public void revise(Tx tx, String revision) {
            // What was kept before there were builds is told apart by its first revision.
            LambdaData.VERSIONS.put(tx, key, new LambdaData.Version(
                    version.configuration().toBuilder().revisionId(revision).build(), version.code(), version.layers(),
                    version.stamp()));
        }
    }

    private record RevisedAlias(Key key, Lambda.AliasConfiguration alias) implements Revised {
        @Override
        public String revision() {
            return alias.revisionId();
        }

        @Override
        public void revise(Tx tx, String revision) {
            LambdaData.ALIASES.put(tx, key, alias.toBuilder().revisionId(revision).build());
        }
    }

    private Revised revised(ReadTx tx, FunctionName name) {
        LambdaData.Function function = functions.find(tx, name.unqualified());
        if (name.isLatest()) {
            return new RevisedFunction(name, function);
        }
        if (name.isVersion()) {
            Key key = LambdaData.key(name).and(Long.parseLong(name.qualifier()));
            return new RevisedVersion(key, LambdaData.VERSIONS.get(tx, key).orElseThrow(name::notFound));
        }
        Key key = LambdaData.key(name).and(name.qualifier());
        return new RevisedAlias(key, LambdaData.ALIASES.get(tx, key).orElseThrow(() ->
                name.qualifier().contains("$") ? name.notFound() : Aliases.missing(name)));
    }

    private static Optional<LambdaData.Policy> policy(ReadTx tx, FunctionName name) {
        return LambdaData.POLICIES.get(tx, LambdaData.qualified(name));
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
        if (given.matches("arn:aws[a-z-]*:(iam|sts)::\\d{12}:.+")) {
            return Map.of("AWS", given);
        }
        if (given.matches("[a-z0-9.-]+\\.(amazonaws\\.com(\\.cn)?|amazon\\.com)|[a-z0-9-]+\\.aws\\.internal")) {
            return Map.of("Service", given);
        }
        throw invalidPrincipal();
    }

    static Lambda.InvalidParameterValueException invalidPrincipal() {
        return new Lambda.InvalidParameterValueException(
                "The provided principal was invalid. Please check the principal and try again.");
    }

    /** Whom the policy would name: one who is gone by now keeps it from taking another statement. */
    Set<String> named(Caller caller, Lambda.AddPermissionRequest r) {
        var had = policy(FunctionName.of(caller, r.functionName(), r.qualifier()));
        return Stream.concat(Stream.of(r.principal()),
                Policy.named(had.orElse(null), Policy.Kind.RESOURCE).stream()).collect(Collectors.toSet());
    }

    Lambda.RemovePermissionResponse remove(Caller caller, Lambda.RemovePermissionRequest r) {
        FunctionName name = FunctionName.of(caller, r.functionName(), r.qualifier());
        String revision = UUID.randomUUID().toString();
        store.change(tx -> {
            if (!LambdaData.FUNCTIONS.has(tx, LambdaData.key(name))) {
                throw new Lambda.ResourceNotFoundException("No policy found for: " + name.qualifiedArn());
            }
            Revised revised = revised(tx, name);
            LambdaData.Policy policy = policy(tx, name).orElseThrow(() ->
                    new Lambda.ResourceNotFoundException("No policy is associated with the given resource."));
            if (!policy.has(r.statementId())) {
                throw new Lambda.ResourceNotFoundException(
                        "Statement " + r.statementId() + " is not found in resource policy.");
            }
            if (r.revisionId() != null && !r.revisionId().equals(revised.revision())) {
                throw Functions.otherRevision();
            }
            var statements = policy.statements().stream().filter(s -> !s.id().equals(r.statementId())).toList();
            if (statements.isEmpty()) {
                LambdaData.POLICIES.delete(tx, LambdaData.qualified(name));
            } else {
                LambdaData.POLICIES.put(tx, LambdaData.qualified(name), new LambdaData.Policy(statements, revision));
            }
            revised.revise(tx, revision);
        });
        return Lambda.RemovePermissionResponse.of(_ -> {});
    }

    Lambda.GetPolicyResponse get(Caller caller, Lambda.GetPolicyRequest r) {
        FunctionName name = FunctionName.of(caller, r.functionName(), r.qualifier());
        return store.read(tx -> {
            String revision = revised(tx, name).revision();
            LambdaData.Policy policy = policy(tx, name).orElseThrow(Layers::missing);
            return Lambda.GetPolicyResponse.of(a -> a.policy(json(policy)).revisionId(revision));
        });
    }

    /** The policy of this very function, version or alias. */
    Optional<String> policy(FunctionName name) {
        return store.read((ReadTx tx) -> policy(tx, name)).map(Permissions::json);
    }

    static String json(LambdaData.Policy policy) {
        var document = new LinkedHashMap<String, Object>();
        document.put("Version", "2012-10-17");
        document.put("Id", "default");
        document.put("Statement", policy.statements().stream().map(s -> JsonReader.tree(s.json())).toList());
        return JsonWriter.string(document);
    }
}
