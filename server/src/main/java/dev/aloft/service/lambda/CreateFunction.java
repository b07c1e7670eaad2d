package dev.aloft.service.lambda;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Lambda;
import dev.aloft.api.Lambda.CreateFunctionRequest;
import dev.aloft.api.Lambda.FunctionConfiguration;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.lambda.invoke.Invocations;
import dev.aloft.service.lambda.invoke.Measures;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The operation CreateFunction.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html">CreateFunction</a>
 */
final class CreateFunction {
    private static final long MOST_REQUEST_BYTES = 70_167_211;
    private static final int DEFAULT_SECONDS = 3;
    private static final int DEFAULT_MEGABYTES = 128;
    private static final int DEFAULT_SCRATCH_MEGABYTES = 512;

    private final Store store;
    private final Functions functions;
    private final Versions versions;
    private final Packages packages;
    private final Layers layers;
    private final Roles roles;
    private final DestinationAccess destinations;
    private final EncryptedVariables variables;
    private final Measures measures;
    private final Time time;

    CreateFunction(Store store, Functions functions, Versions versions, Packages packages, Layers layers,
            Roles roles, DestinationAccess destinations, EncryptedVariables variables, Measures measures, Time time) {
        this.store = store;
        this.functions = functions;
        this.versions = versions;
        this.packages = packages;
        this.layers = layers;
        this.roles = roles;
        this.destinations = destinations;
        this.variables = variables;
        this.measures = measures;
        this.time = time;
    }

    FunctionConfiguration create(Caller caller, CreateFunctionRequest r) {
        FunctionName name = FunctionName.of(caller, r.functionName());
        boolean letPass = check(caller, name, r);
        List<Layers.Used> used = layers.resolve(caller, name.region(), r.layers());
        boolean publish = Boolean.TRUE.equals(r.publish());
        CodeStore.Code code = packages.keep(caller, name, given(r.code()), Optional.empty(), Layers.codes(used),
                publish);
        var environment = r.environment() == null || r.environment().variables() == null ? null
                : variables.kept(caller, name, r.role(), key(r), r.environment().variables());
        var latest = new LambdaData.Version(configuration(name, r, environment, code, used), code, Layers.codes(used),
                UUID.randomUUID().toString());
        Map<String, String> tags = r.tags() == null ? Map.of() : r.tags();
        String published = UUID.randomUUID().toString();
        FunctionConfiguration answer = store.write(tx -> {
            var function = new LambdaData.Function(latest.configuration(), code, latest.layers(), latest.build(), tags,
                    0, null);
            if (!LambdaData.FUNCTIONS.putIfAbsent(tx, LambdaData.key(name), function)) {
                throw new Lambda.ResourceConflictException("Function already exist: " + name.name());
            }
            if (r.codeSigningConfigArn() != null) {
                LambdaData.CODE_SIGNED.put(tx, LambdaData.key(name), r.codeSigningConfigArn());
            }
            return publish ? versions.publish(tx, name, function, null, published) : latest.configuration();
        });
        if (letPass) {
            measures.of(name.account(), name.region(), name.name()).signatureFailed();
        }
        functions.prepare(name, latest);
        // Also where a version is published: then the number alone says so.
        return functions.creating(answer.toBuilder().functionArn(name.arn()).build());
    }

    private static Packages.Given given(Lambda.FunctionCode code) {
        return new Packages.Given(code.imageUri(), new Uploads.Source(code.zipFile(), code.s3Bucket(), code.s3Key(),
                code.s3ObjectVersion()), code.sourceKMSKeyArn());
    }

    /** Whether its package is let pass without a signature that is wanted. */
    private boolean check(Caller caller, FunctionName name, CreateFunctionRequest r) {
        if (name.qualifier() != null) {
            throw new Lambda.InvalidParameterValueException("Function name must not contain a qualifier.");
        }
        size(r);
        notBuilt(r);
        if (isImage(r)) {
            image(r);
        } else {
            zip(r);
        }
        SnapStart.check(r);
        Tenancy.check(r);
        Settings.memory(r.memorySize());
        Settings.variables(r.environment());
        if (r.tags() != null) {
            Settings.tags(r.tags());
        }
        if (store.read(tx -> LambdaData.FUNCTIONS.has(tx, LambdaData.key(name)))) {
            throw new Lambda.ResourceConflictException("Function already exist: " + name.name());
        }
        roles.check(caller, name, r.role());
        destinations.checkDeadLetters(caller, name, r.role(), r.deadLetterConfig());
        return store.read(tx -> CodeSigning.check(tx, r.codeSigningConfigArn()));
    }

    private static boolean isImage(CreateFunctionRequest r) {
        return Lambda.PackageType.IMAGE.equals(r.packageType());
    }

    private static void zip(CreateFunctionRequest r) {
        if (r.runtime() == null || r.handler() == null && !r.runtime().startsWith("provided")) {
            throw new Lambda.InvalidParameterValueException(
                    "Runtime and Handler are mandatory parameters for functions created with deployment packages.");
        }
        Settings.runtime(r.runtime());
        if (r.code() != null && r.code().imageUri() != null) {
            throw new Lambda.InvalidParameterValueException(
                    "Please don't provide ImageUri when creating a function with packageType Zip.");
        }
        if (r.imageConfig() != null) {
            throw new Lambda.InvalidParameterValueException(
                    "Please don't provide ImageConfig when creating a function with packageType Zip.");
        }
    }

    private static void image(CreateFunctionRequest r) {
        Settings.ofImage(r.runtime(), r.handler(), r.layers());
        if (r.code() == null || r.code().imageUri() == null) {
            throw new Lambda.InvalidParameterValueException(
                    "Please provide ImageUri when creating a function with packageType Image.");
        }
        Images.alone(r.code().zipFile(), r.code().s3Bucket(), r.code().s3Key(), r.code().s3ObjectVersion(),
                r.code().sourceKMSKeyArn());
        if (r.codeSigningConfigArn() != null) {
            throw CodeSigning.notOfImages();
        }
    }

    /** The zip's own limit goes first. What else is in a request but zip and variables is small. */
    private static void size(CreateFunctionRequest r) {
        long zip = r.code() == null || r.code().zipFile() == null ? 0 : r.code().zipFile().length();
        if (zip > CodeStore.MOST_ZIPPED_BYTES) {
            throw CodeStore.tooLarge();
        }
        long variables = r.environment() == null || r.environment().variables() == null ? 0
                : r.environment().variables().entrySet().stream().mapToLong(each -> each.getKey().length()
                        + each.getValue().length()).sum();
        if ((zip + 2) / 3 * 4 + variables >= MOST_REQUEST_BYTES) {
            throw ApiError.of("RequestEntityTooLargeException", 413,
                    "Request must be smaller than " + MOST_REQUEST_BYTES + " bytes for the CreateFunction operation");
        }
    }

    private static void notBuilt(CreateFunctionRequest r) {
        Settings.refuse(r.capacityProviderConfig() != null, "CapacityProviderConfig");
        Settings.refuse(r.publishTo() != null, "PublishTo");
        Settings.notBuilt(r.vpcConfig(), r.fileSystemConfigs());
    }

    private static String key(CreateFunctionRequest r) {
        return r.kmsKeyArn() == null || r.kmsKeyArn().isEmpty() ? null : r.kmsKeyArn();
    }

    private FunctionConfiguration configuration(FunctionName name, CreateFunctionRequest r,
            Lambda.EnvironmentResponse environment, CodeStore.Code code, List<Layers.Used> used) {
        String tracing = r.tracingConfig() == null || r.tracingConfig().mode() == null ? "PassThrough"
                : r.tracingConfig().mode();
        int scratch = r.ephemeralStorage() == null ? DEFAULT_SCRATCH_MEGABYTES : r.ephemeralStorage().size();
        boolean noArchitecture = r.architectures() == null || r.architectures().isEmpty();
        return FunctionConfiguration.of(c -> {
            c.functionName(name.name()).functionArn(name.arn()).runtime(r.runtime()).role(r.role()).handler(r.handler())
                    .codeSize(code.size()).codeSha256(code.told())
                    .description(r.description() == null ? "" : r.description())
                    .timeout(r.timeout() == null ? DEFAULT_SECONDS : r.timeout())
                    .memorySize(r.memorySize() == null ? DEFAULT_MEGABYTES : r.memorySize())
                    .lastModified(Settings.moment(time.instant()))
                    .version(FunctionName.LATEST)
                    .tracingConfig(Lambda.TracingConfigResponse.of(t -> t.mode(tracing)))
                    .revisionId(UUID.randomUUID().toString())
                    .state("Active")
                    .lastUpdateStatus("Successful")
                    .packageType(isImage(r) ? Lambda.PackageType.IMAGE : Lambda.PackageType.ZIP)
                    .architectures(noArchitecture ? List.of("x86_64") : r.architectures())
                    .ephemeralStorage(Lambda.EphemeralStorage.of(e -> e.size(scratch)))
                    .runtimeVersionConfig(isImage(r) ? null : Lambda.RuntimeVersionConfig.of(
                            v -> v.runtimeVersionArn(Invocations.runtimeArn(name.region(), r.runtime()))))
                    .imageConfigResponse(Settings.image(r.imageConfig()))
                    .loggingConfig(Settings.logging(Settings.logging(name.name()), r.loggingConfig()))
                    .layers(Layers.told(used))
                    .tenancyConfig(r.tenancyConfig())
                    .durableConfig(r.durableConfig() == null ? null : Settings.durable(r.durableConfig()));
            SnapStart.set(c, r.snapStart());
            c.environment(environment).kmsKeyArn(key(r));
            Lambda.DeadLetterConfig letters = r.deadLetterConfig();
            if (letters != null && letters.targetArn() != null && !letters.targetArn().isEmpty()) {
                c.deadLetterConfig(letters);
            }
        });
    }
}
