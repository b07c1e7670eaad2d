package dev.aloft.service.iam;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Iam;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.ResourceType.Desired;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/** What templates can declare of IAM, and what its types have in common. */
final class IamResources {
    
    private IamResources() {}

    static List<ResourceType> all(Iam iam) {
        return List.of(new RoleType(iam), new UserType(iam), new AccessKeyType(iam), new InlinePolicyType(iam),
                new HolderPolicyType(iam, "Role"), new HolderPolicyType(iam, "User"),
                new ManagedPolicyType(iam));
    }

    static String text(Desired desired, String property) {
        var value = desired.properties().get(property);
        return value == null ? null : value.toString();
    }

    static Integer number(Desired desired, String property) {
        var text = text(desired, property);
        try {
            return text == null ? null : Integer.valueOf(text);
        } catch (NumberFormatException _) {
            throw ApiError.of("ValidationError", 400, property + " must be a number, not " + text);
        }
    }

    static List<String> texts(Desired desired, String property) {
        return desired.properties().get(property) instanceof List<?> list
                ? list.stream().filter(Objects::nonNull).map(Object::toString).distinct().toList() : List.of();
    }

    /** The inline policies of a role or a user: PolicyName and PolicyDocument each. */
    static Map<String, String> inline(Desired desired) {
        var policies = new LinkedHashMap<String, String>();
        if (desired.properties().get("Policies") instanceof List<?> list) {
            for (var each : list) {
                if (!(each instanceof Map<?, ?> policy) || policy.get("PolicyName") == null
                        || policy.get("PolicyDocument") == null) {
                    throw ApiError.of("ValidationError", 400,
                            "Each of Policies must have a PolicyName and a PolicyDocument");
                }
                policies.put(policy.get("PolicyName").toString(), Desired.document(policy, "PolicyDocument"));
            }
        }
        return policies;
    }


    static List<Iam.Tag> told(Map<String, String> tags) {
        return Tags.told(tags);
    }

    /** Whether something of this name was made by an earlier try for the same resource of the same stack. */
    static boolean isOurs(Desired desired, List<Iam.Tag> tags) {
        var known = new LinkedHashMap<String, String>();
        tags.forEach(tag -> known.put(tag.key(), tag.value()));
        return desired.isMarkedIn(known);
    }

    /** Calls for what was and is no more, then for what is. */
    static void change(List<String> before, List<String> after, Consumer<String> remove, Consumer<String> add) {
        var gone = new ArrayList<>(before);
        gone.removeAll(after);
        gone.forEach(each -> quietly(() -> remove.accept(each)));
        after.stream().filter(each -> !before.contains(each)).forEach(add);
    }

    /** What is gone already is as wanted. */
    static void quietly(Runnable removal) {
        try {
            removal.run();
        } catch (Iam.NoSuchEntityException _) {
            // Somebody was faster.
        }
    }

    static void refuseGroups(Desired desired) {
        if (!texts(desired, "Groups").isEmpty()) {
            throw ApiError.notBuilt("The property Groups: IAM groups");
        }
    }

    /** Where a policy hangs. */
    record Bearers(List<String> roles, List<String> users) {
        static Bearers of(Desired desired) {
            return new Bearers(texts(desired, "Roles"), texts(desired, "Users"));
        }

        void check() {
            if (roles.isEmpty() && users.isEmpty()) {
                throw ApiError.of("ValidationError", 400,
                        "At least one of [Groups,Roles,Users] must be non-empty.");
            }
        }

        void putInline(Iam iam, Caller caller, String name, String document) {
            roles.forEach(role -> iam.putRolePolicy(caller, Iam.PutRolePolicyRequest.of(
                    r -> r.roleName(role).policyName(name).policyDocument(document))));
            users.forEach(user -> iam.putUserPolicy(caller, Iam.PutUserPolicyRequest.of(
                    r -> r.userName(user).policyName(name).policyDocument(document))));
        }

        void deleteInline(Iam iam, Caller caller, String name) {
            roles.forEach(role -> quietly(() -> iam.deleteRolePolicy(caller,
                    Iam.DeleteRolePolicyRequest.of(r -> r.roleName(role).policyName(name)))));
            users.forEach(user -> quietly(() -> iam.deleteUserPolicy(caller,
                    Iam.DeleteUserPolicyRequest.of(r -> r.userName(user).policyName(name)))));
        }

        void attach(Iam iam, Caller caller, String arn) {
            roles.forEach(role -> iam.attachRolePolicy(caller,
                    Iam.AttachRolePolicyRequest.of(r -> r.roleName(role).policyArn(arn))));
            users.forEach(user -> iam.attachUserPolicy(caller,
                    Iam.AttachUserPolicyRequest.of(r -> r.userName(user).policyArn(arn))));
        }

        void detach(Iam iam, Caller caller, String arn) {
            roles.forEach(role -> quietly(() -> iam.detachRolePolicy(caller,
                    Iam.DetachRolePolicyRequest.of(r -> r.roleName(role).policyArn(arn)))));
            users.forEach(user -> quietly(() -> iam.detachUserPolicy(caller,
                    Iam.DetachUserPolicyRequest.of(r -> r.userName(user).policyArn(arn)))));
        }

        /** Those of these that are not among the others. */
        Bearers without(Bearers others) {
            return new Bearers(roles.stream().filter(role -> !others.roles.contains(role)).toList(),
                    users.stream().filter(user -> !others.users.contains(user)).toList());
        }
    }
}
