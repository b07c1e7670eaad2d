package dev.aloft.kernel.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Iam;
import dev.aloft.api.Lambda;
import dev.aloft.api.Operation;
import dev.aloft.api.Principal;
import dev.aloft.api.S3;
import dev.aloft.api.ServiceModel;
import dev.aloft.api.Shape;
import dev.aloft.api.Sns;
import dev.aloft.api.Sqs;
import dev.aloft.kernel.call.Access;
import dev.aloft.kernel.call.Service;
import dev.aloft.kernel.time.TestTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AuthorizerTest {
    private static final String ACCOUNT = "111122223333";
    private static final String FUNCTION = "arn:aws:lambda:us-east-1:111122223333:function:orders";
    private static final String ROLE = "arn:aws:iam::111122223333:role/app/worker";
    private static final Principal.User ANN =
        new Principal.User("arn:aws:iam::111122223333:user/ann", "AIDAANN", "ann");
    private static final Principal.RoleSession SESSION = new Principal.RoleSession(ROLE, "AROAWORKER", "run", null);

    private final Known known = new Known();
    private final Map<String, String> resourcePolicies = new HashMap<>();
    private final Authorizer authorizer = new Authorizer(known, new TestTime());
    private final Roles roles = new Roles(known, new TestTime());

    /** Users and roles, by hand. */
    private static final class Known implements PolicySource {
        final List<Attached> policies = new ArrayList<>();
        Optional<String> boundary = Optional.empty();
        String trust = statement("Allow",
            "\"Principal\":{\"Service\":\"lambda.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"");

        @Override
        public boolean hasUsers() {
            return false;
        }

        @Override
        public Optional<AccessKey> accessKey(String accessKeyId) {
            return Optional.empty();
        }

        @Override
        public Optional<Role> role(String roleArn) {
            return roleArn.equals(ROLE) ? Optional.of(new Role(ROLE, "AROAWORKER", trust, 3600)) : Optional.empty();
        }

        @Override
        public boolean isThere(String principal, String account) {
            return true;
        }

        @Override
        public Optional<Identity> identity(Principal principal) {
            return Optional.of(new Identity(policies, boundary, Map.of("team", "blue")));
        }
    }

    private record Fixed(ServiceModel model, Map<String, String> policies) implements Service {
        @Override
        public Shape call(Operation operation, Caller caller, Shape input) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Access access(Caller caller, Shape input) {
            return Access.to("lambda:InvokeFunction", FUNCTION);
        }

        @Override
        public Optional<String> policy(Caller caller, String arn) {
            return Optional.ofNullable(policies.get(arn));
        }
    }

    private static String statement(String effect, String rest) {
        return "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"" + effect + "\"," + rest + "}]}";
    }

    private void identity(String effect, String action) {
        known.policies.add(new PolicySource.Attached(null,
            statement(effect, "\"Action\":\"" + action + "\",\"Resource\":\"*\"")));
    }

    private void resource(String effect, String principal) {
        resourcePolicies.put(FUNCTION,
            statement(effect, "\"Principal\":" + principal + ",\"Action\":\"lambda:InvokeFunction\",\"Resource\":\""
                + FUNCTION + "\""));
    }

    private static Caller caller(Principal principal) {
        return new Caller(ACCOUNT, "us-east-1", principal, "r", null, 0, "http://localhost:4566", "127.0.0.1", "test");
    }

    private void invoke(Principal principal) {
        authorizer.require(caller(principal), Access.to("lambda:InvokeFunction", FUNCTION),
            new Fixed(Lambda.MODEL, resourcePolicies));
    }

    private void refused(Principal principal, String end) {
        assertThatThrownBy(() -> invoke(principal)).isInstanceOfSatisfying(ApiError.class, error -> {
            assertThat(error.code()).isEqualTo("AccessDeniedException");
            assertThat(error.status()).isEqualTo(403);
        }).hasMessage("User: " + principal.arn() + " is not authorized to perform: lambda:InvokeFunction on resource: "
            + FUNCTION + end);
    }

    private void allowed(Principal principal) {
        assertThatCode(() -> invoke(principal)).doesNotThrowAnyException();
    }

    @Test
    void rootDoesWhatItLikesInItsAccountAndNothingInAnother() {
        allowed(new Principal.Root(ACCOUNT));
        refused(new Principal.Root("999999999999"),
            " because no resource-based policy allows the lambda:InvokeFunction action");
        resource("Allow", "{\"AWS\":\"999999999999\"}");
        allowed(new Principal.Root("999999999999"));
    }

    @Test
    void aUserNeedsAPolicyThatAllows() {
        refused(ANN, " because no identity-based policy allows the lambda:InvokeFunction action");
        identity("Allow", "lambda:Invoke*");
        allowed(ANN);
    }

    @Test
    void anExplicitDenyCountsMostAndSaysWhereItIs() {
        identity("Allow", "*");
        identity("Deny", "lambda:InvokeFunction");
        refused(ANN, " with an explicit deny in an identity-based policy");
        known.policies.removeLast();
        known.policies.add(new PolicySource.Attached("arn:aws:iam::111122223333:policy/no",
            statement("Deny", "\"Action\":\"*\",\"Resource\":\"*\"")));
        refused(ANN, " with an explicit deny in an identity-based policy: arn:aws:iam::111122223333:policy/no");
        resource("Deny", "\"*\"");
        refused(ANN, " with an explicit deny in a resource-based policy");
    }

    @Test
    void aResourcePolicyGrantsWithinTheAccountByNameButNotByTheAccount() {
        resource("Allow", "{\"AWS\":\"arn:aws:iam::111122223333:root\"}");
        refused(ANN, " because no identity-based policy allows the lambda:InvokeFunction action");
        resource("Allow", "{\"AWS\":\"" + ANN.arn() + "\"}");
        allowed(ANN);
    }

    @Test
    void aCallThroughAServiceIsThePrincipalsOwnAndSaysThroughWhich() {
        identity("Allow", "*");
        resourcePolicies.put(FUNCTION, statement("Deny", "\"Principal\":\"*\",\"Action\":\"*\",\"Resource\":\"*\","
                + "\"Condition\":{\"StringNotEquals\":{\"aws:CalledViaLast\":\"sqs.amazonaws.com\"}}"));
        refused(ANN, " with an explicit deny in a resource-based policy");
        authorizer.require(caller(ANN).through("sqs"), Access.to("lambda:InvokeFunction", FUNCTION),
                new Fixed(Lambda.MODEL, resourcePolicies));
    }

    @Test
    void betweenAccountsBothSidesMustAllow() {
        var eve = new Principal.User("arn:aws:iam::999999999999:user/eve", "AIDAEVE", "eve");
        resource("Allow", "{\"AWS\":\"arn:aws:iam::999999999999:user/eve\"}");
        refused(eve, " because no identity-based policy allows the lambda:InvokeFunction action");
        identity("Allow", "*");
        allowed(eve);
        resourcePolicies.clear();
        refused(eve, " because no resource-based policy allows the lambda:InvokeFunction action");
    }

    @Test
    void aBoundaryAndASessionPolicyNarrow() {
        identity("Allow", "*");
        known.boundary = Optional.of(statement("Allow", "\"Action\":\"s3:*\",\"Resource\":\"*\""));
        refused(ANN, " because no permissions boundary allows the lambda:InvokeFunction action");
        known.boundary = Optional.of(statement("Deny", "\"Action\":\"lambda:*\",\"Resource\":\"*\""));
        refused(ANN, " with an explicit deny in a permissions boundary");
        known.boundary = Optional.empty();
        var narrowed = new Principal.RoleSession(ROLE, "AROAWORKER", "run",
            statement("Allow", "\"Action\":\"s3:*\",\"Resource\":\"*\""));
        allowed(SESSION);
        refused(narrowed, " because no session policy allows the lambda:InvokeFunction action");
        resource("Allow", "{\"AWS\":\"" + ROLE + "\"}");
        refused(narrowed, " because no session policy allows the lambda:InvokeFunction action");
        resource("Allow", "{\"AWS\":\"" + narrowed.arn() + "\"}");
        allowed(narrowed);
    }

    @Test
    void aServiceNeedsThePermissionOfTheResourceAlways() {
        var gateway = new Principal.Service("apigateway.amazonaws.com",
            "arn:aws:execute-api:us-east-1:111122223333:abc/prod/GET/orders");
        refused(gateway, " because no resource-based policy allows the lambda:InvokeFunction action");
        resourcePolicies.put(FUNCTION, statement("Allow", """
            "Principal":{"Service":"apigateway.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"%s",
            "Condition":{"ArnLike":{"AWS:SourceArn":"arn:aws:execute-api:us-east-1:111122223333:abc/*/POST/orders"}}"""
            .formatted(FUNCTION)));
        refused(gateway, " because no resource-based policy allows the lambda:InvokeFunction action");
        resourcePolicies.put(FUNCTION, statement("Allow", """
            "Principal":{"Service":"apigateway.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"%s",
            "Condition":{"ArnLike":{"AWS:SourceArn":"arn:aws:execute-api:us-east-1:111122223333:abc/*/*/*"}}"""
            .formatted(FUNCTION)));
        allowed(gateway);
        refused(new Principal.Service("s3.amazonaws.com", null),
            " because no resource-based policy allows the lambda:InvokeFunction action");
    }

    @Test
    void aServiceIsKnownByTheNameThatItHasInItsRegionToo() {
        var logs = new Principal.Service("logs.amazonaws.com", "arn:aws:logs:us-east-1:111122223333:log-group:g:*");
        resource("Allow", "{\"Service\":\"logs.eu-west-1.amazonaws.com\"}");
        refused(logs, " because no resource-based policy allows the lambda:InvokeFunction action");
        resource("Allow", "{\"Service\":\"logs.us-east-1.amazonaws.com\"}");
        allowed(logs);
    }

    @Test
    void handingOnARoleNeedsPassRole() {
        var access = Access.to("lambda:CreateFunction", FUNCTION).passing(ROLE, "lambda.amazonaws.com");
        var lambda = new Fixed(Lambda.MODEL, resourcePolicies);
        identity("Allow", "lambda:*");
        assertThatThrownBy(() -> authorizer.require(caller(ANN), access, lambda))
            .hasMessage("User: " + ANN.arn() + " is not authorized to perform: iam:PassRole on resource: " + ROLE
                + " because no identity-based policy allows the iam:PassRole action");
        known.policies.add(new PolicySource.Attached(null,
            statement("Allow", "\"Action\":\"iam:PassRole\",\"Resource\":\"" + ROLE
            + "\",\"Condition\":{\"StringEquals\":{\"iam:PassedToService\":\"lambda.amazonaws.com\"}}")));
        assertThatCode(() -> authorizer.require(caller(ANN), access, lambda)).doesNotThrowAnyException();
    }

    @Test
    void aRoleOfAnotherAccountIsHandedOnByNobody() {
        identity("Allow", "*");
        var access = Access.to("lambda:CreateFunction", FUNCTION)
                .passing("arn:aws:iam::999900001111:role/r", "lambda.amazonaws.com");
        var lambda = new Fixed(Lambda.MODEL, resourcePolicies);
        assertThatThrownBy(() -> authorizer.require(caller(ANN), access, lambda))
            .extracting("code").isEqualTo("AccessDeniedException");
        assertThatThrownBy(() -> authorizer.require(caller(ANN), access, lambda))
            .hasMessage("Cross-account pass role is not allowed.");
    }

    @Test
    void tagsOfThePrincipalAreConditionKeys() {
        known.policies.add(new PolicySource.Attached(null, statement("Allow",
            "\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":{\"StringEquals\":{"
                + "\"aws:PrincipalTag/Team\":\"blue\"}}")));
        allowed(SESSION);
    }

    @Test
    void s3AndQueryServicesHaveTheirOwnWords() {
        var s3 = new Fixed(S3.MODEL, resourcePolicies);
        assertThatThrownBy(() -> authorizer.require(caller(ANN), Access.to("s3:GetObject", "arn:aws:s3:::b/k"), s3))
            .isInstanceOfSatisfying(ApiError.class, error -> assertThat(error.code()).isEqualTo("AccessDenied"))
            .hasMessage("User: " + ANN.arn()
                + " is not authorized to perform: s3:GetObject on resource: \"arn:aws:s3:::b/k\""
                + " because no identity-based policy allows the s3:GetObject action");
        assertThatThrownBy(() -> authorizer.require(caller(new Principal.Anonymous()),
            Access.to("s3:GetObject", "arn:aws:s3:::b/k"), s3)).hasMessage("Access Denied");
        assertThatThrownBy(() ->
            authorizer.require(caller(ANN), Access.to("iam:GetRole", ROLE), new Fixed(Iam.MODEL, Map.of())))
            .isInstanceOfSatisfying(ApiError.class, error -> {
                assertThat(error.code()).isEqualTo("AccessDenied");
                assertThat(error.status()).isEqualTo(403);
            });
    }

    @Test
    void queuesAndTopicsHaveTheirOwnWords() {
        refusedBy(Sqs.MODEL, Access.to("sqs:SendMessage", "arn:aws:sqs:us-east-1:111122223333:q"),
            "AccessDeniedException", "sqs:sendmessage");
        refusedBy(Sns.MODEL, Access.to("sns:Publish", "arn:aws:sns:us-east-1:111122223333:t"), "AuthorizationError",
            "SNS:Publish");
    }

    private void refusedBy(ServiceModel model, Access access, String code, String action) {
        assertThatThrownBy(() -> authorizer.require(caller(ANN), access, new Fixed(model, resourcePolicies)))
            .isInstanceOfSatisfying(ApiError.class, error -> {
                assertThat(error.code()).isEqualTo(code);
                assertThat(error.status()).isEqualTo(403);
            })
            .hasMessage("User: " + ANN.arn() + " is not authorized to perform: " + action + " on resource: "
                + access.resources().getFirst() + " because no identity-based policy allows the " + action + " action");
    }

    @Test
    void aRoleIsAssumedByWhomItTrusts() {
        var lambda = caller(new Principal.Root(ACCOUNT)).asService("lambda.amazonaws.com", FUNCTION);
        var worker = roles.assume(lambda, ROLE, "orders");
        assertThat(worker.principal()).isEqualTo(new Principal.RoleSession(ROLE, "AROAWORKER", "orders", null));
        assertThat(worker.principal().arn()).isEqualTo("arn:aws:sts::111122223333:assumed-role/worker/orders");
        assertThat(worker.account()).isEqualTo(ACCOUNT);
        var states = lambda.asService("states.amazonaws.com", null);
        assertThatThrownBy(() -> roles.assume(states, ROLE, "x"))
            .hasMessage("User: states.amazonaws.com is not authorized to perform: sts:AssumeRole on resource: " + ROLE);
        assertThat(roles.trusts(lambda, "arn:aws:iam::111122223333:role/none")).isFalse();
    }
}
