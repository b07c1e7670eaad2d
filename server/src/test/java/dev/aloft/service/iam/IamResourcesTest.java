package dev.aloft.service.iam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.Iam;
import dev.aloft.api.JsonReader;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class IamResourcesTest {
    private static final String BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
    private static final String XRAY = "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess";
    private static final Object TRUST = JsonReader.tree(House.TRUST_LAMBDA);
    private static final Object DOCUMENT = JsonReader.tree(House.allow("s3:GetObject"));

    private final House house = new House();

    private List<String> attached(String role) {
        return house.iam
            .listAttachedRolePolicies(house.root, Iam.ListAttachedRolePoliciesRequest.of(r -> r.roleName(role)))
            .attachedPolicies().stream().map(Iam.AttachedPolicy::policyArn).toList();
    }

    private List<String> inline(String role) {
        return house.iam.listRolePolicies(house.root, Iam.ListRolePoliciesRequest.of(r -> r.roleName(role)))
            .policyNames();
    }

    @Test
    void aRoleIsMadeTwiceTheSameChangedAndDeleted() {
        var type = house.type("AWS::IAM::Role");
        var first = House.desired("Worker",
            Map.of("AssumeRolePolicyDocument", TRUST, "ManagedPolicyArns", List.of(BASIC),
            "Policies", List.of(Map.of("PolicyName", "read", "PolicyDocument", DOCUMENT))));
        var role = type.create(house.root, first);
        assertThat(role.physicalId()).startsWith("app-Worker-");
        assertThat(role.attributes().get("Arn")).isEqualTo("arn:aws:iam::111122223333:role/" + role.physicalId());
        assertThat(type.create(house.root, first)).isEqualTo(role);
        var second = House.desired("Worker", Map.of("AssumeRolePolicyDocument", JsonReader.tree(House.TRUST_ACCOUNT),
            "ManagedPolicyArns", List.of(XRAY), "Description", "works",
            "Policies", List.of(Map.of("PolicyName", "write", "PolicyDocument", DOCUMENT)),
            "Tags", List.of(Map.of("Key", "team", "Value", "blue"))));
        assertThat(type.update(house.root, role.physicalId(), first, second)).isEqualTo(role);
        assertThat(attached(role.physicalId())).containsExactly(XRAY);
        assertThat(inline(role.physicalId())).containsExactly("write");
        assertThat(house.source.role((String) role.attributes().get("Arn")).orElseThrow().trustPolicy())
            .contains("root");
        assertThat(type.read(house.root, role.physicalId())).contains(role);
        type.delete(house.root, role.physicalId(), second);
        type.delete(house.root, role.physicalId(), second);
        assertThat(type.read(house.root, role.physicalId())).isEmpty();
    }

    @Test
    void aPolicyOfOneUserIsPutAndTaken() {
        house.iam.createUser(house.root, Iam.CreateUserRequest.of(r -> r.userName("ann")));
        var type = house.type("AWS::IAM::UserPolicy");
        var wanted = House.desired("Reads",
            Map.of("UserName", "ann", "PolicyName", "read", "PolicyDocument", DOCUMENT));
        var made = type.create(house.root, wanted);
        assertThat(made.physicalId()).isEqualTo("read|ann");
        assertThat(house.iam.listUserPolicies(house.root, Iam.ListUserPoliciesRequest.of(r -> r.userName("ann")))
            .policyNames())
            .containsExactly("read");
        type.delete(house.root, made.physicalId(), wanted);
        type.delete(house.root, made.physicalId(), wanted);
        assertThat(house.iam.listUserPolicies(house.root, Iam.ListUserPoliciesRequest.of(r -> r.userName("ann")))
            .policyNames())
            .isEmpty();
    }

    @Test
    void aRoleOfAnotherIsNotTakenOver() {
        house.createRole("worker", House.TRUST_LAMBDA);
        assertThatThrownBy(() -> house.type("AWS::IAM::Role").create(house.root,
            House.desired("Worker", Map.of("RoleName", "worker", "AssumeRolePolicyDocument", TRUST))))
            .hasMessage("Role with name worker already exists.");
    }

    @Test
    void aPolicyHangsOnItsRoles() {
        house.createRole("a", House.TRUST_LAMBDA);
        house.createRole("b", House.TRUST_LAMBDA);
        var type = house.type("AWS::IAM::Policy");
        var first = House.desired("P", Map.of("PolicyName", "p", "PolicyDocument", DOCUMENT, "Roles", List.of("a")));
        var policy = type.create(house.root, first);
        assertThat(inline("a")).containsExactly("p");
        var second = House.desired("P",
            Map.of("PolicyName", "q", "PolicyDocument", DOCUMENT, "Roles", List.of("a", "b")));
        type.update(house.root, policy.physicalId(), first, second);
        assertThat(inline("a")).containsExactly("q");
        assertThat(inline("b")).containsExactly("q");
        type.delete(house.root, policy.physicalId(), second);
        assertThat(inline("a")).isEmpty();
        assertThatThrownBy(() -> type.create(house.root,
            House.desired("P", Map.of("PolicyName", "p", "PolicyDocument", DOCUMENT, "Groups", List.of("g")))))
            .hasMessageContaining("Groups");
    }

    @Test
    void aManagedPolicyGetsVersions() {
        house.createRole("a", House.TRUST_LAMBDA);
        var type = house.type("AWS::IAM::ManagedPolicy");
        var desired = House.desired("P", Map.of("PolicyDocument", DOCUMENT, "Roles", List.of("a"), "Path", "/app/"));
        var policy = type.create(house.root, desired);
        assertThat(policy.physicalId()).startsWith("arn:aws:iam::111122223333:policy/app/app-P-");
        assertThat(attached("a")).containsExactly(policy.physicalId());
        for (int i = 0; i < 6; i++) {
            var next = House.desired("P",
                Map.of("PolicyDocument", JsonReader.tree(House.allow("s3:Get" + i)), "Path", "/app/"));
            type.update(house.root, policy.physicalId(), desired, next);
            desired = next;
        }
        assertThat(attached("a")).isEmpty();
        assertThat(type.read(house.root, policy.physicalId()).orElseThrow().attributes().get("DefaultVersionId"))
            .isEqualTo("v7");
        type.delete(house.root, policy.physicalId(), desired);
        assertThat(type.read(house.root, policy.physicalId())).isEmpty();
    }

    @Test
    void aUserAndHisKey() {
        var users = house.type("AWS::IAM::User");
        var desired = House.desired("Ann", Map.of("ManagedPolicyArns", List.of(XRAY)));
        var user = users.create(house.root, desired);
        var keys = house.type("AWS::IAM::AccessKey");
        var key = House.desired("Key", Map.of("UserName", user.physicalId(), "Status", "Inactive"));
        var made = keys.create(house.root, key);
        assertThat(house.source.accessKey(made.physicalId()).orElseThrow().active()).isFalse();
        assertThat(made.attributes()).containsKey("SecretAccessKey");
        keys.delete(house.root, made.physicalId(), key);
        users.delete(house.root, user.physicalId(), desired);
        assertThat(users.read(house.root, user.physicalId())).isEmpty();
    }
}
