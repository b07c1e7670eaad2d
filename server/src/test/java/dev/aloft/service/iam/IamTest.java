package dev.aloft.service.iam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Iam;
import dev.aloft.api.Principal;
import dev.aloft.kernel.identity.Policy;
import dev.aloft.wire.Percent;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class IamTest {
    private static final String ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess";

    private final House house = new House();
    private final Iam iam = house.iam;

    private static void refused(String code, String message, Executable call) {
        assertThatThrownBy(call::execute)
            .isInstanceOfSatisfying(ApiError.class, error -> assertThat(error.code()).isEqualTo(code))
            .hasMessage(message);
    }

    private Iam.Role role(String name) {
        return iam.getRole(house.root, Iam.GetRoleRequest.of(r -> r.roleName(name))).role();
    }

    private String createPolicy(String name) {
        return iam.createPolicy(house.root, Iam.CreatePolicyRequest.of(
            r -> r.policyName(name).policyDocument(House.allow("s3:GetObject")))).policy().arn();
    }

    private void attach(String role, String arn) {
        iam.attachRolePolicy(house.root, Iam.AttachRolePolicyRequest.of(r -> r.roleName(role).policyArn(arn)));
    }

    @Test
    void policiesOfOtherAccountsAreNotAttachable() {
        var other = "444455556666";
        var stranger = new Caller(other, "us-east-1", new Principal.Root(other), "id", null, 0, null, null, null);
        var policy = iam.createPolicy(stranger, Iam.CreatePolicyRequest.of(r -> r.policyName("p")
            .policyDocument(House.allow("*")))).policy().arn();
        house.createRole("r", House.TRUST_LAMBDA);
        var message = "Policy " + policy + " does not exist or is not attachable.";
        refused("NoSuchEntity", message, () -> attach("r", policy));
        refused("NoSuchEntity", message, () -> iam.putRolePermissionsBoundary(house.root,
            Iam.PutRolePermissionsBoundaryRequest.of(r -> r.roleName("r").permissionsBoundary(policy))));
        refused("NoSuchEntity", message, () -> iam.createUser(house.root,
            Iam.CreateUserRequest.of(r -> r.userName("u").permissionsBoundary(policy))));
    }

    @Test
    void aMalformedDocumentIsRefused() {
        refused("MalformedPolicyDocument", "This policy contains invalid Json", () -> house.createRole("r", "{"));
        refused("MalformedPolicyDocument", "Has prohibited field Resource", () -> house.createRole("r",
            "{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"sts:AssumeRole\","
                + "\"Resource\":\"*\"}}"));
        house.createRole("r", House.TRUST_LAMBDA);
        refused("MalformedPolicyDocument", "Policy statement must contain resources.",
            () -> iam.putRolePolicy(house.root,
            Iam.PutRolePolicyRequest.of(r -> r.roleName("r").policyName("p").policyDocument("""
                {"Statement":{"Effect":"Allow","Action":"s3:*"}}"""))));
    }

    @Test
    void whatIsNotThereIsNamed() {
        refused("NoSuchEntity", "The role with name nobody cannot be found.", () -> role("nobody"));
        refused("NoSuchEntity", "The user with name nobody cannot be found.",
            () -> iam.getUser(house.root, Iam.GetUserRequest.of(r -> r.userName("nobody"))));
        var unknown = "arn:aws:iam::aws:policy/AmazonBraketFullAccess";
        house.createRole("r", House.TRUST_LAMBDA);
        refused("NoSuchEntity", "Policy " + unknown + " does not exist or is not attachable.",
            () -> attach("r", unknown));
        refused("NoSuchEntity", "Policy " + unknown + " was not found.",
            () -> iam.getPolicy(house.root, Iam.GetPolicyRequest.of(r -> r.policyArn(unknown))));
        refused("NoSuchEntity", "Policy " + ADMIN + " was not found.", () -> iam.detachRolePolicy(house.root,
            Iam.DetachRolePolicyRequest.of(r -> r.roleName("r").policyArn(ADMIN))));
        refused("NoSuchEntity", "The role policy with name p cannot be found.", () -> iam.getRolePolicy(house.root,
            Iam.GetRolePolicyRequest.of(r -> r.roleName("r").policyName("p"))));
        refused("InvalidInput", "ARN arn:aws:iam::111122223333:user/ann is not valid.",
            () -> attach("r", "arn:aws:iam::111122223333:user/ann"));
    }

    @Test
    void namesAreUniqueWithoutRegardToCase() {
        house.createRole("Worker", House.TRUST_LAMBDA);
        refused("EntityAlreadyExists", "Role with name WORKER already exists.",
            () -> house.createRole("WORKER", House.TRUST_LAMBDA));
        createPolicy("p");
        refused("EntityAlreadyExists", "A policy called p already exists. Duplicate names are not allowed.",
            () -> createPolicy("p"));
    }

    @Test
    void whatIsInUseIsNotDeleted() {
        house.createRole("r", House.TRUST_LAMBDA);
        var arn = createPolicy("p");
        attach("r", arn);
        iam.putRolePolicy(house.root, Iam.PutRolePolicyRequest.of(
            r -> r.roleName("r").policyName("inline").policyDocument(House.allow("s3:*"))));
        refused("DeleteConflict", "Cannot delete entity, must detach all policies first.", () -> delete("r"));
        refused("DeleteConflict", "Cannot delete a policy attached to entities.",
            () -> iam.deletePolicy(house.root, Iam.DeletePolicyRequest.of(r -> r.policyArn(arn))));
        iam.detachRolePolicy(house.root, Iam.DetachRolePolicyRequest.of(r -> r.roleName("r").policyArn(arn)));
        refused("DeleteConflict", "Cannot delete entity, must delete policies first.", () -> delete("r"));
        iam.deleteRolePolicy(house.root, Iam.DeleteRolePolicyRequest.of(r -> r.roleName("r").policyName("inline")));
        delete("r");
        refused("NoSuchEntity", "The role with name r cannot be found.", () -> role("r"));
        iam.createPolicyVersion(house.root, Iam.CreatePolicyVersionRequest.of(
            r -> r.policyArn(arn).policyDocument(House.allow("s3:*"))));
        refused("DeleteConflict",
            "This policy has more than one version. Before you delete a policy, you must delete the"
            + " policy's versions. The default version is deleted with the policy.",
            () -> iam.deletePolicy(house.root, Iam.DeletePolicyRequest.of(r -> r.policyArn(arn))));
    }

    private void delete(String role) {
        iam.deleteRole(house.root, Iam.DeleteRoleRequest.of(r -> r.roleName(role)));
    }

    @Test
    void quotasHold() {
        house.createRole("r", House.TRUST_LAMBDA);
        for (int i = 0; i < 10; i++) {
            attach("r", createPolicy("p" + i));
        }
        refused("LimitExceeded", "Cannot exceed quota for PoliciesPerRole: 10", () -> attach("r", ADMIN));
        var large = House.allow("s3:" + "x".repeat(10_240));
        refused("LimitExceeded", "Maximum policy size of 10240 bytes exceeded for role r",
            () -> iam.putRolePolicy(house.root,
            Iam.PutRolePolicyRequest.of(r -> r.roleName("r").policyName("p").policyDocument(large))));
        var arn = createPolicy("v");
        for (int i = 0; i < 4; i++) {
            iam.createPolicyVersion(house.root, Iam.CreatePolicyVersionRequest.of(
                r -> r.policyArn(arn).policyDocument(House.allow("s3:*"))));
        }
        refused("LimitExceeded",
            "A managed policy can have up to 5 versions. Before you create a new version, you must delete an"
            + " existing version.", () -> iam.createPolicyVersion(house.root, Iam.CreatePolicyVersionRequest.of(
                r -> r.policyArn(arn).policyDocument(House.allow("s3:*")))));
    }

    @Test
    void aRoleIsKeptAndTold() {
        iam.createRole(house.root, Iam.CreateRoleRequest.of(r -> r.roleName("worker").path("/app/").description("works")
            .assumeRolePolicyDocument(House.TRUST_LAMBDA).maxSessionDuration(7200)
            .tags(List.of(Iam.Tag.of(t -> t.key("team").value("blue"))))));
        var role = role("worker");
        assertThat(role.arn()).isEqualTo("arn:aws:iam::111122223333:role/app/worker");
        assertThat(role.roleId()).matches("AROA[A-Z0-9]{17}");
        assertThat(Percent.decode(role.assumeRolePolicyDocument())).isEqualTo(House.TRUST_LAMBDA);
        assertThat(role.assumeRolePolicyDocument()).startsWith("%7B%22Version%22%3A");
        assertThat(role.maxSessionDuration()).isEqualTo(7200);
        assertThat(role.tags()).containsExactly(Iam.Tag.of(t -> t.key("team").value("blue")));
        iam.updateRole(house.root, Iam.UpdateRoleRequest.of(r -> r.roleName("worker").maxSessionDuration(3600)));
        assertThat(role("worker").maxSessionDuration()).isEqualTo(3600);
        assertThat(role("worker").description()).isEqualTo("works");
        iam.untagRole(house.root, Iam.UntagRoleRequest.of(r -> r.roleName("worker").tagKeys(List.of("team"))));
        assertThat(role("worker").tags()).isNull();
    }

    @Test
    void listsGoOnPageByPage() {
        for (var name : List.of("d", "a", "c", "b", "e")) {
            house.createRole(name, House.TRUST_LAMBDA);
        }
        var first = iam.listRoles(house.root, Iam.ListRolesRequest.of(r -> r.maxItems(3)));
        assertThat(first.roles()).extracting(Iam.Role::roleName).containsExactly("a", "b", "c");
        assertThat(first.isTruncated()).isTrue();
        var second = iam.listRoles(house.root, Iam.ListRolesRequest.of(r -> r.maxItems(3).marker(first.marker())));
        assertThat(second.roles()).extracting(Iam.Role::roleName).containsExactly("d", "e");
        assertThat(second.isTruncated()).isFalse();
        refused("ValidationError", "Invalid Marker.",
            () -> iam.listRoles(house.root, Iam.ListRolesRequest.of(r -> r.marker("%%%"))));
    }

    @Test
    void managedPoliciesHaveVersions() {
        var arn = createPolicy("p");
        iam.createPolicyVersion(house.root, Iam.CreatePolicyVersionRequest.of(
            r -> r.policyArn(arn).policyDocument(House.allow("s3:*")).setAsDefault(true)));
        var policy = iam.getPolicy(house.root, Iam.GetPolicyRequest.of(r -> r.policyArn(arn))).policy();
        assertThat(policy.defaultVersionId()).isEqualTo("v2");
        var versions = iam.listPolicyVersions(house.root, Iam.ListPolicyVersionsRequest.of(r -> r.policyArn(arn)))
            .versions();
        assertThat(versions).extracting(Iam.PolicyVersion::versionId).containsExactly("v2", "v1");
        refused("DeleteConflict", "Cannot delete the default version of a policy.",
            () -> iam.deletePolicyVersion(house.root,
            Iam.DeletePolicyVersionRequest.of(r -> r.policyArn(arn).versionId("v2"))));
        iam.setDefaultPolicyVersion(house.root,
            Iam.SetDefaultPolicyVersionRequest.of(r -> r.policyArn(arn).versionId("v1")));
        iam.deletePolicyVersion(house.root, Iam.DeletePolicyVersionRequest.of(r -> r.policyArn(arn).versionId("v2")));
        house.createRole("r", House.TRUST_LAMBDA);
        attach("r", arn);
        assertThat(iam.getPolicy(house.root, Iam.GetPolicyRequest.of(r -> r.policyArn(arn))).policy().attachmentCount())
            .isEqualTo(1);
        assertThat(iam.listEntitiesForPolicy(house.root, Iam.ListEntitiesForPolicyRequest.of(r -> r.policyArn(arn)))
            .policyRoles()).extracting(Iam.PolicyRole::roleName).containsExactly("r");
    }

    @Test
    void awsManagedPoliciesAreWhatAwsSays() {
        var arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
        var policy = iam.getPolicy(house.root, Iam.GetPolicyRequest.of(r -> r.policyArn(arn))).policy();
        assertThat(policy.path()).isEqualTo("/service-role/");
        var version = iam.getPolicyVersion(house.root, Iam.GetPolicyVersionRequest.of(
            r -> r.policyArn(arn).versionId(policy.defaultVersionId()))).policyVersion();
        assertThat(Percent.decode(version.document())).contains("logs:PutLogEvents");
        var all = iam.listPolicies(house.root, Iam.ListPoliciesRequest.of(r -> r.scope("AWS").maxItems(1000)))
            .policies();
        assertThat(all).hasSizeGreaterThan(60);
        for (var each : all) {
            var document = iam.getPolicyVersion(house.root, Iam.GetPolicyVersionRequest.of(
                r -> r.policyArn(each.arn()).versionId(each.defaultVersionId()))).policyVersion().document();
            assertThat(Documents.checked(Percent.decode(document), Policy.Kind.IDENTITY)).isNotEmpty();
        }
    }

    @Test
    void aUsersKeyIsTheUserAndPoliciesSayWhatHeMayDo() {
        assertThat(house.source.hasUsers()).isFalse();
        iam.createUser(house.root, Iam.CreateUserRequest.of(r -> r.userName("ann")));
        assertThat(house.source.hasUsers()).isTrue();
        var created = iam.createAccessKey(house.root, Iam.CreateAccessKeyRequest.of(r -> r.userName("ann")))
            .accessKey();
        assertThat(created.accessKeyId()).matches("AKIA[A-Z2-7]{16}");
        var key = house.source.accessKey(created.accessKeyId()).orElseThrow();
        assertThat(key.secret()).isEqualTo(created.secretAccessKey()).hasSize(40);
        var ann = House.caller(key.user());
        refused("AccessDenied",
            "User: arn:aws:iam::111122223333:user/ann is not authorized to perform: iam:GetRole on resource:"
            + " arn:aws:iam::111122223333:role/r because no identity-based policy allows the iam:GetRole action",
            () -> iam.getRole(ann, Iam.GetRoleRequest.of(r -> r.roleName("r"))));
        iam.putUserPolicy(house.root, Iam.PutUserPolicyRequest.of(
            r -> r.userName("ann").policyName("p").policyDocument(House.allow("iam:*"))));
        house.createRole("r", House.TRUST_LAMBDA);
        assertThat(iam.getRole(ann, Iam.GetRoleRequest.of(r -> r.roleName("r"))).role().roleName()).isEqualTo("r");
        assertThat(iam.getUser(ann, Iam.GetUserRequest.of(_ -> { })).user().userName()).isEqualTo("ann");
        refused("DeleteConflict", "Cannot delete entity, must delete access keys first.",
            () -> iam.deleteUser(house.root, Iam.DeleteUserRequest.of(r -> r.userName("ann"))));
        iam.deleteAccessKey(house.root, Iam.DeleteAccessKeyRequest.of(
            r -> r.userName("ann").accessKeyId(created.accessKeyId())));
        assertThat(house.source.accessKey(created.accessKeyId())).isEmpty();
        iam.deleteUserPolicy(house.root, Iam.DeleteUserPolicyRequest.of(r -> r.userName("ann").policyName("p")));
        iam.deleteUser(house.root, Iam.DeleteUserRequest.of(r -> r.userName("ann")));
        assertThat(house.source.identity(key.user())).isEmpty();
        assertThat(house.source.hasUsers()).isTrue();
    }

    @Test
    void anotherAccountHasItsOwn() {
        house.createRole("r", House.TRUST_LAMBDA);
        var other = House.caller(new Principal.Root("999999999999")).in("999999999999", "us-east-1");
        refused("NoSuchEntity", "The role with name r cannot be found.",
            () -> iam.getRole(other, Iam.GetRoleRequest.of(r -> r.roleName("r"))));
    }
}
