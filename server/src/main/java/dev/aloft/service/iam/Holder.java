package dev.aloft.service.iam;

import java.util.Map;

/** What has policies and tags: a role or a user. */
interface Holder<V> {
    String name();

    String arn();

    Grants grants();

    Map<String, String> tags();

    V with(Grants grants);

    V withTags(Map<String, String> tags);
}
