package dev.aloft.kernel.identity;

import dev.aloft.api.Principal;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Users who have one policy each, and no roles.
 *
 * @param documents their policies, each by the user's ARN; looked up each time
 */
public record UserPolicies(Map<String, String> documents) implements PolicySource {
    public static UserPolicies none() {
        return new UserPolicies(Map.of());
    }

    @Override
    public boolean hasUsers() {
        return !documents.isEmpty();
    }

    @Override
    public Optional<AccessKey> accessKey(String accessKeyId) {
        return Optional.empty();
    }

    @Override
    public Optional<Role> role(String roleArn) {
        return Optional.empty();
    }

    @Override
    public boolean isThere(String principal, String account) {
        return true;
    }

    @Override
    public Optional<Identity> identity(Principal principal) {
        return Optional.ofNullable(documents.get(principal.arn()))
                .map(it -> new Identity(List.of(new Attached(null, it)), Optional.empty(), Map.of()));
    }
}
