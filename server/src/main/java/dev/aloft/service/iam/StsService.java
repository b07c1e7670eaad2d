package dev.aloft.service.iam;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Principal;
import dev.aloft.api.Shape;
import dev.aloft.api.Sts;
import dev.aloft.kernel.call.Access;
import dev.aloft.kernel.call.Service;
import dev.aloft.kernel.identity.AccessKeyIds;
import dev.aloft.kernel.identity.Policy;
import dev.aloft.kernel.identity.PolicySource;
import dev.aloft.kernel.identity.Roles;
import dev.aloft.kernel.identity.Sessions;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The operations of the AWS Security Token Service. */
public final class StsService implements Service, Sts {
    private static final int USUAL_SESSION = 3600;
    private static final int CHAINED_SESSION = 3600;
    private static final int LARGEST_POLICY = 2048;

    private final IamData data = new IamData();
    private final PolicySource source;
    private final Roles roles;
    private final Sessions sessions;
    private final ManagedPolicies policies;
    private final Store store;

    public StsService(Store platform, PolicySource source, Roles roles, Sessions sessions, Time time) {
        this.source = source;
        this.roles = roles;
        this.sessions = sessions;
        store = platform.in("iam");
        policies = new ManagedPolicies(data, store, time);
    }

    @Override
    public Access access(Caller caller, Shape input) {
        return switch ((Request) input) {
            // Everybody may know who he is, whatever policies say.
            case GetCallerIdentityRequest _ -> new Access("sts:GetCallerIdentity", List.of());
            case GetAccessKeyInfoRequest _ -> Access.to("sts:GetAccessKeyInfo");
            case AssumeRoleRequest r -> Access.to("sts:AssumeRole", role(r.roleArn()))
                .with("sts:RoleSessionName", r.roleSessionName()).with("sts:ExternalId", r.externalId());
        };
    }

    private static String role(String arn) {
        if (!isRole(arn)) {
            throw ApiError.of("ValidationError", 400, arn + " is invalid");
        }
        return arn;
    }

    /** A role's resource policy is its trust policy. */
    @Override
    public Optional<String> policy(Caller caller, String arn) {
        return source.role(arn).map(PolicySource.Role::trustPolicy);
    }

    @Override
    public GetCallerIdentityResponse getCallerIdentity(Caller caller, GetCallerIdentityRequest input) {
        var principal = caller.principal();
        return GetCallerIdentityResponse.of(
                r -> r.userId(principal.id()).account(caller.account()).arn(principal.arn()));
    }

    @Override
    public GetAccessKeyInfoResponse getAccessKeyInfo(Caller caller, GetAccessKeyInfoRequest input) {
        var account = AccessKeyIds.account(input.accessKeyId()).orElseThrow(
                () -> ApiError.of("InvalidClientTokenId", 403,
                        "The security token included in the request is invalid."));
        return GetAccessKeyInfoResponse.of(r -> r.account(account));
    }

    @Override
    public AssumeRoleResponse assumeRole(Caller caller, AssumeRoleRequest input) {
        refuseWhatIsNotBuilt(input);
        var keys = new LinkedHashMap<String, List<String>>();
        keys.put("sts:RoleSessionName", List.of(input.roleSessionName()));
        if (input.externalId() != null) {
            keys.put("sts:ExternalId", List.of(input.externalId()));
        }
        // The door asked what the caller's own policies say; that the role trusts him is asked here, of root as well.
        if (!roles.trusts(caller, input.roleArn(), keys)) {
            throw Roles.denied(caller, input.roleArn());
        }
        var role = source.role(input.roleArn()).orElseThrow(() -> Roles.denied(caller, input.roleArn()));
        var lifetime = lifetime(caller, input.durationSeconds(), role);
        var sessionPolicy = sessionPolicy(input);
        var session = new Principal.RoleSession(role.arn(), role.id(), input.roleSessionName(), sessionPolicy);
        var issued = sessions.issue(session, lifetime);
        return AssumeRoleResponse.of(r -> r
                .credentials(Credentials.of(c -> c.accessKeyId(issued.accessKeyId())
                        .secretAccessKey(issued.secretAccessKey()).sessionToken(issued.sessionToken())
                        .expiration(issued.expiration())))
                .assumedRoleUser(AssumedRoleUser.of(u -> u.assumedRoleId(session.id()).arn(session.arn())))
                .packedPolicySize(sessionPolicy == null ? null
                        : Math.max(1, Math.min(100, sessionPolicy.length() * 100 / LARGEST_POLICY))));
    }

    private static boolean isRole(String text) {
        if (!Arn.isArn(text)) {
            return false;
        }
        var arn = Arn.parse(text);
        return arn.service().equals("iam") && arn.region().isEmpty() && arn.account().length() == 12
                && arn.resource().startsWith("role/");
    }

    private static void refuseWhatIsNotBuilt(AssumeRoleRequest input) {
        if (input.tags() != null && !input.tags().isEmpty()
                || input.transitiveTagKeys() != null && !input.transitiveTagKeys().isEmpty()) {
            throw ApiError.notBuilt("AssumeRole with session tags");
        }
        if (input.sourceIdentity() != null) {
            throw ApiError.notBuilt("AssumeRole with SourceIdentity");
        }
        if (input.serialNumber() != null || input.tokenCode() != null) {
            throw ApiError.notBuilt("AssumeRole with a multi-factor device");
        }
        if (input.providedContexts() != null && !input.providedContexts().isEmpty()) {
            throw ApiError.notBuilt("AssumeRole with ProvidedContexts");
        }
    }

    private static Duration lifetime(Caller caller, Integer seconds, PolicySource.Role role) {
        if (seconds == null) {
            return Duration.ofSeconds(USUAL_SESSION);
        }
        if (caller.principal() instanceof Principal.RoleSession && seconds > CHAINED_SESSION) {
            throw ApiError.of("ValidationError", 400,
                    "The requested DurationSeconds exceeds the 1 hour session limit for roles"
                    + " assumed by role chaining.");
        }
        if (seconds > role.maxSessionSeconds()) {
            throw ApiError.of("ValidationError", 400,
                    "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
        }
        return Duration.ofSeconds(seconds);
    }

    /** The given document and managed policies as one, since each of them may allow; or null. */
    private String sessionPolicy(AssumeRoleRequest input) {
        var documents = new ArrayList<String>();
        if (input.policy() != null) {
            documents.add(checked(input.policy()));
        }
        for (var given : input.policyArns() == null ? List.<PolicyDescriptorType>of() : input.policyArns()) {
            documents.add(store.<ManagedPolicy>read(tx -> policies.find(tx, given.arn()).orElseThrow(
                    () -> ApiError.of("ValidationError", 400,
                            "Policy " + given.arn() + " does not exist or is not attachable.")))
                    .document());
        }
        if (documents.size() < 2) {
            return documents.isEmpty() ? null : documents.getFirst();
        }
        var statements = new ArrayList<Object>();
        for (var document : documents) {
            switch (((Map<?, ?>) JsonReader.tree(document)).get("Statement")) {
                case List<?> many -> many.forEach(statement -> statements.add(unnamed(statement)));
                case Object one -> statements.add(unnamed(one));
            }
        }
        return JsonWriter.string(Map.of("Version", "2012-10-17", "Statement", statements));
    }

    /** Ids are unique within one document only. */
    private static Object unnamed(Object statement) {
        var copy = new LinkedHashMap<>((Map<?, ?>) statement);
        copy.remove("Sid");
        return copy;
    }

    private static String checked(String document) {
        if (document.length() > LARGEST_POLICY) {
            throw new PackedPolicyTooLargeException("Packed policy consumes " + document.length() * 100 / LARGEST_POLICY
                    + "% of allotted space, please use smaller policy.");
        }
        try {
            Policy.of(document, Policy.Kind.IDENTITY);
            return document;
        } catch (Policy.Malformed e) {
            throw new MalformedPolicyDocumentException(e.getMessage());
        }
    }
}
