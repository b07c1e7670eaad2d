package dev.aloft.service.lambda;

import static dev.aloft.service.lambda.TestLambda.caller;
import static dev.aloft.service.lambda.TestLambda.json;
import static dev.aloft.service.lambda.TestLambda.payload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.Bytes;
import dev.aloft.api.Lambda;
import dev.aloft.api.Lambda.FunctionConfiguration;
import dev.aloft.api.Logs;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Versions that start from what their init left. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SnapStartTest extends RunningLambda {
    private static final String SOURCE = """
            import os, json, urllib.request
            from snapshot_restore_py import register_before_snapshot, register_after_restore
            told = ['init']
            register_before_snapshot(told.append, 'before 1')
            register_before_snapshot(told.append, 'before 2')
            @register_after_restore
            def after():
                told.append('after 1')
                if os.path.exists('/var/task/broken'):
                    raise ValueError('not restored')
            register_after_restore(told.append, 'after 2')
            def handler(event, context):
                told.append('event')
                seen = {name: os.environ.get(name) for name in ('AWS_LAMBDA_INITIALIZATION_TYPE', 'AWS_LAMBDA_LOG_STREAM_NAME', 'AWS_ACCESS_KEY_ID')}
                if event.get('leave'):
                    os._exit(3)
                if event.get('credentials'):
                    request = urllib.request.Request(os.environ['AWS_CONTAINER_CREDENTIALS_FULL_URI'],
                                                     headers={'Authorization': os.environ['AWS_CONTAINER_AUTHORIZATION_TOKEN']})
                    seen['credentials'] = json.load(urllib.request.urlopen(request))
                return {'told': told, 'seen': seen}
            """;

    private static FunctionConfiguration create(String name, Map<String, String> files) {
        return test.create(name, "python3.13", "index.handler", files, r -> r.timeout(20)
                .snapStart(Lambda.SnapStart.of(s -> s.applyOn("PublishedVersions"))));
    }

    private static FunctionConfiguration publish(String name) {
        return test.lambda.publishVersion(caller(), Lambda.PublishVersionRequest.of(r -> r.functionName(name)));
    }

    private static FunctionConfiguration settled(String name) throws InterruptedException {
        return test.service.snapshots().await(FunctionName.of(caller(), name, "1"));
    }

    private static Lambda.InvokeResponse invoke(String name, String event) {
        return test.lambda
                .invoke(caller(), Lambda.InvokeRequest.of(r -> r.functionName(name).qualifier("1").logType("Tail")
                .payload(Bytes.of(event.getBytes(StandardCharsets.UTF_8)))));
    }

    private static List<String> logs(String name) {
        test.time.advance(Duration.ofSeconds(1));
        test.service.flushLogs();
        return test.logs
                .filterLogEvents(caller(), Logs.FilterLogEventsRequest.of(r -> r.logGroupName("/aws/lambda/" + name)))
                .events().stream().map(Logs.FilteredLogEvent::message).toList();
    }

    @Test
    void aVersionThatNobodyInvokedForFourteenDaysIsInactiveAndMadeAgainWhenSomebodyDoes() throws InterruptedException {
        create("idle", Map.of("index.py", SOURCE));
        publish("idle");
        settled("idle");
        test.time.advance(Duration.ofDays(10));
        assertThat(invoke("idle", "{}").functionError()).isNull();
        test.time.advance(Duration.ofDays(10));
        assertThat(settled("idle").state()).as("ten days after it was invoked").isEqualTo("Active");
        test.time.advance(Duration.ofDays(5));
        assertThat(settled("idle")).returns("Inactive", FunctionConfiguration::state)
                .returns("Idle", FunctionConfiguration::stateReasonCode)
                .returns("Off", c -> c.snapStart().optimizationStatus());
        assertThatThrownBy(() -> invoke("idle", "{}")).isInstanceOf(Lambda.SnapStartNotReadyException.class)
                .hasMessage("Lambda is initializing your function. It will be ready to invoke once your function state"
                        + " becomes ACTIVE.");
        assertThat(settled("idle").state()).isEqualTo("Active");
        assertThat(invoke("idle", "{}").functionError()).isNull();
    }

    // ---- refused

    @Test
    void onlySomeRuntimesAndSettingsGoWithIt() {
        assertThatThrownBy(() -> test.create("node", "nodejs22.x", "index.handler", Map.of("index.js", ""),
                r -> r.snapStart(Lambda.SnapStart.of(s -> s.applyOn("PublishedVersions")))))
                .isInstanceOf(Lambda.InvalidParameterValueException.class)
                .hasMessageContaining("nodejs22.x is not supported for SnapStart enabled functions.");
        assertThatThrownBy(() -> test.create("scratch", "python3.13", "index.handler", Map.of("index.py", ""),
                r -> r.snapStart(Lambda.SnapStart.of(s -> s.applyOn("PublishedVersions")))
                .ephemeralStorage(Lambda.EphemeralStorage.of(e -> e.size(1024)))))
                .isInstanceOf(Lambda.InvalidParameterValueException.class)
                .hasMessageContaining("is not supported for SnapStart enabled functions.");
        create("changed", Map.of("index.py", SOURCE));
        assertThatThrownBy(() ->
                test.lambda.updateFunctionConfiguration(caller(), Lambda.UpdateFunctionConfigurationRequest.of(
                r -> r.functionName("changed")
                .runtime("ruby3.4")))).hasMessageContaining("ruby3.4 is not supported for SnapStart");
    }

    @Test
    void environmentsThatAreProvisionedDoNotGoWithIt() throws InterruptedException {
        create("provisioned", Map.of("index.py", SOURCE));
        publish("provisioned");
        assertThatThrownBy(() ->
                test.lambda.putProvisionedConcurrencyConfig(caller(), Lambda.PutProvisionedConcurrencyConfigRequest.of(
                r -> r.functionName("provisioned").qualifier("1").provisionedConcurrentExecutions(1))))
                .hasMessageContaining("Provisioned Concurrency is not supported for SnapStart enabled functions.");
    }

    // ---- done

    @Test
    void aVersionIsPendingUntilItsInitIsDoneAndThenStartsFromThere() throws InterruptedException {
        assertThat(create("hooks", Map.of("index.py", SOURCE)).snapStart()).isEqualTo(Lambda.SnapStartResponse.of(
                s -> s.applyOn("PublishedVersions").optimizationStatus("Off")));
        FunctionConfiguration published = publish("hooks");
        assertThat(published.state()).isEqualTo("Pending");
        assertThat(published.stateReason()).isEqualTo("The function is being created.");
        assertThat(published.snapStart().optimizationStatus()).isEqualTo("Off");
        FunctionConfiguration ready = settled("hooks");
        assertThat(ready.state()).isEqualTo("Active");
        assertThat(ready.snapStart().optimizationStatus()).isEqualTo("On");
        assertThat(publish("hooks").version()).as("nothing changed").isEqualTo("1");

        var first = invoke("hooks", "{\"credentials\":true}");
        assertThat(json(first).get("told"))
                .isEqualTo(List.of("init", "before 2", "before 1", "after 1", "after 2", "event"));
        assertThat(payload(first)).contains("\"AWS_LAMBDA_INITIALIZATION_TYPE\": \"snap-start\"")
                .contains("\"AWS_LAMBDA_LOG_STREAM_NAME\": null").contains("\"AWS_ACCESS_KEY_ID\": null");
        assertThat(payload(first)).contains("\"AccessKeyId\": \"ASIAEXAMPLE\"").contains("\"Token\": \"token\"")
                .contains("\"Expiration\": \"20");
        String log = new String(Base64.getDecoder().decode(first.logResult()), StandardCharsets.UTF_8);
        assertThat(log).containsPattern("REPORT .*\tRestore Duration: [0-9.]+ ms\tBilled Restore Duration: \\d+ ms\t")
                .doesNotContain("Init Duration");
        assertThat(TestLambda.tail(invoke("hooks", "{}"))).noneMatch(line -> line.contains("Restore Duration"));
        assertThat(logs("hooks"))
                .anyMatch(l -> l.matches("INIT_REPORT Init Duration: [0-9.]+ ms\tPhase: init\tStatus: success"))
                .anyMatch(l -> l.startsWith("RESTORE_START Runtime Version: python3.13 on Python 3."))
                .anyMatch(l -> l.matches("RESTORE_REPORT Restore Duration: [0-9.]+ ms"));
    }

    /** On a platform of its own: what waits is counted. Each event is answered once all three are there. */
    @Test
    void afterABurstAsManyWaitAsWereWantedAndOneAfterAWhile(@TempDir Path alone) throws Exception {
        try (var own = new TestLambda(alone)) {
            own.create("burst", "python3.13", "index.handler", Map.of("index.py", """
                    import socket
                    def handler(event, context):
                        with socket.create_connection(('127.0.0.1', event['port'])) as there:
                            return there.recv(10).decode()
                    """), r -> r.timeout(50).publish(true).snapStart(Lambda.SnapStart.of(s -> s.applyOn("PublishedVersions"))));
            own.service.snapshots().await(FunctionName.of(caller(), "burst", "1"));
            assertThat(threeAtOnce(own)).containsOnly("\"here\"");
            awaitPrepared(own, 3);
            own.time.advance(Duration.ofMinutes(12));
            awaitPrepared(own, 1);
        }
    }

    private static List<String> threeAtOnce(TestLambda own) throws Exception {
        var answers = new ArrayList<CompletableFuture<String>>();
        try (var listener = new ServerSocket(0, 3, InetAddress.getLoopbackAddress())) {
            var event = Bytes.of(("{\"port\":" + listener.getLocalPort() + "}").getBytes(StandardCharsets.UTF_8));
            for (int i = 0; i < 3; i++) {
                var answer = new CompletableFuture<String>();
                answers.add(answer);
                Thread.ofVirtual().start(() -> answer.complete(payload(own.lambda.invoke(caller(),
                        Lambda.InvokeRequest.of(
                        r -> r.functionName("burst").qualifier("1").payload(event))))));
            }
            for (var socket : List.of(listener.accept(), listener.accept(), listener.accept())) {
                socket.getOutputStream().write("here".getBytes(StandardCharsets.US_ASCII));
                socket.close();
            }
            return answers.stream().map(CompletableFuture::join).toList();
        }
    }

    private static void awaitPrepared(TestLambda own, int count) {
        while (own.service.prepared() != count) {
            LockSupport.parkNanos(10_000_000);
        }
    }

    @Test
    void aProcessThatEndsIsStartedAgainWithItsHooks() throws InterruptedException {
        create("leaves", Map.of("index.py", SOURCE));
        publish("leaves");
        settled("leaves");
        assertThat(payload(invoke("leaves", "{\"leave\":true}"))).contains("exit status 3");
        assertThat(json(invoke("leaves", "{}")).get("told"))
                .isEqualTo(List.of("init", "before 2", "before 1", "after 1", "after 2", "event"));
    }

    @Test
    void latestStartsAsEver() {
        create("latest", Map.of("index.py", SOURCE));
        var response = test.invoke("latest", "{}");
        assertThat(json(response).get("told")).isEqualTo(List.of("init", "event"));
        assertThat(payload(response)).contains("\"AWS_LAMBDA_INITIALIZATION_TYPE\": \"on-demand\"");
    }

    @Test
    void aVersionWhoseInitFailsIsFailedAndNotInvoked() throws InterruptedException {
        create("fails", Map.of("index.py", "import not_there"));
        publish("fails");
        FunctionConfiguration failed = settled("fails");
        assertThat(failed.state()).isEqualTo("Failed");
        assertThat(failed.stateReasonCode()).isEqualTo("FunctionError");
        assertThat(failed.stateReason()).contains("No module named 'not_there'");
        assertThatThrownBy(() -> invoke("fails", "{}")).isInstanceOf(Lambda.ResourceConflictException.class)
                .hasMessageContaining("The function is currently in the following state: Failed");
    }

    @Test
    void aHookThatFailsFailsTheInvocation() throws InterruptedException {
        create("broken", Map.of("index.py", SOURCE, "broken", "x"));
        publish("broken");
        assertThat(settled("broken").state()).isEqualTo("Active");
        assertThatThrownBy(() -> invoke("broken", "{}")).isInstanceOf(Lambda.SnapStartException.class)
                .hasMessageContaining("not restored");
        assertThat(logs("broken"))
                .anyMatch(l -> l
                        .matches("RESTORE_REPORT Restore Duration: [0-9.]+ ms\tStatus: error\tError Type: "
                                + "Runtime.AfterRestoreError"));
    }
}
