package dev.aloft.service.lambda;

import static dev.aloft.service.lambda.TemplateProperties.map;
import static dev.aloft.service.lambda.TemplateProperties.number;
import static dev.aloft.service.lambda.TemplateProperties.text;
import static dev.aloft.service.lambda.TemplateProperties.texts;

import dev.aloft.api.Caller;
import dev.aloft.api.Lambda;
import dev.aloft.kernel.call.ResourceType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * @see <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html">AWS::Lambda::Function</a>
 */
record FunctionResource(Lambda lambda) implements ResourceType {
    private static final int LONGEST_NAME = 64;

    @Override
    public String type() {
        return "AWS::Lambda::Function";
    }

    @Override
    public Set<String> properties() {
        return Set.of("FunctionName", "Runtime", "Handler", "Role", "Code", "Description", "Timeout", "MemorySize",
                "Environment", "Tags", "TracingConfig", "Architectures", "EphemeralStorage", "LoggingConfig",
                "DeadLetterConfig", "ReservedConcurrentExecutions", "PackageType", "Layers", "VpcConfig", "KmsKeyArn",
                "SnapStart", "FileSystemConfigs", "ImageConfig", "CodeSigningConfigArn", "RecursiveLoop",
                "RuntimeManagementConfig", "DurableConfig", "TenancyConfig");
    }

    @Override
    public List<String> members() {
        return List.of(
                "Code: ZipFile S3Bucket S3Key S3ObjectVersion ImageUri SourceKMSKeyArn",
                "Environment: Variables",
                "TracingConfig: Mode",
                "EphemeralStorage: Size!",
                "LoggingConfig: LogFormat LogGroup ApplicationLogLevel SystemLogLevel",
                "DeadLetterConfig: TargetArn",
                "VpcConfig: SubnetIds SecurityGroupIds Ipv6AllowedForDualStack",
                "SnapStart: ApplyOn!",
                "FileSystemConfigs: Arn! LocalMountPath!",
                "ImageConfig: EntryPoint Command WorkingDirectory",
                "RuntimeManagementConfig: UpdateRuntimeOn! RuntimeVersionArn",
                "DurableConfig: ExecutionTimeout! RetentionPeriodInDays",
                "TenancyConfig: TenantIsolationMode!");
    }

    @Override
    public Set<String> required() {
        return Set.of("Code", "Role");
    }

    @Override
    public Set<String> replacedBy() {
        return Set.of("FunctionName", "PackageType", "TenancyConfig");
    }

    @Override
    public Optional<String> customName() {
        return Optional.of("FunctionName");
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        String name = desired.name("FunctionName", LONGEST_NAME);
        try {
            lambda.createFunction(caller, request(name, desired));
        } catch (Lambda.ResourceConflictException e) {
            if (!isOurs(caller, name, desired)) {
                throw e;
            }
        }
        return ResourceType.complete(name, () -> {
            reserve(caller, name, desired, null);
            beside(caller, name, desired, null);
            return read(caller, name).orElseThrow();
        });
    }

    private boolean isOurs(Caller caller, String name, Desired desired) {
        Map<String, String> tags = lambda.getFunction(caller, Lambda.GetFunctionRequest.of(r -> r.functionName(name)))
                .tags();
        return desired.isMarkedIn(tags);
    }

    private static Lambda.CreateFunctionRequest request(String name, Desired desired) {
        Map<String, Object> p = desired.properties();
        PackageProperty code = PackageProperty.of(p);
        return Lambda.CreateFunctionRequest.of(r -> r.functionName(name)
                .runtime(text(p, "Runtime")).handler(text(p, "Handler")).role(text(p, "Role"))
                .description(text(p, "Description")).timeout(number(p, "Timeout")).memorySize(number(p, "MemorySize"))
                .packageType(text(p, "PackageType")).architectures(texts(p, "Architectures")).layers(texts(p, "Layers"))
                .kmsKeyArn(text(p, "KmsKeyArn")).codeSigningConfigArn(text(p, "CodeSigningConfigArn"))
                .code(Lambda.FunctionCode.of(c -> c.zipFile(code.zip()).s3Bucket(code.bucket()).s3Key(code.key())
                        .s3ObjectVersion(code.objectVersion()).imageUri(code.imageUri())
                        .sourceKMSKeyArn(code.sourceKey())))
                .environment(environment(p)).tracingConfig(tracing(p)).ephemeralStorage(storage(p))
                .loggingConfig(logging(p))
                .deadLetterConfig(deadLetters(p)).vpcConfig(vpc(p)).snapStart(snapStart(p)).fileSystemConfigs(files(p))
                .durableConfig(durable(p)).tenancyConfig(tenancy(p))
                .imageConfig(image(p))
                .tags(desired.marked()));
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        Map<String, Object> p = after.properties();
        if (!Objects.equals(before.properties().get("Code"), p.get("Code"))
                || !Objects.equals(before.properties().get("Architectures"), p.get("Architectures"))) {
            PackageProperty code = PackageProperty.of(p);
            lambda.updateFunctionCode(caller, Lambda.UpdateFunctionCodeRequest.of(r -> r.functionName(physicalId)
                    .zipFile(code.zip()).s3Bucket(code.bucket()).s3Key(code.key()).s3ObjectVersion(code.objectVersion())
                    .imageUri(code.imageUri()).sourceKMSKeyArn(code.sourceKey())
                    .architectures(Objects.requireNonNullElse(texts(p, "Architectures"), List.of("x86_64")))));
        }
        // A property that was taken out goes back to its default.
        lambda.updateFunctionConfiguration(caller, Lambda.UpdateFunctionConfigurationRequest.of(r -> r
                .functionName(physicalId).runtime(text(p, "Runtime")).handler(text(p, "Handler")).role(text(p, "Role"))
                .description(Objects.requireNonNullElse(text(p, "Description"), ""))
                .timeout(Objects.requireNonNullElse(number(p, "Timeout"), 3))
                .memorySize(Objects.requireNonNullElse(number(p, "MemorySize"), 128))
                .environment(Objects.requireNonNullElse(environment(p),
                        Lambda.Environment.of(e -> e.variables(Map.of()))))
                .tracingConfig(Objects.requireNonNullElse(tracing(p),
                        Lambda.TracingConfig.of(t -> t.mode("PassThrough"))))
                .ephemeralStorage(Objects.requireNonNullElse(storage(p), Lambda.EphemeralStorage.of(e -> e.size(512))))
                .loggingConfig(Settings.logging(Settings.logging(physicalId), logging(p)))
                .deadLetterConfig(Objects.requireNonNullElse(deadLetters(p),
                        Lambda.DeadLetterConfig.of(d -> d.targetArn(""))))
                .layers(Objects.requireNonNullElse(texts(p, "Layers"), List.of()))
                .kmsKeyArn(Objects.requireNonNullElse(text(p, "KmsKeyArn"), ""))
                .vpcConfig(vpc(p)).snapStart(Objects.requireNonNullElse(snapStart(p),
                        Lambda.SnapStart.of(s -> s.applyOn(Lambda.SnapStartApplyOn.NONE))))
                .fileSystemConfigs(files(p)).durableConfig(durable(p))
                .imageConfig(Lambda.PackageType.IMAGE.equals(text(p, "PackageType"))
                        ? Objects.requireNonNullElse(image(p), Lambda.ImageConfig.of(_ -> { })) : null)));
        reserve(caller, physicalId, after, before);
        beside(caller, physicalId, after, before);
        retag(caller, physicalId, before, after);
        return read(caller, physicalId).orElseThrow();
    }

    private void reserve(Caller caller, String name, Desired desired, Desired before) {
        Integer wanted = number(desired.properties(), "ReservedConcurrentExecutions");
        if (wanted != null) {
            lambda.putFunctionConcurrency(caller, Lambda.PutFunctionConcurrencyRequest.of(r -> r.functionName(name)
                    .reservedConcurrentExecutions(wanted)));
        } else if (before != null && before.properties().containsKey("ReservedConcurrentExecutions")) {
            lambda.deleteFunctionConcurrency(caller,
                    Lambda.DeleteFunctionConcurrencyRequest.of(r -> r.functionName(name)));
        }
    }

    /** What has operations of its own. */
    private void beside(Caller caller, String name, Desired desired, Desired before) {
        String loop = changed(desired, before, "RecursiveLoop", p -> text(p, "RecursiveLoop"),
                Lambda.RecursiveLoop.TERMINATE);
        if (loop != null) {
            lambda.putFunctionRecursionConfig(caller, Lambda.PutFunctionRecursionConfigRequest.of(
                    r -> r.functionName(name).recursiveLoop(loop)));
        }
        Map<String, Object> updates =
                changed(desired, before, "RuntimeManagementConfig", p -> map(p, "RuntimeManagementConfig"),
                Map.of("UpdateRuntimeOn", Lambda.UpdateRuntimeOn.AUTO));
        if (updates != null) {
            lambda.putRuntimeManagementConfig(caller,
                    Lambda.PutRuntimeManagementConfigRequest.of(r -> r.functionName(name)
                    .updateRuntimeOn(text(updates, "UpdateRuntimeOn"))
                    .runtimeVersionArn(text(updates, "RuntimeVersionArn"))));
        }
        if (before != null) {
            String signing = changed(desired, before, "CodeSigningConfigArn", p -> text(p, "CodeSigningConfigArn"), "");
            if (signing != null && signing.isEmpty()) {
                lambda.deleteFunctionCodeSigningConfig(caller,
                        Lambda.DeleteFunctionCodeSigningConfigRequest.of(r -> r.functionName(name)));
            } else if (signing != null) {
                lambda.putFunctionCodeSigningConfig(caller, Lambda.PutFunctionCodeSigningConfigRequest.of(
                        r -> r.functionName(name).codeSigningConfigArn(signing)));
            }
        }
    }

    /** What is wanted where that is not what was; the default where it is no longer said. */
    private static <T> T changed(Desired desired, Desired before, String name, Function<Map<String, Object>, T> read,
            T otherwise) {
        Object old = before == null ? null : before.properties().get(name);
        if (Objects.equals(old, desired.properties().get(name))) {
            return null;
        }
        return Objects.requireNonNullElse(read.apply(desired.properties()), otherwise);
    }

    private void retag(Caller caller, String name, Desired before, Desired after) {
        Map<String, String> wanted = after.marked();
        if (wanted.equals(before.marked())) {
            return;
        }
        String arn = lambda.getFunctionConfiguration(caller,
                Lambda.GetFunctionConfigurationRequest.of(r -> r.functionName(name))).functionArn();
        List<String> gone = before.tagsGoneIn(after);
        if (!gone.isEmpty()) {
            lambda.untagResource(caller, Lambda.UntagResourceRequest.of(r -> r.resource(arn).tagKeys(gone)));
        }
        lambda.tagResource(caller, Lambda.TagResourceRequest.of(r -> r.resource(arn).tags(wanted)));
    }

    private static Lambda.DurableConfig durable(Map<String, Object> p) {
        Map<String, Object> given = map(p, "DurableConfig");
        return given == null ? null : Lambda.DurableConfig.of(d -> d.executionTimeout(number(given, "ExecutionTimeout"))
                .retentionPeriodInDays(number(given, "RetentionPeriodInDays")));
    }


    private static Lambda.Environment environment(Map<String, Object> p) {
        Map<String, Object> given = map(p, "Environment");
        if (given == null) {
            return null;
        }
        var variables = new HashMap<String, String>();
        Map<String, Object> values = map(given, "Variables");
        if (values != null) {
            values.forEach((name, value) -> variables.put(name, String.valueOf(value)));
        }
        return Lambda.Environment.of(e -> e.variables(variables));
    }

    private static Lambda.ImageConfig image(Map<String, Object> p) {
        Map<String, Object> given = map(p, "ImageConfig");
        return given == null ? null : Lambda.ImageConfig.of(i -> i.entryPoint(texts(given, "EntryPoint"))
                .command(texts(given, "Command")).workingDirectory(text(given, "WorkingDirectory")));
    }

    private static Lambda.TracingConfig tracing(Map<String, Object> p) {
        Map<String, Object> given = map(p, "TracingConfig");
        return given == null ? null : Lambda.TracingConfig.of(t -> t.mode(text(given, "Mode")));
    }

    private static Lambda.EphemeralStorage storage(Map<String, Object> p) {
        Map<String, Object> given = map(p, "EphemeralStorage");
        return given == null ? null : Lambda.EphemeralStorage.of(e -> e.size(number(given, "Size")));
    }

    private static Lambda.LoggingConfig logging(Map<String, Object> p) {
        Map<String, Object> given = map(p, "LoggingConfig");
        return given == null ? null : Lambda.LoggingConfig.of(l -> l.logFormat(text(given, "LogFormat"))
                .logGroup(text(given, "LogGroup")).applicationLogLevel(text(given, "ApplicationLogLevel"))
                .systemLogLevel(text(given, "SystemLogLevel")));
    }

    private static Lambda.DeadLetterConfig deadLetters(Map<String, Object> p) {
        Map<String, Object> given = map(p, "DeadLetterConfig");
        return given == null ? null : Lambda.DeadLetterConfig.of(d -> d.targetArn(text(given, "TargetArn")));
    }

    private static Lambda.VpcConfig vpc(Map<String, Object> p) {
        Map<String, Object> given = map(p, "VpcConfig");
        return given == null ? null
                : Lambda.VpcConfig.of(v -> v.subnetIds(texts(given, "SubnetIds"))
                        .securityGroupIds(texts(given, "SecurityGroupIds")));
    }

    private static Lambda.TenancyConfig tenancy(Map<String, Object> p) {
        Map<String, Object> given = map(p, "TenancyConfig");
        return given == null ? null
                : Lambda.TenancyConfig.of(t -> t.tenantIsolationMode(text(given, "TenantIsolationMode")));
    }

    private static Lambda.SnapStart snapStart(Map<String, Object> p) {
        Map<String, Object> given = map(p, "SnapStart");
        return given == null ? null : Lambda.SnapStart.of(s -> s.applyOn(text(given, "ApplyOn")));
    }

    private static List<Lambda.FileSystemConfig> files(Map<String, Object> p) {
        return p.get("FileSystemConfigs") instanceof List<?> list && !list.isEmpty()
                ? List.of(Lambda.FileSystemConfig.of(_ -> {})) : null;
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        try {
            lambda.deleteFunction(caller, Lambda.DeleteFunctionRequest.of(r -> r.functionName(physicalId)));
        } catch (Lambda.ResourceNotFoundException _) {
            // gone already
        }
    }

    private static Map<String, Object> attributes(Lambda.FunctionConfiguration c) {
        var snapStart = Objects.requireNonNullElse(c.snapStart(), Lambda.SnapStartResponse.of(s -> s
                .applyOn(Lambda.SnapStartApplyOn.NONE).optimizationStatus(Lambda.SnapStartOptimizationStatus.OFF)));
        return Map.of("Arn", c.functionArn(), "SnapStartResponse", Map.of("ApplyOn", snapStart.applyOn(),
                "OptimizationStatus", snapStart.optimizationStatus()));
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        try {
            var c = lambda.getFunctionConfiguration(caller,
                    Lambda.GetFunctionConfigurationRequest.of(r -> r.functionName(physicalId)));
            return Optional.of(new Resource(c.functionName(), attributes(c)));
        } catch (Lambda.ResourceNotFoundException _) {
            return Optional.empty();
        }
    }
}
