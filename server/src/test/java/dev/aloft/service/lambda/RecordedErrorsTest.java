package dev.aloft.service.lambda;

import static dev.aloft.service.lambda.TestLambda.caller;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.aloft.api.ApiError;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Lambda;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What AWS was recorded to answer where a request is wrong, a line a case: status, code and words. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RecordedErrorsTest {
    static final String FUNCTION = "arn:aws:lambda:eu-central-1:123456789012:function:";
    static final String LAYER = "arn:aws:lambda:eu-central-1:123456789012:layer:";
    static final String SIGNING = "arn:aws:lambda:eu-central-1:123456789012:code-signing-config:csc-00000000000000000";
    static final String ROLE = "arn:aws:iam::123456789012:role/test";
    private static final String REVISION = "The Revision Id provided does not match the latest Revision Id. Call the ";
    static final String ENUM = " failed to satisfy constraint: Member must satisfy enum value set: ";
    static final String PATTERN = " failed to satisfy constraint: Member must satisfy regular expression pattern: ";
    static final String RUNTIMES =
            "[nodejs20.x, python3.14, provided.al2023, python3.12, python3.13, nodejs24.x, nodejs22.x, java25,"
            + " python3.10, python3.11, java21, ruby3.3, ruby3.4, ruby3.2, python3.8, python3.9, java17, nodejs16.x, "
            + "dotnet10, dotnet8, java11, dotnet6, nodejs18.x, provided.al2, java8.al2] or be a valid ARN";

    @TempDir
    static Path folder;

    private TestLambda test;

    @BeforeAll
    void start() {
        test = new TestLambda(folder);
        test.create("f", "provided.al2023", "x", Map.of("bootstrap", "#!/bin/sh\n"), _ -> {});
        test.lambda.publishVersion(caller(), Lambda.PublishVersionRequest.of(r -> r.functionName("f")));
        test.lambda.createAlias(caller(),
                Lambda.CreateAliasRequest.of(r -> r.functionName("f").name("live").functionVersion("1")));
        test.lambda.publishLayerVersion(caller(), Lambda.PublishLayerVersionRequest.of(r -> r.layerName("l")
                .content(Lambda.LayerVersionContentInput.of(c -> c.zipFile(TestLambda.zip(Map.of("a", "1")))))));
    }

    @AfterAll
    void stop() {
        test.close();
    }

    interface Call {
        Object on(Lambda lambda, Caller caller);
    }

    record Case(int status, String code, String message, Call call) {
        @Override
        public String toString() {
            return message;
        }
    }

    static Case invalid(String message, Call call) {
        return new Case(400, "InvalidParameterValueException", message, call);
    }

    static Case malformed(String message, Call call) {
        return new Case(400, "ValidationException", "1 validation error detected: " + message, call);
    }

    static Case missing(String message, Call call) {
        return new Case(404, "ResourceNotFoundException", message, call);
    }

    private static Case stale(String message, Call call) {
        return new Case(412, "PreconditionFailedException", REVISION + message, call);
    }

    static Lambda.CreateFunctionRequest create(Consumer<Lambda.CreateFunctionRequest.Builder> with) {
        return Lambda.CreateFunctionRequest.of(r -> {
            r.functionName("new").runtime("python3.12").handler("a.b").role(ROLE)
                    .code(Lambda.FunctionCode.of(c -> c.zipFile(TestLambda.zip(Map.of("a.py", "")))));
            with.accept(r);
        });
    }

    private static Map<String, String> tags(int from, int to) {
        return IntStream.range(from, to).boxed()
                .collect(Collectors.toMap(i -> i + "_key", i -> "v", (a, _) -> a, HashMap::new));
    }

    static Stream<Case> cases() {
        return Stream.of(functions(), names(), versions(), permissions(), layers(), tagging(), invocations())
                .flatMap(List::stream);
    }

    private static List<Case> functions() {
        return List.of(
                malformed("Value '901' at 'timeout' failed to satisfy constraint: Member must have value less than or"
                        + " equal to 900", (l, c) -> l.createFunction(c, create(r -> r.timeout(901)))),
                invalid("'MemorySize' value failed to satisfy constraint: Member must have value less than or equal to"
                        + " 10240", (l, c) -> l.createFunction(c, create(r -> r.memorySize(10_241)))),
                invalid("'MemorySize' value failed to satisfy constraint: Member must have value less than or equal to"
                        + " 10240", (l, c) -> l.updateFunctionConfiguration(
                                c, Lambda.UpdateFunctionConfigurationRequest.of(r -> r.functionName("f")
                                        .memorySize(10_241)))),
                invalid("Please do not provide other FunctionCode parameters when providing a ZipFile.",
                        (l, c) -> l.createFunction(c, create(r -> r.code(Lambda.FunctionCode.of(
                                z -> z.zipFile(TestLambda.zip(Map.of("a.py", ""))).s3Bucket("bucket").s3Key("key")))))),
                malformed("Value 'r1' at 'role'" + PATTERN
                        + "arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+",
                        (l, c) -> l.createFunction(c, create(r -> r.role("r1")))),
                invalid("Value non-existent-runtime at 'runtime'" + ENUM + RUNTIMES,
                        (l, c) -> l.createFunction(c, create(r -> r.runtime("non-existent-runtime")))),
                invalid("Value PYTHON3.9 at 'runtime'" + ENUM + RUNTIMES,
                        (l, c) -> l.updateFunctionConfiguration(c, Lambda.UpdateFunctionConfigurationRequest.of(
                                r -> r.functionName("f").runtime("PYTHON3.9")))),
                malformed("Value '[x86_64, arm64]' at 'architectures' failed to satisfy constraint: Member must have "
                        + "length less than or equal to 1",
                        (l, c) -> l.createFunction(c, create(r -> r.architectures(List.of("x86_64", "arm64"))))),
                malformed("Value '[X86_64]' at 'architectures' failed to satisfy constraint: Member must satisfy "
                        + "constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be null]",
                        (l, c) -> l.createFunction(c, create(r -> r.architectures(List.of("X86_64"))))),
                invalid("Could not unzip uploaded file. Please check your file, then try to upload again.",
                        (l, c) -> l.createFunction(c,
                                create(r -> r.code(Lambda.FunctionCode.of(z -> z.zipFile(Bytes.of("x".getBytes()))))))),
                new Case(413, "RequestEntityTooLargeException",
                        "Request must be smaller than 70167211 bytes for the CreateFunction"
                        + " operation", (l, c) -> l.createFunction(c, create(r -> r.environment(Lambda.Environment.of(
                                e -> e.variables(Map.of("KEY", "x".repeat(70_167_211)))))))),
                new Case(413, "RequestEntityTooLargeException", "Zipped size must be smaller than 52428800 bytes",
                        (l, c) -> l.createFunction(c,
                                create(r -> r.code(
                                        Lambda.FunctionCode.of(z -> z.zipFile(Bytes.of(new byte[52_428_801]))))))),
                invalid("The runtime parameter of nodejs14.x is no longer supported for creating or updating AWS "
                        + "Lambda functions. We recommend you use a supported runtime while creating or "
                        + "updating functions.",
                        (l, c) -> l.createFunction(c, create(r -> r.runtime("nodejs14.x")))),
                malformed("Value 'invalidOption' at 'snapStart.applyOn'" + ENUM + "[PublishedVersions, None]",
                        (l, c) -> l.createFunction(c,
                                create(r -> r.snapStart(Lambda.SnapStart.of(s -> s.applyOn("invalidOption")))))),
                malformed("Value 'invalid' at 'functionVersion'" + ENUM + "[ALL]",
                        (l, c) -> l.listFunctions(c,
                                Lambda.ListFunctionsRequest.of(r -> r.functionVersion("invalid")))),
                stale("GetFunction/GetAlias API to retrieve the latest Revision Id",
                        (l, c) -> l.updateFunctionConfiguration(c, Lambda.UpdateFunctionConfigurationRequest.of(
                                r -> r.functionName("f").revisionId("wrong")))),
                stale("GetFunction/GetAlias API to retrieve the latest Revision Id",
                        (l, c) -> l.updateFunctionCode(c, Lambda.UpdateFunctionCodeRequest.of(
                                r -> r.functionName("f").revisionId("wrong")
                                .zipFile(TestLambda.zip(Map.of("a", "")))))),
                invalid("Please don't provide ImageUri when updating a function with packageType Zip.",
                        (l, c) -> l.updateFunctionCode(c,
                                Lambda.UpdateFunctionCodeRequest.of(r -> r.functionName("f").imageUri("x")))),
                invalid("$LATEST version cannot be deleted without deleting the function.",
                        (l, c) -> l.deleteFunction(c,
                                Lambda.DeleteFunctionRequest.of(r -> r.functionName("f").qualifier("$LATEST")))),
                missing("Function not found: " + FUNCTION + "none",
                        (l, c) -> l.deleteFunction(c, Lambda.DeleteFunctionRequest.of(r -> r.functionName("none")))),
                missing("Function not found: " + FUNCTION + "none",
                        (l, c) -> l.putFunctionCodeSigningConfig(c, Lambda.PutFunctionCodeSigningConfigRequest.of(
                                r -> r.functionName("none").codeSigningConfigArn(l.createCodeSigningConfig(c,
                                        Lambda.CreateCodeSigningConfigRequest.of(s ->
                                                s.allowedPublishers(Lambda.AllowedPublishers.of(
                                                p -> p.signingProfileVersionArns(
                                                        List.of("arn:aws:signer:eu-central-1:123456789012:/x"))))))
                                        .codeSigningConfig().codeSigningConfigArn())))),
                new Case(404, "CodeSigningConfigNotFoundException",
                        "The code signing configuration cannot be found. Check that the provided"
                        + " configuration is not deleted: " + SIGNING + ".", (l, c) -> l.putFunctionCodeSigningConfig(c,
                                Lambda.PutFunctionCodeSigningConfigRequest.of(r -> r.functionName("none")
                                        .codeSigningConfigArn(SIGNING)))));
    }

    private static List<Case> names() {
        String pattern =
                "(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{"
                        + "12}:)?(function:)?";
        String tooLong = FUNCTION + "x".repeat(100);
        return List.of(
                malformed("Value 'invalid:function:name' at 'functionName'" + PATTERN + pattern
                        + "([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?",
                        (l, c) -> l.getFunction(c,
                                Lambda.GetFunctionRequest.of(r -> r.functionName("invalid:function:name")))),
                malformed("Value 'arn:aws:lambda:eu-central-1:123400000000@function:myfn' at 'functionName'" + PATTERN
                        + pattern
                        + "([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?",
                        (l, c) -> l.invoke(c,
                                Lambda.InvokeRequest.of(r ->
                                        r.functionName("arn:aws:lambda:eu-central-1:123400000000@function:myfn")))),
                invalid("1 validation error detected: Value '" + "a".repeat(65)
                        + "' at 'functionName' failed to satisfy constraint: Member"
                        + " must have length less than or equal to 64",
                        (l, c) -> l.createFunction(c, create(r -> r.functionName("a".repeat(65))))),
                malformed("Value '" + tooLong
                        + "' at 'functionName' failed to satisfy constraint: Member must have length less than or equal"
                        + " to 140", (l, c) -> l.createFunction(c, create(r -> r.functionName(tooLong)))),
                missing("Functions from 'ap-southeast-1' are not reachable in this region ('eu-central-1')",
                        (l, c) -> l.getFunction(c, Lambda.GetFunctionRequest.of(
                                r -> r.functionName("arn:aws:lambda:ap-southeast-1:123456789012:function:f")))),
                invalid("The derived qualifier from the function name does not match the specified qualifier.",
                        (l, c) -> l.getFunction(c,
                                Lambda.GetFunctionRequest.of(r -> r.functionName("f:1").qualifier("2")))),
                malformed("Value 'invalid-qualifier-with-?-char' at 'qualifier'" + PATTERN
                        + "\\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+",
                        (l, c) -> l.getPolicy(c, Lambda.GetPolicyRequest.of(
                                r -> r.functionName("f").qualifier("invalid-qualifier-with-?-char")))),
                missing("Function not found: " + FUNCTION + "none:$LATEST",
                        (l, c) -> l.getFunction(c, Lambda.GetFunctionRequest.of(r -> r.functionName("none:$LATEST")
                                .qualifier("$LATEST")))),
                missing("Function not found: " + FUNCTION + "f:1221",
                        (l, c) -> l.getFunctionConfiguration(c, Lambda.GetFunctionConfigurationRequest.of(
                                r -> r.functionName("f").qualifier("1221")))),
                missing("Function not found: " + FUNCTION + "f:none",
                        (l, c) -> l.getFunction(c,
                                Lambda.GetFunctionRequest.of(r -> r.functionName("f").qualifier("none")))),
                invalid("This operation is permitted on Lambda functions only. Aliases and versions do not support "
                        + "this operation. Please specify either a function name or an unqualified function ARN.",
                        (l, c) -> l.putFunctionConcurrency(c, Lambda.PutFunctionConcurrencyRequest.of(
                                r -> r.functionName("f:live").reservedConcurrentExecutions(1)))));
    }

    private static List<Case> versions() {
        String sha = "a".repeat(64);
        return List.of(
                stale("GetFunction/GetAlias API to retrieve the latest Revision Id",
                        (l, c) -> l.publishVersion(c,
                                Lambda.PublishVersionRequest.of(r -> r.functionName("f").revisionId("wrong")))),
                stale("GetFunction/GetAlias API to retrieve the latest Revision Id",
                        (l, c) -> l.updateAlias(c, Lambda.UpdateAliasRequest.of(r -> r.functionName("f").name("live")
                                .revisionId("wrong")))),
                invalid("CodeSHA256 (" + sha + ") is different from current CodeSHA256 in $LATEST (%SHA%). Please try "
                        + "again with the CodeSHA256 in $LATEST.", (l, c) ->
                        l.publishVersion(c, Lambda.PublishVersionRequest.of(r -> r.functionName("f").codeSha256(sha)))),
                missing("Function not found: " + FUNCTION + "none",
                        (l, c) -> l.publishVersion(c, Lambda.PublishVersionRequest.of(r -> r.functionName("none")))),
                missing("Function not found: " + FUNCTION + "none",
                        (l, c) -> l.listVersionsByFunction(c,
                                Lambda.ListVersionsByFunctionRequest.of(r -> r.functionName("none")))),
                missing("Cannot find alias arn: " + FUNCTION + "none:noalias",
                        (l, c) -> l.getAlias(c,
                                Lambda.GetAliasRequest.of(r -> r.functionName("none").name("noalias")))),
                new Case(409, "ResourceConflictException", "Alias already exists: " + FUNCTION + "f:live",
                        (l, c) -> l.createAlias(c, Lambda.CreateAliasRequest.of(r -> r.functionName("f").name("live")
                                .functionVersion("1")))),
                malformed("Value '$LATEST' at 'qualifier'" + PATTERN + "((?!^\\d+$)^[0-9a-zA-Z-_]+$)",
                        (l, c) -> l.createFunctionUrlConfig(c, Lambda.CreateFunctionUrlConfigRequest.of(
                                r -> r.functionName("f").authType("NONE").qualifier("$LATEST")))),
                missing("Function does not exist",
                        (l, c) -> l.createFunctionUrlConfig(c,
                                Lambda.CreateFunctionUrlConfigRequest.of(r -> r.functionName("none")
                                        .authType("NONE")))));
    }

    private static Lambda.AddPermissionRequest permission(Consumer<Lambda.AddPermissionRequest.Builder> with) {
        return Lambda.AddPermissionRequest.of(r -> {
            r.functionName("f").statementId("new").action("lambda:InvokeFunction").principal("s3.amazonaws.com");
            with.accept(r);
        });
    }

    private static List<Case> permissions() {
        return List.of(
                malformed("Value 'example.com' at 'statementId'" + PATTERN + "([a-zA-Z0-9-_]+)",
                        (l, c) -> l.addPermission(c, permission(r -> r.statementId("example.com")))),
                invalid("We currently do not support adding policies for $LATEST.",
                        (l, c) -> l.addPermission(c, permission(r -> r.qualifier("$LATEST")))),
                invalid("The provided principal was invalid. Please check the principal and try again.",
                        (l, c) -> l.addPermission(c, permission(r -> r.principal("invalid.nonaws.com")))),
                missing("Function not found: " + FUNCTION + "none",
                        (l, c) -> l.addPermission(c, permission(r -> r.functionName("none")))),
                missing("Function not found: " + FUNCTION + "f:42",
                        (l, c) -> l.addPermission(c, permission(r -> r.qualifier("42")))),
                missing("Cannot find alias arn: " + FUNCTION + "f:alias-doesnotexist",
                        (l, c) -> l.addPermission(c, permission(r -> r.qualifier("alias-doesnotexist")))),
                missing("Function not found: " + FUNCTION + "f:valid-with-$-but-doesnotexist",
                        (l, c) -> l.addPermission(c, permission(r -> r.qualifier("valid-with-$-but-doesnotexist")))),
                stale("GetPolicy API to retrieve the latest Revision Id",
                        (l, c) -> l.addPermission(c, permission(r -> r.revisionId("wrong")))),
                missing("The resource you requested does not exist.",
                        (l, c) -> l.getPolicy(c,
                                Lambda.GetPolicyRequest.of(r -> r.functionName("f").qualifier("live")))),
                missing("Function not found: " + FUNCTION + "none",
                        (l, c) -> l.getPolicy(c, Lambda.GetPolicyRequest.of(r -> r.functionName("none")))),
                missing("No policy is associated with the given resource.",
                        (l, c) -> l.removePermission(c,
                                Lambda.RemovePermissionRequest.of(r -> r.functionName("f").statementId("none")))),
                missing("No policy found for: " + FUNCTION + "none",
                        (l, c) -> l.removePermission(c,
                                Lambda.RemovePermissionRequest.of(r -> r.functionName("none").statementId("s")))));
    }

    private static List<Case> layers() {
        return List.of(
                missing("The resource you requested does not exist.",
                        (l, c) -> l.getLayerVersionByArn(c,
                                Lambda.GetLayerVersionByArnRequest.of(r -> r.arn(LAYER + "l:2")))),
                malformed("Value 'archdoesnotexist' at 'compatibleArchitecture'" + ENUM + "[x86_64, arm64]",
                        (l, c) -> l.listLayers(c,
                                Lambda.ListLayersRequest.of(r -> r.compatibleArchitecture("archdoesnotexist")))),
                missing("Layer version " + LAYER + "l:2 does not exist.",
                        (l, c) -> l.getLayerVersionPolicy(c,
                                Lambda.GetLayerVersionPolicyRequest.of(r -> r.layerName("l").versionNumber(2L)))),
                missing("Layer version " + LAYER + "l-doesnotexist:1 does not exist.",
                        (l, c) -> l.addLayerVersionPermission(c,
                                Lambda.AddLayerVersionPermissionRequest.of(r -> r.layerName("l-doesnotexist")
                                .versionNumber(1L).statementId("s").action("lambda:GetLayerVersion").principal("*")))),
                stale("GetLayerPolicy API to retrieve the latest Revision Id",
                        (l, c) -> l.addLayerVersionPermission(c,
                                Lambda.AddLayerVersionPermissionRequest.of(r -> r.layerName("l")
                                .versionNumber(1L).statementId("s").action("lambda:GetLayerVersion").principal("*")
                                .revisionId("wrong")))),
                missing("No policy is associated with the given resource.",
                        (l, c) -> l.getLayerVersionPolicy(c,
                                Lambda.GetLayerVersionPolicyRequest.of(r -> r.layerName("l").versionNumber(1L)))));
    }

    private static List<Case> tagging() {
        return List.of(
                malformed("Value 'arn:aws:something' at 'resource'" + PATTERN
                        + "arn:(aws[a-zA-Z-]*):lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)"
                        + "))?-[a-z]+-\\d{1}:\\d{12}:(function:[a-zA-Z0-9-_]+(:(\\$LATEST|[a-zA-Z0-9-_]+))?|"
                        + "layer:([a-zA-Z0-9-_]+)|"
                        + "code-signing-config:csc-[a-z0-9]{17}|event-source-mapping:[0-9a-fA-F]{8}-[0-9a-fA-F]{"
                        + "4}-[0-9a-fA-F]{4}-"
                        + "[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|capacity-provider:[a-zA-Z0-9-_]+)",
                        (l, c) -> l.tagResource(c, Lambda.TagResourceRequest.of(r -> r.resource("arn:aws:something")
                                .tags(Map.of("a", "b"))))),
                missing("Function not found: " + FUNCTION + "none",
                        (l, c) -> l.tagResource(c, Lambda.TagResourceRequest.of(r -> r.resource(FUNCTION + "none")
                                .tags(Map.of("a", "b"))))),
                invalid("Tags on function aliases and versions are not supported. Please specify a function ARN.",
                        (l, c) -> l.tagResource(c, Lambda.TagResourceRequest.of(r -> r.resource(FUNCTION + "f:live")
                                .tags(Map.of("a", "b"))))),
                invalid("An error occurred and the request cannot be processed.",
                        (l, c) -> l.tagResource(c,
                                Lambda.TagResourceRequest.of(r -> r.resource(FUNCTION + "f").tags(Map.of())))),
                invalid("Number of tags exceeds resource tag limit.",
                        (l, c) -> l.tagResource(c,
                                Lambda.TagResourceRequest.of(r -> r.resource(FUNCTION + "f").tags(tags(0, 51))))),
                invalid("Number of tags exceeds resource tag limit.",
                        (l, c) -> l.createFunction(c, create(r -> r.tags(tags(0, 51))))),
                malformed("Value null at 'tagKeys' failed to satisfy constraint: Member must not be null",
                        (l, c) -> l.untagResource(c, Lambda.UntagResourceRequest.of(r -> r.resource(FUNCTION + "f")))),
                missing("Function not found: " + FUNCTION + "none",
                        (l, c) -> l.listTags(c, Lambda.ListTagsRequest.of(r -> r.resource(FUNCTION + "none")))));
    }

    private static List<Case> invocations() {
        return List.of(
                missing("Function not found: " + FUNCTION + "none:$LATEST",
                        (l, c) -> l.invoke(c, Lambda.InvokeRequest.of(r -> r.functionName("none")))),
                missing("Function not found: " + FUNCTION + "f:non-existent-alias",
                        (l, c) -> l.invoke(c,
                                Lambda.InvokeRequest.of(r -> r.functionName("f").qualifier("non-existent-alias")))),
                new Case(400, "InvalidRequestContentException",
                        "Could not parse request body into json: Could not parse payload into json:"
                        + " Invalid UTF-8 start byte 0x87\n at [Source: REDACTED "
                        + "(`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: 3]",
                        (l, c) -> l.invoke(c, Lambda.InvokeRequest.of(r -> r.functionName("f")
                                .payload(Bytes.of("n\u0087r".getBytes(StandardCharsets.ISO_8859_1)))))));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isToldInAwssWords(Case recorded) {
        var thrown = catchThrowable(() -> recorded.call().on(test.lambda, caller()));
        assertThat(thrown).isInstanceOf(ApiError.class);
        ApiError error = (ApiError) thrown;
        String sha = test.lambda
                .getFunctionConfiguration(caller(), Lambda.GetFunctionConfigurationRequest.of(r -> r.functionName("f")))
                .codeSha256();
        assertThat(error.getMessage()).isEqualTo(recorded.message().replace("%SHA%", sha));
        assertThat(error.code()).isEqualTo(recorded.code());
        assertThat(error.status()).isEqualTo(recorded.status());
    }
}
