package dev.aloft.service.iam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Iam;
import dev.aloft.api.Principal;
import dev.aloft.api.Sts;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class StsTest {
    private static final String ROLE = "arn:aws:iam::111122223333:role/worker";

    private final House house = new House();

    private Sts.AssumeRoleResponse assume(Caller caller, int seconds, String policy) {
        return house.sts.assumeRole(caller, Sts.AssumeRoleRequest.of(r -> r.roleArn(ROLE).roleSessionName("run")
            .durationSeconds(seconds).policy(policy)));
    }

    private static void refused(String code, String message, Executable call) {
        assertThatThrownBy(call::execute)
            .isInstanceOfSatisfying(ApiError.class, error -> assertThat(error.code()).isEqualTo(code))
            .hasMessage(message);
    }

    @Test
    void everybodyMayKnowWhoHeIs() {
        var root = house.sts.getCallerIdentity(house.root, Sts.GetCallerIdentityRequest.of(_ -> { }));
        assertThat(root.arn()).isEqualTo("arn:aws:iam::111122223333:root");
        assertThat(root.userId()).isEqualTo("111122223333");
        assertThat(root.account()).isEqualTo("111122223333");
        var session = House.caller(new Principal.RoleSession(ROLE, "AROAX", "run", null));
        assertThat(house.sts.getCallerIdentity(session, Sts.GetCallerIdentityRequest.of(_ -> { })).arn())
            .isEqualTo("arn:aws:sts::111122223333:assumed-role/worker/run");
    }

    @Test
    void aRoleThatTrustsTheAccountIsAssumed() {
        house.createRole("worker", House.TRUST_ACCOUNT);
        house.iam.putRolePolicy(house.root, Iam.PutRolePolicyRequest.of(
            r -> r.roleName("worker").policyName("p").policyDocument(House.allow("iam:GetRole"))));
        var answer = assume(house.root, 900, null);
        assertThat(answer.assumedRoleUser().arn()).isEqualTo("arn:aws:sts::111122223333:assumed-role/worker/run");
        assertThat(answer.assumedRoleUser().assumedRoleId()).matches("AROA[A-Z0-9]{17}:run");
        assertThat(answer.credentials().accessKeyId()).startsWith("ASIA");
        assertThat(answer.credentials().expiration()).isEqualTo(house.time.instant().plus(Duration.ofMinutes(15)));
        assertThat(answer.packedPolicySize()).isNull();
        assertThat(house.sts.getAccessKeyInfo(house.root, Sts.GetAccessKeyInfoRequest.of(
            r -> r.accessKeyId(answer.credentials().accessKeyId()))).account()).isEqualTo("111122223333");
    }

    @Test
    void aRoleThatDoesNotTrustTheCallerIsNot() {
        var message = "User: arn:aws:iam::111122223333:root is not authorized to perform: sts:AssumeRole on resource: "
            + ROLE;
        refused("AccessDenied", message, () -> assume(house.root, 900, null));
        house.createRole("worker", House.TRUST_LAMBDA);
        refused("AccessDenied", message, () -> assume(house.root, 900, null));
    }

    @Test
    void anExternalIdMustBeTheOneTheRoleAsksFor() {
        house.createRole("worker", """
            {"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole",
            "Condition":{"StringEquals":{"sts:ExternalId":"42"}}}}""");
        assertThatThrownBy(() -> assume(house.root, 900, null)).hasMessageStartingWith("User: ");
        assertThat(house.sts.assumeRole(house.root, Sts.AssumeRoleRequest.of(
            r -> r.roleArn(ROLE).roleSessionName("run").externalId("42"))).credentials()).isNotNull();
    }

    @Test
    void anotherAccountNeedsTheRolesTrust() {
        house.createRole("worker", House.TRUST_ACCOUNT);
        var other = House.caller(new Principal.Root("999999999999")).in("999999999999", "us-east-1");
        assertThatThrownBy(() -> assume(other, 900, null))
            .hasMessageStartingWith("User: arn:aws:iam::999999999999:root is not"
            + " authorized to perform: sts:AssumeRole on resource: " + ROLE);
    }

    @Test
    void aSessionLastsNoLongerThanTheRoleAllows() {
        house.createRole("worker", House.TRUST_ACCOUNT);
        refused("ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
            () -> assume(house.root, 3601, null));
        house.iam.putRolePolicy(house.root, Iam.PutRolePolicyRequest.of(
            r -> r.roleName("worker").policyName("p").policyDocument(House.allow("sts:AssumeRole"))));
        house.iam.updateRole(house.root,
            Iam.UpdateRoleRequest.of(r -> r.roleName("worker").maxSessionDuration(43_200)));
        var session = house.source.role(ROLE).orElseThrow();
        var chained = House.caller(new Principal.RoleSession(ROLE, session.id(), "run", null));
        refused("ValidationError",
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role"
            + " chaining.", () -> assume(chained, 7200, null));
        assertThat(assume(chained, 3600, null).credentials()).isNotNull();
    }

    @Test
    void aSessionPolicyNarrowsAndSeveralAreOne() {
        house.createRole("worker", House.TRUST_ACCOUNT);
        house.iam.attachRolePolicy(house.root, Iam.AttachRolePolicyRequest.of(
            r -> r.roleName("worker").policyArn("arn:aws:iam::aws:policy/AdministratorAccess")));
        refused("MalformedPolicyDocument", "This policy contains invalid Json", () -> assume(house.root, 900, "{"));
        var answer = house.sts
            .assumeRole(house.root, Sts.AssumeRoleRequest.of(r -> r.roleArn(ROLE).roleSessionName("run")
            .policy(House.allow("iam:GetRole"))
            .policyArns(List.of(
                Sts.PolicyDescriptorType.of(p -> p.arn("arn:aws:iam::aws:policy/AmazonS3FullAccess"))))));
        assertThat(answer.packedPolicySize()).isPositive();
        var credentials = answer.credentials();
        assertThat(credentials.sessionToken()).isNotBlank();
        var role = house.source.role(ROLE).orElseThrow();
        var narrowed = House.caller(new Principal.RoleSession(ROLE, role.id(), "run", House.allow("iam:GetRole")));
        assertThat(house.iam.getRole(narrowed, Iam.GetRoleRequest.of(r -> r.roleName("worker"))).role()).isNotNull();
        assertThatThrownBy(() -> house.iam.listRoles(narrowed, Iam.ListRolesRequest.of(_ -> { })))
            .hasMessageEndingWith("because no session policy allows the iam:ListRoles action");
    }

    @Test
    void whatIsNotBuiltIsNamed() {
        refused("NotImplemented", "AssumeRole with session tags is not built in Aloft yet.",
            () -> house.sts.assumeRole(house.root,
            Sts.AssumeRoleRequest.of(r -> r.roleArn(ROLE).roleSessionName("run")
                .tags(List.of(Sts.Tag.of(t -> t.key("a").value("b")))))));
    }

    @Test
    void aSessionOfARoleMadeAnewIsNobody() {
        house.createRole("worker", House.TRUST_ACCOUNT);
        house.iam.attachRolePolicy(house.root, Iam.AttachRolePolicyRequest.of(
            r -> r.roleName("worker").policyArn("arn:aws:iam::aws:policy/AdministratorAccess")));
        var role = house.source.role(ROLE).orElseThrow();
        var session = new Principal.RoleSession(ROLE, role.id(), "run", null);
        assertThat(house.source.identity(session)).isPresent();
        assertThat(house.source.identity(new Principal.RoleSession(ROLE, "AROAOLD", "run", null))).isEmpty();
    }
}
