package dev.aloft.service.lambda;

import dev.aloft.api.Caller;
import dev.aloft.api.Lambda;
import dev.aloft.api.Lambda.AliasConfiguration;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Aliases of functions: names that point to a version, or to two by weight.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html">Function aliases</a>
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html">Weighted aliases</a>
 */
final class Aliases {
    private final Store store;
    private final Functions functions;

    Aliases(Store store, Functions functions) {
        this.store = store;
        this.functions = functions;
    }

    /** The version that one invocation gets. */
    static String choose(AliasConfiguration alias, double chance) {
        double passed = 0;
        for (var other : weights(alias.routingConfig()).entrySet()) {
            passed += other.getValue();
            if (chance < passed) {
                return other.getKey();
            }
        }
        return alias.functionVersion();
    }

    /** All versions that it may lead to. */
    static List<String> versions(AliasConfiguration alias) {
        return Stream.concat(Stream.of(alias.functionVersion()), weights(alias.routingConfig()).keySet().stream())
                .toList();
    }

    static Map<String, Double> weights(Lambda.AliasRoutingConfiguration routing) {
        return routing == null || routing.additionalVersionWeights() == null ? Map.of()
                : routing.additionalVersionWeights();
    }

    AliasConfiguration create(Caller caller, Lambda.CreateAliasRequest r) {
        FunctionName function = FunctionName.of(caller, r.functionName()).unqualified();
        FunctionName name = function.with(r.name());
        String revision = UUID.randomUUID().toString();
        AliasConfiguration alias = AliasConfiguration.of(a -> a.aliasArn(name.qualifiedArn()).name(r.name())
                .functionVersion(r.functionVersion()).description(r.description() == null ? "" : r.description())
                .routingConfig(routing(r.routingConfig())).revisionId(revision));
        store.change(tx -> {
            functions.find(tx, function.with(r.functionVersion()));
            if (Functions.alias(tx, name).isPresent()) {
                throw new Lambda.ResourceConflictException("Alias already exists: " + name.qualifiedArn());
            }
            check(tx, function, alias);
            LambdaData.ALIASES.put(tx, LambdaData.key(name).and(r.name()), alias);
        });
        return alias;
    }

    /** Weights of nothing are none. */
    private static Lambda.AliasRoutingConfiguration routing(Lambda.AliasRoutingConfiguration given) {
        return weights(given).isEmpty() ? null : given;
    }

    private void check(ReadTx tx, FunctionName function, AliasConfiguration alias) {
        functions.version(tx, function.with(alias.functionVersion()));
        Map<String, Double> weights = weights(alias.routingConfig());
        if (weights.size() > 1) {
            throw new Lambda.InvalidParameterValueException("Number of items in AdditionalVersionWeights "
                    + "cannot be greater than 1");
        }
        for (String other : weights.keySet()) {
            if (other.equals(alias.functionVersion())) {
                throw new Lambda.InvalidParameterValueException("Invalid function version " + other
                        + ". Function version " + other
                        + " is already included in routing configuration.");
            }
            if (alias.functionVersion().equals(FunctionName.LATEST)) {
                throw new Lambda.InvalidParameterValueException(
                        "$LATEST is not supported for an alias pointing to more than 1 version");
            }
            functions.version(tx, function.with(other));
        }
    }

    AliasConfiguration get(Caller caller, Lambda.GetAliasRequest r) {
        FunctionName name = FunctionName.of(caller, r.functionName()).with(r.name());
        return store.read(tx -> Functions.alias(tx, name)).orElseThrow(() -> missing(name));
    }

    static Lambda.ResourceNotFoundException missing(FunctionName name) {
        return new Lambda.ResourceNotFoundException("Cannot find alias arn: " + name.qualifiedArn());
    }

    AliasConfiguration update(Caller caller, Lambda.UpdateAliasRequest r) {
        FunctionName function = FunctionName.of(caller, r.functionName()).unqualified();
        FunctionName name = function.with(r.name());
        String revision = UUID.randomUUID().toString();
        return store.write(tx -> {
            functions.find(tx, function);
            AliasConfiguration now = Functions.alias(tx, name).orElseThrow(() ->
                    new Lambda.ResourceNotFoundException("Alias not found: " + name.qualifiedArn()));
            if (r.revisionId() != null && !r.revisionId().equals(now.revisionId())) {
                throw Functions.otherRevision();
            }
            var changed = now.toBuilder().revisionId(revision);
            if (r.functionVersion() != null) {
                changed.functionVersion(r.functionVersion());
            }
            if (r.description() != null) {
                changed.description(r.description());
            }
            if (r.routingConfig() != null) {
                changed.routingConfig(routing(r.routingConfig()));
            }
            AliasConfiguration alias = changed.build();
            check(tx, function, alias);
            LambdaData.ALIASES.put(tx, LambdaData.key(name).and(r.name()), alias);
            return alias;
        });
    }

    /** Deleting what is not there is no error. */
    Lambda.DeleteAliasResponse delete(Caller caller, Lambda.DeleteAliasRequest r) {
        FunctionName name = FunctionName.of(caller, r.functionName()).with(r.name());
        store.change(tx -> {
            LambdaData.ALIASES.delete(tx, LambdaData.key(name).and(r.name()));
            LambdaData.forgetQualified(tx, LambdaData.qualified(name));
        });
        return Lambda.DeleteAliasResponse.of(_ -> {});
    }

    Lambda.ListAliasesResponse list(Caller caller, Lambda.ListAliasesRequest r) {
        FunctionName name = FunctionName.of(caller, r.functionName()).unqualified();
        Paged<AliasConfiguration> page = store.read(tx -> {
            functions.find(tx, name);
            return Paged.of(LambdaData.ALIASES.range(tx, Paged.after(LambdaData.key(name), r.marker()))
                    .filter(row -> r.functionVersion() == null
                            || versions(row.value()).contains(r.functionVersion())), r.maxItems());
        });
        return Lambda.ListAliasesResponse.of(a -> a.aliases(page.items()).nextMarker(page.next()));
    }
}
