package dev.aloft.service.kms;

import dev.aloft.api.Principal;
import dev.aloft.kernel.identity.PolicySource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Users who have one policy each, or none.
 *
 * @param documents their policies, each by the user's ARN; looked up each time
 */
record UserPolicies(Map<String, String> documents) implements PolicySource {
    @Override
    public boolean hasUsers() {
        return true;
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
    public Optional<Identity> identity(Principal principal) {
        var attached = Stream.ofNullable(documents.get(principal.arn())).map(it -> new Attached(null, it));
        return Optional.of(new Identity(attached.toList(), Optional.empty(), Map.of()));
    }
}
