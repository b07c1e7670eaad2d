package dev.aloft.kernel.identity;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Principal;
import dev.aloft.kernel.time.Time;
import java.util.List;
import java.util.Map;

/** Roles as they are assumed: by a service that works under one, and by whoever asks STS. */
public final class Roles {
    private static final String ACTION = "sts:AssumeRole";

    private final PolicySource source;
    private final Time time;

    public Roles(PolicySource source, Time time) {
        this.source = source;
        this.time = time;
    }

    /**
     * The same call as a session of this role, in the role's account, where its trust policy lets the caller's
     * principal (for a service: {@code caller.asService("lambda.amazonaws.com", functionArn)}) assume it.
     *
     * @throws ApiError AccessDenied where it does not, or there is no such role
     */
    public Caller assume(Caller caller, String roleArn, String sessionName) {
        return assume(caller, roleArn, sessionName, Map.of());
    }

    /** As above, by a service that names its customer's account as the external id. */
    public Caller assumeForAccount(Caller caller, String roleArn, String sessionName) {
        return assume(caller, roleArn, sessionName, Map.of("sts:ExternalId", List.of(caller.account())));
    }

    private Caller assume(Caller caller, String roleArn, String sessionName, Map<String, List<String>> keys) {
        var role = source.role(roleArn).filter(it -> trusts(caller, it, keys))
                .orElseThrow(() -> denied(caller, roleArn));
        var session = new Principal.RoleSession(role.arn(), role.id(), sessionName, null);
        return caller.in(Account.of(session), caller.region()).as(session);
    }

    /** Whether the role exists and its trust policy lets the caller's principal assume it. */
    public boolean trusts(Caller caller, String roleArn) {
        return trusts(caller, roleArn, Map.of());
    }

    /** @param keys condition keys of the request, such as {@code sts:ExternalId} */
    public boolean trusts(Caller caller, String roleArn, Map<String, List<String>> keys) {
        return source.role(roleArn).filter(role -> trusts(caller, role, keys)).isPresent();
    }

    private boolean trusts(Caller caller, PolicySource.Role role, Map<String, List<String>> keys) {
        var request = new RequestKeys(caller, keys, Map.of(), null, time.instant());
        var verdict = Policy.of(role.trustPolicy(), Policy.Kind.TRUST)
                .judge(caller.principal(), ACTION, role.arn(), request);
        return !verdict.denies() && verdict.allows() != Principals.Match.NONE;
    }

    public static ApiError denied(Caller caller, String roleArn) {
        return ApiError.of("AccessDenied", 403, "User: " + caller.principal().arn()
                + " is not authorized to perform: sts:AssumeRole on resource: " + roleArn);
    }
}
