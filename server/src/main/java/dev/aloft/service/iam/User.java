package dev.aloft.service.iam;

import java.time.Instant;
import java.util.Map;

/** A user as it is kept. */
record User(String account, String name, String path, String id, Instant created, Map<String, String> tags,
        Grants grants)
        implements Holder<User> {
    @Override
    public String arn() {
        return "arn:aws:iam::" + account + ":user" + path + name;
    }

    @Override
    public User with(Grants changed) {
        return new User(account, name, path, id, created, tags, changed);
    }

    @Override
    public User withTags(Map<String, String> changed) {
        return new User(account, name, path, id, created, changed, grants);
    }
}
