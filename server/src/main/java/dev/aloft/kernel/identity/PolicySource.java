package dev.aloft.kernel.identity;

import dev.aloft.api.Principal;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the identity kernel asks about users and roles; the IAM service, whose data it is, answers. */
public interface PolicySource {
    /** Whether an IAM user was ever created: from then on signatures count. Asked for each request. */
    boolean hasUsers();

    Optional<AccessKey> accessKey(String accessKeyId);

    Optional<Role> role(String roleArn);

    /**
     * Whether whom a policy names is there. Accounts always are, and so are users and roles of accounts of which
     * nothing is known here: those that have neither.
     *
     * @param account whose policy it is; of its own users and roles all are known
     */
    boolean isThere(String principal, String account);

    /** The policies of a user or of a session's role; empty where it is gone, or another has its name now. */
    Optional<Identity> identity(Principal principal);

    /** A long-term access key of a user. */
    record AccessKey(String id, String secret, boolean active, Principal.User user) {}

    /** @param trustPolicy who may assume it, a JSON document */
    record Role(String arn, String id, String trustPolicy, int maxSessionSeconds) {}

    /**
     * What a principal may do.
     *
     * @param boundary the document of the permissions boundary
     */
    record Identity(List<Attached> policies, Optional<String> boundary, Map<String, String> tags) {}

    /** @param arn of a managed policy, or null for an inline one */
    record Attached(String arn, String document) {}
}
