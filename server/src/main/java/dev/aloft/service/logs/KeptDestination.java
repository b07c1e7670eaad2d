package dev.aloft.service.logs;

import dev.aloft.api.Arn;
import java.time.Instant;
import java.util.Map;

/**
 * Where other accounts' subscription filters may send log events: a stream, under a role, as it is kept.
 *
 * @param policy a JSON document that says who may, or null
 */
record KeptDestination(
        String account, String region, String name, String targetArn, String roleArn, String policy, Instant created,
        Map<String, String> tags) implements Tagged<KeptDestination> {
    Arn arn() {
        return new Arn("aws", "logs", region, account, "destination:" + name);
    }

    KeptDestination withPolicy(String document) {
        return new KeptDestination(account, region, name, targetArn, roleArn, document, created, tags);
    }

    @Override
    public KeptDestination withTags(Map<String, String> changed) {
        return new KeptDestination(account, region, name, targetArn, roleArn, policy, created, changed);
    }
}
