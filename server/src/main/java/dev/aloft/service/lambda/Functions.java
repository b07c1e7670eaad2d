package dev.aloft.service.lambda;

import dev.aloft.api.Caller;
import dev.aloft.api.Lambda;
import dev.aloft.api.Lambda.FunctionConfiguration;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.service.lambda.invoke.FunctionVersion;
import dev.aloft.service.lambda.invoke.ImageProgram;
import dev.aloft.service.lambda.invoke.Invocations;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Functions: found, told, listed, deleted. */
final class Functions implements AutoCloseable {
    private static final int CLOSING_SECONDS = 10;
    private static final int DEBUGGED_SECONDS = 24 * 60 * 60;

    private final Store store;
    private final CodeStore codes;
    private final SnapshotUses snapshotUses;
    private final Invocations invocations;
    private final EncryptedVariables encrypted;
    private final ExecutorService preparing = Executors.newVirtualThreadPerTaskExecutor();

    Functions(Store store, CodeStore codes, Invocations invocations, EncryptedVariables encrypted,
            SnapshotUses snapshotUses) {
        this.snapshotUses = snapshotUses;
        this.store = store;
        this.codes = codes;
        this.invocations = invocations;
        this.encrypted = encrypted;
    }

    // ---- finding

    /** The function, or AWS's refusal. */
    LambdaData.Function find(ReadTx tx, FunctionName name) {
        return LambdaData.FUNCTIONS.get(tx, LambdaData.key(name)).orElseThrow(name::notFound);
    }

    /** A version of it: $LATEST, a published one, or the one that an alias names first. */
    LambdaData.Version version(ReadTx tx, FunctionName name) {
        LambdaData.Function function = find(tx, name);
        if (name.isLatest()) {
            return function.version();
        }
        String number = name.isVersion() ? name.qualifier()
                : alias(tx, name).orElseThrow(name::notFound).functionVersion();
        return number.equals(FunctionName.LATEST) ? function.version() : published(tx, name, number);
    }

    private static LambdaData.Version published(ReadTx tx, FunctionName name, String number) {
        return LambdaData.VERSIONS.get(tx, LambdaData.key(name).and(Long.parseLong(number)))
                .orElseThrow(name::notFound);
    }

    static Optional<Lambda.AliasConfiguration> alias(ReadTx tx, FunctionName name) {
        return LambdaData.ALIASES.get(tx, LambdaData.key(name).and(name.qualifier()));
    }

    /** As it is run; of an alias with weights one version by chance. */
    FunctionVersion runnable(FunctionName name) {
        double chance = ThreadLocalRandom.current().nextDouble();
        record Found(LambdaData.Version version, Integer reserved) {}
        Found found = store.read(tx -> new Found(routed(tx, name, chance), find(tx, name).reserved()));
        snapshotUses.invoked(name, found.version().configuration());
        return runnable(name, found.version(), found.reserved());
    }

    private LambdaData.Version routed(ReadTx tx, FunctionName name, double chance) {
        if (!LambdaData.FUNCTIONS.has(tx, LambdaData.key(name))) {
            // Whoever invokes is told of a version in any case.
            throw (name.qualifier() == null ? name.with(FunctionName.LATEST) : name).notFound();
        }
        if (name.isLatest() || name.isVersion()) {
            return version(tx, name);
        }
        find(tx, name);
        String number = Aliases.choose(alias(tx, name).orElseThrow(name::notFound), chance);
        return number.equals(FunctionName.LATEST) ? find(tx, name).version() : published(tx, name, number);
    }

    /** A version as it is run, whatever its state. */
    FunctionVersion runnable(FunctionName name, LambdaData.Version version) {
        return runnable(name, version, store.read(tx -> find(tx, name)).reserved());
    }

    private FunctionVersion runnable(FunctionName name, LambdaData.Version version, Integer reserved) {
        FunctionConfiguration c = version.configuration();
        Lambda.LoggingConfig logging = c.loggingConfig();
        codes.require(version.code());
        Map<String, String> variables = encrypted.ofRun(name, c);
        // Whoever looks at a function in a debugger is not to be hurried.
        int timeout = variables.containsKey(FunctionVersion.DEBUG_PORT) ? DEBUGGED_SECONDS : c.timeout();
        return new FunctionVersion(name.account(), name.region(), name.name(), c.version(), name.arn(), version.stamp(),
                c.runtime() == null ? "" : c.runtime(), c.handler() == null ? "" : c.handler(), c.role(),
                c.memorySize(), timeout, c.ephemeralStorage().size(), variables,
                codes.folder(version.code()), codes.merged(version.layers()), reserved,
                c.tracingConfig() != null && "Active".equals(c.tracingConfig().mode()), logging.logGroup(),
                "JSON".equals(logging.logFormat()), logging.applicationLogLevel(), logging.systemLogLevel(),
                Optional.ofNullable(c.durableConfig()), program(version),
                ParametersLayer.isAmong(c.layers()), SnapStart.isOf(c), Tenancy.isOf(c));
    }

    private static Optional<ImageProgram> program(LambdaData.Version version) {
        CodeStore.Image image = version.code().image();
        if (image == null) {
            return Optional.empty();
        }
        var answer = version.configuration().imageConfigResponse();
        var own = answer == null ? Lambda.ImageConfig.of(_ -> { }) : answer.imageConfig();
        return Optional.of(new ImageProgram(
                own.entryPoint() == null || own.entryPoint().isEmpty() ? image.entryPoint() : own.entryPoint(),
                own.command() == null || own.command().isEmpty() ? image.command() : own.command(),
                own.workingDirectory() == null || own.workingDirectory().isEmpty() ? image.workingDirectory()
                : own.workingDirectory(),
                image.environment()));
    }

    /** Boots what the function will soon need. The files of a large image are put together meanwhile. */
    void prepare(FunctionName name, LambdaData.Version version) {
        if (version.code().image() == null) {
            prepareProcess(name, version);
        } else {
            try {
                preparing.execute(() -> prepareImage(name, version));
            } catch (RejectedExecutionException closing) {
                // Who invokes it after the next start waits a moment longer.
            }
        }
    }

    /** The same after a change of the function; what served it before ends. */
    void prepare(FunctionName name) {
        store.read(tx -> LambdaData.FUNCTIONS.get(tx, LambdaData.key(name)))
                .ifPresent(now -> prepare(name, now.version()));
    }

    private void prepareProcess(FunctionName name, LambdaData.Version version) {
        try {
            invocations.prepare(runnable(name, version, null));
        } catch (Lambda.KMSAccessDeniedException | Lambda.KMSDisabledException | Lambda.KMSInvalidStateException
                | Lambda.KMSNotFoundException _) {
            // The invocation will say so.
        }
    }

    private void prepareImage(FunctionName name, LambdaData.Version version) {
        try {
            invocations.prepare(runnable(name, version, null));
        } catch (RuntimeException e) {
            // The invocation will say so.
        }
    }

    /** What is being prepared is left as it is; whoever needs it begins again. */
    @Override
    public void close() {
        preparing.shutdownNow();
        try {
            preparing.awaitTermination(CLOSING_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The images that some version of some function is. */
    List<CodeStore.Image> images() {
        return store.read(tx -> versions(tx, Key.EMPTY).map(version -> version.code().image())
                .filter(Objects::nonNull).toList());
    }

    // ---- answers

    /**
     * The store has the function active, since nothing more has to be made; AWS's answer says that it is not yet.
     * Becoming active is a change: the revision told now is not the one that is read then.
     */
    FunctionConfiguration creating(FunctionConfiguration made) {
        return made.toBuilder().state("Pending").stateReason("The function is being created.")
                .stateReasonCode("Creating")
                .lastUpdateStatus(null).revisionId(UUID.randomUUID().toString()).build();
    }

    /** As {@link #creating}, of a change. */
    FunctionConfiguration updating(FunctionConfiguration changed) {
        return changed.toBuilder().lastUpdateStatus("InProgress")
                .lastUpdateStatusReason("The function is being created.")
                .lastUpdateStatusReasonCode("Creating").revisionId(UUID.randomUUID().toString()).build();
    }

    static void revision(FunctionConfiguration now, String wanted) {
        if (wanted != null && !wanted.equals(now.revisionId())) {
            throw otherRevision();
        }
    }

    static Lambda.PreconditionFailedException otherRevision() {
        return new Lambda.PreconditionFailedException("The Revision Id provided does not match the latest "
                + "Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id");
    }

    FunctionConfiguration configuration(FunctionName name) {
        return qualified(store.read(tx -> version(tx, name)).configuration(), name);
    }

    /** Whoever asks for $LATEST or an alias reads an ARN that says so. */
    private static FunctionConfiguration qualified(FunctionConfiguration configuration, FunctionName name) {
        return name.qualifier() == null ? configuration
                : configuration.toBuilder().functionArn(name.qualifiedArn()).build();
    }

    Lambda.GetFunctionResponse get(Caller caller, FunctionName name) {
        record Found(LambdaData.Function function, LambdaData.Version version) {}
        Found found = store.read(tx -> new Found(find(tx, name), version(tx, name)));
        return Lambda.GetFunctionResponse.of(r -> {
            r.configuration(qualified(found.version().configuration(), name))
                    .code(location(caller, found.version().code()));
            if (!found.function().tags().isEmpty()) {
                r.tags(found.function().tags());
            }
            if (found.function().reserved() != null) {
                r.concurrency(Lambda.Concurrency.of(c -> c.reservedConcurrentExecutions(found.function().reserved())));
            }
        });
    }

    private Lambda.FunctionCodeLocation location(Caller caller, CodeStore.Code code) {
        CodeStore.Image image = code.image();
        if (image != null) {
            return Lambda.FunctionCodeLocation.of(
                    l -> l.repositoryType("ECR").imageUri(image.uri()).resolvedImageUri(image.resolved()));
        }
        var refusal = codes.refusal(caller, code);
        return Lambda.FunctionCodeLocation.of(l -> l.repositoryType("S3").error(refusal.orElse(null))
                .location(refusal.isPresent() ? null : CodeDownloads.url(caller, code))
                .sourceKMSKeyArn(code.sealing() == null ? null : code.sealing().keyArn()));
    }

    /** The package of some version that lies there. */
    Optional<CodeStore.Code> packageOf(String blob) {
        return store.read(tx -> versions(tx, Key.EMPTY).map(LambdaData.Version::code)
                .filter(code -> blob.equals(code.blob())).findFirst());
    }

    Lambda.ListFunctionsResponse list(Caller caller, Lambda.ListFunctionsRequest r) {
        if (r.masterRegion() != null && !r.masterRegion().equals("ALL")) {
            // A region asks for nothing but the replicas of Lambda@Edge that came from there, which nobody has here.
            return Lambda.ListFunctionsResponse.of(a -> a.functions(List.of()));
        }
        Key account = Key.of(caller.account(), caller.region());
        Paged<FunctionConfiguration> page = store.read(tx -> Paged.of("ALL".equals(r.functionVersion())
                ? allVersions(tx, caller, account, r.marker())
                : LambdaData.FUNCTIONS.range(tx, Paged.after(account, r.marker()))
                        .map(row -> new Row<>(row.key(), row.value().latest())), r.maxItems()));
        return Lambda.ListFunctionsResponse.of(a -> a
                .functions(page.items().stream().map(Settings::listed).toList()).nextMarker(page.next()));
    }

    /** Each version is an item of its own, so a page may end amid the versions of a function. */
    private static Stream<Row<FunctionConfiguration>> allVersions(ReadTx tx, Caller caller, Key account,
            String marker) {
        Optional<Key> last = Paged.marked(account, marker);
        Range range = Range.of(account);
        return LambdaData.FUNCTIONS.range(tx, last.map(key -> range.from(account.and(key.text(2)))).orElse(range))
                .map(row -> new FunctionName(caller.account(), caller.region(), row.key().text(2), null))
                .flatMap(name -> versions(tx, name, last));
    }

    /** $LATEST, then those that were published, of what comes behind a row. */
    static Stream<Row<FunctionConfiguration>> versions(ReadTx tx, FunctionName name, Optional<Key> last) {
        Key function = LambdaData.key(name);
        Stream<Row<FunctionConfiguration>> latest = LambdaData.FUNCTIONS.get(tx, function).stream()
                .map(it -> it.latest().toBuilder().functionArn(name.arn() + ":" + FunctionName.LATEST).build())
                .map(configuration -> new Row<>(function.and(0L), configuration));
        return Stream.concat(latest, LambdaData.VERSIONS.range(tx, function)
                .map(row -> new Row<>(row.key(), row.value().configuration())))
                .filter(row -> last.isEmpty() || row.key().compareTo(last.get()) > 0);
    }

    // ---- delete

    Lambda.DeleteFunctionResponse delete(Caller caller, Lambda.DeleteFunctionRequest r) {
        FunctionName name = FunctionName.of(caller, r.functionName(), r.qualifier());
        if (FunctionName.LATEST.equals(name.qualifier())) {
            throw new Lambda.InvalidParameterValueException("$LATEST version cannot be deleted without "
                    + "deleting the function.");
        }
        if (name.qualifier() != null && !name.isVersion()) {
            throw new Lambda.InvalidParameterValueException("Deletion of aliases is not currently supported.");
        }
        List<LambdaData.Version> had = store.read(tx -> Stream.concat(
                LambdaData.FUNCTIONS.get(tx, LambdaData.key(name)).stream().map(LambdaData.Function::version),
                LambdaData.VERSIONS.range(tx, LambdaData.key(name)).map(Row::value)).toList());
        if (name.qualifier() == null) {
            encrypted.retireGrants(caller, name);
            store.change(tx -> {
                find(tx, name);
                LambdaData.forget(tx, LambdaData.key(name));
            });
            invocations.forget(name.arn());
        } else {
            store.change(tx -> {
                find(tx, name);
                refuseWhileAliased(tx, name);
                LambdaData.VERSIONS.delete(tx, LambdaData.key(name).and(Long.parseLong(name.qualifier())));
                LambdaData.SNAPSHOTS.delete(tx, LambdaData.key(name).and(Long.parseLong(name.qualifier())));
                LambdaData.SNAPSHOT_USES.delete(tx, LambdaData.key(name).and(Long.parseLong(name.qualifier())));
                LambdaData.forgetQualified(tx, LambdaData.qualified(name));
            });
            invocations.forgetVersion(name.qualifiedArn());
        }
        forgetUnused(name, had.stream().map(LambdaData.Version::code).toList());
        forgetUnusedLayers(had.stream().flatMap(Functions::layers).toList());
        return Lambda.DeleteFunctionResponse.of(a -> a.statusCode(204));
    }

    private static void refuseWhileAliased(ReadTx tx, FunctionName version) {
        List<String> aliases = LambdaData.ALIASES.range(tx, LambdaData.key(version)).map(Row::value)
                .filter(alias -> Aliases.versions(alias).contains(version.qualifier()))
                .map(Lambda.AliasConfiguration::name).toList();
        if (!aliases.isEmpty()) {
            throw new Lambda.ResourceConflictException(
                    "Unable to delete version because the following aliases reference it: " + aliases);
        }
    }

    private static Stream<CodeStore.Code> layers(LambdaData.Version version) {
        return version.layers() == null ? Stream.of() : version.layers().stream();
    }

    /** Deletes the zips that no version of the function has any more; a crash before that leaves them. */
    void forgetUnused(FunctionName name, List<CodeStore.Code> candidates) {
        Set<String> used = store.read(tx -> versions(tx, LambdaData.key(name)).map(each -> each.code().blob())
                .filter(Objects::nonNull).collect(Collectors.toSet()));
        delete(candidates, used);
    }

    /** Deletes the zips of layers that no layer and no function has any more. */
    void forgetUnusedLayers(List<CodeStore.Code> candidates) {
        if (candidates.isEmpty()) {
            return;
        }
        Set<String> used = store.read(tx -> Stream.concat(
                versions(tx, Key.EMPTY).flatMap(Functions::layers),
                LambdaData.LAYER_VERSIONS.range(tx, Key.EMPTY).map(row -> row.value().code()))
                .map(CodeStore.Code::blob).collect(Collectors.toSet()));
        delete(candidates, used);
    }

    private static Stream<LambdaData.Version> versions(ReadTx tx, Key prefix) {
        return Stream.concat(LambdaData.FUNCTIONS.range(tx, prefix).map(row -> row.value().version()),
                LambdaData.VERSIONS.range(tx, prefix).map(Row::value));
    }

    private void delete(List<CodeStore.Code> candidates, Set<String> used) {
        candidates.stream().distinct().filter(code -> code.blob() != null && !used.contains(code.blob()))
                .forEach(codes::deleteBlob);
    }
}
