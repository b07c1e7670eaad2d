package dev.aloft.service.iam;

import dev.aloft.api.Iam;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A managed policy, a customer's or one of AWS's own.
 *
 * @param account  {@code aws} for AWS's own
 * @param versions oldest first
 * @param latest   the number of the newest version that there ever was
 */
record ManagedPolicy(
        String account,
        String name,
        String path,
        String id,
        Instant created,
        Instant updated,
        String description,
        List<Version> versions,
        String defaultVersion,
        int latest,
        Map<String, String> tags) {
    record Version(String id, String document, Instant created) {}

    String arn() {
        return "arn:aws:iam::" + account + ":policy" + path + name;
    }

    /** The document in force. */
    String document() {
        return version(defaultVersion).document();
    }

    Version version(String versionId) {
        return versions.stream().filter(version -> version.id().equals(versionId)).findFirst()
                .orElseThrow(() -> new Iam.NoSuchEntityException(
                        "Policy " + arn() + " version " + versionId + " does not exist or is not attachable."));
    }

    ManagedPolicy with(List<Version> changed, String newDefault, int newLatest, Instant at) {
        return new ManagedPolicy(account, name, path, id, created, at, description, changed, newDefault,
                newLatest, tags);
    }

    ManagedPolicy withTags(Map<String, String> changed) {
        return new ManagedPolicy(account, name, path, id, created, updated, description, versions, defaultVersion,
                latest, changed);
    }
}
