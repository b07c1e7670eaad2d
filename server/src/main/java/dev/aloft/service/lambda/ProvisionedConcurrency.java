package dev.aloft.service.lambda;

import dev.aloft.api.Caller;
import dev.aloft.api.Lambda;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.lambda.invoke.Concurrency;
import dev.aloft.service.lambda.invoke.Provisioned;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How many environments are kept started for a version or an alias: what is wanted. {@link Provisioned} does it.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html">Provisioned concurrency</a>
 */
final class ProvisionedConcurrency {
    private static final DateTimeFormatter MODIFIED =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss'+0000'").withZone(ZoneOffset.UTC);

    private final Store store;
    private final Functions functions;
    private final Concurrency concurrency;
    private final Provisioned provisioned;
    private final Time time;

    ProvisionedConcurrency(Store store, Functions functions, Concurrency concurrency, Provisioned provisioned,
            Time time) {
        this.store = store;
        this.functions = functions;
        this.concurrency = concurrency;
        this.provisioned = provisioned;
        this.time = time;
    }

    Lambda.PutProvisionedConcurrencyConfigResponse put(Caller caller, Lambda.PutProvisionedConcurrencyConfigRequest r) {
        FunctionName name = FunctionName.of(caller, r.functionName(), r.qualifier());
        if (FunctionName.LATEST.equals(name.qualifier())) {
            throw unpublished();
        }
        int wanted = r.provisionedConcurrentExecutions();
        var setting = new LambdaData.Provisioned(wanted, MODIFIED.format(time.instant()));
        store.change(tx -> {
            find(tx, name);
            var configuration = functions.version(tx, name).configuration();
            SnapStart.checkProvisioned(configuration);
            Tenancy.checkWithout(configuration, "Provisioned concurrency");
            LambdaData.Function function = functions.find(tx, name);
            check(tx, name, function, wanted);
            LambdaData.PROVISIONED.put(tx, LambdaData.key(name).and(name.qualifier()), setting);
            tx.afterCommit(() -> changed(name));
        });
        Provisioned.State state = provisioned.restart(name.qualifiedArn());
        return Lambda.PutProvisionedConcurrencyConfigResponse.of(a -> a.requestedProvisionedConcurrentExecutions(wanted)
                .allocatedProvisionedConcurrentExecutions(state.allocated())
                .availableProvisionedConcurrentExecutions(state.allocated())
                .status(Lambda.ProvisionedConcurrencyStatusEnum.IN_PROGRESS)
                .lastModified(setting.lastModified()));
    }

    private static Lambda.InvalidParameterValueException unpublished() {
        return new Lambda.InvalidParameterValueException(
                "Provisioned Concurrency Configs cannot be applied to unpublished function versions.");
    }

    /** In AWS's order and words. */
    private void check(ReadTx tx, FunctionName name, LambdaData.Function function, int wanted) {
        int others = Claimed.provisioned(tx, name) - LambdaData.PROVISIONED.get(tx,
                LambdaData.key(name).and(name.qualifier()))
                .map(LambdaData.Provisioned::requested).orElse(0);
        if (function.reserved() != null) {
            if (others + wanted > function.reserved()) {
                throw new Lambda.InvalidParameterValueException("Requested Provisioned Concurrency should not "
                        + "be greater than the reservedConcurrentExecution for function");
            }
        } else {
            int unreserved = concurrency.limit() - Claimed.claimed(tx, name.account(), name.region())
                    + Claimed.claim(tx, name, function) - others;
            if (wanted > unreserved) {
                throw new Lambda.InvalidParameterValueException("Specified ConcurrentExecutions for "
                        + "function is greater than account's unreserved concurrency [" + unreserved + "].");
            }
            if (unreserved - wanted < concurrency.leastUnreserved()) {
                throw new Lambda.InvalidParameterValueException("Specified ConcurrentExecutions for function "
                        + "decreases account's UnreservedConcurrentExecution below its minimum value of ["
                        + concurrency.leastUnreserved() + "].");
            }
        }
        conflicts(tx, name);
    }

    /** A version may have its environments by itself or by an alias. */
    private static void conflicts(ReadTx tx, FunctionName name) {
        Key function = LambdaData.key(name);
        if (name.isVersion()) {
            boolean pointed = LambdaData.ALIASES.range(tx, function)
                    .filter(row -> Aliases.versions(row.value()).contains(name.qualifier()))
                    .anyMatch(row -> LambdaData.PROVISIONED.has(tx, function.and(row.value().name())));
            if (pointed) {
                throw new Lambda.ResourceConflictException("Version is pointed by a Provisioned Concurrency alias");
            }
            return;
        }
        Lambda.AliasConfiguration alias = LambdaData.ALIASES.get(tx, function.and(name.qualifier())).orElseThrow();
        if (alias.functionVersion().equals(FunctionName.LATEST)) {
            throw unpublished();
        }
        boolean taken = LambdaData.PROVISIONED.range(tx, function)
                .anyMatch(row -> Aliases.versions(alias).contains(row.key().text(row.key().size() - 1)));
        if (taken) {
            throw new Lambda.ResourceConflictException(
                    "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version");
        }
    }

    /** The version or alias, or AWS's refusal. */
    private static void find(ReadTx tx, FunctionName name) {
        if (name.isVersion()) {
            LambdaData.FUNCTIONS.get(tx, LambdaData.key(name)).orElseThrow(name::notFound);
            LambdaData.VERSIONS.get(tx, LambdaData.key(name).and(Long.parseLong(name.qualifier())))
                    .orElseThrow(name::notFound);
        } else if (!LambdaData.ALIASES.has(tx, LambdaData.key(name).and(name.qualifier()))) {
            throw Aliases.missing(name);
        }
    }

    private void changed(FunctionName name) {
        concurrency.changed(name.account(), name.region());
        provisioned.look();
    }

    /** With a function, version or alias of the caller's account its setting went. */
    void forgotten(Caller caller) {
        concurrency.changed(caller.account(), caller.region());
        provisioned.look();
    }

    Lambda.GetProvisionedConcurrencyConfigResponse get(Caller caller, Lambda.GetProvisionedConcurrencyConfigRequest r) {
        FunctionName name = published(caller, r.functionName(), r.qualifier());
        LambdaData.Provisioned setting = store.read(tx -> {
            find(tx, name);
            return LambdaData.PROVISIONED.get(tx, LambdaData.key(name).and(name.qualifier())).orElseThrow(() ->
                    new Lambda.ProvisionedConcurrencyConfigNotFoundException("No Provisioned Concurrency Config "
                            + "found for this function"));
        });
        Provisioned.State state = provisioned.state(name.qualifiedArn(), setting.requested());
        return Lambda.GetProvisionedConcurrencyConfigResponse.of(a -> a
                .requestedProvisionedConcurrentExecutions(setting.requested())
                .allocatedProvisionedConcurrentExecutions(state.allocated())
                .availableProvisionedConcurrentExecutions(state.allocated())
                .status(state.status())
                .statusReason(state.reason())
                .lastModified(setting.lastModified()));
    }

    private static FunctionName published(Caller caller, String function, String qualifier) {
        FunctionName name = FunctionName.of(caller, function, qualifier);
        if (name.qualifier() == null || FunctionName.LATEST.equals(name.qualifier())) {
            throw new Lambda.InvalidParameterValueException(
                    "The function resource provided must be an alias or a published version.");
        }
        return name;
    }

    Lambda.ListProvisionedConcurrencyConfigsResponse list(Caller caller,
            Lambda.ListProvisionedConcurrencyConfigsRequest r) {
        FunctionName name = FunctionName.of(caller, r.functionName()).latestOnly();
        var page = store.read(tx -> {
            functions.find(tx, name);
            return Paged.of(LambdaData.PROVISIONED.range(tx, Paged.after(LambdaData.key(name), r.marker()))
                    .map(row -> new Row<>(row.key(), row)), r.maxItems());
        });
        return Lambda.ListProvisionedConcurrencyConfigsResponse.of(a -> a
                .provisionedConcurrencyConfigs(page.items().stream().map(row -> item(name, row)).toList())
                .nextMarker(page.next()));
    }

    private Lambda.ProvisionedConcurrencyConfigListItem item(FunctionName function, Row<LambdaData.Provisioned> row) {
        String arn = function.with(row.key().text(3)).qualifiedArn();
        Provisioned.State state = provisioned.state(arn, row.value().requested());
        return Lambda.ProvisionedConcurrencyConfigListItem.of(i -> i.functionArn(arn)
                .requestedProvisionedConcurrentExecutions(row.value().requested())
                .allocatedProvisionedConcurrentExecutions(state.allocated())
                .availableProvisionedConcurrentExecutions(state.allocated())
                .status(state.status())
                .statusReason(state.reason())
                .lastModified(row.value().lastModified()));
    }

    /** Deleting what is not there succeeds. */
    Lambda.DeleteProvisionedConcurrencyConfigResponse delete(Caller caller,
            Lambda.DeleteProvisionedConcurrencyConfigRequest r) {
        FunctionName name = published(caller, r.functionName(), r.qualifier());
        store.change(tx -> {
            find(tx, name);
            LambdaData.PROVISIONED.delete(tx, LambdaData.key(name).and(name.qualifier()));
            tx.afterCommit(() -> changed(name));
        });
        return Lambda.DeleteProvisionedConcurrencyConfigResponse.of(_ -> {});
    }

    /** So many environments of a version, because of a setting. */
    private record Share(FunctionName setting, FunctionName version, int environments) {}

    /** What {@link Provisioned} is to bring about: for each setting the versions that it means. */
    List<Provisioned.Wish> wishes() {
        List<Share> shares = store.read(tx -> LambdaData.PROVISIONED.range(tx, Key.EMPTY).flatMap(row -> {
            var name = new FunctionName(row.key().text(0), row.key().text(1), row.key().text(2), row.key().text(3));
            return shares(tx, name, row.value().requested()).stream();
        }).toList());
        return shares.stream().flatMap(share -> wish(share).stream()).toList();
    }

    private Optional<Provisioned.Wish> wish(Share share) {
        try {
            return Optional.of(new Provisioned.Wish(share.setting().qualifiedArn(), functions.runnable(share.version()),
                    share.environments()));
        } catch (Lambda.ResourceNotFoundException gone) {
            return Optional.empty();
        }
    }

    private static List<Share> shares(ReadTx tx, FunctionName setting, int requested) {
        if (setting.isVersion()) {
            return List.of(new Share(setting, setting, requested));
        }
        return LambdaData.ALIASES.get(tx, LambdaData.key(setting).and(setting.qualifier())).map(alias -> {
            var shares = new ArrayList<Share>();
            int rest = requested;
            for (var weight : Aliases.weights(alias.routingConfig()).entrySet()) {
                int share = Math.min(rest, (int) Math.ceil(requested * weight.getValue()));
                shares.add(new Share(setting, setting.with(weight.getKey()), share));
                rest -= share;
            }
            shares.add(new Share(setting, setting.with(alias.functionVersion()), rest));
            return List.copyOf(shares);
        }).orElse(List.of());
    }
}
