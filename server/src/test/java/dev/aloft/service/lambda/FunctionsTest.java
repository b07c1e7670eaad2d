package dev.aloft.service.lambda;

import static dev.aloft.service.lambda.TestLambda.caller;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApiError;
import dev.aloft.api.Bytes;
import dev.aloft.api.Lambda;
import dev.aloft.api.Logs;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.store.MemoryStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FunctionsTest {
    private static final String ARN = "arn:aws:lambda:eu-central-1:123456789012:function:";
    private static final String HELLO = "exports.handler = async () => 1;";

    @TempDir
    Path folder;

    private final MemoryStore store = new MemoryStore();
    private TestLambda test;

    @BeforeEach
    void start() {
        test = new TestLambda(folder, store);
    }

    @AfterEach
    void stop() {
        test.close();
    }

    private Lambda.FunctionConfiguration create(String name, Consumer<Lambda.CreateFunctionRequest.Builder> more) {
        return test.create(name, "provided.al2023", "index.handler", Map.of("bootstrap", HELLO), more);
    }

    private Lambda.FunctionConfiguration get(String name) {
        return test.lambda.getFunctionConfiguration(caller(),
                Lambda.GetFunctionConfigurationRequest.of(r -> r.functionName(name)));
    }

    // refused

    @Test
    void anUnknownRuntimeIsRefusedWithAllThatAreKnown() {
        assertThatThrownBy(() -> create("a", r -> r.runtime("python1.0")))
                .isInstanceOf(Lambda.InvalidParameterValueException.class)
                .hasMessageStartingWith("Value python1.0 at 'runtime' failed to satisfy constraint: Member must "
                        + "satisfy enum value set: [nodejs20.x, python3.14, ")
                .hasMessageEndingWith("] or be a valid ARN");
        assertThatThrownBy(() -> create("a", r -> r.runtime("nodejs14.x")))
                .isInstanceOf(Lambda.InvalidParameterValueException.class)
                .hasMessage("The runtime parameter of nodejs14.x is no longer supported for creating or updating "
                        + "AWS Lambda functions. We recommend you use a supported runtime while creating or "
                        + "updating functions.");
    }

    @Test
    void aRoleThatLambdaCannotAssumeIsRefused() {
        assertThatThrownBy(() -> create("a", r -> r.role("arn:aws:iam::123456789012:role/stranger")))
                .isInstanceOf(Lambda.InvalidParameterValueException.class)
                .hasMessage("The role defined for the function cannot be assumed by Lambda.");
    }

    @Test
    void whatIsNoZipIsRefused() {
        assertThatThrownBy(() ->
                create("a", r -> r.code(Lambda.FunctionCode.of(c -> c.zipFile(Bytes.of("no zip".getBytes()))))))
                .isInstanceOf(Lambda.InvalidParameterValueException.class)
                .hasMessage("Could not unzip uploaded file. Please check your file, then try to upload again.");
    }

    @Test
    void reservedVariablesAndTooManyBytesOfThemAreRefused() {
        assertThatThrownBy(() ->
                create("a", r ->
                        r.environment(Lambda.Environment.of(e -> e.variables(Map.of("AWS_REGION", "x", "OK", "y"))))))
                .isInstanceOf(Lambda.InvalidParameterValueException.class)
                .hasMessageEndingWith("Reserved keys used in this request: AWS_REGION");
        assertThatThrownBy(() ->
                create("a", r ->
                        r.environment(Lambda.Environment.of(e -> e.variables(Map.of("LARGE_VAR", "x".repeat(4096)))))))
                .isInstanceOf(Lambda.InvalidParameterValueException.class)
                .hasMessageContaining("exceeded the 4KB limit. String measured: {\"LARGE_VAR\":\"xxx");
    }

    @Test
    void aNameCanBeTakenOnce() {
        create("taken", _ -> {});
        assertThatThrownBy(() -> create("taken", _ -> {})).isInstanceOf(Lambda.ResourceConflictException.class)
                .hasMessage("Function already exist: taken");
    }

    @Test
    void whatIsNotBuiltIsRefusedByItsName() {
        assertThatThrownBy(() -> create("a", r -> r.fileSystemConfigs(List.of(Lambda.FileSystemConfig.of(f -> f
                .arn("arn:aws:elasticfilesystem:eu-central-1:123456789012:access-point/fsap-01234567890123456")
                .localMountPath("/mnt/x"))))))
                .isInstanceOf(ApiError.class).hasMessageContaining("FileSystemConfigs");
    }

    @Test
    void functionsOfAnotherRegionAreNotReachable() {
        assertThatThrownBy(() -> get("arn:aws:lambda:us-east-1:123456789012:function:x"))
                .isInstanceOf(Lambda.ResourceNotFoundException.class)
                .hasMessage("Functions from 'us-east-1' are not reachable in this region ('eu-central-1')");
    }

    @Test
    void aStaleRevisionIsRefused() {
        create("revised", _ -> {});
        assertThatThrownBy(() ->
                test.lambda.updateFunctionConfiguration(caller(), Lambda.UpdateFunctionConfigurationRequest.of(r ->
                r.functionName("revised").revisionId("6c4a1d0e-0000-0000-0000-000000000000"))))
                .isInstanceOf(Lambda.PreconditionFailedException.class)
                .hasMessageStartingWith("The Revision Id provided does not match the latest Revision Id.");
    }

    // done

    @Test
    void aNewFunctionIsPendingInTheAnswerAndActiveThen() {
        var answer = create("fresh", _ -> {});
        assertThat(answer.state()).isEqualTo("Pending");
        assertThat(answer.stateReasonCode()).isEqualTo("Creating");
        var c = get("fresh");
        assertThat(c.state()).isEqualTo("Active");
        assertThat(c.lastUpdateStatus()).isEqualTo("Successful");
        assertThat(c.functionArn()).isEqualTo(ARN + "fresh");
        assertThat(c.memorySize()).isEqualTo(128);
        assertThat(c.timeout()).isEqualTo(3);
        assertThat(c.ephemeralStorage().size()).isEqualTo(512);
        assertThat(c.architectures()).containsExactly("x86_64");
        assertThat(c.loggingConfig())
                .isEqualTo(Lambda.LoggingConfig.of(l -> l.logFormat("Text").logGroup("/aws/lambda/fresh")));
        assertThat(c.lastModified()).isEqualTo("2026-01-01T00:00:00.000+0000");
    }

    private Lambda.LoggingConfig logging(Consumer<Lambda.LoggingConfig.Builder> change) {
        return test.lambda.updateFunctionConfiguration(caller(), Lambda.UpdateFunctionConfigurationRequest.of(
                r -> r.functionName("logging").loggingConfig(Lambda.LoggingConfig.of(change)))).loggingConfig();
    }

    @Test
    void whatAnUpdateSaysNotOfLoggingStays() {
        create("logging", r -> r.loggingConfig(Lambda.LoggingConfig.of(l -> l.logGroup("/mine"))));
        assertThat(logging(l -> l.logFormat("JSON").applicationLogLevel("DEBUG"))).isEqualTo(Lambda.LoggingConfig.of(
                l -> l.logFormat("JSON").logGroup("/mine").applicationLogLevel("DEBUG").systemLogLevel("INFO")));
        assertThat(logging(l -> l.systemLogLevel("WARN"))).isEqualTo(Lambda.LoggingConfig.of(
                l -> l.logFormat("JSON").logGroup("/mine").applicationLogLevel("DEBUG").systemLogLevel("WARN")));
        assertThat(logging(l -> l.logGroup("/other")).logFormat()).isEqualTo("JSON");
        assertThat(logging(l -> l.logFormat("Text")))
                .isEqualTo(Lambda.LoggingConfig.of(l -> l.logFormat("Text").logGroup("/other")));
        assertThatThrownBy(() -> logging(l -> l.systemLogLevel("WARN")))
                .hasMessageStartingWith("LogLevel is not supported when LogFormat is set to \"Text\".");
    }

    @Test
    void namesComeInThreeForms() {
        create("named", _ -> {});
        for (String form : List.of("named", "123456789012:function:named", "123456789012:named", ARN + "named",
                ARN + "named:$LATEST", "function:named", "eu-central-1:123456789012:function:named")) {
            assertThat(get(form).functionName()).isEqualTo("named");
        }
    }

    @Test
    void versionsKeepWhatTheyWere() {
        create("versioned", r -> r.publish(true).description("first"));
        assertThat(publish("versioned").version()).as("nothing changed").isEqualTo("1");
        test.lambda.updateFunctionConfiguration(caller(),
                Lambda.UpdateFunctionConfigurationRequest.of(r -> r.functionName("versioned").timeout(9)));
        assertThat(publish("versioned").version()).isEqualTo("2");
        assertThat(get("versioned:1").timeout()).isEqualTo(3);
        assertThat(get("versioned:2").timeout()).isEqualTo(9);
        assertThat(get("versioned:2").functionArn()).isEqualTo(ARN + "versioned:2");
        var all = test.lambda.listVersionsByFunction(caller(),
                Lambda.ListVersionsByFunctionRequest.of(r -> r.functionName("versioned"))).versions();
        assertThat(all).extracting(Lambda.FunctionConfiguration::version).containsExactly("$LATEST", "1", "2");
        test.lambda.deleteFunction(caller(),
                Lambda.DeleteFunctionRequest.of(r -> r.functionName("versioned").qualifier("1")));
        assertThatThrownBy(() -> get("versioned:1")).isInstanceOf(Lambda.ResourceNotFoundException.class);
    }

    private Lambda.FunctionConfiguration publish(String name) {
        return test.lambda.publishVersion(caller(), Lambda.PublishVersionRequest.of(r -> r.functionName(name)));
    }

    @Test
    void listsGoOnWhereTheyStopped() {
        for (String name : List.of("a", "b", "c")) {
            create(name, _ -> {});
        }
        var first = test.lambda.listFunctions(caller(), Lambda.ListFunctionsRequest.of(r -> r.maxItems(2)));
        assertThat(first.functions()).extracting(Lambda.FunctionConfiguration::functionName).containsExactly("a", "b");
        var rest = test.lambda
                .listFunctions(caller(), Lambda.ListFunctionsRequest.of(r -> r.marker(first.nextMarker())));
        assertThat(rest.functions()).extracting(Lambda.FunctionConfiguration::functionName).containsExactly("c");
        assertThat(rest.nextMarker()).isNull();
    }

    @Test
    void eachVersionIsAnItemOfAListOfAll() {
        create("a", r -> r.publish(true));
        create("b", r -> r.publish(true));
        var seen = new ArrayList<String>();
        String marker = null;
        do {
            String from = marker;
            var page = test.lambda.listFunctions(caller(),
                    Lambda.ListFunctionsRequest.of(r -> r.functionVersion("ALL").maxItems(1).marker(from)));
            page.functions().forEach(f -> seen.add(f.functionArn()));
            marker = page.nextMarker();
        } while (marker != null);
        assertThat(seen).containsExactly(ARN + "a:$LATEST", ARN + "a:1", ARN + "b:$LATEST", ARN + "b:1");
    }

    @Test
    void nothingIsAReplicaOfAnotherRegion() {
        create("a", _ -> {});
        assertThat(test.lambda.listFunctions(caller(), Lambda.ListFunctionsRequest.of(
                r -> r.masterRegion("us-east-1").functionVersion("ALL"))).functions()).isEmpty();
        assertThat(test.lambda.listFunctions(caller(), Lambda.ListFunctionsRequest.of(
                r -> r.masterRegion("ALL").functionVersion("ALL"))).functions()).hasSize(1);
    }

    @Test
    void runtimesOfThisYearAreOffered() {
        for (String runtime : List.of("java8.al2023", "java11.al2023", "java17.al2023", "ruby4.0", "nodejs26.x",
                "python3.15")) {
            create("on-" + runtime.replace('.', '-'), r -> r.runtime(runtime));
        }
        create("snapped", r -> r.runtime("java17.al2023")
                .snapStart(Lambda.SnapStart.of(s -> s.applyOn(Lambda.SnapStartApplyOn.PUBLISHED_VERSIONS))));
    }

    @Test
    void aClientContextIsAnObject() {
        create("a", _ -> {});
        for (String context : List.of("!", "YQ==", "W10=")) {
            assertThatThrownBy(() -> test.lambda.invoke(caller(),
                    Lambda.InvokeRequest.of(r -> r.functionName("a").clientContext(context))))
                    .isInstanceOf(Lambda.InvalidRequestContentException.class)
                    .hasMessage("Client context must be a valid Base64-encoded JSON object.");
        }
    }

    @Test
    void permissionsMakeTheResourcePolicy() {
        create("shared", _ -> {});
        var statement = test.lambda
                .addPermission(caller(), Lambda.AddPermissionRequest.of(r -> r.functionName("shared").statementId("api")
                .action("lambda:InvokeFunction").principal("apigateway.amazonaws.com")
                .sourceArn("arn:aws:execute-api:eu-central-1:123456789012:api/*"))).statement();
        assertThat(statement)
                .isEqualTo("{\"Sid\":\"api\",\"Effect\":\"Allow\",\"Principal\":{"
                        + "\"Service\":\"apigateway.amazonaws.com\"},"
                + "\"Action\":\"lambda:InvokeFunction\",\"Resource\":\"" + ARN
                + "shared\",\"Condition\":{\"ArnLike\":{"
                + "\"AWS:SourceArn\":\"arn:aws:execute-api:eu-central-1:123456789012:api/*\"}}}");
        assertThat(test.service.policy(caller(), ARN + "shared")).contains(
                "{\"Version\":\"2012-10-17\",\"Id\":\"default\",\"Statement\":[" + statement + "]}");
        assertThatThrownBy(() -> test.lambda
                .addPermission(caller(), Lambda.AddPermissionRequest.of(r -> r.functionName("shared").statementId("api")
                .action("lambda:InvokeFunction").principal("*")))).isInstanceOf(Lambda.ResourceConflictException.class)
                .hasMessage("The statement id (api) provided already exists. Please provide a new statement id, or "
                        + "remove the existing statement.");
        assertThatThrownBy(() -> test.lambda.removePermission(caller(),
                Lambda.RemovePermissionRequest.of(r -> r.functionName("shared").statementId("x"))))
                .hasMessage("Statement x is not found in resource policy.");
        test.lambda.removePermission(caller(),
                Lambda.RemovePermissionRequest.of(r -> r.functionName("shared").statementId("api")));
        assertThatThrownBy(() ->
                test.lambda.getPolicy(caller(), Lambda.GetPolicyRequest.of(r -> r.functionName("shared"))))
                .isInstanceOf(Lambda.ResourceNotFoundException.class)
                .hasMessage("The resource you requested does not exist.");
    }

    @Test
    void reservedConcurrencyLeavesAHundred() {
        create("greedy", _ -> {});
        assertThatThrownBy(() ->
                test.lambda.putFunctionConcurrency(caller(), Lambda.PutFunctionConcurrencyRequest.of(r ->
                r.functionName("greedy").reservedConcurrentExecutions(901))))
                .isInstanceOf(Lambda.InvalidParameterValueException.class)
                .hasMessage("Specified ReservedConcurrentExecutions for function decreases account's "
                        + "UnreservedConcurrentExecution below its minimum value of [100].");
    }

    @Test
    void functionsAndEventsOutliveThePlatform() {
        test.create("lasting", "nodejs22.x", "exports.handler = async () => { console.log('done at last'); };");
        assertThat(test.lambda
                .invoke(caller(), Lambda.InvokeRequest.of(r -> r.functionName("lasting").invocationType("Event")))
                .statusCode()).isEqualTo(202);
        test.close();
        test = new TestLambda(folder, store);
        test.time.advance(Duration.ofSeconds(2));
        test.service.flushLogs();
        var events = test.logs.filterLogEvents(caller(),
                Logs.FilterLogEventsRequest.of(r -> r.logGroupName("/aws/lambda/lasting"))).events();
        assertThat(events).anyMatch(e -> e.message().endsWith("done at last"));
    }

    // templates

    @Test
    void templatesMakeChangeAndDeleteFunctions() {
        ResourceType type = test.service.resourceTypes().stream().filter(t -> t.type().equals("AWS::Lambda::Function"))
                .findFirst().orElseThrow();
        var before = desired(Map.of("Runtime", "nodejs22.x", "Handler", "index.handler", "Role",
                "arn:aws:iam::123456789012:role/test", "Code",
                Map.of("ZipFile", "exports.handler = async () => process.env.STAGE;"), "Timeout", "7",
                "Environment", Map.of("Variables", Map.of("STAGE", "one"))));
        var made = type.create(caller(), before);
        assertThat(made.physicalId()).startsWith("stack-Fn-");
        assertThat(made.attributes()).containsEntry("Arn", ARN + made.physicalId());
        assertThat(type.create(caller(), before)).as("the same step again").isEqualTo(made);
        assertThat(TestLambda.payload(test.invoke(made.physicalId(), "{}"))).isEqualTo("\"one\"");
        var after = desired(Map.of("Runtime", "nodejs22.x", "Handler", "index.handler", "Role",
                "arn:aws:iam::123456789012:role/test", "Code",
                Map.of("ZipFile", "exports.handler = async () => 'no ' + process.env.STAGE;")));
        type.update(caller(), made.physicalId(), before, after);
        assertThat(TestLambda.payload(test.invoke(made.physicalId(), "{}"))).isEqualTo("\"no undefined\"");
        assertThat(get(made.physicalId()).timeout()).isEqualTo(3);
        type.delete(caller(), made.physicalId(), after);
        type.delete(caller(), made.physicalId(), after);
        assertThat(type.read(caller(), made.physicalId())).isEmpty();
    }

    private static ResourceType.Desired desired(Map<String, Object> properties) {
        return new ResourceType.Desired("arn:aws:cloudformation:eu-central-1:123456789012:stack/stack/1", "stack", "Fn",
                "token", properties,
                Map.of("aws:cloudformation:stack-id", "arn:aws:cloudformation:eu-central-1:123456789012:stack/stack/1",
                        "aws:cloudformation:logical-id", "Fn"));
    }
}
