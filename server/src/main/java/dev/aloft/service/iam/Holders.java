package dev.aloft.service.iam;

import dev.aloft.api.Caller;
import dev.aloft.api.Iam;
import dev.aloft.kernel.identity.Policy;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Table;
import dev.aloft.kernel.store.Tx;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** What roles and users have in common: inline and attached policies, boundaries, tags. */
final class Holders<V extends Holder<V>> {
    /**
     * What differs.
     *
     * @param word         as in "The role with name x cannot be found."
     * @param largest      how many characters all inline policies may have together
     * @param quota        the quota's name for attached policies
     */
    record Kind(String word, int largest, String quota) {
        static final Kind ROLE = new Kind("role", 10_240, "PoliciesPerRole");
        static final Kind USER = new Kind("user", 2_048, "PoliciesPerUser");
    }

    private static final int MOST_ATTACHED = 10;

    private final Table<V> table;
    private final Kind kind;
    private final ManagedPolicies policies;
    private final Store store;

    Holders(Table<V> table, Kind kind, ManagedPolicies policies, Store store) {
        this.table = table;
        this.kind = kind;
        this.policies = policies;
        this.store = store;
    }

    V existing(ReadTx tx, Caller caller, String name) {
        return table.get(tx, IamData.named(caller.account(), name)).orElseThrow(() ->
                new Iam.NoSuchEntityException("The " + kind.word() + " with name " + name + " cannot be found."));
    }

    V existing(Caller caller, String name) {
        return store.<V>read(tx -> existing(tx, caller, name));
    }

    V change(Caller caller, String name, UnaryOperator<V> how) {
        return store.<V>write(tx -> change(tx, caller, name, how));
    }

    private V change(Tx tx, Caller caller, String name, UnaryOperator<V> how) {
        var changed = how.apply(existing(tx, caller, name));
        table.put(tx, IamData.named(caller.account(), name), changed);
        return changed;
    }

    /** What it may do changes; of a service-linked role that is AWS's to say. */
    private V regrant(Tx tx, Caller caller, String name, UnaryOperator<V> how) {
        return change(tx, caller, name, holder -> how.apply(modifiable(holder)));
    }

    private V regrant(Caller caller, String name, UnaryOperator<V> how) {
        return store.<V>write(tx -> regrant(tx, caller, name, how));
    }

    static <V extends Holder<V>> V modifiable(V holder) {
        if (ServiceLinkedRole.isOne(holder.arn())) {
            throw new Iam.UnmodifiableEntityException("Cannot perform the operation on the protected role '"
                    + holder.name() + "' - this role is only modifiable by AWS");
        }
        return holder;
    }

    /** Deletes it where nothing hangs on it any more. */
    V delete(Tx tx, Caller caller, String name) {
        var holder = modifiable(existing(tx, caller, name));
        if (!holder.grants().attached().isEmpty()) {
            throw new Iam.DeleteConflictException("Cannot delete entity, must detach all policies first.");
        }
        if (!holder.grants().inline().isEmpty()) {
            throw new Iam.DeleteConflictException("Cannot delete entity, must delete policies first.");
        }
        table.delete(tx, IamData.named(caller.account(), name));
        return holder;
    }

    Stream<V> all(ReadTx tx, Caller caller) {
        return table.range(tx, Key.of(caller.account())).map(Row::value);
    }

    void putInline(Caller caller, String name, String policyName, String document) {
        Documents.checked(document, Policy.Kind.IDENTITY);
        regrant(caller, name, holder -> {
            var grants = holder.grants().withInline(policyName, document);
            if (grants.inline().values().stream().mapToInt(Documents::size).sum() > kind.largest()) {
                throw new Iam.LimitExceededException("Maximum policy size of " + kind.largest() + " bytes exceeded for "
                        + kind.word() + " " + holder.name());
            }
            return holder.with(grants);
        });
    }

    String inline(Caller caller, String name, String policyName) {
        return inline(existing(caller, name), policyName);
    }

    private String inline(V holder, String policyName) {
        var document = holder.grants().inline().get(policyName);
        if (document == null) {
            throw new Iam.NoSuchEntityException(
                    "The " + kind.word() + " policy with name " + policyName + " cannot be found.");
        }
        return document;
    }

    void deleteInline(Caller caller, String name, String policyName) {
        regrant(caller, name, holder -> {
            inline(holder, policyName);
            return holder.with(holder.grants().withoutInline(policyName));
        });
    }

    Slice<String> inlineNames(Caller caller, String name, String marker, Integer maxItems) {
        return Slice.of(existing(caller, name).grants().inline().keySet().stream().sorted(), text -> text, marker,
                maxItems);
    }

    void attach(Caller caller, String name, String policyArn) {
        store.change(tx -> {
            existing(tx, caller, name);
            policies.requireAttachable(tx, caller.account(), policyArn);
            regrant(tx, caller, name, holder -> {
                var grants = holder.grants().withAttached(policyArn);
                if (grants.attached().size() > MOST_ATTACHED) {
                    throw new Iam.LimitExceededException("Cannot exceed quota for " + kind.quota() + ": "
                            + MOST_ATTACHED);
                }
                return holder.with(grants);
            });
        });
    }

    void detach(Caller caller, String name, String policyArn) {
        regrant(caller, name, holder -> {
            if (!holder.grants().attached().contains(policyArn)) {
                throw new Iam.NoSuchEntityException("Policy " + policyArn + " was not found.");
            }
            return holder.with(holder.grants().withoutAttached(policyArn));
        });
    }

    Slice<Iam.AttachedPolicy> attached(Caller caller, String name, String pathPrefix, String marker, Integer maxItems) {
        var prefix = pathPrefix == null ? "/" : pathPrefix;
        return store.read(tx -> {
            var found = existing(tx, caller, name).grants().attached().stream()
                    .flatMap(arn -> policies.find(tx, arn).stream())
                    .filter(policy -> policy.path().startsWith(prefix))
                    .map(policy -> Iam.AttachedPolicy.of(a -> a.policyName(policy.name()).policyArn(policy.arn())))
                    .sorted((a, b) -> a.policyArn().compareTo(b.policyArn()));
            return Slice.of(found, Iam.AttachedPolicy::policyArn, marker, maxItems);
        });
    }

    /** @param arn of a managed policy, or null for none */
    void setBoundary(Caller caller, String name, String arn) {
        store.change(tx -> {
            var before = existing(tx, caller, name);
            if (arn != null) {
                policies.requireAttachable(tx, caller.account(), arn);
            } else if (before.grants().boundary() == null) {
                throw new Iam.NoSuchEntityException("The " + kind.word() + " with name " + name
                        + " does not have a permissions boundary.");
            }
            regrant(tx, caller, name, holder -> holder.with(holder.grants().withBoundary(arn)));
        });
    }

    void tag(Caller caller, String name, List<Iam.Tag> tags) {
        change(caller, name, holder -> holder.withTags(Tags.with(holder.tags(), tags)));
    }

    void untag(Caller caller, String name, List<String> keys) {
        change(caller, name, holder -> holder.withTags(Tags.without(holder.tags(), keys)));
    }

    Slice<Iam.Tag> tags(Caller caller, String name, String marker, Integer maxItems) {
        return Slice.of(Tags.told(existing(caller, name).tags()).stream(), Iam.Tag::key, marker, maxItems);
    }

    static Iam.AttachedPermissionsBoundary boundary(Grants grants) {
        return grants.boundary() == null ? null : Iam.AttachedPermissionsBoundary.of(
                b -> b.permissionsBoundaryType("Policy").permissionsBoundaryArn(grants.boundary()));
    }

    static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
