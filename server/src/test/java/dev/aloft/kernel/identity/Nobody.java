package dev.aloft.kernel.identity;

import dev.aloft.api.Principal;
import java.util.Optional;

/** No users and no roles. */
public record Nobody() implements PolicySource {
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
        return Optional.empty();
    }

    @Override
    public Optional<Identity> identity(Principal principal) {
        return Optional.empty();
    }
}
