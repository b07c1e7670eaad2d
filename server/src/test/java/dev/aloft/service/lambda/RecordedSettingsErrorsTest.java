package dev.aloft.service.lambda;

import static dev.aloft.service.lambda.RecordedErrorsTest.ENUM;
import static dev.aloft.service.lambda.RecordedErrorsTest.FUNCTION;
import static dev.aloft.service.lambda.RecordedErrorsTest.LAYER;
import static dev.aloft.service.lambda.RecordedErrorsTest.PATTERN;
import static dev.aloft.service.lambda.RecordedErrorsTest.SIGNING;
import static dev.aloft.service.lambda.RecordedErrorsTest.create;
import static dev.aloft.service.lambda.RecordedErrorsTest.invalid;
import static dev.aloft.service.lambda.RecordedErrorsTest.malformed;
import static dev.aloft.service.lambda.RecordedErrorsTest.missing;
import static dev.aloft.service.lambda.TestLambda.caller;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.aloft.api.ApiError;
import dev.aloft.api.Bytes;
import dev.aloft.api.Lambda;
import dev.aloft.service.lambda.RecordedErrorsTest.Call;
import dev.aloft.service.lambda.RecordedErrorsTest.Case;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Likewise, of aliases, destinations, concurrency, URLs, layers and mappings. A text that ends in dots was recorded so
 * far.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RecordedSettingsErrorsTest {
    private static final String NO_CONFIG = " doesn't have an EventInvokeConfig";
    private static final String LATEST_SHA = "is different from current CodeSHA256 in $LATEST...";
    private static final String ALIAS_NAMES = "((?!^\\d+$)^[0-9a-zA-Z-_]+$)";

    @TempDir
    static Path folder;

    private TestLambda test;

    @BeforeAll
    void start() {
        test = new TestLambda(folder);
        var lambda = test.lambda;
        for (var name : List.of("f", "g")) {
            test.create(name, "provided.al2023", "x", Map.of("bootstrap", "#!/bin/sh\n"), _ -> {});
            lambda.publishVersion(caller(), Lambda.PublishVersionRequest.of(r -> r.functionName(name)));
            lambda.updateFunctionConfiguration(caller(), Lambda.UpdateFunctionConfigurationRequest.of(
                    r -> r.functionName(name).description("second")));
            lambda.publishVersion(caller(), Lambda.PublishVersionRequest.of(r -> r.functionName(name)));
            lambda.createAlias(caller(),
                    Lambda.CreateAliasRequest.of(r -> r.functionName(name).name("live").functionVersion("1")));
        }
        for (int version = 1; version <= 2; version++) {
            lambda.publishLayerVersion(caller(), Lambda.PublishLayerVersionRequest.of(r -> r.layerName("l")
                    .content(Lambda.LayerVersionContentInput.of(c -> c.zipFile(TestLambda.zip(Map.of("a", "1")))))));
        }
        lambda.createFunctionUrlConfig(caller(),
                Lambda.CreateFunctionUrlConfigRequest.of(r -> r.functionName("f").authType("NONE")));
        lambda.putFunctionConcurrency(caller(), Lambda.PutFunctionConcurrencyRequest.of(
                r -> r.functionName("g").reservedConcurrentExecutions(1)));
        lambda.addPermission(caller(), Lambda.AddPermissionRequest.of(r -> r.functionName("f").statementId("s3")
                .action("lambda:InvokeFunction").principal("s3.amazonaws.com")));
        lambda.addLayerVersionPermission(caller(),
                Lambda.AddLayerVersionPermissionRequest.of(r -> r.layerName("l").versionNumber(1L)
                .statementId("s1").action("lambda:GetLayerVersion").principal("*")));
    }

    @AfterAll
    void stop() {
        test.close();
    }

    static Stream<Case> cases() {
        return Stream.of(aliases(), weights(), destinations(), concurrency(), urls(), layers(), layersOfFunctions(),
                mappings(), others())
                .flatMap(List::stream);
    }

    private static Case conflict(String message, Call call) {
        return new Case(409, "ResourceConflictException", message, call);
    }

    private static Lambda.CreateAliasRequest alias(Consumer<Lambda.CreateAliasRequest.Builder> with) {
        return Lambda.CreateAliasRequest.of(r -> {
            r.functionName("f").name("new").functionVersion("1");
            with.accept(r);
        });
    }

    private static List<Case> aliases() {
        return List.of(
                conflict("Alias already exists: " + FUNCTION + "f:live",
                        (l, c) -> l.createAlias(c, alias(r -> r.name("live")))),
                missing("Function not found: " + FUNCTION + "f-unknown:1",
                        (l, c) -> l.createAlias(c, alias(r -> r.functionName("f-unknown")))),
                missing("Function not found: " + FUNCTION + "f:10",
                        (l, c) -> l.createAlias(c, alias(r -> r.functionVersion("10")))),
                malformed("Value '2024' at 'name'" + PATTERN + "(?!^[0-9]+$)([a-zA-Z0-9-_]+)",
                        (l, c) -> l.createAlias(c, alias(r -> r.name("2024")))),
                missing("Alias not found: " + FUNCTION + "f:non-existent",
                        (l, c) -> l.updateAlias(c, Lambda.UpdateAliasRequest.of(r -> r.functionName("f")
                                .name("non-existent").description("x")))),
                missing("Cannot find alias arn: " + FUNCTION + "f:non-existent",
                        (l, c) -> l.getAlias(c,
                                Lambda.GetAliasRequest.of(r -> r.functionName("f").name("non-existent")))),
                invalid("CodeSHA256 (somenonexistentsha256) " + LATEST_SHA, (l, c) -> l.publishVersion(c,
                        Lambda.PublishVersionRequest.of(r -> r.functionName("f")
                                .codeSha256("somenonexistentsha256")))));
    }

    private static Call weighed(String version, Map<String, Double> weights) {
        return (l, c) -> l.createAlias(c, alias(r -> r.functionVersion(version).routingConfig(
                Lambda.AliasRoutingConfiguration.of(w -> w.additionalVersionWeights(weights)))));
    }

    private static List<Case> weights() {
        String values = " at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map value must "
                + "satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value "
                + "greater than or equal to 0.0, Me...";
        return List.of(
                invalid("Number of items in AdditionalVersionWeights cannot be greater than 1",
                        weighed("1", Map.of("1", 0.8, "2", 0.2))),
                malformed("Value '{2=2.0}'" + values, weighed("1", Map.of("2", 2.0))),
                malformed("Value '{2=-1.0}'" + values, weighed("1", Map.of("2", -1.0))),
                invalid("Invalid function version 1. Function version 1 is already included in routing configuration.",
                        weighed("1", Map.of("1", 0.5))),
                invalid("$LATEST is not supported for an alias pointing to more than 1 version",
                        weighed("$LATEST", Map.of("1", 0.5))),
                malformed("Value '{$LATEST=0.5}' at 'routingConfig.additionalVersionWeights' failed to satisfy "
                        + "constraint: Map keys must satisfy constraint: [Member must have length less than or equal "
                        + "to 1024, Member must have length greater than or equal to...",
                        weighed("1", Map.of("$LATEST", 0.5))));
    }

    private static Call put(Consumer<Lambda.PutFunctionEventInvokeConfigRequest.Builder> with) {
        return (l, c) -> l.putFunctionEventInvokeConfig(c, Lambda.PutFunctionEventInvokeConfigRequest.of(r -> {
            r.functionName("f");
            with.accept(r);
        }));
    }

    private static Lambda.DestinationConfig onSuccess(String arn) {
        return Lambda.DestinationConfig.of(d -> d.onSuccess(Lambda.OnSuccess.of(s -> s.destination(arn))));
    }

    private static List<Case> destinations() {
        return List.of(
                invalid("You must specify at least one of error handling or destination setting.", put(_ -> {})),
                invalid("The destination ARN " + FUNCTION + "doesnotexist is invalid.",
                        put(r -> r.destinationConfig(onSuccess(FUNCTION + "doesnotexist")))),
                invalid("You can't specify the function as a destination for itself.",
                        put(r -> r.destinationConfig(onSuccess(FUNCTION + "f")))),
                invalid("The provided destination config "
                        + "DestinationConfig(onSuccess=OnSuccess(destination=arn:aws:iam:eu-central-1:123456789012:"
                        + "function:f), onFailure=null) is invalid.",
                        put(r -> r.destinationConfig(onSuccess("arn:aws:iam:eu-central-1:123456789012:function:f")))),
                malformed("Value 'arn:aws:_-/!lambda:eu-central-1:123456789012:function:f' at "
                        + "'destinationConfig.onFailure.destination'" + PATTERN
                        + "$|kafka://([^.]([a-zA-Z0...",
                        put(r -> r.destinationConfig(Lambda.DestinationConfig.of(d -> d.onFailure(
                                Lambda.OnFailure.of(f ->
                                        f.destination("arn:aws:_-/!lambda:eu-central-1:123456789012:function:f"))))))),
                missing("The function doesn't exist.",
                        put(r -> r.functionName("doesnotexist").maximumRetryAttempts(1))),
                missing("The function doesn't exist.", put(r -> r.qualifier("doesnotexist").maximumRetryAttempts(1))),
                missing("The function " + FUNCTION + "f:$LATEST" + NO_CONFIG,
                        (l, c) -> l.getFunctionEventInvokeConfig(c,
                        Lambda.GetFunctionEventInvokeConfigRequest.of(r -> r.functionName("f")))),
                missing("The function " + FUNCTION + "none:$LATEST" + NO_CONFIG,
                        (l, c) -> l.deleteFunctionEventInvokeConfig(c,
                        Lambda.DeleteFunctionEventInvokeConfigRequest.of(r -> r.functionName("none")))),
                missing("The function " + FUNCTION + "f:doesnotexist" + NO_CONFIG,
                        (l, c) -> l.deleteFunctionEventInvokeConfig(c,
                        Lambda.DeleteFunctionEventInvokeConfigRequest.of(r -> r.functionName("f")
                                .qualifier("doesnotexist")))),
                missing("The function " + FUNCTION + "f:1" + NO_CONFIG, (l, c) -> l.updateFunctionEventInvokeConfig(c,
                        Lambda.UpdateFunctionEventInvokeConfigRequest.of(r -> r.functionName("f").qualifier("1")
                                .maximumRetryAttempts(1)))),
                missing("The function doesn't exist.", (l, c) -> l.listFunctionEventInvokeConfigs(c,
                        Lambda.ListFunctionEventInvokeConfigsRequest.of(r -> r.functionName("none")))));
    }

    private static Call provision(String function, String qualifier, int environments) {
        return (l, c) -> l.putProvisionedConcurrencyConfig(c, Lambda.PutProvisionedConcurrencyConfigRequest.of(
                r -> r.functionName(function).qualifier(qualifier).provisionedConcurrentExecutions(environments)));
    }

    private static Call provisioned(String function, String qualifier) {
        return (l, c) -> l.getProvisionedConcurrencyConfig(c, Lambda.GetProvisionedConcurrencyConfigRequest.of(
                r -> r.functionName(function).qualifier(qualifier)));
    }

    private static List<Case> concurrency() {
        return List.of(
                invalid("The function resource provided must be an alias or a published version.",
                        provisioned("f", "$LATEST")),
                missing("Function not found: " + FUNCTION + "none:1", provisioned("none", "1")),
                missing("Cannot find alias arn: " + FUNCTION + "none:noalias", provisioned("none", "noalias")),
                missing("Cannot find alias arn: " + FUNCTION + "f:noalias", provisioned("f", "noalias")),
                missing("Function not found: " + FUNCTION + "f:10", provisioned("f", "10")),
                new Case(404, "ProvisionedConcurrencyConfigNotFoundException",
                        "No Provisioned Concurrency Config found for this function",
                        provisioned("f", "1")),
                malformed("Value '0' at 'provisionedConcurrentExecutions' failed to satisfy constraint: Member must "
                        + "have value greater than or equal to 1", provision("f", "1", 0)),
                invalid("Provisioned Concurrency Configs cannot be applied to unpublished function versions.",
                        provision("f", "$LATEST", 1)),
                missing("Cannot find alias arn: " + FUNCTION + "f:doesnotexist", provision("f", "doesnotexist", 1)),
                missing("Function not found: " + FUNCTION + "f:10", provision("f", "10", 1)),
                invalid("Requested Provisioned Concurrency should not be greater than the "
                        + "reservedConcurrentExecution for function",
                        provision("g", "1", 2)),
                invalid("Specified ConcurrentExecutions for function is greater than account's unreserved "
                        + "concurrency [999].",
                        provision("f", "1", 1_000)),
                invalid("Specified ConcurrentExecutions for function decreases account's "
                        + "UnreservedConcurrentExecution below its minimum value of [100].", provision("f", "1", 900)),
                invalid("Specified ReservedConcurrentExecutions for function decreases account's "
                        + "UnreservedConcurrentExecution below its minimum value of [100].",
                        (l, c) -> l.putFunctionConcurrency(c, Lambda.PutFunctionConcurrencyRequest.of(
                                r -> r.functionName("f").reservedConcurrentExecutions(901)))),
                missing("Function not found: " + FUNCTION + "none", (l, c) -> l.putFunctionConcurrency(c,
                        Lambda.PutFunctionConcurrencyRequest.of(r -> r.functionName("none")
                                .reservedConcurrentExecutions(1)))));
    }

    private static List<Case> urls() {
        return List.of(
                conflict("Failed to create function url config for [functionArn = " + FUNCTION
                        + "f]. Error message:  FunctionUrlConfig exists"
                        + " for this Lambda function", (l, c) -> l.createFunctionUrlConfig(c,
                                Lambda.CreateFunctionUrlConfigRequest.of(r -> r.functionName("f").authType("NONE")))),
                malformed("Value 'UNKNOWN' at 'invokeMode'" + ENUM + "[RESPONSE_STREAM, BUFFERED]",
                        (l, c) -> l.createFunctionUrlConfig(c,
                        Lambda.CreateFunctionUrlConfigRequest.of(r -> r.functionName("g").authType("NONE")
                                .invokeMode("UNKNOWN")))),
                malformed("Value '1' at 'qualifier'" + PATTERN + ALIAS_NAMES, (l, c) -> l.createFunctionUrlConfig(c,
                        Lambda.CreateFunctionUrlConfigRequest.of(r -> r.functionName("f").authType("NONE")
                                .qualifier("1")))),
                malformed("Value '2' at 'qualifier'" + PATTERN + ALIAS_NAMES, (l, c) -> l.getFunctionUrlConfig(c,
                        Lambda.GetFunctionUrlConfigRequest.of(r -> r.functionName("f").qualifier("2")))),
                missing("The resource you requested does not exist.", (l, c) -> l.getFunctionUrlConfig(c,
                        Lambda.GetFunctionUrlConfigRequest.of(r -> r.functionName("g")))),
                missing("The resource you requested does not exist.", (l, c) -> l.updateFunctionUrlConfig(c,
                        Lambda.UpdateFunctionUrlConfigRequest.of(r -> r.functionName("g").authType("NONE")))),
                missing("The resource you requested does not exist.", (l, c) -> {
                    l.deleteFunctionUrlConfig(c, Lambda.DeleteFunctionUrlConfigRequest.of(r -> r.functionName("g")));
                    return null;
                }));
    }

    private static Call publish(List<String> runtimes) {
        return (l, c) -> l.publishLayerVersion(c,
                Lambda.PublishLayerVersionRequest.of(r -> r.layerName("l").compatibleRuntimes(runtimes)
                .compatibleArchitectures(List.of("invalidarch"))
                .content(Lambda.LayerVersionContentInput.of(z -> z.zipFile(TestLambda.zip(Map.of("a", "1")))))));
    }

    private static Lambda.AddLayerVersionPermissionRequest layerPermission(
            Consumer<Lambda.AddLayerVersionPermissionRequest.Builder> with) {
        return Lambda.AddLayerVersionPermissionRequest.of(r -> {
            r.layerName("l").versionNumber(1L).statementId("new").action("lambda:GetLayerVersion").principal("*");
            with.accept(r);
        });
    }

    private static List<Case> layers() {
        return List.of(
                invalid("Layer Version Cannot be less than 1", (l, c) -> l.getLayerVersion(c,
                        Lambda.GetLayerVersionRequest.of(r -> r.layerName("l").versionNumber(0L)))),
                missing("The resource you requested does not exist.", (l, c) -> l.getLayerVersion(c,
                        Lambda.GetLayerVersionRequest.of(r -> r.layerName("l").versionNumber(9L)))),
                malformed("Value 'runtimedoesnotexist' at 'compatibleRuntime'" + ENUM
                        + "[ruby3.5, ruby2.6, dotnetcore1.0, python3.7...",
                        (l, c) -> l.listLayers(c,
                                Lambda.ListLayersRequest.of(r -> r.compatibleRuntime("runtimedoesnotexist")))),
                malformed("Value '" + LAYER + "l' at 'arn'" + PATTERN
                        + "(arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a...",
                        (l, c) -> l.getLayerVersionByArn(c,
                                Lambda.GetLayerVersionByArnRequest.of(r -> r.arn(LAYER + "l")))),
                new Case(400, "ValidationException",
                        "2 validation errors detected: Value '[invalidruntime]' at 'compatibleRuntimes'" + ENUM
                        + "[nodejs20.x, python3.14, provided.al2023, python3.12...",
                        publish(List.of("invalidruntime"))),
                new Case(400, "ValidationException",
                        "2 validation errors detected: Value '[invalidruntime, invalidruntime2, nodejs20.x]' at"
                        + " 'compatibleRuntimes'" + ENUM + "[nodejs20.x, python3.14...",
                        publish(List.of("invalidruntime", "invalidruntime2", "nodejs20.x"))),
                malformed("Value '*' at 'action'" + PATTERN + "lambda:GetLayerVersion",
                        (l, c) -> l.addLayerVersionPermission(c, layerPermission(r -> r.action("*")))),
                conflict("The statement id (s1) provided already exists. Please provide a new statement id, or remove "
                        + "the existing statement.",
                        (l, c) -> l.addLayerVersionPermission(c, layerPermission(r -> r.statementId("s1")))),
                missing("Layer version " + LAYER + "l:9 does not exist.",
                        (l, c) -> l.addLayerVersionPermission(c, layerPermission(r -> r.versionNumber(9L)))),
                missing("Statement doesnotexist is not found in resource policy.", (l, c) -> {
                    l.removeLayerVersionPermission(c, Lambda.RemoveLayerVersionPermissionRequest.of(
                            r -> r.layerName("l").versionNumber(1L).statementId("doesnotexist")));
                    return null;
                }));
    }

    private static Call with(String... layers) {
        return (l, c) -> l.createFunction(c, create(r -> r.layers(List.of(layers))));
    }

    private static List<Case> layersOfFunctions() {
        String twice = "Two different versions of the same layer are not allowed to be referenced in "
                + "the same function. ";
        return List.of(
                invalid(twice + LAYER + "l:1 and " + LAYER + "l:2 are versions of the same lay...",
                        with(LAYER + "l:1", LAYER + "l:2")),
                invalid(twice + LAYER + "l:1 and " + LAYER + "l:1 are versions of the same lay...",
                        with(LAYER + "l:1", LAYER + "l:1")),
                invalid("Layer version " + LAYER + "doesnotexist:1 does not exist.", with(LAYER + "doesnotexist:1")),
                invalid("Layer version " + LAYER + "l:9 does not exist.", with(LAYER + "l:9")),
                malformed("Value '[" + LAYER + "l]' at 'layers' failed to satisfy constraint: Member must satisfy "
                        + "constraint: [Member must have length less than or equal to 2048, Member must "
                        + "have length greate...", with(LAYER + "l")),
                invalid("Layers are not in the same region as the function. Layers are expected to be in "
                        + "region eu-central-1.",
                        with("arn:aws:lambda:us-east-1:123456789012:layer:l:1")),
                invalid("Cannot reference more than 5 layers.",
                        with(LAYER + "a:1", LAYER + "b:1", LAYER + "c:1", LAYER + "d:1", LAYER + "e:1",
                                LAYER + "g:1")));
    }

    private static Call map(Consumer<Lambda.CreateEventSourceMappingRequest.Builder> with) {
        return (l, c) -> l.createEventSourceMapping(c, Lambda.CreateEventSourceMappingRequest.of(r -> {
            r.functionName("f");
            with.accept(r);
        }));
    }

    private static List<Case> mappings() {
        String stream = "arn:aws:kinesis:eu-central-1:123456789012:stream/s";
        String uuid = "00000000-0000-0000-0000-000000000000";
        return List.of(
                missing("The resource you requested does not exist.", (l, c) -> l.getEventSourceMapping(c,
                        Lambda.GetEventSourceMappingRequest.of(r -> r.uuid(uuid)))),
                missing("The resource you requested does not exist.", (l, c) -> l.deleteEventSourceMapping(c,
                        Lambda.DeleteEventSourceMappingRequest.of(r -> r.uuid(uuid)))),
                missing("The resource you requested does not exist.", (l, c) -> l.updateEventSourceMapping(c,
                        Lambda.UpdateEventSourceMappingRequest.of(r -> r.uuid(uuid).batchSize(1)))),
                malformed("Value 'invalid' at 'startingPosition'" + ENUM + "[LATEST, AT_TIMESTAMP, TRIM_HORIZON]",
                        map(r -> r.eventSourceArn(stream).startingPosition("invalid"))),
                invalid("Unrecognized event source.", map(_ -> {})),
                invalid("Required 'sourceAccessConfigurations' parameter is missing.",
                        map(r -> r.topics(List.of("topic")).selfManagedEventSource(Lambda.SelfManagedEventSource.of(
                                s -> s.endpoints(Map.of("KAFKA_BOOTSTRAP_SERVERS", List.of("kafka:1000"))))))),
                missing("Event source mapping not found: "
                        + "arn:aws:lambda:eu-central-1:123456789012:event-source-mapping:" + uuid,
                        (l, c) -> l.listTags(c, Lambda.ListTagsRequest.of(
                                r -> r.resource("arn:aws:lambda:eu-central-1:123456789012:event-source-mapping:"
                                        + uuid)))),
                malformed("Value 'arn:aws:lambda:eu-central-1:123456789012:event-source-mapping:" + uuid
                        + ":alias' at 'resource'" + PATTERN
                        + "arn:(aws[a-zA-Z-]*):lambda:(eusc-)?[a-z]{2}...",
                        (l, c) -> l.listTags(c, Lambda.ListTagsRequest.of(
                                r -> r.resource("arn:aws:lambda:eu-central-1:123456789012:event-source-mapping:" + uuid
                                        + ":alias")))));
    }

    private static List<Case> others() {
        var small = Map.of("LARGE_VAR", "x".repeat(4_096));
        return List.of(
                invalid("Lambda was unable to configure your environment variables because the environment variables "
                        + "you have provided exceeded the 4KB limit. String measured: {\"LARGE_VAR\":\"xxxxxxxx...",
                        (l, c) -> l.createFunction(c,
                                create(r -> r.environment(Lambda.Environment.of(e -> e.variables(small)))))),
                missing("The Lambda code signing configuration " + SIGNING + " can not be found.",
                        (l, c) -> l.getCodeSigningConfig(c,
                        Lambda.GetCodeSigningConfigRequest.of(r -> r.codeSigningConfigArn(SIGNING)))),
                conflict("The statement id (s3) provided already exists. Please provide a new statement id, or remove "
                        + "the existing statement.",
                        (l, c) -> l.addPermission(c,
                                Lambda.AddPermissionRequest.of(r -> r.functionName("f").statementId("s3")
                                .action("lambda:InvokeFunction").principal("s3.amazonaws.com")))),
                missing("Statement non-existent is not found in resource policy.", (l, c) -> {
                    l.removePermission(c,
                            Lambda.RemovePermissionRequest.of(r -> r.functionName("f").statementId("non-existent")));
                    return null;
                }),
                malformed("Value 'InvalidValue' at 'recursiveLoop'" + ENUM + "[Terminate, Allow]",
                        (l, c) -> l.putFunctionRecursionConfig(c,
                        Lambda.PutFunctionRecursionConfigRequest.of(r -> r.functionName("f")
                                .recursiveLoop("InvalidValue")))),
                malformed("Value 'arn:aws:lambda:eu-central-1:123456789012:foobar:x' at 'resource'" + PATTERN
                        + "arn:(aws[a-zA-Z-]*):lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?...", (l, c) -> l.listTags(c,
                                Lambda.ListTagsRequest.of(r ->
                                        r.resource("arn:aws:lambda:eu-central-1:123456789012:foobar:x")))),
                missing("Capacity provider not found: arn:aws:lambda:eu-central-1:123456789012:capacity-provider:x",
                        (l, c) -> l.listTags(c,
                        Lambda.ListTagsRequest.of(r ->
                                r.resource("arn:aws:lambda:eu-central-1:123456789012:capacity-provider:x")))),
                new Case(400, "InvalidRequestContentException",
                        "Could not parse request body into json: Could not parse payload into json:"
                        + " Unexpected character ((CTRL-CHAR, code 153)): expected a valid value (JSON String, "
                        + "Number, Array, Object or token 'null', 'true' or 'false')\n at [Source: REDACTED "
                        + "(`StreamReadFeature.IN...", (l, c) -> l.invoke(c,
                                Lambda.InvokeRequest.of(r -> r.functionName("f")
                                        .payload(Bytes.of("\u0099".getBytes(StandardCharsets.UTF_8)))))));
    }

    static Stream<Case> oldRuntimes() {
        return Stream.of("java8", "go1.x", "provided", "ruby2.7", "nodejs14.x", "python3.7", "dotnetcore3.1",
                "nodejs12.x").map(runtime ->
                invalid("The runtime parameter of " + runtime
                        + " is no longer supported for creating or updating AWS Lambda functions. We"
                        + " recommend you use a supported runtime while creating or updating functions.",
                        (l, c) -> l.createFunction(c, create(r -> r.runtime(runtime)))));
    }

    @ParameterizedTest
    @MethodSource({"cases", "oldRuntimes"})
    void isToldInAwssWords(Case recorded) {
        var thrown = catchThrowable(() -> recorded.call().on(test.lambda, caller()));
        assertThat(thrown).isInstanceOf(ApiError.class);
        ApiError error = (ApiError) thrown;
        String message = recorded.message();
        if (message.endsWith("...")) {
            assertThat(error.getMessage()).startsWith(message.substring(0, message.length() - 3));
        } else {
            assertThat(error.getMessage()).isEqualTo(message);
        }
        assertThat(error.code()).isEqualTo(recorded.code());
        assertThat(error.status()).isEqualTo(recorded.status());
    }
}
