package dev.aloft.service.lambda;

import dev.aloft.api.Caller;
import dev.aloft.kernel.delivery.poll.Item;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.lambda.durable.DurableExecutions;
import dev.aloft.service.lambda.invoke.FunctionVersion;
import dev.aloft.service.lambda.invoke.Invocation;
import dev.aloft.service.lambda.invoke.Invocations;
import dev.aloft.service.lambda.invoke.Lineage;
import dev.aloft.service.lambda.invoke.Measures;
import dev.aloft.service.lambda.invoke.Outcome;
import dev.aloft.service.lambda.source.Mapping;
import dev.aloft.service.lambda.source.Sources;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;

/** The functions as event source mappings need them. */
final class MappedFunctions implements Sources.Functions {
    private final Store store;
    private final Functions functions;
    private final Invocations invocations;
    private final DurableExecutions durable;
    private final Recursion recursion;
    private final Measures measures;
    private final EncryptedCriteria criteria;
    private final Time time;
    private final BiFunction<Mapping, String, Caller> lambda;

    /** @param lambda the service itself at work for a mapping, with this request id */
    MappedFunctions(Store store, Functions functions, Invocations invocations, DurableExecutions durable,
            Recursion recursion, Measures measures, EncryptedCriteria criteria, Time time,
            BiFunction<Mapping, String, Caller> lambda) {
        this.criteria = criteria;
        this.store = store;
        this.functions = functions;
        this.invocations = invocations;
        this.durable = durable;
        this.recursion = recursion;
        this.measures = measures;
        this.time = time;
        this.lambda = lambda;
    }

    @Override
    public Invocations.Result run(Mapping mapping, String requestId, byte[] payload, List<Item> items) {
        var name = name(mapping);
        // Of several chains the one that went round most often decides.
        var trace = items.stream().map(MappedFunctions::trace).filter(Objects::nonNull)
                .max(Comparator.comparingInt(header -> Lineage.count(header, name.arn()))).orElse(null);
        recursion.check(name, trace);
        if (!mapping.isQueue() && !items.isEmpty()) {
            measures.of(name.account(), name.region(), name.name())
                    .iteratorAge(Duration.between(items.getLast().at(), time.instant()).toMillis());
        }
        var version = functions.runnable(name);
        var caller = lambda.apply(mapping, requestId);
        return version.durable().isPresent() ? execution(version, caller.withTrace(trace), payload)
                : invocations.runQueued(version, caller,
                        new Invocation(requestId, mapping.configuration().functionArn(), payload, trace, null));
    }

    /** Each batch, also when it is tried again, is an execution of its own that is waited for. */
    private Invocations.Result execution(FunctionVersion version, Caller caller, byte[] payload) {
        var ended = durable
                .run(caller, new DurableExecutions.Function(version.account(), version.region(), version.name(),
                version.version(), version.durable().orElseThrow()), null, payload);
        var outcome = new Outcome(ended.payload().array(), ended.functionError(),
                ended.functionError() == null ? Outcome.Status.SUCCESS : Outcome.Status.FAILURE);
        return new Invocations.Result(outcome, ended.executedVersion(), Optional.empty());
    }

    private static String trace(Item item) {
        return item.event().get("attributes") instanceof Map<?, ?> attributes
                && attributes.get("AWSTraceHeader") instanceof String header
                ? header : null;
    }

    @Override
    public String role(Mapping mapping) {
        return store.read(tx -> functions.version(tx, name(mapping))).configuration().role();
    }

    @Override
    public List<String> patterns(Caller caller, Mapping mapping) {
        return criteria.patterns(caller, mapping);
    }

    private static FunctionName name(Mapping mapping) {
        return new FunctionName(mapping.account(), mapping.region(), mapping.functionName(), mapping.qualifier());
    }
}
