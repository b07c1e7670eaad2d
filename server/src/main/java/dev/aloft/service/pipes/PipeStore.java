package dev.aloft.service.pipes;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Pipes;
import dev.aloft.kernel.call.NamedPage;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.pipes.PipesData.KeptPipe;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;

/** Pipes as they are made, changed, started, stopped and deleted. */
final class PipeStore {
    private static final int MOST = 1_000;
    private static final int PAGE = 100;

    private final PipesData data;
    private final PipeRules rules;
    private final PipeKeys keys;
    private final Store store;
    private final Time time;
    private final Runnable changed;

    /** @param changed tells those who poll */
    PipeStore(PipesData data, PipeRules rules, PipeKeys keys, Store store, Time time, Runnable changed) {
        this.keys = keys;
        this.data = data;
        this.rules = rules;
        this.store = store;
        this.time = time;
        this.changed = changed;
    }

    KeptPipe create(Caller caller, Pipes.CreatePipeRequest input) {
        rules.check(input);
        var now = time.instant();
        var settings = input.toBuilder().sourceParameters(PipeSource.filledIn(input, rules.most(input.target())))
                .desiredState(input.desiredState() == null
                ? Pipes.RequestedPipeState.RUNNING : input.desiredState()).build();
        var pipe = keys.sealed(new KeptPipe(caller.account(), caller.region(), settings, UUID.randomUUID().toString(),
                now, now, null));
        store.change(tx -> {
            if (!data.pipes.putIfAbsent(tx, pipe.key(), pipe)) {
                throw new Pipes.ConflictException("Pipe " + input.name() + " already exists.");
            }
            if (data.pipes.range(tx, Key.of(caller.account(), caller.region())).count() > MOST) {
                throw new Pipes.ServiceQuotaExceededException("The maximum number of pipes has been reached.");
            }
        });
        changed.run();
        return pipe;
    }

    KeptPipe update(Caller caller, Pipes.UpdatePipeRequest r) {
        var kept = get(caller, r.name());
        var next = changed(keys.opened(kept).settings(), r);
        rules.check(next);
        var pipe = keys.sealed(new KeptPipe(kept.account(), kept.region(), next, UUID.randomUUID().toString(),
                kept.created(), time.instant(), null));
        store.change(tx -> {
            if (!existing(tx, caller, r.name()).revision().equals(kept.revision())) {
                throw new Pipes.ConflictException("Pipe " + r.name() + " is being changed.");
            }
            data.pipes.put(tx, pipe.key(), pipe);
        });
        changed.run();
        return pipe;
    }

    private Pipes.CreatePipeRequest changed(Pipes.CreatePipeRequest before, Pipes.UpdatePipeRequest r) {
        var target = given(r.target(), before.target());
        boolean other = !target.equals(before.target());
        return before.toBuilder().roleArn(r.roleArn())
                .kmsKeyIdentifier(given(r.kmsKeyIdentifier(), before.kmsKeyIdentifier()))
                .sourceParameters(PipeSource.changed(before, r.sourceParameters(), rules.most(target)))
                .description(given(r.description(), before.description()))
                .desiredState(given(r.desiredState(), before.desiredState()))
                .enrichment(given(r.enrichment(), before.enrichment()))
                .enrichmentParameters(given(r.enrichmentParameters(), before.enrichmentParameters())).target(target)
                // Those of another target say nothing of this one.
                .targetParameters(other ? r.targetParameters()
                        : given(r.targetParameters(), before.targetParameters()))
                .logConfiguration(given(r.logConfiguration(), before.logConfiguration())).build();
    }

    private static <T> T given(T value, T otherwise) {
        return value == null ? otherwise : value;
    }

    KeptPipe setState(Caller caller, String name, String state) {
        return change(caller, name, before -> before.toBuilder().desiredState(state).build());
    }

    private KeptPipe change(Caller caller, String name, UnaryOperator<Pipes.CreatePipeRequest> how) {
        var revision = UUID.randomUUID().toString();
        var pipe = store.<KeptPipe>write(tx -> {
            var before = existing(tx, caller, name);
            var next = before.with(how.apply(before.settings()), revision, time.instant());
            data.pipes.put(tx, next.key(), next);
            return next;
        });
        changed.run();
        return pipe;
    }

    /** With all its settings. */
    KeptPipe opened(Caller caller, String name) {
        return keys.opened(get(caller, name));
    }

    KeptPipe get(Caller caller, String name) {
        return store.<KeptPipe>read(tx -> existing(tx, caller, name));
    }

    private KeptPipe existing(ReadTx tx, Caller caller, String name) {
        return data.pipes.get(tx, Key.of(caller.account(), caller.region(), name)).orElseThrow(() ->
                new Pipes.NotFoundException("Pipe " + name + " does not exist."));
    }

    KeptPipe delete(Caller caller, String name) {
        var pipe = store.<KeptPipe>write(tx -> {
            var found = existing(tx, caller, name);
            data.pipes.delete(tx, found.key());
            data.checkpoints.deleteAll(tx, found.key());
            return found;
        });
        changed.run();
        return pipe;
    }

    Pipes.ListPipesResponse list(Caller caller, Pipes.ListPipesRequest input) {
        return store.read(tx -> {
            var all = data.pipes.range(tx, Key.of(caller.account(), caller.region())).map(Row::value)
                    .filter(it -> input.sourcePrefix() == null || it.settings().source()
                            .startsWith(input.sourcePrefix()))
                    .filter(it -> input.targetPrefix() == null || it.settings().target()
                            .startsWith(input.targetPrefix()))
                    .filter(it -> input.desiredState() == null || input.desiredState()
                            .equals(it.settings().desiredState()))
                    .filter(it -> input.currentState() == null || input.currentState().equals(state(it)));
            var page = NamedPage.of(all, KeptPipe::name, input.namePrefix(), input.nextToken(), input.limit(), PAGE,
                    PipeStore::badToken);
            return Pipes.ListPipesResponse.of(r -> r.nextToken(page.next())
                    .pipes(page.items().stream().map(PipeStore::told).toList()));
        });
    }

    private static Pipes.ValidationException badToken() {
        return new Pipes.ValidationException("Invalid NextToken.");
    }

    /** As it is told. */
    static Pipes.PipeLogConfiguration log(Pipes.PipeLogConfigurationParameters given) {
        return given == null ? null : Pipes.PipeLogConfiguration.of(l -> l.level(given.level())
                .includeExecutionData(given.includeExecutionData())
                .cloudwatchLogsLogDestination(given.cloudwatchLogsLogDestination() == null ? null
                        : Pipes.CloudwatchLogsLogDestination.of(d ->
                                d.logGroupArn(given.cloudwatchLogsLogDestination().logGroupArn())))
                .firehoseLogDestination(given.firehoseLogDestination() == null ? null
                        : Pipes.FirehoseLogDestination.of(d ->
                                d.deliveryStreamArn(given.firehoseLogDestination().deliveryStreamArn())))
                .s3LogDestination(told(given.s3LogDestination())));
    }

    private static Pipes.S3LogDestination told(Pipes.S3LogDestinationParameters given) {
        return given == null ? null : Pipes.S3LogDestination.of(d -> d.bucketName(given.bucketName())
                .bucketOwner(given.bucketOwner()).prefix(given.prefix())
                .outputFormat(given.outputFormat() == null ? Pipes.S3OutputFormat.JSON : given.outputFormat()));
    }

    static String state(KeptPipe pipe) {
        return pipe.runs() ? Pipes.PipeState.RUNNING : Pipes.PipeState.STOPPED;
    }

    private static Pipes.Pipe told(KeptPipe it) {
        return Pipes.Pipe.of(p -> p.name(it.name()).arn(it.arn()).desiredState(it.settings().desiredState())
                .currentState(state(it))
                .creationTime(it.created()).lastModifiedTime(it.modified()).source(it.settings().source())
                .enrichment(it.settings().enrichment()).target(it.settings().target()));
    }

    Map<String, String> tags(Caller caller, String arn) {
        var tags = get(caller, named(arn)).settings().tags();
        return tags == null ? Map.of() : tags;
    }

    void changeTags(Caller caller, String arn, UnaryOperator<Map<String, String>> how) {
        store.change(tx -> {
            var before = existing(tx, caller, named(arn));
            var tags = how.apply(new LinkedHashMap<>(Optional.ofNullable(before.settings().tags()).orElse(Map.of())));
            data.pipes.put(tx, before.key(), before.with(before.settings().toBuilder().tags(tags).build(),
                    before.revision(), before.modified()));
        });
    }

    private static String named(String arn) {
        return Arn.parse(arn).resourceName();
    }
}
