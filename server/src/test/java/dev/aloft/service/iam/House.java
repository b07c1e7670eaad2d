package dev.aloft.service.iam;

import dev.aloft.api.Caller;
import dev.aloft.api.Iam;
import dev.aloft.api.Principal;
import dev.aloft.api.Sts;
import dev.aloft.kernel.call.LocalEndpoint;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.identity.Authorizer;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.kernel.identity.Sessions;
import dev.aloft.kernel.store.FlakyStore;
import dev.aloft.kernel.store.MemoryStore;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.TestTime;
import java.util.Map;

/** IAM and STS behind the one door, with the authorizer at it. */
final class House {
    static final String ACCOUNT = "111122223333";
    static final String TRUST_LAMBDA = """
        {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},\
        "Action":"sts:AssumeRole"}]}""";
    static final String TRUST_ACCOUNT = """
        {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},\
        "Action":"sts:AssumeRole"}]}""";

    final TestTime time = new TestTime();
    final Store store = new FlakyStore(new MemoryStore());
    final KeyFile keys = KeyFile.inMemory();
    final IamPolicySource source = new IamPolicySource(store, keys, time);
    final Sessions sessions = new Sessions(keys, time);
    final dev.aloft.kernel.identity.Roles roles = new dev.aloft.kernel.identity.Roles(source, time);
    final LocalEndpoint endpoint = new LocalEndpoint(new Authorizer(source, time), store::inTransaction);
    final IamService service = new IamService(store, keys, time, endpoint, endpoint);
    final Iam iam = Iam.at(endpoint);
    final Sts sts = Sts.at(endpoint);
    final Caller root = caller(new Principal.Root(ACCOUNT));

    House() {
        endpoint.add(service);
        endpoint.add(new StsService(store, source, roles, sessions, time));
    }

    static Caller caller(Principal principal) {
        return new Caller(ACCOUNT, "us-east-1", principal, "request", null, 0, "http://localhost:4566", "127.0.0.1",
            "test");
    }

    static String allow(String action) {
        return "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"" + action
            + "\",\"Resource\":\"*\"}]}";
    }

    void createRole(String name, String trust) {
        iam.createRole(root, Iam.CreateRoleRequest.of(r -> r.roleName(name).assumeRolePolicyDocument(trust)));
    }

    ResourceType type(String name) {
        return service.resourceTypes().stream().filter(type -> type.type().equals(name)).findFirst().orElseThrow();
    }

    static ResourceType.Desired desired(String logicalId, Map<String, Object> properties) {
        return new ResourceType.Desired("arn:aws:cloudformation:us-east-1:111122223333:stack/app/1", "app", logicalId,
            "t1",
            properties, Map.of());
    }
}
