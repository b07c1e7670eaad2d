package dev.aloft.service.kms;

import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Kms;
import dev.aloft.api.Operation;
import dev.aloft.api.Principal;
import dev.aloft.api.Shape;
import dev.aloft.kernel.call.LocalEndpoint;
import dev.aloft.kernel.call.Service;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.identity.Authorizer;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.kernel.identity.UserPolicies;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Keys of KMS for the tests of services that use them: made, forbidden, disabled; and what KMS was asked, by whom. */
public final class TestKeys implements LocalEndpoint.Gate {
    /** What KMS was asked since it was looked at last, each as {@code operation by whom}. */
    private final List<String> asked = new ArrayList<>();
    private final Map<String, String> users = new HashMap<>();
    private final Caller root;
    private final Authorizer authorizer;
    private final KmsService service;
    private final Kms kms;

    /** @param root whose keys they are */
    public TestKeys(Caller root, Store store, Time time, Endpoint endpoint) {
        this.root = root;
        authorizer = new Authorizer(new UserPolicies(users), time);
        service = new KmsService(store, KeyFile.inMemory(), time, endpoint, authorizer, new Targets());
        kms = Kms.at(endpoint);
    }

    public Service service() {
        return service;
    }

    @Override
    public void admit(Operation operation, Caller caller, Shape input, Service called) {
        if (called == service && caller.depth() > 0) {
            asked.add(operation.name() + " by " + caller.principal().arn());
        }
        authorizer.admit(operation, caller, input, called);
    }

    /** Everything may be carried out; KMS makes AWS's own keys when it looks what a call asks. */
    public static void admitAll(Operation operation, Caller caller, Shape input, Service called) {
        if (called instanceof KmsService) {
            called.accesses(caller, input);
        }
    }

    public List<String> asked() {
        var all = List.copyOf(asked);
        asked.clear();
        return all;
    }

    /** A user of the same account with one policy that allows these actions on everything. */
    public Caller user(String name, String... actions) {
        return withPolicy(name, "{\"Statement\": [" + allow("", "", actions) + "]}");
    }

    /** The same who may use no other key than this one. */
    public Caller userOf(String name, String key, String... actions) {
        return withPolicy(name, "{\"Statement\": [" + allow("", "", actions)
                + ", {\"Effect\": \"Deny\", \"Action\": \"kms:*\", \"NotResource\": \"" + key + "\"}]}");
    }

    private Caller withPolicy(String name, String policy) {
        var arn = "arn:aws:iam::" + root.account() + ":user/" + name;
        users.put(arn, policy);
        return new Caller(root.account(), root.region(), new Principal.User(arn, "AIDA" + name, name), "id", null, 0,
                root.endpoint(), root.sourceIp(), null);
    }

    /** A key that the account's policies decide about; its ARN. */
    public String key() {
        return kms.createKey(root, Kms.CreateKeyRequest.of(_ -> {})).keyMetadata().arn();
    }

    public void name(String alias, String key) {
        kms.createAlias(root, Kms.CreateAliasRequest.of(r -> r.aliasName(alias).targetKeyId(key)));
    }

    /** Lets a service look at the key and use it, this on a condition, which is JSON or empty. */
    public void allowService(String key, String principal, String condition) {
        put(key, "{\"Service\": \"" + principal + "\"}", condition);
    }

    /** Lets somebody of another account use the key on a condition. */
    public void allowPrincipal(String key, String principalArn, String condition) {
        put(key, "{\"AWS\": \"" + principalArn + "\"}", condition);
    }

    private void put(String key, String principal, String condition) {
        var all = allow("\"Principal\": {\"AWS\": \"arn:aws:iam::" + root.account() + ":root\"},", "", "kms:*");
        var more = allow("\"Principal\": " + principal + ",", condition, "kms:GenerateDataKey*", "kms:Decrypt");
        var look = allow("\"Principal\": " + principal + ",", "", "kms:DescribeKey");
        kms.putKeyPolicy(root, Kms.PutKeyPolicyRequest.of(
                r -> r.keyId(key).policy("{\"Statement\": [" + all + "," + more + "," + look + "]}")));
    }

    private static String allow(String principal, String condition, String... actions) {
        var named = condition.isEmpty() ? "" : ", \"Condition\": " + condition;
        return "{\"Effect\": \"Allow\", " + principal + " \"Action\": [\"" + String.join("\",\"", actions)
                + "\"], \"Resource\": \"*\"" + named + "}";
    }

    public void disable(String key) {
        kms.disableKey(root, Kms.DisableKeyRequest.of(r -> r.keyId(key)));
    }

    public void enable(String key) {
        kms.enableKey(root, Kms.EnableKeyRequest.of(r -> r.keyId(key)));
    }

    public void end(String key) {
        kms.scheduleKeyDeletion(root, Kms.ScheduleKeyDeletionRequest.of(r -> r.keyId(key).pendingWindowInDays(7)));
    }

    public void keep(String key) {
        kms.cancelKeyDeletion(root, Kms.CancelKeyDeletionRequest.of(r -> r.keyId(key)));
        enable(key);
    }
}
