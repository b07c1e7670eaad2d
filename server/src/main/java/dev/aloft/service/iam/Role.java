package dev.aloft.service.iam;

import java.time.Instant;
import java.util.Map;

/** A role as it is kept. */
record Role(
        String account,
        String name,
        String path,
        String id,
        Instant created,
        String description,
        String trustPolicy,
        int maxSessionSeconds,
        Map<String, String> tags,
        Grants grants)
        implements Holder<Role> {
    @Override
    public String arn() {
        return "arn:aws:iam::" + account + ":role" + path + name;
    }

    @Override
    public Role with(Grants changed) {
        return new Role(account, name, path, id, created, description, trustPolicy, maxSessionSeconds, tags, changed);
    }

    @Override
    public Role withTags(Map<String, String> changed) {
        return new Role(account, name, path, id, created, description, trustPolicy, maxSessionSeconds, changed, grants);
    }

    Role withTrustPolicy(String changed) {
        return new Role(account, name, path, id, created, description, changed, maxSessionSeconds, tags, grants);
    }

    Role with(String newDescription, int newMaxSessionSeconds) {
        return new Role(account, name, path, id, created, newDescription, trustPolicy, newMaxSessionSeconds, tags,
                grants);
    }
}
