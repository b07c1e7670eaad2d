package dev.aloft.service.ecr;

import dev.aloft.api.Caller;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Table;
import java.time.Instant;
import java.util.Map;

/** What ECR keeps: repositories by account, region and name. */
final class EcrData {
    final Table<Kept> repositories = Table.of("repositories", Codec.of(Kept.class));

    /** @param policy and lifecyclePolicy JSON documents, or null */
    record Kept(
            String name,
            Instant created,
            String tagMutability,
            boolean scanOnPush,
            String policy,
            String lifecyclePolicy,
            Map<String, String> tags) {
        Kept withTagMutability(String changed) {
            return new Kept(name, created, changed, scanOnPush, policy, lifecyclePolicy, tags);
        }

        Kept withScanOnPush(boolean changed) {
            return new Kept(name, created, tagMutability, changed, policy, lifecyclePolicy, tags);
        }

        Kept withPolicy(String changed) {
            return new Kept(name, created, tagMutability, scanOnPush, changed, lifecyclePolicy, tags);
        }

        Kept withLifecyclePolicy(String changed) {
            return new Kept(name, created, tagMutability, scanOnPush, policy, changed, tags);
        }

        Kept withTags(Map<String, String> changed) {
            return new Kept(name, created, tagMutability, scanOnPush, policy, lifecyclePolicy, changed);
        }
    }

    static Key all(Caller caller) {
        return Key.of(caller.account(), caller.region());
    }

    static Key key(Caller caller, String name) {
        return Key.of(caller.account(), caller.region(), name);
    }
}
