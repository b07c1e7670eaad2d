package dev.aloft.service.lambda;

import dev.aloft.api.Caller;
import dev.aloft.api.Lambda;
import dev.aloft.api.Lambda.FunctionConfiguration;
import dev.aloft.api.Lambda.UpdateFunctionCodeRequest;
import dev.aloft.api.Lambda.UpdateFunctionConfigurationRequest;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.lambda.invoke.Invocations;
import dev.aloft.service.lambda.invoke.Measures;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * The operations UpdateFunctionCode and UpdateFunctionConfiguration.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html">UpdateFunctionCode</a>
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html">
 *     UpdateFunctionConfiguration</a>
 */
final class UpdateFunction {
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

    UpdateFunction(Store store, Functions functions, Versions versions, Packages packages, Layers layers,
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

    FunctionConfiguration code(Caller caller, UpdateFunctionCodeRequest r) {
        FunctionName name = FunctionName.of(caller, r.functionName()).latestOnly();
        Settings.refuse(r.publishTo() != null, "PublishTo");
        LambdaData.Function before = store.read(tx -> functions.find(tx, name));
        Functions.revision(before.latest(), r.revisionId());
        boolean image = before.code().image() != null;
        if (image != (r.imageUri() != null)) {
            throw new Lambda.InvalidParameterValueException(image
                    ? "Please provide ImageUri when updating a function with packageType Image."
                    : "Please don't provide ImageUri when updating a function with packageType Zip.");
        }
        if (image) {
            Images.alone(r.zipFile(), r.s3Bucket(), r.s3Key(), r.s3ObjectVersion(), r.sourceKMSKeyArn());
        }
        boolean letPass = store.read(
                tx -> CodeSigning.check(tx, LambdaData.CODE_SIGNED.get(tx, LambdaData.key(name)).orElse(null)));
        boolean publish = Boolean.TRUE.equals(r.publish());
        CodeStore.Code code = packages.keep(caller, name, given(r), Optional.of(before.code()), before.layers(),
                publish);
        if (Boolean.TRUE.equals(r.dryRun())) {
            functions.forgetUnused(name, List.of(code));
            return before.latest().toBuilder().codeSha256(code.told()).codeSize(code.size()).build();
        }
        String build = UUID.randomUUID().toString();
        String revision = UUID.randomUUID().toString();
        String published = UUID.randomUUID().toString();
        String modified = Settings.moment(time.instant());
        FunctionConfiguration after = store.write(tx -> {
            LambdaData.Function now = functions.find(tx, name);
            Functions.revision(now.latest(), r.revisionId());
            var builder = now.latest().toBuilder().codeSha256(code.told()).codeSize(code.size()).lastModified(modified)
                    .revisionId(revision);
            if (r.architectures() != null && !r.architectures().isEmpty()) {
                builder.architectures(r.architectures());
            }
            var changed = now.with(new LambdaData.Version(builder.build(), code, now.layers(), build));
            LambdaData.FUNCTIONS.put(tx, LambdaData.key(name), changed);
            return publish ? versions.publish(tx, name, changed, null, published) : changed.latest();
        });
        if (letPass) {
            measures.of(name.account(), name.region(), name.name()).signatureFailed();
        }
        functions.forgetUnused(name, List.of(before.code()));
        functions.prepare(name);
        return publish ? functions.creating(after) : functions.updating(after);
    }

    private static Packages.Given given(UpdateFunctionCodeRequest r) {
        return new Packages.Given(r.imageUri(),
                new Uploads.Source(r.zipFile(), r.s3Bucket(), r.s3Key(), r.s3ObjectVersion()), r.sourceKMSKeyArn());
    }

    FunctionConfiguration configuration(Caller caller, UpdateFunctionConfigurationRequest r) {
        FunctionName name = FunctionName.of(caller, r.functionName()).latestOnly();
        Settings.refuse(r.capacityProviderConfig() != null, "CapacityProviderConfig");
        Settings.notBuilt(r.vpcConfig(), r.fileSystemConfigs());
        LambdaData.Function before = store.read(tx -> functions.find(tx, name));
        Functions.revision(before.latest(), r.revisionId());
        if (r.durableConfig() != null && before.latest().durableConfig() == null) {
            throw new Lambda.InvalidParameterValueException("DurableConfig can only be set when the "
                    + "function is created.");
        }
        if (before.code().image() != null) {
            Settings.ofImage(r.runtime(), r.handler(), r.layers());
        } else if (r.imageConfig() != null) {
            throw new Lambda.InvalidParameterValueException(
                    "Please don't provide ImageConfig when updating a function with packageType Zip.");
        }
        if (r.runtime() != null) {
            Settings.runtime(r.runtime());
        }
        Settings.memory(r.memorySize());
        Settings.variables(r.environment());
        if (r.role() != null) {
            roles.check(caller, name, r.role());
        }
        if (r.role() != null || r.deadLetterConfig() != null) {
            destinations.checkDeadLetters(caller, name, r.role() == null ? before.latest().role() : r.role(),
                    r.deadLetterConfig() == null ? before.latest().deadLetterConfig() : r.deadLetterConfig());
        }
        List<Layers.Used> used = layers.resolve(caller, name.region(), r.layers());
        layers.fit(before.code(), Layers.codes(used));
        var environment = environment(caller, name, before.latest(), r);
        String build = UUID.randomUUID().toString();
        String revision = UUID.randomUUID().toString();
        String modified = Settings.moment(time.instant());
        FunctionConfiguration after = store.write(tx -> {
            LambdaData.Function now = functions.find(tx, name);
            Functions.revision(now.latest(), r.revisionId());
            var c = now.latest().toBuilder().lastModified(modified).revisionId(revision);
            change(c, name, r);
            environment.ifPresent(c::environment);
            if (r.durableConfig() != null) {
                c.durableConfig(Settings.durable(r.durableConfig()));
            }
            if (r.layers() != null) {
                c.layers(Layers.told(used));
            }
            SnapStart.check(c.build());
            var changed = new LambdaData.Version(c.build(), now.code(),
                    r.layers() == null ? now.layers() : Layers.codes(used), build);
            LambdaData.FUNCTIONS.put(tx, LambdaData.key(name), now.with(changed));
            return changed.configuration();
        });
        if (r.layers() != null && before.layers() != null) {
            functions.forgetUnusedLayers(before.layers());
        }
        functions.prepare(name);
        return functions.updating(after);
    }

    /** The variables as they are to be kept; nothing where nothing of theirs changes. */
    private Optional<Lambda.EnvironmentResponse> environment(Caller caller, FunctionName name,
            FunctionConfiguration before, UpdateFunctionConfigurationRequest r) {
        var key = key(before, r);
        var role = r.role() == null ? before.role() : r.role();
        if (r.environment() != null && r.environment().variables() != null) {
            return Optional.of(variables.kept(caller, name, role, key, r.environment().variables()));
        }
        if (before.environment() != null && !Objects.equals(key, before.kmsKeyArn())) {
            return Optional.of(variables.kept(caller, name, role, key, variables.plain(caller, before)));
        }
        if (key != null && !role.equals(before.role())) {
            variables.grant(caller, name, role, key);
        }
        return Optional.empty();
    }

    /** None after an empty one. */
    private static String key(FunctionConfiguration before, UpdateFunctionConfigurationRequest r) {
        return r.kmsKeyArn() == null ? before.kmsKeyArn() : r.kmsKeyArn().isEmpty() ? null : r.kmsKeyArn();
    }

    private static void change(FunctionConfiguration.Builder c, FunctionName name,
            UpdateFunctionConfigurationRequest r) {
        c.kmsKeyArn(key(c.build(), r));
        if (r.snapStart() != null) {
            Tenancy.checkSnapStart(c.build(), r.snapStart());
            SnapStart.set(c, r.snapStart());
        }
        if (r.runtime() != null) {
            c.runtime(r.runtime()).runtimeVersionConfig(Lambda.RuntimeVersionConfig.of(
                    v -> v.runtimeVersionArn(Invocations.runtimeArn(name.region(), r.runtime()))));
        }
        if (r.handler() != null) {
            c.handler(r.handler());
        }
        if (r.imageConfig() != null) {
            c.imageConfigResponse(Settings.image(r.imageConfig()));
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
            c.loggingConfig(Settings.logging(c.build().loggingConfig(), r.loggingConfig()));
        }
    }
}
