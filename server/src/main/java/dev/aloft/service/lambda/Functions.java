package dev.aloft.service.lambda;

import dev.aloft.api.ApiError;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Lambda;
import dev.aloft.api.Lambda.CreateFunctionRequest;
import dev.aloft.api.Lambda.FunctionConfiguration;
import dev.aloft.api.Lambda.UpdateFunctionCodeRequest;
import dev.aloft.api.Lambda.UpdateFunctionConfigurationRequest;
import dev.aloft.api.S3;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.lambda.invoke.ExecutionRoles;
import dev.aloft.service.lambda.invoke.FunctionVersion;
import dev.aloft.service.lambda.invoke.Invocations;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;

/** Functions: create, read, change, delete. */
final class Functions {
    private static final DateTimeFormatter MODIFIED =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'+0000'").withZone(ZoneOffset.UTC);
    private static final int MOST_ENVIRONMENT_BYTES = 4 * 1024;
    private static final int DEFAULT_PAGE = 50;

    /** What a function may not set: the platform does. */
    private static final Set<String> RESERVED = Set.of("_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION",
            "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
            "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME",
            "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
            "AWS_SESSION_TOKEN", "AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR");
    /** In the words of AWS's own refusal. */
    private static final List<String> RUNTIMES = List.of("nodejs20.x", "python3.14", "provided.al2023", "python3.12",
            "python3.13", "nodejs24.x", "nodejs22.x", "java25", "python3.10", "python3.11", "java21", "ruby3.3", "ruby3.4",
            "ruby3.2", "python3.9", "nodejs18.x", "java17", "java11", "dotnet8", "dotnet10", "provided.al2", "dotnet6",
            "java8.al2");
    private static final Set<String> RETIRED = Set.of("java8", "go1.x", "provided", "ruby2.7", "ruby2.5", "nodejs16.x",
            "nodejs14.x", "nodejs12.x", "nodejs10.x", "nodejs8.10", "nodejs6.10", "nodejs4.3", "nodejs4.3-edge", "nodejs",
            "python3.8", "python3.7", "python3.6", "python2.7", "dotnetcore3.1", "dotnetcore2.1", "dotnetcore2.0",
            "dotnetcore1.0");

    private final Store store;
    private final CodeStore codes;
    private final S3 s3;
    private final ExecutionRoles roles;
    private final Invocations invocations;
    private final Time time;

    Functions(Store store, CodeStore codes, Endpoint endpoint, ExecutionRoles roles, Invocations invocations,
            Time time) {
        this.store = store;
        this.codes = codes;
        this.s3 = S3.at(endpoint);
        this.roles = roles;
        this.invocations = invocations;
        this.time = time;
    }

    // ---- finding

    /** The function, or AWS's refusal. */
    LambdaData.Function find(ReadTx tx, FunctionName name) {
        return LambdaData.FUNCTIONS.get(tx, LambdaData.key(name)).orElseThrow(name::notFound);
    }

    /** A version of it: $LATEST or a published one. */
    LambdaData.Version version(ReadTx tx, FunctionName name) {
        LambdaData.Function function = find(tx, name);
        if (name.isLatest()) {
            return new LambdaData.Version(function.latest(), function.code());
        }
        return LambdaData.VERSIONS.get(tx, versionKey(name)).orElseThrow(name::notFound);
    }

    static Key versionKey(FunctionName name) {
        if (!name.qualifier().matches("\\d{1,18}")) {
            throw name.notFound();
        }
        return LambdaData.key(name).and(Long.parseLong(name.qualifier()));
    }

    /** As it is run. */
    FunctionVersion runnable(FunctionName name) {
        record Found(LambdaData.Version version, Integer reserved) {}
        Found found = store.read(tx -> new Found(version(tx, name), find(tx, name).reserved()));
        return runnable(name, found.version(), found.reserved());
    }

    private FunctionVersion runnable(FunctionName name, LambdaData.Version version, Integer reserved) {
        FunctionConfiguration c = version.configuration();
        Lambda.LoggingConfig logging = c.loggingConfig();
        return new FunctionVersion(name.account(), name.region(), name.name(), c.version(), name.arn(), c.revisionId(),
                c.runtime(), c.handler() == null ? "" : c.handler(), c.role(), c.memorySize(), c.timeout(),
                c.ephemeralStorage().size(), c.environment() == null ? Map.of() : c.environment().variables(),
                codes.folder(version.code()), reserved,
                c.tracingConfig() != null && "Active".equals(c.tracingConfig().mode()), logging.logGroup(),
                "JSON".equals(logging.logFormat()), logging.applicationLogLevel());
    }

    // ---- create

    FunctionConfiguration create(Caller caller, CreateFunctionRequest r) {
        FunctionName name = FunctionName.of(caller, r.functionName());
        if (name.qualifier() != null) {
            throw new Lambda.InvalidParameterValueException("Function name must not contain a qualifier.");
        }
        notBuilt(r);
        runtime(r.runtime());
        if (r.handler() == null && !r.runtime().startsWith("provided")) {
            throw new Lambda.InvalidParameterValueException("Runtime and Handler are mandatory parameters for functions created with deployment packages.");
        }
        variables(r.environment());
        if (store.read(tx -> LambdaData.FUNCTIONS.has(tx, LambdaData.key(name)))) {
            throw new Lambda.ResourceConflictException("Function already exist: " + name.name());
        }
        role(caller, name, r.role());
        Lambda.FunctionCode given = r.code();
        CodeStore.Code code = code(caller, given == null ? null : given.zipFile(),
                given == null ? null : given.s3Bucket(), given == null ? null : given.s3Key(),
                given == null ? null : given.s3ObjectVersion());
        FunctionConfiguration latest = FunctionConfiguration.of(c -> {
            c.functionName(name.name()).functionArn(name.arn()).runtime(r.runtime()).role(r.role()).handler(r.handler())
                    .codeSize(code.size()).codeSha256(code.base64())
                    .description(r.description() == null ? "" : r.description())
                    .timeout(r.timeout() == null ? 3 : r.timeout())
                    .memorySize(r.memorySize() == null ? 128 : r.memorySize())
                    .lastModified(MODIFIED.format(time.instant()))
                    .version(FunctionName.LATEST)
                    .tracingConfig(Lambda.TracingConfigResponse.of(t -> t.mode(r.tracingConfig() == null || r.tracingConfig().mode() == null ? "PassThrough" : r.tracingConfig().mode())))
                    .revisionId(UUID.randomUUID().toString())
                    .state("Active")
                    .lastUpdateStatus("Successful")
                    .packageType("Zip")
                    .architectures(r.architectures() == null || r.architectures().isEmpty() ? List.of("x86_64") : r.architectures())
                    .ephemeralStorage(Lambda.EphemeralStorage.of(e -> e.size(r.ephemeralStorage() == null ? 512 : r.ephemeralStorage().size())))
                    .snapStart(Lambda.SnapStartResponse.of(s -> s.applyOn("None").optimizationStatus("Off")))
                    .runtimeVersionConfig(Lambda.RuntimeVersionConfig.of(v -> v.runtimeVersionArn(Invocations.runtimeArn(name.region(), r.runtime()))))
                    .loggingConfig(logging(name, r.loggingConfig()));
            environment(c, r.environment());
            if (r.deadLetterConfig() != null && r.deadLetterConfig().targetArn() != null && !r.deadLetterConfig().targetArn().isEmpty()) {
                c.deadLetterConfig(r.deadLetterConfig());
            }
        });
        Map<String, String> tags = r.tags() == null ? Map.of() : r.tags();
        boolean publish = Boolean.TRUE.equals(r.publish());
        FunctionConfiguration answer = store.write(tx -> {
            var function = new LambdaData.Function(latest, code, tags, 0, null);
            if (!LambdaData.FUNCTIONS.putIfAbsent(tx, LambdaData.key(name), function)) {
                throw new Lambda.ResourceConflictException("Function already exist: " + name.name());
            }
            return publish ? publish(tx, name, function, null) : latest;
        });
        invocations.prepare(runnable(name, new LambdaData.Version(latest, code), null));
        // The store has it active: nothing more has to be made. AWS's answer says that it is not yet.
        return answer.toBuilder().state("Pending").stateReason("The function is being created.")
                .stateReasonCode("Creating").lastUpdateStatus(null).build();
    }

    private static void notBuilt(CreateFunctionRequest r) {
        refuse("Image".equals(r.packageType()) || r.code() != null && r.code().imageUri() != null, "PackageType Image");
        refuse(r.durableConfig() != null, "DurableConfig");
        refuse(r.tenancyConfig() != null, "TenancyConfig");
        refuse(r.capacityProviderConfig() != null, "CapacityProviderConfig");
        refuse(r.publishTo() != null, "PublishTo");
        refuse(r.codeSigningConfigArn() != null, "CodeSigningConfigArn");
        refuse(r.imageConfig() != null, "ImageConfig");
        notBuilt(r.kmsKeyArn(), r.vpcConfig(), r.fileSystemConfigs(), r.layers(), r.snapStart(), r.environment());
    }

    private static void notBuilt(String key, Lambda.VpcConfig vpc, List<Lambda.FileSystemConfig> files, List<String> layers,
            Lambda.SnapStart snapStart, Lambda.Environment environment) {
        refuse(key != null && !key.isEmpty(), "KMSKeyArn");
        refuse(vpc != null && (vpc.subnetIds() != null && !vpc.subnetIds().isEmpty()
                || vpc.securityGroupIds() != null && !vpc.securityGroupIds().isEmpty()), "VpcConfig");
        refuse(files != null && !files.isEmpty(), "FileSystemConfigs");
        refuse(layers != null && !layers.isEmpty(), "Layers");
        refuse(snapStart != null && "PublishedVersions".equals(snapStart.applyOn()), "SnapStart");
        refuse(environment != null && environment.variables() != null
                && environment.variables().containsKey("AWS_LAMBDA_EXEC_WRAPPER"), "AWS_LAMBDA_EXEC_WRAPPER");
    }

    private static void refuse(boolean given, String what) {
        if (given) {
            throw ApiError.notBuilt(what + " of Lambda functions");
        }
    }

    private static void runtime(String runtime) {
        if (runtime == null) {
            throw new Lambda.InvalidParameterValueException("Runtime and Handler are mandatory parameters for functions created with deployment packages.");
        }
        if (RETIRED.contains(runtime)) {
            throw new Lambda.InvalidParameterValueException("The runtime parameter of " + runtime + " is no longer supported for"
                    + " creating or updating AWS Lambda functions. We recommend you use a supported runtime while creating or"
                    + " updating functions.");
        }
        if (!RUNTIMES.contains(runtime)) {
            throw new Lambda.InvalidParameterValueException("Value " + runtime + " at 'runtime' failed to satisfy constraint:"
                    + " Member must satisfy enum value set: [" + String.join(", ", RUNTIMES) + "] or be a valid ARN");
        }
    }

    private void role(Caller caller, FunctionName name, String role) {
        if (!roles.trusted(caller.asService("lambda.amazonaws.com", name.arn()), role)) {
            throw new Lambda.InvalidParameterValueException("The role defined for the function cannot be assumed by Lambda.");
        }
    }

    private static void variables(Lambda.Environment environment) {
        if (environment == null || environment.variables() == null) {
            return;
        }
        var reserved = new TreeSet<>(environment.variables().keySet());
        reserved.retainAll(RESERVED);
        if (!reserved.isEmpty()) {
            throw new Lambda.InvalidParameterValueException("Lambda was unable to configure your environment variables because the"
                    + " environment variables you have provided contains reserved keys that are currently not supported for"
                    + " modification. Reserved keys used in this request: " + String.join(", ", reserved));
        }
        String measured = JsonWriter.string(environment.variables());
        if (measured.getBytes(StandardCharsets.UTF_8).length > MOST_ENVIRONMENT_BYTES) {
            throw new Lambda.InvalidParameterValueException("Lambda was unable to configure your environment variables because the"
                    + " environment variables you have provided exceeded the 4KB limit. String measured: " + measured);
        }
    }

    private static void environment(FunctionConfiguration.Builder c, Lambda.Environment given) {
        if (given != null && given.variables() != null) {
            boolean none = given.variables().isEmpty();
            c.environment(none ? null : Lambda.EnvironmentResponse.of(e -> e.variables(new TreeMap<>(given.variables()))));
        }
    }

    private static Lambda.LoggingConfig logging(FunctionName name, Lambda.LoggingConfig given) {
        boolean json = given != null && "JSON".equals(given.logFormat());
        if (given != null && !json && (given.applicationLogLevel() != null || given.systemLogLevel() != null)) {
            throw new Lambda.InvalidParameterValueException("Log level is not supported when log format is set to \"Text\"");
        }
        return Lambda.LoggingConfig.of(l -> l.logFormat(json ? "JSON" : "Text")
                .applicationLogLevel(!json ? null : given.applicationLogLevel() == null ? "INFO" : given.applicationLogLevel())
                .systemLogLevel(!json ? null : given.systemLogLevel() == null ? "INFO" : given.systemLogLevel())
                .logGroup(given == null || given.logGroup() == null ? "/aws/lambda/" + name.name() : given.logGroup()));
    }

    private CodeStore.Code code(Caller caller, Bytes zip, String bucket, String key, String objectVersion) {
        if (zip != null) {
            if (zip.length() == 0) {
                throw new Lambda.InvalidParameterValueException("Uploaded file must be a non-empty zip");
            }
            return codes.keep(zip.array());
        }
        if (bucket == null || key == null) {
            throw new Lambda.InvalidParameterValueException("Please provide a source for function code.");
        }
        try {
            return codes.keep(s3.getObject(caller, S3.GetObjectRequest.of(o -> o.bucket(bucket).key(key).versionId(objectVersion))).body());
        } catch (ApiError e) {
            if (e.code().equals("NotImplemented")) {
                throw e;
            }
            throw new Lambda.InvalidParameterValueException(
                    "Error occurred while GetObject. S3 Error Code: " + e.code() + ". S3 Error Message: " + e.getMessage());
        }
    }

    // ---- read

    FunctionConfiguration configuration(FunctionName name) {
        return qualified(store.read(tx -> version(tx, name)).configuration(), name);
    }

    /** A caller who says $LATEST reads an ARN that says so too. */
    private static FunctionConfiguration qualified(FunctionConfiguration configuration, FunctionName name) {
        return FunctionName.LATEST.equals(name.qualifier())
                ? configuration.toBuilder().functionArn(name.qualifiedArn()).build() : configuration;
    }

    Lambda.GetFunctionResponse get(Caller caller, FunctionName name) {
        record Found(LambdaData.Function function, LambdaData.Version version) {}
        Found found = store.read(tx -> new Found(find(tx, name), version(tx, name)));
        return Lambda.GetFunctionResponse.of(r -> {
            r.configuration(qualified(found.version().configuration(), name))
                    .code(Lambda.FunctionCodeLocation.of(l -> l.repositoryType("S3")
                            .location(CodeDownloads.url(caller, found.version().code()))));
            if (!found.function().tags().isEmpty()) {
                r.tags(found.function().tags());
            }
            if (found.function().reserved() != null) {
                r.concurrency(Lambda.Concurrency.of(c -> c.reservedConcurrentExecutions(found.function().reserved())));
            }
        });
    }

    Lambda.ListFunctionsResponse list(Caller caller, Lambda.ListFunctionsRequest r) {
        int limit = r.maxItems() == null ? DEFAULT_PAGE : Math.min(r.maxItems(), DEFAULT_PAGE);
        Key prefix = Key.of(caller.account(), caller.region());
        boolean all = "ALL".equals(r.functionVersion());
        return store.read(tx -> {
            var page = LambdaData.FUNCTIONS.page(tx, prefix, Optional.ofNullable(r.marker()).map(prefix::and), limit);
            var functions = page.rows().stream().map(Row::value).toList();
            List<FunctionConfiguration> listed = functions.stream().flatMap(function -> {
                FunctionConfiguration latest = function.latest();
                if (!all) {
                    return Stream.of(latest);
                }
                var name = new FunctionName(caller.account(), caller.region(), latest.functionName(), null);
                return Stream.concat(
                        Stream.of(latest.toBuilder().functionArn(name.arn() + ":" + FunctionName.LATEST).build()),
                        LambdaData.VERSIONS.range(tx, LambdaData.key(name)).map(row -> row.value().configuration()));
            }).map(Functions::listed).toList();
            return Lambda.ListFunctionsResponse.of(a -> a.functions(listed)
                    .nextMarker(page.next().isEmpty() ? null : functions.getLast().latest().functionName()));
        });
    }

    /** Lists leave out how far a function's state is. */
    static FunctionConfiguration listed(FunctionConfiguration c) {
        return c.toBuilder().state(null).stateReason(null).stateReasonCode(null).lastUpdateStatus(null)
                .lastUpdateStatusReason(null).lastUpdateStatusReasonCode(null).runtimeVersionConfig(null).build();
    }

    // ---- change

    FunctionConfiguration updateCode(Caller caller, UpdateFunctionCodeRequest r) {
        FunctionName name = latestOnly(FunctionName.of(caller, r.functionName()));
        refuse(r.imageUri() != null, "ImageUri");
        refuse(r.publishTo() != null, "PublishTo");
        refuse(r.sourceKMSKeyArn() != null, "SourceKMSKeyArn");
        LambdaData.Function before = store.read(tx -> find(tx, name));
        revision(before.latest(), r.revisionId());
        CodeStore.Code code = code(caller, r.zipFile(), r.s3Bucket(), r.s3Key(), r.s3ObjectVersion());
        if (Boolean.TRUE.equals(r.dryRun())) {
            codes.deleteBlob(code);
            return before.latest().toBuilder().codeSha256(code.base64()).codeSize(code.size()).build();
        }
        String revision = UUID.randomUUID().toString();
        String modified = MODIFIED.format(time.instant());
        boolean publish = Boolean.TRUE.equals(r.publish());
        FunctionConfiguration after = store.write(tx -> {
            LambdaData.Function now = find(tx, name);
            revision(now.latest(), r.revisionId());
            var builder = now.latest().toBuilder().codeSha256(code.base64()).codeSize(code.size()).lastModified(modified)
                    .revisionId(revision);
            if (r.architectures() != null && !r.architectures().isEmpty()) {
                builder.architectures(r.architectures());
            }
            var changed = new LambdaData.Function(builder.build(), code, now.tags(), now.published(), now.reserved());
            LambdaData.FUNCTIONS.put(tx, LambdaData.key(name), changed);
            return publish ? publish(tx, name, changed, null) : changed.latest();
        });
        forget(name, List.of(before.code()));
        return updating(after);
    }

    /** Deletes the zips that no version of the function has any more; a crash before that leaves them. */
    private void forget(FunctionName name, List<CodeStore.Code> candidates) {
        var used = store.read(tx -> {
            var blobs = new TreeSet<String>();
            LambdaData.FUNCTIONS.get(tx, LambdaData.key(name)).ifPresent(function -> blobs.add(function.code().blob()));
            LambdaData.VERSIONS.range(tx, LambdaData.key(name)).forEach(row -> blobs.add(row.value().code().blob()));
            return blobs;
        });
        candidates.stream().filter(code -> !used.contains(code.blob())).forEach(codes::deleteBlob);
    }

    FunctionConfiguration updateConfiguration(Caller caller, UpdateFunctionConfigurationRequest r) {
        FunctionName name = latestOnly(FunctionName.of(caller, r.functionName()));
        refuse(r.durableConfig() != null, "DurableConfig");
        refuse(r.capacityProviderConfig() != null, "CapacityProviderConfig");
        refuse(r.imageConfig() != null, "ImageConfig");
        notBuilt(r.kmsKeyArn(), r.vpcConfig(), r.fileSystemConfigs(), r.layers(), r.snapStart(), r.environment());
        if (r.runtime() != null) {
            runtime(r.runtime());
        }
        variables(r.environment());
        if (r.role() != null) {
            role(caller, name, r.role());
        }
        String revision = UUID.randomUUID().toString();
        String modified = MODIFIED.format(time.instant());
        FunctionConfiguration after = store.write(tx -> {
            LambdaData.Function now = find(tx, name);
            revision(now.latest(), r.revisionId());
            var c = now.latest().toBuilder().lastModified(modified).revisionId(revision);
            environment(c, r.environment());
            if (r.runtime() != null) {
                c.runtime(r.runtime()).runtimeVersionConfig(Lambda.RuntimeVersionConfig.of(
                        v -> v.runtimeVersionArn(Invocations.runtimeArn(name.region(), r.runtime()))));
            }
            if (r.handler() != null) {
                c.handler(r.handler());
            }
            if (r.role() != null) {
                c.role(r.role());
            }
            if (r.description() != null) {
                c.description(r.description());
            }
            if (r.timeout() != null) {
                c.timeout(r.timeout());
            }
            if (r.memorySize() != null) {
                c.memorySize(r.memorySize());
            }
            if (r.ephemeralStorage() != null) {
                c.ephemeralStorage(r.ephemeralStorage());
            }
            if (r.tracingConfig() != null && r.tracingConfig().mode() != null) {
                c.tracingConfig(Lambda.TracingConfigResponse.of(t -> t.mode(r.tracingConfig().mode())));
            }
            if (r.deadLetterConfig() != null) {
                boolean none = r.deadLetterConfig().targetArn() == null || r.deadLetterConfig().targetArn().isEmpty();
                c.deadLetterConfig(none ? null : r.deadLetterConfig());
            }
            if (r.loggingConfig() != null) {
                c.loggingConfig(logging(name, r.loggingConfig()));
            }
            FunctionConfiguration changed = c.build();
            LambdaData.FUNCTIONS.put(tx, LambdaData.key(name), now.with(changed));
            return changed;
        });
        return updating(after);
    }

    private static FunctionConfiguration updating(FunctionConfiguration after) {
        return after.toBuilder().lastUpdateStatus("InProgress").lastUpdateStatusReason("The function is being created.")
                .lastUpdateStatusReasonCode("Creating").build();
    }

    private static void revision(FunctionConfiguration now, String wanted) {
        if (wanted != null && !wanted.equals(now.revisionId())) {
            throw new Lambda.PreconditionFailedException("The Revision Id provided does not match the latest Revision Id. Call"
                    + " the GetFunction/GetAlias API to retrieve the latest Revision Id");
        }
    }

    static FunctionName latestOnly(FunctionName name) {
        if (!name.isLatest()) {
            throw new Lambda.InvalidParameterValueException("This operation is permitted on Lambda functions only. Aliases and"
                    + " versions do not support this operation. Please specify either a function name or an unqualified"
                    + " function ARN.");
        }
        return name.unqualified();
    }

    // ---- versions

    FunctionConfiguration publish(Caller caller, Lambda.PublishVersionRequest r) {
        FunctionName name = FunctionName.of(caller, r.functionName());
        refuse(r.publishTo() != null, "PublishTo");
        return store.write(tx -> {
            LambdaData.Function function = find(tx, name);
            revision(function.latest(), r.revisionId());
            if (r.codeSha256() != null && !r.codeSha256().isEmpty() && !r.codeSha256().equals(function.code().base64())) {
                throw new Lambda.InvalidParameterValueException("CodeSHA256 (" + r.codeSha256() + ") is different from current"
                        + " CodeSHA256 in $LATEST (" + function.code().base64() + "). Please try again with the CodeSHA256 in"
                        + " $LATEST.");
            }
            return publish(tx, name, function, r.description());
        });
    }

    /**
     * Publishing what did not change since the last time gives the version that is there. A version keeps the revision it
     * was published from: code and configuration change it, and only they.
     */
    private FunctionConfiguration publish(Tx tx, FunctionName name, LambdaData.Function function, String description) {
        if (function.published() > 0) {
            var last = LambdaData.VERSIONS.get(tx, LambdaData.key(name).and(function.published()));
            if (last.isPresent() && last.get().configuration().revisionId().equals(function.latest().revisionId())) {
                return last.get().configuration();
            }
        }
        long number = function.published() + 1;
        var builder = function.latest().toBuilder().version(String.valueOf(number)).functionArn(name.arn() + ":" + number);
        if (description != null) {
            builder.description(description);
        }
        FunctionConfiguration published = builder.build();
        LambdaData.VERSIONS.put(tx, LambdaData.key(name).and(number), new LambdaData.Version(published, function.code()));
        LambdaData.FUNCTIONS.put(tx, LambdaData.key(name),
                new LambdaData.Function(function.latest(), function.code(), function.tags(), number, function.reserved()));
        return published;
    }

    Lambda.ListVersionsByFunctionResponse versions(Caller caller, Lambda.ListVersionsByFunctionRequest r) {
        FunctionName name = FunctionName.of(caller, r.functionName());
        int limit = r.maxItems() == null ? DEFAULT_PAGE : Math.min(r.maxItems(), DEFAULT_PAGE);
        return store.read(tx -> {
            LambdaData.Function function = find(tx, name);
            var all = new ArrayList<FunctionConfiguration>();
            if (r.marker() == null) {
                all.add(function.latest().toBuilder().functionArn(name.arn() + ":" + FunctionName.LATEST).build());
            }
            Key prefix = LambdaData.key(name);
            var page = LambdaData.VERSIONS.page(tx, prefix,
                    Optional.ofNullable(r.marker()).filter(m -> m.matches("\\d{1,18}")).map(m -> prefix.and(Long.parseLong(m))),
                    limit - all.size());
            page.rows().forEach(row -> all.add(row.value().configuration()));
            return Lambda.ListVersionsByFunctionResponse.of(a -> a.versions(all.stream().map(Functions::listed).toList())
                    .nextMarker(page.next().isEmpty() ? null : all.getLast().version()));
        });
    }

    // ---- delete

    Lambda.DeleteFunctionResponse delete(Caller caller, Lambda.DeleteFunctionRequest r) {
        FunctionName name = FunctionName.of(caller, r.functionName(), r.qualifier());
        if (FunctionName.LATEST.equals(name.qualifier())) {
            throw new Lambda.InvalidParameterValueException("$LATEST version cannot be deleted without deleting the function.");
        }
        List<CodeStore.Code> had = store.read(tx -> Stream.concat(
                LambdaData.FUNCTIONS.get(tx, LambdaData.key(name)).stream().map(LambdaData.Function::code),
                LambdaData.VERSIONS.range(tx, LambdaData.key(name)).map(row -> row.value().code())).toList());
        if (name.qualifier() != null) {
            store.change(tx -> {
                find(tx, name);
                LambdaData.VERSIONS.delete(tx, versionKey(name));
                LambdaData.POLICIES.delete(tx, LambdaData.key(name).and(name.qualifier()));
            });
        } else {
            store.change(tx -> {
                find(tx, name);
                LambdaData.FUNCTIONS.delete(tx, LambdaData.key(name));
                LambdaData.VERSIONS.deleteAll(tx, LambdaData.key(name));
                LambdaData.POLICIES.deleteAll(tx, LambdaData.key(name));
                LambdaData.PROVISIONED.deleteAll(tx, LambdaData.key(name));
            });
            invocations.forget(name.arn());
        }
        forget(name, had);
        return Lambda.DeleteFunctionResponse.of(a -> a.statusCode(204));
    }

    private static void put(Tx tx, FunctionName name, LambdaData.Function f, Map<String, String> tags, Integer reserved) {
        LambdaData.FUNCTIONS.put(tx, LambdaData.key(name),
                new LambdaData.Function(f.latest(), f.code(), tags, f.published(), reserved));
    }

    // ---- tags

    Lambda.ListTagsResponse tags(Caller caller, Lambda.ListTagsRequest r) {
        FunctionName name = tagged(caller, r.resource());
        return Lambda.ListTagsResponse.of(a -> a.tags(store.read(tx -> find(tx, name)).tags()));
    }

    Lambda.TagResourceResponse tag(Caller caller, Lambda.TagResourceRequest r) {
        FunctionName name = tagged(caller, r.resource());
        store.change(tx -> {
            LambdaData.Function function = find(tx, name);
            var tags = new TreeMap<>(function.tags());
            tags.putAll(r.tags());
            put(tx, name, function, tags, function.reserved());
        });
        return Lambda.TagResourceResponse.of(_ -> {});
    }

    Lambda.UntagResourceResponse untag(Caller caller, Lambda.UntagResourceRequest r) {
        FunctionName name = tagged(caller, r.resource());
        store.change(tx -> {
            LambdaData.Function function = find(tx, name);
            var tags = new TreeMap<>(function.tags());
            r.tagKeys().forEach(tags::remove);
            put(tx, name, function, tags, function.reserved());
        });
        return Lambda.UntagResourceResponse.of(_ -> {});
    }

    private static FunctionName tagged(Caller caller, String arn) {
        FunctionName name = FunctionName.of(caller, arn);
        if (name.qualifier() != null) {
            throw new Lambda.InvalidParameterValueException(
                    "Tags on function aliases and versions are not supported. Please specify a function ARN.");
        }
        return name;
    }
}
