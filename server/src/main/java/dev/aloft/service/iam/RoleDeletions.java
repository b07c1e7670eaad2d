package dev.aloft.service.iam;

import dev.aloft.api.Caller;
import dev.aloft.api.Iam;
import dev.aloft.api.Iam.DeletionTaskStatusType;
import dev.aloft.kernel.call.RoleUses;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.iam.IamData.Deletion;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Deletions of service-linked roles: asked for, and done or refused a moment later, when it is known whether the role's
 * service still needs it.
 *
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteServiceLinkedRole.html">
 *     DeleteServiceLinkedRole</a>
 */
final class RoleDeletions {
    private static final int CHUNK = 100;
    /** How long it is told how a deletion ended. */
    private static final Duration TOLD = Duration.ofDays(30);

    private final IamData data;
    private final Roles roles;
    private final RoleUses uses;
    private final Store store;
    private final Time time;

    RoleDeletions(IamData data, Roles roles, RoleUses uses, Store store, Time time) {
        this.data = data;
        this.roles = roles;
        this.uses = uses;
        this.store = store;
        this.time = time;
    }

    /** Asked again before it is done, it is the same task. */
    Iam.DeleteServiceLinkedRoleResponse begin(Caller caller, String name) {
        var task = UUID.randomUUID().toString();
        var now = time.instant();
        var id = store.<String>write(tx -> {
            var role = roles.holders.existing(tx, caller, name);
            if (!ServiceLinkedRole.isOne(role.arn())) {
                throw new Iam.NoSuchEntityException("The service-linked role with name " + name + " cannot be found.");
            }
            var pending = data.deletionsByRole.range(tx, IamData.named(role.account(), role.name()))
                    .filter(row -> row.value().isUnderWay()).findFirst();
            return pending.map(row -> row.value().id()).orElseGet(() -> begin(tx, role, task, now));
        });
        return Iam.DeleteServiceLinkedRoleResponse.of(r -> r.deletionTaskId(id));
    }

    private String begin(Tx tx, Role role, String task, Instant now) {
        var deletion = new Deletion(role.account(), "task" + role.path() + role.name() + "/" + task, role.name(),
                DeletionTaskStatusType.IN_PROGRESS, Map.of());
        data.deletions.put(tx, deletion.key(), deletion);
        data.deletionsDue.add(tx, now, deletion.key(), Key.EMPTY);
        return deletion.id();
    }

    Iam.GetServiceLinkedRoleDeletionStatusResponse status(Caller caller, String id) {
        var deletion = store.read(tx -> data.deletions.get(tx, Key.of(caller.account(), id))).orElseThrow(() ->
                new Iam.NoSuchEntityException("The deletion task " + id + " cannot be found."));
        return Iam.GetServiceLinkedRoleDeletionStatusResponse.of(r ->
                r.status(deletion.status()).reason(deletion.uses().isEmpty() ? null : reason(deletion.uses())));
    }

    private static Iam.DeletionTaskFailureReasonType reason(Map<String, List<String>> uses) {
        return Iam.DeletionTaskFailureReasonType.of(f -> f
                .reason("The service-linked role is in use. Delete the resources that use it and try again.")
                .roleUsageList(uses.entrySet().stream().map(use -> Iam.RoleUsageType.of(
                        u -> u.region(use.getKey()).resources(use.getValue()))).toList()));
    }

    /** Does what was asked for, and forgets what was told for long. */
    Optional<Instant> turn() {
        var now = time.instant();
        for (var due : store.read(tx -> data.deletionsDue.due(tx, now, CHUNK))) {
            var deletion = store.read(tx -> data.deletions.get(tx, due.id())).orElseThrow();
            var needed = deletion.isUnderWay() ? uses.of(deletion.account(), deletion.service())
                    : Map.<String, List<String>>of();
            store.change(tx -> data.deletions.get(tx, due.id()).ifPresent(it -> {
                if (it.isUnderWay()) {
                    settle(tx, it, needed);
                    data.deletionsDue.reschedule(tx, due.id(), now.plus(TOLD));
                } else {
                    data.deletions.delete(tx, due.id());
                    data.deletionsDue.cancel(tx, due.id());
                }
            }));
        }
        return store.read(data.deletionsDue::next);
    }

    private void settle(Tx tx, Deletion deletion, Map<String, List<String>> needed) {
        if (needed.isEmpty()) {
            data.roles.delete(tx, IamData.named(deletion.account(), deletion.roleName()));
        }
        data.deletions.put(tx, deletion.key(), deletion.ended(
                needed.isEmpty() ? DeletionTaskStatusType.SUCCEEDED : DeletionTaskStatusType.FAILED, needed));
    }
}
