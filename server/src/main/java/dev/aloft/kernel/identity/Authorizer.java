package dev.aloft.kernel.identity;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Operation;
import dev.aloft.api.Principal;
import dev.aloft.api.ServiceModel;
import dev.aloft.api.Shape;
import dev.aloft.kernel.call.Access;
import dev.aloft.kernel.call.LocalEndpoint;
import dev.aloft.kernel.call.Service;
import dev.aloft.kernel.identity.Decision.ExplicitlyDenied;
import dev.aloft.kernel.identity.Decision.Layer;
import dev.aloft.kernel.identity.Decision.NotAllowed;
import dev.aloft.kernel.time.Time;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The one place where policies are evaluated, in AWS's order: an explicit deny anywhere ends it; within an account the
 * resource's policy or the identity's must allow, between accounts both; a boundary and a session policy narrow what
 * the identity has. Services are allowed by the resource's policy alone. What a key of KMS is used for its policy must
 * allow, whoever asks, but for what its grants allow.
 *
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html">
 *     How enforcement code logic evaluates requests</a>
 */
public final class Authorizer implements LocalEndpoint.Gate {
    private final PolicySource source;
    private final Time time;

    public Authorizer(PolicySource source, Time time) {
        this.source = source;
        this.time = time;
    }

    @Override
    public void admit(Operation operation, Caller caller, Shape input, Service service) {
        if (!operation.signed()) {
            return;
        }
        for (var access : service.accesses(caller, input)) {
            require(caller, access, service);
        }
    }

    /** Demands a permission, or throws what AWS answers. */
    public void require(Caller caller, Access access, Service service) {
        for (var resource : access.resources()) {
            var decision = decide(caller, access.action(), resource, access.keys(), service);
            if (!(decision instanceof Decision.Allowed)) {
                var told = access.toldAs() == null ? resource : access.toldAs();
                throw denied(decision, caller, access.action(), told, service);
            }
        }
        access.also().forEach(besides -> require(caller, besides, service));
        if (access.named() != null) {
            require(caller, access.named());
        }
    }

    private void require(Caller caller, Access.Named named) {
        for (var principal : named.principals()) {
            if (!source.isThere(principal, caller.account())) {
                throw named.missing().apply(principal);
            }
        }
    }

    /** What the policies say of one action on one resource of a service. */
    public Decision decide(
            Caller caller, String action, String resource, Map<String, List<String>> given, Service service) {
        // No policy is read for whom none can refuse.
        return !service.policyMustAllow() && isRootOfOwner(caller, resource, service) ? Decision.ALLOWED
                : decide(caller, action, resource, given, service, resourcePolicy(caller, action, resource, service));
    }

    private static boolean isRootOfOwner(Caller caller, String resource, Service service) {
        return caller.principal() instanceof Principal.Root root
                && root.account().equals(service.owner(caller, resource));
    }

    /** The same as if the resource had this policy. */
    public Decision decide(Caller caller, String action, String resource, Map<String, List<String>> given,
            Service service, Optional<String> policy) {
        boolean policyMustAllow = policy.isPresent() && service.policyMustAllow();
        if (!policyMustAllow && isRootOfOwner(caller, resource, service)) {
            return Decision.ALLOWED;
        }
        var owner = service.owner(caller, resource);
        var principal = caller.principal();
        var identity = source.identity(principal);
        var keys = new RequestKeys(caller, given, identity.map(PolicySource.Identity::tags).orElse(Map.of()), owner,
                time.instant());
        var ask = new Ask(principal, action, resource, keys);
        var byResource = ask.of(policy, Policy.Kind.RESOURCE);
        if (byResource.denies()) {
            return new ExplicitlyDenied(Layer.RESOURCE, null);
        }
        var decision = ofPrincipal(ask, identity, byResource.allows(), owner);
        if (policyMustAllow && byResource.allows() == Principals.Match.NONE
                && !(decision instanceof ExplicitlyDenied)) {
            decision = new NotAllowed(Layer.RESOURCE);
        }
        return decision instanceof NotAllowed && service.grants(caller, action, resource, given)
                ? Decision.ALLOWED : decision;
    }

    private static Decision ofPrincipal(Ask ask, Optional<PolicySource.Identity> identity, Principals.Match byResource,
            String owner) {
        return switch (ask.principal()) {
            case Principal.Service _, Principal.Anonymous _, Principal.Root _ -> byResource == Principals.Match.NONE
                ? new NotAllowed(Layer.RESOURCE) : Decision.ALLOWED;
            case Principal.User _ -> ofIdentity(ask, identity, Optional.empty(), byResource, owner);
            case Principal.RoleSession session ->
                ofIdentity(ask, identity, Optional.ofNullable(session.sessionPolicy()), byResource, owner);
        };
    }

    /** Of one of the service's own resources: not of all of them, nor of a role that is handed on. */
    private static Optional<String> resourcePolicy(Caller caller, String action, String resource, Service service) {
        return resource.equals("*") || action.equals("iam:PassRole") ? Optional.empty()
                : service.policy(caller, resource);
    }

    private static Decision ofIdentity(Ask ask, Optional<PolicySource.Identity> identity,
            Optional<String> sessionPolicy, Principals.Match byResource, String owner) {
        boolean identityAllows = false;
        for (var attached : identity.map(PolicySource.Identity::policies).orElse(List.of())) {
            var verdict = ask.of(Optional.of(attached.document()), Policy.Kind.IDENTITY);
            if (verdict.denies()) {
                return new ExplicitlyDenied(Layer.IDENTITY, attached.arn());
            }
            identityAllows |= verdict.allows() != Principals.Match.NONE;
        }
        var boundary = identity.flatMap(PolicySource.Identity::boundary);
        var byBoundary = ask.of(boundary, Policy.Kind.IDENTITY);
        if (byBoundary.denies()) {
            return new ExplicitlyDenied(Layer.BOUNDARY, null);
        }
        var bySession = ask.of(sessionPolicy, Policy.Kind.IDENTITY);
        if (bySession.denies()) {
            return new ExplicitlyDenied(Layer.SESSION, null);
        }
        boolean sameAccount = Account.of(ask.principal()).equals(owner);
        // A grant to the user or the session itself needs nothing more; one to the role is narrowed by what narrows
        // sessions; one to the account leaves it to the account's own policies.
        if (sameAccount && byResource == Principals.Match.EXACT) {
            return Decision.ALLOWED;
        }
        if (!sameAccount && byResource == Principals.Match.NONE) {
            return new NotAllowed(identityAllows ? Layer.RESOURCE : Layer.IDENTITY);
        }
        if (!identityAllows && !(sameAccount && byResource == Principals.Match.ROLE)) {
            return new NotAllowed(Layer.IDENTITY);
        }
        if (boundary.isPresent() && byBoundary.allows() == Principals.Match.NONE) {
            return new NotAllowed(Layer.BOUNDARY);
        }
        if (sessionPolicy.isPresent() && bySession.allows() == Principals.Match.NONE) {
            return new NotAllowed(Layer.SESSION);
        }
        return Decision.ALLOWED;
    }

    private record Ask(Principal principal, String action, String resource, Keys keys) {
        private static final Policy.Verdict SILENT = new Policy.Verdict(false, Principals.Match.NONE);

        Policy.Verdict of(Optional<String> document, Policy.Kind kind) {
            return document.map(it -> Policy.of(it, kind).judge(principal, action, resource, keys)).orElse(SILENT);
        }
    }

    private static ApiError denied(Decision decision, Caller caller, String action, String resource, Service service) {
        var model = service.model();
        boolean s3 = model.protocol().equals("rest-xml");
        if (action.equals("iam:PassRole") && !Account.of(caller).equals(service.owner(caller, resource))) {
            return error(model, "Cross-account pass role is not allowed.");
        }
        if (s3 && tellsNothing(caller, resource, service)) {
            return error(model, "Access Denied");
        }
        var told = model.told(action);
        var text = new StringBuilder("User: ").append(caller.principal().arn())
                .append(" is not authorized to perform: ").append(told);
        if (s3 && !resource.equals("*")) {
            text.append(" on resource: \"").append(resource).append('"');
        } else if (!s3) {
            text.append(" on resource: ").append(resource);
        }
        switch (decision) {
            case ExplicitlyDenied(var layer, var policyArn) -> {
                text.append(" with an explicit deny in ").append(layer.withArticle);
                if (policyArn != null) {
                    text.append(": ").append(policyArn);
                }
            }
            case NotAllowed(var layer) ->
                text.append(" because no ").append(layer.name).append(" allows the ").append(told).append(" action");
            case Decision.Allowed _ -> throw new IllegalArgumentException("allowed");
        }
        return error(model, text.toString());
    }

    /** S3 explains a denial only to the bucket's own account. */
    private static boolean tellsNothing(Caller caller, String resource, Service service) {
        return caller.principal() instanceof Principal.Anonymous
                || !Account.of(caller).equals(service.owner(caller, resource));
    }

    private static ApiError error(ServiceModel model, String message) {
        if (model.accessDeniedCode() != null) {
            return ApiError.of(model.accessDeniedCode(), 403, message);
        }
        return switch (model.protocol()) {
            case "query", "ec2", "rest-xml" -> ApiError.of("AccessDenied", 403, message);
            case "rest-json" -> ApiError.of("AccessDeniedException", 403, message);
            default -> ApiError.of("AccessDeniedException", model.queryCompatible() ? 403 : 400, message);
        };
    }
}
