package dev.aloft.service.iam;

import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Iam;
import dev.aloft.api.Shape;
import dev.aloft.kernel.call.Access;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.RoleUses;
import dev.aloft.kernel.call.Service;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.kernel.time.Worker;
import java.util.List;

/** The operations of AWS Identity and Access Management. */
public final class IamService implements Service, Iam {
    private final IamData data = new IamData();
    private final Store store;
    private final ManagedPolicies policies;
    private final Roles roles;
    private final Users users;
    private final RoleDeletions deletions;
    private final List<ResourceType> resourceTypes;

    /** @param uses what needs the roles of services */
    public IamService(Store platform, KeyFile keys, Time time, Endpoint endpoint, RoleUses uses) {
        store = platform.in("iam");
        policies = new ManagedPolicies(data, store, time);
        roles = new Roles(data, policies, store, time);
        users = new Users(data, policies, keys, store, time);
        deletions = new RoleDeletions(data, roles, uses, store, time);
        resourceTypes = IamResources.all(Iam.at(endpoint));
    }

    @Override
    public List<Worker> workers() {
        return List.of(new Worker("service-linked role deletions", data.deleting, deletions::turn));
    }

    @Override
    public List<ResourceType> resourceTypes() {
        return resourceTypes;
    }

    @Override
    public Access access(Caller caller, Shape input) {
        return switch ((Request) input) {
            case CreateRoleRequest r ->
                tags(Access.to("iam:CreateRole", global(caller, "role" + path(r.path()) + r.roleName())), r.tags())
                .with("iam:PermissionsBoundary", r.permissionsBoundary())
                .naming(Documents.trusted(r.assumeRolePolicyDocument()), Documents::nobodyThere);
            case CreateServiceLinkedRoleRequest r -> Access.to("iam:CreateServiceLinkedRole",
                    global(caller, "role" + ServiceLinkedRole.of(r.awsServiceName()).path() + "*"))
                .with("iam:AWSServiceName", r.awsServiceName());
            case DeleteServiceLinkedRoleRequest r -> role("DeleteServiceLinkedRole", caller, r.roleName());
            case GetServiceLinkedRoleDeletionStatusRequest r -> Access.to("iam:GetServiceLinkedRoleDeletionStatus",
                    global(caller, r.deletionTaskId().replaceFirst("^task/(.*)/[^/]*$", "role/$1")));
            case GetRoleRequest r -> role("GetRole", caller, r.roleName());
            case DeleteRoleRequest r -> role("DeleteRole", caller, r.roleName());
            case UpdateRoleRequest r -> role("UpdateRole", caller, r.roleName());
            case UpdateAssumeRolePolicyRequest r -> role("UpdateAssumeRolePolicy", caller, r.roleName())
                .naming(Documents.trusted(r.policyDocument()), Documents::nobodyThere);
            case PutRolePolicyRequest r -> role("PutRolePolicy", caller, r.roleName());
            case GetRolePolicyRequest r -> role("GetRolePolicy", caller, r.roleName());
            case ListRolePoliciesRequest r -> role("ListRolePolicies", caller, r.roleName());
            case DeleteRolePolicyRequest r -> role("DeleteRolePolicy", caller, r.roleName());
            case ListAttachedRolePoliciesRequest r -> role("ListAttachedRolePolicies", caller, r.roleName());
            case UntagRoleRequest r -> role("UntagRole", caller, r.roleName());
            case ListRoleTagsRequest r -> role("ListRoleTags", caller, r.roleName());
            case DeleteRolePermissionsBoundaryRequest r -> role("DeleteRolePermissionsBoundary", caller, r.roleName());
            case ListInstanceProfilesForRoleRequest r -> role("ListInstanceProfilesForRole", caller, r.roleName());
            case TagRoleRequest r -> tags(role("TagRole", caller, r.roleName()), r.tags());
            case AttachRolePolicyRequest r ->
                role("AttachRolePolicy", caller, r.roleName()).with("iam:PolicyARN", r.policyArn());
            case DetachRolePolicyRequest r ->
                role("DetachRolePolicy", caller, r.roleName()).with("iam:PolicyARN", r.policyArn());
            case PutRolePermissionsBoundaryRequest r -> role("PutRolePermissionsBoundary", caller, r.roleName())
                .with("iam:PermissionsBoundary", r.permissionsBoundary());
            case ListRolesRequest r -> Access.to("iam:ListRoles", global(caller, "role" + path(r.pathPrefix())));
            case CreatePolicyRequest r -> tags(Access.to("iam:CreatePolicy",
                global(caller, "policy" + path(r.path()) + r.policyName())), r.tags());
            case GetPolicyRequest r -> Access.to("iam:GetPolicy", r.policyArn());
            case GetPolicyVersionRequest r -> Access.to("iam:GetPolicyVersion", r.policyArn());
            case ListPolicyVersionsRequest r -> Access.to("iam:ListPolicyVersions", r.policyArn());
            case DeletePolicyRequest r -> Access.to("iam:DeletePolicy", r.policyArn());
            case CreatePolicyVersionRequest r -> Access.to("iam:CreatePolicyVersion", r.policyArn());
            case DeletePolicyVersionRequest r -> Access.to("iam:DeletePolicyVersion", r.policyArn());
            case SetDefaultPolicyVersionRequest r -> Access.to("iam:SetDefaultPolicyVersion", r.policyArn());
            case ListEntitiesForPolicyRequest r -> Access.to("iam:ListEntitiesForPolicy", r.policyArn());
            case UntagPolicyRequest r -> Access.to("iam:UntagPolicy", r.policyArn());
            case ListPolicyTagsRequest r -> Access.to("iam:ListPolicyTags", r.policyArn());
            case TagPolicyRequest r -> tags(Access.to("iam:TagPolicy", r.policyArn()), r.tags());
            case ListPoliciesRequest r ->
                Access.to("iam:ListPolicies", global(caller, "policy" + path(r.pathPrefix())));
            case CreateUserRequest r ->
                tags(Access.to("iam:CreateUser", global(caller, "user" + path(r.path()) + r.userName())), r.tags())
                .with("iam:PermissionsBoundary", r.permissionsBoundary());
            case GetUserRequest r -> user("GetUser", caller, r.userName());
            case DeleteUserRequest r -> user("DeleteUser", caller, r.userName());
            case CreateAccessKeyRequest r -> user("CreateAccessKey", caller, r.userName());
            case ListAccessKeysRequest r -> user("ListAccessKeys", caller, r.userName());
            case UpdateAccessKeyRequest r -> user("UpdateAccessKey", caller, r.userName());
            case DeleteAccessKeyRequest r -> user("DeleteAccessKey", caller, r.userName());
            case PutUserPolicyRequest r -> user("PutUserPolicy", caller, r.userName());
            case GetUserPolicyRequest r -> user("GetUserPolicy", caller, r.userName());
            case DeleteUserPolicyRequest r -> user("DeleteUserPolicy", caller, r.userName());
            case ListUserPoliciesRequest r -> user("ListUserPolicies", caller, r.userName());
            case ListAttachedUserPoliciesRequest r -> user("ListAttachedUserPolicies", caller, r.userName());
            case UntagUserRequest r -> user("UntagUser", caller, r.userName());
            case ListUserTagsRequest r -> user("ListUserTags", caller, r.userName());
            case TagUserRequest r -> tags(user("TagUser", caller, r.userName()), r.tags());
            case AttachUserPolicyRequest r ->
                user("AttachUserPolicy", caller, r.userName()).with("iam:PolicyARN", r.policyArn());
            case DetachUserPolicyRequest r ->
                user("DetachUserPolicy", caller, r.userName()).with("iam:PolicyARN", r.policyArn());
            case ListUsersRequest r -> Access.to("iam:ListUsers", global(caller, "user" + path(r.pathPrefix())));
        };
    }

    private Access role(String operation, Caller caller, String name) {
        var path = store.<String>read(tx -> data.roles.get(tx, IamData.named(caller.account(), name))
                .map(it -> it.path()).orElse("/"));
        return Access.to("iam:" + operation, global(caller, "role" + path + name));
    }

    private Access user(String operation, Caller caller, String name) {
        var named = name == null ? caller.principal().arn().substring(caller.principal().arn().lastIndexOf('/') + 1)
                : name;
        var path = store.<String>read(tx -> data.users.get(tx, IamData.named(caller.account(), named))
                .map(it -> it.path()).orElse("/"));
        return Access.to("iam:" + operation, global(caller, "user" + path + named));
    }

    private static String global(Caller caller, String resource) {
        return "arn:aws:iam::" + caller.account() + ":" + resource;
    }

    private static String path(String path) {
        return path == null ? "/" : path;
    }

    private static Access tags(Access access, List<Tag> tags) {
        if (tags == null || tags.isEmpty()) {
            return access;
        }
        var all = access.with("aws:TagKeys", tags.stream().map(Tag::key).toList());
        for (var tag : tags) {
            all = all.with("aws:RequestTag/" + tag.key(), tag.value());
        }
        return all;
    }

    @Override
    public CreateRoleResponse createRole(Caller caller, CreateRoleRequest input) {
        return roles.create(caller, input);
    }

    @Override
    public CreateServiceLinkedRoleResponse createServiceLinkedRole(
            Caller caller, CreateServiceLinkedRoleRequest input) {
        return roles.createLinked(caller, input);
    }

    @Override
    public DeleteServiceLinkedRoleResponse deleteServiceLinkedRole(
            Caller caller, DeleteServiceLinkedRoleRequest input) {
        return deletions.begin(caller, input.roleName());
    }

    @Override
    public GetServiceLinkedRoleDeletionStatusResponse getServiceLinkedRoleDeletionStatus(
            Caller caller, GetServiceLinkedRoleDeletionStatusRequest input) {
        return deletions.status(caller, input.deletionTaskId());
    }

    @Override
    public GetRoleResponse getRole(Caller caller, GetRoleRequest input) {
        return roles.get(caller, input.roleName());
    }

    @Override
    public ListRolesResponse listRoles(Caller caller, ListRolesRequest input) {
        return roles.list(caller, input);
    }

    @Override
    public DeleteRoleResponse deleteRole(Caller caller, DeleteRoleRequest input) {
        roles.delete(caller, input.roleName());
        return DeleteRoleResponse.of(_ -> {});
    }

    @Override
    public UpdateRoleResponse updateRole(Caller caller, UpdateRoleRequest input) {
        roles.update(caller, input);
        return UpdateRoleResponse.of(_ -> {});
    }

    @Override
    public UpdateAssumeRolePolicyResponse updateAssumeRolePolicy(Caller caller, UpdateAssumeRolePolicyRequest input) {
        roles.updateTrust(caller, input.roleName(), input.policyDocument());
        return UpdateAssumeRolePolicyResponse.of(_ -> {});
    }

    @Override
    public PutRolePolicyResponse putRolePolicy(Caller caller, PutRolePolicyRequest input) {
        roles.holders.putInline(caller, input.roleName(), input.policyName(), input.policyDocument());
        return PutRolePolicyResponse.of(_ -> {});
    }

    @Override
    public GetRolePolicyResponse getRolePolicy(Caller caller, GetRolePolicyRequest input) {
        var document = roles.holders.inline(caller, input.roleName(), input.policyName());
        return GetRolePolicyResponse.of(r -> r.roleName(input.roleName()).policyName(input.policyName())
                .policyDocument(Documents.encoded(document)));
    }

    @Override
    public DeleteRolePolicyResponse deleteRolePolicy(Caller caller, DeleteRolePolicyRequest input) {
        roles.holders.deleteInline(caller, input.roleName(), input.policyName());
        return DeleteRolePolicyResponse.of(_ -> {});
    }

    @Override
    public ListRolePoliciesResponse listRolePolicies(Caller caller, ListRolePoliciesRequest input) {
        var slice = roles.holders.inlineNames(caller, input.roleName(), input.marker(), input.maxItems());
        return ListRolePoliciesResponse.of(
                r -> r.policyNames(slice.items()).isTruncated(slice.truncated()).marker(slice.marker()));
    }

    @Override
    public AttachRolePolicyResponse attachRolePolicy(Caller caller, AttachRolePolicyRequest input) {
        roles.holders.attach(caller, input.roleName(), input.policyArn());
        return AttachRolePolicyResponse.of(_ -> {});
    }

    @Override
    public DetachRolePolicyResponse detachRolePolicy(Caller caller, DetachRolePolicyRequest input) {
        roles.holders.detach(caller, input.roleName(), input.policyArn());
        return DetachRolePolicyResponse.of(_ -> {});
    }

    @Override
    public ListAttachedRolePoliciesResponse listAttachedRolePolicies(
            Caller caller, ListAttachedRolePoliciesRequest input) {
        var slice = roles.holders.attached(
                caller, input.roleName(), input.pathPrefix(), input.marker(), input.maxItems());
        return ListAttachedRolePoliciesResponse.of(
                r -> r.attachedPolicies(slice.items()).isTruncated(slice.truncated()).marker(slice.marker()));
    }

    @Override
    public TagRoleResponse tagRole(Caller caller, TagRoleRequest input) {
        roles.holders.tag(caller, input.roleName(), input.tags());
        return TagRoleResponse.of(_ -> {});
    }

    @Override
    public UntagRoleResponse untagRole(Caller caller, UntagRoleRequest input) {
        roles.holders.untag(caller, input.roleName(), input.tagKeys());
        return UntagRoleResponse.of(_ -> {});
    }

    @Override
    public ListRoleTagsResponse listRoleTags(Caller caller, ListRoleTagsRequest input) {
        var slice = roles.holders.tags(caller, input.roleName(), input.marker(), input.maxItems());
        return ListRoleTagsResponse.of(
                r -> r.tags(slice.items()).isTruncated(slice.truncated()).marker(slice.marker()));
    }

    @Override
    public PutUserPolicyResponse putUserPolicy(Caller caller, PutUserPolicyRequest input) {
        users.holders.putInline(caller, input.userName(), input.policyName(), input.policyDocument());
        return PutUserPolicyResponse.of(_ -> {});
    }

    @Override
    public GetUserPolicyResponse getUserPolicy(Caller caller, GetUserPolicyRequest input) {
        var document = users.holders.inline(caller, input.userName(), input.policyName());
        return GetUserPolicyResponse.of(r -> r.userName(input.userName()).policyName(input.policyName())
                .policyDocument(Documents.encoded(document)));
    }

    @Override
    public DeleteUserPolicyResponse deleteUserPolicy(Caller caller, DeleteUserPolicyRequest input) {
        users.holders.deleteInline(caller, input.userName(), input.policyName());
        return DeleteUserPolicyResponse.of(_ -> {});
    }

    @Override
    public ListUserPoliciesResponse listUserPolicies(Caller caller, ListUserPoliciesRequest input) {
        var slice = users.holders.inlineNames(caller, input.userName(), input.marker(), input.maxItems());
        return ListUserPoliciesResponse.of(
                r -> r.policyNames(slice.items()).isTruncated(slice.truncated()).marker(slice.marker()));
    }

    @Override
    public AttachUserPolicyResponse attachUserPolicy(Caller caller, AttachUserPolicyRequest input) {
        users.holders.attach(caller, input.userName(), input.policyArn());
        return AttachUserPolicyResponse.of(_ -> {});
    }

    @Override
    public DetachUserPolicyResponse detachUserPolicy(Caller caller, DetachUserPolicyRequest input) {
        users.holders.detach(caller, input.userName(), input.policyArn());
        return DetachUserPolicyResponse.of(_ -> {});
    }

    @Override
    public ListAttachedUserPoliciesResponse listAttachedUserPolicies(
            Caller caller, ListAttachedUserPoliciesRequest input) {
        var slice = users.holders.attached(
                caller, input.userName(), input.pathPrefix(), input.marker(), input.maxItems());
        return ListAttachedUserPoliciesResponse.of(
                r -> r.attachedPolicies(slice.items()).isTruncated(slice.truncated()).marker(slice.marker()));
    }

    @Override
    public TagUserResponse tagUser(Caller caller, TagUserRequest input) {
        users.holders.tag(caller, input.userName(), input.tags());
        return TagUserResponse.of(_ -> {});
    }

    @Override
    public UntagUserResponse untagUser(Caller caller, UntagUserRequest input) {
        users.holders.untag(caller, input.userName(), input.tagKeys());
        return UntagUserResponse.of(_ -> {});
    }

    @Override
    public ListUserTagsResponse listUserTags(Caller caller, ListUserTagsRequest input) {
        var slice = users.holders.tags(caller, input.userName(), input.marker(), input.maxItems());
        return ListUserTagsResponse.of(
                r -> r.tags(slice.items()).isTruncated(slice.truncated()).marker(slice.marker()));
    }

    @Override
    public PutRolePermissionsBoundaryResponse putRolePermissionsBoundary(
            Caller caller, PutRolePermissionsBoundaryRequest input) {
        roles.holders.setBoundary(caller, input.roleName(), input.permissionsBoundary());
        return PutRolePermissionsBoundaryResponse.of(_ -> {});
    }

    @Override
    public DeleteRolePermissionsBoundaryResponse deleteRolePermissionsBoundary(
            Caller caller, DeleteRolePermissionsBoundaryRequest input) {
        roles.holders.setBoundary(caller, input.roleName(), null);
        return DeleteRolePermissionsBoundaryResponse.of(_ -> {});
    }

    @Override
    public ListInstanceProfilesForRoleResponse listInstanceProfilesForRole(
            Caller caller, ListInstanceProfilesForRoleRequest input) {
        // There are no instances here, so no role is in a profile; tools ask before they delete one.
        roles.holders.existing(caller, input.roleName());
        return ListInstanceProfilesForRoleResponse.of(r -> r.instanceProfiles(List.of()).isTruncated(false));
    }

    @Override
    public CreatePolicyResponse createPolicy(Caller caller, CreatePolicyRequest input) {
        return policies.create(caller, input);
    }

    @Override
    public GetPolicyResponse getPolicy(Caller caller, GetPolicyRequest input) {
        return policies.get(caller, input);
    }

    @Override
    public GetPolicyVersionResponse getPolicyVersion(Caller caller, GetPolicyVersionRequest input) {
        return policies.version(input);
    }

    @Override
    public ListPoliciesResponse listPolicies(Caller caller, ListPoliciesRequest input) {
        return policies.list(caller, input);
    }

    @Override
    public ListPolicyVersionsResponse listPolicyVersions(Caller caller, ListPolicyVersionsRequest input) {
        return policies.versions(input);
    }

    @Override
    public ListEntitiesForPolicyResponse listEntitiesForPolicy(Caller caller, ListEntitiesForPolicyRequest input) {
        return policies.entities(caller, input);
    }

    @Override
    public CreatePolicyVersionResponse createPolicyVersion(Caller caller, CreatePolicyVersionRequest input) {
        return policies.createVersion(input);
    }

    @Override
    public DeletePolicyVersionResponse deletePolicyVersion(Caller caller, DeletePolicyVersionRequest input) {
        policies.deleteVersion(input);
        return DeletePolicyVersionResponse.of(_ -> {});
    }

    @Override
    public SetDefaultPolicyVersionResponse setDefaultPolicyVersion(
            Caller caller, SetDefaultPolicyVersionRequest input) {
        policies.setDefault(input);
        return SetDefaultPolicyVersionResponse.of(_ -> {});
    }

    @Override
    public DeletePolicyResponse deletePolicy(Caller caller, DeletePolicyRequest input) {
        policies.delete(caller, input.policyArn());
        return DeletePolicyResponse.of(_ -> {});
    }

    @Override
    public TagPolicyResponse tagPolicy(Caller caller, TagPolicyRequest input) {
        policies.tag(input.policyArn(), input.tags());
        return TagPolicyResponse.of(_ -> {});
    }

    @Override
    public UntagPolicyResponse untagPolicy(Caller caller, UntagPolicyRequest input) {
        policies.untag(input.policyArn(), input.tagKeys());
        return UntagPolicyResponse.of(_ -> {});
    }

    @Override
    public ListPolicyTagsResponse listPolicyTags(Caller caller, ListPolicyTagsRequest input) {
        return policies.tags(input);
    }

    @Override
    public CreateUserResponse createUser(Caller caller, CreateUserRequest input) {
        return users.create(caller, input);
    }

    @Override
    public GetUserResponse getUser(Caller caller, GetUserRequest input) {
        return users.get(caller, input.userName());
    }

    @Override
    public ListUsersResponse listUsers(Caller caller, ListUsersRequest input) {
        return users.list(caller, input);
    }

    @Override
    public DeleteUserResponse deleteUser(Caller caller, DeleteUserRequest input) {
        users.delete(caller, input.userName());
        return DeleteUserResponse.of(_ -> {});
    }

    @Override
    public CreateAccessKeyResponse createAccessKey(Caller caller, CreateAccessKeyRequest input) {
        return users.createKey(caller, input.userName());
    }

    @Override
    public ListAccessKeysResponse listAccessKeys(Caller caller, ListAccessKeysRequest input) {
        return users.listKeys(caller, input);
    }

    @Override
    public UpdateAccessKeyResponse updateAccessKey(Caller caller, UpdateAccessKeyRequest input) {
        users.updateKey(caller, input);
        return UpdateAccessKeyResponse.of(_ -> {});
    }

    @Override
    public DeleteAccessKeyResponse deleteAccessKey(Caller caller, DeleteAccessKeyRequest input) {
        users.deleteKey(caller, input);
        return DeleteAccessKeyResponse.of(_ -> {});
    }
}
