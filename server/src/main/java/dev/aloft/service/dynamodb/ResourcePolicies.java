package dev.aloft.service.dynamodb;

import dev.aloft.api.Arn;
import dev.aloft.api.DynamoDb.DeleteResourcePolicyRequest;
import dev.aloft.api.DynamoDb.DeleteResourcePolicyResponse;
import dev.aloft.api.DynamoDb.GetResourcePolicyRequest;
import dev.aloft.api.DynamoDb.GetResourcePolicyResponse;
import dev.aloft.api.DynamoDb.PolicyNotFoundException;
import dev.aloft.api.DynamoDb.PutResourcePolicyRequest;
import dev.aloft.api.DynamoDb.PutResourcePolicyResponse;
import dev.aloft.api.DynamoDb.ResourceNotFoundException;
import dev.aloft.kernel.call.Access;
import dev.aloft.kernel.identity.Policy;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Policies of tables, which hold for their indexes too, and of streams.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/access-control-resource-based.html">Using
 *     resource-based policies</a>
 */
final class ResourcePolicies {
    private static final int MAX_BYTES = 20 << 10;
    /** No resource has another ARN; who asks for it is told so later. */
    private static final Pattern RESOURCE = Pattern.compile("[\\w.:/-]{1,1283}");
    private static final String NONE = "NO_POLICY";

    /** A policy as it is kept; its revision grows with each change. */
    record StoredPolicy(String document, String revision) {
    }

    private final DynamoDbData data;
    private final Store store;
    private final Time time;

    ResourcePolicies(DynamoDbData data, Store store, Time time) {
        this.data = data;
        this.store = store;
        this.time = time;
    }

    /** What a resource's policy stands under: that of an index is its table's. */
    private static Key key(String arn) {
        var parsed = Arn.parse(arn);
        var resource = parsed.resource();
        int index = resource.indexOf("/index/");
        return Key.of(parsed.account(), parsed.region(), index < 0 ? resource : resource.substring(0, index));
    }

    Optional<String> document(String arn) {
        return store.read(tx -> document(data, tx, arn));
    }

    static Optional<String> document(DynamoDbData data, ReadTx tx, String arn) {
        return !Arn.isArn(arn) || !RESOURCE.matcher(arn).matches() ? Optional.empty()
            : data.policies.get(tx, key(arn)).map(StoredPolicy::document);
    }

    /** Whom a new policy names. */
    static Access naming(Access access, String document) {
        return access.naming(Policy.named(document, Policy.Kind.RESOURCE), _ -> nobodyThere());
    }

    private static ValidationException nobodyThere() {
        return ValidationException.parameters("Invalid principal in policy document.");
    }

    static void check(String document) {
        if (document.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            throw ValidationException.parameters("Maximum policy size of " + MAX_BYTES + " bytes exceeded");
        }
        try {
            Policy.of(document, Policy.Kind.RESOURCE);
        } catch (Policy.NobodyThere _) {
            throw nobodyThere();
        } catch (Policy.Malformed e) {
            throw ValidationException.parameters("Invalid policy document: " + e.getMessage());
        }
    }

    /** The policy that a table is made with. */
    void make(Tx tx, TableRef ref, String document, Instant now) {
        data.policies.put(tx, key(ref.arn()), new StoredPolicy(document, Long.toString(now.toEpochMilli())));
    }

    static void forget(DynamoDbData data, Tx tx, TableRef ref) {
        data.policies.delete(tx, key(ref.arn()));
    }

    private void checkResource(ReadTx tx, String arn) {
        if (!Arn.isArn(arn)) {
            throw ValidationException.parameters("ARNs must start with 'arn:': " + arn);
        }
        var parsed = Arn.parse(arn);
        if (!parsed.service().equals("dynamodb")) {
            throw ValidationException.parameters("Provided Arn is not a DynamoDB resource arn: " + arn);
        }
        boolean stream = StreamRef.is(arn);
        if (!stream && !parsed.resource().matches("table/[^/]+")) {
            throw ValidationException.parameters(
                "Invalid resource arn provided, only table or stream is accepted. Provided resource arn: " + arn);
        }
        if (stream ? !data.streams.has(tx, StreamRef.of(arn).key()) : !data.tables.has(tx, TableRef.ofArn(arn).key())) {
            throw new ResourceNotFoundException("Requested resource not found: "
                + (stream ? "ResourcArn: " + arn : "Table: " + table(arn)) + " not found");
        }
    }

    PutResourcePolicyResponse put(PutResourcePolicyRequest in) {
        var now = time.instant();
        return store.write(tx -> {
            checkResource(tx, in.resourceArn());
            check(in.policy());
            var known = data.policies.get(tx, key(in.resourceArn()));
            checkRevision(in.resourceArn(), known, in.expectedRevisionId());
            if (known.filter(policy -> policy.document().equals(in.policy())).isPresent()) {
                return new PutResourcePolicyResponse(known.get().revision());
            }
            long last = known.map(policy -> Long.parseLong(policy.revision())).orElse(0L);
            var policy = new StoredPolicy(in.policy(), Long.toString(Math.max(now.toEpochMilli(), last + 1)));
            data.policies.put(tx, key(in.resourceArn()), policy);
            return new PutResourcePolicyResponse(policy.revision());
        });
    }

    private static String table(String arn) {
        return Arn.parse(arn).resource().split("/")[1];
    }

    private static void checkRevision(String arn, Optional<StoredPolicy> known, String expected) {
        if (expected == null || expected.equals(known.map(StoredPolicy::revision).orElse(NONE))) {
            return;
        }
        var policy = known.orElseThrow(() -> none(arn));
        throw none(expected.equals(NONE)
            ? "Requested policy update expecting none to be present for table " + table(arn)
                + ", but a policy exists with revision id " + policy.revision() + "."
            : "Requested update for policy with revision id " + expected + ", but the policy associated to target "
                + "table " + table(arn) + " has revision id " + policy.revision() + ".");
    }

    private static PolicyNotFoundException none(String what) {
        return new PolicyNotFoundException("Resource-based policy not found for the provided ResourceArn: " + what);
    }

    GetResourcePolicyResponse get(GetResourcePolicyRequest in) {
        return store.read(tx -> {
            checkResource(tx, in.resourceArn());
            var policy = data.policies.get(tx, key(in.resourceArn())).orElseThrow(() -> none(in.resourceArn()));
            return new GetResourcePolicyResponse(policy.document(), policy.revision());
        });
    }

    /** Deleting what is not there is no error, unless a revision was expected. */
    DeleteResourcePolicyResponse delete(DeleteResourcePolicyRequest in) {
        return store.write(tx -> {
            checkResource(tx, in.resourceArn());
            var known = data.policies.get(tx, key(in.resourceArn()));
            checkRevision(in.resourceArn(), known, in.expectedRevisionId());
            data.policies.delete(tx, key(in.resourceArn()));
            return new DeleteResourcePolicyResponse(known.map(StoredPolicy::revision).orElse(null));
        });
    }
}
