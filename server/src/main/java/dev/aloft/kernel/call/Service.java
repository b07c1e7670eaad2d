package dev.aloft.kernel.call;

import dev.aloft.api.Api;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Shape;
import dev.aloft.kernel.time.Worker;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A service as the door and the platform see it: its operations (a generated {@link Api}) and what else it offers. */
public interface Service extends Api {
    /**
     * What IAM is asked before the call is carried out. Touches nothing but the input, and the store where a name must
     * be looked up.
     */
    Access access(Caller caller, Shape input);

    /** All that IAM is asked, for the few calls that are several actions at once. */
    default List<Access> accesses(Caller caller, Shape input) {
        return List.of(access(caller, input));
    }

    /** The resource-based policy of one of this service's resources, a JSON document. */
    default Optional<String> policy(Caller caller, String arn) {
        return Optional.empty();
    }

    /**
     * Whether what a resource's policy does not allow is refused within its account too, the root user not excepted.
     */
    default boolean policyMustAllow() {
        return false;
    }

    /** Whether something beside policies allows what nothing denies: the grants of KMS do. */
    default boolean grants(Caller caller, String action, String resource, Map<String, List<String>> keys) {
        return false;
    }

    /**
     * The account that a resource belongs to: the one in its ARN, or the caller's where that has none or it is AWS's
     * own.
     */
    default String owner(Caller caller, String arn) {
        if (!Arn.isArn(arn)) {
            return caller.account();
        }
        var account = Arn.parse(arn).account();
        return account.isEmpty() || account.equals("aws") ? caller.account() : account;
    }

    /** What needs a role that belongs to a service, by region: see {@link RoleUses}. */
    default Map<String, List<String>> roleUses(String account, String service) {
        return Map.of();
    }

    /** Background work: looks at the store, does what is due. */
    default List<Worker> workers() {
        return List.of();
    }

    default List<ResourceType> resourceTypes() {
        return List.of();
    }

    default List<DataPlane> dataPlanes() {
        return List.of();
    }
}
